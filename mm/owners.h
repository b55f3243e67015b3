/*
 * Owners: who will take a frame back. One entry per physical frame, written when memory is handed over, and
 * counts by owner for groups of frames, so that a map at any zoom costs its pixels and not its frames.
 *
 * An owner is the last lender: memman's user pages lend a frame to a heap, and the frame is then heap colour.
 */
#ifndef MM_OWNERS_H
#define MM_OWNERS_H

#include "mm/sweep.h"
#include "mm/types.h"

enum owner {
    OWNER_FREE,    /* in memman's table */
    OWNER_SYSTEM,  /* firmware, kernel, modules, tables, devices, holes of the boot map */
    OWNER_KPAGE,   /* kernel pages: directories, page tables, kernel stacks */
    OWNER_KBYTE,   /* kernel bytes: process structures */
    OWNER_UBYTE,   /* user bytes: one process's book-keeping */
    OWNER_UPAGE,   /* user pages: malloc_4k */
    OWNER_HEAP,    /* lent on to a process's heap */
    OWNER_STACK,   /* lent on to a user stack */
    OWNER_IMAGE,   /* lent on to a program's image and arguments */
    OWNER_FOREIGN, /* an error: nobody owns what lies there */
    OWNERS
};

struct owner_info {
    char letter;
    const char *name;  /* as the legend prints it, at most 7 characters */
    const char *title; /* in words */
    enum owner lender; /* who lent it; itself at the chain's root */
};
extern const struct owner_info owner_info[OWNERS];

/* One frame: its owner and the slot of the process it is lent to (mm/space.h), or NO_SLOT. */
struct frame {
    uint8_t owner;
    uint8_t slot;
};
#define NO_SLOT 0xFFu

/*
 * The table. `frame[n]` describes physical page n. `group[l][g * OWNERS + o]` counts the frames of owner o
 * among the frames [g << s, (g + 1) << s), s = GROUP_SHIFT + LEVEL_SHIFT l. for all l, g, o: group[l][g * OWNERS + o]
 * == number of n in the group with frame[n].owner == o
 */
#define GROUP_SHIFT  4
#define LEVEL_SHIFT  3
#define GROUP_LEVELS 7
struct owners {
    uint32_t frames; /* frames in the table: all up to RAM's end */
    uint32_t levels; /* levels in use */
    struct frame *frame;
    uint32_t *group[GROUP_LEVELS];
    uint32_t total[OWNERS];
};
extern struct owners owners;

/* Bytes of table needed for RAM that ends at frame number `frames`. */
uint32_t owners_table_size(uint32_t frames);

/* Takes `table` (zeroed, owners_table_size bytes, 4-aligned) for good; every frame is OWNER_SYSTEM. */
void owners_init(uint32_t frames, void *table);

/* Hands the frames [first, first + count) over. Constant work a frame and level; cannot fail. */
void owners_set(uint32_t first, uint32_t count, enum owner owner, uint8_t slot);

/*
 * Adds to counts[OWNERS] the frames of [first, first + count), by owner. Frames past the table count as
 * OWNER_SYSTEM. Aligned power-of-two groups cost at most eight group counts each, however large.
 */
void owners_count(moment_t at, uint32_t first, uint32_t count, uint32_t counts[OWNERS]);

/* How far now the frames from n on all have the owner of frame n, as groups tell without looking at frames: the first frame
 * behind. */
uint32_t owners_run(uint32_t n, uint8_t *owner);

/* Who held frame n at that moment. */
struct frame owners_frame(moment_t at, uint32_t n);

/*
 * A sweep of the table: do the counts equal the frames? A piece is one group. False at the end, or when *d says
 * what differs. Nothing need be followed: all that is counted is counted at once.
 */
struct owners_sweep {
    uint32_t level, group; /* the next to look at */
};
bool owners_sweep(struct owners_sweep *sweep, uint32_t pieces, struct difference *d);

/* The whole sweep. Returns NULL or what differs. */
const char *owners_check(void);

#endif
