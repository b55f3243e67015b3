/*
 * The verb filter: which events the events view lists.
 */
#include "kernel/kernel.h"
#include "kernel/usage.h"
#include "viz/filter.h"

static int32_t owner_named(const char *word) {
    for (int o = 0; o < OWNERS; o++)
        if (same_text(owner_info[o].name, word) || (word[0] == owner_info[o].letter && !word[1]))
            return o;
    return FILTER_ANY;
}

static int32_t kind_named(const char *word) {
    for (int kind = EV_NONE + 1; kind < EV_KINDS; kind++)
        if (same_text(event_names[kind], word))
            return kind;
    return FILTER_ANY;
}

static const char *filter(struct command *command) {
    struct event_filter wanted = filter_none;
    wanted.errors = command->count > 1 && same_text(command->words[1], "errors");
    for (int i = 1; i + 1 < command->count; i += 2) {
        const char *value = command->words[i + 1];
        uint32_t pid = 0;
        switch (command->words[i][0]) {
        case 'p':
            if (!command_number(value, &pid) || pid > 0xFFFF)
                return "expected a pid";
            wanted.pid = (int32_t)pid;
            break;
        case 'o': wanted.owner = owner_named(value); break;
        default: wanted.kind = kind_named(value);
        }
    }
    events_filter(&wanted);
    return NULL;
}

static const struct verb verb_filter = {"filter", "filter off | errors | [pid N] [owner OWNER] [kind KIND]",
                                        "Says which events the events view lists: all, or those.", filter};
TABLE_ENTRY(verbs, const struct verb, verb_filter);

static const char *owner(uint32_t index) {
    return index < OWNERS ? owner_info[index].name : NULL;
}

static bool is_owner(const char *word) {
    return owner_named(word) != FILTER_ANY;
}

static const struct vocabulary words_owner = {
    .name = "OWNER", .title = "an owner's name or letter", .word = owner, .fits = is_owner};
TABLE_ENTRY(vocabularies, const struct vocabulary, words_owner);
