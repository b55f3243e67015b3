/*
 * The heap's view: golden screens, and its figures, search and list against what the heap says.
 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "mm/events.h"
#include "mm/past.h"
#include "mm/policy.h"
#include "mm/regime.h"
#include "tests/host/support.h"
#include "tests/host/support_viz.h"
#include "viz/layout.h"
#include "viz/look.h"
#include "viz/map.h"
#include "viz/palette.h"

static struct viz_status status;

static const char *function(uint16_t pid, uint32_t address, uint32_t *offset) {
    (void)pid;
    *offset = address - USER_IMAGE;
    return "main";
}

static struct space *start(void) {
    static const struct viz_world world = {.function = function};
    machine_start(64);
    viz_init(&world);
    status = status_now();
    assert_int_equal(viz_view("heap"), OK);
    struct space *s = machine_spawn(3, "churn", 4);
    viz_key(KEY_HOME); /* wherever the test before has left the list */
    viz_frame(&status);
    return s;
}

static void frame(void) {
    viz_frame(&status);
}

/* Twelve blocks with holes between them. */
static void holes(struct space *s, vaddr_t block[12]) {
    for (uint32_t i = 0; i < 12; i++) {
        block[i] = program_malloc(s, 40 * (i + 1));
    }
    for (uint32_t i = 0; i < 12; i += 2) {
        program_free(s, block[i]);
    }
}

static void test_nobody(void **state) {
    (void)state;
    machine_start(64);
    viz_init(NULL);
    status = status_now();
    viz_view("heap");
    frame();
    assert_golden("heap_nobody");
}

static void test_fresh(void **state) {
    (void)state;
    start();
    frame();
    assert_golden("heap_fresh");
}

static void test_search(void **state) {
    (void)state;
    vaddr_t block[12];
    struct space *s = start();
    holes(s, block);
    status.running = false;
    program_malloc(s, 300);
    frame();
    assert_golden("heap_search");
    program_free(s, block[1]);
    frame();
    assert_string_equal(row_text(11), "the heap has changed since");
}

/* ---- Figures, list and search against the heap itself ---- */

enum {
    FIGURES = HEAPS_ROW + 1 + HEAPS_MAP_ROWS,
    SEARCH = FIGURES + HEAPS_FIGURES_ROWS,
    LIST = SEARCH + HEAPS_SEARCH_ROWS + 1
};
enum { LIST_ROWS = SCREEN_ROWS - FOOTER_UP - LIST };

static uint32_t address_on(int row) {
    return (uint32_t)strtoul(row_text(row), NULL, 16);
}

/* A random heap; the blocks that are left stand in `block`. */
enum { BLOCKS = 40 };

static struct space *patchwork(const char *policy, bool guard, vaddr_t block[BLOCKS], int steps) {
    struct space *s = space_new(9, "patchwork", regime_find("healed"), policy_find(policy), guard);
    assert_non_null(s);
    memset(block, 0, BLOCKS * sizeof *block);
    for (int i = 0; i < steps; i++) {
        uint32_t n = draw(BLOCKS);
        if (block[n]) {
            program_free(s, block[n]);
            block[n] = 0;
        } else {
            block[n] = program_malloc(s, draw(8) ? draw(600) : draw(12000));
        }
    }
    assert_int_equal(viz_select(9), OK);
    return s;
}

static void test_list_is_the_heap(void **state) {
    (void)state;
    static const char *const policies[] = {"first", "buddy"};
    vaddr_t block[BLOCKS];
    random_start(11);
    for (int p = 0; p < 2; p++) {
        start();
        struct space *s = patchwork(policies[p], p == 0, block, 400);
        vaddr_t next = s->heap.range.start;
        struct tile_view tile;
        viz_key(KEY_HOME);
        frame();
        for (int pages = 0; next != s->heap.range.end; pages++) {
            assert_in_range(pages, 0, 40);
            int row = LIST;
            for (; row < LIST + LIST_ROWS; row++) {
                if (address_on(row) < next) {
                    continue; /* the last rows, seen before */
                }
                assert_true(heap_tile(NOW, &s->heap, next, &tile));
                char want[SCREEN_COLUMNS];
                print_line(want, sizeof want, "%08X  %-18s", tile.at.start,
                           tile.state == TILE_HOLE ? "hole"
                           : tile.guard_page       ? "block, guard page"
                                                   : "block");
                assert_memory_equal(row_text(row), want, strlen(want));
                print_line(want, sizeof want, "%'u", region_size(tile.at));
                assert_memory_equal(row_text(row) + TILE_SIZE_END - strlen(want), want, strlen(want));
                next = tile.at.end;
            }
            viz_key(KEY_PAGE_DOWN);
            frame();
        }
        assert_false(viz_key(KEY_PAGE_DOWN) &&
                     (frame(), address_on(LIST + LIST_ROWS - 1) != s->heap.last->at.start));
        viz_key(KEY_PAGE_UP);
        frame();
        assert_int_not_equal(address_on(LIST + LIST_ROWS - 1), s->heap.last->at.start);
        viz_key(KEY_END);
        frame();
        assert_int_equal(address_on(LIST + LIST_ROWS - 1), s->heap.last->at.start);
        viz_key(KEY_HOME);
        frame();
        assert_int_equal(address_on(LIST), s->heap.range.start);
    }
}

static void test_figures(void **state) {
    (void)state;
    vaddr_t block[BLOCKS];
    start();
    random_start(12);
    struct space *s = patchwork("best", false, block, 300);
    frame();
    char want[SCREEN_COLUMNS];
    const struct heap *h = &s->heap;
    print_line(want, sizeof want, "%'u blocks %'u B   %'u B of it rounding and guards", h->blocks,
               h->block_bytes, h->block_bytes - h->asked_bytes);
    assert_memory_equal(row_text(FIGURES), want, strlen(want));
    print_line(want, sizeof want, "%'u holes %'u B   largest %'u B   by size", heap_holes(h),
               heap_hole_bytes(h), heap_largest_hole(h));
    assert_memory_equal(row_text(FIGURES + 1), want, strlen(want));
    uint32_t sizes[32] = {0};
    for (const struct tile *t = heap_next_hole(h, NULL); t; t = heap_next_hole(h, t)) {
        sizes[31 - __builtin_clz(region_size(t->at))]++;
    }
    const char *rest = strstr(row_text(FIGURES + 1), "by size") + 7;
    for (uint8_t n = 32; n-- > 0;) { /* the largest first; dots stand for those that have no room */
        char scale[SCALE_BYTES];
        if (sizes[n] && strcmp(rest, " ..") != 0) {
            print_line(want, sizeof want, "  %s %u", map_scale_short(scale, n), sizes[n]);
            assert_memory_equal(rest, want, strlen(want));
            rest += strlen(want);
        }
    }
    assert_true(!*rest || strcmp(rest, " ..") == 0);
}

/* The holes before a malloc, as any reader finds them. */
static uint32_t list_holes(const struct heap *h, struct region hole[256]) {
    uint32_t n = 0;
    for (const struct tile *t = heap_next_hole(h, NULL); t; t = heap_next_hole(h, t)) {
        assert_in_range(n, 0, 255);
        hole[n++] = t->at;
    }
    return n;
}

/* By the policies' definitions, in their own words: does a search that began at `rover` pass this hole? */
static bool should_pass(char code, struct region hole, struct region taken, bool took, vaddr_t rover) {
    if (code == 'y') {
        return false;
    }
    if (!took) {
        return true;
    }
    if (code == 'f') {
        return hole.start < taken.start;
    }
    if (code == 'n') {
        return taken.start >= rover ? hole.start >= rover && hole.start < taken.start
                                    : hole.start >= rover || hole.start < taken.start;
    }
    return hole.start != taken.start;
}

static void check_search(const struct policy *policy, const struct region *hole, uint32_t holes,
                         vaddr_t rover) {
    const struct event *e = event_at(events.next - 1);
    bool took = !strstr(row_text(SEARCH + 1), "none fits");
    uint32_t passed = 0, shown = 0, more = 0;
    char want[SCREEN_COLUMNS];
    for (uint32_t i = 0; i < holes; i++) {
        passed += should_pass((char)policy->code, hole[i], e->was, took, rover);
    }
    print_line(want, sizeof want, "passed %'u hole%s, ", passed, passed == 1 ? "" : "s");
    assert_memory_equal(row_text(SEARCH + 1), want, strlen(want));
    print_line(want, sizeof want, ", left %'u B ", region_size(e->was) - region_size(e->at));
    assert_non_null(strstr(row_text(SEARCH + 1), want));
    print_line(want, sizeof want, " index looked at %'u", e->arg[2]);
    assert_string_equal(row_text(SEARCH + 1) + SCREEN_COLUMNS - strlen(want), want);
    bool seen_taken = false;
    char row[SCREEN_COLUMNS + 1];
    snprintf(row, sizeof row, "%s", row_text(SEARCH + 2));
    for (char *word = strtok(row, " "); word; word = strtok(NULL, " ")) {
        if (*word == '+') {
            more = (uint32_t)strtoul(word + 1, NULL, 10);
            continue;
        }
        uint32_t start = (uint32_t)strtoul(word, NULL, 16), i = 0;
        char size[24];
        while (i < holes && hole[i].start != start) {
            i++;
        }
        assert_true(i < holes);
        print_line(size, sizeof size, "%'u", region_size(hole[i]));
        assert_string_equal(strtok(NULL, " "), size);
        bool taken = took && start == e->was.start;
        assert_true(taken || should_pass((char)policy->code, hole[i], e->was, took, rover));
        seen_taken |= taken;
        shown += !taken;
    }
    assert_int_equal(seen_taken, took);
    assert_int_equal(shown + more, passed);
    assert_true(shown == passed || shown >= 2);
}

static void test_searches(void **state) {
    (void)state;
    static const char *const policies[] = {"first", "next", "best", "worst", "buddy"};
    vaddr_t block[BLOCKS];
    random_start(13);
    for (int p = 0; p < 5; p++) {
        start();
        struct space *s = patchwork(policies[p], p % 2, block, 500);
        for (int i = 0; i < 60; i++) {
            struct region hole[256];
            uint32_t n = draw(BLOCKS), holes = list_holes(&s->heap, hole);
            vaddr_t rover = s->heap.rover ? s->heap.rover->at.start : s->heap.range.start;
            if (block[n]) {
                program_free(s, block[n]);
                block[n] = 0;
                continue;
            }
            block[n] = program_malloc(s, draw(6) ? draw(600) : draw(20000));
            frame();
            check_search(s->heap.config.policy, hole, holes, rover);
        }
    }
}

/* While programs stand still the list goes where something changed, until somebody scrolls. */
static void test_list_follows(void **state) {
    (void)state;
    vaddr_t block[BLOCKS];
    start();
    random_start(14);
    struct space *s = patchwork("first", false, block, 400);
    viz_key(KEY_HOME);
    status.running = false;
    frame();
    for (int i = 0; i < BLOCKS; i++) {
        if (block[i]) {
            program_free(s, block[i]);
            frame();
            struct tile_view tile;
            bool seen = !heap_tile(NOW, &s->heap, block[i], &tile);
            for (int row = LIST; row < LIST + LIST_ROWS; row++) {
                seen |= address_on(row) == tile.at.start;
            }
            assert_true(seen);
            block[i] = 0;
        }
    }
}

static void test_pages(void **state) {
    (void)state;
    struct space *s = start();
    for (int i = 0; i < 3; i++) {
        actor = (struct actor){.pid = s->pid, .slot = s->slot, .step = 100};
        s->regime->malloc_4k(s);
        actor = (struct actor){.slot = NO_SLOT};
    }
    viz_key('u');
    frame();
    assert_int_equal(viz_maps[0].region.start, USER_PAGES);
    assert_int_equal(viz_maps[0].region.end, USER_PAGES + 3 * PAGE_SIZE);
    assert_int_equal(address_on(LIST + 2), USER_PAGES + 2 * PAGE_SIZE);
    viz_key('u');
    frame();
    assert_non_null(strstr(row_text(LIST), "no block: "));
}

static void test_past(void **state) {
    (void)state;
    static uint8_t memory[4 << 20];
    vaddr_t block[BLOCKS];
    uint16_t then[SCREEN_ROWS * SCREEN_COLUMNS];
    start();
    random_start(15);
    struct space *s = patchwork("first", false, block, 300);
    past_init(memory, sizeof memory);
    status.running = false;
    program_malloc(s, 333);
    uint32_t moment = events.next - 1;
    viz_key(KEY_HOME);
    frame();
    memcpy(then, viz_target, sizeof then);
    for (int i = 0; i < BLOCKS; i++) {
        if (block[i]) {
            program_free(s, block[i]);
        }
    }
    frame();
    assert_int_equal(past_open(moment), OK);
    status.moment = moment;
    viz_key(KEY_HOME);
    frame();
    past_close();
    /* All but the title, and what the past does not know: the events that made holes. */
    for (int i = SCREEN_COLUMNS; i < SCREEN_ROWS * SCREEN_COLUMNS; i++) {
        int row = i / SCREEN_COLUMNS, column = i % SCREEN_COLUMNS;
        if (row < LIST || row >= LIST + LIST_ROWS || column < TILE_ASKED_END) {
            assert_int_equal(viz_target[i], then[i]);
        }
    }
}

static void test_sutured(void **state) {
    (void)state;
    start();
    assert_non_null(space_new(9, "suture", regime_find("sutured"), policy_find("first"), false));
    assert_int_equal(viz_select(9), OK);
    frame();
    assert_string_equal(row_text(LIST), "the seed keeps the books of this heap: F3 shows them");
    assert_non_null(strstr(row_text(HEAPS_ROW), "only grows"));
    assert_null(strstr(row_text(HEAPS_ROW), "first fit"));
    assert_int_equal(viz_maps[0].kind, MAP_BOOKS);
    assert_memory_equal(row_text(FIGURES), "freed 0 B, ", 11);
}

/* Every look of the same moment. */
static void test_looks(void **state) {
    (void)state;
    vaddr_t block[12];
    static const char *const looks[] = {"light", "mono"};
    for (int i = 0; i < 4; i++) {
        struct space *s = start();
        holes(s, block);
        status.running = false;
        program_malloc(s, 300);
        if (i < 2) {
            assert_int_equal(look_theme(looks[i]), OK);
        }
        look_letters(i == 1 || i == 2);
        look_rows(i == 3 ? SCREEN_ROWS_MOST : SCREEN_ROWS);
        frame();
        static const char *const names[] = {"heap_light", "heap_mono_letters", "heap_letters", "heap_50"};
        assert_golden(names[i]);
        look_init();
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nobody),       cmocka_unit_test(test_fresh),
        cmocka_unit_test(test_search),       cmocka_unit_test(test_list_is_the_heap),
        cmocka_unit_test(test_figures),      cmocka_unit_test(test_searches),
        cmocka_unit_test(test_list_follows), cmocka_unit_test(test_pages),
        cmocka_unit_test(test_past),         cmocka_unit_test(test_sutured),
        cmocka_unit_test(test_looks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
