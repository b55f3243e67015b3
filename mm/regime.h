/*
 * A regime: what stands behind the programs' malloc and free. Healed: everything goes back to its owner.
 * Sutured: the seed's museum. One file each, added to the table `regimes`; programs are started under the
 * current one and keep it.
 */
#ifndef MM_REGIME_H
#define MM_REGIME_H

#include "mm/events.h"
#include "mm/space.h"
#include "mm/table.h"

struct books;

struct regime {
    const char *name;  /* the word in commands: "healed" */
    const char *words; /* one sentence */
    bool sized_free;   /* the C library must pass sizes to free_sized, as the seed's callers had to */

    /* All return 0 (addresses) or an enum error, as in heap.h; under sutured what the seed returned. */
    vaddr_t (*malloc)(struct space *space, uint32_t size);
    int (*free)(struct space *space, vaddr_t address);
    int (*free_sized)(struct space *space, vaddr_t address, uint32_t size);
    vaddr_t (*realloc)(struct space *space, vaddr_t address, uint32_t size);
    vaddr_t (*malloc_4k)(struct space *space);
    int (*free_4k)(struct space *space, vaddr_t address);
    /* The seed's own calls, SEED_NONE excepted, up to SEED_ASKED. What the seed answered; under healed 0, or an enum
     * error for a free. */
    uint32_t (*seed)(struct space *space, enum seed_call call, uint32_t a, uint32_t b);
    /* The program touched a page it may not: OK when it may now, E_FAULT or E_NOMEM. NULL: nothing to do. */
    int (*fault)(struct space *space, vaddr_t address);
    /* Is that page of the heap's span, which is mapped, one that the regime mapped itself? NULL: it maps none. */
    bool (*has_page)(const struct space *space, vaddr_t page);
    /* Makes its world ready, once, when the machine starts; NULL: there is none. */
    void (*init)(void);
    /* A process comes under it (OK or E_NOMEM), leaves it; NULL: nothing to do. */
    int (*enter)(struct space *space);
    void (*leave)(struct space *space);
    /* Makes its world new: OK, or E_LIMIT as long as processes live in it. NULL: there is nothing to make new. */
    int (*reset)(void);
    const struct books *books; /* NULL: it keeps no table of its own */
};
TABLE_DECLARE(regimes, const struct regime);

const struct regime *regime_find(const char *name);

/* When the machine starts, and spaces and events are there. */
void regimes_init(void);

/* Its number in events (EV_EXIT, EV_GONE), and back; NULL: no regime has that number. */
uint32_t regime_number(const struct regime *regime);
const struct regime *regime_by_number(uint32_t number);

/* ---- A table of free memory that a regime keeps for itself, for readers ---- */

/* One entry, in the table's own order. */
struct table_entry {
    uint32_t address, size; /* address + size may pass 2^32 */
    const char *zone; /* "kpages", "kbytes", "ubytes", "upages" by its address; "none": it lies in no zone */
    enum owner owner; /* of that zone; OWNER_FOREIGN */
    const char *from; /* where it came from: "boot", "returned", "a heap address", … */
    uint16_t pid;     /* who freed it, in event `seq`; 0 and 0: boot */
    uint32_t seq;
    uint32_t
        number; /* case of the seed that brought it; 0: it is there by right, else paint it as an error */
};

struct table_totals {
    uint32_t entries, capacity;
    uint32_t losts, lostsize; /* frees that the full table dropped, and their bytes */
    uint32_t foreign;         /* entries there by no right */
    uint32_t phantoms;        /* effects withheld since the last reset */
    uint32_t newest;          /* the event of the newest one; 0: none */
    uint32_t frames;          /* taken for processes, living and dead, and never returned */
    uint32_t mapping_calls;
};

/* What one process has done to it. */
struct process_totals {
    struct region heap;    /* from its start to the limit, which may lie anywhere */
    uint32_t asked, freed; /* bytes asked of malloc, bytes handed to free */
    uint32_t frames;       /* taken and never returned */
    uint32_t mapping_calls;
    uint32_t phantoms;
    struct region withheld; /* by the newest of them, in the process's own addresses; it may pass 2^32 */
};

/*
 * The reader's side of it. `at` is NOW, or a moment at which the past stands open (mm/past.h). To open it, `rewind` sets
 * the past where the present is, and `undo` takes it back over one event of kind EV_PHANTOM, EV_SEED or
 * EV_SEED_CALL, newest first.
 */
struct books {
    void (*totals)(moment_t at, struct table_totals *out);
    bool (*entry)(moment_t at, uint32_t index, struct table_entry *out); /* false: past the last one */
    void (*process)(moment_t at, const struct space *space, struct process_totals *out);
    /* The seed's case `number`, 1 to 12, in two sentences for a row of 71 characters each. */
    const char *(*story)(uint32_t number, int sentence);
    void (*rewind)(void);
    void (*undo)(const struct event *e);
};

/* Effects withheld so far, by all regimes. */
uint32_t regime_phantoms(moment_t at);

#endif
