/*
 * The help, two pages: the keys; the colours, and the three things a class asks first.
 */
#include "viz/bars.h"
#include "viz/keys.h"
#include "viz/layout.h"
#include "viz/palette.h"
#include "viz/view.h"

enum {
    VIEW_COLUMN = 1,
    VIEW_WORDS = 5,
    KEY_COLUMN = 18,
    KEY_WORDS = 28,
    COLOUR_COLUMN = 1,
    COLOUR_COLUMN_2 = 27,
    COLOUR_WORDS = 3
};

static bool second; /* of its two pages */

static int heading(struct screen *screen, int row, const char *text) {
    screen_text(screen, row, 0, LINE_END, ATTR_HEADING, text);
    return row + 1;
}

static void key_line(struct screen *screen, int row, int column, const char *key, int behind,
                     const char *words) {
    screen_text(screen, row, column, behind, ATTR_HEADING, key);
    screen_text(screen, row, behind, LINE_END, ATTR_TEXT, words);
}

/* The views at the left, the other keys beside them. */
static void keys(struct screen *screen, int row) {
    char name[KEY_NAME_BYTES];
    int left = heading(screen, row, "KEYS"), right = left;
    screen_print_right(screen, row, LINE_END, ATTR_DIM, "PgDn: what the colours mean");
    for (int key = KEY_F1; key <= KEY_F12; key++) {
        TABLE_EACH(views, const struct view, view) {
            if ((*view)->key == key) {
                key_line(screen, left++, VIEW_COLUMN, key_name(name, key), VIEW_WORDS, (*view)->name);
            }
        }
    }
    for (uint32_t i = 0; i < bindings_count; i++) {
        key_line(screen, right++, KEY_COLUMN, bindings[i].name, KEY_WORDS, bindings[i].words);
    }
}

/* The owners in two columns, and what is nobody's. */
static int colours(struct screen *screen, int row) {
    static const enum owner shown[] = {OWNER_KPAGE, OWNER_KBYTE, OWNER_UBYTE, OWNER_UPAGE,
                                       OWNER_HEAP,  OWNER_STACK, OWNER_IMAGE, OWNER_SYSTEM};
    const int half = 4;
    screen_print_right(screen, row, LINE_END, ATTR_DIM, "PgUp: the keys");
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
                "error: what lies there is foreign, nobody's. Only errors have this colour");
    screen_put(screen, row, COLOUR_COLUMN, cell(' ', ATTRIBUTE(COLOUR_TEXT, COLOUR_EDGE)));
    screen_text(screen, row++, COLOUR_WORDS, LINE_END, ATTR_TEXT,
                "a darker pixel of a heap, in colours by owner: a longer block begins here");
    screen_put(screen, row, COLOUR_COLUMN, cell(' ', ATTRIBUTE(COLOUR_TEXT, COLOUR_TITLE)));
    screen_text(screen, row++, COLOUR_WORDS, LINE_END, ATTR_TEXT,
                "beating, white and blue by turns: what the cursor is on, in every map");
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
    if (second) {
        answers(screen, heading(screen, colours(screen, BODY_ROW), "WHY"));
    } else {
        keys(screen, BODY_ROW);
    }
}

static bool press(int key) {
    bool turn = key == KEY_PAGE_UP || key == KEY_PAGE_DOWN || key == KEY_UP || key == KEY_DOWN;
    if (turn) {
        second = key == KEY_PAGE_DOWN || key == KEY_DOWN;
    }
    return turn;
}

static const struct view help = {
    .name = "help",
    .title = "this page",
    .key = KEY_F1,
    .paint = paint,
    .press = press,
    .whole = true,
};
TABLE_ENTRY(views, const struct view, help);
