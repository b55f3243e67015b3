/*
 * The bars every view keeps.
 */
#include "viz/bars.h"

#include "viz/keys.h"
#include "mm/text.h"
#include "viz/layout.h"
#include "viz/legend.h"
#include "viz/map.h"
#include "viz/palette.h"
#include "viz/view.h"
#include "viz/words.h"

char *key_name(char name[KEY_NAME_BYTES], int key) {
    return print_line(name, KEY_NAME_BYTES, "F%d", key - KEY_F1 + 1);
}

/* ---- The title ---- */

/* Its fields, from left to right; an empty one takes no room. */
enum title_field {
    TITLE_SUTURE,
    TITLE_REGIME,
    TITLE_PROCESS,
    TITLE_PACE,
    TITLE_PAST,
    TITLE_EVENT,
    TITLE_AUDIT,
    TITLE_PHANTOMS,
    TITLE_SHARE,
    TITLE_FIELDS
};

/* How much of it is said: each step says one thing shorter, or moves closer, and the first that fits is shown. */
enum brevity {
    IN_COLUMNS,
    SHARE_ROUNDED,
    AUDIT_SHORT,
    IN_A_ROW,
    CLOSE_TOGETHER,
    PAST_SHORT,
    WITHOUT_SUTURE,
    PAST_WITHOUT_PACE,
    PROCESS_CUT,
};

struct title {
    char text[TITLE_FIELDS][SCREEN_COLUMNS + 1];
    int column[TITLE_FIELDS];
};

static void regime_words(char *text, const char *name) {
    int i = 0;
    for (; name[i] && i < SCREEN_COLUMNS; i++) {
        text[i] = name[i] >= 'a' && name[i] <= 'z' ? (char)(name[i] - 'a' + 'A') : name[i];
    }
    text[i] = '\0';
}

/* The age of the last audit, or how many differences it found. */
static void audit_words(char *text, uint32_t bytes, const struct viz_status *status, enum brevity brevity) {
    const char *word = brevity < AUDIT_SHORT ? "audit " : "", *gap = brevity < AUDIT_SHORT ? " " : "";
    uint32_t tenths = status->audit_age / 100;
    if (status->audit_differences) {
        print_line(text, bytes, "%s! %'u", word, status->audit_differences);
    } else if (status->audit_age == ~0u) {
        print_line(text, bytes, "%s-", word);
    } else if (tenths < 100) {
        print_line(text, bytes, "%s%c%s%u.%us", word, GLYPH_CHECK, gap, tenths / 10, tenths % 10);
    } else {
        print_line(text, bytes, "%s%c%s%us", word, GLYPH_CHECK, gap, tenths / 10);
    }
}

/* Which event is shown, and how far back that is. */
static void moment_words(struct title *t, uint32_t bytes, const struct viz_status *status,
                         enum brevity brevity) {
    uint32_t newest = events.next - 1, back = status->steps_back;
    if (status->moment == NOW) {
        print_line(t->text[TITLE_EVENT], bytes, "ev %'u", newest);
    } else if (brevity < PAST_SHORT) {
        print_line(t->text[TITLE_PAST], bytes, "%c PAST  -%'u step%s", GLYPH_BACK, back, plural(back));
        print_line(t->text[TITLE_EVENT], bytes, "ev %'u of %'u", status->moment, newest);
    } else {
        print_line(t->text[TITLE_PAST], bytes, "%c PAST -%'u", GLYPH_BACK, back);
        print_line(t->text[TITLE_EVENT], bytes, "ev %'u/%'u", status->moment, newest);
    }
}

static void words(struct title *t, const struct viz_status *status, enum brevity brevity) {
    const uint32_t bytes = sizeof t->text[0];
    const char *regime = viz_selected_regime();
    __builtin_memset(t->text, 0, sizeof t->text);
    print_line(t->text[TITLE_SUTURE], bytes, "%s", brevity < WITHOUT_SUTURE ? "SUTURE" : "");
    regime_words(t->text[TITLE_REGIME], regime ? regime : status->regime);
    if (viz_selected()) {
        print_line(t->text[TITLE_PROCESS], bytes, "pid %u %s", viz_selected(), viz_selected_name());
    } else {
        print_line(t->text[TITLE_PROCESS], bytes, "no process");
    }
    if (status->moment == NOW || brevity < PAST_WITHOUT_PACE) {
        print_line(t->text[TITLE_PACE], bytes, "%c %s", status->running ? GLYPH_PLAY : GLYPH_STOP,
                   status->pace);
    }
    moment_words(t, bytes, status, brevity);
    audit_words(t->text[TITLE_AUDIT], bytes, status, brevity);
    if (status->phantoms) {
        print_line(t->text[TITLE_PHANTOMS], bytes, "phantom %'u", status->phantoms);
    }
    if (brevity < SHARE_ROUNDED) {
        print_line(t->text[TITLE_SHARE], bytes, "viz %u.%u%%", status->share / 10, status->share % 10);
    } else {
        print_line(t->text[TITLE_SHARE], bytes, "viz %u%%", status->share / 10);
    }
}

/* Gives each field its column: its own while they stand in columns, else behind the one before. Returns by how much they
 * are too wide. */
static int arrange(struct title *t, enum brevity brevity) {
    static const uint8_t columns[TITLE_FIELDS] = {
        [TITLE_REGIME] = 8, [TITLE_PROCESS] = 17, [TITLE_PACE] = 34, [TITLE_EVENT] = 44, [TITLE_AUDIT] = 58};
    int end = 0, gap = brevity == IN_A_ROW ? 2 : 1;
    for (int i = 0; i < TITLE_FIELDS; i++) {
        int width = (int)text_length(t->text[i]), own = brevity < IN_A_ROW ? columns[i] : 0;
        int next = end ? end + gap : 0;
        t->column[i] = next < own ? own : next;
        if (!width) {
            continue;
        }
        end = t->column[i] + width;
        if (i == TITLE_SHARE && end < LINE_END) {
            t->column[i] = LINE_END - width;
        }
    }
    return end - LINE_END;
}

void bars_title(struct screen *screen, const struct viz_status *status) {
    struct title t;
    enum brevity brevity = IN_COLUMNS;
    int over;
    for (words(&t, status, brevity); (over = arrange(&t, brevity)) > 0 && brevity < PROCESS_CUT;) {
        words(&t, status, ++brevity);
    }
    if (over > 0 && over < (int)text_length(t.text[TITLE_PROCESS])) {
        t.text[TITLE_PROCESS][(int)text_length(t.text[TITLE_PROCESS]) - over] = '\0';
        arrange(&t, brevity);
    }
    screen_fill(screen, TITLE_ROW, 0, SCREEN_COLUMNS, cell(' ', ATTR_TITLE));
    for (int i = 0; i < TITLE_FIELDS; i++) {
        bool quiet = i == TITLE_EVENT || i == TITLE_AUDIT || i == TITLE_SHARE;
        uint8_t attribute = i == TITLE_AUDIT && status->audit_differences ? ATTR_ERROR
                            : quiet                                       ? ATTR_TITLE_TEXT
                                                                          : ATTR_TITLE;
        screen_text(screen, TITLE_ROW, t.column[i], LINE_END, attribute, t.text[i]);
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

/* A text in the legend's place. */
static void instead(struct screen *screen, uint8_t attribute, const char *text) {
    int row = (int)screen->rows - LEGEND_UP;
    screen_fill(screen, row, 0, LINE_END, cell(' ', attribute));
    screen_text(screen, row, 0, LINE_END, attribute, text);
}

void bars_question(struct screen *screen, const char *text) {
    instead(screen, ATTR_CHOSEN, text);
}

void bars_difference(struct screen *screen, const char *text) {
    char line[SCREEN_COLUMNS + 1];
    instead(screen, ATTR_ERROR, print_line(line, sizeof line, "! %s", text));
}

void bars_bottom(struct screen *screen) {
    screen_fill(screen, (int)screen->rows - KEYS_UP, 0, LINE_END, cell(' ', ATTR_TEXT));
    legend_paint(screen, (int)screen->rows - LEGEND_UP);
    keys(screen, (int)screen->rows - KEYS_UP);
}
