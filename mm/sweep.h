/*
 * Sweeps: checks that go along one structure piece by piece and may stand still between two pieces while the
 * structure changes. What can be seen in one place is checked there at once. What only the whole can tell, its
 * totals, is summed up on the way, and every event that happens behind the sweep corrects the sums (*_follow).
 * So a sound structure is never objected to, whatever happens meanwhile, and a total that is wrong always is.
 *
 * A sweep starts zeroed but for the fields its header names. It is handed events in their order, every one
 * that happened since it started, before it goes on.
 */
#ifndef MM_SWEEP_H
#define MM_SWEEP_H

#include "mm/types.h"

/* Two that speak of the same memory and do not say the same. */
struct claim {
    const char *by; /* "page table" */
    uint32_t says;
};

struct difference {
    const char *what; /* in plain words; NULL: no difference */
    uint32_t at;      /* address of the frame, page, range or tile that it is about */
    uint16_t pid;     /* whose; 0: nobody's */
    bool owners;      /* the claims are enum owner, else numbers or addresses */
    struct claim claims[2];
};

static inline void differ(struct difference *d, bool wrong, const char *what, uint32_t at, struct claim one,
                          struct claim other) {
    if (wrong && !d->what) {
        *d = (struct difference){.what = what, .at = at, .claims = {one, other}};
    }
}

#define CLAIM(by, says) ((struct claim){by, (uint32_t)(says)})

#endif
