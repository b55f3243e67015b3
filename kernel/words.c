/*
 * The vocabularies: what the capitals in usages stand for, from where the words are known.
 */
#include "kernel/kernel.h"
#include "kernel/usage.h"
#include "mm/past.h"
#include "mm/policy.h"
#include "mm/regime.h"
#include "viz/view.h"

#define TABLE_COUNT(table) ((uint32_t)(__stop_##table - __start_##table))

static const char *program(uint32_t index) {
    return index < program_count ? programs[index].name : NULL;
}

static const char *view(uint32_t index) {
    return index < TABLE_COUNT(views) ? __start_views[index]->name : NULL;
}

static const char *policy(uint32_t index) {
    return index < TABLE_COUNT(policies) ? __start_policies[index]->name : NULL;
}

static const char *regime(uint32_t index) {
    return index < TABLE_COUNT(regimes) ? __start_regimes[index]->name : NULL;
}

static const char *event_kind(uint32_t index) {
    return index + 1 < EV_KINDS ? event_names[index + 1] : NULL; /* not EV_NONE */
}

/* The processes by number, and the youngest of each program by its name. */
static const char *process(uint32_t index) {
    static char number[8];
    for (int i = 0; i < SPACES; i++) {
        if (!processes[i])
            continue;
        if (!index--) {
            format_text(number, sizeof number, "%d", processes[i]->pid);
            return number;
        }
        const char *name = processes[i]->program->name;
        if (process_named(name) == processes[i] && !index--)
            return name;
    }
    return NULL;
}

static bool is_process(const char *word) {
    return process_named(word) != NULL;
}

/* Programs will run by then, and numbers may be theirs. */
static bool may_be_process(const char *word) {
    uint32_t number;
    return program_find(word) || command_number(word, &number);
}

/* The processes of the moment that is shown, by number. */
static const char *shown_process(uint32_t index) {
    static char number[8];
    for (uint32_t slot = 0; slot < SPACES; slot++) {
        const struct space *space = space_in_slot(past_moment(), slot);
        if (!space || index--)
            continue;
        format_text(number, sizeof number, "%d", space->pid);
        return number;
    }
    return NULL;
}

static bool is_shown(const char *word) {
    return process_shown(word) != NULL;
}

/* ---- Numbers of a kind ---- */

static bool is_count(const char *word) {
    uint32_t number;
    return command_number(word, &number) && number;
}

static bool is_rate(const char *word) {
    uint32_t number;
    return command_number(word, &number) && number && number <= PACE_MOST;
}

static bool is_event(const char *word) {
    uint32_t number;
    return command_number(word, &number);
}

static bool is_address(const char *word) {
    uint32_t number;
    return command_address(word, &number);
}

static bool is_power_of_two(const char *word) {
    uint32_t number;
    return command_number(word, &number) && number && !(number & (number - 1));
}

static const struct vocabulary words_count = {
    .name = "COUNT", .title = "a number, 1 or more", .fits = is_count};
static const struct vocabulary words_rate = {
    .name = "RATE", .title = "steps a second, 1 to 1000", .fits = is_rate};
static const struct vocabulary words_event = {
    .name = "SEQ", .title = "the number of an event", .fits = is_event};
static const struct vocabulary words_address = {
    .name = "ADDRESS", .title = "an address in hexadecimal digits", .fits = is_address};
static const struct vocabulary words_bytes = {
    .name = "BYTES", .title = "the bytes of a pixel, a power of two", .fits = is_power_of_two};
TABLE_ENTRY(vocabularies, const struct vocabulary, words_count);
TABLE_ENTRY(vocabularies, const struct vocabulary, words_rate);
TABLE_ENTRY(vocabularies, const struct vocabulary, words_event);
TABLE_ENTRY(vocabularies, const struct vocabulary, words_address);
TABLE_ENTRY(vocabularies, const struct vocabulary, words_bytes);

static const struct vocabulary words_program = {.name = "PROGRAM", .title = "a program", .word = program};
static const struct vocabulary words_view = {.name = "VIEW", .title = "a view", .word = view};
static const struct vocabulary words_policy = {.name = "POLICY", .title = "a policy", .word = policy};
static const struct vocabulary words_regime = {.name = "REGIME", .title = "a regime", .word = regime};
static const struct vocabulary words_kind = {.name = "KIND", .title = "a kind of event", .word = event_kind};
static const struct vocabulary words_pid = {.name = "PID",
                                            .title = "the pid of a process or the name of its program",
                                            .word = process,
                                            .fits = is_process,
                                            .may = may_be_process};
static const struct vocabulary words_shown = {.name = "SHOWN",
                                              .title = "the pid of a process that is shown, or its name",
                                              .word = shown_process,
                                              .fits = is_shown,
                                              .may = may_be_process};
TABLE_ENTRY(vocabularies, const struct vocabulary, words_shown);
TABLE_ENTRY(vocabularies, const struct vocabulary, words_program);
TABLE_ENTRY(vocabularies, const struct vocabulary, words_view);
TABLE_ENTRY(vocabularies, const struct vocabulary, words_policy);
TABLE_ENTRY(vocabularies, const struct vocabulary, words_regime);
TABLE_ENTRY(vocabularies, const struct vocabulary, words_kind);
TABLE_ENTRY(vocabularies, const struct vocabulary, words_pid);
