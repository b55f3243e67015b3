/*
 * Texts: formatting, and the few string functions there are. Pure, so that what reads and writes commands is
 * also built on the host.
 */
#ifndef KERNEL_TEXT_H
#define KERNEL_TEXT_H

#include <stdarg.h>

#include "mm/text.h"
#include "mm/types.h"

/* printf conversions of uint32_t, which is unsigned long for i686-elf-gcc. */
#if defined(__clang__) || defined(__linux__)
#define PRIu32 "u"
#define PRIx32 "x"
#define PRId32 "d"
#else
#define PRIu32 "lu"
#define PRIx32 "lx"
#define PRId32 "ld"
#endif

#define LINE_BYTES      512 /* longest line that is printed, with its end */
#define CAPTION_LETTERS 80

/* As snprintf: always ends the text, returns its length (what fitted). */
int format_text(char *text, int size, const char *format, ...) __attribute__((format(printf, 3, 4)));
int format_list(char *text, int size, const char *format, va_list list) __attribute__((format(printf, 3, 0)));

/* The same behind the text that stands there. */
void append_text(char *text, int size, const char *format, ...) __attribute__((format(printf, 3, 4)));

bool starts_with(const char *text, const char *start);

/* NULL, or why the text is no caption: it has to fit a row of the screen. */
const char *caption_check(const char *text);

/* Copies what fits in `size` bytes, its end included. */
void copy_text(char *to, const char *from, uint32_t size);

#endif
