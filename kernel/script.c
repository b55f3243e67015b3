/*
 * Scripts.
 */
#include "kernel/script.h"

static bool blank(char c) {
    return c == ' ' || c == '\t' || c == '\r';
}

/* Comments are for people: what ASCII has no letter for is one sign, and what does not fit is left out. */
static void read_comment(const struct script *script, uint32_t at, uint32_t end, char line[COMMAND_BYTES]) {
    uint32_t length = 0;
    for (; at < end && length + 1 < COMMAND_BYTES; at++) {
        uint8_t c = (uint8_t)script->text[at];
        if ((c & 0xC0) != 0x80) /* no continuation of a letter in UTF-8 */
            line[length++] = c >= ' ' && c <= '~' ? (char)c : c == '\t' ? ' ' : '?';
    }
    line[length] = 0;
}

bool script_read(const struct script *script, struct place *place, char line[COMMAND_BYTES],
                 const char **wrong) {
    static char reason[LINE_BYTES];
    uint32_t at = place->offset, end = at, length = 0;
    *wrong = NULL;
    line[0] = 0;
    if (at >= script->size)
        return false;
    while (end < script->size && script->text[end] != '\n')
        end++;
    *place = (struct place){end + 1, place->line + 1};
    while (at < end && blank(script->text[at]))
        at++;
    while (at < end && blank(script->text[end - 1]))
        end--;
    if (at < end && script->text[at] == '#') {
        read_comment(script, at, end, line);
        return true;
    }
    if (end - at >= COMMAND_BYTES) {
        format_text(reason, sizeof reason, "expected a line of at most %d characters", COMMAND_BYTES - 1);
        *wrong = reason;
        return true;
    }
    for (; at < end; at++) {
        char c = script->text[at];
        if ((c < ' ' && c != '\t') || c > '~') {
            *wrong = "expected letters, digits and signs of ASCII alone";
            length = 0;
            break;
        }
        line[length++] = c;
    }
    line[length] = 0;
    return true;
}

bool script_command(const char *line) {
    return line[0] && line[0] != '#';
}

bool script_find(const struct script *script, const char *wanted, const char *name, struct place *place) {
    struct place at = {0, 1};
    char line[COMMAND_BYTES], text[COMMAND_BYTES], reason[LINE_BYTES];
    const char *wrong;
    struct command command;
    while (script_read(script, &at, line, &wrong)) {
        const struct verb *verb =
            starts_with(line, wanted) ? command_read(line, true, text, &command, reason) : NULL;
        if (!verb || !same_text(verb->name, wanted) || command.count < 2 ||
            !same_text(command.words[1], name))
            continue;
        *place = at;
        return true;
    }
    return false;
}

void script_description(const struct script *script, char *text, uint32_t bytes) {
    struct place at = {0, 1};
    char line[COMMAND_BYTES];
    const char *wrong, *words = line + 1;
    text[0] = 0;
    while (script_read(script, &at, line, &wrong)) {
        if (line[0] != '#')
            continue;
        while (blank(*words))
            words++;
        copy_text(text, words, bytes);
        return;
    }
}

/* A name that one verb gives and another one uses. */
static const struct {
    const char *gives, *uses;
    bool once; /* given twice it would be two places */
} pairs[] = {{"label", "goto", true}, {"snap", "diff", false}};

/* What only the whole script knows about the names in one of its commands: NULL, or what is wrong. */
static const char *check_names(const struct script *script, const struct command *command, uint32_t number,
                               char reason[LINE_BYTES]) {
    const char *verb = command->words[0], *name = command->count > 1 ? command->words[1] : "off";
    for (uint32_t i = 0; i < sizeof pairs / sizeof *pairs && !same_text(name, "off"); i++) {
        struct place found = {0, 0};
        bool there = script_find(script, pairs[i].gives, name, &found);
        if (same_text(verb, pairs[i].uses) && !there) {
            format_text(reason, LINE_BYTES, "there is no %s \"%s\"; expected one that stands in this file",
                        pairs[i].gives, name);
            return reason;
        }
        if (same_text(verb, pairs[i].gives) && pairs[i].once && found.line != number + 1) {
            format_text(reason, LINE_BYTES,
                        "%s \"%s\" stands already on line %" PRIu32 "; expected another name", verb, name,
                        found.line - 1);
            return reason;
        }
    }
    return same_text(verb, "say") ? caption_check(command->rest) : NULL;
}

uint32_t script_check(const struct script *script, script_report report, void *context) {
    struct place at = {0, 1};
    uint32_t mistakes = 0, commands = 0;
    char line[COMMAND_BYTES], text[COMMAND_BYTES], reason[LINE_BYTES];
    const char *wrong;
    for (uint32_t number = 1; script_read(script, &at, line, &wrong); number++) {
        struct command command;
        if (!wrong && !script_command(line))
            continue;
        commands++;
        if (!wrong)
            wrong = command_read(line, true, text, &command, reason)
                        ? check_names(script, &command, number, reason)
                        : reason;
        if (!wrong)
            continue;
        report(context, number, wrong);
        mistakes++;
    }
    if (!commands)
        report(context, 1, "expected a command");
    return commands ? mistakes : 1;
}
