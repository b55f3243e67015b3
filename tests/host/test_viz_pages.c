/*
 * The view of the page tables on machines made by hand: golden screens, accessed and dirty as the processor sets them,
 * which table is shown.
 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "mm/events.h"
#include "mm/paging.h"
#include "mm/past.h"
#include "mm/regime.h"
#include "mm/world.h"
#include "tests/host/support.h"
#include "tests/host/support_viz.h"
#include "viz/layout.h"
#include "viz/look.h"
#include "viz/map.h"
#include "viz/palette.h"

enum { ENTRY_ROW = SCREEN_ROWS - FOOTER_UP - ENTRY_ROWS };

/* What the processor does when a program reads or writes the page. */
static void touch(const struct space *space, vaddr_t page, bool write) {
    uint32_t *table = phys(paging_directory_entry(NOW, space, page) & PG_FRAME);
    table[page / PAGE_SIZE % PAGING_ENTRIES] |= write ? PG_ACCESSED | PG_DIRTY : PG_ACCESSED;
}

static uint16_t table_cell(uint32_t entry) {
    return viz_target[(PAGES_ROW + 1 + (int)(entry / MAP_COLUMNS)) * SCREEN_COLUMNS + MAP_COLUMN +
                      (int)(entry % MAP_COLUMNS)];
}

static struct space *start(void) {
    machine_start(64);
    viz_init(NULL);
    assert_true(viz_key(KEY_F4));
    frame_at(NOW);
    struct space *space = machine_spawn(3, "fragment", 12);
    /* The kernel's half, as boot makes it: 4 MB pages and a table of its own. */
    uint32_t *directory = phys(space->directory);
    for (uint32_t i = 0; i < 16; i++) {
        directory[KERNEL_BASE / 0x400000 + i] = i << 22 | PG_LARGE | PG_WRITE | PG_PRESENT;
    }
    directory[0xF0000000u / 0x400000] = paging_kernel | PG_WRITE | PG_PRESENT;
    return space;
}

/* A heap of some pages, and four pages of malloc_4k. */
static void allocate(struct space *space) {
    vaddr_t block[20];
    for (uint32_t i = 0; i < 20; i++) {
        block[i] = program_malloc(space, 5000);
    }
    for (uint32_t i = 3; i < 20; i += 5) {
        program_free(space, block[i]);
    }
    for (int i = 0; i < 4; i++) {
        space->regime->malloc_4k(space);
    }
}

static void frame(void) {
    frame_at(NOW);
}

static void test_live(void **state) {
    (void)state;
    struct space *space = start();
    allocate(space);
    frame_at(NOW);
    assert_golden("pages_fresh");
    for (uint32_t i = 0; i < 9; i++) {
        touch(space, USER_HEAP + (i < 8 ? 2 * i : 17) * PAGE_SIZE, i % 3 == 0);
    }
    frame_at(NOW); /* no event said so */
    assert_int_equal(table_cell(0), cell('D', attr_owner(OWNER_HEAP)));
    assert_int_equal(table_cell(2), cell('A', attr_owner(OWNER_HEAP)));
    assert_int_equal(table_cell(1), cell(' ', attr_owner(OWNER_HEAP)));
    assert_golden("pages");
    assert_golden_looks("pages", frame);
    paging_clear_accessed(space);
    frame_at(NOW);
    assert_int_equal(table_cell(0), cell(' ', attr_owner(OWNER_HEAP)));
    touch(space, USER_HEAP + 2 * PAGE_SIZE, true);
    frame_at(NOW);
    assert_int_equal(table_cell(2), cell('D', attr_owner(OWNER_HEAP)));
    assert_non_null(strstr(row_text(ENTRY_ROW), "ENTRY 2  48002000"));
}

/* What came is white for a moment, by itself. */
static void test_glow(void **state) {
    (void)state;
    struct space *space = start();
    struct viz_status status = status_now();
    allocate(space);
    status.glow = true;
    status.now = 5000;
    viz_frame(&status);
    touch(space, USER_HEAP + PAGE_SIZE, false);
    viz_frame(&status);
    assert_int_equal(table_cell(1), cell('A', attr_on(COLOUR_WHITE)));
    status.now += GLOW_MS;
    viz_frame(&status);
    assert_int_equal(table_cell(1), cell('A', attr_owner(OWNER_HEAP)));
}

static void test_tables(void **state) {
    (void)state;
    struct space *space = start();
    frame_at(NOW); /* no heap yet: the image's */
    assert_non_null(strstr(row_text(PAGES_ROW), "entry 1 "));
    space->regime->malloc_4k(space);
    frame_at(NOW);
    assert_non_null(strstr(row_text(PAGES_ROW), "entry 256 "));
    program_malloc(space, 100);
    frame_at(NOW);
    assert_non_null(strstr(row_text(PAGES_ROW), "entry 288 "));
    assert_true(viz_key(KEY_HOME)); /* the table before, and it stays */
    frame_at(NOW);
    assert_non_null(strstr(row_text(PAGES_ROW), "entry 256 "));
    for (int i = 0; i < 3; i++) {
        viz_key(KEY_PAGE_DOWN);
    }
    frame_at(NOW);
    assert_non_null(strstr(row_text(PAGES_ROW), "768-1023"));
    viz_key(KEY_PAGE_DOWN);
    viz_key(KEY_END);
    frame_at(NOW);
    assert_non_null(strstr(row_text(PAGES_ROW), "entry 767 "));
    viz_key(KEY_END);
    frame_at(NOW);
    assert_non_null(strstr(row_text(PAGES_ROW), "one 4 MB page"));
    assert_golden("pages_kernel");
}

static void test_foreign(void **state) {
    (void)state;
    struct space *space = start();
    allocate(space);
    uint32_t *table = phys(paging_directory_entry(NOW, space, USER_HEAP) & PG_FRAME);
    table[40] = 0x03F00000 | PG_USER | PG_WRITE | PG_PRESENT; /* a frame nobody lent */
    frame_at(NOW);
    assert_int_equal(table_cell(40), cell('!', ATTR_ERROR));
    table[0] = 0x03F00000 | PG_USER | PG_PRESENT;
    table[40] = 0;
    frame_at(NOW);
    touch(space, USER_HEAP, false);
    frame_at(NOW);
    assert_golden("pages_foreign");
}

/* Of the past the entries are known, accessed and dirty are not. */
static void test_past(void **state) {
    (void)state;
    struct space *space = start();
    allocate(space);
    touch(space, USER_HEAP, true);
    uint32_t seq = events.next - 1;
    vaddr_t later = program_malloc(space, 60000);
    touch(space, later + 2 * PAGE_SIZE, true);
    frame_at(NOW);
    assert_int_equal(past_open(seq), OK);
    frame_at(seq);
    past_close();
    assert_int_equal(table_cell(0), cell('?', attr_owner(OWNER_HEAP)));
    assert_int_equal(table_cell((later - USER_HEAP) / PAGE_SIZE + 2) >> 12, COLOUR_UNMAPPED);
    assert_golden("pages_past");
    frame_at(NOW);
    assert_int_equal(table_cell(0), cell('D', attr_owner(OWNER_HEAP)));
}

/* ---- Beside a mark ---- */

static void frame_since(uint32_t since, moment_t at) {
    struct viz_status status = status_now();
    status.since = since;
    status.mark = since == NOW ? NULL : "before";
    status.moment = at;
    viz_frame(&status);
}

static uint8_t directory_colour(vaddr_t address) {
    uint32_t entry = address / PAGE_SIZE / PAGING_ENTRIES, row = entry / MAP_COLUMNS;
    uint16_t c =
        viz_target[(DIRECTORY_ROW + 1 + row / 2) * SCREEN_COLUMNS + MAP_COLUMN + entry % MAP_COLUMNS];
    return row % 2 ? c >> 12 : c >> 8 & 15;
}

static uint8_t directory_letter(vaddr_t address) {
    uint32_t entry = address / PAGE_SIZE / PAGING_ENTRIES, row = entry / MAP_COLUMNS;
    return (
        uint8_t)viz_target[(DIRECTORY_ROW + 1 + row / 2) * SCREEN_COLUMNS + MAP_COLUMN + entry % MAP_COLUMNS];
}

static const char *figures(void) {
    return row_text(SCREEN_ROWS - LEGEND_UP);
}

/* Pages that came, went, and now have another owner's frame; in the directory whatever changed in the 4 MB, however little. */
static void test_since(void **state) {
    (void)state;
    struct space *space = start();
    allocate(space);
    vaddr_t last = program_malloc(space, 50000);
    uint32_t mark = events.next - 1;
    frame_since(mark, NOW);
    assert_int_equal(directory_colour(USER_HEAP), COLOUR_UNMAPPED);
    assert_int_equal(table_cell(0), cell(' ', attr_on(COLOUR_UNMAPPED)));
    assert_non_null(strstr(figures(), "came 0  went 0  moved 0 px since before"));

    assert_int_equal(program_free(space, last), OK);
    space->regime->malloc_4k(space);
    uint32_t *table = phys(paging_directory_entry(NOW, space, USER_HEAP) & PG_FRAME);
    table[1] = space->directory | PG_USER | PG_PRESENT; /* as if the heap's page had become the kernel's */
    uint32_t went = (round_up(last, PAGE_SIZE) - USER_HEAP) / PAGE_SIZE;
    frame_since(mark, NOW);
    assert_int_equal(table_cell(went), cell(' ', attr_on(COLOUR_WHITE)));
    assert_int_equal(table_cell(1), cell(' ', attr_on(COLOUR_TITLE)));
    assert_int_equal(table_cell(0), cell(' ', attr_on(COLOUR_UNMAPPED)));
    assert_int_equal(directory_colour(USER_HEAP), COLOUR_WHITE);
    assert_int_equal(directory_colour(USER_PAGES), COLOUR_UPAGE);
    assert_int_equal(directory_colour(USER_IMAGE), COLOUR_UNMAPPED);
    assert_int_equal(directory_colour(USER_IMAGE + 0x400000), COLOUR_BACKGROUND);
    assert_non_null(strstr(figures(), "came 1 "));
    assert_non_null(strstr(figures(), "moved 1 "));
    assert_golden("pages_since");
    look_letters(true);
    frame_since(mark, NOW);
    assert_int_equal(table_cell(went), cell('x', attr_on(COLOUR_WHITE)));
    assert_int_equal(table_cell(1), cell('~', attr_on(COLOUR_TITLE)));
    assert_int_equal(table_cell(0), cell('H', attr_on(COLOUR_UNMAPPED)));
    assert_int_equal(directory_letter(USER_PAGES), '+');
    look_letters(false);

    table[1] = 0;
    viz_key(KEY_HOME); /* the table before: what it was at the mark is looked at anew */
    frame_since(mark, NOW);
    assert_int_equal(table_cell(4), cell(' ', attr_on(COLOUR_UPAGE)));
    assert_int_equal(table_cell(3), cell(' ', attr_on(COLOUR_UNMAPPED)));
    uint32_t newest = events.next - 1;
    assert_int_equal(past_open(mark), OK); /* seen from earlier it is the other way round */
    frame_since(newest, mark);
    assert_int_equal(past_moment(), mark);
    assert_int_equal(table_cell(4), cell(' ', attr_on(COLOUR_WHITE)));
    past_close();
    frame_since(NOW, NOW);
    assert_int_equal(table_cell(4), cell(' ', attr_owner(OWNER_UPAGE)));
}

/* Closer is the table alone, in as many rows as there is room for. */
static void test_zoom(void **state) {
    (void)state;
    allocate(start());
    frame_at(NOW);
    assert_non_null(strstr(row_text(DIRECTORY_ROW), "1 px = 4 MB"));
    assert_non_null(strstr(row_text(PAGES_ROW), "PgDn 0-255  1 cell = 4 KB"));
    assert_int_equal(viz_zoom(-1), OK);
    frame_at(NOW);
    assert_golden("pages_zoomed");
    viz_key(KEY_PAGE_DOWN);
    frame_at(NOW);
    assert_non_null(strstr(row_text(DIRECTORY_ROW), "PgDn 192-1023"));
    assert_int_equal(viz_zoom_to(12), E_INVAL);
    assert_int_equal(viz_zoom(1), OK);
    frame_at(NOW);
    assert_non_null(strstr(row_text(PAGES_ROW), "PgDn 0-255 ")); /* where the entry in words is */
}

static void test_nobody(void **state) {
    (void)state;
    struct space *space = start();
    frame_at(NOW);
    machine_exit(space, 0);
    frame_at(NOW);
    assert_non_null(strstr(row_text(DIRECTORY_ROW + 1), "pid 3 fragment has ended."));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_live),    cmocka_unit_test(test_glow),   cmocka_unit_test(test_tables),
        cmocka_unit_test(test_foreign), cmocka_unit_test(test_past),   cmocka_unit_test(test_since),
        cmocka_unit_test(test_zoom),    cmocka_unit_test(test_nobody),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
