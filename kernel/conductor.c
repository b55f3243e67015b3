/*
 * The conductor: at what pace programs run. They are free, or each heap or _4k call waits at the gate until
 * it is let pass: a step on demand, or so many a second. Held, nothing runs at all but commands.
 */
#include "kernel/kernel.h"
#include "mm/policy.h"
#include "mm/regime.h"

enum { PACE_MOST = 1000 };
#define SECOND_US 1000000u

struct conductor conductor;

static enum { FREE, PACED, PAUSED } mode;
static bool held;
static uint32_t rate;    /* PACED: steps a second */
static uint64_t next_us; /* PACED: when the next is due */
static uint32_t passes;  /* steps that may still be made, nobody waits for them yet */
static struct queue gate;
static char pace[16];
static char caption[COMMAND_BYTES];

void conductor_gate(void) {
    if (mode == FREE)
        return;
    if (passes)
        passes--;
    else
        thread_wait(&gate); /* whoever wakes it has let it pass */
}

static void let_pass(uint32_t count) {
    for (; count; count--) {
        struct thread *first = gate.first;
        if (!first) {
            passes += count;
            return;
        }
        queue_remove(first);
        thread_ready(first);
    }
}

static void set_mode(int wanted) {
    mode = wanted;
    passes = 0;
    if (mode == FREE)
        thread_wake_all(&gate);
}

bool conductor_due(void) {
    return mode == PACED && !held && clock_us() >= next_us;
}

void conductor_work(void) {
    if (!conductor_due())
        return;
    uint64_t now = clock_us();
    if (now - next_us > SECOND_US)
        next_us = now;
    passes = 0; /* what nobody used is not saved up */
    for (; next_us <= now; next_us += SECOND_US / rate)
        let_pass(1);
}

uint32_t conductor_rate(void) {
    return rate;
}

bool conductor_held(void) {
    return held;
}

bool conductor_running(void) {
    return !held && mode != PAUSED;
}

const char *conductor_pace(void) {
    if (held)
        return "hold";
    if (mode == PACED)
        format_text(pace, sizeof pace, "%" PRIu32 "/s", rate);
    return mode == FREE ? "max" : mode == PAUSED ? "paused" : pace;
}

const char *conductor_caption(void) {
    return *caption ? caption : NULL;
}

void conductor_say(const char *text) {
    copy_text(caption, text, sizeof caption);
    event_emit(EV_SAY, OWNER_KBYTE, (struct region){0, 0}, (struct region){0, 0});
}

void conductor_init(void) {
    const char *wanted = boot_option("regime");
    conductor.regime = wanted ? regime_find(wanted) : NULL;
    if (wanted && !conductor.regime)
        log_line("command line: there is no regime \"%s\"", wanted);
    if (!conductor.regime)
        conductor.regime = regime_find("healed");
    conductor.policy = policy_find("first");
    conductor.guard = true;
}

/* ---- commands ---- */

static const char *pause_verb(struct command *command) {
    (void)command;
    set_mode(PAUSED);
    return NULL;
}

static const char *go_verb(struct command *command) {
    (void)command;
    held = false;
    set_mode(rate ? PACED : FREE);
    return NULL;
}

static const char *step_verb(struct command *command) {
    uint32_t count = 1;
    if (command->count > 1 && (!command_number(command->words[1], &count) || !count))
        return "expected a number of steps";
    if (held)
        return "the machine is held; \"go\" releases it";
    if (mode != PAUSED)
        set_mode(PAUSED);
    let_pass(count);
    return NULL;
}

static const char *pace_verb(struct command *command) {
    uint32_t wanted = 0;
    if (command->count == 1) {
        reply(command, "pace=%s", conductor_pace());
        return NULL;
    }
    bool most = same_text(command->words[1], "max");
    if (!most && (!command_number(command->words[1], &wanted) || !wanted || wanted > PACE_MOST))
        return "expected steps a second, 1 to 1000, or \"max\"";
    rate = wanted;
    next_us = clock_us();
    set_mode(rate ? PACED : FREE);
    return NULL;
}

static const char *hold_verb(struct command *command) {
    (void)command;
    held = true;
    frame_paint();
    return NULL;
}

static const char *say_verb(struct command *command) {
    conductor_say(command->rest);
    return NULL;
}

static const char *policy_verb(struct command *command) {
    if (command->count == 1) {
        TABLE_EACH(policies, const struct policy, p)
        reply(command, "policy=%s current=%d words=%s", (*p)->name, *p == conductor.policy, (*p)->words);
        return NULL;
    }
    const struct policy *wanted = policy_find(command->words[1]);
    if (!wanted)
        return "expected a policy; \"policy\" alone lists them";
    conductor.policy = wanted;
    return NULL;
}

static const char *guard_verb(struct command *command) {
    bool on = same_text(command->words[1], "on");
    if (!on && !same_text(command->words[1], "off"))
        return "expected \"on\" or \"off\"";
    conductor.guard = on;
    return NULL;
}

static const struct verb verb_pause = {
    "pause", "pause", "Stops every program before its next malloc or free.", 0, 0, pause_verb};
static const struct verb verb_go = {"go", "go", "Lets everything run again.", 0, 0, go_verb};
static const struct verb verb_step = {"step", "step [N]", "Lets the next N (1) mallocs or frees happen.",
                                      0,      1,          step_verb};
static const struct verb verb_pace = {
    "pace", "pace [N | max]", "Sets or tells how many mallocs and frees happen a second.", 0, 1, pace_verb};
static const struct verb verb_hold = {
    "hold", "hold", "Paints a last picture, then stops everything but commands.", 0, 0, hold_verb};
static const struct verb verb_say = {"say", "say [TEXT]",  "Puts a caption on the screen, or takes it away.",
                                     0,     COMMAND_WORDS, say_verb};
static const struct verb verb_policy = {
    "policy", "policy [NAME]", "Chooses how the heaps of programs started from now on choose a hole.", 0,
    1,        policy_verb};
static const struct verb verb_guard = {
    "guard", "guard on|off", "Says whether blocks of programs started from now on carry guards.", 1,
    1,       guard_verb};
TABLE_ENTRY(verbs, const struct verb, verb_pause);
TABLE_ENTRY(verbs, const struct verb, verb_go);
TABLE_ENTRY(verbs, const struct verb, verb_step);
TABLE_ENTRY(verbs, const struct verb, verb_pace);
TABLE_ENTRY(verbs, const struct verb, verb_hold);
TABLE_ENTRY(verbs, const struct verb, verb_say);
TABLE_ENTRY(verbs, const struct verb, verb_policy);
TABLE_ENTRY(verbs, const struct verb, verb_guard);
