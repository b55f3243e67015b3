/*
 * Best fit: the smallest hole that is large enough; it looks at every hole, by its definition. The lowest of
 * equals.
 */
#include "mm/policy.h"

static struct tile *choose(struct heap *heap, struct want *want) {
    struct tile *taken = heap_smallest_fit(heap, want);
    heap_passed_all(heap, taken, want);
    return taken;
}

static bool passes(const struct tile *hole, const struct tile *taken, vaddr_t rover) {
    (void)rover;
    return hole != taken;
}

static const struct policy best = {
    .name = "best",
    .title = "best fit",
    .words = "looks at every hole and takes the smallest that is large enough",
    .takes = "the smallest that fits",
    .code = 'b',
    .by_size = true,
    .choose = choose,
    .passes = passes,
};
TABLE_ENTRY(policies, const struct policy, best);
