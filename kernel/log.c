/*
 * The log.
 */
#include "kernel/kernel.h"

void log_line(const char *format, ...) {
    char line[LINE_BYTES] = "# ";
    va_list list;
    va_start(list, format);
    int length = 2 + format_list(line + 2, LINE_BYTES - 3, format, list);
    va_end(list);
    line[length++] = '\n';
    serial_write(line, (uint32_t)length);
}
