/*
 * Bytes and texts: what compilers call on their own account, and little more.
 */
#include "kernel/kernel.h"

void *memcpy(void *restrict to, const void *restrict from, size_t size) {
    void *start = to;
    size_t words = size / 4;
    __asm__ volatile("rep movsl" : "+D"(to), "+S"(from), "+c"(words) : : "memory");
    size &= 3;
    __asm__ volatile("rep movsb" : "+D"(to), "+S"(from), "+c"(size) : : "memory");
    return start;
}

void *memmove(void *to, const void *from, size_t size) {
    if ((uintptr_t)to - (uintptr_t)from >= size)
        return memcpy(to, from, size);
    uint8_t *t = to;
    const uint8_t *f = from;
    while (size--)
        t[size] = f[size];
    return to;
}

void *memset(void *to, int value, size_t size) {
    void *start = to;
    size_t words = size / 4;
    __asm__ volatile("rep stosl"
                     : "+D"(to), "+c"(words)
                     : "a"((uint32_t)(uint8_t)value * 0x01010101u)
                     : "memory");
    size &= 3;
    __asm__ volatile("rep stosb" : "+D"(to), "+c"(size) : "a"(value) : "memory");
    return start;
}

int memcmp(const void *a, const void *b, size_t size) {
    const uint8_t *x = a, *y = b;
    for (; size; size--, x++, y++)
        if (*x != *y)
            return *x - *y;
    return 0;
}

size_t strlen(const char *text) {
    size_t size = 0;
    while (text[size])
        size++;
    return size;
}

char *strchr(const char *text, int c) {
    for (;; text++) {
        if (*text == (char)c)
            return (char *)(uintptr_t)text;
        if (!*text)
            return NULL;
    }
}
