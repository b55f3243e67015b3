/*
 * The museum: each of the seed's twelve cases, with the table before and after it and what the calls return; all of
 * them a hundred times; and through it all an audit of the healed side that finds nothing.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "mm/events.h"
#include "mm/memman.h"
#include "mm/paging.h"
#include "mm/past.h"
#include "mm/policy.h"
#include "mm/regime.h"
#include "mm/world.h"
#include "tests/host/support.h"
#include "tests/host/support_museum.h"
#include "tests/host/support_viz.h"

#define FAILED 0xFFFFFFFFu /* what the seed returns for -1 */

/* Zones without a change stand for themselves. */
#define P " 401000+1FE000" /* the process's directory is 00400000 */
#define K " 600000+1FF000"
#define B " 800000+7FF000"
#define U " 1000000+1000000"

static void assert_table(const char *want) {
    assert_string_equal(table(NOW), want + 1);
}

/* ---- The twelve cases ---- */

/* What no case may need: that what memman lent comes back as it was. */
static void nothing_wrong(void) {
    assert_table(P K B U);
    uint32_t a = do_malloc(100), k = seed(SEED_DO_KMALLOC, 50, 0), p = seed(SEED_DO_KMALLOC_4K, 0, 0),
             u = seed(SEED_DO_MALLOC_4K, 0, 0);
    assert_int_equal(a, 0x800000);
    assert_int_equal(k, 0x600000);
    assert_int_equal(p, 0x401000);
    assert_int_equal(u, 0x1000000);
    assert_table(" 402000+1FD000 600032+1FEFCE 800064+7FEF9C 1001000+FFF000");
    assert_int_equal(do_free(a, 100), 0);
    assert_int_equal(do_free(k, 50), 0);
    assert_int_equal(seed(SEED_DO_FREE_4K, p, 0), 0);
    assert_int_equal(seed(SEED_DO_FREE_4K, u, 0), 0);
    assert_table(P K B U);
    uint32_t page = sutured->malloc_4k(visitor);
    assert_int_equal(page, USER_HEAP);
    assert_int_equal(sutured->free_4k(visitor, page), 0);
    assert_table(" 402000+1FD000" K B U);
    assert_int_equal(totals().phantoms, 0);
    assert_int_equal(totals().foreign, 0);
    assert_int_equal(totals().frames, 0);
}

static void case_1(void) {
    uint32_t a = sys_malloc(16);
    assert_int_equal(a, 0x48000000);
    assert_table(" 402000+1FD000" K B " 1001000+FFF000");
    audit();
    assert_int_equal(sys_free(a, 16), 0);
    assert_phantom(1, OWNER_HEAP, 4, OWNER_FREE, 0); /* memman's table */
    assert_table(" 402000+1FD000" K B " 1001000+FFF000 48000000+10");
    assert_string_equal(entry(4).zone, "none");
    assert_string_equal(entry(4).from, "a heap address");
    assert_int_equal(entry(4).pid, 4);
    assert_int_equal(entry(4).number, 1);
    assert_string_equal(entry(3).from, "boot");
    /* Never handed out; the page stays mapped, the frame gone, the linear range too. */
    assert_int_equal(sys_malloc(16), 0x48000010);
    assert_int_equal(do_malloc(16), 0x800000);
    assert_int_equal(paging_entry(NOW, visitor, USER_HEAP) & (PG_PRESENT | PG_USER), PG_PRESENT | PG_USER);
    assert_int_equal(totals().frames, 1);
    assert_int_equal(totals().phantoms, 1);
}

static void case_2(void) {
    uint32_t a = do_malloc(0x1000);
    do_malloc(0x1000); /* b: a stays alone */
    assert_table(P K " 802000+7FD000" U);
    assert_int_equal(do_free(a, 0x1000), 0);
    assert_table(P K " 800000+1000 802000+7FD000" U);
    assert_int_equal(do_free(a, 0x1000), 0);
    assert_table(P K " 800000+1000 800000+1000 802000+7FD000" U);
    assert_phantom(2, OWNER_FREE, 0, OWNER_UBYTE, 0);
    assert_int_equal(do_malloc(0x1000), 0x800000);
    assert_int_equal(totals().phantoms, 1);
    assert_int_equal(do_malloc(0x1000), 0x800000);
    assert_phantom(2, OWNER_UBYTE, 4, OWNER_UBYTE, 4);
}

static void case_3(void) {
    uint32_t a = do_malloc(0x1000);
    assert_int_equal(do_free(a, 0x1000), 0);
    assert_table(P K B U);
    assert_int_equal(do_free(a, 0x1000), 0);
    assert_phantom(3, OWNER_FREE, 0, OWNER_UBYTE, 0);
    assert_table(P K " 800000+7FF000 800000+1000" U);
    assert_int_equal(do_malloc(0x1000), 0x800000);
    assert_table(P K " 801000+7FE000 800000+1000" U); /* not sorted */
    assert_int_equal(do_malloc(0x1000), 0x801000);    /* the alias sleeps ... */
    assert_int_equal(do_malloc(0x7FD000), 0x802000);
    assert_int_equal(totals().phantoms, 1);
    assert_int_equal(do_malloc(0x1000), 0x800000); /* ... until the tail is used up */
    assert_phantom(3, OWNER_UBYTE, 4, OWNER_UBYTE, 4);
}

static void case_4(void) {
    uint32_t a = do_malloc(0x1000), b = do_malloc(0x1000), c = do_malloc(0x1000);
    do_malloc(0x1000);
    uint64_t before = bytes_free();
    assert_int_equal(do_free(b, 0x1000), 0);
    assert_int_equal(do_free(b, 0x1000), 0);
    assert_int_equal(do_free(a, 0x1000), 0);
    assert_phantom(4, OWNER_FREE, 0, OWNER_UBYTE, 0);
    assert_table(P K " 800000+2000 801000+1000 804000+7FB000" U);
    assert_int_equal(do_free(c, 0x1000), 0);
    assert_table(P K " 800000+2000 801000+2000 804000+7FB000" U);
    assert_int_equal(bytes_free() - before, 0x4000); /* three blocks */
    assert_string_equal(entry(2).from, "free already");
}

static void case_5(void) {
    uint64_t before = bytes_free();
    assert_int_equal(do_free(0x900000, 0x1000), 0);
    assert_phantom(5, OWNER_FREE, 0, OWNER_UBYTE, 0);
    assert_table(P K " 800000+7FF000 900000+1000" U);
    assert_int_equal(bytes_free() - before, 0x1000); /* counted twice */
    assert_int_equal(do_free(0x12345678, 8), 0);     /* nor is there such memory */
    assert_phantom(5, OWNER_FOREIGN, 0, OWNER_FREE, 0);
}

static void case_6(void) {
    uint32_t a = do_malloc(0x1000), b = do_malloc(0x1000);
    assert_int_equal(do_free(a, 0x2000), 0);
    assert_phantom(6, OWNER_UBYTE, 4, OWNER_UBYTE, 0);
    assert_table(P K B U);
    assert_int_equal(do_malloc(0x2000), a); /* b is live, and given away */
    assert_phantom(6, OWNER_UBYTE, 4, OWNER_UBYTE, 4);
    assert_int_equal(b, a + 0x1000);

    uint32_t c = do_malloc(0x1000), d = do_malloc(0x1000);
    assert_int_equal(do_free(c, 0x800), 0);
    assert_phantom(6, OWNER_UBYTE, 4, OWNER_UBYTE, 0);
    assert_int_equal(do_free(d, 0x1000), 0);
    assert_table(P K " 802000+800 803000+7FC000" U); /* 800 bytes gone without a word */
    assert_int_equal(totals().losts, 0);
}

static void case_7(void) {
    assert_int_equal(do_free(0x7FF000, 0x1000), 0);
    assert_phantom(7, OWNER_SYSTEM, 0, OWNER_KBYTE, 0);
    assert_table(P " 600000+9FF000" U);
    assert_string_equal(entry(1).from, "a wall");
    assert_int_equal(do_malloc(16), FAILED);
    assert_phantom(7, OWNER_UBYTE, 0, OWNER_FOREIGN, 4);
    assert_int_equal(do_malloc(1), FAILED);
    assert_int_equal(seed(SEED_DO_KMALLOC, 16, 0), 0x600000);
    assert_int_equal(do_free(0x600000, 16), 0);
    /* The upper wall too: now malloc's address maps nothing. */
    assert_int_equal(do_free(0xFFF000, 0x1000), 0);
    assert_table(P " 600000+1A00000");
    uint32_t a = sys_malloc(16);
    assert_int_equal(a, 0x48000000);
    assert_phantom(7, OWNER_UPAGE, 0, OWNER_FOREIGN, 4);
    assert_int_equal(paging_entry(NOW, visitor, a), 0);
}

static void case_8(void) {
    for (uint32_t i = 1; i <= 4086; i++) {
        assert_int_equal(do_free(0x48000000 + 32 * i, 16), 0);
    }
    assert_int_equal(totals().entries, 4090);
    assert_int_equal(totals().losts, 0);
    assert_int_equal(do_free(0x48000000 + 32 * 4087, 16), FAILED);
    assert_phantom(8, OWNER_FOREIGN, 0, OWNER_FOREIGN, 0);
    assert_int_equal(totals().entries, 4090);
    assert_int_equal(totals().losts, 1);
    assert_int_equal(totals().lostsize, 16);
    uint32_t a = do_malloc(0x1000);
    do_malloc(0x1000);
    assert_int_equal(do_free(a, 0x1000), FAILED); /* never comes back */
    assert_phantom(8, OWNER_UBYTE, 4, OWNER_FOREIGN, 0);
    assert_int_equal(totals().lostsize, 16 + 0x1000);
    audit();
}

/* exec frees two headers by their pointers: the file's, "\x7fELF" and its class, and the program's, a type and
 * an offset. */
static void exec(void) {
    seed(SEED_EXEC, 0x464C457F, 0x00010101);
    seed(SEED_EXEC, 1, 0x1000);
}

static void case_9(void) {
    exec();
    assert_phantom(9, OWNER_KBYTE, 0, OWNER_FREE, 0);
    assert_table(" 1+1000" P K B U " 464C457F+10101");
    assert_string_equal(entry(5).from, "a file's header");
    exec();
    assert_table(" 1+1000 1+1000" P K B U " 464C457F+10101 464C457F+10101");
    uint32_t a = do_malloc(0x1000);
    do_malloc(0x1000);
    for (int n = 3; n <= 2043; n++) {
        exec();
    }
    assert_int_equal(totals().entries, 4090);
    assert_int_equal(totals().losts, 0);
    exec(); /* the 2,044th */
    assert_int_equal(totals().losts, 2);
    assert_int_equal(do_free(a, 0x1000), FAILED); /* real frees are lost */
    audit();
}

static void case_10(void) {
    uint32_t p = sutured->malloc_4k(visitor), q = sutured->malloc_4k(visitor);
    assert_int_equal(p, 0x48000000);
    assert_int_equal(q, 0x48001000);
    uint32_t frame = paging_entry(NOW, visitor, p) & PG_FRAME;
    *(uint32_t *)phys(frame) = 0xCAFE;
    assert_table(" 402000+1FD000" K B " 1002000+FFE000");
    assert_int_equal(sutured->free_4k(visitor, p), 0);
    assert_int_equal(totals().phantoms, 0);
    assert_false(space_may(visitor, p, 1, false) && totals().phantoms == 0);
    /* The handler set P again: what was freed is alive. */
    assert_phantom(10, OWNER_UPAGE, 0, OWNER_HEAP, 4);
    assert_true(space_may(visitor, p, 4, true));
    assert_int_equal(paging_entry(NOW, visitor, p) & PG_FRAME, frame);
    assert_int_equal(*(uint32_t *)phys(frame), 0xCAFE);
    audit();
    assert_int_equal(sutured->free_4k(visitor, p), 0);
    assert_phantom(10, OWNER_FREE, 0, OWNER_UPAGE, 0);
    assert_table(" 402000+1FD000" K B " 1000000+1000 1000000+1000 1002000+FFE000");
    assert_false(paging_entry(NOW, visitor, p) & PG_USER);
    audit();
    /* The next two get one frame; on the machine each has its own. */
    uint32_t x = sutured->malloc_4k(visitor), y = sutured->malloc_4k(visitor);
    assert_phantom(10, OWNER_UPAGE, 4, OWNER_UPAGE, 4);
    assert_table(" 402000+1FD000" K B " 1002000+FFE000");
    assert_int_not_equal(paging_entry(NOW, visitor, x) & PG_FRAME, paging_entry(NOW, visitor, y) & PG_FRAME);
    assert_int_equal(space_fault(visitor, 0x48100000), E_FAULT); /* never mapped: no entry to revive */
    assert_int_equal(space_fault(visitor, 0x800000), E_FAULT);
    assert_int_equal(space_fault(visitor, x), E_FAULT);
}

static void case_11(void) {
    assert_int_equal(do_free(0x400000, 0x1000), 0); /* this process's live directory */
    assert_phantom(11, OWNER_KPAGE, 4, OWNER_KPAGE, 0);
    assert_table(" 400000+1FF000" K B U);
    struct space *victim = visitor, *robber = visitor_new(5);
    assert_phantom(11, OWNER_KPAGE, 4, OWNER_KPAGE, 5); /* the next process's directory is the same */
    assert_table(P K B U);
    assert_int_not_equal(victim->directory, robber->directory);
    audit();
    machine_exit(robber, 0);
    act_as(victim, 0);
    uint32_t a = sys_malloc(4096);
    assert_int_equal(a, 0x48000000);
    assert_int_equal(do_free(0x1000000, 4096), 0); /* a frame that is mapped, a user page */
    assert_phantom(11, OWNER_UPAGE, 4, OWNER_UPAGE, 0);
}

static void case_12(void) {
    assert_int_equal(do_free(0x800000, 0xFFFFFFF0), 0); /* wraps, and is accepted */
    assert_phantom(12, OWNER_FOREIGN, 0, OWNER_UBYTE, 0);
    assert_table(P K " 800000+7FF000 800000+FFFFFFF0" U);
    uint32_t a = sys_malloc(64);
    assert_int_equal(sys_malloc(0xFFFFFFE0), a + 64); /* the limit moves down by 32 */
    assert_phantom(12, OWNER_FOREIGN, 0, OWNER_HEAP, 4);
    assert_int_equal(sys_malloc(64), a + 32); /* inside the first block: 4 has its last 32 bytes twice */
    assert_phantom(12, OWNER_HEAP, 4, OWNER_HEAP, 4);
    assert_int_equal(newest_phantom()->at.start, a + 32);
    assert_int_equal(newest_phantom()->at.end, a + 64);
    assert_int_equal(sys_malloc(0), a + 96); /* an address all the same */
    assert_phantom(12, OWNER_FOREIGN, 0, OWNER_HEAP, 4);
    assert_int_equal(sys_malloc(16), a + 96); /* which the next one gets too */
    assert_int_equal(do_malloc(0), 0x800000);
    assert_int_equal(do_malloc(16), 0x800000);
    /* All frames but the last, which nobody ever gets. */
    uint32_t frame, frames = 0, last = 0;
    while ((frame = seed(SEED_DO_MALLOC_4K, 0, 0)) != FAILED) {
        last = frame;
        frames++;
    }
    assert_int_equal(frames, 4094);
    assert_int_equal(last, 0x1FFE000);
    assert_phantom(12, OWNER_UPAGE, 0, OWNER_FOREIGN, 4);
    assert_int_equal(sys_malloc(4096 - 112), a + 112);       /* the rest of a page that is there */
    assert_int_equal(sutured->malloc_4k(visitor), a + 4096); /* an address ... */
    assert_phantom(12, OWNER_UPAGE, 0, OWNER_FOREIGN, 4);
    assert_int_equal(paging_entry(NOW, visitor, a + 4096), 0); /* ... that maps nothing */
    audit();
}

static void (*const cases[])(void) = {nothing_wrong, case_1, case_2, case_3,  case_4,  case_5, case_6,
                                      case_7,        case_8, case_9, case_10, case_11, case_12};

static int new_machine(void **state) {
    (void)state;
    sutured = regime_find("sutured");
    machine_start(16);
    return 0;
}

static void run_case(void **state) {
    open_museum();
    cases[(uintptr_t)*state]();
    close_museum();
}

static void all_of_them_a_hundred_times(void **state) {
    (void)state;
    uint32_t used[ZONES];
    for (int z = 0; z < ZONES; z++) {
        used[z] = memman_used((enum zone)z);
    }
    for (int n = 0; n < 100; n++) {
        for (size_t i = 1; i < sizeof cases / sizeof *cases; i++) {
            open_museum();
            cases[i]();
            close_museum();
        }
    }
    for (int z = 0; z < ZONES; z++) {
        assert_int_equal(memman_used((enum zone)z), used[z]);
    }
}

/* ---- The rest of the seed ---- */

static void mapping_goes_by_four_bytes(void **state) {
    (void)state;
    open_museum();
    struct process_totals p;
    sys_malloc(4096);
    assert_int_equal(totals().mapping_calls, 1024);
    assert_int_equal(totals().frames, 1);
    sys_malloc(65536);
    assert_int_equal(totals().mapping_calls, 1024 + 16384);
    assert_int_equal(totals().frames, 17);
    sys_malloc(3);
    sutured->malloc_4k(
        visitor); /* one call, for a page that the block before has: its second page maps nothing */
    sutured->books->process(NOW, visitor, &p);
    assert_int_equal(p.mapping_calls, 1024 + 16384 + 2);
    assert_int_equal(p.heap.start, USER_HEAP);
    assert_int_equal(p.heap.end, USER_HEAP + 4096 + 65536 + 3 + 4096);
    assert_int_equal(p.asked, 4096 + 65536 + 3 + 4096);
    assert_int_equal(p.freed, 0);
    assert_int_equal(p.frames, 18);
    assert_int_equal(visitor->frames[OWNER_HEAP], 18);
    close_museum();
}

/* No size and no row of sizes harms the machine, or keeps it for long. */
static void no_size_is_too_large(void **state) {
    (void)state;
    static const uint32_t sizes[] = {0x30000000, 0x7FFFFFFF, 0x50000000, 0x10000,   0x80000000,
                                     0x37FFFFFF, 0xBFFFFFFF, 0x40000000, 0x1000,    0xFFFFFFFF,
                                     1,          0x77000000, 0x100000,   0x40000000};
    for (size_t first = 0; first < sizeof sizes / sizeof *sizes; first++) {
        open_museum();
        for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
            uint32_t size = sizes[(first + i) % (sizeof sizes / sizeof *sizes)];
            uint32_t at = sys_malloc(size);
            sys_free(at, size);
            sutured->free_4k(visitor, at);
            sutured->malloc_4k(visitor);
            space_may(visitor, at, 1, true);
        }
        close_museum();
    }
    open_museum();
    for (uint32_t at = 0; at < 0xFF000000; at += 0x00FFF123) {
        sutured->free_4k(visitor, at);
        sys_free(at, at);
    }
    for (uint32_t i = 0; i < 6000; i++) {
        seed(SEED_DO_MALLOC_4K + i % 2, 0, 0);
        seed(i % 3 ? SEED_DO_MALLOC : SEED_DO_KMALLOC, i * 977, 0);
    }
    close_museum();
}

static void places_have_names(void **state) {
    (void)state;
    open_museum();
    assert_string_equal(space_place(visitor, USER_HEAP), "past the heap");
    sys_malloc(16);
    assert_string_equal(space_place(visitor, USER_HEAP + 15), "the heap");
    assert_string_equal(space_place(visitor, USER_HEAP + 16), "past the heap");
    assert_string_equal(space_place(visitor, 0x800000), "nothing"); /* where do_malloc's memory lies not */
    close_museum();
}

static const char *title(const struct viz_status *status) {
    static char text[SCREEN_COLUMNS + 1];
    viz_frame(status);
    for (int i = 0; i < SCREEN_COLUMNS; i++) {
        text[i] = (char)(viz_target[i] & 0xFF);
    }
    return text;
}

static void phantoms_stand_in_the_title(void **state) {
    (void)state;
    struct viz_status status = status_now();
    open_museum();
    viz_init(NULL);
    assert_int_equal(viz_view("events"), OK);
    for (int n = 1; n <= 4; n++) {
        uint32_t a = sys_malloc(16);
        sys_free(a, 16);
    }
    status.phantoms = regime_phantoms(NOW);
    const char *text = title(&status);
    assert_non_null(strstr(text, "SUTURED"));
    assert_non_null(strstr(text, "0.4s phantom 4 "));
    assert_non_null(strstr(text, "viz 2%"));
    status.phantoms = 4087;
    text = title(&status);
    assert_non_null(strstr(text, "0.4s"));
    assert_non_null(strstr(text, " phantom 4,087 "));
    assert_non_null(strstr(text, "viz 2%"));
    close_museum();
}

/* The foreign owner's colour is for errors: a new arena, a new process and a limit that moves are none. */
static void books_in_order_are_somebodys(void **state) {
    uint32_t of_change[SEED_RESET + 1] = {0};
    (void)state;
    open_museum();
    sys_malloc(64);
    do_malloc(4096);
    close_museum();
    for (uint32_t seq = events_oldest(); seq < events.next; seq++) {
        const struct event *e = event_at(seq);
        if (e->kind == EV_SEED) {
            of_change[e->arg[1]]++;
        }
        assert_int_not_equal(e->owner, OWNER_FOREIGN);
    }
    assert_true(of_change[SEED_LIMIT] && of_change[SEED_PROCESS] && of_change[SEED_RESET]);
}

static void threads_share_their_parents_limit(void **state) {
    (void)state;
    open_museum();
    assert_int_equal(sys_malloc(16), USER_HEAP);
    actor.thread = 3;
    assert_int_equal(sys_malloc(16), USER_HEAP + 16);
    actor.thread = 0;
    assert_int_equal(sys_malloc(16), USER_HEAP + 32);
    close_museum();
}

static void a_small_machine_runs_out_first(void **state) {
    (void)state;
    machine_start(16);
    open_museum();
    uint32_t free_pages = memman_largest(ZONE_U) >> PAGE_SHIFT;
    uint32_t a = sys_malloc((free_pages + 10) * PAGE_SIZE);
    assert_int_equal(a, USER_HEAP);
    assert_int_equal(totals().frames, free_pages + 10); /* the arithmetic is the seed's */
    assert_int_equal(visitor->frames[OWNER_HEAP], free_pages);
    assert_false(space_may(visitor, a + free_pages * PAGE_SIZE, 1, true));
    audit();
    /* What another process gives back is there at the next touch. */
    space_unmap(visitor, visitor->image);
    assert_true(space_may(visitor, a + free_pages * PAGE_SIZE, 1, true));
    audit();
    close_museum();
}

static void each_failure_is_undone(void **state) {
    (void)state;
    assert_int_equal(sutured->reset(), OK);
    uint32_t used[ZONES];
    for (int z = 0; z < ZONES; z++) {
        used[z] = memman_used((enum zone)z);
    }
    for (uint32_t n = 1; n < 20; n++) {
        memman_fail = n;
        struct space *space = space_new(4, "visitor", sutured, policy_find("first"), false);
        if (space) {
            act_as(space, 0);
            sys_malloc(10000);
            sutured->malloc_4k(visitor);
            sutured->free_4k(visitor, USER_HEAP + 8192);
            space_may(visitor, USER_HEAP, 14000, true);
            memman_fail = 0;
            audit();
            machine_exit(visitor, 0);
        }
        memman_fail = 0;
        audit();
        for (int z = 0; z < ZONES; z++) {
            assert_int_equal(memman_used((enum zone)z), used[z]);
        }
    }
}

static void a_full_arena_takes_no_process(void **state) {
    (void)state;
    open_museum();
    while (seed(SEED_DO_KMALLOC_4K, 0, 0) != FAILED) {
    }
    assert_null(space_new(5, "late", sutured, policy_find("first"), false));
    assert_int_equal(sutured->reset(), E_LIMIT); /* somebody lives in it */
    close_museum();
    open_museum();
    assert_int_equal(totals().phantoms, 0);
    assert_table(P K B U);
    close_museum();
}

static void calls_the_seed_has_not(void **state) {
    (void)state;
    open_museum();
    assert_int_equal(sutured->free(visitor, USER_HEAP), E_INVAL);
    assert_int_equal(sutured->realloc(visitor, USER_HEAP, 5), 0);
    assert_int_equal((int)seed(SEED_SYS_MALLOC, 1, 1), E_NOSYS);
    assert_int_equal(do_free(0x800000, 0), 0); /* nothing: not even an entry */
    assert_table(P K B U);
    close_museum();
}

/* ---- The same calls, healed ---- */

static void assert_refused(int why, uint32_t truth) {
    const struct event *e = event_at(events.next - 1);
    assert_int_equal(e->kind, EV_REFUSED);
    assert_int_equal((int)e->arg[0], why);
    assert_int_equal(e->arg[2], truth);
}

static void healed_lets_the_pointer_decide(void **state) {
    (void)state;
    const struct regime *healed = regime_find("healed");
    struct space *space = machine_spawn(9, "healed", 2);
    act_as(space, 0);
    uint32_t a = healed->seed(visitor, SEED_DO_MALLOC, 100, 0),
             page = healed->seed(visitor, SEED_DO_MALLOC_4K, 0, 0);
    assert_true(space_may(visitor, a, 100, true)); /* no zombie */
    assert_true(space_may(visitor, page, PAGE_SIZE, true));
    assert_int_equal((int)healed->seed(visitor, SEED_DO_FREE, a, 200), E_SIZE);
    assert_refused(E_SIZE, 100); /* the true size */
    assert_int_equal(healed->free_sized(visitor, a, 16), E_SIZE);
    assert_int_equal((int)healed->seed(visitor, SEED_DO_FREE, 0x400000, 4096), E_FOREIGN);
    assert_int_equal((int)healed->seed(visitor, SEED_EXEC, 0x464C457F, 0x10101), E_FOREIGN);
    assert_int_equal((int)healed->seed(visitor, SEED_DO_FREE_4K, a, 0), E_FOREIGN);
    assert_int_equal(healed->seed(visitor, SEED_DO_KMALLOC, 16, 0), 0);
    assert_int_equal(healed->seed(visitor, SEED_DO_KMALLOC_4K, 0, 0), 0);
    assert_refused(E_FOREIGN, 0);
    assert_int_equal((int)healed->seed(visitor, SEED_CALLS, 0, 0), E_NOSYS);
    assert_int_equal(healed->seed(visitor, SEED_DO_FREE, a, 100), OK);
    assert_int_equal(healed->seed(visitor, SEED_DO_FREE_4K, page, 0), OK);
    audit();
    machine_exit(visitor, 0);
}

/* ---- The past ---- */

static void one_turn(void) {
    uint32_t at = draw(3) ? 0x800000 + draw(64) * 256 : USER_HEAP + draw(64) * 256, size = 256 * draw(4);
    switch (draw(10)) {
    case 0:
    case 1: sys_malloc(draw(5000)); break;
    case 2:
    case 3: sys_free(at, size); break;
    case 4: sutured->malloc_4k(visitor); break;
    case 5: sutured->free_4k(visitor, at); break;
    case 6: do_malloc(size); break;
    case 7: do_free(at, size); break;
    case 8: seed(SEED_EXEC, 0x464C457F, 0x10101); break;
    default: space_may(visitor, at, 1, true); break;
    }
}

static void the_past_has_the_table_too(void **state) {
    (void)state;
    struct photo {
        uint32_t seq;
        char *text;
    } photos[40];
    machine_start(64);
    random_start(6);
    open_museum();
    struct space *one = visitor, *two = visitor_new(5);
    for (int n = 0; n < 40; n++) {
        if (n == 20) { /* they leave, the arena is new, others come */
            machine_exit(one, 0);
            machine_exit(two, 0);
            assert_int_equal(sutured->reset(), OK);
            one = visitor_new(6);
            two = visitor_new(7);
        }
        for (int i = 0; i < 30; i++) {
            act_as(draw(2) ? one : two, (uint8_t)draw(2));
            one_turn();
        }
        photos[n] = (struct photo){events.next - 1, photograph(NOW)};
    }
    for (int n = 0; n < 100; n++) {
        const struct photo *then = &photos[n < 40 ? 39 - n : (int)draw(40)];
        assert_int_equal(past_open(then->seq), OK);
        char *text = photograph(then->seq);
        assert_string_equal(text, then->text);
        free(text);
    }
    past_close();
    char *text = photograph(NOW);
    assert_string_equal(text, photos[39].text);
    free(text);
    for (int n = 0; n < 40; n++) {
        free(photos[n].text);
    }
    act_as(one, 0);
    close_museum();
    act_as(two, 0);
    close_museum();
}

#define CASE(n)                                                                                              \
    { "case_" #n, run_case, new_machine, NULL, (void *)n }

int main(void) {
    const struct CMUnitTest tests[] = {
        CASE(0),
        CASE(1),
        CASE(2),
        CASE(3),
        CASE(4),
        CASE(5),
        CASE(6),
        CASE(7),
        CASE(8),
        CASE(9),
        CASE(10),
        CASE(11),
        CASE(12),
        cmocka_unit_test_setup(all_of_them_a_hundred_times, new_machine),
        cmocka_unit_test_setup(mapping_goes_by_four_bytes, new_machine),
        cmocka_unit_test_setup(no_size_is_too_large, new_machine),
        cmocka_unit_test_setup(places_have_names, new_machine),
        cmocka_unit_test_setup(phantoms_stand_in_the_title, new_machine),
        cmocka_unit_test_setup(books_in_order_are_somebodys, new_machine),
        cmocka_unit_test_setup(threads_share_their_parents_limit, new_machine),
        cmocka_unit_test_setup(a_small_machine_runs_out_first, new_machine),
        cmocka_unit_test_setup(each_failure_is_undone, new_machine),
        cmocka_unit_test_setup(a_full_arena_takes_no_process, new_machine),
        cmocka_unit_test_setup(calls_the_seed_has_not, new_machine),
        cmocka_unit_test_setup(healed_lets_the_pointer_decide, new_machine),
        cmocka_unit_test_setup(the_past_has_the_table_too, new_machine),
    };
    return cmocka_run_group_tests_name("sutured", tests, NULL, NULL);
}
