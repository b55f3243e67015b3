/*
 * Healed: the regime in which everything goes back to its owner. malloc takes from the process's heap and
 * free gives back to it, by the pointer alone; malloc_4k and free_4k do the same with whole pages. The seed's own
 * calls get what a program may have, and a refusal for the rest.
 */
#include "mm/events.h"
#include "mm/regime.h"

static vaddr_t healed_malloc(struct space *space, uint32_t size) {
    return heap_alloc(&space->heap, size);
}

/* A free given to the wrong heap is refused by the heap it was given to; the refusal names who owns the
 * address. */
static int healed_free(struct space *space, vaddr_t address) {
    return heap_free(&space->heap, address);
}

static int healed_free_4k(struct space *space, vaddr_t address) {
    return heap_free(&space->pages, address);
}

static void refuse(const struct space *space, int why, enum event_kind kind, enum owner owner,
                   struct region at, const struct tile *block) {
    struct event *e = event_emit(EV_REFUSED, owner, at, block ? block->at : (struct region){0, 0});
    e->slot = space->slot;
    e->arg[0] = (uint32_t)why;
    e->arg[1] = kind;
    e->arg[2] = block ? block->asked : 0;
    e->arg[3] = block ? block->seq : 0;
    e->arg[4] = owner;
}

static int healed_free_sized(struct space *space, vaddr_t address, uint32_t size) {
    const struct tile *block = heap_block(&space->heap, address);
    if (block && block->asked != size) {
        refuse(space, E_SIZE, EV_FREE, OWNER_HEAP, (struct region){address, address}, block);
        return E_SIZE;
    }
    return heap_free(&space->heap, address);
}

static vaddr_t healed_realloc(struct space *space, vaddr_t address, uint32_t size) {
    return heap_realloc(&space->heap, address, size);
}

static vaddr_t healed_malloc_4k(struct space *space) {
    return heap_alloc(&space->pages, PAGE_SIZE);
}

static uint32_t healed_seed(struct space *space, enum seed_call call, uint32_t a, uint32_t b) {
    struct region nowhere = {0, 0};
    switch (call) {
    case SEED_DO_MALLOC: return healed_malloc(space, a);
    case SEED_DO_MALLOC_4K: return healed_malloc_4k(space);
    case SEED_DO_FREE:
    case SEED_EXEC: return (uint32_t)healed_free_sized(space, a, b);
    case SEED_DO_FREE_4K: return (uint32_t)healed_free_4k(space, a);
    case SEED_DO_KMALLOC: refuse(space, E_FOREIGN, EV_LEND, OWNER_KBYTE, nowhere, NULL); return 0;
    case SEED_DO_KMALLOC_4K: refuse(space, E_FOREIGN, EV_LEND, OWNER_KPAGE, nowhere, NULL); return 0;
    default: return (uint32_t)E_NOSYS;
    }
}

static const struct regime healed = {
    .name = "healed",
    .words = "everything goes back to its owner",
    .malloc = healed_malloc,
    .free = healed_free,
    .free_sized = healed_free_sized,
    .realloc = healed_realloc,
    .malloc_4k = healed_malloc_4k,
    .free_4k = healed_free_4k,
    .seed = healed_seed,
};
TABLE_ENTRY(regimes, const struct regime, healed);
