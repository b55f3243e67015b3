/*
 * The VGA in text mode: the only hardware viz touches.
 */
#ifndef VIZ_VGA_H
#define VIZ_VGA_H

#include "mm/types.h"

/* Sixteen backgrounds instead of blinking, our palette, no cursor. */
void vga_init(void);

/* The screen's memory: 80 words a row, character and attribute. */
volatile uint16_t *vga_target(void);

#endif
