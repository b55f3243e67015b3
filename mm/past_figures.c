/*
 * The past's figures: every space is copied when the past is opened, and each event undone takes back what it added
 * there. A process that has ended comes back with its last event.
 */
#include "mm/events.h"
#include "mm/past.h"
#include "mm/regime.h"

static struct space then[SPACES];

enum { HEAPS = 2 }; /* of a space: the heap, and its pages */
static uint32_t holes[SPACES][HEAPS];

/* The largest hole is looked for when somebody asks, once a moment. */
static struct {
    moment_t at;
    uint32_t bytes;
} largest_hole[SPACES][HEAPS];

static int which(enum owner owner) {
    return owner == OWNER_UPAGE;
}

static struct heap *heap_of(struct space *space, enum owner owner) {
    return which(owner) ? &space->pages : &space->heap;
}

/* ---- undoing ---- */

void past_figures_start(void) {
    __builtin_memcpy(then, spaces, sizeof then);
    for (int slot = 0; slot < SPACES; slot++) {
        for (int i = 0; i < HEAPS; i++) {
            holes[slot][i] = heap_holes(i ? &spaces[slot].pages : &spaces[slot].heap);
            largest_hole[slot][i].at = NOW;
        }
    }
}

/* How many of the two ends of `whole` stand out beyond `part`. */
static uint32_t ends_left(struct region whole, struct region part) {
    return (whole.start != part.start) + (whole.end != part.end);
}

/* What lending (sign 1) or returning (-1) added to the figures of the process it was for. */
static void unlend(struct space *s, const struct event *e, uint32_t sign) {
    if (e->arg[0] == ZONE_B) {
        s->ubytes -= sign * e->arg[1];
    } else if (e->arg[0] == ZONE_U) {
        s->frames[e->owner] -= sign * (region_size(e->at) >> PAGE_SHIFT);
    } else if (e->arg[0] == ZONE_P && e->at.start == s->directory) {
        s->frames[OWNER_KPAGE] -= sign;
        if (e->kind == EV_LEND) {
            *s = (struct space){.slot = e->slot}; /* the first thing a space gets */
        }
    }
}

static void unmap(struct space *s, const struct event *e, uint32_t sign) {
    uint32_t pages = region_size(e->at) >> PAGE_SHIFT;
    if (e->owner == OWNER_HEAP && s->regime->has_page) {
        s->regime_pages -= sign * pages;
    } else if (e->owner == OWNER_HEAP || e->owner == OWNER_UPAGE) {
        heap_of(s, (enum owner)e->owner)->mapped -= sign * pages;
    } else if (e->owner == OWNER_STACK) {
        /* A stack is in use as long as its highest page is mapped. */
        uint32_t number = (USER_ARGUMENTS - e->at.end) / STACK_SPAN;
        if (e->at.end == space_stack((int)number).end) {
            s->stacks ^= 1ull << number;
        }
    }
}

/* How often `part` must double to be `whole`: so many buddies it has in there. */
static uint32_t doublings(struct region part, struct region whole) {
    uint32_t count = 0;
    for (uint32_t size = region_size(part); size < region_size(whole); size *= 2) {
        count++;
    }
    return count;
}

/* How many holes became of the one that a block was cut out of, or were joined with a block that was freed. */
static uint32_t holes_beside(const struct heap *heap, const struct event *e) {
    return heap->buddy ? doublings(e->at, e->was) : ends_left(e->was, e->at);
}

/* How many holes a realloc took away. */
static uint32_t holes_taken(const struct heap *heap, const struct event *e) {
    return heap->buddy ? doublings(e->was, e->at) - doublings(e->at, e->was)
                       : (uint32_t)(e->was.end != e->arg[2]) - (uint32_t)(e->at.end != e->arg[2]);
}

static void unchange(struct heap *h, uint32_t *hole_count, const struct event *e) {
    switch ((enum event_kind)e->kind) {
    case EV_MALLOC:
        h->blocks--;
        h->block_bytes -= region_size(e->at);
        h->asked_bytes -= e->arg[0];
        h->searches--;
        h->looked -= e->arg[2];
        *hole_count += 1 - holes_beside(h, e);
        break;
    case EV_FREE:
        h->blocks++;
        h->block_bytes += region_size(e->at);
        h->asked_bytes += e->arg[0];
        *hole_count += holes_beside(h, e) - 1;
        break;
    case EV_RESIZE:
        h->block_bytes += region_size(e->was) - region_size(e->at);
        h->asked_bytes += e->arg[1] - e->arg[0];
        *hole_count += holes_taken(h, e);
        break;
    case EV_RANGE:
        /* It made the last hole, or took all of it. */
        h->range = e->was;
        *hole_count -= e->at.end > e->was.end && e->arg[0] == e->was.end;
        *hole_count += e->at.end < e->was.end && e->arg[0] == e->at.end;
        break;
    default: break;
    }
}

void past_figures_undo(const struct event *e) {
    struct space *s = e->slot < SPACES ? &then[e->slot] : NULL;
    if (!s || (!s->pid && e->kind != EV_GONE)) {
        return; /* nobody's, or of a space that was not finished */
    }
    switch ((enum event_kind)e->kind) {
    case EV_GONE: space_revive(s, e); break;
    case EV_LEND: unlend(s, e, 1); break;
    case EV_RETURN: unlend(s, e, ~0u); break;
    case EV_TABLE: s->frames[OWNER_KPAGE]--; break;
    case EV_TABLE_GONE: s->frames[OWNER_KPAGE]++; break;
    case EV_MAP: unmap(s, e, 1); break;
    case EV_UNMAP: unmap(s, e, ~0u); break;
    case EV_RANGE:
    case EV_MALLOC:
    case EV_FREE:
    case EV_RESIZE:
        unchange(heap_of(s, (enum owner)e->owner), &holes[e->slot][which((enum owner)e->owner)], e);
        break;
    default: break;
    }
}

/* ---- what readers ask ---- */

const struct space *past_space(uint32_t slot) {
    return &then[slot];
}

const struct heap *past_heap(uint8_t slot, enum owner owner) {
    return heap_of(&then[slot], owner);
}

void past_holes(uint8_t slot, enum owner owner, struct heap_figures *out) {
    int i = which(owner);
    if (largest_hole[slot][i].at != past_moment()) {
        const struct heap *h = past_heap(slot, owner);
        uint32_t most = 0;
        struct tile_view tile;
        for (vaddr_t at = h->range.start; heap_tile(past_moment(), h, at, &tile); at = tile.at.end) {
            uint32_t size = tile.state == TILE_HOLE ? region_size(tile.at) : 0;
            most = size > most ? size : most;
        }
        largest_hole[slot][i].at = past_moment();
        largest_hole[slot][i].bytes = most;
    }
    out->holes = holes[slot][i];
    out->largest_hole = largest_hole[slot][i].bytes;
}
