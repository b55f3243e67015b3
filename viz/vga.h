/*
 * The VGA in text mode: the only hardware viz touches.
 */
#ifndef VIZ_VGA_H
#define VIZ_VGA_H

#include "mm/types.h"
#include "viz/palette.h"

/* Sixteen backgrounds instead of blinking, no cursor. */
void vga_init(void);

/* Loads the colours into the DAC. */
void vga_palette(const struct rgb6 colours[COLOURS]);

/* 25 or 50 rows of text, in our own fonts of 8x16 or 8x8 dots, the cells 8 dots wide. */
void vga_rows(uint32_t rows);

/* The screen's memory: 80 words a row, character and attribute. */
volatile uint16_t *vga_target(void);

#endif
