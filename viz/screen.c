/*
 * The shadow screen: cells wanted, cells shown, and the one present between them.
 */
#include "viz/screen.h"

#include <stdarg.h>

#include "stb_sprintf.h"

void screen_init(struct screen *screen, uint32_t rows) {
    screen->rows = rows;
    screen->unknown = true;
    screen_clear(screen, 0);
}

void screen_clear(struct screen *screen, uint8_t attribute) {
    for (int row = 0; row < (int)screen->rows; row++) {
        screen_fill(screen, row, 0, SCREEN_COLUMNS, cell(' ', attribute));
    }
}

void screen_put(struct screen *screen, int row, int column, cell_t what) {
    if (row < 0 || row >= (int)screen->rows || column < 0 || column >= SCREEN_COLUMNS) {
        return;
    }
    screen->cells[row * SCREEN_COLUMNS + column] = what;
    screen->dirty |= (uint64_t)1 << row;
}

void screen_fill(struct screen *screen, int row, int column, int count, cell_t what) {
    int end = column + count < SCREEN_COLUMNS ? column + count : SCREEN_COLUMNS;
    if (row < 0 || row >= (int)screen->rows) {
        return;
    }
    for (int i = column < 0 ? 0 : column; i < end; i++) {
        screen->cells[row * SCREEN_COLUMNS + i] = what;
    }
    screen->dirty |= (uint64_t)1 << row;
}

int screen_text(struct screen *screen, int row, int column, int end, uint8_t attribute, const char *text) {
    for (; *text && column < end; text++) {
        screen_put(screen, row, column++, cell((uint8_t)*text, attribute));
    }
    return column;
}

static char *format_line(char *line, uint32_t bytes, const char *format, va_list arguments) {
    stbsp_vsnprintf(line, (int)bytes, format, arguments);
    return line;
}

char *print_line(char *line, uint32_t bytes, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    format_line(line, bytes, format, arguments);
    va_end(arguments);
    return line;
}

int screen_print(struct screen *screen, int row, int column, int end, uint8_t attribute, const char *format,
                 ...) {
    char line[SCREEN_COLUMNS + 1];
    va_list arguments;
    va_start(arguments, format);
    column =
        screen_text(screen, row, column, end, attribute, format_line(line, sizeof line, format, arguments));
    va_end(arguments);
    return column;
}

int screen_print_right(struct screen *screen, int row, int end, uint8_t attribute, const char *format, ...) {
    char line[SCREEN_COLUMNS + 1];
    va_list arguments;
    va_start(arguments, format);
    format_line(line, sizeof line, format, arguments);
    va_end(arguments);
    int length = 0;
    while (line[length]) {
        length++;
    }
    screen_text(screen, row, end - length, end, attribute, line);
    return end - length;
}

uint32_t screen_present(struct screen *screen, volatile uint16_t *target) {
    uint32_t written = 0;
    for (uint32_t row = 0; row < screen->rows; row++) {
        if (!screen->unknown && !(screen->dirty >> row & 1)) {
            continue;
        }
        uint32_t end = (row + 1) * SCREEN_COLUMNS;
        for (uint32_t i = row * SCREEN_COLUMNS; i < end; i++) {
            if (screen->unknown || screen->cells[i] != screen->shown[i]) {
                screen->shown[i] = screen->cells[i];
                target[i] = screen->cells[i];
                written++;
            }
        }
    }
    screen->dirty = 0;
    screen->unknown = false;
    return written;
}
