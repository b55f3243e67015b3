/*
 * Commands: the one language of keys, the on-screen prompt, the serial line and lecture files. A verb is one entry of the table `verbs`, made where
 * its work is done; nothing else changes.
 */
#ifndef KERNEL_COMMAND_H
#define KERNEL_COMMAND_H

#include "mm/table.h"
#include "mm/types.h"

#define COMMAND_BYTES 256 /* longest line, with its end */
#define COMMAND_WORDS 16

/* Where a command came from and where its answer goes: lines without their end. */
struct outlet {
    void (*line)(void *context, const char *text);
    void *context;
};

/* One command being carried out. words[0] is the verb; `rest` is the line after it, unsplit. */
struct command {
    int count;
    const char *words[COMMAND_WORDS];
    const char *rest;
    const struct outlet *outlet;
};

struct verb {
    const char *name;
    const char *usage; /* "dump memman | pages PID | heap PID | procs | events N" */
    const char *help;  /* one sentence */
    int least, most;   /* words after the verb */
    /* NULL: done; else the reason it failed, in plain words, saying what was expected. */
    const char *(*run)(struct command *command);
};
TABLE_DECLARE(verbs, const struct verb);

/* One line of the answer, printf-like, usually key=value pairs. */
void reply(const struct command *command, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Carries one line out and closes the answer with "ok" or "error: reason". Empty lines and lines that start with # do nothing. */
void command_line(const char *line, const struct outlet *outlet);

/* A whole number, decimal or 0x hex. False when it is none. */
bool command_number(const char *word, uint32_t *value);

#endif
