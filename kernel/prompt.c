/*
 * The prompt.
 */
#include "kernel/prompt.h"

enum { CTRL_A = 1, CTRL_E = 5, CTRL_K = 11, CTRL_U = 21, CTRL_W = 23, ESC = 27 };

/* ---- Editing ---- */

static void set_text(struct prompt *prompt, const char *text) {
    copy_text(prompt->text, text, sizeof prompt->text);
    prompt->length = prompt->cursor = text_length(prompt->text);
}

static void insert(struct prompt *prompt, char c) {
    if (prompt->length + 1 == COMMAND_BYTES)
        return;
    for (uint32_t i = ++prompt->length; i > prompt->cursor; i--)
        prompt->text[i] = prompt->text[i - 1];
    prompt->text[prompt->cursor++] = c;
}

/* Takes [from, to) out; the cursor stands at `from` then. */
static void cut(struct prompt *prompt, uint32_t from, uint32_t to) {
    for (uint32_t i = to; i <= prompt->length; i++)
        prompt->text[from + i - to] = prompt->text[i];
    prompt->length -= to - from;
    prompt->cursor = from;
}

/* Where the word before the cursor begins. */
static uint32_t word_start(const struct prompt *prompt) {
    uint32_t at = prompt->cursor;
    while (at && prompt->text[at - 1] == ' ')
        at--;
    while (at && prompt->text[at - 1] != ' ')
        at--;
    return at;
}

/* ---- History ---- */

static void remember(struct prompt *prompt) {
    const char *newest = prompt->history[(prompt->typed - 1) % PROMPT_HISTORY];
    if (prompt->length && !(prompt->typed && same_text(newest, prompt->text)))
        copy_text(prompt->history[prompt->typed++ % PROMPT_HISTORY], prompt->text, COMMAND_BYTES);
}

static void go_back(struct prompt *prompt) {
    if (prompt->back == PROMPT_HISTORY || prompt->back == prompt->typed)
        return;
    if (!prompt->back++)
        copy_text(prompt->draft, prompt->text, COMMAND_BYTES);
    set_text(prompt, prompt->history[(prompt->typed - prompt->back) % PROMPT_HISTORY]);
}

static void go_on(struct prompt *prompt) {
    if (!prompt->back)
        return;
    if (!--prompt->back)
        set_text(prompt, prompt->draft);
    else
        set_text(prompt, prompt->history[(prompt->typed - prompt->back) % PROMPT_HISTORY]);
}

/* ---- Completion, of the word before the cursor ---- */

/* Behind what is typed when there is room, else in the panel. */
static void show_candidates(struct prompt *prompt, const char *list) {
    if (prompt->length + ANSWER_GAP + text_length(list) <= ANSWER_COLUMNS) {
        copy_text(prompt->aside, list, sizeof prompt->aside);
        return;
    }
    prompt_answer_begin(prompt, "What may come next");
    prompt_answer(prompt, list);
    prompt->unfolded = true;
}

static void complete(struct prompt *prompt) {
    char before[COMMAND_BYTES];
    struct completion completion;
    copy_text(before, prompt->text, prompt->cursor + 1);
    command_complete(before, &completion);
    for (const char *rest = completion.word + completion.begun; completion.count && *rest; rest++)
        insert(prompt, *rest);
    if (completion.count == 1 && prompt->text[prompt->cursor] != ' ')
        insert(prompt, ' ');
    else if (completion.count != 1)
        show_candidates(prompt, completion.count ? completion.list : "nothing fits");
}

/* ---- Keys ---- */

void prompt_open(struct prompt *prompt, const char *text) {
    prompt->open = true;
    prompt->back = 0;
    prompt->said = false;
    prompt->aside[0] = 0;
    set_text(prompt, text);
}

static enum prompt_use enter(struct prompt *prompt) {
    prompt->open = false;
    remember(prompt);
    return PROMPT_ENTERED;
}

static enum prompt_use edit(struct prompt *prompt, int key) {
    uint32_t at = prompt->cursor, end = prompt->length;
    prompt->aside[0] = 0;
    prompt->unfolded = false;
    switch (key) {
    case '\n': return enter(prompt);
    case ESC: prompt->open = false; break;
    case '\t': complete(prompt); break;
    case '\b':
        if (at)
            cut(prompt, at - 1, at);
        else if (!end)
            prompt->open = false;
        break;
    case KEY_DELETE:
        if (at < end)
            cut(prompt, at, at + 1);
        break;
    case KEY_LEFT: prompt->cursor -= at > 0; break;
    case KEY_RIGHT: prompt->cursor += at < end; break;
    case CTRL_A:
    case KEY_HOME: prompt->cursor = 0; break;
    case CTRL_E:
    case KEY_END: prompt->cursor = end; break;
    case CTRL_K: cut(prompt, at, end); break;
    case CTRL_U: cut(prompt, 0, at); break;
    case CTRL_W: cut(prompt, word_start(prompt), at); break;
    case KEY_UP: go_back(prompt); break;
    case KEY_DOWN: go_on(prompt); break;
    default:
        if (key >= ' ' && key <= '~')
            insert(prompt, (char)key);
    }
    return PROMPT_USED;
}

static void scroll(struct viz_panel *panel, int rows) {
    uint32_t last = panel->count > panel->rows ? panel->count - panel->rows : 0;
    int64_t to = (int64_t)panel->first + rows;
    panel->first = to < 0 ? 0 : to > last ? last : (uint32_t)to;
}

static enum prompt_use move(struct prompt *prompt, int key) {
    int page = (int)prompt->panel.rows;
    switch (key) {
    case KEY_UP: scroll(&prompt->panel, -1); break;
    case KEY_DOWN: scroll(&prompt->panel, 1); break;
    case KEY_PAGE_UP: scroll(&prompt->panel, -page); break;
    case KEY_PAGE_DOWN: scroll(&prompt->panel, page); break;
    case KEY_HOME: scroll(&prompt->panel, -ANSWER_LINES); break;
    case KEY_END: scroll(&prompt->panel, ANSWER_LINES); break;
    default: prompt->unfolded = false; return key == ESC ? PROMPT_USED : PROMPT_UNUSED;
    }
    return PROMPT_USED;
}

enum prompt_use prompt_press(struct prompt *prompt, int key) {
    prompt->said = false;
    if (prompt->open)
        return edit(prompt, key);
    return prompt->unfolded ? move(prompt, key) : PROMPT_UNUSED;
}

/* ---- Answers ---- */

/* How much of a text goes on one row: to its end, or to the last blank. */
static uint32_t row_length(const char *text) {
    uint32_t length = 0, blank = 0;
    for (; text[length] && length < ANSWER_COLUMNS; length++)
        blank = text[length] == ' ' ? length : blank;
    return text[length] && blank ? blank : length;
}

/* Keeps one row of the answer. */
static void keep(struct prompt *prompt, const char *text, uint32_t length) {
    uint32_t rows = (uint32_t)(prompt->panel.lines - prompt->lines) + prompt->panel.count;
    if (rows == ANSWER_LINES || prompt->used + length + 1 > ANSWER_BYTES) {
        prompt->lost++;
        return;
    }
    char *row = prompt->bytes + prompt->used;
    copy_text(row, text, length + 1);
    prompt->lines[rows] = row;
    prompt->panel.count++;
    prompt->used += length + 1;
}

void prompt_answer_begin(struct prompt *prompt, const char *line) {
    uint32_t title = text_length(line);
    prompt->used = prompt->lost = 0;
    prompt->wrong = prompt->said = prompt->unfolded = false;
    prompt->panel = (struct viz_panel){.lines = prompt->lines};
    keep(prompt, line, title < ANSWER_TITLE ? title : ANSWER_TITLE);
    prompt->panel.title = prompt->lines[0];
    prompt->panel.lines = prompt->lines + 1;
    prompt->panel.count = 0;
}

void prompt_answer(void *context, const char *text) {
    struct prompt *prompt = context;
    if (same_text(text, "ok"))
        return;
    if (starts_with(text, "error: ")) {
        prompt->wrong = true;
        text += sizeof "error: " - 1;
    }
    do {
        uint32_t length = row_length(text);
        keep(prompt, text, length);
        text += length;
        while (*text == ' ')
            text++;
    } while (*text);
}

void prompt_answer_end(struct prompt *prompt) {
    prompt->said = prompt->panel.count == 1;
    prompt->unfolded = prompt->panel.count > 1;
}

void prompt_message(struct prompt *prompt, const char *text, bool wrong) {
    prompt_answer_begin(prompt, "");
    prompt_answer(prompt, text);
    prompt->wrong = wrong;
    prompt->said = true;
}

const struct viz_prompt *prompt_shown(struct prompt *prompt, const char *hint) {
    struct viz_prompt *shown = &prompt->shown;
    *shown = (struct viz_prompt){.text = hint};
    if (prompt->open) {
        shown->open = true;
        shown->text = prompt->text;
        shown->cursor = prompt->cursor;
        shown->aside = prompt->aside;
    } else if (prompt->said) {
        shown->text = prompt->panel.lines[0];
        shown->wrong = prompt->wrong;
    } else if (prompt->unfolded && prompt->wrong) {
        shown->text = "This was not carried out; why stands above. Esc closes it.";
        shown->wrong = true;
    }
    shown->panel = prompt->unfolded ? &prompt->panel : NULL;
    return shown->text || shown->panel ? shown : NULL;
}
