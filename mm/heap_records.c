/*
 * The heap's records: one a tile, carved out of memory that zone B lends in chunks, and the holes that are made of them.
 */
#include "mm/heap_inside.h"

struct tile *record_new(struct heap *h) {
    struct tile *t = h->spare;
    h->spare = t->next;
    h->spares--;
    return t;
}

void record_delete(struct heap *h, struct tile *t) {
    t->state = 0;
    t->next = h->spare;
    h->spare = t;
    h->spares++;
}

/* xorshift32 (Marsaglia): ranks need no more than to look random. */
static uint32_t next_rank(struct heap *h) {
    h->seed ^= h->seed << 13;
    h->seed ^= h->seed >> 17;
    h->seed ^= h->seed << 5;
    return h->seed;
}

int records_fetch(struct heap *h, uint32_t count) {
    while (h->spares < count) {
        void **chunk = h->world.records(h->world.context);
        if (!chunk) {
            return E_NOMEM;
        }
        *chunk = h->chunks;
        h->chunks = chunk;
        struct tile *t = (struct tile *)(void *)(chunk + 1);
        uint32_t n = (HEAP_RECORDS - sizeof(void *)) / sizeof(struct tile);
        while (n--) {
            t->rank = next_rank(h);
            record_delete(h, t++);
        }
    }
    return OK;
}

struct tile *hole_new(struct heap *h, struct region at, struct tile *before, uint32_t caller, uint32_t seq) {
    struct tile *t = record_new(h);
    t->at = at;
    hole_set(t, caller, seq);
    index_insert(h, t, before);
    if (h->sized) {
        sizes_insert(h, t);
    }
    return t;
}

void hole_resize(struct heap *h, struct tile *hole, struct region at) {
    if (h->sized) {
        sizes_remove(h, hole);
    }
    hole->at = at;
    index_update(hole, 0);
    if (h->sized) {
        sizes_insert(h, hole);
    }
}

void hole_delete(struct heap *h, struct tile *hole) {
    if (h->sized) {
        sizes_remove(h, hole);
    }
    index_remove(h, hole);
    record_delete(h, hole);
}
