/*
 * A regime's own table: its entries, wrong ones marked, the heap that feeds it, and what it cost in figures.
 */
#include "viz/books.h"

#include "mm/regime.h"
#include "viz/layout.h"
#include "viz/map.h"
#include "viz/palette.h"
#include "viz/panel.h"
#include "viz/words.h"

static struct {
    uint32_t top, rows, entries;
    uint32_t seq[SCREEN_ROWS_MOST]; /* of the rows shown; 0: boot's */
} shown;

/* ---- The table ---- */

static void head(struct screen *screen, const struct table_totals *totals) {
    char rest[SCREEN_COLUMNS];
    print_line(rest, sizeof rest, "the seed's table: %'u of %'u entries", totals->entries, totals->capacity);
    panel_heading(screen, BOOKS_ROW, "MEMMAN", rest);
    screen_print(screen, BOOKS_ROW, BOOKS_LOSTS, LINE_END, totals->losts ? ATTR_ERROR_TEXT : ATTR_DIM,
                 "losts %'u  lostsize %'u", totals->losts, totals->lostsize);
    screen_fill(screen, BOOKS_ROW + 1, 0, LINE_END, cell(' ', ATTR_TEXT));
    screen_print_right(screen, BOOKS_ROW + 1, BOOKS_NUMBER_END, ATTR_DIM, "#");
    screen_text(screen, BOOKS_ROW + 1, BOOKS_ADDRESS, LINE_END, ATTR_DIM, "address");
    screen_print_right(screen, BOOKS_ROW + 1, BOOKS_SIZE_END, ATTR_DIM, "size");
    screen_text(screen, BOOKS_ROW + 1, BOOKS_ZONE, LINE_END, ATTR_DIM, "zone");
    screen_text(screen, BOOKS_ROW + 1, BOOKS_FROM, LINE_END, ATTR_DIM, "came from");
    if (totals->entries > shown.rows) {
        screen_print_right(screen, BOOKS_ROW + 1, LINE_END, ATTR_DIM, "PgUp PgDn %'u-%'u", shown.top,
                           shown.top + shown.rows - 1);
    }
}

static void entry_line(struct screen *screen, int row, uint32_t index, const struct table_entry *entry) {
    bool lit = entry->seq && chain_touches_event(entry->seq);
    uint8_t attribute = lit ? ATTR_CHOSEN : entry->number ? ATTR_ERROR_TEXT : ATTR_TEXT;
    screen_fill(screen, row, 0, LINE_END, cell(' ', attribute));
    screen_print_right(screen, row, BOOKS_NUMBER_END, lit ? attribute : ATTR_DIM, "%u", index);
    if (entry->number) {
        screen_put(screen, row, 0, cell('!', ATTR_ERROR));
    }
    screen_print(screen, row, BOOKS_ADDRESS, LINE_END, attribute, "%08X", entry->address);
    screen_print_right(screen, row, BOOKS_SIZE_END, attribute, "%'u", entry->size);
    screen_text(screen, row, BOOKS_ZONE, BOOKS_FROM, attribute, entry->zone);
    if (entry->seq) {
        screen_print(screen, row, BOOKS_FROM, LINE_END, attribute, "free by pid %u: %s", entry->pid,
                     entry->from);
    } else {
        screen_text(screen, row, BOOKS_FROM, LINE_END, attribute, entry->from);
    }
}

static void table(struct screen *screen, const struct books *books, moment_t at) {
    struct table_entry entry;
    for (uint32_t i = 0; i < shown.rows; i++) {
        int row = BOOKS_ROW + 2 + (int)i;
        shown.seq[i] = 0;
        if (books->entry(at, shown.top + i, &entry)) {
            entry_line(screen, row, shown.top + i, &entry);
            shown.seq[i] = entry.seq;
        } else {
            screen_fill(screen, row, 0, LINE_END, cell(' ', ATTR_TEXT));
        }
    }
}

/* ---- The heap ---- */

struct region books_heap(const struct space *space, moment_t at, uint8_t *kind) {
    struct process_totals own;
    if (!space->regime->books) {
        *kind = MAP_HEAP;
        return heap_range(at, &space->heap);
    }
    space->regime->books->process(at, space, &own);
    bool anywhere = own.heap.end < own.heap.start || own.heap.end > USER_HEAP_END;
    *kind = MAP_BOOKS;
    return (struct region){own.heap.start, anywhere ? USER_HEAP_END : own.heap.end};
}

/* A heap in which bytes came back serves more of them than it has. */
static uint32_t came_back(const struct process_totals *own) {
    uint32_t size = region_size(own->heap);
    return own->asked > size ? own->asked - size : 0;
}

char *books_line(const struct space *space, moment_t at, char *line, uint32_t bytes) {
    struct process_totals own;
    struct table_totals all;
    space->regime->books->process(at, space, &own);
    space->regime->books->totals(at, &all);
    return print_line(line, bytes,
                      "freed %'u B, came back %'u B   frames not returned %'u   foreign ranges %'u",
                      own.freed, came_back(&own), own.frames, all.foreign);
}

static void heap(struct screen *screen, const struct viz_status *status, const struct space *space, int row,
                 int rows) {
    uint32_t pixels = MAP_COLUMNS * 2 * (uint32_t)rows;
    uint8_t kind;
    struct region range = books_heap(space, status->moment, &kind);
    struct map_place place = {
        .column = MAP_COLUMN,
        .row = (uint8_t)(row + 1),
        .columns = MAP_COLUMNS,
        .rows = (uint8_t)(2 * rows),
        .kind = kind,
        .shift = map_fit_calmly(0, region_size(range), pixels, BOOKS_SMALLEST_SHIFT),
        .pid = space->pid,
        .region = range,
    };
    char rest[SCREEN_COLUMNS];
    map_paint(0, &place, status);
    for (int i = 1; i <= rows; i++) {
        screen_fill(screen, row + i, LABEL_COLUMN, MAP_COLUMN, cell(' ', ATTR_TEXT));
    }
    map_addresses(screen, &viz_maps[0]);
    print_line(rest, sizeof rest, "pid %u %s  %08X..%08X  only grows", space->pid, space->name, range.start,
               range.end);
    panel_heading(screen, row, "HEAP", rest);
    panel_scale(screen, row, 0);
}

/* ---- The figures ---- */

static void figures(struct screen *screen, int row, const struct table_totals *all,
                    const struct process_totals *own) {
    panel_clear(screen, row, row + 2);
    if (own) {
        screen_print(screen, row, 0, LINE_END, ATTR_TEXT,
                     "freed %'u B, came back %'u B   frames not returned %'u   mapping calls %'u", own->freed,
                     came_back(own), own->frames, own->mapping_calls);
    } else {
        screen_print(screen, row, 0, LINE_END, ATTR_TEXT,
                     "no program of the museum is chosen   mapping calls %'u", all->mapping_calls);
    }
    int column = screen_print(screen, row + 1, 0, LINE_END, all->foreign ? ATTR_ERROR_TEXT : ATTR_TEXT,
                              "foreign ranges in memman %'u   phantoms %'u", all->foreign, all->phantoms);
    screen_print(screen, row + 1, column, LINE_END, ATTR_TEXT, "   frames never returned %'u", all->frames);
}

/* ---- The view ---- */

/* A full page of the table: its end, unless a key says otherwise. */
static void settle(uint32_t rows, uint32_t entries) {
    uint32_t last = entries > rows ? entries - rows : 0;
    bool at_end = shown.top + shown.rows >= shown.entries; /* then it goes on with what comes */
    shown.rows = rows;
    shown.entries = entries;
    shown.top = at_end || shown.top > last ? last : shown.top;
}

/* Of the newest effect that was withheld: what it was, from whom to whom, and why. */
static void story(struct screen *screen, int row, const struct books *books, uint32_t newest) {
    char line[WORDS_BYTES];
    const struct event *e = newest ? event_at(newest) : NULL;
    panel_clear(screen, row, layout_body_end(screen));
    if (!e) {
        return;
    }
    screen_put(screen, row, 0, cell('!', ATTR_ERROR));
    screen_text(screen, row, 2, LINE_END, ATTR_ERROR_TEXT, event_words(e, line));
    for (int i = 0; i < 2; i++) {
        screen_text(screen, row + 1 + i, 2, LINE_END, ATTR_TEXT, books->story(e->arg[0], i));
    }
}

void books_paint(struct screen *screen, const struct viz_status *status, const struct space *space,
                 const struct books *books) {
    bool lives = space && space->regime->books == books;
    int rows = screen->rows > SCREEN_ROWS ? BOOKS_MAP_ROWS_MOST : BOOKS_MAP_ROWS;
    int figures_row = layout_body_end(screen) - BOOKS_FIGURES_ROWS,
        heap_row = figures_row - (lives ? rows + 1 : 0);
    struct table_totals all;
    struct process_totals own;
    books->totals(status->moment, &all);
    settle((uint32_t)(heap_row - BOOKS_ROW - 2), all.entries);
    head(screen, &all);
    table(screen, books, status->moment);
    if (lives) {
        books->process(status->moment, space, &own);
        heap(screen, status, space, heap_row, rows);
    }
    figures(screen, figures_row, &all, lives ? &own : NULL);
    story(screen, figures_row + 2, books, all.newest);
}

bool books_press(int key) {
    uint32_t last = shown.entries > shown.rows ? shown.entries - shown.rows : 0, top = shown.top;
    switch (key) {
    case KEY_UP: shown.top -= top > 0; break;
    case KEY_DOWN: shown.top += top < last; break;
    case KEY_PAGE_UP: shown.top = top > shown.rows ? top - shown.rows : 0; break;
    case KEY_PAGE_DOWN: shown.top = top + shown.rows < last ? top + shown.rows : last; break;
    case KEY_HOME: shown.top = 0; break;
    case KEY_END: shown.top = last; break;
    default: return false;
    }
    return shown.top != top;
}

bool books_subject(int row, int column, struct subject *out) {
    uint32_t line = (uint32_t)(row - BOOKS_ROW - 2);
    (void)column;
    if (line >= shown.rows || !shown.seq[line]) {
        return false;
    }
    *out = (struct subject){.kind = SUBJECT_EVENT, .seq = shown.seq[line]};
    return true;
}
