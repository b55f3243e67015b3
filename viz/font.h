/*
 * The screen's fonts, in the order of CP437, a byte a row of dots. tools/font.py makes them at build time.
 */
#ifndef VIZ_FONT_H
#define VIZ_FONT_H

#include "mm/types.h"

extern const uint8_t font_8x16[256][16], font_8x8[256][8];

#endif
