/*
 * Maps: memory as rows of pixels, two pixel rows a text row (half blocks). The one painter of every view, and
 * the record of what each map on the screen stands for, which tests read from outside.
 *
 * Pixel n of a map stands for the bytes [region.start + (n << shift), + (1 << shift)) cut to the region. What
 * it shows:
 *
 *   frames  the owner of the most frames; FOREIGN when any frame is foreign
 *   pages   the owner of the most frames behind the pages, or UNMAPPED; FOREIGN when a page maps a frame
 *           that is free or foreign
 *   heap    the heap's owner (blocks), FREE (holes on mapped pages) or UNMAPPED (holes without a page),
 *           whichever has most bytes
 *
 * Of equal shares an owner goes before FREE, FREE before UNMAPPED, and of two owners the later in enum owner.
 * Pixels past the region are NOTHING.
 */
#ifndef VIZ_MAP_H
#define VIZ_MAP_H

#include "mm/owners.h"
#include "viz/screen.h"
#include "viz/viz.h"

enum map_kind { MAP_NONE, MAP_FRAMES, MAP_PAGES, MAP_HEAP };

/* What a pixel shows: an enum owner (OWNER_FREE for a hole too), or one of these. */
enum paint { PAINT_UNMAPPED = OWNERS, PAINT_NOTHING, PAINTS };

/*
 * One map on the screen; 16 bytes, read from outside. Pixel n stands at text column `column + n % columns`,
 * pixel row n / columns; pixel row r is the upper (r even) or lower half of text row `row + r / 2`. A cell is
 * the upper half block, its foreground the upper pixel and its background the lower; where one of the two is
 * FOREIGN, `!` in white on vermillion.
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

/* Forgets every map: the next map_paint of each computes all its pixels anew. */
void maps_reset(void);

/* Look here again: the pixels of the region in the maps of that kind. They glow in the maps of process `pid`.
 */
#define GLOW_FOR_ALL  0xFFFFu
#define GLOW_FOR_NONE 0u
void maps_touch(enum map_kind kind, struct region region, uint16_t pid, uint32_t time);

/* Is a pixel touched and not yet painted, or does one still glow, so that a later paint must end it? */
bool maps_restless(void);

/*
 * Paints map `index` (the caller's choice, below MAPS) at its place: computes the pixels that were touched
 * since the last time, or all when the place is another, and draws. A pixel touched less than GLOW_MS ago is
 * white, as long as less than an eighth of the map would be.
 */
#define GLOW_MS 300
void map_paint(struct screen *screen, uint32_t index, const struct map_place *place,
               const struct viz_status *status);

/* Pages that were mapped in what a painted map of pages shows. */
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

/* The address of each text row of the map, at the left of it. */
void map_addresses(struct screen *screen, const struct map_place *place);

#endif
