/*
 * Best fit: the smallest hole that is large enough; it looks at every hole, by its definition. The lowest of
 * equals.
 */
#include "mm/policy.h"

static bool passes(const struct tile *hole, const struct tile *taken, vaddr_t rover) {
    (void)rover;
    return hole != taken;
}

static uint32_t passed(const struct heap *heap, const struct tile *taken, const struct want *want) {
    (void)want;
    return heap_holes(heap) - (taken ? 1 : 0);
}

static const struct policy best = {
    .name = "best",
    .title = "best fit",
    .words = "looks at every hole and takes the smallest that is large enough",
    .takes = "the smallest that fits",
    .code = 'b',
    .by_size = true,
    .choose = heap_smallest_fit,
    .passes = passes,
    .passed = passed,
};
TABLE_ENTRY(policies, const struct policy, best);
