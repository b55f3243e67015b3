/*
 * The launcher: lectures and programs with their descriptions; Enter starts the chosen one by its command.
 */
#include "mm/text.h"
#include "viz/layout.h"
#include "viz/palette.h"
#include "viz/view.h"

static uint32_t chosen; /* index */
static uint32_t first;  /* on the first row */
static uint32_t page;   /* rows */

static uint32_t count(void) {
    struct viz_choice choice;
    uint32_t many = 0;
    while (viz_choice(many, &choice)) {
        many++;
    }
    return many;
}

static void line(struct screen *screen, int row, uint32_t index) {
    struct viz_choice choice;
    screen_fill(screen, row, 0, LINE_END, cell(' ', ATTR_TEXT));
    if (!viz_choice(index, &choice)) {
        return;
    }
    bool here = index == chosen;
    screen_put(screen, row, LAUNCHER_MARK, cell((uint8_t)(here ? GLYPH_PLAY : ' '), ATTR_HEADING));
    screen_text(screen, row, LAUNCHER_VERB, LAUNCHER_NAME, ATTR_DIM, choice.verb);
    screen_text(screen, row, LAUNCHER_NAME, LAUNCHER_WORDS - 1, here ? ATTR_HEADING : ATTR_TEXT, choice.name);
    if (choice.wrong) {
        screen_print(screen, row, LAUNCHER_WORDS, LINE_END, ATTR_ERROR_TEXT, "! %s", choice.wrong);
    } else {
        screen_text(screen, row, LAUNCHER_WORDS, LINE_END, here ? ATTR_HEADING : ATTR_TEXT, choice.words);
    }
}

/* What the row of the chosen one may have cut off. */
static void whole_words(struct screen *screen, int row) {
    struct viz_choice choice;
    screen_fill(screen, row, 0, LINE_END, cell(' ', ATTR_TEXT));
    if (viz_choice(chosen, &choice) && choice.words[0] &&
        (text_length(choice.words) > LINE_END - LAUNCHER_WORDS ||
         text_length(choice.name) >= LAUNCHER_WORDS - LAUNCHER_NAME - 1)) {
        screen_print(screen, row, 0, LINE_END, ATTR_TEXT, "%s: %s", choice.name, choice.words);
    }
}

/* Moves the rows shown as little as brings the chosen one in sight. */
static void follow(void) {
    if (chosen < first) {
        first = chosen;
    } else if (page && chosen >= first + page) {
        first = chosen - page + 1;
    }
}

static void paint(struct screen *screen, const struct viz_status *status, const struct space *space) {
    (void)status;
    (void)space;
    int end = (int)screen->rows - LEGEND_UP;
    uint32_t many = count();
    page = (uint32_t)(end - LAUNCHER_ROW);
    follow();
    screen_fill(screen, BODY_ROW, 0, LINE_END, cell(' ', ATTR_TEXT));
    screen_text(screen, BODY_ROW, 0, LINE_END, ATTR_HEADING, "LAUNCHER");
    screen_print(screen, BODY_ROW, LAUNCHER_WORDS, LINE_END, ATTR_DIM,
                 "%u of %u  Up and Down choose, Enter starts", many ? chosen + 1 : 0, many);
    whole_words(screen, BODY_ROW + 1);
    for (int row = LAUNCHER_ROW; row < end; row++) {
        line(screen, row, first + (uint32_t)(row - LAUNCHER_ROW));
    }
}

static void move(int by) {
    int last = (int)count() - 1, to = (int)chosen + by;
    to = to > last ? last : to;
    chosen = to < 0 ? 0 : (uint32_t)to;
}

static void start(void) {
    struct viz_choice choice;
    char command[SCREEN_COLUMNS];
    if (viz_choice(chosen, &choice)) {
        viz_command(print_line(command, sizeof command, "%s %s", choice.verb, choice.name));
    }
}

static bool press(int key) {
    switch (key) {
    case KEY_UP: move(-1); return true;
    case KEY_DOWN: move(1); return true;
    case KEY_PAGE_UP: move(-(int)page); return true;
    case KEY_PAGE_DOWN: move((int)page); return true;
    case KEY_HOME: move(-(int)chosen); return true;
    case KEY_END: move((int)count()); return true;
    case '\n': start(); return true;
    default: return false;
    }
}

static const struct view launcher = {
    .name = "launcher",
    .title = "lectures and programs, to start them",
    .key = KEY_F8,
    .paint = paint,
    .press = press,
    .whole = true,
};
TABLE_ENTRY(views, const struct view, launcher);
