/*
 * The heap for readers: tiles at a moment, what a region holds, and the check of every invariant.
 */
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
    struct region range;
    if (at != NOW && past_heap_range(h->slot, h->config.owner, &range)) {
        return range;
    }
    return h->range;
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

/* The tile after one that was just seen: now the list knows it, in the past the address does. */
static bool next_tile(moment_t at, const struct heap *h, const struct tile **now, struct tile_view *out) {
    if (at != NOW) {
        return heap_tile(at, h, out->at.end, out);
    }
    *now = (*now)->next;
    if (*now) {
        view(*now, out);
    }
    return *now != NULL;
}

void heap_count(moment_t at, const struct heap *h, struct region region, struct heap_shares *out) {
    struct region range = heap_range(at, h);
    *out = (struct heap_shares){0};
    vaddr_t start = region.start > range.start ? region.start : range.start;
    vaddr_t end = region.end - 1 < range.end - 1 ? region.end : range.end;
    struct tile_view tile;
    if (region_empty(range) || start >= end || !heap_tile(at, h, start, &tile)) {
        return;
    }
    const struct tile *now = at == NOW ? index_find(h, start) : NULL;
    do {
        uint32_t from = tile.at.start > start ? tile.at.start : start;
        uint32_t stop = tile.at.end < end ? tile.at.end : end;
        *(tile.state == TILE_BLOCK ? &out->block : &out->hole) += stop - from;
        uint32_t guard = tile.at.end - PAGE_SIZE > from ? tile.at.end - PAGE_SIZE : from;
        out->guard += tile.guard_page && guard < stop ? stop - guard : 0;
    } while (tile.at.end < end && next_tile(at, h, &now, &tile));
}

/* ---- the check ---- */

struct check {
    const struct heap *heap;
    const struct tile *previous; /* in address order */
    const char *wrong;
};

static void blame(struct check *c, bool wrong, const char *what) {
    if (wrong && !c->wrong) {
        c->wrong = what;
    }
}

static void check_links(struct check *c, const struct tile *t) {
    const struct tile *left = t->by_address.left, *right = t->by_address.right;
    blame(c, left && left->by_address.up != t, "a left child has another parent");
    blame(c, right && right->by_address.up != t, "a right child has another parent");
    blame(c, (left && left->rank > t->rank) || (right && right->rank > t->rank),
          "a child outranks its parent");
    bool hole = t->state == TILE_HOLE;
    uint32_t most = hole ? region_size(t->at) : 0, pages = hole ? whole_pages(t->at) : 0, holes = hole;
    for (int side = 0; side < 2; side++) {
        const struct tile *child = side ? right : left;
        if (child) {
            most = child->most > most ? child->most : most;
            pages = child->most_pages > pages ? child->most_pages : pages;
            holes += child->holes;
        }
    }
    blame(c, t->most != most, "a tile's largest hole below is wrong");
    blame(c, t->most_pages != pages, "a tile's largest hole in whole pages is wrong");
    blame(c, t->holes != holes, "a tile's number of holes below is wrong");
}

static bool buddies(const struct heap *h, const struct tile *a, const struct tile *b) {
    uint32_t size = region_size(a->at);
    return size == region_size(b->at) && ((a->at.start - h->range.start) & size) == 0 &&
           size < region_size(h->range);
}

static void check_neighbours(struct check *c, const struct tile *t) {
    const struct heap *h = c->heap;
    const struct tile *p = c->previous;
    blame(c, t->prev != p || (p ? p->next : h->first) != t, "the list is not in tree order");
    blame(c, t->at.start != (p ? p->at.end : h->range.start), "tiles do not touch");
    blame(c, region_empty(t->at), "a tile is empty");
    blame(c, t->state != TILE_HOLE && t->state != TILE_BLOCK, "a tile is neither block nor hole");
    if (p && p->state == TILE_HOLE && t->state == TILE_HOLE) {
        bool buddy = h->config.policy->buddy;
        blame(c, !buddy || buddies(h, p, t), "two holes touch that should be one");
    }
}

/* Holes in the tree by size, in order. */
static uint32_t check_by_size(struct check *c, const struct tile *t, const struct tile **last) {
    if (!t) {
        return 0;
    }
    uint32_t count = check_by_size(c, t->by_size.left, last);
    blame(c, t->state != TILE_HOLE, "a block is in the tree by size");
    if (*last) {
        uint32_t a = region_size((*last)->at), b = region_size(t->at);
        blame(c, a > b || (a == b && (*last)->at.start >= t->at.start), "the tree by size is out of order");
    }
    *last = t;
    return count + 1 + check_by_size(c, t->by_size.right, last);
}

/* The lowest tile of the tree, without recursion: the kernel's stack is small. */
static const struct tile *leftmost(const struct tile *t) {
    while (t && t->by_address.left) {
        t = t->by_address.left;
    }
    return t;
}

static const struct tile *successor(const struct tile *t) {
    if (t->by_address.right) {
        return leftmost(t->by_address.right);
    }
    while (t->by_address.up && t->by_address.up->by_address.right == t) {
        t = t->by_address.up;
    }
    return t->by_address.up;
}

const char *heap_check(const struct heap *h) {
    struct check c = {.heap = h};
    uint32_t blocks = 0, bytes = 0, asked = 0, holes = 0, mapped = 0;
    uint32_t page_seen = 0; /* end of the last page counted as mapped */
    for (const struct tile *t = leftmost(h->root); t && !c.wrong; t = successor(t)) {
        check_neighbours(&c, t);
        check_links(&c, t);
        c.previous = t;
        if (t->state == TILE_HOLE) {
            holes++;
            continue;
        }
        blocks++;
        bytes += region_size(t->at);
        asked += t->asked;
        uint32_t start = round_down(t->at.start, PAGE_SIZE);
        uint32_t end = round_up(t->at.end - (t->guard_page ? PAGE_SIZE : 0), PAGE_SIZE);
        start = start < page_seen ? page_seen : start;
        mapped += end > start ? (end - start) >> PAGE_SHIFT : 0;
        page_seen = end > page_seen ? end : page_seen;
    }
    const struct tile *last = c.previous;
    blame(&c, h->last != last || (last ? last->at.end : h->range.start) != h->range.end,
          "the tiles do not fill the range");
    blame(&c, blocks != h->blocks || bytes != h->block_bytes || asked != h->asked_bytes,
          "the heap's totals differ from its tiles");
    blame(&c, h->world.map && mapped != h->mapped, "mapped pages differ from what the blocks cover");
    const struct tile *largest = NULL;
    if (h->config.policy->by_size && !c.wrong) {
        blame(&c, check_by_size(&c, h->by_size, &largest) != holes, "the tree by size misses holes");
    }
    return c.wrong;
}
