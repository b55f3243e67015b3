/*
 * The prompt's row and the panel of long answers.
 */
#include "viz/prompt.h"

#include "viz/layout.h"
#include "viz/palette.h"

/* The command being typed: so much of it that the cursor is in sight, then what may come next. */
static void typed(struct screen *screen, int row, const struct viz_prompt *prompt) {
    uint32_t room = LINE_END - PROMPT_COLUMN - 1;
    uint32_t hidden = prompt->cursor > room ? prompt->cursor - room : 0;
    int cursor = PROMPT_COLUMN + (int)(prompt->cursor - hidden);
    screen_text(screen, row, 0, LINE_END, ATTR_HEADING, ":");
    int end = screen_text(screen, row, PROMPT_COLUMN, LINE_END, ATTR_HEADING, prompt->text + hidden);
    char under = prompt->text[prompt->cursor];
    screen_put(screen, row, cursor, cell((uint8_t)(under ? under : ' '), ATTR_CURSOR));
    if (prompt->aside) {
        screen_text(screen, row, end + PROMPT_GAP, LINE_END, ATTR_DIM, prompt->aside);
    }
}

void prompt_row(struct screen *screen, const struct viz_prompt *prompt) {
    int row = (int)screen->rows - KEYS_UP;
    uint8_t attribute = prompt->wrong ? ATTR_ERROR_TEXT : ATTR_HEADING;
    screen_fill(screen, row, 0, LINE_END, cell(' ', ATTR_TEXT));
    if (prompt->open) {
        typed(screen, row, prompt);
    } else {
        screen_print(screen, row, 0, LINE_END, attribute, "%s%s", prompt->wrong ? "! " : "", prompt->text);
    }
}

static bool is_key(char c) {
    return (c >= 'a' && c <= 'z') || c == '_';
}

/* Is this the beginning of a `key=`? Its length with the sign, or 0. */
static int key_length(const char *text) {
    int length = 0;
    while (is_key(text[length])) {
        length++;
    }
    return length && text[length] == '=' ? length + 1 : 0;
}

/* An answer's line: keys dim, values bright. */
static void line(struct screen *screen, int row, const char *text) {
    int column = 0;
    bool front = true; /* of a word */
    while (*text && column < LINE_END) {
        int length = front ? key_length(text) : 0;
        for (int i = 0; i < length && column < LINE_END; i++) {
            screen_put(screen, row, column++, cell((uint8_t)*text++, ATTR_DIM));
        }
        if (*text && column < LINE_END) {
            front = *text == ' ';
            screen_put(screen, row, column++, cell((uint8_t)*text++, ATTR_TEXT));
        }
    }
}

void prompt_panel(struct screen *screen, struct viz_panel *panel) {
    int end = (int)screen->rows - LEGEND_UP;
    panel->rows = (uint32_t)(end - PANEL_ROW);
    uint32_t last = panel->first + panel->rows;
    for (int row = BODY_ROW; row < end; row++) {
        screen_fill(screen, row, 0, LINE_END, cell(' ', ATTR_TEXT));
    }
    screen_text(screen, BODY_ROW, 0, LINE_END, ATTR_HEADING, panel->title);
    for (uint32_t i = panel->first; i < panel->count && i < last; i++) {
        line(screen, PANEL_ROW + (int)(i - panel->first), panel->lines[i]);
    }
    screen_print_right(screen, BODY_ROW, LINE_END, ATTR_DIM, "%u to %u of %u  PgUp PgDn  Esc closes",
                       panel->count ? panel->first + 1 : 0, last < panel->count ? last : panel->count,
                       panel->count);
}
