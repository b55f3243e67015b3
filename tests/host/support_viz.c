/*
 * For the tests of viz: the array that stands for the VGA, machines made by hand, golden screens.
 */
#include <stdarg.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "kernel/abi.h"
#include "mm/events.h"
#include "mm/memman.h"
#include "mm/paging.h"
#include "mm/policy.h"
#include "mm/regime.h"
#include "tests/host/support.h"
#include "tests/host/support_viz.h"
#include "viz/look.h"
#include "viz/palette.h"
#include "viz/vga.h"

/* ---- The screen ---- */

const struct rgb6 *viz_palette;
uint32_t viz_rows = SCREEN_ROWS;
uint16_t viz_target[SCREEN_ROWS_MOST * SCREEN_COLUMNS];

void vga_init(void) {
    memset(viz_target, 0, sizeof viz_target);
}

void vga_palette(const struct rgb6 colours[COLOURS]) {
    viz_palette = colours;
}

void vga_rows(uint32_t rows) {
    viz_rows = rows;
}

volatile uint16_t *vga_target(void) {
    return viz_target;
}

struct viz_status status_now(void) {
    return (struct viz_status){
        .now = events_clock,
        .regime = "healed",
        .pace = "16/s",
        .running = true,
        .share = 21,
        .audit_age = 400,
        .moment = NOW,
        .since = NOW,
    };
}

void frame_at(moment_t at) {
    struct viz_status status = status_now();
    status.moment = at;
    viz_frame(&status);
}

const char *row_text(int row) {
    static char text[4][SCREEN_COLUMNS + 1];
    static int turn;
    char *line = text[turn++ % 4];
    int end = 0;
    for (int i = 0; i < SCREEN_COLUMNS; i++) {
        line[i] = (char)viz_target[row * SCREEN_COLUMNS + i];
        end = line[i] == ' ' ? end : i + 1;
    }
    line[end] = '\0';
    return line;
}

/* ---- Machines ---- */

static uint32_t steps;

void machine_start(uint32_t megabytes) {
    world_start();
    steps = 0;
    struct boot_map map = {2, {{0, 0x9F000}, {0x100000, megabytes << 20}}};
    assert_int_equal(memman_init(&map, 0x200000), OK);
    paging_kernel = memman_alloc(ZONE_P, PAGE_SIZE, OWNER_KPAGE, NO_SLOT);
    regimes_init();
}

struct space *machine_spawn(uint16_t pid, const char *name, uint32_t image_pages) {
    struct space *space = space_new(pid, name, regime_find("healed"), policy_find("first"), false);
    assert_non_null(space);
    actor = (struct actor){.pid = pid, .slot = space->slot};
    struct region none = {0, 0};
    event_emit(EV_SPAWN, OWNER_SYSTEM, none, none);
    space->image = (struct region){USER_IMAGE, USER_IMAGE + image_pages * PAGE_SIZE};
    assert_int_equal(space_map(space, space->image, OWNER_IMAGE, true), OK);
    assert_int_equal(space_stack_new(space), 0);
    actor = (struct actor){.slot = NO_SLOT};
    return space;
}

void machine_exit(struct space *space, int status) {
    struct region none = {0, 0};
    actor = (struct actor){.pid = space->pid, .slot = space->slot};
    struct event *e = event_emit(EV_EXIT, OWNER_SYSTEM, none, none);
    e->arg[0] = (uint32_t)status;
    e->arg[1] = status == EXIT_KILLED ? EXIT_BY_KILL : status == EXIT_FAULT ? EXIT_BY_FAULT : EXIT_BY_ITSELF;
    e->arg[2] = regime_number(space->regime);
    space_delete(space);
    actor = (struct actor){.slot = NO_SLOT};
}

static void act(const struct space *space) {
    actor =
        (struct actor){.pid = space->pid, .slot = space->slot, .caller = USER_IMAGE + 0x123, .step = ++steps};
}

vaddr_t program_malloc(struct space *space, uint32_t size) {
    act(space);
    vaddr_t address = space->regime->malloc(space, size);
    actor = (struct actor){.slot = NO_SLOT};
    return address;
}

int program_free(struct space *space, vaddr_t address) {
    act(space);
    int result = space->regime->free(space, address);
    actor = (struct actor){.slot = NO_SLOT};
    return result;
}

/* ---- Golden screens ---- */

static const char *glyph(uint8_t character) {
    static char ascii[2];
    switch (character) {
    case 0xDF: return "▀";
    case 0xDA: return "┌";
    case 0xC0: return "└";
    case 0xB3: return "│";
    case 0x10: return "▶";
    case 0x11: return "◀";
    case 0xFE: return "■";
    case 0xFB: return "√";
    default:
        assert_in_range(character, ' ', '~');
        ascii[0] = (char)character;
        return ascii;
    }
}

static void add(char **end, const char *text) {
    *end = stpcpy(*end, text);
}

static void describe(char *text) {
    for (int part = 0; part < 3; part++) {
        for (int i = 0; i < (int)viz_rows * SCREEN_COLUMNS; i++) {
            uint16_t c = viz_target[i];
            char hex[2] = {"0123456789ABCDEF"[(part == 1 ? c >> 8 : c >> 12) & 15], '\0'};
            add(&text, part == 0 ? glyph(c & 0xFF) : hex);
            if (i % SCREEN_COLUMNS == SCREEN_COLUMNS - 1) {
                add(&text, "\n");
            }
        }
        add(&text, part < 2 ? "\n" : "");
    }
}

#define GOLDEN_BYTES (3 * SCREEN_ROWS_MOST * (3 * SCREEN_COLUMNS + 1) + 8)

static void print_difference(const char *name, const char *want, const char *have) {
    for (int line = 1; *want || *have; line++) {
        size_t a = strcspn(want, "\n"), b = strcspn(have, "\n");
        if (a != b || memcmp(want, have, a) != 0) {
            print_error("%s line %d\n  want %.*s\n  have %.*s\n", name, line, (int)a, want, (int)b, have);
        }
        want += a + (want[a] != '\0');
        have += b + (have[b] != '\0');
    }
}

void assert_golden(const char *name) {
    static char want[GOLDEN_BYTES], have[GOLDEN_BYTES];
    char path[128];
    const char *mode = getenv("GOLDEN");
    snprintf(path, sizeof path, "tests/host/golden/%s.txt", name);
    describe(have);
    bool writing = mode && strcmp(mode, "write") == 0;
    FILE *file = fopen(path, writing ? "w" : "r");
    if (!file) {
        fail_msg("%s cannot be opened; GOLDEN=write makes it", path);
    }
    if (writing) {
        fputs(have, file);
    } else {
        want[fread(want, 1, sizeof want - 1, file)] = '\0';
        if (strcmp(want, have) != 0) {
            print_difference(name, want, have);
            fclose(file);
            fail_msg("the screen differs from %s", path);
        }
    }
    fclose(file);
}

static void golden_look(const char *name, const char *look, void (*frame)(void)) {
    char full[64];
    snprintf(full, sizeof full, "%s_%s", name, look);
    frame();
    assert_golden(full);
}

void assert_golden_looks(const char *name, void (*frame)(void)) {
    look_theme("light");
    golden_look(name, "light", frame);
    look_theme("mono");
    golden_look(name, "mono", frame);
    look_theme("dark");
    look_letters(true);
    golden_look(name, "letters", frame);
    look_letters(false);
    look_rows(SCREEN_ROWS_MOST);
    golden_look(name, "rows50", frame);
    look_rows(SCREEN_ROWS);
    frame();
}
