/*
 * Buddy: sizes are powers of two; a hole too large is halved until it fits, and a freed half joins its other
 * half, its buddy.
 */
#include "mm/policy.h"

/* It asks the lists of its orders, and passes no hole. */
static bool passes(const struct tile *hole, const struct tile *taken, vaddr_t rover) {
    (void)rover;
    (void)hole;
    (void)taken;
    return false;
}

static const struct policy buddy = {
    .name = "buddy",
    .title = "buddy",
    .words = "halves the smallest hole that is large enough until a half would be too small",
    .takes = "the smallest that fits",
    .code = 'y',
    .by_size = true,
    .buddy = true,
    .choose = heap_smallest_fit,
    .passes = passes,
};
TABLE_ENTRY(policies, const struct policy, buddy);
