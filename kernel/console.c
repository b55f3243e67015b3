/*
 * The console: lines from the serial port, lines from the prompt on the screen, and keys, which stand for lines (viz/keys.h); all of them
 * become commands. What is no line's is the view's.
 */
#include "kernel/kernel.h"
#include "kernel/prompt.h"
#include "kernel/usage.h"
#include "viz/keys.h"
#include "viz/viz.h"

#define MESSAGE_US 6000000u /* it keeps the place of a lecture's hint for so long */

static struct prompt prompt;
static bool touched;        /* by a key or a byte */
static uint64_t message_us; /* when a message came that nobody asked for; 0: it has gone */

bool console_touched(void) {
    return touched;
}

/* ---- The serial line ---- */

static void serial_line(void *context, const char *text) {
    (void)context;
    serial_answer(text, strlen(text));
    serial_answer("\n", 1);
}

static const struct outlet serial_outlet = {serial_line, NULL};

static void serial_work(void) {
    static const struct command refused = {.outlet = &serial_outlet};
    static char line[COMMAND_BYTES];
    static uint32_t length; /* COMMAND_BYTES: too long, the rest of it is dropped */
    int byte;
    while (serial_answered() && (byte = serial_read()) >= 0) {
        touched = true;
        bool end = byte == '\r' || byte == '\n';
        if (!end && length < COMMAND_BYTES) {
            line[length++] = (char)byte;
        } else if (end && length == COMMAND_BYTES) {
            reply(&refused, "error: a line has at most %d characters", COMMAND_BYTES - 1);
            length = 0;
        } else if (end) {
            line[length] = 0;
            length = 0;
            command_line(line, &serial_outlet);
        }
    }
}

static void say_lost(void) {
    uint32_t input = serial_lost_input(), output = serial_lost_output();
    if (input)
        log_line("serial: %" PRIu32 " bytes of input lost", input);
    if (output)
        log_line("serial: %" PRIu32 " bytes of output lost", output);
}

/* ---- The screen: what was typed there, and keys ---- */

static const struct outlet screen_outlet = {prompt_answer, &prompt};

void console_command(const char *line) {
    char kept[COMMAND_BYTES]; /* the prompt's own text may change while its command runs */
    copy_text(kept, line, sizeof kept);
    prompt_answer_begin(&prompt, kept);
    command_line(kept, &screen_outlet);
    prompt_answer_end(&prompt);
}

void console_message(const char *text, bool wrong) {
    prompt_message(&prompt, text, wrong);
    message_us = clock_us();
}

const struct viz_prompt *console_prompt(void) {
    const char *hint = lecture_hint();
    if (hint && message_us && clock_us() - message_us > MESSAGE_US)
        message_us = prompt.said = 0;
    return prompt_shown(&prompt, hint);
}

static void press(int key) {
    enum prompt_use use = prompt_press(&prompt, key);
    const char *line = use == PROMPT_ENTERED ? prompt.text : binding_line(key);
    if (use == PROMPT_USED || (use == PROMPT_UNUSED && (quiz_press(key) || lecture_press(key))))
        return;
    if (line)
        console_command(line);
    else
        viz_key(key);
}

void console_work(void) {
    int key;
    serial_work();
    say_lost();
    touched |= mouse_work();
    while ((key = keyboard_read())) {
        touched = true;
        press(key);
    }
}

/* ---- commands ---- */

static const struct {
    const char *name;
    int key;
} key_names[] = {
    {"up", KEY_UP},         {"down", KEY_DOWN},     {"left", KEY_LEFT},    {"right", KEY_RIGHT},
    {"home", KEY_HOME},     {"end", KEY_END},       {"pgup", KEY_PAGE_UP}, {"pgdn", KEY_PAGE_DOWN},
    {"insert", KEY_INSERT}, {"delete", KEY_DELETE}, {"tab", '\t'},         {"shift-tab", KEY_BACK_TAB},
    {"enter", '\n'},        {"esc", '\033'},        {"space", ' '},        {"backspace", '\b'},
    {"f1", KEY_F1},         {"f2", KEY_F2},         {"f3", KEY_F3},        {"f4", KEY_F4},
    {"f5", KEY_F5},         {"f6", KEY_F6},         {"f7", KEY_F7},        {"f8", KEY_F8},
    {"f9", KEY_F9},         {"f10", KEY_F10},       {"f11", KEY_F11},      {"f12", KEY_F12},
};
enum { KEY_NAMES = sizeof key_names / sizeof *key_names };

static const char *key_name_at(uint32_t index) {
    return index < KEY_NAMES ? key_names[index].name : NULL;
}

/* The key with that name; a character is its own. 0: none. */
static int key_named(const char *word) {
    for (uint32_t i = 0; i < KEY_NAMES; i++)
        if (same_text(key_names[i].name, word))
            return key_names[i].key;
    return word[0] > ' ' && word[0] <= '~' && !word[1] ? word[0] : 0;
}

static bool is_key(const char *word) {
    return key_named(word);
}

static const char *press_verb(struct command *command) {
    press(key_named(command->words[1]));
    return NULL;
}

static const char *prompt_verb(struct command *command) {
    prompt_open(&prompt, command->rest);
    return NULL;
}

static const struct verb verb_key = {"key", "key KEY", "Presses a key: whatever keys can do.", press_verb};
static const struct verb verb_prompt = {"prompt", "prompt [TEXT]",
                                        "Opens the prompt on the screen, with a text in it.", prompt_verb};
TABLE_ENTRY(verbs, const struct verb, verb_key);
TABLE_ENTRY(verbs, const struct verb, verb_prompt);

static const struct vocabulary words_key = {
    .name = "KEY", .title = "a character or a key's name", .word = key_name_at, .fits = is_key};
TABLE_ENTRY(vocabularies, const struct vocabulary, words_key);
