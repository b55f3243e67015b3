/*
 * Events in plain words: a table of one small function a kind.
 */
#include "viz/words.h"

#include "kernel/abi.h"
#include "mm/memman.h"
#include "mm/space.h"
#include "viz/screen.h"

#define STORY_BYTES 64

/* The three columns. */
struct words {
    char call[32], result[24], story[STORY_BYTES];
};

#define CALL(w, ...)   print_line((w)->call, sizeof(w)->call, __VA_ARGS__)
#define RESULT(w, ...) print_line((w)->result, sizeof(w)->result, __VA_ARGS__)
#define STORY(w, ...)  print_line((w)->story, sizeof(w)->story, __VA_ARGS__)

static const char *plural(uint32_t n) {
    return n == 1 ? "" : "s";
}

static const char *zone_name(uint32_t zone) {
    return zone < ZONES ? zones[zone].name : "no zone";
}

static bool of_pages(const struct event *e) {
    return e->owner == OWNER_UPAGE;
}

static uint32_t pages(struct region r) {
    return region_size(r) >> PAGE_SHIFT;
}

static void words_lend(const struct event *e, struct words *w) {
    CALL(w, "lend %'u B", e->arg[1]);
    RESULT(w, " = %08X", e->at.start);
    STORY(w, "%s lends to %s", zone_name(e->arg[0]), owner_info[e->owner].name);
}

static void words_return(const struct event *e, struct words *w) {
    bool before = e->was.start < e->at.start, after = e->was.end != e->at.end;
    CALL(w, "return");
    RESULT(w, "   %08X", e->at.start);
    STORY(w, "%'u B to %s%s", region_size(e->at), zone_name(e->arg[0]),
          before && after   ? ", joins both"
          : before || after ? ", joins one"
                            : "");
}

static void words_map(const struct event *e, struct words *w) {
    CALL(w, "map %08X", e->at.start);
    RESULT(w, "-> %08X", e->arg[0]);
    uint32_t n = pages(e->at);
    if (e->owner == OWNER_HEAP && e->step) {
        STORY(w, n == 1 ? "this malloc reached a new page" : "this malloc reached %'u new pages", n);
    } else {
        STORY(w, "%'u page%s of %s", n, plural(n), owner_info[e->owner].name);
    }
}

static void words_unmap(const struct event *e, struct words *w) {
    CALL(w, "unmap %08X", e->at.start);
    RESULT(w, "   %08X", e->arg[0]);
    if (e->owner == OWNER_HEAP && e->step) {
        STORY(w, pages(e->at) == 1 ? "this free emptied the page" : "this free emptied %'u pages",
              pages(e->at));
    } else {
        STORY(w, "%'u page%s of %s given back", pages(e->at), plural(pages(e->at)),
              owner_info[e->owner].name);
    }
}

static void words_table(const struct event *e, struct words *w) {
    CALL(w, "page table");
    RESULT(w, "-> %08X", e->arg[0]);
    STORY(w, "for %08X..%08X", e->at.start, e->at.end);
}

static void words_table_gone(const struct event *e, struct words *w) {
    words_table(e, w);
    STORY(w, "given back to kpages");
}

static void words_range(const struct event *e, struct words *w) {
    uint32_t now = region_size(e->at), before = region_size(e->was);
    CALL(w, of_pages(e) ? "page range" : "vmalloc");
    RESULT(w, "..%08X", e->at.end);
    STORY(w, "%s by %'u B to %'u", now >= before ? "grew" : "shrank",
          now >= before ? now - before : before - now, now);
}

static void words_malloc(const struct event *e, struct words *w) {
    uint32_t hole = region_size(e->was), left = hole - region_size(e->at), passed = e->arg[1];
    if (of_pages(e)) {
        CALL(w, "malloc_4k()");
    } else {
        CALL(w, "malloc(%u)", e->arg[0]);
    }
    RESULT(w, " = %08X", e->at.start);
    char taken[STORY_BYTES];
    print_line(taken, sizeof taken, left ? "split %'u B" : "took all %'u B", hole);
    if (passed) {
        STORY(w, "passed %'u hole%s, %s", passed, plural(passed), taken);
    } else {
        STORY(w, "%s", taken);
    }
}

static void words_free(const struct event *e, struct words *w) {
    bool before = e->was.start < e->at.start, after = e->was.end != e->at.end;
    CALL(w, of_pages(e) ? "free_4k(%08X)" : "free(%08X)", e->at.start);
    RESULT(w, " %'u B", region_size(e->at));
    STORY(w, "%s",
          before && after ? "merged both sides: 3 holes are 1"
          : before        ? "merged with the hole below"
          : after         ? "merged with the hole above"
                          : "a new hole");
}

static void words_resize(const struct event *e, struct words *w) {
    CALL(w, "realloc(%u)", e->arg[0]);
    RESULT(w, " = %08X", e->at.start);
    STORY(w, "stays, %s from %'u", e->arg[0] >= e->arg[1] ? "grew" : "shrank", e->arg[1]);
}

static void words_refused(const struct event *e, struct words *w) {
    static const char *const calls[EV_KINDS] = {[EV_MALLOC] = "malloc",
                                                [EV_FREE] = "free",
                                                [EV_RESIZE] = "realloc",
                                                [EV_RETURN] = "return",
                                                [EV_LEND] = "lend"};
    const char *call = e->arg[1] < EV_KINDS ? calls[e->arg[1]] : NULL;
    const struct space *space = e->arg[1] == EV_RETURN ? NULL : space_find(e->pid);
    int why = (int)e->arg[0];
    CALL(w, "%s%s(%08X)", call ? call : "call", call && of_pages(e) ? "_4k" : "", e->at.start);
    RESULT(w, " refused");
    if (why == E_INTERIOR) {
        STORY(w, "inside the block at %08X", e->arg[2]);
    } else if (why == E_SIZE) {
        STORY(w, "the block has %'u B", e->arg[2]);
    } else if (why == E_FOREIGN && space) {
        STORY(w, "not its own, it is %s", space_place(space, e->at.start));
    } else {
        STORY(w, "%s", error_text(why));
    }
}

static void words_nomem(const struct event *e, struct words *w) {
    CALL(w, "no memory");
    RESULT(w, " %'u B", e->arg[0]);
    if (e->arg[1] < ZONES) {
        STORY(w, "%s: largest free %'u B", zone_name(e->arg[1]), e->arg[2]);
    } else {
        STORY(w, "for %s", owner_info[e->owner].title);
    }
}

static void words_spawn(const struct event *e, struct words *w) {
    CALL(w, "starts");
    if (e->arg[0]) {
        STORY(w, "child of pid %u", e->arg[0]);
    }
}

static void words_exit(const struct event *e, struct words *w) {
    int status = (int)e->arg[0];
    if (status == EXIT_KILLED || status == EXIT_FAULT) {
        CALL(w, status == EXIT_KILLED ? "killed" : "ended");
    } else {
        CALL(w, "exit(%d)", status);
    }
    STORY(w, status == EXIT_KILLED  ? "by command"
             : status == EXIT_FAULT ? "by the fault it made"
                                    : "everything goes back");
}

static void words_gone(const struct event *e, struct words *w) {
    (void)e;
    CALL(w, "is gone");
    STORY(w, "nothing of it is left");
}

static void words_thread(const struct event *e, struct words *w) {
    CALL(w, "thread %u", e->arg[0]);
    STORY(w, "starts, on the same heap");
}

static void words_fault(const struct event *e, struct words *w) {
    CALL(w, e->arg[0] & FAULT_WRITE ? "write %08X" : "read %08X", e->at.start);
    RESULT(w, " fault");
    if (e->arg[2]) {
        STORY(w, "freed by event %'u", e->arg[2]);
    } else {
        STORY(w, e->arg[0] & FAULT_PRESENT ? "not allowed, by %08X" : "not mapped, by %08X", e->arg[1]);
    }
}

static void words_say(const struct event *e, struct words *w) {
    (void)e;
    CALL(w, "says");
}

/* A party to a phantom: an owner, and whose. */
static char *party(char text[24], uint32_t owner, uint32_t pid) {
    const char *name = owner < OWNERS ? owner_info[owner].name : "?";
    if (pid) {
        return print_line(text, 24, "%s of pid %u", name, pid);
    }
    return print_line(text, 24,
                      owner == OWNER_FOREIGN ? "nobody"
                      : owner == OWNER_FREE  ? "the free"
                                             : "memman's %s",
                      name);
}

static void words_phantom(const struct event *e, struct words *w) {
    char from[24], to[24];
    CALL(w, "case %u %08X", e->arg[0], e->at.start);
    RESULT(w, " withheld");
    STORY(w, "%s to %s", party(from, e->owner, e->arg[1]), party(to, e->arg[2], e->arg[3]));
}

static void words_seed(const struct event *e, struct words *w) {
    static const char *const changes[] = {
        [SEED_CHANGE] = "is now %'u B",
        [SEED_INSERT] = "comes, %'u B",
        [SEED_REMOVE] = "goes",
        [SEED_LOST] = "%'u B are dropped",
        [SEED_LIMIT] = "the heap's limit",
        [SEED_PROCESS] = "a process enters",
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
        CALL(w, "%s(%X, %u)", name, e->arg[1], e->arg[2]);
    } else {
        CALL(w, e->arg[0] == SEED_SYS_FREE_4K || e->arg[0] == SEED_DO_FREE_4K ? "%s(%X)" : "%s(%u)", name,
             e->arg[1]);
    }
    RESULT(w, free ? "= %d" : "= %08X", e->arg[3]);
    if (e->arg[4]) {
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

char *event_words(const struct event *e, char *line, uint32_t bytes) {
    struct words w = {"", "", ""};
    if (e->kind < EV_KINDS && words_of[e->kind]) {
        words_of[e->kind](e, &w);
    }
    /* A long call takes columns from its result, so that the story starts where it should. */
    char did[sizeof w.call + sizeof w.result];
    print_line(did, sizeof did, "%-*s %s", WORDS_CALL, w.call, w.result);
    return print_line(line, bytes, "%-*s %s", WORDS_STORY - 1, did, w.story);
}

bool event_is_error(const struct event *e) {
    switch (e->kind) {
    case EV_REFUSED:
    case EV_NOMEM:
    case EV_FAULT:
    case EV_PHANTOM: return true;
    case EV_EXIT: return (int)e->arg[0] == EXIT_FAULT;
    default: return false;
    }
}

const char *event_actor(const struct event *e) {
    return e->pid ? space_name(e->pid) : "kernel";
}
