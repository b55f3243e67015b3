/*
 * The look: theme, letters, what colours stand for, rows of text. Chosen by the lecturer, the same for every view.
 */
#ifndef VIZ_LOOK_H
#define VIZ_LOOK_H

#include "mm/types.h"

/* For a dark room, for a bright one, and without colours. */
enum theme { THEME_DARK, THEME_LIGHT, THEME_MONO, THEMES };

/* What a map's colours stand for. */
enum colouring { COLOUR_BY_OWNER, COLOUR_BY_PROCESS, COLOUR_BY_AGE, COLOURINGS };

/* 4 bytes, read from outside. */
struct look {
    uint8_t theme;     /* enum theme */
    uint8_t colouring; /* enum colouring */
    bool letters;      /* maps print the owner's letter in each cell, which is one pixel then */
    uint8_t rows;      /* SCREEN_ROWS or SCREEN_ROWS_MOST */
};
extern struct look viz_look;

/* Changes it; viz paints everything anew. By name, NULL: the next. OK, or E_NOENT when there is
 * none such. */
int look_theme(const char *name);
int look_colour(const char *name);
void look_letters(bool on);
int look_rows(uint32_t rows);

/* Colour by process: who is among the eight that hold most frames at the moment that is shown, and the process of rank 0 to RANKS - 1 (its slot,
 * or NO_SLOT). look_rank is called once a frame, and says whether a rank has changed. */
bool look_rank(void);
uint8_t look_ranked(uint32_t rank);

/* Where there are no colours, letters tell processes apart: '1' for the largest, '0' for all beyond the eight. */
bool look_ranks_in_letters(void);
char look_rank_letter(uint32_t rank);
char look_process_letter(uint32_t slot);

/* The colour of a process's memory, and of what event `seq` made; 0: the boot. */
uint8_t look_process_colour(uint32_t slot);
uint8_t look_age_colour(uint32_t seq, moment_t moment);

/* Dark, in colours by owner, 25 rows. */
void look_init(void);

#endif
