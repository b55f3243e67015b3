/*
 * The heap under every policy against a naive model: an array of blocks in address order, searched and
 * checked the slow way. And the rules of free, realloc, guards, out of memory.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "mm/audit.h"
#include "mm/events.h"
#include "mm/memman.h"
#include "mm/paging.h"
#include "mm/policy.h"
#include "mm/regime.h"
#include "mm/world.h"
#include "tests/host/support.h"
#include "tests/host/support_viz.h"

static const char *const policies_all[] = {"first", "next", "best", "worst", "buddy"};

static void complain(void *context, const struct difference *d) {
    (void)context;
    fail_msg("audit: %s at %08x", d->what, d->at);
}

/* ---- Placement against a model: a fixed range, as numbers alone, or with pages and guards ---- */

#define MOST 256
static struct region blocks[MOST]; /* in address order */
static int count;
static uint32_t rover; /* next fit goes on here */

static struct space *space_under(const char *policy, bool guard);

/* Around the blocks: hole i of [start, end), before block i; it may be empty. */
static struct region model_hole(uint32_t start, uint32_t end, int i) {
    return (struct region){i ? blocks[i - 1].end : start, i < count ? blocks[i].start : end};
}

/* Bytes of whole pages. */
static uint32_t in_pages(struct region r) {
    uint32_t start = (r.start + 4095) / 4096, end = r.end / 4096;
    return end > start ? (end - start) * 4096 : 0;
}

/* Does hole `a` serve better than hole `b`, which lies lower? What is to fill whole pages is largest in whole pages. */
static bool better(const char *policy, struct region a, struct region b, bool pages) {
    if (!strcmp(policy, "best")) {
        return region_size(a) < region_size(b);
    }
    return !strcmp(policy, "worst") && (pages ? in_pages(a) > in_pages(b) : region_size(a) > region_size(b));
}

/* Where the definition of the policy puts `size` bytes into [start, end) around the blocks; 0: nowhere. */
static uint32_t model_place(const char *policy, uint32_t start, uint32_t end, uint32_t size, bool pages) {
    struct region found = {0, 0}, wrapped = {0, 0};
    for (int i = 0; i <= count; i++) {
        struct region hole = model_hole(start, end, i);
        if ((pages ? in_pages(hole) : region_size(hole)) < size) {
            continue;
        }
        if (!strcmp(policy, "next") && hole.start < rover) {
            wrapped = region_empty(wrapped) ? hole : wrapped;
        } else if (region_empty(found) || better(policy, hole, found, pages)) {
            found = hole;
        }
    }
    struct region hole = region_empty(found) ? wrapped : found;
    return pages ? round_up(hole.start, PAGE_SIZE) : hole.start;
}

static void model_add(struct region block) {
    int i = count++;
    assert_true(count <= MOST);
    for (; i > 0 && blocks[i - 1].start > block.start; i--) {
        blocks[i] = blocks[i - 1];
    }
    blocks[i] = block;
}

/* Block i is a hole, with those around it; a rover inside is at its start. */
static void model_remove(uint32_t start, uint32_t end, int i) {
    memmove(&blocks[i], &blocks[i + 1], (size_t)(count - i - 1) * sizeof *blocks);
    count--;
    struct region hole = model_hole(start, end, i);
    rover = rover > hole.start && rover < hole.end ? hole.start : rover;
}

/* What `bytes` take, with a guard where there are guards. */
static uint32_t model_size(uint32_t bytes, bool guards, bool *pages) {
    uint32_t rounded = ((bytes ? bytes : 1) + 7) & ~7u;
    *pages = guards && bytes && bytes % PAGE_SIZE == 0;
    return rounded + (*pages ? PAGE_SIZE : guards && rounded == bytes ? 8 : 0);
}

static uint32_t some_bytes(bool guards) {
    return guards && draw(6) == 0 ? PAGE_SIZE * (1 + draw(3))
           : draw(10)             ? 1 + draw(120)
                                  : 1 + draw(guards ? 6000 : 2000);
}

static void live_by_model(struct heap *heap, const char *policy, bool guards, uint32_t operations) {
    const uint32_t start = heap->range.start, end = heap->range.end;
    uint32_t succeeded = 0;
    count = 0;
    rover = start;
    random_start(12345);
    for (uint32_t n = 0; n < operations; n++) {
        if (count == 0 || (count < MOST - 1 && draw(100) < 52)) {
            bool pages;
            uint32_t bytes = some_bytes(guards), size = model_size(bytes, guards, &pages);
            uint32_t expected = model_place(policy, start, end, size, pages);
            uint32_t got = heap_alloc(heap, bytes);
            assert_int_equal(got, expected);
            if (got) {
                model_add((struct region){got, got + size});
                rover = got + size == end ? start : got + size;
                succeeded++;
            }
        } else {
            int victim = (int)draw((uint32_t)count);
            assert_int_equal(heap_free(heap, blocks[victim].start), OK);
            model_remove(start, end, victim);
            succeeded++;
        }
        if (n % 64 == 0) {
            assert_null(heap_check(heap));
            assert_int_equal(heap->blocks, count);
        }
    }
    assert_true(succeeded > operations / 3);
}

static void against_model(const char *policy) {
    const uint32_t start = 0x10000, size = 0x4000;
    struct heap heap;
    struct heap_config config = {.policy = policy_find(policy),
                                 .owner = OWNER_HEAP,
                                 .align = 8,
                                 .span = {start, start + size},
                                 .initial = size};
    machine_start(16);
    assert_int_equal(heap_init(&heap, &config, &bare_heap_world), OK);
    live_by_model(&heap, policy, false, operations());
    heap_delete(&heap);

    /* With guards, where blocks of whole pages stand on pages of their own. */
    struct space *s = space_under(policy, true);
    struct heap_world world = s->heap.world;
    config = s->heap.config;
    config.span.end = config.span.start + 0x20000;
    config.initial = 0x20000;
    heap_delete(&s->heap);
    assert_int_equal(heap_init(&s->heap, &config, &world), OK);
    live_by_model(&s->heap, policy, true, operations() / 10);
    assert_int_equal(audit_all(complain, NULL), 0);
}

static void first_fit_is_the_models(void **state) {
    (void)state;
    against_model("first");
}

static void next_fit_is_the_models(void **state) {
    (void)state;
    against_model("next");
}

static void best_fit_is_the_models(void **state) {
    (void)state;
    against_model("best");
}

static void worst_fit_is_the_models(void **state) {
    (void)state;
    against_model("worst");
}

/*
 * Buddies, by definition: what no block touches is free in one piece, what one touches is two halves. Of the holes in `at`
 * that have `size` bytes, the smallest, the lowest of equals; `low` to `high`: the blocks in there.
 */
static void model_buddies(struct region at, int low, int high, uint32_t size, struct region *found) {
    uint32_t half = region_size(at) / 2, middle = at.start + half;
    if (low == high) {
        *found = region_empty(*found) || region_size(at) < region_size(*found) ? at : *found;
    } else if (half >= size) {
        int between = low;
        while (between < high && blocks[between].start < middle) {
            between++;
        }
        if (between == low || blocks[between - 1].end <= middle) { /* no block is all of it */
            model_buddies((struct region){at.start, middle}, low, between, size, found);
            model_buddies((struct region){middle, at.end}, between, high, size, found);
        }
    }
}

static void buddies_are_the_models(void **state) {
    (void)state;
    const uint32_t start = 0x10000, size = 0x8000;
    struct heap heap;
    struct heap_config config = {.policy = policy_find("buddy"),
                                 .owner = OWNER_HEAP,
                                 .align = 8,
                                 .span = {start, start + size},
                                 .initial = size};
    machine_start(16);
    assert_int_equal(heap_init(&heap, &config, &bare_heap_world), OK);
    count = 0;
    random_start(999);
    uint32_t succeeded = 0, all = operations();
    for (uint32_t n = 0; n < all; n++) {
        if (count == 0 || (count < MOST - 1 && draw(100) < 52)) {
            uint32_t bytes = 1 + draw(draw(10) ? 120 : 2000), rounded = 16;
            while (rounded < bytes) {
                rounded *= 2;
            }
            struct region hole = {0, 0};
            model_buddies(config.span, 0, count, rounded, &hole);
            uint32_t got = heap_alloc(&heap, bytes);
            assert_int_equal(got, hole.start);
            if (got) {
                model_add((struct region){got, got + rounded});
                succeeded++;
            }
        } else {
            int victim = (int)draw((uint32_t)count);
            assert_int_equal(heap_free(&heap, blocks[victim].start), OK);
            model_remove(start, start + size, victim);
            succeeded++;
        }
        if (n % 64 == 0) {
            assert_null(heap_check(&heap));
        }
    }
    assert_true(succeeded > all / 3);
    while (count) {
        assert_int_equal(heap_free(&heap, blocks[--count].start), OK);
    }
    assert_int_equal(heap_holes(&heap), 1);
    heap_delete(&heap);
}

/* ---- In a space, with pages ---- */

static struct space *space_under(const char *policy, bool guard) {
    machine_start(32);
    struct space *space = space_new(1, "test", regime_find("healed"), policy_find(policy), guard);
    assert_non_null(space);
    actor = (struct actor){.pid = 1, .slot = space->slot, .caller = 0x400123};
    return space;
}

static bool mapped(const struct space *s, vaddr_t address) {
    return paging_entry(NOW, s, address) & PG_PRESENT;
}

static void pages_come_and_go(void **state) {
    (void)state;
    struct space *s = space_under("first", false);
    uint32_t used = memman_used(ZONE_U);
    vaddr_t a = heap_alloc(&s->heap, 100);
    assert_int_equal(a, USER_HEAP);
    assert_int_equal(memman_used(ZONE_U), used + PAGE_SIZE);
    vaddr_t b = heap_alloc(&s->heap, 8192);
    assert_int_equal(b, USER_HEAP + 104);
    assert_int_equal(memman_used(ZONE_U), used + 3 * PAGE_SIZE);
    assert_int_equal(heap_free(&s->heap, a), OK);
    assert_int_equal(memman_used(ZONE_U), used + 3 * PAGE_SIZE);
    assert_int_equal(heap_free(&s->heap, b), OK);
    assert_int_equal(memman_used(ZONE_U), used);
    assert_true(region_empty(s->heap.range));
    assert_int_equal(audit_all(complain, NULL), 0);
}

static void guard_makes_room_and_catches(void **state) {
    (void)state;
    struct space *s = space_under("first", true);
    vaddr_t a = heap_alloc(&s->heap, 64), b = heap_alloc(&s->heap, 61), c = heap_alloc(&s->heap, PAGE_SIZE);
    assert_int_equal(b - a, 72); /* one alignment unit of guard */
    assert_int_equal(c & PAGE_MASK, 0);
    assert_int_equal(paging_entry(NOW, s, c + PAGE_SIZE) & PG_PRESENT, 0);
    world_fill_user((struct region){b + 61, b + 62}, 1);
    assert_int_equal(heap_free(&s->heap, b), E_OVERRUN);
    assert_int_equal(heap_free(&s->heap, b), E_DOUBLE);
    assert_int_equal(heap_free(&s->heap, a), OK);
    assert_int_equal(heap_free(&s->heap, c), OK);
    assert_int_equal(audit_all(complain, NULL), 0);
}

static void free_refuses_what_is_no_block(void **state) {
    (void)state;
    struct space *s = space_under("first", false);
    vaddr_t a = heap_alloc(&s->heap, 64), b = heap_alloc(&s->heap, 64);
    assert_int_equal(heap_free(&s->heap, a + 8), E_INTERIOR);
    assert_int_equal(heap_free(&s->heap, a + 3), E_MISALIGNED);
    assert_int_equal(heap_free(&s->heap, 0x400000), E_FOREIGN);
    assert_int_equal(heap_free(&s->heap, 0), E_FOREIGN);
    assert_int_equal(heap_free(&s->heap, 0xFFFFFFFF), E_FOREIGN);
    assert_int_equal(heap_free(&s->heap, a), OK);
    assert_int_equal(heap_free(&s->heap, a), E_DOUBLE);
    const struct event *e = event_at(events.next - 1);
    assert_int_equal(e->kind, EV_REFUSED);
    assert_int_equal(e->arg[0], (uint32_t)E_DOUBLE);
    /* Its page goes back, and the range with it; what it was is known all the same. */
    assert_int_equal(heap_free(&s->heap, b), OK);
    uint32_t freed = events.next - 1;
    while (event_at(freed)->kind != EV_FREE) {
        freed--;
    }
    assert_true(region_empty(s->heap.range));
    assert_int_equal(heap_free(&s->heap, b), E_DOUBLE);
    e = event_at(events.next - 1);
    assert_int_equal(e->arg[2], b);
    assert_int_equal(e->arg[3], freed);
    assert_true(region_empty(e->was));
    assert_int_equal(heap_free(&s->heap, b + 8), E_FOREIGN);
    assert_int_equal(heap_free(&s->heap, a), E_DOUBLE);
    actor.pid++; /* of somebody else it says nothing */
    assert_int_equal(heap_free(&s->heap, b), E_FOREIGN);
}

/* ---- What a fault is about ---- */

static uint32_t newest_of(uint8_t kind) {
    uint32_t seq = events.next - 1;
    while (event_at(seq)->kind != kind) {
        seq--;
    }
    return seq;
}

static void assert_fault(const struct heap *heap, vaddr_t address, enum fault_cause cause,
                         struct region block, uint32_t seq, uint32_t asked) {
    struct event e = {.arg = {6, 0x400000, 77, 77, 77, 77}};
    assert_int_equal(heap_tell_fault(heap, address, &e), cause != FAULT_UNKNOWN);
    assert_int_equal(e.arg[3], cause);
    assert_memory_equal(&e.was, &block, sizeof block);
    assert_int_equal(e.arg[2], seq);
    assert_int_equal(e.arg[4], cause == FAULT_GUARD_PAGE || cause == FAULT_FREED ? 0x400123 : 0);
    assert_int_equal(e.arg[5], asked);
    assert_int_equal(e.arg[0] + e.arg[1], 0x400006);
}

static const struct region none;

static void forget_everything(void) {
    for (uint32_t n = 0; n < events.capacity; n++) {
        event_emit(EV_SAY, OWNER_FREE, none, none);
    }
}

static void faults_name_the_block(void **state) {
    (void)state;
    struct space *s = space_under("first", true);
    const struct heap *h = &s->heap;
    vaddr_t a = heap_alloc(&s->heap, 2 * PAGE_SIZE);
    struct region block = {a, a + 3 * PAGE_SIZE};
    uint32_t made = newest_of(EV_MALLOC);
    assert_fault(h, a + 2 * PAGE_SIZE, FAULT_GUARD_PAGE, block, made, 2 * PAGE_SIZE);
    assert_fault(h, a + 3 * PAGE_SIZE - 1, FAULT_GUARD_PAGE, block, made, 2 * PAGE_SIZE);
    assert_fault(h, a + 3 * PAGE_SIZE, FAULT_UNKNOWN, none, 0, 0);
    assert_fault(h, USER_IMAGE, FAULT_UNKNOWN, none, 0, 0);
    assert_fault(h, 0, FAULT_UNKNOWN, none, 0, 0);

    /* An end that realloc cut off; what a later block took is that block's. */
    assert_int_equal(heap_realloc(&s->heap, a, 100), a);
    assert_fault(h, a + PAGE_SIZE, FAULT_FREED, block, newest_of(EV_RESIZE), 2 * PAGE_SIZE);
    vaddr_t b = heap_alloc(&s->heap, PAGE_SIZE);
    assert_int_equal(b, a + PAGE_SIZE);
    assert_fault(h, b + PAGE_SIZE, FAULT_GUARD_PAGE, (struct region){b, b + 2 * PAGE_SIZE},
                 newest_of(EV_MALLOC), PAGE_SIZE);

    /* Whole pages and the range went back. */
    assert_int_equal(heap_free(&s->heap, b), OK);
    uint32_t first = newest_of(EV_FREE);
    assert_int_equal(heap_free(&s->heap, a), OK);
    uint32_t second = newest_of(EV_FREE);
    assert_true(region_empty(h->range));
    assert_fault(h, b + 50, FAULT_FREED, (struct region){b, b + 2 * PAGE_SIZE}, first, PAGE_SIZE);
    assert_fault(h, a + 50, FAULT_FREED, (struct region){a, a + 104}, second, 100);
    assert_fault(h, a + 110, FAULT_FREED, block, newest_of(EV_RESIZE), 2 * PAGE_SIZE);

    forget_everything();
    assert_fault(h, a + 50, FAULT_FREED_BEFORE, none, events_oldest(), 0);
    assert_fault(h, a + 2 * PAGE_SIZE - 1, FAULT_FREED_BEFORE, none, events_oldest(), 0);
    assert_fault(h, a + 4 * PAGE_SIZE, FAULT_UNKNOWN, none, 0, 0);
}

/* No block ever stood between a small and a large buddy, whoever frees what around it. */
static void faults_accuse_nobody_falsely(void **state) {
    (void)state;
    struct space *s = space_under("buddy", false);
    const struct heap *h = &s->heap;
    vaddr_t small = heap_alloc(&s->heap, 64), large = heap_alloc(&s->heap, 8 * PAGE_SIZE);
    assert_int_equal(large, small + 8 * PAGE_SIZE);
    assert_fault(h, small + 2 * PAGE_SIZE, FAULT_UNKNOWN, none, 0, 0);
    assert_int_equal(heap_free(&s->heap, large), OK);
    uint32_t freed = newest_of(EV_FREE);
    vaddr_t wall = heap_alloc(&s->heap, 16 * PAGE_SIZE);
    assert_int_equal(heap_free(&s->heap, small), OK);
    assert_fault(h, small + 2 * PAGE_SIZE, FAULT_UNKNOWN, none, 0, 0);
    assert_fault(h, small + 100, FAULT_UNKNOWN, none, 0, 0);
    assert_fault(h, small + 50, FAULT_FREED, (struct region){small, small + 64}, newest_of(EV_FREE), 64);
    assert_fault(h, large + PAGE_SIZE, FAULT_FREED, (struct region){large, large + 8 * PAGE_SIZE}, freed,
                 8 * PAGE_SIZE);
    forget_everything();
    assert_fault(h, small + 100, FAULT_FREED_BEFORE, none, events_oldest(), 0);
    assert_fault(h, small + 2 * PAGE_SIZE, FAULT_UNKNOWN, none, 0, 0);
    assert_int_equal(heap_free(&s->heap, wall), OK);

    /* The page has gone back within the ring; the block that had stood there went before a neighbour did. */
    s = space_under("first", false);
    vaddr_t a = heap_alloc(&s->heap, 64), b = heap_alloc(&s->heap, 64);
    assert_int_equal(heap_free(&s->heap, a), OK);
    forget_everything();
    assert_int_equal(heap_free(&s->heap, b), OK);
    assert_fault(&s->heap, a, FAULT_UNKNOWN, none, 0, 0);
}

/* Up to a page's worth of what stays mapped: in front of the pages that go, and behind them. */
static void freed_bytes_are_poisoned(void **state) {
    (void)state;
    static const struct {
        uint32_t front, size; /* bytes in blocks before it, and its own */
        uint32_t poisoned, poisoned_behind;
    } cases[] = {{8, 64, 64, 0},
                 {8, 3000, 3000, 0},
                 {PAGE_SIZE - 8, 16, 16, 0},
                 {8, 2 * PAGE_SIZE, PAGE_SIZE - 8, 8},
                 {PAGE_SIZE - 1000, 2 * PAGE_SIZE + 2000, 1000, 1000},
                 {8, 2 * PAGE_SIZE + 2000, PAGE_SIZE - 8, 8}, /* and no more */
                 {PAGE_SIZE - 3000, 2 * PAGE_SIZE, 3000, PAGE_SIZE - 3000},
                 {2 * PAGE_SIZE, 5 * PAGE_SIZE - 96, 0, PAGE_SIZE - 96}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct space *s = space_under("first", false);
        heap_alloc(&s->heap, cases[i].front);
        vaddr_t a = heap_alloc(&s->heap, cases[i].size), end = a + cases[i].size;
        world_fill_user((struct region){a, end}, 7);
        heap_alloc(&s->heap, 8);
        heap_free(&s->heap, a);
        vaddr_t front = a + cases[i].poisoned;
        assert_int_equal(world_check_user((struct region){a, front}, HEAP_POISON), front);
        vaddr_t stays = larger(end & ~PAGE_MASK, front), back = stays + cases[i].poisoned_behind;
        assert_int_equal(world_check_user((struct region){stays, back}, HEAP_POISON), back);
        assert_int_equal(world_check_user((struct region){back, end}, 7), end);
    }
}

static void cut_off_bytes_are_poisoned(void **state) {
    (void)state;
    struct space *s = space_under("first", true);
    vaddr_t a = heap_alloc(&s->heap, 3 * PAGE_SIZE - 96);
    world_fill_user((struct region){a, a + 3 * PAGE_SIZE - 96}, 7);
    heap_alloc(&s->heap, 8);
    assert_int_equal(heap_realloc(&s->heap, a, 93), a);
    assert_int_equal(world_check_user((struct region){a, a + 93}, 7), a + 93);
    assert_int_equal(world_check_user((struct region){a + 93, a + 96}, HEAP_GUARD), a + 96);
    assert_int_equal(world_check_user((struct region){a + 96, a + PAGE_SIZE}, HEAP_POISON), a + PAGE_SIZE);
    assert_false(mapped(s, a + PAGE_SIZE));
    assert_int_equal(
        world_check_user((struct region){a + 2 * PAGE_SIZE, a + 2 * PAGE_SIZE + 96}, HEAP_POISON),
        a + 2 * PAGE_SIZE + 96);
    assert_int_equal(audit_all(complain, NULL), 0);
}

static void realloc_grows_in_place(void **state) {
    (void)state;
    struct space *s = space_under("first", true);
    vaddr_t a = heap_alloc(&s->heap, 100);
    world_fill_user((struct region){a, a + 100}, 9);
    assert_int_equal(heap_realloc(&s->heap, a, 5000), a);
    assert_int_equal(world_check_user((struct region){a, a + 100}, 9), a + 100);
    vaddr_t b = heap_alloc(&s->heap, 100);
    vaddr_t moved = heap_realloc(&s->heap, a, 9000);
    assert_true(moved != a && moved > b);
    assert_int_equal(world_check_user((struct region){moved, moved + 100}, 9), moved + 100);
    assert_int_equal(heap_realloc(&s->heap, moved, 10), moved);
    assert_int_equal(audit_all(complain, NULL), 0);
    assert_int_equal(heap_realloc(&s->heap, moved + 8, 10), 0);
    heap_free(&s->heap, moved);
    heap_free(&s->heap, b);
    assert_int_equal(s->heap.mapped, 0);
}

/* Blocks of whole pages take their guard page along, and may become blocks of other sizes and come back. */
static void realloc_moves_the_guard_page(void **state) {
    (void)state;
    struct space *s = space_under("first", true);
    vaddr_t a = heap_alloc(&s->heap, 2 * PAGE_SIZE);
    world_fill_user((struct region){a, a + 2 * PAGE_SIZE}, 9);
    static const struct {
        uint32_t size, pages; /* pages mapped then */
    } turns[] = {{5 * PAGE_SIZE, 5}, {PAGE_SIZE, 1},     {PAGE_SIZE + 8, 2},     {2 * PAGE_SIZE - 8, 2},
                 {PAGE_SIZE, 1},     {3 * PAGE_SIZE, 3}, {3 * PAGE_SIZE + 1, 4}, {100, 1},
                 {PAGE_SIZE, 1},     {2 * PAGE_SIZE, 2}};
    for (size_t i = 0; i < sizeof turns / sizeof *turns; i++) {
        assert_int_equal(heap_realloc(&s->heap, a, turns[i].size), a);
        assert_int_equal(s->heap.mapped, turns[i].pages);
        assert_false(mapped(s, a + turns[i].pages * PAGE_SIZE));
        assert_int_equal(world_check_user((struct region){a, a + 100}, 9), a + 100);
        assert_int_equal(heap_block(&s->heap, a)->guard_page, turns[i].size % PAGE_SIZE == 0);
        assert_int_equal(audit_all(complain, NULL), 0);
        const struct event *e = NULL;
        for (uint32_t seq = events.next; !e || e->kind != EV_RESIZE; e = event_at(--seq)) {
        }
        assert_int_equal(e->arg[0], turns[i].size);
    }
    vaddr_t wall = heap_alloc(&s->heap, 8);
    assert_int_equal(wall, a + 3 * PAGE_SIZE);
    vaddr_t moved = heap_realloc(&s->heap, a, 3 * PAGE_SIZE);
    assert_true(moved > wall);
    assert_int_equal(heap_free(&s->heap, moved), OK);
    assert_int_equal(heap_free(&s->heap, wall), OK);
    assert_int_equal(s->heap.mapped, 0);
    assert_int_equal(audit_all(complain, NULL), 0);
}

/* A lower half takes in its free upper half, and gives it back; an upper half has nothing above it. */
static void realloc_joins_buddies(void **state) {
    (void)state;
    struct space *s = space_under("buddy", false);
    vaddr_t a = heap_alloc(&s->heap, 64);
    assert_int_equal(heap_realloc(&s->heap, a, 1000), a);
    assert_int_equal(region_size(heap_block(&s->heap, a)->at), 1024);
    assert_int_equal(heap_realloc(&s->heap, a, 4 * PAGE_SIZE), a); /* and the range grows */
    assert_int_equal(s->heap.mapped, 4);
    assert_int_equal(heap_realloc(&s->heap, a, 60), a);
    assert_int_equal(s->heap.mapped, 1);
    assert_int_equal(region_size(s->heap.range), PAGE_SIZE);
    assert_int_equal(heap_holes(&s->heap), 6);
    vaddr_t upper = heap_alloc(&s->heap, 64);
    assert_int_equal(upper, a + 64);
    assert_int_not_equal(heap_realloc(&s->heap, upper, 100), upper);
    assert_int_equal(heap_realloc(&s->heap, a, 128), a);
    assert_int_equal(audit_all(complain, NULL), 0);
}

static void realloc_finds_an_overrun(void **state) {
    (void)state;
    for (int moves = 0; moves < 2; moves++) {
        struct space *s = space_under("first", true);
        vaddr_t a = heap_alloc(&s->heap, 20);
        if (moves) {
            heap_alloc(&s->heap, 20);
        }
        world_fill_user((struct region){a, a + 24}, 1);
        uint32_t before = events.next, refused = 0;
        vaddr_t b = heap_realloc(&s->heap, a, moves ? 2000 : 22);
        assert_int_equal(b != a, moves);
        assert_int_equal(world_check_user((struct region){b, b + 20}, 1), b + 20);
        assert_int_equal(heap_free(&s->heap, b), OK);
        for (uint32_t seq = before; seq < events.next; seq++) {
            const struct event *e = event_at(seq);
            if (e->kind == EV_REFUSED) {
                refused++;
                assert_int_equal(e->arg[0], (uint32_t)E_OVERRUN);
                assert_int_equal(e->arg[1], EV_RESIZE);
                assert_int_equal(e->arg[2], a + 20);
            }
        }
        assert_int_equal(refused, 1);
    }
}

static void sizes_at_the_edges_are_defined(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof policies_all / sizeof *policies_all; i++) {
        struct space *s = space_under(policies_all[i], true);
        static const uint32_t sizes[] = {0xFFFFFFFF, 0xFFFFFFF8, 0xFFFFF000, 0x80000001,
                                         0x80000000, 0x7FFFFFFF, 0x40000000};
        for (size_t n = 0; n < sizeof sizes / sizeof *sizes; n++) {
            assert_int_equal(heap_alloc(&s->heap, sizes[n]), 0);
            assert_int_equal(audit_all(complain, NULL), 0);
        }
        vaddr_t zero = heap_alloc(&s->heap, 0), other = heap_alloc(&s->heap, 0);
        assert_true(zero && other && zero != other);
        assert_int_equal(heap_free(&s->heap, zero), OK);
        assert_int_equal(heap_free(&s->heap, other), OK);
        assert_true(region_empty(s->heap.range));
    }
}

/* ---- A space lives a random life under each policy; every page and record comes home ---- */

static void live(const char *policy, bool guard, uint32_t turns) {
    machine_start(32);
    uint32_t used[ZONES];
    for (int z = 0; z < ZONES; z++) {
        used[z] = memman_used((enum zone)z);
    }
    struct space *s = space_new(1, "test", regime_find("healed"), policy_find(policy), guard);
    actor = (struct actor){.pid = 1, .slot = s->slot};
    vaddr_t held[200];
    int n = 0;
    random_start(4711);
    for (uint32_t turn = 0; turn < turns; turn++) {
        uint32_t what = draw(100);
        if (n < 200 && (n == 0 || what < 45)) {
            uint32_t size = draw(20) ? draw(300) : draw(4) ? draw(20000) : PAGE_SIZE * (1 + draw(6));
            held[n] = heap_alloc(&s->heap, size);
            n += held[n] != 0;
        } else if (what < 90) {
            int victim = (int)draw((uint32_t)n);
            assert_int_equal(heap_free(&s->heap, held[victim]), OK);
            held[victim] = held[--n];
        } else {
            int victim = (int)draw((uint32_t)n);
            vaddr_t moved = heap_realloc(&s->heap, held[victim],
                                         draw(4)   ? draw(500)
                                         : draw(2) ? draw(30000)
                                                   : PAGE_SIZE * (1 + draw(6)));
            held[victim] = moved ? moved : held[victim];
        }
        if (turn % 500 == 0) {
            assert_int_equal(audit_all(complain, NULL), 0);
        }
    }
    actor = (struct actor){.slot = NO_SLOT};
    space_delete(s);
    for (int z = 0; z < ZONES; z++) {
        assert_int_equal(memman_used((enum zone)z), used[z]);
    }
    assert_int_equal(audit_all(complain, NULL), 0);
}

static void a_life_leaves_nothing_behind(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof policies_all / sizeof *policies_all; i++) {
        live(policies_all[i], false, operations() / 25);
        live(policies_all[i], true, operations() / 25);
    }
}

/* Each allocation of a program's life fails in turn; nothing leaks and nothing is half done. */
static void undo_every_failure(const char *policy) {
    for (uint32_t fail = 1; fail < 60; fail++) {
        machine_start(16);
        uint32_t used[ZONES];
        for (int z = 0; z < ZONES; z++) {
            used[z] = memman_used((enum zone)z);
        }
        memman_fail = fail;
        struct space *s = space_new(1, "test", regime_find("healed"), policy_find(policy), true);
        if (s) {
            actor = (struct actor){.pid = 1, .slot = s->slot};
            for (int i = 0; i < 40; i++) {
                vaddr_t a = heap_alloc(&s->heap, 3000u * (uint32_t)i);
                if (a && i % 3 == 0) {
                    heap_realloc(&s->heap, a, 5000);
                }
                assert_int_equal(audit_all(complain, NULL), 0);
            }
            space_stack_new(s);
            space_map(s, (struct region){0x7FF000, 0x802000}, OWNER_IMAGE, false); /* needs two tables */
            assert_int_equal(audit_all(complain, NULL), 0);
            actor = (struct actor){.slot = NO_SLOT};
            space_delete(s);
        }
        memman_fail = 0;
        for (int z = 0; z < ZONES; z++) {
            assert_int_equal(memman_used((enum zone)z), used[z]);
        }
    }
}

static void every_failure_is_undone(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof policies_all / sizeof *policies_all; i++) {
        undo_every_failure(policies_all[i]);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(first_fit_is_the_models),        cmocka_unit_test(next_fit_is_the_models),
        cmocka_unit_test(best_fit_is_the_models),         cmocka_unit_test(worst_fit_is_the_models),
        cmocka_unit_test(buddies_are_the_models),         cmocka_unit_test(pages_come_and_go),
        cmocka_unit_test(guard_makes_room_and_catches),   cmocka_unit_test(free_refuses_what_is_no_block),
        cmocka_unit_test(freed_bytes_are_poisoned),       cmocka_unit_test(realloc_grows_in_place),
        cmocka_unit_test(faults_name_the_block),          cmocka_unit_test(faults_accuse_nobody_falsely),
        cmocka_unit_test(cut_off_bytes_are_poisoned),     cmocka_unit_test(realloc_moves_the_guard_page),
        cmocka_unit_test(realloc_joins_buddies),          cmocka_unit_test(realloc_finds_an_overrun),
        cmocka_unit_test(sizes_at_the_edges_are_defined), cmocka_unit_test(a_life_leaves_nothing_behind),
        cmocka_unit_test(every_failure_is_undone),
    };
    return cmocka_run_group_tests_name("heap", tests, NULL, NULL);
}
