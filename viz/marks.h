/*
 * A mark that is compared with what is shown: looking at it, and the row that stands in the legend's place meanwhile, with the
 * colours of change and what changed in numbers.
 */
#ifndef VIZ_MARKS_H
#define VIZ_MARKS_H

#include "viz/map.h"
#include "viz/screen.h"
#include "viz/viz.h"

/* `pixels`: how many have changed, and how. `pid`: whose blocks and frames are counted; 0: nobody's. */
void marks_paint(struct screen *screen, const struct viz_status *status, const uint32_t pixels[CHANGES],
                 uint16_t pid);

/* Lets `look` look at memory as it was at the mark; afterwards the past stands open again at the moment that is shown. For a
 * view that compares what maps do not show. False: the ring does not reach so far. */
bool marks_then(const struct viz_status *status, void (*look)(void *context, moment_t since), void *context);

#endif
