/*
 * Maps: pixels computed by the const walks of mm/, kept until an event touches them, drawn as half blocks or letters.
 */
#include "viz/map.h"

#include "mm/memman.h"
#include "mm/paging.h"
#include "mm/past.h"
#include "mm/regime.h"
#include "viz/layout.h"
#include "viz/look.h"
#include "viz/palette.h"

enum pixel_flags {
    PIXEL_STALE = 1,
    PIXEL_GLOWS = 2,
    PIXEL_EDGE = 4,
    PIXEL_CHOSEN = 8 /* and beats, with the cursor */
};

struct pixel {
    uint8_t paint;
    uint8_t then; /* what it showed at the mark; counts while a mark is compared */
    uint8_t flags;
    uint16_t touched; /* milliseconds, cut to 16 bits: read only while PIXEL_GLOWS */
    uint16_t mapped;  /* pages that begin in it */
    uint32_t detail;  /* colour by process: the slot; by age: the event that made it, 0 for none */
};

/* The part of a map's world that is zoomed to. */
struct window {
    bool on;
    uint8_t shift, kind;
    uint16_t pid;
    uint32_t start;
};

struct map {
    struct pixel *pixels;
    uint32_t count; /* columns * rows */
    bool restless;  /* a pixel is stale or glows */
    bool redraw;    /* the pixels are right, what is drawn of them is not */
    bool glow;      /* few enough glow that they do */
    bool compared;  /* `then` of all pixels is known, at the moment `since` */
    moment_t since;
    struct map_place fit; /* as the view would have it */
    struct window window;
};

struct map_place viz_maps[MAPS];
static struct map maps[MAPS];

/* Pixels of all maps on the screen; a map takes its part when it is first painted after a reset. */
static struct pixel pool[SCREEN_ROWS_MOST * 2 * MAP_COLUMNS];
static uint32_t pool_used;

/* What the cursor shows. */
static struct {
    int index; /* of its map, or -1 */
    uint32_t address;
    bool phase;
} cursor = {.index = -1};

enum subject_kind map_subject(uint32_t index) {
    static const enum subject_kind kinds[] = {
        [MAP_NONE] = SUBJECT_NOTHING, [MAP_FRAMES] = SUBJECT_FRAMES, [MAP_PAGES] = SUBJECT_PAGES,
        [MAP_HEAP] = SUBJECT_HEAP,    [MAP_BOOKS] = SUBJECT_PAGES,
    };
    return kinds[viz_maps[index].kind];
}

void maps_reset(void) {
    pool_used = 0;
    for (int i = 0; i < MAPS; i++) {
        viz_maps[i] = (struct map_place){.kind = MAP_NONE};
        maps[i] = (struct map){.window = maps[i].window};
    }
}

/* ---- Regions, all 4 GB among them: by their last byte ---- */

static bool nothing(struct region r) {
    return region_empty(r) && r.start != 0;
}

static bool shows(const struct map_place *place, uint32_t address) {
    return !nothing(place->region) &&
           address - place->region.start <= place->region.end - 1 - place->region.start;
}

static struct region pixel_region(const struct map_place *place, uint32_t n) {
    uint32_t first = n << place->shift, rest = place->region.end - 1 - place->region.start - first;
    uint32_t most = (1u << place->shift) - 1, start = place->region.start + first;
    return (struct region){start, start + (rest < most ? rest : most) + 1};
}

/* Is there anything of the map's region in pixel n? */
static bool has_pixel(const struct map_place *place, uint32_t n) {
    return !nothing(place->region) && n <= (place->region.end - 1 - place->region.start) >> place->shift;
}

static struct region pages_around(struct region r) {
    return (struct region){round_down(r.start, PAGE_SIZE), round_up(r.end, PAGE_SIZE)};
}

static uint32_t later(uint32_t a, uint32_t b) {
    return a > b ? a : b;
}

/* ---- What a pixel shows ---- */

/* What one refresh of a map looks at: pixels in ascending order, and the range of memman and the tile seen last. */
struct sweep {
    const struct map_place *place;
    const struct space *space;
    moment_t at;
    bool has_range;
    struct range range;
    const struct tile *tile; /* now */
    bool has_wrong;          /* `wrong` is this sweep's */
};

/* Of a MAP_BOOKS, a bit a pixel: the regime's table has some of its bytes as free. */
static uint8_t wrong[sizeof pool / sizeof *pool / 8];

static const struct heap *heap_of(const struct sweep *sweep, uint32_t address) {
    const struct space *space = sweep->space;
    return region_has(space->pages.config.span, address) ? &space->pages : &space->heap;
}

/* The owner with most; of equals the later. OWNER_FREE, the first, therefore loses to all. */
static uint8_t most(const uint32_t counts[OWNERS]) {
    int best = 0;
    for (int o = 1; o < OWNERS; o++) {
        if (counts[o] && counts[o] >= counts[best]) {
            best = o;
        }
    }
    return (uint8_t)best;
}

/* memman's range at the address, in a byte zone; false elsewhere. */
static bool byte_range(struct sweep *sweep, uint32_t address) {
    if (sweep->has_range && region_has(sweep->range.at, address)) {
        return true;
    }
    enum zone zone = memman_zone(address);
    sweep->has_range = zone < ZONES && zones[zone].unit_shift < PAGE_SHIFT &&
                       memman_range(sweep->at, zone, address, &sweep->range);
    return sweep->has_range;
}

static enum owner range_owner(const struct range *range) {
    return range->state == RANGE_LENT ? range->owner : range->state == RANGE_FREE ? OWNER_FREE : OWNER_SYSTEM;
}

/* Bytes of a byte zone by owner, range by range. */
static void count_bytes(struct sweep *sweep, struct region bytes, uint32_t counts[OWNERS]) {
    for (uint32_t a = bytes.start; a != bytes.end && byte_range(sweep, a);) {
        uint32_t stop = sweep->range.at.end - a < bytes.end - a ? sweep->range.at.end : bytes.end;
        counts[range_owner(&sweep->range)] += stop - a;
        a = stop;
    }
}

static uint8_t paint_frames(struct sweep *sweep, struct region bytes) {
    uint32_t counts[OWNERS] = {0};
    struct region frames = pages_around(bytes);
    if (sweep->place->shift < PAGE_SHIFT && byte_range(sweep, bytes.start)) {
        count_bytes(sweep, bytes, counts);
    } else {
        owners_count(sweep->at, frames.start >> PAGE_SHIFT, region_size(frames) >> PAGE_SHIFT, counts);
    }
    return counts[OWNER_FOREIGN] ? OWNER_FOREIGN : most(counts);
}

static uint32_t count_mapped(const struct sweep *sweep, struct region pages, uint32_t counts[OWNERS]) {
    uint32_t mapped = 0;
    paging_count(sweep->at, sweep->space, pages, counts);
    for (int o = 0; o < OWNERS; o++) {
        mapped += counts[o];
    }
    return mapped;
}

static uint8_t paint_pages(const struct sweep *sweep, struct region bytes, uint16_t *mapped) {
    uint32_t counts[OWNERS] = {0};
    struct region pages = pages_around(bytes);
    if (bytes.start >= KERNEL_BASE) {
        return OWNER_SYSTEM;
    }
    uint32_t n = count_mapped(sweep, pages, counts);
    *mapped = bytes.start == pages.start ? (uint16_t)n : 0;
    if (counts[OWNER_FREE] || counts[OWNER_FOREIGN]) {
        return OWNER_FOREIGN;
    }
    uint8_t owner = most(counts);
    return counts[owner] && counts[owner] >= (region_size(pages) >> PAGE_SHIFT) - n ? owner : PAINT_UNMAPPED;
}

/* What of the bytes lies in the heap's range; empty: nothing. */
static struct region in_range(struct region bytes, struct region range) {
    struct region r = {later(bytes.start, range.start),
                       bytes.end - 1 < range.end - 1 ? bytes.end : range.end};
    return r.start < r.end ? r : (struct region){range.start, range.start};
}

/* Does a block begin here that fills all of the next pixel? `shares` are the pixel's. */
static bool is_edge(const struct sweep *sweep, struct region bytes, const struct heap_shares *shares) {
    struct region tile = shares->last;
    return shares->any && shares->last_state == TILE_BLOCK && region_has(tile, bytes.end - 1) &&
           tile.start >= bytes.start && tile.end - bytes.end >= 1u << sweep->place->shift &&
           tile.end > bytes.end;
}

static uint8_t paint_heap(struct sweep *sweep, struct region pixel, bool *edge) {
    const struct heap *heap = heap_of(sweep, pixel.start);
    struct region bytes = in_range(pixel, heap_range(sweep->at, heap));
    struct heap_shares shares = {0};
    heap_count_on(sweep->at, heap, bytes, &sweep->tile, &shares);
    uint32_t hole = shares.hole, unmapped = 0;
    if (hole > shares.block) { /* else the block has it, however its holes are mapped */
        uint32_t counts[OWNERS] = {0};
        struct region pages = pages_around(bytes);
        unmapped = region_size(pages) - (count_mapped(sweep, pages, counts) << PAGE_SHIFT) - shares.guard;
        unmapped = unmapped < hole ? unmapped : hole;
        hole -= unmapped;
    }
    if (shares.block && shares.block >= hole && shares.block >= unmapped) {
        *edge = heap->config.owner == OWNER_HEAP && is_edge(sweep, pixel, &shares);
        return (uint8_t)heap->config.owner;
    }
    return hole && hole >= unmapped ? OWNER_FREE : unmapped ? PAINT_UNMAPPED : PAINT_NOTHING;
}

/* Marks in `wrong` the pixels that hold those bytes. */
static void mark_wrong(const struct map_place *place, uint32_t address, uint32_t size) {
    uint32_t offset = address - place->region.start, whole = region_size(place->region);
    if (!size || offset >= whole) {
        return;
    }
    uint32_t last = size - 1 < whole - 1 - offset ? offset + size - 1 : whole - 1;
    for (uint32_t n = offset >> place->shift; n <= last >> place->shift && n / 8 < sizeof wrong; n++) {
        wrong[n / 8] |= (uint8_t)(1u << n % 8);
    }
}

static bool is_wrong(struct sweep *sweep, uint32_t n) {
    const struct books *books = sweep->space->regime->books;
    struct table_entry entry;
    if (!sweep->has_wrong) {
        sweep->has_wrong = true;
        __builtin_memset(wrong, 0, sizeof wrong);
        for (uint32_t i = 0; books->entry(sweep->at, i, &entry); i++) {
            if (entry.number && entry.pid == sweep->space->pid) {
                mark_wrong(sweep->place, entry.address, entry.size);
            }
        }
    }
    return wrong[n / 8] & 1u << n % 8;
}

/* Pages that are closed to the program count as not mapped, as the seed sees them. */
static uint8_t paint_books(struct sweep *sweep, uint32_t n, struct region bytes) {
    struct region pages = pages_around(bytes);
    uint32_t open = 0, closed = 0;
    if (is_wrong(sweep, n)) {
        return OWNER_FOREIGN;
    }
    for (vaddr_t page = pages.start; page != pages.end; page += PAGE_SIZE) {
        uint32_t entry = paging_entry(sweep->at, sweep->space, page);
        bool is_open = entry & PG_PRESENT && entry & PG_USER;
        open += is_open;
        closed += !is_open;
    }
    return open >= closed ? OWNER_HEAP : PAINT_UNMAPPED;
}

/* ---- The first thing in a pixel that has what the pixel shows, by its first byte there ---- */

static bool first_frame(struct sweep *sweep, struct region bytes, uint8_t paint, uint32_t *address) {
    struct region frames = pages_around(bytes);
    if (sweep->place->shift < PAGE_SHIFT) {
        uint32_t a = bytes.start;
        while (a != bytes.end && byte_range(sweep, a) && range_owner(&sweep->range) != paint) {
            a = sweep->range.at.end - a < bytes.end - a ? sweep->range.at.end : bytes.end;
        }
        *address = a;
        return a != bytes.end;
    }
    for (uint32_t a = frames.start; a != frames.end; a += PAGE_SIZE) {
        if (owners_frame(sweep->at, a >> PAGE_SHIFT).owner == paint) {
            *address = later(a, bytes.start);
            return true;
        }
    }
    return false;
}

static bool first_page(const struct sweep *sweep, struct region bytes, uint8_t paint, uint32_t *address) {
    struct region pages = pages_around(bytes);
    for (vaddr_t page = pages.start; page != pages.end && page < KERNEL_BASE; page += PAGE_SIZE) {
        uint32_t entry = paging_entry(sweep->at, sweep->space, page);
        uint8_t shown =
            entry & PG_PRESENT ? owners_frame(sweep->at, entry >> PAGE_SHIFT).owner : PAINT_UNMAPPED;
        if (shown == paint) {
            *address = later(page, bytes.start);
            return true;
        }
    }
    return false;
}

static bool first_tile(const struct sweep *sweep, struct region bytes, uint8_t paint,
                       struct tile_view *tile) {
    const struct heap *heap = heap_of(sweep, bytes.start);
    enum tile_state state = paint == heap->config.owner ? TILE_BLOCK : TILE_HOLE;
    for (vaddr_t a = bytes.start; heap_tile(sweep->at, heap, a, tile); a = tile->at.end) {
        if (tile->state == state) {
            return true;
        }
        if (tile->at.end - bytes.start >= region_size(bytes)) {
            break;
        }
    }
    return false;
}

/* The slot of its process, or the event that lent the frame. */
static uint32_t frame_detail(const struct sweep *sweep, paddr_t address) {
    if (viz_look.colouring == COLOUR_BY_PROCESS) {
        return owners_frame(sweep->at, address >> PAGE_SHIFT).slot;
    }
    struct range range;
    enum zone zone = memman_zone(address);
    return zone < ZONES && memman_range(sweep->at, zone, address, &range) ? range.origin : 0;
}

static uint32_t detail(struct sweep *sweep, struct region bytes, uint8_t paint) {
    uint32_t address;
    struct tile_view tile;
    if (viz_look.colouring == COLOUR_BY_OWNER || paint == OWNER_FREE || paint >= OWNERS) {
        return 0;
    }
    if (sweep->place->kind == MAP_FRAMES) {
        return first_frame(sweep, bytes, paint, &address) ? frame_detail(sweep, address) : 0;
    }
    if (viz_look.colouring == COLOUR_BY_PROCESS) {
        return sweep->space->slot;
    }
    if (sweep->place->kind == MAP_HEAP) {
        return first_tile(sweep, bytes, paint, &tile) ? tile.seq : 0;
    }
    return first_page(sweep, bytes, paint, &address)
               ? frame_detail(sweep, paging_entry(sweep->at, sweep->space, round_down(address, PAGE_SIZE)))
               : 0;
}

static void look(struct sweep *sweep, uint32_t n, struct pixel *pixel) {
    const struct map_place *place = sweep->place;
    pixel->mapped = 0;
    pixel->detail = 0;
    pixel->flags &= (uint8_t)~PIXEL_EDGE;
    if (!has_pixel(place, n) || (place->kind != MAP_FRAMES && !sweep->space)) {
        pixel->paint = PAINT_NOTHING;
        return;
    }
    struct region bytes = pixel_region(place, n);
    if (place->kind == MAP_FRAMES) {
        pixel->paint = paint_frames(sweep, bytes);
    } else if (place->kind == MAP_PAGES) {
        pixel->paint = paint_pages(sweep, bytes, &pixel->mapped);
    } else if (place->kind == MAP_BOOKS) {
        pixel->paint = paint_books(sweep, n, bytes);
    } else {
        bool edge = false;
        pixel->paint = paint_heap(sweep, bytes, &edge);
        pixel->flags |= edge ? PIXEL_EDGE : 0;
    }
    pixel->detail = detail(sweep, bytes, pixel->paint);
}

/* ---- Where to look again ---- */

/* The last byte a mark can fall on. A heap may have grown since its map was painted, other regions are as
 * they are. */
static uint32_t last_byte(const struct map *m, const struct map_place *p) {
    uint32_t bytes = p->kind == MAP_HEAP || p->kind == MAP_BOOKS
                         ? ((m->count - 1) << p->shift) + ((1u << p->shift) - 1)
                         : p->region.end - 1 - p->region.start;
    uint32_t last = p->region.start + bytes;
    return last < p->region.start ? 0xFFFFFFFFu : last; /* past 4 GB */
}

/* Marks the pixels that the region covers. */
static void mark(uint32_t index, struct region region, uint8_t flags, uint32_t time) {
    struct map *m = &maps[index];
    const struct map_place *p = &viz_maps[index];
    if (region_empty(region) || m->count == 0 ||
        (p->kind != MAP_HEAP && p->kind != MAP_BOOKS && nothing(p->region))) {
        return;
    }
    uint32_t last = region.end - 1, map_last = last_byte(m, p);
    if (last < p->region.start || region.start > map_last) {
        return;
    }
    uint32_t from = region.start > p->region.start ? (region.start - p->region.start) >> p->shift : 0;
    uint32_t to = ((last < map_last ? last : map_last) - p->region.start) >> p->shift;
    for (uint32_t n = from; n <= to && n < m->count; n++) {
        bool even = (n - from + n / p->columns - from / p->columns) % 2 == 0;
        m->pixels[n].flags |= flags & (even ? 0xFF : ~PIXEL_CHOSEN);
        if (flags & PIXEL_GLOWS) {
            m->pixels[n].touched = (uint16_t)time;
        }
    }
    m->restless |= flags & PIXEL_STALE;
}

void maps_touch(enum map_kind kind, struct region region, uint16_t pid, uint32_t time) {
    for (uint32_t i = 0; i < MAPS; i++) {
        if (viz_maps[i].kind == kind) {
            bool glows = pid == GLOW_FOR_ALL || (pid != GLOW_FOR_NONE && viz_maps[i].pid == pid);
            mark(i, region, glows ? PIXEL_STALE | PIXEL_GLOWS : PIXEL_STALE, time);
        }
    }
}

bool maps_restless(void) {
    for (int i = 0; i < MAPS; i++) {
        if (maps[i].restless) {
            return true;
        }
    }
    return false;
}

/* ---- Zoom ---- */

/* Pixels and what a pixel stands for when the map is not zoomed: in letters a pixel is twice as high. */
static struct map_place fitted(const struct map_place *fit) {
    struct map_place place = *fit;
    if (viz_look.letters) {
        place.rows /= 2;
        place.shift++;
    }
    return place;
}

static uint32_t pixel_count(const struct map_place *place) {
    return (uint32_t)place->columns * place->rows;
}

static bool holds_all(const struct map_place *place, uint8_t shift) {
    return (uint64_t)pixel_count(place) << shift >> 32 != 0;
}

/* Rows begin at multiples of this. */
static uint32_t row_step(const struct map_place *place, uint8_t shift) {
    uint32_t columns = place->columns;
    return (columns & -columns) << shift;
}

/* What the map shows when it is painted next. */
static struct map_place wanted(uint32_t index) {
    const struct window *w = &maps[index].window;
    struct map_place place = fitted(&maps[index].fit);
    if (!w->on || w->kind != place.kind || w->pid != place.pid) {
        return place;
    }
    place.shift = w->shift;
    place.region = (struct region){0, 0};
    if (!holds_all(&place, w->shift)) {
        place.region = (struct region){w->start, w->start + (pixel_count(&place) << w->shift)};
    }
    return place;
}

/* Moves the window's start so that `anchor` lies in the middle, as far as the view's region and memory allow. */
static void centre(uint32_t index, uint32_t anchor) {
    struct map *m = &maps[index];
    struct map_place place = fitted(&m->fit);
    struct window *w = &m->window;
    uint32_t step = row_step(&place, w->shift);
    if (holds_all(&place, w->shift)) {
        w->start = 0;
        return;
    }
    uint32_t span = pixel_count(&place) << w->shift, half = span / 2;
    uint32_t start = anchor > half ? anchor - half : 0, first = place.region.start,
             last = place.region.end - 1;
    if (last - first >= span) { /* stays inside what the view shows */
        start = start < first ? first : start;
        start = start > last - (span - 1) ? last - (span - 1) + step - 1 : start;
    }
    start = round_down(start, step);
    w->start = start > 0u - span ? 0u - span : start;
}

void map_zoom_to(uint32_t index, uint8_t shift, uint32_t anchor) {
    struct map *m = &maps[index];
    struct map_place place = fitted(&m->fit);
    if (viz_maps[index].kind == MAP_NONE || shift > 31) {
        return;
    }
    m->window = (struct window){.shift = shift, .kind = place.kind, .pid = place.pid};
    m->window.on = shift != place.shift || !shows(&place, anchor);
    centre(index, anchor);
}

void map_zoom(uint32_t index, int steps, uint32_t anchor) {
    struct map_place now = wanted(index);
    int shift = now.shift + steps;
    if (shift >= 0 && !(steps > 0 && holds_all(&now, now.shift))) {
        map_zoom_to(index, (uint8_t)shift, anchor);
    }
}

void map_zoom_fit(uint32_t index) {
    maps[index].window.on = false;
}

void maps_fit(void) {
    for (uint32_t i = 0; i < MAPS; i++) {
        map_zoom_fit(i);
    }
}

bool map_show(uint32_t index, uint32_t address) {
    struct map *m = &maps[index];
    struct map_place place = wanted(index), fit = fitted(&m->fit);
    if (shows(&place, address)) {
        return true;
    }
    if (!m->window.on || !shows(&fit, address)) {
        return false;
    }
    uint32_t step = row_step(&place, place.shift), start = round_down(address, step);
    m->window.start =
        address < place.region.start ? start : start + step - (pixel_count(&place) << place.shift);
    return true;
}

/* ---- Where things stand ---- */

int map_at(int half_row, int column, uint32_t *pixel) {
    for (int i = 0; i < MAPS; i++) {
        struct map_place p = wanted((uint32_t)i);
        int row = viz_look.letters ? half_row / 2 - p.row : half_row - 2 * p.row;
        *pixel = (uint32_t)(row * p.columns + column - p.column);
        if (viz_maps[i].kind != MAP_NONE && row >= 0 && row < p.rows && column >= p.column &&
            column < p.column + p.columns && has_pixel(&p, *pixel)) {
            return i;
        }
    }
    return -1;
}

struct region map_pixel(uint32_t index, uint32_t pixel) {
    struct map_place place = wanted(index);
    return has_pixel(&place, pixel) ? pixel_region(&place, pixel) : (struct region){0, 0};
}

uint8_t map_shift(uint32_t index) {
    return wanted(index).shift;
}

uint32_t map_home(uint32_t index) {
    const struct map *m = &maps[index];
    const struct map_place *place = &viz_maps[index];
    for (uint32_t n = 0; n < m->count && has_pixel(place, n); n++) {
        if (m->pixels[n].paint < OWNERS && m->pixels[n].paint > OWNER_SYSTEM) {
            return pixel_region(place, n).start;
        }
    }
    return place->region.start;
}

uint32_t map_thing(uint32_t index, uint32_t pixel, moment_t at) {
    struct map_place place = wanted(index);
    struct sweep sweep = {.place = &place, .space = space_at(at, place.pid), .at = at};
    struct region bytes = pixel_region(&place, pixel);
    struct pixel seen = {0};
    struct tile_view tile;
    uint32_t address = bytes.start;
    look(&sweep, pixel, &seen);
    if (place.kind == MAP_FRAMES) {
        first_frame(&sweep, bytes, seen.paint, &address);
    } else if (place.kind == MAP_BOOKS) {
        return bytes.start;
    } else if (place.kind == MAP_PAGES && seen.paint != PAINT_NOTHING) {
        first_page(&sweep, bytes, seen.paint, &address);
    } else if (seen.paint != PAINT_NOTHING && first_tile(&sweep, bytes, seen.paint, &tile)) {
        address = later(tile.at.start, bytes.start);
    }
    return address - bytes.start < region_size(bytes) ? address : bytes.start;
}

bool map_find(uint32_t index, uint32_t address, int *half_row, int *column) {
    struct map_place p = wanted(index);
    if (viz_maps[index].kind == MAP_NONE || !shows(&p, address)) {
        return false;
    }
    uint32_t n = (address - p.region.start) >> p.shift;
    int row = (int)(n / p.columns);
    *half_row = viz_look.letters ? 2 * (p.row + row) : 2 * p.row + row;
    *column = p.column + (int)(n % p.columns);
    return n < pixel_count(&p);
}

/* ---- Beside a mark ---- */

static bool owned(uint8_t paint) {
    return paint < OWNERS && paint != OWNER_FREE;
}

enum change change_of(uint8_t then, uint8_t now) {
    return then == now || (!owned(then) && !owned(now)) ? SAME
           : !owned(then)                               ? CAME
           : !owned(now)                                ? WENT
                                                        : MOVED;
}

/* ---- Painting ---- */

/* Takes the place over. Where only the region's end moved, only what lies between is looked at again. */
static void settle(uint32_t index, const struct map_place *place) {
    struct map *m = &maps[index];
    struct map_place *p = &viz_maps[index];
    bool known = m->pixels && p->kind == place->kind && p->pid == place->pid && p->shift == place->shift &&
                 p->region.start == place->region.start && p->columns == place->columns &&
                 p->rows == place->rows && p->column == place->column && p->row == place->row;
    uint32_t old_end = p->region.end;
    *p = *place;
    if (known) {
        bool grew = old_end - 1 < place->region.end - 1;
        mark(index, grew ? (struct region){old_end, p->region.end} : (struct region){p->region.end, old_end},
             PIXEL_STALE, 0);
        return;
    }
    if (!m->pixels) {
        m->count = pixel_count(place);
        m->pixels = pool + pool_used;
        pool_used += m->count;
    }
    for (uint32_t n = 0; n < m->count; n++) {
        m->pixels[n] = (struct pixel){.flags = PIXEL_STALE};
    }
    m->compared = false;
    m->restless = true;
}

/*
 * What every pixel showed at the mark. The past stands open there meanwhile. A heap may have been larger then, so the
 * region's end does not count.
 */
static void compare(struct map *m, const struct map_place *place, const struct viz_status *status) {
    bool wanted = status->since != NOW;
    if (m->compared == wanted && (!wanted || m->since == status->since)) {
        return;
    }
    m->compared = wanted && past_open(status->since) == OK;
    m->since = status->since;
    if (m->compared) {
        struct map_place whole = *place;
        whole.region.end = place->kind == MAP_HEAP ? last_byte(m, place) + 1 : place->region.end;
        struct sweep sweep = {
            .place = &whole, .space = space_at(status->since, place->pid), .at = status->since};
        for (uint32_t n = 0; n < m->count; n++) {
            struct pixel then = {0};
            look(&sweep, n, &then);
            m->pixels[n].then = then.paint;
        }
    }
    if (status->moment == NOW) {
        past_close();
    } else {
        past_open(status->moment);
    }
    m->restless = true;
}

/* Looks again at what is stale, ends what has glowed long enough; returns how many pixels glow. */
static uint32_t refresh(struct map *m, const struct map_place *place, const struct viz_status *status) {
    struct sweep sweep = {
        .place = place, .space = space_at(status->moment, place->pid), .at = status->moment};
    uint32_t glowing = 0;
    for (uint32_t n = 0; n < m->count; n++) {
        struct pixel *pixel = &m->pixels[n];
        if (pixel->flags & PIXEL_STALE) {
            look(&sweep, n, pixel);
            pixel->flags &= (uint8_t)~PIXEL_STALE;
        }
        if (pixel->flags & PIXEL_GLOWS) {
            bool over = (uint16_t)((uint16_t)status->now - pixel->touched) >= GLOW_MS;
            if (over || !status->glow || pixel->paint == PAINT_NOTHING) {
                pixel->flags &= (uint8_t)~PIXEL_GLOWS;
            } else {
                glowing++;
            }
        }
    }
    return glowing;
}

static uint8_t plain_colour(const struct pixel *pixel, moment_t moment) {
    if (pixel->paint >= OWNERS) {
        return pixel->paint == PAINT_UNMAPPED ? COLOUR_UNMAPPED : COLOUR_BACKGROUND;
    }
    if (pixel->paint == OWNER_FREE || pixel->paint == OWNER_FOREIGN ||
        viz_look.colouring == COLOUR_BY_OWNER) {
        return pixel->flags & PIXEL_EDGE ? COLOUR_EDGE : owner_colour[pixel->paint];
    }
    return viz_look.colouring == COLOUR_BY_PROCESS ? look_process_colour(pixel->detail)
                                                   : look_age_colour(pixel->detail, moment);
}

static uint8_t pixel_colour(const struct map *m, const struct pixel *pixel, moment_t moment) {
    if (pixel->flags & PIXEL_CHOSEN) {
        return cursor.phase ? COLOUR_WHITE : COLOUR_TITLE;
    }
    if (m->compared) {
        static const uint8_t colours[CHANGES] = {[WENT] = COLOUR_WHITE, [MOVED] = COLOUR_TITLE};
        enum change change = change_of(pixel->then, pixel->paint);
        return change == SAME   ? owned(pixel->paint) ? COLOUR_UNMAPPED : COLOUR_BACKGROUND
               : change == CAME ? plain_colour(pixel, moment)
                                : colours[change];
    }
    if (m->glow && pixel->flags & PIXEL_GLOWS) {
        return COLOUR_WHITE;
    }
    return plain_colour(pixel, moment);
}

static void draw_half_blocks(struct screen *screen, const struct map *m, const struct map_place *place,
                             moment_t moment) {
    for (uint32_t row = 0; row < place->rows; row += 2) {
        for (uint32_t column = 0; column < place->columns; column++) {
            const struct pixel *upper = &m->pixels[row * place->columns + column];
            const struct pixel *lower = upper + place->columns;
            bool error = upper->paint == OWNER_FOREIGN || lower->paint == OWNER_FOREIGN;
            uint8_t attribute = ATTRIBUTE(pixel_colour(m, upper, moment), pixel_colour(m, lower, moment));
            cell_t c = error ? cell('!', ATTR_ERROR) : cell((uint8_t)GLYPH_UPPER_HALF, attribute);
            screen_put(screen, place->row + (int)row / 2, place->column + (int)column, c);
        }
    }
}

char map_letter(uint8_t paint) {
    return paint == OWNER_FREE ? LETTER_FREE : paint < OWNERS ? owner_info[paint].letter : LETTER_UNMAPPED;
}

static char letter(const struct map *m, const struct pixel *pixel) {
    static const char letters[CHANGES] = {[CAME] = '+', [WENT] = 'x', [MOVED] = '~'};
    enum change change = m->compared ? change_of(pixel->then, pixel->paint) : SAME;
    return change == SAME ? map_letter(pixel->paint) : letters[change];
}

static void draw_letters(struct screen *screen, const struct map *m, const struct map_place *place,
                         moment_t moment) {
    for (uint32_t n = 0; n < m->count; n++) {
        const struct pixel *pixel = &m->pixels[n];
        uint32_t row = n / place->columns, column = n % place->columns;
        uint8_t attribute =
            pixel->paint == OWNER_FOREIGN ? ATTR_ERROR : attr_on(pixel_colour(m, pixel, moment));
        screen_put(screen, place->row + (int)row, place->column + (int)column,
                   cell((uint8_t)letter(m, pixel), attribute));
    }
}

/* The pixel under the cursor: by turns white and black, whatever it shows. */
static void draw_cursor(struct screen *screen, uint32_t index) {
    int half_row, column;
    if (!map_find(index, cursor.address, &half_row, &column)) {
        return;
    }
    uint8_t colour = cursor.phase ? COLOUR_WHITE : COLOUR_BACKGROUND;
    cell_t c = screen->cells[half_row / 2 * SCREEN_COLUMNS + column];
    uint8_t character = c & 0xFF, attribute = (uint8_t)(c >> 8);
    if (character != (uint8_t)GLYPH_UPPER_HALF) {
        attribute = attr_on(colour);
    } else {
        attribute = half_row % 2 ? ATTRIBUTE(attribute & 15, colour) : ATTRIBUTE(colour, attribute >> 4);
    }
    screen_put(screen, half_row / 2, column, cell(character, attribute));
}

/* Marks every second pixel, like a chess board, of what the cursor's chain touches; the first always. */
static void choose(uint32_t index) {
    const struct map *m = &maps[index];
    const struct chain *chain = chain_shown();
    enum subject_kind kind = map_subject(index);
    for (uint32_t n = 0; n < m->count; n++) {
        m->pixels[n].flags &= (uint8_t)~PIXEL_CHOSEN;
    }
    if (kind == SUBJECT_FRAMES) {
        for (uint32_t i = 0; i < chain->runs; i++) {
            mark(index, chain->frames[i], PIXEL_CHOSEN, 0);
        }
    } else if (chain->pid == viz_maps[index].pid) {
        mark(index, kind == SUBJECT_PAGES ? chain->pages : chain->bytes, PIXEL_CHOSEN, 0);
    }
}

static void draw(struct screen *screen, uint32_t index, moment_t moment) {
    struct map *m = &maps[index];
    const struct map_place *place = &viz_maps[index];
    choose(index);
    (viz_look.letters ? draw_letters : draw_half_blocks)(screen, m, place, moment);
    if (cursor.index == (int)index) {
        draw_cursor(screen, index);
    }
    m->redraw = false;
}

void map_paint(struct screen *screen, uint32_t index, const struct map_place *place,
               const struct viz_status *status) {
    struct map *m = &maps[index];
    m->fit = *place;
    struct map_place want = wanted(index);
    settle(index, &want);
    compare(m, &want, status);
    if (!m->restless) {
        return;
    }
    uint32_t glowing = refresh(m, &want, status), inside = 0;
    if (!nothing(want.region)) {
        inside = (want.region.end - 1 - want.region.start) >> want.shift;
    }
    m->glow = glowing * 8 < (inside < m->count ? inside : m->count);
    draw(screen, index, status->moment);
    m->restless = glowing > 0;
}

void maps_choose(int index, uint32_t address, bool phase) {
    cursor.index = index;
    cursor.address = address;
    cursor.phase = phase;
    for (uint32_t i = 0; i < MAPS; i++) {
        maps[i].redraw = true;
    }
}

void maps_draw(struct screen *screen, const struct viz_status *status) {
    for (uint32_t i = 0; i < MAPS; i++) {
        if (maps[i].redraw && viz_maps[i].kind != MAP_NONE) {
            draw(screen, i, status->moment);
        }
    }
}

void maps_afresh(struct screen *screen, const struct viz_status *status) {
    for (uint32_t i = 0; i < MAPS; i++) {
        if (viz_maps[i].kind == MAP_NONE) {
            continue;
        }
        for (uint32_t n = 0; n < maps[i].count; n++) {
            maps[i].pixels[n].flags |= PIXEL_STALE;
        }
        refresh(&maps[i], &viz_maps[i], status);
        draw(screen, i, status->moment);
    }
}

uint32_t map_mapped(uint32_t index) {
    uint32_t mapped = 0;
    for (uint32_t n = 0; n < maps[index].count; n++) {
        mapped += maps[index].pixels[n].mapped;
    }
    return mapped;
}

/* ---- Scale and addresses ---- */

uint8_t map_fit(uint32_t bytes, uint32_t pixels, uint8_t least) {
    uint8_t shift = least;
    while (bytes > 0 && (bytes - 1) >> shift >= pixels) {
        shift++;
    }
    return shift;
}

uint8_t map_fit_calmly(uint32_t index, uint32_t bytes, uint32_t pixels, uint8_t least) {
    uint8_t best = map_fit(bytes, pixels, least), now = maps[index].fit.shift;
    bool fits = viz_maps[index].kind != MAP_NONE && now >= best && now <= best + 1;
    return fits ? now : best;
}

static const char *const units[] = {"B", "KB", "MB", "GB"};

char *map_scale(char text[SCALE_BYTES], uint8_t shift) {
    return print_line(text, SCALE_BYTES, "%u %s", 1u << shift % 10, units[shift / 10]);
}

char *map_scale_short(char text[SCALE_BYTES], uint8_t shift) {
    return print_line(text, SCALE_BYTES, "%u%c", 1u << shift % 10, units[shift / 10][0]);
}

void map_addresses(struct screen *screen, const struct map_place *place) {
    uint32_t step = viz_look.letters ? 1 : 2; /* rows of pixels in a text row */
    for (uint32_t row = 0; row < place->rows; row += step) {
        int line = place->row + (int)(row / step);
        if (has_pixel(place, row * place->columns)) {
            screen_print(screen, line, LABEL_COLUMN, MAP_COLUMN, ATTR_DIM, "%08X",
                         pixel_region(place, row * place->columns).start);
        } else {
            screen_fill(screen, line, LABEL_COLUMN, MAP_COLUMN - LABEL_COLUMN, cell(' ', ATTR_DIM));
        }
    }
}
