/*
 * Steps in plain sentences. A step's events are tallied, the one that says what it was chooses the teller, and
 * the teller adds sentence after sentence, the most important first: a sentence that no longer fits is left out.
 */
#include "viz/explain.h"

#include "kernel/abi.h"
#include "mm/memman.h"
#include "mm/policy.h"
#include "mm/regime.h"
#include "mm/space.h"
#include "viz/words.h"

/* ---- The events of a step ---- */

/* What comes first of its happening, with everything it causes behind it; and what comes last. */
static bool begins(const struct event *e) {
    return e->kind == EV_FAULT || e->kind == EV_EXIT;
}

static bool ends(const struct event *e) {
    return e->kind == EV_SPAWN || e->kind == EV_THREAD || e->kind == EV_SAY;
}

/* Do two neighbours belong together? The kernel's part in a process's start and end does. */
static bool together(const struct event *a, const struct event *b) {
    if (a->step || b->step) {
        return a->step == b->step && a->pid == b->pid;
    }
    bool fault = a->kind == EV_FAULT && b->kind == EV_EXIT;
    return (a->pid == b->pid || !a->pid || !b->pid) && !ends(a) && (fault || !begins(b));
}

struct step {
    const struct event *first[EV_KINDS], *last[EV_KINDS]; /* of each kind */
    uint32_t count[EV_KINDS];
    uint32_t mapped[OWNERS], unmapped[OWNERS]; /* pages */
    uint32_t lent[ZONES], returned[ZONES];     /* bytes */
    const struct event *actor;                 /* one that names who acted */
    bool error;
};

static void add(struct step *s, const struct event *e) {
    if (e->kind >= EV_KINDS || e->owner >= OWNERS) {
        return;
    }
    s->first[e->kind] = s->first[e->kind] ? s->first[e->kind] : e;
    s->last[e->kind] = e;
    s->count[e->kind]++;
    s->error |= event_is_error(e);
    s->actor = s->actor && s->actor->pid ? s->actor : e;
    uint32_t size = region_size(e->at);
    if (e->kind == EV_MAP || e->kind == EV_UNMAP) {
        (e->kind == EV_MAP ? s->mapped : s->unmapped)[e->owner] += size >> PAGE_SHIFT;
    }
    if ((e->kind == EV_LEND || e->kind == EV_RETURN) && e->arg[0] < ZONES) {
        (e->kind == EV_LEND ? s->lent : s->returned)[e->arg[0]] += size;
    }
}

/* ---- Sentences into rows ---- */

struct teller {
    const struct step *step;
    struct explanation *out;
    uint32_t row, column;
};

#define SENTENCE_BYTES (EXPLAIN_ROWS * SCREEN_COLUMNS)

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

static void add_sentence(struct teller *t, const char *text) {
    uint32_t row = t->row, column = t->column;
    flow(text, &row, &column, NULL);
    if (row < EXPLAIN_ROWS) {
        flow(text, &t->row, &t->column, t->out);
    }
}

/* A sentence goes in whole or not at all. */
#define SAY(t, ...)                                                                                          \
    do {                                                                                                     \
        char sentence[SENTENCE_BYTES];                                                                       \
        add_sentence(t, print_line(sentence, sizeof sentence, __VA_ARGS__));                                 \
    } while (0)

static const char *plural(uint32_t n) {
    return n == 1 ? "" : "s";
}

#define NAME_LINE (NAME_BYTES + 24)

static const char *who(const struct teller *t, char name[NAME_LINE]) {
    const struct event *e = t->step->actor;
    const char *known = event_actor(e);
    if (!e->pid) {
        return "The kernel";
    }
    if (!*known) {
        return print_line(name, NAME_LINE, e->thread ? "Pid %u's thread %u" : "Pid %u", e->pid, e->thread);
    }
    return print_line(name, NAME_LINE, e->thread ? "%s's thread %u" : "%s", known, e->thread);
}

static bool of_pages(const struct event *e) {
    return e->owner == OWNER_UPAGE;
}

/* How often `part` was doubled to become `whole`: the splits and joins of buddies. */
static uint32_t doublings(struct region part, struct region whole) {
    uint32_t n = 0;
    for (uint32_t size = region_size(part); size && size < region_size(whole) && n < 32; size *= 2) {
        n++;
    }
    return n;
}

static const struct policy *policy_of(const struct event *e) {
    TABLE_EACH(policies, const struct policy, p) {
        if ((*p)->code == e->policy) {
            return *p;
        }
    }
    return NULL;
}

/* ---- What a call caused ---- */

static void tell_mapped(struct teller *t, enum owner owner) {
    const struct step *s = t->step;
    uint32_t n = s->mapped[owner];
    if (n == 1) {
        SAY(t, "The block reached a new page, so upages lent frame %08X.", s->last[EV_MAP]->arg[0]);
    } else if (n && s->count[EV_MAP] == 1) {
        uint32_t frame = s->last[EV_MAP]->arg[0];
        SAY(t, "The block reached %'u new pages, so upages lent the frames %08X..%08X.", n, frame,
            frame + (n << PAGE_SHIFT));
    } else if (n) {
        SAY(t, "The block reached %'u new pages, so upages lent as many frames.", n);
    }
    if (s->count[EV_TABLE]) {
        SAY(t, "kpages lent %08X for a page table.", s->first[EV_TABLE]->arg[0]);
    }
}

static void tell_unmapped(struct teller *t, enum owner owner) {
    const struct step *s = t->step;
    uint32_t n = s->unmapped[owner];
    if (n == 1) {
        SAY(t, "No block is left on its page, so frame %08X went back to upages.", s->last[EV_UNMAP]->arg[0]);
    } else if (n) {
        SAY(t, "No block is left on %'u pages, so their frames went back to upages.", n);
    }
}

/* By how many bytes the heap's range grew in this step, negative when it shrank. */
static int32_t growth(const struct step *s, uint8_t owner) {
    const struct event *first = s->first[EV_RANGE], *last = s->last[EV_RANGE];
    bool same = first && first->owner == owner && last->owner == owner;
    return same ? (int32_t)(region_size(last->at) - region_size(first->was)) : 0;
}

static void tell_shrunk(struct teller *t, uint8_t owner) {
    int32_t by = growth(t->step, owner);
    if (by >= 0) {
        return;
    }
    struct region now = t->step->last[EV_RANGE]->at;
    if (region_empty(now)) {
        SAY(t, "That was the last block: vmalloc took the whole range back.");
    } else {
        SAY(t, "vmalloc took back the empty end: %'u bytes, down to %08X.", (uint32_t)-by, now.end);
    }
}

/* ---- malloc ---- */

/* What the policy did to find the hole, or why the range had to grow. */
static void tell_search(struct teller *t, const struct event *e) {
    const struct policy *policy = policy_of(e);
    uint32_t passed = e->arg[1];
    int32_t more = growth(t->step, e->owner);
    char holes[48], title[24] = "It";
    if (policy) {
        print_line(title, sizeof title, "%s", policy->title);
        title[0] = (char)(title[0] >= 'a' && title[0] <= 'z' ? title[0] - 'a' + 'A' : title[0]);
    }
    print_line(holes, sizeof holes, "passed %'u hole%s and ", passed, plural(passed));
    if (more > 0) {
        const char *range = of_pages(e) ? "range of pages" : "heap";
        if (region_empty(t->step->first[EV_RANGE]->was)) {
            SAY(t, "The %s was empty, so vmalloc began it with %'u bytes.", range, (uint32_t)more);
        } else {
            SAY(t, "%s %sfound none that fits, so vmalloc added %'u bytes to the %s.", title,
                passed ? holes : "", (uint32_t)more, range);
        }
        SAY(t, "The block starts at %08X.", e->at.start);
    } else {
        SAY(t, "%s %stook %s, %'u bytes at %08X.", title, passed ? holes : "",
            policy ? policy->takes : "the one", region_size(e->was), e->was.start);
    }
}

static void tell_split(struct teller *t, const struct event *e) {
    const struct policy *policy = policy_of(e);
    uint32_t below = e->at.start - e->was.start, above = e->was.end - e->at.end;
    if (policy && policy->buddy) {
        uint32_t n = doublings(e->at, e->was);
        if (n) {
            SAY(t, "The hole was halved %u time%s; what is left over stays free.", n, plural(n));
        }
    } else if (below && above) {
        SAY(t, "%'u bytes before and %'u behind it stay holes.", below, above);
    } else if (below || above) {
        SAY(t, "%'u bytes %s it stay a hole.", below + above,
            growth(t->step, e->owner) <= 0 ? "of"
            : below                        ? "before"
                                           : "behind");
    } else {
        SAY(t, "Nothing is left of the hole.");
    }
}

static void tell_size(struct teller *t, const struct event *e) {
    const struct policy *policy = policy_of(e);
    uint32_t size = region_size(e->at), asked = e->arg[0];
    if (policy && policy->buddy && size != asked) {
        SAY(t, "The block has %'u bytes, the next power of two.", size);
    } else if (size - asked == PAGE_SIZE && !(asked & PAGE_MASK) && asked) {
        SAY(t, "Its last page is a guard and never mapped.");
    } else if (size > asked) {
        SAY(t, "With %s the block has %'u bytes.", asked & 7 || !asked ? "rounding" : "its guard", size);
    }
}

static void tell_got(struct teller *t, const struct event *e) {
    tell_search(t, e);
    tell_split(t, e);
    tell_mapped(t, (enum owner)e->owner);
    if (t->step->lent[ZONE_B]) {
        SAY(t, "ubytes lent %'u bytes for the heap's records.", t->step->lent[ZONE_B]);
    }
    tell_size(t, e);
}

static void tell_malloc(struct teller *t) {
    const struct event *e = t->step->last[EV_MALLOC];
    char name[NAME_LINE];
    if (of_pages(e)) {
        SAY(t, "%s asked for a page (malloc_4k).", who(t, name));
    } else {
        SAY(t, "%s asked for %'u byte%s.", who(t, name), e->arg[0], plural(e->arg[0]));
    }
    tell_got(t, e);
}

/* ---- free ---- */

static void tell_joined(struct teller *t, const struct event *e) {
    const struct policy *policy = policy_of(e);
    bool below = e->was.start != e->at.start, above = e->was.end != e->at.end;
    uint32_t size = region_size(e->was), n = doublings(e->at, e->was);
    if (!below && !above) {
        SAY(t, "%s, so it is a hole of its own.",
            policy && policy->buddy ? "Its buddy is not free" : "No hole touches it");
    } else if (policy && policy->buddy) {
        char over[24] = "";
        if (n > 1) {
            print_line(over, sizeof over, ", %u times over", n);
        }
        SAY(t, "It joined its buddy%s: one hole of %'u bytes.", over, size);
    } else if (below && above) {
        SAY(t, "It joined the holes below and above: three are one of %'u bytes.", size);
    } else {
        SAY(t, "It joined the hole %s, one of %'u bytes now.", below ? "below" : "above", size);
    }
}

static void tell_given(struct teller *t, const struct event *e) {
    tell_joined(t, e);
    tell_unmapped(t, (enum owner)e->owner);
    tell_shrunk(t, e->owner);
    uint32_t thread = e->arg[5] & 0xFFFF;
    if (thread != e->thread) {
        SAY(t, "Thread %u had asked for it.", thread);
    }
}

static void tell_free(struct teller *t) {
    const struct event *e = t->step->last[EV_FREE];
    char name[NAME_LINE];
    if (of_pages(e)) {
        SAY(t, "%s gave back the page at %08X.", who(t, name), e->at.start);
    } else {
        SAY(t, "%s gave back the block at %08X, %'u bytes.", who(t, name), e->at.start, region_size(e->at));
    }
    tell_given(t, e);
}

/* ---- realloc ---- */

static void tell_moved(struct teller *t) {
    const struct event *got = t->step->last[EV_MALLOC], *gave = t->step->last[EV_FREE];
    char name[NAME_LINE];
    SAY(t, "%s asked for %'u bytes instead of %'u at %08X, where they do not fit.", who(t, name), got->arg[0],
        gave->arg[0], gave->at.start);
    tell_search(t, got);
    SAY(t, "What it held was copied, and the old block given back.");
    tell_mapped(t, (enum owner)got->owner);
    tell_joined(t, gave);
}

static void tell_resize(struct teller *t) {
    const struct event *e = t->step->last[EV_RESIZE];
    uint32_t now = region_size(e->at), was = region_size(e->was);
    char name[NAME_LINE];
    SAY(t, "%s asked for %'u bytes instead of %'u at %08X; the block stays.", who(t, name), e->arg[0],
        e->arg[1], e->at.start);
    if (now == was) {
        SAY(t, "It has %'u bytes already.", was);
    } else if (now < was) {
        SAY(t, "%'u bytes at its end became free.", was - now);
    } else {
        SAY(t, "It grew by %'u bytes into %s.", now - was,
            growth(t->step, e->owner) > 0 ? "new room that vmalloc made behind it" : "the hole behind it");
    }
    tell_mapped(t, (enum owner)e->owner);
    tell_unmapped(t, (enum owner)e->owner);
    tell_shrunk(t, e->owner);
}

/* ---- refusals and other errors ---- */

/* The part of its space an address lies in: what the layout alone says, whatever the moment. */
static const char *part_of_space(vaddr_t address, bool pages) {
    return address >= KERNEL_BASE                            ? "it is the kernel's"
           : address >= USER_ARGUMENTS                       ? "it is the arguments'"
           : address >= USER_ARGUMENTS - STACKS * STACK_SPAN ? "stacks lie there"
           : address >= USER_HEAP_END                        ? "it is nobody's"
           : address >= USER_HEAP  ? pages ? "the heap lies there" : "it is past the heap's end"
           : address >= USER_PAGES ? pages ? "it is past the last page" : "malloc_4k's pages lie there"
           : address >= USER_IMAGE ? "the program's image lies there"
                                   : "it is nobody's";
}

static void tell_reason(struct teller *t, const struct event *e) {
    vaddr_t address = e->at.start;
    uint32_t size = region_size(e->was);
    switch ((int)e->arg[0]) {
    case E_DOUBLE:
        if (e->arg[3]) {
            SAY(t, "It is free already: it lies in a hole of %'u bytes, which event %'u made.", size,
                e->arg[3]);
        } else {
            SAY(t, "It is free already: it lies in a hole of %'u bytes.", size);
        }
        break;
    case E_INTERIOR:
        SAY(t, "It lies inside the block at %08X, %'u bytes; only a block's start can be given.", e->arg[2],
            size);
        break;
    case E_MISALIGNED:
        SAY(t, "No block can start there; it lies inside the block at %08X, %'u bytes.", e->arg[2], size);
        break;
    case E_FOREIGN:
        SAY(t, "The %s does not own that address: %s.", of_pages(e) ? "page range" : "heap",
            part_of_space(address, of_pages(e)));
        break;
    case E_SIZE: SAY(t, "The size given is not the block's, which is %'u bytes.", e->arg[2]); break;
    default: SAY(t, "The reason: %s.", error_text((int)e->arg[0]));
    }
}

static void tell_overrun(struct teller *t, const struct event *e) {
    char name[NAME_LINE];
    SAY(t, "%s wrote past the end of its block at %08X: %08X is not as the guard was.", who(t, name),
        e->at.start, e->arg[2]);
    SAY(t, "%s found it and gave the block back all the same.", e->arg[1] == EV_FREE ? "free" : "realloc");
    if (t->step->last[EV_FREE]) {
        tell_given(t, t->step->last[EV_FREE]);
    }
}

static void tell_refused(struct teller *t) {
    const struct event *e = t->step->last[EV_REFUSED];
    char name[NAME_LINE];
    if (e->arg[1] == EV_RETURN || e->arg[1] == EV_LEND) {
        SAY(t, "memman refused %s %08X.", e->arg[1] == EV_RETURN ? "to take back" : "to lend", e->at.start);
        SAY(t, "The reason: %s.", error_text((int)e->arg[0]));
        SAY(t, "It belongs to: %s.", owner_info[e->owner].title);
        return;
    }
    if ((int)e->arg[0] == E_OVERRUN) {
        tell_overrun(t, e);
        return;
    }
    SAY(t, "%s called %s%s(%08X).", who(t, name), e->arg[1] == EV_RESIZE ? "realloc" : "free",
        of_pages(e) ? "_4k" : "", e->at.start);
    tell_reason(t, e);
    SAY(t, "The call was refused, and nothing changed.");
}

static void tell_nomem(struct teller *t) {
    const struct event *e = t->step->last[EV_NOMEM], *cause = t->step->first[EV_NOMEM];
    char name[NAME_LINE];
    if (e->step && of_pages(e)) {
        SAY(t, "%s asked for a page (malloc_4k).", who(t, name));
    } else if (e->step) {
        SAY(t, "%s asked for %'u bytes.", who(t, name), e->arg[0]);
    }
    if (cause->arg[1] < ZONES) {
        SAY(t, "%s had no %'u bytes free in one piece for %s.", zones[cause->arg[1]].name, cause->arg[0],
            owner_info[cause->owner].title);
    } else {
        SAY(t, "No hole fits, and the range cannot grow so far.");
    }
    if (t->step->count[EV_LEND]) {
        SAY(t, "What had been lent for it was given back.");
    }
    if (e->step) {
        SAY(t, "The program got NULL.");
    }
}

static void tell_given_back(struct teller *t) {
    const struct step *s = t->step;
    uint32_t frames = s->returned[ZONE_U] >> PAGE_SHIFT, pages = s->returned[ZONE_P] >> PAGE_SHIFT;
    if (s->count[EV_SEED]) {
        SAY(t, "What was really lent to it went back; in the seed's books its frames stay taken.");
        return;
    }
    if (!frames && !pages && !s->returned[ZONE_B]) {
        SAY(t, "Everything it held goes back to its owners.");
        return;
    }
    SAY(t,
        "Everything it held went back to its owners: %'u block%s, %'u frame%s to upages, %'u page%s to "
        "kpages.",
        s->count[EV_FREE], plural(s->count[EV_FREE]), frames, plural(frames), pages, plural(pages));
}

static void tell_fault(struct teller *t) {
    const struct event *e = t->step->last[EV_FAULT];
    char name[NAME_LINE];
    if (e->at.start == e->arg[1]) {
        SAY(t, "%s could not go on at %08X, and the kernel ended it.", who(t, name), e->at.start);
    } else {
        SAY(t, "%s %s %08X, %s, and the kernel ended it.", who(t, name),
            e->arg[0] & FAULT_WRITE ? "wrote to" : "read from", e->at.start,
            e->arg[0] & FAULT_PRESENT ? "which it may not touch" : "where no page is mapped");
    }
    if (e->arg[2]) {
        SAY(t, "That memory was freed in event %'u.", e->arg[2]);
    }
    tell_given_back(t);
}

/* ---- lives ---- */

static void tell_exit(struct teller *t) {
    const struct event *e = t->step->last[EV_EXIT];
    char name[NAME_LINE];
    switch (e->arg[1]) {
    case EXIT_BY_KILL: SAY(t, "%s was ended by command.", who(t, name)); break;
    case EXIT_BY_FAULT: SAY(t, "%s was ended by the fault it made.", who(t, name)); break;
    default: SAY(t, "%s ended by itself, with status %d.", who(t, name), (int)e->arg[0]);
    }
    tell_given_back(t);
}

static void tell_spawn(struct teller *t) {
    const struct step *s = t->step;
    const struct event *e = s->last[EV_SPAWN];
    char name[NAME_LINE];
    if (e->arg[0]) {
        SAY(t, "%s started as pid %u; pid %u asked for it.", who(t, name), e->pid, e->arg[0]);
    } else {
        SAY(t, "%s started as pid %u.", who(t, name), e->pid);
    }
    SAY(t,
        "upages lent %'u frames for its image and stack, kpages %'u for its directory, page tables and "
        "kernel "
        "stack.",
        s->lent[ZONE_U] >> PAGE_SHIFT, s->lent[ZONE_P] >> PAGE_SHIFT);
}

static void tell_thread(struct teller *t) {
    char name[NAME_LINE];
    SAY(t, "%s started thread %u, which allocates from the same heap.", who(t, name),
        t->step->last[EV_THREAD]->arg[0]);
    if (t->step->mapped[OWNER_STACK]) {
        SAY(t, "It has a stack of its own.");
    }
}

/* ---- sutured ---- */

static void tell_seed_call(struct teller *t) {
    const struct event *e = t->step->last[EV_SEED_CALL];
    char name[NAME_LINE];
    if (!e) {
        return;
    }
    if (e->arg[0] >= SEED_CALLS) {
        SAY(t, "%s made a call of the seed.", who(t, name));
        return;
    }
    const char *call = seed_call_names[e->arg[0]];
    switch (e->arg[0]) {
    case SEED_DO_MALLOC_4K:
    case SEED_DO_KMALLOC_4K:
    case SEED_SYS_MALLOC_4K: SAY(t, "%s called %s() and got %08X.", who(t, name), call, e->arg[3]); break;
    case SEED_DO_MALLOC:
    case SEED_DO_KMALLOC:
    case SEED_SYS_MALLOC:
        SAY(t, "%s called %s(%'u) and got %08X.", who(t, name), call, e->arg[1], e->arg[3]);
        break;
    case SEED_DO_FREE_4K:
    case SEED_SYS_FREE_4K: SAY(t, "%s called %s(%08X).", who(t, name), call, e->arg[1]); break;
    default: SAY(t, "%s called %s(%08X, %'u).", who(t, name), call, e->arg[1], e->arg[2]);
    }
}

/* What one change of the seed's books was. */
static void tell_seed_change(struct teller *t, const struct event *e) {
    uint32_t now = region_size(e->at), was = region_size(e->was);
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

static void tell_seed(struct teller *t) {
    const struct step *s = t->step;
    const struct event *first = s->first[EV_SEED], *last = s->last[EV_SEED], *call = s->last[EV_SEED_CALL];
    tell_seed_call(t);
    if (first) {
        tell_seed_change(t, first);
    }
    if (call && call->arg[4]) {
        SAY(t, "lin_mapping_phy ran %'u time%s and took %'d frame%s.", call->arg[4], plural(call->arg[4]),
            (int)call->arg[5], plural(call->arg[5]));
    }
    if (last != first) {
        tell_seed_change(t, last);
    }
}

/* A party to a phantom: an owner, and whose. */
static const char *party(char text[NAME_LINE], uint32_t owner, uint32_t pid) {
    const char *name = owner < OWNERS ? owner_info[owner].name : "?";
    for (int z = 0; z < ZONES; z++) {
        name = zone_owner[z] == owner ? zones[z].name : name;
    }
    return pid                      ? print_line(text, NAME_LINE, "pid %u's %s", pid & 0xFFFF, name)
           : owner == OWNER_FOREIGN ? "nobody"
           : owner == OWNER_FREE    ? "memman's free memory"
                                    : print_line(text, NAME_LINE, "memman's %s", name);
}

/* The case in the two sentences of the museum, and both owners. */
static void tell_phantom(struct teller *t) {
    const struct event *e = t->step->last[EV_PHANTOM];
    char from[NAME_LINE], to[NAME_LINE];
    tell_seed_call(t);
    TABLE_EACH(regimes, const struct regime, r) {
        if ((*r)->books) {
            SAY(t, "%s %s", (*r)->books->story(e->arg[0], 0), (*r)->books->story(e->arg[0], 1));
        }
    }
    SAY(t, "It went from %s to %s.", party(from, e->owner, e->arg[1]), party(to, e->arg[2], e->arg[3]));
}

/* ---- memory alone ---- */

static void tell_memory(struct teller *t) {
    const struct step *s = t->step;
    const struct event *lend = s->last[EV_LEND], *back = s->last[EV_RETURN];
    char name[NAME_LINE];
    if (s->count[EV_FREE] || s->count[EV_UNMAP] || s->count[EV_TABLE_GONE]) {
        SAY(t, "What %s held goes back to its owners.", who(t, name));
    } else if (s->mapped[OWNER_STACK]) {
        SAY(t, "%s's stack reached the page at %08X.", who(t, name), s->last[EV_MAP]->at.start);
        SAY(t, "upages lent frame %08X.", s->last[EV_MAP]->arg[0]);
    } else if (lend && lend->arg[0] < ZONES) {
        SAY(t, "%s lent %'u bytes at %08X to %s, for: %s.", zones[lend->arg[0]].name, region_size(lend->at),
            lend->at.start, who(t, name), owner_info[lend->owner].title);
    } else if (back && back->arg[0] < ZONES) {
        SAY(t, "%s took back %'u bytes at %08X; free there are now %'u bytes in one piece.",
            zones[back->arg[0]].name, region_size(back->at), back->at.start, region_size(back->was));
    } else {
        SAY(t, "%s changed how its memory is mapped.", who(t, name));
    }
}

static void tell(struct teller *t) {
    const struct step *s = t->step;
    void (*teller)(struct teller *) = s->count[EV_PHANTOM]                          ? tell_phantom
                                      : s->count[EV_FAULT]                          ? tell_fault
                                      : s->count[EV_EXIT]                           ? tell_exit
                                      : s->count[EV_REFUSED]                        ? tell_refused
                                      : s->count[EV_NOMEM]                          ? tell_nomem
                                      : s->count[EV_MALLOC] && s->count[EV_FREE]    ? tell_moved
                                      : s->count[EV_MALLOC]                         ? tell_malloc
                                      : s->count[EV_RESIZE]                         ? tell_resize
                                      : s->count[EV_THREAD]                         ? tell_thread
                                      : s->count[EV_SPAWN]                          ? tell_spawn
                                      : s->count[EV_FREE] && s->last[EV_FREE]->step ? tell_free
                                      : s->count[EV_SEED] || s->count[EV_SEED_CALL] ? tell_seed
                                                                                    : tell_memory;
    teller(t);
}

/* ---- the way in ---- */

bool explain(uint32_t seq, struct explanation *out) {
    const struct event *e = event_at(seq), *other;
    *out = (struct explanation){0};
    if (!e) {
        return false;
    }
    out->step = e->step;
    out->first = out->last = seq;
    /* The kernel's events go with the process that they follow. */
    const struct event *a = e, *pid = e;
    for (uint32_t reach = EXPLAIN_REACH; reach && (other = event_at(out->first - 1)); reach--, a = other) {
        if (!together(other, a) || (other->pid && pid->pid && other->pid != pid->pid)) {
            break;
        }
        pid = other->pid ? other : pid;
        out->first--;
    }
    a = e;
    for (uint32_t reach = EXPLAIN_REACH; reach && (other = event_at(out->last + 1)); reach--, a = other) {
        if (!together(a, other) || (other->pid && pid->pid && other->pid != pid->pid)) {
            break;
        }
        pid = other->pid ? other : pid;
        out->last++;
    }
    struct step step = {0};
    for (uint32_t n = out->first; n <= out->last; n++) {
        add(&step, event_at(n));
    }
    out->error = step.error;
    struct teller t = {&step, out, 0, 0};
    if (step.actor) {
        tell(&t);
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
