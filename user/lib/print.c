/*
 * printf: text gathers in `line` and goes to the log in whole lines, one system call a printf as long as it
 * fits.
 */
#include "inside.h"
#include <stb_sprintf.h>

static char line[512];
static size_t used;
static lock_t line_lock;

/* The first `size` bytes go; the rest moves up. */
static void send(size_t size) {
    if (size)
        system_call(SYS_WRITE, (uint32_t)line, size, 0, 0);
    used -= size;
    memmove(line, line + size, used);
}

/* stb_sprintf hands over each piece of text, never longer than STB_SPRINTF_MIN, and gets the buffer for the
 * next one. */
_Static_assert(STB_SPRINTF_MIN <= sizeof line, "a piece fits");

static char *gather(const char *piece, void *buffer, int size) {
    if (used + (size_t)size > sizeof line)
        send(used);
    memcpy(line + used, piece, (size_t)size);
    used += (size_t)size;
    return buffer;
}

int printf(const char *format, ...) {
    char buffer[STB_SPRINTF_MIN];
    va_list arguments;
    va_start(arguments, format);
    lock(&line_lock);
    int length = stbsp_vsprintfcb(gather, buffer, buffer, format, arguments);
    size_t whole = used;
    while (whole && line[whole - 1] != '\n')
        whole--;
    send(whole);
    unlock(&line_lock);
    va_end(arguments);
    return length;
}

int snprintf(char *to, size_t size, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    int length = stbsp_vsnprintf(to, (int)size, format, arguments);
    va_end(arguments);
    return length;
}

void flush(void) {
    lock(&line_lock);
    send(used);
    unlock(&line_lock);
}
