/*
 * The cursor: one thing on the screen that is looked at closely. Arrows and mouse move it over pixels of maps and over
 * what the view says its cells stand for; it holds on to the thing, by its address, wherever that is painted next.
 */
#ifndef VIZ_CURSOR_H
#define VIZ_CURSOR_H

#include "viz/chain.h"
#include "viz/screen.h"
#include "viz/view.h"

/* Where it may go: a view on a screen, at a moment. */
struct field {
    const struct view *view;
    const struct screen *screen;
    moment_t at;
};

bool cursor_on(void);
void cursor_off(void);

/* KEY_UP, KEY_DOWN, KEY_LEFT, KEY_RIGHT: to the next thing in that direction; the first press brings the cursor. False
 * when there is none. */
bool cursor_move(const struct field *field, int key);

/* The mouse moved: the cursor goes along, over nothing too. */
void cursor_mouse(const struct field *field, int dx, int dy);

/* Onto a thing, wherever it stands. */
void cursor_set(const struct subject *subject);

/* After a paint: finds its thing again where it stands now. */
void cursor_follow(const struct field *field);

/* What it is on; SUBJECT_NOTHING when it is off or over nothing. */
struct subject cursor_subject(void);

/* Its map and the address in it, or -1. */
int cursor_map(uint32_t *address);

/* The text cell it is in; false when its thing stands nowhere on this screen. */
bool cursor_cell(int *row, int *column);

#endif
