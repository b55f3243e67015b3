/*
 * What the files of explain share: the events of a step, tallied, and sentences that go into rows.
 *
 * A step is told in full, and when that is more than the rows hold, told anew in fewer words (`brief`), so that what
 * happened to memory is shortened and not left out. A sentence goes in whole or not at all; what is worth saying only
 * where there is room (ALSO) comes last.
 */
#ifndef VIZ_EXPLAIN_INSIDE_H
#define VIZ_EXPLAIN_INSIDE_H

#include "mm/memman.h"
#include "mm/space.h"
#include "mm/text.h"
#include "viz/explain.h"
#include "viz/words.h"

struct step {
    moment_t at;                                          /* that is shown */
    bool newest;                                          /* nothing has changed since, at that moment */
    const struct event *first[EV_KINDS], *last[EV_KINDS]; /* of each kind */
    const struct event *reset;                            /* the EV_SEED of a new arena */
    const struct event *changes; /* where the last run of SEED_CHANGE of one entry begins */
    uint32_t count[EV_KINDS];
    uint32_t mapped[OWNERS], unmapped[OWNERS]; /* pages */
    uint32_t lent[ZONES], returned[ZONES];     /* bytes */
    uint32_t grew, shrank;                     /* bytes, of the heap's range */
    const struct event *actor;                 /* one that names who acted */
    bool error;
};

enum brief { IN_FULL, SHORTER, SHORTEST };

struct teller {
    const struct step *step;
    struct explanation *out;
    uint32_t row, column;
    enum brief brief;
    bool dropped, left_out; /* a sentence of SAY, of ALSO did not fit */
};

#define SENTENCE_BYTES (EXPLAIN_ROWS * SCREEN_COLUMNS)

/* Adds a sentence where it fits, and says whether. */
bool explain_sentence(struct teller *t, const char *text);

#define EXPLAIN_ADD(t, missing, ...)                                                                         \
    do {                                                                                                     \
        char sentence_[SENTENCE_BYTES];                                                                      \
        (t)->missing |= !explain_sentence(t, print_line(sentence_, sizeof sentence_, __VA_ARGS__));          \
    } while (0)
#define SAY(t, ...)  EXPLAIN_ADD(t, dropped, __VA_ARGS__)
#define ALSO(t, ...) EXPLAIN_ADD(t, left_out, __VA_ARGS__)

/* Who acted: "churn", "Thread 2 of churn", "Pid 7" without a name, "The kernel". */
#define NAME_LINE (NAME_BYTES + 24)
const char *explain_who(const struct teller *t, char name[NAME_LINE]);

/* ---- explain_calls.c ---- */

void tell_malloc(struct teller *t);
void tell_free(struct teller *t);
void tell_moved(struct teller *t); /* realloc that took another block */
void tell_resize(struct teller *t);
void tell_refused(struct teller *t);
void tell_nomem(struct teller *t);

/* ---- explain_lives.c ---- */

void tell_spawn(struct teller *t);
void tell_thread(struct teller *t);
void tell_fault(struct teller *t);
void tell_exit(struct teller *t);
void tell_memory(struct teller *t); /* what belongs to none of these */

/* ---- explain_seed.c ---- */

void tell_seed(struct teller *t);
void tell_phantom(struct teller *t);

#endif
