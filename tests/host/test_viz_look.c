/*
 * The look and the cursor on a machine made by hand: themes, letters, colours, zoom, rows, what the cursor is on and what
 * the inspector says of it.
 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "mm/events.h"
#include "mm/memman.h"
#include "mm/paging.h"
#include "mm/past.h"
#include "tests/host/support_viz.h"
#include "viz/chain.h"
#include "viz/cursor.h"
#include "viz/layout.h"
#include "viz/look.h"
#include "viz/map.h"
#include "viz/palette.h"
#include "viz/race.h"

/* The overview's maps. */
enum { MAP_OF_P = 1, MAP_OF_B = 3, MAP_OF_U = 4, MAP_OF_TABLE = 5, MAP_OF_HEAP = 6 };

static vaddr_t block[20];
static struct space *space;

static const char *function(uint16_t pid, uint32_t address, uint32_t *offset) {
    *offset = address - USER_IMAGE;
    return pid == 3 ? "plant" : NULL;
}

static void frame(void) {
    struct viz_status status = status_now();
    viz_frame(&status);
}

/* Twenty blocks, every third given back. */
static void start(uint32_t megabytes) {
    static const struct viz_world world = {.function = function};
    machine_start(megabytes);
    viz_init(&world);
    space = machine_spawn(3, "garden", 6);
    for (uint32_t i = 0; i < 20; i++) {
        events_clock += 50;
        block[i] = program_malloc(space, 100 + 300 * i);
    }
    for (uint32_t i = 2; i < 20; i += 3) {
        program_free(space, block[i]);
    }
    events_clock += 1000;
    frame();
}

static const char *inspected(int row) {
    return row_text((int)viz_look.rows - FOOTER_UP + row);
}

static void press(int key, int times) {
    while (times--) {
        viz_key(key);
    }
    frame();
}

/* Does the map's pixel of that address beat? Between two phases its colour changes. */
static bool beats(uint32_t map, uint32_t address) {
    int half_row, column;
    assert_true(map_find(map, address, &half_row, &column));
    uint16_t seen[2];
    for (int i = 0; i < 2; i++) {
        frame();
        uint16_t c = viz_target[half_row / 2 * SCREEN_COLUMNS + column] >> 8;
        seen[i] = half_row % 2 ? c >> 4 : c & 15;
        events_clock += 320;
    }
    return seen[0] != seen[1];
}

static void show(enum subject_kind kind, uint32_t address) {
    struct subject subject = {
        .kind = kind, .pid = kind == SUBJECT_FRAMES ? 0 : 3, .at = {address, address + 1}};
    viz_inspect(&subject);
    frame();
}

static void put_cursor(uint32_t map, uint32_t address) {
    show(map < MAP_OF_TABLE ? SUBJECT_FRAMES : map == MAP_OF_TABLE ? SUBJECT_PAGES : SUBJECT_HEAP, address);
    uint32_t there;
    assert_int_equal(cursor_map(&there), map);
    assert_int_equal(there, address);
}

/* ---- Looks ---- */

static void test_themes(void **state) {
    (void)state;
    start(64);
    assert_golden("look_dark");
    assert_ptr_equal(viz_palette, themes[THEME_DARK]);
    assert_int_equal(look_theme("light"), OK);
    frame();
    assert_golden("look_light");
    assert_ptr_equal(viz_palette, themes[THEME_LIGHT]);
    look_theme(NULL);
    frame();
    assert_golden("look_mono");
    assert_ptr_equal(viz_palette, themes[THEME_MONO]);
    look_theme(NULL);
    assert_ptr_equal(viz_palette, themes[THEME_DARK]);
    assert_int_equal(look_theme("dusk"), E_NOENT);
}

/* Relative luminance and contrast, as the WCAG define them. */
static double linear(uint8_t part) {
    double c = part / 63.0, x = (c + 0.055) / 1.055, r = x * x; /* x to the power of 2.4, near enough */
    return c <= 0.04 ? c / 12.92 : r * (0.6 + 0.4 * x);
}

static double contrast(enum theme theme, uint8_t attribute) {
    double l[2];
    for (int i = 0; i < 2; i++) {
        const struct rgb6 *c = &themes[theme][i ? attribute >> 4 : attribute & 15];
        l[i] = 0.2126 * linear(c->red) + 0.7152 * linear(c->green) + 0.0722 * linear(c->blue) + 0.05;
    }
    return l[0] > l[1] ? l[0] / l[1] : l[1] / l[0];
}

static void test_letters_can_be_read(void **state) {
    (void)state;
    start(8);
    for (int theme = 0; theme < THEMES; theme++, look_theme(NULL)) {
        static const uint8_t texts[] = {ATTR_TEXT,       ATTR_HEADING,    ATTR_TITLE,
                                        ATTR_TITLE_TEXT, ATTR_CHOSEN,     ATTR_CURSOR,
                                        ATTR_DIM,        ATTR_ERROR_TEXT, ATTR_ERROR};
        for (uint32_t i = 0; i < sizeof texts; i++) {
            assert_true(contrast((enum theme)theme, texts[i]) >= 4.5);
        }
        for (int o = 0; o < OWNERS; o++) {
            assert_true(contrast((enum theme)theme, attr_owner_text((enum owner)o)) >= 4.5);
        }
        for (uint8_t c = 0; c < COLOURS; c++) { /* letters on whatever a map shows */
            assert_true(contrast((enum theme)theme, attr_on(c)) >= 4.5);
        }
        /* a hole, an unmapped page and what somebody owns are told apart, and all of them from what lies outside */
        assert_true(contrast((enum theme)theme, ATTRIBUTE(COLOUR_FREE, COLOUR_UNMAPPED)) >= 1.5);
        assert_true(contrast((enum theme)theme, ATTRIBUTE(COLOUR_UNMAPPED, COLOUR_BACKGROUND)) >= 1.25);
        for (int o = OWNER_FREE + 1; o < OWNERS; o++) {
            assert_true(contrast((enum theme)theme, ATTRIBUTE(owner_colour[o], COLOUR_FREE)) >= 1.5);
            assert_true(contrast((enum theme)theme, ATTRIBUTE(owner_colour[o], COLOUR_UNMAPPED)) >= 1.5);
        }
        assert_true(contrast((enum theme)theme, ATTRIBUTE(COLOUR_HEAP, COLOUR_EDGE)) >= 1.5);
        for (int age = 1; age < AGES; age++) { /* the older, the darker */
            assert_true(contrast((enum theme)theme, ATTRIBUTE(age_colour[age], COLOUR_EDGE)) <
                        contrast((enum theme)theme, ATTRIBUTE(age_colour[age - 1], COLOUR_EDGE)));
        }
        /* nothing is stronger than an error where there are no hues */
        assert_true(theme != THEME_MONO ||
                    contrast(THEME_MONO, ATTR_ERROR_TEXT) >= contrast(THEME_MONO, ATTR_HEADING));
    }
}

/* A cell is one pixel; what it prints is the owner's letter. */
static void test_letters(void **state) {
    (void)state;
    start(64);
    uint8_t shift = viz_maps[MAP_OF_HEAP].shift;
    look_letters(true);
    frame();
    assert_golden("look_letters");
    const struct map_place *heap = &viz_maps[MAP_OF_HEAP];
    assert_int_equal(heap->shift, shift + 1);
    for (uint32_t n = 0; n < (uint32_t)heap->columns * heap->rows; n++) {
        uint32_t at = heap->region.start + (n << heap->shift);
        char shown = (char)viz_target[(heap->row + n / 64) * SCREEN_COLUMNS + heap->column + n % 64];
        struct tile_view tile;
        bool inside = heap_tile(NOW, &space->heap, at, &tile);
        if (inside && tile.at.end - at >= 1u << heap->shift) { /* the whole pixel */
            bool mapped = paging_entry(NOW, space, round_down(at, PAGE_SIZE)) & PG_PRESENT;
            assert_int_equal(shown, tile.state == TILE_BLOCK ? 'H' : mapped ? '-' : ' ');
        }
    }
    look_letters(false);
    frame();
    assert_int_equal(viz_maps[MAP_OF_HEAP].shift, shift);
}

static void test_rows(void **state) {
    (void)state;
    start(64);
    assert_int_equal(look_rows(50), OK);
    assert_int_equal(viz_rows, 50);
    frame();
    assert_golden("look_50");
    assert_int_equal(look_rows(40), E_INVAL);
    look_rows(25);
    frame();
    assert_golden("look_dark");
}

/* The eight largest have colours, the ninth is grey like the kernel. */
static void test_colour_by_process(void **state) {
    (void)state;
    static const char *const names[] = {"ant", "bee", "cat", "dog", "eel", "fox", "gnu", "hen"};
    start(64);
    struct space *others[8];
    for (uint16_t i = 0; i < 8; i++) {
        others[i] = machine_spawn((uint16_t)(4 + i), names[i], 100 + 10u * i);
    }
    look_colour("process");
    frame();
    assert_golden("look_process");
    for (int i = 0; i < 8; i++) {
        assert_int_equal(look_ranked((uint32_t)i), others[7 - i]->slot);
        assert_int_equal(look_process_colour(others[i]->slot), rank_colour[7 - i]);
    }
    assert_int_equal(look_process_colour(space->slot), COLOUR_GREY);
    assert_int_equal(look_process_colour(NO_SLOT), COLOUR_GREY);
    look_theme("mono"); /* greys are too near to each other: letters are ranks then */
    look_letters(true);
    frame();
    assert_golden("look_process_mono");
    const struct map_place *frames = &viz_maps[4]; /* user pages */
    bool seen[10] = {false};
    for (int i = 0; i < frames->columns * frames->rows; i++) {
        char c = (char)
            viz_target[frames->row * SCREEN_COLUMNS + i / 64 * SCREEN_COLUMNS + frames->column + i % 64];
        seen[c >= '0' && c <= '9' ? c - '0' : 9] = true;
    }
    for (int rank = 0; rank <= RANKS; rank++) {
        assert_true(seen[rank]);
    }

    uint32_t then = events.next - 1; /* of the past those have colours that were there */
    uint8_t slot = others[7]->slot;
    machine_exit(others[7], 0);
    frame();
    assert_int_not_equal(look_ranked(0), slot);
    assert_int_equal(past_open(then), OK);
    struct viz_status status = status_now();
    status.moment = then;
    viz_frame(&status);
    past_close();
    assert_int_equal(look_ranked(0), slot);
}

static void test_colour_by_age(void **state) {
    (void)state;
    start(8);
    look_colour("age");
    frame();
    assert_golden("look_age");
    uint32_t newest = events.next - 1;
    assert_int_equal(look_age_colour(newest, NOW), age_colour[0]);
    assert_int_equal(look_age_colour(newest - 9, NOW), age_colour[0]);
    assert_int_equal(look_age_colour(newest - 10, NOW), age_colour[1]);
    assert_int_equal(look_age_colour(newest - 100, newest), age_colour[2]);
    assert_int_equal(look_age_colour(newest - 100, newest - 50), age_colour[1]);
    assert_int_equal(look_age_colour(0, NOW), age_colour[AGES - 1]);
    assert_int_equal(look_colour("size"), E_NOENT);
}

/* ---- The cursor ---- */

static void test_inspects_a_block(void **state) {
    (void)state;
    start(64);
    press(KEY_RIGHT, 1); /* brings it to the heap's first block */
    uint32_t address;
    assert_int_equal(cursor_map(&address), MAP_OF_HEAP);
    assert_int_equal(address, block[0]);
    assert_golden("cursor_block");
    char words[SCREEN_COLUMNS + 1];
    const struct chain *chain = chain_shown();
    snprintf(words, sizeof words, "H block %08X..%08X  %u B (100 asked) of pid 3 garden",
             chain->tile.at.start, chain->tile.at.end, chain->tile.at.end - chain->tile.at.start);
    assert_string_equal(inspected(0), words);
    uint32_t entry = paging_entry(NOW, space, USER_HEAP);
    snprintf(words, sizeof words, "  block <- heap of pid 3 <- frame %08X <- zone upages", entry & PG_FRAME);
    assert_string_equal(inspected(1), words);
    assert_true(beats(MAP_OF_HEAP, address) && beats(MAP_OF_TABLE, address) &&
                beats(MAP_OF_U, entry & PG_FRAME));
    assert_false(beats(MAP_OF_TABLE, address + 4 * PAGE_SIZE));
    press('\033', 1);
    assert_false(cursor_on());
    assert_int_equal(chain_shown()->subject.kind, SUBJECT_NOTHING);
    assert_golden("cursor_away");
}

/* Every pixel can be reached, in the order of addresses; and from map to map. */
static void test_moves(void **state) {
    (void)state;
    start(64);
    press(KEY_RIGHT, 1);
    const struct map_place *heap = &viz_maps[MAP_OF_HEAP];
    uint32_t address, pixels = ((heap->region.end - 1 - heap->region.start) >> heap->shift) + 1;
    for (uint32_t n = 1; n < pixels; n++) {
        press(KEY_RIGHT, 1);
        assert_int_equal(cursor_map(&address), MAP_OF_HEAP);
        assert_int_equal((address - heap->region.start) >> heap->shift, n);
    }
    for (uint32_t n = pixels - 1; n-- > 0;) {
        press(KEY_LEFT, 1);
        cursor_map(&address);
        assert_int_equal((address - heap->region.start) >> heap->shift, n);
    }
    static const int up[] = {MAP_OF_TABLE, MAP_OF_TABLE, MAP_OF_TABLE, MAP_OF_TABLE, MAP_OF_U};
    for (uint32_t i = 0; i < sizeof up / sizeof *up; i++) {
        press(KEY_UP, 1);
        assert_int_equal(cursor_map(&address), up[i]);
    }
    press(KEY_DOWN, 40);
    assert_int_equal(cursor_map(&address), MAP_OF_HEAP);
    press(KEY_UP, 40);
    assert_int_equal(cursor_map(&address), 0); /* the system's */
}

static void test_mouse(void **state) {
    (void)state;
    start(64);
    int half_row, column, row;
    uint32_t address;
    assert_true(map_find(MAP_OF_HEAP, block[1], &half_row, &column));
    viz_mouse(-10000, -10000, false);
    viz_mouse(8 * column + 4, 8 * half_row + 4, false);
    frame();
    assert_int_equal(cursor_map(&address), MAP_OF_HEAP);
    assert_true(region_has(chain_shown()->tile.at, address));
    viz_mouse(-8 * column, 0, false); /* over the addresses at the left: nothing, and its cell inverted */
    frame();
    assert_int_equal(cursor_subject().kind, SUBJECT_NOTHING);
    cursor_cell(&row, &column);
    assert_int_equal(viz_target[row * SCREEN_COLUMNS + column] >> 8,
                     ATTRIBUTE(COLOUR_BACKGROUND, COLOUR_GREY));
    int before = column;
    for (int i = 0; i < 20; i++) { /* slowly, a count a frame */
        viz_mouse(1, 0, false);
        frame();
    }
    cursor_cell(&row, &column);
    assert_in_range(column - before, 2, 3);
    viz_mouse(-20, 0, false);
    frame();
    cursor_cell(&row, &column);
    viz_mouse(0, -10000, false);
    frame();
    assert_int_equal(viz_target[row * SCREEN_COLUMNS + column] >> 8, ATTR_DIM);
}

/* The cursor stays with its block, whatever happens around it and however it is shown. */
static void test_holds_on(void **state) {
    (void)state;
    start(64);
    show(SUBJECT_HEAP, block[4] + 8);
    uint32_t address;
    for (int i = 0; i < 12; i++) {
        viz_zoom(-1);
        frame();
        assert_int_equal(cursor_map(&address), MAP_OF_HEAP);
        assert_int_equal(chain_shown()->tile.at.start, block[4]);
    }
    assert_int_equal(viz_maps[MAP_OF_HEAP].shift, 0);
    look_letters(true);
    look_rows(50);
    frame();
    assert_int_equal(chain_shown()->tile.at.start, block[4]);
    assert_int_equal(cursor_map(&address), MAP_OF_HEAP);
    look_rows(25);
    program_free(space, block[4]);
    frame();
    assert_memory_equal(inspected(1), "  hole <- heap of pid 3 <- frame ", 33);
    machine_exit(space, 0);
    frame();
    assert_true(cursor_on());
    assert_int_equal(chain_shown()->runs, 0);
}

static void test_inspects_other_things(void **state) {
    (void)state;
    start(64);
    paddr_t frame_of_heap = paging_entry(NOW, space, USER_HEAP) & PG_FRAME;
    show(SUBJECT_FRAMES, frame_of_heap);
    assert_golden("cursor_frame");
    assert_int_equal(chain_shown()->pages.start, USER_HEAP);
    assert_true(beats(MAP_OF_TABLE, USER_HEAP) && beats(MAP_OF_HEAP, USER_HEAP));
    show(SUBJECT_FRAMES, space->directory);
    char words[SCREEN_COLUMNS + 1];
    paddr_t directory = space->directory;
    snprintf(words, sizeof words, "P frame %08X..%08X  4,096 B of pid 3 garden", directory,
             directory + PAGE_SIZE);
    assert_string_equal(inspected(0), words);
    show(SUBJECT_PAGES, USER_HEAP + 3 * PAGE_SIZE);
    assert_golden("cursor_page");
    show(SUBJECT_PAGES, 0x10000000);
    assert_string_equal(inspected(0), "  unmapped page 10000000..10001000  4,096 B of pid 3 garden: nothing");
    struct range range;
    assert_true(memman_range(NOW, ZONE_B, zones[ZONE_B].span.start, &range));
    show(SUBJECT_FRAMES, range.at.start + 20);
    assert_golden("cursor_bytes");
    struct subject event = {.kind = SUBJECT_EVENT, .seq = events.next - 1};
    viz_inspect(&event);
    frame();
    assert_true(chain_touches_event(event.seq));
    assert_golden("cursor_event");
    struct subject process = {.kind = SUBJECT_PROCESS, .pid = 3};
    viz_inspect(&process);
    frame();
    assert_non_null(strstr(inspected(0), "pid 3 garden"));
    assert_true(chain_touches(SUBJECT_PROCESS, 3, (struct region){0, 0}));
}

/* ---- Every cell true ---- */

static void report(void *context, int row, int column, uint16_t shown, uint16_t meant) {
    (void)context;
    print_error("row %d column %d shows %04x, means %04x\n", row, column, shown, meant);
}

static void assert_true_screen(void) {
    frame();
    assert_int_equal(viz_check(report, NULL), 0);
}

/* What stands nowhere on the screen has no place: nothing is inverted, and an arrow begins anew. */
static void test_stands_nowhere(void **state) {
    (void)state;
    start(64);
    press(KEY_RIGHT, 1);
    show(SUBJECT_PAGES, 0x7FFFFFFF);
    int row, column;
    uint32_t address;
    assert_true(cursor_on());
    assert_false(cursor_cell(&row, &column));
    assert_true_screen();
    press(KEY_DOWN, 1);
    assert_true(cursor_cell(&row, &column));
    assert_int_equal(cursor_map(&address), MAP_OF_HEAP);
    assert_true_screen();
}

/* A map that shows 4 GB, and whose last pixels would lie beyond, follows what happens all the same. */
static void test_follows_at_every_zoom(void **state) {
    (void)state;
    static const struct {
        bool letters;
        uint32_t rows;
    } sizes[] = {{false, 25}, {true, 25}, {false, 50}, {true, 50}};
    for (uint32_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        start(64);
        look_letters(sizes[i].letters);
        look_rows(sizes[i].rows);
        viz_key(KEY_F5);
        show(SUBJECT_HEAP, block[0]);
        for (int out = 0; out < 32; out++) {
            viz_zoom(1);
            frame();
        }
        show(SUBJECT_NOTHING, 0);
        vaddr_t big = program_malloc(space, 12 << 20); /* more than half of a pixel */
        assert_true_screen();
        program_free(space, big);
        assert_true_screen();
    }
}

/* A view whose maps are gone leaves neither their cells nor their places behind. */
static void test_maps_that_go(void **state) {
    (void)state;
    start(64);
    struct space *other = machine_spawn(4, "rival", 6);
    program_malloc(other, 5000);
    struct race running = {
        .program = "garden", .lanes = 2, .lane = {{.pid = 3, .label = "first"}, {.pid = 4, .label = "best"}}};
    assert_int_equal(viz_view("race"), OK);
    struct viz_status status = status_now();
    status.race = &running;
    viz_frame(&status);
    assert_int_equal(viz_maps[1].pid, 4);
    running.lanes = 4;
    running.lane[2] = running.lane[0];
    running.lane[3] = running.lane[1];
    program_malloc(other, 50);
    viz_frame(&status);
    assert_int_equal(viz_maps[3].pid, 4);
    assert_int_equal(viz_check(report, NULL), 0);
    assert_true_screen(); /* there is no race any more */
    for (int i = 0; i < MAPS; i++) {
        assert_int_equal(viz_maps[i].kind, MAP_NONE);
    }
    look_rows(25);
    static uint16_t then[SCREEN_ROWS_MOST * SCREEN_COLUMNS];
    memcpy(then, viz_target, sizeof then);
    frame();
    assert_memory_equal(then, viz_target, sizeof then);
}

/* Words that change in their place are seen to change. */
static void test_captions(void **state) {
    (void)state;
    start(64);
    char words[] = "a garden";
    struct viz_status status = status_now();
    status.caption = words;
    for (status.captions = 1; status.captions < 4; status.captions++) {
        words[0] = (char)('a' + status.captions);
        viz_frame(&status);
        bool found = false;
        for (int row = 0; row < SCREEN_ROWS; row++) {
            found |= strstr(row_text(row), words) != NULL;
        }
        assert_true(found);
    }
}

/* ---- Zoom ---- */

/* Every map from all 4 GB to single bytes, the selection always in sight. */
static void test_zooms(void **state) {
    (void)state;
    start(64);
    const uint32_t things[][2] = {{0, 0x5000},
                                  {MAP_OF_P, space->directory},
                                  {MAP_OF_B, zones[ZONE_B].span.start},
                                  {MAP_OF_U, paging_entry(NOW, space, USER_HEAP) & PG_FRAME},
                                  {MAP_OF_TABLE, USER_HEAP},
                                  {MAP_OF_HEAP, block[7]}};
    for (uint32_t i = 0; i < sizeof things / sizeof *things; i++) {
        uint32_t map = things[i][0], address = things[i][1];
        int half_row, column;
        put_cursor(map, address);
        for (int out = 0; out < 32; out++) {
            viz_zoom(1);
            frame();
            assert_true(map_find(map, address, &half_row, &column));
        }
        const struct map_place *place = &viz_maps[map];
        assert_true(place->region.start == 0 && place->region.end == 0);
        assert_true((uint64_t)place->columns * place->rows << place->shift >= (uint64_t)1 << 32);
        for (int in = 0; in < 40; in++) {
            viz_zoom(-1);
            frame();
            assert_true(map_find(map, address, &half_row, &column));
            uint32_t steps =
                (uint32_t)(half_row - 2 * place->row) * place->columns + (uint32_t)(column - place->column);
            uint32_t pixel = place->region.start + (steps << place->shift);
            assert_true(address >= pixel && address - pixel < 1u << place->shift);
        }
        assert_int_equal(place->shift, 0);
        viz_zoom(0);
        frame();
    }
    struct subject subject = {.kind = SUBJECT_FRAMES, .at = {space->directory, space->directory + 1}};
    viz_inspect(&subject);
    viz_zoom_to(12); /* the map of what is inspected, before a frame has shown it */
    frame();
    assert_int_equal(viz_maps[MAP_OF_P].shift, 12);
    char label[MAP_COLUMN + 1];
    snprintf(label, sizeof label, "P%08X", viz_maps[MAP_OF_P].region.start);
    assert_memory_equal(row_text(viz_maps[MAP_OF_P].row), label, MAP_COLUMN);
    viz_zoom(0);
    frame();
    assert_memory_equal(row_text(viz_maps[MAP_OF_P].row), "P kpages ", MAP_COLUMN);
    put_cursor(MAP_OF_HEAP, block[7]);
    viz_zoom_to(5);
    frame();
    assert_int_equal(viz_maps[MAP_OF_HEAP].shift, 5);
    assert_golden("zoom_32");
}

/* A zoomed map scrolls when the cursor leaves it. */
static void test_scrolls(void **state) {
    (void)state;
    start(64);
    put_cursor(MAP_OF_HEAP, block[0]);
    viz_zoom_to(2);
    frame();
    uint32_t address, start = viz_maps[MAP_OF_HEAP].region.start;
    assert_int_equal(start, USER_HEAP);
    press(KEY_DOWN, 30);
    assert_int_equal(cursor_map(&address), MAP_OF_HEAP);
    assert_int_equal(address, USER_HEAP + 30 * 256);
    assert_int_equal(viz_maps[MAP_OF_HEAP].region.end, USER_HEAP + 31 * 256);
    press(KEY_UP, 30);
    assert_int_equal(viz_maps[MAP_OF_HEAP].region.start, USER_HEAP);
    press(KEY_UP, 1);
    assert_int_equal(cursor_map(&address), MAP_OF_TABLE);
}

/* Below a page the byte zones show their ranges, the others their frames. */
static void test_bytes_of_ranges(void **state) {
    (void)state;
    start(8);
    uint32_t at = zones[ZONE_B].span.start;
    put_cursor(MAP_OF_B, at);
    viz_zoom_to(4);
    frame();
    const struct map_place *place = &viz_maps[MAP_OF_B];
    assert_int_equal(place->shift, 4);
    uint32_t lent = 0;
    for (uint32_t n = 0; n < (uint32_t)place->columns * place->rows; n++) {
        uint32_t a = place->region.start + (n << 4);
        struct range range;
        if (a >= at && memman_range(NOW, ZONE_B, a, &range)) {
            uint32_t c = viz_target[(place->row + n / 128) * SCREEN_COLUMNS + place->column + n % 64] >> 8;
            uint8_t colour = n / 64 % 2 ? c >> 4 & 15 : c & 15;
            bool marked = chain_touches(SUBJECT_FRAMES, 0, (struct region){a, a + 16});
            lent += range.state == RANGE_LENT;
            assert_true(marked ||
                        colour == (range.state == RANGE_LENT ? owner_colour[range.owner] : COLOUR_FREE));
        }
    }
    assert_true(lent > 10);
    assert_golden("zoom_ranges");
}

/* Enter opens the view that shows the thing closest, and the cursor is still on it. */
static void test_opens(void **state) {
    (void)state;
    start(64);
    show(SUBJECT_HEAP, block[3]);
    press('\n', 1);
    assert_int_equal(cursor_subject().kind, SUBJECT_HEAP);
    assert_int_equal(chain_shown()->tile.at.start, block[3]);
    assert_string_equal(row_text(BODY_ROW)[0] == 'H' ? "HEAP" : row_text(BODY_ROW), "HEAP");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_themes),
        cmocka_unit_test(test_letters_can_be_read),
        cmocka_unit_test(test_letters),
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_colour_by_process),
        cmocka_unit_test(test_colour_by_age),
        cmocka_unit_test(test_inspects_a_block),
        cmocka_unit_test(test_moves),
        cmocka_unit_test(test_mouse),
        cmocka_unit_test(test_holds_on),
        cmocka_unit_test(test_inspects_other_things),
        cmocka_unit_test(test_stands_nowhere),
        cmocka_unit_test(test_follows_at_every_zoom),
        cmocka_unit_test(test_maps_that_go),
        cmocka_unit_test(test_captions),
        cmocka_unit_test(test_zooms),
        cmocka_unit_test(test_scrolls),
        cmocka_unit_test(test_bytes_of_ranges),
        cmocka_unit_test(test_opens),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
