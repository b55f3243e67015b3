/*
 * The bars every view keeps: the title at the top, legend and keys at the bottom.
 */
#ifndef VIZ_BARS_H
#define VIZ_BARS_H

#include "mm/owners.h"
#include "viz/screen.h"
#include "viz/viz.h"

/* SUTURE, regime, the chosen process, pace, event number, audit and its age, phantoms, viz's share of the processor; of the
 * past also how far back it is. Each of them always, shorter where the row is full. */
void bars_title(struct screen *screen, const struct viz_status *status);

/* What the colours mean, and the keys. */
void bars_bottom(struct screen *screen);

/* "F2" for KEY_F2. */
#define KEY_NAME_BYTES 4
char *key_name(char name[KEY_NAME_BYTES], int key);

/* The quiz's question or answer, in the legend's place. */
void bars_question(struct screen *screen, const char *text);

/* Where the audit found its first difference, in the same place. */
void bars_difference(struct screen *screen, const char *text);

/* A swatch of the owner's colour with its letter. */
void bars_swatch(struct screen *screen, int row, int column, enum owner owner);

#endif
