/*
 * The row that stands in the legend's place while a mark is compared with what is shown: the colours of change, and what
 * came and went in numbers.
 */
#ifndef VIZ_MARKS_H
#define VIZ_MARKS_H

#include "viz/screen.h"
#include "viz/viz.h"

/* `pid`: whose blocks are counted; frames are all processes'. */
void marks_paint(struct screen *screen, const struct viz_status *status, uint16_t pid);

#endif
