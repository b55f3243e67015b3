/*
 * What the panels of views are made of: headings, scales, figures.
 */
#ifndef VIZ_PANEL_H
#define VIZ_PANEL_H

#include "mm/owners.h"
#include "viz/screen.h"

/* A heading, and what follows it in dim letters; the row's right end is its own. */
void panel_heading(struct screen *screen, int row, const char *title, const char *rest);

/* At the right end of a heading: what a pixel of map `index` stands for, as it was painted. */
void panel_scale(struct screen *screen, int row, uint32_t index);

/* Empties the rows [row, end). */
void panel_clear(struct screen *screen, int row, int end);

/* Per cent of `whole` that `part` is, " <1" for less than one: three columns, ending before `end`. */
void panel_percent(struct screen *screen, int row, int end, uint8_t attribute, uint32_t part, uint32_t whole);

/* Fragmentation in per cent: 1 - largest hole / free bytes. */
uint32_t panel_fragmentation(uint32_t largest, uint32_t free);

/* Bytes in whole KB; what is begun counts. */
static inline uint32_t panel_kilobytes(uint32_t bytes) {
    return (bytes >> 10) + ((bytes & 1023) != 0);
}

#endif
