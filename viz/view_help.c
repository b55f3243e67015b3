/*
 * The help: keys, colours, and the three things a class asks first.
 */
#include "viz/bars.h"
#include "viz/layout.h"
#include "viz/palette.h"
#include "viz/view.h"

enum {
    KEY_WORDS = 6,
    VIEW_COLUMN = 1,
    HINT_COLUMN = 20,
    COLOUR_COLUMN = 1,
    COLOUR_COLUMN_2 = 27,
    COLOUR_WORDS = 3
};

static int heading(struct screen *screen, int row, const char *text) {
    screen_text(screen, row, 0, LINE_END, ATTR_HEADING, text);
    return row + 1;
}

static void key_line(struct screen *screen, int row, int column, const char *key, const char *words) {
    screen_text(screen, row, column, LINE_END, ATTR_HEADING, key);
    screen_text(screen, row, column + KEY_WORDS, LINE_END, ATTR_TEXT, words);
}

/* The views at the left, the other keys beside them. */
static int keys(struct screen *screen, int row) {
    char name[KEY_NAME_BYTES];
    int left = heading(screen, row, "KEYS"), right = left;
    for (int key = KEY_F1; key <= KEY_F12; key++) {
        TABLE_EACH(views, const struct view, view) {
            if ((*view)->key == key) {
                key_line(screen, left++, VIEW_COLUMN, key_name(name, key), (*view)->name);
            }
        }
    }
    for (uint32_t i = 0; i < key_hints_count; i++) {
        key_line(screen, right++, HINT_COLUMN, key_hints[i].key, key_hints[i].words);
    }
    return (left > right ? left : right) + 1;
}

/* The owners in two columns, and what is nobody's. */
static int colours(struct screen *screen, int row) {
    static const enum owner shown[] = {OWNER_KPAGE, OWNER_KBYTE, OWNER_UBYTE, OWNER_UPAGE,
                                       OWNER_HEAP,  OWNER_STACK, OWNER_IMAGE, OWNER_SYSTEM};
    const int half = 4;
    row = heading(screen, row, "COLOURS   who will take it back");
    for (int i = 0; i < 2 * half; i++) {
        int column = i < half ? COLOUR_COLUMN : COLOUR_COLUMN_2;
        bars_swatch(screen, row + i % half, column, shown[i]);
        screen_text(screen, row + i % half, column - COLOUR_COLUMN + COLOUR_WORDS, LINE_END, ATTR_TEXT,
                    owner_info[shown[i]].title);
    }
    row += half;
    bars_swatch(screen, row, COLOUR_COLUMN, OWNER_FREE);
    screen_text(screen, row++, COLOUR_WORDS, LINE_END, ATTR_TEXT,
                "free: a hole of a heap, on a page that is mapped; or memman's");
    screen_put(screen, row, COLOUR_COLUMN, cell(' ', ATTRIBUTE(COLOUR_TEXT, COLOUR_UNMAPPED)));
    screen_text(screen, row++, COLOUR_WORDS, LINE_END, ATTR_TEXT,
                "unmapped: addresses that have no frame behind them, in a hole or elsewhere");
    bars_swatch(screen, row, COLOUR_COLUMN, OWNER_FOREIGN);
    screen_text(screen, row++, COLOUR_WORDS, LINE_END, ATTR_TEXT,
                "foreign: nobody owns what lies there. An error; only errors have this colour");
    screen_put(screen, row, COLOUR_COLUMN, cell(' ', ATTRIBUTE(COLOUR_TEXT, COLOUR_WHITE)));
    screen_text(screen, row++, COLOUR_WORDS, LINE_END, ATTR_TEXT, "white for a moment: it just changed");
    return row + 1;
}

static void answers(struct screen *screen, int row) {
    static const char *const lines[] = {
        "malloc is a system call here, so that the class sees each one. Elsewhere a C",
        "library takes whole pages from the kernel and cuts them up without a word.",
        "A pixel shows the owner with the larger share; an error always wins.",
    };
    for (uint32_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        screen_text(screen, row + (int)i, 1, LINE_END, ATTR_TEXT, lines[i]);
    }
}

static void paint(struct screen *screen, const struct viz_status *status, const struct space *space) {
    (void)status;
    (void)space;
    answers(screen, heading(screen, colours(screen, keys(screen, BODY_ROW)), "WHY"));
}

static const struct view help = {
    .name = "help",
    .title = "this page",
    .key = KEY_F1,
    .paint = paint,
};
TABLE_ENTRY(views, const struct view, help);
