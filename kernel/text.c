/*
 * Texts.
 */
#include "kernel/text.h"

#include "stb_sprintf.h"

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

void append_text(char *text, int size, const char *format, ...) {
    int length = (int)text_length(text);
    va_list list;
    va_start(list, format);
    format_list(text + length, size - length, format, list);
    va_end(list);
}

bool starts_with(const char *text, const char *start) {
    while (*start && *text == *start)
        text++, start++;
    return !*start;
}

void copy_text(char *to, const char *from, uint32_t size) {
    uint32_t length = 0;
    while (length + 1 < size && from[length]) {
        to[length] = from[length];
        length++;
    }
    to[length] = 0;
}

const char *caption_check(const char *text) {
    static char reason[64];
    uint32_t length = text_length(text);
    for (const char *c = text; *c; c++)
        if (*c < ' ' || *c > '~')
            return "a caption is made of the letters, digits and signs of ASCII";
    format_text(reason, sizeof reason, "a caption has at most %d letters, this one has %" PRIu32,
                CAPTION_LETTERS, length);
    return length > CAPTION_LETTERS ? reason : NULL;
}
