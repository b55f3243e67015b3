/*
 * The look: what is chosen, and handing it to the VGA.
 */
#include "viz/look.h"

#include "mm/events.h"
#include "mm/past.h"
#include "mm/space.h"
#include "mm/text.h"
#include "viz/palette.h"
#include "viz/screen.h"
#include "viz/vga.h"
#include "viz/viz.h"

static const char *const theme_names[THEMES] = {"dark", "light", "mono"};
static const char *const colouring_names[COLOURINGS] = {"owner", "process", "age"};

struct look viz_look;

static void apply(struct look look) {
    if (look.theme != viz_look.theme) {
        vga_palette(themes[look.theme]);
    }
    if (look.rows != viz_look.rows) {
        vga_rows(look.rows);
    }
    viz_look = look;
    viz_refresh();
}

static int find(const char *const names[], int count, const char *name) {
    for (int i = 0; i < count; i++) {
        if (same_text(names[i], name)) {
            return i;
        }
    }
    return E_NOENT;
}

int look_theme(const char *name) {
    struct look look = viz_look;
    int theme = name ? find(theme_names, THEMES, name) : (look.theme + 1) % THEMES;
    look.theme = (uint8_t)theme;
    if (theme >= 0) {
        apply(look);
    }
    return theme < 0 ? theme : OK;
}

int look_colour(const char *name) {
    struct look look = viz_look;
    int colouring = name ? find(colouring_names, COLOURINGS, name) : (look.colouring + 1) % COLOURINGS;
    look.colouring = (uint8_t)colouring;
    if (colouring >= 0) {
        apply(look);
    }
    return colouring < 0 ? colouring : OK;
}

void look_letters(bool on) {
    struct look look = viz_look;
    look.letters = on;
    apply(look);
}

int look_rows(uint32_t rows) {
    struct look look = viz_look;
    if (rows != SCREEN_ROWS && rows != SCREEN_ROWS_MOST) {
        return E_INVAL;
    }
    look.rows = (uint8_t)rows;
    apply(look);
    return OK;
}

/* ---- Processes by size, things by age ---- */

static uint8_t ranked[RANKS]; /* slots, the largest first */

static uint32_t frames_of(const struct space *space) {
    uint32_t frames = 0;
    for (int o = 0; o < OWNERS; o++) {
        frames += space->frames[o];
    }
    return frames;
}

bool look_rank(void) {
    uint8_t slots[RANKS];
    uint32_t sizes[RANKS] = {0};
    bool differs = false;
    __builtin_memset(slots, NO_SLOT, sizeof slots);
    for (uint8_t slot = 0; slot < SPACES; slot++) {
        const struct space *space = space_in_slot(past_moment(), slot);
        uint32_t size = space ? frames_of(space) : 0;
        for (int rank = RANKS - 1; rank >= 0 && size > sizes[rank]; rank--) {
            if (rank < RANKS - 1) {
                sizes[rank + 1] = sizes[rank];
                slots[rank + 1] = slots[rank];
            }
            sizes[rank] = size;
            slots[rank] = slot;
        }
    }
    for (int rank = 0; rank < RANKS; rank++) {
        differs |= ranked[rank] != slots[rank];
        ranked[rank] = slots[rank];
    }
    return differs;
}

uint8_t look_ranked(uint32_t rank) {
    return ranked[rank];
}

static uint32_t rank_of(uint32_t slot) {
    uint32_t rank = 0;
    while (rank < RANKS && (slot >= SPACES || ranked[rank] != slot)) {
        rank++;
    }
    return rank;
}

uint8_t look_process_colour(uint32_t slot) {
    uint32_t rank = rank_of(slot);
    return rank < RANKS ? rank_colour[rank] : COLOUR_GREY;
}

char look_rank_letter(uint32_t rank) {
    return rank < RANKS ? (char)('1' + rank) : '0';
}

bool look_ranks_in_letters(void) {
    return viz_look.letters && viz_look.theme == THEME_MONO && viz_look.colouring == COLOUR_BY_PROCESS;
}

char look_process_letter(uint32_t slot) {
    return look_rank_letter(rank_of(slot));
}

uint8_t look_age_colour(uint32_t seq, moment_t moment) {
    uint32_t newest = event_newest(moment), age = 0;
    for (uint32_t bound = 10; age < AGES - 1 && (seq == 0 || newest - seq >= bound); bound *= 10) {
        age++;
    }
    return age_colour[age];
}

void look_init(void) {
    viz_look = (struct look){.theme = THEME_DARK, .rows = SCREEN_ROWS};
    vga_palette(themes[THEME_DARK]);
    vga_rows(SCREEN_ROWS);
}
