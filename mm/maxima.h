/*
 * A tree of maxima over a row of numbers, its leaves: the lowest leaf of at least so much, the neighbours that are not zero,
 * each in the height of the tree. Serves memman's zones, whose leaves are the sizes of free ranges.
 *
 * A node is the largest of its four children. The rows lie one behind the other from MAXIMA_ROOT on, so numbered that
 * brothers begin at a multiple of four. The tree in use grows: `top` is the first node of the lowest row such that all
 * leaves ever raised lie below it.
 *
 *   n == max(children of n), for top and all below it
 *   n == MAXIMA_ABOVE, larger than any leaf, for the nodes on the way from top's parent to beyond the root
 *   all other nodes are 0
 */
#ifndef MM_MAXIMA_H
#define MM_MAXIMA_H

#include "mm/types.h"

#define MAXIMA_CHILDREN 4u
#define MAXIMA_ROOT     3u
#define MAXIMA_ABOVE    0xFFFFFFFFu

struct maxima {
    uint32_t *node;
    uint32_t leaves, nodes; /* the first leaf's index; the end of all */
    uint32_t top;           /* where every search begins */
    uint32_t covered;       /* leaves below top */
};

/* Bytes of nodes for so many leaves. */
uint32_t maxima_size(uint32_t leaves);

/* Takes `nodes` (zeroed, maxima_size bytes) for good; every leaf is 0. */
void maxima_init(struct maxima *m, uint32_t leaves, uint32_t *nodes);

/* The next leaf above `leaf`, the last one below it, that is not 0; MAXIMA_NONE: there is none. */
#define MAXIMA_NONE 0xFFFFFFFFu
uint32_t maxima_next(const struct maxima *m, uint32_t leaf);
uint32_t maxima_last(const struct maxima *m, uint32_t leaf);

/* What a node above the leaves should hold. */
uint32_t maxima_expected(const struct maxima *m, uint32_t node);

/* The first leaf below a node. */
uint32_t maxima_first_below(const struct maxima *m, uint32_t node);

/* Makes top's parent the new top. */
void maxima_grow(struct maxima *m);

static inline uint32_t maxima_parent(uint32_t node) {
    return node / MAXIMA_CHILDREN + MAXIMA_ROOT - 1;
}

static inline uint32_t maxima_children(uint32_t node) {
    return node * MAXIMA_CHILDREN - (MAXIMA_ROOT - 1) * MAXIMA_CHILDREN;
}

static inline uint32_t maxima_largest(const struct maxima *m) {
    return m->node[m->top];
}

static inline uint32_t maxima_of_brothers(const uint32_t *brothers) {
    return larger(larger(brothers[0], brothers[1]), larger(brothers[2], brothers[3]));
}

/* The leaf is at least `value` now. */
static inline void maxima_raise(struct maxima *m, uint32_t leaf, uint32_t value) {
    while (leaf >= m->covered) {
        maxima_grow(m);
    }
    uint32_t *node = m->node;
    for (uint32_t i = m->leaves + leaf; node[i] < value; i = maxima_parent(i)) {
        node[i] = value;
    }
}

/* The leaf is `value` now, and was more. */
static inline void maxima_lower(struct maxima *m, uint32_t leaf, uint32_t value) {
    uint32_t *node = m->node, i = m->leaves + leaf;
    const uint32_t was = node[i];
    while (value != was) {
        node[i] = value;
        const uint32_t *brothers = &node[i & ~(MAXIMA_CHILDREN - 1)];
        i = maxima_parent(i);
        if (node[i] != was) {
            return; /* another is the largest there */
        }
        value = maxima_of_brothers(brothers);
    }
}

/* The lowest leaf of at least `value`; maxima_largest says that there is one. */
static inline uint32_t maxima_first(const struct maxima *m, uint32_t value) {
    const uint32_t *node = m->node;
    uint32_t i = m->top;
    while (i < m->leaves) {
        i = maxima_children(i);
        const uint32_t *child = &node[i];
        i += child[0] >= value ? 0 : child[1] >= value ? 1 : child[2] >= value ? 2 : 3;
    }
    return i - m->leaves;
}

#endif
