/*
 * First fit: the lowest hole that is large enough.
 */
#include "mm/policy.h"

static bool passes(const struct tile *hole, const struct tile *taken, vaddr_t rover) {
    (void)rover;
    return !taken || hole->at.start < taken->at.start;
}

static const struct policy first = {
    .name = "first",
    .title = "first fit",
    .words = "takes the lowest hole that is large enough",
    .takes = "the lowest that fits",
    .code = 'f',
    .choose = heap_lowest_fit,
    .passes = passes,
};
TABLE_ENTRY(policies, const struct policy, first);
