/*
 * Events: what changed, one way. An allocator changes its state and emits one fixed record; it does not know
 * who reads. The ring keeps the newest `capacity` records. A reader holds the sequence number it wants next,
 * and learns how many it missed.
 *
 * Each record carries what undoing it needs; the fields `was` and `arg` mean, by kind, what enum event_kind
 * says below.
 */
#ifndef MM_EVENTS_H
#define MM_EVENTS_H

#include "mm/owners.h"
#include "mm/types.h"

enum event_kind {
    EV_NONE,

    /* memman. at: the range; was: the free range it came out of or went into; owner: the lender. arg[0]:
     * zone. arg[1]: bytes asked for. LEND arg[2]: where that free range came from (its origin). RETURN
     * arg[2], arg[3]: origins of the free ranges before and after that it joined; arg[4], arg[5]: start and
     * end of the lent range it was part of. */
    EV_LEND,
    EV_RETURN,

    /* paging. at: linear pages; arg[0]: first frame's address; arg[1]: entry bits; owner: of the frames. */
    EV_MAP,
    EV_UNMAP,
    EV_TABLE, /* at: the 4 MB a new page table covers; arg[0]: its frame */
    EV_TABLE_GONE,

    /* vmalloc. at: the heap's range after; was: before; arg[0]: start of its last hole, with what was added
     * or taken away; arg[1]: event that made that hole. owner: which heap (H or U). */
    EV_RANGE,

    /* heap. at: the block; was: the hole it came out of or went into; owner: which heap (H or U).
     * arg[0]: bytes asked for.
     * MALLOC arg[1]: holes passed by the policy's definition; arg[2]: tiles the index looked at; arg[3]: event
     * that made the hole.
     * FREE arg[1], arg[2]: events that made the holes it joined, the lower first (of buddies the two smallest);
     * arg[3], arg[4]: event and caller of the malloc; arg[5]: its thread, and 1 << 16 when a guard page
     * ends the block. */
    EV_MALLOC,
    EV_FREE,
    /* realloc in place. at: the block after; was: before; arg[0], arg[1]: bytes asked for after, before;
     * arg[2]: end of the hole behind, the same before and after (of buddies the larger block's); arg[4]: event that
     * made it, or 0; arg[3], arg[5]: as FREE, of the block before. */
    EV_RESIZE,

    /* Nothing changed (E_OVERRUN: but what the call does anyway). at.start: the address given; arg[0]: the enum error;
     * arg[1]: the enum event_kind refused; was, arg[2]: the block or hole there (was is empty: none is), and its start or
     * size, or for E_OVERRUN the first byte that is not as it was; arg[3]: event that made it, or for E_DOUBLE took it
     * back; arg[4]: enum owner of the heap that was asked; owner: who really owns the address. */
    EV_REFUSED,
    /* arg[0]: bytes; arg[1]: zone, or ~0 for a heap; arg[2]: the zone's largest free range; owner: who asked */
    EV_NOMEM,

    /* processes. at: zero. */
    EV_SPAWN, /* all that it needs is there. arg[0]: parent pid */
    EV_EXIT, /* it ends; what it held goes back after this. arg[0]: status; arg[1]: enum exit_reason; arg[2]: number of
              * its regime */
    /* Its space is gone: the last event of a process. at: the image; was.start: its directory; was.end, arg[5]: searches
     * of its heap, holes looked at; arg[0] to arg[3]: its name; arg[4]: number of its regime, 1 << 8 for guards;
     * policy: its heap's. */
    EV_GONE,
    EV_THREAD, /* arg[0]: thread number */
    /* at.start: the address; arg[0]: the processor's error code; arg[1]: eip; arg[3]: enum fault_cause. was: the block
     * concerned, with its guard (empty: none is known); arg[5]: bytes asked for it. arg[2], arg[4]: event and caller of
     * the free (FAULT_FREED) or of the malloc (FAULT_GUARD_PAGE); FAULT_FREED_BEFORE arg[2]: the oldest event there was. */
    EV_FAULT,
    EV_SAY, /* a caption; its text is with the conductor */

    /*
     * sutured; mm/regime.h's struct books undoes all three.
     * EV_PHANTOM: the seed took memory from one owner and gave it to another; the effect outside its arena is
     * withheld. at: the memory, by the seed's address; arg[0]: case of the seed, 1 to 12; from whom: owner and
     * arg[1], a pid; to whom: arg[2], an enum owner, and arg[3], a pid. Pid 0 is memman: its memory of that owner's zone,
     * or with OWNER_FREE its table. OWNER_FOREIGN is nobody; as receiver with a pid, who asked and got nothing. One party
     * on both sides with a pid has the memory twice. arg[4]: event of the phantom before, or 0; arg[5]: the page of the
     * process that it is about, when `at` is a frame of the seed's, or 0; was: of the process's phantom before, what
     * phantom_page says.
     * EV_SEED: one thing in the seed's books changed. arg[1]: enum seed_change. at: the table's entry after; was:
     * before; arg[0]: its index; arg[2]: pid << 8 | case and arg[3]: event of where it came from before;
     * arg[4]: case that it came from after, 0 for none. SEED_LOST: at is what was lost. SEED_LIMIT: at.end and
     * was.end are the process's heap limit. SEED_PROCESS: a process came or went, SEED_RESET: a new arena; what
     * its totals were: was.end the heap's limit or losts, at the process's phantom_page, arg[0], arg[2] to arg[5] the rest, by mm/sutured_books.c.
     * EV_SEED_CALL: a call is over. arg[0]: enum seed_call; arg[1], arg[2]: its arguments; arg[3]: its answer;
     * arg[4]: mapping calls it made; arg[5]: frames it took (negative: gave back).
     */
    EV_PHANTOM,
    EV_SEED,
    EV_SEED_CALL,
    EV_KINDS
};

/* Bits of the processor's error code of a page fault, SDM vol. 3, 4.7. */
#define FAULT_PRESENT 1u /* the page is mapped, but not for this */
#define FAULT_WRITE   2u

/* What the kernel found out about an address at which a program faulted. */
enum fault_cause {
    FAULT_UNKNOWN,
    FAULT_GUARD_PAGE, /* in the unmapped page behind a block that lives */
    FAULT_FREED, /* in a block, or an end cut off by realloc, that was given back; `was`: as it was then */
    FAULT_FREED_BEFORE, /* in a page of blocks that were all given back before the ring's oldest event */
};

enum seed_change { SEED_CHANGE, SEED_INSERT, SEED_REMOVE, SEED_LOST, SEED_LIMIT, SEED_PROCESS, SEED_RESET };

/* Who acts: set by the kernel at the entry of a system call, by tests as they like; every event copies it. */
struct actor {
    uint16_t pid; /* 0: the kernel */
    uint8_t thread;
    uint8_t slot;    /* of the process, or NO_SLOT */
    uint32_t caller; /* the program's return address, or 0 */
    uint32_t step;   /* number of the heap or _4k call this belongs to; 0: none */
};
extern struct actor actor;

/* 64 bytes; tests read it from outside, so the layout is fixed. */
struct event {
    uint32_t seq;  /* 1, 2, …; 0 marks a record not yet written */
    uint32_t time; /* milliseconds since boot */
    uint16_t pid;  /* this and the next two lie as in struct actor: one word to copy */
    uint8_t thread, slot;
    uint8_t kind, owner, policy, unused;
    uint32_t step;
    uint32_t caller;
    struct region at, was;
    uint32_t arg[6];
};
_Static_assert(sizeof(struct event) == 64, "the ring's records are 64 bytes");

struct events {
    struct event *ring;
    uint32_t capacity; /* records, a power of two */
    uint32_t next;     /* sequence number of the next event; the newest is next - 1 */
};
extern struct events events;

/* Takes `ring` (zeroed; capacity a power of two) for good; the first event is number 1. */
void events_init(struct event *ring, uint32_t capacity);

/* The next record, filled with time, actor and sequence number; the caller fills the rest at once. Never
 * fails. */
static inline struct event *event_emit(enum event_kind kind, enum owner owner, struct region at,
                                       struct region was);

/* The record number `seq`, or NULL when it is not in the ring (any more). */
const struct event *event_at(uint32_t seq);

/* What of the process's own addresses an EV_PHANTOM is about. */
static inline struct region phantom_page(const struct event *e);

/* The oldest sequence number still in the ring. */
uint32_t events_oldest(void);

/* The newest event at a moment. */
static inline uint32_t event_newest(moment_t moment) {
    return moment == NOW ? events.next - 1 : moment;
}

/*
 * A reader's turn: the next event it has not seen, or NULL when it has seen all. *cursor is the sequence
 * number it wants (start with 1 or events.next) and is moved past the record returned; what the ring has
 * overwritten meanwhile is added to *missed.
 */
const struct event *event_next(uint32_t *cursor, uint32_t *missed);

/* Shortest name of a kind, as `dump events` prints it. */
extern const char *const event_names[EV_KINDS];

extern uint32_t events_clock; /* milliseconds since boot, kept by the timer; what `time` copies */

static inline struct region phantom_page(const struct event *e) {
    return e->arg[5] ? (struct region){e->arg[5], e->arg[5] + PAGE_SIZE} : e->at;
}

static inline struct event *event_emit(enum event_kind kind, enum owner owner, struct region at,
                                       struct region was) {
    uint32_t seq = events.next++;
    struct event *e = &events.ring[seq & (events.capacity - 1)];
    e->seq = seq;
    e->time = events_clock;
    e->pid = actor.pid;
    e->thread = actor.thread;
    e->slot = actor.slot;
    e->kind = (uint8_t)kind;
    e->owner = (uint8_t)owner;
    e->policy = 0;
    e->unused = 0;
    e->step = actor.step;
    e->caller = actor.caller;
    e->at = at;
    e->was = was;
    return e;
}

#endif
