/*
 * The ring of events: what it keeps, in which order, and what a slow reader is told.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "mm/events.h"
#include "tests/host/support.h"

#define CAPACITY 16

static struct event ring[CAPACITY];
static const struct region none = {0, 0};

static void start(void) {
    memset(ring, 0, sizeof ring);
    events_init(ring, CAPACITY);
    actor = (struct actor){.slot = NO_SLOT};
    events_clock = 0;
}

/* An event that carries its own number. */
static void emit(uint32_t count) {
    while (count--) {
        uint32_t seq = events.next;
        event_emit(EV_SAY, OWNER_SYSTEM, none, none)->arg[0] = seq;
    }
}

static void an_empty_ring_has_nothing(void **state) {
    (void)state;
    uint32_t cursor = 1, missed = 0;
    start();
    assert_int_equal(events_oldest(), 1);
    assert_null(event_at(0));
    assert_null(event_at(1));
    assert_null(event_at(0xFFFFFFFF));
    assert_null(event_next(&cursor, &missed));
    assert_int_equal(cursor, 1);
    assert_int_equal(missed, 0);
}

static void an_event_says_who_when_and_where(void **state) {
    (void)state;
    start();
    actor = (struct actor){.pid = 12, .thread = 2, .slot = 5, .caller = 0x400123, .step = 77};
    events_clock = 4321;
    struct region at = {1, 2}, was = {3, 4};
    const struct event *e = event_emit(EV_MALLOC, OWNER_HEAP, at, was);
    assert_ptr_equal(e, event_at(1));
    assert_int_equal(e->seq, 1);
    assert_int_equal(e->time, 4321);
    assert_int_equal(e->kind, EV_MALLOC);
    assert_int_equal(e->owner, OWNER_HEAP);
    assert_int_equal(e->pid, 12);
    assert_int_equal(e->thread, 2);
    assert_int_equal(e->slot, 5);
    assert_int_equal(e->caller, 0x400123);
    assert_int_equal(e->step, 77);
    assert_memory_equal(&e->at, &at, sizeof at);
    assert_memory_equal(&e->was, &was, sizeof was);
}

static void the_ring_keeps_the_newest(void **state) {
    (void)state;
    start();
    for (uint32_t n = 1; n <= 5 * CAPACITY; n++) {
        emit(1);
        uint32_t oldest = n < CAPACITY ? 1 : n + 1 - CAPACITY;
        assert_int_equal(events_oldest(), oldest);
        assert_null(event_at(oldest - 1));
        assert_null(event_at(n + 1));
        for (uint32_t seq = oldest; seq <= n; seq++) {
            assert_int_equal(event_at(seq)->seq, seq);
            assert_int_equal(event_at(seq)->arg[0], seq);
        }
    }
}

/* A reader that is too slow by all numbers there are: seen and missed make up what was written. */
static void a_slow_reader_learns_what_it_missed(void **state) {
    (void)state;
    start();
    random_start(1);
    uint32_t cursor = 1, missed = 0, seen = 0, last = 0, should_miss = 0;
    for (int round = 0; round < 20000; round++) {
        emit(draw(draw(4) ? 6 : 3 * CAPACITY));
        if (events.next - cursor > CAPACITY) {
            should_miss += events.next - cursor - CAPACITY;
        }
        for (uint32_t turns = draw(10); turns; turns--) {
            const struct event *e = event_next(&cursor, &missed);
            assert_int_equal(missed, should_miss);
            if (!e) {
                assert_int_equal(cursor, events.next);
                break;
            }
            assert_true(e->seq > last && e->arg[0] == e->seq);
            last = e->seq;
            seen++;
            assert_int_equal(cursor, last + 1);
        }
        should_miss = missed;
    }
    while (event_next(&cursor, &missed)) {
        seen++;
    }
    assert_int_equal(seen + missed, events.next - 1);
    assert_true(missed > 1000 && seen > 1000);
}

static void readers_do_not_disturb_each_other(void **state) {
    (void)state;
    start();
    uint32_t one = 1, other = 1, missed_one = 0, missed_other = 0;
    emit(3);
    assert_int_equal(event_next(&one, &missed_one)->seq, 1);
    emit(CAPACITY);
    assert_int_equal(event_next(&one, &missed_one)->seq, 4);
    assert_int_equal(event_next(&other, &missed_other)->seq, 4);
    assert_int_equal(missed_one, 2);
    assert_int_equal(missed_other, 3);
    uint32_t late = events.next, missed_late = 0; /* begins with what comes */
    assert_null(event_next(&late, &missed_late));
    emit(1);
    assert_int_equal(event_next(&late, &missed_late)->seq, CAPACITY + 4);
    assert_int_equal(missed_late, 0);
}

static void every_kind_and_error_has_words(void **state) {
    (void)state;
    for (int kind = 0; kind < EV_KINDS; kind++) {
        assert_non_null(event_names[kind]);
        for (int other = 0; other < kind; other++) {
            assert_string_not_equal(event_names[kind], event_names[other]);
        }
    }
    for (int error = 0; error > -ERRORS; error--) {
        assert_string_not_equal(error_text(error), "unknown error");
        for (int other = 0; other > error; other--) {
            assert_string_not_equal(error_text(error), error_text(other));
        }
    }
    assert_string_equal(error_text(-ERRORS), "unknown error");
    assert_string_equal(error_text(1), "unknown error");
    assert_string_equal(error_text(-2147483647 - 1), "unknown error");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_ring_has_nothing),
        cmocka_unit_test(an_event_says_who_when_and_where),
        cmocka_unit_test(the_ring_keeps_the_newest),
        cmocka_unit_test(a_slow_reader_learns_what_it_missed),
        cmocka_unit_test(readers_do_not_disturb_each_other),
        cmocka_unit_test(every_kind_and_error_has_words),
    };
    return cmocka_run_group_tests_name("events", tests, NULL, NULL);
}
