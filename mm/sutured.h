/*
 * Sutured: the museum. The memory system of the seed, with its names and its mistakes, on an arena of its own.
 *
 *   00400000  kernel pages   do_kmalloc_4k: directories, page tables
 *   00600000  kernel bytes   do_kmalloc
 *   00800000  user bytes     do_malloc: physical addresses that are mapped nowhere
 *   01000000  user pages     do_malloc_4k: the frames behind a heap
 *   02000000  the arena's end
 *   48000000  a process's heap, linear: vmalloc moves its limit up and knows no way down
 *
 * The arena is arithmetic. One table of 4,090 free ranges serves all four zones, which a gap of one page keeps
 * apart; each process has a directory and page tables, kept here. What they say is always the seed's, and so is
 * every value returned. Of all that only this reaches the machine: where a page of the heap really is mapped, a
 * frame that the healed side has lent to the process stands behind it; where an entry lost its P, that page is
 * closed to the program. What else the seed would do to memory (hand one frame to two, file what memman never
 * owned) is withheld: EV_PHANTOM names the case, from whom it was taken and to whom it was given.
 *
 * Nothing outside knows this room but through the regime "sutured" (mm/regime.h).
 */
#ifndef MM_SUTURED_H
#define MM_SUTURED_H

#include "mm/space.h"
#include "mm/types.h"

#define MEMMAN_FREES 4090

#define MEMSTART 0x00400000u
#define KWALL    0x00600000u
#define WALL     0x00800000u
#define UWALL    0x01000000u
#define MEMEND   0x02000000u

#define MAX_UNSIGNED_INT 0xFFFFFFFFu
#define num_4B           4u
#define num_4K           0x1000u

#define PG_P   1u /* present */
#define PG_RWW 2u /* writable */
#define PG_USU 4u /* the user's */

/* A free range, and what the museum remembers of it: the event that brought it, who, and by which case. */
struct FREEINFO {
    uint32_t addr, size;
    uint32_t seq;
    uint16_t pid;
    uint8_t number;
};

/*
 * free[0] to free[frees - 1], by address as long as nothing went wrong. Both losses only grow.
 */
struct MEMMAN {
    uint32_t frees, lostsize, losts;
    struct FREEINFO free[MEMMAN_FREES];
};

#endif
