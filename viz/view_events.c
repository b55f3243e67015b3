/*
 * The events, every one of them or those that pass a filter: the newest, or as far back as the ring reaches. The events of
 * one step stand under one bracket.
 */
#include "viz/cursor.h"
#include "viz/event_line.h"
#include "viz/filter.h"
#include "viz/layout.h"
#include "viz/palette.h"
#include "viz/panel.h"
#include "viz/view.h"
#include "viz/words.h"

enum { HEAD_ROW = BODY_ROW, FIRST_ROW };

/* Records that one paint looks at, at most; a search that needs more goes on in the next frame. */
#define SEARCH_MOST 8192u

const struct event_filter filter_none = {.pid = FILTER_ANY, .owner = FILTER_ANY, .kind = FILTER_ANY};

static struct {
    struct event_filter filter;
    uint32_t bottom; /* the event on the last row; 0: the newest that passes, whichever that is */
    uint32_t rows;
    /* What was found so far, from the bottom upwards, one more than there are rows; as long as they are
     * fewer, all in [low, high] has been looked at. */
    uint32_t found[SCREEN_ROWS_MOST + 1], count;
    uint32_t low, high;
    int32_t move;  /* rows still to go, downwards or (negative) upwards, */
    uint32_t from; /* and the event to go on from */
    bool busy;     /* the search is not over */
    bool followed; /* the newest, before the cursor came and held the rows */
    uint16_t pid;  /* chosen when the search began */
} view = {.filter = {.pid = FILTER_ANY, .owner = FILTER_ANY, .kind = FILTER_ANY}};

static void restart(uint32_t bottom) {
    view.bottom = bottom;
    view.count = view.low = view.high = 0;
}

void events_filter(const struct event_filter *filter) {
    view.filter = *filter;
    view.move = 0;
    restart(0);
    viz_refresh();
}

static bool passes(const struct event *e) {
    const struct event_filter *f = &view.filter;
    return (f->pid == FILTER_ANY || e->pid == f->pid) && (f->owner == FILTER_ANY || e->owner == f->owner) &&
           (f->kind == FILTER_ANY || e->kind == f->kind) && (!f->chosen || e->pid == viz_selected()) &&
           (!f->errors || event_is_error(e));
}

/* ---- Searching ---- */

/* Rows and one, to know whether there is more above. */
static uint32_t wanted(void) {
    return view.rows + 1;
}

/* What came since the last paint goes below what was found then. */
static void search_new(uint32_t newest, uint32_t *left) {
    if (view.bottom || !view.high || view.high >= newest) {
        return;
    }
    if (newest - view.high > *left) {
        restart(0);
        return;
    }
    uint32_t fresh[SCREEN_ROWS_MOST + 1], n = 0;
    for (uint32_t seq = newest; seq > view.high && n < wanted(); seq--, --*left) {
        if (passes(event_at(seq))) {
            fresh[n++] = seq;
        }
    }
    uint32_t keep = wanted() - n < view.count ? wanted() - n : view.count;
    __builtin_memmove(view.found + n, view.found, keep * sizeof *view.found);
    __builtin_memcpy(view.found, fresh, n * sizeof *fresh);
    view.count = n + keep;
    view.high = newest;
}

/* Upwards until the rows are full. True when they are, or there is nothing more. */
static bool search_up(uint32_t last, uint32_t *left) {
    if (!view.high) {
        view.high = last;
        view.low = last + 1;
    }
    while (view.count < wanted() && view.low > events_oldest()) {
        if (!*left) {
            return false;
        }
        --*left;
        if (passes(event_at(--view.low))) {
            view.found[view.count++] = view.low;
        }
    }
    return true;
}

/* Goes the rows that were asked for: the bottom becomes another event, past the newest the newest. True when there. */
static bool go(uint32_t newest, uint32_t *left) {
    uint32_t oldest = events_oldest();
    int step = view.move < 0 ? -1 : 1;
    if (!view.move) {
        return true;
    }
    view.from = view.from < oldest - 1 ? oldest - 1 : view.from;
    while (view.move && (step < 0 ? view.from > oldest : view.from < newest)) {
        if (!*left) {
            return false;
        }
        --*left;
        view.from += (uint32_t)step;
        if (passes(event_at(view.from))) {
            view.bottom = view.from;
            view.move -= step;
        }
    }
    restart(view.move > 0 || view.bottom >= newest ? 0 : view.bottom);
    view.move = 0;
    return true;
}

/* Starts anew where what was found is no longer so. */
static void revise(uint32_t newest) {
    uint32_t oldest = events_oldest();
    bool other = view.filter.chosen && view.pid != viz_selected();
    view.pid = viz_selected();
    if (other || view.bottom >= newest) {
        restart(0);
    } else if (view.high > newest || (view.count && view.found[view.count - 1] < oldest)) {
        restart(view.bottom);
    }
}

static void search(uint32_t newest) {
    uint32_t left = SEARCH_MOST;
    revise(newest);
    view.busy = true;
    if (!go(newest, &left)) {
        return;
    }
    search_new(newest, &left);
    if (!search_up(view.bottom ? view.bottom : newest, &left)) {
        return;
    }
    view.busy = false;
    if (view.bottom && view.count < view.rows) { /* above is nothing more: fill the rows from below */
        view.move = (int32_t)(view.rows - view.count);
        view.from = view.bottom;
        view.busy = !go(newest, &left) || !search_up(view.bottom ? view.bottom : newest, &left);
    }
}

static bool stirs(const struct viz_status *status, const struct space *space) {
    (void)status;
    (void)space;
    return view.busy;
}

/* ---- Painting ---- */

static void filter_words(char *text, uint32_t bytes) {
    const struct event_filter *f = &view.filter;
    char pid[24] = "", owner[16] = "", kind[24] = "";
    if (f->chosen) {
        print_line(pid, sizeof pid, " of pid %u", viz_selected());
    } else if (f->pid != FILTER_ANY) {
        print_line(pid, sizeof pid, " of pid %u", (uint32_t)f->pid);
    }
    if (f->owner != FILTER_ANY) {
        print_line(owner, sizeof owner, " %s", owner_info[f->owner].name);
    }
    if (f->kind != FILTER_ANY) {
        print_line(kind, sizeof kind, " %s", event_names[f->kind]);
    }
    bool any = *pid || *owner || *kind || f->errors;
    print_line(text, bytes, "%s%s%s%s", any ? f->errors ? "errors" : "only" : "all", pid, owner, kind);
}

static void head(struct screen *screen, const struct viz_status *status, uint32_t newest) {
    char only[64];
    filter_words(only, sizeof only);
    panel_heading(screen, HEAD_ROW, "EVENTS", "");
    int column = screen_text(screen, HEAD_ROW, MAP_COLUMN, LINE_END, ATTR_TEXT, only);
    column = screen_print(screen, HEAD_ROW, column + 2, LINE_END, ATTR_DIM, "%'u to %'u are kept",
                          events_oldest(), newest);
    screen_text(screen, HEAD_ROW, column + 2, LINE_END, ATTR_DIM,
                view.busy     ? "searching..."
                : view.bottom ? "End follows the newest"
                              : "newest last; f filters");
    if (status->missed) {
        screen_print_right(screen, HEAD_ROW, LINE_END, ATTR_ERROR_TEXT, " ! %'u missed", status->missed);
    }
}

static bool same_step(const struct event *a, const struct event *b) {
    return a && b && a->step && a->step == b->step && a->pid == b->pid;
}

/* One bracket around the events of a step; who acted stands on its first row. */
static void bracket(struct screen *screen, int row, const struct event *above, const struct event *e,
                    const struct event *below) {
    bool first = !same_step(above, e), last = !same_step(e, below);
    if (first && last) {
        return;
    }
    int shift = event_line_shift(e);
    char glyph = first ? GLYPH_CORNER_TOP : last ? GLYPH_CORNER_BOTTOM : GLYPH_BAR;
    screen_put(screen, row, EVENT_GROUP + shift, cell((uint8_t)glyph, ATTR_DIM));
    if (!first) {
        screen_fill(screen, row, EVENT_PROCESS + shift, EVENT_PROCESS_END - EVENT_PROCESS - shift,
                    cell(' ', ATTR_TEXT));
    }
}

/* The cursor's chain is about this event: the row in the attribute of what is chosen. */
static void choose(struct screen *screen, int row) {
    for (int column = 0; column < LINE_END; column++) {
        cell_t c = screen->cells[row * SCREEN_COLUMNS + column];
        screen_put(screen, row, column, cell((uint8_t)c, ATTR_CHOSEN));
    }
}

/* The list's first row stays where it is: what the cursor has just been set on does not move away. */
static void resize(uint32_t rows) {
    uint32_t less = view.rows > rows ? view.rows - rows : 0;
    uint32_t bottom = less && view.count > less ? view.found[less] : view.bottom;
    if (less) {
        view.followed = !view.bottom;
    } else if (view.followed) {
        bottom = 0;
    }
    view.rows = rows;
    restart(bottom);
}

static void paint(struct screen *screen, const struct viz_status *status, const struct space *space) {
    (void)space;
    uint32_t newest = event_newest(status->moment);
    int end = (int)screen->rows - (cursor_on() ? FOOTER_UP : LEGEND_UP);
    uint32_t rows = (uint32_t)(end - FIRST_ROW);
    if (rows != view.rows) {
        resize(rows);
    }
    search(newest);
    head(screen, status, newest);
    const struct event *below = NULL;
    for (uint32_t i = 0; i < rows; i++) {
        int row = end - 1 - (int)i;
        const struct event *e = i < view.count ? event_at(view.found[i]) : NULL;
        const struct event *above = i + 1 < view.count ? event_at(view.found[i + 1]) : NULL;
        event_line(screen, row, e);
        if (e) {
            bracket(screen, row, above, e, below);
        }
        if (e && chain_touches_event(e->seq)) {
            choose(screen, row);
        }
        below = e;
    }
    if (!view.count && !view.busy) {
        screen_text(screen, FIRST_ROW, EVENT_WORDS, LINE_END, ATTR_DIM, "none");
    }
}

/* ---- Keys ---- */

/* Rows down, or up when negative. */
static void scroll(int32_t rows) {
    if (!view.move) {
        view.from = view.bottom ? view.bottom : view.count ? view.found[0] : events.next - 1;
    }
    view.move += rows;
}

static void next_filter(void) {
    struct event_filter f = filter_none;
    const struct event_filter *now = &view.filter;
    bool none = !now->chosen && !now->errors && now->pid == FILTER_ANY && now->owner == FILTER_ANY &&
                now->kind == FILTER_ANY;
    f.chosen = none;
    f.errors = now->chosen;
    events_filter(&f);
}

static bool press(int key) {
    switch (key) {
    case KEY_UP:
    case KEY_DOWN:
        if (!view.move && (key == KEY_UP ? view.count <= view.rows : !view.bottom)) {
            return false;
        }
        scroll(key == KEY_UP ? -1 : 1);
        return true;
    case KEY_PAGE_UP: scroll(1 - (int32_t)view.rows); return true;
    case KEY_PAGE_DOWN: scroll((int32_t)view.rows - 1); return true;
    case KEY_HOME:
        view.move = (int32_t)view.rows;
        view.from = events_oldest() - 1;
        return true;
    case KEY_END:
        view.move = 0;
        restart(0);
        return true;
    case 'f': next_filter(); return true;
    default: return false;
    }
}

static bool subject(int row, int column, struct subject *out) {
    (void)column;
    int last = FIRST_ROW + (int)view.rows - 1;
    if (row < FIRST_ROW || row > last || (uint32_t)(last - row) >= view.count) {
        return false;
    }
    *out = (struct subject){.kind = SUBJECT_EVENT, .seq = view.found[last - row]};
    return true;
}

static const struct view view_events = {
    .name = "events",
    .title = "every event, or those of a filter, as far back as the ring reaches",
    .key = KEY_F6,
    .paint = paint,
    .press = press,
    .whole = true,
    .subject = subject,
    .stirs = stirs,
};
TABLE_ENTRY(views, const struct view, view_events);
