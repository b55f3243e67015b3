/*
 * Worst fit: the largest hole, if it is large enough; it looks at every hole, by its definition. The lowest
 * of equals.
 */
#include "mm/policy.h"

static struct tile *choose(struct heap *heap, struct want *want) {
    struct tile *taken = heap_largest_fit(heap, want);
    heap_passed_all(heap, taken, want);
    return taken;
}

static bool passes(const struct tile *hole, const struct tile *taken, vaddr_t rover) {
    (void)rover;
    return hole != taken;
}

static const struct policy worst = {
    .name = "worst",
    .title = "worst fit",
    .words = "looks at every hole and takes the largest",
    .takes = "the largest",
    .code = 'w',
    .choose = choose,
    .passes = passes,
};
TABLE_ENTRY(policies, const struct policy, worst);
