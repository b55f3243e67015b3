/*
 * Races: one program in two to four lanes, each under terms of its own, on the same stream of requests. The
 * lanes go step by step: the first that lives leads and passes the conductor's gate as any program does, the
 * others follow it at once, and of several threads the one whose turn it was in the leader.
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
static uint32_t round_thread; /* which of its threads made the leader's step, as born() numbers them */

/* The lanes and their children, by slot. */
static struct member {
    uint16_t pid; /* 0: none */
    uint8_t lane;
    uint32_t mapped; /* its pages, as last counted */
} members[SPACES];
static uint32_t living; /* members */

/* What the tables held when the race began. */
static struct table_totals books_before;
static uint32_t ranges_before;

static struct race_lane *lane_of(const struct process *process) {
    for (uint32_t i = 0; i < race.lanes; i++)
        if (race.lane[i].pid == process->pid && !race.lane[i].ended)
            return &race.lane[i];
    return NULL;
}

static struct member *member_of(const struct process *process) {
    struct member *member = &members[process->space->slot];
    return member->pid == process->pid ? member : NULL;
}

bool race_has(const struct process *process) {
    return member_of(process) != NULL;
}

static void join(const struct process *process, uint32_t lane) {
    members[process->space->slot] = (struct member){process->pid, (uint8_t)lane, 0};
    living++;
}

void race_begun(const struct process *process) {
    const struct process *parent = process->parent ? process_find(process->parent) : NULL;
    if (!parent || !race_has(parent))
        return;
    join(process, member_of(parent)->lane);
    race.children = true;
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

/* ---- Figures ---- */

static uint32_t free_ranges(void) {
    uint32_t ranges = 0;
    for (int zone = 0; zone < ZONES; zone++)
        ranges += zones[zone].free_ranges;
    return ranges;
}

static void note_books(struct race_lane *lane) {
    struct table_totals now;
    lane->regime->books->totals(NOW, &now);
    lane->frames = now.frames - books_before.frames;
    lane->mappings = now.mapping_calls - books_before.mapping_calls;
    lane->ranges = (int32_t)(now.entries - books_before.entries);
    lane->foreign = now.foreign - books_before.foreign;
    lane->phantoms = now.phantoms - books_before.phantoms;
}

/* What is everybody's, as long as somebody is in the race: it changes outside of steps too, at a fault or an end. */
static void note_tables(void) {
    for (uint32_t i = 0; i < race.lanes && living; i++) {
        if (race.lane[i].regime->books)
            note_books(&race.lane[i]);
        else
            race.lane[i].ranges = (int32_t)(free_ranges() - ranges_before);
    }
}

/* The pages a member has now. */
static void note_pages(struct race_lane *lane, struct member *member, uint32_t mapped) {
    lane->frames += mapped - member->mapped;
    lane->mappings += mapped > member->mapped ? mapped - member->mapped : 0;
    member->mapped = mapped;
}

static void note_heap(struct race_lane *lane, const struct space *space) {
    const struct heap *heap = &space->heap;
    struct process_totals own = {.heap = heap->range};
    if (lane->regime->books)
        lane->regime->books->process(NOW, space, &own);
    lane->peak_heap = larger(lane->peak_heap, region_size(own.heap));
    lane->peak_used = larger(lane->peak_used, heap->block_bytes);
    lane->searches = heap->searches;
    lane->looked = heap->looked;
}

const struct race *race_shown(void) {
    note_tables();
    return race.lanes ? &race : NULL;
}

bool race_leads(uint16_t pid, uint32_t seq) {
    for (uint32_t i = 0; i < race.lanes; i++) {
        if (race.lane[i].pid == pid)
            return true;
        if (!race.lane[i].ended || race.lane[i].end > seq)
            break;
    }
    for (uint32_t i = 0; i < race.lanes; i++)
        if (race.lane[i].pid == pid)
            return false;
    return true;
}

/* ---- Turns ---- */

/* Which thread of its process it is, counted from the first: the same in each lane. */
static uint32_t born(const struct thread *thread) {
    return thread->name / STACKS;
}

/* Will that thread come to a step, as far as one can see? Not when it waits for another, and all others are here or wait. */
static bool will_come(const struct process *process, uint32_t which) {
    bool there = false, moves = false;
    for (int i = 0; i < STACKS; i++) {
        const struct thread *thread = process->thread[i];
        if (!thread || thread->over)
            continue;
        bool waits = thread->queue == &process->joiners || thread->queue == &process->waiters;
        there |= born(thread) == which;
        moves |= born(thread) == which ? !waits : !waits && thread->queue != &turn && thread != current;
    }
    return there && moves;
}

static bool has_turn(const struct race_lane *lane) {
    if (lane->steps < round_number)
        return born(current) == round_thread || !will_come(current->process, round_thread);
    return lane == leader() && !leading && !anybody_behind();
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
    while (!has_turn(lane))
        thread_wait(&turn);
    if (lane->steps == round_number) {
        leading = true;
        conductor_gate();
        leading = false;
        round_thread = born(current);
        round_number++;
    }
    lane->steps++;
    note_request(lane, request);
    thread_wake_all(&turn);
    step_began = rdtsc();
}

void race_step_over(void) {
    const struct space *space = current->process->space;
    struct race_lane *own = lane_of(current->process);
    struct member *member = member_of(current->process);
    if (own) {
        own->ticks += rdtsc() - step_began;
        note_heap(own, space);
    }
    if (member && !space->regime->books)
        note_pages(&race.lane[member->lane], member, space->heap.mapped + space->pages.mapped);
}

void race_ended(const struct process *process) {
    struct race_lane *lane = lane_of(process);
    struct member *member = member_of(process);
    if (member && !process->space->regime->books)
        note_pages(&race.lane[member->lane], member, 0);
    if (!lane)
        return;
    leading &= lane != leader();
    note_heap(lane, process->space);
    heap_figures(NOW, &process->space->heap, &lane->last);
    lane->end = events.next - 1;
    lane->ended = true;
    race_living--;
    conductor_settle();
    thread_wake_all(&turn);
}

void race_gone(uint16_t pid) {
    for (int i = 0; i < SPACES; i++) {
        if (!pid || members[i].pid != pid)
            continue;
        note_tables();
        members[i].pid = 0;
        living--;
    }
}

/* ---- commands ---- */

static void stop_all(void) {
    for (uint32_t i = 0; i < race.lanes; i++) {
        struct process *process = race.lane[i].ended ? NULL : process_find(race.lane[i].pid);
        if (process)
            process_end(process, EXIT_KILLED, EXIT_BY_KILL);
    }
    process_reap();
    race.lanes = living = 0;
    memset(members, 0, sizeof members);
}

static void note_start(const struct terms terms[], uint32_t lanes) {
    ranges_before = free_ranges();
    for (uint32_t i = 0; i < lanes; i++)
        if (terms[i].regime->books)
            terms[i].regime->books->totals(NOW, &books_before);
}

/* Starts the program once for each of the terms; NULL or what is wrong. Nobody runs before all are there. */
static const char *start(struct command *command, const char *program, uint32_t lanes,
                         const struct terms terms[], const char *const labels[]) {
    stop_all();
    race = (struct race){.program = program_name, .regimes = lanes > 1 && terms[0].regime != terms[1].regime};
    copy_text(program_name, program, sizeof program_name);
    round_number = 0;
    leading = false;
    note_start(terms, lanes);
    for (uint32_t i = 0; i < lanes; i++) {
        const char *reason;
        int pid = process_spawn(program, 0, &terms[i], &reason);
        if (pid < 0) {
            stop_all();
            return reason;
        }
        race.lane[race.lanes++] =
            (struct race_lane){.pid = (uint16_t)pid, .regime = terms[i].regime, .label = labels[i]};
        join(process_find((uint16_t)pid), i);
        asked[i] = 0;
        race_living++;
        conductor_settle();
        reply(command, "pid=%d under=%s", pid, labels[i]);
    }
    viz_select(race.lane[0].pid);
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
        terms[i] = terms_now;
        terms[i].regime = regime_find("healed"); /* elsewhere no policy chooses anything */
        terms[i].policy = policy_find(command->words[2 + i]);
        labels[i] = terms[i].policy->title;
    }
    return start(command, command->words[1], lanes, terms, labels);
}

static const char *compare_verb(struct command *command) {
    static const char *const names[] = {"sutured", "healed"};
    struct terms terms[2] = {terms_now, terms_now};
    for (int i = 0; i < 2; i++) {
        terms[i].regime = regime_find(names[i]);
        if (!terms[i].regime)
            return "a regime is missing in this kernel; \"regime\" lists those there are";
    }
    return start(command, command->words[1], 2, terms, names);
}

static const struct verb verb_race = {
    "race", "race PROGRAM POLICY POLICY [POLICY [POLICY]] | stop",
    "Runs a program under several policies of the healed regime, beside each other and step for step.",
    race_verb};
static const struct verb verb_compare = {
    "compare", "compare PROGRAM", "Runs a program under both regimes, beside each other and step for step.",
    compare_verb};
TABLE_ENTRY(verbs, const struct verb, verb_race);
TABLE_ENTRY(verbs, const struct verb, verb_compare);
