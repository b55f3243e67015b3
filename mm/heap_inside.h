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
/* Takes it out; *tile itself is the caller's again. */
void index_remove(struct heap *heap, struct tile *tile);
/* The tile's size or state has changed (its place in the order has not). */
void index_update(struct heap *heap, struct tile *tile);
/* Around every change of a hole's region or state, under policies that choose by size. */
void index_size_insert(struct heap *heap, struct tile *hole);
void index_size_remove(struct heap *heap, struct tile *hole);
/* The tile that covers `address`, or NULL. */
struct tile *index_find(const struct heap *heap, vaddr_t address);

/* A record of the spares; there is one, records_ensure has seen to it. Back to the spares. */
struct tile *record_new(struct heap *heap);
void record_delete(struct heap *heap, struct tile *tile);
/* OK when `count` records are spare, E_NOMEM when zone B is full. */
int records_ensure(struct heap *heap, uint32_t count);

/* Makes the tile, which is in no tree by size, a hole. */
void set_hole(struct tile *tile, struct region at, uint32_t caller, uint32_t seq);
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

static inline uint32_t smaller(uint32_t a, uint32_t b) {
    return a < b ? a : b;
}

static inline uint32_t larger(uint32_t a, uint32_t b) {
    return a > b ? a : b;
}

/* Bytes of whole pages in a region. */
static inline uint32_t whole_pages(struct region r) {
    uint32_t start = round_up(r.start, PAGE_SIZE), end = round_down(r.end, PAGE_SIZE);
    return start - r.start < r.end - r.start && end > start ? end - start : 0;
}

#endif
