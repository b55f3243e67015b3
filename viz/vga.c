/*
 * The VGA in text mode: blink off, palette, fonts, cursor off. Register names as in IBM's and the FreeVGA manuals;
 * the only ports in viz/.
 */
#include "viz/vga.h"

#include "mm/world.h"
#include "viz/font.h"
#include "viz/palette.h"
#include "viz/screen.h"

#define TEXT_MEMORY 0xB8000u
#define FONT_MEMORY 0xA0000u
#define GLYPH_SPACE 32u /* bytes between glyphs in font memory */

/* ATTRIBUTE_WRITE takes index and data by turns; reading INPUT_STATUS makes the next write an index. */
enum {
    ATTRIBUTE_WRITE = 0x3C0,
    ATTRIBUTE_READ = 0x3C1,
    MISC_WRITE = 0x3C2,
    SEQUENCER = 0x3C4, /* index; data one further, as with the next two */
    DAC_MASK = 0x3C6,
    DAC_WRITE_INDEX = 0x3C8,
    DAC_DATA = 0x3C9,
    MISC_READ = 0x3CC,
    GRAPHICS = 0x3CE,
    CRTC = 0x3D4,
    INPUT_STATUS = 0x3DA,
};

enum { /* attribute controller */
       ATTRIBUTE_MODE = 0x10,
       MODE_BLINK = 0x08,
       ATTRIBUTE_PAN = 0x13,
       ATTRIBUTE_SHOW = 0x20 /* index bit: the palette belongs to the display again */
};
enum { /* sequencer */
       SEQ_RESET = 0,
       RESET_HOLD = 1,
       RESET_RUN = 3,
       SEQ_CLOCK = 1,
       CLOCK_8_DOTS = 0x01,
       SEQ_PLANES = 2,
       PLANES_TEXT = 3, /* characters and attributes */
       PLANE_FONT = 4,
       SEQ_MEMORY = 4,
       MEMORY_TEXT = 3, /* odd addresses are plane 1 */
       MEMORY_FLAT = 7
};
enum { /* graphics controller */
       GC_READ_PLANE = 4,
       GC_MODE = 5,
       MODE_ODD_EVEN = 0x10,
       GC_MISC = 6,
       MISC_A0000 = 0x00,
       MISC_B8000 = 0x0E
};
enum { /* CRT controller */
       CRTC_CELL_HEIGHT = 0x09,
       HEIGHT_MASK = 0x1F,
       CRTC_CURSOR_START = 0x0A,
       CURSOR_OFF = 0x20,
       CRTC_CURSOR_END = 0x0B,
       CRTC_LOCK = 0x11,
       LOCKED = 0x80
};
#define MISC_CLOCK 0x0C /* of 28 MHz, for 9 dots, when set to 1; 25 MHz, for 8 dots, when 0 */

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
void vga_palette(const struct rgb6 colours[COLOURS]) {
    for (int i = 0; i < COLOURS; i++) {
        attribute_index((uint8_t)i);
        out(ATTRIBUTE_WRITE, (uint8_t)i);
    }
    attribute_index(ATTRIBUTE_SHOW);
    out(DAC_MASK, 0xFF);
    out(DAC_WRITE_INDEX, 0);
    for (int i = 0; i < COLOURS; i++) {
        out(DAC_DATA, colours[i].red);
        out(DAC_DATA, colours[i].green);
        out(DAC_DATA, colours[i].blue);
    }
}

/* ---- Fonts and rows ---- */

static void set(uint16_t port, uint8_t index, uint8_t value) {
    out(port, index);
    out(port + 1, value);
}

static uint8_t get(uint16_t port, uint8_t index) {
    out(port, index);
    return in(port + 1);
}

/* Plane 2, where the fonts are, at A0000; and back, every register as text mode has it. */
static void font_memory_open(void) {
    set(SEQUENCER, SEQ_RESET, RESET_HOLD);
    set(SEQUENCER, SEQ_PLANES, PLANE_FONT);
    set(SEQUENCER, SEQ_MEMORY, MEMORY_FLAT);
    set(SEQUENCER, SEQ_RESET, RESET_RUN);
    set(GRAPHICS, GC_READ_PLANE, 2);
    set(GRAPHICS, GC_MODE, 0);
    set(GRAPHICS, GC_MISC, MISC_A0000);
}

static void font_memory_close(void) {
    set(SEQUENCER, SEQ_RESET, RESET_HOLD);
    set(SEQUENCER, SEQ_PLANES, PLANES_TEXT);
    set(SEQUENCER, SEQ_MEMORY, MEMORY_TEXT);
    set(SEQUENCER, SEQ_RESET, RESET_RUN);
    set(GRAPHICS, GC_READ_PLANE, 0);
    set(GRAPHICS, GC_MODE, MODE_ODD_EVEN);
    set(GRAPHICS, GC_MISC, MISC_B8000);
}

/* 256 glyphs of `height` bytes each. */
static void load_font(const uint8_t *glyphs, uint32_t height) {
    volatile uint8_t *memory = phys(FONT_MEMORY);
    font_memory_open();
    for (uint32_t i = 0; i < 256 * GLYPH_SPACE; i++) {
        uint32_t glyph = i / GLYPH_SPACE, row = i % GLYPH_SPACE;
        memory[i] = row < height ? glyphs[glyph * height + row] : 0;
    }
    font_memory_close();
}

/* Cells of 8 dots, so that half blocks and fonts need no ninth column. */
static void cells_of_8_dots(void) {
    set(SEQUENCER, SEQ_RESET, RESET_HOLD);
    set(SEQUENCER, SEQ_CLOCK, get(SEQUENCER, SEQ_CLOCK) | CLOCK_8_DOTS);
    out(MISC_WRITE, in(MISC_READ) & (uint8_t)~MISC_CLOCK);
    set(SEQUENCER, SEQ_RESET, RESET_RUN);
    attribute_index(ATTRIBUTE_PAN);
    out(ATTRIBUTE_WRITE, 0);
    attribute_index(ATTRIBUTE_SHOW);
}

/* Rows of dots in a cell. The cursor, which is off, has to lie inside it. */
static void cell_height(uint8_t height) {
    set(CRTC, CRTC_LOCK, get(CRTC, CRTC_LOCK) & (uint8_t)~LOCKED);
    set(CRTC, CRTC_CELL_HEIGHT, (get(CRTC, CRTC_CELL_HEIGHT) & (uint8_t)~HEIGHT_MASK) | (height - 1));
    set(CRTC, CRTC_CURSOR_START, CURSOR_OFF | (height - 2));
    set(CRTC, CRTC_CURSOR_END, height - 1);
}

void vga_rows(uint32_t rows) {
    bool small = rows == SCREEN_ROWS_MOST;
    load_font(small ? font_8x8[0] : font_8x16[0], small ? 8 : 16);
    cell_height(small ? 8 : 16);
}

void vga_init(void) {
    blink_off();
    cells_of_8_dots();
}

volatile uint16_t *vga_target(void) {
    return (volatile uint16_t *)phys(TEXT_MEMORY);
}
