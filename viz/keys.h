/*
 * The keys: each stands for a command line, so that whatever a person can do a test or a lecture can. The
 * bottom row and the help show them from here, and the console carries them out. Keys that only mean something inside
 * one view, and the views' own, are not in here: they are viz_key's, and the verb `key` presses them.
 */
#ifndef VIZ_KEYS_H
#define VIZ_KEYS_H

#include "viz/viz.h"

struct binding {
    int key;           /* a character or enum key */
    const char *name;  /* "Space" */
    const char *line;  /* the command; NULL: viz_key's */
    const char *brief; /* for the bottom row; NULL: only the help shows it */
    const char *words; /* for the help */
};
extern const struct binding bindings[];
extern const uint32_t bindings_count;

/* The command a key stands for, or NULL. */
const char *binding_line(int key);

#endif
