/*
 * The conductor: at what pace programs run. They are free, or each heap or _4k call waits at the gate until
 * it is let pass: a step on demand, or so many a second. All programs follow one tempo; a program may have its own.
 * Held, nothing runs at all but commands; neither does it while the past is shown.
 */
#include "kernel/kernel.h"
#include "mm/past.h"
#include "viz/viz.h"

enum { RATE_FIRST = 1, RATE_HIGH = 512, RATE_BELOW_MOST = 64 }; /* what + and - choose */
#define NEVER_US (~0ull)

/*
 * A tempo, of all programs or of one. A program of its own tempo follows the common one as far as it says nothing else.
 * Threads of one program wait for the same tempo, in the one queue at the gate.
 */
struct tempo {
    enum { FOLLOWS, STOPPED, RUNS } will;
    uint16_t pid;     /* its own; 0: of all, or of nobody */
    bool paced;       /* own: `rate` holds, and not that of all */
    uint32_t rate;    /* steps a second; 0: as fast as they can */
    uint32_t passes;  /* steps that may still be made, nobody waits for them yet */
    uint64_t next_us; /* when the next is due */
};

static struct tempo all = {.will = RUNS}, own[SPACES]; /* by slot */
static bool held;
static uint64_t due_us = NEVER_US; /* when the next paced step is due */
static struct queue gate;

bool conductor_open = true;

/* The program's own tempo, or NULL. */
static struct tempo *own_of(const struct process *process) {
    struct tempo *tempo = &own[process->space->slot];
    return tempo->pid == process->pid ? tempo : NULL;
}

static struct tempo *own_make(const struct process *process) {
    struct tempo *tempo = &own[process->space->slot];
    if (tempo->pid != process->pid)
        *tempo = (struct tempo){.pid = process->pid};
    return tempo;
}

static bool stopped(const struct tempo *mine) {
    return (mine && mine->will != FOLLOWS ? mine : &all)->will == STOPPED;
}

/* The tempo whose rate holds for the program. */
static struct tempo *pacer(struct tempo *mine) {
    return mine && mine->paced ? mine : &all;
}

static bool take_pass(struct tempo *tempo) {
    bool there = tempo->passes > 0;
    tempo->passes -= there;
    return there;
}

/* May a program with this own tempo use a pass of `tempo`? */
static bool serves(const struct tempo *tempo, struct tempo *mine) {
    if (tempo != &all)
        return tempo == mine;
    return all.will == STOPPED ? !mine || mine->will == FOLLOWS : pacer(mine) == &all && !stopped(mine);
}

void conductor_gate(void) {
    struct tempo *mine = own_of(current->process);
    bool free = !stopped(mine) && !pacer(mine)->rate;
    if (!free && !(mine && take_pass(mine)) && !(serves(&all, mine) && take_pass(&all)))
        thread_wait(&gate); /* whoever wakes it has let it pass */
}

static void let_pass(struct tempo *tempo, uint32_t count) {
    struct thread *next;
    for (struct thread *thread = gate.first; thread && count; thread = next) {
        next = thread->next;
        if (!serves(tempo, own_of(thread->process)))
            continue;
        queue_remove(thread);
        thread_ready(thread);
        count--;
    }
    tempo->passes += count;
}

static bool is_paced(struct tempo *tempo) {
    const struct process *process = tempo == &all ? NULL : processes[tempo - own];
    bool lives = tempo == &all || (process && process->pid == tempo->pid && tempo->paced);
    return lives && tempo->rate && !stopped(tempo == &all ? NULL : tempo);
}

/* The tempo after `tempo`, all of them in turn; NULL: that was the last. */
static struct tempo *next_tempo(struct tempo *tempo) {
    struct tempo *next = tempo == &all ? own : tempo + 1;
    return next == own + SPACES ? NULL : next;
}

static void find_due(void) {
    due_us = NEVER_US;
    for (struct tempo *tempo = &all; tempo; tempo = next_tempo(tempo))
        if (is_paced(tempo) && tempo->next_us < due_us)
            due_us = tempo->next_us;
}

void conductor_settle(void) {
    struct thread *next;
    conductor_open = all.will == RUNS && !all.rate && !race_living;
    for (int i = 0; i < SPACES; i++) {
        if (own[i].will == FOLLOWS && !own[i].paced && !own[i].passes)
            own[i].pid = 0; /* it says nothing any more */
        conductor_open &= !processes[i] || !own_of(processes[i]);
    }
    for (struct thread *thread = gate.first; thread; thread = next) {
        struct tempo *mine = own_of(thread->process);
        next = thread->next;
        if (stopped(mine) || pacer(mine)->rate)
            continue;
        queue_remove(thread);
        thread_ready(thread);
    }
    find_due();
}

/* `will` for all, or for the one whose own tempo it is. Passes are not kept. */
static void set_will(struct tempo *tempo, int will) {
    tempo->will = will;
    tempo->passes = 0;
    for (int i = 0; i < SPACES && tempo == &all; i++) {
        own[i].will = FOLLOWS;
        own[i].passes = 0;
    }
    conductor_settle();
}

static void set_rate(struct tempo *tempo, uint32_t rate) {
    tempo->rate = rate;
    tempo->paced = true;
    tempo->passes = 0;
    tempo->next_us = clock_us();
    for (int i = 0; i < SPACES && tempo == &all; i++)
        own[i].paced = false;
}

/* All stand; steps that were asked for stay so while they stood before. */
static void stand(void) {
    if (all.will != STOPPED)
        all.passes = 0;
    all.will = STOPPED;
    for (int i = 0; i < SPACES; i++)
        if (own[i].will == RUNS)
            own[i].will = FOLLOWS;
    conductor_settle();
}

void conductor_stop(void) {
    stand();
    all.passes = 0;
    for (int i = 0; i < SPACES; i++)
        own[i].passes = 0;
}

void conductor_ended(void) {
    for (int i = 0; i < SPACES; i++)
        if (processes[i] && serves(&all, own_of(processes[i])))
            return;
    all.passes = 0;
}

bool conductor_due(void) {
    return !conductor_still() && clock_us() >= due_us;
}

void conductor_work(void) {
    if (!conductor_due())
        return;
    uint64_t now = clock_us();
    for (struct tempo *tempo = &all; tempo; tempo = next_tempo(tempo)) {
        if (!is_paced(tempo) || now < tempo->next_us)
            continue;
        if (now - tempo->next_us > SECOND_US)
            tempo->next_us = now;
        tempo->passes = 0; /* what nobody used is not saved up */
        for (; tempo->next_us <= now; tempo->next_us += SECOND_US / tempo->rate)
            let_pass(tempo, 1);
    }
    find_due();
}

uint32_t conductor_rate(void) {
    return all.rate;
}

void conductor_run(uint32_t rate) {
    held = false;
    past_close();
    set_rate(&all, rate);
    set_will(&all, RUNS);
}

bool conductor_held(void) {
    return held;
}

bool conductor_still(void) {
    return held || past_moment() != NOW;
}

bool conductor_running(void) {
    bool some = all.will == RUNS;
    for (int i = 0; i < SPACES; i++)
        some |= own[i].will == RUNS && processes[i] && own_of(processes[i]);
    return some && !conductor_still();
}

static const char *pace_words(const struct tempo *tempo, bool stands) {
    static char text[16];
    if (stands || !tempo->rate)
        return stands ? "paused" : "max";
    format_text(text, sizeof text, "%" PRIu32 "/s", tempo->rate);
    return text;
}

const char *conductor_pace(void) {
    return held ? "hold" : pace_words(&all, all.will == STOPPED);
}

/* Steps that were asked for and that no program has come to yet: the chosen one sleeps, say. */
static uint32_t awaited(const struct tempo *mine) {
    return (stopped(mine) && mine ? mine->passes : 0) + (all.will == STOPPED ? all.passes : 0);
}

const char *conductor_pace_shown(void) {
    static char text[16];
    const struct process *chosen = process_find(viz_selected());
    const struct tempo *mine = chosen ? own_of(chosen) : NULL;
    const char *its = chosen ? conductor_pace_of(chosen->pid) : NULL;
    uint32_t count = awaited(mine);
    if (held || !count)
        return held || !its ? conductor_pace() : its;
    format_text(text, sizeof text, count < 1000 ? "step %" PRIu32 : "step many", count);
    return text;
}

bool conductor_stops(const struct thread *thread) {
    return thread->queue == &gate;
}

const char *conductor_pace_of(uint16_t pid) {
    const struct process *process = process_find(pid);
    struct tempo *mine = process ? own_of(process) : NULL;
    bool says = mine && (mine->paced || mine->will != FOLLOWS);
    return says ? pace_words(pacer(mine), stopped(mine)) : NULL;
}

/* ---- commands ---- */

/* The tempo meant by a verb's word `index`, the pid of a process or nothing. */
static struct tempo *tempo_named(const struct command *command, int index) {
    return command->count > index ? own_make(process_named(command->words[index])) : &all;
}

/* The index of the word after "pid", or of none. */
static int pid_word(const struct command *command) {
    int last = command->count - 1;
    return last > 1 && same_text(command->words[last - 1], "pid") ? last : command->count;
}

static const char *pause_verb(struct command *command) {
    set_will(tempo_named(command, 1), STOPPED);
    return NULL;
}

static void let_run(struct tempo *tempo) {
    held = false;
    past_close();
    pacer(tempo == &all ? NULL : tempo)->next_us = clock_us();
    set_will(tempo, RUNS);
}

static const char *go_verb(struct command *command) {
    let_run(tempo_named(command, 1));
    return NULL;
}

static const char *toggle_verb(struct command *command) {
    (void)command;
    if (conductor_running())
        set_will(&all, STOPPED);
    else
        let_run(&all);
    return NULL;
}

static const char *step_verb(struct command *command) {
    uint32_t count = 1;
    int pid = pid_word(command);
    struct tempo *tempo = tempo_named(command, pid);
    if (command->count > 1 && !same_text(command->words[1], "pid"))
        command_number(command->words[1], &count);
    if (held)
        return "the machine is held; \"go\" releases it";
    past_close();
    if (tempo == &all)
        stand();
    else if (!stopped(tempo))
        set_will(tempo, STOPPED);
    let_pass(tempo, count);
    return NULL;
}

static const char *pace_verb(struct command *command) {
    uint32_t wanted = 0;
    int pid = pid_word(command);
    struct tempo *tempo = tempo_named(command, pid);
    if (command->count == 1 || same_text(command->words[1], "pid")) {
        reply(command, "pace=%s",
              tempo == &all ? conductor_pace() : pace_words(pacer(tempo), stopped(tempo)));
        return NULL;
    }
    if (!same_text(command->words[1], "max"))
        command_number(command->words[1], &wanted);
    past_close();
    set_rate(tempo, wanted);
    set_will(tempo, RUNS);
    return NULL;
}

/* What stands still begins slowly. */
static const char *faster_verb(struct command *command) {
    (void)command;
    bool goes = conductor_running();
    conductor_run(!goes ? RATE_FIRST : all.rate < RATE_HIGH ? all.rate * 2 : 0);
    return NULL;
}

static const char *slower_verb(struct command *command) {
    (void)command;
    if (conductor_running())
        conductor_run(!all.rate ? RATE_BELOW_MOST : all.rate > RATE_FIRST ? all.rate / 2 : RATE_FIRST);
    return NULL;
}

static const char *hold_verb(struct command *command) {
    (void)command;
    held = true;
    frame_paint();
    return NULL;
}

static const struct verb verb_pause = {
    "pause", "pause [PID]", "Stops every program, or one, before its next malloc or free.", pause_verb};
static const struct verb verb_go = {"go", "go [PID]", "Lets everything run again, or one program.", go_verb};
static const struct verb verb_step = {
    "step", "step [COUNT] [pid PID]",
    "Lets the next COUNT (1) mallocs or frees happen, of all programs or of one.", step_verb};
static const struct verb verb_pace = {
    "pace", "pace [RATE | max] [pid PID]",
    "Sets or tells how many mallocs and frees happen a second, in all programs or in one.", pace_verb};
static const struct verb verb_toggle = {"toggle", "toggle", "Stops the programs, or lets them go on.",
                                        toggle_verb};
static const struct verb verb_faster = {"faster", "faster", "Doubles the pace.", faster_verb};
static const struct verb verb_slower = {"slower", "slower", "Halves the pace.", slower_verb};
static const struct verb verb_hold = {
    "hold", "hold", "Paints a last picture, then stops everything but commands.", hold_verb};
TABLE_ENTRY(verbs, const struct verb, verb_pause);
TABLE_ENTRY(verbs, const struct verb, verb_go);
TABLE_ENTRY(verbs, const struct verb, verb_step);
TABLE_ENTRY(verbs, const struct verb, verb_pace);
TABLE_ENTRY(verbs, const struct verb, verb_toggle);
TABLE_ENTRY(verbs, const struct verb, verb_faster);
TABLE_ENTRY(verbs, const struct verb, verb_slower);
TABLE_ENTRY(verbs, const struct verb, verb_hold);
