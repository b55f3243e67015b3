/*
 * The table of free memory that a regime keeps for itself (mm/regime.h, struct books), beside the heap of a process that
 * lives under it: what the view memman shows while there is something to see of it.
 */
#ifndef VIZ_BOOKS_H
#define VIZ_BOOKS_H

#include "viz/view.h"

struct books;

/*
 * Where a process's heap lies, and which map shows it: MAP_HEAP, or MAP_BOOKS when its regime has books. The seed's limit
 * may lie anywhere, here it ends with the span of heaps.
 */
struct region books_heap(const struct space *space, moment_t at, uint8_t *kind);

/* What such a process and its regime have come to, in one line. */
char *books_line(const struct space *space, moment_t at, char *line, uint32_t bytes);

/*
 * As in struct view. `space` is the chosen process; its heap and its figures are shown when it lives in the books' regime,
 * so not when it is NULL.
 */
void books_paint(struct screen *screen, const struct viz_status *status, const struct space *space,
                 const struct books *books);
bool books_press(int key);
bool books_subject(int row, int column, struct subject *out);

#endif
