/*
 * The view of the processes on machines made by hand: golden screens, states that change without an event, scrolling, the
 * past.
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
#include "mm/regime.h"
#include "tests/host/support.h"
#include "tests/host/support_viz.h"
#include "viz/layout.h"

enum { LIST_ROWS = SCREEN_ROWS - FOOTER_UP - PROCESS_DETAIL_ROWS - PROCESSES_ROW };

static enum process_state doing[400];
static int ended;

static bool process(uint16_t pid, struct viz_process *out) {
    *out = (struct viz_process){.pid = pid,
                                .state = doing[pid],
                                .pace = pid == 12 ? "4/s" : NULL,
                                .threads = pid % 5 + 1,
                                .steps = 1000u + pid};
    return doing[pid] != PROCESS_UNKNOWN;
}

static bool tell_ended(uint32_t index, struct viz_process *out) {
    *out = (struct viz_process){.pid = 77, .name = "leak", .state = PROCESS_ENDED, .status = -3};
    return (int)index < ended;
}

static const struct viz_world world = {.process = process, .ended = tell_ended};

/* Three processes with something of everything, and one that ended. */
static struct space *start(void) {
    machine_start(64);
    viz_init(&world);
    frame_at(NOW);
    assert_true(viz_key(KEY_F7));
    memset(doing, 0, sizeof doing);
    ended = 1;
    struct space *shell = machine_spawn(1, "shell", 12), *demo = machine_spawn(12, "fragmentation", 30);
    machine_spawn(300, "x", 1);
    doing[1] = PROCESS_SLEEPS;
    doing[12] = PROCESS_AT_GATE;
    for (uint32_t i = 1; i < 40; i++) {
        vaddr_t a = program_malloc(i % 2 ? shell : demo, i * 100);
        if (i % 3 == 0) {
            program_free(i % 2 ? shell : demo, a);
        }
    }
    demo->regime->malloc_4k(demo);
    viz_select(12);
    return demo;
}

static void frame(void) {
    frame_at(NOW);
}

static void test_what_they_hold(void **state) {
    (void)state;
    start();
    frame_at(NOW);
    assert_golden("processes");
    assert_golden_looks("processes", frame);
}

static void test_states_without_events(void **state) {
    (void)state;
    start();
    frame_at(NOW);
    assert_non_null(strstr(row_text(PROCESSES_ROW), "sleeps"));
    doing[1] = PROCESS_READY;
    frame_at(NOW);
    assert_non_null(strstr(row_text(PROCESSES_ROW), "ready"));
    assert_non_null(strstr(row_text(PROCESSES_ROW + 2), "unknown"));
    assert_non_null(strstr(row_text(PROCESSES_ROW + 3), "ended"));
    assert_non_null(strstr(row_text(PROCESSES_ROW + 3), "status -3"));
}

static void test_many(void **state) {
    (void)state;
    start();
    for (uint16_t pid = 20; pid < 50; pid++) {
        machine_spawn(pid, "crowd", 1);
        doing[pid] = PROCESS_WAITS;
    }
    frame_at(NOW);
    assert_golden("processes_crowd");
    viz_select(45); /* comes in sight */
    frame_at(NOW);
    bool seen = false;
    for (int row = PROCESSES_ROW; row < PROCESSES_ROW + LIST_ROWS; row++) {
        seen |= strtol(row_text(row) + 1, NULL, 10) == 45;
    }
    assert_true(seen);
    viz_key(KEY_END);
    frame_at(NOW);
    assert_int_equal(strtol(row_text(PROCESSES_ROW + LIST_ROWS - 1) + 1, NULL, 10), 77);
    assert_false(viz_key(KEY_PAGE_DOWN));
    for (int i = 0; i < 20; i++) {
        viz_key(KEY_PAGE_UP);
    }
    frame_at(NOW);
    assert_int_equal(strtol(row_text(PROCESSES_ROW) + 1, NULL, 10), 1);
}

/* What they held is known of the past, what they did is not. */
static void test_past(void **state) {
    (void)state;
    struct space *demo = start();
    uint32_t seq = events.next - 1;
    program_malloc(demo, 100000);
    machine_spawn(13, "later", 3);
    machine_exit(demo, 0);
    frame_at(NOW);
    assert_int_equal(past_open(seq), OK);
    frame_at(seq);
    assert_golden("processes_past");
    past_close();
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_they_hold),
        cmocka_unit_test(test_states_without_events),
        cmocka_unit_test(test_many),
        cmocka_unit_test(test_past),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
