/*
 * A space: the memory of one process, as mm/ sees it. Its page directory, its heap, its malloc_4k pages, its
 * stacks; the kernel keeps what runs in it. Spaces stand in a table by slot, so that a frame names its
 * process in one byte.
 *
 *   00400000  image                     X
 *   40000000  malloc_4k pages           U   a heap of whole pages
 *   48000000  heap                      H
 *   BB...     stacks, 1 MB each, lowest page a guard   S
 *   BFFFF000  arguments                 X
 *   C0000000  kernel
 */
#ifndef MM_SPACE_H
#define MM_SPACE_H

#include "mm/heap.h"
#include "mm/owners.h"
#include "mm/types.h"

#define USER_IMAGE     0x00400000u
#define USER_PAGES     0x40000000u
#define USER_HEAP      0x48000000u
#define USER_HEAP_END  0x88000000u
#define USER_ARGUMENTS 0xBFFFF000u
#define KERNEL_BASE    0xC0000000u
#define STACK_SPAN     0x00100000u /* one stack with its guard page */
#define STACKS         64          /* at most, in one process */

#define SPACES     64 /* processes at most */
#define NAME_BYTES 16

struct event;
struct regime;

struct space {
    uint16_t pid; /* 0: the slot is empty */
    uint8_t slot;
    bool guard; /* heap blocks carry guards (command `guard`) */
    char name[NAME_BYTES];
    paddr_t directory;
    const struct regime *regime;
    struct region image;     /* lowest to highest address of the program's segments */
    struct heap heap;        /* owner H */
    struct heap pages;       /* owner U: every block a page */
    uint32_t frames[OWNERS]; /* frames lent to it now, by owner */
    uint32_t ubytes;         /* bytes lent to it by B */
    uint32_t regime_pages;   /* of the heap's span, mapped by its regime and not by its heap */
    uint64_t
        stacks; /* bit n: stack n is in use; stack n spans STACK_SPAN below USER_ARGUMENTS - n * STACK_SPAN */
};
extern struct space spaces[SPACES];

/* The space of a pid, or NULL. */
struct space *space_find(uint16_t pid);

/*
 * A space as it stood at a moment, by pid or by slot; NULL: there was none. What readers get: NOW it is the space itself,
 * else a copy with all its figures of that moment, which the walks of paging and heap take as they take the space.
 */
const struct space *space_at(moment_t at, uint16_t pid);
const struct space *space_in_slot(moment_t at, uint32_t slot);

/* The name of a process, also of one that ended, as long as not too many have started since; "" then. */
const char *space_name(uint16_t pid);

/* A slot that a new space can have, or NO_SLOT when all are taken. */
uint8_t space_slot(void);

/*
 * A new space in a free slot: a directory with the kernel's half, an empty heap under `policy` and empty
 * pages. Returns NULL when there is no slot or no memory (nothing is kept then).
 */
struct space *space_new(uint16_t pid, const char *name, const struct regime *regime,
                        const struct policy *policy, bool guard);

/* Gives back everything it holds, an event for each region, and empties the slot. Its directory must not be
 * loaded. Emits EV_GONE at the end. */
void space_delete(struct space *space);

/* Makes `copy` the space that this EV_GONE speaks of, as it was just before: everything given back. For mm/past.c. */
void space_revive(struct space *copy, const struct event *gone);

/*
 * Lends frames and maps them at `pages` for `owner`, writable for the program when `writable`; zeroed. All or
 * nothing: OK or E_NOMEM.
 */
int space_map(struct space *space, struct region pages, enum owner owner, bool writable);

/* Unmaps whatever is mapped in `pages` and gives the frames back. */
void space_unmap(struct space *space, struct region pages);

/* A stack for a new thread: its first page mapped. Returns its number, or E_NOMEM, E_LIMIT. */
int space_stack_new(struct space *space);
void space_stack_delete(struct space *space, int number);
struct region space_stack(int number); /* with the guard page at its start */

/*
 * The program touched a page that it may not: what the regime makes of it, or a stack in use grows, and OK; else
 * E_FAULT (guard pages, everything else) or E_NOMEM.
 */
int space_fault(struct space *space, vaddr_t address);

/* May the program read (write) all of [address, address + size)? Stacks grow to make it so. */
bool space_may(struct space *space, vaddr_t address, uint32_t size, bool write);

/* Book-keeping memory charged to the process (zone B). NULL when there is none. */
void *space_bytes_new(struct space *space, uint32_t size);
void space_bytes_delete(struct space *space, void *memory);

/* Who owns the address, to whom memman lent the frame there or a part of the space; OWNER_SYSTEM: the kernel's; OWNER_FREE:
 * nobody. */
enum owner space_owner(const struct space *space, vaddr_t address);

/* What part of its space an address lies in, in words: "the image", "the heap", "a stack's guard page",
 * "nothing", … */
const char *space_place(const struct space *space, vaddr_t address);

#endif
