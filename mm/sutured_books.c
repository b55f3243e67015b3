/*
 * The museum's books (mm/sutured_inside.h): what readers see of it, as it is and as it was; each change is told as an
 * event that can be undone.
 */
#include "mm/sutured_inside.h"

static struct shelf then; /* the books while the past stands open */

static const struct shelf *shelf(moment_t at) {
    return at == NOW ? &museum : &then;
}

/* ---- what changes is told ---- */

/* Whose it is: an entry its zone's, a limit its heap's; a new arena is everybody's. */
static enum owner owner_of_change(enum seed_change change, struct region at) {
    switch (change) {
    case SEED_LIMIT:
    case SEED_PROCESS: return OWNER_HEAP;
    case SEED_RESET: return OWNER_SYSTEM;
    default: return arena[arena_zone_at(at.start)].owner;
    }
}

struct event *books_tell(enum seed_change change, struct region at, struct region was) {
    struct event *e = event_emit(EV_SEED, owner_of_change(change, at), at, was);
    e->arg[1] = change;
    return e;
}

void books_tell_entry(enum seed_change change, uint32_t i, struct FREEINFO is, struct FREEINFO was) {
    struct event *e = books_tell(change, range(is.addr, is.size), range(was.addr, was.size));
    e->arg[0] = i;
    e->arg[2] = (uint32_t)was.pid << 8 | was.number;
    e->arg[3] = was.seq;
    e->arg[4] = is.number;
}

void books_tell_limit(uint32_t was, uint32_t is) {
    museum.process[actor.slot].heap.end = is;
    books_tell(SEED_LIMIT, (struct region){USER_HEAP, is}, (struct region){USER_HEAP, was});
}

void books_tell_phantom(uint32_t number, struct region at, struct party from, struct party to) {
    struct process_totals *p = &museum.process[actor.slot];
    struct event *e = event_emit(EV_PHANTOM, from.owner, at, p->withheld);
    e->arg[0] = number;
    e->arg[1] = from.pid;
    e->arg[2] = to.owner;
    e->arg[3] = to.pid;
    e->arg[4] = museum.newest;
    e->arg[5] = doing.page;
    museum.newest = e->seq;
    museum.phantoms++;
    p->phantoms++;
    p->withheld = phantom_page(e);
}

void books_tell_process(void) {
    struct process_totals *totals = &museum.process[actor.slot], was = *totals;
    *totals = (struct process_totals){.heap = {USER_HEAP, USER_HEAP}};
    struct event *e = books_tell(SEED_PROCESS, was.withheld, was.heap);
    e->arg[0] = was.asked;
    e->arg[2] = was.freed;
    e->arg[3] = was.frames;
    e->arg[4] = was.mapping_calls;
    e->arg[5] = was.phantoms;
}

void books_tell_reset(void) {
    struct event *e = books_tell(SEED_RESET, (struct region){0, 0}, (struct region){0, museum.man.losts});
    e->arg[0] = museum.man.lostsize;
    e->arg[2] = museum.phantoms;
    e->arg[3] = museum.frames;
    e->arg[4] = museum.mapping_calls;
    e->arg[5] = museum.newest;
    museum.phantoms = museum.newest = museum.frames = museum.mapping_calls = 0;
}

/* What a call did to the totals; `sign` is -1 to undo it. */
static void count(struct shelf *shelf, const struct event *e, uint32_t sign) {
    struct process_totals *p = &shelf->process[e->slot % SPACES];
    enum seed_call call = (enum seed_call)e->arg[0];
    shelf->mapping_calls += sign * e->arg[4];
    shelf->frames += sign * e->arg[5];
    p->mapping_calls += sign * e->arg[4];
    p->frames += sign * e->arg[5];
    p->asked += sign * (call == SEED_SYS_MALLOC ? e->arg[1] : call == SEED_SYS_MALLOC_4K ? num_4K : 0);
    p->freed += sign * (call == SEED_SYS_FREE ? e->arg[2] : call == SEED_SYS_FREE_4K ? num_4K : 0);
}

void books_tell_call(uint32_t a, uint32_t b, uint32_t answer) {
    struct event *e = event_emit(EV_SEED_CALL, OWNER_HEAP, (struct region){0, 0}, (struct region){0, 0});
    e->arg[0] = doing.call;
    e->arg[1] = a;
    e->arg[2] = b;
    e->arg[3] = answer;
    e->arg[4] = doing.mapping_calls;
    e->arg[5] = doing.frames;
    count(&museum, e, 1);
}

/* ---- what readers see ---- */

static void totals(moment_t at, struct table_totals *out) {
    const struct shelf *s = shelf(at);
    *out = (struct table_totals){
        .entries = s->man.frees,
        .capacity = MEMMAN_FREES,
        .losts = s->man.losts,
        .lostsize = s->man.lostsize,
        .phantoms = s->phantoms,
        .newest = s->newest,
        .frames = s->frames,
        .mapping_calls = s->mapping_calls,
    };
    for (uint32_t i = 0; i < s->man.frees; i++) {
        out->foreign += s->man.free[i].number != 0;
    }
}

static const struct {
    const char *from, *story[2];
} cases[] = {
    {"returned", {"", ""}},
    {"a heap address",
     {"vmalloc lent it from the process's heap; free filed it with memman.",
      "memman never owned it: its page and its frame are lost to everybody."}},
    {"free already",
     {"It was free already, and now stands in the table twice.",
      "The next two callers will be given the same memory."}},
    {"free already",
     {"The first free melted into the tail, and the second stands behind it.",
      "Out of order, the copy sleeps until the tail is used up."}},
    {"free already",
     {"A range freed twice has grown by its neighbour: two entries overlap.",
      "The table counts more free memory than there is."}},
    {"never lent",
     {"Nobody ever lent it, and memman files it as free all the same.",
      "free believes whatever address it is told."}},
    {"a wrong size",
     {"It was lent with another size, and free believes the one it is told.",
      "Too much takes from a neighbour; too little is never missed."}},
    {"a wall",
     {"The gap between two zones was freed, and two ranges became one.",
      "It starts in the lower zone, so the upper one finds nothing."}},
    {"lost",
     {"The table is full: what is freed now is dropped, and losts counts it.",
      "Nobody looks at the count, and the memory never comes back."}},
    {"a file's header",
     {"exec freed the header of a file by its pointer alone.",
      "Its first words, the letters ELF, were taken for address and size."}},
    {"a frame freed twice",
     {"free_4k takes P from the entry, and leaves the frame's address in it.",
      "So a second free, or a touch, uses a frame that others may have."}},
    {"memory in use",
     {"free asks nobody whose a physical address is: this one is in use.",
      "The next to ask for memory is given it too."}},
    {"past the end",
     {"The size is 0 or wraps past 2^32, or no frame was found for it.",
      "The seed answers as if nothing were wrong."}},
};

static bool entry(moment_t at, uint32_t index, struct table_entry *out) {
    const struct MEMMAN *man = &shelf(at)->man;
    if (index >= man->frees) {
        return false;
    }
    const struct FREEINFO *f = &man->free[index];
    enum arena_zone z = arena_zone_at(f->addr);
    *out = (struct table_entry){
        .address = f->addr,
        .size = f->size,
        .zone = arena[z].name,
        .owner = arena[z].owner,
        .from = f->seq ? cases[f->number].from : "boot",
        .pid = f->pid,
        .seq = f->seq,
        .number = f->number,
    };
    return true;
}

static void process(moment_t at, const struct space *space, struct process_totals *out) {
    *out = shelf(at)->process[space->slot];
}

static const char *story(uint32_t number, int sentence) {
    return number < sizeof cases / sizeof *cases ? cases[number].story[sentence & 1] : "";
}

/* ---- the past ---- */

static void rewind(void) {
    then = museum;
}

static void undo_change(const struct event *e) {
    struct process_totals *p = &then.process[e->slot % SPACES];
    struct FREEINFO was = {
        .addr = e->was.start,
        .size = region_size(e->was),
        .seq = e->arg[3],
        .pid = (uint16_t)(e->arg[2] >> 8),
        .number = (uint8_t)e->arg[2],
    };
    switch ((enum seed_change)e->arg[1]) {
    case SEED_CHANGE: then.man.free[e->arg[0]] = was; break;
    case SEED_INSERT: entry_close(&then.man, e->arg[0]); break;
    case SEED_REMOVE: entry_open(&then.man, e->arg[0], was); break;
    case SEED_LOST:
        then.man.losts--;
        then.man.lostsize -= region_size(e->at);
        break;
    case SEED_LIMIT: p->heap.end = e->was.end; break;
    case SEED_PROCESS:
        *p = (struct process_totals){e->was, e->arg[0], e->arg[2], e->arg[3], e->arg[4], e->arg[5], e->at};
        break;
    case SEED_RESET:
        then.man.losts = e->was.end;
        then.man.lostsize = e->arg[0];
        then.phantoms = e->arg[2];
        then.frames = e->arg[3];
        then.mapping_calls = e->arg[4];
        then.newest = e->arg[5];
        break;
    }
}

static void undo(const struct event *e) {
    if (e->kind == EV_SEED) {
        undo_change(e);
    } else if (e->kind == EV_SEED_CALL) {
        count(&then, e, 0u - 1);
    } else if (e->kind == EV_PHANTOM) {
        struct process_totals *p = &then.process[e->slot % SPACES];
        then.newest = e->arg[4];
        then.phantoms--;
        p->phantoms--;
        p->withheld = e->was;
    }
}

const struct books sutured_books = {
    .totals = totals,
    .entry = entry,
    .process = process,
    .story = story,
    .rewind = rewind,
    .undo = undo,
};
