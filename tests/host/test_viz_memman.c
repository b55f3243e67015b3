/*
 * The view memman on machines made by hand: golden screens, scrolling, the past.
 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "mm/events.h"
#include "mm/memman.h"
#include "mm/past.h"
#include "tests/host/support.h"
#include "tests/host/support_viz.h"
#include "viz/layout.h"
#include "viz/view.h"
#include "viz/map.h"
#include "viz/palette.h"

enum { ZONES_ROW = MEMMAN_MAP_ROW + MEMMAN_MAP_ROWS, LIST_ROW = ZONES_ROW + ZONES + 2 };

static void start(uint32_t megabytes) {
    machine_start(megabytes);
    viz_init(NULL);
    assert_true(viz_key(KEY_F3));
    viz_key(KEY_HOME);
}

/* Programs that came and went in turn, so that free ranges of several makers lie between what is lent. */
static void come_and_go(void) {
    struct space *shell = machine_spawn(1, "shell", 12), *gone = machine_spawn(2, "fragmentation", 30);
    struct space *demo = machine_spawn(12, "demo", 3);
    vaddr_t block[24];
    for (uint32_t i = 0; i < 24; i++) {
        block[i] = program_malloc(i % 2 ? shell : demo, 3 * PAGE_SIZE);
    }
    machine_exit(gone, 0);
    for (uint32_t i = 0; i < 24; i += 3) {
        program_free(i % 2 ? shell : demo, block[i]);
    }
}

static void test_fresh(void **state) {
    (void)state;
    start(8);
    frame_at(NOW);
    assert_golden("memman_fresh");
}

static void frame(void) {
    frame_at(NOW);
}

static void test_ranges(void **state) {
    (void)state;
    start(64);
    come_and_go();
    frame_at(NOW);
    assert_golden("memman");
    assert_golden_looks("memman", frame);
}

/* The addresses of the rows shown go to `all`; how many. */
static uint32_t shown(paddr_t *all) {
    uint32_t count = 0;
    frame_at(NOW);
    for (int row = LIST_ROW; row < SCREEN_ROWS - FOOTER_UP && row_text(row)[0] > ' '; row++) {
        all[count++] = (paddr_t)strtoul(row_text(row), NULL, 16);
    }
    return count;
}

static void test_scrolling(void **state) {
    (void)state;
    static paddr_t all[64], rows[64];
    uint32_t count = 0, page;
    struct range range;
    start(64);
    come_and_go();
    for (int z = 0; z < ZONES; z++) {
        for (paddr_t a = zones[z].span.start; memman_next_free(NOW, (enum zone)z, a, &range);
             a = range.at.end) {
            all[count++] = range.at.start;
        }
    }
    viz_key(KEY_HOME);
    page = shown(rows);
    assert_in_range(page, 2, count - 2);
    for (uint32_t top = 0; top + page < count; top += page) {
        assert_memory_equal(rows, all + top, page * sizeof *all);
        assert_true(viz_key(KEY_PAGE_DOWN));
        shown(rows);
    }
    assert_memory_equal(rows, all + count - page, page * sizeof *all); /* the last page is full */
    assert_false(viz_key(KEY_PAGE_DOWN));
    for (uint32_t top = count - page; top > 0; top = top > page ? top - page : 0) {
        assert_true(viz_key(KEY_PAGE_UP));
        shown(rows);
        assert_int_equal(rows[0], all[top > page ? top - page : 0]);
    }
    assert_false(viz_key(KEY_PAGE_UP));
    viz_key(KEY_END);
    shown(rows);
    assert_int_equal(rows[0], all[count - page]);
}

/* The cursor goes down the rows, and the list scrolls under it. */
static void test_cursor(void **state) {
    (void)state;
    static paddr_t rows[64];
    struct range range;
    start(64);
    come_and_go();
    viz_key(KEY_HOME);
    uint32_t page = shown(rows);
    for (int i = 0; i < 40; i++) {
        viz_key(KEY_DOWN);
        frame_at(NOW);
    }
    shown(rows);
    assert_true(memman_last_free(NOW, ZONE_U, zones[ZONE_U].span.end, &range));
    assert_int_equal(rows[page - 1], range.at.start);
    assert_int_equal(viz_target[(LIST_ROW + (int)page - 1) * SCREEN_COLUMNS + RANGE_FROM] >> 8, ATTR_CHOSEN);
}

/* The screen of a moment is the screen that stood there then, title and footer aside. */
static void test_past(void **state) {
    (void)state;
    static uint16_t then[SCREEN_ROWS * SCREEN_COLUMNS];
    start(64);
    come_and_go();
    frame_at(NOW);
    memcpy(then, viz_target, sizeof then);
    uint32_t seq = events.next - 1;
    struct space *later = machine_spawn(7, "later", 9);
    for (int i = 0; i < 10; i++) {
        program_malloc(later, 5000);
    }
    frame_at(NOW);
    assert_memory_not_equal(then + SCREEN_COLUMNS, viz_target + SCREEN_COLUMNS, sizeof then / 2);
    assert_int_equal(past_open(seq), OK);
    frame_at(seq);
    past_close();
    assert_memory_equal(then + SCREEN_COLUMNS, viz_target + SCREEN_COLUMNS,
                        (SCREEN_ROWS - FOOTER_UP - 1) * SCREEN_COLUMNS * sizeof *then);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fresh),  cmocka_unit_test(test_ranges), cmocka_unit_test(test_scrolling),
        cmocka_unit_test(test_cursor), cmocka_unit_test(test_past),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
