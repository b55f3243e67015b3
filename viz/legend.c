/*
 * The legend: a swatch and a word for each colour.
 */
#include "viz/legend.h"

#include "mm/past.h"
#include "viz/layout.h"
#include "viz/look.h"
#include "viz/map.h"
#include "viz/palette.h"

/* A swatch and its word, where both fit; returns where the next stands. */
static int entry(struct screen *screen, int row, int column, cell_t swatch, const char *word) {
    int length = 0;
    while (word[length]) {
        length++;
    }
    if (column + 1 + length > LINE_END) {
        return column;
    }
    screen_put(screen, row, column, swatch);
    return screen_text(screen, row, column + 1, LINE_END, ATTR_TEXT, word) + 1;
}

static int colour(struct screen *screen, int row, int column, uint8_t colour, const char *word) {
    return entry(screen, row, column, cell(' ', attr_on(colour)), word);
}

static int owner(struct screen *screen, int row, int column, enum owner owner) {
    cell_t swatch = cell((uint8_t)map_letter(owner), attr_owner(owner));
    return entry(screen, row, column, swatch, owner_info[owner].name);
}

/* The largest processes, as many letters of their names as there is room for, and everybody else. */
static int processes(struct screen *screen, int row) {
    enum { WIDTH = 9 }; /* swatch, number, name, blank */
    int column = 0;
    for (uint32_t rank = 0; rank < RANKS; rank++) {
        const struct space *space = space_in_slot(past_moment(), look_ranked(rank));
        char word[SCREEN_COLUMNS];
        if (!space) {
            continue;
        }
        print_line(word, sizeof word, "%u %s", space->pid, space->name);
        word[WIDTH - 2] = '\0';
        column = colour(screen, row, column, rank_colour[rank], word);
    }
    return colour(screen, row, column, COLOUR_GREY, "rest");
}

static int ages(struct screen *screen, int row) {
    static const char *const words[AGES] = {"<10", "<100", "<1,000", "<10,000 events ago", "before"};
    int column = 0;
    for (int i = 0; i < AGES; i++) {
        column = colour(screen, row, column, age_colour[i], words[i]);
    }
    return column;
}

static int owners_shown(struct screen *screen, int row) {
    static const enum owner shown[] = {OWNER_KPAGE, OWNER_KBYTE, OWNER_UBYTE, OWNER_UPAGE,
                                       OWNER_HEAP,  OWNER_STACK, OWNER_IMAGE, OWNER_SYSTEM};
    int column = 0;
    for (uint32_t i = 0; i < sizeof shown / sizeof *shown; i++) {
        column = owner(screen, row, column, shown[i]);
    }
    return column;
}

void legend_paint(struct screen *screen, int row) {
    int (*const kinds[COLOURINGS])(struct screen *, int) = {
        [COLOUR_BY_OWNER] = owners_shown, [COLOUR_BY_PROCESS] = processes, [COLOUR_BY_AGE] = ages};
    screen_fill(screen, row, 0, LINE_END, cell(' ', ATTR_TEXT));
    int column = kinds[viz_look.colouring](screen, row);
    column = owner(screen, row, column, OWNER_FREE);
    column = entry(screen, row, column, cell(LETTER_UNMAPPED, attr_on(COLOUR_UNMAPPED)), "unmapped");
    owner(screen, row, column, OWNER_FOREIGN);
}
