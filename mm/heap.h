/*
 * The heap: blocks and holes that tile one linear range without a gap. Book-keeping lies outside, a record a
 * tile, in memory lent by zone B; a block's record becomes its hole's record, so a free needs no memory.
 *
 * Records stand in a tree by address (a treap: each record's rank is drawn at random, parents outrank
 * children), and each knows the largest hole below it, in bytes and in whole pages. Under policies that choose
 * by size, holes stand in a second tree by (size, address). A policy (mm/policy.h) is a question to these
 * trees.
 *
 *   tiles: first.start == range.start, t.end == next(t).start, last.end == range.end
 *   no two holes touch (buddy: no two holes that are buddies)
 *   t.most[m] == max(hole size of t, most[m] of its children), in bytes and in whole pages
 *   t.holes == the number of holes at t and below it
 *   in the tree by size, t.most_pages == max(whole pages of t, most_pages of its children there)
 *   a page is mapped exactly when a block covers part of it
 */
#ifndef MM_HEAP_H
#define MM_HEAP_H

#include "mm/owners.h"
#include "mm/types.h"

enum tile_state { TILE_HOLE = 1, TILE_BLOCK = 2 };

/* How a request counts a hole: all of it, or the whole pages in it (struct want's `pages`). */
enum measure { IN_BYTES, IN_PAGES };

struct link {
    struct tile *up, *left, *right;
};

/* One block or hole. Raw fields are read by tests from outside. */
struct tile {
    struct region at;
    uint32_t most[2],
        holes; /* of the tile and all below it in the tree: largest hole by measure; number of holes */
    struct link by_address;
    struct tile *next, *prev; /* in address order */
    uint32_t asked;           /* block: bytes the program asked for; 0 in a hole */
    uint32_t caller;          /* block: return address of the malloc; hole: of the free */
    uint32_t seq;             /* event that made it */
    struct link by_size;      /* holes only */
    uint32_t most_pages;      /* holes only: of the hole and all below it by size */
    uint32_t rank;
    uint8_t state;
    uint8_t guard_page; /* block: its last page is an unmapped guard */
    uint16_t thread;
};

struct event;
struct heap;
struct policy;

#define HEAP_RECORDS 4080u /* with memman's record in front, a page */

/* Bytes that fill the guard behind a block, and a block that was freed. */
#define HEAP_GUARD  0xFDu
#define HEAP_POISON 0xDDu

/* Where a heap lives; handed over at its start. A NULL map serves heaps of numbers alone (replays, models).
 */
struct heap_world {
    /* Maps (zeroed, writable) or unmaps whole pages. map: all or nothing, OK or E_NOMEM. */
    int (*map)(void *context, struct region pages);
    void (*unmap)(void *context, struct region pages);
    /* Memory for records, HEAP_RECORDS bytes at a time; NULL when there is none. */
    void *(*records)(void *context);
    void (*records_gone)(void *context, void *records);
    void *context;
    /* Who owns an address that is none of this heap's, for refusals. NULL: nobody does. */
    enum owner (*owner_of)(void *context, vaddr_t address);
};

struct heap_config {
    const struct policy *policy;
    enum owner owner; /* OWNER_HEAP or OWNER_UPAGE: what its frames and events say */
    uint32_t align,
        header;         /* bytes; align a power of two. Sizes are rounded up to align, then header is added */
    bool guard;         /* OSTEP's runs: false */
    struct region span; /* the range may grow from span.start up to span.end, by pages */
    uint32_t initial;   /* bytes of range at the start, and never fewer */
};

struct heap {
    struct heap_config config;
    struct heap_world world;
    struct region range; /* vmalloc's: grows and shrinks within config.span */
    struct tile *root, *by_size, *first, *last;
    struct tile *rover; /* next fit: the tile to search from, or NULL */
    struct tile *spare; /* unused records */
    uint32_t spares;
    void *chunks;  /* memory of records, chained by its first pointer */
    uint32_t seed; /* of the records' ranks */
    bool buddy, sized,
        guards;   /* as its policy says: by buddies, with a tree by size; its blocks carry guards */
    uint8_t slot; /* of the process, for the past */
    uint32_t blocks;
    uint32_t block_bytes, asked_bytes; /* the rest of the range is holes */
    uint32_t mapped;                   /* pages */
    vaddr_t
        touched; /* each page below had a block on it at some time; of buddies' pages perhaps some above, too */
    uint32_t searches, looked; /* searches made, holes the index looked at in all */
};

/* For the world's map, when it has mapped pages: the heap remembers that it had blocks there. */
void heap_touch(struct heap *heap, struct region pages);

/* OK, or E_NOMEM when even the first records cannot be had. */
int heap_init(struct heap *heap, const struct heap_config *config, const struct heap_world *world);

/* Forgets every tile: unmaps all pages, an event for each block, and returns the records. */
void heap_delete(struct heap *heap);

/* The address of `size` fresh bytes (0 asks for the smallest block), or 0 with EV_NOMEM. Emits EV_MALLOC
 * after whatever it caused. */
vaddr_t heap_alloc(struct heap *heap, uint32_t size);

/*
 * OK; or a refusal that changes nothing but E_OVERRUN, which frees the block all the same: E_DOUBLE,
 * E_INTERIOR, E_MISALIGNED, E_FOREIGN. Emits EV_FREE, EV_REFUSED or both.
 */
int heap_free(struct heap *heap, vaddr_t address);

/* Grows or shrinks in place where it can (EV_RESIZE), else moves. 0 with EV_NOMEM (the block stays) or EV_REFUSED. A
 * block that was overrun is named by an EV_REFUSED with E_OVERRUN, once, and the call goes on. */
vaddr_t heap_realloc(struct heap *heap, vaddr_t address, uint32_t size);

/* The block that starts at `address`, or NULL. */
const struct tile *heap_block(const struct heap *heap, vaddr_t address);

/*
 * What the ring knows of an address that no block covers, by its newest event: the EV_FREE of the block that covered it, or
 * the EV_RESIZE that cut it off one; NULL when it has forgotten, or a block has come since. Looks through the whole ring.
 */
const struct event *heap_freed(const struct heap *heap, vaddr_t address);

/* The acting process, whose heap it is, faulted at the address: fills `was` and arg[2] to arg[5] of its EV_FAULT. False: the
 * cause is FAULT_UNKNOWN. */
bool heap_tell_fault(const struct heap *heap, vaddr_t address, struct event *fault);

/* A tile as a reader sees it. */
struct tile_view {
    struct region at;
    enum tile_state state;
    uint32_t asked, caller, seq;
    uint16_t thread;
    bool guard_page;
};

/* The range at that moment, and the tile that covers `address` then. False when it is outside the range.
 * O(log n). */
struct region heap_range(moment_t at, const struct heap *heap);
bool heap_tile(moment_t at, const struct heap *heap, vaddr_t address, struct tile_view *out);

/*
 * Bytes of the region that lie in blocks and in holes; the rest of it lies outside the range. And the tile that covers the
 * last byte counted, when there is one: a map that counts one pixel after the other goes on from there.
 */
struct heap_shares {
    uint32_t block, hole;
    uint32_t guard; /* of the bytes in blocks, those in guard pages */
    bool any;
    struct region last;
    enum tile_state last_state;
    bool wide; /* one of the holes may have a whole page, which is not mapped then; else all they touch is */
};
void heap_count(moment_t at, const struct heap *heap, struct region region, struct heap_shares *out);

/* The same for one region after the other, upwards, while nothing changes: *hint (NULL at first) is where to look. */
void heap_count_on(moment_t at, const struct heap *heap, struct region region, const struct tile **hint,
                   struct heap_shares *out);

/* A number that tells how blocks lie in the region: another when they lie differently. `hint` as above. */
uint16_t heap_sum(moment_t at, const struct heap *heap, struct region region, const struct tile *hint);

/* The heap's figures at that moment. */
struct heap_figures {
    uint32_t blocks, block_bytes, asked_bytes;
    uint32_t holes, hole_bytes, largest_hole;
};
void heap_figures(moment_t at, const struct heap *heap, struct heap_figures *out);

uint32_t heap_largest_hole(const struct heap *heap);
uint32_t heap_holes(const struct heap *heap);
uint32_t heap_hole_bytes(const struct heap *heap);

/* Does a block cover part of the page? Then it is mapped. */
bool heap_covers(const struct heap *heap, vaddr_t page);

/*
 * A sweep of the heap (mm/sweep.h): every invariant above but that of pages. A piece is one tile, then, where holes
 * stand in a tree by size, one of those. False at the end, or when *d says what differs.
 */
struct heap_sweep {
    vaddr_t seen;          /* bytes from the range's start; all tiles below have been seen */
    uint32_t size, start;  /* of the hole that was last seen by size */
    uint32_t blocks;       /* that start among the bytes seen */
    uint32_t bytes, asked; /* of those blocks */
};
bool heap_sweep(const struct heap *heap, struct heap_sweep *sweep, uint32_t pieces, struct difference *d);
void heap_sweep_follow(const struct heap *heap, struct heap_sweep *sweep, const struct event *e);

/* The whole sweep, and the number of pages. Returns NULL or what differs. */
const char *heap_check(const struct heap *heap);

#endif
