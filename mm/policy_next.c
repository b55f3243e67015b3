/*
 * Next fit: the first hole that is large enough, searching on from where the last search ended, around the
 * end once.
 */
#include "mm/policy.h"

static vaddr_t rover_start(const struct heap *heap) {
    return heap->rover ? heap->rover->at.start : heap->range.start;
}

static struct tile *choose(struct heap *heap, struct want *want) {
    vaddr_t rover = rover_start(heap);
    struct tile *taken = heap_lowest_fit_from(heap, rover, want);
    if (!taken) {
        taken = heap_lowest_fit(heap, want);
    }
    want->passed = heap_holes(heap);
    if (taken) {
        uint32_t below_rover = heap_holes_below(heap, rover);
        uint32_t below_taken = heap_holes_below(heap, taken->at.start);
        want->passed = below_taken - below_rover + (below_taken < below_rover ? want->passed : 0);
    }
    return taken;
}

static bool passes(const struct tile *hole, const struct tile *taken, vaddr_t rover) {
    /* Distances upwards from the rover, around the end. */
    return !taken || hole->at.start - rover < taken->at.start - rover;
}

static const struct policy next = {
    .name = "next",
    .title = "next fit",
    .words = "takes the first hole that is large enough, going on from the last one taken",
    .takes = "the next that fits",
    .code = 'n',
    .choose = choose,
    .passes = passes,
};
TABLE_ENTRY(policies, const struct policy, next);
