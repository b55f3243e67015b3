/*
 * Sentences about a call: malloc, free, realloc and their like, and why one was refused or got nothing.
 */
#include "viz/explain_inside.h"

#include "mm/policy.h"
#include "viz/search.h"

/* How often `part` was doubled to become `whole`: the splits and joins of buddies. */
static uint32_t doublings(struct region part, struct region whole) {
    uint32_t n = 0;
    for (uint32_t size = region_size(part); size && size < region_size(whole) && n < 32; size *= 2) {
        n++;
    }
    return n;
}

/* ---- What a call caused ---- */

#define CLAUSE_BYTES 96

/* "a new page, frame 01400000 of upages"; n is not 0. */
static const char *new_pages(const struct teller *t, uint32_t n, char text[CLAUSE_BYTES]) {
    uint32_t frame = t->step->last[EV_MAP]->arg[0];
    if (t->brief == SHORTEST || (n > 1 && t->step->count[EV_MAP] > 1)) {
        return print_line(text, CLAUSE_BYTES, "%'u new page%s of upages", n, plural(n));
    }
    if (n == 1) {
        return print_line(text, CLAUSE_BYTES, "a new page, frame %08X of upages", frame);
    }
    return print_line(text, CLAUSE_BYTES, "%'u new pages, frames %08X..%08X of upages", n, frame,
                      frame + (n << PAGE_SHIFT));
}

static void tell_tables(struct teller *t) {
    uint32_t n = t->step->count[EV_TABLE];
    if (n == 1 && t->brief != SHORTEST) {
        SAY(t, "kpages lent %08X for a page table.", t->step->first[EV_TABLE]->arg[0]);
    } else if (n) {
        SAY(t, "kpages lent %'u page table%s.", n, plural(n));
    }
}

static void tell_mapped(struct teller *t, uint8_t owner) {
    char pages[CLAUSE_BYTES];
    uint32_t n = t->step->mapped[owner];
    if (n) {
        SAY(t, t->brief == SHORTEST ? "It reaches %s." : "The block reaches %s.", new_pages(t, n, pages));
    }
    tell_tables(t);
}

static void tell_unmapped(struct teller *t, uint8_t owner) {
    const struct step *s = t->step;
    uint32_t n = s->unmapped[owner];
    if (n == 1) {
        SAY(t, "%s %08X went back to upages.", t->brief ? "Frame" : "No block is left on one page, so frame",
            s->last[EV_UNMAP]->arg[0]);
    } else if (n) {
        SAY(t,
            t->brief ? "%'u frames went back to upages."
                     : "No block is left on %'u pages, so their frames went back to upages.",
            n);
    }
}

static void tell_shrunk(struct teller *t) {
    const struct step *s = t->step;
    if (!s->shrank) {
        return;
    }
    struct region now = s->last[EV_RANGE]->at;
    if (t->brief) {
        SAY(t, "vmalloc took back %'u bytes.", s->shrank);
    } else if (region_empty(now)) {
        SAY(t, "That was the last block: vmalloc took all %'u bytes back.", s->shrank);
    } else {
        SAY(t, "vmalloc took back the empty end: %'u bytes, down to %08X.", s->shrank, now.end);
    }
}

/* ---- malloc ---- */

/* "First fit". */
static const char *searcher(const struct event *e, char text[CLAUSE_BYTES]) {
    const struct policy *policy = policy_by_code(e->policy);
    print_line(text, CLAUSE_BYTES, "%s", policy ? policy->title : "it");
    text[0] = (char)(text[0] >= 'a' && text[0] <= 'z' ? text[0] - 'a' + 'A' : text[0]);
    return text;
}

#define FEW_HOLES 3

/* Adds an address to the `n` sorted ones. */
static void sort_in(vaddr_t sorted[FEW_HOLES], uint32_t n, vaddr_t address) {
    for (; n && sorted[n - 1] > address; n--) {
        sorted[n] = sorted[n - 1];
    }
    sorted[n] = address;
}

/* The holes passed, by address: their number when they are few and the heap still knows them all, else 0. */
static uint32_t few_passed(const struct teller *t, const struct event *e, vaddr_t hole[FEW_HOLES]) {
    const struct step *step = t->step;
    const struct space *space = space_at(step->at, e->pid);
    uint32_t n = e->arg[1];
    if (!step->newest || !space || step->count[EV_FREE] || n > FEW_HOLES) {
        return 0;
    }
    struct search s;
    const struct heap *heap = event_of_pages(e) ? &space->pages : &space->heap;
    search_understand(&s, e, heap);
    search_walk(&s, step->at, heap);
    for (uint32_t i = 0; i < n && s.befores + s.behinds == n; i++) {
        sort_in(hole, i, i < s.befores ? s.before[i].start : s.behind[i - s.befores].start);
    }
    return s.befores + s.behinds == n ? n : 0;
}

/* " passed 4 holes" or " passed 2 holes (48000000, 48000090)"; nothing when there was none to pass. */
static const char *holes_passed(const struct teller *t, const struct event *e, char text[CLAUSE_BYTES]) {
    vaddr_t hole[FEW_HOLES];
    uint32_t few = t->brief ? 0 : few_passed(t, e, hole), n = 0;
    text[0] = '\0';
    if (e->arg[1]) {
        print_line(text, CLAUSE_BYTES, " passed %'u hole%s", e->arg[1], plural(e->arg[1]));
    }
    for (uint32_t i = 0; i < few; i++) {
        n = text_length(text);
        print_line(text + n, CLAUSE_BYTES - n, "%s%08X%s", i ? ", " : " (", hole[i], i + 1 < few ? "" : ")");
    }
    return text;
}

/* Why the heap's range had to grow, up to "vmalloc added". */
static const char *why_grown(const struct teller *t, const struct event *e, char text[CLAUSE_BYTES]) {
    char policy[CLAUSE_BYTES], passed[CLAUSE_BYTES];
    const char *range = event_of_pages(e) ? "page range" : "heap";
    if (region_empty(t->step->first[EV_RANGE]->was)) {
        return print_line(
            text, CLAUSE_BYTES,
            t->brief ? "vmalloc began the %s with" : "The %s was empty, so vmalloc began it with", range);
    }
    searcher(e, policy);
    holes_passed(t, e, passed);
    if (t->brief) {
        return print_line(text, CLAUSE_BYTES, "%s%s%s; vmalloc added", policy,
                          *passed ? passed : " found no hole",
                          *passed && t->brief == SHORTER ? " in vain" : "");
    }
    return print_line(text, CLAUSE_BYTES, "%s%s%s found none that fits, so vmalloc added", policy, passed,
                      *passed ? " and" : "");
}

/* No hole was large enough: what vmalloc did, where the block stands, and on which new pages. */
static void tell_growth(struct teller *t, const struct event *e) {
    uint32_t n = t->step->mapped[e->owner];
    char why[CLAUSE_BYTES], pages[CLAUSE_BYTES];
    why_grown(t, e, why);
    if (!n) {
        SAY(t, "%s %'u bytes; the block starts at %08X.", why, t->step->grew, e->at.start);
    } else {
        SAY(t,
            t->brief ? "%s %'u bytes; block %08X reaches %s."
                     : "%s %'u bytes; the block starts at %08X and reaches %s.",
            why, t->step->grew, e->at.start, new_pages(t, n, pages));
    }
    tell_tables(t);
}

/* What the policy did to find the hole, and what the block needed. */
static void tell_search(struct teller *t, const struct event *e) {
    const struct policy *policy = policy_by_code(e->policy);
    char who[CLAUSE_BYTES], passed[CLAUSE_BYTES], which[CLAUSE_BYTES] = "";
    if (t->step->grew) {
        tell_growth(t, e);
        return;
    }
    if (policy && t->brief != SHORTEST) {
        print_line(which, sizeof which, "%s, ", policy->takes);
    }
    searcher(e, who);
    holes_passed(t, e, passed);
    SAY(t, "%s%s%s took %s%'u bytes at %08X.", who, passed, *passed ? " and" : "", which, region_size(e->was),
        e->was.start);
    tell_mapped(t, e->owner);
}

static void tell_split(struct teller *t, const struct event *e) {
    const struct policy *policy = policy_by_code(e->policy);
    uint32_t below = e->at.start - e->was.start, above = e->was.end - e->at.end;
    if (policy && policy->buddy) {
        uint32_t n = doublings(e->at, e->was);
        if (n) {
            SAY(t, "The hole was halved %u time%s; what is left over stays free.", n, plural(n));
        }
    } else if (below && above) {
        SAY(t, "%'u bytes before it and %'u behind it stay free.", below, above);
    } else if (below || above) {
        SAY(t, "%'u bytes %s stay free.", below + above, below ? "before it" : "behind it");
    } else if (!t->step->grew) {
        SAY(t, "Nothing is left of the hole.");
    }
}

/* "104 with rounding": what the block has, where that is not what was asked for. */
static const char *with_rounding(const struct event *e, char text[CLAUSE_BYTES]) {
    const struct policy *policy = policy_by_code(e->policy);
    uint32_t size = region_size(e->at), asked = e->arg[0];
    bool guard_page = size - asked == PAGE_SIZE && !(asked & PAGE_MASK) && asked;
    text[0] = '\0';
    return size == asked ? text
                         : print_line(text, CLAUSE_BYTES, ", %'u with %s", size,
                                      policy && policy->buddy   ? "rounding to a power of two"
                                      : guard_page              ? "a guard page"
                                      : asked & 7 || asked == 0 ? "rounding"
                                                                : "its guard");
}

void tell_malloc(struct teller *t) {
    const struct event *e = t->step->last[EV_MALLOC];
    char name[NAME_LINE], rounding[CLAUSE_BYTES];
    if (event_of_pages(e)) {
        SAY(t, "%s asked for a page (malloc_4k).", explain_who(t, name));
    } else {
        SAY(t, "%s asked for %'u byte%s%s.", explain_who(t, name), e->arg[0], plural(e->arg[0]),
            with_rounding(e, rounding));
    }
    tell_search(t, e);
    tell_split(t, e);
    if (t->step->lent[ZONE_B]) {
        ALSO(t, "ubytes lent %'u bytes for the heap's book-keeping.", t->step->lent[ZONE_B]);
    }
}

/* ---- free ---- */

/* What became of a block that was given back. */
static const char *joined(const struct event *e, char text[CLAUSE_BYTES]) {
    const struct policy *policy = policy_by_code(e->policy);
    bool below = e->was.start != e->at.start, above = e->was.end != e->at.end;
    uint32_t size = region_size(e->was), n = doublings(e->at, e->was);
    if (!below && !above) {
        return print_line(text, CLAUSE_BYTES, "%s, so it is a hole of its own.",
                          policy && policy->buddy ? "Its buddy is not free" : "No hole touches it");
    }
    if (policy && policy->buddy) {
        char over[24] = "";
        if (n > 1) {
            print_line(over, sizeof over, ", %u times over", n);
        }
        return print_line(text, CLAUSE_BYTES, "It joined its buddy%s: one hole of %'u bytes.", over, size);
    }
    if (below && above) {
        return print_line(text, CLAUSE_BYTES,
                          "It joined the holes below and above: three are one of %'u bytes.", size);
    }
    return print_line(text, CLAUSE_BYTES, "It joined the hole %s, one of %'u bytes now.",
                      below ? "below" : "above", size);
}

static void tell_given(struct teller *t, const struct event *e) {
    uint32_t thread = e->arg[5] & 0xFFFF;
    char text[CLAUSE_BYTES];
    SAY(t, "%s", joined(e, text));
    tell_unmapped(t, e->owner);
    tell_shrunk(t);
    if (thread != e->thread) {
        ALSO(t, "Thread %u had asked for it.", thread);
    }
}

void tell_free(struct teller *t) {
    const struct event *e = t->step->last[EV_FREE];
    char name[NAME_LINE];
    if (event_of_pages(e)) {
        SAY(t, "%s gave back the page at %08X.", explain_who(t, name), e->at.start);
    } else {
        SAY(t, "%s gave back the block at %08X, %'u bytes.", explain_who(t, name), e->at.start,
            region_size(e->at));
    }
    tell_given(t, e);
}

/* ---- realloc ---- */

void tell_moved(struct teller *t) {
    const struct event *got = t->step->last[EV_MALLOC], *gave = t->step->last[EV_FREE];
    char name[NAME_LINE], text[CLAUSE_BYTES];
    if (t->brief == SHORTEST) {
        SAY(t, "%s asked for %'u bytes; block %08X moved.", explain_who(t, name), got->arg[0],
            gave->at.start);
    } else {
        SAY(t, "%s asked for %'u bytes instead of %'u at %08X, where they do not fit.", explain_who(t, name),
            got->arg[0], gave->arg[0], gave->at.start);
    }
    tell_search(t, got);
    tell_unmapped(t, gave->owner);
    tell_shrunk(t);
    if (t->brief != SHORTEST) {
        SAY(t, "What it held was copied, and the old block given back.");
    }
    ALSO(t, "%s", joined(gave, text));
}

static void tell_resized(struct teller *t, const struct event *e) {
    uint32_t now = region_size(e->at), was = region_size(e->was);
    if (now == was) {
        SAY(t, "It has %'u bytes already.", was);
    } else if (now < was) {
        SAY(t, "%'u bytes at its end became free.", was - now);
    } else if (t->step->grew) {
        SAY(t, "It grew by %'u bytes, for which vmalloc added %'u behind it.", now - was, t->step->grew);
    } else {
        SAY(t, "It grew by %'u bytes into the hole behind it.", now - was);
    }
    tell_mapped(t, e->owner);
    tell_unmapped(t, e->owner);
    tell_shrunk(t);
}

void tell_resize(struct teller *t) {
    const struct event *e = t->step->last[EV_RESIZE];
    char name[NAME_LINE];
    SAY(t, "%s asked for %'u bytes instead of %'u at %08X; the block stays.", explain_who(t, name), e->arg[0],
        e->arg[1], e->at.start);
    tell_resized(t, e);
}

/* ---- Refusals ---- */

static void tell_double(struct teller *t, const struct event *e) {
    uint32_t size = region_size(e->was);
    if (!size) {
        SAY(t, "It is free already, since event %'u.", e->arg[3]);
    } else if (e->arg[3]) {
        SAY(t, "It is free already: it lies in a hole of %'u bytes, which event %'u made.", size, e->arg[3]);
    } else {
        SAY(t, "It is free already: it lies in a hole of %'u bytes.", size);
    }
}

static void tell_reason(struct teller *t, const struct event *e) {
    uint32_t size = region_size(e->was);
    switch ((int)e->arg[0]) {
    case E_DOUBLE: tell_double(t, e); break;
    case E_INTERIOR:
        SAY(t, "It lies inside the block at %08X, %'u bytes; only a block's start can be given.", e->arg[2],
            size);
        break;
    case E_MISALIGNED:
        SAY(t, "No block can start there; it lies inside the block at %08X, %'u bytes.", e->arg[2], size);
        break;
    case E_FOREIGN:
        SAY(t, "That address %s; %s not own it.", event_place(e),
            event_of_pages(e) ? "malloc_4k's pages do" : "the heap does");
        break;
    case E_SIZE: SAY(t, "The size given is not the block's, which is %'u bytes.", e->arg[2]); break;
    default: SAY(t, "The reason: %s.", error_text((int)e->arg[0]));
    }
}

/* Found by a call that went on all the same, and did what it does. */
static void tell_overrun(struct teller *t, const struct event *e) {
    const struct step *s = t->step;
    const char *call = e->arg[1] == EV_FREE ? "free" : "realloc";
    char name[NAME_LINE];
    SAY(t, "%s wrote past the end of its block at %08X: %08X is not as the guard was.", explain_who(t, name),
        e->at.start, e->arg[2]);
    if (s->count[EV_MALLOC]) {
        SAY(t, "%s found it and went on.", call);
        tell_search(t, s->last[EV_MALLOC]);
        tell_unmapped(t, e->owner);
        tell_shrunk(t);
    } else if (s->count[EV_RESIZE]) {
        SAY(t, "%s found it and went on.", call);
        tell_resized(t, s->last[EV_RESIZE]);
    } else {
        SAY(t, "%s found it and gave the block back all the same.", call);
        if (s->count[EV_FREE]) {
            tell_given(t, s->last[EV_FREE]);
        }
    }
}

static void tell_refused_by_memman(struct teller *t, const struct event *e) {
    char name[NAME_LINE];
    int why = (int)e->arg[0];
    if (e->arg[1] == EV_LEND && why == E_FOREIGN) {
        SAY(t, "%s asked for memory of %s, which no program may have.", explain_who(t, name),
            owner_info[e->owner].title);
        SAY(t, "The call was refused, and nothing changed.");
    } else if (e->arg[1] == EV_LEND) {
        SAY(t, "memman refused to lend: %s.", error_text(why));
    } else {
        SAY(t, "memman refused to take back %08X: %s.", e->at.start, error_text(why));
        SAY(t, "It belongs to: %s.", owner_info[e->owner].title);
    }
}

void tell_refused(struct teller *t) {
    const struct event *e = t->step->last[EV_REFUSED];
    char name[NAME_LINE];
    if (e->arg[1] == EV_RETURN || e->arg[1] == EV_LEND) {
        tell_refused_by_memman(t, e);
    } else if ((int)e->arg[0] == E_OVERRUN) {
        tell_overrun(t, e);
    } else {
        SAY(t, "%s called %s%s(%08X).", explain_who(t, name), e->arg[1] == EV_RESIZE ? "realloc" : "free",
            event_of_pages(e) ? "_4k" : "", e->at.start);
        tell_reason(t, e);
        SAY(t, "The call was refused, and nothing changed.");
    }
}

/* ---- No memory ---- */

/* What a call had got before it failed, and gave back. */
static void tell_undone(struct teller *t, uint8_t owner) {
    uint32_t n = t->step->unmapped[owner], bytes = t->step->shrank;
    if (n && bytes) {
        SAY(t, "%'u page%s and %'u bytes that vmalloc had added went back.", n, plural(n), bytes);
    } else if (n) {
        SAY(t, "%'u page%s mapped on the way went back.", n, plural(n));
    } else if (bytes) {
        SAY(t, "%'u bytes that vmalloc had added went back.", bytes);
    }
}

void tell_nomem(struct teller *t) {
    const struct event *e = t->step->last[EV_NOMEM], *cause = t->step->first[EV_NOMEM];
    char name[NAME_LINE];
    if (e->step && event_of_pages(e)) {
        SAY(t, "%s asked for a page (malloc_4k).", explain_who(t, name));
    } else if (e->step) {
        SAY(t, "%s asked for %'u bytes.", explain_who(t, name), e->arg[0]);
    }
    if (cause->arg[1] < ZONES) {
        SAY(t, "%s had no %'u bytes free in one piece for %s.", zones[cause->arg[1]].name, cause->arg[0],
            owner_info[cause->owner].title);
    } else {
        SAY(t, "No hole fits, and the heap's range cannot grow so far.");
    }
    tell_undone(t, e->owner);
    tell_tables(t);
    if (e->step) {
        SAY(t, "The program got NULL.");
    }
}
