/*
 * For the tests of sentences: a program that calls, and what the screen says of it.
 */
#ifndef TESTS_SUPPORT_PROGRAM_H
#define TESTS_SUPPORT_PROGRAM_H

#include "mm/space.h"
#include "viz/explain.h"

struct space *program(const char *name, const char *regime, const char *policy, bool guard);

/* Its calls are a step each; what stands between these two is one as well. */
void call_as(const struct space *s);
void call_over(void);

vaddr_t get(struct space *s, uint32_t size);
int give(struct space *s, vaddr_t address);
vaddr_t resize(struct space *s, vaddr_t address, uint32_t size);
vaddr_t get_page(struct space *s);
int give_page(struct space *s, vaddr_t address);

/* The rows as one text, after making sure that they are rows: no word is cut, none is missing, a sentence ends it. */
const char *text_of(const struct explanation *x);

/* The text of the newest step. */
const char *just_happened(void);

#endif
