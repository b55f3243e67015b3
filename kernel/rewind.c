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

/* Does `back` stop here? Of a race's steps only before the leader's: the other lanes follow it at once. */
static bool ends_round(uint32_t seq) {
    const struct event *next;
    if (!ends_step(seq))
        return false;
    while ((next = event_at(++seq)) && !next->step) {
    }
    return !next || race_leads(next->pid, next->seq);
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
        steps += ends_round(seq);
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
        count -= ends_round(--seq);
    return seq;
}

static uint32_t after(uint32_t seq, uint32_t count) {
    while (count && seq < newest())
        count -= ends_round(++seq);
    return seq;
}

/* ---- commands ---- */

/* [COUNT] */
static uint32_t steps_wanted(const struct command *command) {
    uint32_t count = 1;
    if (command->count > 1)
        command_number(command->words[1], &count);
    return count;
}

static const char *back_verb(struct command *command) {
    process_reap();
    return rewind_show(before(rewind_event(), steps_wanted(command)));
}

static const char *forward_verb(struct command *command) {
    if (past_moment() == NOW)
        return verb_find("step")->run(command);
    return rewind_show(after(rewind_event(), steps_wanted(command)));
}

static const char *at_verb(struct command *command) {
    uint32_t seq = newest();
    if (command->count == 1) {
        reply(command, "event=%" PRIu32 " back=%" PRIu32, rewind_event(), rewind_steps());
        return NULL;
    }
    if (!same_text(command->words[1], "now"))
        command_number(command->words[1], &seq);
    if (seq > newest())
        return "that event is yet to come";
    return rewind_show(seq);
}

static const struct verb verb_back = {"back", "back [COUNT]",
                                      "Shows the machine as it was COUNT (1) steps before.", back_verb};
static const struct verb verb_forward = {
    "forward", "forward [COUNT]", "Shows it COUNT (1) steps later; at the present lets so many happen.",
    forward_verb};
static const struct verb verb_at = {
    "at", "at [SEQ | now]",
    "Shows the machine as it was right after an event, or as it is; or tells which event that is.", at_verb};
TABLE_ENTRY(verbs, const struct verb, verb_back);
TABLE_ENTRY(verbs, const struct verb, verb_forward);
TABLE_ENTRY(verbs, const struct verb, verb_at);
