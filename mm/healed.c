/*
 * Healed: the regime in which everything goes back to its owner. malloc takes from the process's heap and
 * free gives back to it, by the pointer alone; malloc_4k and free_4k do the same with whole pages.
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

static int healed_free_sized(struct space *space, vaddr_t address, uint32_t size) {
    const struct tile *block = heap_block(&space->heap, address);
    if (block && block->asked != size) {
        struct event *e = event_emit(EV_REFUSED, OWNER_HEAP, (struct region){address, address}, block->at);
        e->slot = space->slot;
        e->arg[0] = (uint32_t)E_SIZE;
        e->arg[1] = EV_FREE;
        e->arg[2] = block->asked;
        e->arg[3] = block->seq;
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

static const struct regime healed = {
    .name = "healed",
    .words = "everything goes back to its owner",
    .malloc = healed_malloc,
    .free = healed_free,
    .free_sized = healed_free_sized,
    .realloc = healed_realloc,
    .malloc_4k = healed_malloc_4k,
    .free_4k = healed_free_4k,
};
TABLE_ENTRY(regimes, const struct regime, healed);
