/*
 * The footer: the newest events while programs run, the step explained while they stand still, captions, and views that
 * have none.
 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "kernel/abi.h"
#include "mm/events.h"
#include "mm/past.h"
#include "tests/host/support_viz.h"
#include "viz/layout.h"

static struct viz_status status;

static void start(void) {
    machine_start(64);
    viz_init(NULL);
    status = status_now();
}

static void assert_row(int up, const char *want) {
    assert_string_equal(row_text(SCREEN_ROWS - up), want);
}

static void assert_begins(int up, const char *want) {
    assert_memory_equal(row_text(SCREEN_ROWS - up), want, strlen(want));
}

static void test_running(void **state) {
    (void)state;
    start();
    struct space *s = machine_spawn(3, "churn", 4);
    program_free(s, program_malloc(s, 100));
    viz_frame(&status);
    assert_row(6, "EVENTS");
    assert_begins(5, "     20  3 churn     unmap 48000000    0");
    assert_row(4, "     22  3 churn     free(48000000)  104 B      joined the hole above");
    assert_row(3, "     23  3 churn     vmalloc        ..48000000  shrank by 4,096 B to 0");
    status.caption = "First a block, then none.";
    status.missed = 3;
    status.missed_lately = true;
    viz_frame(&status);
    assert_row(6, "First a block, then none.                                      ! 3 events missed");
    status.missed_lately = false; /* some seconds later the events view alone says it */
    viz_frame(&status);
    assert_row(6, "First a block, then none.");
}

/* What a fault causes does not push it off the rows before it could be read. */
static void test_errors_stay(void **state) {
    (void)state;
    start();
    struct space *wild = machine_spawn(3, "wild", 4), *churn = machine_spawn(4, "churn", 4);
    viz_frame(&status);
    actor = (struct actor){.pid = 3, .slot = wild->slot};
    struct event *e =
        event_emit(EV_FAULT, OWNER_FOREIGN, (struct region){0x90000000, 0x90000000}, (struct region){0, 0});
    uint32_t args[] = {6, 0x401234, 0, FAULT_UNKNOWN, 0, 0};
    memcpy(e->arg, args, sizeof args);
    machine_exit(wild, EXIT_FAULT);
    for (int i = 0; i < 3; i++) {
        program_free(churn, program_malloc(churn, 100));
    }
    viz_frame(&status);
    assert_non_null(strstr(row_text(SCREEN_ROWS - 5),
                           "! 3 wild      write 90000000  fault      not mapped, by 00401234"));
    assert_non_null(strstr(row_text(SCREEN_ROWS - 3), " 4 churn "));
    events_clock = 4000;
    program_malloc(churn, 100);
    status.now = events_clock;
    viz_frame(&status);
    assert_non_null(strstr(row_text(SCREEN_ROWS - 5), " 4 churn "));
}

static void test_standing(void **state) {
    (void)state;
    start();
    struct space *s = machine_spawn(3, "churn", 4);
    program_malloc(s, 100);
    uint32_t then = events.next - 1;
    program_free(s, USER_IMAGE);
    status.running = false;
    status.pace = "paused";
    viz_frame(&status);
    assert_golden("footer_refused");
    static uint8_t memory[1 << 20];
    past_init(memory, sizeof memory);
    assert_int_equal(past_open(then), OK);
    status.running = true; /* the past is a standstill, whatever the pace */
    status.moment = then;
    viz_frame(&status);
    past_close();
    assert_row(5, "churn asked for 100 bytes, 104 with rounding. vmalloc began the heap with 4,096");
    assert_begins(4, "bytes; block 48000000 reaches a new page, frame 0");
    assert_non_null(strstr(row_text(SCREEN_ROWS - 3), "for a page table."));
}

static void test_whole_views_have_none(void **state) {
    (void)state;
    start();
    status.caption = "A caption";
    const char *const views[] = {"help", "events"};
    for (int i = 0; i < 2; i++) {
        viz_view(views[i]);
        viz_frame(&status);
        for (int c = 0; c < SCREEN_COLUMNS; c++) {
            char text[] = {(char)viz_target[(SCREEN_ROWS - FOOTER_UP) * SCREEN_COLUMNS + c], 0};
            assert_string_not_equal(text, "A");
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_running),
        cmocka_unit_test(test_errors_stay),
        cmocka_unit_test(test_standing),
        cmocka_unit_test(test_whole_views_have_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
