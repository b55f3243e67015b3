/*
 * paging: page directories and page tables (Intel SDM vol. 3, 4.3). Maps and unmaps by page; every space
 * shares the kernel's half. A page table lives until its space does. Frames are the caller's: paging neither
 * lends nor returns what it maps.
 */
#ifndef MM_PAGING_H
#define MM_PAGING_H

#include "mm/space.h"
#include "mm/types.h"

/* Entry bits, SDM vol. 3, tables 4-5 and 4-6. */
#define PG_PRESENT  0x001u
#define PG_WRITE    0x002u
#define PG_USER     0x004u
#define PG_ACCESSED 0x020u
#define PG_DIRTY    0x040u
#define PG_LARGE    0x080u /* directory: a 4 MB page */
#define PG_FRAME    0xFFFFF000u

/* The kernel's own directory; the kernel half of every other is copied from it. Set once at boot. */
extern paddr_t paging_kernel;

/* A directory with the kernel's half and nothing else, lent by P; 0 when P is full. */
paddr_t paging_new(struct space *space);

/* Returns tables and directory to P. Nothing of the user half may be mapped any more. */
void paging_delete(struct space *space);

/*
 * Maps `pages` to the frames from `frame` on, with PG_WRITE | PG_USER as given; none may be mapped yet. Emits
 * EV_TABLE for each table made and one EV_MAP. OK, or E_NOMEM with nothing mapped.
 */
int paging_map(struct space *space, struct region pages, paddr_t frame, uint32_t bits);

/*
 * Unmaps the first run of `pages` that is mapped to successive frames of one owner, emits one EV_UNMAP, and
 * returns the run; empty when nothing is mapped. *frame is the run's first frame.
 */
struct region paging_unmap(struct space *space, struct region pages, paddr_t *frame);

/* The entry of a page at that moment (its accessed and dirty bits are 0 in the past); 0: not mapped, no table, or part
 * of a 4 MB page. */
uint32_t paging_entry(moment_t at, const struct space *space, vaddr_t page);

/* The directory's entry for the 4 MB that hold the address; in the past its accessed bit is 0. */
uint32_t paging_directory_entry(moment_t at, const struct space *space, vaddr_t address);

/* Entries of a directory and of a table, and what one of the directory's stands for. */
#define PAGING_ENTRIES 1024u
#define TABLE_SPAN     (PAGING_ENTRIES * PAGE_SIZE)

/* All entries of the directory, and of the table for the 4 MB that hold the address (0 where there is none), at that
 * moment: what the two functions above say of each. */
void paging_directory(moment_t at, const struct space *space, uint32_t entries[PAGING_ENTRIES]);
void paging_table(moment_t at, const struct space *space, vaddr_t address, uint32_t entries[PAGING_ENTRIES]);

/* Would paging_table say just this now? A question that is asked sixty times a second. */
bool paging_table_is(const struct space *space, vaddr_t address, const uint32_t entries[PAGING_ENTRIES]);

/* How many pages of the region are mapped, each added to counts by the owner of its frame. Absent tables cost nothing. */
uint32_t paging_count(moment_t at, const struct space *space, struct region pages, uint32_t counts[OWNERS]);

/* Clears accessed and dirty in the user half, tables' entries in the directory too. */
void paging_clear_accessed(struct space *space);

#endif
