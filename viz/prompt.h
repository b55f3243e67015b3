/*
 * What the prompt shows: a line over the keys of the bottom row, and long answers in a panel over the body.
 */
#ifndef VIZ_PROMPT_H
#define VIZ_PROMPT_H

#include "viz/screen.h"
#include "viz/viz.h"

/* The bottom row: the command being typed, with its cursor, or a message. */
void prompt_row(struct screen *screen, const struct viz_prompt *prompt);

/* The body, from below the title to above the legend: lines of an answer. Sets panel->rows. */
void prompt_panel(struct screen *screen, struct viz_panel *panel);

#endif
