/*
 * The other views, and choosing among them.
 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "mm/events.h"
#include "mm/regime.h"
#include "tests/host/support_viz.h"
#include "viz/map.h"

static void frame(void) {
    struct viz_status status = status_now();
    viz_frame(&status);
}

/* Three processes with something of everything. */
static void start(void) {
    machine_start(64);
    viz_init(NULL);
    struct space *shell = machine_spawn(1, "shell", 12), *demo = machine_spawn(12, "fragmentation", 30);
    machine_spawn(300, "x", 1);
    for (uint32_t i = 1; i < 40; i++) {
        vaddr_t a = program_malloc(i % 2 ? shell : demo, i * 100);
        if (i % 3 == 0) {
            program_free(i % 2 ? shell : demo, a);
        }
    }
    program_free(demo, USER_IMAGE);
    demo->regime->malloc_4k(demo);
}

static void test_names(void **state) {
    (void)state;
    start();
    assert_int_equal(viz_view("help"), OK);
    assert_int_equal(viz_view("nonsense"), E_NOENT);
    assert_true(viz_key(KEY_F2));
    assert_false(viz_key('x'));
    assert_false(viz_key(KEY_F12));
}

static void test_help(void **state) {
    (void)state;
    machine_start(64);
    viz_init(NULL);
    assert_true(viz_key(KEY_F1));
    frame();
    assert_golden("help");
    for (int i = 0; i < MAPS; i++) {
        assert_int_equal(viz_maps[i].kind, MAP_NONE);
    }
}

static void test_events(void **state) {
    (void)state;
    start();
    assert_true(viz_key(KEY_F6));
    frame();
    assert_golden("events");
    for (int i = 0; i < 1000; i++) { /* back to the oldest, and not beyond */
        assert_true(viz_key(i % 5 ? KEY_PAGE_UP : KEY_UP));
    }
    frame();
    assert_golden("events_oldest");
    for (int i = 0; i < 1000; i++) {
        assert_true(viz_key(i % 5 ? KEY_PAGE_DOWN : KEY_DOWN));
    }
    frame();
    assert_golden("events");
    viz_key(KEY_UP);
    viz_key(KEY_END);
    frame();
    assert_golden("events");
}

static void test_processes(void **state) {
    (void)state;
    start();
    assert_true(viz_key(KEY_F7));
    assert_int_equal(viz_select(12), OK);
    frame();
    assert_golden("processes");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_help),
        cmocka_unit_test(test_events),
        cmocka_unit_test(test_processes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
