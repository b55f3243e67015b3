/*
 * The one string function that finding things by name needs.
 */
#ifndef MM_TEXT_H
#define MM_TEXT_H

#include <stdbool.h>

static inline bool same_text(const char *a, const char *b) {
    while (*a && *a == *b) {
        a++;
        b++;
    }
    return *a == *b;
}

#endif
