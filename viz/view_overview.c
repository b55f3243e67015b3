/*
 * The overview: physical memory, the chosen process's page table and heap, and the newest events, on one
 * screen.
 */
#include "mm/memman.h"
#include "mm/paging.h"
#include "mm/policy.h"
#include "mm/regime.h"
#include "viz/bars.h"
#include "viz/books.h"
#include "viz/event_line.h"
#include "viz/layout.h"
#include "viz/map.h"
#include "viz/palette.h"
#include "viz/panel.h"
#include "viz/view.h"
#include "viz/words.h"

/* The numbers of its maps in viz_maps. */
enum { SYSTEM_MAP, ZONE_MAPS, TABLE_MAP = ZONE_MAPS + ZONES, HEAP_MAP };
_Static_assert(HEAP_MAP < MAPS, "every map has a place in viz_maps");

#define SMALLEST_HEAP_SHIFT 4
#define EXIT_LOOK_BACK      4096

/* ---- Physical memory ---- */

/* Where the address of the first row would stand: the name of a part that is shown as a whole; of one that is zoomed letter and
 * address, which leave no room between them. */
static void part_label(struct screen *screen, const struct map_place *painted, struct region whole,
                       enum owner owner, const char *name) {
    int row = painted->row;
    screen_fill(screen, row, LABEL_COLUMN, MAP_COLUMN, cell(' ', ATTR_TEXT));
    if (painted->region.start == whole.start && painted->region.end == whole.end) {
        screen_print(screen, row, LABEL_COLUMN, MAP_COLUMN, ATTR_TEXT, "%c %s", owner_info[owner].letter,
                     name);
    } else {
        bars_swatch(screen, row, LABEL_COLUMN, owner);
        screen_print(screen, row, LABEL_COLUMN + 1, MAP_COLUMN, ATTR_DIM, "%08X", painted->region.start);
    }
}

/* One of the five maps. */
static void part(struct screen *screen, const struct viz_status *status, const struct overview_layout *l,
                 uint32_t index, struct region region, enum owner owner, const char *name) {
    int row = l->part[index], rows = l->part_rows[index];
    struct map_place place = {
        .column = MAP_COLUMN,
        .row = (uint8_t)row,
        .columns = MAP_COLUMNS,
        .rows = (uint8_t)(2 * rows),
        .kind = MAP_FRAMES,
        .shift = map_fit(region_size(region), MAP_COLUMNS * 2 * (uint32_t)rows, PAGE_SHIFT),
        .region = region,
    };
    char text[SCALE_BYTES];
    map_paint(index, &place, status);
    const struct map_place *painted = &viz_maps[index];
    map_addresses(screen, painted);
    part_label(screen, painted, region, owner, name);
    screen_print_right(screen, row, SIDE_SCALE_END, ATTR_DIM, "%4s", map_scale_short(text, painted->shift));
}

static void physical(struct screen *screen, const struct viz_status *status,
                     const struct overview_layout *l) {
    char rest[SCREEN_COLUMNS];
    struct zone_counts counts[ZONES];
    uint32_t free_ranges = 0;
    for (int i = 0; i < ZONES; i++) {
        counts[i] = memman_counts(status->moment, (enum zone)i);
        free_ranges += counts[i].free_ranges;
    }
    uint32_t megabytes = ((zones[ZONE_U].span.end - 1) >> 20) + 1;
    print_line(rest, sizeof rest, "memman  %'u MB, four zones, %'u free range%s", megabytes, free_ranges,
               plural(free_ranges));
    panel_heading(screen, l->physical, "PHYSICAL", rest);
    screen_print_right(screen, l->physical, LINE_END, ATTR_DIM, "1 px  %%");

    part(screen, status, l, SYSTEM_MAP, (struct region){0, zones[ZONE_P].span.start}, OWNER_SYSTEM,
         owner_info[OWNER_SYSTEM].name);
    for (uint32_t i = 0; i < ZONES; i++) {
        const struct zone_info *z = &zones[i];
        part(screen, status, l, ZONE_MAPS + i, z->span, zone_owner[i], z->name);
        panel_percent(screen, l->part[ZONE_MAPS + i], LINE_END, ATTR_TEXT, z->usable - counts[i].free_units,
                      z->usable);
    }
}

/* ---- The chosen process ---- */

static void page_table(struct screen *screen, const struct viz_status *status, const struct space *space,
                       const struct overview_layout *l) {
    const uint32_t pixels = MAP_COLUMNS * 2 * (uint32_t)l->table_rows;
    uint8_t kind;
    struct region range = books_heap(space, status->moment, &kind);
    uint8_t shift = map_fit_calmly(TABLE_MAP, region_size(range), pixels, PAGE_SHIFT);
    struct map_place place = {
        .column = MAP_COLUMN,
        .row = (uint8_t)(l->table + 1),
        .columns = MAP_COLUMNS,
        .rows = (uint8_t)(2 * l->table_rows),
        .kind = MAP_PAGES,
        .shift = shift,
        .pid = space->pid,
        .region = {USER_HEAP, USER_HEAP + (pixels << shift)},
    };
    map_paint(TABLE_MAP, &place, status);
    map_addresses(screen, &viz_maps[TABLE_MAP]);

    char rest[SCREEN_COLUMNS], entries[24], mapped[24];
    const struct region shown = viz_maps[TABLE_MAP].region;
    uint32_t first = shown.start / TABLE_SPAN, last = (shown.end - 1) / TABLE_SPAN;
    bool table = paging_directory_entry(status->moment, space, USER_HEAP) & PG_PRESENT;
    print_line(entries, sizeof entries, first == last ? "entry %u" : "entries %u..%u", first, last);
    print_line(mapped, sizeof mapped, table ? "%'u mapped" : "no table yet", map_mapped(TABLE_MAP));
    print_line(rest, sizeof rest, "pid %u  cr3 %08X  directory %s  %s", space->pid, space->directory, entries,
               mapped);
    panel_heading(screen, l->table, "PAGE TABLE", rest);
    panel_scale(screen, l->table, TABLE_MAP);
}

static void statistics(struct screen *screen, const struct viz_status *status, const struct space *space,
                       int row) {
    struct heap_figures f;
    const struct heap *heap = &space->heap;
    heap_figures(status->moment, heap, &f);
    char blocks[32], free[48], hole[32];
    print_line(blocks, sizeof blocks, "%'u block%s %'u B", f.blocks, plural(f.blocks), f.block_bytes);
    print_line(free, sizeof free, "%'u B free in %'u hole%s", f.hole_bytes, f.holes, plural(f.holes));
    print_line(hole, sizeof hole, "largest %'u B", f.largest_hole);
    screen_fill(screen, row, 0, LINE_END, cell(' ', ATTR_TEXT));
    if (space->regime->books) {
        char line[SCREEN_COLUMNS + 1];
        screen_text(screen, row, LABEL_COLUMN, LINE_END, ATTR_TEXT,
                    books_line(space, status->moment, line, sizeof line));
        return;
    }
    if (region_empty(heap_range(status->moment, heap))) {
        screen_text(screen, row, LABEL_COLUMN, LINE_END, ATTR_TEXT,
                    "no block: the next malloc makes the heap");
        return;
    }
    screen_print(screen, row, LABEL_COLUMN, LINE_END, ATTR_TEXT, "%s   %s   %s", blocks, free, hole);
    screen_print_right(screen, row, LINE_END, ATTR_HEADING, "frag %u %%",
                       panel_fragmentation(f.largest_hole, f.hole_bytes));
}

static void heap_panel(struct screen *screen, const struct viz_status *status, const struct space *space,
                       const struct overview_layout *l) {
    const uint32_t pixels = MAP_COLUMNS * 2 * (uint32_t)l->heap_rows;
    uint8_t kind;
    struct region range = books_heap(space, status->moment, &kind);
    struct map_place place = {
        .column = MAP_COLUMN,
        .row = (uint8_t)(l->heap + 1),
        .columns = MAP_COLUMNS,
        .rows = (uint8_t)(2 * l->heap_rows),
        .kind = kind,
        .shift = map_fit_calmly(HEAP_MAP, region_size(range), pixels, SMALLEST_HEAP_SHIFT),
        .pid = space->pid,
        .region = range,
    };
    map_paint(HEAP_MAP, &place, status);
    map_addresses(screen, &viz_maps[HEAP_MAP]);

    char rest[SCREEN_COLUMNS];
    print_line(rest, sizeof rest, "pid %u %s  vmalloc %08X..%08X  %s", space->pid, space->name, range.start,
               range.end, space->regime->books ? "only grows" : space->heap.config.policy->title);
    panel_heading(screen, l->heap, "HEAP", rest);
    panel_scale(screen, l->heap, HEAP_MAP);
    statistics(screen, status, space, l->statistics);
}

/* How the chosen process ended, as long as the newest part of the ring knows. */
static const struct event *exit_of(uint16_t pid, moment_t moment) {
    const struct event *e = event_at(event_newest(moment));
    for (uint32_t tries = EXIT_LOOK_BACK; e && tries; tries--) {
        if (e->kind == EV_EXIT && e->pid == pid) {
            return e;
        }
        e = event_at(e->seq - 1);
    }
    return NULL;
}

/* Did it start only after that moment? */
static bool starts_later(uint16_t pid, moment_t moment) {
    const struct event *e;
    for (uint32_t seq = event_newest(moment) + 1; (e = event_at(seq)) != NULL; seq++) {
        if (e->kind == EV_SPAWN && e->pid == pid) {
            return true;
        }
    }
    return false;
}

/* What stands in the place of page table and heap when there is no process to show. */
static void nobody(struct screen *screen, const struct viz_status *status, const struct overview_layout *l) {
    panel_heading(screen, l->table, "PAGE TABLE", "");
    panel_heading(screen, l->heap, "HEAP", "");
    if (viz_selected()) {
        screen_print(screen, l->table + 1, MAP_COLUMN, LINE_END, ATTR_TEXT, "pid %u %s has %s.",
                     viz_selected(), viz_selected_name(),
                     starts_later(viz_selected(), status->moment) ? "not started yet" : "ended");
        event_line(screen, l->table + 2, exit_of(viz_selected(), status->moment));
        screen_text(screen, l->heap + 1, MAP_COLUMN, LINE_END, ATTR_DIM, "Tab chooses another process.");
    } else {
        screen_text(screen, l->table + 1, MAP_COLUMN, LINE_END, ATTR_TEXT, "No program has started yet.");
        screen_text(screen, l->heap + 1, MAP_COLUMN, LINE_END, ATTR_DIM,
                    "The first one that starts stands here by itself.");
    }
}

static void paint(struct screen *screen, const struct viz_status *status, const struct space *space) {
    const struct overview_layout l = layout_overview(screen);
    physical(screen, status, &l);
    if (space) {
        page_table(screen, status, space, &l);
        heap_panel(screen, status, space, &l);
    } else {
        nobody(screen, status, &l);
    }
}

static const struct view overview = {
    .name = "overview",
    .title = "physical memory, one process's page table and heap, the newest events",
    .key = KEY_F2,
    .paint = paint,
};
TABLE_ENTRY(views, const struct view, overview);
