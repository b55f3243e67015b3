/*
 * A view: one screen. One file each in viz/view_NAME.c, added to the table `views`; nothing else changes.
 */
#ifndef VIZ_VIEW_H
#define VIZ_VIEW_H

#include "mm/events.h"
#include "mm/space.h"
#include "mm/table.h"
#include "viz/map.h"
#include "viz/screen.h"
#include "viz/viz.h"

struct view {
    const char *name;  /* the word in commands: "overview" */
    const char *title; /* in words */
    int key;           /* enum key */
    /* Paints all of it into the shadow screen. `space` is the chosen process, or NULL when there is none. */
    void (*paint)(struct screen *screen, const struct viz_status *status, const struct space *space);
    /* A key this view uses; NULL or false: not used. The arrows are the cursor's: KEY_UP and KEY_DOWN come when it
     * would leave the view at its top or bottom, and true says that a list scrolled one row. */
    bool (*press)(int key);
    /* For a view without maps that can be looked at closer (-1), from further away (1), and as it begins (0). NULL: its maps
     * are zoomed, if it has some. */
    void (*zoom)(int steps);
    /* Adds how many of the pixels that it draws without a map have changed since the mark that is compared. NULL: none. */
    void (*changed)(uint32_t pixels[CHANGES]);
    /* Asked once a frame when no event came: has something that it shows changed all the same (bits the processor sets)?
     * Then it paints. NULL: no. */
    bool (*stirs)(const struct viz_status *status, const struct space *space);
    /* Takes the footer's rows too. */
    bool whole;
    /* What the cell stands for where no map lies: rows of tables, events, processes. NULL: nothing. False:
     * nothing there. */
    bool (*subject)(int row, int column, struct subject *out);
};
TABLE_DECLARE(views, const struct view);

#endif
