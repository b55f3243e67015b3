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

/* ---- Placement against a model: a fixed range of numbers, no pages ---- */

#define MOST 256
static struct region blocks[MOST]; /* in address order */
static int count;

/* Where the definition of the policy puts `size` bytes into [start, end) around the blocks; 0: nowhere. */
static uint32_t model_place(const char *policy, uint32_t start, uint32_t end, uint32_t size, uint32_t rover) {
    uint32_t found = 0, found_size = 0, wrapped = 0;
    for (int i = 0; i <= count; i++) {
        uint32_t low = i ? blocks[i - 1].end : start, high = i < count ? blocks[i].start : end;
        uint32_t hole = high - low;
        if (hole < size || hole == 0) {
            continue;
        }
        if (!strcmp(policy, "first")) {
            return low;
        }
        if (!strcmp(policy, "next")) {
            if (low >= rover) {
                return low;
            }
            wrapped = wrapped ? wrapped : low;
            continue;
        }
        bool better = found == 0 || (!strcmp(policy, "best") ? hole < found_size : hole > found_size);
        if (better) {
            found = low;
            found_size = hole;
        }
    }
    return wrapped ? wrapped : found;
}

static void model_add(struct region block) {
    int i = count++;
    assert_true(count <= MOST);
    for (; i > 0 && blocks[i - 1].start > block.start; i--) {
        blocks[i] = blocks[i - 1];
    }
    blocks[i] = block;
}

static void against_model(const char *policy, uint32_t operations) {
    const uint32_t start = 0x10000, size = 0x4000;
    struct heap heap;
    struct heap_config config = {.policy = policy_find(policy),
                                 .owner = OWNER_HEAP,
                                 .align = 8,
                                 .span = {start, start + size},
                                 .initial = size};
    machine_start(16);
    assert_int_equal(heap_init(&heap, &config, &bare_heap_world), OK);
    count = 0;
    random_start(12345);
    uint32_t succeeded = 0;
    for (uint32_t n = 0; n < operations; n++) {
        if (count == 0 || (count < MOST - 1 && draw(100) < 52)) {
            uint32_t bytes = 1 + draw(draw(10) ? 120 : 2000), rounded = (bytes + 7) & ~7u;
            uint32_t rover = heap.rover ? heap.rover->at.start : start;
            uint32_t expected = model_place(policy, start, start + size, rounded, rover);
            uint32_t got = heap_alloc(&heap, bytes);
            assert_int_equal(got, expected);
            if (got) {
                model_add((struct region){got, got + rounded});
                succeeded++;
            }
        } else {
            int victim = (int)draw((uint32_t)count);
            assert_int_equal(heap_free(&heap, blocks[victim].start), OK);
            memmove(&blocks[victim], &blocks[victim + 1], (size_t)(count - victim - 1) * sizeof *blocks);
            count--;
            succeeded++;
        }
        if (n % 64 == 0) {
            assert_null(heap_check(&heap));
            assert_int_equal(heap.blocks, count);
        }
    }
    assert_true(succeeded > operations / 3);
    heap_delete(&heap);
}

static void first_fit_is_the_models(void **state) {
    (void)state;
    against_model("first", operations());
}

static void next_fit_is_the_models(void **state) {
    (void)state;
    against_model("next", operations());
}

static void best_fit_is_the_models(void **state) {
    (void)state;
    against_model("best", operations());
}

static void worst_fit_is_the_models(void **state) {
    (void)state;
    against_model("worst", operations());
}

/* Buddy: blocks are aligned powers of two that do not overlap, and all free joins to what was there at the
 * start. */
static void buddy_blocks_are_buddies(void **state) {
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
    for (uint32_t n = 0; n < operations(); n++) {
        if (count == 0 || (count < MOST - 1 && draw(100) < 52)) {
            uint32_t bytes = 1 + draw(draw(10) ? 120 : 2000), rounded = 16;
            while (rounded < bytes) {
                rounded *= 2;
            }
            uint32_t got = heap_alloc(&heap, bytes);
            if (!got) {
                assert_true(heap_largest_hole(&heap) < rounded);
                continue;
            }
            assert_int_equal((got - start) % rounded, 0);
            for (int i = 0; i < count; i++) {
                assert_true(got + rounded <= blocks[i].start || got >= blocks[i].end);
            }
            model_add((struct region){got, got + rounded});
        } else {
            int victim = (int)draw((uint32_t)count);
            assert_int_equal(heap_free(&heap, blocks[victim].start), OK);
            memmove(&blocks[victim], &blocks[victim + 1], (size_t)(count - victim - 1) * sizeof *blocks);
            count--;
        }
        if (n % 64 == 0) {
            assert_null(heap_check(&heap));
        }
    }
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
        live(policies_all[i], false, 20000);
        live(policies_all[i], true, 20000);
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
        cmocka_unit_test(buddy_blocks_are_buddies),       cmocka_unit_test(pages_come_and_go),
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
