/*
 * The trees of a heap's tiles: one by address that knows the largest hole below each tile, one of the holes by
 * size. Treaps with links upwards: a tile's rank is drawn once, parents outrank children, so a change touches a path
 * of expected length O(log n).
 */
#include "mm/heap_inside.h"
#include "mm/policy.h"

/* The tile's own hole, if it is one, in bytes or in whole pages. */
static uint32_t own(const struct tile *t, enum measure m) {
    if (t->state != TILE_HOLE || (m == IN_PAGES && region_size(t->at) < PAGE_SIZE)) {
        return 0;
    }
    return m == IN_PAGES ? whole_pages(t->at) : region_size(t->at);
}

static uint32_t most(const struct tile *t, enum measure m) {
    return t ? t->most[m] : 0;
}

static uint32_t most_of(const struct tile *t, enum measure m) {
    return larger(own(t, m), larger(most(t->by_address.left, m), most(t->by_address.right, m)));
}

static uint32_t holes(const struct tile *t) {
    return t ? t->holes : 0;
}

static uint32_t most_pages(const struct tile *t) {
    return t ? t->most_pages : 0;
}

static uint32_t most_pages_of(const struct tile *t) {
    return larger(own(t, IN_PAGES), larger(most_pages(t->by_size.left), most_pages(t->by_size.right)));
}

/* Brings what is known of t and above up to date, as far as something changes. */
static inline void climb(struct tile *t, enum measure m) {
    uint32_t now = most_of(t, m);
    while (t->most[m] != now) {
        uint32_t was = t->most[m];
        t->most[m] = now;
        t = t->by_address.up;
        if (!t || (now <= t->most[m] && was != t->most[m])) {
            return; /* the largest there is another */
        }
        if (now < was) {
            now = most_of(t, m);
        }
    }
}

void index_update(struct tile *t, uint32_t change) {
    climb(t, IN_BYTES);
    if (t->most[IN_BYTES] >= PAGE_SIZE || t->most[IN_PAGES]) {
        climb(t, IN_PAGES);
    }
    for (; change && t; t = t->by_address.up) {
        t->holes += change;
    }
}

/* The same in the tree by size, which knows of whole pages only. */
static void climb_by_size(struct tile *t) {
    for (uint32_t now; t && (now = most_pages_of(t)) != t->most_pages; t = t->by_size.up) {
        t->most_pages = now;
    }
}

/*
 * One treap, twice: the same few lines over either link of a tile. TURNED(t, p, inner) says what the two know after a
 * turn.
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

/* t has risen above p and covers what p covered. */
static void tiles_turned(struct tile *t, struct tile *p, const struct tile *inner) {
    uint32_t all = p->holes;
    p->holes += holes(inner) - t->holes;
    t->holes = all;
    for (enum measure m = IN_BYTES; m <= IN_PAGES; m++) {
        t->most[m] = p->most[m];
        p->most[m] = most_of(p, m);
    }
}

static void sizes_turned(struct tile *t, struct tile *p, const struct tile *inner) {
    (void)inner;
    t->most_pages = p->most_pages;
    p->most_pages = most_pages_of(p);
}

TREAP(tiles, by_address, root, tiles_turned)
TREAP(sizes, by_size, by_size, sizes_turned)

void index_insert(struct heap *heap, struct tile *tile, struct tile *before) {
    struct tile *after = before ? before->next : heap->first;
    tile->prev = before;
    tile->next = after;
    *(before ? &before->next : &heap->first) = tile;
    *(after ? &after->prev : &heap->last) = tile;

    /* It knows of nothing below it, itself included, until it stands where it belongs. */
    tile->by_address = (struct link){NULL, NULL, NULL};
    tile->most[IN_BYTES] = tile->most[IN_PAGES] = tile->holes = 0;
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
    if (tile->state == TILE_HOLE) {
        index_update(tile, 1);
    }
}

void index_remove(struct heap *heap, struct tile *hole) {
    *(hole->prev ? &hole->prev->next : &heap->first) = hole->next;
    *(hole->next ? &hole->next->prev : &heap->last) = hole->prev;
    struct tile *above = tiles_take(heap, hole);
    if (above) {
        index_update(above, ~0u);
    }
    if (heap->rover == hole) {
        heap->rover = hole->next;
    }
}

static bool size_less(const struct tile *a, const struct tile *b) {
    uint32_t sa = region_size(a->at), sb = region_size(b->at);
    return sa < sb || (sa == sb && a->at.start < b->at.start);
}

void sizes_insert(struct heap *heap, struct tile *hole) {
    struct tile **place = &heap->by_size, *up = NULL;
    while (*place) {
        up = *place;
        place = size_less(hole, up) ? &up->by_size.left : &up->by_size.right;
    }
    *place = hole;
    hole->by_size = (struct link){up, NULL, NULL};
    hole->most_pages = 0;
    sizes_rise(heap, hole);
    climb_by_size(hole);
}

void sizes_remove(struct heap *heap, struct tile *hole) {
    climb_by_size(sizes_take(heap, hole));
}

/* The lowest hole that fits at t or below it; there is one. Counts those below it that do not. */
static struct tile *lowest_below(struct tile *t, struct want *want) {
    const uint32_t size = want->size;
    const enum measure m = want->pages;
    uint32_t below = 0, looked = 0;
    for (;;) {
        struct tile *left = t->by_address.left;
        looked++;
        if (left) {
            if (left->most[m] >= size) {
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
    want->passed = below;
    want->looked += looked;
    return t;
}

struct tile *heap_lowest_fit(struct heap *heap, struct want *want) {
    if (most(heap->root, want->pages) >= want->size) {
        return lowest_below(heap->root, want);
    }
    want->passed = heap_holes(heap);
    return NULL;
}

struct tile *heap_lowest_fit_from(struct heap *heap, vaddr_t from, struct want *want) {
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
        if (most(t->by_address.right, want->pages) >= want->size) {
            return lowest_below(t->by_address.right, want);
        }
        while (t->by_address.up && t->by_address.up->by_address.right == t) {
            t = t->by_address.up;
        }
        t = t->by_address.up;
    }
    return NULL;
}

/* In whole pages: the leftmost that has enough of them. */
static struct tile *smallest_in_pages(struct heap *heap, struct want *want) {
    struct tile *t = most_pages(heap->by_size) >= want->size ? heap->by_size : NULL;
    while (t) {
        want->looked++;
        if (most_pages(t->by_size.left) >= want->size) {
            t = t->by_size.left;
        } else if (heap_fits(t, want)) {
            break;
        } else {
            t = t->by_size.right;
        }
    }
    return t;
}

struct tile *heap_smallest_fit(struct heap *heap, struct want *want) {
    if (want->pages) {
        return smallest_in_pages(heap, want);
    }
    struct tile *best = NULL;
    for (struct tile *t = heap->by_size; t;) {
        want->looked++;
        bool enough = region_size(t->at) >= want->size;
        best = enough ? t : best;
        t = enough ? t->by_size.left : t->by_size.right;
    }
    return best;
}

struct tile *heap_largest_fit(struct heap *heap, struct want *want) {
    struct want largest = *want;
    largest.size = most(heap->root, want->pages);
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
    return most(heap->root, IN_BYTES);
}

uint32_t heap_holes(const struct heap *heap) {
    return holes(heap->root);
}
