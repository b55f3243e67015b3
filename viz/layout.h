/*
 * Every coordinate of the screens, in text cells. Fields are given by their first column and the column
 * after their last.
 */
#ifndef VIZ_LAYOUT_H
#define VIZ_LAYOUT_H

#include "viz/screen.h"

/* The title bar: SUTURE  HEALED  pid 3 fragment  > 16/s  ev 1,204  audit v 0.4s  viz 2.1%. viz/bars.c gives its fields
 * their columns. */
enum { TITLE_ROW = 0 };

/*
 * A view's body lies below the title. Below it the footer, what just happened or the inspector, which a view may take
 * for itself (struct view's `whole`); legend and keys are the last two rows.
 */
enum { BODY_ROW = 1, FOOTER_ROWS = 4, FOOTER_UP = 6, LEGEND_UP = 2, KEYS_UP = 1 };

/* The row after the body of a view with a footer: the footer's first. */
static inline int layout_body_end(const struct screen *screen) {
    return (int)screen->rows - FOOTER_UP;
}

/* The prompt: on the row of the keys; a long answer's panel on the body, its title first. */
enum { PROMPT_COLUMN = 1, PROMPT_GAP = 3, PANEL_ROW = BODY_ROW + 1 };

/* A map: label or address, 64 pixels, and room for a figure at its right. */
enum {
    LABEL_COLUMN = 0,
    MAP_COLUMN = 9,
    MAP_COLUMNS = 64,
    SIDE_SCALE_END = 77,
    LINE_END = SCREEN_COLUMNS,
};

/*
 * The overview: its panels from top to bottom, heights in text rows; a text row is two rows of pixels. The system's part
 * and the four zones stand in the first five maps.
 */
enum { OVERVIEW_PARTS = 5 };
struct overview_layout {
    int physical; /* heading */
    int part[OVERVIEW_PARTS], part_rows[OVERVIEW_PARTS];
    int table, table_rows; /* heading, and rows of map below it */
    int heap, heap_rows;
    int statistics;
};

static inline struct overview_layout layout_overview(const struct screen *screen) {
    static const int few[OVERVIEW_PARTS] = {1, 1, 1, 1, 2}, many[OVERVIEW_PARTS] = {2, 3, 3, 3, 8};
    bool small = screen->rows == SCREEN_ROWS;
    struct overview_layout l = {.physical = BODY_ROW};
    int row = l.physical + 1;
    for (int i = 0; i < OVERVIEW_PARTS; i++) {
        l.part[i] = row;
        l.part_rows[i] = (small ? few : many)[i];
        row += l.part_rows[i];
    }
    l.table = row + 1;
    l.table_rows = small ? 2 : 5;
    l.heap = l.table + 1 + l.table_rows + 1;
    l.statistics = layout_body_end(screen) - 1;
    l.heap_rows = l.statistics - l.heap - 1;
    return l;
}

/* A line about an event: 1204 ! 3 fragment  malloc(120) = 48013400  passed 31 holes */
enum {
    EVENT_SEQ_END = 7,
    EVENT_MARK = 7,
    EVENT_GROUP = 8,
    EVENT_PROCESS = 9,
    EVENT_PROCESS_END = 20,
    EVENT_WORDS = 21,
};

/* memman: the map of the machine, a row for each zone, the free ranges. Figures end before their column. */
enum {
    MEMMAN_ROW = BODY_ROW,
    MEMMAN_MAP_ROW,
    MEMMAN_MAP_ROWS = 4, /* twice as many at 80x50 */
    ZONE_MARK = 0,
    ZONE_NAME = 2,
    ZONE_FROM = MAP_COLUMN,
    ZONE_USABLE_END = 36,
    ZONE_LENT_END = 46,
    ZONE_PERCENT_END = 50,
    ZONE_FREE_END = 60,
    ZONE_RANGES_END = 70,
    RANGE_SIZE_END = 22,
    RANGE_ZONE = 24,
    RANGE_EVENT_END = 40,
    RANGE_FROM = 42,
};

/* The heap, from top to bottom; its list takes the rest of the body. Figures end before their column. */
enum {
    HEAPS_ROW = BODY_ROW,
    HEAPS_MAP_ROWS = 5, /* and half of what 80x50 has more */
    HEAPS_FIGURES_ROWS = 2,
    HEAPS_SEARCH_ROWS = 3,
    TILE_ADDRESS = 0,
    TILE_KIND = 10,
    TILE_SIZE_END = 38,
    TILE_ASKED_END = 49,
    TILE_EVENT_END = 57,
    TILE_CALLER = 59,
    TILE_THREAD = 71,
};

/* A regime's own table, the heap below it, figures and the story of the newest entry at the body's end. */
enum {
    BOOKS_ROW = BODY_ROW,
    BOOKS_LOSTS = 51,
    BOOKS_NUMBER_END = 5,
    BOOKS_ADDRESS = 6,
    BOOKS_SIZE_END = 28,
    BOOKS_ZONE = 30,
    BOOKS_FROM = 39,
    BOOKS_MAP_ROWS = 3,
    BOOKS_MAP_ROWS_MOST = 8, /* at 80x50 */
    BOOKS_FIGURES_ROWS = 5,
    BOOKS_SMALLEST_SHIFT = 6,
};

/* The page tables: the directory, one table of which rows of entries are shown, one entry in words. */
enum {
    DIRECTORY_ROW = BODY_ROW,
    DIRECTORY_ROWS = 8, /* two entries a cell */
    PAGES_ROW = DIRECTORY_ROW + 1 + DIRECTORY_ROWS,
    ENTRY_ROWS = 4,
    ENTRY_COLUMN = 2,
};

/* The processes: a row each, then what the chosen one holds. Figures end before their column. */
enum {
    PROCESSES_HEAD = BODY_ROW,
    PROCESSES_ROW,
    PROCESS_MARK = 0,
    PROCESS_PID_END = 6,
    PROCESS_NAME = 7,
    PROCESS_NAME_END = 20,
    PROCESS_STATE = 21,
    PROCESS_PACE = 30,
    PROCESS_FRAMES = 36,
    PROCESS_FRAMES_WIDTH = 7,
    PROCESS_BYTES_END = LINE_END,
    PROCESS_DETAIL_ROWS = 8,
    PROCESS_BAR = 17,
    PROCESS_BAR_CELLS = LINE_END - PROCESS_BAR,
};

/* The launcher: a row each. */
enum {
    LAUNCHER_ROW = BODY_ROW + 2,
    LAUNCHER_MARK = 0,
    LAUNCHER_VERB = 2,
    LAUNCHER_NAME = 10,
    LAUNCHER_WORDS = 27
};

/* The race: heaps from RACE_MAP_ROW down to the figures, which end the body. */
enum { RACE_HEAD_ROW = BODY_ROW, RACE_LANES_ROW, RACE_MAP_ROW, RACE_COLUMNS = 32 };

#endif
