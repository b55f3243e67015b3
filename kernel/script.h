/*
 * Scripts: the text of a lecture. One command a line; empty lines and lines that begin with # are nobody's, and the first
 * comment is the description. Pure: kernel/lecture.c plays them.
 */
#ifndef KERNEL_SCRIPT_H
#define KERNEL_SCRIPT_H

#include "kernel/command.h"

struct script {
    const char *text; /* not closed */
    uint32_t size;
};

/* Before a line of a script. The first: {0, 1}. */
struct place {
    uint32_t offset, line;
};

/*
 * Reads the line at *place, without the blanks around it, into `line`, and moves *place behind it. False at the end.
 * *wrong: NULL, or why it cannot be read; then `line` is empty.
 */
bool script_read(const struct script *script, struct place *place, char line[COMMAND_BYTES],
                 const char **wrong);

/* Is there a command in the line? */
bool script_command(const char *line);

/* Sets *place behind the first line `VERB NAME`, `label again` for instance; false when there is none. */
bool script_find(const struct script *script, const char *verb, const char *name, struct place *place);

/* The text of the first comment, or "". */
void script_description(const struct script *script, char *text, uint32_t bytes);

/* Reports everything that is wrong, by line, in words that say what was expected. Returns how much it was. */
typedef void (*script_report)(void *context, uint32_t line, const char *what);
uint32_t script_check(const struct script *script, script_report report, void *context);

#endif
