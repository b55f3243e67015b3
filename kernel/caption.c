/*
 * Captions: what the lecturer says, by the verb `say`, and what programs say. Both share one row of the screen: the newer
 * one stands there, but no program speaks over the lecturer for some seconds, and none does in a race. The past shows
 * what stood there then, as far as that is kept.
 */
#include "kernel/kernel.h"
#include "mm/past.h"

#define ALONE_US 6000000u /* so long the lecturer's stays at least */

struct caption captions[CAPTIONS_KEPT];
static uint32_t newest; /* number; 0: none yet */

static void put(const char *text, uint16_t pid, uint32_t seq) {
    struct caption *caption = &captions[++newest % CAPTIONS_KEPT];
    *caption = (struct caption){.number = newest, .seq = seq, .us = clock_us(), .pid = pid};
    copy_text(caption->text, text, sizeof caption->text);
}

static void say(const char *text, uint16_t pid) {
    bool now = past_moment() == NOW;
    put(text, pid, now ? events.next : 0);
    if (now)
        event_emit(EV_SAY, OWNER_KBYTE, (struct region){0, 0}, (struct region){0, 0});
}

/* What the lecturer, or else a program, said last before that moment; NULL: nothing that stands. */
static const struct caption *last(bool lecturer, moment_t at) {
    for (uint32_t n = newest; n && newest - n < CAPTIONS_KEPT; n--) {
        const struct caption *caption = &captions[n % CAPTIONS_KEPT];
        if (!caption->pid == lecturer && (at == NOW || caption->seq <= at))
            return caption->text[0] ? caption : NULL;
    }
    return NULL;
}

int caption_of_program(const struct process *process, const char *text) {
    const char *wrong = caption_check(text);
    if (wrong)
        log_line("%s[%d] says: %s", process->program->name, process->pid, wrong);
    else if (!race_has(process))
        say(text, process->pid);
    return wrong ? E_INVAL : OK;
}

void caption_end(bool all) {
    const struct caption *program = last(false, NOW);
    if (program && (all || !process_find(program->pid)))
        put("", program->pid, events.next - 1);
}

void caption_clear(void) {
    caption_end(true);
    say("", 0);
}

const char *caption_shown(uint32_t *number) {
    moment_t at = past_moment();
    const struct caption *lecturers = last(true, at), *spoken = last(false, at), *shown = lecturers;
    bool alone = lecturers && at == NOW && clock_us() - lecturers->us < ALONE_US;
    if (spoken && !alone && (!shown || spoken->number > shown->number))
        shown = spoken;
    *number = shown ? shown->number : 0;
    return shown ? shown->text : NULL;
}

static const char *say_verb(struct command *command) {
    const char *wrong = caption_check(command->rest);
    if (wrong)
        return wrong;
    caption_end(true);
    say(command->rest, 0);
    return NULL;
}

static const struct verb verb_say = {"say", "say [TEXT]", "Puts a caption on the screen, or takes it away.",
                                     say_verb};
TABLE_ENTRY(verbs, const struct verb, verb_say);
