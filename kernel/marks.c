/*
 * Marks: moments with a name, and what changed since one of them.
 */
#include "kernel/kernel.h"
#include "kernel/usage.h"

enum { MARKS = 16 };

static struct mark {
    char name[NAME_BYTES];
    uint32_t seq;
} marks[MARKS];
static uint32_t marks_count;
static const struct mark *compared; /* NULL: none */
static const struct mark *lost;     /* what was compared, and lies beyond the ring now */

static struct mark *mark_find(const char *name) {
    for (uint32_t i = 0; i < marks_count; i++)
        if (same_text(marks[i].name, name))
            return &marks[i];
    return NULL;
}

/* Does the ring still reach back to it? */
static bool reached(const struct mark *mark) {
    return mark->seq + 1 >= events_oldest();
}

moment_t mark_compared(const char **name) {
    if (compared && !reached(compared)) {
        log_line("diff: the ring does not reach back to \"%s\" any more", compared->name);
        lost = compared;
        compared = NULL;
    }
    *name = compared ? compared->name : lost ? lost->name : NULL;
    return compared ? compared->seq : NOW;
}

/* ---- commands ---- */

static const char *snap_verb(struct command *command) {
    if (command->count == 1) {
        for (uint32_t i = 0; i < marks_count; i++)
            reply(command, "mark=%s event=%" PRIu32 " reached=%d", marks[i].name, marks[i].seq,
                  reached(&marks[i]));
        return NULL;
    }
    struct mark *mark = mark_find(command->words[1]);
    if (!mark && marks_count == MARKS)
        return "there are 16 marks; one of their names can be used again";
    if (!mark)
        mark = &marks[marks_count++];
    copy_text(mark->name, command->words[1], sizeof mark->name);
    mark->seq = rewind_event();
    return NULL;
}

static const char *diff_verb(struct command *command) {
    const struct mark *mark = mark_find(command->words[1]);
    if (mark && !reached(mark))
        return "that mark lies beyond the event ring; what was before is forgotten";
    compared = mark;
    lost = NULL;
    return NULL;
}

static const struct verb verb_snap = {
    "snap", "snap [NAME]", "Remembers the moment that is shown under a name; lists the names.", snap_verb};
static const struct verb verb_diff = {
    "diff", "diff MARK | off", "Shows what came, went and moved to another owner since a mark.", diff_verb};
TABLE_ENTRY(verbs, const struct verb, verb_snap);
TABLE_ENTRY(verbs, const struct verb, verb_diff);

static const char *mark_name(uint32_t index) {
    return index < marks_count ? marks[index].name : NULL;
}

/* "diff off" means something else, and a longer name would be cut. */
static bool may_be_mark(const char *word) {
    return !same_text(word, "off") && text_length(word) < NAME_BYTES;
}

static const struct vocabulary words_name = {
    .name = "NAME", .title = "a name of at most 15 letters, not off", .fits = may_be_mark};
TABLE_ENTRY(vocabularies, const struct vocabulary, words_name);

static const struct vocabulary words_mark = {
    .name = "MARK", .title = "a name that \"snap\" gave", .word = mark_name, .may = may_be_mark};
TABLE_ENTRY(vocabularies, const struct vocabulary, words_mark);
