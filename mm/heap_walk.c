/*
 * The heap for readers: tiles at a moment, what a region holds, and the check of every invariant.
 */
#include "mm/events.h"
#include "mm/heap_inside.h"
#include "mm/past.h"
#include "mm/policy.h"

const struct tile *heap_block(const struct heap *h, vaddr_t address) {
    vaddr_t start = address - h->config.header;
    const struct tile *t = region_has(h->range, start) ? index_find(h, start) : NULL;
    return t && t->state == TILE_BLOCK && t->at.start == start ? t : NULL;
}

uint32_t heap_hole_bytes(const struct heap *h) {
    return region_size(h->range) - h->block_bytes;
}

struct region heap_range(moment_t at, const struct heap *h) {
    const struct heap *then = at == NOW ? h : past_heap(h->slot, h->config.owner);
    return then->range;
}

void heap_figures(moment_t at, const struct heap *h, struct heap_figures *out) {
    const struct heap *then = at == NOW ? h : past_heap(h->slot, h->config.owner);
    *out = (struct heap_figures){
        .blocks = then->blocks,
        .block_bytes = then->block_bytes,
        .asked_bytes = then->asked_bytes,
        .hole_bytes = heap_hole_bytes(then),
    };
    if (at == NOW) {
        out->holes = heap_holes(h);
        out->largest_hole = heap_largest_hole(h);
    } else {
        past_holes(h->slot, h->config.owner, out);
    }
}

static void view(const struct tile *t, struct tile_view *out) {
    *out = (struct tile_view){
        .at = t->at,
        .state = (enum tile_state)t->state,
        .asked = t->asked,
        .caller = t->caller,
        .seq = t->seq,
        .thread = t->thread,
        .guard_page = t->guard_page,
    };
}

bool heap_tile(moment_t at, const struct heap *h, vaddr_t address, struct tile_view *out) {
    if (!region_has(heap_range(at, h), address)) {
        return false;
    }
    if (at != NOW && past_tile(h->slot, h->config.owner, address, out)) {
        return true;
    }
    const struct tile *t = index_find(h, address);
    if (t) {
        view(t, out);
    }
    return t != NULL;
}

/* Bytes of a guard page at the end of `tile` that lie in [from, stop). */
static uint32_t guard_bytes(struct region tile, uint32_t from, uint32_t stop) {
    uint32_t guard = tile.end - PAGE_SIZE > from ? tile.end - PAGE_SIZE : from;
    return guard < stop ? stop - guard : 0;
}

/* The tile at `address`; `hint` may be it, or just before it. */
static const struct tile *tile_near(const struct heap *h, const struct tile *hint, vaddr_t address) {
    if (hint && hint->at.end == address) {
        hint = hint->next;
    }
    return hint && region_has(hint->at, address) ? hint : index_find(h, address);
}

/*
 * Now the list knows the next tile. This is most of what a map of a full heap costs, so tiles are counted whole, and what the
 * first and the last have outside is taken off.
 */
static void count_now(const struct heap *h, uint32_t start, uint32_t end, const struct tile **hint,
                      struct heap_shares *out) {
    const struct tile *first = tile_near(h, *hint, start), *t = first;
    uint32_t holes = 0, sizes = 0; /* sizes: bits of all holes' */
    if (!first) {
        return;
    }
    for (;; t = t->next) {
        if (t->state == TILE_HOLE) {
            uint32_t size = region_size(t->at);
            holes += size;
            sizes |= size;
        } else if (t->guard_page) {
            out->guard += guard_bytes(t->at, start, t->at.end < end ? t->at.end : end);
        }
        if (t->at.end >= end || !t->next) {
            break;
        }
    }
    holes -= first->state == TILE_HOLE ? start - first->at.start : 0;
    holes -= t->state == TILE_HOLE && t->at.end > end ? t->at.end - end : 0;
    out->block = end - start - holes;
    out->hole = holes;
    out->wide = sizes >= PAGE_SIZE;
    out->any = true;
    out->last = t->at;
    out->last_state = (enum tile_state)t->state;
    *hint = t;
}

/* In the past the address knows it. */
static void count_past(moment_t at, const struct heap *h, uint32_t start, uint32_t end,
                       struct heap_shares *out) {
    struct tile_view t;
    for (uint32_t from = start; from < end && heap_tile(at, h, from, &t); from = t.at.end) {
        uint32_t stop = t.at.end < end ? t.at.end : end;
        bool block = t.state == TILE_BLOCK;
        *(block ? &out->block : &out->hole) += stop - from;
        out->wide |= !block && region_size(t.at) >= PAGE_SIZE;
        out->guard += t.guard_page ? guard_bytes(t.at, from, stop) : 0;
        out->any = true;
        out->last = t.at;
        out->last_state = t.state;
    }
}

void heap_count_on(moment_t at, const struct heap *h, struct region region, const struct tile **hint,
                   struct heap_shares *out) {
    struct region range = heap_range(at, h);
    *out = (struct heap_shares){0};
    vaddr_t start = region.start > range.start ? region.start : range.start;
    vaddr_t end = region.end - 1 < range.end - 1 ? region.end : range.end;
    if (region_empty(range) || start >= end) {
        return;
    }
    if (at == NOW) {
        count_now(h, start, end, hint, out);
    } else {
        count_past(at, h, start, end, out);
    }
}

void heap_count(moment_t at, const struct heap *h, struct region region, struct heap_shares *out) {
    const struct tile *hint = NULL;
    heap_count_on(at, h, region, &hint, out);
}

/* One block more. */
static uint32_t summed(uint32_t sum, uint32_t from, uint32_t stop) {
    return (sum ^ from) * 2654435769u + stop;
}

uint16_t heap_sum(moment_t at, const struct heap *h, struct region region, const struct tile *hint) {
    struct tile_view view;
    uint32_t sum = 0, from = region.start, stop = region.start;
    if (at == NOW) {
        for (const struct tile *t = tile_near(h, hint, from); t && stop < region.end;
             t = t->next, from = stop) {
            stop = smaller(t->at.end, region.end);
            sum = t->state == TILE_BLOCK ? summed(sum, from, stop) : sum;
        }
    } else {
        for (; stop < region.end && heap_tile(at, h, from, &view); from = stop) {
            stop = smaller(view.at.end, region.end);
            sum = view.state == TILE_BLOCK ? summed(sum, from, stop) : sum;
        }
    }
    return (uint16_t)(sum ^ sum >> 16);
}

/* ---- the sweep ---- */

static uint32_t most_below(const struct tile *t, enum measure m) {
    return t ? t->most[m] : 0;
}

static uint32_t holes_below(const struct tile *t) {
    return t ? t->holes : 0;
}

/* A tile and its children. */
static void check_links(const struct tile *t, struct difference *d) {
    const struct tile *left = t->by_address.left, *right = t->by_address.right;
    const struct tile *children[] = {left, right};
    for (int side = 0; side < 2; side++) {
        const struct tile *child = children[side];
        if (!child) {
            continue;
        }
        differ(d, child->by_address.up != t, "a child has another parent", t->at.start,
               CLAIM("parent's address", t->at.start), CLAIM("child's", child->at.start));
        differ(d, child->rank > t->rank, "a child outranks its parent", t->at.start, CLAIM("parent", t->rank),
               CLAIM("child", child->rank));
        bool apart = side ? child->at.start >= t->at.end : child->at.end <= t->at.start;
        differ(d, !apart, "a child stands on the wrong side", t->at.start, CLAIM("parent", t->at.start),
               CLAIM("child", child->at.start));
    }
    bool hole = t->state == TILE_HOLE;
    uint32_t most = larger(hole ? region_size(t->at) : 0,
                           larger(most_below(left, IN_BYTES), most_below(right, IN_BYTES)));
    uint32_t pages = larger(hole ? whole_pages(t->at) : 0,
                            larger(most_below(left, IN_PAGES), most_below(right, IN_PAGES)));
    uint32_t holes = hole + holes_below(left) + holes_below(right);
    differ(d, t->most[IN_BYTES] != most, "a tile's largest hole below is wrong", t->at.start,
           CLAIM("tile", t->most[IN_BYTES]), CLAIM("those below", most));
    differ(d, t->most[IN_PAGES] != pages, "a tile's largest hole in whole pages is wrong", t->at.start,
           CLAIM("tile", t->most[IN_PAGES]), CLAIM("those below", pages));
    differ(d, t->holes != holes, "a tile's number of holes below is wrong", t->at.start,
           CLAIM("tile", t->holes), CLAIM("those below", holes));
}

static bool buddies(const struct heap *h, const struct tile *a, const struct tile *b) {
    uint32_t size = region_size(a->at);
    return size == region_size(b->at) && ((a->at.start - h->range.start) & size) == 0 &&
           size < region_size(h->range);
}

/* A tile, found in the tree, and the one the list has before it. */
static void check_neighbours(const struct heap *h, const struct tile *t, struct difference *d) {
    const struct tile *p = t->prev;
    bool first = t->at.start == h->range.start, last = t->at.end == h->range.end;
    const struct tile *of_list = first ? h->first : p ? p->next : NULL;
    differ(d, first ? p != NULL || of_list != t : of_list != t, "the list is not in tree order", t->at.start,
           CLAIM("tree", t->at.start), CLAIM("list", of_list ? of_list->at.start : 0));
    differ(d, last != (h->last == t) || last != !t->next, "the list ends elsewhere than the range",
           t->at.start, CLAIM("range", h->range.end), CLAIM("list", h->last ? h->last->at.end : 0));
    differ(d, p && p->at.end != t->at.start, "tiles do not touch", t->at.start, CLAIM("tile", t->at.start),
           CLAIM("the one before ends", p ? p->at.end : 0));
    differ(d, t->state != TILE_HOLE && t->state != TILE_BLOCK, "a tile is neither block nor hole",
           t->at.start, CLAIM("state", t->state), CLAIM("states known", TILE_BLOCK));
    if (p && p->state == TILE_HOLE && t->state == TILE_HOLE) {
        bool buddy = h->config.policy->buddy;
        differ(d, !buddy || buddies(h, p, t), "two holes touch that should be one", t->at.start,
               CLAIM("hole", p->at.start), CLAIM("hole", t->at.start));
    }
}

/* The first hole by size at or after (size, start) in the tree, or NULL. */
static const struct tile *hole_from(const struct heap *h, uint32_t size, uint32_t start) {
    const struct tile *found = NULL;
    for (const struct tile *t = h->by_size; t;) {
        uint32_t this = region_size(t->at);
        bool low = this < size || (this == size && t->at.start < start);
        found = low ? found : t;
        t = low ? t->by_size.right : t->by_size.left;
    }
    return found;
}

/* The tile of the tree that covers the first byte not yet seen. */
static void see_tile(const struct heap *h, struct heap_sweep *s, struct difference *d) {
    vaddr_t at = h->range.start + s->seen;
    const struct tile *t = index_find(h, at);
    if (!t || !region_has(t->at, at) || t->at.end - h->range.start > region_size(h->range)) {
        differ(d, true, "the tiles do not fill the range", at, CLAIM("range", h->range.end),
               CLAIM("tiles end", t ? t->at.end : at));
        return;
    }
    check_neighbours(h, t, d);
    check_links(t, d);
    if (t->state == TILE_HOLE && h->config.policy->by_size) {
        const struct tile *found = hole_from(h, region_size(t->at), t->at.start);
        differ(d, found != t, "a hole is not in the tree by size", t->at.start,
               CLAIM("by address", t->at.start), CLAIM("by size", found ? found->at.start : 0));
    }
    if (t->state == TILE_BLOCK && t->at.start == at) { /* else it has grown back, and events told */
        s->blocks++;
        s->bytes += region_size(t->at);
        s->asked += t->asked;
    }
    s->seen = t->at.end - h->range.start;
}

static void check_heap_totals(const struct heap *h, const struct heap_sweep *s, struct difference *d) {
    vaddr_t at = h->range.start;
    differ(d, !h->root && (h->first || h->last), "an empty tree has a list", at, CLAIM("tree", 0),
           CLAIM("list", 1));
    differ(d, s->blocks != h->blocks, "the heap's number of blocks is wrong", at, CLAIM("heap", h->blocks),
           CLAIM("tiles", s->blocks));
    differ(d, s->bytes != h->block_bytes, "the heap's bytes in blocks are wrong", at,
           CLAIM("heap", h->block_bytes), CLAIM("tiles", s->bytes));
    differ(d, s->asked != h->asked_bytes, "the heap's bytes asked for are wrong", at,
           CLAIM("heap", h->asked_bytes), CLAIM("tiles", s->asked));
}

static uint32_t pages_by_size(const struct tile *t) {
    return t ? t->most_pages : 0;
}

/* The next hole by size: it is one of the tiles. False at the end. */
static bool see_size(const struct heap *h, struct heap_sweep *s, struct difference *d) {
    const struct tile *t = hole_from(h, s->size, s->start + 1);
    if (!t) {
        return false;
    }
    differ(d, t->state != TILE_HOLE || index_find(h, t->at.start) != t,
           "the tree by size has what is no hole", t->at.start, CLAIM("state", t->state),
           CLAIM("hole", TILE_HOLE));
    uint32_t pages =
        larger(whole_pages(t->at), larger(pages_by_size(t->by_size.left), pages_by_size(t->by_size.right)));
    differ(d, t->most_pages != pages, "a hole's most whole pages by size are wrong", t->at.start,
           CLAIM("hole", t->most_pages), CLAIM("those below", pages));
    s->size = region_size(t->at);
    s->start = t->at.start;
    return true;
}

bool heap_sweep(const struct heap *h, struct heap_sweep *s, uint32_t pieces, struct difference *d) {
    if (s->size == 0) { /* tiles first */
        for (; pieces && s->seen < region_size(h->range) && !d->what; pieces--) {
            see_tile(h, s, d);
        }
        if (d->what || s->seen < region_size(h->range)) {
            return !d->what;
        }
        check_heap_totals(h, s, d);
    }
    while (pieces-- && !d->what) {
        if (!h->config.policy->by_size || !see_size(h, s, d)) {
            return false;
        }
    }
    return !d->what;
}

void heap_sweep_follow(const struct heap *h, struct heap_sweep *s, const struct event *e) {
    bool ours = e->slot == h->slot && e->owner == h->config.owner;
    if (!ours || e->at.start - h->range.start >= s->seen) {
        return;
    }
    switch (e->kind) {
    case EV_MALLOC:
        s->blocks++;
        s->bytes += region_size(e->at);
        s->asked += e->arg[0];
        break;
    case EV_FREE:
        s->blocks--;
        s->bytes -= region_size(e->at);
        s->asked -= e->arg[0];
        break;
    case EV_RESIZE:
        s->bytes += region_size(e->at) - region_size(e->was);
        s->asked += e->arg[0] - e->arg[1];
        break;
    default: break;
    }
}

bool heap_covers(const struct heap *h, vaddr_t page) {
    vaddr_t end = page + PAGE_SIZE, from = page < h->range.start ? h->range.start : page;
    const struct tile *t = region_has(h->range, from) ? index_find(h, from) : NULL;
    for (; t && t->at.start < end; t = t->next) {
        if (t->state == TILE_BLOCK && page < t->at.end - (t->guard_page ? PAGE_SIZE : 0)) {
            return true;
        }
    }
    return false;
}

static uint32_t covered_pages(const struct heap *h) {
    uint32_t pages = 0;
    for (vaddr_t page = round_down(h->range.start, PAGE_SIZE); page < h->range.end; page += PAGE_SIZE) {
        pages += heap_covers(h, page);
    }
    return pages;
}

const char *heap_check(const struct heap *h) {
    struct heap_sweep sweep = {0};
    struct difference d = {0};
    while (heap_sweep(h, &sweep, ~0u, &d)) {
    }
    uint32_t covered = h->world.map && !d.what ? covered_pages(h) : h->mapped;
    differ(&d, covered != h->mapped, "mapped pages differ from what the blocks cover", h->range.start,
           CLAIM("heap", h->mapped), CLAIM("blocks", covered));
    return d.what;
}
