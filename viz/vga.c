/*
 * The VGA in text mode: blink off, palette, cursor off. Register names as in IBM's and the FreeVGA manuals;
 * the only ports in viz/.
 */
#include "viz/vga.h"

#include "mm/world.h"
#include "viz/palette.h"

#define TEXT_MEMORY 0xB8000u

#define ATTRIBUTE_WRITE                                                                                      \
    0x3C0 /* index and data by turns; reading INPUT_STATUS makes the next write an index */
#define ATTRIBUTE_READ  0x3C1
#define INPUT_STATUS    0x3DA
#define DAC_MASK        0x3C6
#define DAC_WRITE_INDEX 0x3C8
#define DAC_DATA        0x3C9
#define CRTC_INDEX      0x3D4
#define CRTC_DATA       0x3D5

#define ATTRIBUTE_MODE    0x10 /* attribute mode control */
#define MODE_BLINK        0x08
#define ATTRIBUTE_SHOW    0x20 /* index bit: the palette belongs to the display again */
#define CRTC_CURSOR_START 0x0A
#define CURSOR_OFF        0x20

static void out(uint16_t port, uint8_t value) {
    __asm__ volatile("outb %0, %1" : : "a"(value), "Nd"(port));
}

static uint8_t in(uint16_t port) {
    uint8_t value;
    __asm__ volatile("inb %1, %0" : "=a"(value) : "Nd"(port));
    return value;
}

static void attribute_index(uint8_t index) {
    in(INPUT_STATUS);
    out(ATTRIBUTE_WRITE, index);
}

static void blink_off(void) {
    attribute_index(ATTRIBUTE_SHOW | ATTRIBUTE_MODE);
    uint8_t mode = in(ATTRIBUTE_READ);
    attribute_index(ATTRIBUTE_MODE);
    out(ATTRIBUTE_WRITE, mode & (uint8_t)~MODE_BLINK);
    attribute_index(ATTRIBUTE_SHOW);
}

/* Attribute n is DAC entry n, and the DAC entries are ours. */
static void load_palette(void) {
    for (int i = 0; i < COLOURS; i++) {
        attribute_index((uint8_t)i);
        out(ATTRIBUTE_WRITE, (uint8_t)i);
    }
    attribute_index(ATTRIBUTE_SHOW);
    out(DAC_MASK, 0xFF);
    out(DAC_WRITE_INDEX, 0);
    for (int i = 0; i < COLOURS; i++) {
        out(DAC_DATA, palette[i].red);
        out(DAC_DATA, palette[i].green);
        out(DAC_DATA, palette[i].blue);
    }
}

static void cursor_off(void) {
    out(CRTC_INDEX, CRTC_CURSOR_START);
    out(CRTC_DATA, CURSOR_OFF);
}

void vga_init(void) {
    blink_off();
    load_palette();
    cursor_off();
}

volatile uint16_t *vga_target(void) {
    return (volatile uint16_t *)phys(TEXT_MEMORY);
}
