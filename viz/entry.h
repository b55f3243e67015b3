/*
 * An entry of a page directory or of a page table in words, ENTRY_ROWS rows of the screen.
 */
#ifndef VIZ_ENTRY_H
#define VIZ_ENTRY_H

#include "mm/space.h"
#include "viz/screen.h"

/* A frame that a page may not have behind it: an error. */
static inline bool entry_foreign(enum owner owner) {
    return owner == OWNER_FREE || owner == OWNER_FOREIGN;
}

/* From `row` on, which is empty: the entry of the table that maps `page`. */
void entry_of_table(struct screen *screen, int row, const struct space *space, vaddr_t page, uint32_t entry,
                    moment_t at);

/* The directory's for the 4 MB from `start` on, which has no table. */
void entry_of_directory(struct screen *screen, int row, vaddr_t start, uint32_t entry, moment_t at);

#endif
