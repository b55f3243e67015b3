/*
 * Commands: a line becomes words, the first names a verb of the table, the verb answers through its outlet.
 */
#include "kernel/kernel.h"

void reply(const struct command *command, const char *format, ...) {
    char text[LINE_BYTES];
    va_list list;
    va_start(list, format);
    format_list(text, sizeof text, format, list);
    va_end(list);
    command->outlet->line(command->outlet->context, text);
}

bool command_number(const char *word, uint32_t *value) {
    bool hex = word[0] == '0' && (word[1] == 'x' || word[1] == 'X');
    uint32_t base = hex ? 16 : 10;
    word += hex ? 2 : 0;
    if (!*word)
        return false;
    for (*value = 0; *word; word++) {
        char c = *word | 0x20;
        uint32_t digit = c >= '0' && c <= '9'   ? (uint32_t)(c - '0')
                         : c >= 'a' && c <= 'f' ? (uint32_t)(c - 'a') + 10
                                                : base;
        uint64_t next = (uint64_t)*value * base + digit;
        if (digit >= base || next >> 32)
            return false;
        *value = (uint32_t)next;
    }
    return true;
}

static const struct verb *verb_find(const char *name) {
    TABLE_EACH(verbs, const struct verb, verb)
    if (same_text((*verb)->name, name))
        return *verb;
    return NULL;
}

static bool blank(char c) {
    return c == ' ' || c == '\t';
}

/* Splits `text` where it stands; false when there are too many words. */
static bool split(char *text, struct command *command) {
    for (;;) {
        while (blank(*text))
            *text++ = 0;
        if (!*text)
            return true;
        if (command->count == COMMAND_WORDS)
            return false;
        command->words[command->count++] = text;
        while (*text && !blank(*text))
            text++;
    }
}

static const char *carry_out(const char *line, char *text, struct command *command) {
    static char reason[LINE_BYTES];
    copy_text(text, line, COMMAND_BYTES);
    if (!split(text, command))
        return "too many words";
    const struct verb *verb = verb_find(command->words[0]);
    if (!verb) {
        format_text(reason, sizeof reason, "there is no command \"%s\"; \"help\" lists those there are",
                    command->words[0]);
        return reason;
    }
    command->rest = line;
    while (*command->rest && !blank(*command->rest))
        command->rest++;
    while (blank(*command->rest))
        command->rest++;
    int words = command->count - 1;
    if (words < verb->least || words > verb->most) {
        format_text(reason, sizeof reason, "expected: %s", verb->usage);
        return reason;
    }
    return verb->run(command);
}

void command_line(const char *line, const struct outlet *outlet) {
    char text[COMMAND_BYTES];
    struct command command = {.outlet = outlet};
    while (blank(*line))
        line++;
    if (!*line || *line == '#')
        return;
    if (strlen(line) >= COMMAND_BYTES) {
        reply(&command, "error: a line has at most %d characters", COMMAND_BYTES - 1);
        return;
    }
    const char *wrong = carry_out(line, text, &command);
    if (wrong)
        reply(&command, "error: %s", wrong);
    else
        reply(&command, "ok");
}

static const char *help(struct command *command) {
    if (command->count == 2) {
        const struct verb *verb = verb_find(command->words[1]);
        if (!verb)
            return "there is no such command; \"help\" lists those there are";
        reply(command, "usage=%s", verb->usage);
        reply(command, "help=%s", verb->help);
        return NULL;
    }
    TABLE_EACH(verbs, const struct verb, verb)
    reply(command, "verb=%s usage=%s", (*verb)->name, (*verb)->usage);
    return NULL;
}

static const struct verb verb_help = {"help", "help [VERB]", "Lists the commands, or explains one.", 0,
                                      1,      help};
TABLE_ENTRY(verbs, const struct verb, verb_help);
