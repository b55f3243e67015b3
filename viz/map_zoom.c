/*
 * The windows of zoomed maps, and where on the screen an address stands.
 */
#include "viz/look.h"
#include "viz/map_inside.h"

/* Pixels and what a pixel stands for when the map is not zoomed: in letters a pixel is twice as high. */
static struct map_place fitted(const struct map_place *fit) {
    struct map_place place = *fit;
    if (viz_look.letters) {
        place.rows /= 2;
        place.shift++;
    }
    return place;
}

static bool holds_all(const struct map_place *place, uint8_t shift) {
    return (uint64_t)pixel_count(place) << shift >> 32 != 0;
}

/* Rows begin at multiples of this. */
static uint32_t row_step(const struct map_place *place, uint8_t shift) {
    uint32_t columns = place->columns;
    return (columns & -columns) << shift;
}

struct map_place map_wanted(uint32_t index) {
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
    struct map_place now = map_wanted(index);
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

bool maps_moved(void) {
    for (uint32_t i = 0; i < MAPS; i++) {
        const struct map_place *painted = &viz_maps[i], want = map_wanted(i);
        if (painted->kind != MAP_NONE &&
            (painted->shift != want.shift || painted->region.start != want.region.start)) {
            return true;
        }
    }
    return false;
}

bool map_show(uint32_t index, uint32_t address) {
    struct map *m = &maps[index];
    struct map_place place = map_wanted(index), fit = fitted(&m->fit);
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
        struct map_place p = map_wanted((uint32_t)i);
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
    struct map_place place = map_wanted(index);
    return has_pixel(&place, pixel) ? pixel_region(&place, pixel) : (struct region){0, 0};
}

uint8_t map_shift(uint32_t index) {
    return map_wanted(index).shift;
}

uint32_t map_home(uint32_t index) {
    const struct map *m = &maps[index];
    const struct map_place *place = &viz_maps[index];
    for (uint32_t n = 0; n < m->count && has_pixel(place, n); n++) {
        if (m->pixels[n].now.paint < OWNERS && m->pixels[n].now.paint > OWNER_SYSTEM) {
            return pixel_region(place, n).start;
        }
    }
    return place->region.start;
}
bool map_find(uint32_t index, uint32_t address, int *half_row, int *column) {
    struct map_place p = map_wanted(index);
    if (viz_maps[index].kind == MAP_NONE || !shows(&p, address)) {
        return false;
    }
    uint32_t n = (address - p.region.start) >> p.shift;
    int row = (int)(n / p.columns);
    *half_row = viz_look.letters ? 2 * (p.row + row) : 2 * p.row + row;
    *column = p.column + (int)(n % p.columns);
    return n < pixel_count(&p);
}
