/*
 * The bars every view keeps: the title at the top, legend and keys at the bottom.
 */
#ifndef VIZ_BARS_H
#define VIZ_BARS_H

#include "mm/owners.h"
#include "viz/screen.h"
#include "viz/viz.h"

/* SUTURE, regime, the chosen process, pace, event number, audit and its age, viz's share of the processor. */
void bars_title(struct screen *screen, const struct viz_status *status);

/* What the colours mean, and the keys. */
void bars_bottom(struct screen *screen);

/* A key and what it does, as the bottom row and the help print it; views are not in here, they bring their
 * own. */
struct key_hint {
    const char *key, *brief, *words;
};
extern const struct key_hint key_hints[];
extern const uint32_t key_hints_count;

/* "F2" for KEY_F2. */
#define KEY_NAME_BYTES 4
char *key_name(char name[KEY_NAME_BYTES], int key);

/* A swatch of the owner's colour with its letter. */
void bars_swatch(struct screen *screen, int row, int column, enum owner owner);

#endif
