/*
 * The footer under a view's body: what just happened. A caption above, and below it the newest events while programs
 * run, an error among them for some seconds, or the step that was made last in plain sentences while they stand still.
 */
#ifndef VIZ_FOOTER_H
#define VIZ_FOOTER_H

#include "viz/screen.h"
#include "viz/viz.h"

/* Paints the FOOTER_ROWS rows from layout_body_end on. */
void footer_paint(struct screen *screen, const struct viz_status *status);

#endif
