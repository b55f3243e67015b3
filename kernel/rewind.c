/*
 * Rewind: which moment of the past is shown. The picture goes back event by event (mm/past.h) and stops where a step
 * ended; the machine stands still meanwhile. Whatever makes an event ends it, for then there is a new present.
 *
 *   a step ends with its last event; what happens by itself after that, as a process's end, lies between two steps
 */
#include "kernel/kernel.h"
#include "mm/past.h"

/* Does a step end with this event? */
static bool ends_step(uint32_t seq) {
    const struct event *e = event_at(seq), *next = event_at(seq + 1);
    return e && e->step && (!next || next->step != e->step);
}

static uint32_t newest(void) {
    return events.next - 1;
}

uint32_t rewind_event(void) {
    return past_moment() == NOW ? newest() : past_moment();
}

uint32_t rewind_steps(void) {
    static moment_t counted_at = NOW;
    static uint32_t present, steps;
    if (past_moment() == NOW)
        return 0;
    if (counted_at == past_moment() && present == newest())
        return steps;
    counted_at = past_moment();
    present = newest();
    steps = 1;
    for (uint32_t seq = counted_at + 1; seq < present; seq++)
        steps += ends_step(seq);
    return steps;
}

const struct space *process_shown(const char *word) {
    const struct space *found = NULL;
    uint32_t pid;
    bool number = command_number(word, &pid);
    for (uint32_t slot = 0; slot < SPACES; slot++) {
        const struct space *space = space_in_slot(past_moment(), slot);
        if (space && (number ? space->pid == pid : same_text(space->name, word)) &&
            (!found || space->pid > found->pid))
            found = space;
    }
    return found;
}

const char *rewind_show(uint32_t seq) {
    static char reason[LINE_BYTES];
    process_reap();
    if (seq >= newest()) {
        past_close();
    } else if (past_open(seq) != OK) {
        format_text(reason, sizeof reason, "the past goes back to event %" PRIu32 ", the newest is %" PRIu32,
                    events_oldest() - 1, newest());
        return reason;
    }
    conductor_stop();
    return NULL;
}

/* So many ends of steps further back, or as far as the ring reaches. */
static uint32_t before(uint32_t seq, uint32_t count) {
    uint32_t least = events_oldest() - 1;
    while (count && seq > least)
        count -= ends_step(--seq);
    return seq;
}

static uint32_t after(uint32_t seq, uint32_t count) {
    while (count && seq < newest())
        count -= ends_step(++seq);
    return seq;
}

/* ---- commands ---- */

static const char no_steps[] = "expected a number of steps";

/* Reads [N]; false when it is none. */
static bool steps_wanted(const struct command *command, uint32_t *count) {
    *count = 1;
    return command->count < 2 || (command_number(command->words[1], count) && *count);
}

static const char *back_verb(struct command *command) {
    uint32_t count;
    if (!steps_wanted(command, &count))
        return no_steps;
    process_reap();
    return rewind_show(before(rewind_event(), count));
}

static const char *forward_verb(struct command *command) {
    uint32_t count;
    if (!steps_wanted(command, &count))
        return no_steps;
    if (past_moment() == NOW)
        return verb_find("step")->run(command);
    return rewind_show(after(rewind_event(), count));
}

static const char *at_verb(struct command *command) {
    uint32_t seq = newest();
    if (command->count == 1) {
        reply(command, "event=%" PRIu32 " back=%" PRIu32, rewind_event(), rewind_steps());
        return NULL;
    }
    if (!same_text(command->words[1], "now") && !command_number(command->words[1], &seq))
        return "expected the number of an event, or \"now\"";
    if (seq > newest())
        return "that event is yet to come";
    return rewind_show(seq);
}

static const struct verb verb_back = {"back", "back [N]", "Shows the machine as it was N (1) steps before.",
                                      back_verb};
static const struct verb verb_forward = {"forward", "forward [N]",
                                         "Shows it N (1) steps later; at the present lets the next N happen.",
                                         forward_verb};
static const struct verb verb_at = {
    "at", "at [SEQ | now]",
    "Shows the machine as it was right after an event, or as it is; or tells which event that is.", at_verb};
TABLE_ENTRY(verbs, const struct verb, verb_back);
TABLE_ENTRY(verbs, const struct verb, verb_forward);
TABLE_ENTRY(verbs, const struct verb, verb_at);
