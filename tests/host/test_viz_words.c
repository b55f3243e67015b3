/*
 * Events in plain words: a line for each kind, as lecturers read them.
 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "kernel/abi.h"
#include "mm/memman.h"
#include "tests/host/support_viz.h"
#include "viz/words.h"

static void assert_words(const struct event *e, const char *call, const char *result, const char *story) {
    char did[WORDS_BYTES], want[WORDS_BYTES], line[WORDS_BYTES];
    print_line(did, sizeof did, "%-14s %s", call, result);
    print_line(want, sizeof want, "%-26s %s", did, story);
    assert_string_equal(event_words(e, line, sizeof line), want);
}

static struct event event(enum event_kind kind, enum owner owner, struct region at, struct region was) {
    return (struct event){
        .seq = 1, .kind = (uint8_t)kind, .owner = (uint8_t)owner, .at = at, .was = was, .slot = NO_SLOT};
}

static const struct region block = {0x48011200, 0x48011600}, none = {0, 0};

static void test_words_of_malloc(void **state) {
    (void)state;
    struct event e = event(EV_MALLOC, OWNER_HEAP, (struct region){0x48013400, 0x48013478},
                           (struct region){0x48013400, 0x48013480});
    e.arg[0] = 120;
    e.arg[1] = 31;
    assert_words(&e, "malloc(120)", " = 48013400", "passed 31 holes, split 128 B");
    e.was = e.at;
    e.arg[1] = 1;
    assert_words(&e, "malloc(120)", " = 48013400", "passed 1 hole, took all 120 B");
    e.arg[1] = 0;
    assert_words(&e, "malloc(120)", " = 48013400", "took all 120 B");
    e.owner = OWNER_UPAGE;
    assert_words(&e, "malloc_4k()", " = 48013400", "took all 120 B");
}

static void test_words_of_free(void **state) {
    (void)state;
    struct event e = event(EV_FREE, OWNER_HEAP, block, (struct region){0x48011100, 0x48012000});
    assert_words(&e, "free(48011200)", " 1,024 B", "merged both sides: 3 holes are 1");
    e.was.start = block.start;
    assert_words(&e, "free(48011200)", " 1,024 B", "merged with the hole above");
    e.was = (struct region){0x48011000, block.end};
    assert_words(&e, "free(48011200)", " 1,024 B", "merged with the hole below");
    e.was = block;
    e.owner = OWNER_UPAGE;
    assert_words(&e, "free_4k(48011200)", " 1,024 B", "a new hole");
}

static void test_words_of_realloc(void **state) {
    (void)state;
    struct event e = event(EV_RESIZE, OWNER_HEAP, block, block);
    e.arg[0] = 1000;
    e.arg[1] = 1020;
    assert_words(&e, "realloc(1000)", " = 48011200", "stays, shrank from 1,020");
}

static void test_pages(void **state) {
    (void)state;
    struct event e = event(EV_MAP, OWNER_HEAP, (struct region){0x48014000, 0x48015000}, none);
    e.arg[0] = 0x01012000;
    e.step = 9;
    assert_words(&e, "map 48014000", "-> 01012000", "this malloc reached a new page");
    e.at.end += 0x2000;
    assert_words(&e, "map 48014000", "-> 01012000", "this malloc reached 3 new pages");
    e.owner = OWNER_STACK;
    assert_words(&e, "map 48014000", "-> 01012000", "3 pages of stack");
    e.kind = EV_UNMAP;
    assert_words(&e, "unmap 48014000", "   01012000", "3 pages of stack given back");
    e.owner = OWNER_HEAP;
    assert_words(&e, "unmap 48014000", "   01012000", "this free emptied 3 pages");
    e.at.end -= 0x2000;
    assert_words(&e, "unmap 48014000", "   01012000", "this free emptied the page");

    e = event(EV_TABLE, OWNER_KPAGE, (struct region){0x48000000, 0x48400000}, none);
    e.arg[0] = 0x471000;
    assert_words(&e, "page table", "-> 00471000", "for 48000000..48400000");
    e.kind = EV_TABLE_GONE;
    assert_words(&e, "page table", "-> 00471000", "given back to kpages");

    e = event(EV_RANGE, OWNER_HEAP, (struct region){0x48000000, 0x48014000},
              (struct region){0x48000000, 0x48012000});
    assert_words(&e, "vmalloc", "..48014000", "grew by 8,192 B to 81,920");
}

static void test_memman(void **state) {
    (void)state;
    machine_start(64);
    struct event e = event(EV_LEND, OWNER_HEAP, (struct region){0x1000000, 0x1002000}, none);
    e.arg[0] = ZONE_U;
    e.arg[1] = 0x2000;
    assert_words(&e, "lend 8,192 B", " = 01000000", "upages lends to heap");
    e.kind = EV_RETURN;
    e.was = (struct region){0x1000000, 0x1003000};
    assert_words(&e, "return", "   01000000", "8,192 B to upages, joins one");
}

static void test_errors(void **state) {
    (void)state;
    machine_start(64);
    struct space *space = machine_spawn(4, "enemy", 6);
    vaddr_t a = program_malloc(space, 100);
    const struct {
        vaddr_t address;
        const char *call, *story;
    } frees[] = {
        {a + 8, "free(48000008)", "inside the block at 48000000"},
        {a + 1, "free(48000001)", "no block can start there"},
        {0xBFFFE000, "free(BFFFE000)", "not its own, it is a stack"},
        {USER_IMAGE, "free(00400000)", "not its own, it is the image"},
        {0, "free(00000000)", "not its own, it is the null page"},
    };
    for (size_t i = 0; i < sizeof frees / sizeof *frees; i++) {
        assert_true(program_free(space, frees[i].address) < 0);
        const struct event *e = event_at(events.next - 1);
        assert_true(event_is_error(e));
        assert_string_equal(event_actor(e), "enemy");
        assert_words(e, frees[i].call, " refused", frees[i].story);
    }

    struct event e = event(EV_FAULT, OWNER_FREE, (struct region){0x48000FF0, 0x48000FF0}, none);
    e.arg[0] = 6;
    e.arg[1] = 0x401234;
    assert_words(&e, "write 48000FF0", " fault", "not mapped, by 00401234");
    e.arg[0] = 4;
    e.arg[2] = 1204;
    assert_words(&e, "read 48000FF0", " fault", "freed by event 1,204");

    e = event(EV_NOMEM, OWNER_HEAP, none, none);
    e.arg[0] = 65536;
    e.arg[1] = ~0u;
    assert_words(&e, "no memory", " 65,536 B", "for a process's heap");
}

static void test_life(void **state) {
    (void)state;
    struct event e = event(EV_SPAWN, OWNER_SYSTEM, none, none);
    e.arg[0] = 1;
    assert_words(&e, "starts", "", "child of pid 1");
    e = event(EV_EXIT, OWNER_SYSTEM, none, none);
    assert_words(&e, "exit(0)", "", "everything goes back");
    e.arg[0] = (uint32_t)EXIT_FAULT;
    assert_true(event_is_error(&e));
    assert_words(&e, "ended", "", "by the fault it made");
    e.arg[0] = (uint32_t)EXIT_KILLED;
    assert_words(&e, "killed", "", "by command");
    e = event(EV_GONE, OWNER_SYSTEM, none, none);
    assert_words(&e, "is gone", "", "nothing of it is left");
}

/* No kind is without words, none overruns its line, and all that a program can cause fits beside seq and
 * name. */
static void test_every_kind(void **state) {
    (void)state;
    machine_start(64);
    for (int kind = EV_NONE + 1; kind < EV_KINDS; kind++) {
        char line[WORDS_BYTES];
        struct event e = event((enum event_kind)kind, OWNER_HEAP, (struct region){0, 0xFFFFFFFF},
                               (struct region){0, 0xFFFFFFFF});
        memset(e.arg, 0xFF, sizeof e.arg);
        event_words(&e, line, sizeof line);
        assert_int_not_equal(line[0], ' ');
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_words_of_malloc),
        cmocka_unit_test(test_words_of_free),
        cmocka_unit_test(test_words_of_realloc),
        cmocka_unit_test(test_pages),
        cmocka_unit_test(test_memman),
        cmocka_unit_test(test_errors),
        cmocka_unit_test(test_life),
        cmocka_unit_test(test_every_kind),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
