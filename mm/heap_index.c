/*
 * The trees of a heap's tiles: one by address that knows the largest hole below each tile, one of the holes
 * by size. Treaps with links upwards: a tile's rank is drawn once, parents outrank children, so a change
 * touches a path of expected length O(log n).
 */
#include "mm/heap_inside.h"
#include "mm/policy.h"

static uint32_t most(const struct tile *t) {
    return t ? t->most : 0;
}

static uint32_t most_pages(const struct tile *t) {
    return t ? t->most_pages : 0;
}

static uint32_t holes(const struct tile *t) {
    return t ? t->holes : 0;
}

static uint32_t hole_size(const struct tile *t) {
    return t->state == TILE_HOLE ? region_size(t->at) : 0;
}

static uint32_t hole_pages(const struct tile *t) {
    return hole_size(t) < PAGE_SIZE ? 0 : whole_pages(t->at);
}

static uint32_t largest_of(const struct tile *t) {
    return larger(hole_size(t), larger(most(t->by_address.left), most(t->by_address.right)));
}

static uint32_t largest_pages_of(const struct tile *t) {
    return larger(hole_pages(t), larger(most_pages(t->by_address.left), most_pages(t->by_address.right)));
}

/*
 * Brings the largest holes known of t and above up to date, as long as something changes; in any case below
 * `above`. A hole that is larger than all known is written without looking aside; whole pages are another
 * question, which most changes do not touch.
 */
static void climb(struct tile *t, const struct tile *above) {
    struct tile *a = t;
    for (; a != above; a = a->by_address.up) {
        a->most = largest_of(a);
        a->most_pages = largest_pages_of(a);
    }
    struct tile *b = a;
    for (uint32_t size = a ? hole_size(a) : 0; a && a->most < size; a = a->by_address.up) {
        a->most = size;
    }
    for (uint32_t now; a && (now = largest_of(a)) != a->most; a = a->by_address.up) {
        a->most = now;
    }
    for (uint32_t now; b && (now = largest_pages_of(b)) != b->most_pages; b = b->by_address.up) {
        b->most_pages = now;
    }
}

/* The holes at t are `change` more: so are those below all its ancestors. */
static void count_up(struct tile *t, uint32_t change) {
    for (; change && t; t = t->by_address.up) {
        t->holes += change;
    }
}

/* How many holes t itself was counted as. */
static uint32_t counted(const struct tile *t) {
    return t->holes - holes(t->by_address.left) - holes(t->by_address.right);
}

/*
 * One treap, twice: the same few lines over either link of a tile. `CHANGED(t)` brings what t knows up to
 * date.
 */
#define TREAP(prefix, link, head, TURNED)                                                                      \
    static void prefix##_replace(struct heap *heap, struct tile *old, struct tile *new) {                      \
        struct tile *up = old->link.up;                                                                        \
        if (!up) {                                                                                             \
            heap->head = new;                                                                                  \
        } else if (up->link.left == old) {                                                                     \
            up->link.left = new;                                                                               \
        } else {                                                                                               \
            up->link.right = new;                                                                              \
        }                                                                                                      \
        if (new) {                                                                                             \
            new->link.up = up;                                                                                 \
        }                                                                                                      \
    }                                                                                                          \
    /* t takes the place of its parent, which goes below it. */                                                \
    static void prefix##_rotate(struct heap *heap, struct tile *t) {                                           \
        struct tile *p = t->link.up;                                                                           \
        struct tile *inner;                                                                                    \
        prefix##_replace(heap, p, t);                                                                          \
        if (p->link.left == t) {                                                                               \
            inner = t->link.right;                                                                             \
            p->link.left = inner;                                                                              \
            t->link.right = p;                                                                                 \
        } else {                                                                                               \
            inner = t->link.left;                                                                              \
            p->link.right = inner;                                                                             \
            t->link.left = p;                                                                                  \
        }                                                                                                      \
        if (inner) {                                                                                           \
            inner->link.up = p;                                                                                \
        }                                                                                                      \
        p->link.up = t;                                                                                        \
        TURNED(t, p, inner);                                                                                   \
    }                                                                                                          \
    static void prefix##_rise(struct heap *heap, struct tile *t) {                                             \
        while (t->link.up && t->link.up->rank < t->rank) {                                                     \
            prefix##_rotate(heap, t);                                                                          \
        }                                                                                                      \
    }                                                                                                          \
    /* Sinks t to a place with at most one child and takes it out; returns the lowest tile whose subtree     \
     * changed. */ \
    static struct tile *prefix##_take(struct heap *heap, struct tile *t) {                                     \
        while (t->link.left && t->link.right) {                                                                \
            struct tile *left = t->link.left, *right = t->link.right;                                          \
            prefix##_rotate(heap, left->rank > right->rank ? left : right);                                    \
        }                                                                                                      \
        prefix##_replace(heap, t, t->link.left ? t->link.left : t->link.right);                                \
        return t->link.up;                                                                                     \
    }

/* t has risen above p and covers what p covered; what its own hole adds to that is for a climb to say. */
static void tiles_turned(struct tile *t, struct tile *p, const struct tile *inner) {
    uint32_t all = p->holes;
    p->holes += holes(inner) - t->holes;
    t->holes = all;
    t->most = p->most;
    t->most_pages = p->most_pages;
    p->most = largest_of(p);
    p->most_pages = largest_pages_of(p);
}

#define NOTHING(t, p, inner) ((void)(t), (void)(p), (void)(inner))
TREAP(tiles, by_address, root, tiles_turned)
TREAP(holes_by_size, by_size, by_size, NOTHING)

void index_insert(struct heap *heap, struct tile *tile, struct tile *before) {
    struct tile *after = before ? before->next : heap->first;
    tile->prev = before;
    tile->next = after;
    *(before ? &before->next : &heap->first) = tile;
    *(after ? &after->prev : &heap->last) = tile;

    tile->by_address = (struct link){NULL, NULL, NULL};
    tile->most = tile->most_pages = tile->holes = 0;
    if (before && !before->by_address.right) {
        before->by_address.right = tile;
        tile->by_address.up = before;
    } else if (after) {
        after->by_address.left = tile;
        tile->by_address.up = after;
    } else {
        heap->root = tile;
    }
    tiles_rise(heap, tile);
    index_update(heap, tile);
}

void index_remove(struct heap *heap, struct tile *tile) {
    *(tile->prev ? &tile->prev->next : &heap->first) = tile->next;
    *(tile->next ? &tile->next->prev : &heap->last) = tile->prev;
    struct tile *above = tile->by_address.up;
    struct tile *lowest = tiles_take(heap, tile);
    count_up(lowest, 0 - counted(tile));
    climb(lowest, above);
    if (heap->rover == tile) {
        heap->rover = tile->next;
    }
}

void index_update(struct heap *heap, struct tile *tile) {
    (void)heap;
    count_up(tile, (tile->state == TILE_HOLE) - counted(tile));
    climb(tile, tile);
}

static bool size_less(const struct tile *a, const struct tile *b) {
    uint32_t sa = region_size(a->at), sb = region_size(b->at);
    return sa < sb || (sa == sb && a->at.start < b->at.start);
}

void index_size_insert(struct heap *heap, struct tile *hole) {
    if (!heap->config.policy->by_size) {
        return;
    }
    struct tile **place = &heap->by_size, *up = NULL;
    while (*place) {
        up = *place;
        place = size_less(hole, up) ? &up->by_size.left : &up->by_size.right;
    }
    *place = hole;
    hole->by_size = (struct link){up, NULL, NULL};
    holes_by_size_rise(heap, hole);
}

void index_size_remove(struct heap *heap, struct tile *hole) {
    if (heap->config.policy->by_size) {
        holes_by_size_take(heap, hole);
    }
}

struct tile *index_find(const struct heap *heap, vaddr_t address) {
    struct tile *t = heap->root;
    while (t && !region_has(t->at, address)) {
        t = address < t->at.start ? t->by_address.left : t->by_address.right;
    }
    return t;
}

bool heap_fits(const struct tile *hole, const struct want *want) {
    return hole->state == TILE_HOLE &&
           (want->pages ? whole_pages(hole->at) : region_size(hole->at)) >= want->size;
}

/* The largest hole at t or below it, as the request counts. */
static uint32_t room(const struct tile *t, const struct want *want) {
    return want->pages ? most_pages(t) : most(t);
}

/* The lowest hole that fits at t or below it; there is one. Counts those below it that do not. */
static struct tile *lowest_below(struct tile *t, struct want *want) {
    const uint32_t size = want->size;
    uint32_t below = want->below, looked = want->looked;
    for (;;) {
        struct tile *left = t->by_address.left;
        looked++;
        if (left) {
            if (room(left, want) >= size) {
                t = left;
                continue;
            }
            below += left->holes;
        }
        if (t->state == TILE_HOLE) {
            if (heap_fits(t, want)) {
                break;
            }
            below++;
        }
        t = t->by_address.right;
    }
    want->below = below;
    want->looked = looked;
    return t;
}

struct tile *heap_lowest_fit(struct heap *heap, vaddr_t from, struct want *want) {
    if (from == heap->range.start) {
        return room(heap->root, want) >= want->size ? lowest_below(heap->root, want) : NULL;
    }
    /* Up from the tile at `from`: itself, then all to its right, then the next ancestor to the right. */
    struct tile *t = index_find(heap, from);
    if (t && t->at.start < from) {
        t = t->next;
    }
    while (t) {
        want->looked++;
        if (heap_fits(t, want)) {
            return t;
        }
        if (room(t->by_address.right, want) >= want->size) {
            return lowest_below(t->by_address.right, want);
        }
        while (t->by_address.up && t->by_address.up->by_address.right == t) {
            t = t->by_address.up;
        }
        t = t->by_address.up;
    }
    return NULL;
}

static struct tile *next_by_size(struct tile *t) {
    if (t->by_size.right) {
        for (t = t->by_size.right; t->by_size.left;) {
            t = t->by_size.left;
        }
        return t;
    }
    while (t->by_size.up && t->by_size.up->by_size.right == t) {
        t = t->by_size.up;
    }
    return t->by_size.up;
}

struct tile *heap_smallest_fit(struct heap *heap, struct want *want) {
    struct tile *best = NULL;
    for (struct tile *t = heap->by_size; t;) {
        want->looked++;
        bool enough = region_size(t->at) >= want->size;
        best = enough ? t : best;
        t = enough ? t->by_size.left : t->by_size.right;
    }
    while (best && !heap_fits(best, want)) { /* large enough, but not in whole pages */
        want->looked++;
        best = next_by_size(best);
    }
    return best;
}

struct tile *heap_largest_fit(struct heap *heap, struct want *want) {
    struct want largest = *want;
    largest.size = room(heap->root, want);
    if (largest.size < want->size) {
        return NULL;
    }
    struct tile *t = lowest_below(heap->root, &largest);
    want->looked = largest.looked;
    return t;
}

struct tile *heap_next_hole(const struct heap *heap, const struct tile *hole) {
    struct tile *t = hole ? hole->next : heap->first;
    while (t && t->state != TILE_HOLE) {
        t = t->next;
    }
    return t;
}

uint32_t heap_holes_below(const struct heap *heap, vaddr_t address) {
    uint32_t count = 0;
    for (const struct tile *t = heap->root; t;) {
        if (t->at.start < address) {
            count += holes(t->by_address.left) + (t->state == TILE_HOLE);
            t = t->by_address.right;
        } else {
            t = t->by_address.left;
        }
    }
    return count;
}

uint32_t heap_largest_hole(const struct heap *heap) {
    return most(heap->root);
}

uint32_t heap_holes(const struct heap *heap) {
    return holes(heap->root);
}
