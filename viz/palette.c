/*
 * The sixteen colours as DAC values, and whose colour is which.
 */
#include "viz/palette.h"

/* The DAC keeps six bits of eight. */
#define RGB(hex)                                                                                             \
    { (hex) >> 18 & 63, (hex) >> 10 & 63, (hex) >> 2 & 63 }

/* Dark: Okabe and Ito's hues on near black. Light: the same, darker where paper would swallow them; what is white in the
 * dark is ink here. Mono: steps of grey for owners, letters tell what is near. */
const struct rgb6 themes[THEMES][COLOURS] =
    {
        [THEME_DARK] =
            {
                [COLOUR_BACKGROUND] = RGB(0x0D1017),
                [COLOUR_KPAGE] = RGB(0x0072B2),
                [COLOUR_UBYTE] = RGB(0x009E73),
                [COLOUR_KBYTE] = RGB(0x56B4E9),
                [COLOUR_ERROR] = RGB(0xD55E00),
                [COLOUR_IMAGE] = RGB(0xB59EDC),
                [COLOUR_HEAP] = RGB(0xE69F00),
                [COLOUR_TEXT] = RGB(0xD0D7DE),
                [COLOUR_FREE] = RGB(0x444D59),
                [COLOUR_TITLE] = RGB(0x2A4CC0),
                [COLOUR_UNMAPPED] = RGB(0x202934),
                [COLOUR_EDGE] = RGB(0xA06E00),
                [COLOUR_STACK] = RGB(0xCC79A7),
                [COLOUR_WHITE] = RGB(0xFCFCFC),
                [COLOUR_UPAGE] = RGB(0xF0E442),
                [COLOUR_GREY] = RGB(0x8A929C),
            },
        [THEME_LIGHT] =
            {
                [COLOUR_BACKGROUND] = RGB(0xFCFCF8),
                [COLOUR_KPAGE] = RGB(0x0072B2),
                [COLOUR_UBYTE] = RGB(0x008A64),
                [COLOUR_KBYTE] = RGB(0x2C8CCC),
                [COLOUR_ERROR] = RGB(0xD55E00),
                [COLOUR_IMAGE] = RGB(0x8C6CC8),
                [COLOUR_HEAP] = RGB(0xC88400),
                [COLOUR_TEXT] = RGB(0x24282E),
                [COLOUR_FREE] = RGB(0xBCC2CA),
                [COLOUR_TITLE] = RGB(0x9CBCFC),
                [COLOUR_UNMAPPED] = RGB(0xE0E4E8),
                [COLOUR_EDGE] = RGB(0x805400),
                [COLOUR_STACK] = RGB(0xC0609A),
                [COLOUR_WHITE] = RGB(0x000000),
                [COLOUR_UPAGE] = RGB(0xA89C00),
                [COLOUR_GREY] = RGB(0x6C747C),
            },
        [THEME_MONO] =
            {
                [COLOUR_BACKGROUND] = RGB(0x000000),
                [COLOUR_KPAGE] = RGB(0x6C6C6C),
                [COLOUR_UBYTE] = RGB(0x9C9C9C),
                [COLOUR_KBYTE] = RGB(0x848484),
                [COLOUR_ERROR] = RGB(0x606060),
                [COLOUR_IMAGE] = RGB(0x787878),
                [COLOUR_HEAP] = RGB(0xC8C8C8),
                [COLOUR_TEXT] = RGB(0xD8D8D8),
                [COLOUR_FREE] = RGB(0x444444),
                [COLOUR_TITLE] = RGB(0x505050),
                [COLOUR_UNMAPPED] = RGB(0x202020),
                [COLOUR_EDGE] = RGB(0x909090),
                [COLOUR_STACK] = RGB(0xA8A8A8),
                [COLOUR_WHITE] = RGB(0xFCFCFC),
                [COLOUR_UPAGE] = RGB(0xB4B4B4),
                [COLOUR_GREY] = RGB(0x8C8C8C),
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
const uint8_t age_colour[AGES] = {COLOUR_UPAGE, COLOUR_HEAP, COLOUR_EDGE, COLOUR_IMAGE, COLOUR_KPAGE};

/* Luminance as the eye weighs it, as 10 * 63 * 63 parts of white, with the 5 % that a room's light adds. */
static int32_t luminance(uint8_t colour) {
    const struct rgb6 *rgb = &themes[viz_look.theme][colour];
    return 2 * rgb->red * rgb->red + 7 * rgb->green * rgb->green + rgb->blue * rgb->blue + 1984;
}

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
