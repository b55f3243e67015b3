/*
 * Steps in plain sentences: each kind of step as a lecturer reads it.
 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "kernel/abi.h"
#include "mm/events.h"
#include "mm/memman.h"
#include "mm/regime.h"
#include "mm/world.h"
#include "tests/host/support.h"
#include "tests/host/support_program.h"
#include "tests/host/support_viz.h"

/* The same with addresses in zone U told from its start, "U+1000": where it lies is no matter of words. */
static const char *with_frames_told(const char *text) {
    static char out[2 * EXPLAIN_ROWS * SCREEN_COLUMNS];
    char *to = out;
    while (*text) {
        uint32_t n = (uint32_t)strspn(text, "0123456789ABCDEF"), value = 0;
        if (n == 8) {
            value = (uint32_t)strtoul(text, NULL, 16);
        }
        if (region_has(zones[ZONE_U].span, value)) {
            to += sprintf(to, "U+%X", value - zones[ZONE_U].span.start);
            text += n;
        } else {
            *to++ = *text++;
        }
    }
    *to = '\0';
    return out;
}

static void assert_just(const char *want) {
    assert_string_equal(with_frames_told(just_happened()), want);
}

/* ---- The table: events and their sentences ---- */

static void test_asking(void **state) {
    (void)state;
    machine_start(64);
    struct space *s = program("churn", "healed", "first", false);
    vaddr_t block[8];
    block[0] = get(s, 100);
    assert_just("churn asked for 100 bytes, 104 with rounding. vmalloc began the heap with 4,096 bytes; "
                "block 48000000 reaches a new page, frame U+0 of upages. kpages lent 00F71000 for a page "
                "table. 3,992 bytes behind it stay free.");
    block[1] = get(s, 304);
    assert_just("churn asked for 304 bytes. First fit took the lowest that fits, 3,992 bytes at 48000068. "
                "3,688 bytes behind it stay free.");
    for (int i = 2; i < 8; i++) {
        block[i] = get(s, i % 2 ? 8 : 50);
    }
    for (int i = 0; i < 7; i += 2) {
        give(s, block[i]);
    }
    get(s, 300);
    assert_just("churn asked for 300 bytes, 304 with rounding. First fit passed 4 holes and took the lowest "
                "that fits, 3,496 bytes at 48000258. 3,192 bytes behind it stay free.");
    get(s, 100);
    assert_just("churn asked for 100 bytes, 104 with rounding. First fit took the lowest that fits, 104 "
                "bytes at 48000000. Nothing is left of the hole.");
    get(s, 20000);
    assert_just("churn asked for 20,000 bytes. First fit passed 4 holes and found none that fits, so vmalloc "
                "added 20,480 bytes; the block starts at 48000388 and reaches 5 new pages, frames "
                "U+1000..U+6000 of upages. 3,672 bytes behind it stay free.");
}

static void test_policies(void **state) {
    (void)state;
    static const struct {
        const char *policy, *text;
    } said[] = {
        {"first",
         ". First fit took the lowest that fits, 504 bytes at 48000000. 304 bytes behind it stay free."},
        {"next",
         ". Next fit took the next that fits, 2,888 bytes at 480004B8. 2,688 bytes behind it stay free."},
        {"best", ". Best fit passed 2 holes (48000000, 480004B8) and took the smallest that fits, 304 bytes "
                 "at 48000280. 104 bytes "
                 "behind it stay free."},
        {"worst", ". Worst fit passed 2 holes (48000000, 48000280) and took the largest, 2,888 bytes at "
                  "480004B8. 2,688 bytes behind "
                  "it stay free."},
        {"buddy", ", 256 with rounding to a power of two. Buddy took the smallest that fits, 256 bytes at "
                  "48000300."},
    };
    for (size_t i = 0; i < sizeof said / sizeof *said; i++) {
        machine_start(64);
        struct space *s = program("sizes", "healed", said[i].policy, false);
        vaddr_t a = get(s, 504), middle = get(s, 136), b = get(s, 304), end = get(s, 264);
        assert_true(middle && end);
        give(s, a);
        give(s, b);
        get(s, 200);
        char want[256];
        snprintf(want, sizeof want, "sizes asked for 200 bytes%s", said[i].text);
        assert_just(want);
    }
}

static void test_giving(void **state) {
    (void)state;
    machine_start(64);
    struct space *s = program("churn", "healed", "first", false);
    vaddr_t a = get(s, 112), b = get(s, 8), c = get(s, 112), d = get(s, 8), e = get(s, 9000);
    give(s, a);
    assert_just(
        "churn gave back the block at 48000000, 112 bytes. No hole touches it, so it is a hole of its own.");
    give(s, b);
    assert_just(
        "churn gave back the block at 48000070, 8 bytes. It joined the hole below, one of 120 bytes now.");
    give(s, d);
    give(s, c);
    assert_just("churn gave back the block at 48000078, 112 bytes. It joined the holes below and above: "
                "three are one "
                "of 240 bytes.");
    d = get(s, 8000);
    give(s, e);
    assert_just(
        "churn gave back the block at 480000F0, 9,000 bytes. It joined the hole below, one of 9,240 bytes "
        "now. No block is left on 2 pages, so their frames went back to upages.");
    give(s, d);
    assert_just(
        "churn gave back the block at 48002418, 8,000 bytes. It joined the holes below and above: three are "
        "one of 20,480 bytes. 3 frames went back to upages. vmalloc took back 20,480 bytes.");
    s = program("tree", "healed", "buddy", false);
    a = get(s, 100);
    b = get(s, 100);
    give(s, a);
    assert_just("tree gave back the block at 48000000, 128 bytes. Its buddy is not free, so it is a hole of "
                "its own.");
    give(s, b);
    assert_just("tree gave back the block at 48000080, 128 bytes. It joined its buddy, 5 times over: one "
                "hole of 4,096 bytes. No block is left on one page, so frame U+0 went back to upages. That "
                "was the last block: vmalloc took all 4,096 bytes back.");
    a = get(s, 2048);
    b = get(s, 2048);
    give(s, b);
    give(s, a);
    assert_just("tree gave back the block at 48000000, 2,048 bytes. It joined its buddy: one hole of 4,096 "
                "bytes. No block is left on one page, so frame U+0 went back to upages. That was the last "
                "block: vmalloc took all 4,096 bytes back.");
}

static void test_threads(void **state) {
    (void)state;
    machine_start(64);
    struct space *s = program("threads", "healed", "first", false);
    vaddr_t a = get(s, 112);
    assert_int_not_equal(get(s, 112), 0);
    call_as(s);
    actor.thread = 2;
    heap_free(&s->heap, a);
    call_over();
    assert_just("Thread 2 of threads gave back the block at 48000000, 112 bytes. No hole touches it, so it "
                "is a hole of its own. Thread 0 had asked for it.");
}

static void test_guards(void **state) {
    (void)state;
    machine_start(64);
    struct space *s = program("churn", "healed", "first", true);
    get(s, 8);
    vaddr_t a = get(s, 104);
    assert_just("churn asked for 104 bytes, 112 with its guard. First fit took the lowest that fits, 4,080 "
                "bytes at 48000010. 3,968 bytes behind it stay free.");
    get(s, 4096);
    assert_just("churn asked for 4,096 bytes, 8,192 with a guard page. First fit passed 1 hole in vain; "
                "vmalloc added 8,192 bytes; block 48001000 reaches a new page, frame U+1000 of upages. 3,968 "
                "bytes before it stay free.");
    call_as(s);
    world_fill_user((struct region){a + 100, a + 107}, 'x');
    call_over();
    assert_int_equal(give(s, a), E_OVERRUN);
    assert_just("churn wrote past the end of its block at 48000010: 48000078 is not as the guard was. free "
                "found it and "
                "gave the block back all the same. It joined the hole above, one of 4,080 bytes now.");
}

static void test_resizing(void **state) {
    (void)state;
    machine_start(64);
    struct space *s = program("churn", "healed", "first", false);
    vaddr_t a = get(s, 1000);
    a = resize(s, a, 600);
    assert_just("churn asked for 600 bytes instead of 1,000 at 48000000; the block stays. 400 bytes at its "
                "end became "
                "free.");
    a = resize(s, a, 599);
    assert_just(
        "churn asked for 599 bytes instead of 600 at 48000000; the block stays. It has 600 bytes already.");
    a = resize(s, a, 700);
    assert_just("churn asked for 700 bytes instead of 599 at 48000000; the block stays. It grew by 104 bytes "
                "into the "
                "hole behind it.");
    a = resize(s, a, 5000);
    assert_just(
        "churn asked for 5,000 bytes instead of 700 at 48000000; the block stays. It grew by 4,296 bytes, "
        "for which vmalloc added 4,096 behind it. The block reaches a new page, frame U+1000 of upages.");
    assert_int_not_equal(get(s, 16), 0);
    a = resize(s, a, 6000);
    assert_just("churn asked for 6,000 bytes; block 48000000 moved. First fit passed 1 hole; vmalloc added "
                "4,096 bytes; block 48001398 reaches 1 new page of upages. Frame U+0 went back to upages. No "
                "hole touches it, so it is a hole of its own.");
}

static void test_pages(void **state) {
    (void)state;
    machine_start(64);
    struct space *s = program("pages", "healed", "best", false);
    vaddr_t a = get_page(s), b = get_page(s);
    assert_just("pages asked for a page (malloc_4k). First fit found none that fits, so vmalloc added 4,096 "
                "bytes; the block starts at 40001000 and reaches a new page, frame U+1000 of upages.");
    give_page(s, a);
    assert_just("pages gave back the page at 40000000. No hole touches it, so it is a hole of its own. No "
                "block is left on one page, so frame U+0 went back to upages.");
    give_page(s, b);
    assert_just("pages gave back the page at 40001000. It joined the hole below, one of 8,192 bytes now. No "
                "block is left on one page, so frame U+1000 went back to upages. That was the last block: "
                "vmalloc took all 8,192 bytes back.");
}

static void test_refusals(void **state) {
    (void)state;
    machine_start(64);
    struct space *s = program("enemy", "healed", "first", false);
    vaddr_t a = get(s, 100), b = get(s, 304);
    give(s, a);
    char heard[256];
    const struct {
        vaddr_t address;
        const char *text;
    } frees[] = {
        {a, "It is free already: it lies in a hole of 104 bytes, which event 12 made."},
        {b + 8, "It lies inside the block at 48000068, 304 bytes; only a block's start can be given."},
        {b + 1, "No block can start there; it lies inside the block at 48000068, 304 bytes."},
        {0x48100000, "That address lies past the heap; the heap does not own it."},
        {0x40000000, "That address lies in malloc_4k's part; the heap does not own it."},
        {0xBFFFE000, "That address lies in the stacks' part; the heap does not own it."},
        {0xC0100000, "That address belongs to the kernel; the heap does not own it."},
        {USER_ARGUMENTS, "That address belongs to the arguments; the heap does not own it."},
        {USER_IMAGE, "That address lies in the image's part; the heap does not own it."},
        {0x90000000, "That address is nobody's; the heap does not own it."},
        {0, "That address is nobody's; the heap does not own it."},
    };
    for (size_t i = 0; i < sizeof frees / sizeof *frees; i++) {
        assert_true(give(s, frees[i].address) < 0);
        snprintf(heard, sizeof heard,
                 "enemy called free(%08X). %s The call was refused, and nothing changed.", frees[i].address,
                 frees[i].text);
        assert_just(heard);
    }
    give_page(s, b);
    assert_just("enemy called free_4k(48000068). That address belongs to the heap; malloc_4k's pages do not "
                "own it. The call was refused, and nothing changed.");
    resize(s, b + 8, 4);
    assert_just("enemy called realloc(48000070). It lies inside the block at 48000068, 304 bytes; only a "
                "block's start "
                "can be given. The call was refused, and nothing changed.");
    call_as(s);
    s->regime->free_sized(s, b, 17);
    call_over();
    assert_just(
        "enemy called free(48000068). The size given is not the block's, which is 304 bytes. The call was "
        "refused, and nothing changed.");
}

static void test_no_memory(void **state) {
    (void)state;
    machine_start(8);
    struct space *s = program("exhaust", "healed", "first", false);
    assert_int_equal(get(s, 0xFFFFFFFF), 0);
    assert_just("exhaust asked for 4,294,967,295 bytes. No hole fits, and the heap's range cannot grow so "
                "far. The program got NULL.");
    assert_int_equal(get(s, 7 << 20), 0);
    assert_non_null(strstr(just_happened(), "exhaust asked for 7,340,032 bytes. upages had no "));
    assert_non_null(strstr(just_happened(), "and 7,340,032 bytes that vmalloc had added went back."));
    assert_non_null(strstr(just_happened(), "The program got NULL."));
}

static void emit(enum event_kind kind, enum owner owner, vaddr_t at, uint32_t a, uint32_t b, uint32_t c) {
    struct event *e = event_emit(kind, owner, (struct region){at, at}, (struct region){0, 0});
    e->arg[0] = a;
    e->arg[1] = b;
    e->arg[2] = c;
    e->arg[3] = 0;
}

static void test_lives(void **state) {
    (void)state;
    machine_start(64);
    struct space *s = program("child", "healed", "first", false);
    actor = (struct actor){.pid = s->pid, .slot = s->slot};
    space_map(s, (struct region){USER_IMAGE, USER_IMAGE + 0x3000}, OWNER_IMAGE, true);
    space_stack_new(s);
    emit(EV_SPAWN, OWNER_KBYTE, 0, 0, 0, 0);
    char want[256];
    snprintf(want, sizeof want,
             "child started as pid %u. upages lent 4 frames for its image and stack. kpages lent 4 pages for "
             "its page "
             "directory, page tables and kernel stack.",
             s->pid);
    call_over();
    assert_just(want);

    get(s, 100);
    get_page(s);
    machine_exit(s, 3);
    assert_just("child ended by itself, with status 3. Everything it held went back to its owners: 2 blocks "
                "to its heap, 6 frames to upages, 5 pages of page tables and kernel stacks to kpages.");

    s = program("wild", "healed", "first", false);
    get(s, 100);
    assert_non_null(strstr(just_happened(), "wild")); /* a name once read outlives its process */
    actor = (struct actor){.pid = s->pid, .slot = s->slot};
    emit(EV_FAULT, OWNER_FOREIGN, 0x48000FF0, 6, 0x401234, 0);
    machine_exit(s, EXIT_FAULT);
    assert_just("wild wrote to 48000FF0, where no page is mapped. The kernel ended it. Everything it held "
                "went back to its owners: 1 block to its heap, 1 frame to upages, 2 pages of page tables and "
                "kernel stacks to kpages.");

    s = program("threads", "healed", "first", false);
    actor = (struct actor){.pid = s->pid, .slot = s->slot};
    space_stack_new(s);
    emit(EV_THREAD, OWNER_UBYTE, 0, 1, 0, 0);
    assert_just("threads started thread 1, which allocates from the same heap. It has a stack of its own.");
    emit(EV_SAY, OWNER_KBYTE, 0, 0, 0, 0); /* the caption stands beside it, the step stays */
    assert_just("threads started thread 1, which allocates from the same heap. It has a stack of its own.");
    assert_int_equal(space_fault(s, 0xBFFFD000), OK);
    call_over();
    assert_just("threads went deeper: its stack reached the page at BFFFD000. upages lent frame U+1000.");
    get(s, 100);
    memman_free(ZONE_K, memman_alloc(ZONE_K, 100, OWNER_KBYTE, NO_SLOT));
    assert_non_null(strstr(just_happened(), "The kernel got 128 bytes at "));
}

/* ---- The museum ---- */

static struct space *seed_program(void) {
    machine_start(64);
    return program("suture", "sutured", "first", false);
}

static uint32_t seed(struct space *s, enum seed_call call, uint32_t a, uint32_t b) {
    call_as(s);
    uint32_t answer = s->regime->seed(s, call, a, b);
    call_over();
    return answer;
}

/* Every case: the museum's two sentences, and both owners. */
static void test_phantoms(void **state) {
    (void)state;
    static const struct {
        uint32_t from, from_pid, to, to_pid;
        const char *text;
    } parties[12] = {
        {OWNER_HEAP, 2, OWNER_FREE, 0, "It went from pid 2's heap to memman's table."},
        {OWNER_FREE, 0, OWNER_FREE, 0, "Before and after, it is in memman's table."},
        {OWNER_FREE, 0, OWNER_UBYTE, 0, "Before and after, it is in memman's ubytes."},
        {OWNER_FREE, 0, OWNER_KBYTE, 0, "Before and after, it is in memman's kbytes."},
        {OWNER_FOREIGN, 0, OWNER_FREE, 0, "It went from nobody to memman's table."},
        {OWNER_UBYTE, 2, OWNER_UBYTE, 0, "It went from pid 2's ubytes to memman's ubytes."},
        {OWNER_UPAGE, 0, OWNER_FOREIGN, 26, "It stays in memman's upages, and pid 26 got nothing."},
        {OWNER_HEAP, 2, OWNER_FOREIGN, 0, "It went from pid 2's heap to nobody."},
        {OWNER_KBYTE, 0, OWNER_FREE, 0, "It went from memman's kbytes to memman's table."},
        {OWNER_UPAGE, 3, OWNER_HEAP, 2, "It went from pid 3's upages to pid 2's heap."},
        {OWNER_UPAGE, 0, OWNER_UPAGE, 0, "Before and after, it is in memman's upages."},
        {OWNER_HEAP, 2, OWNER_HEAP, 2, "Now it is twice in pid 2's heap."},
    };
    struct space *s = seed_program();
    for (uint32_t n = 1; n <= 12; n++) {
        char want[EXPLAIN_ROWS * SCREEN_COLUMNS];
        call_as(s);
        struct event *e = event_emit(EV_PHANTOM, (enum owner)parties[n - 1].from,
                                     (struct region){0x48000000, 0x48000010}, (struct region){0, 0});
        uint32_t args[] = {n, parties[n - 1].from_pid, parties[n - 1].to, parties[n - 1].to_pid};
        memcpy(e->arg, args, sizeof args);
        struct event *call =
            event_emit(EV_SEED_CALL, OWNER_HEAP, (struct region){0, 0}, (struct region){0, 0});
        uint32_t call_args[] = {SEED_SYS_FREE, 0x48000000, 16, 0};
        memcpy(call->arg, call_args, sizeof call_args);
        call_over();
        struct explanation x;
        explain(events.next - 1, NOW, &x);
        assert_true(x.error);
        snprintf(want, sizeof want, "suture called sys_free(48000000, 16). %s %s %s",
                 s->regime->books->story(n, 0), s->regime->books->story(n, 1), parties[n - 1].text);
        assert_just(want);
    }
}

/* How a process ends is said by its own regime, whatever the museum does meanwhile. */
static void test_ends(void **state) {
    (void)state;
    machine_start(64);
    struct space *suture = program("suture", "sutured", "first", false);
    struct space *churn = program("churn", "healed", "first", false);
    call_as(suture);
    suture->regime->malloc(suture, 64);
    call_over();
    get(churn, 100);
    machine_exit(suture, 0);
    assert_just("suture ended by itself, with status 0. What was really lent to it went back; in the seed's "
                "books its frames stay taken.");
    machine_exit(churn, EXIT_KILLED);
    uint32_t killed = events.next - 1;
    assert_int_equal(regime_find("sutured")->reset(), OK);
    assert_just("The arena is new: the seed's table stands as after its boot.");
    struct explanation x;
    assert_true(explain(killed, NOW, &x));
    assert_non_null(strstr(
        text_of(&x), "churn was ended by command. Everything it held went back to its owners: 1 block to"));
}

static void fault(vaddr_t at, uint32_t code, enum fault_cause cause, uint32_t seq) {
    struct event *e =
        event_emit(EV_FAULT, OWNER_FOREIGN, (struct region){at, at}, (struct region){0x48000000, 0x48002000});
    uint32_t args[] = {code, 0x401234, seq, cause, 0x401200, 4096};
    memcpy(e->arg, args, sizeof args);
}

/* What the kernel found out about the place. */
static void test_faults(void **state) {
    (void)state;
    machine_start(64);
    struct space *s = program("wild", "healed", "first", false);
    actor = (struct actor){.pid = s->pid, .slot = s->slot};
    emit(EV_SPAWN, OWNER_KBYTE, 0, 0, 0, 0);
    fault(0x48001004, 6, FAULT_GUARD_PAGE, 7);
    assert_just("wild wrote to 48001004, in the guard page behind its block 48000000, 4,096 bytes, asked for "
                "by 00401200 in event 7. The kernel ended it. Everything it held goes back to its owners.");
    fault(0x48000004, 4, FAULT_FREED, 108);
    assert_just("wild read from 48000004, memory that it had freed: block 48000000, 4,096 bytes, freed by "
                "00401200 in event 108. The kernel ended it. Everything it held goes back to its owners.");
    fault(0x48000004, 6, FAULT_FREED_BEFORE, 2000);
    assert_just("wild wrote to 48000004, memory that it had freed, before event 2,000. The kernel ended it. "
                "Everything it held goes back to its owners.");
    fault(0x401234, 0, FAULT_UNKNOWN, 0);
    assert_just(
        "wild could not go on at 00401234. The kernel ended it. Everything it held goes back to its owners.");
    call_over();
}

static void test_seed(void **state) {
    (void)state;
    struct space *s = seed_program();
    uint32_t a = seed(s, SEED_DO_MALLOC, 100, 0);
    assert_just("suture called do_malloc(100) and got 00800000. memman's entry 2 at 00800064 has 8,384,412 "
                "bytes now, "
                "not 8,384,512.");
    assert_int_equal(a, 0x00800000);
    uint32_t b = seed(s, SEED_DO_KMALLOC_4K, 0, 0);
    seed(s, SEED_DO_FREE_4K, b, 0);
    assert_just(
        "suture called do_free_4k(00401000). memman's entry 0 at 00401000 has 2,088,960 bytes now, not "
        "2,084,864.");
    seed(s, SEED_DO_FREE, a, 20);
    char want[256];
    snprintf(want, sizeof want,
             "suture called do_free(00800000, 20). It was lent with another size, and free believes the one "
             "it is told. "
             "Too much takes from a neighbour; too little is never missed. It went from pid %u's ubytes to "
             "memman's ubytes.",
             s->pid);
    assert_just(want);
    call_as(s);
    s->regime->malloc(s, 64);
    call_over();
    assert_just("suture called sys_malloc(64) and got 48000000. vmalloc moved the heap's limit from 48000000 "
                "to 48000040. "
                "lin_mapping_phy ran 16 times and took 1 frame. memman's entry 4 at 01001000 has 16,773,120 "
                "bytes now, not "
                "16,777,216.");
}

/* Several changes of one entry are told as one. */
static void test_seed_runs(void **state) {
    (void)state;
    struct space *s = seed_program();
    call_as(s);
    s->regime->malloc(s, 64);
    call_over();
    call_as(s);
    s->regime->malloc(s, 65536);
    call_over();
    assert_just("suture called sys_malloc(65,536) and got 48000040. vmalloc moved the heap's limit from "
                "48000040 to 48010040. lin_mapping_phy ran 16,384 times and took 16 frames. memman's entry 3 "
                "at 01011000 has 16,707,584 bytes now, not 16,773,120.");
}

/* ---- The step around a moment ---- */

static void test_groups(void **state) {
    (void)state;
    machine_start(64);
    struct space *s = program("churn", "healed", "first", false);
    uint32_t before = events.next;
    get(s, 100);
    uint32_t last = events.next - 1;
    get(s, 100);
    struct explanation x, same;
    explain(last, NOW, &x);
    assert_int_equal(x.first, before);
    assert_int_equal(x.last, last);
    for (uint32_t seq = before; seq <= last; seq++) { /* wherever in the step the moment lies */
        assert_int_equal(explain_newest(seq), seq);
        assert_true(explain(seq, NOW, &same));
        assert_memory_equal(&same, &x, sizeof x);
    }
    assert_false(explain(0, NOW, &x));
    assert_false(explain(events.next, NOW, &x));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_asking),    cmocka_unit_test(test_policies), cmocka_unit_test(test_giving),
        cmocka_unit_test(test_threads),   cmocka_unit_test(test_guards),   cmocka_unit_test(test_resizing),
        cmocka_unit_test(test_pages),     cmocka_unit_test(test_refusals), cmocka_unit_test(test_no_memory),
        cmocka_unit_test(test_seed),      cmocka_unit_test(test_lives),    cmocka_unit_test(test_phantoms),
        cmocka_unit_test(test_seed_runs), cmocka_unit_test(test_groups),   cmocka_unit_test(test_ends),
        cmocka_unit_test(test_faults),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
