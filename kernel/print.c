/*
 * Text, and the log.
 */
#include <stb_sprintf.h>

#include "kernel/kernel.h"

int format_list(char *text, int size, const char *format, va_list list) {
    int length = stbsp_vsnprintf(text, size, format, list);
    return length < size ? length : size - 1;
}

int format_text(char *text, int size, const char *format, ...) {
    va_list list;
    va_start(list, format);
    int length = format_list(text, size, format, list);
    va_end(list);
    return length;
}

void log_line(const char *format, ...) {
    char line[LINE_BYTES] = "# ";
    va_list list;
    va_start(list, format);
    int length = 2 + format_list(line + 2, LINE_BYTES - 3, format, list);
    va_end(list);
    line[length++] = '\n';
    serial_write(line, (uint32_t)length);
}
