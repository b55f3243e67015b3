/*
 * The words every room shares: addresses, half-open regions, and the one list of errors.
 * Serves the kernel, the user library and the host tests alike; depends on nothing.
 */
#ifndef MM_TYPES_H
#define MM_TYPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef uint32_t paddr_t; /* physical address */
typedef uint32_t vaddr_t; /* linear address */

#define PAGE_SIZE  4096u
#define PAGE_SHIFT 12
#define PAGE_MASK  (PAGE_SIZE - 1)

/*
 * A moment that a walk is asked about: NOW, or "right after event number n" (mm/past.h must stand open
 * there).
 */
typedef uint32_t moment_t;
#define NOW 0xFFFFFFFFu

/*
 * Half-open [start, end). An end of 0 stands for 2^32, so the arithmetic below is right modulo 2^32 for every
 * region but the whole space, which no caller needs. Empty: start == end.
 */
struct region {
    uint32_t start, end;
};

static inline uint32_t region_size(struct region r) {
    return r.end - r.start;
}

static inline bool region_has(struct region r, uint32_t address) {
    return address - r.start < r.end - r.start;
}

static inline bool region_empty(struct region r) {
    return r.start == r.end;
}

static inline uint32_t smaller(uint32_t a, uint32_t b) {
    return a < b ? a : b;
}

static inline uint32_t larger(uint32_t a, uint32_t b) {
    return a > b ? a : b;
}

/* `align` is a power of two. Rounding up past 2^32 gives 0. */
static inline uint32_t round_up(uint32_t n, uint32_t align) {
    return (n + align - 1) & ~(align - 1);
}

static inline uint32_t round_down(uint32_t n, uint32_t align) {
    return n & ~(align - 1);
}

static inline bool regions_meet(struct region a, struct region b) {
    return !region_empty(a) && !region_empty(b) && (region_has(a, b.start) || region_has(b, a.start));
}

/* The pages that it touches. */
static inline struct region region_pages(struct region r) {
    return (struct region){round_down(r.start, PAGE_SIZE), round_up(r.end, PAGE_SIZE)};
}

/*
 * Every failure in every room is one of these, negative; functions that return a pointer or an address return
 * NULL or 0. The text of each is in error_text (mm/events.c), the only place that words them.
 */
enum error {
    OK = 0,
    E_NOMEM = -1,      /* no memory left where it was asked for */
    E_INVAL = -2,      /* an argument that means nothing */
    E_FAULT = -3,      /* a pointer the program may not use */
    E_NOENT = -4,      /* no such thing */
    E_LIMIT = -5,      /* a fixed limit is reached */
    E_DOUBLE = -6,     /* free: already free */
    E_FOREIGN = -7,    /* free: not owned by this allocator */
    E_MISALIGNED = -8, /* free: no block can start there */
    E_INTERIOR = -9,   /* free: inside a block, not its start */
    E_WALL = -10,      /* free: the address belongs to another zone */
    E_WRAP = -11,      /* a size or range that passes 2^32 */
    E_OVERRUN = -12,   /* free: the bytes after the block were written */
    E_SIZE = -13,      /* free_sized: not the block's size */
    E_NOSYS = -14,     /* no such system call, or not under this regime */
};
#define ERRORS 15

const char *error_text(int error);

/*
 * The seed's calls, by number: what a program asks for with SYS_SEED, and what EV_SEED_CALL names. Those above
 * SEED_ASKED are what malloc, free and their like become under sutured. Names in mm/names.c.
 */
enum seed_call {
    SEED_NONE,
    SEED_DO_MALLOC,     /* (size) a physical address of user bytes */
    SEED_DO_KMALLOC,    /* (size) of kernel bytes */
    SEED_DO_MALLOC_4K,  /* () of a user page */
    SEED_DO_KMALLOC_4K, /* () of a kernel page */
    SEED_DO_FREE,       /* (address, size) */
    SEED_DO_FREE_4K,    /* (address) */
    SEED_EXEC,          /* (address, size) exec frees a header by its pointer: the header's first two words */
    SEED_ASKED = SEED_EXEC,
    SEED_SYS_MALLOC,
    SEED_SYS_FREE,
    SEED_SYS_MALLOC_4K,
    SEED_SYS_FREE_4K,
    SEED_CALLS
};
extern const char *const seed_call_names[SEED_CALLS];

#endif
