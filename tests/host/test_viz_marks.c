/*
 * What changed since a mark: in the pixels of maps, however little it is, and in numbers.
 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "mm/events.h"
#include "mm/past.h"
#include "mm/regime.h"
#include "tests/host/support.h"
#include "tests/host/support_viz.h"
#include "viz/layout.h"
#include "viz/look.h"
#include "viz/map.h"
#include "viz/palette.h"

enum { MAP_OF_HEAP = 6, BLOCKS = 1400, SIZE = 200 };

static struct space *space;
static vaddr_t block[BLOCKS];

static void frame_since(uint32_t since, moment_t moment) {
    struct viz_status status = status_now();
    status.since = since;
    status.mark = "before";
    status.moment = moment;
    viz_frame(&status);
}

/* A heap in which a pixel holds some blocks, every fourth given back. Numbers of events begin anew: what is known of a mark from
 * before is forgotten with another mark. */
static void start(void) {
    machine_start(64);
    viz_init(NULL);
    space = machine_spawn(3, "garden", 6);
    for (uint32_t i = 0; i < BLOCKS; i++) {
        block[i] = program_malloc(space, SIZE);
    }
    for (uint32_t i = 3; i < BLOCKS; i += 4) {
        program_free(space, block[i]);
    }
    frame_since(0, NOW);
    frame_since(NOW, NOW);
}

static uint8_t colour_at(uint32_t address) {
    int half_row, column;
    assert_true(map_find(MAP_OF_HEAP, address, &half_row, &column));
    uint16_t c = viz_target[half_row / 2 * SCREEN_COLUMNS + column] >> 8;
    return half_row % 2 ? c >> 4 : c & 15;
}

/* The row of numbers, without blanks at the end. */
static const char *figures(void) {
    static char text[SCREEN_COLUMNS + 1];
    int row = (int)viz_look.rows - LEGEND_UP, end = 0;
    for (int i = 0; i < SCREEN_COLUMNS; i++) {
        text[i] = (char)viz_target[row * SCREEN_COLUMNS + i];
        end = text[i] == ' ' ? end : i + 1;
    }
    text[end] = '\0';
    return text;
}

static void assert_changed(uint32_t came, uint32_t went, uint32_t moved) {
    uint32_t changed[CHANGES];
    maps_changed(changed);
    assert_int_equal(changed[CAME], came);
    assert_int_equal(changed[WENT], went);
    assert_int_equal(changed[MOVED], moved);
}

/* A pixel shows what changed in it, though most of it is as it was. */
static void test_small_changes(void **state) {
    (void)state;
    start();
    uint32_t mark = events.next - 1;
    frame_since(mark, NOW);
    assert_true(1u << viz_maps[MAP_OF_HEAP].shift > SIZE);
    assert_changed(0, 0, 0);
    assert_string_equal(figures(),
                        " came 0  went 0  moved 0 px since before, pid 3: blocks +0 -0, frames +0");
    program_free(space, block[100]);
    frame_since(mark, NOW);
    assert_int_equal(colour_at(block[100]), COLOUR_WHITE);
    vaddr_t again = program_malloc(space, SIZE); /* into the first hole, which is another */
    frame_since(mark, NOW);
    assert_int_equal(colour_at(block[100]), COLOUR_WHITE);
    assert_int_equal(colour_at(again), COLOUR_HEAP);
    assert_non_null(strstr(figures(), "pid 3: blocks +1 -1, frames +0"));
}

/* Other blocks of as many bytes in the same pixel: something in it has moved. */
static void test_as_much_elsewhere(void **state) {
    (void)state;
    start();
    uint32_t shift, first = 0;
    frame_since(events.next - 1, NOW);
    shift = viz_maps[MAP_OF_HEAP].shift;
    for (uint32_t i = 3; i + 4 < BLOCKS && !first;
         i += 4) { /* a hole with its right neighbour in one pixel */
        uint32_t start = block[i] - 8, end = block[i] + 2 * SIZE;
        first = (start - USER_HEAP) >> shift == (end - USER_HEAP) >> shift ? i : 0;
    }
    assert_int_not_equal(first, 0);
    for (uint32_t i = 3; i < first; i += 4) {
        program_malloc(space, SIZE); /* what first fit would take before */
    }
    uint32_t mark = events.next - 1;
    assert_int_equal(program_malloc(space, SIZE), block[first]);
    program_free(space, block[first + 1]);
    frame_since(mark, NOW);
    assert_int_equal(colour_at(block[first]), COLOUR_TITLE);
    assert_changed(0, 0, 1);
}

/* The same numbers, whichever way one goes: seen from earlier, what came is what is not there yet. */
static void test_before_the_mark(void **state) {
    (void)state;
    start();
    uint32_t early = events.next - 1;
    for (uint32_t i = 0; i < 6; i++) {
        program_malloc(space, 3000);
    }
    for (uint32_t i = 200; i < 203; i++) {
        program_free(space, block[i]);
    }
    program_free(space, program_malloc(space, 100));
    uint32_t late = events.next - 1;
    frame_since(early, NOW);
    uint32_t forward[CHANGES], back[CHANGES];
    maps_changed(forward);
    assert_non_null(strstr(figures(), "pid 3: blocks +6 -3, frames +"));
    assert_int_equal(past_open(early), OK);
    frame_since(late, early);
    assert_int_equal(past_moment(), early);
    maps_changed(back);
    assert_non_null(strstr(figures(), "pid 3: blocks +3 -6, frames -"));
    assert_true(forward[CAME] > 0 && forward[WENT] > 0);
    assert_int_equal(forward[CAME], back[WENT]);
    assert_int_equal(forward[WENT], back[CAME]);
    past_close();
}

/* realloc in place; figures that would not fit are left out whole; a mark that is lost is told. */
static void test_figures(void **state) {
    (void)state;
    start();
    uint32_t mark = events.next - 1;
    actor = (struct actor){.pid = 3, .slot = space->slot};
    assert_int_equal(space->regime->realloc(space, block[0], SIZE / 2), block[0]);
    frame_since(mark, NOW);
    assert_non_null(strstr(figures(), "blocks +0 -0, frames +0"));
    struct viz_status status = status_now();
    status.since = mark;
    status.mark = "fifteen-letters";
    for (uint32_t i = 0; i < 12000; i++) {
        program_malloc(space, 16);
    }
    viz_frame(&status);
    assert_non_null(strstr(figures(), "px since fifteen-letters, pid 3: blocks +12K -0"));
    status.since = NOW;
    viz_frame(&status);
    assert_string_equal(figures(), "! The event ring does not reach back to mark fifteen-letters any more");
}

/* Another view in between: what the maps showed at the mark is looked at anew. */
static void test_after_another_view(void **state) {
    (void)state;
    static uint16_t before[SCREEN_ROWS * SCREEN_COLUMNS];
    start();
    uint32_t mark = events.next - 1;
    program_free(space, block[100]);
    frame_since(mark, NOW);
    memcpy(before, viz_target, sizeof before);
    for (int key = KEY_F3; key <= KEY_F5; key++) {
        viz_key(key);
        frame_since(mark, NOW);
    }
    viz_key(KEY_F2);
    frame_since(mark, NOW);
    assert_memory_equal(before, viz_target, sizeof before);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_small_changes),      cmocka_unit_test(test_as_much_elsewhere),
        cmocka_unit_test(test_before_the_mark),    cmocka_unit_test(test_figures),
        cmocka_unit_test(test_after_another_view),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
