/*
 * The cursor: a place in half rows and columns, and the thing that is there.
 */
#include "viz/cursor.h"

#include "viz/layout.h"
#include "viz/look.h"
#include "viz/map.h"

/* Counts of the mouse for a column, and for half a row. */
#define MOUSE_STEP 8

static struct {
    bool on;
    bool nowhere; /* its thing stands nowhere on this screen, and is still the subject */
    int half_row, column;
    int map; /* the map it is in, or -1 */
    struct subject subject;
    int x, y; /* of the mouse, in its counts */
} cursor = {.map = -1};

static const struct subject nothing = {.kind = SUBJECT_NOTHING};

bool cursor_on(void) {
    return cursor.on;
}

void cursor_off(void) {
    cursor.on = false;
    cursor.map = -1;
    cursor.subject = nothing;
}

struct subject cursor_subject(void) {
    return cursor.subject;
}

int cursor_map(uint32_t *address) {
    *address = cursor.subject.at.start;
    return cursor.on ? cursor.map : -1;
}

bool cursor_cell(int *row, int *column) {
    *row = cursor.half_row / 2;
    *column = cursor.column;
    return !cursor.nowhere;
}

/* ---- What stands where ---- */

static bool same(const struct subject *a, const struct subject *b) {
    return a->kind == b->kind && a->pid == b->pid && a->seq == b->seq && a->at.start == b->at.start &&
           a->at.end == b->at.end;
}

/* The thing at a place, and the map it is in or -1. */
static struct subject thing_at(const struct field *field, int half_row, int column, int *map) {
    struct subject subject = nothing;
    uint32_t pixel;
    int row = half_row / 2;
    *map = map_at(half_row, column, &pixel);
    if (*map >= 0) {
        struct region bytes = map_pixel((uint32_t)*map, pixel);
        subject.kind = map_subject((uint32_t)*map);
        subject.pid = viz_maps[*map].pid;
        subject.at = (struct region){map_thing((uint32_t)*map, pixel, field->at), bytes.end};
    } else if (row >= BODY_ROW && row < layout_body_end(field->screen) && field->view->subject &&
               !field->view->subject(row, column, &subject)) {
        subject = nothing;
    }
    return subject;
}

/* Goes there when something is there that is not what it is on already. */
static bool land(const struct field *field, int half_row, int column) {
    int map;
    struct subject subject = thing_at(field, half_row, column, &map);
    if (subject.kind == SUBJECT_NOTHING || (map < 0 && cursor.map < 0 && same(&subject, &cursor.subject))) {
        return false;
    }
    cursor.on = true;
    cursor.nowhere = false;
    cursor.half_row = half_row;
    cursor.column = column;
    cursor.map = map;
    cursor.subject = subject;
    return true;
}

/* ---- Moving ---- */

/* The address `pixels` further in its map; false past the ends of memory. */
static bool further(int pixels, uint32_t *address) {
    uint32_t by = (uint32_t)(pixels < 0 ? -pixels : pixels) << map_shift((uint32_t)cursor.map),
             from = *address;
    *address = pixels < 0 ? from - by : from + by;
    return pixels < 0 ? *address < from : *address > from;
}

/* Along the map's addresses; the map scrolls when it is zoomed. */
static bool move_in_map(const struct field *field, int pixels) {
    uint32_t address = cursor.subject.at.start;
    int half_row, column;
    return cursor.map >= 0 && further(pixels, &address) && map_show((uint32_t)cursor.map, address) &&
           map_find((uint32_t)cursor.map, address, &half_row, &column) && land(field, half_row, column);
}

static bool in_body(const struct field *field, int half_row) {
    return half_row >= 2 * BODY_ROW && half_row < 2 * layout_body_end(field->screen);
}

/* The next row in which something stands: in this column, else in the nearest. */
static bool move_rows(const struct field *field, int step) {
    for (int reach = 0; reach < SCREEN_COLUMNS; reach++) {
        for (int row = cursor.half_row + step; in_body(field, row); row += step) {
            if (land(field, row, cursor.column - reach) || land(field, row, cursor.column + reach)) {
                return true;
            }
        }
    }
    return false;
}

static bool move_columns(const struct field *field, int step) {
    for (int column = cursor.column + step; column >= 0 && column < SCREEN_COLUMNS; column += step) {
        if (land(field, cursor.half_row, column)) {
            return true;
        }
    }
    return false;
}

/* Where it first stands: in the map of the heap, in the last map, at the view's first subject. */
static bool begin(const struct field *field) {
    int best = -1;
    for (int i = 0; i < MAPS; i++) {
        if (viz_maps[i].kind != MAP_NONE && (best < 0 || viz_maps[i].kind >= viz_maps[best].kind)) {
            best = i;
        }
    }
    int half_row, column;
    if (best >= 0 && map_find((uint32_t)best, map_home((uint32_t)best), &half_row, &column) &&
        land(field, half_row, column)) {
        return true;
    }
    cursor.half_row = 2 * BODY_ROW - 2;
    cursor.column = 0;
    return move_rows(field, 2);
}

bool cursor_move(const struct field *field, int key) {
    if (!cursor.on || cursor.nowhere) {
        return begin(field);
    }
    int columns = cursor.map >= 0 ? viz_maps[cursor.map].columns : 0;
    switch (key) {
    case KEY_UP: return move_in_map(field, -columns) || move_rows(field, -1);
    case KEY_DOWN: return move_in_map(field, columns) || move_rows(field, 1);
    case KEY_LEFT: return move_in_map(field, -1) || move_columns(field, -1);
    case KEY_RIGHT: return move_in_map(field, 1) || move_columns(field, 1);
    default: return false;
    }
}

static int between(int low, int value, int high) {
    return value < low ? low : value > high ? high : value;
}

void cursor_mouse(const struct field *field, int dx, int dy) {
    cursor.x = between(0, cursor.x + dx, SCREEN_COLUMNS * MOUSE_STEP - 1);
    cursor.y = between(0, cursor.y + dy, 2 * (int)field->screen->rows * MOUSE_STEP - 1);
    cursor.on = true;
    cursor.nowhere = false;
    cursor.half_row = cursor.y / MOUSE_STEP;
    cursor.column = cursor.x / MOUSE_STEP;
    cursor.subject = thing_at(field, cursor.half_row, cursor.column, &cursor.map);
}

void cursor_set(const struct subject *subject) {
    cursor.on = true;
    cursor.map = -1;
    cursor.subject = *subject;
}

/* ---- Holding on ---- */

/* A map that shows it, the one it is in before others. */
static bool find_in_maps(void) {
    int first = cursor.map >= 0 ? cursor.map : 0;
    for (int i = 0; i < MAPS; i++) {
        int map = (first + i) % MAPS, half_row, column;
        uint32_t address = cursor.subject.at.start;
        if (viz_maps[map].kind == MAP_NONE || map_subject((uint32_t)map) != cursor.subject.kind ||
            viz_maps[map].pid != cursor.subject.pid || !map_show((uint32_t)map, address) ||
            !map_find((uint32_t)map, address, &half_row, &column)) {
            continue;
        }
        cursor.map = map;
        cursor.half_row = half_row;
        cursor.column = column;
        return true;
    }
    return false;
}

/* The row of the view that is about it, the one it is in before others. */
static bool find_in_view(const struct field *field) {
    int end = layout_body_end(field->screen), rows = end - BODY_ROW, at = cursor.half_row / 2 - BODY_ROW;
    for (int i = 0; i < rows && field->view->subject; i++) {
        int row = BODY_ROW + (at < 0 || at >= rows ? i : (at + i) % rows), map;
        struct subject there = thing_at(field, 2 * row, cursor.column, &map);
        if (map < 0 && same(&there, &cursor.subject)) {
            cursor.map = -1;
            cursor.half_row = 2 * row;
            return true;
        }
    }
    return false;
}

void cursor_follow(const struct field *field) {
    if (!cursor.on || cursor.subject.kind == SUBJECT_NOTHING) {
        return;
    }
    cursor.nowhere =
        !(cursor.map < 0 ? find_in_view(field) || find_in_maps() : find_in_maps() || find_in_view(field));
    if (cursor.nowhere) {
        cursor.map = -1;
    }
    if (cursor.x / MOUSE_STEP != cursor.column || cursor.y / MOUSE_STEP != cursor.half_row) {
        cursor.x = cursor.column * MOUSE_STEP + MOUSE_STEP / 2;
        cursor.y = cursor.half_row * MOUSE_STEP + MOUSE_STEP / 2;
    }
}
