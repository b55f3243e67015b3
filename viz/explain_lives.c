/*
 * Sentences about the lives of processes, their faults, and memory that changes hands without a call.
 */
#include "viz/explain_inside.h"

#include "kernel/abi.h"
#include "mm/regime.h"

/* The regime of the process whose end this step is: its first event and its last say it. */
static const struct regime *regime_of(const struct step *s) {
    const struct event *exit = s->last[EV_EXIT], *gone = s->last[EV_GONE];
    return gone ? regime_by_number(gone->arg[4] & 0xFF) : exit ? regime_by_number(exit->arg[2]) : NULL;
}

static void tell_given_back(struct teller *t) {
    const struct step *s = t->step;
    const struct regime *regime = regime_of(s);
    uint32_t frames = s->returned[ZONE_U] >> PAGE_SHIFT, pages = s->returned[ZONE_P] >> PAGE_SHIFT;
    if (regime && regime->books) {
        SAY(t, "What was really lent to it went back; in the seed's books its frames stay taken.");
    } else if (!frames && !pages && !s->returned[ZONE_B]) {
        SAY(t, "Everything it held goes back to its owners.");
    } else {
        SAY(t,
            "Everything it held went back to its owners: %'u block%s to its heap, %'u frame%s to upages, %'u "
            "page%s of page tables and kernel stacks to kpages.",
            s->count[EV_FREE], plural(s->count[EV_FREE]), frames, plural(frames), pages, plural(pages));
    }
}

/* ---- Faults ---- */

/* What the kernel knows about the place, behind "wrote to 48000FF0, ". */
static void tell_cause(struct teller *t, const struct event *e, const char *did) {
    vaddr_t at = e->at.start;
    char by[CALLER_COLUMNS + 1];
    caller_words(by, CALLER_COLUMNS, e->pid, e->arg[4]);
    switch (e->arg[3]) {
    case FAULT_GUARD_PAGE:
        SAY(t, "%s %08X, in the guard page behind its block %08X, %'u bytes, asked for by %s in event %'u.",
            did, at, e->was.start, e->arg[5], by, e->arg[2]);
        break;
    case FAULT_FREED:
        SAY(t, "%s %08X, memory that it had freed: block %08X, %'u bytes, freed by %s in event %'u.", did, at,
            e->was.start, e->arg[5], by, e->arg[2]);
        break;
    case FAULT_FREED_BEFORE:
        SAY(t, "%s %08X, memory that it had freed, before event %'u.", did, at, e->arg[2]);
        break;
    default:
        SAY(t, "%s %08X, %s.", did, at,
            e->arg[0] & FAULT_PRESENT ? "which it may not touch" : "where no page is mapped");
    }
}

void tell_fault(struct teller *t) {
    const struct event *e = t->step->last[EV_FAULT];
    char name[NAME_LINE], did[NAME_LINE + 16];
    if (e->at.start == e->arg[1]) {
        SAY(t, "%s could not go on at %08X.", explain_who(t, name), e->at.start);
    } else {
        print_line(did, sizeof did, "%s %s", explain_who(t, name),
                   e->arg[0] & FAULT_WRITE ? "wrote to" : "read from");
        tell_cause(t, e, did);
    }
    SAY(t, "The kernel ended it.");
    tell_given_back(t);
}

/* ---- Lives ---- */

void tell_exit(struct teller *t) {
    const struct event *e = t->step->last[EV_EXIT];
    char name[NAME_LINE];
    switch (e->arg[1]) {
    case EXIT_BY_KILL: SAY(t, "%s was ended by command.", explain_who(t, name)); break;
    case EXIT_BY_FAULT: SAY(t, "%s was ended by the fault it made.", explain_who(t, name)); break;
    default: SAY(t, "%s ended by itself, with status %d.", explain_who(t, name), (int)e->arg[0]);
    }
    tell_given_back(t);
}

void tell_spawn(struct teller *t) {
    const struct step *s = t->step;
    const struct event *e = s->last[EV_SPAWN];
    char name[NAME_LINE];
    if (e->arg[0]) {
        SAY(t, "%s started as pid %u; pid %u asked for it.", explain_who(t, name), e->pid, e->arg[0]);
    } else {
        SAY(t, "%s started as pid %u.", explain_who(t, name), e->pid);
    }
    SAY(t, "upages lent %'u frames for its image and stack.", s->lent[ZONE_U] >> PAGE_SHIFT);
    SAY(t, "kpages lent %'u pages for its page directory, page tables and kernel stack.",
        s->lent[ZONE_P] >> PAGE_SHIFT);
}

void tell_thread(struct teller *t) {
    char name[NAME_LINE];
    SAY(t, "%s started thread %u, which allocates from the same heap.", explain_who(t, name),
        t->step->last[EV_THREAD]->arg[0]);
    if (t->step->mapped[OWNER_STACK]) {
        SAY(t, "It has a stack of its own.");
    }
}

/* ---- Memory alone ---- */

void tell_memory(struct teller *t) {
    const struct step *s = t->step;
    const struct event *lend = s->last[EV_LEND], *back = s->last[EV_RETURN];
    char name[NAME_LINE];
    if (s->count[EV_FREE] || s->count[EV_UNMAP] || s->count[EV_TABLE_GONE]) {
        SAY(t, "%s gives back what it held to its owners.", explain_who(t, name));
    } else if (s->mapped[OWNER_STACK]) {
        SAY(t, "%s went deeper: its stack reached the page at %08X.", explain_who(t, name),
            s->last[EV_MAP]->at.start);
        SAY(t, "upages lent frame %08X.", s->last[EV_MAP]->arg[0]);
    } else if (lend && lend->arg[0] < ZONES) {
        bool own = zone_owner[lend->arg[0]] == lend->owner;
        SAY(t, "%s got %'u bytes at %08X from %s%s%s.", explain_who(t, name), region_size(lend->at),
            lend->at.start, zones[lend->arg[0]].name, own ? "" : ", for ",
            own ? "" : owner_info[lend->owner].title);
    } else if (back && back->arg[0] < ZONES) {
        SAY(t, "%s took back %'u bytes at %08X; %'u bytes are free there in one piece now.",
            zones[back->arg[0]].name, region_size(back->at), back->at.start, region_size(back->was));
    } else {
        SAY(t, "%s changed how its memory is mapped.", explain_who(t, name));
    }
}
