/*
 * Commands: a line becomes words, the first names a verb of the table, the verb answers through its outlet. Pure.
 */
#include "kernel/command.h"

#include "kernel/text.h"
#include "kernel/usage.h"

void reply(const struct command *command, const char *format, ...) {
    char text[LINE_BYTES];
    va_list list;
    va_start(list, format);
    format_list(text, sizeof text, format, list);
    va_end(list);
    command->outlet->line(command->outlet->context, text);
}

static bool marked_hex(const char *word) {
    return word[0] == '0' && (word[1] == 'x' || word[1] == 'X');
}

/* All of the word is digits of that base, and 32 bits hold what they say. */
static bool digits(const char *word, uint32_t base, uint32_t *value) {
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

bool command_number(const char *word, uint32_t *value) {
    return marked_hex(word) ? digits(word + 2, 16, value) : digits(word, 10, value);
}

bool command_address(const char *word, uint32_t *value) {
    return digits(marked_hex(word) ? word + 2 : word, 16, value);
}

const struct verb *verb_find(const char *name) {
    TABLE_EACH(verbs, const struct verb, verb)
    if (same_text((*verb)->name, name))
        return *verb;
    return NULL;
}

/* ---- A word that is no verb: which ones are near it ---- */

enum { NEAR_WORD = 16, NEAR_EDITS = 2, NEAR_SHOWN = 3 };

static uint32_t least_of(uint32_t a, uint32_t b) {
    return a < b ? a : b;
}

/*
 * How many letters have to be put in, taken out or changed to make one word of the other; two neighbours that changed
 * places count once. Row i of the table is about the first i letters of `a`.
 */
static uint32_t edits(const char *a, const char *b) {
    uint32_t row[NEAR_WORD][NEAR_WORD], as = text_length(a), bs = text_length(b);
    if (as >= NEAR_WORD || bs >= NEAR_WORD)
        return NEAR_WORD;
    for (uint32_t i = 0; i <= as; i++) {
        for (uint32_t j = 0; j <= bs; j++) {
            if (!i || !j) {
                row[i][j] = i + j;
                continue;
            }
            uint32_t changed = row[i - 1][j - 1] + (a[i - 1] != b[j - 1]);
            row[i][j] = least_of(changed, 1 + least_of(row[i - 1][j], row[i][j - 1]));
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                row[i][j] = least_of(row[i][j], row[i - 2][j - 2] + 1);
        }
    }
    return row[as][bs];
}

/* Zero for a beginning of the verb. */
static uint32_t distance(const char *word, const char *verb) {
    return starts_with(verb, word) ? 0 : edits(word, verb);
}

/* Names the nearest verbs, if any are near. */
static void name_nearest(const char *word, char *reason) {
    int shown = 0;
    format_text(reason, LINE_BYTES, "there is no command \"%s\"", word);
    uint32_t most = least_of(NEAR_EDITS, text_length(word) / 2);
    for (uint32_t near = 0; near <= most; near++) {
        TABLE_EACH(verbs, const struct verb, verb) {
            if (shown == NEAR_SHOWN || distance(word, (*verb)->name) != near)
                continue;
            append_text(reason, LINE_BYTES, "%s\"%s\"", shown++ ? " or " : "; perhaps ", (*verb)->name);
        }
    }
    append_text(reason, LINE_BYTES, "%s\"help\" lists those there are", shown ? ". " : "; ");
}

/* ---- Reading a line ---- */

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

const struct verb *command_read(const char *line, bool later, char text[COMMAND_BYTES],
                                struct command *command, char reason[LINE_BYTES]) {
    struct fit fit;
    command->count = 0;
    copy_text(text, line, COMMAND_BYTES);
    if (!split(text, command)) {
        format_text(reason, LINE_BYTES, "expected at most %d words", COMMAND_WORDS);
        return NULL;
    }
    const struct verb *verb = verb_find(command->words[0]);
    if (!verb) {
        name_nearest(command->words[0], reason);
        return NULL;
    }
    command->rest = line;
    while (*command->rest && !blank(*command->rest))
        command->rest++;
    while (blank(*command->rest))
        command->rest++;
    usage_fit(verb->usage, command->words + 1, command->count - 1, later, &fit);
    if (fit.whole)
        return verb;
    usage_expected(&fit, reason, LINE_BYTES);
    append_text(reason, LINE_BYTES, "; usage: %s", verb->usage);
    return NULL;
}

void command_line(const char *line, const struct outlet *outlet) {
    char text[COMMAND_BYTES], reason[LINE_BYTES];
    struct command command = {.outlet = outlet};
    while (blank(*line))
        line++;
    if (!*line || *line == '#')
        return;
    if (text_length(line) >= COMMAND_BYTES) {
        reply(&command, "error: a line has at most %d characters", COMMAND_BYTES - 1);
        return;
    }
    const struct verb *verb = command_read(line, false, text, &command, reason);
    const char *wrong = verb ? verb->run(&command) : reason;
    if (wrong)
        reply(&command, "error: %s", wrong);
    else
        reply(&command, "ok");
}

/* ---- Completing one ---- */

/* Takes a candidate into account: what all candidates have in common stays. */
static void candidate(struct completion *completion, const char *word, const char *begun) {
    if (!starts_with(word, begun))
        return;
    if (!completion->count++) {
        copy_text(completion->word, word, sizeof completion->word);
    } else {
        uint32_t same = 0;
        while (completion->word[same] && completion->word[same] == word[same])
            same++;
        completion->word[same] = 0;
    }
    append_text(completion->list, sizeof completion->list, "%s%s", completion->count > 1 ? " " : "", word);
}

static void candidates_of(struct completion *completion, const struct term *term, const char *begun) {
    char literal[COMPLETION_WORD];
    const char *known;
    bool capitals = term->text[0] >= 'A' && term->text[0] <= 'Z';
    if (!term->vocabulary && !capitals && term->length < sizeof literal) {
        format_text(literal, sizeof literal, "%.*s", (int)term->length, term->text);
        candidate(completion, literal, begun);
    }
    for (uint32_t i = 0; term->vocabulary && term->vocabulary->word && (known = term->vocabulary->word(i));
         i++)
        candidate(completion, known, begun);
}

void command_complete(const char *line, struct completion *completion) {
    char text[COMMAND_BYTES];
    struct command command = {.count = 0};
    struct fit fit;
    uint32_t length = text_length(line);
    *completion = (struct completion){.count = 0};
    copy_text(text, line, sizeof text);
    if (!split(text, &command))
        return;
    bool fresh = !length || blank(line[length - 1]); /* a new word begins */
    const char *begun = fresh ? "" : command.words[command.count - 1];
    int before = command.count - !fresh;
    completion->begun = text_length(begun);
    if (!before) {
        TABLE_EACH(verbs, const struct verb, verb)
        candidate(completion, (*verb)->name, begun);
        return;
    }
    const struct verb *verb = verb_find(command.words[0]);
    if (!verb)
        return;
    usage_fit(verb->usage, command.words + 1, before - 1, false, &fit);
    for (int i = 0; fit.good == before - 1 && i < fit.count; i++)
        candidates_of(completion, &fit.term[i], begun);
}

/* ---- help ---- */

static bool before(const char *a, const char *b) {
    while (*a && *a == *b)
        a++, b++;
    return *a < *b;
}

/* The index-th verb by name. */
static const char *verb_word(uint32_t index) {
    TABLE_EACH(verbs, const struct verb, verb) {
        uint32_t smaller = 0;
        TABLE_EACH(verbs, const struct verb, other)
        smaller += before((*other)->name, (*verb)->name);
        if (smaller == index)
            return (*verb)->name;
    }
    return NULL;
}

static const char *help(struct command *command) {
    if (command->count == 2) {
        const struct verb *verb = verb_find(command->words[1]);
        reply(command, "usage=%s", verb->usage);
        reply(command, "help=%s", verb->help);
        return NULL;
    }
    const char *name;
    for (uint32_t i = 0; (name = verb_word(i)); i++)
        reply(command, "verb=%s usage=%s", name, verb_find(name)->usage);
    return NULL;
}

static const struct verb verb_help = {"help", "help [VERB]", "Lists the commands, or explains one.", help};
TABLE_ENTRY(verbs, const struct verb, verb_help);

static bool is_number(const char *word) {
    uint32_t value;
    return command_number(word, &value);
}

static const struct vocabulary words_verb = {.name = "VERB", .title = "a command", .word = verb_word};
static const struct vocabulary words_number = {.name = "N", .title = "a number", .fits = is_number};
TABLE_ENTRY(vocabularies, const struct vocabulary, words_verb);
TABLE_ENTRY(vocabularies, const struct vocabulary, words_number);
