/*
 * The legend: what the colours of the maps mean, on the row above the keys of every view.
 */
#ifndef VIZ_LEGEND_H
#define VIZ_LEGEND_H

#include "viz/screen.h"
#include "viz/viz.h"

/* By owner, by process (their ranks as look_rank left them) or by age; always with what is free, unmapped or foreign. */
void legend_paint(struct screen *screen, int row);

#endif
