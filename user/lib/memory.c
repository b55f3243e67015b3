/*
 * malloc and its family: each call is a system call that names the caller's line. Under a regime whose free
 * wants a size, as the seed's did, the library remembers each block's, so that the same program runs under
 * both.
 */
#include "inside.h"

/*
 * The last BLOCKS blocks or more. A freed block's size stays until its place is needed, because who frees
 * twice names the same size twice.
 */
#define BLOCKS 2048

static struct kept {
    void *block;
    size_t size;
    bool live;
} kept[BLOCKS];
static unsigned hand; /* the place used last */
static lock_t kept_lock;

/* What a caller passes who has never known the size. */
#define GUESS 16

bool sutured(void) {
    static int answer = -1;
    if (answer < 0)
        answer = system_call(SYS_INFO, INFO_SIZED_FREE, 0, 0, 0);
    return answer == 1;
}

static struct kept *find(const void *block) {
    for (struct kept *k = kept; k < kept + BLOCKS; k++)
        if (k->block == block)
            return k;
    return NULL;
}

/* The block's own place, else the next one that no live block has; NULL when every one is live. */
static struct kept *place(const void *block) {
    struct kept *own = find(block);
    for (int i = 0; !own && i < BLOCKS; i++) {
        hand = (hand + 1) % BLOCKS;
        if (!kept[hand].live)
            own = &kept[hand];
    }
    return own;
}

/* Passes the block on. */
static void *remember(void *block, size_t size) {
    if (!block || !sutured())
        return block;
    lock(&kept_lock);
    struct kept *k = place(block);
    if (k)
        *k = (struct kept){block, size, true};
    unlock(&kept_lock);
    return block;
}

/* The block's size, or GUESS; from now on its place may be used. */
static size_t recall(const void *block) {
    lock(&kept_lock);
    struct kept *k = find(block);
    size_t size = k ? k->size : GUESS;
    if (k)
        k->live = false;
    unlock(&kept_lock);
    return size;
}

static int give_back_sized(void *block, size_t size, uint32_t caller) {
    return system_call(SYS_FREE_SIZED, (uint32_t)block, size, caller, 0);
}

void *malloc(size_t size) {
    return remember((void *)system_call(SYS_MALLOC, size, CALLER, 0, 0), size);
}

void *calloc(size_t count, size_t size) {
    return remember((void *)system_call(SYS_CALLOC, count, size, CALLER, 0), count * size);
}

/* Who passes sizes must know them to copy, too: a malloc, a copy and a free. */
static void *realloc_sized(void *block, size_t size, uint32_t caller) {
    void *now = remember((void *)system_call(SYS_MALLOC, size, caller, 0, 0), size);
    size_t was = block ? recall(block) : 0;
    memcpy(now, block, was < size ? was : size);
    if (block)
        give_back_sized(block, was, caller);
    return now;
}

void *realloc(void *block, size_t size) {
    if (sutured())
        return realloc_sized(block, size, CALLER);
    return (void *)system_call(SYS_REALLOC, (uint32_t)block, size, CALLER, 0);
}

int free(void *block) {
    if (!block)
        return OK;
    if (sutured())
        return give_back_sized(block, recall(block), CALLER);
    return system_call(SYS_FREE, (uint32_t)block, CALLER, 0, 0);
}

int free_sized(void *block, size_t size) {
    if (!block)
        return OK;
    if (sutured())
        recall(block);
    return give_back_sized(block, size, CALLER);
}

void *malloc_4k(void) {
    return (void *)system_call(SYS_MALLOC_4K, CALLER, 0, 0, 0);
}

int free_4k(void *page) {
    return page ? system_call(SYS_FREE_4K, (uint32_t)page, CALLER, 0, 0) : OK;
}

/* ---- the seed's own calls ---- */

static uint32_t seed(enum seed_call call, uint32_t a, uint32_t b, uint32_t caller) {
    return (uint32_t)system_call(SYS_SEED, call, a, b, caller);
}

uint32_t do_malloc(uint32_t size) {
    return seed(SEED_DO_MALLOC, size, 0, CALLER);
}

uint32_t do_kmalloc(uint32_t size) {
    return seed(SEED_DO_KMALLOC, size, 0, CALLER);
}

uint32_t do_malloc_4k(void) {
    return seed(SEED_DO_MALLOC_4K, 0, 0, CALLER);
}

uint32_t do_kmalloc_4k(void) {
    return seed(SEED_DO_KMALLOC_4K, 0, 0, CALLER);
}

int do_free(uint32_t address, uint32_t size) {
    return (int)seed(SEED_DO_FREE, address, size, CALLER);
}

int do_free_4k(uint32_t address) {
    return (int)seed(SEED_DO_FREE_4K, address, 0, CALLER);
}

int exec_free(const void *header) {
    const uint32_t *words = header;
    return (int)seed(SEED_EXEC, words[0], words[1], CALLER);
}
