/*
 * The heap: blocks and holes that tile one linear range without a gap. Book-keeping lies outside, a record a
 * tile, in memory lent by zone B; a block's record becomes its hole's record, so a free needs no memory.
 *
 * Records stand in a tree by address (a treap: each record's rank is a hash of its address, parents outrank
 * children), and each knows the largest hole below it, whole and in whole pages. Under policies that choose
 * by size, holes stand in a second tree by (size, address). A policy (mm/policy.h) is a question to these
 * trees.
 *
 *   tiles: first.start == range.start, t.end == next(t).start, last.end == range.end
 *   no two holes touch (buddy: no two holes that are buddies)
 *   t.most == max(hole size of t, most of its children); t.most_pages likewise of the hole's whole pages;
 *   t.holes == the number of holes at t and below it
 *   a page is mapped exactly when a block covers part of it
 */
#ifndef MM_HEAP_H
#define MM_HEAP_H

#include "mm/owners.h"
#include "mm/types.h"

enum tile_state { TILE_HOLE = 1, TILE_BLOCK = 2 };

struct link {
    struct tile *up, *left, *right;
};

/* One block or hole. Raw fields are read by tests from outside. */
struct tile {
    struct region at;
    uint32_t most, most_pages,
        holes; /* of the tile and all below it in the tree: largest hole, in whole pages; number of holes */
    struct link by_address;
    struct tile *next, *prev; /* in address order */
    uint32_t asked;           /* block: bytes the program asked for; 0 in a hole */
    uint32_t caller;          /* block: return address of the malloc; hole: of the free */
    uint32_t seq;             /* event that made it */
    struct link by_size;      /* holes only */
    uint32_t rank;
    uint8_t state;
    uint8_t guard_page; /* block: its last page is an unmapped guard */
    uint16_t thread;
};

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
    void *chunks;       /* memory of records, chained by its first pointer */
    uint32_t seed;      /* of the records' ranks */
    bool buddy, guards; /* its policy is buddy; its blocks carry guards */
    uint8_t slot;       /* of the process, for the past */
    uint32_t blocks;
    uint32_t block_bytes, asked_bytes; /* the rest of the range is holes */
    uint32_t mapped;                   /* pages */
    uint32_t searches, looked;         /* searches made, holes the index looked at in all */
};

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

/* Grows or shrinks in place where it can, else moves. 0 with EV_NOMEM (the block stays) or EV_REFUSED. */
vaddr_t heap_realloc(struct heap *heap, vaddr_t address, uint32_t size);

/* The block that starts at `address`, or NULL. */
const struct tile *heap_block(const struct heap *heap, vaddr_t address);

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

/* Bytes of the region that lie in blocks and in holes; the rest of it lies outside the range. */
struct heap_shares {
    uint32_t block, hole;
    uint32_t guard; /* of the bytes in blocks, those in guard pages */
};
void heap_count(moment_t at, const struct heap *heap, struct region region, struct heap_shares *out);

uint32_t heap_largest_hole(const struct heap *heap);
uint32_t heap_holes(const struct heap *heap);
uint32_t heap_hole_bytes(const struct heap *heap);

/* Verifies every invariant above. Returns NULL or what differs. */
const char *heap_check(const struct heap *heap);

#endif
