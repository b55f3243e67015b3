/*
 * The inspector: four rows of words about the cursor's chain.
 */
#include "viz/inspect.h"

#include "mm/events.h"
#include "mm/paging.h"
#include "mm/space.h"
#include "viz/chain.h"
#include "viz/event_line.h"
#include "viz/layout.h"
#include "viz/map.h"
#include "viz/palette.h"
#include "viz/words.h"

/* Where the next words go. */
struct line {
    struct screen *screen;
    moment_t at;
    int row, column;
};

#define PUT(line, attribute, ...)                                                                            \
    ((line)->column =                                                                                        \
         screen_print((line)->screen, (line)->row, (line)->column, LINE_END, attribute, __VA_ARGS__))

static struct line begin(struct screen *screen, int row, moment_t at) {
    screen_fill(screen, row, 0, LINE_END, cell(' ', ATTR_TEXT));
    return (struct line){screen, at, row, LABEL_COLUMN};
}

static void put_region(struct line *line, struct region r) {
    PUT(line, ATTR_HEADING, "%08X..%08X", r.start, r.end);
    PUT(line, ATTR_TEXT, "  %'u B", region_size(r));
}

static void put_process(struct line *line, uint16_t pid) {
    const struct space *space = space_at(line->at, pid);
    if (pid) {
        PUT(line, ATTR_TEXT, " of pid %u %s", pid, space ? space->name : "");
    }
}

/* A link of the chain, in its owner's colour. */
static void put_link(struct line *line, enum owner owner, const char *text) {
    PUT(line, ATTR_DIM, line->column > 2 ? " <- " : "");
    PUT(line, attr_owner_text(owner), "%s", text);
}

/* ---- What it is ---- */

static void put_swatch(struct line *line, uint8_t paint, uint8_t attribute) {
    screen_put(line->screen, line->row, line->column, cell((uint8_t)map_letter(paint), attribute));
    line->column += 2;
}

static void what_tile(struct line *line, const struct chain *chain) {
    const struct tile_view *tile = &chain->tile;
    bool block = tile->state == TILE_BLOCK;
    PUT(line, ATTR_TEXT, block ? "block " : "hole ");
    put_region(line, tile->at);
    if (block) {
        PUT(line, ATTR_TEXT, " (%'u asked)", tile->asked);
    }
    put_process(line, chain->pid);
    if (block && tile->thread) {
        PUT(line, ATTR_TEXT, " thread %u", tile->thread);
    }
}

static bool in_byte_zone(const struct chain *chain) {
    return chain->has_range && zones[chain->zone].unit_shift < PAGE_SHIFT;
}

static void what_frame(struct line *line, const struct chain *chain) {
    uint32_t start = round_down(chain->subject.at.start, PAGE_SIZE);
    if (in_byte_zone(chain)) {
        const struct range *range = &chain->range;
        PUT(line, ATTR_TEXT, range->state == RANGE_LENT ? "range " : "free range ");
        put_region(line, range->at);
        if (range->state == RANGE_LENT) {
            PUT(line, ATTR_TEXT, " (%'u asked)", range->asked);
        }
    } else {
        PUT(line, ATTR_TEXT, chain->owner == OWNER_FREE ? "free frame " : "frame ");
        put_region(line, (struct region){start, start + PAGE_SIZE});
    }
    put_process(line, chain->pid);
}

static void what_page(struct line *line, const struct chain *chain) {
    const struct space *space = space_at(line->at, chain->pid);
    PUT(line, ATTR_TEXT, chain->entry & PG_PRESENT ? "page " : "unmapped page ");
    put_region(line, chain->pages);
    put_process(line, chain->pid);
    if (space) {
        PUT(line, ATTR_TEXT, ": %s", space_place(space, chain->pages.start));
    }
}

static void what_process(struct line *line, uint16_t pid) {
    const struct space *space = space_at(line->at, pid);
    PUT(line, ATTR_HEADING, "pid %u %s", pid, space ? space->name : "has ended");
    for (int o = OWNER_KPAGE; space && o < OWNERS; o++) {
        if (space->frames[o]) {
            PUT(line, attr_owner_text((enum owner)o), "  %'u %s", space->frames[o], owner_info[o].name);
        }
    }
    PUT(line, ATTR_TEXT, space ? " frames" : "");
}

static void what(struct screen *screen, int row, const struct chain *chain, moment_t moment) {
    struct line line = begin(screen, row, moment);
    switch (chain->subject.kind) {
    case SUBJECT_EVENT: event_line(screen, row, event_at(chain->subject.seq)); return;
    case SUBJECT_PROCESS: what_process(&line, chain->pid); return;
    default: break;
    }
    bool page = chain->subject.kind == SUBJECT_PAGES || chain->subject.kind == SUBJECT_HEAP;
    if (page && !chain->has_tile && !(chain->entry & PG_PRESENT)) {
        put_swatch(&line, PAINT_UNMAPPED, attr_on(COLOUR_UNMAPPED));
    } else if (chain->has_tile || chain->runs) {
        put_swatch(&line, (uint8_t)chain->owner, attr_owner(chain->owner));
    }
    if (chain->has_tile) {
        what_tile(&line, chain);
    } else if (chain->subject.kind == SUBJECT_FRAMES) {
        what_frame(&line, chain);
    } else if (page && !region_empty(chain->pages)) {
        what_page(&line, chain);
    } else {
        PUT(&line, ATTR_DIM, "Nothing that anybody owns. Arrows and mouse move, Esc puts the cursor away.");
    }
}

/* ---- Who lends it to whom ---- */

static void owners_line(struct screen *screen, int row, const struct chain *chain, moment_t moment) {
    struct line line = begin(screen, row, moment);
    char text[SCREEN_COLUMNS];
    line.column = 2;
    if (chain->has_tile) {
        put_link(&line, chain->owner, chain->tile.state == TILE_BLOCK ? "block" : "hole");
    }
    enum owner last = in_byte_zone(chain)                                  ? chain->owner
                      : chain->runs                                        ? chain->owner
                      : chain->has_tile && chain->tile.state == TILE_BLOCK ? chain->owner
                                                                           : OWNER_FREE;
    bool lent_on = owner_info[last].lender != last;
    if (lent_on || chain->has_tile) {
        enum owner owner = chain->has_tile && last == OWNER_FREE ? OWNER_HEAP : last;
        put_link(&line, owner,
                 print_line(text, sizeof text, "%s of pid %u", owner_info[owner].name, chain->pid));
    }
    if (chain->runs && !in_byte_zone(chain)) {
        put_link(&line, last, print_line(text, sizeof text, "frame %08X", chain->frames[0].start));
        uint32_t frames = 0;
        for (uint32_t i = 0; i < chain->runs; i++) {
            frames += region_size(chain->frames[i]) >> PAGE_SHIFT;
        }
        if (frames > 1) {
            PUT(&line, ATTR_DIM, " and %'u more%s", frames - 1, chain->more ? " at least" : "");
        }
    }
    if (chain->zone < ZONES) {
        print_line(text, sizeof text, "zone %s", zones[chain->zone].name);
        put_link(&line, zone_owner[chain->zone], text);
    } else if (chain->owner == OWNER_SYSTEM) {
        put_link(&line, OWNER_SYSTEM, owner_info[OWNER_SYSTEM].title);
    }
}

/* ---- Its pages ---- */

static void pages_line(struct screen *screen, int row, const struct chain *chain, moment_t moment) {
    static const struct {
        uint32_t bit;
        char letter;
    } bits[] = {{PG_PRESENT, 'P'}, {PG_WRITE, 'W'}, {PG_USER, 'U'}, {PG_ACCESSED, 'A'}, {PG_DIRTY, 'D'}};
    struct line line = begin(screen, row, moment);
    line.column = 2;
    if (region_empty(chain->pages)) {
        return;
    }
    uint32_t count = region_size(chain->pages) >> PAGE_SHIFT, entries = moment == NOW ? 5 : 3;
    PUT(&line, ATTR_TEXT, "page %08X", chain->pages.start);
    if (count > 1) {
        PUT(&line, ATTR_DIM, " and %'u more", count - 1);
    }
    if (!(chain->entry & PG_PRESENT)) {
        PUT(&line, ATTR_TEXT, "  not mapped");
        return;
    }
    PUT(&line, ATTR_TEXT, "  entry %u of table %u: %08X ", chain->pages.start >> PAGE_SHIFT & 1023,
        chain->pages.start >> 22, chain->entry);
    for (uint32_t i = 0; i < entries; i++) {
        bool set = chain->entry & bits[i].bit;
        PUT(&line, set ? ATTR_HEADING : ATTR_DIM, " %c", set ? bits[i].letter : '-');
    }
    PUT(&line, ATTR_DIM, entries < 5 ? "  A D unknown" : "");
}

/* ---- Who asked for it, when ---- */

static uint32_t now_of(const struct viz_status *status) {
    const struct event *e = status->moment == NOW ? NULL : event_at(status->moment);
    return e ? e->time : status->now;
}

static void put_age(struct line *line, uint32_t seq, const struct viz_status *status) {
    uint32_t newest = event_newest(status->moment);
    const struct event *e = event_at(seq);
    PUT(line, ATTR_TEXT, "  event %'u, %'u ago", seq, newest - seq);
    if (e) {
        uint32_t tenths = (now_of(status) - e->time) / 100;
        PUT(line, ATTR_TEXT, ", %'u.%u s", tenths / 10, tenths % 10);
    } else {
        PUT(line, ATTR_DIM, ", no longer in the ring");
    }
}

static void who(struct screen *screen, int row, const struct chain *chain, const struct viz_status *status) {
    struct line line = begin(screen, row, status->moment);
    const struct event *e = event_at(chain->seq);
    uint32_t caller = chain->caller ? chain->caller : e ? e->caller : 0;
    uint16_t pid = e && e->pid ? e->pid : chain->pid;
    char by[CALLER_COLUMNS + 1];
    line.column = 2;
    if (caller) {
        PUT(&line, ATTR_TEXT, "called by ");
        PUT(&line, ATTR_HEADING, "%s", caller_words(by, CALLER_COLUMNS, pid, caller));
    } else if (chain->seq) {
        PUT(&line, ATTR_TEXT, "by the kernel");
    }
    if (chain->seq) {
        put_age(&line, chain->seq, status);
    } else if (chain->runs || chain->has_tile) {
        PUT(&line, ATTR_DIM, status->moment == NOW ? "as the boot left it" : "when: unknown");
    }
}

void inspect_paint(struct screen *screen, const struct viz_status *status) {
    const struct chain *chain = chain_shown();
    int row = layout_body_end(screen);
    what(screen, row, chain, status->moment);
    owners_line(screen, row + 1, chain, status->moment);
    pages_line(screen, row + 2, chain, status->moment);
    who(screen, row + 3, chain, status);
}
