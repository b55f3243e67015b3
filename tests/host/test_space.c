/*
 * Spaces and their page tables: mapping, stacks, faults, what a program may touch, and memory that runs out
 * at each step of a process's start.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "mm/audit.h"
#include "mm/events.h"
#include "mm/memman.h"
#include "mm/paging.h"
#include "mm/policy.h"
#include "mm/regime.h"
#include "mm/world.h"
#include "tests/host/support_viz.h"

#define FREE_PLACE 0x00800000u /* of the user half, nothing is there */

static void complain(void *context, const struct difference *d) {
    (void)context;
    fail_msg("audit: %s at %08x", d->what, d->at);
}

static void audit(void) {
    assert_int_equal(audit_all(complain, NULL), 0);
}

static struct space *start(void) {
    machine_start(16);
    return machine_spawn(7, "test", 3);
}

/* Lets the process in the slot act. */
static void act_as(const struct space *s) {
    actor = (struct actor){.pid = s->pid, .slot = s->slot};
}

static struct region pages(vaddr_t from, uint32_t count) {
    return (struct region){from, from + count * PAGE_SIZE};
}

/* ---- Life ---- */

static void spaces_fill_their_table(void **state) {
    (void)state;
    machine_start(64);
    for (int i = 0; i < SPACES; i++) {
        struct space *s = machine_spawn((uint16_t)(100 + i), "a name that is too long", 1);
        assert_int_equal(s->slot, i);
        assert_string_equal(s->name, "a name that is ");
        assert_ptr_equal(space_find((uint16_t)(100 + i)), s);
    }
    assert_null(space_new(9, "more", regime_find("healed"), policy_find("first"), false));
    assert_null(space_find(0));
    assert_null(space_find(9));
    audit();
    machine_exit(space_find(130), 0);
    assert_null(space_find(130));
    assert_int_equal(machine_spawn(9, "again", 1)->slot, 30);
}

static int entries, exits;
static int enter(struct space *space) {
    (void)space;
    return ++entries % 2 ? E_NOMEM : OK;
}
static void leave(struct space *space) {
    (void)space;
    exits++;
}

static void a_regime_may_refuse_a_process(void **state) {
    (void)state;
    static const struct regime wary = {.name = "wary", .enter = enter, .leave = leave};
    machine_start(16);
    uint32_t p = memman_used(ZONE_P), b = memman_used(ZONE_B);
    entries = exits = 0;
    assert_null(space_new(5, "test", &wary, policy_find("first"), false));
    assert_int_equal(memman_used(ZONE_P), p);
    assert_int_equal(memman_used(ZONE_B), b);
    struct space *s = space_new(5, "test", &wary, policy_find("first"), false);
    assert_non_null(s);
    machine_exit(s, 0);
    assert_int_equal(exits, 1);
    assert_int_equal(memman_used(ZONE_P), p);
    audit();
}

static void words_find_their_policy_and_regime(void **state) {
    (void)state;
    assert_string_equal(policy_find("buddy")->title, "buddy");
    assert_null(policy_find("bud"));
    assert_null(policy_find("buddyy"));
    assert_non_null(regime_find("healed"));
    assert_null(regime_find(""));
}

/* Every allocation fails once, in each thing a process can do; what was is as before. */
static void each_failure_is_undone(void **state) {
    (void)state;
    int failures = 0, successes = 0;
    for (uint32_t n = 1; n < 12; n++) {
        struct space *s = start();
        act_as(s);
        uint32_t used[ZONES];
        for (int z = 0; z < ZONES; z++) {
            used[z] = memman_used((enum zone)z);
        }
        for (int what = 0; what < 5; what++) {
            struct space *made = NULL;
            vaddr_t address = 0;
            bool ok = false;
            memman_fail = n;
            switch (what) {
            case 0: ok = (made = space_new(8, "other", s->regime, policy_find("best"), true)) != NULL; break;
            case 1: ok = space_map(s, pages(FREE_PLACE - PAGE_SIZE, 2), OWNER_IMAGE, true) == OK; break;
            case 2: ok = (address = heap_alloc(&s->heap, 0x500000)) != 0; break;
            case 3: ok = (address = heap_alloc(&s->pages, PAGE_SIZE)) != 0; break;
            case 4: ok = (address = heap_alloc(&s->heap, 1)) != 0; break;
            }
            memman_fail = 0;
            successes += ok;
            failures += !ok;
            if (made) {
                space_delete(made);
            }
            if (what == 1) {
                space_unmap(s, pages(FREE_PLACE - PAGE_SIZE, 2));
            } else if (address) {
                assert_int_equal(heap_free(what == 3 ? &s->pages : &s->heap, address), OK);
            }
            audit();
            assert_int_equal(memman_used(ZONE_U), used[ZONE_U]);
        }
        machine_exit(s, 0);
        audit();
    }
    assert_true(failures > 10 && successes > 10);
}

/* The zone is full: a large mapping is made of what pieces there are, and all of them come back. */
static void mappings_are_made_of_pieces(void **state) {
    (void)state;
    struct space *s = start();
    act_as(s);
    uint32_t all = memman_largest(ZONE_U) >> PAGE_SHIFT;
    struct region whole = pages(USER_PAGES - 0x10000000, all);
    assert_int_equal(space_map(s, whole, OWNER_IMAGE, true), OK);
    assert_int_equal(memman_largest(ZONE_U), 0);
    audit();
    for (uint32_t n = 0; n < all; n += 2) { /* every second frame free */
        space_unmap(s, pages(whole.start + n * PAGE_SIZE, 1));
    }
    assert_int_equal(memman_largest(ZONE_U), PAGE_SIZE);
    vaddr_t a = heap_alloc(&s->heap, 5 * PAGE_SIZE);
    assert_int_equal(a, USER_HEAP);
    assert_int_equal(heap_alloc(&s->heap, all * PAGE_SIZE), 0);
    audit();
    assert_int_equal(heap_free(&s->heap, a), OK);
    space_unmap(s, whole);
    assert_int_equal(memman_largest(ZONE_U) >> PAGE_SHIFT, all);
    audit();
}

/* ---- Stacks and faults ---- */

static void stacks_grow_by_faults(void **state) {
    (void)state;
    struct space *s = start();
    act_as(s);
    struct region stack = space_stack(0);
    assert_int_equal(stack.end, USER_ARGUMENTS);
    assert_int_equal(space_fault(s, stack.end - 2 * PAGE_SIZE), OK);
    assert_int_equal(space_fault(s, stack.end - 2 * PAGE_SIZE + 5), E_FAULT); /* is there */
    assert_int_equal(space_fault(s, stack.start + PAGE_SIZE), OK);
    assert_int_equal(space_fault(s, stack.start + PAGE_SIZE - 1), E_FAULT); /* the guard */
    assert_int_equal(space_fault(s, stack.start - 1), E_FAULT);             /* no stack there yet */
    assert_int_equal(space_fault(s, USER_ARGUMENTS), E_FAULT);
    assert_int_equal(space_fault(s, USER_HEAP), E_FAULT);
    assert_int_equal(space_fault(s, 0), E_FAULT);
    memman_fail = 1;
    assert_int_equal(space_fault(s, stack.start + 2 * PAGE_SIZE), E_NOMEM);
    for (int i = 1; i < STACKS; i++) {
        assert_int_equal(space_stack_new(s), i);
    }
    assert_int_equal(space_stack_new(s), E_LIMIT);
    audit();
    space_stack_delete(s, 5);
    assert_int_equal(space_fault(s, space_stack(5).end - 1), E_FAULT);
    memman_fail = 1;
    assert_int_equal(space_stack_new(s), E_NOMEM);
    assert_int_equal(space_stack_new(s), 5);
    audit();
}

static void programs_may_touch_what_is_theirs(void **state) {
    (void)state;
    struct space *s = start();
    act_as(s);
    assert_int_equal(space_map(s, pages(FREE_PLACE, 2), OWNER_IMAGE, false), OK);
    const struct {
        vaddr_t address;
        uint32_t size;
        bool read, write;
    } cases[] = {
        {USER_IMAGE, 3 * PAGE_SIZE, true, true},
        {USER_IMAGE, 3 * PAGE_SIZE + 1, false, false},
        {USER_IMAGE - 1, 2, false, false},
        {FREE_PLACE + 1, 2 * PAGE_SIZE - 1, true, false},
        {FREE_PLACE + 4, 0, true, true},
        {0, 0, true, true},
        {0, 1, false, false},
        {KERNEL_BASE, 1, false, false},
        {KERNEL_BASE - 1, 2, false, false},
        {USER_IMAGE, 0xFFFFFFFF, false, false},
        {0xFFFFFFFF, 1, false, false},
        {USER_ARGUMENTS - 5 * PAGE_SIZE, 5 * PAGE_SIZE, true, true}, /* the stack grows for it */
        {USER_ARGUMENTS - STACK_SPAN, 1, false, false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        if (space_may(s, cases[i].address, cases[i].size, true) != cases[i].write ||
            space_may(s, cases[i].address, cases[i].size, false) != cases[i].read) {
            fail_msg("case %zu", i);
        }
    }
    audit();
}

static void places_have_names(void **state) {
    (void)state;
    struct space *s = start();
    vaddr_t a = program_malloc(s, 10), p = s->regime->malloc_4k(s);
    const struct {
        vaddr_t address;
        const char *name;
        enum owner owner;
    } cases[] = {
        {0, "the null page", OWNER_FREE},
        {PAGE_SIZE, "nothing", OWNER_FREE},
        {USER_IMAGE, "the image", OWNER_IMAGE},
        {USER_IMAGE + 3 * PAGE_SIZE, "nothing", OWNER_FREE},
        {p, "the pages", OWNER_UPAGE},
        {p + PAGE_SIZE, "past the pages", OWNER_FREE},
        {a, "the heap", OWNER_HEAP},
        {a + PAGE_SIZE, "past the heap", OWNER_FREE},
        {USER_HEAP_END, "nothing", OWNER_FREE},
        {USER_ARGUMENTS - 1, "a stack", OWNER_STACK},
        {USER_ARGUMENTS - STACK_SPAN, "a stack's guard page", OWNER_STACK},
        {USER_ARGUMENTS - STACK_SPAN - 1, "nothing", OWNER_FREE},
        {USER_ARGUMENTS, "the arguments", OWNER_FREE},
        {KERNEL_BASE, "the kernel", OWNER_SYSTEM},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_string_equal(space_place(s, cases[i].address), cases[i].name);
        assert_int_equal(space_owner(s, cases[i].address), cases[i].owner);
    }
}

/* ---- Page tables ---- */

static void entries_say_what_is_mapped(void **state) {
    (void)state;
    struct space *s = start();
    act_as(s);
    uint32_t counts[OWNERS] = {0};
    assert_int_equal(paging_entry(NOW, s, FREE_PLACE), 0);
    assert_int_equal(space_map(s, pages(FREE_PLACE - PAGE_SIZE, 3), OWNER_IMAGE, false), OK);
    uint32_t entry = paging_entry(NOW, s, FREE_PLACE);
    assert_int_equal(entry & PAGE_MASK, PG_PRESENT | PG_USER);
    assert_int_equal(owners_frame(NOW, entry >> PAGE_SHIFT).owner, OWNER_IMAGE);
    assert_int_equal(paging_directory_entry(NOW, s, FREE_PLACE) & PAGE_MASK, PG_PRESENT | PG_USER | PG_WRITE);
    assert_int_equal(paging_directory_entry(NOW, s, 0x20000000), 0);
    paging_count(NOW, s, (struct region){0, KERNEL_BASE}, counts);
    assert_int_equal(counts[OWNER_IMAGE], 6);
    assert_int_equal(counts[OWNER_STACK], 1);
    memset(counts, 0, sizeof counts);
    paging_count(NOW, s, pages(FREE_PLACE, 3), counts);
    assert_int_equal(counts[OWNER_IMAGE], 2);

    uint32_t *table = phys(paging_directory_entry(NOW, s, FREE_PLACE) & PG_FRAME);
    table[0] |= PG_ACCESSED;
    table[1] |= PG_DIRTY;
    assert_int_equal(paging_entry(NOW, s, FREE_PLACE) & PAGE_MASK, PG_PRESENT | PG_USER | PG_ACCESSED);
    paging_clear_accessed(s);
    assert_int_equal(paging_entry(NOW, s, FREE_PLACE), entry);
    assert_int_equal(paging_entry(NOW, s, FREE_PLACE + PAGE_SIZE) & PAGE_MASK, PG_PRESENT | PG_USER);
}

/* A run ends at a page not mapped, another frame, other bits, another owner. */
static void unmapping_goes_by_runs(void **state) {
    (void)state;
    struct space *s = start();
    act_as(s);
    paddr_t one = memman_alloc(ZONE_U, 3 * PAGE_SIZE, OWNER_IMAGE, s->slot);
    paddr_t two = memman_alloc(ZONE_U, PAGE_SIZE, OWNER_STACK, s->slot);
    assert_int_equal(two, one + 3 * PAGE_SIZE);
    assert_int_equal(paging_map(s, pages(FREE_PLACE, 1), one, PG_USER), OK);
    assert_int_equal(paging_map(s, pages(FREE_PLACE + PAGE_SIZE, 2), one + PAGE_SIZE, PG_USER | PG_WRITE),
                     OK);
    assert_int_equal(paging_map(s, pages(FREE_PLACE + 3 * PAGE_SIZE, 1), two, PG_USER | PG_WRITE), OK);
    assert_int_equal(paging_map(s, pages(FREE_PLACE + 5 * PAGE_SIZE, 1), one, PG_USER | PG_WRITE), OK);
    assert_int_equal(paging_map(s, pages(FREE_PLACE + 6 * PAGE_SIZE, 1), one, PG_USER | PG_WRITE), OK);
    const struct {
        uint32_t first, count;
        paddr_t frame;
    } runs[] = {{0, 1, one}, {1, 2, one + PAGE_SIZE}, {3, 1, two}, {5, 1, one}, {6, 1, one}};
    struct region left = {FREE_PLACE - 0x3F0000, FREE_PLACE + 0x500000};
    for (size_t i = 0; i < sizeof runs / sizeof *runs; i++) {
        paddr_t frame;
        struct region run = paging_unmap(s, left, &frame),
                      expected = pages(FREE_PLACE + runs[i].first * PAGE_SIZE, runs[i].count);
        assert_memory_equal(&run, &expected, sizeof run);
        assert_int_equal(frame, runs[i].frame);
        left.start = run.end;
    }
    paddr_t frame;
    assert_true(region_empty(paging_unmap(s, left, &frame)));
}

/* The second of two tables cannot be had: the first goes back when nothing else is in it, and only then. */
static void tables_without_pages_go_back(void **state) {
    (void)state;
    struct space *s = start();
    act_as(s);
    uint32_t used = memman_used(ZONE_P);
    for (int round = 0; round < 2; round++) {
        memman_fail = round ? 2 : 3; /* after the frames, and the first table */
        assert_int_equal(space_map(s, pages(0x20400000 - PAGE_SIZE, 2), OWNER_IMAGE, true), E_NOMEM);
        memman_fail = 0;
        assert_int_equal(memman_used(ZONE_P), used);
        audit();
        if (!round) {
            assert_int_equal(space_map(s, pages(0x20000000, 1), OWNER_IMAGE, true), OK);
            used = memman_used(ZONE_P);
        }
    }
}

/* ---- Healed ---- */

/* The newest event names who owns the address and who was asked. */
static void assert_refused(int got, int why, enum owner owner, enum owner asked) {
    const struct event *e = event_at(events.next - 1);
    assert_int_equal(got, why);
    assert_int_equal(e->kind, EV_REFUSED);
    assert_int_equal(e->owner, owner);
    assert_int_equal(e->arg[4], asked);
}

static void healed_takes_back_what_it_gave(void **state) {
    (void)state;
    struct space *s = start();
    act_as(s);
    const struct regime *r = s->regime;
    vaddr_t a = r->malloc(s, 100), page = r->malloc_4k(s);
    assert_int_equal(page, USER_PAGES);
    assert_int_equal(r->free_sized(s, a, 99), E_SIZE);
    assert_int_equal(event_at(events.next - 1)->arg[2], 100);
    assert_refused(r->free_sized(s, a + 8, 100), E_INTERIOR, OWNER_HEAP, OWNER_HEAP);
    assert_refused(r->free(s, page), E_FOREIGN, OWNER_UPAGE, OWNER_HEAP);
    assert_refused(r->free_4k(s, a), E_FOREIGN, OWNER_HEAP, OWNER_UPAGE);
    assert_refused(r->free(s, USER_IMAGE), E_FOREIGN, OWNER_IMAGE, OWNER_HEAP);
    assert_refused(r->free(s, USER_ARGUMENTS - 8), E_FOREIGN, OWNER_STACK, OWNER_HEAP);
    assert_refused(r->free(s, KERNEL_BASE), E_FOREIGN, OWNER_SYSTEM, OWNER_HEAP);
    assert_refused(r->free(s, PAGE_SIZE), E_FOREIGN, OWNER_FREE, OWNER_HEAP);
    vaddr_t b = r->realloc(s, a, 200);
    assert_int_equal(b, a);
    assert_int_equal(r->free_sized(s, a, 200), OK);
    assert_int_equal(r->free_4k(s, page), OK);
    assert_refused(r->free_4k(s, page), E_DOUBLE, OWNER_UPAGE, OWNER_UPAGE);
    audit();
}

static void book_keeping_is_charged(void **state) {
    (void)state;
    struct space *s = start();
    act_as(s);
    uint32_t before = s->ubytes;
    void *memory = space_bytes_new(s, 1000);
    assert_int_equal(s->ubytes, before + 1000);
    space_bytes_delete(s, (uint8_t *)memory + 32); /* not what was given: nothing happens */
    assert_int_equal(s->ubytes, before + 1000);
    space_bytes_delete(s, memory);
    assert_int_equal(s->ubytes, before);
    memman_fail = 1;
    assert_null(space_bytes_new(s, 1000));
    assert_int_equal(s->ubytes, before);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(spaces_fill_their_table),
        cmocka_unit_test(a_regime_may_refuse_a_process),
        cmocka_unit_test(words_find_their_policy_and_regime),
        cmocka_unit_test(each_failure_is_undone),
        cmocka_unit_test(mappings_are_made_of_pieces),
        cmocka_unit_test(stacks_grow_by_faults),
        cmocka_unit_test(programs_may_touch_what_is_theirs),
        cmocka_unit_test(places_have_names),
        cmocka_unit_test(entries_say_what_is_mapped),
        cmocka_unit_test(unmapping_goes_by_runs),
        cmocka_unit_test(tables_without_pages_go_back),
        cmocka_unit_test(healed_takes_back_what_it_gave),
        cmocka_unit_test(book_keeping_is_charged),
    };
    return cmocka_run_group_tests_name("space", tests, NULL, NULL);
}
