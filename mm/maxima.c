/*
 * A tree of maxima: its making, its growth, and the walks of readers.
 */
#include "mm/maxima.h"

/* Where the lowest row starts that is as wide as there are leaves. */
static uint32_t first_leaf(uint32_t leaves) {
    uint32_t first = MAXIMA_ROOT;
    for (uint32_t row = 1; row < leaves; row *= MAXIMA_CHILDREN) {
        first += row;
    }
    return first;
}

/* The last leaf has all its brothers. */
static uint32_t all_nodes(uint32_t leaves) {
    return first_leaf(leaves) + round_up(leaves, MAXIMA_CHILDREN);
}

uint32_t maxima_size(uint32_t leaves) {
    return all_nodes(leaves) * (uint32_t)sizeof(uint32_t);
}

void maxima_init(struct maxima *m, uint32_t leaves, uint32_t *nodes) {
    uint32_t first = first_leaf(leaves);
    *m = (struct maxima){
        .node = nodes, .leaves = first, .nodes = all_nodes(leaves), .top = first, .covered = 1};
    for (uint32_t i = first; i >= MAXIMA_ROOT;) {
        i = maxima_parent(i);
        nodes[i] = MAXIMA_ABOVE;
    }
}

void maxima_grow(struct maxima *m) {
    uint32_t parent = maxima_parent(m->top);
    m->node[parent] = m->node[m->top];
    m->top = parent;
    m->covered *= MAXIMA_CHILDREN;
}

uint32_t maxima_next(const struct maxima *m, uint32_t leaf) {
    const uint32_t *node = m->node, youngest = MAXIMA_CHILDREN - 1;
    uint32_t i = m->leaves + leaf;
    if (leaf >= m->covered) {
        return MAXIMA_NONE;
    }
    while (i != m->top && (i % MAXIMA_CHILDREN == youngest || !node[i + 1])) {
        i = i % MAXIMA_CHILDREN == youngest ? maxima_parent(i) : i + 1;
    }
    if (i == m->top) {
        return MAXIMA_NONE;
    }
    for (i++; i < m->leaves;) {
        for (i = maxima_children(i); !node[i]; i++) {
        }
    }
    return i - m->leaves;
}

uint32_t maxima_last(const struct maxima *m, uint32_t leaf) {
    const uint32_t *node = m->node;
    uint32_t i = m->leaves + leaf;
    if (!maxima_largest(m)) {
        return MAXIMA_NONE;
    }
    while (i > MAXIMA_ROOT && (i % MAXIMA_CHILDREN == 0 || !node[i - 1])) {
        i = i % MAXIMA_CHILDREN == 0 ? maxima_parent(i) : i - 1;
    }
    if (i == MAXIMA_ROOT) {
        return MAXIMA_NONE;
    }
    for (i--; i < m->leaves;) {
        for (i = maxima_children(i) + MAXIMA_CHILDREN - 1; !node[i]; i--) {
        }
    }
    return i - m->leaves;
}

uint32_t maxima_expected(const struct maxima *m, uint32_t node) {
    uint32_t child = maxima_children(node);
    if (node == maxima_parent(m->top)) {
        return MAXIMA_ABOVE;
    }
    return child < m->nodes ? maxima_of_brothers(&m->node[child]) : 0;
}

uint32_t maxima_first_below(const struct maxima *m, uint32_t node) {
    while (node < m->leaves) {
        node = maxima_children(node);
    }
    return node - m->leaves;
}
