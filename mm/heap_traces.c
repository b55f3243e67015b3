/*
 * Traces: what the event ring, and the heap, still know of an address that no block covers any more. For a program that
 * faults there, and for a block that is freed twice.
 */
#include "mm/events.h"
#include "mm/heap_inside.h"

/* The first block of a heap stands at its start, and each one after it no higher than where the highest ended. Buddies leave
 * pages out, so there only what joins the pages known already counts. */
void heap_touch(struct heap *h, struct region pages) {
    if (!h->buddy || pages.start <= h->touched) {
        h->touched = larger(h->touched, pages.end);
    }
}

static bool of_this(const struct heap *h, const struct event *e) {
    return e->owner == h->config.owner && e->pid == actor.pid;
}

const struct event *heap_freed(const struct heap *h, vaddr_t address) {
    const struct event *e;
    for (uint32_t seq = events.next - 1; (e = event_at(seq)); seq--) {
        bool block = e->kind == EV_MALLOC || e->kind == EV_FREE || e->kind == EV_RESIZE;
        if (!block || !of_this(h, e)) {
            continue;
        }
        if (region_has(e->at, address)) {
            return e->kind == EV_FREE ? e : NULL;
        }
        if (e->kind == EV_RESIZE && region_has(e->was, address)) {
            return e;
        }
    }
    return NULL;
}

/* Had the page blocks, which were all given back before the ring begins? Then no event in it unmaps the page. */
static bool freed_before(const struct heap *h, vaddr_t address) {
    const struct event *e;
    if (!region_has((struct region){h->config.span.start, h->touched}, address)) {
        return false;
    }
    for (uint32_t seq = events.next - 1; (e = event_at(seq)); seq--) {
        if (e->kind == EV_UNMAP && of_this(h, e) && region_has(e->at, address)) {
            return false;
        }
    }
    return true;
}

static void tell(struct event *fault, enum fault_cause cause, struct region block, uint32_t seq,
                 uint32_t caller, uint32_t asked) {
    fault->was = block;
    fault->arg[2] = seq;
    fault->arg[3] = cause;
    fault->arg[4] = caller;
    fault->arg[5] = asked;
}

bool heap_tell_fault(const struct heap *h, vaddr_t address, struct event *fault) {
    const struct region none = {0, 0};
    const struct tile *t = region_has(h->range, address) ? index_find(h, address) : NULL;
    bool block = t && t->state == TILE_BLOCK;
    const struct event *freed = block ? NULL : heap_freed(h, address);
    if (block && t->guard_page && address >= t->at.end - PAGE_SIZE) {
        tell(fault, FAULT_GUARD_PAGE, t->at, t->seq, t->caller, t->asked);
    } else if (freed) {
        bool whole = freed->kind == EV_FREE;
        tell(fault, FAULT_FREED, whole ? freed->at : freed->was, freed->seq, freed->caller,
             freed->arg[whole ? 0 : 1]);
    } else if (!block && freed_before(h, address)) {
        tell(fault, FAULT_FREED_BEFORE, none, events_oldest(), 0, 0);
    } else {
        tell(fault, FAULT_UNKNOWN, none, 0, 0, 0);
    }
    return fault->arg[3] != FAULT_UNKNOWN;
}
