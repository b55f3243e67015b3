/*
 * A view: one screen. One file each in viz/view_NAME.c, added to the table `views`; nothing else changes.
 */
#ifndef VIZ_VIEW_H
#define VIZ_VIEW_H

#include "mm/events.h"
#include "mm/space.h"
#include "mm/table.h"
#include "viz/screen.h"
#include "viz/viz.h"

struct view {
    const char *name;  /* the word in commands: "overview" */
    const char *title; /* in words */
    int key;           /* enum key */
    /* Paints all of it into the shadow screen. `space` is the chosen process, or NULL when there is none. */
    void (*paint)(struct screen *screen, const struct viz_status *status, const struct space *space);
    /* A key this view uses; NULL or false: not used. */
    bool (*press)(int key);
};
TABLE_DECLARE(views, const struct view);

#endif
