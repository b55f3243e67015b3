/*
 * Scripts: reading their lines, their labels and descriptions, and what is told of mistakes.
 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "kernel/script.h"

static const char *nothing(struct command *command) {
    (void)command;
    return NULL;
}

static const struct verb verb_say = {"say", "say [TEXT]", "Says.", nothing};
static const struct verb verb_label = {"label", "label LABEL", "A place.", nothing};
static const struct verb verb_goto = {"goto", "goto LABEL", "Goes there.", nothing};
static const struct verb verb_snap = {"snap", "snap [NAME]", "Names.", nothing};
static const struct verb verb_diff = {"diff", "diff MARK | off", "Compares.", nothing};
TABLE_ENTRY(verbs, const struct verb, verb_say);
TABLE_ENTRY(verbs, const struct verb, verb_snap);
TABLE_ENTRY(verbs, const struct verb, verb_diff);
TABLE_ENTRY(verbs, const struct verb, verb_label);
TABLE_ENTRY(verbs, const struct verb, verb_goto);

static char told[4096];

static void tell(void *context, uint32_t line, const char *what) {
    (void)context;
    char one[600];
    snprintf(one, sizeof one, "%u: %s\n", line, what);
    strncat(told, one, sizeof told - strlen(told) - 1);
}

/* The text without its closing zero, as a module has none. */
static uint32_t mistakes(const char *text) {
    static char copy[4096];
    size_t size = strlen(text);
    told[0] = '\0';
    memcpy(copy + sizeof copy - size, text, size);
    struct script script = {copy + sizeof copy - size, (uint32_t)size};
    return script_check(&script, tell, NULL);
}

static void test_lines(void **state) {
    static const char text[] = "# first\r\n\n \t say  a b \t\r\nsay last";
    struct script script = {text, sizeof text - 1};
    struct place place = {0, 1};
    char line[COMMAND_BYTES];
    const char *wrong;
    (void)state;
    assert_true(script_read(&script, &place, line, &wrong));
    assert_string_equal(line, "# first");
    assert_false(script_command(line));
    assert_true(script_read(&script, &place, line, &wrong));
    assert_string_equal(line, "");
    assert_true(script_read(&script, &place, line, &wrong));
    assert_string_equal(line, "say  a b");
    assert_int_equal(place.line, 4);
    assert_true(script_read(&script, &place, line, &wrong));
    assert_string_equal(line, "say last");
    assert_null(wrong);
    assert_false(script_read(&script, &place, line, &wrong));
}

static void test_description(void **state) {
    static const char text[] = "\nsay x\n#   Two  words\n# more";
    struct script script = {text, sizeof text - 1};
    char words[8];
    (void)state;
    script_description(&script, words, sizeof words);
    assert_string_equal(words, "Two  wo");
    static const char accents[] = "# \xC3\xA9t\xC3\xA9\nsay x";
    struct script other = {accents, sizeof accents - 1};
    script_description(&other, words, sizeof words);
    assert_string_equal(words, "?t?");
    script.size = 6;
    script_description(&script, words, sizeof words);
    assert_string_equal(words, "");
}

static void test_labels(void **state) {
    static const char text[] = "label one\nsay label two\n  label   two \nsay";
    struct script script = {text, sizeof text - 1};
    struct place place = {0, 1};
    (void)state;
    assert_true(script_find(&script, "label", "two", &place));
    assert_int_equal(place.line, 4);
    assert_true(script_find(&script, "label", "one", &place));
    assert_int_equal(place.line, 2);
    assert_false(script_find(&script, "label", "three", &place));
}

static void test_mistakes(void **state) {
    (void)state;
    assert_int_equal(mistakes("# fine\nlabel a\nsay\ngoto a\ngoto b\nlabel b"), 0);
    assert_int_equal(mistakes("say\nsya\n\nlabel\ngoto nowhere\nlabel a\nlabel a\nsay \x80"), 5);
    assert_string_equal(told,
                        "2: there is no command \"sya\"; perhaps \"say\". \"help\" lists those there are\n"
                        "4: expected LABEL; usage: label LABEL\n"
                        "5: there is no label \"nowhere\"; expected one that stands in this file\n"
                        "7: label \"a\" stands already on line 6; expected another name\n"
                        "8: expected letters, digits and signs of ASCII alone\n");
    assert_int_equal(mistakes("# caf\xC3\xA9, in a comment\nsnap one\ndiff one\ndiff off\ndiff two\n"), 1);
    assert_string_equal(told, "5: there is no snap \"two\"; expected one that stands in this file\n");
    assert_int_equal(mistakes("# nothing else\n"), 1);
    assert_string_equal(told, "1: expected a command\n");
    assert_int_equal(mistakes(""), 1);
    char line[COMMAND_BYTES + 8] = "say ";
    memset(line + 4, 'x', CAPTION_LETTERS);
    assert_int_equal(mistakes(line), 0);
    line[4 + CAPTION_LETTERS] = 'x';
    assert_int_equal(mistakes(line), 1);
    assert_string_equal(told, "1: a caption has at most 80 letters, this one has 81\n");
    memset(line + 4, 'x', COMMAND_BYTES - 4);
    assert_int_equal(mistakes(line), 1);
    assert_string_equal(told, "1: expected a line of at most 255 characters\n");
    line[0] = '#';
    assert_int_equal(mistakes(line), 1);
    assert_string_equal(told, "1: expected a command\n");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lines),
        cmocka_unit_test(test_description),
        cmocka_unit_test(test_labels),
        cmocka_unit_test(test_mistakes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
