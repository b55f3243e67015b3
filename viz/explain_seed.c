/*
 * Sentences about the museum: calls of the seed, what they did to its books, and the twelve cases.
 */
#include "viz/explain_inside.h"

#include "mm/regime.h"

static void tell_seed_call(struct teller *t) {
    const struct event *e = t->step->last[EV_SEED_CALL];
    char name[NAME_LINE];
    if (!e) {
        return;
    }
    if (e->arg[0] >= SEED_CALLS) {
        SAY(t, "%s made a call of the seed.", explain_who(t, name));
        return;
    }
    const char *call = seed_call_names[e->arg[0]];
    switch (e->arg[0]) {
    case SEED_DO_MALLOC_4K:
    case SEED_DO_KMALLOC_4K:
    case SEED_SYS_MALLOC_4K:
        SAY(t, "%s called %s() and got %08X.", explain_who(t, name), call, e->arg[3]);
        break;
    case SEED_DO_MALLOC:
    case SEED_DO_KMALLOC:
    case SEED_SYS_MALLOC:
        SAY(t, "%s called %s(%'u) and got %08X.", explain_who(t, name), call, e->arg[1], e->arg[3]);
        break;
    case SEED_DO_FREE_4K:
    case SEED_SYS_FREE_4K: SAY(t, "%s called %s(%08X).", explain_who(t, name), call, e->arg[1]); break;
    default: SAY(t, "%s called %s(%08X, %'u).", explain_who(t, name), call, e->arg[1], e->arg[2]);
    }
}

/* Is this the last of a run of changes of one entry, whose sum says more than each? */
static bool ends_run(const struct step *s, const struct event *e) {
    return e == s->last[EV_SEED] && e->arg[1] == SEED_CHANGE;
}

/* What one change of the seed's books was. */
static void tell_seed_change(struct teller *t, const struct event *e) {
    const struct step *s = t->step;
    uint32_t now = region_size(e->at), was = region_size((ends_run(s, e) ? s->changes : e)->was);
    switch (e->arg[1]) {
    case SEED_CHANGE:
        SAY(t, "memman's entry %'u at %08X has %'u bytes now, not %'u.", e->arg[0], e->at.start, now, was);
        break;
    case SEED_INSERT:
        SAY(t, "memman filed %'u bytes at %08X as free: entry %'u of its table.", now, e->at.start,
            e->arg[0]);
        break;
    case SEED_REMOVE:
        SAY(t, "Entry %'u of memman's table, %'u bytes at %08X, is gone.", e->arg[0], was, e->was.start);
        break;
    case SEED_LOST: SAY(t, "The table is full: %'u bytes at %08X are dropped.", now, e->at.start); break;
    case SEED_LIMIT:
        SAY(t, "vmalloc moved the heap's limit from %08X to %08X.", e->was.end, e->at.end);
        break;
    case SEED_RESET: SAY(t, "The arena is new: the seed's table stands as after its boot."); break;
    default: SAY(t, "The seed's books have changed.");
    }
}

void tell_seed(struct teller *t) {
    const struct step *s = t->step;
    const struct event *first = s->first[EV_SEED], *last = s->last[EV_SEED], *call = s->last[EV_SEED_CALL];
    if (s->reset) {
        tell_seed_change(t, s->reset);
        return;
    }
    tell_seed_call(t);
    bool in_run = first && last != first && ends_run(s, last) && s->changes == first;
    if (first && !in_run) {
        tell_seed_change(t, first);
    }
    if (call && call->arg[4]) {
        int frames = (int)call->arg[5];
        uint32_t n = (uint32_t)(frames < 0 ? -frames : frames);
        SAY(t, "lin_mapping_phy%s ran %'u time%s and %s %'u frame%s.", t->brief ? "" : ", its mapping call,",
            call->arg[4], plural(call->arg[4]), frames < 0 ? "gave back" : "took", n, plural(n));
    }
    if (last != first) {
        tell_seed_change(t, last);
    }
}

/* From whom it went to whom. */
static void tell_parties(struct teller *t, const struct event *e) {
    char from[PARTY_BYTES], to[PARTY_BYTES];
    switch (event_parties(e, from, to)) {
    case PHANTOM_WENT: SAY(t, "It went from %s to %s.", from, to); break;
    case PHANTOM_KEPT: SAY(t, "It stays in %s, and %s got nothing.", from, to); break;
    case PHANTOM_TWICE: SAY(t, "Now it is twice in %s.", from); break;
    case PHANTOM_STAYED: SAY(t, "Before and after, it is in %s.", from); break;
    }
}

/* The case in the two sentences of the museum, and both owners. */
void tell_phantom(struct teller *t) {
    const struct event *e = t->step->last[EV_PHANTOM];
    tell_seed_call(t);
    TABLE_EACH(regimes, const struct regime, r) {
        if ((*r)->books) {
            SAY(t, "%s %s", (*r)->books->story(e->arg[0], 0), (*r)->books->story(e->arg[0], 1));
        }
    }
    tell_parties(t, e);
}
