/*
 * What the search of a malloc went by: the holes it passed, by its policy's definition, found again in the heap.
 */
#ifndef VIZ_SEARCH_H
#define VIZ_SEARCH_H

#include "mm/events.h"
#include "mm/heap.h"
#include "mm/policy.h"

#define SEARCH_HOLES 16 /* at most, on either side of the hole it took */

struct search {
    const struct event *event;
    const struct policy *policy;
    struct region taken; /* the hole as the search found it; empty: none, the range had to grow */
    uint32_t added;      /* bytes by which the range grew */
    struct region before[SEARCH_HOLES], behind[SEARCH_HOLES]; /* passed, from the taken one outwards */
    uint32_t befores, behinds;
};

/* What the malloc's own step says: the hole taken, and how the range grew. */
void search_understand(struct search *s, const struct event *malloc, const struct heap *heap);

/* Adds the holes passed, from the heap as it stood at a moment at which it had not changed again since that malloc. Looks
 * at the nearest tiles only, so it may find fewer than were passed (event's arg[1]). */
void search_walk(struct search *s, moment_t at, const struct heap *heap);

#endif
