/*
 * The audit: law 1, checked. Frames against page tables, tiles against heap ranges and pages, zones against
 * owners. It reads everything and trusts nothing that can be counted again.
 *
 * It goes round in steps of little work, so that the machine need not stand still for it, and stands for
 * sweeps (mm/sweep.h) one after the other: each zone, each process's page tables and heaps, the counts of frames, and
 * what is lent against what processes have. What happens between two steps it learns from the events; where the
 * ring has dropped some before it came to read them, it begins the structure it was at again.
 */
#ifndef MM_AUDIT_H
#define MM_AUDIT_H

#include "mm/heap.h"
#include "mm/memman.h"
#include "mm/owners.h"
#include "mm/sweep.h"
#include "mm/types.h"

/* Called for each difference. */
typedef void (*audit_report)(void *context, const struct difference *difference);

/* In the order of a round. */
enum audit_part {
    AUDIT_ZONES,
    AUDIT_PAGES,
    AUDIT_HEAP,
    AUDIT_PAGES_HEAP,
    AUDIT_OWNERS,
    AUDIT_TOTALS,
    AUDIT_END
};

struct audit {
    audit_report report;
    void *context;
    uint32_t differences; /* found in this round so far */
    uint32_t again;       /* times that a structure was begun again */

    /* Where it is. */
    enum audit_part part;
    uint32_t which;      /* zone or slot */
    uint16_t pid;        /* of the slot's process when its part began */
    uint32_t next_event; /* to learn from */
    struct owners_sweep owners;
    struct memman_sweep zone;
    struct pages_sweep {
        vaddr_t page; /* all below have been seen */
        uint32_t mapped[OWNERS];
    } pages;
    struct heap_sweep heap;
};

/* Starts a round: everything is looked at from here on. */
void audit_begin(struct audit *audit, audit_report report, void *context);

/*
 * Learns from the events, some hundreds at most, then goes on by so many pieces, each some 10,000 instructions at
 * most and seldom more than 1,000. True when the round is complete. A structure's sweep ends at its first
 * difference, but page tables tell all of theirs.
 */
bool audit_step(struct audit *audit, uint32_t pieces);

/* A whole round at once. Returns the number of differences. */
uint32_t audit_all(audit_report report, void *context);

#endif
