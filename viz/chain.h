/*
 * The chain: from one thing under the cursor to everything that lends it or lives in it. A block lies on pages,
 * their entries name frames, the frames lie in a range of memman. Every map lights what the chain touches; views
 * light their rows.
 */
#ifndef VIZ_CHAIN_H
#define VIZ_CHAIN_H

#include "mm/heap.h"
#include "mm/memman.h"
#include "mm/owners.h"
#include "mm/types.h"

/* What a cell of the screen can stand for. */
enum subject_kind {
    SUBJECT_NOTHING,
    SUBJECT_FRAMES,  /* physical bytes */
    SUBJECT_PAGES,   /* linear bytes of pid, as page tables see them */
    SUBJECT_HEAP,    /* linear bytes of pid, as its heap sees them */
    SUBJECT_EVENT,   /* event number seq */
    SUBJECT_PROCESS, /* pid */
};

struct subject {
    enum subject_kind kind;
    uint16_t pid;
    struct region at;
    uint32_t seq;
};

/*
 * The chain of a subject at a moment. Regions that are empty are not part of it. `frames` holds the runs of frames
 * behind `pages`, in the order of the pages; `more`: there are more than it can hold.
 */
#define CHAIN_RUNS 32
struct chain {
    struct subject subject;
    uint16_t pid;  /* whose; 0: the kernel's or nobody's */
    bool has_tile; /* `tile` is the heap's block or hole */
    struct tile_view tile;
    struct region bytes;              /* linear: what lights up in a heap */
    struct region pages;              /* linear: what lights up in page tables */
    uint32_t entry;                   /* of the first of the pages; 0: not mapped */
    struct region frames[CHAIN_RUNS]; /* physical */
    uint32_t runs;
    bool more;
    enum owner owner; /* of the thing: the last lender */
    bool has_range;   /* `range` is memman's, and `zone` its zone */
    struct range range;
    enum zone zone;
    uint32_t seq;    /* event that made it so; 0: unknown */
    uint32_t caller; /* the program's return address then; 0: unknown */
};

/* The cursor's chain, as it was when the frame began; its kind is SUBJECT_NOTHING when there is no cursor. */
const struct chain *chain_shown(void);

/* Does the shown chain touch the region? `pid` counts for pages and heaps only. */
bool chain_touches(enum subject_kind kind, uint16_t pid, struct region region);

/* Is it about this event? */
bool chain_touches_event(uint32_t seq);

/* Follows the subject and makes its chain the one that is shown; for viz.c alone. SUBJECT_NOTHING, and what is no more,
 * give a chain that touches nothing. */
void chain_show(const struct subject *subject, moment_t at);

#endif
