/*
 * The legend: a swatch and a word for each colour.
 */
#include "viz/legend.h"

#include "mm/past.h"
#include "mm/text.h"
#include "viz/layout.h"
#include "viz/look.h"
#include "viz/map.h"
#include "viz/palette.h"

/* Where the next entry stands, and before which column it has to end. */
struct pen {
    struct screen *screen; /* NULL: only to measure */
    int row, column, end;
};

/* A swatch and its word, apart from each other where the swatch is a letter; nothing where it does not fit. */
static void entry(struct pen *pen, char letter, uint8_t attribute, const char *word) {
    int gap = letter == ' ' && !viz_look.letters ? 0 : 1, length = 1 + gap + (int)text_length(word);
    if (pen->column + length > pen->end) {
        return;
    }
    if (pen->screen) {
        screen_put(pen->screen, pen->row, pen->column, cell((uint8_t)letter, attribute));
        screen_text(pen->screen, pen->row, pen->column + 1 + gap, pen->end, ATTR_TEXT, word);
    }
    pen->column += length + 1;
}

static void owner(struct pen *pen, enum owner owner, const char *word) {
    entry(pen, viz_look.letters ? map_letter(owner) : ' ', attr_owner(owner), word);
}

/* The largest processes, as many letters of their names as there is room for, and everybody else. */
static void processes(struct pen *pen) {
    enum { REST = 7, WORD_MOST = 8 };
    const struct space *shown[RANKS];
    int count = 0, swatch = look_ranks_in_letters() ? 3 : 2; /* with its gaps */
    for (uint32_t rank = 0; rank < RANKS; rank++) {
        shown[rank] = space_in_slot(past_moment(), look_ranked(rank));
        count += shown[rank] != NULL;
    }
    int most = count ? (pen->end - pen->column - REST) / count - swatch : 0;
    for (uint32_t rank = 0; rank < RANKS; rank++) {
        char word[SCREEN_COLUMNS];
        if (!shown[rank]) {
            continue;
        }
        print_line(word, sizeof word, "%u", shown[rank]->pid);
        if ((int)text_length(word) + 3 < most) { /* else a name would be a letter or two */
            print_line(word, sizeof word, "%u %s", shown[rank]->pid, shown[rank]->name);
            word[most < WORD_MOST ? most : WORD_MOST] = '\0';
        }
        entry(pen, look_ranks_in_letters() ? look_rank_letter(rank) : ' ', attr_on(rank_colour[rank]), word);
    }
    entry(pen, look_ranks_in_letters() ? look_rank_letter(RANKS) : ' ', attr_on(COLOUR_GREY), "rest");
}

static void ages(struct pen *pen) {
    static const char *const words[AGES] = {"<10", "<100", "<1,000", "<10,000 events ago", "before"};
    for (int i = 0; i < AGES; i++) {
        entry(pen, ' ', attr_on(age_colour[i]), words[i]);
    }
}

static void owners_shown(struct pen *pen) {
    static const enum owner shown[] = {OWNER_KPAGE, OWNER_KBYTE, OWNER_UBYTE, OWNER_UPAGE,
                                       OWNER_HEAP,  OWNER_STACK, OWNER_IMAGE, OWNER_SYSTEM};
    for (uint32_t i = 0; i < sizeof shown / sizeof *shown; i++) {
        owner(pen, shown[i], owner_info[shown[i]].name);
    }
}

/* What no look changes. */
static void always(struct pen *pen) {
    owner(pen, OWNER_FREE, owner_info[OWNER_FREE].name);
    entry(pen, LETTER_UNMAPPED, attr_on(COLOUR_UNMAPPED), "unmapped");
    entry(pen, map_letter(OWNER_FOREIGN), ATTR_ERROR, "error");
}

void legend_paint(struct screen *screen, int row) {
    static void (*const kinds[COLOURINGS])(struct pen *) = {
        [COLOUR_BY_OWNER] = owners_shown, [COLOUR_BY_PROCESS] = processes, [COLOUR_BY_AGE] = ages};
    struct pen tail = {.end = LINE_END};
    always(&tail);
    struct pen pen = {screen, row, 0, LINE_END + 1 - tail.column};
    screen_fill(screen, row, 0, LINE_END, cell(' ', ATTR_TEXT));
    kinds[viz_look.colouring](&pen);
    pen.end = LINE_END;
    always(&pen);
}
