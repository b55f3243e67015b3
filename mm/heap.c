/*
 * The heap: lending blocks out of holes and taking them back. Its records in mm/heap_records.c, its range in
 * mm/vmalloc.c, its trees in mm/heap_index.c, readers' walks in mm/heap_walk.c, what
 * is known of blocks that went in mm/heap_traces.c, choosing a hole in mm/policy_*.c.
 */
#include "mm/heap.h"
#include "mm/events.h"
#include "mm/heap_inside.h"
#include "mm/policy.h"
#include "mm/world.h"

/* A malloc cuts at most a gap in front, the block and the rest; growing may add a tile. */
#define RECORDS_FOR_ALLOC 4u

/* No request is larger. */
#define HEAP_MOST 0x40000000u

/* ---- pages ---- */

/* The bytes of a block that are backed by pages: all but a guard page. */
static struct region body(const struct tile *t) {
    return (struct region){t->at.start, t->at.end - t->guard_page * PAGE_SIZE};
}

/*
 * The pages that `inner` alone covers, when all of `hole` around it is a hole but for inner: those that a
 * malloc of inner maps and a free of inner gives back.
 */
static struct region own_pages(struct region inner, struct region hole) {
    struct region pages = {round_down(inner.start, PAGE_SIZE), round_up(inner.end, PAGE_SIZE)};
    if (pages.start < hole.start) {
        pages.start += PAGE_SIZE;
    }
    if (pages.end > hole.end) {
        pages.end -= PAGE_SIZE;
    }
    if (pages.start >= pages.end) {
        pages.end = pages.start;
    }
    return pages;
}

static int map_pages(struct heap *h, struct region pages) {
    if (region_empty(pages) || !h->world.map) {
        return OK;
    }
    int error = h->world.map(h->world.context, pages);
    if (!error) {
        h->mapped += region_size(pages) >> PAGE_SHIFT;
    }
    return error;
}

static void unmap_pages(struct heap *h, struct region pages) {
    if (!region_empty(pages) && h->world.map) {
        h->world.unmap(h->world.context, pages);
        h->mapped -= region_size(pages) >> PAGE_SHIFT;
    }
}

/* Bytes between what was asked for and the end of the body: the guard, where the heap has guards. */
static struct region guard_bytes(const struct heap *h, const struct tile *t) {
    return (struct region){t->at.start + h->config.header + t->asked, body(t).end};
}

/* ---- malloc ---- */

static uint32_t power_of_two(uint32_t n) {
    return n <= 1 ? 1 : 1u << (32 - __builtin_clz(n - 1));
}

/* What a request for `size` bytes needs in the heap. False: no heap is that large. */
static inline bool want_of(const struct heap *h, uint32_t size, struct want *want) {
    const struct heap_config *c = &h->config;
    uint32_t rounded = round_up(larger(size, 1), c->align);
    bool pages = false;
    if (rounded - 1 >= HEAP_MOST) {
        return false;
    }
    if (h->buddy) {
        rounded = power_of_two(larger(rounded + c->header, c->align * 2)) - c->header;
    } else if (h->guards && rounded == size) {
        pages = (size & PAGE_MASK) == 0;
        rounded += pages ? PAGE_SIZE : c->align;
    }
    *want = (struct want){.size = rounded + c->header, .pages = pages};
    return true;
}

/* Halves a buddy hole until it is the size wanted. */
static void split_buddies(struct heap *h, struct tile *hole, uint32_t size) {
    while (region_size(hole->at) > size) {
        uint32_t middle = hole->at.start + region_size(hole->at) / 2;
        struct region upper = {middle, hole->at.end};
        hole_resize(h, hole, (struct region){hole->at.start, middle});
        hole_new(h, upper, hole, hole->caller, hole->seq);
    }
}

/* The block takes its place in the hole; what is left in front and behind stays a hole. */
static struct tile *carve(struct heap *h, struct tile *hole, struct region block, const struct want *want) {
    if (h->buddy) {
        split_buddies(h, hole, want->size);
    }
    struct region rest = {block.end, hole->at.end};
    struct tile *t = hole;
    if (hole->at.start < block.start) {
        t = record_new(h);
        hole_resize(h, hole, (struct region){hole->at.start, block.start});
        t->at = block;
        t->state = TILE_BLOCK;
        index_insert(h, t, hole);
    } else {
        if (h->sized) {
            sizes_remove(h, hole);
        }
        t->at = block;
        t->state = TILE_BLOCK;
        index_update(t, ~0u);
    }
    if (!region_empty(rest)) {
        hole_new(h, rest, t, hole->caller, hole->seq);
    }
    return t;
}

static vaddr_t no_memory(const struct heap *h, uint32_t size) {
    struct region none = {0, 0};
    struct event *e = event_emit(EV_NOMEM, h->config.owner, none, none);
    e->arg[0] = size;
    e->arg[1] = ~0u;
    return 0;
}

/* OK when there are records for whatever a malloc cuts; buddies split to any depth. */
static inline int records_ensure(struct heap *h) {
    uint32_t count = h->buddy ? 32 + RECORDS_FOR_ALLOC : RECORDS_FOR_ALLOC;
    return h->spares >= count ? OK : records_fetch(h, count);
}

vaddr_t heap_alloc(struct heap *h, uint32_t size) {
    const struct policy *policy = h->config.policy;
    struct want want;
    if (!want_of(h, size, &want) || records_ensure(h)) {
        return no_memory(h, size);
    }
    struct tile *hole = policy->choose(h, &want);
    if (!hole) {
        hole = range_extend(h, &want);
        if (!hole) {
            return no_memory(h, size);
        }
    }

    struct region was = hole->at;
    struct region block = {want.pages ? round_up(was.start, PAGE_SIZE) : was.start, 0};
    block.end = block.start + want.size;
    struct region inner = {block.start, block.end - (want.pages ? PAGE_SIZE : 0)};
    if (map_pages(h, own_pages(inner, was))) {
        range_trim(h);
        return no_memory(h, size);
    }

    uint32_t hole_seq = hole->seq;
    struct tile *t = carve(h, hole, block, &want);
    t->asked = size;
    t->caller = actor.caller;
    t->thread = actor.thread;
    t->guard_page = want.pages;
    h->blocks++;
    h->block_bytes += want.size;
    h->asked_bytes += size;
    h->searches++;
    h->looked += want.looked;
    h->rover = t->next;
    if (h->guards) {
        world_fill_user((struct region){block.start + h->config.header + size, inner.end}, HEAP_GUARD);
    }

    struct event *e = event_emit(EV_MALLOC, h->config.owner, block, was);
    t->seq = e->seq;
    e->slot = h->slot;
    e->policy = policy->code;
    e->arg[0] = size;
    e->arg[1] = want.passed;
    e->arg[2] = want.looked;
    e->arg[3] = hole_seq;
    return block.start + h->config.header;
}

/* ---- free ---- */

/* Of an address that no tile covers. */
static enum owner stranger(const struct heap *h, vaddr_t address) {
    return h->world.owner_of ? h->world.owner_of(h->world.context, address) : OWNER_FREE;
}

/* The event of a refusal; arg[2] is left to the caller. */
static struct event *refused(const struct heap *h, vaddr_t address, int why, uint32_t kind,
                             const struct tile *t) {
    struct region at = t ? t->at : (struct region){0, 0};
    enum owner owner = why == E_FOREIGN ? stranger(h, address) : h->config.owner;
    struct event *e = event_emit(EV_REFUSED, owner, (struct region){address, address}, at);
    e->slot = h->slot;
    e->arg[0] = (uint32_t)why;
    e->arg[1] = kind;
    e->arg[3] = t ? t->seq : 0;
    e->arg[4] = h->config.owner;
    return e;
}

/*
 * Refuses what would be the block at `start`, where there is none, for the reason block_error gives; but a block that was
 * there, and lies beyond the range by now, is being freed twice.
 */
static int refuse_block(const struct heap *h, vaddr_t start, int why, uint32_t kind, const struct tile *t) {
    vaddr_t address = start + h->config.header;
    const struct event *freed = !t && region_has(h->config.span, start) ? heap_freed(h, start) : NULL;
    if (freed && freed->at.start == start) {
        uint32_t seq = freed->seq;
        struct event *e = refused(h, address, E_DOUBLE, kind, NULL);
        e->arg[2] = address;
        e->arg[3] = seq;
        return E_DOUBLE;
    }
    refused(h, address, why, kind, t)->arg[2] = t ? t->at.start + h->config.header : 0;
    return why;
}

/* OK when `t`, the tile that covers `start`, is what a malloc returned and no free took back. */
static inline int block_error(const struct heap *h, vaddr_t start, const struct tile *t) {
    if (t && t->state == TILE_BLOCK && t->at.start == start) {
        return OK;
    }
    return !t                              ? E_FOREIGN
           : t->state == TILE_HOLE         ? E_DOUBLE
           : start & (h->config.align - 1) ? E_MISALIGNED
                                           : E_INTERIOR;
}

/* Up to a page's worth of the freed bytes that stay mapped: those in front of the pages that go, and those behind. */
static inline void poison(struct region freed, struct region going) {
    struct region front = {freed.start, region_empty(going) ? freed.end : larger(freed.start, going.start)};
    struct region back = {region_empty(going) ? freed.end : smaller(going.end, freed.end), freed.end};
    front.end = front.start + smaller(region_size(front), PAGE_SIZE);
    back.end = back.start + smaller(region_size(back), PAGE_SIZE - region_size(front));
    world_fill_user(front, HEAP_POISON);
    if (!region_empty(back)) {
        world_fill_user(back, HEAP_POISON);
    }
}

static struct tile *buddy_of(const struct heap *h, const struct tile *t) {
    uint32_t size = region_size(t->at), offset = t->at.start - h->range.start;
    if (size >= region_size(h->range)) {
        return NULL;
    }
    struct tile *other = offset & size ? t->prev : t->next;
    return other && other->state == TILE_HOLE && region_size(other->at) == size ? other : NULL;
}

/* The hole that a tile on its way to be one joins next, or NULL. */
static struct tile *joins(const struct heap *h, const struct tile *t) {
    if (h->buddy) {
        return buddy_of(h, t);
    }
    return t->prev && t->prev->state == TILE_HOLE   ? t->prev
           : t->next && t->next->state == TILE_HOLE ? t->next
                                                    : NULL;
}

/* A block's tile takes in the holes it touches, and is a hole. `made`: the events that made the first two of them. */
static void join(struct heap *h, struct tile *t, uint32_t made[2]) {
    int joined = 0;
    made[0] = made[1] = 0;
    for (struct tile *other; (other = joins(h, t));) {
        if (joined < 2) {
            made[joined++] = other->seq;
        }
        if (h->rover == other) {
            h->rover = t;
        }
        t->at = (struct region){smaller(t->at.start, other->at.start), larger(t->at.end, other->at.end)};
        hole_delete(h, other);
    }
    t->state = TILE_HOLE;
    index_update(t, 1);
    if (h->sized) {
        sizes_insert(h, t);
    }
}

/* The block becomes a hole; `present`: its space is loaded and may be written. */
static void release(struct heap *h, struct tile *t, bool present) {
    struct region block = t->at, inner = body(t);
    h->blocks--;
    h->block_bytes -= region_size(block);
    h->asked_bytes -= t->asked;
    uint32_t made[2];
    join(h, t, made);
    struct region pages = own_pages(inner, t->at);
    if (present && h->world.map) {
        poison(inner, pages);
    }
    unmap_pages(h, pages);

    struct event *e = event_emit(EV_FREE, h->config.owner, block, t->at);
    e->slot = h->slot;
    e->policy = h->config.policy->code;
    e->arg[0] = t->asked;
    e->arg[1] = made[0];
    e->arg[2] = made[1];
    e->arg[3] = t->seq;
    e->arg[4] = t->caller;
    e->arg[5] = t->thread | (uint32_t)t->guard_page << 16;
    hole_set(t, actor.caller, e->seq);
    if (!t->next || h->buddy) {
        range_trim(h);
    }
}

/* OK, or E_OVERRUN, said, when the bytes behind the block are not as the guard was. */
static inline int check_guard(const struct heap *h, const struct tile *t, uint32_t kind) {
    struct region guard = guard_bytes(h, t);
    vaddr_t bad = world_check_user(guard, HEAP_GUARD);
    if (bad == guard.end) {
        return OK;
    }
    refused(h, t->at.start + h->config.header, E_OVERRUN, kind, t)->arg[2] = bad;
    return E_OVERRUN;
}

int heap_free(struct heap *h, vaddr_t address) {
    vaddr_t start = address - h->config.header;
    struct tile *t = index_find(h, start);
    int why = block_error(h, start, t);
    if (why) {
        return refuse_block(h, start, why, EV_FREE, t);
    }
    if (h->guards) {
        why = check_guard(h, t, EV_FREE);
    }
    release(h, t, true);
    return why;
}

/* ---- realloc ---- */

/* A block that changes its size where it stands. */
struct resize {
    struct tile *block;
    struct region was, now;      /* of the block */
    struct region before, after; /* its body, without a guard page */
    bool guard_page;             /* after */
    uint32_t end;                /* of the hole behind it, the same before and after */
    uint32_t made;               /* event that made that hole, or 0 */
};

static struct tile *hole_behind(const struct tile *t) {
    return t->next && t->next->state == TILE_HOLE ? t->next : NULL;
}

/*
 * Can buddies give the block all of `now`? It must be the lower half of each doubling, and the upper half a whole hole, or
 * beyond the range's end, which then grows.
 */
static bool buddies_give(struct heap *h, const struct resize *r) {
    uint32_t offset = r->was.start - h->range.start, room = region_size(h->range), most = room;
    const struct tile *upper = r->block->next;
    for (uint32_t size = region_size(r->was); size < region_size(r->now); size *= 2) {
        bool grows = size >= room;
        if (offset & size ||
            (!grows && !(upper && upper->state == TILE_HOLE && region_size(upper->at) == size))) {
            return false;
        }
        most = grows ? size * 2 : most;
        upper = grows ? NULL : upper->next;
    }
    if (most > room && (!h->world.map || most > region_size(h->config.span))) {
        return false;
    }
    for (; room < most; room *= 2) {
        range_grow(h, h->range.start + room * 2);
    }
    return true;
}

/* Can the hole behind the block give it all of `now`? At the range's end the range grows. */
static bool hole_gives(struct heap *h, const struct resize *r) {
    const struct tile *hole = hole_behind(r->block);
    if (r->now.end < r->now.start || r->now.end > h->config.span.end) {
        return false;
    }
    if (r->now.end <= (hole ? hole->at.end : r->was.end)) {
        return true;
    }
    if ((hole ? hole : r->block) != h->last || !h->world.map) {
        return false;
    }
    range_grow(h, round_up(r->now.end, PAGE_SIZE));
    return true;
}

/* Finds room and pages for `size` bytes where the block stands. False: there is none, and nothing has changed. */
static bool resize_room(struct heap *h, struct tile *t, uint32_t size, struct resize *r) {
    struct want want;
    if (!want_of(h, size, &want) || (want.pages && t->at.start & PAGE_MASK) || records_ensure(h)) {
        return false;
    }
    *r = (struct resize){
        .block = t,
        .was = t->at,
        .now = {t->at.start, t->at.start + want.size},
        .before = body(t),
        .after = {t->at.start, t->at.start + want.size - want.pages * PAGE_SIZE},
        .guard_page = want.pages,
    };
    if (!(h->buddy ? buddies_give(h, r) : hole_gives(h, r))) {
        return false;
    }
    const struct tile *hole = hole_behind(t);
    r->end = h->buddy ? larger(r->was.end, r->now.end) : hole ? hole->at.end : r->was.end;
    r->made = hole ? hole->seq : 0;
    if (r->after.end > r->before.end) {
        struct region more = {r->before.end, r->after.end};
        if (map_pages(h, own_pages(more, (struct region){more.start, r->end}))) {
            range_trim(h);
            return false;
        }
    }
    return true;
}

/* The end that a shorter block leaves becomes a hole, made by event `seq`; of buddies, several. */
static void leave_hole(struct heap *h, const struct resize *r, uint32_t seq) {
    struct tile *hole = h->buddy ? NULL : hole_behind(r->block);
    if (hole) {
        hole_resize(h, hole, (struct region){r->now.end, r->end});
        hole_set(hole, actor.caller, seq);
        return;
    }
    hole = r->block;
    for (uint32_t start = r->now.end, end; start != r->end; start = end) {
        end = h->buddy ? start + (start - r->was.start) : r->end;
        hole = hole_new(h, (struct region){start, end}, hole, actor.caller, seq);
    }
}

/* The block takes its new place; holes behind it are taken in, or cut. */
static void take_holes(struct heap *h, const struct resize *r) {
    struct tile *hole;
    while ((hole = hole_behind(r->block)) && hole->at.end <= r->now.end) {
        hole_delete(h, hole);
    }
    if (hole && hole->at.start < r->now.end) {
        hole_resize(h, hole, (struct region){r->now.end, hole->at.end});
    }
}

/* Tries to give the block `size` bytes where it stands. */
static bool resize(struct heap *h, struct tile *t, uint32_t size) {
    struct resize r;
    if (!resize_room(h, t, size, &r)) {
        return false;
    }
    if (r.after.end < r.before.end) {
        struct region less = {r.after.end, r.before.end};
        struct region pages = own_pages(less, (struct region){less.start, r.end});
        if (h->world.map) {
            poison(less, pages);
        }
        unmap_pages(h, pages);
    }
    uint32_t asked = t->asked, guard_page = t->guard_page;
    h->block_bytes += region_size(r.now) - region_size(r.was);
    h->asked_bytes += size - asked;
    struct event *e = event_emit(EV_RESIZE, h->config.owner, r.now, r.was);
    e->slot = h->slot;
    e->policy = h->config.policy->code;
    e->arg[0] = size;
    e->arg[1] = asked;
    e->arg[2] = r.end;
    e->arg[3] = t->seq;
    e->arg[4] = r.made;
    e->arg[5] = t->thread | guard_page << 16;

    t->at = r.now;
    t->asked = size;
    t->guard_page = r.guard_page;
    if (r.now.end > r.was.end) {
        take_holes(h, &r);
    } else if (r.now.end < r.was.end) {
        leave_hole(h, &r, e->seq);
    }
    if (h->guards) {
        world_fill_user(guard_bytes(h, t), HEAP_GUARD);
    }
    range_trim(h);
    return true;
}

vaddr_t heap_realloc(struct heap *h, vaddr_t address, uint32_t size) {
    vaddr_t start = address - h->config.header;
    struct tile *t = index_find(h, start);
    int why = block_error(h, start, t);
    if (why) {
        refuse_block(h, start, why, EV_RESIZE, t);
        return 0;
    }
    if (h->guards && check_guard(h, t, EV_RESIZE)) {
        world_fill_user(guard_bytes(h, t), HEAP_GUARD); /* once said is enough */
    }
    if (resize(h, t, size)) {
        return address;
    }
    uint32_t keep = smaller(size, t->asked);
    vaddr_t moved = heap_alloc(h, size);
    if (moved) {
        if (h->world.map) {
            world_copy_user(moved, address, keep);
        }
        heap_free(h, address);
    }
    return moved;
}

/* ---- life ---- */

static void records_return(struct heap *h) {
    for (void **chunk = h->chunks; chunk;) {
        void **next = *chunk;
        h->world.records_gone(h->world.context, chunk);
        chunk = next;
    }
}

int heap_init(struct heap *h, const struct heap_config *config, const struct heap_world *world) {
    *h = (struct heap){
        .config = *config,
        .world = *world,
        .range = {config->span.start, config->span.start},
        .touched = config->span.start,
        .seed = 2463534242u,
        .slot = actor.slot,
        .buddy = config->policy->buddy,
        .sized = config->policy->by_size,
        .guards = config->guard && world->map && !config->policy->buddy,
    };
    if (records_ensure(h)) {
        records_return(h);
        return E_NOMEM;
    }
    if (config->initial) {
        range_grow(h, config->span.start + config->initial);
    }
    return OK;
}

void heap_delete(struct heap *h) {
    h->config.initial = 0;
    for (struct tile *t = h->first; t; t = h->first) {
        while (t && t->state != TILE_BLOCK) {
            t = t->next;
        }
        if (!t) {
            break;
        }
        release(h, t, false);
    }
    range_trim(h);
    records_return(h);
    *h = (struct heap){.config = h->config, .world = h->world, .range = {h->range.start, h->range.start}};
}
