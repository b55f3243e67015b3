/*
 * Worst fit: the largest hole, if it is large enough; it looks at every hole, by its definition. The lowest
 * of equals.
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

static const struct policy worst = {
    .name = "worst",
    .title = "worst fit",
    .words = "looks at every hole and takes the largest",
    .takes = "the largest",
    .code = 'w',
    .choose = heap_largest_fit,
    .passes = passes,
    .passed = passed,
};
TABLE_ENTRY(policies, const struct policy, worst);
