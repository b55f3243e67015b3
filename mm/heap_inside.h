/*
 * What the heap's own rooms share: trees of tiles (heap_index.c), records and holes (heap_records.c), the range
 * (vmalloc.c). The invariants they keep together are mm/heap.h's.
 */
#ifndef MM_HEAP_INSIDE_H
#define MM_HEAP_INSIDE_H

#include "mm/heap.h"
#include "mm/policy.h"

/* Puts a tile into list and tree right after `before` (NULL: first). Its region and state are set. */
void index_insert(struct heap *heap, struct tile *tile, struct tile *before);
/* Takes a hole out; *hole itself is the caller's again. */
void index_remove(struct heap *heap, struct tile *hole);
/* The hole at a tile, or one just below it, has changed: `change` is 1 when there is one more, ~0u one less, 0 when its size
 * is another. Places in the order have not. */
void index_update(struct tile *tile, uint32_t change);
/* Around every change of a hole's region or state, where heap->sized. */
void sizes_insert(struct heap *heap, struct tile *hole);
void sizes_remove(struct heap *heap, struct tile *hole);

/* A record of the spares; there is one, records_ensure has seen to it. Back to the spares. */
struct tile *record_new(struct heap *heap);
void record_delete(struct heap *heap, struct tile *tile);
/* Fetches records until `count` are spare: OK, or E_NOMEM when zone B is full. */
int records_fetch(struct heap *heap, uint32_t count);

/* A new hole right after `before`; a hole's new region, its place in the order the same; a hole's end. */
struct tile *hole_new(struct heap *heap, struct region at, struct tile *before, uint32_t caller,
                      uint32_t seq);
void hole_resize(struct heap *heap, struct tile *hole, struct region at);
void hole_delete(struct heap *heap, struct tile *hole);

/* Moves the range's end up to `end`; the new bytes join the last hole (buddy: only when they are buddies). */
void range_grow(struct heap *heap, uint32_t end);
/* Gives back what the range need not have: whole pages of its last hole. */
void range_trim(struct heap *heap);
/* Grows the range by as little as makes `want` fit at its end: the last hole then, or NULL and nothing changed. */
struct tile *range_extend(struct heap *heap, const struct want *want);

/* Makes the tile a hole, where it stands. */
static inline void hole_set(struct tile *t, uint32_t caller, uint32_t seq) {
    t->state = TILE_HOLE;
    t->guard_page = 0;
    t->thread = 0;
    t->asked = 0;
    t->caller = caller;
    t->seq = seq;
}

/* The tile that covers `address`, or NULL. */
static inline struct tile *index_find(const struct heap *heap, vaddr_t address) {
    struct tile *t = heap->root;
    while (t) {
        if (address < t->at.start) {
            t = t->by_address.left;
        } else if (address < t->at.end) {
            break;
        } else {
            t = t->by_address.right;
        }
    }
    return t;
}

#endif
