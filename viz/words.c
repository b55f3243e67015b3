/*
 * Events in plain words: a table of one small function a kind.
 */
#include "viz/words.h"

#include "kernel/abi.h"
#include "mm/memman.h"
#include "mm/policy.h"
#include "mm/regime.h"
#include "mm/space.h"
#include "mm/text.h"
#include "viz/screen.h"
#include "viz/viz.h"

/* The three columns; each has room for more than fits, so that what does not fit is seen. */
struct words {
    char call[32], result[24], story[WORDS_BYTES + 4];
};

#define CALL(w, ...)   print_line((w)->call, sizeof(w)->call, __VA_ARGS__)
#define RESULT(w, ...) print_line((w)->result, sizeof(w)->result, __VA_ARGS__)

/* Call and result in their columns: a long call takes columns from its result, so that the story starts where it should. */
static char *words_did(const struct words *w, char did[sizeof w->call + sizeof w->result]) {
    return print_line(did, sizeof w->call + sizeof w->result, "%-*s %s", WORDS_CALL, w->call, w->result);
}

/* Does the story fit behind what was done? One that does not is taken away. */
static bool fits(struct words *w) {
    char did[sizeof w->call + sizeof w->result];
    uint32_t from = larger(WORDS_STORY, text_length(words_did(w, did)) + 1);
    if (from + text_length(w->story) <= WORDS_COLUMNS) {
        return true;
    }
    w->story[0] = '\0';
    return false;
}

/* Tells the story if it fits, and says whether: the next in fewer words can follow. Call and result come first. */
#define STORY(w, ...) (print_line((w)->story, sizeof(w)->story, __VA_ARGS__), fits(w))

/* ---- The words that others share ---- */

const char *event_actor(const struct event *e) {
    return e->pid ? space_name(e->pid) : "kernel";
}

bool event_of_pages(const struct event *e) {
    bool asked = e->kind == EV_REFUSED && (e->arg[1] == EV_FREE || e->arg[1] == EV_RESIZE);
    return (asked ? e->arg[4] : e->owner) == OWNER_UPAGE;
}

uint32_t event_full_zone(const struct event *e) {
    enum { REACH = 64 };
    const struct event *cause = e;
    for (int left = REACH; left && cause && cause->step == e->step && cause->pid == e->pid; left--) {
        if (cause->kind == EV_NOMEM && cause->arg[1] < ZONES) {
            return cause->arg[1];
        }
        cause = event_at(cause->seq - 1);
    }
    return ZONES;
}

const char *event_place(const struct event *e) {
    static const char *const owned[OWNERS] = {
        [OWNER_IMAGE] = "belongs to the image",
        [OWNER_STACK] = "belongs to a stack",
        [OWNER_HEAP] = "belongs to the heap",
        [OWNER_UPAGE] = "belongs to malloc_4k's pages",
    };
    bool pages = event_of_pages(e);
    vaddr_t address = e->at.start;
    if (e->owner < OWNERS && owned[e->owner] && e->owner != e->arg[4]) {
        return owned[e->owner];
    }
    return address >= KERNEL_BASE                            ? "belongs to the kernel"
           : address >= USER_ARGUMENTS                       ? "belongs to the arguments"
           : address >= USER_ARGUMENTS - STACKS * STACK_SPAN ? "lies in the stacks' part"
           : address >= USER_HEAP_END                        ? "is nobody's"
           : address >= USER_HEAP  ? pages ? "lies in the heap's part" : "lies past the heap"
           : address >= USER_PAGES ? pages ? "lies past the last page" : "lies in malloc_4k's part"
           : address >= USER_IMAGE ? "lies in the image's part"
                                   : "is nobody's";
}

static const char *zone_name(uint32_t zone) {
    return zone < ZONES ? zones[zone].name : "no zone";
}

/* Only what somebody owns has a pid that says whose it is. */
static void party(char text[PARTY_BYTES], uint32_t owner, uint32_t pid) {
    const char *name = owner < OWNERS ? owner_info[owner].name : "memory";
    for (uint32_t z = 0; z < ZONES; z++) {
        name = zone_owner[z] == owner ? zones[z].name : name;
    }
    switch (owner) {
    case OWNER_FOREIGN: print_line(text, PARTY_BYTES, "nobody"); break;
    case OWNER_FREE: print_line(text, PARTY_BYTES, "memman's table"); break;
    case OWNER_SYSTEM: print_line(text, PARTY_BYTES, "a wall's gap"); break;
    default:
        if (pid) {
            print_line(text, PARTY_BYTES, "pid %u's %s", pid & 0xFFFF, name);
        } else {
            print_line(text, PARTY_BYTES, "memman's %s", name);
        }
    }
}

enum phantom_way event_parties(const struct event *e, char from[PARTY_BYTES], char to[PARTY_BYTES]) {
    bool free_again = e->owner == OWNER_FREE && !e->arg[3] && e->arg[2] != OWNER_FOREIGN;
    party(from, e->owner, e->arg[1]);
    party(to, e->arg[2], e->arg[3]);
    if (free_again || same_text(from, to)) {
        party(from, e->arg[2], e->arg[3]);
        return e->arg[3] ? PHANTOM_TWICE : PHANTOM_STAYED;
    }
    if (e->arg[2] == OWNER_FOREIGN && e->arg[3]) {
        print_line(to, PARTY_BYTES, "pid %u", e->arg[3] & 0xFFFF);
        return PHANTOM_KEPT;
    }
    return PHANTOM_WENT;
}

char *caller_words(char *text, uint32_t columns, uint16_t pid, uint32_t caller) {
    uint32_t offset = 0;
    const char *function = viz_function(pid, caller, &offset);
    char behind[12];
    if (!function) {
        return print_line(text, columns + 1, "%08X", caller);
    }
    print_line(behind, sizeof behind, "+0x%X", offset);
    int room = (int)(columns - text_length(behind));
    return print_line(text, columns + 1, "%.*s%s", room, function, behind);
}

/* ---- A function a kind ---- */

static uint32_t pages(struct region r) {
    return region_size(r) >> PAGE_SHIFT;
}

/* The regime of a process that ends or is gone keeps books, in which what it held is never given back. */
static bool books_keep(uint32_t regime_of_it) {
    const struct regime *regime = regime_by_number(regime_of_it);
    return regime && regime->books;
}
#define BOOKS_KEEP "the seed's books keep its frames"

static void words_lend(const struct event *e, struct words *w) {
    bool own = e->arg[0] < ZONES && zone_owner[e->arg[0]] == e->owner;
    CALL(w, "lend %'u B", e->arg[1]);
    RESULT(w, " = %08X", e->at.start);
    STORY(w, own ? "%s lends" : "%s lends to %s", zone_name(e->arg[0]), owner_info[e->owner].name);
}

static void words_return(const struct event *e, struct words *w) {
    bool before = e->was.start < e->at.start, after = e->was.end != e->at.end;
    CALL(w, "return %'u B", region_size(e->at));
    RESULT(w, "   %08X", e->at.start);
    STORY(w, "to %s%s", zone_name(e->arg[0]),
          before && after   ? ", joins both"
          : before || after ? ", joins one"
                            : "");
}

/* Was it mapped or unmapped for a block, by a call? */
static bool of_block(const struct event *e) {
    return e->step && (e->owner == OWNER_HEAP || e->owner == OWNER_UPAGE);
}

static void words_map(const struct event *e, struct words *w) {
    uint32_t n = pages(e->at);
    CALL(w, "map %08X", e->at.start);
    RESULT(w, "-> %08X", e->arg[0]);
    if (of_block(e)) {
        if (n == 1) {
            STORY(w, "the block reached a new page");
        } else if (!STORY(w, "the block reached %'u new pages", n)) {
            STORY(w, "reached %'u new pages", n);
        }
    } else {
        STORY(w, "%'u page%s of %s", n, plural(n), owner_info[e->owner].name);
    }
}

static void words_unmap(const struct event *e, struct words *w) {
    uint32_t n = pages(e->at);
    CALL(w, "unmap %08X", e->at.start);
    RESULT(w, "   %08X", e->arg[0]);
    if (of_block(e)) {
        if (n == 1) {
            STORY(w, "no block is left on the page");
        } else if (!STORY(w, "no block is left on %'u pages", n)) {
            STORY(w, "no block on %'u pages", n);
        }
    } else if (!STORY(w, "%'u page%s of %s given back", n, plural(n), owner_info[e->owner].name)) {
        STORY(w, "%'u page%s given back", n, plural(n));
    }
}

static void words_table(const struct event *e, struct words *w) {
    CALL(w, "page table");
    RESULT(w, "-> %08X", e->arg[0]);
    STORY(w, "for %08X..%08X", e->at.start, e->at.end);
}

static void words_table_gone(const struct event *e, struct words *w) {
    CALL(w, "page table");
    RESULT(w, "   %08X", e->arg[0]);
    STORY(w, "given back to kpages");
}

static void words_range(const struct event *e, struct words *w) {
    uint32_t now = region_size(e->at), before = region_size(e->was);
    bool grew = now >= before;
    uint32_t by = grew ? now - before : before - now;
    const char *did = grew ? "grew" : "shrank";
    CALL(w, event_of_pages(e) ? "page range" : "vmalloc");
    RESULT(w, "..%08X", e->at.end);
    if (!STORY(w, "%s by %'u B to %'u", did, by, now) && !STORY(w, "%s %'u to %'u B", did, by, now)) {
        STORY(w, "%s to %'u B", did, now);
    }
}

static void words_malloc(const struct event *e, struct words *w) {
    uint32_t hole = region_size(e->was), left = hole - region_size(e->at), passed = e->arg[1];
    if (event_of_pages(e)) {
        CALL(w, "malloc_4k()");
    } else {
        CALL(w, "malloc(%u)", e->arg[0]);
    }
    RESULT(w, " = %08X", e->at.start);
    char taken[WORDS_BYTES];
    print_line(taken, sizeof taken, left ? "split %'u B" : "took all %'u B", hole);
    if (!passed) {
        STORY(w, "%s", taken);
    } else if (!STORY(w, "passed %'u hole%s, %s", passed, plural(passed), taken) &&
               !STORY(w, "passed %'u, %s", passed, taken)) {
        STORY(w, "passed %'u hole%s", passed, plural(passed));
    }
}

static void words_free(const struct event *e, struct words *w) {
    const struct policy *policy = policy_by_code(e->policy);
    bool before = e->was.start < e->at.start, after = e->was.end != e->at.end;
    CALL(w, event_of_pages(e) ? "free_4k(%08X)" : "free(%08X)", e->at.start);
    RESULT(w, " %'u B", region_size(e->at));
    if (!before && !after) {
        STORY(w, "a new hole");
    } else if (policy && policy->buddy) {
        STORY(w, "joined its buddy");
    } else if (!before || !after) {
        STORY(w, "joined the hole %s", before ? "below" : "above");
    } else if (!STORY(w, "joined both: 3 holes are 1")) {
        STORY(w, "joined both");
    }
}

static void words_resize(const struct event *e, struct words *w) {
    CALL(w, "realloc(%u)", e->arg[0]);
    RESULT(w, " = %08X", e->at.start);
    if (!STORY(w, "stays, %s from %'u", e->arg[0] >= e->arg[1] ? "grew" : "shrank", e->arg[1])) {
        STORY(w, "stays, from %'u", e->arg[1]);
    }
}

static void words_refused(const struct event *e, struct words *w) {
    static const char *const calls[EV_KINDS] = {[EV_MALLOC] = "malloc",
                                                [EV_FREE] = "free",
                                                [EV_RESIZE] = "realloc",
                                                [EV_RETURN] = "return",
                                                [EV_LEND] = "lend"};
    const char *call = e->arg[1] < EV_KINDS ? calls[e->arg[1]] : NULL;
    bool of_heap = e->arg[1] == EV_FREE || e->arg[1] == EV_RESIZE;
    int why = (int)e->arg[0];
    CALL(w, "%s%s(%08X)", call ? call : "call", of_heap && event_of_pages(e) ? "_4k" : "", e->at.start);
    RESULT(w, why == E_OVERRUN ? " overrun" : " refused"); /* an overrun is told, and the call carried out */
    if (why == E_OVERRUN) {
        STORY(w, "written past its end at %08X", e->arg[2]);
    } else if (why == E_INTERIOR) {
        STORY(w, "inside the block at %08X", e->arg[2]);
    } else if (why == E_SIZE) {
        STORY(w, "the block has %'u B", e->arg[2]);
    } else if (why == E_FOREIGN && of_heap) {
        STORY(w, "it %s", event_place(e));
    } else if (why == E_DOUBLE && of_heap && e->arg[3]) {
        STORY(w, "free since event %'u", e->arg[3]);
    } else {
        STORY(w, "%s", error_text(why));
    }
}

static void words_nomem(const struct event *e, struct words *w) {
    uint32_t zone = event_full_zone(e);
    CALL(w, "no memory");
    RESULT(w, " %'u B", e->arg[0]);
    if (zone == ZONES) {
        STORY(w, "too large for the heap");
    } else if (e->arg[1] == ~0u || (!STORY(w, "%s: largest free %'u B", zone_name(zone), e->arg[2]) &&
                                    !STORY(w, "%s: largest %'u B", zone_name(zone), e->arg[2]))) {
        STORY(w, "%s has too little", zone_name(zone));
    }
}

static void words_spawn(const struct event *e, struct words *w) {
    CALL(w, "starts");
    if (e->arg[0]) {
        STORY(w, "child of pid %u", e->arg[0]);
    }
}

static void words_exit(const struct event *e, struct words *w) {
    switch (e->arg[1]) {
    case EXIT_BY_KILL:
        CALL(w, "killed");
        STORY(w, "by command");
        break;
    case EXIT_BY_FAULT:
        CALL(w, "ended");
        STORY(w, "by the fault it made");
        break;
    default:
        CALL(w, "exit(%d)", (int)e->arg[0]);
        STORY(w, books_keep(e->arg[2]) ? BOOKS_KEEP : "everything goes back");
    }
}

static void words_gone(const struct event *e, struct words *w) {
    CALL(w, "is gone");
    STORY(w, books_keep(e->arg[4] & 0xFF) ? BOOKS_KEEP : "nothing of it is left");
}

static void words_thread(const struct event *e, struct words *w) {
    CALL(w, "thread %u", e->arg[0]);
    STORY(w, "starts, on the same heap");
}

/* Where it was when nothing else is known of the address. */
static void fault_by(const struct event *e, struct words *w) {
    bool present = e->arg[0] & FAULT_PRESENT;
    char by[20];
    if (e->at.start == e->arg[1]) {
        STORY(w, "it cannot go on there");
    } else {
        caller_words(by, 16, e->pid, e->arg[1]);
        STORY(w, present ? "not allowed, by %s" : "not mapped, by %s", by);
    }
}

static void words_fault(const struct event *e, struct words *w) {
    bool jumped = e->at.start == e->arg[1];
    CALL(w, "%s %08X", jumped ? "run" : e->arg[0] & FAULT_WRITE ? "write" : "read", e->at.start);
    RESULT(w, " fault");
    switch (e->arg[3]) {
    case FAULT_GUARD_PAGE: STORY(w, "guard page of block %08X", e->was.start); break;
    case FAULT_FREED:
        if (!STORY(w, "%08X freed in event %'u", e->was.start, e->arg[2])) {
            STORY(w, "freed in event %'u", e->arg[2]);
        }
        break;
    case FAULT_FREED_BEFORE: STORY(w, "freed before event %'u", e->arg[2]); break;
    default: fault_by(e, w);
    }
}

static void words_say(const struct event *e, struct words *w) {
    (void)e;
    CALL(w, "says");
}

/* "upages" of "memman's upages". */
static const char *bare(const char *party) {
    static const char memmans[] = "memman's ";
    const uint32_t n = sizeof memmans - 1;
    return text_length(party) > n && __builtin_memcmp(party, memmans, n) == 0 ? party + n : party;
}

static void words_phantom(const struct event *e, struct words *w) {
    char from[PARTY_BYTES], to[PARTY_BYTES];
    CALL(w, "case %u %08X", e->arg[0], e->at.start);
    RESULT(w, " withheld");
    switch (event_parties(e, from, to)) {
    case PHANTOM_WENT:
        if (!STORY(w, "%s to %s", from, to) && !STORY(w, "%s to %s", from, bare(to)) &&
            !STORY(w, "%s to %s", bare(from), to)) {
            STORY(w, "to %s", to);
        }
        break;
    case PHANTOM_KEPT: STORY(w, "%s got nothing", to); break;
    case PHANTOM_TWICE: STORY(w, "twice in %s", from); break;
    case PHANTOM_STAYED: STORY(w, "stays in %s", from); break;
    }
}

static void words_seed(const struct event *e, struct words *w) {
    static const char *const changes[] = {
        [SEED_CHANGE] = "is now %'u B",
        [SEED_INSERT] = "comes, %'u B",
        [SEED_REMOVE] = "goes",
        [SEED_LOST] = "%'u B are dropped",
        [SEED_LIMIT] = "the heap's limit",
        [SEED_PROCESS] = "of a new process",
        [SEED_RESET] = "a new arena",
    };
    bool entry = e->arg[1] <= SEED_REMOVE;
    if (entry) {
        CALL(w, "seed's [%u]", e->arg[0]);
    } else {
        CALL(w, e->arg[1] == SEED_LIMIT ? "vmalloc" : "seed's table");
    }
    RESULT(w, e->arg[1] == SEED_LIMIT ? "..%08X" : "  %08X",
           e->arg[1] == SEED_LIMIT ? e->at.end : e->at.start);
    if (e->arg[1] <= SEED_RESET) {
        STORY(w, changes[e->arg[1]], region_size(e->at));
    }
}

static void words_seed_call(const struct event *e, struct words *w) {
    bool free = e->arg[0] == SEED_SYS_FREE || e->arg[0] == SEED_DO_FREE || e->arg[0] == SEED_EXEC;
    const char *name = e->arg[0] < SEED_CALLS ? seed_call_names[e->arg[0]] : "call";
    if (free) {
        CALL(w, "%s(%08X, %u)", name, e->arg[1], e->arg[2]);
    } else {
        CALL(w, e->arg[0] == SEED_SYS_FREE_4K || e->arg[0] == SEED_DO_FREE_4K ? "%s(%08X)" : "%s(%u)", name,
             e->arg[1]);
    }
    RESULT(w, free ? "= %d" : "= %08X", e->arg[3]);
    if (e->arg[4] && !STORY(w, "%'u mapping call%s, %d frame%s", e->arg[4], plural(e->arg[4]), (int)e->arg[5],
                            plural(e->arg[5]))) {
        STORY(w, "%'u mapping call%s", e->arg[4], plural(e->arg[4]));
    }
}

static void (*const words_of[EV_KINDS])(const struct event *, struct words *) = {
    [EV_LEND] = words_lend,       [EV_RETURN] = words_return,   [EV_MAP] = words_map,
    [EV_UNMAP] = words_unmap,     [EV_TABLE] = words_table,     [EV_TABLE_GONE] = words_table_gone,
    [EV_RANGE] = words_range,     [EV_MALLOC] = words_malloc,   [EV_FREE] = words_free,
    [EV_RESIZE] = words_resize,   [EV_REFUSED] = words_refused, [EV_NOMEM] = words_nomem,
    [EV_SPAWN] = words_spawn,     [EV_EXIT] = words_exit,       [EV_GONE] = words_gone,
    [EV_THREAD] = words_thread,   [EV_FAULT] = words_fault,     [EV_SAY] = words_say,
    [EV_PHANTOM] = words_phantom, [EV_SEED] = words_seed,       [EV_SEED_CALL] = words_seed_call,
};

char *event_words(const struct event *e, char line[WORDS_BYTES]) {
    struct words w = {"", "", ""};
    char did[sizeof w.call + sizeof w.result];
    if (e->kind < EV_KINDS && words_of[e->kind]) {
        words_of[e->kind](e, &w);
    }
    return print_line(line, WORDS_BYTES, "%-*s %s", WORDS_STORY - 1, words_did(&w, did), w.story);
}

bool event_is_error(const struct event *e) {
    switch (e->kind) {
    case EV_REFUSED:
    case EV_NOMEM:
    case EV_FAULT:
    case EV_PHANTOM: return true;
    case EV_EXIT: return e->arg[1] == EXIT_BY_FAULT;
    default: return false;
    }
}
