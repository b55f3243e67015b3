/*
 * The race: the heaps of one program's lanes beside each other at one scale, and their figures below.
 */
#include "viz/race.h"

#include "mm/policy.h"
#include "viz/books.h"
#include "viz/layout.h"
#include "viz/map.h"
#include "viz/palette.h"
#include "viz/panel.h"
#include "viz/view.h"

#define SMALLEST_SHIFT 4
#define FIGURE_BYTES   32
#define STRIP_ROWS     4 /* of a table, with its heading; more at 80x50 */
#define STRIP_MOST     10

/* A lane as it is painted: the process may have ended, or not yet begun at that moment. */
struct lane {
    const struct race_lane *race;
    const struct space *space; /* or NULL */
    struct heap_figures heap;
    uint32_t steps;  /* made until the moment that is shown */
    bool over;       /* it had ended then: its figures are the last */
    int column, end; /* of its part of the screen */
};

/* Steps that the lane has made since that moment. */
static uint32_t steps_since(const struct race_lane *race, moment_t at) {
    uint32_t steps = 0, last = 0;
    for (uint32_t seq = at + 1; at != NOW && seq < events.next; seq++) {
        const struct event *e = event_at(seq);
        if (e && e->pid == race->pid && e->step && e->step != last) {
            last = e->step;
            steps++;
        }
    }
    return steps;
}

static struct lane lane_at(const struct viz_status *status, uint32_t i) {
    int pitch = (LINE_END - MAP_COLUMN) / (int)status->race->lanes;
    int column = MAP_COLUMN + (int)i * pitch;
    const struct race_lane *race = &status->race->lane[i];
    struct lane lane = {.race = race, .column = column, .end = column + pitch - 1};
    lane.space = space_at(status->moment, race->pid);
    lane.steps = race->steps - steps_since(race, status->moment);
    lane.over = !lane.space && race->ended && race->end <= status->moment;
    if (lane.space) {
        heap_figures(status->moment, &lane.space->heap, &lane.heap);
    } else if (lane.over) {
        lane.heap = race->last;
    }
    return lane;
}

/* ---- Figures: a row each, a lane beside the other ---- */

static void used(const struct lane *lane, char *text) {
    print_line(text, FIGURE_BYTES, "%'u B", lane->heap.block_bytes);
}

static void free_bytes(const struct lane *lane, char *text) {
    print_line(text, FIGURE_BYTES, "%'u B", lane->heap.hole_bytes);
}

static void holes(const struct lane *lane, char *text) {
    print_line(text, FIGURE_BYTES, "%'u", lane->heap.holes);
}

static void largest(const struct lane *lane, char *text) {
    print_line(text, FIGURE_BYTES, "%'u B", lane->heap.largest_hole);
}

static void fragmented(const struct lane *lane, char *text) {
    print_line(text, FIGURE_BYTES, "%u %%",
               panel_fragmentation(lane->heap.largest_hole, lane->heap.hole_bytes));
}

static void peak_used(const struct lane *lane, char *text) {
    print_line(text, FIGURE_BYTES, "%'u B", lane->race->peak_used);
}

static void peak_heap(const struct lane *lane, char *text) {
    print_line(text, FIGURE_BYTES, "%'u B", lane->race->peak_heap);
}

static void searches(const struct lane *lane, char *text) {
    print_line(text, FIGURE_BYTES, "%'u", lane->space ? lane->space->heap.searches : lane->race->searches);
}

static void looked(const struct lane *lane, char *text) {
    print_line(text, FIGURE_BYTES, "%'u", lane->space ? lane->space->heap.looked : lane->race->looked);
}

static void ranges(const struct lane *lane, char *text) {
    int32_t more = lane->race->ranges;
    print_line(text, FIGURE_BYTES, more ? "%'u %s than before" : "as before", more < 0 ? -more : more,
               more < 0 ? "fewer" : "more");
}

static void foreign(const struct lane *lane, char *text) {
    print_line(text, FIGURE_BYTES, "%'u", lane->race->foreign);
}

static void phantoms(const struct lane *lane, char *text) {
    print_line(text, FIGURE_BYTES, "%'u", lane->race->phantoms);
}

static void frames(const struct lane *lane, char *text) {
    bool lost = lane->race->ended && lane->race->frames;
    print_line(text, FIGURE_BYTES, lost ? "%'u never returned" : "%'u", lane->race->frames);
}

static void mappings(const struct lane *lane, char *text) {
    print_line(text, FIGURE_BYTES, "%'u", lane->race->mappings);
}

static void ticks(const struct lane *lane, char *text) {
    uint64_t thousands = lane->race->ticks / 1000;
    print_line(text, FIGURE_BYTES, "%'u thousand ticks",
               thousands > 0xFFFFFFFFu ? 0xFFFFFFFFu : (uint32_t)thousands);
}

struct figure {
    const char *label;
    bool walked; /* it is read from the process, at any moment; else the race has noted it, of the present */
    void (*print)(const struct lane *lane, char *text);
};

static const struct figure of_policies[] = {
    {"used", true, used},           {"free", true, free_bytes},   {"holes", true, holes},
    {"largest", true, largest},     {"frag", true, fragmented},   {"used max", false, peak_used},
    {"heap max", false, peak_heap}, {"searches", true, searches}, {"looked", true, looked},
};
static const struct figure of_regimes[] = {
    {"heap max", false, peak_heap}, {"frames", false, frames},   {"mappings", false, mappings},
    {"ranges", false, ranges},      {"foreign", false, foreign}, {"phantoms", false, phantoms},
    {"time", false, ticks},
};

static const struct figure *figures_of(const struct race *race, int *count) {
    *count = (int)(race->regimes ? sizeof of_regimes / sizeof *of_regimes
                                 : sizeof of_policies / sizeof *of_policies);
    return race->regimes ? of_regimes : of_policies;
}

/* They end the body; above them stands the table, and the heaps have what is left. */
static int figures_row(const struct screen *screen, const struct race *race) {
    int count;
    figures_of(race, &count);
    return layout_body_end(screen) - count;
}

static int strip_row(const struct screen *screen, const struct race *race) {
    int rows = screen->rows > SCREEN_ROWS ? STRIP_MOST : STRIP_ROWS;
    return figures_row(screen, race) - (race->regimes ? rows : 0);
}

static void print_figure(struct screen *screen, int row, const struct figure *figure,
                         const struct viz_status *status, const struct lane lanes[]) {
    screen_fill(screen, row, 0, LINE_END, cell(' ', ATTR_TEXT));
    screen_text(screen, row, LABEL_COLUMN, MAP_COLUMN, ATTR_DIM, figure->label);
    for (uint32_t i = 0; i < status->race->lanes; i++) {
        char text[FIGURE_BYTES] = "-";
        bool last = lanes[i].over,
             known = last || (figure->walked ? lanes[i].space != NULL : status->moment == NOW);
        if (known) {
            figure->print(&lanes[i], text);
        }
        screen_text(screen, row, lanes[i].column, lanes[i].end, last ? ATTR_DIM : ATTR_TEXT, text);
    }
}

/* ---- Heaps ---- */

/* One scale for all: that of the largest. */
static uint8_t common_shift(const struct viz_status *status, const struct lane lanes[], uint32_t pixels) {
    uint32_t bytes = 0;
    for (uint32_t i = 0; i < status->race->lanes; i++) {
        uint8_t kind;
        uint32_t size = lanes[i].space ? region_size(books_heap(lanes[i].space, status->moment, &kind)) : 0;
        bytes = size > bytes ? size : bytes;
    }
    return map_fit_calmly(0, bytes, pixels, SMALLEST_SHIFT);
}

/* In place of the heap of a lane that has ended. */
static void ended(struct screen *screen, int end, const struct lane *lane) {
    int width = lane->end - lane->column;
    for (int row = RACE_MAP_ROW; row < end; row++) {
        screen_fill(screen, row, lane->column, width + 1, cell(' ', ATTR_TEXT));
    }
    if (lane->over) {
        screen_print(screen, RACE_MAP_ROW + 1, lane->column, lane->end, ATTR_TEXT, "after %'u steps,",
                     lane->steps);
        screen_text(screen, RACE_MAP_ROW + 2, lane->column, lane->end, ATTR_DIM, "last figures:");
    }
}

static void heaps(struct screen *screen, const struct viz_status *status, const struct lane lanes[]) {
    uint32_t columns = status->race->lanes == 2 ? RACE_COLUMNS : RACE_COLUMNS / 2, living = 0;
    int end = strip_row(screen, status->race);
    uint32_t rows = 2 * (uint32_t)(end - RACE_MAP_ROW);
    uint8_t shift = common_shift(status, lanes, columns * rows);
    for (uint32_t i = 0; i < status->race->lanes; i++) {
        struct map_place place = {
            .column = (uint8_t)lanes[i].column,
            .row = RACE_MAP_ROW,
            .columns = (uint8_t)columns,
            .rows = (uint8_t)rows,
            .kind = MAP_HEAP,
            .shift = shift,
            .pid = lanes[i].race->pid,
        };
        if (!lanes[i].space) {
            ended(screen, end, &lanes[i]);
            continue;
        }
        living = i + 1;
        place.region = books_heap(lanes[i].space, status->moment, &place.kind);
        map_paint(i, &place, status);
    }
    if (!living) {
        for (int row = RACE_MAP_ROW; row < end; row++) {
            screen_fill(screen, row, LABEL_COLUMN, MAP_COLUMN, cell(' ', ATTR_TEXT));
        }
        return;
    }
    struct map_place whole = viz_maps[living - 1];
    whole.region = (struct region){USER_HEAP, USER_HEAP + (columns * rows << shift)};
    map_addresses(screen, &whole);
    char text[SCALE_BYTES];
    screen_print_right(screen, RACE_HEAD_ROW, LINE_END, ATTR_DIM, "  1 px = %s", map_scale(text, shift));
}

/* ---- The tables, of regimes ---- */

/* The newest entries of a table, the newest first. */
static uint32_t newest_entries(const struct books *books, moment_t at, struct table_entry found[],
                               uint32_t most) {
    struct table_entry entry;
    uint32_t count = 0;
    for (uint32_t i = 0; books->entry(at, i, &entry); i++) {
        uint32_t place = count < most ? count++ : most;
        for (; place && found[place - 1].seq < entry.seq; place--) {
            if (place < most) {
                found[place] = found[place - 1];
            }
        }
        if (place < most) {
            found[place] = entry;
        }
    }
    return count;
}

static void entry_line(struct screen *screen, int row, const struct lane *lane, const struct table_entry *e) {
    if (e->number) {
        screen_put(screen, row, lane->column, cell('!', ATTR_ERROR));
    }
    int column = screen_print(screen, row, lane->column + 2, lane->end,
                              e->number ? ATTR_ERROR_TEXT : ATTR_TEXT, "%08X %'9u B", e->address, e->size);
    if (!e->number) {
        screen_text(screen, row, column + 2, lane->end, ATTR_DIM, e->from);
    }
}

static void strip(struct screen *screen, const struct viz_status *status, const struct lane *lane) {
    const struct books *books = lane->race->regime->books;
    struct table_entry newest[STRIP_MOST];
    struct table_totals totals;
    int row = strip_row(screen, status->race), end = figures_row(screen, status->race);
    for (int clear = row; clear < end; clear++) {
        screen_fill(screen, clear, lane->column, lane->end - lane->column, cell(' ', ATTR_TEXT));
    }
    if (!books) {
        uint32_t ranges = 0;
        for (int zone = 0; zone < ZONES; zone++) {
            ranges += zones[zone].free_ranges;
        }
        screen_print(screen, row, lane->column, lane->end, ATTR_DIM,
                     status->moment == NOW ? "memman's table: %'u free ranges" : "memman's table", ranges);
        return;
    }
    books->totals(status->moment, &totals);
    screen_print(screen, row, lane->column, lane->end, ATTR_DIM, "its table: %'u, ! by no right",
                 totals.entries);
    uint32_t count = newest_entries(books, status->moment, newest, (uint32_t)(end - row - 1));
    for (uint32_t i = 0; i < count; i++) {
        entry_line(screen, row + 1 + (int)i, lane, &newest[i]);
    }
}

/* ---- The view ---- */

static void head(struct screen *screen, const struct race *race, const struct lane lanes[]) {
    screen_fill(screen, RACE_HEAD_ROW, 0, LINE_END, cell(' ', ATTR_TEXT));
    screen_fill(screen, RACE_LANES_ROW, 0, LINE_END, cell(' ', ATTR_TEXT));
    int column = screen_text(screen, RACE_HEAD_ROW, LABEL_COLUMN, LINE_END, ATTR_HEADING,
                             race->regimes ? "COMPARE" : "RACE");
    column = screen_print(screen, RACE_HEAD_ROW, column + 2, LINE_END, ATTR_DIM, "%s  step %'u  ",
                          race->program, lanes[0].steps);
    if (race->differ) {
        screen_text(screen, RACE_HEAD_ROW, column, LINE_END, ATTR_ERROR_TEXT,
                    "! the lanes ask for different things");
    } else if (race->children) {
        screen_text(screen, RACE_HEAD_ROW, column, LINE_END, ATTR_DIM, "children run beside it, out of step");
    } else {
        screen_text(screen, RACE_HEAD_ROW, column, LINE_END, ATTR_DIM, "the same requests in each lane");
    }
    for (uint32_t i = 0; i < race->lanes; i++) {
        column = screen_text(screen, RACE_LANES_ROW, lanes[i].column, lanes[i].end, ATTR_HEADING,
                             lanes[i].race->label);
        screen_print(screen, RACE_LANES_ROW, column + 1, lanes[i].end, ATTR_DIM,
                     lanes[i].space  ? "pid %u"
                     : lanes[i].over ? "ended"
                                     : "not yet",
                     lanes[i].race->pid);
    }
}

static void nothing(struct screen *screen) {
    screen_text(screen, RACE_HEAD_ROW, LABEL_COLUMN, LINE_END, ATTR_HEADING, "RACE");
    screen_text(screen, RACE_MAP_ROW, MAP_COLUMN, LINE_END, ATTR_TEXT, "No race runs now.");
    screen_text(screen, RACE_MAP_ROW + 1, MAP_COLUMN, LINE_END, ATTR_DIM,
                "race sizes first best worst   runs a program under three policies,");
    screen_text(screen, RACE_MAP_ROW + 2, MAP_COLUMN, LINE_END, ATTR_DIM,
                "compare suture                runs one under both regimes.");
}

static void paint(struct screen *screen, const struct viz_status *status, const struct space *space) {
    struct lane lanes[LANES_MOST] = {0};
    (void)space;
    if (!status->race) {
        nothing(screen);
        return;
    }
    for (uint32_t i = 0; i < status->race->lanes; i++) {
        lanes[i] = lane_at(status, i);
    }
    head(screen, status->race, lanes);
    heaps(screen, status, lanes);
    for (uint32_t i = 0; status->race->regimes && i < status->race->lanes; i++) {
        strip(screen, status, &lanes[i]);
    }
    int count;
    const struct figure *figures = figures_of(status->race, &count);
    for (int i = 0; i < count; i++) {
        print_figure(screen, figures_row(screen, status->race) + i, &figures[i], status, lanes);
    }
}

static const struct view race = {
    .name = "race",
    .title = "one program under several policies, or under both regimes, step for step",
    .key = KEY_F9,
    .paint = paint,
};
TABLE_ENTRY(views, const struct view, race);
