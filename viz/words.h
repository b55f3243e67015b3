/*
 * Events in plain words.
 */
#ifndef VIZ_WORDS_H
#define VIZ_WORDS_H

#include "mm/events.h"

/*
 * One line in ASCII, three columns: what was called or done, what came of it, and the story. "malloc(120) =
 * 48013400  passed 31 holes, split 128 B". The story starts at WORDS_STORY unless the words before it are
 * longer. Returns `line`.
 */
#define WORDS_CALL  14 /* columns of what was called */
#define WORDS_STORY 27
#define WORDS_BYTES 96
char *event_words(const struct event *e, char *line, uint32_t bytes);

/* Did something go wrong here: a refusal, a fault, an end by force, no memory, a phantom? */
bool event_is_error(const struct event *e);

/* Name of the process that acted; "kernel" for pid 0, "" when the process is gone and was never seen. */
const char *event_actor(const struct event *e);

#endif
