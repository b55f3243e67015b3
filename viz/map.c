/*
 * Maps: pixels computed by the const walks of mm/, kept until an event touches them, drawn as half blocks or letters.
 */
#include "mm/past.h"
#include "viz/look.h"
#include "viz/map_inside.h"
#include "viz/marks.h"
#include "viz/palette.h"

struct map_place viz_maps[MAPS];
struct map maps[MAPS];

/* A map takes its part when it is first painted after a reset. */
static struct pixel pool[PIXELS];
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
        maps[i].pixels = NULL;
        maps[i].count = 0;
        maps[i].restless = maps[i].redraw = maps[i].chosen = false;
    }
}

/* ---- Where to look again ---- */

/* The last byte a mark can fall on. A heap may have grown since its map was painted, other regions are as
 * they are. */
static uint32_t last_byte(const struct map *m, const struct map_place *p) {
    uint32_t room = 0xFFFFFFFFu - p->region.start; /* up to the end of memory */
    uint64_t bytes = p->kind == MAP_HEAP || p->kind == MAP_BOOKS ? ((uint64_t)m->count << p->shift) - 1
                                                                 : p->region.end - 1 - p->region.start;
    return p->region.start + (bytes < room ? (uint32_t)bytes : room);
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

/* ---- Beside a mark ---- */

static bool owned(uint8_t paint) {
    return paint < OWNERS && paint != OWNER_FREE;
}

static enum change change_of(uint8_t then, uint8_t now) {
    return then == now || (!owned(then) && !owned(now)) ? SAME
           : !owned(then)                               ? CAME
           : !owned(now)                                ? WENT
                                                        : MOVED;
}

/* Of a pixel that shows the same, what else in it is different. */
enum change change_between(const struct seen *then, const struct seen *now) {
    enum change change = change_of(then->paint, now->paint);
    return change != SAME || then->sum == now->sum ? change
           : now->owned > then->owned              ? CAME
           : now->owned < then->owned              ? WENT
                                                   : MOVED;
}

static enum change change_in(const struct pixel *pixel) {
    return change_between(&pixel->then, &pixel->now);
}

static enum change change_at(const struct map *m, const struct pixel *pixel) {
    return m->compared ? change_in(pixel) : SAME;
}

/* What every pixel of the map showed at the mark, where the past stands open now. */
static void look_then(struct map *m, const struct map_place *place, moment_t since) {
    struct map_place whole = *place; /* a heap may have been larger then */
    whole.region.end = place->kind == MAP_HEAP ? last_byte(m, place) + 1 : place->region.end;
    struct sweep sweep = {
        .place = &whole, .space = space_at(since, place->pid), .at = since, .compares = true};
    for (uint32_t n = 0; n < m->count; n++) {
        struct pixel then = {0};
        map_look(&sweep, n, &then);
        m->pixels[n].then = then.now;
    }
    for (int i = 0; i < MAPS; i++) { /* what a map of another view kept here is no more */
        const struct map *other = &maps[i];
        if (other->compared) {
            maps[i].compared = other->compared_in + pixel_count(&other->compared_at) <= m->pixels ||
                               m->pixels + m->count <= other->compared_in;
        }
    }
    m->compared = true;
    m->compared_in = m->pixels;
    m->compared_at = *place;
    m->since = since;
    m->redraw = true;
}

static bool wants_comparing(uint32_t index, moment_t since) {
    return viz_maps[index].kind != MAP_NONE && !(maps[index].compared && maps[index].since == since);
}

static void look_all_then(void *context, moment_t since) {
    (void)context;
    for (uint32_t i = 0; i < MAPS; i++) {
        if (wants_comparing(i, since)) {
            look_then(&maps[i], &viz_maps[i], since);
        }
    }
}

void maps_compare(const struct viz_status *status) {
    bool wanted = false;
    for (uint32_t i = 0; i < MAPS; i++) {
        maps[i].compared &= status->since != NOW;
        wanted |= status->since != NOW && wants_comparing(i, status->since);
    }
    if (wanted) {
        marks_then(status, look_all_then, NULL);
    }
}

void maps_changed(uint32_t pixels[CHANGES]) {
    __builtin_memset(pixels, 0, CHANGES * sizeof *pixels);
    for (uint32_t i = 0; i < MAPS; i++) {
        for (int c = 0; c < CHANGES && viz_maps[i].kind != MAP_NONE && maps[i].compared; c++) {
            pixels[c] += maps[i].changed[c];
        }
    }
}

/* ---- Painting ---- */

/* A map of this view has changed its place or size: it cannot be painted beside the others as they are. */
static bool elsewhere;

void maps_begin(void) {
    elsewhere = false;
    for (int i = 0; i < MAPS; i++) {
        maps[i].here = false;
    }
}

bool maps_end(void) {
    bool gone = false;
    for (int i = 0; i < MAPS; i++) {
        gone |= viz_maps[i].kind != MAP_NONE && !maps[i].here;
    }
    return !gone && !elsewhere;
}

static bool same_place(const struct map_place *a, const struct map_place *b) {
    return a->column == b->column && a->row == b->row && a->columns == b->columns && a->rows == b->rows;
}

/* Do their pixels stand for the same, but for where the region ends? */
static bool same_part(const struct map_place *a, const struct map_place *b) {
    return a->kind == b->kind && a->pid == b->pid && a->shift == b->shift &&
           a->region.start == b->region.start;
}

/* Takes the place over. Where only the region's end moved, only what lies between is looked at again. */
static void settle(uint32_t index, const struct map_place *place) {
    struct map *m = &maps[index];
    struct map_place *p = &viz_maps[index];
    bool known = m->pixels && same_part(p, place);
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
        m->pixels[n].flags = PIXEL_STALE;
    }
    m->compared &= m->compared_in == m->pixels && same_place(&m->compared_at, place) &&
                   same_part(&m->compared_at, place);
    m->restless = true;
}

/* Looks again at what is stale, ends what has glowed long enough; returns how many pixels glow. */
static uint32_t refresh(struct map *m, const struct map_place *place, const struct viz_status *status) {
    struct sweep sweep = {.place = place,
                          .space = space_at(status->moment, place->pid),
                          .at = status->moment,
                          .compares = status->since != NOW};
    uint32_t glowing = 0;
    for (uint32_t n = 0; n < m->count; n++) {
        struct pixel *pixel = &m->pixels[n];
        if (pixel->flags & PIXEL_STALE) {
            map_look(&sweep, n, pixel);
            pixel->flags &= (uint8_t)~PIXEL_STALE;
        }
        if (pixel->flags & PIXEL_GLOWS) {
            bool over = (uint16_t)((uint16_t)status->now - pixel->touched) >= GLOW_MS;
            if (over || !status->glow || pixel->now.paint == PAINT_NOTHING) {
                pixel->flags &= (uint8_t)~PIXEL_GLOWS;
            } else {
                glowing++;
            }
        }
    }
    return glowing;
}

static uint8_t plain_colour(const struct pixel *pixel, moment_t moment) {
    if (pixel->now.paint >= OWNERS) {
        return pixel->now.paint == PAINT_UNMAPPED ? COLOUR_UNMAPPED : COLOUR_BACKGROUND;
    }
    if (pixel->now.paint == OWNER_FREE || pixel->now.paint == OWNER_FOREIGN ||
        viz_look.colouring == COLOUR_BY_OWNER) {
        return pixel->flags & PIXEL_EDGE ? COLOUR_EDGE : owner_colour[pixel->now.paint];
    }
    return viz_look.colouring == COLOUR_BY_PROCESS ? look_process_colour(pixel->detail)
                                                   : look_age_colour(pixel->detail, moment);
}

uint8_t change_colour(enum change change, const struct seen *now) {
    return change == CAME      ? owner_colour[now->owner]
           : change == WENT    ? COLOUR_WHITE
           : change == MOVED   ? COLOUR_TITLE
           : owned(now->paint) ? COLOUR_UNMAPPED
                               : COLOUR_BACKGROUND;
}

char change_letter(enum change change) {
    static const char letters[CHANGES] = {[CAME] = '+', [WENT] = 'x', [MOVED] = '~'};
    return letters[change];
}

static uint8_t pixel_colour(const struct map *m, const struct pixel *pixel, moment_t moment) {
    if (pixel->flags & PIXEL_CHOSEN) {
        return cursor.phase ? COLOUR_WHITE : COLOUR_TITLE;
    }
    if (m->compared) {
        return change_colour(change_in(pixel), &pixel->now);
    }
    if (m->glow && pixel->flags & PIXEL_GLOWS) {
        return COLOUR_WHITE;
    }
    return plain_colour(pixel, moment);
}

/* What one map is drawn with. As long as it stands for owners and nothing else, a pixel's colour is looked up. */
struct ink {
    const struct map *map;
    moment_t moment;
    bool plain;
    uint8_t colours[PAINTS + 1]; /* by paint; edges behind */
};

static struct ink ink_for(const struct map *m, moment_t moment) {
    struct ink ink = {m, moment, !m->compared && viz_look.colouring == COLOUR_BY_OWNER, {0}};
    __builtin_memcpy(ink.colours, owner_colour, OWNERS);
    ink.colours[PAINT_UNMAPPED] = COLOUR_UNMAPPED;
    ink.colours[PAINT_NOTHING] = COLOUR_BACKGROUND;
    ink.colours[PAINTS] = COLOUR_EDGE;
    return ink;
}

static inline uint8_t inked(const struct ink *ink, const struct pixel *pixel) {
    if (ink->plain && !(pixel->flags & (PIXEL_GLOWS | PIXEL_CHOSEN))) {
        return ink->colours[pixel->flags & PIXEL_EDGE ? PAINTS : pixel->now.paint];
    }
    return pixel_colour(ink->map, pixel, ink->moment);
}

static void draw_half_blocks(struct screen *screen, const struct ink *ink, const struct map_place *place) {
    for (uint32_t row = 0; row < place->rows; row += 2) {
        for (uint32_t column = 0; column < place->columns; column++) {
            const struct pixel *upper = &ink->map->pixels[row * place->columns + column];
            const struct pixel *lower = upper + place->columns;
            bool error = upper->now.paint == OWNER_FOREIGN || lower->now.paint == OWNER_FOREIGN;
            uint8_t attribute = ATTRIBUTE(inked(ink, upper), inked(ink, lower));
            cell_t c = error ? cell('!', ATTR_ERROR) : cell((uint8_t)GLYPH_UPPER_HALF, attribute);
            screen_put(screen, place->row + (int)row / 2, place->column + (int)column, c);
        }
    }
}

char map_letter(uint8_t paint) {
    return paint == OWNER_FREE ? LETTER_FREE : paint < OWNERS ? owner_info[paint].letter : LETTER_UNMAPPED;
}

static char letter(const struct map *m, const struct pixel *pixel) {
    enum change change = change_at(m, pixel);
    const uint8_t paint = pixel->now.paint;
    if (change != SAME) {
        return change_letter(change);
    }
    bool of_process = owned(paint) && paint != OWNER_FOREIGN && pixel->detail < SPACES;
    return of_process && look_ranks_in_letters() ? look_process_letter(pixel->detail) : map_letter(paint);
}

static void draw_letters(struct screen *screen, const struct ink *ink, const struct map_place *place) {
    for (uint32_t n = 0; n < ink->map->count; n++) {
        const struct pixel *pixel = &ink->map->pixels[n];
        uint32_t row = n / place->columns, column = n % place->columns;
        uint8_t attribute = pixel->now.paint == OWNER_FOREIGN ? ATTR_ERROR : attr_on(inked(ink, pixel));
        screen_put(screen, place->row + (int)row, place->column + (int)column,
                   cell((uint8_t)letter(ink->map, pixel), attribute));
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
    struct map *m = &maps[index];
    const struct chain *chain = chain_shown();
    enum subject_kind kind = map_subject(index);
    for (uint32_t n = 0; m->chosen && n < m->count; n++) {
        m->pixels[n].flags &= (uint8_t)~PIXEL_CHOSEN;
    }
    m->chosen = chain->subject.kind != SUBJECT_NOTHING;
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
    struct ink ink = ink_for(m, moment);
    (viz_look.letters ? draw_letters : draw_half_blocks)(screen, &ink, place);
    if (cursor.index == (int)index) {
        draw_cursor(screen, index);
    }
    m->redraw = false;
    __builtin_memset(m->changed, 0, sizeof m->changed);
    for (uint32_t n = 0; m->compared && n < m->count; n++) {
        m->changed[change_in(&m->pixels[n])]++;
    }
}

void map_paint(uint32_t index, const struct map_place *place, const struct viz_status *status) {
    struct map *m = &maps[index];
    m->fit = *place;
    m->here = true;
    struct map_place want = map_wanted(index);
    if (m->pixels && !same_place(&want, &viz_maps[index])) {
        elsewhere = true;
        return;
    }
    settle(index, &want);
    if (!m->restless) {
        return;
    }
    uint32_t glowing = refresh(m, &want, status), inside = 0;
    if (!nothing(want.region)) {
        inside = (want.region.end - 1 - want.region.start) >> want.shift;
    }
    m->glow = glowing * 8 < (inside < m->count ? inside : m->count);
    m->redraw = true;
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

void maps_afresh(struct screen *screen, const struct viz_status *status, uint32_t from, uint32_t end) {
    for (uint32_t i = 0; i < MAPS; i++) {
        const struct map_place *place = &viz_maps[i];
        uint32_t high = viz_look.letters ? 1 : 2; /* rows of pixels in a text row */
        uint32_t first = from > place->row ? (from - place->row) * high * place->columns : 0;
        uint32_t last = end > place->row ? (end - place->row) * high * place->columns : 0;
        last = last < maps[i].count ? last : maps[i].count;
        if (place->kind == MAP_NONE || first >= last) {
            continue;
        }
        for (uint32_t n = first; n < last; n++) {
            maps[i].pixels[n].flags |= PIXEL_STALE;
        }
        refresh(&maps[i], place, status);
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
