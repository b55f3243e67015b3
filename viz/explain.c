/*
 * Steps in plain sentences. A step's events are tallied, the one that says what it was chooses the teller, and
 * the teller adds sentence after sentence, in fewer words when they do not fit.
 */
#include "viz/explain_inside.h"

/* ---- The events of a step ---- */

/* What comes first of its happening, with everything it causes behind it; and what comes last. */
static bool begins(const struct event *e) {
    return e->kind == EV_FAULT || e->kind == EV_EXIT;
}

static bool ends(const struct event *e) {
    return e->kind == EV_SPAWN || e->kind == EV_THREAD || e->kind == EV_SAY;
}

/* The museum is made new: a happening of its own, whatever stands before and behind. */
static bool renews(const struct event *e) {
    return e->kind == EV_SEED && !e->pid;
}

/* Do two neighbours belong together? The kernel's part in a process's start and end does. */
static bool together(const struct event *a, const struct event *b) {
    if (a->step || b->step) {
        return a->step == b->step && a->pid == b->pid;
    }
    if (renews(a) != renews(b)) {
        return false;
    }
    bool fault = a->kind == EV_FAULT && b->kind == EV_EXIT;
    return (a->pid == b->pid || !a->pid || !b->pid) && !ends(a) && (fault || !begins(b));
}

/* How far the happening of event `seq` reaches in a direction. The kernel's events go with the process that they follow. */
static uint32_t edge(uint32_t seq, int direction) {
    const struct event *a = event_at(seq), *pid = a, *other;
    for (uint32_t reach = EXPLAIN_REACH; reach; reach--, a = other) {
        other = event_at(a->seq + (uint32_t)direction);
        if (!other || !(direction < 0 ? together(other, a) : together(a, other)) ||
            (other->pid && pid->pid && other->pid != pid->pid)) {
            break;
        }
        pid = other->pid ? other : pid;
    }
    return a->seq;
}

static void add(struct step *s, const struct event *e) {
    if (e->kind >= EV_KINDS || e->owner >= OWNERS) {
        return;
    }
    s->first[e->kind] = s->first[e->kind] ? s->first[e->kind] : e;
    s->last[e->kind] = e;
    s->count[e->kind]++;
    s->error |= event_is_error(e);
    s->actor = s->actor && s->actor->pid ? s->actor : e;
    uint32_t size = region_size(e->at), was = region_size(e->was);
    if (e->kind == EV_MAP || e->kind == EV_UNMAP) {
        (e->kind == EV_MAP ? s->mapped : s->unmapped)[e->owner] += size >> PAGE_SHIFT;
    } else if (e->kind == EV_RANGE) {
        s->grew += size > was ? size - was : 0;
        s->shrank += was > size ? was - size : 0;
    } else if (e->kind == EV_SEED && e->arg[1] == SEED_RESET) {
        s->reset = e;
    } else if (e->kind == EV_SEED && e->arg[1] == SEED_CHANGE) {
        s->changes = s->changes && s->changes->arg[0] == e->arg[0] ? s->changes : e;
    } else if ((e->kind == EV_LEND || e->kind == EV_RETURN) && e->arg[0] < ZONES) {
        (e->kind == EV_LEND ? s->lent : s->returned)[e->arg[0]] += size;
    }
}

/* ---- Sentences into rows ---- */

static uint32_t word_length(const char *text) {
    uint32_t n = 0;
    while (text[n] && text[n] != ' ') {
        n++;
    }
    return n;
}

/* Where the text would end when it goes on from (row, column); writes it where `out` is given. */
static void flow(const char *text, uint32_t *row, uint32_t *column, struct explanation *out) {
    while (*text) {
        uint32_t n = word_length(text), gap = *column ? 1 : 0;
        if (*column + gap + n > SCREEN_COLUMNS) {
            ++*row;
            *column = gap = 0;
        }
        if (out && gap) {
            out->row[*row][*column] = ' ';
        }
        for (uint32_t i = 0; out && i < n; i++) {
            out->row[*row][*column + gap + i] = text[i];
        }
        *column += gap + n;
        text += text[n] ? n + 1 : n;
    }
}

bool explain_sentence(struct teller *t, const char *text) {
    uint32_t row = t->row, column = t->column;
    flow(text, &row, &column, NULL);
    bool fits = row < EXPLAIN_ROWS;
    if (fits) {
        flow(text, &t->row, &t->column, t->out);
    }
    return fits;
}

const char *explain_who(const struct teller *t, char name[NAME_LINE]) {
    const struct event *e = t->step->actor;
    const char *known = event_actor(e);
    if (!e->pid) {
        return "The kernel";
    }
    if (e->thread) {
        return *known ? print_line(name, NAME_LINE, "Thread %u of %s", e->thread, known)
                      : print_line(name, NAME_LINE, "Thread %u of pid %u", e->thread, e->pid);
    }
    return *known ? known : print_line(name, NAME_LINE, "Pid %u", e->pid);
}

/* ---- Who tells it ---- */

static void tell(struct teller *t) {
    const struct step *s = t->step;
    void (*teller)(struct teller *) = s->count[EV_PHANTOM]                          ? tell_phantom
                                      : s->count[EV_FAULT]                          ? tell_fault
                                      : s->count[EV_EXIT]                           ? tell_exit
                                      : s->count[EV_REFUSED]                        ? tell_refused
                                      : s->count[EV_MALLOC] && s->count[EV_FREE]    ? tell_moved
                                      : s->count[EV_MALLOC]                         ? tell_malloc
                                      : s->count[EV_RESIZE]                         ? tell_resize
                                      : s->count[EV_NOMEM]                          ? tell_nomem
                                      : s->count[EV_THREAD]                         ? tell_thread
                                      : s->count[EV_SPAWN]                          ? tell_spawn
                                      : s->count[EV_FREE] && s->last[EV_FREE]->step ? tell_free
                                      : s->count[EV_SEED] || s->count[EV_SEED_CALL] ? tell_seed
                                                                                    : tell_memory;
    teller(t);
}

/* In as many words as the rows hold. Only for what must be said does it go down to the fewest. */
static void tell_to_fit(const struct step *step, struct explanation *out) {
    for (enum brief brief = IN_FULL; brief <= SHORTEST; brief++) {
        struct teller t = {.step = step, .out = out, .brief = brief};
        __builtin_memset(out->row, 0, sizeof out->row);
        tell(&t);
        if (!t.dropped && (!t.left_out || brief == SHORTER)) {
            break;
        }
    }
}

/* ---- The way in ---- */

bool explain(uint32_t seq, moment_t at, struct explanation *out) {
    const struct event *e = event_at(seq);
    *out = (struct explanation){0};
    if (!e) {
        return false;
    }
    out->step = e->step;
    out->first = edge(seq, -1);
    out->last = edge(seq, 1);
    struct step step = {.at = at};
    uint32_t newest = explain_newest(at);
    step.newest = out->first <= newest && newest <= out->last;
    for (uint32_t n = out->first; n <= out->last; n++) {
        add(&step, event_at(n));
    }
    out->error = step.error;
    if (step.actor) {
        tell_to_fit(&step, out);
    }
    return true;
}

uint32_t explain_newest(moment_t at) {
    uint32_t seq = event_newest(at);
    const struct event *e = event_at(seq);
    for (uint32_t reach = EXPLAIN_REACH; reach && e && (e->kind == EV_SAY || e->kind == EV_NONE); reach--) {
        e = event_at(--seq);
    }
    return e ? seq : 0;
}
