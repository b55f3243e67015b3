/*
 * The kernel thread and its round of work; among it the picture, sixty times a second at most, and what it
 * costs.
 */
#include "kernel/kernel.h"
#include "mm/audit.h"
#include "mm/regime.h"
#include "viz/viz.h"

#define FRAME_US  16667u
#define SECOND_US 1000000u

static uint64_t due_us;
static uint64_t second_us, painted_us; /* when this second began, and what painting took of it */
static uint32_t share;                 /* of the second before, in tenths of a percent */
static bool painting = true;
static bool glow = true;
static uint32_t audit_differences, audit_at;
static bool audited;
static uint64_t audit_due_us; /* when the next audit runs by itself */

static void measure(uint64_t began) {
    uint64_t now = clock_us();
    painted_us += now - began;
    if (now - second_us < SECOND_US)
        return;
    share = (uint32_t)(painted_us * 1000 / (now - second_us));
    second_us = now;
    painted_us = 0;
}

void frame_paint(void) {
    uint64_t began = clock_us();
    struct viz_status status = {
        .now = clock_ms(),
        .regime = conductor.regime->name,
        .pace = conductor_pace(),
        .running = conductor_running(),
        .share = share,
        .audit_differences = audit_differences,
        .audit_age = audited ? clock_ms() - audit_at : ~0u,
        .glow = glow,
        .moment = NOW,
        .caption = conductor_caption(),
    };
    viz_frame(&status);
    measure(began);
}

bool frame_due(void) {
    return painting && clock_us() >= due_us;
}

static void frame_work(void) {
    if (!frame_due())
        return;
    frame_paint();
    due_us += FRAME_US;
    if (frame_due()) /* a frame late: do not try to make up for it */
        due_us = clock_us();
}

/* All differences, told to `report`. */
static void audit_run(audit_report report, void *context) {
    uint64_t began = clock_us();
    audit_differences = audit_all(report, context);
    audit_at = clock_ms();
    audited = true;
    /* The machine stands still meanwhile: by itself it runs again only where that costs less than a frame. */
    uint64_t now = clock_us();
    audit_due_us = now - began < FRAME_US ? now + SECOND_US : ~0ull;
}

static void log_difference(void *context, const char *what) {
    (void)context;
    log_line("audit: %s", what);
}

static void audit_work(void) {
    if (clock_us() >= audit_due_us)
        audit_run(log_difference, NULL);
}

_Noreturn void kernel_work(void) {
    for (;;) {
        interrupts_on();
        kernel_wanted = false; /* what is asked for from here on gets a round of its own */
        console_work();
        process_reap();
        thread_wake_sleepers();
        conductor_work();
        if (!conductor_held()) {
            frame_work();
            audit_work();
        }
        interrupts_off();
        if (kernel_wanted || (!conductor_held() && thread_run_programs()))
            continue;
        interrupts_wait();
    }
}

void frame_init(void) {
    static const struct viz_world world = {program_function};
    viz_init(&world);
    second_us = due_us = clock_us();
    audit_due_us = due_us + SECOND_US;
}

/* ---- commands ---- */

static const char *view(struct command *command) {
    return viz_view(command->words[1]) == OK ? NULL
                                             : "there is no such view; \"help\" is one that lists them";
}

static const char *select(struct command *command) {
    uint32_t pid;
    bool found = command_number(command->words[1], &pid) && pid <= 0xFFFF && viz_select((uint16_t)pid) == OK;
    return found ? NULL : "expected the pid of a process; \"dump procs\" lists them";
}

static const char *set(bool *what, const char *word) {
    bool on = same_text(word, "on");
    if (!on && !same_text(word, "off"))
        return "expected \"on\" or \"off\"";
    *what = on;
    return NULL;
}

static const char *set_glow(struct command *command) {
    return set(&glow, command->words[1]);
}

static const char *set_painting(struct command *command) {
    due_us = clock_us();
    return set(&painting, command->words[1]);
}

static void difference(void *context, const char *what) {
    reply(context, "difference=%s", what);
}

static const char *audit(struct command *command) {
    audit_run(difference, command);
    reply(command, "differences=%" PRIu32, audit_differences);
    return NULL;
}

static const struct verb verb_view = {"view", "view NAME", "Shows a view.", 1, 1, view};
static const struct verb verb_select = {"select", "select PID", "Chooses the process that is shown.", 1,
                                        1,        select};
static const struct verb verb_glow = {"glow", "glow on|off", "Says whether what just changed glows.", 1,
                                      1,      set_glow};
static const struct verb verb_viz = {
    "viz", "viz on|off", "Says whether the screen is painted; off is for measuring.", 1, 1, set_painting};
static const struct verb verb_audit = {
    "audit", "audit", "Checks that every frame, block and range has one owner; says each difference.",
    0,       0,       audit};
TABLE_ENTRY(verbs, const struct verb, verb_view);
TABLE_ENTRY(verbs, const struct verb, verb_select);
TABLE_ENTRY(verbs, const struct verb, verb_glow);
TABLE_ENTRY(verbs, const struct verb, verb_viz);
TABLE_ENTRY(verbs, const struct verb, verb_audit);
