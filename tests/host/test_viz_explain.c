/*
 * Steps in plain sentences: each kind of step as a lecturer reads it, then many random ones of which every one must have
 * a text that fits and that says what really happened.
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
#include "mm/policy.h"
#include "mm/regime.h"
#include "mm/world.h"
#include "tests/host/support.h"
#include "tests/host/support_viz.h"
#include "viz/explain.h"

/* ---- A program that calls ---- */

static uint32_t steps;
static uint16_t pids;

static struct space *program(const char *name, const char *policy, bool guard) {
    struct space *s = space_new(++pids, name, regime_find("healed"), policy_find(policy), guard);
    assert_non_null(s);
    return s;
}

static void call_as(const struct space *s) {
    actor = (struct actor){.pid = s->pid, .slot = s->slot, .caller = USER_IMAGE, .step = ++steps};
}

static void call_over(void) {
    actor = (struct actor){.slot = NO_SLOT};
}

static vaddr_t get(struct space *s, uint32_t size) {
    call_as(s);
    vaddr_t a = s->regime->malloc(s, size);
    call_over();
    return a;
}

static int give(struct space *s, vaddr_t address) {
    call_as(s);
    int result = s->regime->free(s, address);
    call_over();
    return result;
}

static vaddr_t resize(struct space *s, vaddr_t address, uint32_t size) {
    call_as(s);
    vaddr_t a = s->regime->realloc(s, address, size);
    call_over();
    return a;
}

static vaddr_t get_page(struct space *s) {
    call_as(s);
    vaddr_t a = s->regime->malloc_4k(s);
    call_over();
    return a;
}

static int give_page(struct space *s, vaddr_t address) {
    call_as(s);
    int result = s->regime->free_4k(s, address);
    call_over();
    return result;
}

/* ---- Reading ---- */

/* The rows as one text, after making sure that they are rows: no word is cut, none is missing, a sentence ends it. */
static const char *text_of(const struct explanation *x) {
    static char text[EXPLAIN_ROWS * (SCREEN_COLUMNS + 1)];
    text[0] = '\0';
    bool ended = false;
    for (int i = 0; i < EXPLAIN_ROWS; i++) {
        size_t n = strlen(x->row[i]);
        assert_in_range(n, 0, SCREEN_COLUMNS);
        assert_false(ended && n);
        ended = n == 0;
        if (n) {
            assert_int_not_equal(x->row[i][0], ' ');
            assert_int_not_equal(x->row[i][n - 1], ' ');
            strcat(strcat(text, *text ? " " : ""), x->row[i]);
        }
    }
    size_t n = strlen(text);
    assert_in_range(n, 10, sizeof text);
    assert_true(text[n - 1] == '.' || text[n - 1] == ')');
    assert_null(strstr(text, "  "));
    assert_null(strstr(text, "(null)"));
    return text;
}

static const char *just_happened(void) {
    struct explanation x;
    assert_true(explain(explain_newest(NOW), &x));
    return text_of(&x);
}

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
    struct space *s = program("churn", "first", false);
    vaddr_t block[8];
    block[0] = get(s, 100);
    assert_just(
        "churn asked for 100 bytes. The heap was empty, so vmalloc began it with 4,096 bytes. The block "
        "starts at 48000000. 3,992 bytes behind it stay a hole. The block reached a new page, so upages lent "
        "frame U+0.");
    block[1] = get(s, 304);
    assert_just(
        "churn asked for 304 bytes. First fit took the lowest that fits, 3,992 bytes at 48000068. 3,688 "
        "bytes of it stay a hole.");
    for (int i = 2; i < 8; i++) {
        block[i] = get(s, i % 2 ? 8 : 50);
    }
    for (int i = 0; i < 7; i += 2) {
        give(s, block[i]);
    }
    get(s, 300);
    assert_just(
        "churn asked for 300 bytes. First fit passed 4 holes and took the lowest that fits, 3,496 bytes at "
        "48000258. 3,192 bytes of it stay a hole. With rounding the block has 304 bytes.");
    get(s, 100);
    assert_just(
        "churn asked for 100 bytes. First fit took the lowest that fits, 104 bytes at 48000000. Nothing is "
        "left of the hole. With rounding the block has 104 bytes.");
    get(s, 20000);
    assert_just(
        "churn asked for 20,000 bytes. First fit passed 4 holes and found none that fits, so vmalloc added "
        "20,480 bytes to the heap. The block starts at 48000388. 3,672 bytes behind it stay a hole.");
}

static void test_policies(void **state) {
    (void)state;
    static const struct {
        const char *policy, *text;
    } said[] = {
        {"first", "First fit took the lowest that fits, 504 bytes at 48000000. 304 bytes of it stay a hole."},
        {"next", "Next fit took the next that fits, 2,888 bytes at 480004B8. 2,688 bytes of it stay a hole."},
        {"best",
         "Best fit passed 2 holes and took the smallest that fits, 304 bytes at 48000280. 104 bytes of it "
         "stay a hole."},
        {"worst",
         "Worst fit passed 2 holes and took the largest, 2,888 bytes at 480004B8. 2,688 bytes of it stay a "
         "hole."},
        {"buddy", "Buddy took the smallest that fits, 256 bytes at 48000300. The block has 256 bytes, the "
                  "next power of "
                  "two."},
    };
    for (size_t i = 0; i < sizeof said / sizeof *said; i++) {
        machine_start(64);
        struct space *s = program("sizes", said[i].policy, false);
        vaddr_t a = get(s, 504), middle = get(s, 136), b = get(s, 304), end = get(s, 264);
        assert_true(middle && end);
        give(s, a);
        give(s, b);
        get(s, 200);
        char want[256];
        snprintf(want, sizeof want, "sizes asked for 200 bytes. %s", said[i].text);
        assert_just(want);
    }
}

static void test_giving(void **state) {
    (void)state;
    machine_start(64);
    struct space *s = program("churn", "first", false);
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
        "one of 20,480 bytes. No block is left on 3 pages, so their frames went back to upages.");
    s = program("tree", "buddy", false);
    a = get(s, 100);
    b = get(s, 100);
    give(s, a);
    assert_just("tree gave back the block at 48000000, 128 bytes. Its buddy is not free, so it is a hole of "
                "its own.");
    give(s, b);
    assert_just("tree gave back the block at 48000080, 128 bytes. It joined its buddy, 5 times over: one "
                "hole of 4,096 "
                "bytes. No block is left on its page, so frame U+0 went back to upages. That was the "
                "last block: "
                "vmalloc took the whole range back.");
    a = get(s, 2048);
    b = get(s, 2048);
    give(s, b);
    give(s, a);
    assert_just(
        "tree gave back the block at 48000000, 2,048 bytes. It joined its buddy: one hole of 4,096 bytes. No "
        "block is left on its page, so frame U+0 went back to upages. That was the last block: vmalloc "
        "took the "
        "whole range back.");
}

static void test_threads(void **state) {
    (void)state;
    machine_start(64);
    struct space *s = program("threads", "first", false);
    vaddr_t a = get(s, 112);
    assert_int_not_equal(get(s, 112), 0);
    call_as(s);
    actor.thread = 2;
    heap_free(&s->heap, a);
    call_over();
    assert_just("threads's thread 2 gave back the block at 48000000, 112 bytes. No hole touches it, so it is "
                "a hole of "
                "its own. Thread 0 had asked for it.");
}

static void test_guards(void **state) {
    (void)state;
    machine_start(64);
    struct space *s = program("churn", "first", true);
    get(s, 8);
    vaddr_t a = get(s, 104);
    assert_just("churn asked for 104 bytes. First fit took the lowest that fits, 4,080 bytes at 48000010. "
                "3,968 bytes "
                "of it stay a hole. With its guard the block has 112 bytes.");
    get(s, 4096);
    assert_just("churn asked for 4,096 bytes. First fit passed 1 hole and found none that fits, so vmalloc "
                "added 8,192 "
                "bytes to the heap. The block starts at 48001000. 3,968 bytes before it stay a hole. Its "
                "last page is a guard "
                "and never mapped.");
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
    struct space *s = program("churn", "first", false);
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
        "churn asked for 5,000 bytes instead of 700 at 48000000; the block stays. It grew by 4,296 bytes "
        "into "
        "new room that vmalloc made behind it. The block reached a new page, so upages lent frame U+1000.");
    assert_int_not_equal(get(s, 16), 0);
    a = resize(s, a, 6000);
    assert_just(
        "churn asked for 6,000 bytes instead of 5,000 at 48000000, where they do not fit. First fit passed 1 "
        "hole and found none that fits, so vmalloc added 4,096 bytes to the heap. The block starts at "
        "48001398.");
}

static void test_pages(void **state) {
    (void)state;
    machine_start(64);
    struct space *s = program("pages", "best", false);
    vaddr_t a = get_page(s), b = get_page(s);
    assert_just(
        "pages asked for a page (malloc_4k). First fit found none that fits, so vmalloc added 4,096 bytes to "
        "the range of pages. The block starts at 40001000. Nothing is left of the hole.");
    give_page(s, a);
    assert_just("pages gave back the page at 40000000. No hole touches it, so it is a hole of its own. No "
                "block is left "
                "on its page, so frame U+0 went back to upages.");
    give_page(s, b);
    assert_just(
        "pages gave back the page at 40001000. It joined the hole below, one of 8,192 bytes now. No block is "
        "left on its page, so frame U+1000 went back to upages. That was the last block: vmalloc took the "
        "whole range "
        "back.");
}

static void test_refusals(void **state) {
    (void)state;
    machine_start(64);
    struct space *s = program("enemy", "first", false);
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
        {0x48100000, "The heap does not own that address: it is past the heap's end."},
        {0x40000000, "The heap does not own that address: malloc_4k's pages lie there."},
        {0xBFFFE000, "The heap does not own that address: stacks lie there."},
        {0xC0100000, "The heap does not own that address: it is the kernel's."},
        {USER_ARGUMENTS, "The heap does not own that address: it is the arguments'."},
        {USER_IMAGE, "The heap does not own that address: the program's image lies there."},
        {0x90000000, "The heap does not own that address: it is nobody's."},
        {0, "The heap does not own that address: it is nobody's."},
    };
    for (size_t i = 0; i < sizeof frees / sizeof *frees; i++) {
        assert_true(give(s, frees[i].address) < 0);
        snprintf(heard, sizeof heard,
                 "enemy called free(%08X). %s The call was refused, and nothing changed.", frees[i].address,
                 frees[i].text);
        assert_just(heard);
    }
    give_page(s, b);
    assert_just(
        "enemy called free_4k(48000068). The page range does not own that address: the heap lies there. The "
        "call was refused, and nothing changed.");
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
    struct space *s = program("exhaust", "first", false);
    assert_int_equal(get(s, 0xFFFFFFFF), 0);
    assert_just(
        "exhaust asked for 4,294,967,295 bytes. No hole fits, and the range cannot grow so far. The program "
        "got NULL.");
    assert_int_equal(get(s, 7 << 20), 0);
    assert_non_null(
        strstr(just_happened(), "What had been lent for it was given back. The program got NULL."));
    assert_non_null(strstr(just_happened(), "exhaust asked for 7,340,032 bytes. upages had no "));
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
    struct space *s = program("child", "first", false);
    actor = (struct actor){.pid = s->pid, .slot = s->slot};
    space_map(s, (struct region){USER_IMAGE, USER_IMAGE + 0x3000}, OWNER_IMAGE, true);
    space_stack_new(s);
    emit(EV_SPAWN, OWNER_KBYTE, 0, 0, 0, 0);
    char want[256];
    snprintf(
        want, sizeof want,
        "child started as pid %u. upages lent 4 frames for its image and stack, kpages 4 for its directory, "
        "page tables and kernel stack.",
        s->pid);
    call_over();
    assert_just(want);

    get(s, 100);
    get_page(s);
    machine_exit(s, 3);
    assert_just("child ended by itself, with status 3. Everything it held went back to its owners: 2 blocks, "
                "6 frames to "
                "upages, 5 pages to kpages.");

    s = program("wild", "first", false);
    get(s, 100);
    assert_non_null(strstr(just_happened(), "wild")); /* a name once read outlives its process */
    actor = (struct actor){.pid = s->pid, .slot = s->slot};
    emit(EV_FAULT, OWNER_FOREIGN, 0x48000FF0, 6, 0x401234, 17);
    machine_exit(s, EXIT_FAULT);
    assert_just(
        "wild wrote to 48000FF0, where no page is mapped, and the kernel ended it. That memory was freed in "
        "event "
        "17. Everything it held went back to its owners: 1 block, 1 frame to upages, 2 pages to kpages.");

    s = program("threads", "first", false);
    actor = (struct actor){.pid = s->pid, .slot = s->slot};
    space_stack_new(s);
    emit(EV_THREAD, OWNER_UBYTE, 0, 1, 0, 0);
    assert_just("threads started thread 1, which allocates from the same heap. It has a stack of its own.");
    emit(EV_SAY, OWNER_KBYTE, 0, 0, 0, 0); /* the caption stands beside it, the step stays */
    assert_just("threads started thread 1, which allocates from the same heap. It has a stack of its own.");
    assert_int_equal(space_fault(s, 0xBFFFD000), OK);
    call_over();
    assert_just("threads's stack reached the page at BFFFD000. upages lent frame U+1000.");
    get(s, 100);
    memman_free(ZONE_K, memman_alloc(ZONE_K, 100, OWNER_KBYTE, NO_SLOT));
    assert_non_null(strstr(just_happened(), "kbytes lent 128 bytes"));
}

/* ---- The museum ---- */

static struct space *seed_program(void) {
    machine_start(64);
    struct space *s = space_new(++pids, "suture", regime_find("sutured"), policy_find("first"), false);
    assert_non_null(s);
    return s;
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
    struct space *s = seed_program();
    for (uint32_t n = 1; n <= 12; n++) {
        char want[EXPLAIN_ROWS * SCREEN_COLUMNS];
        call_as(s);
        struct event *e = event_emit(EV_PHANTOM, OWNER_HEAP, (struct region){0x48000000, 0x48000010},
                                     (struct region){0, 0});
        uint32_t args[] = {n, s->pid, OWNER_UPAGE, 0};
        memcpy(e->arg, args, sizeof args);
        struct event *call =
            event_emit(EV_SEED_CALL, OWNER_HEAP, (struct region){0, 0}, (struct region){0, 0});
        uint32_t call_args[] = {SEED_SYS_FREE, 0x48000000, 16, 0};
        memcpy(call->arg, call_args, sizeof call_args);
        call_over();
        struct explanation x;
        explain(events.next - 1, &x);
        assert_true(x.error);
        snprintf(want, sizeof want,
                 "suture called sys_free(48000000, 16). %s %s It went from pid %u's heap to memman's upages.",
                 s->regime->books->story(n, 0), s->regime->books->story(n, 1), s->pid);
        assert_just(want);
    }
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

/* ---- The step around a moment ---- */

static void test_groups(void **state) {
    (void)state;
    machine_start(64);
    struct space *s = program("churn", "first", false);
    uint32_t before = events.next;
    get(s, 100);
    uint32_t last = events.next - 1;
    get(s, 100);
    struct explanation x, same;
    explain(last, &x);
    assert_int_equal(x.first, before);
    assert_int_equal(x.last, last);
    for (uint32_t seq = before; seq <= last; seq++) { /* wherever in the step the moment lies */
        assert_int_equal(explain_newest(seq), seq);
        assert_true(explain(seq, &same));
        assert_memory_equal(&same, &x, sizeof x);
    }
    assert_false(explain(0, &x));
    assert_false(explain(events.next, &x));
}

/* ---- Random operations, as the program patchwork makes them ---- */

/* Does the text name the number, as bytes are printed? */
static bool names(const char *text, uint32_t n) {
    char number[24];
    print_line(number, sizeof number, "%'u byte", n);
    return strstr(text, number) != NULL;
}

static bool names_address(const char *text, uint32_t address) {
    char number[24];
    print_line(number, sizeof number, "%08X", address);
    return strstr(text, number) != NULL;
}

/* What a step's text must say, from what was called and what came of it. */
static void check_malloc(const char *text, uint32_t size, vaddr_t got) {
    assert_true(names(text, size));
    const struct event *e = event_at(events.next - 1);
    if (!got) {
        assert_non_null(strstr(text, "The program got NULL."));
    } else {
        bool grew = strstr(text, "vmalloc") != NULL;
        assert_true(names_address(text, grew ? got : e->was.start));
        assert_true(grew || names(text, region_size(e->was)));
    }
}

static void random_steps(const char *policy, bool guard, uint32_t count) {
    enum { BLOCKS = 60 };
    vaddr_t block[BLOCKS] = {0}, page[8] = {0};
    machine_start(8);
    struct space *s = program("patchwork", policy, guard);
    for (uint32_t n = 0; n < count; n++) {
        uint32_t i = draw(BLOCKS), p = draw(8);
        uint32_t size = draw(3)   ? draw(400)
                        : draw(4) ? PAGE_SIZE * draw(6)
                        : draw(2) ? draw(1 << 20)
                                  : draw(1u << 23) * 999;
        vaddr_t a, wild = draw(2) ? block[i] + draw(64) : draw(1 << 24) << 8;
        switch (draw(8)) {
        case 0:
        case 1:
        case 2:
            if (block[i]) {
                assert_int_equal(give(s, block[i]), OK);
                assert_true(names_address(just_happened(), block[i]));
                block[i] = 0;
                break;
            }
            block[i] = get(s, size);
            check_malloc(just_happened(), size, block[i]);
            break;
        case 3:
            a = block[i] ? resize(s, block[i], size) : 0;
            if (a) {
                block[i] = a;
                assert_true(names(just_happened(), size));
            }
            break;
        case 4:
            if (page[p]) {
                give_page(s, page[p]);
                page[p] = 0;
            } else {
                page[p] = get_page(s);
            }
            break;
        case 5:
            memman_fail = draw(3) + 1;
            a = get(s, size);
            memman_fail = 0;
            check_malloc(just_happened(), size, a);
            if (a) {
                give(s, a);
            }
            break;
        default:
            if (give(s, wild) == OK) {
                for (int b = 0; b < BLOCKS; b++) {
                    block[b] = block[b] == wild ? 0 : block[b];
                }
            } else {
                assert_non_null(strstr(just_happened(), "refused"));
                assert_true(names_address(just_happened(), wild));
            }
        }
        just_happened();
    }
    /* Every event of the ring, not only the newest of each step. */
    struct explanation x;
    for (uint32_t seq = events_oldest(); seq < events.next; seq += 1 + draw(7)) {
        assert_true(explain(seq, &x));
        text_of(&x);
    }
    machine_exit(s, 0);
    assert_non_null(strstr(just_happened(), "ended by itself"));
}

static void test_random(void **state) {
    (void)state;
    static const char *const policies[] = {"first", "next", "best", "worst", "buddy"};
    random_start(5);
    for (int i = 0; i < 10; i++) {
        random_steps(policies[i % 5], i < 5, 2000);
    }
}

/* Events that nothing has made: any fields at all. */
static void test_nonsense(void **state) {
    (void)state;
    machine_start(8);
    random_start(7);
    for (int n = 0; n < 20000; n++) {
        struct event *e = event_emit((enum event_kind)draw(EV_KINDS), (enum owner)draw(OWNERS),
                                     (struct region){0, 0}, (struct region){0, 0});
        uint32_t *word[] = {&e->at.start, &e->at.end, &e->was.start, &e->was.end, &e->arg[0],
                            &e->arg[1],   &e->arg[2], &e->arg[3],    &e->arg[4],  &e->arg[5]};
        for (size_t i = 0; i < sizeof word / sizeof *word; i++) {
            *word[i] = draw(4) ? draw(32) : draw(1 << 16) << 16 | draw(1 << 16);
        }
        e->pid = (uint16_t)draw(1 << 16);
        e->thread = (uint8_t)draw(256);
        e->policy = (uint8_t)draw(128);
        e->step = draw(3) * 77;
        struct explanation x;
        assert_true(explain(e->seq, &x));
        text_of(&x);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_asking),  cmocka_unit_test(test_policies), cmocka_unit_test(test_giving),
        cmocka_unit_test(test_threads), cmocka_unit_test(test_guards),   cmocka_unit_test(test_resizing),
        cmocka_unit_test(test_pages),   cmocka_unit_test(test_refusals), cmocka_unit_test(test_no_memory),
        cmocka_unit_test(test_seed),    cmocka_unit_test(test_lives),    cmocka_unit_test(test_phantoms),
        cmocka_unit_test(test_groups),  cmocka_unit_test(test_random),   cmocka_unit_test(test_nonsense),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
