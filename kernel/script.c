/*
 * Scripts.
 */
#include "kernel/script.h"

static bool blank(char c) {
    return c == ' ' || c == '\t' || c == '\r';
}

bool script_read(const struct script *script, struct place *place, char line[COMMAND_BYTES],
                 const char **wrong) {
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
    if (end - at >= COMMAND_BYTES) {
        *wrong = "expected a line of at most 255 characters";
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

bool script_label(const struct script *script, const char *name, struct place *place) {
    struct place at = {0, 1};
    char line[COMMAND_BYTES], text[COMMAND_BYTES], reason[LINE_BYTES];
    const char *wrong;
    struct command command;
    while (script_read(script, &at, line, &wrong)) {
        const struct verb *verb =
            starts_with(line, "label") ? command_read(line, true, text, &command, reason) : NULL;
        if (!verb || !same_text(verb->name, "label") || !same_text(command.words[1], name))
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

/* What only the whole script knows about one of its commands: NULL, or what is wrong. */
static const char *check_labels(const struct script *script, const struct command *command, uint32_t number,
                                char reason[LINE_BYTES]) {
    struct place found = {0, 0};
    bool label = same_text(command->words[0], "label"), jump = same_text(command->words[0], "goto");
    if (!label && !jump)
        return NULL;
    bool there = script_label(script, command->words[1], &found);
    if (jump && !there) {
        format_text(reason, LINE_BYTES, "there is no label \"%s\"; expected one that stands in this file",
                    command->words[1]);
        return reason;
    }
    if (label && found.line != number + 1) {
        format_text(reason, LINE_BYTES,
                    "label \"%s\" stands already on line %" PRIu32 "; expected another name",
                    command->words[1], found.line - 1);
        return reason;
    }
    return NULL;
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
                        ? check_labels(script, &command, number, reason)
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
