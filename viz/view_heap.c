/*
 * The heap of the chosen process, large: its map, its figures, the search that the last malloc made, and every block and
 * hole as a row of a list. Its malloc_4k pages, a heap of their own, show on a key.
 */
#include "mm/policy.h"
#include "mm/regime.h"
#include "viz/books.h"
#include "viz/layout.h"
#include "viz/map.h"
#include "viz/palette.h"
#include "viz/panel.h"
#include "viz/search.h"
#include "viz/view.h"
#include "viz/words.h"

enum { HEAP_MAP };

#define SMALLEST_SHIFT 3
#define LOOK_BACK      4096 /* events, in search of the last malloc */

#define DOTS_WIDTH 3 /* " .." */

#define SIZES             32    /* powers of two */
#define SORT_MOST         16384 /* blocks and holes that are walked over to sort the holes by size */
#define SORT_MOST_OF_PAST 1024

static struct {
    bool pages;       /* malloc_4k's */
    vaddr_t top;      /* first of the list; 0: as low as there is */
    bool scrolled;    /* by a key, since the last paint */
    uint32_t held;    /* the newest change when somebody scrolled; what comes after it is followed again */
    int32_t moves;    /* rows to scroll at the next paint */
    bool first, last; /* the list shows the heap's first tile, its last */
    int list_row, list_rows;
    uint16_t pid;
    struct region row[SCREEN_ROWS_MOST]; /* what stands there */
} view;

static int text_width(const char *text) {
    int width = 0;
    while (text[width]) {
        width++;
    }
    return width;
}

/* ---- The map and the figures ---- */

/* Does a regime's own table tell of this heap? Then it has no blocks and holes, and only grows. */
static bool in_books(const struct space *space) {
    return space->regime->books && !view.pages;
}

static void map(struct screen *screen, const struct viz_status *status, const struct space *space,
                const struct heap *heap, int rows) {
    uint8_t kind = MAP_HEAP;
    struct region range =
        view.pages ? heap_range(status->moment, heap) : books_heap(space, status->moment, &kind);
    uint32_t pixels = MAP_COLUMNS * 2 * (uint32_t)rows;
    struct map_place place = {
        .column = MAP_COLUMN,
        .row = HEAPS_ROW + 1,
        .columns = MAP_COLUMNS,
        .rows = (uint8_t)(2 * rows),
        .kind = kind,
        .shift = map_fit_calmly(HEAP_MAP, region_size(range), pixels, SMALLEST_SHIFT),
        .pid = space->pid,
        .region = range,
    };
    map_paint(HEAP_MAP, &place, status);
    map_addresses(screen, &viz_maps[HEAP_MAP]);

    char rest[SCREEN_COLUMNS];
    print_line(rest, sizeof rest, "pid %u %s  %s %08X..%08X  %s%s", space->pid, space->name,
               view.pages ? "malloc_4k" : "vmalloc", range.start, range.end,
               in_books(space) ? "only grows" : heap->config.policy->title,
               heap->guards && !in_books(space) ? ", guards" : "");
    panel_heading(screen, HEAPS_ROW, view.pages ? "PAGES" : "HEAP", rest);
    panel_scale(screen, HEAPS_ROW, HEAP_MAP);
}

/* Counts the holes of 2^n bytes up to before 2^(n+1) into count[n]; false when there are too many to walk over. */
static bool sort(moment_t at, const struct heap *heap, uint32_t count[SIZES]) {
    struct region range = heap_range(at, heap);
    struct tile_view tile;
    if (at == NOW && heap->blocks + heap_holes(heap) > SORT_MOST) {
        return false;
    }
    if (at == NOW) {
        for (const struct tile *t = heap_next_hole(heap, NULL); t; t = heap_next_hole(heap, t)) {
            count[31 - __builtin_clz(region_size(t->at))]++;
        }
        return true;
    }
    vaddr_t address = range.start;
    for (uint32_t left = SORT_MOST_OF_PAST; left && heap_tile(at, heap, address, &tile); left--) {
        if (tile.state == TILE_HOLE) {
            count[31 - __builtin_clz(region_size(tile.at))]++;
        }
        address = tile.at.end;
    }
    return address == range.end;
}

/* Holes by size, "16B 3", the largest first: as many sizes as the row has room for, and dots for the rest. */
static void sizes(struct screen *screen, int row, int column, const uint32_t count[SIZES]) {
    char scale[SCALE_BYTES], number[16];
    column = screen_text(screen, row, column, LINE_END, ATTR_DIM, "  by size");
    uint32_t left = 0; /* sizes, with this one */
    for (uint8_t n = 0; n < SIZES; n++) {
        left += count[n] != 0;
    }
    for (uint8_t n = SIZES; n-- > 0;) {
        map_scale_short(scale, n);
        print_line(number, sizeof number, " %'u", count[n]);
        if (!count[n]) {
            continue;
        }
        if (column + 2 + text_width(scale) + text_width(number) > LINE_END - (left > 1 ? DOTS_WIDTH : 0)) {
            screen_text(screen, row, column, LINE_END, ATTR_DIM, " ..");
            break;
        }
        column = screen_text(screen, row, column + 2, LINE_END, ATTR_DIM, scale);
        column = screen_text(screen, row, column, LINE_END, ATTR_TEXT, number);
        left--;
    }
}

static void figures(struct screen *screen, int row, moment_t at, const struct heap *heap) {
    struct heap_figures f;
    uint32_t count[SIZES] = {0};
    heap_figures(at, heap, &f);
    panel_clear(screen, row, row + HEAPS_FIGURES_ROWS);
    screen_print(screen, row, LABEL_COLUMN, LINE_END, ATTR_TEXT,
                 "%'u block%s %'u B   %'u B of it rounding and guards", f.blocks, plural(f.blocks),
                 f.block_bytes, f.block_bytes - f.asked_bytes);
    screen_print_right(screen, row, LINE_END, ATTR_HEADING, "  frag %u %%",
                       panel_fragmentation(f.largest_hole, f.hole_bytes));
    int column =
        screen_print(screen, row + 1, LABEL_COLUMN, LINE_END, ATTR_TEXT, "%'u hole%s %'u B   largest %'u B",
                     f.holes, plural(f.holes), f.hole_bytes, f.largest_hole);
    if (f.holes && sort(at, heap, count)) {
        sizes(screen, row + 1, column + 1, count);
    }
}

/* ---- The search just made ---- */

/* The newest malloc from this heap up to the moment; *since: the heap was changed again after it. */
static const struct event *last_malloc(moment_t at, const struct space *space, const struct heap *heap,
                                       bool *since) {
    const struct event *e = event_at(event_newest(at));
    *since = false;
    for (uint32_t left = LOOK_BACK; left && e; left--, e = event_at(e->seq - 1)) {
        if (e->pid != space->pid || e->owner != heap->config.owner) {
            continue;
        }
        if (e->kind == EV_MALLOC) {
            return e;
        }
        *since |= e->kind == EV_FREE || e->kind == EV_RESIZE;
    }
    return NULL;
}

/* "48000120 1,234", and two columns behind it. */
static int hole_width(struct region hole) {
    char text[SCREEN_COLUMNS];
    return text_width(print_line(text, sizeof text, "%08X %'u", hole.start, region_size(hole))) + 2;
}

static int print_hole(struct screen *screen, int row, int column, struct region hole, uint8_t attribute) {
    screen_print(screen, row, column, LINE_END, attribute, "%08X %'u", hole.start, region_size(hole));
    return column + hole_width(hole);
}

#define MORE_WIDTH 8 /* "+12,345" */

/* The holes in the order of their addresses: the taken one, and the passed ones around it as far as the row goes. */
static void holes(struct screen *screen, int row, const struct search *s) {
    int room = LINE_END - LABEL_COLUMN - MORE_WIDTH - (region_empty(s->taken) ? 0 : hole_width(s->taken));
    uint32_t below = 0, above = 0;
    for (bool fits = true; fits;) {
        fits = below < s->befores && (room -= hole_width(s->before[below])) >= 0;
        below += fits;
        if (above < s->behinds && (room -= hole_width(s->behind[above])) >= 0) {
            above++;
            fits = true;
        }
    }
    int column = LABEL_COLUMN;
    for (uint32_t i = below; i-- > 0;) {
        column = print_hole(screen, row, column, s->before[i], ATTR_DIM);
    }
    if (!region_empty(s->taken)) {
        column = print_hole(screen, row, column, s->taken, attr_owner_text((enum owner)s->event->owner));
    }
    for (uint32_t i = 0; i < above; i++) {
        column = print_hole(screen, row, column, s->behind[i], ATTR_DIM);
    }
    uint32_t more = s->event->arg[1] - below - above;
    if (more) {
        screen_print(screen, row, column, LINE_END, ATTR_DIM, "+%'u", more);
    }
}

static void search(struct screen *screen, int row, moment_t at, const struct space *space,
                   const struct heap *heap) {
    bool since;
    struct search s;
    char rest[SCREEN_COLUMNS], call[24], taken[48];
    const struct event *e = last_malloc(at, space, heap, &since);
    panel_clear(screen, row, row + HEAPS_SEARCH_ROWS);
    if (!e) {
        panel_heading(screen, row, "SEARCH", "none yet, or too long ago");
        return;
    }
    search_understand(&s, e, heap);
    if (view.pages) {
        print_line(call, sizeof call, "malloc_4k()");
    } else {
        print_line(call, sizeof call, "malloc(%u)", e->arg[0]);
    }
    print_line(rest, sizeof rest, "%s, event %'u: %s takes %s", call, e->seq, s.policy->title,
               s.policy->takes);
    panel_heading(screen, row, "SEARCH", rest);
    if (region_empty(s.taken)) {
        print_line(taken, sizeof taken, "none fits: grew by %'u B", s.added);
    } else {
        print_line(taken, sizeof taken, "took %08X (%'u B)", s.taken.start, region_size(s.taken));
    }
    screen_print(screen, row + 1, LABEL_COLUMN, LINE_END, ATTR_TEXT, "passed %'u hole%s, %s, left %'u B",
                 e->arg[1], plural(e->arg[1]), taken, region_size(e->was) - region_size(e->at));
    screen_print_right(screen, row + 1, LINE_END, ATTR_TEXT, "  index looked at %'u", e->arg[2]);
    if (since) {
        screen_text(screen, row + 2, LABEL_COLUMN, LINE_END, ATTR_DIM, "the heap has changed since");
    } else {
        search_walk(&s, at, heap);
        holes(screen, row + 2, &s);
    }
}

/* ---- The list ---- */

static void list_head(struct screen *screen, int row) {
    screen_fill(screen, row, 0, LINE_END, cell(' ', ATTR_DIM));
    screen_text(screen, row, TILE_ADDRESS, LINE_END, ATTR_DIM, "address");
    screen_text(screen, row, TILE_KIND, LINE_END, ATTR_DIM, "what");
    screen_print_right(screen, row, TILE_SIZE_END, ATTR_DIM, "bytes");
    screen_print_right(screen, row, TILE_ASKED_END, ATTR_DIM, "asked");
    screen_print_right(screen, row, TILE_EVENT_END, ATTR_DIM, "event");
    screen_text(screen, row, TILE_CALLER, LINE_END, ATTR_DIM, "by");
    screen_print_right(screen, row, LINE_END, ATTR_DIM, view.pages ? "  u heap" : "  u 4k pages");
}

static void list_line(struct screen *screen, int row, const struct space *space, const struct tile_view *tile,
                      uint32_t newest) {
    bool block = tile->state == TILE_BLOCK;
    uint8_t attribute = chain_touches(SUBJECT_HEAP, space->pid, tile->at) ? ATTR_CHOSEN
                        : tile->seq && tile->seq == newest                ? ATTR_HEADING
                        : block                                           ? ATTR_TEXT
                                                                          : ATTR_DIM;
    screen_fill(screen, row, 0, LINE_END, cell(' ', attribute));
    screen_print(screen, row, TILE_ADDRESS, LINE_END, attribute, "%08X", tile->at.start);
    screen_text(screen, row, TILE_KIND, LINE_END, attribute,
                block ? tile->guard_page ? "block, guard page" : "block" : "hole");
    screen_print_right(screen, row, TILE_SIZE_END, attribute, "%'u", region_size(tile->at));
    if (block) {
        screen_print_right(screen, row, TILE_ASKED_END, attribute, "%'u", tile->asked);
    }
    if (tile->seq) {
        screen_print_right(screen, row, TILE_EVENT_END, attribute, "%'u", tile->seq);
    }
    if (tile->caller) {
        enum { WIDTH = TILE_THREAD - TILE_CALLER - 1 };
        char by[WIDTH + 1];
        screen_text(screen, row, TILE_CALLER, TILE_THREAD, attribute,
                    caller_words(by, WIDTH, space->pid, tile->caller));
    }
    if (block && tile->thread) {
        screen_print(screen, row, TILE_THREAD, LINE_END, attribute, "thread %u", tile->thread);
    }
}

/* The start of the tile `rows` before the one that starts at `address`, or of the first. */
static vaddr_t tile_before(moment_t at, const struct heap *heap, vaddr_t address, int32_t rows) {
    vaddr_t first = heap_range(at, heap).start;
    struct tile_view tile;
    while (rows-- > 0 && address != first && heap_tile(at, heap, address - 1, &tile)) {
        address = tile.at.start;
    }
    return address;
}

static vaddr_t tile_after(moment_t at, const struct heap *heap, vaddr_t address, int32_t rows) {
    struct region range = heap_range(at, heap);
    struct tile_view tile;
    while (rows-- > 0 && heap_tile(at, heap, address, &tile) && tile.at.end != range.end) {
        address = tile.at.end;
    }
    return address;
}

/* Where the list begins: where it was scrolled to, or so that the block of the newest event is in sight. */
static vaddr_t list_top(moment_t at, const struct heap *heap, const struct event *newest) {
    struct region range = heap_range(at, heap);
    struct tile_view tile;
    vaddr_t top = view.top >= range.end ? range.end : range.start;
    if (heap_tile(at, heap, view.top, &tile)) {
        top = tile.at.start;
    }
    if (view.moves < 0) {
        top = tile_before(at, heap, top, -view.moves);
    } else if (view.moves > 0) {
        top = tile_after(at, heap, top, view.moves);
    } else if (newest && newest->seq != view.held && region_has(range, newest->at.start)) {
        vaddr_t end = tile_after(at, heap, top, view.list_rows - 1);
        if (newest->at.start < top || newest->at.start > end) {
            heap_tile(at, heap, newest->at.start, &tile);
            top = tile_before(at, heap, tile.at.start, view.list_rows / 2);
        }
    }
    view.moves = 0;
    /* No empty rows at the end while there are tiles above. */
    vaddr_t lowest = region_empty(range) ? range.end : tile_before(at, heap, range.end, view.list_rows);
    return top < lowest ? top : lowest;
}

static void list(struct screen *screen, const struct viz_status *status, const struct space *space,
                 const struct heap *heap, const struct event *newest) {
    moment_t at = status->moment;
    struct region range = heap_range(at, heap);
    list_head(screen, view.list_row - 1);
    if (view.scrolled) {
        view.held = newest ? newest->seq : 0;
        view.scrolled = false;
    }
    view.top = list_top(at, heap, newest);
    view.pid = space->pid;
    view.first = view.top == range.start;
    vaddr_t address = view.top;
    for (int i = 0; i < view.list_rows; i++) {
        struct tile_view tile;
        int row = view.list_row + i;
        view.row[row] = (struct region){0, 0};
        if (address != range.end && heap_tile(at, heap, address, &tile)) {
            list_line(screen, row, space, &tile, newest ? newest->seq : 0);
            view.row[row] = tile.at;
            address = tile.at.end;
        } else {
            screen_fill(screen, row, 0, LINE_END, cell(' ', ATTR_TEXT));
        }
    }
    view.last = address == range.end;
    if (region_empty(range)) {
        screen_text(screen, view.list_row, TILE_ADDRESS, LINE_END, ATTR_TEXT,
                    in_books(space) ? "the seed keeps the books of this heap: F3 shows them"
                                    : "no block: the next malloc makes the heap");
    }
}

/* ---- The view ---- */

/* In the place of figures and search, for a heap that a regime's table tells of. */
static void seed(struct screen *screen, int row, moment_t at, const struct space *space) {
    char line[SCREEN_COLUMNS + 1];
    panel_clear(screen, row, row + HEAPS_FIGURES_ROWS + HEAPS_SEARCH_ROWS);
    screen_text(screen, row, LABEL_COLUMN, LINE_END, ATTR_TEXT, books_line(space, at, line, sizeof line));
    panel_heading(screen, row + HEAPS_FIGURES_ROWS, "SEARCH",
                  "none: this malloc always takes the next addresses");
}

/* The newest change of this heap up to the moment. */
static const struct event *last_change(moment_t at, const struct space *space, const struct heap *heap) {
    const struct event *e = event_at(event_newest(at));
    for (uint32_t left = LOOK_BACK; left && e; left--, e = event_at(e->seq - 1)) {
        bool tile = e->kind == EV_MALLOC || e->kind == EV_FREE || e->kind == EV_RESIZE;
        if (tile && e->pid == space->pid && e->owner == heap->config.owner) {
            return e;
        }
    }
    return NULL;
}

static void paint(struct screen *screen, const struct viz_status *status, const struct space *space) {
    view.list_rows = 0;
    if (!space) {
        panel_heading(screen, HEAPS_ROW, "HEAP", "");
        screen_text(screen, HEAPS_ROW + 1, MAP_COLUMN, LINE_END, ATTR_TEXT,
                    viz_selected() ? "The chosen process has ended; Tab chooses another."
                                   : "No program has started yet.");
        return;
    }
    const struct heap *heap = view.pages ? &space->pages : &space->heap;
    int map_rows = HEAPS_MAP_ROWS + ((int)screen->rows - SCREEN_ROWS) / 2;
    int row = HEAPS_ROW + 1 + map_rows;
    bool still = !status->running || status->moment != NOW;
    map(screen, status, space, heap, map_rows);
    if (in_books(space)) {
        seed(screen, row, status->moment, space);
    } else {
        figures(screen, row, status->moment, heap);
        search(screen, row + HEAPS_FIGURES_ROWS, status->moment, space, heap);
    }
    view.list_row = row + HEAPS_FIGURES_ROWS + HEAPS_SEARCH_ROWS + 1;
    view.list_rows = layout_body_end(screen) - view.list_row;
    list(screen, status, space, heap, still ? last_change(status->moment, space, heap) : NULL);
}

/* Scrolls by so many rows; false when there is nothing more that way. */
static bool scroll(int32_t rows) {
    if (rows < 0 ? view.first : view.last) {
        return false;
    }
    view.moves += rows;
    view.scrolled = true;
    return true;
}

static bool press(int key) {
    switch (key) {
    case KEY_UP: return scroll(-1);
    case KEY_DOWN: return scroll(1);
    case KEY_PAGE_UP: scroll(-view.list_rows); return true;
    case KEY_PAGE_DOWN: scroll(view.list_rows); return true;
    case KEY_HOME:
    case KEY_END:
        view.top = key == KEY_HOME ? 0 : ~0u;
        view.scrolled = true;
        return true;
    case 'u':
        view.pages = !view.pages;
        view.top = view.held = 0;
        return true;
    default: return false;
    }
}

static bool subject(int row, int column, struct subject *out) {
    (void)column;
    if (row < view.list_row || row >= view.list_row + view.list_rows || region_empty(view.row[row])) {
        return false;
    }
    *out = (struct subject){.kind = SUBJECT_HEAP, .pid = view.pid, .at = view.row[row]};
    return true;
}

static const struct view heap_view = {
    .name = "heap",
    .title = "one heap: its map, its figures, the search just made, every block and hole",
    .key = KEY_F5,
    .paint = paint,
    .press = press,
    .subject = subject,
};
TABLE_ENTRY(views, const struct view, heap_view);
