/*
 * The filter of the events view: which events it lists.
 */
#ifndef VIZ_FILTER_H
#define VIZ_FILTER_H

#include "mm/events.h"

#define FILTER_ANY (-1)

struct event_filter {
    int32_t pid, owner, kind; /* or FILTER_ANY */
    bool chosen;              /* the chosen process's, whichever that is */
    bool errors;              /* only what went wrong */
};

/* Every event passes this one. */
extern const struct event_filter filter_none;

/* The events view lists what passes from now on. */
void events_filter(const struct event_filter *filter);

#endif
