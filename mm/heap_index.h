/*
 * The trees of a heap's tiles, for the heap's own rooms. Contracts are in mm/heap.h's invariants.
 */
#ifndef MM_HEAP_INDEX_H
#define MM_HEAP_INDEX_H

#include "mm/heap.h"

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

/* Bytes of whole pages in a region. */
static inline uint32_t whole_pages(struct region r) {
    uint32_t start = round_up(r.start, PAGE_SIZE), end = round_down(r.end, PAGE_SIZE);
    return start - r.start < r.end - r.start && end > start ? end - start : 0;
}

#endif
