/*
 * The verbs that change how the screen looks and what on it is looked at closely.
 */
#include "kernel/kernel.h"
#include "mm/events.h"
#include "viz/chain.h"
#include "viz/look.h"
#include "viz/screen.h"
#include "viz/viz.h"

/* The word that was given, or NULL. */
static const char *given(const struct command *command) {
    return command->count > 1 ? command->words[1] : NULL;
}

static const char *theme(struct command *command) {
    look_theme(given(command));
    return NULL;
}

static const char *letters(struct command *command) {
    look_letters(given(command) ? same_text(given(command), "on") : !viz_look.letters);
    return NULL;
}

static const char *colour(struct command *command) {
    look_colour(given(command));
    return NULL;
}

static const char *rows(struct command *command) {
    bool many = given(command) ? same_text(given(command), "50") : viz_look.rows == SCREEN_ROWS;
    look_rows(many ? SCREEN_ROWS_MOST : SCREEN_ROWS);
    return NULL;
}

/* Of a power of two. */
static uint8_t shift_of(uint32_t bytes) {
    return (uint8_t)__builtin_ctz(bytes);
}

static const char *zoom(struct command *command) {
    const char *word = command->words[1];
    uint32_t bytes = 0;
    int result;
    if (same_text(word, "in") || same_text(word, "out"))
        result = viz_zoom(same_text(word, "in") ? -1 : 1);
    else if (same_text(word, "fit"))
        result = viz_zoom(0);
    else
        result = command_number(word, &bytes) ? viz_zoom_to(shift_of(bytes)) : E_INVAL;
    return result == OK        ? NULL
           : result == E_INVAL ? "this view zooms in steps of its own: in, out, fit"
                               : "this view has no map";
}

static const char *inspect(struct command *command) {
    static const struct {
        const char *name;
        enum subject_kind kind;
    } kinds[] = {
        {"heap", SUBJECT_HEAP}, {"page", SUBJECT_PAGES}, {"frame", SUBJECT_FRAMES}, {"event", SUBJECT_EVENT}};
    struct subject subject = {.kind = SUBJECT_NOTHING};
    uint32_t address;
    for (uint32_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (same_text(command->words[1], kinds[i].name))
            subject.kind = kinds[i].kind;
    if (subject.kind == SUBJECT_EVENT) {
        command_number(command->words[2], &subject.seq);
        if (!event_at(subject.seq))
            return "the event ring does not have that event";
    } else if (subject.kind != SUBJECT_NOTHING && command_address(command->words[2], &address))
        subject.at = (struct region){address, address + 1};
    if (subject.kind == SUBJECT_HEAP || subject.kind == SUBJECT_PAGES)
        subject.pid = viz_selected();
    viz_inspect(&subject);
    return NULL;
}

static const struct verb verb_theme = {
    "theme", "theme [dark|light|mono]",
    "Chooses the colours: for a dark room, a bright one, or none; by itself the next.", theme};
static const struct verb verb_letters = {"letters", "letters [on|off]",
                                         "Says whether maps print the owner's letter in each cell.", letters};
static const struct verb verb_colour = {"colour", "colour [owner|process|age]",
                                        "Chooses what the colours of maps stand for.", colour};
static const struct verb verb_rows = {"rows", "rows [25|50]", "Chooses how many rows of text the screen has.",
                                      rows};
static const struct verb verb_zoom = {
    "zoom", "zoom in|out|fit|BYTES",
    "Changes how many bytes a pixel stands for, in the cursor's map or the last one.", zoom};
static const struct verb verb_inspect = {
    "inspect", "inspect heap|page|frame ADDRESS | event SEQ | off",
    "Puts the cursor on a thing, of the chosen process where it is one's, or away.", inspect};
TABLE_ENTRY(verbs, const struct verb, verb_theme);
TABLE_ENTRY(verbs, const struct verb, verb_letters);
TABLE_ENTRY(verbs, const struct verb, verb_colour);
TABLE_ENTRY(verbs, const struct verb, verb_rows);
TABLE_ENTRY(verbs, const struct verb, verb_zoom);
TABLE_ENTRY(verbs, const struct verb, verb_inspect);
