/*
 * An event on one row of the screen: number, who acted, and the words.
 */
#ifndef VIZ_EVENT_LINE_H
#define VIZ_EVENT_LINE_H

#include "mm/events.h"
#include "viz/screen.h"

/* Paints the whole row; NULL clears it. What was done stands in its owner's colour, an error in vermillion
 * behind `!`. */
void event_line(struct screen *screen, int row, const struct event *e);

/* By how many columns mark, group and process give way: a number of more digits than its column holds takes them from the
 * process's name. */
int event_line_shift(const struct event *e);

#endif
