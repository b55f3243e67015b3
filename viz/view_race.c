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
#define FIGURE_BYTES   24

/* A lane as it is painted: the process may have ended. */
struct lane {
    const struct race_lane *race;
    const struct space *space; /* or NULL */
    struct heap_figures heap;
    int column, end;
};

static struct lane lane_at(const struct viz_status *status, uint32_t i) {
    int pitch = (LINE_END - MAP_COLUMN) / (int)status->race->lanes;
    int column = MAP_COLUMN + (int)i * pitch;
    const struct race_lane *race = &status->race->lane[i];
    struct lane lane = {race, space_at(status->moment, race->pid), {0}, column, column + pitch - 1};
    if (lane.space) {
        heap_figures(status->moment, &lane.space->heap, &lane.heap);
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
    print_line(text, FIGURE_BYTES, "%'u", lane->race->searches);
}

static void looked(const struct lane *lane, char *text) {
    print_line(text, FIGURE_BYTES, "%'u", lane->race->looked);
}

static void ranges(const struct lane *lane, char *text) {
    print_line(text, FIGURE_BYTES, "%'u", lane->race->ranges);
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
    print_line(text, FIGURE_BYTES, "%'u thousand",
               thousands > 0xFFFFFFFFu ? 0xFFFFFFFFu : (uint32_t)thousands);
}

struct figure {
    const char *label;
    bool walked; /* it is read from the process, at any moment; else the race has noted it, of the present */
    void (*print)(const struct lane *lane, char *text);
};

static const struct figure of_policies[] = {
    {"used", true, used},           {"free", true, free_bytes},    {"holes", true, holes},
    {"largest", true, largest},     {"frag", true, fragmented},    {"used max", false, peak_used},
    {"heap max", false, peak_heap}, {"searches", false, searches}, {"looked", false, looked},
};
static const struct figure of_regimes[] = {
    {"heap max", false, peak_heap}, {"frames", false, frames},   {"mappings", false, mappings},
    {"ranges", false, ranges},      {"foreign", false, foreign}, {"phantoms", false, phantoms},
    {"ticks", false, ticks},
};

static const struct figure *figures_of(const struct race *race, int *count) {
    *count = (int)(race->regimes ? sizeof of_regimes / sizeof *of_regimes
                                 : sizeof of_policies / sizeof *of_policies);
    return race->regimes ? of_regimes : of_policies;
}

/* They end the body; the heaps have what is left. */
static int figures_row(const struct screen *screen, const struct race *race) {
    int count;
    figures_of(race, &count);
    return layout_body_end(screen) - count;
}

static void print_figure(struct screen *screen, int row, const struct figure *figure,
                         const struct viz_status *status, const struct lane lanes[]) {
    screen_fill(screen, row, 0, LINE_END, cell(' ', ATTR_TEXT));
    screen_text(screen, row, LABEL_COLUMN, MAP_COLUMN, ATTR_DIM, figure->label);
    for (uint32_t i = 0; i < status->race->lanes; i++) {
        char text[FIGURE_BYTES] = "-";
        if (figure->walked ? lanes[i].space != NULL : status->moment == NOW) {
            figure->print(&lanes[i], text);
        }
        screen_print(screen, row, lanes[i].column, lanes[i].end, ATTR_TEXT, "%s", text);
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

static void heaps(struct screen *screen, const struct viz_status *status, const struct lane lanes[]) {
    uint32_t columns = status->race->lanes == 2 ? RACE_COLUMNS : RACE_COLUMNS / 2;
    uint32_t rows = 2 * (uint32_t)(figures_row(screen, status->race) - RACE_MAP_ROW);
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
        if (lanes[i].space) {
            place.region = books_heap(lanes[i].space, status->moment, &place.kind);
        }
        map_paint(i, &place, status);
    }
    struct map_place whole = viz_maps[0];
    whole.region = (struct region){USER_HEAP, USER_HEAP + (columns * rows << shift)};
    map_addresses(screen, &whole);
    char text[SCALE_BYTES];
    screen_print_right(screen, RACE_HEAD_ROW, LINE_END, ATTR_DIM, "  1 px = %s", map_scale(text, shift));
}

/* ---- The view ---- */

static void head(struct screen *screen, const struct race *race, const struct lane lanes[]) {
    screen_fill(screen, RACE_HEAD_ROW, 0, LINE_END, cell(' ', ATTR_TEXT));
    screen_fill(screen, RACE_LANES_ROW, 0, LINE_END, cell(' ', ATTR_TEXT));
    int column = screen_text(screen, RACE_HEAD_ROW, LABEL_COLUMN, LINE_END, ATTR_HEADING,
                             race->regimes ? "COMPARE" : "RACE");
    column = screen_print(screen, RACE_HEAD_ROW, column + 2, LINE_END, ATTR_DIM, "%s  step %'u  ",
                          race->program, race->lane[0].steps);
    if (race->differ) {
        screen_text(screen, RACE_HEAD_ROW, column, LINE_END, ATTR_ERROR_TEXT,
                    "! the lanes ask for different things");
    } else {
        screen_text(screen, RACE_HEAD_ROW, column, LINE_END, ATTR_DIM, "the same requests in each lane");
    }
    for (uint32_t i = 0; i < race->lanes; i++) {
        column = screen_text(screen, RACE_LANES_ROW, lanes[i].column, lanes[i].end, ATTR_HEADING,
                             lanes[i].race->label);
        screen_print(screen, RACE_LANES_ROW, column + 1, lanes[i].end, ATTR_DIM,
                     lanes[i].space ? "pid %u" : "ended", lanes[i].race->pid);
    }
}

static void nothing(struct screen *screen) {
    screen_text(screen, RACE_HEAD_ROW, LABEL_COLUMN, LINE_END, ATTR_HEADING, "RACE");
    screen_text(screen, RACE_MAP_ROW, MAP_COLUMN, LINE_END, ATTR_TEXT, "No race has been started.");
    screen_text(screen, RACE_MAP_ROW + 1, MAP_COLUMN, LINE_END, ATTR_DIM,
                "race sizes first best worst   runs a program under three policies,");
    screen_text(screen, RACE_MAP_ROW + 2, MAP_COLUMN, LINE_END, ATTR_DIM,
                "compare suture                runs one under both regimes.");
}

static void paint(struct screen *screen, const struct viz_status *status, const struct space *space) {
    struct lane lanes[LANES_MOST];
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
