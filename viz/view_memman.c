/*
 * memman: the whole machine as one map, the four zones between their walls, and the free ranges with where each
 * came from. Where a regime keeps a table of its own, and one of its processes is chosen or would be started, that table
 * (viz/books.h).
 */
#include "mm/memman.h"
#include "mm/regime.h"
#include "viz/bars.h"
#include "viz/books.h"
#include "viz/layout.h"
#include "viz/map.h"
#include "viz/palette.h"
#include "viz/panel.h"
#include "viz/view.h"
#include "viz/words.h"

enum { MACHINE_MAP };

/* In the past a zone's largest free range is found by walking them: not beyond so many. */
#define LARGEST_WALK 256

/* The list of free ranges: where it begins, and what stood on the screen last. */
static struct {
    paddr_t top;
    moment_t moment;
    int row;        /* of the first */
    uint32_t shown; /* rows */
    uint32_t rows;  /* that there is room for */
    struct region range[SCREEN_ROWS_MOST];
    bool more; /* ranges follow */
} list;

static const struct books *books; /* a regime's own table is shown */

/* ---- The machine and its zones ---- */

static uint32_t map_rows(const struct screen *screen) {
    return screen->rows > SCREEN_ROWS ? 2 * MEMMAN_MAP_ROWS : MEMMAN_MAP_ROWS;
}

static void machine(struct screen *screen, const struct viz_status *status) {
    struct region whole = {0, zones[ZONE_U].span.end};
    uint32_t rows = map_rows(screen);
    struct map_place place = {
        .column = MAP_COLUMN,
        .row = MEMMAN_MAP_ROW,
        .columns = MAP_COLUMNS,
        .rows = (uint8_t)(2 * rows),
        .kind = MAP_FRAMES,
        .shift = map_fit(region_size(whole), MAP_COLUMNS * 2 * rows, PAGE_SHIFT),
        .region = whole,
    };
    char rest[SCREEN_COLUMNS];
    map_paint(MACHINE_MAP, &place, status);
    map_addresses(screen, &viz_maps[MACHINE_MAP]);
    print_line(rest, sizeof rest, "all of memory, %'u MB: the system, then four zones",
               ((whole.end - 1) >> 20) + 1);
    panel_heading(screen, MEMMAN_ROW, "MEMMAN", rest);
    panel_scale(screen, MEMMAN_ROW, MACHINE_MAP);
}

/* False when nobody knows. */
static bool largest_free(moment_t at, enum zone zone, uint32_t *bytes) {
    struct range range;
    *bytes = memman_largest(zone);
    if (at == NOW) {
        return true;
    }
    *bytes = 0;
    if (memman_counts(at, zone).free_ranges > LARGEST_WALK) {
        return false;
    }
    for (paddr_t a = zones[zone].span.start; memman_next_free(at, zone, a, &range); a = range.at.end) {
        *bytes = region_size(range.at) > *bytes ? region_size(range.at) : *bytes;
    }
    return true;
}

static void zone_line(struct screen *screen, int row, enum zone zone, moment_t at) {
    const struct zone_info *z = &zones[zone];
    struct zone_counts counts = memman_counts(at, zone);
    uint32_t usable = z->usable << z->unit_shift, free = counts.free_units << z->unit_shift, most;
    bool lit = chain_shown()->has_range && chain_shown()->zone == zone;
    uint8_t attribute = lit ? ATTR_CHOSEN : ATTR_TEXT;
    screen_fill(screen, row, 0, LINE_END, cell(' ', attribute));
    bars_swatch(screen, row, ZONE_MARK, zone_owner[zone]);
    screen_text(screen, row, ZONE_NAME, ZONE_FROM, attribute, z->name);
    screen_print(screen, row, ZONE_FROM, LINE_END, attribute, "%08X %08X", z->span.start, z->span.end);
    screen_print_right(screen, row, ZONE_USABLE_END, attribute, "%'u", usable >> 10);
    screen_print_right(screen, row, ZONE_LENT_END, attribute, "%'u", panel_kilobytes(usable - free));
    panel_percent(screen, row, ZONE_PERCENT_END, attribute, usable - free, usable);
    screen_print_right(screen, row, ZONE_FREE_END, attribute, "%'u", free >> 10);
    screen_print_right(screen, row, ZONE_RANGES_END, attribute, "%'u", counts.free_ranges);
    if (largest_free(at, zone, &most)) {
        screen_print_right(screen, row, LINE_END, attribute, "%'u", most >> 10);
    } else {
        screen_print_right(screen, row, LINE_END, attribute, "unknown");
    }
}

static int zone_table(struct screen *screen, int row, moment_t at) {
    screen_fill(screen, row, 0, LINE_END, cell(' ', ATTR_TEXT));
    screen_text(screen, row, 0, LINE_END, ATTR_HEADING, "ZONES");
    screen_text(screen, row, ZONE_FROM, LINE_END, ATTR_DIM, "from     wall");
    screen_print_right(screen, row, ZONE_USABLE_END, ATTR_DIM, "usable KB");
    screen_print_right(screen, row, ZONE_LENT_END, ATTR_DIM, "lent KB");
    screen_print_right(screen, row, ZONE_PERCENT_END, ATTR_DIM, "%%");
    screen_print_right(screen, row, ZONE_FREE_END, ATTR_DIM, "free KB");
    screen_print_right(screen, row, ZONE_RANGES_END, ATTR_DIM, "in ranges");
    screen_print_right(screen, row, LINE_END, ATTR_DIM, "largest");
    for (int z = 0; z < ZONES; z++) {
        zone_line(screen, ++row, (enum zone)z, at);
    }
    return row + 1;
}

/* ---- The free ranges ---- */

/* The first that starts at or after `from` in any zone; zones stand in the order of their addresses. */
static bool range_from(paddr_t from, struct range *out) {
    for (int z = 0; z < ZONES; z++) {
        if (memman_next_free(list.moment, (enum zone)z, from, out)) {
            return true;
        }
    }
    return false;
}

static bool range_before(paddr_t before, struct range *out) {
    for (int z = ZONES - 1; z >= 0; z--) {
        if (memman_last_free(list.moment, (enum zone)z, before, out)) {
            return true;
        }
    }
    return false;
}

static void scroll_back(uint32_t rows) {
    struct range range;
    while (rows-- && range_before(list.top, &range)) {
        list.top = range.at.start;
    }
}

static void scroll_on(uint32_t rows) {
    struct range range;
    while (list.more && rows-- && range_from(list.top, &range) && range.at.end) {
        list.top = range.at.end;
    }
}

/* Who gave it back, and what that was. */
static void came_from(struct screen *screen, int row, uint8_t attribute, uint32_t origin) {
    static const char *const what[OWNERS] = {
        [OWNER_KPAGE] = "kernel pages", [OWNER_KBYTE] = "kernel bytes", [OWNER_UBYTE] = "book-keeping",
        [OWNER_UPAGE] = "4k pages",     [OWNER_HEAP] = "heap pages",    [OWNER_STACK] = "a stack",
        [OWNER_IMAGE] = "its image",
    };
    const struct event *e = event_at(origin);
    if (!origin) {
        screen_text(screen, row, RANGE_FROM, LINE_END, attribute, "boot");
        return;
    }
    uint8_t dim = attribute == ATTR_TEXT ? ATTR_DIM : attribute;
    screen_print_right(screen, row, RANGE_EVENT_END, dim, "%u", origin);
    if (!e) {
        screen_text(screen, row, RANGE_FROM, LINE_END, dim, "given back before the events begin");
        return;
    }
    int column = RANGE_FROM;
    const char *name = event_actor(e);
    if (e->pid) {
        column =
            screen_print(screen, row, column, LINE_END, attribute, *name ? "%u %s" : "pid %u", e->pid, name);
    } else {
        column = screen_text(screen, row, column, LINE_END, attribute, name);
    }
    column = screen_text(screen, row, column, LINE_END, attribute, " gave back ");
    screen_text(screen, row, column, LINE_END,
                attribute == ATTR_TEXT ? attr_owner_text((enum owner)e->owner) : attribute,
                what[e->owner] ? what[e->owner] : owner_info[e->owner].name);
}

static void range_line(struct screen *screen, int row, const struct range *range) {
    bool lit = chain_touches(SUBJECT_FRAMES, 0, range->at);
    uint8_t attribute = lit ? ATTR_CHOSEN : ATTR_TEXT;
    enum zone zone = memman_zone(range->at.start);
    screen_fill(screen, row, 0, LINE_END, cell(' ', attribute));
    screen_print(screen, row, 0, LINE_END, attribute, "%08X", range->at.start);
    screen_print_right(screen, row, RANGE_SIZE_END, attribute, "%'u", region_size(range->at));
    bars_swatch(screen, row, RANGE_ZONE, zone_owner[zone]);
    screen_text(screen, row, RANGE_ZONE + 2, LINE_END, attribute, zones[zone].name);
    came_from(screen, row, attribute, range->origin);
}

static void range_head(struct screen *screen, int row, uint32_t total) {
    screen_fill(screen, row, 0, LINE_END, cell(' ', ATTR_TEXT));
    screen_text(screen, row, 0, LINE_END, ATTR_HEADING, "FREE RANGES");
    screen_print_right(screen, row, RANGE_SIZE_END, ATTR_DIM, "bytes");
    screen_text(screen, row, RANGE_ZONE, LINE_END, ATTR_DIM, "zone");
    screen_print_right(screen, row, RANGE_EVENT_END, ATTR_DIM, "event");
    screen_text(screen, row, RANGE_FROM, LINE_END, ATTR_DIM, "came from");
    if (list.shown < total) {
        screen_print_right(screen, row, LINE_END, ATTR_DIM, "%'u of %'u  PgUp PgDn", list.shown, total);
    }
}

static void ranges(struct screen *screen, int row, int end, moment_t at) {
    struct range range;
    uint32_t total = 0;
    list.moment = at;
    list.row = row + 1;
    list.rows = (uint32_t)(end - list.row);
    for (int z = 0; z < ZONES; z++) {
        total += memman_counts(at, (enum zone)z).free_ranges;
    }
    /* Where ranges went away, those before them fill the page. */
    paddr_t next = list.top;
    uint32_t count = 0;
    for (; count < list.rows && (next || !count) && range_from(next, &range); next = range.at.end) {
        count++;
    }
    scroll_back(list.rows - count);

    next = list.top;
    for (list.shown = 0; list.shown < list.rows && (next || !list.shown) && range_from(next, &range);) {
        range_line(screen, list.row + (int)list.shown, &range);
        list.range[list.shown++] = range.at;
        next = range.at.end;
    }
    list.more = next && range_from(next, &range);
    range_head(screen, row, total);
    panel_clear(screen, list.row + (int)list.shown, end);
}

/* ---- The view ---- */

/* The table of the chosen process's regime, also after its end; else of the regime that programs are started under. */
static const struct books *books_shown(const struct viz_status *status) {
    const char *chosen = viz_selected_regime();
    const struct regime *its = chosen ? regime_find(chosen) : NULL, *current = regime_find(status->regime);
    return its && its->books ? its->books : current ? current->books : NULL;
}

static void paint(struct screen *screen, const struct viz_status *status, const struct space *space) {
    books = books_shown(status);
    if (books) {
        books_paint(screen, status, space, books);
        return;
    }
    machine(screen, status);
    int row = zone_table(screen, MEMMAN_MAP_ROW + (int)map_rows(screen), status->moment);
    ranges(screen, row, layout_body_end(screen), status->moment);
}

static bool press(int key) {
    if (books) {
        return books_press(key);
    }
    paddr_t top = list.top;
    switch (key) {
    case KEY_UP: scroll_back(1); break;
    case KEY_DOWN: scroll_on(1); break;
    case KEY_PAGE_UP: scroll_back(list.rows); break;
    case KEY_PAGE_DOWN: scroll_on(list.rows); break;
    case KEY_HOME: list.top = 0; break;
    case KEY_END:
        list.top = zones[ZONE_U].span.end;
        scroll_back(list.rows);
        break;
    default: return false;
    }
    return list.top != top;
}

static bool subject(int row, int column, struct subject *out) {
    if (books) {
        return books_subject(row, column, out);
    }
    if (row < list.row || row - list.row >= (int)list.shown) {
        return false;
    }
    *out = (struct subject){.kind = SUBJECT_FRAMES, .at = list.range[row - list.row]};
    return true;
}

static const struct view view_memman = {
    .name = "memman",
    .title = "physical memory: the zones, and each free range with where it came from",
    .key = KEY_F3,
    .paint = paint,
    .press = press,
    .subject = subject,
};
TABLE_ENTRY(views, const struct view, view_memman);
