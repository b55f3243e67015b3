/*
 * A race as the screen shows it: one program in several lanes, side by side. The kernel keeps it, the view
 * `race` paints it.
 */
#ifndef VIZ_RACE_H
#define VIZ_RACE_H

#include "mm/regime.h"

#define LANES_MOST 4

/*
 * A lane's children run beside it and not in step; what they map counts. Of a lane whose regime keeps a table of its own,
 * frames, mappings, ranges, foreign and phantoms are that regime's, all of them since the race began.
 */
struct race_lane {
    uint16_t pid;
    bool ended;
    const struct regime *regime;
    const char *label;        /* what is raced: a policy's title or a regime's name */
    struct heap_figures last; /* ended: of its heap at its end */
    uint32_t end;             /* ended: the event */
    uint32_t steps;           /* made so far */
    uint64_t ticks;           /* of the time stamp counter, inside those steps */
    uint32_t peak_heap;       /* bytes its heap's range has had at most */
    uint32_t peak_used;       /* bytes of blocks at most */
    uint32_t searches;        /* for a hole */
    uint32_t looked;          /* holes the index looked at in all of them */
    uint32_t frames;          /* behind its heap; of one that ended those that never came back */
    uint32_t mappings;        /* calls that mapped pages: a page each, under sutured 4 bytes */
    int32_t ranges;           /* so many more free ranges in the table than at the start */
    uint32_t foreign;         /* of those, by no right */
    uint32_t phantoms;        /* effects withheld */
};

struct race {
    const char *program;
    bool regimes;  /* its lanes are regimes, not policies */
    bool differ;   /* the lanes did not ask for the same: they cannot be compared */
    bool children; /* a lane has some */
    uint32_t lanes;
    struct race_lane lane[LANES_MOST];
};

#endif
