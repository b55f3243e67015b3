/*
 * The table of a regime of its own, in the place of memman's: golden screens under sutured, the past, scrolling.
 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "mm/events.h"
#include "mm/past.h"
#include "mm/policy.h"
#include "mm/regime.h"
#include "tests/host/support.h"
#include "tests/host/support_viz.h"
#include "viz/chain.h"
#include "viz/layout.h"
#include "viz/map.h"
#include "viz/palette.h"

static const struct regime *sutured;
static struct space *space;

static void museum_frame_at(moment_t at) {
    struct viz_status status = status_now();
    status.regime = "sutured";
    status.moment = at;
    viz_frame(&status);
}

static void start(void) {
    machine_start(64);
    viz_init(NULL);
    sutured = regime_find("sutured");
    assert_int_equal(sutured->reset(), OK);
    space = space_new(4, "suture", sutured, policy_find("first"), false);
    assert_non_null(space);
    actor = (struct actor){.pid = 4, .slot = space->slot};
    space->image = (struct region){USER_IMAGE, USER_IMAGE + 2 * PAGE_SIZE};
    assert_int_equal(space_map(space, space->image, OWNER_IMAGE, true), OK);
    assert_int_equal(space_stack_new(space), 0);
    assert_true(viz_key(KEY_F3));
    museum_frame_at(NOW);
}

/* Blocks of several sizes, every other one freed: to an allocator that never lent it. */
static void stitch(uint32_t blocks) {
    uint32_t address[64], size[64];
    for (uint32_t i = 0; i < blocks; i++) {
        actor.step++;
        size[i] = (i * 37 % 11 + 1) * 700;
        address[i] = sutured->malloc(space, size[i]);
    }
    for (uint32_t i = 0; i < blocks; i += 2) {
        actor.step++;
        sutured->free_sized(space, address[i], size[i]);
    }
}

static void end(void) {
    machine_exit(space, 0);
}

static void frame(void) {
    museum_frame_at(NOW);
}

static void test_table(void **state) {
    (void)state;
    start();
    museum_frame_at(NOW);
    assert_golden("books_fresh");
    stitch(9);
    museum_frame_at(NOW);
    assert_golden("books");
    assert_golden_looks("books", frame);
    assert_int_equal(viz_target[(BOOKS_ROW + 2 + 4) * SCREEN_COLUMNS], cell('!', ATTR_ERROR));
    end();
}

/* Is there a row with this text? */
static bool shows(const char *text) {
    for (int row = 0; row < SCREEN_ROWS; row++) {
        if (strstr(row_text(row), text)) {
            return true;
        }
    }
    return false;
}

/* Cells of the heap's map that are painted as errors. */
static int wrong_cells(void) {
    int row = BOOKS_ROW, count = 0;
    while (strncmp(row_text(row), "HEAP", 4) != 0) {
        assert_true(++row < SCREEN_ROWS);
    }
    for (int i = (row + 1) * SCREEN_COLUMNS; i < (row + 1 + BOOKS_MAP_ROWS) * SCREEN_COLUMNS; i++) {
        count += (viz_target[i] & 0xFF) == '!';
    }
    return count;
}

/* Effects that leave no entry in the table are painted in the heap and told all the same. */
static void test_withheld(void **state) {
    (void)state;
    start();
    uint32_t a = sutured->malloc(space, 64);
    sutured->malloc(space, 0xFFFFFFE0);
    museum_frame_at(NOW);
    assert_true(shows("! case 12"));
    sutured->malloc(space, 64); /* the last half of the first one too */
    museum_frame_at(NOW);
    assert_int_equal(wrong_cells(), 1);
    assert_true(shows("The size is 0 or wraps past 2^32"));
    assert_true(shows("The seed answers as if nothing were wrong."));
    assert_int_equal(a, USER_HEAP);
    end();

    start();
    uint32_t page = sutured->malloc_4k(space);
    sutured->malloc_4k(space);
    sutured->free_4k(space, page);
    sutured->free_4k(space, page);
    for (int i = 0; i < 2; i++) {
        sutured->malloc_4k(space); /* one frame for both */
    }
    museum_frame_at(NOW);
    assert_true(wrong_cells() > 0);
    assert_true(shows("! case 10"));
    assert_true(shows("free_4k takes P from the entry"));
    end();

    start();
    uint32_t block = sutured->malloc(space, 4100 * 32);
    for (uint32_t i = 0; i < 4087; i++) {
        sutured->free_sized(space, block + 32 * i, 16);
    }
    museum_frame_at(NOW);
    assert_true(shows("4,090 of 4,090 entries   losts 1  lostsize 16"));
    assert_int_equal(viz_target[BOOKS_ROW * SCREEN_COLUMNS + BOOKS_LOSTS] >> 8, ATTR_ERROR_TEXT);
    assert_true(shows("! case 8"));
    assert_true(shows("losts counts it."));
    end();
}

/* The table stays when its program has ended, and is there for the current regime; without a heap it has more rows. */
static void test_without_a_heap(void **state) {
    (void)state;
    start();
    stitch(9);
    end();
    struct viz_status status = status_now();
    viz_frame(&status);
    assert_true(shows("a heap address") && shows("! case 1") && !shows("only grows"));
    struct space *healed = machine_spawn(9, "healed", 2);
    assert_int_equal(viz_select(9), OK);
    viz_frame(&status);
    assert_true(shows("FREE RANGES") && !shows("a heap address"));
    museum_frame_at(NOW); /* the current regime is sutured */
    assert_true(shows("a heap address") && !shows("only grows") && shows("no program of the museum"));
    machine_exit(healed, 0);
}

static void test_scrolling(void **state) {
    (void)state;
    start();
    stitch(40);
    museum_frame_at(NOW);
    assert_int_equal(strtol(row_text(BOOKS_ROW + 2 + 6) + 1, NULL, 10), 23); /* the newest, by itself */
    assert_false(viz_key(KEY_PAGE_DOWN));
    while (viz_key(KEY_PAGE_UP)) {
    }
    museum_frame_at(NOW);
    assert_int_equal(strtol(row_text(BOOKS_ROW + 2) + 1, NULL, 10), 0);
    stitch(1); /* and stays where a key put it */
    museum_frame_at(NOW);
    assert_int_equal(strtol(row_text(BOOKS_ROW + 2) + 1, NULL, 10), 0);
    assert_true(viz_key(KEY_END));
    end();
}

static void test_past(void **state) {
    (void)state;
    static uint16_t then[SCREEN_ROWS * SCREEN_COLUMNS];
    start();
    stitch(5);
    museum_frame_at(NOW);
    memcpy(then, viz_target, sizeof then);
    uint32_t seq = events.next - 1;
    stitch(9);
    museum_frame_at(NOW);
    assert_memory_not_equal(then + SCREEN_COLUMNS, viz_target + SCREEN_COLUMNS, sizeof then / 2);
    assert_int_equal(past_open(seq), OK);
    museum_frame_at(seq);
    past_close();
    assert_memory_equal(then + SCREEN_COLUMNS, viz_target + SCREEN_COLUMNS,
                        (SCREEN_ROWS - FOOTER_UP - 1) * SCREEN_COLUMNS * sizeof *then);
    end();
}

static uint8_t colour_at(uint32_t address) {
    int half_row, column;
    assert_true(map_find(0, address, &half_row, &column));
    uint16_t c = viz_target[half_row / 2 * SCREEN_COLUMNS + column];
    return (uint8_t)c == '!' ? COLOUR_ERROR : half_row % 2 ? c >> 12 : c >> 8 & 15;
}

/* At every zoom an error wins, and only what is the heap's is painted. */
static void test_zooms(void **state) {
    (void)state;
    start();
    stitch(9);
    museum_frame_at(NOW);
    for (int out = 0; out < 32; out++) {
        viz_zoom(1);
        museum_frame_at(NOW);
        assert_int_equal(colour_at(USER_HEAP), COLOUR_ERROR);
    }
    assert_true(viz_maps[0].region.start == 0 && viz_maps[0].region.end == 0);
    assert_int_equal(colour_at(USER_IMAGE), COLOUR_BACKGROUND);
    end();
}

/* Its heap keeps no blocks for a reader: what is asked about is the page. */
static void test_inspects(void **state) {
    (void)state;
    start();
    stitch(3);
    struct subject subject = {.kind = SUBJECT_HEAP, .pid = 4, .at = {USER_HEAP, USER_HEAP + 1}};
    viz_inspect(&subject);
    museum_frame_at(NOW);
    int row = (int)SCREEN_ROWS - FOOTER_UP;
    assert_memory_equal(row_text(row), "H page 48000000..48001000  4,096 B of pid 4 suture: ", 52);
    assert_memory_equal(row_text(row + 1), "  heap of pid 4 <- frame ", 25);
    subject = (struct subject){.kind = SUBJECT_NOTHING};
    viz_inspect(&subject);
    end();
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_table),          cmocka_unit_test(test_withheld),
        cmocka_unit_test(test_without_a_heap), cmocka_unit_test(test_scrolling),
        cmocka_unit_test(test_past),           cmocka_unit_test(test_zooms),
        cmocka_unit_test(test_inspects),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
