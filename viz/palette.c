/*
 * The sixteen colours as DAC values, and whose colour is which.
 */
#include "viz/palette.h"

/* The DAC keeps six bits of eight. */
#define RGB(hex)                                                                                             \
    { (hex) >> 18 & 63, (hex) >> 10 & 63, (hex) >> 2 & 63 }

/*
 * Dark: Okabe and Ito's hues on near black. Light: the same as ink on paper; what is white in the dark is black here.
 * Mono: steps of grey for owners, letters tell what is near, and an error is as white as can be. Every text has a contrast
 * of 4.5 at least in every theme, and an owner, a hole and an unmapped page one of 1.5 (tests/host/test_viz_look.c).
 */
const struct rgb6 themes[THEMES][COLOURS] =
    {
        [THEME_DARK] =
            {
                [COLOUR_BACKGROUND] = RGB(0x0D1017),
                [COLOUR_KPAGE] = RGB(0x2086CC),
                [COLOUR_UBYTE] = RGB(0x009E73),
                [COLOUR_KBYTE] = RGB(0x56B4E9),
                [COLOUR_ERROR] = RGB(0xD96200),
                [COLOUR_IMAGE] = RGB(0xB59EDC),
                [COLOUR_HEAP] = RGB(0xE69F00),
                [COLOUR_TEXT] = RGB(0xD0D7DE),
                [COLOUR_FREE] = RGB(0x444D59),
                [COLOUR_TITLE] = RGB(0x2A4CC0),
                [COLOUR_UNMAPPED] = RGB(0x202934),
                [COLOUR_EDGE] = RGB(0x905E00),
                [COLOUR_STACK] = RGB(0xCC79A7),
                [COLOUR_WHITE] = RGB(0xFCFCFC),
                [COLOUR_UPAGE] = RGB(0xF0E442),
                [COLOUR_GREY] = RGB(0x8A929C),
            },
        [THEME_LIGHT] =
            {
                [COLOUR_BACKGROUND] = RGB(0xFCFCF8),
                [COLOUR_KPAGE] = RGB(0x00548C),
                [COLOUR_UBYTE] = RGB(0x007C58),
                [COLOUR_KBYTE] = RGB(0x1874B8),
                [COLOUR_ERROR] = RGB(0xB84800),
                [COLOUR_IMAGE] = RGB(0x7C5CBC),
                [COLOUR_HEAP] = RGB(0xA06400),
                [COLOUR_TEXT] = RGB(0x24282E),
                [COLOUR_FREE] = RGB(0xA8B0B8),
                [COLOUR_TITLE] = RGB(0x9CBCFC),
                [COLOUR_UNMAPPED] = RGB(0xDCE0E4),
                [COLOUR_EDGE] = RGB(0x603C00),
                [COLOUR_STACK] = RGB(0xA84480),
                [COLOUR_WHITE] = RGB(0x000000),
                [COLOUR_UPAGE] = RGB(0x7C7400),
                [COLOUR_GREY] = RGB(0x646C74),
            },
        [THEME_MONO] =
            {
                [COLOUR_BACKGROUND] = RGB(0x000000),
                [COLOUR_KPAGE] = RGB(0x787878),
                [COLOUR_UBYTE] = RGB(0xA4A4A4),
                [COLOUR_KBYTE] = RGB(0x8C8C8C),
                [COLOUR_ERROR] = RGB(0xFCFCFC),
                [COLOUR_IMAGE] = RGB(0x989898),
                [COLOUR_HEAP] = RGB(0xC0C0C0),
                [COLOUR_TEXT] = RGB(0xD8D8D8),
                [COLOUR_FREE] = RGB(0x444444),
                [COLOUR_TITLE] = RGB(0x505050),
                [COLOUR_UNMAPPED] = RGB(0x202020),
                [COLOUR_EDGE] = RGB(0x686868),
                [COLOUR_STACK] = RGB(0xB0B0B0),
                [COLOUR_WHITE] = RGB(0xFCFCFC),
                [COLOUR_UPAGE] = RGB(0xD4D4D4),
                [COLOUR_GREY] = RGB(0x808080),
            },
};

const uint8_t owner_colour[OWNERS] = {
    [OWNER_FREE] = COLOUR_FREE,     [OWNER_SYSTEM] = COLOUR_GREY, [OWNER_KPAGE] = COLOUR_KPAGE,
    [OWNER_KBYTE] = COLOUR_KBYTE,   [OWNER_UBYTE] = COLOUR_UBYTE, [OWNER_UPAGE] = COLOUR_UPAGE,
    [OWNER_HEAP] = COLOUR_HEAP,     [OWNER_STACK] = COLOUR_STACK, [OWNER_IMAGE] = COLOUR_IMAGE,
    [OWNER_FOREIGN] = COLOUR_ERROR,
};

const uint8_t rank_colour[RANKS] = {COLOUR_HEAP,  COLOUR_KBYTE, COLOUR_UBYTE, COLOUR_STACK,
                                    COLOUR_UPAGE, COLOUR_KPAGE, COLOUR_IMAGE, COLOUR_EDGE};
const uint8_t age_colour[AGES] = {COLOUR_UPAGE, COLOUR_HEAP, COLOUR_IMAGE, COLOUR_KPAGE, COLOUR_EDGE};

/* One of six bits, 0 to 63 * 63, as the light it gives: to the power of 2.4, near enough. */
static int32_t light(uint8_t part) {
    return part * part * (3 * 63 + 2 * part) / (5 * 63);
}

/* Luminance as the eye weighs it, white about 26,000, with the 5 % that a room's light adds. */
static int32_t luminance(uint8_t colour) {
    const struct rgb6 *rgb = &themes[viz_look.theme][colour];
    return (21 * light(rgb->red) + 72 * light(rgb->green) + 7 * light(rgb->blue) + 5 * 63 * 63) / 16;
}

/* White or black, whichever is further away: the border is the geometric mean. */
uint8_t attr_on(uint8_t background) {
    int32_t here = luminance(background), white = luminance(COLOUR_WHITE),
            black = luminance(COLOUR_BACKGROUND);
    bool dark = here * here < white * black, ink = white < black;
    return ATTRIBUTE(dark != ink ? COLOUR_WHITE : COLOUR_BACKGROUND, background);
}

uint8_t attr_owner(enum owner owner) {
    return owner == OWNER_FOREIGN ? ATTR_ERROR : attr_on(owner_colour[owner]);
}

uint8_t attr_owner_text(enum owner owner) {
    return owner == OWNER_FREE ? ATTR_TEXT : ATTRIBUTE(owner_colour[owner], COLOUR_BACKGROUND);
}
