/*
 * Commands: the one language of keys, the on-screen prompt, the serial line and lecture files. A verb is one entry of the table `verbs`, made where
 * its work is done; nothing else changes. Its usage is checked before it runs (kernel/usage.h).
 */
#ifndef KERNEL_COMMAND_H
#define KERNEL_COMMAND_H

#include "kernel/text.h"
#include "mm/table.h"
#include "mm/types.h"

#define COMMAND_BYTES 256 /* longest line, with its end */
#define COMMAND_WORDS 31  /* as many as usage_fit takes */

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
    const char *usage; /* the grammar of its words: "dump memman | pages PID | procs | events N" */
    const char *help;  /* one sentence */
    /* The words fit the usage. NULL: done; else the reason it failed, in plain words, saying what was expected. */
    const char *(*run)(struct command *command);
};
TABLE_DECLARE(verbs, const struct verb);

/* The verb of that name, or NULL. */
const struct verb *verb_find(const char *name);

/* One line of the answer, printf-like, usually key=value pairs. */
void reply(const struct command *command, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Carries one line out and closes the answer with "ok" or "error: reason". Empty lines and lines that start with # do nothing. */
void command_line(const char *line, const struct outlet *outlet);

/*
 * Reads a line that does not begin with a blank and is no longer than COMMAND_BYTES: its words, which lie in `text`,
 * and its verb. NULL when it is no command, with the reason. `later`: it will be carried out at some time (kernel/usage.h).
 */
const struct verb *command_read(const char *line, bool later, char text[COMMAND_BYTES],
                                struct command *command, char reason[LINE_BYTES]);

enum { COMPLETION_WORD = 32, COMPLETION_LIST = 1024 };

/* What the last word of a line may become. */
struct completion {
    uint32_t count;             /* candidates */
    uint32_t begun;             /* letters of it that stand there */
    char word[COMPLETION_WORD]; /* what all candidates begin with */
    char list[COMPLETION_LIST]; /* them all, as far as they fit */
};
void command_complete(const char *line, struct completion *completion);

/* A whole number, decimal or 0x hex. False when it is none. */
bool command_number(const char *word, uint32_t *value);

/* An address, as the screen prints it: hexadecimal, with 0x before it or without. False when it is none. */
bool command_address(const char *word, uint32_t *value);

#endif
