/*
 * A policy: how a heap chooses a hole. One file each in mm/policy_NAME.c, added to the table `policies`;
 * nothing else changes.
 *
 * The heap offers three questions, each O(log n); a policy asks one, or walks the holes itself with
 * heap_next_hole.
 */
#ifndef MM_POLICY_H
#define MM_POLICY_H

#include "mm/heap.h"
#include "mm/table.h"

/* A request as the policy sees it. */
struct want {
    uint32_t size;   /* bytes, rounded, with header and guard */
    bool pages;      /* must start on a page boundary */
    uint32_t looked; /* the questions add the tiles they looked at */
    uint32_t passed; /* holes that the policy passed, by its definition */
};

struct policy {
    const char *name;  /* the word in commands: "first" */
    const char *title; /* "first fit" */
    const char *words; /* one sentence: what it chooses */
    const char *takes; /* the hole it took, behind "took": "the lowest that fits" */
    uint8_t code;      /* its number in events, its own letter: 'f' */
    bool by_size;      /* keep the tree by size */
    bool buddy;        /* sizes are powers of two, holes split and join as buddies; no guards */
    /* The hole to take from, or NULL; says in want->passed how many it went by before. Changes nothing else but heap->rover. */
    struct tile *(*choose)(struct heap *heap, struct want *want);
    /*
     * By the policy's definition, did a search look at this hole and pass it over before it took `taken`
     * (NULL: it took none)? For the view of a search. `rover`: where next fit began.
     */
    bool (*passes)(const struct tile *hole, const struct tile *taken, vaddr_t rover);
};
TABLE_DECLARE(policies, const struct policy);

/* By its name, or NULL. */
const struct policy *policy_find(const char *name);

/* By its code in an event, or NULL. */
const struct policy *policy_by_code(uint8_t code);

/* Bytes of whole pages in a region. */
static inline uint32_t whole_pages(struct region r) {
    uint32_t start = round_up(r.start, PAGE_SIZE), end = round_down(r.end, PAGE_SIZE);
    return start - r.start < r.end - r.start && end > start ? end - start : 0;
}

/* Does the wanted block fit in this hole? */
static inline bool heap_fits(const struct tile *hole, const struct want *want) {
    return hole->state == TILE_HOLE &&
           (want->pages ? whole_pages(hole->at) : region_size(hole->at)) >= want->size;
}

/* Lowest hole that fits, and in want->passed how many lie below it, or all there are; lowest at or after `from`. */
struct tile *heap_lowest_fit(struct heap *heap, struct want *want);
struct tile *heap_lowest_fit_from(struct heap *heap, vaddr_t from, struct want *want);
/* Policies that look at every hole: the one taken is not passed. */
static inline void heap_passed_all(const struct heap *heap, const struct tile *taken, struct want *want) {
    want->passed = heap_holes(heap) - (taken ? 1 : 0);
}
/* Smallest hole that fits, the lowest of equals (by_size). */
struct tile *heap_smallest_fit(struct heap *heap, struct want *want);
/* Largest hole, the lowest of equals, if it fits. */
struct tile *heap_largest_fit(struct heap *heap, struct want *want);
/* The hole after `hole` in address order; NULL: the first. */
struct tile *heap_next_hole(const struct heap *heap, const struct tile *hole);
/* How many holes start below `address`. */
uint32_t heap_holes_below(const struct heap *heap, vaddr_t address);

#endif
