/*
 * A race as the screen shows it: one program in several lanes, side by side. The kernel keeps it, the view
 * `race` paints it.
 */
#ifndef VIZ_RACE_H
#define VIZ_RACE_H

#include "mm/types.h"

#define LANES_MOST 4

struct race_lane {
    uint16_t pid;
    bool ended;
    const char *label;  /* what is raced: a policy's title or a regime's name */
    uint32_t steps;     /* made so far */
    uint64_t ticks;     /* of the time stamp counter, inside those steps */
    uint32_t peak_heap; /* bytes its heap's range has had at most */
    uint32_t peak_used; /* bytes of blocks at most */
    uint32_t searches;  /* for a hole */
    uint32_t looked;    /* holes the index looked at in all of them */
    uint32_t frames;    /* behind its heap; of one that ended those that never came back */
    uint32_t
        mappings; /* calls that mapped pages, as its regime counts them: a page each, under sutured 4 bytes */
    uint32_t ranges;   /* free ranges in memman's table */
    uint32_t foreign;  /* of those, by no right */
    uint32_t phantoms; /* effects withheld */
};

struct race {
    const char *program;
    bool regimes; /* its lanes are regimes, not policies */
    bool differ;  /* the lanes did not ask for the same: they cannot be compared */
    uint32_t lanes;
    struct race_lane lane[LANES_MOST];
};

#endif
