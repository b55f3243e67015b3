/*
 * The shadow screen: what shall stand on the VGA text screen, painted here first and written there by one
 * present that touches changed cells only. Serves every view; knows nothing of memory or of machines.
 */
#ifndef VIZ_SCREEN_H
#define VIZ_SCREEN_H

#include "mm/types.h"

#define SCREEN_COLUMNS   80
#define SCREEN_ROWS      25
#define SCREEN_ROWS_MOST 50

/* A cell is a VGA text word: the character (CP437) in the low byte, the attribute (viz/palette.h) in the high
 * byte. */
typedef uint16_t cell_t;

static inline cell_t cell(uint8_t character, uint8_t attribute) {
    return (cell_t)(character | attribute << 8);
}

/* Glyphs of CP437 beyond ASCII. */
#define GLYPH_UPPER_HALF    '\xDF'
#define GLYPH_CORNER_TOP    '\xDA' /* of a bracket on the left */
#define GLYPH_CORNER_BOTTOM '\xC0'
#define GLYPH_BAR           '\xB3'
#define GLYPH_PLAY          '\x10'
#define GLYPH_BACK          '\x11'
#define GLYPH_STOP          '\xFE'
#define GLYPH_CHECK         '\xFB'

struct screen {
    uint32_t rows;                                   /* SCREEN_ROWS or SCREEN_ROWS_MOST */
    uint64_t dirty;                                  /* bit r: row r was written since the last present */
    bool unknown;                                    /* nobody knows what the target holds: write all of it */
    cell_t cells[SCREEN_ROWS_MOST * SCREEN_COLUMNS]; /* what shall stand there */
    cell_t shown[SCREEN_ROWS_MOST * SCREEN_COLUMNS]; /* what the last present left there */
};

void screen_init(struct screen *screen, uint32_t rows);
void screen_clear(struct screen *screen, uint8_t attribute);

/* Everything below is clipped: cells outside the screen are left out without a word. */
void screen_put(struct screen *screen, int row, int column, cell_t what);
void screen_fill(struct screen *screen, int row, int column, int count, cell_t what);

/* Puts text, from `column` to before `end` at most, and returns the column after it. */
int screen_text(struct screen *screen, int row, int column, int end, uint8_t attribute, const char *text);

/*
 * Formats into `line` (bytes in all, always closed) and returns it. As printf without floating point; %'u
 * groups thousands. A uint32_t goes with %u, %X and %d everywhere: it is an unsigned long of 32 bits for
 * i686-elf, so only the host's compiler checks formats.
 */
#ifdef HOST
#define SCREEN_FORMAT(text, first) __attribute__((format(printf, text, first)))
#else
#define SCREEN_FORMAT(text, first)
#endif
SCREEN_FORMAT(3, 4) char *print_line(char *line, uint32_t bytes, const char *format, ...);

/* screen_text of a formatted line. */
SCREEN_FORMAT(6, 7)
int screen_print(struct screen *screen, int row, int column, int end, uint8_t attribute, const char *format,
                 ...);

/* The same, ending before column `end`. Returns the column where it starts. */
SCREEN_FORMAT(5, 6)
int screen_print_right(struct screen *screen, int row, int end, uint8_t attribute, const char *format, ...);

/* Writes the cells that changed since the last present to `target` (rows * SCREEN_COLUMNS words), and returns
 * how many. */
uint32_t screen_present(struct screen *screen, volatile uint16_t *target);

#endif
