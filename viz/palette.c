/*
 * The sixteen colours as DAC values, and whose colour is which.
 */
#include "viz/palette.h"

/* The DAC keeps six bits of eight. */
#define RGB(hex)                                                                                             \
    { (hex) >> 18 & 63, (hex) >> 10 & 63, (hex) >> 2 & 63 }

const struct rgb6 palette[COLOURS] = {
    [COLOUR_BACKGROUND] = RGB(0x0D1017), [COLOUR_KPAGE] = RGB(0x0072B2),    [COLOUR_UBYTE] = RGB(0x009E73),
    [COLOUR_KBYTE] = RGB(0x56B4E9),      [COLOUR_ERROR] = RGB(0xD55E00),    [COLOUR_IMAGE] = RGB(0xB59EDC),
    [COLOUR_HEAP] = RGB(0xE69F00),       [COLOUR_TEXT] = RGB(0xD0D7DE),     [COLOUR_FREE] = RGB(0x444D59),
    [COLOUR_TITLE] = RGB(0x1F5FC4),      [COLOUR_UNMAPPED] = RGB(0x202934), [COLOUR_DIM] = RGB(0x9098A2),
    [COLOUR_STACK] = RGB(0xCC79A7),      [COLOUR_WHITE] = RGB(0xFCFCFC),    [COLOUR_UPAGE] = RGB(0xF0E442),
    [COLOUR_SYSTEM] = RGB(0x7C848E),
};

const uint8_t owner_colour[OWNERS] = {
    [OWNER_FREE] = COLOUR_FREE,     [OWNER_SYSTEM] = COLOUR_SYSTEM, [OWNER_KPAGE] = COLOUR_KPAGE,
    [OWNER_KBYTE] = COLOUR_KBYTE,   [OWNER_UBYTE] = COLOUR_UBYTE,   [OWNER_UPAGE] = COLOUR_UPAGE,
    [OWNER_HEAP] = COLOUR_HEAP,     [OWNER_STACK] = COLOUR_STACK,   [OWNER_IMAGE] = COLOUR_IMAGE,
    [OWNER_FOREIGN] = COLOUR_ERROR,
};

uint8_t attr_owner(enum owner owner) {
    bool dark = owner == OWNER_KPAGE || owner == OWNER_FREE || owner == OWNER_FOREIGN;
    return ATTRIBUTE(dark ? COLOUR_WHITE : COLOUR_BACKGROUND, owner_colour[owner]);
}

uint8_t attr_owner_text(enum owner owner) {
    return owner == OWNER_FREE ? ATTR_TEXT : ATTRIBUTE(owner_colour[owner], COLOUR_BACKGROUND);
}
