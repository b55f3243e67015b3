/*
 * A step in plain sentences: what was asked, which hole the policy took and why, what was split, merged, mapped or
 * given back, by whom. Built from the step's events, so that the past reads as the present did.
 */
#ifndef VIZ_EXPLAIN_H
#define VIZ_EXPLAIN_H

#include "mm/events.h"
#include "viz/screen.h"

#define EXPLAIN_ROWS 3

struct explanation {
    uint32_t first, last; /* the events of the step */
    uint32_t step;        /* its number; 0: not a program's call, but what happened by itself */
    bool error;
    char row[EXPLAIN_ROWS][SCREEN_COLUMNS + 1]; /* whole words, the unused rows empty */
};

/*
 * Explains the step that event `seq` is part of: the neighbouring events of one call; or one happening, as a
 * process's start or end with all it causes. False when the ring does not hold that event. Follows at most
 * EXPLAIN_REACH events to either side. `at`: the moment that is shown; of the step that is newest then, the heap still knows
 * which holes were passed, and a few are named.
 */
#define EXPLAIN_REACH 16384u
bool explain(uint32_t seq, moment_t at, struct explanation *out);

/* The event to explain at this moment: the newest but for captions, which stand beside it. 0: there is none. */
uint32_t explain_newest(moment_t at);

#endif
