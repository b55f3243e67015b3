/*
 * The overview on machines made by hand: golden screens, and what a frame does and does not do again.
 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "mm/events.h"
#include "mm/memman.h"
#include "mm/paging.h"
#include "tests/host/support_viz.h"
#include "viz/layout.h"
#include "viz/map.h"
#include "viz/palette.h"

static uint32_t number;

static uint32_t random_below(uint32_t n) {
    number = number * 1664525u + 1013904223u;
    return (number >> 8) % n;
}

static void start(uint32_t megabytes) {
    number = 1;
    machine_start(megabytes);
    viz_init(NULL);
}

static void frame(void) {
    struct viz_status status = status_now();
    viz_frame(&status);
}

/* A heap in pieces: `live` blocks of up to `most` bytes, some of them large. */
static void fragment(struct space *space, int live, uint32_t most) {
    vaddr_t blocks[256] = {0};
    assert_in_range(live, 1, 256);
    for (int i = 0; i < 6 * live; i++) {
        int n = (int)random_below((uint32_t)live);
        events_clock += 7;
        if (blocks[n]) {
            assert_int_equal(program_free(space, blocks[n]), OK);
            blocks[n] = 0;
        } else {
            blocks[n] = program_malloc(space, i % 17 ? 16 + random_below(most) : 20 * most);
            assert_int_not_equal(blocks[n], 0);
        }
    }
}

/* ---- What each pixel must show, from the smallest questions the walks answer ---- */

/* Bytes of a pixel by what they are, from single frames, pages and tiles. */
static void count_byte_by_byte(const struct map_place *place, struct region bytes, uint32_t counts[PAINTS],
                               bool *error) {
    const struct space *space = space_find(place->pid);
    for (uint32_t a = bytes.start; a != bytes.end; a += 8) {
        uint8_t what;
        struct tile_view tile;
        uint32_t entry = space ? paging_entry(NOW, space, round_down(a, PAGE_SIZE)) : 0;
        if (place->kind == MAP_FRAMES) {
            what = owners_frame(NOW, a >> PAGE_SHIFT).owner;
        } else if (place->kind == MAP_PAGES) {
            what = entry & PG_PRESENT ? owners_frame(NOW, entry >> PAGE_SHIFT).owner : PAINT_UNMAPPED;
            *error |= what == OWNER_FREE;
        } else {
            assert_true(heap_tile(NOW, &space->heap, a, &tile));
            what = tile.state == TILE_BLOCK ? OWNER_HEAP : entry & PG_PRESENT ? OWNER_FREE : PAINT_UNMAPPED;
        }
        *error |= what == OWNER_FOREIGN;
        counts[what] += 8;
        if (place->kind != MAP_HEAP) {
            counts[what] += PAGE_SIZE - 8;
            a += PAGE_SIZE - 8;
        }
    }
}

/* Does a block begin in these bytes that fills as many more behind them? */
static bool edge(const struct map_place *place, struct region bytes) {
    const struct space *space = space_find(place->pid);
    struct tile_view tile;
    uint32_t next = bytes.end + (1u << place->shift);
    return place->kind == MAP_HEAP && heap_tile(NOW, &space->heap, bytes.end - 1, &tile) &&
           tile.state == TILE_BLOCK && tile.at.start >= bytes.start && tile.at.end >= next;
}

static uint8_t colour_of(const struct map_place *place, uint32_t n) {
    uint32_t counts[PAINTS] = {0}, size = region_size(place->region), offset = n << place->shift;
    bool error = false;
    if (offset >= size) {
        return COLOUR_BACKGROUND;
    }
    uint32_t bytes = size - offset < 1u << place->shift ? size - offset : 1u << place->shift;
    vaddr_t from = place->region.start + offset;
    count_byte_by_byte(place, (struct region){from, from + bytes}, counts, &error);
    uint8_t best = PAINT_UNMAPPED;
    for (uint8_t o = 0; o < OWNERS; o++) {
        best = counts[o] && counts[o] >= counts[best] ? o : best;
    }
    if (best == OWNER_HEAP && edge(place, (struct region){from, from + bytes})) {
        return COLOUR_EDGE;
    }
    return error ? COLOUR_ERROR : best == PAINT_UNMAPPED ? COLOUR_UNMAPPED : owner_colour[best];
}

/* Every cell of every map on the screen. */
static void assert_maps_true(uint32_t maps) {
    uint32_t seen = 0;
    for (const struct map_place *place = viz_maps; place < viz_maps + MAPS; place++) {
        seen += place->kind != MAP_NONE;
        for (uint32_t n = 0; place->kind != MAP_NONE && n < (uint32_t)place->columns * place->rows; n++) {
            uint32_t row = n / place->columns, column = n % place->columns;
            if (row % 2) {
                continue;
            }
            uint16_t c = viz_target[(place->row + row / 2) * SCREEN_COLUMNS + place->column + column];
            uint8_t upper = colour_of(place, n), lower = colour_of(place, n + place->columns);
            bool error = upper == COLOUR_ERROR || lower == COLOUR_ERROR;
            assert_int_equal(c, error ? cell('!', ATTR_ERROR) : cell(0xDF, ATTRIBUTE(upper, lower)));
        }
    }
    assert_int_equal(seen, maps);
}

static void test_nobody(void **state) {
    (void)state;
    start(64);
    frame();
    assert_golden("overview_nobody");
    assert_maps_true(5);
}

/* A process that has not called malloc yet. */
static void test_fresh(void **state) {
    (void)state;
    start(64);
    machine_spawn(7, "fresh", 6);
    frame();
    assert_golden("overview_fresh");
    assert_maps_true(7);
}

static void test_fragment(void **state) {
    (void)state;
    start(64);
    struct space *shell = machine_spawn(1, "shell", 12);
    machine_spawn(2, "threads", 30);
    struct space *space = machine_spawn(3, "fragment", 6);
    fragment(shell, 20, 3000);
    fragment(space, 160, 500);
    assert_int_equal(viz_select(3), OK);
    frame();
    assert_golden("overview_fragment");
    assert_maps_true(7);
}

static void test_glow(void **state) {
    (void)state;
    start(64);
    struct space *space = machine_spawn(3, "fragment", 6);
    fragment(space, 100, 500);
    frame();
    events_clock += 1000;
    program_malloc(space, 900);
    program_free(space, 0xBFFFE000);
    struct viz_status status = status_now();
    status.glow = true;
    viz_frame(&status);
    assert_golden("overview_glow");
    program_malloc(space, 200000); /* new frames glow in their own zone, not in the zone before it */
    status.now = ++events_clock;
    viz_frame(&status);
    const struct screen home = {.rows = SCREEN_ROWS};
    const struct overview_layout l = layout_overview(&home);
    for (int i = l.part[0] * SCREEN_COLUMNS; i < l.part[4] * SCREEN_COLUMNS; i++) {
        int column = i % SCREEN_COLUMNS - MAP_COLUMN;
        if (column > 0 && column < MAP_COLUMNS) {
            assert_int_not_equal(viz_target[i] >> 12, COLOUR_WHITE);
        }
    }
    status.now += GLOW_MS;
    viz_frame(&status);
    for (int i = (l.heap + 1) * SCREEN_COLUMNS; i < l.statistics * SCREEN_COLUMNS; i++) {
        uint8_t attribute = (uint8_t)(viz_target[i] >> 8);
        assert_int_not_equal(attribute & 15, COLOUR_WHITE);
        assert_int_not_equal(attribute >> 4, COLOUR_WHITE);
    }
}

/* At any size of memory each map holds its whole region. */
static void test_sizes(void **state) {
    static const uint32_t megabytes[] = {8, 16, 64, 128, 512, 1024, 3072, 4096 - 1};
    (void)state;
    for (uint32_t i = 0; i < sizeof megabytes / sizeof *megabytes; i++) {
        start(megabytes[i]);
        struct space *space = machine_spawn(1, "first", 20);
        fragment(space, 40, 400);
        frame();
        for (int m = 0; m < 7; m++) {
            uint32_t pixels = (uint32_t)viz_maps[m].columns * viz_maps[m].rows;
            assert_true((region_size(viz_maps[m].region) - 1) >> viz_maps[m].shift < pixels);
        }
        assert_maps_true(7);
        if (megabytes[i] == 8 || megabytes[i] == 3072) {
            assert_golden(megabytes[i] == 8 ? "overview_8mb" : "overview_3gb");
        }
    }
}

/* Frames that follow the events show what a frame that looks at everything shows: a frame after each call. */
static void test_follow(void **state) {
    (void)state;
    start(8);
    struct space *space = machine_spawn(1, "one", 20);
    vaddr_t blocks[150] = {0};
    int live = 0, most = (int)(sizeof blocks / sizeof *blocks);
    for (int i = 0; i < 900; i++) {
        bool grow = i < most || random_below(5) < 2; /* more frees than mallocs at the end */
        events_clock += 16;
        if (grow && live < most) {
            blocks[live++] = program_malloc(space, random_below(8) ? random_below(600) : random_below(20000));
        } else if (live > 0) {
            int n = (int)random_below((uint32_t)live);
            assert_int_equal(program_free(space, blocks[n]), OK);
            blocks[n] = blocks[--live];
        }
        frame();
        assert_maps_true(7);
    }
}

/* Tab goes round the living, an ended process stays chosen and says so, the storm of its end is painted. */
static void test_choice(void **state) {
    (void)state;
    start(32);
    struct space *two = machine_spawn(2, "two", 3);
    frame();
    assert_int_equal(viz_selected(), 2);
    struct space *one = machine_spawn(5, "five", 20);
    fragment(one, 100, 3000);
    fragment(two, 200, 3000);
    frame();
    assert_int_equal(viz_selected(), 2);
    assert_maps_true(7);
    viz_select_next(false);
    assert_int_equal(viz_selected(), 5);
    viz_select_next(false);
    assert_int_equal(viz_selected(), 2);
    viz_select_next(true);
    assert_int_equal(viz_selected(), 5);
    assert_int_equal(viz_select(2), OK);
    assert_int_equal(viz_select(3), E_NOENT);
    frame();
    assert_maps_true(7);

    machine_exit(two, 0);
    frame();
    assert_int_equal(viz_selected(), 2);
    assert_maps_true(5);
    assert_golden("overview_ended");
    viz_select_next(false);
    frame();
    assert_int_equal(viz_selected(), 5);
    assert_maps_true(7);
}

/* The scale of a heap stays until the heap has outgrown it or fills a quarter of the map. */
static void test_scale_is_calm(void **state) {
    (void)state;
    assert_int_equal(map_fit(0, 512, 4), 4);
    assert_int_equal(map_fit(512 * 16, 512, 4), 4);
    assert_int_equal(map_fit(512 * 16 + 1, 512, 4), 5);
    assert_int_equal(map_fit(0xFFFFFFFF, 256, 12), 24);
    start(64);
    struct space *space = machine_spawn(1, "one", 2);
    vaddr_t a = program_malloc(space, 60000), b = program_malloc(space, 10000);
    frame();
    uint8_t shift = viz_maps[6].shift;
    assert_int_equal(shift, 8);
    program_free(space, b); /* 60 KB would fit at half the scale */
    frame();
    assert_int_equal(viz_maps[6].shift, 8);
    program_malloc(space, 100);
    program_free(space, a);
    frame();
    assert_maps_true(7);
}

/* A page that maps a frame nobody was lent is an error, and so is a foreign frame; an error wins however
 * small. */
static void test_errors(void **state) {
    (void)state;
    start(64);
    struct space *space = machine_spawn(3, "victim", 6);
    fragment(space, 100, 500);
    uint32_t entry = paging_entry(NOW, space, USER_HEAP);
    owners_set(entry >> PAGE_SHIFT, 1, OWNER_FREE, NO_SLOT);
    owners_set((zones[ZONE_U].span.start >> PAGE_SHIFT) + 3000, 1, OWNER_FOREIGN, NO_SLOT);
    struct viz_status status = status_now();
    status.audit_differences = 2;
    viz_frame(&status);
    assert_maps_true(7);
    assert_golden("overview_errors");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nobody), cmocka_unit_test(test_fresh),         cmocka_unit_test(test_fragment),
        cmocka_unit_test(test_glow),   cmocka_unit_test(test_sizes),         cmocka_unit_test(test_follow),
        cmocka_unit_test(test_choice), cmocka_unit_test(test_scale_is_calm), cmocka_unit_test(test_errors),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
