/*
 * The string functions that every room needs, also where there is no C library.
 */
#ifndef MM_TEXT_H
#define MM_TEXT_H

#include <stdbool.h>
#include <stdint.h>

static inline bool same_text(const char *a, const char *b) {
    while (*a && *a == *b) {
        a++;
        b++;
    }
    return *a == *b;
}

static inline uint32_t text_length(const char *text) {
    uint32_t length = 0;
    while (text[length]) {
        length++;
    }
    return length;
}

#endif
