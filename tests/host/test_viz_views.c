/*
 * The other views, and choosing among them.
 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "mm/events.h"
#include "mm/past.h"
#include "mm/policy.h"
#include "mm/regime.h"
#include "tests/host/support_viz.h"
#include "viz/look.h"
#include "viz/map.h"
#include "viz/race.h"

static void frame(void) {
    struct viz_status status = status_now();
    viz_frame(&status);
}

static struct space *shell;

/* Three processes with something of everything. */
static void start(void) {
    machine_start(64);
    viz_init(NULL);
    shell = machine_spawn(1, "shell", 12);
    struct space *demo = machine_spawn(12, "fragmentation", 30);
    machine_spawn(300, "x", 1);
    for (uint32_t i = 1; i < 40; i++) {
        vaddr_t a = program_malloc(i % 2 ? shell : demo, i * 100);
        if (i % 3 == 0) {
            program_free(i % 2 ? shell : demo, a);
        }
    }
    program_free(demo, USER_IMAGE);
    demo->regime->malloc_4k(demo);
}

static void test_names(void **state) {
    (void)state;
    start();
    assert_int_equal(viz_view("help"), OK);
    assert_int_equal(viz_view("nonsense"), E_NOENT);
    assert_true(viz_key(KEY_F2));
    assert_false(viz_key('x'));
    assert_false(viz_key(KEY_F12));
}

static void test_help(void **state) {
    (void)state;
    machine_start(64);
    viz_init(NULL);
    assert_true(viz_key(KEY_F1));
    frame();
    assert_golden("help");
    assert_golden_looks("help", frame);
    frame();
    assert_true(viz_key(KEY_PAGE_DOWN));
    frame();
    assert_golden("help_colours");
    assert_true(viz_key(KEY_PAGE_UP));
    frame();
    assert_golden("help");
    for (int i = 0; i < MAPS; i++) {
        assert_int_equal(viz_maps[i].kind, MAP_NONE);
    }
}

static void test_events(void **state) {
    (void)state;
    start();
    assert_true(viz_key(KEY_F6));
    frame();
    assert_golden("events");
    assert_golden_looks("events", frame);
    frame();
    for (int i = 0; i < 1000; i++) { /* back to the oldest, and not beyond */
        assert_true(viz_key(KEY_PAGE_UP));
    }
    frame();
    assert_golden("events_oldest");
    for (int i = 0; i < 1000; i++) {
        assert_true(viz_key(KEY_PAGE_DOWN));
    }
    frame();
    assert_golden("events");
    viz_key(KEY_PAGE_UP);
    viz_key(KEY_END);
    frame();
    assert_golden("events");
}

static struct race race;

static void race_frame(void) {
    struct viz_status status = status_now();
    status.race = &race;
    viz_frame(&status);
}

/* The same requests under two policies; the third lane has ended. */
static void test_race(void **state) {
    (void)state;
    start();
    struct space *second = space_new(13, "fragmentation", regime_find("healed"), policy_find("worst"), false);
    assert_non_null(second);
    for (uint32_t i = 1; i < 20; i++) {
        vaddr_t a = program_malloc(second, i * 200);
        if (i % 3 == 0) {
            program_free(second, a);
        }
    }
    race = (struct race){
        .program = "fragmentation",
        .lanes = 3,
        .lane = {{.pid = 12,
                  .regime = regime_find("healed"),
                  .label = "first fit",
                  .steps = 40,
                  .peak_heap = 40960,
                  .searches = 20,
                  .looked = 31},
                 {.pid = 13,
                  .regime = regime_find("healed"),
                  .label = "worst fit",
                  .steps = 40,
                  .peak_heap = 45056,
                  .searches = 20,
                  .looked = 7},
                 {.pid = 14,
                  .regime = regime_find("healed"),
                  .label = "buddy",
                  .steps = 31,
                  .ended = true,
                  .peak_used = 1048576,
                  .last = {.block_bytes = 4096, .hole_bytes = 6144, .holes = 3, .largest_hole = 4096}}},
    };
    assert_true(viz_key(KEY_F9));
    frame();
    assert_golden("race_none");
    viz_refresh();
    race_frame();
    assert_golden("race");
    assert_golden_looks("race", race_frame);
    race.differ = true;
    race.lanes = 2;
    viz_refresh();
    race_frame();
    assert_golden("race_differs");
    race.differ = false;
    race.regimes = true;
    race.lane[0] = (struct race_lane){.pid = 12,
                                      .regime = regime_find("sutured"),
                                      .label = "sutured",
                                      .steps = 40,
                                      .peak_heap = 139632,
                                      .frames = 35,
                                      .mappings = 34908,
                                      .ranges = 12,
                                      .foreign = 8,
                                      .phantoms = 8,
                                      .ticks = 7041999};
    race.lane[1] = (struct race_lane){.pid = 14,
                                      .regime = regime_find("healed"),
                                      .label = "healed",
                                      .steps = 40,
                                      .ended = true,
                                      .peak_heap = 81920,
                                      .mappings = 36,
                                      .ticks = 70419};
    viz_refresh();
    race_frame();
    assert_golden("compare");
}

/* What the launcher offers: lectures, one with a mistake, and thirty programs. */
enum { LECTURES = 2, OFFERED = 32 };

static char launched[80];

static bool offer(uint32_t index, struct viz_choice *choice) {
    static char name[8];
    snprintf(name, sizeof name, "prog%02u", index);
    *choice = (struct viz_choice){"run", name, "does something with memory", NULL};
    if (index < LECTURES) {
        choice->verb = "lecture";
        choice->wrong = index ? "second.txt:3: expected a view" : NULL;
    }
    return index < OFFERED;
}

static void launch(const char *line) {
    snprintf(launched, sizeof launched, "%s", line);
}

static void test_launcher(void **state) {
    static const struct viz_world world = {.choice = offer, .command = launch};
    (void)state;
    machine_start(64);
    viz_init(&world);
    assert_true(viz_key(KEY_F8));
    frame();
    assert_golden("launcher");
    assert_golden_looks("launcher", frame);
    frame();
    assert_true(viz_key('\n'));
    assert_string_equal(launched, "lecture prog00");
    assert_true(viz_key(KEY_UP)); /* not beyond the first */
    assert_true(viz_key(KEY_DOWN));
    assert_true(viz_key('\n'));
    assert_string_equal(launched, "lecture prog01");
    for (int i = 0; i < 40; i++) {
        viz_key(KEY_DOWN);
        frame();
    }
    assert_golden("launcher_end");
    viz_key('\n');
    assert_string_equal(launched, "run prog31");
    viz_key(KEY_HOME);
    frame();
    assert_golden("launcher");
}

static void prompt_frame(struct viz_prompt *prompt) {
    struct viz_status status = status_now();
    status.prompt = prompt;
    viz_frame(&status);
}

static void test_prompt(void **state) {
    static const char *const lines[] = {"verb=help usage=help [VERB]", "no key here",
                                        "verb=run usage=run PROGRAM"};
    struct viz_panel panel = {":help", lines, 3, 0, 0};
    struct viz_prompt prompt = {.open = true, .text = "view ov", .cursor = 5, .aside = "overview"};
    (void)state;
    start();
    viz_key(KEY_F7);
    frame();
    viz_select_next(false);
    prompt_frame(&prompt);
    assert_golden("prompt");
    prompt = (struct viz_prompt){.text = "expected a view", .wrong = true};
    prompt_frame(&prompt);
    assert_golden("prompt_wrong");
    prompt = (struct viz_prompt){.panel = &panel};
    prompt_frame(&prompt);
    assert_golden("prompt_panel");
    assert_int_equal(panel.rows, 21);
    frame();
    assert_golden("prompt_gone");
}

static struct { int row, column; } accused;

static void accuse(void *context, int row, int column, uint16_t shown, uint16_t meant) {
    (void)context;
    assert_int_not_equal(shown, meant);
    accused.row = row;
    accused.column = column;
}

/* Every cell is checked, in every view and look, from memory and not from events. */
static void test_check(void **state) {
    static const int keys[] = {KEY_F1, KEY_F2, KEY_F3, KEY_F4, KEY_F5, KEY_F6, KEY_F7};
    (void)state;
    start();
    for (uint32_t i = 0; i < 2 * sizeof keys / sizeof *keys; i++) {
        look_letters(i % 2);
        look_rows(i % 3 ? SCREEN_ROWS : SCREEN_ROWS_MOST);
        assert_true(viz_key(keys[i / 2]));
        frame();
        assert_int_equal(viz_check(accuse, NULL), 0);
        for (int n = (int)i; n < (int)viz_rows * SCREEN_COLUMNS; n += 97) {
            viz_target[n] ^= 1u << i;
            assert_int_equal(viz_check(accuse, NULL), 1);
            assert_int_equal(accused.row * SCREEN_COLUMNS + accused.column, n);
            frame();
            assert_int_equal(viz_check(accuse, NULL), 0);
        }
    }
    viz_key(KEY_F2);
    frame();
    assert_true(viz_settled());
    viz_target[8 * SCREEN_COLUMNS + 20] ^= 1;
    for (uint32_t row = 0; row < viz_rows; row++) { /* row by row */
        assert_int_equal(viz_check_row(row, accuse, NULL), row == 8);
    }
    assert_false(viz_settled());
    frame();
    assert_int_not_equal(program_malloc(shell, 60000), 0); /* memory has changed, the screen has not */
    assert_false(viz_settled());
    assert_true(viz_check(accuse, NULL) > 0);
    frame();
    assert_int_equal(viz_check(accuse, NULL), 0);
}

/* ---- The title ---- */

static const char *title(struct viz_status *status) {
    static char text[SCREEN_COLUMNS + 1];
    viz_frame(status);
    for (int i = 0; i < SCREEN_COLUMNS; i++) {
        text[i] = (char)viz_target[i];
    }
    return text;
}

static void assert_words(const char *text, const char *const words[]) {
    for (; *words; words++) {
        if (!strstr(text, *words)) {
            fail_msg("no \"%s\" in \"%s\"", *words, text);
        }
    }
}

/* Regime, process, pace, event, audit and its age, viz's share: now and of the past, with phantoms, of the living and the dead. */
static void test_title(void **state) {
    (void)state;
    machine_start(64);
    viz_init(NULL);
    struct space *space = machine_spawn(123, "useafterfree", 2);
    space->regime = regime_find("sutured");
    actor = (struct actor){.pid = space->pid, .slot = space->slot};
    assert_int_equal(space->regime->enter(space), OK);
    actor = (struct actor){.slot = NO_SLOT};
    for (int i = 0; i < 2000; i++) {
        event_emit(EV_SAY, OWNER_SYSTEM, (struct region){0, 0}, (struct region){0, 0});
    }
    struct viz_status status = status_now();
    status.running = false;
    status.pace = "paused";
    status.share = 123;
    assert_words(title(&status),
                 (const char *const[]){"SUTURE  SUTURED ", "pid 123 useafterfree ", "\xFE paused ", " ev 2,0",
                                       " audit \xFB 0.4s ", " viz 12", NULL});
    status.phantoms = 4087;
    assert_words(title(&status),
                 (const char *const[]){"SUTURED ", "pid 123 useafterfree ", "\xFE paused ", " ev 2,0",
                                       " \xFB"
                                       "0.4s ",
                                       " phantom 4,087 ", " viz 12", NULL});
    status.phantoms = 3;
    status.moment = 1234;
    status.steps_back = 12;
    assert_int_equal(past_open(status.moment), OK);
    assert_words(title(&status),
                 (const char *const[]){"SUTURED ", "pid 123 useafterfree ", " PAST -12 ", " ev 1,234/2,0",
                                       " \xFB"
                                       "0.4s ",
                                       " phantom 3 ", " viz 12", NULL});
    status.audit_differences = 2;
    status.difference = "48000000 of pid 3: page heap, frame stack";
    assert_words(title(&status), (const char *const[]){" ! 2 ", " PAST -12 ", NULL});
    for (int i = 0; i < 22; i++) { /* the row above the keys, in every view */
        assert_int_equal(viz_target[23 * SCREEN_COLUMNS + i] & 0xFF, "! 48000000 of pid 3: p"[i]);
    }
    past_close();
    machine_exit(space, 0);
    status = status_now();
    assert_words(title(&status), (const char *const[]){"SUTURED ", "useafterfree", NULL});
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names), cmocka_unit_test(test_help),     cmocka_unit_test(test_events),
        cmocka_unit_test(test_race),  cmocka_unit_test(test_launcher), cmocka_unit_test(test_prompt),
        cmocka_unit_test(test_check), cmocka_unit_test(test_title),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
