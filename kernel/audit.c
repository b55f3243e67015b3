/*
 * The audit's place in the machine: a round each second, cut into slices between which programs run, and the verb
 * that runs one all at once. What it finds goes to the title bar, the caption and the log.
 */
#include "kernel/kernel.h"
#include "mm/audit.h"
#include "viz/viz.h"

#define ROUND_US 1000000u /* between the beginnings of two rounds, where a round takes less */
#define PAUSE_US 8000u    /* between two slices */
#define SLICE_US 600u     /* after that long a slice takes no further step; no step takes the rest of 1 ms */

enum { STEP_PIECES = 16, WHERE_BYTES = 160 };

static struct audit audit;
static bool going; /* a round is under way */
static uint64_t due_us, round_us;
static uint32_t longest_us, round_ms; /* of all slices; of the last round in slices */

/* What the last complete round found. */
static struct {
    bool any;
    uint32_t at, differences;
    struct difference first;
    char where[WHERE_BYTES];
} last;
static struct difference first; /* of the round under way */

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

static void found(void *context, const struct difference *d) {
    (void)context;
    if (!first.what)
        first = *d;
}

/* The round has come to its end. A difference is logged when it is new. */
static void round_end(void) {
    bool news = first.what && (first.what != last.first.what || first.at != last.first.at);
    going = false;
    last.any = true;
    last.at = clock_ms();
    last.differences = audit.differences;
    last.first = first;
    if (first.what)
        print_difference(last.where, sizeof last.where, &first);
    if (news) {
        log_line("audit: %s", last.where);
        viz_refresh();
    }
}

static void round_begin(audit_report report, void *context) {
    first = (struct difference){0};
    audit_begin(&audit, report, context);
    going = true;
    round_us = clock_us();
}

bool audit_due(void) {
    return clock_us() >= due_us;
}

void audit_work(void) {
    uint64_t began = clock_us(), now;
    if (began < due_us)
        return;
    if (!going)
        round_begin(found, NULL);
    do {
        if (audit_step(&audit, STEP_PIECES)) {
            round_ms = (uint32_t)(clock_us() - round_us) / 1000;
            round_end();
        }
        now = clock_us();
    } while (going && now - began < SLICE_US);
    longest_us = now - began > longest_us ? (uint32_t)(now - began) : longest_us;
    due_us = now + PAUSE_US;
    if (!going && due_us < round_us + ROUND_US)
        due_us = round_us + ROUND_US;
}

void audit_tell(struct viz_status *status) {
    status->audit_differences = last.differences;
    status->audit_age = last.any ? clock_ms() - last.at : ~0u;
    if (last.differences)
        status->caption = last.where;
}

/* ---- the command ---- */

static void tell(void *context, const struct difference *d) {
    char text[WHERE_BYTES];
    print_difference(text, sizeof text, d);
    reply(context, "difference=%s", text);
    found(NULL, d);
}

static void tell_cell(void *context, int row, int column, uint16_t shown, uint16_t meant) {
    reply(context, "difference=row %d column %d of the screen: shows %04x, memory says %04x", row, column,
          (unsigned)shown, (unsigned)meant);
}

static const char *audit_verb(struct command *command) {
    uint32_t cells = frame_check(tell_cell, command);
    round_begin(tell, command);
    while (!audit_step(&audit, ~0u)) {
    }
    round_end();
    reply(command, "differences=%" PRIu32 " longest_slice_us=%" PRIu32 " round_ms=%" PRIu32,
          last.differences + cells, longest_us, round_ms);
    return NULL;
}

static const struct verb verb_audit = {
    "audit", "audit",
    "Checks that every frame, block and range has one owner and every cell is true; says each difference.",
    audit_verb};
TABLE_ENTRY(verbs, const struct verb, verb_audit);
