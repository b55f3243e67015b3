/*
 * The bars every view keeps.
 */
#include "viz/bars.h"

#include "viz/layout.h"
#include "viz/palette.h"
#include "viz/view.h"

const struct key_hint key_hints[] = {
    {"Tab", "process", "choose the next process; Shift-Tab the one before"},
    {"Space", "pause", "stop programs before their next step; go on"},
    {".", "step", "one step: a malloc or free and all it causes"},
    {"+ -", "pace", "faster, slower: steps a second"},
};
const uint32_t key_hints_count = sizeof key_hints / sizeof *key_hints;

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
    bool past = status->moment != NOW;
    char glyph = past ? GLYPH_BACK : status->running ? GLYPH_PLAY : GLYPH_STOP;
    screen_print(screen, TITLE_ROW, TITLE_PACE, TITLE_PACE_END, ATTR_TITLE, "%c %s", glyph,
                 past ? "past" : status->pace);
}

/* The age of the last audit, or how many differences it found. */
static void audit(struct screen *screen, const struct viz_status *status) {
    uint32_t tenths = status->audit_age / 100;
    if (status->audit_differences) {
        screen_print(screen, TITLE_ROW, TITLE_AUDIT, TITLE_AUDIT_END, ATTR_ERROR, "audit ! %u",
                     status->audit_differences);
    } else if (status->audit_age == ~0u) {
        screen_text(screen, TITLE_ROW, TITLE_AUDIT, TITLE_AUDIT_END, ATTR_TITLE_TEXT, "audit -");
    } else if (tenths < 100) {
        screen_print(screen, TITLE_ROW, TITLE_AUDIT, TITLE_AUDIT_END, ATTR_TITLE_TEXT, "audit %c %u.%us",
                     GLYPH_CHECK, tenths / 10, tenths % 10);
    } else {
        screen_print(screen, TITLE_ROW, TITLE_AUDIT, TITLE_AUDIT_END, ATTR_TITLE_TEXT, "audit %c %us",
                     GLYPH_CHECK, tenths / 10);
    }
}

void bars_title(struct screen *screen, const struct viz_status *status) {
    uint32_t newest = status->moment == NOW ? events.next - 1 : status->moment;
    screen_fill(screen, TITLE_ROW, 0, SCREEN_COLUMNS, cell(' ', ATTR_TITLE));
    screen_text(screen, TITLE_ROW, TITLE_SUTURE, TITLE_REGIME, ATTR_TITLE, "SUTURE");
    regime(screen, status->regime);
    if (viz_selected()) {
        screen_print(screen, TITLE_ROW, TITLE_PROCESS, TITLE_PROCESS_END, ATTR_TITLE, "pid %u %s",
                     viz_selected(), viz_selected_name());
    } else {
        screen_text(screen, TITLE_ROW, TITLE_PROCESS, TITLE_PROCESS_END, ATTR_TITLE_TEXT, "no process");
    }
    pace(screen, status);
    screen_print(screen, TITLE_ROW, TITLE_EVENT, TITLE_EVENT_END, ATTR_TITLE_TEXT, "ev %'u", newest);
    audit(screen, status);
    screen_print_right(screen, TITLE_ROW, TITLE_SHARE_END, ATTR_TITLE_TEXT, "viz %u.%u%%", status->share / 10,
                       status->share % 10);
}

void bars_swatch(struct screen *screen, int row, int column, enum owner owner) {
    screen_put(screen, row, column, cell((uint8_t)owner_info[owner].letter, attr_owner(owner)));
}

static int legend_owner(struct screen *screen, int row, int column, enum owner owner) {
    bars_swatch(screen, row, column, owner);
    return screen_text(screen, row, column + 1, LINE_END, ATTR_TEXT, owner_info[owner].name) + 1;
}

static void legend(struct screen *screen, int row) {
    static const enum owner owners_shown[] = {OWNER_KPAGE, OWNER_KBYTE, OWNER_UBYTE,  OWNER_UPAGE, OWNER_HEAP,
                                              OWNER_STACK, OWNER_IMAGE, OWNER_SYSTEM, OWNER_FREE};
    int column = 0;
    for (uint32_t i = 0; i < sizeof owners_shown / sizeof *owners_shown; i++) {
        column = legend_owner(screen, row, column, owners_shown[i]);
    }
    screen_put(screen, row, column, cell(' ', ATTRIBUTE(COLOUR_TEXT, COLOUR_UNMAPPED)));
    column = screen_text(screen, row, column + 1, LINE_END, ATTR_TEXT, "unmapped") + 1;
    legend_owner(screen, row, column, OWNER_FOREIGN);
}

/* A key and its word where both fit; else nothing. Returns where the next one stands. */
static int hint(struct screen *screen, int row, int column, const char *key, const char *word) {
    char text[SCREEN_COLUMNS];
    int length = 0;
    print_line(text, sizeof text, "%s %s", key, word);
    while (text[length]) {
        length++;
    }
    if (column + length > LINE_END) {
        return column;
    }
    screen_text(screen, row, column, LINE_END, ATTR_DIM, text);
    screen_text(screen, row, column, LINE_END, ATTR_HEADING, key);
    return column + length + 2;
}

static void keys(struct screen *screen, int row) {
    char name[KEY_NAME_BYTES];
    int column = 0;
    for (int key = KEY_F1; key <= KEY_F12; key++) {
        TABLE_EACH(views, const struct view, view) {
            if ((*view)->key == key) {
                column = hint(screen, row, column, key_name(name, key), (*view)->name);
            }
        }
    }
    for (uint32_t i = 0; i < key_hints_count; i++) {
        column = hint(screen, row, column, key_hints[i].key, key_hints[i].brief);
    }
}

void bars_bottom(struct screen *screen) {
    legend(screen, (int)screen->rows - LEGEND_UP);
    keys(screen, (int)screen->rows - KEYS_UP);
}
