/*
 * The command language without a machine: usages as grammars, near verbs, completion, the editor of the prompt.
 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "kernel/command.h"
#include "kernel/prompt.h"
#include "kernel/usage.h"

/* ---- Verbs and words of the tests ---- */

static const char *done(struct command *command) {
    reply(command, "done=%s", command->rest);
    return NULL;
}

static const struct verb verb_paint = {"paint", "paint COLOUR [COLOUR] | all", "Paints.", done};
static const struct verb verb_pace = {"pace", "pace [N | max]", "Sets the pace.", done};
static const struct verb verb_step = {"step", "step", "Steps.", done};
static const struct verb verb_stop = {"stop", "stop on|off [WORDS]", "Stops.", done};
TABLE_ENTRY(verbs, const struct verb, verb_paint);
TABLE_ENTRY(verbs, const struct verb, verb_pace);
TABLE_ENTRY(verbs, const struct verb, verb_step);
TABLE_ENTRY(verbs, const struct verb, verb_stop);

static const char *colour(uint32_t index) {
    static const char *const colours[] = {"red", "green", "grey"};
    return index < 3 ? colours[index] : NULL;
}

static bool may_be_colour(const char *word) {
    return strcmp(word, "later") == 0;
}

static const struct vocabulary words_colour = {
    .name = "COLOUR", .title = "a colour", .word = colour, .may = may_be_colour};
TABLE_ENTRY(vocabularies, const struct vocabulary, words_colour);

/* ---- Usages ---- */

static char reason[LINE_BYTES];

static bool reads(const char *line, bool later) {
    static char text[COMMAND_BYTES];
    struct command command;
    return command_read(line, later, text, &command, reason);
}

static void test_what_fits(void **state) {
    static const char *const good[] = {"paint red",     "paint red grey", "paint all", "pace",
                                       "pace 7",        "pace 0x1F",      "pace max",  "step",
                                       "stop on x y z", "stop off"};
    static const char *const bad[] = {"paint",      "paint blue", "paint red all", "paint all red",
                                      "pace x",     "pace 1 2",   "step further",  "stop",
                                      "stop maybe", "paint later"};
    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        assert_true(reads(good[i], false));
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_false(reads(bad[i], false));
    }
    assert_true(reads("paint later", true));
}

static void expect(const char *line, const char *what) {
    assert_false(reads(line, false));
    assert_string_equal(reason, what);
}

static void test_what_was_expected(void **state) {
    (void)state;
    expect("paint", "expected a colour (red, green, grey) or all; usage: paint COLOUR [COLOUR] | all");
    expect("paint red blue", "expected a colour: red, green, grey; usage: paint COLOUR [COLOUR] | all");
    expect("pace x", "expected a number or max; usage: pace [N | max]");
    expect("step up", "expected no more words; usage: step");
    expect("stop", "expected on or off; usage: stop on|off [WORDS]");
}

static void test_near_verbs(void **state) {
    (void)state;
    expect("stpe",
           "there is no command \"stpe\"; perhaps \"step\" or \"stop\". \"help\" lists those there are");
    expect("st", "there is no command \"st\"; perhaps \"step\" or \"stop\". \"help\" lists those there are");
    expect("nonsense", "there is no command \"nonsense\"; \"help\" lists those there are");
}

/* ---- The prompt ---- */

static struct prompt prompt;

static enum prompt_use type(const char *keys) {
    enum prompt_use use = PROMPT_UNUSED;
    for (; *keys; keys++) {
        use = prompt_press(&prompt, *keys);
    }
    return use;
}

static void has(const char *text, uint32_t cursor) {
    assert_string_equal(prompt.text, text);
    assert_int_equal(prompt.length, strlen(text));
    assert_int_equal(prompt.cursor, cursor);
}

static void fresh(const char *text) {
    memset(&prompt, 0, sizeof prompt);
    prompt_open(&prompt, text);
}

static void test_editing(void **state) {
    (void)state;
    fresh("");
    type("one two");
    has("one two", 7);
    prompt_press(&prompt, KEY_LEFT);
    type("\bX");
    has("one tXo", 6);
    prompt_press(&prompt, KEY_DELETE);
    has("one tX", 6);
    prompt_press(&prompt, KEY_DELETE); /* nothing behind it */
    prompt_press(&prompt, KEY_RIGHT);
    has("one tX", 6);
    type("\x17");
    has("one ", 4);
    type("\x01z\x05.");
    has("zone .", 6);
    prompt_press(&prompt, KEY_HOME);
    prompt_press(&prompt, KEY_RIGHT);
    type("\x0B");
    has("z", 1);
    type("ab");
    prompt_press(&prompt, KEY_LEFT);
    type("\x15");
    has("b", 0);
    type("\b");
    has("b", 0);
    assert_int_equal(type("\n"), PROMPT_ENTERED);
    assert_false(prompt.open);
}

static void test_a_full_line_takes_no_more(void **state) {
    (void)state;
    fresh("");
    for (int i = 0; i < 1000; i++) {
        type("x");
    }
    assert_int_equal(prompt.length, COMMAND_BYTES - 1);
    assert_int_equal(strlen(prompt.text), COMMAND_BYTES - 1);
}

static void test_escape_and_backspace_leave(void **state) {
    (void)state;
    fresh("x");
    assert_int_equal(type("\033"), PROMPT_USED);
    assert_false(prompt.open);
    fresh("");
    type("\b");
    assert_false(prompt.open);
    assert_int_equal(type("x"), PROMPT_UNUSED);
}

static void test_history(void **state) {
    char line[8];
    (void)state;
    fresh("");
    for (int i = 0; i < 40; i++) { /* more than it keeps */
        prompt_open(&prompt, "");
        strcpy(line, "00");
        line[0] += (char)(i / 10);
        line[1] += (char)(i % 10);
        type(line);
        type("\n");
    }
    prompt_open(&prompt, "39");
    type("\n"); /* the same again is not kept twice */
    prompt_open(&prompt, "draft");
    prompt_press(&prompt, KEY_UP);
    has("39", 2);
    prompt_press(&prompt, KEY_UP);
    has("38", 2);
    for (int i = 0; i < 50; i++) {
        prompt_press(&prompt, KEY_UP);
    }
    has("08", 2);
    for (int i = 0; i < PROMPT_HISTORY; i++) {
        prompt_press(&prompt, KEY_DOWN);
    }
    has("draft", 5);
    prompt_press(&prompt, KEY_DOWN);
    has("draft", 5);
}

static void test_completion(void **state) {
    (void)state;
    fresh("pai");
    type("\t");
    has("paint ", 6);
    type("r\t");
    has("paint red ", 10);
    type("g\t");
    has("paint red gre", 13);
    assert_null(strstr(prompt.aside, "nothing"));
    type("\t");
    assert_string_equal(prompt.aside, "green grey");
    type("x\t");
    assert_string_equal(prompt.aside, "nothing fits");
    fresh("stop o");
    type("\t");
    assert_string_equal(prompt.aside, "on off");
    fresh("st");
    type("\t");
    assert_string_equal(prompt.aside, "step stop");
    fresh("paint                                                                  g");
    type("\t\t"); /* no room behind the line */
    assert_string_equal(prompt.aside, "");
    assert_string_equal(prompt_shown(&prompt, NULL)->panel->lines[0], "green grey");
    assert_true(prompt_shown(&prompt, NULL)->open);
    type("r");
    assert_null(prompt_shown(&prompt, NULL)->panel);
    fresh("pace max \t");
    type("\t");
    assert_string_equal(prompt.aside, "nothing fits");
}

static const struct viz_prompt *answered(const char *const *lines) {
    prompt_answer_begin(&prompt, "asked");
    for (; *lines; lines++) {
        prompt_answer(&prompt, *lines);
    }
    prompt_answer_end(&prompt);
    return prompt_shown(&prompt, NULL);
}

static void test_answers(void **state) {
    static const char *const none[] = {"ok", NULL}, *const one[] = {"pace=max", "ok", NULL},
                             *const many[] = {"a=1", "b=2", "ok", NULL}, *const wrong[] = {"error: no", NULL};
    (void)state;
    fresh("");
    type("\033");
    assert_null(answered(none));
    assert_string_equal(answered(one)->text, "pace=max");
    assert_false(answered(one)->wrong);
    type("x");
    assert_null(prompt_shown(&prompt, NULL));
    assert_string_equal(answered(wrong)->text, "no");
    assert_true(answered(wrong)->wrong);
    char long_line[200] = "error: ";
    for (int i = 7; i < 180; i++) {
        long_line[i] = i % 10 ? 'x' : ' ';
    }
    const struct viz_prompt *shown = answered((const char *const[]){long_line, NULL});
    assert_true(shown->wrong);
    assert_non_null(strstr(shown->text, "stands above"));
    assert_int_equal(shown->panel->count, 3);
    assert_int_equal(type("\033"), PROMPT_USED);
    assert_null(prompt_shown(&prompt, NULL));
    prompt_message(&prompt, long_line, true); /* unasked it covers nothing */
    assert_null(prompt_shown(&prompt, "hint")->panel);
    assert_true(prompt_shown(&prompt, "hint")->wrong);
    type("x");
    shown = answered(many);
    assert_null(shown->text);
    assert_string_equal(shown->panel->title, "asked");
    assert_int_equal(shown->panel->count, 2);
    shown->panel->rows = 1;
    assert_int_equal(prompt_press(&prompt, KEY_PAGE_DOWN), PROMPT_USED);
    assert_int_equal(prompt_press(&prompt, KEY_DOWN), PROMPT_USED);
    assert_int_equal(shown->panel->first, 1);
    assert_int_equal(prompt_press(&prompt, 'x'), PROMPT_UNUSED);
    assert_null(prompt_shown(&prompt, NULL));
    assert_string_equal(prompt_shown(&prompt, "hint")->text, "hint");
}

static void test_endless_answers_end(void **state) {
    char line[201];
    (void)state;
    memset(line, 'x', sizeof line);
    line[200] = '\0';
    prompt_answer_begin(&prompt, "asked");
    for (int i = 0; i < 10000; i++) {
        prompt_answer(&prompt, line);
    }
    prompt_answer_end(&prompt);
    assert_true(prompt.lost > 0);
    assert_true(prompt.panel.count < ANSWER_LINES);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_fits),
        cmocka_unit_test(test_what_was_expected),
        cmocka_unit_test(test_near_verbs),
        cmocka_unit_test(test_editing),
        cmocka_unit_test(test_a_full_line_takes_no_more),
        cmocka_unit_test(test_escape_and_backspace_leave),
        cmocka_unit_test(test_history),
        cmocka_unit_test(test_completion),
        cmocka_unit_test(test_answers),
        cmocka_unit_test(test_endless_answers_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
