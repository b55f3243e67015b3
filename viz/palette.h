/*
 * The sixteen colours, and what each means. A colour has one meaning: an owner's hue (Okabe and Ito's, which
 * colour-blind people tell apart) stands for that owner, vermillion for errors and for nothing else.
 */
#ifndef VIZ_PALETTE_H
#define VIZ_PALETTE_H

#include "mm/owners.h"
#include "viz/look.h"

/* In an order near the standard VGA colours, so that a screen that cannot load the palette (QEMU's curses)
 * can still be read. */
enum colour {
    COLOUR_BACKGROUND,
    COLOUR_KPAGE,
    COLOUR_UBYTE,
    COLOUR_KBYTE,
    COLOUR_ERROR,
    COLOUR_IMAGE,
    COLOUR_HEAP,
    COLOUR_TEXT,
    COLOUR_FREE,     /* a hole of a heap, a free range of memman */
    COLOUR_TITLE,    /* the title bar, and what is chosen */
    COLOUR_UNMAPPED, /* linear memory without a frame */
    COLOUR_GREY,     /* dim letters; the system's frames */
    COLOUR_STACK,
    COLOUR_WHITE, /* what just changed, headings */
    COLOUR_UPAGE,
    COLOUR_EDGE, /* where a block of a heap begins */
    COLOURS
};

/* As the DAC takes them: six bits each. */
struct rgb6 {
    uint8_t red, green, blue;
};
extern const struct rgb6 themes[THEMES][COLOURS];

extern const uint8_t owner_colour[OWNERS];

/* Colouring by process: the eight largest, by rank. By age: less than 10, 100, 1,000, 10,000 events old, and older;
 * the older, the darker. */
#define RANKS 8
#define AGES  5
extern const uint8_t rank_colour[RANKS], age_colour[AGES];

#define ATTRIBUTE(foreground, background) ((uint8_t)((foreground) | (background) << 4))

#define ATTR_TEXT       ATTRIBUTE(COLOUR_TEXT, COLOUR_BACKGROUND)
#define ATTR_DIM        ATTRIBUTE(COLOUR_GREY, COLOUR_BACKGROUND)
#define ATTR_HEADING    ATTRIBUTE(COLOUR_WHITE, COLOUR_BACKGROUND)
#define ATTR_ERROR_TEXT ATTRIBUTE(COLOUR_ERROR, COLOUR_BACKGROUND)
#define ATTR_ERROR      ATTRIBUTE(COLOUR_BACKGROUND, COLOUR_ERROR)
#define ATTR_CURSOR     ATTRIBUTE(COLOUR_BACKGROUND, COLOUR_WHITE)
#define ATTR_TITLE      ATTRIBUTE(COLOUR_WHITE, COLOUR_TITLE)
#define ATTR_TITLE_TEXT ATTRIBUTE(COLOUR_TEXT, COLOUR_TITLE)
#define ATTR_CHOSEN     ATTRIBUTE(COLOUR_WHITE, COLOUR_TITLE) /* what the cursor's chain touches */

/* A letter that can be read on that background, in the present theme. */
uint8_t attr_on(uint8_t background);

/* The owner's letter on its own colour, as legend and letter mode show it; and its name written in its
 * colour. */
uint8_t attr_owner(enum owner owner);
uint8_t attr_owner_text(enum owner owner);

#endif
