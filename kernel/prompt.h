/*
 * The prompt: the editor of a command line on the screen, with history and completion, and the answer to it: a message
 * on the same row, or a panel when it is long. Pure; the console feeds it keys and carries out what was typed.
 */
#ifndef KERNEL_PROMPT_H
#define KERNEL_PROMPT_H

#include "kernel/command.h"
#include "viz/viz.h"

enum {
    PROMPT_HISTORY = 32,
    ANSWER_LINES = 256,
    ANSWER_BYTES = 16384,
    ANSWER_COLUMNS = 78,
    ANSWER_GAP = 4, /* the colon, and blanks before what may come next */
    ANSWER_TITLE = 40
};

struct prompt {
    /* The line being typed. cursor <= length < COMMAND_BYTES, text[length] == 0. */
    bool open;
    char text[COMMAND_BYTES];
    uint32_t length, cursor;
    char aside[ANSWER_COLUMNS + 1]; /* candidates of the last Tab, when they fit behind the line */

    /* The lines before: the newest is number `typed` - 1, in a ring. */
    char history[PROMPT_HISTORY][COMMAND_BYTES];
    uint32_t typed, back;      /* `back`: how many Up has gone back */
    char draft[COMMAND_BYTES]; /* what stood there before Up */

    /* The answer, in rows of the screen. */
    char bytes[ANSWER_BYTES];
    uint32_t used, lost; /* lost: lines that found no room */
    const char *lines[ANSWER_LINES];
    bool wrong;
    bool said; /* the first line stands on the bottom row */
    struct viz_panel panel;
    bool unfolded; /* the panel stands there */

    struct viz_prompt shown;
};

/* Opens it with `text` already typed. */
void prompt_open(struct prompt *prompt, const char *text);

/*
 * A key. While it is open every key is used; PROMPT_ENTERED: the line in prompt->text has been closed and wants to be
 * carried out. While a panel stands there, keys that move in it and Esc are used. Every key takes a message away.
 */
enum prompt_use { PROMPT_UNUSED, PROMPT_USED, PROMPT_ENTERED };
enum prompt_use prompt_press(struct prompt *prompt, int key);

/* An answer: begun, line by line (an outlet's function), ended: then a short one stands on the row, and a long one in the
 * panel. */
void prompt_answer_begin(struct prompt *prompt, const char *line);
void prompt_answer(void *prompt, const char *text);
void prompt_answer_end(struct prompt *prompt);

/* A message that nobody asked for: as much of it as the row holds, so that it covers nothing. */
void prompt_message(struct prompt *prompt, const char *text, bool wrong);

/* What to show, or NULL. `hint` stands on the row when nothing else does; NULL: the keys. */
const struct viz_prompt *prompt_shown(struct prompt *prompt, const char *hint);

#endif
