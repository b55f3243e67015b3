/*
 * A heap seen from outside: what a search passes by its policy's definition, tiles and shares of any region,
 * and a range that may not grow for ever.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "mm/audit.h"
#include "mm/events.h"
#include "mm/heap_inside.h"
#include "mm/memman.h"
#include "mm/policy.h"
#include "mm/regime.h"
#include "tests/host/support.h"
#include "tests/host/support_viz.h"

#define START 0x10000u
#define SIZE  0x10000u
#define MOST  150

static struct heap heap;
static vaddr_t held[MOST];
static uint32_t holding;

/* A heap of numbers, in the middle of its life. */
static void start(const struct policy *policy) {
    struct heap_config config = {.policy = policy,
                                 .owner = OWNER_HEAP,
                                 .align = 8,
                                 .guard = true, /* without pages there are none */
                                 .span = {START, START + SIZE},
                                 .initial = SIZE};
    machine_start(8);
    holding = 0;
    assert_int_equal(heap_init(&heap, &config, &bare_heap_world), OK);
}

static void live(uint32_t calls) {
    while (calls--) {
        if (holding < MOST && (holding == 0 || draw(100) < 55)) {
            held[holding] = heap_alloc(&heap, draw(draw(8) ? 400 : 9000));
            holding += held[holding] != 0;
        } else {
            uint32_t victim = draw(holding);
            assert_int_equal(heap_free(&heap, held[victim]), OK);
            held[victim] = held[--holding];
        }
    }
}

/* ---- What a search passes ---- */

static bool known(const struct policy *policy) {
    return strchr("fnbwy", policy->code) != NULL;
}

static uint32_t from_rover(const struct tile *hole, vaddr_t rover) {
    return hole->at.start >= rover ? hole->at.start - rover : hole->at.start + SIZE - rover;
}

/* What the definitions of our own policies say; of one that a reader added only its own word is known. */
static bool passes(const struct policy *policy, const struct tile *hole, const struct tile *taken,
                   vaddr_t rover) {
    if (!known(policy)) {
        return policy->passes(hole, taken, rover);
    }
    switch (policy->code) {
    case 'y': return false;
    case 'f': return !taken || hole->at.start < taken->at.start;
    case 'n': return !taken || from_rover(hole, rover) < from_rover(taken, rover);
    default: return hole != taken; /* looks at all */
    }
}

static void searches_pass_what_the_definition_says(void **state) {
    (void)state;
    random_start(1);
    TABLE_EACH(policies, const struct policy, p) {
        uint32_t failed = 0;
        start(*p);
        for (int round = 0; round < 600; round++) {
            live(10);
            struct want want = {.size = 8u << draw(11), .pages = draw(8) == 0 && !(*p)->buddy};
            vaddr_t rover = heap.rover ? heap.rover->at.start : START;
            struct tile *taken = (*p)->choose(&heap, &want);
            uint32_t passed = 0, largest = 0;
            for (const struct tile *t = NULL; (t = heap_next_hole(&heap, t));) {
                assert_int_equal((*p)->passes(t, taken, rover), passes(*p, t, taken, rover));
                passed += passes(*p, t, taken, rover);
                uint32_t room = want.pages ? whole_pages(t->at) : region_size(t->at);
                largest = room > largest ? room : largest;
            }
            assert_int_equal(want.passed, passed);
            assert_int_equal(taken != NULL, largest >= want.size);
            assert_true(!taken || heap_fits(taken, &want));
            assert_true(want.looked <= 64 || !known(*p));
            failed += !taken;
        }
        assert_true(failed > 10 && failed < 590);
        assert_null(heap_check(&heap));
        heap_delete(&heap);
    }
}

/* ---- Tiles and shares ---- */

static void walks_are_the_tiles(void **state) {
    (void)state;
    random_start(2);
    TABLE_EACH(policies, const struct policy, p) {
        start(*p);
        for (int round = 0; round < 60; round++) {
            live(40);
            uint32_t holes = 0, hole_bytes = 0;
            for (const struct tile *t = heap.first; t; t = t->next) {
                struct tile_view view;
                assert_true(heap_tile(NOW, &heap, t->at.start + draw(region_size(t->at)), &view));
                assert_memory_equal(&view.at, &t->at, sizeof t->at);
                assert_int_equal(view.state, t->state);
                assert_int_equal(view.asked, t->asked);
                assert_int_equal(view.seq, t->seq);
                assert_ptr_equal(heap_block(&heap, t->at.start), t->state == TILE_BLOCK ? t : NULL);
                assert_null(heap_block(&heap, t->at.start + 1));
                holes += t->state == TILE_HOLE;
                hole_bytes += t->state == TILE_HOLE ? region_size(t->at) : 0;
            }
            assert_int_equal(heap_holes(&heap), holes);
            assert_int_equal(heap_hole_bytes(&heap), hole_bytes);
            for (int n = 0; n < 20; n++) {
                uint32_t from = START - 0x1000 + draw(SIZE + 0x2000);
                struct region region = {from, from + draw(SIZE + 0x2000)};
                struct heap_shares got, expected = {.block = 0};
                heap_count(NOW, &heap, region, &got);
                for (const struct tile *t = heap.first; t; t = t->next) {
                    uint32_t low = t->at.start > region.start ? t->at.start : region.start;
                    uint32_t high = t->at.end < region.end ? t->at.end : region.end;
                    *(t->state == TILE_BLOCK ? &expected.block : &expected.hole) +=
                        high > low ? high - low : 0;
                }
                assert_int_equal(got.block, expected.block);
                assert_int_equal(got.hole, expected.hole);
            }
        }
        struct tile_view view;
        struct heap_shares all;
        assert_false(heap_tile(NOW, &heap, START - 1, &view));
        assert_false(heap_tile(NOW, &heap, START + SIZE, &view));
        assert_null(heap_block(&heap, START - 1));
        heap_count(NOW, &heap, (struct region){START, 0}, &all); /* to the end of memory */
        assert_int_equal(all.block + all.hole, SIZE);
        heap_delete(&heap);
        heap_count(NOW, &heap, (struct region){START, START + SIZE}, &all);
        assert_int_equal(all.block + all.hole, 0);
    }
}

/* ---- A range with an end ---- */

static struct space *space;

static void complain(void *context, const struct difference *d) {
    (void)context;
    fail_msg("audit: %s at %08x", d->what, d->at);
}

/* A process whose heap may have so many pages and no more. */
static struct heap *small_heap(const struct policy *policy, uint32_t pages, bool guard) {
    machine_start(16);
    space = machine_spawn(5, "small", 1);
    actor = (struct actor){.pid = 5, .slot = space->slot};
    struct heap_world world = space->heap.world;
    struct heap_config config = space->heap.config;
    heap_delete(&space->heap);
    config.policy = policy;
    config.guard = guard;
    config.span.end = config.span.start + pages * PAGE_SIZE;
    assert_int_equal(heap_init(&space->heap, &config, &world), OK);
    return &space->heap;
}

static void a_range_ends_where_its_span_ends(void **state) {
    (void)state;
    TABLE_EACH(policies, const struct policy, p) {
        for (uint32_t size = 512; size <= 16 * PAGE_SIZE; size *= 2) {
            struct heap *h = small_heap(*p, 16, false);
            uint32_t count = 0, most = 16 * PAGE_SIZE / size;
            vaddr_t first = 0, last = 0;
            for (vaddr_t a; (a = heap_alloc(h, size)); last = a, count++) {
                first = first ? first : a;
            }
            assert_int_equal(count, most);
            assert_int_equal(h->range.end, h->config.span.end);
            assert_int_equal(heap_realloc(h, last, size + 1), 0); /* neither here nor elsewhere */
            assert_int_equal(heap_realloc(h, last, 0xFFFFFFF0), 0);
            assert_int_equal(heap_block(h, last)->asked, size);
            assert_int_equal(heap_realloc(h, last, size - 1), last);
            assert_int_equal(audit_all(complain, NULL), 0);
            for (const struct tile *t; count; count--) {
                for (t = h->first; t->state != TILE_BLOCK; t = t->next) {
                }
                assert_int_equal(heap_free(h, t->at.start), OK);
                assert_int_equal(audit_all(complain, NULL), 0);
            }
            assert_true(region_empty(h->range));
            assert_int_equal(first, h->config.span.start);
        }
    }
}

/* A buddy heap halves its range when its upper half is free, and keeps halves of different blocks apart. */
static void buddy_ranges_double_and_halve(void **state) {
    (void)state;
    struct heap *h = small_heap(policy_find("buddy"), 64, false);
    vaddr_t a = heap_alloc(h, PAGE_SIZE);
    assert_int_equal(region_size(h->range), PAGE_SIZE);
    vaddr_t b = heap_alloc(h, PAGE_SIZE);
    assert_int_equal(region_size(h->range), 2 * PAGE_SIZE);
    vaddr_t c = heap_alloc(h, 8 * PAGE_SIZE);
    assert_int_equal(region_size(h->range), 16 * PAGE_SIZE);
    assert_int_equal(c, h->range.start + 8 * PAGE_SIZE);
    vaddr_t small = heap_alloc(h, 100);
    assert_int_equal(small, h->range.start + 2 * PAGE_SIZE);
    assert_int_equal(heap_alloc(h, 64 * PAGE_SIZE), 0);
    assert_int_equal(region_size(h->range), 16 * PAGE_SIZE);
    assert_int_equal(heap_free(h, c), OK);
    assert_int_equal(region_size(h->range), 4 * PAGE_SIZE);
    assert_int_equal(heap_free(h, small), OK);
    assert_int_equal(region_size(h->range), 2 * PAGE_SIZE);
    assert_int_equal(heap_free(h, a), OK);
    assert_int_equal(heap_alloc(h, 2 * PAGE_SIZE), h->range.start + 2 * PAGE_SIZE);
    assert_int_equal(heap_free(h, b), OK);
    assert_int_equal(heap_free(h, h->range.start + 2 * PAGE_SIZE), OK);
    assert_true(region_empty(h->range));
    assert_int_equal(audit_all(complain, NULL), 0);
}

/* A block of whole pages ends in a guard page, which no frame backs. */
static void shares_tell_guard_pages(void **state) {
    (void)state;
    struct heap *h = small_heap(policy_find("first"), 64, true);
    struct heap_shares got;
    vaddr_t a = heap_alloc(h, 100), b = heap_alloc(h, 2 * PAGE_SIZE);
    assert_int_equal(b, a + PAGE_SIZE);
    heap_count(NOW, h, h->range, &got);
    assert_int_equal(got.guard, PAGE_SIZE);
    heap_count(NOW, h, (struct region){b + PAGE_SIZE, b + 2 * PAGE_SIZE + 64}, &got);
    assert_int_equal(got.block, PAGE_SIZE + 64);
    assert_int_equal(got.guard, 64);
    heap_count(NOW, h, (struct region){b, b + PAGE_SIZE}, &got);
    assert_int_equal(got.guard, 0);
}

/* Growing a block takes pages that are not there, or records that cannot be had: it stays as it is. */
static void realloc_that_fails_changes_nothing(void **state) {
    (void)state;
    TABLE_EACH(policies, const struct policy, p) {
        for (uint32_t n = 1; n < 4; n++) {
            struct heap *h = small_heap(*p, 64, true);
            vaddr_t a = heap_alloc(h, 100);
            memman_fail = n;
            vaddr_t moved = heap_realloc(h, a, 3 * PAGE_SIZE + 50);
            memman_fail = 0;
            assert_int_equal(audit_all(complain, NULL), 0);
            if (!moved) {
                assert_int_equal(heap_block(h, a)->asked, 100);
            }
            assert_int_equal(heap_free(h, moved ? moved : a), OK);
            assert_int_equal(h->mapped, 0);
        }
    }
}

static void realloc_of_what_is_no_block_is_refused(void **state) {
    (void)state;
    struct heap *h = small_heap(policy_find("first"), 64, false);
    vaddr_t a = heap_alloc(h, 100), b = heap_alloc(h, 100);
    const struct {
        vaddr_t address;
        int why;
    } cases[] = {{a + 8, E_INTERIOR},
                 {a + 1, E_MISALIGNED},
                 {0, E_FOREIGN},
                 {USER_IMAGE, E_FOREIGN},
                 {b + 104, E_DOUBLE}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(heap_realloc(h, cases[i].address, 10), 0);
        assert_int_equal(event_at(events.next - 1)->kind, EV_REFUSED);
        assert_int_equal(event_at(events.next - 1)->arg[0], (uint32_t)cases[i].why);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(searches_pass_what_the_definition_says),
        cmocka_unit_test(walks_are_the_tiles),
        cmocka_unit_test(a_range_ends_where_its_span_ends),
        cmocka_unit_test(buddy_ranges_double_and_halve),
        cmocka_unit_test(shares_tell_guard_pages),
        cmocka_unit_test(realloc_that_fails_changes_nothing),
        cmocka_unit_test(realloc_of_what_is_no_block_is_refused),
    };
    return cmocka_run_group_tests_name("search", tests, NULL, NULL);
}
