/*
 * Races: one program in two to four lanes, each under terms of its own, on the same stream of requests. The
 * lanes go step by step: the first that lives leads and passes the conductor's gate as any program does, the
 * others follow it at once.
 *
 *   a lane has made as many steps as the round has, or fewer
 *   the leader begins a new round only when no living lane is behind
 */
#include "kernel/kernel.h"
#include "mm/policy.h"
#include "mm/regime.h"
#include "viz/race.h"
#include "viz/viz.h"

uint32_t race_living;
static struct race race;
static char program_name[NAME_BYTES];
static uint32_t round_number;      /* steps of the lane that has made most */
static bool leading;               /* a thread of the leader is on its way through the conductor's gate */
static uint32_t asked[LANES_MOST]; /* a sum over all requests of a lane */
static struct queue turn;          /* threads whose lane has to wait for another */
static uint64_t step_began;

const struct race *race_shown(void) {
    return race.lanes ? &race : NULL;
}

static struct race_lane *lane_of(const struct process *process) {
    for (uint32_t i = 0; i < race.lanes; i++)
        if (race.lane[i].pid == process->pid && !race.lane[i].ended)
            return &race.lane[i];
    return NULL;
}

static struct race_lane *leader(void) {
    for (uint32_t i = 0; i < race.lanes; i++)
        if (!race.lane[i].ended)
            return &race.lane[i];
    return NULL;
}

static bool anybody_behind(void) {
    for (uint32_t i = 0; i < race.lanes; i++)
        if (!race.lane[i].ended && race.lane[i].steps < round_number)
            return true;
    return false;
}

/* Of a regime with a table of its own. */
static void note_books(struct race_lane *lane, const struct space *space) {
    struct process_totals own;
    struct table_totals all;
    space->regime->books->process(NOW, space, &own);
    space->regime->books->totals(NOW, &all);
    lane->peak_heap = larger(lane->peak_heap, region_size(own.heap));
    lane->frames = own.frames;
    lane->mappings = own.mapping_calls;
    lane->ranges = all.entries;
    lane->foreign = all.foreign;
    lane->phantoms = own.phantoms;
}

static void note_heap(struct race_lane *lane, const struct space *space) {
    const struct heap *heap = &space->heap;
    uint32_t mapped = heap->mapped + space->pages.mapped;
    lane->peak_heap = larger(lane->peak_heap, region_size(heap->range));
    lane->peak_used = larger(lane->peak_used, heap->block_bytes);
    lane->searches = heap->searches;
    lane->looked = heap->looked;
    lane->mappings += mapped > lane->frames ? mapped - lane->frames : 0;
    lane->frames = mapped;
    lane->ranges = 0;
    for (int zone = 0; zone < ZONES; zone++)
        lane->ranges += zones[zone].free_ranges;
}

/* Adds the request to what the lane asked for, and compares that with the lanes that are as far. */
static void note_request(struct race_lane *lane, uint32_t request) {
    uint32_t *sum = &asked[lane - race.lane];
    *sum = *sum * 31 + request;
    for (uint32_t i = 0; i < race.lanes; i++)
        race.differ |= !race.lane[i].ended && race.lane[i].steps == lane->steps && asked[i] != *sum;
}

void race_gate(uint32_t request) {
    struct race_lane *lane = lane_of(current->process);
    if (!lane) {
        conductor_gate();
        return;
    }
    while (lane->steps == round_number && (lane != leader() || leading || anybody_behind()))
        thread_wait(&turn);
    if (lane->steps == round_number) {
        leading = true;
        conductor_gate();
        leading = false;
        round_number++;
    }
    lane->steps++;
    note_request(lane, request);
    thread_wake_all(&turn);
    step_began = rdtsc();
}

void race_step_over(void) {
    struct race_lane *lane = lane_of(current->process);
    if (!lane)
        return;
    lane->ticks += rdtsc() - step_began;
    const struct space *space = current->process->space;
    (space->regime->books ? note_books : note_heap)(lane, space);
}

void race_ended(const struct process *process) {
    struct race_lane *lane = lane_of(process);
    if (!lane)
        return;
    leading &= lane != leader();
    lane->ended = true;
    if (!process->space->regime->books)
        lane->frames = 0;
    race_living--;
    conductor_settle();
    thread_wake_all(&turn);
}

/* ---- commands ---- */

static void stop_all(void) {
    for (uint32_t i = 0; i < race.lanes; i++) {
        struct process *process = race.lane[i].ended ? NULL : process_find(race.lane[i].pid);
        if (process)
            process_end(process, EXIT_KILLED, EXIT_BY_KILL);
    }
    process_reap();
    race.lanes = 0;
}

/* Starts the program once for each of the terms; NULL or what is wrong. Nobody runs before all are there. */
static const char *start(struct command *command, const char *program, uint32_t lanes,
                         const struct terms terms[], const char *const labels[]) {
    stop_all();
    race = (struct race){.program = program_name, .regimes = lanes > 1 && terms[0].regime != terms[1].regime};
    copy_text(program_name, program, sizeof program_name);
    round_number = 0;
    leading = false;
    for (uint32_t i = 0; i < lanes; i++) {
        const char *reason;
        int pid = process_spawn(program, 0, &terms[i], &reason);
        if (pid < 0) {
            stop_all();
            return reason;
        }
        race.lane[race.lanes++] = (struct race_lane){.pid = (uint16_t)pid, .label = labels[i]};
        asked[i] = 0;
        race_living++;
        conductor_settle();
        reply(command, "pid=%d under=%s", pid, labels[i]);
    }
    viz_view("race");
    return NULL;
}

static const char *race_verb(struct command *command) {
    struct terms terms[LANES_MOST];
    const char *labels[LANES_MOST];
    uint32_t lanes = (uint32_t)command->count - 2;
    if (same_text(command->words[1], "stop")) {
        stop_all();
        return NULL;
    }
    for (uint32_t i = 0; i < lanes; i++) {
        terms[i] = conductor;
        terms[i].policy = policy_find(command->words[2 + i]);
        labels[i] = terms[i].policy->title;
    }
    return start(command, command->words[1], lanes, terms, labels);
}

static const char *compare_verb(struct command *command) {
    static const char *const names[] = {"sutured", "healed"};
    struct terms terms[2] = {conductor, conductor};
    for (int i = 0; i < 2; i++) {
        terms[i].regime = regime_find(names[i]);
        if (!terms[i].regime)
            return "a regime is missing in this kernel; \"regime\" lists those there are";
    }
    return start(command, command->words[1], 2, terms, names);
}

static const struct verb verb_race = {
    "race", "race PROGRAM POLICY POLICY [POLICY [POLICY]] | stop",
    "Runs a program under several policies, beside each other and step for step.", race_verb};
static const struct verb verb_compare = {
    "compare", "compare PROGRAM", "Runs a program under both regimes, beside each other and step for step.",
    compare_verb};
TABLE_ENTRY(verbs, const struct verb, verb_race);
TABLE_ENTRY(verbs, const struct verb, verb_compare);
