/*
 * The view of events: whatever the filter and wherever it is scrolled, its rows are those that a reader of the whole ring
 * would pick; and no frame looks at more than its share of the ring.
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
#include "viz/event_line.h"
#include "viz/filter.h"
#include "viz/layout.h"
#include "viz/words.h"

enum { FIRST = BODY_ROW + 1, ROWS = SCREEN_ROWS - LEGEND_UP - FIRST };

static struct viz_status status;
static struct event_filter filter; /* the same as the view's */

static void frame(void) {
    viz_frame(&status);
}

static const char *head(void) {
    static char text[SCREEN_COLUMNS + 1];
    for (int i = 0; i < SCREEN_COLUMNS; i++) {
        text[i] = (char)viz_target[BODY_ROW * SCREEN_COLUMNS + i];
    }
    return text;
}

/* Paints until the search is over; returns how many frames that took. */
static int settle(void) {
    int frames = 0;
    do {
        frame();
        frames++;
        assert_in_range(frames, 1, 200);
    } while (strstr(head(), "searching"));
    return frames;
}

/* The event number on a row, 0: none. */
static uint32_t seq_on(int row) {
    char number[EVENT_SEQ_END + 1] = "";
    for (int i = 0; i < EVENT_SEQ_END; i++) {
        number[i] = (char)viz_target[row * SCREEN_COLUMNS + i];
    }
    return (uint32_t)strtoul(number, NULL, 10);
}

static void set_filter(int32_t pid, int32_t owner, int32_t kind, bool errors) {
    filter = (struct event_filter){.pid = pid, .owner = owner, .kind = kind, .errors = errors};
    events_filter(&filter);
}

static bool wanted(const struct event *e) {
    return (filter.pid == FILTER_ANY || e->pid == filter.pid) &&
           (filter.owner == FILTER_ANY || e->owner == filter.owner) &&
           (filter.kind == FILTER_ANY || e->kind == filter.kind) && (!filter.errors || event_is_error(e));
}

/* The rows hold neighbours among the events that pass, newest last, as many as there are. Returns the newest shown. */
static uint32_t check(void) {
    uint32_t last = seq_on(FIRST + ROWS - 1), passing = 0, seq = last;
    uint32_t newest = status.moment == NOW ? events.next - 1 : status.moment;
    for (uint32_t n = events_oldest(); n <= newest; n++) {
        passing += wanted(event_at(n));
    }
    for (int row = FIRST + ROWS - 1; row >= FIRST; row--) {
        while (seq >= events_oldest() && seq && !wanted(event_at(seq))) {
            seq--;
        }
        uint32_t want = passing && seq >= events_oldest() ? seq : 0;
        assert_int_equal(seq_on(row), want);
        seq = want ? seq - 1 : 0;
        assert_true(want || (uint32_t)(FIRST + ROWS - 1 - row) >= (passing < ROWS ? passing : ROWS));
    }
    return last;
}

/* Two programs at work, and one that errs now and then. */
static void start(uint32_t steps) {
    machine_start(64);
    viz_init(NULL);
    status = status_now();
    viz_view("events");
    struct space *s[2] = {machine_spawn(3, "churn", 4), machine_spawn(4, "enemy", 4)};
    vaddr_t block[2] = {0, 0};
    random_start(3);
    set_filter(FILTER_ANY, FILTER_ANY, FILTER_ANY, false);
    for (uint32_t i = 0; i < steps; i++) {
        uint32_t n = draw(2);
        if (block[n]) {
            program_free(s[n], block[n]);
            block[n] = 0;
        } else {
            block[n] = program_malloc(s[n], draw(9000));
        }
        if (draw(100) == 0) {
            program_free(s[1], draw(1 << 24));
        }
    }
}

static void test_filters(void **state) {
    (void)state;
    start(300);
    settle();
    assert_int_equal(check(), events.next - 1);
    set_filter(4, FILTER_ANY, FILTER_ANY, false);
    settle();
    check();
    assert_non_null(strstr(head(), "only of pid 4 "));
    set_filter(FILTER_ANY, OWNER_HEAP, EV_FREE, false);
    settle();
    check();
    assert_non_null(strstr(head(), "only heap free "));
    set_filter(FILTER_ANY, FILTER_ANY, FILTER_ANY, true);
    settle();
    assert_int_not_equal(check(), 0);
    assert_golden("events_errors");
    set_filter(9, FILTER_ANY, FILTER_ANY, false);
    settle();
    assert_int_equal(check(), 0);
}

static void test_scrolling(void **state) {
    (void)state;
    static const int keys[] = {KEY_PAGE_UP, KEY_PAGE_DOWN, KEY_HOME, KEY_END, KEY_UP, KEY_DOWN};
    start(1000);
    random_start(4);
    for (int i = 0; i < 600; i++) {
        if (draw(40) == 0) {
            set_filter(draw(2) ? FILTER_ANY : 4, FILTER_ANY, draw(2) ? FILTER_ANY : EV_MALLOC, draw(4) == 0);
        }
        for (uint32_t presses = draw(4); presses; presses--) { /* some before the next frame */
            viz_key(keys[draw(6)]);
        }
        viz_key('\033'); /* the inspector takes rows */
        if (draw(10) == 0) {
            program_malloc(&spaces[0], draw(100));
        }
        settle();
        check();
    }
}

/* Up is used as long as there is something above, down as long as the newest is not in sight. */
static void test_ends(void **state) {
    (void)state;
    start(50);
    settle();
    viz_key(KEY_HOME);
    settle();
    check();
    assert_int_equal(seq_on(FIRST), events_oldest());
    viz_key(KEY_END);
    settle();
    assert_int_equal(check(), events.next - 1);
    viz_key(KEY_PAGE_UP);
    settle();
    assert_int_equal(check(), events.next - 1 - (ROWS - 1));
    viz_key(KEY_PAGE_DOWN);
    settle();
    assert_int_equal(check(), events.next - 1);
    program_malloc(&spaces[0], 100); /* the end follows the newest again */
    settle();
    assert_int_equal(check(), events.next - 1);
}

/* A number of eight digits and more is whole, and what stands behind it too. */
static void test_long_numbers(void **state) {
    (void)state;
    static const uint32_t numbers[] = {9999999, 10000000, 99999999, 4000000000};
    static struct screen screen;
    start(1);
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        struct event e = *event_at(events.next - 1);
        char row[SCREEN_COLUMNS + 1] = "", want[16];
        e.seq = numbers[i];
        e.kind = EV_REFUSED;
        e.pid = 65535;
        screen_init(&screen, SCREEN_ROWS);
        event_line(&screen, 0, &e);
        for (int c = 0; c < SCREEN_COLUMNS; c++) {
            row[c] = (char)screen.cells[c];
        }
        print_line(want, sizeof want, "%u! 65535", e.seq);
        assert_int_equal(strncmp(row, want, strlen(want)), 0);
    }
}

/* The ring goes round under a list that was scrolled back. */
static void test_old_events_go(void **state) {
    (void)state;
    start(10);
    viz_key(KEY_HOME);
    settle();
    struct region none = {0, 0};
    while (events.next <= 3 * events.capacity / 2) {
        event_emit(EV_NONE, OWNER_FREE, none, none);
    }
    settle();
    check();
}

/* One event in a hundred thousand: found, over several frames. */
static void test_rare(void **state) {
    (void)state;
    start(10);
    struct region none = {0, 0};
    uint32_t rare = event_emit(EV_SAY, OWNER_KBYTE, none, none)->seq;
    for (int i = 0; i < 60000; i++) {
        event_emit(EV_NONE, OWNER_FREE, none, none);
    }
    set_filter(FILTER_ANY, FILTER_ANY, EV_SAY, false);
    frame();
    assert_int_equal(seq_on(FIRST + ROWS - 1), 0);
    assert_non_null(strstr(head(), "searching"));
    assert_in_range(settle(), 5, 9);
    assert_int_equal(check(), rare);
    uint32_t now = event_emit(EV_SAY, OWNER_KBYTE, none, none)->seq;
    assert_int_equal(settle(), 1);
    assert_int_equal(check(), now);
}

static void test_past(void **state) {
    (void)state;
    static uint8_t memory[1 << 20];
    start(200);
    past_init(memory, sizeof memory);
    settle();
    uint32_t newest = events.next - 1;
    assert_int_equal(past_open(newest - 50), OK);
    status.moment = newest - 50;
    settle();
    assert_int_equal(check(), newest - 50);
    past_close();
    status.moment = NOW;
    settle();
    assert_int_equal(check(), newest);
}

/* The key goes through all, the chosen process's, errors. */
static void test_key(void **state) {
    (void)state;
    start(300);
    settle();
    viz_key('f');
    filter.pid = 3;
    settle();
    check();
    viz_select(4);
    filter.pid = 4;
    settle();
    check();
    viz_key('f');
    filter = filter_none;
    filter.errors = true;
    settle();
    check();
    viz_key('f');
    filter = filter_none;
    settle();
    check();
    assert_non_null(strstr(head(), "all "));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_filters), cmocka_unit_test(test_scrolling),
        cmocka_unit_test(test_ends),    cmocka_unit_test(test_old_events_go),
        cmocka_unit_test(test_rare),    cmocka_unit_test(test_past),
        cmocka_unit_test(test_key),     cmocka_unit_test(test_long_numbers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
