/*
 * Inside the museum: what its three files share. mm/sutured.c is the seed; mm/sutured_judge.c watches who is robbed;
 * mm/sutured_books.c is what readers see of it, now and in the past. Nobody else includes this.
 */
#ifndef MM_SUTURED_INSIDE_H
#define MM_SUTURED_INSIDE_H

#include "mm/regime.h"
#include "mm/sutured.h"

/* ---- The arena ---- */

enum arena_zone { KPAGES, KBYTES, UBYTES, UPAGES, ARENA_ZONES, NO_ZONE = ARENA_ZONES };

struct arena_zone_info {
    const char *name;
    enum owner owner;
    struct region at;   /* up to the next wall */
    struct region boot; /* what is free in it at boot: a gap of a page stays, but at the arena's end */
};
extern const struct arena_zone_info arena[ARENA_ZONES + 1]; /* the last: of no zone */

enum arena_zone arena_zone_at(uint32_t addr);

/* ---- What is kept ---- */

/* All that readers see. */
struct shelf {
    struct MEMMAN man;
    uint32_t phantoms, newest; /* how many; the event of the newest, 0: none */
    uint32_t frames, mapping_calls;
    struct process_totals process[SPACES];
};
extern struct shelf museum; /* as it is; how it was is the books' */

#define ENTRIES 1024u

/* A process of the seed's, or a thread, which is one too. */
enum { TYPE_PROCESS, TYPE_THREAD };
struct proc {
    struct {
        uint32_t pid;
        struct {
            uint32_t type;
        } info;
        struct {
            uintptr_t heap_lin_limit; /* a process holds it; a thread's is a pointer to its parent's */
        } memmap;
    } task;
};

/* Who lives in the museum, with the directory and the page tables that the seed gave it. Held in user bytes. */
struct visitor {
    struct space *space;
    struct proc proc[STACKS]; /* by thread; 0 is the process */
    uint32_t cr3;             /* the directory's address */
    uint32_t pde[ENTRIES];    /* its entries */
    uint32_t *pte[ENTRIES];   /* the page tables behind them */
    uint32_t highest;         /* the heap's limit has been here */
};

/* The call that is being answered. */
struct museum_call {
    struct visitor *visitor;
    enum seed_call call;
    uint32_t mapping_calls, frames;
    uint32_t page;       /* the linear page that is being mapped; 0: none */
    bool entry_was_open; /* free_4k: the page's entry had its P */
};
extern struct museum_call doing;

/* ---- The table of free ranges, as arrays go ---- */

static inline struct region range(uint32_t addr, uint32_t size) {
    return (struct region){addr, addr + size};
}

static inline bool overlap(struct region a, struct region b) {
    return a.start < b.end && b.start < a.end;
}

static inline void entry_open(struct MEMMAN *man, uint32_t i, struct FREEINFO entry) {
    for (uint32_t j = man->frees++; j > i; j--) {
        man->free[j] = man->free[j - 1];
    }
    man->free[i] = entry;
}

static inline void entry_close(struct MEMMAN *man, uint32_t i) {
    for (man->frees--; i < man->frees; i++) {
        man->free[i] = man->free[i + 1];
    }
}

/* ---- mm/sutured_judge.c: who is robbed ---- */

enum holding { NOBODYS, ASKED_FOR, A_PAGE, A_TABLE, A_DIRECTORY };

struct party {
    enum owner owner;
    uint16_t pid; /* 0: memman, or nobody */
};

struct verdict {
    uint8_t number; /* the case; 0: it comes from whom it was lent to */
    struct party from;
};

/* A new arena: nothing is lent. */
void judge_init(void);

/* memman lent it, out of an entry that this case had brought (0: none): it may be somebody's already. */
void judge_lent(enum arena_zone z, uint32_t addr, uint32_t size, uint8_t number);

/* What the seed uses a frame for. */
void judge_holds(uint32_t frame, enum holding what);

/* A program asked memman and got no address: is there memory free? */
void judge_not_found(enum arena_zone z, uint32_t size);

/* Whose memory is being filed as free? Asked before; and then, told how it went, names who lost it. */
struct verdict judge(struct region at);
void judge_filed(struct region at, const struct verdict *verdict);
void judge_lost(struct region at, const struct verdict *verdict);

/* Has a range of the table grown into another one? */
bool judge_overlaps(uint32_t n);

/* vmalloc gave these linear addresses; `failed`: some page of them got no frame. */
void judge_block(uint32_t vir_addr, uint32_t size, bool failed);

/* A page outside of heaps was to be mapped; one whose entry had lost its P was touched. */
void judge_outside(struct region page);
void judge_revived(uint32_t frame);

/* ---- mm/sutured_books.c: what readers see ---- */

extern const struct books sutured_books;

/* An event EV_SEED, for the caller to fill in. */
struct event *books_tell(enum seed_change change, struct region at, struct region was);
void books_tell_entry(enum seed_change change, uint32_t i, struct FREEINFO is, struct FREEINFO was);
void books_tell_limit(uint32_t was, uint32_t is);
void books_tell_phantom(uint32_t number, struct region at, struct party from, struct party to);

/* A process comes, with nothing to its name; the arena is about to be made new; a call is over. */
void books_tell_process(void);
void books_tell_reset(void);
void books_tell_call(uint32_t a, uint32_t b, uint32_t answer);

#endif
