/*
 * Usages as grammars: one walk over the usage with all words at once. A set of bits says after how many words
 * the walk may stand where it stands; an item of the usage turns the set before it into the set behind it.
 */
#include "kernel/usage.h"

#include "kernel/text.h"

struct walk {
    const char *at; /* in the usage */
    const char *const *words;
    int count;
    bool later;
    struct fit *fit;
};

static uint32_t alternatives(struct walk *walk, uint32_t before);

static bool in_word(char c) {
    return c && c != ' ' && c != '|' && c != '[' && c != ']';
}

static bool same_word(const char *text, uint32_t length, const char *word) {
    for (uint32_t i = 0; i < length; i++)
        if (text[i] != word[i])
            return false;
    return !word[length];
}

static const struct vocabulary *vocabulary_find(const char *text, uint32_t length) {
    TABLE_EACH(vocabularies, const struct vocabulary, v)
    if (same_word(text, length, (*v)->name))
        return *v;
    return NULL;
}

static bool listed(const struct vocabulary *vocabulary, const char *word) {
    const char *known;
    for (uint32_t i = 0; vocabulary->word && (known = vocabulary->word(i)); i++)
        if (same_text(known, word))
            return true;
    return false;
}

static bool term_fits(const struct term *term, const char *word, bool later) {
    const struct vocabulary *v = term->vocabulary;
    bool capitals = term->text[0] >= 'A' && term->text[0] <= 'Z';
    if (!v)
        return capitals || same_word(term->text, term->length, word);
    return (later && v->may && v->may(word)) || (v->fits ? v->fits(word) : listed(v, word));
}

/* The walk came as far as to the word `index`, where `term` may stand. */
static void reached(struct fit *fit, int index, const struct term *term) {
    if (index > fit->good) {
        fit->good = index;
        fit->count = 0;
    }
    if (index == fit->good && term && fit->count < USAGE_TERMS)
        fit->term[fit->count++] = *term;
}

static bool takes_all(const struct term *term) {
    return same_word(term->text, term->length, "TEXT") || same_word(term->text, term->length, "WORDS");
}

static uint32_t word(struct walk *walk, uint32_t before) {
    struct term term = {walk->at, 0, NULL};
    uint32_t behind = 0;
    while (in_word(*walk->at))
        walk->at++;
    term.length = (uint32_t)(walk->at - term.text);
    term.vocabulary = vocabulary_find(term.text, term.length);
    for (int i = 0; i <= walk->count; i++) {
        if (!(before >> i & 1))
            continue;
        reached(walk->fit, i, &term);
        if (i == walk->count || !term_fits(&term, walk->words[i], walk->later))
            continue;
        int next = takes_all(&term) ? walk->count : i + 1;
        behind |= 1u << next;
        reached(walk->fit, next, NULL);
    }
    return behind;
}

/* A word, words joined by bars, or something in brackets. */
static uint32_t item(struct walk *walk, uint32_t before) {
    uint32_t behind;
    if (*walk->at == '[') {
        walk->at++;
        behind = before | alternatives(walk, before);
        walk->at += *walk->at == ']';
        return behind;
    }
    behind = word(walk, before);
    while (*walk->at == '|') {
        walk->at++;
        behind |= word(walk, before);
    }
    return behind;
}

static void skip_blanks(struct walk *walk) {
    while (*walk->at == ' ')
        walk->at++;
}

static uint32_t alternatives(struct walk *walk, uint32_t before) {
    uint32_t behind = 0, now = before;
    for (;;) {
        skip_blanks(walk);
        if (in_word(*walk->at) || *walk->at == '[') {
            now = item(walk, now);
            continue;
        }
        behind |= now;
        if (*walk->at != '|')
            return behind;
        walk->at++;
        now = before;
    }
}

void usage_fit(const char *usage, const char *const *words, int count, bool later, struct fit *fit) {
    struct walk walk = {usage, words, count, later, fit};
    *fit = (struct fit){.good = 0};
    while (in_word(*walk.at)) /* the verb */
        walk.at++;
    fit->whole = alternatives(&walk, 1) >> count & 1;
}

/* ---- What was expected, in words ---- */

/* Its words behind it: after a colon when nothing else was expected, else in brackets. */
static void add_list(char *text, int size, const struct vocabulary *vocabulary, bool alone) {
    const char *known;
    uint32_t count = 0;
    for (; vocabulary->word && (known = vocabulary->word(count)); count++)
        append_text(text, size, "%s%s", count ? ", " : alone ? ": " : " (", known);
    if (count && !alone)
        append_text(text, size, ")");
}

void usage_expected(const struct fit *fit, char *text, uint32_t bytes) {
    int size = (int)bytes;
    format_text(text, size, fit->count ? "expected " : "expected no more words");
    for (int i = 0; i < fit->count; i++) {
        const struct term *t = &fit->term[i];
        append_text(text, size, !i ? "" : i + 1 < fit->count ? ", " : " or ");
        if (t->vocabulary) {
            append_text(text, size, "%s", t->vocabulary->title);
            add_list(text, size, t->vocabulary, fit->count == 1);
        } else {
            append_text(text, size, "%.*s", (int)t->length, t->text);
        }
    }
}
