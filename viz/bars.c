/*
 * The bars every view keeps.
 */
#include "viz/bars.h"

#include "mm/regime.h"
#include "viz/keys.h"
#include "mm/text.h"
#include "viz/layout.h"
#include "viz/legend.h"
#include "viz/map.h"
#include "viz/palette.h"
#include "viz/view.h"

char *key_name(char name[KEY_NAME_BYTES], int key) {
    return print_line(name, KEY_NAME_BYTES, "F%d", key - KEY_F1 + 1);
}

static char upper(char c) {
    return c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
}

static void regime(struct screen *screen, const char *name) {
    for (int i = 0; name[i] && TITLE_REGIME + i < TITLE_REGIME_END; i++) {
        screen_put(screen, TITLE_ROW, TITLE_REGIME + i, cell((uint8_t)upper(name[i]), ATTR_TITLE));
    }
}

static void pace(struct screen *screen, const struct viz_status *status) {
    char glyph = status->running ? GLYPH_PLAY : GLYPH_STOP;
    screen_print(screen, TITLE_ROW, TITLE_PACE, TITLE_PACE_END, ATTR_TITLE, "%c %s", glyph, status->pace);
}

/* How far the picture has gone back; what only the present has gives way, but not an error. */
static void past(struct screen *screen, const struct viz_status *status) {
    int end = status->audit_differences ? TITLE_AUDIT : TITLE_SHARE_END;
    screen_fill(screen, TITLE_ROW, TITLE_PACE, end - TITLE_PACE, cell(' ', ATTR_TITLE));
    screen_print(screen, TITLE_ROW, TITLE_PACE, end, ATTR_TITLE, "%c PAST  -%'u step%s  ev %'u of %'u",
                 GLYPH_BACK, status->steps_back, status->steps_back == 1 ? "" : "s", status->moment,
                 events.next - 1);
}

/* The age of the last audit, or how many differences it found. */
static void audit(char *text, uint32_t bytes, const struct viz_status *status) {
    uint32_t tenths = status->audit_age / 100;
    if (status->audit_differences) {
        print_line(text, bytes, "audit ! %u", status->audit_differences);
    } else if (status->audit_age == ~0u) {
        print_line(text, bytes, "audit -");
    } else if (status->phantoms) {
        print_line(text, bytes, "audit %c", GLYPH_CHECK);
    } else if (tenths < 100) {
        print_line(text, bytes, "audit %c %u.%us", GLYPH_CHECK, tenths / 10, tenths % 10);
    } else {
        print_line(text, bytes, "audit %c %us", GLYPH_CHECK, tenths / 10);
    }
}

/* Audit, phantoms, and what painting costs. With phantoms the age of the audit makes room, with many the word. */
static void truth(struct screen *screen, const struct viz_status *status) {
    char text[24], phantom[24];
    audit(text, sizeof text, status);
    uint8_t attribute = status->audit_differences ? ATTR_ERROR : ATTR_TITLE_TEXT;
    if (!status->phantoms) {
        screen_text(screen, TITLE_ROW, TITLE_AUDIT, TITLE_AUDIT_END, attribute, text);
        screen_print_right(screen, TITLE_ROW, TITLE_SHARE_END, ATTR_TITLE_TEXT, "viz %u.%u%%",
                           status->share / 10, status->share % 10);
        return;
    }
    screen_print_right(screen, TITLE_ROW, TITLE_SHARE_END, ATTR_TITLE_TEXT, "viz %u%%", status->share / 10);
    print_line(phantom, sizeof phantom, " phantom %'u", status->phantoms);
    const char *state = status->phantoms < 100 ? text : text + sizeof "audit" /* and a space */;
    int end = screen_text(screen, TITLE_ROW, TITLE_PHANTOM, TITLE_PHANTOM_END, attribute, state);
    screen_text(screen, TITLE_ROW, end, TITLE_PHANTOM_END, ATTR_TITLE, phantom);
}

void bars_title(struct screen *screen, const struct viz_status *status) {
    uint32_t newest = events.next - 1;
    screen_fill(screen, TITLE_ROW, 0, SCREEN_COLUMNS, cell(' ', ATTR_TITLE));
    screen_text(screen, TITLE_ROW, TITLE_SUTURE, TITLE_REGIME, ATTR_TITLE, "SUTURE");
    const struct space *space = space_at(status->moment, viz_selected());
    regime(screen, space ? space->regime->name : status->regime);
    if (viz_selected()) {
        screen_print(screen, TITLE_ROW, TITLE_PROCESS, TITLE_PROCESS_END, ATTR_TITLE, "pid %u %s",
                     viz_selected(), viz_selected_name());
    } else {
        screen_text(screen, TITLE_ROW, TITLE_PROCESS, TITLE_PROCESS_END, ATTR_TITLE_TEXT, "no process");
    }
    pace(screen, status);
    screen_print(screen, TITLE_ROW, TITLE_EVENT, TITLE_EVENT_END, ATTR_TITLE_TEXT, "ev %'u", newest);
    truth(screen, status);
    if (status->moment != NOW) {
        past(screen, status);
    }
}

void bars_swatch(struct screen *screen, int row, int column, enum owner owner) {
    screen_put(screen, row, column, cell((uint8_t)map_letter(owner), attr_owner(owner)));
}

/* A key and its word where both fit; else nothing. Returns where the next one stands. */
static int hint(struct screen *screen, int row, int column, const char *key, const char *word) {
    char text[SCREEN_COLUMNS];
    print_line(text, sizeof text, "%s %s", key, word);
    int length = (int)text_length(text);
    if (column + length > LINE_END) {
        return column;
    }
    screen_text(screen, row, column, LINE_END, ATTR_DIM, text);
    screen_text(screen, row, column, LINE_END, ATTR_HEADING, key);
    return column + length + 2;
}

/* "F2-F8" for the first and the last view behind the help. */
static char *views_keys(char *name, uint32_t bytes) {
    int first = KEY_F12, last = KEY_F1;
    TABLE_EACH(views, const struct view, view) {
        int key = (*view)->key;
        first = key < first && key != KEY_F1 ? key : first;
        last = key > last ? key : last;
    }
    return print_line(name, bytes, "F%d-F%d", first - KEY_F1 + 1, last - KEY_F1 + 1);
}

static void keys(struct screen *screen, int row) {
    char name[2 * KEY_NAME_BYTES];
    int column = hint(screen, row, 0, key_name(name, KEY_F1), "help");
    column = hint(screen, row, column, views_keys(name, sizeof name), "views");
    for (uint32_t i = 0; i < bindings_count; i++) {
        if (bindings[i].brief) {
            column = hint(screen, row, column, bindings[i].name, bindings[i].brief);
        }
    }
}

void bars_question(struct screen *screen, const char *text) {
    int row = (int)screen->rows - LEGEND_UP;
    screen_fill(screen, row, 0, LINE_END, cell(' ', ATTR_CHOSEN));
    screen_text(screen, row, 0, LINE_END, ATTR_CHOSEN, text);
}

void bars_bottom(struct screen *screen) {
    screen_fill(screen, (int)screen->rows - KEYS_UP, 0, LINE_END, cell(' ', ATTR_TEXT));
    legend_paint(screen, (int)screen->rows - LEGEND_UP);
    keys(screen, (int)screen->rows - KEYS_UP);
}
