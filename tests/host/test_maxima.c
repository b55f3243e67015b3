/*
 * The tree of maxima against a plain row of numbers: every search, every node, trees of every height.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "mm/maxima.h"
#include "tests/host/support.h"

#define MOST 1100

static struct maxima tree;
static uint32_t row[MOST], leaves;

/* Nodes in exactly the bytes it asks for, so that the sanitizer sees the first one too many. */
static uint32_t *start(uint32_t count) {
    uint32_t *nodes = calloc(1, maxima_size(count));
    maxima_init(&tree, count, nodes);
    memset(row, 0, sizeof row);
    leaves = count;
    return nodes;
}

static void set(uint32_t leaf, uint32_t value) {
    if (value > row[leaf]) {
        maxima_raise(&tree, leaf, value);
    } else if (value < row[leaf]) {
        maxima_lower(&tree, leaf, value);
    }
    row[leaf] = value;
}

static uint32_t largest(void) {
    uint32_t most = 0;
    for (uint32_t i = 0; i < leaves; i++) {
        most = larger(most, row[i]);
    }
    return most;
}

static void assert_searches(uint32_t leaf, uint32_t value) {
    uint32_t next = leaf + 1, last = leaf, first = 0;
    while (next < leaves && !row[next]) {
        next++;
    }
    while (last && !row[last - 1]) {
        last--;
    }
    assert_int_equal(maxima_next(&tree, leaf), next < leaves ? next : MAXIMA_NONE);
    assert_int_equal(maxima_last(&tree, leaf), last ? last - 1 : MAXIMA_NONE);
    assert_int_equal(maxima_largest(&tree), largest());
    if (value <= largest()) {
        while (row[first] < value) {
            first++;
        }
        assert_int_equal(maxima_first(&tree, value), first);
    }
}

static void assert_nodes(void) {
    for (uint32_t n = MAXIMA_ROOT; n < tree.nodes; n++) {
        uint32_t leaf = n - tree.leaves;
        assert_int_equal(tree.node[n], n < tree.leaves ? maxima_expected(&tree, n)
                                       : leaf < leaves ? row[leaf]
                                                       : 0);
    }
    assert_int_equal(tree.node[maxima_parent(tree.top)], MAXIMA_ABOVE);
}

static void searches_are_those_of_a_row(void **state) {
    (void)state;
    static const uint32_t counts[] = {1, 2, 4, 5, 16, 17, 64, 65, 1000, 1025, MOST};
    uint32_t turns = operations() / (sizeof counts / sizeof *counts) / 5;
    random_start(1);
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        uint32_t *nodes = start(counts[i]);
        assert_searches(0, 1);
        assert_nodes();
        for (uint32_t turn = 0; turn < turns; turn++) {
            /* Use spreads upwards from the front, as in a zone. */
            uint32_t used = 1 + (uint32_t)((uint64_t)counts[i] * turn / turns);
            set(draw(used), draw(3) ? 1 + draw(50) : 0);
            assert_searches(draw(counts[i]), 1 + draw(60));
            if (turn % 64 == 0) {
                assert_nodes();
            }
        }
        for (uint32_t leaf = 0; leaf < counts[i]; leaf++) {
            set(leaf, 0);
        }
        assert_searches(0, 1);
        assert_nodes();
        free(nodes);
    }
}

static void a_tree_grows_no_higher_than_its_use(void **state) {
    (void)state;
    uint32_t *nodes = start(1000), height = 0;
    set(15, 3);
    for (uint32_t n = tree.top; n < tree.leaves; n = maxima_children(n)) {
        height++;
    }
    assert_int_equal(height, 2);
    assert_int_equal(maxima_first_below(&tree, tree.top), 0);
    set(16, 2);
    assert_int_equal(tree.covered, 64);
    assert_nodes();
    free(nodes);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(searches_are_those_of_a_row),
        cmocka_unit_test(a_tree_grows_no_higher_than_its_use),
    };
    return cmocka_run_group_tests_name("maxima", tests, NULL, NULL);
}
