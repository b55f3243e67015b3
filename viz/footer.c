/*
 * The footer: the newest events, or one step explained.
 */
#include "viz/footer.h"

#include "mm/text.h"
#include "viz/event_line.h"
#include "viz/explain.h"
#include "viz/layout.h"
#include "viz/palette.h"
#include "viz/words.h"

#define LOOK_BACK      256  /* events passed over in search of one worth a line */
#define WATCH_MOST     2000 /* new events looked at for an error, in a frame */
#define ERROR_STAYS_MS 4000

/* The caption or the title. Returns the column after it. */
static int heading(struct screen *screen, int row, const struct viz_status *status, const char *title) {
    screen_fill(screen, row, 0, LINE_END, cell(' ', ATTR_TEXT));
    int end = screen_text(screen, row, LABEL_COLUMN, LINE_END, ATTR_HEADING,
                          status->caption ? status->caption : title);
    if (status->missed_lately) {
        screen_print_right(screen, row, LINE_END, ATTR_ERROR_TEXT, " ! %'u events missed", status->missed);
    }
    return end;
}

/* ---- Programs run ---- */

/* Memman's lending is left to the events view: here the map or malloc that follows tells it. */
static bool worth_a_line(const struct event *e) {
    return e->kind != EV_LEND && e->kind != EV_RETURN;
}

/* The newest event at or before `seq` that is worth a line, or NULL; looks back only so far. */
static const struct event *worthy_before(uint32_t seq) {
    const struct event *e = event_at(seq);
    for (uint32_t tries = LOOK_BACK; e && !worth_a_line(e); tries--) {
        e = tries ? event_at(e->seq - 1) : NULL;
    }
    return e;
}

/*
 * The newest error, as long as it is news: what follows a fault would push it off its rows at once. The end that a fault
 * causes says less than the fault. Looks at what came since the last time, and at WATCH_MOST of that.
 */
static const struct event *recent_error(uint32_t now) {
    static uint32_t watched, error;
    uint32_t newest = events.next - 1;
    error = error > newest ? 0 : error; /* a machine that began anew */
    watched = watched > newest ? 0 : watched;
    for (uint32_t seq = newest; seq > watched && newest - seq < WATCH_MOST; seq--) {
        const struct event *e = event_at(seq);
        if (e && event_is_error(e) && e->kind != EV_EXIT) {
            error = seq;
            break;
        }
    }
    watched = newest;
    const struct event *e = event_at(error);
    return e && now - e->time < ERROR_STAYS_MS ? e : NULL;
}

static void newest(struct screen *screen, int top, const struct viz_status *status) {
    const struct event *error = recent_error(status->now);
    heading(screen, top, status, "EVENTS");
    uint32_t seq = events.next - 1;
    for (int row = top + FOOTER_ROWS - 1; row > top; row--) {
        bool stays = row == top + 1 && error && error->seq <= seq;
        const struct event *e = stays ? error : worthy_before(seq);
        event_line(screen, row, e);
        seq = e ? e->seq - 1 : 0;
    }
}

/* ---- They stand still ---- */

/* Which step, and where in it the moment lies: as much of it as there is room for behind the caption. */
static void place(struct screen *screen, int row, int from, const struct explanation *step, uint32_t seq) {
    char number[24] = "", within[32], text[SCREEN_COLUMNS];
    if (step->step) {
        print_line(number, sizeof number, "step %'u, ", step->step);
    }
    print_line(within, sizeof within, step->first == step->last ? "event %'u" : "event %'u of %'u..%'u", seq,
               step->first, step->last);
    int room = LINE_END - from;
    print_line(text, sizeof text, "  %s%s", number, within);
    if ((int)text_length(text) > room) {
        print_line(text, sizeof text, step->step ? "  step %'u" : "  event %'u",
                   step->step ? step->step : seq);
    }
    if ((int)text_length(text) <= room) {
        screen_print_right(screen, row, LINE_END, ATTR_DIM, "%s", text);
    }
}

static void explained(struct screen *screen, int top, const struct viz_status *status) {
    struct explanation step;
    uint32_t seq = explain_newest(status->moment);
    bool known = explain(seq, status->moment, &step);
    int end = heading(screen, top, status, "WHAT JUST HAPPENED");
    if (known && !status->missed_lately) {
        place(screen, top, end, &step, seq);
    }
    for (int i = 0; i < FOOTER_ROWS - 1; i++) {
        int row = top + 1 + i;
        screen_fill(screen, row, 0, LINE_END, cell(' ', ATTR_TEXT));
        screen_text(screen, row, 0, LINE_END, step.error ? ATTR_ERROR_TEXT : ATTR_TEXT, step.row[i]);
    }
}

void footer_paint(struct screen *screen, const struct viz_status *status) {
    int top = layout_body_end(screen);
    if (status->running && status->moment == NOW) {
        newest(screen, top, status);
    } else {
        explained(screen, top, status);
    }
}
