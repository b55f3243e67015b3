/*
 * Captions: what the lecturer says, by the verb `say`, and what programs say. Both share one row of the screen: the newer
 * one stands there, but no program speaks over the lecturer for some seconds, and none does in a race.
 */
#include "kernel/kernel.h"
#include "mm/past.h"

#define KEPT_US 6000000u /* so long the lecturer's stays at least */

static struct caption {
    char text[CAPTION_LETTERS + 1];
    uint32_t number; /* of all captions */
    uint32_t seq;    /* its event; 0: it was said while the past was shown, and belongs to no moment */
    uint64_t us;     /* when */
    uint16_t pid;    /* who said it */
} by_lecturer, by_program;

const char *caption_check(const char *text) {
    static char reason[LINE_BYTES];
    uint32_t length = text_length(text);
    for (const char *c = text; *c; c++)
        if (*c < ' ' || *c > '~')
            return "a caption is made of the letters, digits and signs of ASCII";
    format_text(reason, sizeof reason, "a caption has at most %d letters, this one has %" PRIu32,
                CAPTION_LETTERS, length);
    return length > CAPTION_LETTERS ? reason : NULL;
}

static void set(struct caption *caption, const char *text, uint16_t pid) {
    static uint32_t number;
    copy_text(caption->text, text, sizeof caption->text);
    caption->number = ++number;
    caption->us = clock_us();
    caption->pid = pid;
    caption->seq = 0;
    if (past_moment() == NOW) {
        caption->seq = events.next;
        event_emit(EV_SAY, OWNER_KBYTE, (struct region){0, 0}, (struct region){0, 0});
    }
}

int caption_of_program(const struct process *process, const char *text) {
    const char *reason = caption_check(text);
    if (reason)
        log_line("%s[%d] says: %s", process->program->name, process->pid, reason);
    else if (!race_has(process))
        set(&by_program, text, process->pid);
    return reason ? E_INVAL : OK;
}

void caption_end(bool all) {
    if (all || !process_find(by_program.pid))
        by_program.text[0] = 0;
}

void caption_clear(void) {
    by_lecturer.text[0] = by_program.text[0] = 0;
}

/* Had it been said at the moment that is shown? */
static bool stands(const struct caption *caption) {
    return caption->text[0] && (past_moment() == NOW || caption->seq <= past_moment());
}

const char *caption_shown(uint32_t *number) {
    const struct caption *shown = stands(&by_lecturer) ? &by_lecturer : NULL;
    bool kept = shown && clock_us() - by_lecturer.us < KEPT_US;
    if (stands(&by_program) && !kept && (!shown || by_program.number > by_lecturer.number))
        shown = &by_program;
    *number = shown ? shown->number : 0;
    return shown ? shown->text : NULL;
}

static const char *say_verb(struct command *command) {
    const char *reason = caption_check(command->rest);
    if (reason)
        return reason;
    by_program.text[0] = 0;
    set(&by_lecturer, command->rest, 0);
    return NULL;
}

static const struct verb verb_say = {"say", "say [TEXT]", "Puts a caption on the screen, or takes it away.",
                                     say_verb};
TABLE_ENTRY(verbs, const struct verb, verb_say);
