/*
 * The page tables of the chosen process: the directory's 1,024 entries, the 1,024 of one table, and one of those in
 * words. The processor sets accessed and dirty without an event, so the table shown is read again for each frame.
 * Beside a mark, directory and table show what changed, as maps do.
 */
#include "mm/paging.h"
#include "mm/memman.h"
#include "viz/entry.h"
#include "viz/layout.h"
#include "viz/look.h"
#include "viz/map.h"
#include "viz/marks.h"
#include "viz/palette.h"
#include "viz/panel.h"
#include "viz/view.h"
#include "viz/words.h"

#define ENTRIES PAGING_ENTRIES

/* What is shown, and as it stood when it was painted. */
static struct {
    uint16_t pid;
    bool picked;          /* a key or the cursor chose the table; else it is where the heap lies */
    vaddr_t table;        /* address of the first page it maps */
    bool alone;           /* the table is shown without the directory, in more rows */
    int row;              /* of the table's heading */
    uint32_t first, rows; /* of its entries, and rows of them that are shown */
    uint32_t entry;       /* in words */
    bool settled;         /* `painted` is of this table */
    uint32_t directory[ENTRIES], painted[ENTRIES];
    struct seen part[ENTRIES]; /* of the directory: what is behind each entry */
    uint16_t touched[ENTRIES]; /* milliseconds, cut to 16 bits: read only while it glows */
    bool glows[ENTRIES];
    uint32_t glowing;
} shown;

/* The same at the mark that is compared, as long as process, table and mark stay the same. */
static struct {
    bool on;
    moment_t since;
    uint16_t pid;
    vaddr_t table;
    struct seen part[ENTRIES];
    uint8_t page[ENTRIES];
    uint32_t changed[CHANGES]; /* entries of both */
} then;

/* ---- Which table, which entry ---- */

static void show_table(vaddr_t address) {
    vaddr_t table = round_down(address, TABLE_SPAN);
    if (table != shown.table) {
        shown.settled = false;
        shown.first = 0;
    }
    shown.table = table;
}

/* Scrolls so that the entry is among the rows shown. */
static void show_entry(uint32_t entry) {
    uint32_t visible = shown.rows * MAP_COLUMNS;
    shown.entry = entry;
    if (entry < shown.first || entry >= shown.first + visible) {
        shown.first = round_down(entry, visible);
    }
    shown.first = smaller(shown.first, ENTRIES - visible);
}

/* The directory, unless the table is shown alone, then as many rows of the table as there is room for. */
static void arrange(const struct screen *screen) {
    shown.row = shown.alone ? DIRECTORY_ROW : PAGES_ROW;
    uint32_t room = (uint32_t)(layout_body_end(screen) - shown.row - 1 - ENTRY_ROWS);
    uint32_t rows = smaller(room, ENTRIES / MAP_COLUMNS);
    if (rows != shown.rows) {
        shown.rows = rows;
        show_entry(shown.entry);
    }
}

static bool present(vaddr_t address) {
    return shown.directory[address / TABLE_SPAN] & PG_PRESENT;
}

/* By default the table of the heap, or the first there is of what a program asks for. */
static vaddr_t usual_table(const struct space *space) {
    return present(USER_HEAP) || !present(USER_PAGES) ? present(USER_HEAP) ? USER_HEAP : space->image.start
                                                      : USER_PAGES;
}

/* The linear address the cursor is on, when it is one of this process. */
static bool cursor_address(const struct space *space, vaddr_t *address) {
    const struct subject *subject = &chain_shown()->subject;
    *address = subject->at.start;
    return subject->pid == space->pid && (subject->kind == SUBJECT_PAGES || subject->kind == SUBJECT_HEAP);
}

static void choose(const struct space *space) {
    vaddr_t address;
    if (shown.pid != space->pid) {
        shown.pid = space->pid;
        shown.picked = false;
    }
    bool cursor = cursor_address(space, &address);
    shown.picked |= cursor;
    if (cursor || !shown.picked) {
        show_table(cursor ? address : usual_table(space));
    }
    if (cursor) {
        show_entry(address / PAGE_SIZE % ENTRIES);
    }
}

/* ---- The directory ---- */

/* Behind an entry that is present: the owner of most frames of the 4 MB, and an error before all; of a table in which nothing
 * is mapped its own. */
static struct seen look_behind(const struct space *space, uint32_t entry, moment_t at) {
    uint32_t counts[OWNERS] = {0};
    vaddr_t start = entry * TABLE_SPAN;
    struct seen seen = {0};
    uint8_t best = start < KERNEL_BASE ? OWNER_KPAGE : OWNER_SYSTEM;
    if (start < KERNEL_BASE) {
        paging_count(at, space, (struct region){start, start + TABLE_SPAN}, counts);
    }
    for (int o = 0; o < OWNERS; o++) {
        best = counts[o] && counts[o] >= counts[best] ? (uint8_t)o : best;
    }
    seen_note(&seen, counts);
    seen.owner = best;
    seen.paint = counts[OWNER_FREE] || counts[OWNER_FOREIGN] ? OWNER_FOREIGN : best;
    return seen;
}

/* The directory, and what is behind each of its entries. */
static void read_directory(const struct space *space, moment_t at, uint32_t entries[ENTRIES],
                           struct seen part[ENTRIES]) {
    paging_directory(at, space, entries);
    for (uint32_t i = 0; i < ENTRIES; i++) {
        part[i] = entries[i] & PG_PRESENT ? look_behind(space, i, at) : (struct seen){.paint = OWNER_FREE};
    }
}

static enum change part_change(uint32_t entry) {
    return then.on ? change_between(&then.part[entry], &shown.part[entry]) : SAME;
}

static bool is_shown(uint32_t entry) {
    return entry == shown.table / TABLE_SPAN;
}

static uint8_t directory_colour(uint32_t entry) {
    return then.on                               ? change_colour(part_change(entry), &shown.part[entry])
           : is_shown(entry)                     ? COLOUR_WHITE
           : shown.directory[entry] & PG_PRESENT ? owner_colour[shown.part[entry].paint]
                                                 : COLOUR_UNMAPPED;
}

static int liveliness(uint32_t entry) {
    return part_change(entry) != SAME ? 3 : is_shown(entry) ? 2 : shown.directory[entry] & PG_PRESENT ? 1 : 0;
}

/* Of the two entries of a cell the one that has changed, is shown or is there. */
static uint32_t lively(uint32_t upper) {
    uint32_t lower = upper + MAP_COLUMNS;
    return liveliness(lower) > liveliness(upper) ? lower : upper;
}

static char directory_letter(uint32_t entry) {
    enum change change = part_change(entry);
    return change != SAME                        ? change_letter(change)
           : shown.directory[entry] & PG_PRESENT ? owner_info[shown.part[entry].paint].letter
                                                 : ' ';
}

static cell_t directory_cell(uint32_t upper) {
    if (shown.part[upper].paint == OWNER_FOREIGN || shown.part[upper + MAP_COLUMNS].paint == OWNER_FOREIGN) {
        return cell('!', ATTR_ERROR);
    }
    if (!viz_look.letters) {
        return cell((uint8_t)GLYPH_UPPER_HALF,
                    ATTRIBUTE(directory_colour(upper), directory_colour(upper + MAP_COLUMNS)));
    }
    uint32_t entry = lively(upper);
    return cell((uint8_t)directory_letter(entry), attr_on(directory_colour(entry)));
}

static void directory(struct screen *screen, const struct space *space) {
    char rest[SCREEN_COLUMNS];
    uint32_t tables = 0;
    for (uint32_t i = 0; i < KERNEL_BASE / TABLE_SPAN; i++) {
        tables += shown.directory[i] & PG_PRESENT;
    }
    print_line(rest, sizeof rest, "pid %u %s  cr3 %08X  %u table%s", space->pid, space->name,
               space->directory, tables, plural(tables));
    panel_heading(screen, DIRECTORY_ROW, "DIRECTORY", rest);
    screen_print_right(screen, DIRECTORY_ROW, LINE_END, ATTR_DIM,
                       viz_look.letters ? "  1 cell = 2 entries" : "  1 px = 4 MB");
    for (int row = 0; row < DIRECTORY_ROWS; row++) {
        uint32_t start = (uint32_t)row * 2 * MAP_COLUMNS;
        screen_print(screen, DIRECTORY_ROW + 1 + row, LABEL_COLUMN, MAP_COLUMN, ATTR_DIM, "%08X",
                     start * TABLE_SPAN);
        for (uint32_t column = 0; column < MAP_COLUMNS; column++) {
            screen_put(screen, DIRECTORY_ROW + 1 + row, MAP_COLUMN + (int)column,
                       directory_cell(start + column));
        }
    }
}

/* ---- One table ---- */

/* Marks what differs from the last paint; the newest of it is put in words where no cursor says otherwise. */
static void compare(const uint32_t entries[ENTRIES], const struct viz_status *status, bool cursor) {
    for (uint32_t i = 0; i < ENTRIES; i++) {
        if (entries[i] == shown.painted[i]) {
            continue;
        }
        bool came =
            entries[i] & PG_PRESENT && entries[i] & ~shown.painted[i] & (PG_PRESENT | PG_ACCESSED | PG_DIRTY);
        shown.painted[i] = entries[i];
        if (!shown.settled || status->moment != NOW) {
            shown.glows[i] = false;
        } else if (came) {
            shown.glows[i] = true;
            shown.touched[i] = (uint16_t)status->now;
            if (!cursor) {
                show_entry(i);
            }
        }
    }
    shown.settled = true;
}

/* Ends what has glowed long enough. */
static void age(const struct viz_status *status) {
    shown.glowing = 0;
    for (uint32_t i = 0; i < ENTRIES; i++) {
        bool over = (uint16_t)((uint16_t)status->now - shown.touched[i]) >= GLOW_MS;
        shown.glows[i] = shown.glows[i] && !over && status->glow;
        shown.glowing += shown.glows[i];
    }
}

/* What a pixel of it shows in a map: the owner of the frame, or PAINT_UNMAPPED. */
static uint8_t page_paint(uint32_t entry, moment_t at) {
    enum owner owner = (enum owner)owners_frame(at, entry >> PAGE_SHIFT).owner;
    return !(entry & PG_PRESENT)  ? (uint8_t)PAINT_UNMAPPED
           : entry_foreign(owner) ? OWNER_FOREIGN
                                  : (uint8_t)owner;
}

static enum change page_change(uint32_t i, uint8_t paint) {
    const struct seen before = {.paint = then.page[i]}, now = {.paint = paint};
    return then.on ? change_between(&before, &now) : SAME;
}

/* In letters what changed since the mark; accessed and dirty, of the past unknown; neither: in letters the owner's. */
static char letter(uint32_t i, uint8_t paint, moment_t at) {
    uint32_t entry = shown.painted[i];
    enum change change = page_change(i, paint);
    if (viz_look.letters && change != SAME) {
        return change_letter(change);
    }
    char none = viz_look.letters ? map_letter(paint) : ' ';
    return !(entry & PG_PRESENT) ? ' '
           : at != NOW           ? '?'
           : entry & PG_DIRTY    ? 'D'
           : entry & PG_ACCESSED ? 'A'
                                 : none;
}

static uint8_t entry_colour(uint32_t i, uint8_t paint) {
    const struct seen now = {.paint = paint, .owner = paint};
    return then.on                   ? change_colour(page_change(i, paint), &now)
           : shown.glows[i]          ? COLOUR_WHITE
           : paint == PAINT_UNMAPPED ? COLOUR_UNMAPPED
                                     : owner_colour[paint];
}

static cell_t entry_cell(const struct space *space, uint32_t i, moment_t at) {
    vaddr_t page = shown.table + i * PAGE_SIZE;
    uint8_t paint = page_paint(shown.painted[i], at);
    if (paint == OWNER_FOREIGN) {
        return cell('!', ATTR_ERROR);
    }
    bool chosen = chain_touches(SUBJECT_PAGES, space->pid, (struct region){page, page + PAGE_SIZE});
    return cell((uint8_t)letter(i, paint, at), chosen ? ATTR_CHOSEN : attr_on(entry_colour(i, paint)));
}

static bool has_table(void) {
    return (shown.directory[shown.table / TABLE_SPAN] & (PG_PRESENT | PG_LARGE)) == PG_PRESENT;
}

static void table_heading(struct screen *screen, moment_t at) {
    char rest[SCREEN_COLUMNS], part[32] = "";
    uint32_t mapped = 0, accessed = 0, dirty = 0, visible = shown.rows * MAP_COLUMNS;
    for (uint32_t i = 0; i < ENTRIES; i++) {
        uint32_t entry = shown.painted[i] & PG_PRESENT ? shown.painted[i] : 0;
        mapped += entry & PG_PRESENT;
        accessed += (entry & PG_ACCESSED) != 0;
        dirty += (entry & PG_DIRTY) != 0;
    }
    if (shown.directory[shown.table / TABLE_SPAN] & PG_LARGE) {
        print_line(rest, sizeof rest, "entry %u  one 4 MB page of the kernel, no table",
                   shown.table / TABLE_SPAN);
    } else if (!present(shown.table)) {
        print_line(rest, sizeof rest, "entry %u  not present: no table, nothing of these 4 MB is mapped",
                   shown.table / TABLE_SPAN);
    } else if (at != NOW) {
        print_line(rest, sizeof rest, "entry %u  %u mapped, A D unknown", shown.table / TABLE_SPAN, mapped);
    } else {
        print_line(rest, sizeof rest, "entry %u  %u mapped, %u A, %u D", shown.table / TABLE_SPAN, mapped,
                   accessed, dirty);
    }
    panel_heading(screen, shown.row, "PAGE TABLE", rest);
    if (!has_table()) {
        return;
    }
    if (visible < ENTRIES) {
        print_line(part, sizeof part, " PgDn %u-%u ", shown.first, shown.first + visible - 1);
    }
    screen_print_right(screen, shown.row, LINE_END, ATTR_DIM, "%s 1 cell = 4 KB", part);
}

static void table(struct screen *screen, const struct space *space, moment_t at) {
    table_heading(screen, at);
    for (uint32_t row = 0; row < shown.rows; row++) {
        uint32_t first = shown.first + row * MAP_COLUMNS;
        screen_print(screen, shown.row + 1 + (int)row, LABEL_COLUMN, MAP_COLUMN, ATTR_DIM, "%08X",
                     shown.table + first * PAGE_SIZE);
        for (uint32_t i = 0; i < MAP_COLUMNS; i++) {
            screen_put(screen, shown.row + 1 + (int)row, MAP_COLUMN + (int)i,
                       entry_cell(space, first + i, at));
        }
    }
}

/* ---- One entry in words ---- */

/* Where there is no table its entry in the directory is put in words instead of one of the table's. */
static void entry_words(struct screen *screen, int row, const struct space *space, moment_t at) {
    panel_clear(screen, row, row + ENTRY_ROWS);
    if (has_table()) {
        entry_of_table(screen, row, space, shown.table + shown.entry * PAGE_SIZE, shown.painted[shown.entry],
                       at);
    } else {
        entry_of_directory(screen, row, shown.table, shown.directory[shown.table / TABLE_SPAN], at);
    }
}

/* ---- Beside a mark ---- */

static void look_then(void *context, moment_t since) {
    static uint32_t entries[ENTRIES];
    const struct space *space = space_at(since, then.pid);
    (void)context;
    __builtin_memset(then.part, OWNER_FREE, sizeof then.part);
    __builtin_memset(then.page, OWNER_FREE, sizeof then.page);
    if (!space) {
        return;
    }
    read_directory(space, since, entries, then.part);
    paging_table(since, space, then.table, entries);
    for (uint32_t i = 0; i < ENTRIES; i++) {
        then.page[i] = page_paint(entries[i], since);
    }
}

/* Knows how it was at the mark, if there is one, and counts what is otherwise now. */
static void look_back(const struct viz_status *status) {
    bool same = then.since == status->since && then.pid == shown.pid && then.table == shown.table;
    if (status->since == NOW) {
        then.on = false;
    } else if (!then.on || !same) {
        then.since = status->since;
        then.pid = shown.pid;
        then.table = shown.table;
        then.on = marks_then(status, look_then, NULL);
    }
    __builtin_memset(then.changed, 0, sizeof then.changed);
    for (uint32_t i = 0; then.on && i < ENTRIES; i++) {
        then.changed[part_change(i)]++;
        then.changed[page_change(i, page_paint(shown.painted[i], status->moment))]++;
    }
}

static void changed(uint32_t pixels[CHANGES]) {
    for (int c = 0; c < CHANGES; c++) {
        pixels[c] += then.changed[c];
    }
}

/* ---- The view ---- */

static void nobody(struct screen *screen) {
    panel_clear(screen, BODY_ROW, layout_body_end(screen));
    panel_heading(screen, DIRECTORY_ROW, "DIRECTORY", "");
    if (viz_selected()) {
        screen_print(screen, DIRECTORY_ROW + 1, MAP_COLUMN, LINE_END, ATTR_TEXT, "pid %u %s has ended.",
                     viz_selected(), viz_selected_name());
    } else {
        screen_text(screen, DIRECTORY_ROW + 1, MAP_COLUMN, LINE_END, ATTR_TEXT,
                    "No program has started yet.");
    }
}

static void paint(struct screen *screen, const struct viz_status *status, const struct space *space) {
    static uint32_t entries[ENTRIES];
    vaddr_t cursor;
    arrange(screen);
    if (!space) {
        shown.pid = 0;
        __builtin_memset(then.changed, 0, sizeof then.changed);
        nobody(screen);
        return;
    }
    read_directory(space, status->moment, shown.directory, shown.part);
    choose(space);
    paging_table(status->moment, space, shown.table, entries);
    bool settled = shown.settled;
    compare(entries, status, cursor_address(space, &cursor));
    for (uint32_t i = 0; !settled && i < ENTRIES; i++) { /* another table: its first page in words */
        if (entries[i] & PG_PRESENT && !cursor_address(space, &cursor)) {
            show_entry(i);
            break;
        }
    }
    age(status);
    look_back(status);
    if (!shown.alone) {
        directory(screen, space);
    }
    table(screen, space, status->moment);
    int row = shown.row + 1 + (int)shown.rows;
    entry_words(screen, row, space, status->moment);
    panel_clear(screen, row + ENTRY_ROWS, layout_body_end(screen));
}

static bool stirs(const struct viz_status *status, const struct space *space) {
    if (!space || space->pid != shown.pid || status->moment != NOW) {
        return false;
    }
    return shown.glowing || !paging_table_is(space, shown.table, shown.painted);
}

/* The next table there is, in steps of one; it stays when there is none. */
static void turn(int step) {
    uint32_t now = shown.table / TABLE_SPAN;
    for (uint32_t n = now + (uint32_t)step; n < ENTRIES; n += (uint32_t)step) {
        if (shown.directory[n] & PG_PRESENT) {
            show_table(n * TABLE_SPAN);
            shown.picked = true;
            return;
        }
    }
}

/* Closer is the table alone. */
static void zoom(int steps) {
    shown.alone = steps < 0;
}

static bool press(int key) {
    uint32_t visible = shown.rows * MAP_COLUMNS, first = shown.first;
    switch (key) {
    case KEY_UP: shown.first -= first ? MAP_COLUMNS : 0; return first > 0;
    case KEY_DOWN: shown.first += first + visible < ENTRIES ? MAP_COLUMNS : 0; return first != shown.first;
    case KEY_PAGE_UP:
    case KEY_HOME:
        if (first == 0 || key == KEY_HOME) {
            turn(-1);
        } else {
            shown.first = first > visible ? first - visible : 0;
        }
        return true;
    case KEY_PAGE_DOWN:
    case KEY_END:
        if (first + visible >= ENTRIES || key == KEY_END) {
            turn(1);
        } else {
            shown.first = first + 2 * visible <= ENTRIES ? first + visible : ENTRIES - visible;
        }
        return true;
    default: return false;
    }
}

static bool subject(int row, int column, struct subject *out) {
    uint32_t x = (uint32_t)(column - MAP_COLUMN);
    if (x >= MAP_COLUMNS || !shown.pid) {
        return false;
    }
    *out = (struct subject){.kind = SUBJECT_PAGES, .pid = shown.pid};
    if (row > DIRECTORY_ROW && row < shown.row) {
        out->at.start = lively((uint32_t)(row - DIRECTORY_ROW - 1) * 2 * MAP_COLUMNS + x) * TABLE_SPAN;
    } else if (row > shown.row && row <= shown.row + (int)shown.rows) {
        uint32_t entry = shown.first + (uint32_t)(row - shown.row - 1) * MAP_COLUMNS + x;
        out->at.start = shown.table + entry * PAGE_SIZE;
    } else {
        return false;
    }
    out->at.end = out->at.start + PAGE_SIZE;
    return true;
}

static const struct view pages = {
    .name = "pages",
    .title = "one process's page directory, one of its tables, one entry bit by bit",
    .key = KEY_F4,
    .paint = paint,
    .press = press,
    .zoom = zoom,
    .changed = changed,
    .stirs = stirs,
    .subject = subject,
};
TABLE_ENTRY(views, const struct view, pages);
