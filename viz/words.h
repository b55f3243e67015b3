/*
 * Events in plain words, and the words that others who tell of events share with them.
 */
#ifndef VIZ_WORDS_H
#define VIZ_WORDS_H

#include "mm/events.h"

/*
 * One line in ASCII, three columns: what was called or done, what came of it, and the story. "malloc(120) =
 * 48013400  passed 31 holes, split 128 B". The story starts at WORDS_STORY unless the words before it are
 * longer. Whatever the event, the line has at most WORDS_COLUMNS: a story that would not fit is told in fewer words.
 * Returns `line`.
 */
#define WORDS_CALL    14 /* columns of what was called */
#define WORDS_STORY   27
#define WORDS_COLUMNS 59
#define WORDS_BYTES   (WORDS_COLUMNS + 1)
char *event_words(const struct event *e, char line[WORDS_BYTES]);

/* Did something go wrong here: a refusal, a fault, an end by force, no memory, a phantom? */
bool event_is_error(const struct event *e);

/* Name of the process that acted; "kernel" for pid 0, "" when the process is gone and was never seen. */
const char *event_actor(const struct event *e);

/* Is it of the heap of whole pages, malloc_4k's? A refusal: was that heap asked? */
bool event_of_pages(const struct event *e);

/* The zone for want of which an EV_NOMEM happened, or ZONES when no zone was full: the heap's span is. */
uint32_t event_full_zone(const struct event *e);

/* Where the address lies that an E_FOREIGN refusal was given: "belongs to the image" when the event knows the owner, else
 * what the layout of a space says, which is right whatever the moment: "lies in the image's part", "is nobody's", and
 * "lies past the heap" in the span of the heap asked. */
const char *event_place(const struct event *e);

/*
 * Whose the memory of an EV_PHANTOM was, and whose it is: "pid 2's heap", "memman's upages", "memman's table" (of what is
 * free), "nobody".
 */
#define PARTY_BYTES 32
enum phantom_way {
    PHANTOM_WENT,  /* from one to the other */
    PHANTOM_KEPT,  /* `from` gave nothing to `to`, a process that asked for it */
    PHANTOM_TWICE, /* `from`, a process, has the memory twice */
    PHANTOM_STAYED /* it is free in `from` as it was before */
};
enum phantom_way event_parties(const struct event *e, char from[PARTY_BYTES], char to[PARTY_BYTES]);

/*
 * The line of its program that called, as "main+0x23", or the bare address: at most `columns`, 11 or more; a long name is
 * shortened, never its offset. Returns `text`, of columns + 1 bytes.
 */
char *caller_words(char *text, uint32_t columns, uint16_t pid, uint32_t caller);
#define CALLER_COLUMNS 31 /* enough for most names */

static inline const char *plural(uint32_t n) {
    return n == 1 ? "" : "s";
}

#endif
