/*
 * The kernel thread and its round of work; among it the picture, sixty times a second at most, and what it
 * costs.
 */
#include "kernel/kernel.h"
#include "mm/past.h"
#include "mm/regime.h"
#include "viz/viz.h"

#define FRAME_US  16667u
#define MISSED_MS 5000u /* so long every view says that events were missed */

static uint64_t due_us;
static uint64_t second_us, painted_us; /* when this second began, and what painting took of it */
static uint32_t share;                 /* of the second before, in tenths of a percent */
static bool painting = true;
static bool glow = true;
static uint32_t next_event = 1;    /* the first that no frame has shown */
static uint32_t missed, missed_ms; /* how many, and when the last */
static uint32_t painted;           /* frames since boot */

static void measure(uint64_t began) {
    uint64_t now = clock_us();
    painted_us += now - began;
    if (now - second_us < SECOND_US)
        return;
    share = (uint32_t)(painted_us * 1000 / (now - second_us));
    second_us = now;
    painted_us = 0;
}

/* Events that the ring dropped before a frame could show them. */
static void count_missed(void) {
    uint32_t oldest = events_oldest();
    if (next_event < oldest) {
        missed += oldest - next_event;
        missed_ms = clock_ms();
    }
    next_event = events.next;
}

void frame_paint(void) {
    uint64_t began = clock_us();
    count_missed();
    struct viz_status status = {
        .now = clock_ms(),
        .regime = terms_now.regime->name,
        .pace = conductor_pace_shown(),
        .running = conductor_running(),
        .share = share,
        .missed = missed,
        .missed_lately = missed && clock_ms() - missed_ms < MISSED_MS,
        .phantoms = regime_phantoms(past_moment()),
        .glow = glow,
        .moment = past_moment(),
        .steps_back = rewind_steps(),
        .race = race_shown(),
        .prompt = console_prompt(),
    };
    status.caption = caption_shown(&status.captions);
    status.question = quiz_text();
    status.since = mark_compared(&status.mark);
    audit_tell(&status);
    viz_frame(&status);
    painted++;
    measure(began);
}

uint32_t frame_check(viz_report report, void *context) {
    bool glowed = glow;
    if (!painting)
        return 0;
    glow = false;
    frame_paint();
    glow = glowed;
    return viz_check(report, context);
}

bool frame_painting(void) {
    return painting;
}

bool frame_due(void) {
    return painting && clock_us() >= due_us;
}

uint32_t frame_count(void) {
    return painted;
}

static void frame_work(void) {
    if (!frame_due())
        return;
    frame_paint();
    due_us += FRAME_US;
    if (frame_due()) /* a frame late: do not try to make up for it */
        due_us = clock_us();
}

_Noreturn void kernel_work(void) {
    for (;;) {
        interrupts_on();
        kernel_wanted = false; /* what is asked for from here on gets a round of its own */
        console_work();
        process_reap();
        thread_wake_sleepers();
        conductor_work();
        quiz_work();
        if (!conductor_held()) {
            lecture_work();
            frame_work();
            audit_work();
        }
        interrupts_off();
        if (kernel_wanted || (!conductor_still() && thread_run_programs()))
            continue;
        interrupts_wait();
    }
}

/* Lectures first, then programs. */
static bool choice(uint32_t index, struct viz_choice *choice) {
    uint32_t lectures = 0;
    if (lecture_choice(index, choice))
        return true;
    while (lecture_choice(lectures, choice))
        lectures++;
    index -= lectures;
    if (index >= program_count)
        return false;
    *choice = (struct viz_choice){"run", programs[index].name, programs[index].description, NULL};
    return true;
}

void frame_init(void) {
    static const struct viz_world world = {.function = program_function,
                                           .choice = choice,
                                           .command = console_command,
                                           .process = process_look,
                                           .ended = process_look_ended};
    viz_init(&world);
    second_us = due_us = clock_us();
}

/* ---- commands ---- */

static const char *view(struct command *command) {
    viz_view(command->words[1]);
    return NULL;
}

static const char *select(struct command *command) {
    const char *which = command->words[1];
    if (same_text(which, "next") || same_text(which, "previous"))
        viz_select_next(same_text(which, "previous"));
    else
        viz_select(process_shown(which)->pid);
    return NULL;
}

static const char *set(bool *what, const char *word) {
    *what = same_text(word, "on");
    return NULL;
}

static const char *set_glow(struct command *command) {
    return set(&glow, command->words[1]);
}

static const char *set_painting(struct command *command) {
    due_us = clock_us();
    return set(&painting, command->words[1]);
}

static const struct verb verb_view = {"view", "view VIEW", "Shows a view.", view};
static const struct verb verb_select = {"select", "select SHOWN | next | previous",
                                        "Chooses the process that is shown.", select};
static const struct verb verb_glow = {"glow", "glow on|off", "Says whether what just changed glows.",
                                      set_glow};
static const struct verb verb_viz = {
    "viz", "viz on|off", "Says whether the screen is painted; off is for measuring.", set_painting};
TABLE_ENTRY(verbs, const struct verb, verb_view);
TABLE_ENTRY(verbs, const struct verb, verb_select);
TABLE_ENTRY(verbs, const struct verb, verb_glow);
TABLE_ENTRY(verbs, const struct verb, verb_viz);
