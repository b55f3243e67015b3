/*
 * The audit's place in the machine: a round each second, cut into slices between which programs run, and the verb
 * that runs one all at once. A round goes through the structures, then through the rows of the screen. What it finds goes to
 * the title bar, the legend's row and the log.
 */
#include "kernel/kernel.h"
#include "mm/audit.h"
#include "viz/look.h"
#include "viz/screen.h"
#include "viz/viz.h"

#define ROUND_US 1000000u /* between the beginnings of two rounds, where a round takes less */
#define PAUSE_US 8000u    /* between two slices */
#define SLICE_US 600u     /* after that long a slice takes no further step; no step takes the rest of 1 ms */

enum { STEP_PIECES = 16, WHERE_BYTES = 160 };

static struct audit audit;
static enum { RESTS, STRUCTURES, SCREEN } stage;
static uint32_t row; /* of the screen, checked next */
static uint64_t due_us, round_us;
static uint32_t longest_us, round_ms; /* of all slices; of the last round in slices */

/* What a round found: the last complete one, and the one under way. */
static struct found {
    bool any; /* there was one */
    uint32_t at, differences;
    char where[WHERE_BYTES];        /* of the first, all of it */
    char brief[SCREEN_COLUMNS - 1]; /* and as much as fits behind a mark on a row of the screen */
} last, now;

/* "page table heap", "total 17" */
static void print_claim(char *text, int size, const struct difference *d, int which) {
    const struct claim *claim = &d->claims[which];
    if (d->owners && claim->says < OWNERS)
        format_text(text, size, "%s %s", claim->by, owner_info[claim->says].name);
    else
        format_text(text, size, claim->says < PAGE_SIZE ? "%s %" PRIu32 : "%s %08" PRIx32, claim->by,
                    claim->says);
}

/* "48000000 of pid 3: page heap, frame stack (a mapped frame has another owner than its page)" */
static void print_difference(char *text, int size, const struct difference *d) {
    char claims[2][64], pid[16] = "";
    for (int i = 0; i < 2; i++)
        print_claim(claims[i], sizeof claims[i], d, i);
    if (d->pid)
        format_text(pid, sizeof pid, " of pid %" PRIu32, (uint32_t)d->pid);
    format_text(text, size, "%08" PRIx32 "%s: %s, %s (%s)", d->at, pid, claims[0], claims[1], d->what);
}

/* "row 5 column 20 of the screen: shows 0421, memory says 1EDF" */
static void print_cell(char *text, int size, int at_row, int column, uint16_t shown, uint16_t meant) {
    format_text(text, size, "row %d column %d of the screen: shows %04x, memory says %04x", at_row, column,
                (unsigned)shown, (unsigned)meant);
}

/* The reason stands in brackets at the end; where it has no room it is left to the log. */
static void note(const char *where) {
    uint32_t length = text_length(where);
    if (now.differences++)
        return;
    copy_text(now.where, where, sizeof now.where);
    if (length >= sizeof now.brief) {
        while (length && where[length] != '(')
            length--;
    }
    copy_text(now.brief, where, length + 1 < sizeof now.brief ? length + 1 : sizeof now.brief);
}

static void found(void *context, const struct difference *d) {
    char text[WHERE_BYTES];
    (void)context;
    print_difference(text, sizeof text, d);
    note(text);
}

static void found_cell(void *context, int at_row, int column, uint16_t shown, uint16_t meant) {
    char text[WHERE_BYTES];
    (void)context;
    print_cell(text, sizeof text, at_row, column, shown, meant);
    note(text);
}

static void round_begin(audit_report report, void *context) {
    now = (struct found){0};
    audit_begin(&audit, report, context);
    stage = STRUCTURES;
    row = 0;
    round_us = clock_us();
}

/* The round has come to its end. A difference is logged when it is new. */
static void round_end(void) {
    bool news = now.differences && !same_text(now.where, last.where);
    stage = RESTS;
    last = now;
    last.any = true;
    last.at = clock_ms();
    if (news)
        log_line("audit: %s", last.where);
}

/* Is the screen as the last frame left it? Else the round waits for the next. */
static bool waits(void) {
    return stage == SCREEN && frame_painting() && !viz_settled();
}

/* One step of a round. True: it was the last. */
static bool step(void) {
    if (stage == STRUCTURES) {
        if (audit_step(&audit, STEP_PIECES))
            stage = SCREEN;
        return false;
    }
    if (viz_settled())
        viz_check_row(row, found_cell, NULL);
    return ++row >= viz_look.rows;
}

bool audit_due(void) {
    return (stage != SCREEN || !frame_painting()) && clock_us() >= due_us;
}

void audit_work(void) {
    uint64_t began = clock_us(), at;
    if (began < due_us || waits())
        return;
    if (stage == RESTS)
        round_begin(found, NULL);
    do {
        if (step()) {
            round_ms = (uint32_t)(clock_us() - round_us) / 1000;
            round_end();
        }
        at = clock_us();
    } while (stage != RESTS && !waits() && at - began < SLICE_US);
    longest_us = at - began > longest_us ? (uint32_t)(at - began) : longest_us;
    due_us = at + PAUSE_US;
    if (stage == RESTS && due_us < round_us + ROUND_US)
        due_us = round_us + ROUND_US;
}

void audit_tell(struct viz_status *status) {
    status->audit_differences = last.differences;
    status->audit_age = last.any ? clock_ms() - last.at : ~0u;
    status->difference = last.differences ? last.brief : NULL;
}

/* ---- the command ---- */

static void tell(void *context, const struct difference *d) {
    char text[WHERE_BYTES];
    print_difference(text, sizeof text, d);
    reply(context, "difference=%s", text);
    note(text);
}

static void tell_cell(void *context, int at_row, int column, uint16_t shown, uint16_t meant) {
    char text[WHERE_BYTES];
    print_cell(text, sizeof text, at_row, column, shown, meant);
    reply(context, "difference=%s", text);
    note(text);
}

static const char *audit_verb(struct command *command) {
    round_begin(tell, command);
    frame_check(tell_cell, command);
    while (!audit_step(&audit, ~0u)) {
    }
    round_end();
    reply(command, "differences=%" PRIu32 " longest_slice_us=%" PRIu32 " round_ms=%" PRIu32, last.differences,
          longest_us, round_ms);
    return NULL;
}

static const struct verb verb_audit = {
    "audit", "audit",
    "Checks that every frame, block and range has one owner and every cell is true; says each difference.",
    audit_verb};
TABLE_ENTRY(verbs, const struct verb, verb_audit);
