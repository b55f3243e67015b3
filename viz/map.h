/*
 * Maps: memory as rows of pixels, two pixel rows a text row (half blocks). The one painter of every view, and
 * the record of what each map on the screen stands for, which tests read from outside.
 *
 * Pixel n of a map stands for the bytes [region.start + (n << shift), + (1 << shift)) cut to the region. What
 * it shows:
 *
 *   frames  the owner of the most frames; FOREIGN when any frame is foreign. Below the size of a page: in memman's
 *           byte zones the owner of most bytes, range by range (a lent range with its record is its owner's)
 *   pages   the owner of the most frames behind the pages, or UNMAPPED; FOREIGN when a page maps a frame
 *           that is free or foreign
 *           (the kernel's half is SYSTEM)
 *   heap    the heap's owner (blocks), FREE (holes on mapped pages) or UNMAPPED (holes without a page),
 *           whichever has most bytes
 *   books   the heap of a process whose regime keeps a table of its own: FOREIGN where that table has a byte of it,
 *           freed by that process, as free by no right, else the heap's owner or UNMAPPED, as most of its pages are open to
 *           the program or not
 *
 * Of equal shares an owner goes before FREE, FREE before UNMAPPED, and of two owners the later in enum owner.
 * Pixels past the region are NOTHING, and so is in a heap's map what lies outside its range.
 *
 * A pixel of the heap's colour in which a block begins that fills all of the next pixel too is an edge, in a shade of its
 * own, so that neighbours can be told apart.
 *
 * Colours stand for owners, or (viz/look.h) for the process or the age of what has the owner's colour: of the pixel's
 * first block, or first frame with that owner. In letters a cell is one pixel and shows the owner's letter; without colours
 * the rank of its process, where colours would stand for that.
 */
#ifndef VIZ_MAP_H
#define VIZ_MAP_H

#include "mm/owners.h"
#include "viz/chain.h"
#include "viz/screen.h"
#include "viz/viz.h"

/* Pages, ranges and tiles of nobody have their own letter in letter mode. */
#define LETTER_FREE     '-'
#define LETTER_UNMAPPED ' '

/* What became of a pixel since a mark (struct viz_status's `since`): somebody owns it now, nobody does any more, another
 * owner. A map that is compared shows changes only: what came in its colour, or `+`, `x` and `~` in letters. A pixel in which
 * something has changed shows that, however little of it. */
enum change { SAME, CAME, WENT, MOVED, CHANGES };

/* What is in a pixel, for comparing it with what was there at a mark: what it shows, and what tells of changes too small
 * to show. Beside `paint` it is known only while a mark is compared. */
struct seen {
    uint8_t paint;
    uint8_t owner;  /* the one with most, OWNER_FREE when all is free */
    uint16_t sum;   /* of who owns what: another when somebody else does, or elsewhere */
    uint32_t owned; /* how much of it somebody owns */
};
enum change change_between(const struct seen *then, const struct seen *now);

/* Notes who owns how much, all but the paint. */
void seen_note(struct seen *seen, const uint32_t counts[OWNERS]);

/* The colour of a pixel that is compared. */
uint8_t change_colour(enum change change, const struct seen *now);
/* As letter mode prints it; SAME has none. */
char change_letter(enum change change);

enum map_kind { MAP_NONE, MAP_FRAMES, MAP_PAGES, MAP_HEAP, MAP_BOOKS };

/* What a pixel shows: an enum owner (OWNER_FREE for a hole too), or one of these. */
enum paint { PAINT_UNMAPPED = OWNERS, PAINT_NOTHING, PAINTS };

/* As letter mode prints it: the owner's, LETTER_FREE or LETTER_UNMAPPED. */
char map_letter(uint8_t paint);

/*
 * One map on the screen; 16 bytes, read from outside. Pixel n stands at text column `column + n % columns`,
 * pixel row n / columns; pixel row r is the upper (r even) or lower half of text row `row + r / 2`. A cell is
 * the upper half block, its foreground the upper pixel and its background the lower; where one of the two is
 * FOREIGN, `!` on vermillion (ATTR_ERROR). In letters a pixel row is a text row.
 *
 * A region that starts and ends at 0 is all 4 GB; an empty one starts elsewhere.
 */
struct map_place {
    uint8_t column, row;
    uint8_t columns, rows; /* in pixels */
    uint8_t kind, shift;   /* bytes of a pixel: 1 << shift */
    uint16_t pid;          /* whose pages or heap; 0 for frames */
    struct region region;
};
_Static_assert(sizeof(struct map_place) == 16, "tests read the table from outside");

#define MAPS 8
extern struct map_place viz_maps[MAPS];

/* What a pixel of the map is to the cursor. */
enum subject_kind map_subject(uint32_t index);

/* Forgets every map: the next map_paint of each computes all its pixels anew. */
void maps_reset(void);

/*
 * Around what a view paints. maps_end says whether the maps on the screen are those that it has painted, at the places
 * they had before; else, for instance when a map is gone, the view has to be painted again after a maps_reset.
 */
void maps_begin(void);
bool maps_end(void);

/* Look here again: the pixels of the region in the maps of that kind. They glow in the maps of process `pid`.
 */
#define GLOW_FOR_ALL  0xFFFFu
#define GLOW_FOR_NONE 0u
void maps_touch(enum map_kind kind, struct region region, uint16_t pid, uint32_t time);

/* Is a pixel touched and not yet painted, or does one still glow, so that a later paint must end it? */
bool maps_restless(void);

/*
 * Map `index` (the caller's choice, below MAPS) is to stand at its place: computes the pixels that were touched
 * since the last time, or all when the place is another. maps_draw draws it, after all else. A pixel touched less than
 * GLOW_MS ago is white, as long as less than an eighth of the map would be.
 *
 * `place` says what the map shows when it is not zoomed, in half blocks; what is painted really, zoomed or in letters,
 * stands in viz_maps[index] afterwards, and addresses and scale are printed from there.
 */
#define GLOW_MS 300
void map_paint(uint32_t index, const struct map_place *place, const struct viz_status *status);

/*
 * What the cursor shows in the maps: its chain (viz/chain.h) as a pattern, every second pixel white or in the title's colour as
 * `phase` says, and the pixel of `address` in map `index` (-1: none), white by turns.
 */
void maps_choose(int index, uint32_t address, bool phase);

/* Looks what the maps' pixels showed at the mark that is compared, if there is one and nobody has looked yet; and how
 * many of those on the screen have changed since, as they were drawn last. */
void maps_compare(const struct viz_status *status);
void maps_changed(uint32_t pixels[CHANGES]);

/* Draws the maps that have changed, without looking at memory. */
void maps_draw(struct screen *screen, const struct viz_status *status);

/* The map that has a pixel there (half_row: two a text row), and its number; -1: none. */
int map_at(int half_row, int column, uint32_t *pixel);
/* Bytes that the pixel stands for; empty: none. */
struct region map_pixel(uint32_t index, uint32_t pixel);
/* What a pixel stands for, as a shift; and the address of the first pixel that a program or the kernel owns. */
uint8_t map_shift(uint32_t index);
uint32_t map_home(uint32_t index);
/* Where an address stands: half row and column. False when the map does not show it. */
bool map_find(uint32_t index, uint32_t address, int *half_row, int *column);
/* The first address in the pixel of what the pixel shows: a byte of a block where it shows a block. */
uint32_t map_thing(uint32_t index, uint32_t pixel, moment_t at);

/* Halves (steps -1) or doubles (1) what a pixel stands for, with `anchor` in sight; as large as `shift`; as the view
 * would have it. Down to single bytes, up to all 4 GB. */
void map_zoom(uint32_t index, int steps, uint32_t anchor);
void map_zoom_to(uint32_t index, uint8_t shift, uint32_t anchor);
void map_zoom_fit(uint32_t index);
/* Scrolls a zoomed map so that the address is in sight, within what the view shows of it. False when it cannot. */
bool map_show(uint32_t index, uint32_t address);
/* No map is zoomed any more. */
void maps_fit(void);
/* Has a map been zoomed or scrolled since it was painted? */
bool maps_moved(void);

/* Looks at every pixel of every map on the text rows [from, end) again, whatever events said or not, and draws those maps. */
void maps_afresh(struct screen *screen, const struct viz_status *status, uint32_t from, uint32_t end);

/* Pages that were mapped in what a painted map of pages shows, by their first bytes. */
uint32_t map_mapped(uint32_t index);

/* The smallest shift, `least` or more, at which `pixels` pixels hold `bytes`. */
uint8_t map_fit(uint32_t bytes, uint32_t pixels, uint8_t least);

/* The same for a region that grows and shrinks: keeps map `index` at its shift until the region has outgrown
 * it or shrunk to a quarter. */
uint8_t map_fit_calmly(uint32_t index, uint32_t bytes, uint32_t pixels, uint8_t least);

/* "4 KB", "128 B": what a pixel stands for; and short, "4K". */
#define SCALE_BYTES 8
char *map_scale(char text[SCALE_BYTES], uint8_t shift);
char *map_scale_short(char text[SCALE_BYTES], uint8_t shift);

/* The address of each text row of the map, at the left of it; for what was painted, a member of viz_maps. */
void map_addresses(struct screen *screen, const struct map_place *place);

#endif
