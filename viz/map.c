/*
 * Maps: pixels computed by the const walks of mm/, kept until an event touches them, drawn as half blocks.
 */
#include "viz/map.h"

#include "mm/paging.h"
#include "viz/layout.h"
#include "viz/palette.h"

enum pixel_flags { PIXEL_STALE = 1, PIXEL_GLOWS = 2 };

struct pixel {
    uint8_t paint;
    uint8_t flags;
    uint16_t touched; /* milliseconds, cut to 16 bits: read only while PIXEL_GLOWS */
    uint16_t mapped;  /* pages */
};

struct map {
    struct pixel *pixels;
    uint32_t count; /* columns * rows */
    bool restless;  /* a pixel is stale or glows */
};

struct map_place viz_maps[MAPS];
static struct map maps[MAPS];

/* Pixels of all maps on the screen; a map takes its part when it is first painted after a reset. */
static struct pixel pool[SCREEN_ROWS_MOST * 2 * MAP_COLUMNS];
static uint32_t pool_used;

void maps_reset(void) {
    pool_used = 0;
    for (int i = 0; i < MAPS; i++) {
        viz_maps[i] = (struct map_place){.kind = MAP_NONE};
        maps[i] = (struct map){0};
    }
}

/* ---- What a pixel shows
 * -------------------------------------------------------------------------------------------- */

static struct region pixel_region(const struct map_place *place, uint32_t n) {
    uint32_t offset = n << place->shift, size = region_size(place->region);
    uint32_t bytes = size - offset < 1u << place->shift ? size - offset : 1u << place->shift;
    return (struct region){place->region.start + offset, place->region.start + offset + bytes};
}

static struct region pages_around(struct region r) {
    return (struct region){round_down(r.start, PAGE_SIZE), round_up(r.end, PAGE_SIZE)};
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

static uint8_t paint_frames(moment_t at, struct region bytes) {
    uint32_t counts[OWNERS] = {0};
    struct region frames = pages_around(bytes);
    owners_count(at, frames.start >> PAGE_SHIFT, region_size(frames) >> PAGE_SHIFT, counts);
    return counts[OWNER_FOREIGN] ? OWNER_FOREIGN : most(counts);
}

static uint32_t count_mapped(moment_t at, const struct space *space, struct region pages,
                             uint32_t counts[OWNERS]) {
    uint32_t mapped = 0;
    paging_count(at, space, pages, counts);
    for (int o = 0; o < OWNERS; o++) {
        mapped += counts[o];
    }
    return mapped;
}

static uint8_t paint_pages(moment_t at, const struct space *space, struct region bytes, uint16_t *mapped) {
    uint32_t counts[OWNERS] = {0};
    struct region pages = pages_around(bytes);
    uint32_t n = count_mapped(at, space, pages, counts);
    *mapped = (uint16_t)n;
    if (counts[OWNER_FREE] || counts[OWNER_FOREIGN]) {
        return OWNER_FOREIGN;
    }
    uint8_t owner = most(counts);
    return counts[owner] && counts[owner] >= (region_size(pages) >> PAGE_SHIFT) - n ? owner : PAINT_UNMAPPED;
}

static uint8_t paint_heap(moment_t at, const struct space *space, struct region bytes) {
    const struct heap *heap =
        region_has(space->pages.config.span, bytes.start) ? &space->pages : &space->heap;
    struct heap_shares shares = {0};
    heap_count(at, heap, bytes, &shares);
    uint32_t hole = shares.hole, unmapped = 0;
    if (hole > 0) {
        uint32_t counts[OWNERS] = {0};
        struct region pages = pages_around(bytes);
        unmapped = region_size(pages) - (count_mapped(at, space, pages, counts) << PAGE_SHIFT) - shares.guard;
        unmapped = unmapped < hole ? unmapped : hole;
        hole -= unmapped;
    }
    if (shares.block && shares.block >= hole && shares.block >= unmapped) {
        return (uint8_t)heap->config.owner;
    }
    return hole && hole >= unmapped ? OWNER_FREE : unmapped ? PAINT_UNMAPPED : PAINT_NOTHING;
}

static void look(const struct map_place *place, const struct space *space, moment_t at, uint32_t n,
                 struct pixel *pixel) {
    uint32_t size = region_size(place->region);
    struct region bytes = pixel_region(place, n);
    pixel->mapped = 0;
    if (size == 0 || n > (size - 1) >> place->shift || (place->kind != MAP_FRAMES && !space)) {
        pixel->paint = PAINT_NOTHING;
    } else if (place->kind == MAP_FRAMES) {
        pixel->paint = paint_frames(at, bytes);
    } else if (place->kind == MAP_PAGES) {
        pixel->paint = paint_pages(at, space, bytes, &pixel->mapped);
    } else {
        pixel->paint = paint_heap(at, space, bytes);
    }
}

/* ---- Where to look again
 * ------------------------------------------------------------------------------------------- */

/* The last byte a mark can fall on. A heap may have grown since its map was painted, other regions are as
 * they are. */
static uint32_t last_byte(const struct map *m, const struct map_place *p) {
    uint32_t bytes = p->kind == MAP_HEAP ? m->count << p->shift : region_size(p->region);
    uint32_t last = p->region.start + bytes - 1;
    return last < p->region.start ? 0xFFFFFFFFu : last; /* past 4 GB */
}

/* Marks the pixels that the region covers. */
static void mark(uint32_t index, struct region region, uint8_t flags, uint32_t time) {
    struct map *m = &maps[index];
    const struct map_place *p = &viz_maps[index];
    uint32_t last = region.end - 1, map_last = last_byte(m, p);
    if (region_empty(region) || m->count == 0 || last < p->region.start || region.start > map_last) {
        return;
    }
    uint32_t from = region.start > p->region.start ? (region.start - p->region.start) >> p->shift : 0;
    uint32_t to = ((last < map_last ? last : map_last) - p->region.start) >> p->shift;
    for (uint32_t n = from; n <= to && n < m->count; n++) {
        m->pixels[n].flags |= flags;
        if (flags & PIXEL_GLOWS) {
            m->pixels[n].touched = (uint16_t)time;
        }
    }
    m->restless = true;
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

/* ---- Painting
 * ------------------------------------------------------------------------------------------------------ */

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
        bool grew = region_size((struct region){p->region.start, old_end}) < region_size(p->region);
        mark(index, grew ? (struct region){old_end, p->region.end} : (struct region){p->region.end, old_end},
             PIXEL_STALE, 0);
        return;
    }
    if (!m->pixels) {
        m->count = (uint32_t)place->columns * place->rows;
        m->pixels = pool + pool_used;
        pool_used += m->count;
    }
    for (uint32_t n = 0; n < m->count; n++) {
        m->pixels[n] = (struct pixel){.flags = PIXEL_STALE};
    }
    m->restless = true;
}

/* Looks again at what is stale, ends what has glowed long enough; returns how many pixels glow. */
static uint32_t refresh(struct map *m, const struct map_place *place, const struct viz_status *status) {
    const struct space *space = place->pid ? space_find(place->pid) : NULL;
    uint32_t glowing = 0;
    for (uint32_t n = 0; n < m->count; n++) {
        struct pixel *pixel = &m->pixels[n];
        if (pixel->flags & PIXEL_STALE) {
            look(place, space, status->moment, n, pixel);
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

static uint8_t pixel_colour(const struct pixel *pixel, bool glow) {
    if (glow && pixel->flags & PIXEL_GLOWS) {
        return COLOUR_WHITE;
    }
    return pixel->paint < OWNERS            ? owner_colour[pixel->paint]
           : pixel->paint == PAINT_UNMAPPED ? COLOUR_UNMAPPED
                                            : COLOUR_BACKGROUND;
}

void map_paint(struct screen *screen, uint32_t index, const struct map_place *place,
               const struct viz_status *status) {
    struct map *m = &maps[index];
    settle(index, place);
    if (!m->restless) {
        return;
    }
    uint32_t glowing = refresh(m, place, status);
    uint32_t pixels = region_size(place->region) >> place->shift;
    bool glow = glowing * 8 < (pixels < m->count ? pixels : m->count);
    for (uint32_t row = 0; row < place->rows; row += 2) {
        for (uint32_t column = 0; column < place->columns; column++) {
            const struct pixel *upper = &m->pixels[row * place->columns + column];
            const struct pixel *lower = upper + place->columns;
            bool error = upper->paint == OWNER_FOREIGN || lower->paint == OWNER_FOREIGN;
            uint8_t attribute = ATTRIBUTE(pixel_colour(upper, glow), pixel_colour(lower, glow));
            cell_t c = error ? cell('!', ATTR_ERROR) : cell((uint8_t)GLYPH_UPPER_HALF, attribute);
            screen_put(screen, place->row + (int)row / 2, place->column + (int)column, c);
        }
    }
    m->restless = glowing > 0;
}

uint32_t map_mapped(uint32_t index) {
    uint32_t mapped = 0;
    for (uint32_t n = 0; n < maps[index].count; n++) {
        mapped += maps[index].pixels[n].mapped;
    }
    return mapped;
}

/* ---- Scale and addresses
 * ------------------------------------------------------------------------------------------- */

uint8_t map_fit(uint32_t bytes, uint32_t pixels, uint8_t least) {
    uint8_t shift = least;
    while (bytes > 0 && (bytes - 1) >> shift >= pixels) {
        shift++;
    }
    return shift;
}

uint8_t map_fit_calmly(uint32_t index, uint32_t bytes, uint32_t pixels, uint8_t least) {
    uint8_t best = map_fit(bytes, pixels, least), now = viz_maps[index].shift;
    bool fits = viz_maps[index].kind != MAP_NONE && now >= best && now <= best + 1;
    return fits ? now : best;
}

char *map_scale(char text[SCALE_BYTES], uint8_t shift) {
    const char *unit = shift < 10 ? "B" : shift < 20 ? "KB" : "MB";
    return print_line(text, SCALE_BYTES, "%u %s", 1u << shift % 10, unit);
}

char *map_scale_short(char text[SCALE_BYTES], uint8_t shift) {
    return print_line(text, SCALE_BYTES, "%u%c", 1u << shift % 10, shift < 10 ? 'B' : shift < 20 ? 'K' : 'M');
}

void map_addresses(struct screen *screen, const struct map_place *place) {
    for (uint32_t row = 0; row < place->rows; row += 2) {
        uint32_t offset = (row * place->columns) << place->shift;
        int line = place->row + (int)row / 2;
        if (offset < region_size(place->region)) {
            screen_print(screen, line, LABEL_COLUMN, MAP_COLUMN, ATTR_DIM, "%08X",
                         place->region.start + offset);
        } else {
            screen_fill(screen, line, LABEL_COLUMN, MAP_COLUMN - LABEL_COLUMN, cell(' ', ATTR_DIM));
        }
    }
}
