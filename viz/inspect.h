/*
 * The inspector: what the cursor is on, in words, in place of the footer.
 */
#ifndef VIZ_INSPECT_H
#define VIZ_INSPECT_H

#include "viz/screen.h"
#include "viz/viz.h"

/* Paints the footer's rows with the shown chain (viz/chain.h): what it is, its owners down to memman, who asked for it,
 * when. */
void inspect_paint(struct screen *screen, const struct viz_status *status);

#endif
