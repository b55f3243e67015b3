/*
 * The overview: physical memory, the chosen process's page table and heap, and the newest events, on one
 * screen.
 */
#include "mm/memman.h"
#include "mm/paging.h"
#include "mm/policy.h"
#include "viz/event_line.h"
#include "viz/layout.h"
#include "viz/map.h"
#include "viz/palette.h"
#include "viz/view.h"

/* The numbers of its maps in viz_maps. */
enum { SYSTEM_MAP, ZONE_MAPS, TABLE_MAP = ZONE_MAPS + ZONES, HEAP_MAP };
_Static_assert(HEAP_MAP < MAPS, "every map has a place in viz_maps");

#define SMALLEST_HEAP_SHIFT 4
#define TABLE_SPAN          0x400000u
#define EVENTS_LOOK_BACK    256
#define EXIT_LOOK_BACK      4096

/* A heading, and what follows it in dim letters; the row's right end is its own. */
static void heading(struct screen *screen, int row, const char *title, const char *rest) {
    screen_fill(screen, row, 0, LINE_END, cell(' ', ATTR_TEXT));
    int column = screen_text(screen, row, LABEL_COLUMN, LINE_END, ATTR_HEADING, title);
    screen_text(screen, row, column + 2, LINE_END, ATTR_DIM, rest);
}

static void scale(struct screen *screen, int row, const struct map_place *place) {
    char text[SCALE_BYTES];
    screen_print_right(screen, row, LINE_END, ATTR_DIM, "  1 px = %s", map_scale(text, place->shift));
}

/* ---- Physical memory
 * ----------------------------------------------------------------------------------------------- */

static void physical_map(struct screen *screen, const struct viz_status *status, uint32_t index,
                         struct region region, int row, int rows) {
    uint32_t pixels = MAP_COLUMNS * 2 * (uint32_t)rows;
    struct map_place place = {
        .column = MAP_COLUMN,
        .row = (uint8_t)row,
        .columns = MAP_COLUMNS,
        .rows = (uint8_t)(2 * rows),
        .kind = MAP_FRAMES,
        .shift = map_fit(region_size(region), pixels, PAGE_SHIFT),
        .region = region,
    };
    char text[SCALE_BYTES];
    map_paint(screen, index, &place, status);
    screen_print_right(screen, row, SIDE_SCALE_END, ATTR_DIM, "%4s", map_scale_short(text, place.shift));
}

/* Per cent of the zone's memory that is lent. */
static void used(struct screen *screen, int row, const struct zone_info *z) {
    uint32_t lent = z->usable - z->free_units, whole = z->usable;
    while (lent > 0xFFFFFFFFu / 100) {
        lent >>= 1;
        whole >>= 1;
    }
    uint32_t percent = whole ? lent * 100 / whole : 0;
    if (percent == 0 && lent > 0) {
        screen_print_right(screen, row, LINE_END, ATTR_TEXT, " <1");
    } else {
        screen_print_right(screen, row, LINE_END, ATTR_TEXT, "%3u", percent);
    }
}

static void physical(struct screen *screen, const struct viz_status *status) {
    static const int rows[ZONES] = {KPAGES_ROW, KBYTES_ROW, UBYTES_ROW, UPAGES_ROW};
    char rest[SCREEN_COLUMNS];
    uint32_t free_ranges = 0;
    for (int i = 0; i < ZONES; i++) {
        free_ranges += zones[i].free_ranges;
    }
    uint32_t megabytes = ((zones[ZONE_U].span.end - 1) >> 20) + 1;
    print_line(rest, sizeof rest, "memman  %'u MB, four zones, %'u free range%s", megabytes, free_ranges,
               free_ranges == 1 ? "" : "s");
    heading(screen, PHYSICAL_ROW, "PHYSICAL", rest);
    screen_print_right(screen, PHYSICAL_ROW, LINE_END, ATTR_DIM, "1 px  %%");

    screen_print(screen, SYSTEM_ROW, LABEL_COLUMN, MAP_COLUMN, ATTR_TEXT, "%c %s",
                 owner_info[OWNER_SYSTEM].letter, owner_info[OWNER_SYSTEM].name);
    physical_map(screen, status, SYSTEM_MAP, (struct region){0, zones[ZONE_P].span.start}, SYSTEM_ROW, 1);
    for (int i = 0; i < ZONES; i++) {
        const struct zone_info *z = &zones[i];
        screen_print(screen, rows[i], LABEL_COLUMN, MAP_COLUMN, ATTR_TEXT, "%c %s",
                     owner_info[zone_owner[i]].letter, z->name);
        physical_map(screen, status, ZONE_MAPS + (uint32_t)i, z->span, rows[i],
                     i == ZONE_U ? UPAGES_ROWS : 1);
        used(screen, rows[i], z);
    }
}

/* ---- The chosen process
 * -------------------------------------------------------------------------------------------- */

static void page_table(struct screen *screen, const struct viz_status *status, const struct space *space) {
    const uint32_t pixels = MAP_COLUMNS * 2 * TABLE_ROWS;
    struct region range = heap_range(status->moment, &space->heap);
    uint8_t shift = map_fit_calmly(TABLE_MAP, region_size(range), pixels, PAGE_SHIFT);
    struct map_place place = {
        .column = MAP_COLUMN,
        .row = TABLE_ROW + 1,
        .columns = MAP_COLUMNS,
        .rows = 2 * TABLE_ROWS,
        .kind = MAP_PAGES,
        .shift = shift,
        .pid = space->pid,
        .region = {USER_HEAP, USER_HEAP + (pixels << shift)},
    };
    map_paint(screen, TABLE_MAP, &place, status);
    map_addresses(screen, &place);

    char rest[SCREEN_COLUMNS], entries[24], mapped[24];
    uint32_t first = place.region.start / TABLE_SPAN, last = (place.region.end - 1) / TABLE_SPAN;
    bool table = paging_directory_entry(status->moment, space, USER_HEAP) & PG_PRESENT;
    print_line(entries, sizeof entries, first == last ? "entry %u" : "entries %u..%u", first, last);
    print_line(mapped, sizeof mapped, table ? "%'u mapped" : "no table yet", map_mapped(TABLE_MAP));
    print_line(rest, sizeof rest, "pid %u  cr3 %08X  directory %s  %s", space->pid, space->directory, entries,
               mapped);
    heading(screen, TABLE_ROW, "PAGE TABLE", rest);
    scale(screen, TABLE_ROW, &place);
}

/* 1 - largest hole / free bytes, in per cent. */
static uint32_t fragmentation(uint32_t largest, uint32_t free) {
    while (free > 0xFFFFFFFFu / 100) {
        free >>= 1;
        largest >>= 1;
    }
    return free ? (free - largest) * 100 / free : 0;
}

static void statistics(struct screen *screen, const struct heap *heap) {
    uint32_t holes = heap_holes(heap), largest = heap_largest_hole(heap), bytes = heap_hole_bytes(heap);
    char blocks[32], free[48], hole[32];
    print_line(blocks, sizeof blocks, "%'u block%s %'u B", heap->blocks, heap->blocks == 1 ? "" : "s",
               heap->block_bytes);
    print_line(free, sizeof free, "%'u B free in %'u hole%s", bytes, holes, holes == 1 ? "" : "s");
    print_line(hole, sizeof hole, "largest %'u B", largest);
    screen_fill(screen, STATISTICS_ROW, 0, LINE_END, cell(' ', ATTR_TEXT));
    if (region_empty(heap->range)) {
        screen_text(screen, STATISTICS_ROW, LABEL_COLUMN, LINE_END, ATTR_TEXT,
                    "no block yet: the first malloc makes the heap");
        return;
    }
    screen_print(screen, STATISTICS_ROW, LABEL_COLUMN, LINE_END, ATTR_TEXT, "%s   %s   %s", blocks, free,
                 hole);
    screen_print_right(screen, STATISTICS_ROW, LINE_END, ATTR_HEADING, "frag %u %%",
                       fragmentation(largest, bytes));
}

static void heap_panel(struct screen *screen, const struct viz_status *status, const struct space *space) {
    const uint32_t pixels = MAP_COLUMNS * 2 * HEAP_ROWS;
    struct region range = heap_range(status->moment, &space->heap);
    struct map_place place = {
        .column = MAP_COLUMN,
        .row = HEAP_ROW + 1,
        .columns = MAP_COLUMNS,
        .rows = 2 * HEAP_ROWS,
        .kind = MAP_HEAP,
        .shift = map_fit_calmly(HEAP_MAP, region_size(range), pixels, SMALLEST_HEAP_SHIFT),
        .pid = space->pid,
        .region = range,
    };
    map_paint(screen, HEAP_MAP, &place, status);
    map_addresses(screen, &place);

    char rest[SCREEN_COLUMNS];
    print_line(rest, sizeof rest, "pid %u %s  vmalloc %08X..%08X  %s", space->pid, space->name, range.start,
               range.end, space->heap.config.policy->title);
    heading(screen, HEAP_ROW, "HEAP", rest);
    scale(screen, HEAP_ROW, &place);
    statistics(screen, &space->heap);
}

/* How the chosen process ended, as long as the ring's newest part knows. */
static const struct event *exit_of(uint16_t pid) {
    const struct event *e = event_at(events.next - 1);
    for (uint32_t tries = EXIT_LOOK_BACK; e && tries; tries--) {
        if (e->kind == EV_EXIT && e->pid == pid) {
            return e;
        }
        e = event_at(e->seq - 1);
    }
    return NULL;
}

/* What stands in the place of page table and heap when there is no process to show. */
static void nobody(struct screen *screen) {
    heading(screen, TABLE_ROW, "PAGE TABLE", "");
    heading(screen, HEAP_ROW, "HEAP", "");
    if (viz_selected()) {
        screen_print(screen, TABLE_ROW + 1, MAP_COLUMN, LINE_END, ATTR_TEXT, "pid %u %s has ended.",
                     viz_selected(), viz_selected_name());
        event_line(screen, TABLE_ROW + 2, exit_of(viz_selected()));
        screen_text(screen, HEAP_ROW + 1, MAP_COLUMN, LINE_END, ATTR_DIM, "Tab chooses another process.");
    } else {
        screen_text(screen, TABLE_ROW + 1, MAP_COLUMN, LINE_END, ATTR_TEXT, "No program has started yet.");
        screen_text(screen, HEAP_ROW + 1, MAP_COLUMN, LINE_END, ATTR_DIM,
                    "The first one that starts stands here by itself.");
    }
}

/* ---- Events
 * -------------------------------------------------------------------------------------------------------- */

/* Memman's lending is left to the events view: here the map or malloc that follows tells it. */
static bool worth_a_line(const struct event *e) {
    return e->kind != EV_LEND && e->kind != EV_RETURN;
}

/* The newest event at or before `seq` that is worth a line, or NULL; looks back only so far. */
static const struct event *worthy_before(uint32_t seq) {
    const struct event *e = event_at(seq);
    for (uint32_t tries = EVENTS_LOOK_BACK; e && !worth_a_line(e); tries--) {
        e = tries ? event_at(e->seq - 1) : NULL;
    }
    return e;
}

/* The newest events, newest last. */
static void newest(struct screen *screen, const struct viz_status *status) {
    screen_fill(screen, EVENTS_ROW, 0, LINE_END, cell(' ', ATTR_TEXT));
    int column = screen_text(screen, EVENTS_ROW, LABEL_COLUMN, LINE_END, ATTR_HEADING, "EVENTS");
    if (status->caption) {
        screen_text(screen, EVENTS_ROW, column + 2, LINE_END, ATTR_HEADING, status->caption);
    }
    if (status->missed) {
        screen_print_right(screen, EVENTS_ROW, LINE_END, ATTR_ERROR_TEXT, " ! %'u events missed",
                           status->missed);
    }
    uint32_t seq = status->moment == NOW ? events.next - 1 : status->moment;
    for (int row = EVENTS_ROW + EVENTS_ROWS; row > EVENTS_ROW; row--) {
        const struct event *e = worthy_before(seq);
        event_line(screen, row, e);
        seq = e ? e->seq - 1 : 0;
    }
}

static void paint(struct screen *screen, const struct viz_status *status, const struct space *space) {
    physical(screen, status);
    if (space) {
        page_table(screen, status, space);
        heap_panel(screen, status, space);
    } else {
        nobody(screen);
    }
    newest(screen, status);
}

static const struct view overview = {
    .name = "overview",
    .title = "physical memory, one process's page table and heap, the newest events",
    .key = KEY_F2,
    .paint = paint,
};
TABLE_ENTRY(views, const struct view, overview);
