/*
 * Usages: a verb's usage is also the grammar of its words. Commands are checked against it before they are carried
 * out, lectures when they are loaded, and the prompt completes from it. Pure.
 *
 *   view VIEW                     a word of the vocabulary VIEW
 *   glow on|off                   one of these words; a bar without blanks joins words
 *   pace [N | max]                brackets: may be left out; a bar between blanks joins whole sequences
 *   say [TEXT]   run PROGRAM [WORDS]     TEXT and WORDS are all words that follow
 *
 * Capitals that name no vocabulary are any word.
 */
#ifndef KERNEL_USAGE_H
#define KERNEL_USAGE_H

#include "mm/table.h"
#include "mm/types.h"

/* Words that a usage names together, in capitals. One entry of the table `vocabularies`, made where the words are known. */
struct vocabulary {
    const char *name;  /* "PROGRAM" */
    const char *title; /* "a program", behind the word "expected" */
    /* The index-th, or NULL behind the last; valid until the next call. NULL: they cannot be listed. */
    const char *(*word)(uint32_t index);
    /* Whether a word is one; NULL: when it is in the list. */
    bool (*fits)(const char *word);
    /* Whether it may be one later, as a lecture has to know that is loaded long before; NULL: as `fits`. */
    bool (*may)(const char *word);
};
TABLE_DECLARE(vocabularies, const struct vocabulary);

enum { USAGE_TERMS = 8 };

/* What became of the words. */
struct fit {
    bool whole; /* they fit, and none is missing */
    int good;   /* so many fit; what follows was expected next */
    int count;
    struct term {
        const char *text; /* in the usage, not closed */
        uint32_t length;
        const struct vocabulary *vocabulary; /* NULL: the text itself */
    } term[USAGE_TERMS];
};

/* Words that may only be there when the command is carried out count as good with `later`. At most 31 words. */
void usage_fit(const char *usage, const char *const *words, int count, bool later, struct fit *fit);

/* "expected a view: help, overview", "expected a lecture (fits, free) or stop" in `text`, for words that do not fit. */
void usage_expected(const struct fit *fit, char *text, uint32_t bytes);

#endif
