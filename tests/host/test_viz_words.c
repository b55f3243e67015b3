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
#include "mm/regime.h"
#include "mm/text.h"
#include "tests/host/support.h"
#include "tests/host/support_viz.h"
#include "viz/words.h"

static void assert_words(const struct event *e, const char *call, const char *result, const char *story) {
    char did[96], want[96], line[WORDS_BYTES];
    print_line(did, sizeof did, "%-14s %s", call, result);
    print_line(want, sizeof want, "%-26s %s", did, story);
    assert_string_equal(event_words(e, line), want);
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
    assert_words(&e, "free(48011200)", " 1,024 B", "joined both: 3 holes are 1");
    e.was.start = block.start;
    assert_words(&e, "free(48011200)", " 1,024 B", "joined the hole above");
    e.was = (struct region){0x48011000, block.end};
    assert_words(&e, "free(48011200)", " 1,024 B", "joined the hole below");
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
    assert_words(&e, "map 48014000", "-> 01012000", "the block reached a new page");
    e.at.end += 0x2000;
    assert_words(&e, "map 48014000", "-> 01012000", "the block reached 3 new pages");
    e.owner = OWNER_UPAGE;
    assert_words(&e, "map 48014000", "-> 01012000", "the block reached 3 new pages");
    e.owner = OWNER_STACK;
    assert_words(&e, "map 48014000", "-> 01012000", "3 pages of stack");
    e.kind = EV_UNMAP;
    assert_words(&e, "unmap 48014000", "   01012000", "3 pages of stack given back");
    e.owner = OWNER_HEAP;
    assert_words(&e, "unmap 48014000", "   01012000", "no block is left on 3 pages");
    e.at.end -= 0x2000;
    assert_words(&e, "unmap 48014000", "   01012000", "no block is left on the page");

    e = event(EV_TABLE, OWNER_KPAGE, (struct region){0x48000000, 0x48400000}, none);
    e.arg[0] = 0x471000;
    assert_words(&e, "page table", "-> 00471000", "for 48000000..48400000");
    e.kind = EV_TABLE_GONE;
    assert_words(&e, "page table", "   00471000", "given back to kpages");

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
    assert_words(&e, "return 8,192 B", "   01000000", "to upages, joins one");
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
        {0xBFFFE000, "free(BFFFE000)", "it belongs to a stack"},
        {USER_IMAGE, "free(00400000)", "it belongs to the image"},
        {0, "free(00000000)", "it is nobody's"},
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
    e.arg[3] = FAULT_FREED_BEFORE;
    assert_words(&e, "read 48000FF0", " fault", "freed before event 1,204");
    e.arg[3] = FAULT_FREED;
    e.was = block;
    assert_words(&e, "read 48000FF0", " fault", "48011200 freed in event 1,204");
    e.arg[3] = FAULT_GUARD_PAGE;
    assert_words(&e, "read 48000FF0", " fault", "guard page of block 48011200");

    e = event(EV_NOMEM, OWNER_HEAP, none, none);
    e.arg[0] = 65536;
    e.arg[1] = ~0u;
    assert_words(&e, "no memory", " 65,536 B", "too large for the heap");
}

static void test_life(void **state) {
    (void)state;
    struct event e = event(EV_SPAWN, OWNER_SYSTEM, none, none);
    e.arg[0] = 1;
    assert_words(&e, "starts", "", "child of pid 1");
    e = event(EV_EXIT, OWNER_SYSTEM, none, none);
    assert_words(&e, "exit(0)", "", "everything goes back");
    e.arg[0] = (uint32_t)EXIT_FAULT; /* what a program returns is no more than that */
    assert_false(event_is_error(&e));
    assert_words(&e, "exit(-1001)", "", "everything goes back");
    e.arg[1] = EXIT_BY_FAULT;
    assert_true(event_is_error(&e));
    assert_words(&e, "ended", "", "by the fault it made");
    e.arg[1] = EXIT_BY_KILL;
    assert_words(&e, "killed", "", "by command");
    e = event(EV_GONE, OWNER_SYSTEM, none, none);
    assert_words(&e, "is gone", "", "nothing of it is left");
    e.arg[4] = regime_number(regime_find("sutured")) | 1 << 8;
    assert_words(&e, "is gone", "", "the seed's books keep its frames");
    e = event(EV_EXIT, OWNER_SYSTEM, none, none);
    e.arg[2] = regime_number(regime_find("sutured"));
    assert_words(&e, "exit(0)", "", "the seed's books keep its frames");
}

/* The line keeps its columns, and has a story where there is one to tell. */
static void assert_fits(const struct event *e) {
    char line[WORDS_BYTES];
    event_words(e, line);
    size_t n = strlen(line);
    assert_in_range(n, WORDS_STORY, WORDS_COLUMNS);
    assert_int_not_equal(line[0], ' ');
    bool silent = e->kind == EV_SAY || e->kind == EV_SPAWN || e->kind == EV_SEED_CALL;
    assert_true(silent || line[n - 1] != ' ');
}

/* No kind is without words, and whatever its fields hold, nothing is cut: the story is one that fits. */
static void test_every_kind(void **state) {
    (void)state;
    static const uint32_t extremes[] = {0xFFFFFFFF, 0x7FFFFFFF, 1073741824, 4210688, 10000000, 5, 1, 0};
    machine_start(64);
    for (int kind = EV_NONE + 1; kind < EV_KINDS; kind++) {
        for (int i = 0; i < 20000; i++) {
            uint32_t x[10];
            for (int n = 0; n < 10; n++) {
                x[n] = extremes[draw(8)];
            }
            struct event e = event((enum event_kind)kind, (enum owner)draw(OWNERS),
                                   (struct region){x[0], x[1]}, (struct region){x[2], x[3]});
            memcpy(e.arg, x + 4, sizeof e.arg);
            e.arg[0] = kind == EV_PHANTOM ? draw(13) : e.arg[0];
            e.arg[1] = kind == EV_SEED ? draw(SEED_RESET + 1) : e.arg[1];
            e.pid = (uint16_t)draw(3);
            e.step = draw(2);
            e.policy = draw(2) ? 'y' : 'f';
            assert_fits(&e);
        }
    }
    for (int error = 0; error > -ERRORS; error--) {
        assert_in_range(strlen(error_text(error)), 2, WORDS_COLUMNS - WORDS_STORY);
    }
}

/* What stood cut at the screen's edge once. */
static void test_fewer_words(void **state) {
    (void)state;
    struct event e = event(EV_RANGE, OWNER_HEAP, (struct region){0x48000000, 0x48404000},
                           (struct region){0x48000000, 0x48505000});
    assert_words(&e, "vmalloc", "..48404000", "shrank 1,052,672 to 4,210,688 B");
    e = event(EV_RETURN, OWNER_IMAGE, (struct region){0xD04000, 0xE04000},
              (struct region){0xD00000, 0xE08000});
    e.arg[0] = ZONE_U;
    assert_words(&e, "return 1,048,576 B", "   00D04000", "to upages, joins both");
    e = event(EV_REFUSED, OWNER_HEAP, block, none);
    e.arg[0] = (uint32_t)E_OVERRUN;
    e.arg[1] = EV_FREE;
    e.arg[2] = 0x48011404;
    assert_words(&e, "free(48011200)", " overrun", "written past its end at 48011404");
    e = event(EV_MALLOC, OWNER_HEAP, block, (struct region){block.start, block.start + 1234567});
    e.arg[0] = 1024;
    e.arg[1] = 12345;
    assert_words(&e, "malloc(1024)", " = 48011200", "passed 12,345, split 1,234,567 B");
}

/* A refusal names what lies there by the layout alone, in the past as in the present. */
static void test_places(void **state) {
    (void)state;
    const struct {
        uint32_t address, heap;
        const char *story;
    } places[] = {
        {0x48100000, OWNER_HEAP, "it lies past the heap"},
        {0x48100000, OWNER_UPAGE, "it lies in the heap's part"},
        {0x40000000, OWNER_HEAP, "it lies in malloc_4k's part"},
        {0x40000000, OWNER_UPAGE, "it lies past the last page"},
        {0xC0000000, OWNER_HEAP, "it belongs to the kernel"},
        {0xBFFFF000, OWNER_HEAP, "it belongs to the arguments"},
        {0xBFFFE000, OWNER_HEAP, "it lies in the stacks' part"},
        {0x00400000, OWNER_HEAP, "it lies in the image's part"},
        {0x003FFFFF, OWNER_HEAP, "it is nobody's"},
        {0x88000000, OWNER_HEAP, "it is nobody's"},
    };
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        struct event e =
            event(EV_REFUSED, OWNER_FOREIGN, (struct region){places[i].address, places[i].address}, none);
        char call[32];
        e.arg[0] = (uint32_t)E_FOREIGN;
        e.arg[1] = EV_FREE;
        e.arg[4] = places[i].heap;
        print_line(call, sizeof call, places[i].heap == OWNER_HEAP ? "free(%08X)" : "free_4k(%08X)",
                   places[i].address);
        assert_words(&e, call, " refused", places[i].story);
    }
    struct event e = event(EV_REFUSED, OWNER_IMAGE, block, none);
    e.arg[0] = (uint32_t)E_FOREIGN;
    e.arg[1] = EV_FREE;
    e.arg[4] = OWNER_HEAP;
    assert_words(&e, "free(48011200)", " refused", "it belongs to the image");
    e.owner = OWNER_UPAGE;
    assert_words(&e, "free(48011200)", " refused", "it belongs to malloc_4k's pages");
}

/* Whose it was and whose it is: never a foreigner, nobody's pid, or the same one twice. */
static void test_parties(void **state) {
    (void)state;
    const struct {
        uint32_t number, from, from_pid, to, to_pid;
        const char *story;
    } phantoms[] = {
        {1, OWNER_HEAP, 2, OWNER_FREE, 0, "pid 2's heap to memman's table"},
        {2, OWNER_FREE, 0, OWNER_FREE, 0, "stays in memman's table"},
        {3, OWNER_FREE, 0, OWNER_UBYTE, 0, "stays in memman's ubytes"},
        {5, OWNER_FOREIGN, 7, OWNER_FREE, 0, "nobody to memman's table"},
        {6, OWNER_UBYTE, 4, OWNER_UBYTE, 0, "pid 4's ubytes to ubytes"},
        {6, OWNER_UBYTE, 65535, OWNER_UBYTE, 65534, "to pid 65534's ubytes"},
        {7, OWNER_UPAGE, 0, OWNER_FOREIGN, 26, "pid 26 got nothing"},
        {7, OWNER_SYSTEM, 0, OWNER_KBYTE, 0, "a wall's gap to memman's kbytes"},
        {8, OWNER_HEAP, 2, OWNER_FOREIGN, 0, "pid 2's heap to nobody"},
        {9, OWNER_KBYTE, 0, OWNER_FREE, 0, "memman's kbytes to table"},
        {10, OWNER_UPAGE, 0, OWNER_HEAP, 3, "memman's upages to pid 3's heap"},
        {11, OWNER_UPAGE, 0, OWNER_UPAGE, 0, "stays in memman's upages"},
        {12, OWNER_HEAP, 2, OWNER_HEAP, 2, "twice in pid 2's heap"},
        {12, OWNER_KPAGE, 0, OWNER_KPAGE, 2, "kpages to pid 2's kpages"},
    };
    for (size_t i = 0; i < sizeof phantoms / sizeof *phantoms; i++) {
        struct event e = event(EV_PHANTOM, (enum owner)phantoms[i].from, block, none);
        char call[32];
        uint32_t args[] = {phantoms[i].number, phantoms[i].from_pid, phantoms[i].to, phantoms[i].to_pid};
        memcpy(e.arg, args, sizeof args);
        print_line(call, sizeof call, "case %u %08X", phantoms[i].number, block.start);
        assert_words(&e, call, " withheld", phantoms[i].story);
    }
}

static const char *function(uint16_t pid, uint32_t address, uint32_t *offset) {
    *offset = address & 0xFFF;
    return pid == 1 ? "main" : pid == 2 ? "plant_all_the_flowers" : NULL;
}

/* A line of a program by its function: a long name is shortened, an offset never. */
static void test_callers(void **state) {
    (void)state;
    static const struct viz_world world = {.function = function};
    char text[CALLER_COLUMNS + 1];
    machine_start(64);
    viz_init(&world);
    assert_string_equal(caller_words(text, CALLER_COLUMNS, 1, 0x400023), "main+0x23");
    assert_string_equal(caller_words(text, CALLER_COLUMNS, 2, 0x400123), "plant_all_the_flowers+0x123");
    assert_string_equal(caller_words(text, 11, 2, 0x400123), "plant+0x123");
    assert_string_equal(caller_words(text, 11, 3, 0x400123), "00400123");
    struct event e = event(EV_FAULT, OWNER_FREE, (struct region){0x48000FF0, 0x48000FF0}, none);
    e.pid = 2;
    e.arg[1] = 0x400123;
    assert_words(&e, "read 48000FF0", " fault", "not mapped, by plant_all_+0x123");
    viz_init(NULL);
}

/* The heap got nothing because a zone was full: it says which. */
static void test_no_memory(void **state) {
    (void)state;
    machine_start(8);
    struct space *space = machine_spawn(4, "exhaust", 6);
    assert_int_equal(program_malloc(space, 7 << 20), 0);
    assert_words(event_at(events.next - 1), "no memory", " 7,340,032 B", "upages has too little");
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
        cmocka_unit_test(test_fewer_words),
        cmocka_unit_test(test_places),
        cmocka_unit_test(test_parties),
        cmocka_unit_test(test_callers),
        cmocka_unit_test(test_no_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
