/*
 * The museum's watchman (mm/sutured_inside.h): whom memory was lent to, so that it can be named who is robbed when the
 * seed files it as free or lends it again. The seed knows nothing of this, and does nothing else because of it.
 */
#include "mm/sutured_inside.h"

#define FRAMES (MEMEND >> PAGE_SHIFT)

/* Whom memory was lent to: the newest byte ranges, and every frame. */
#define LENDINGS 256u
static struct lending {
    struct region at;
    uint16_t pid;
} lendings[LENDINGS];
static uint32_t lendings_next;

static struct holder {
    uint16_t pid;
    uint8_t holding;
} holder[FRAMES + 1]; /* the last: for what lies outside the arena */

static uint32_t highest[ARENA_ZONES]; /* end of all that was ever lent in a zone */

static const struct party nobody = {OWNER_FOREIGN, 0}, free_memory = {OWNER_FREE, 0};

void judge_init(void) {
    for (enum arena_zone z = KPAGES; z < NO_ZONE; z++) {
        highest[z] = arena[z].at.start;
    }
    for (uint32_t n = 0; n <= FRAMES; n++) {
        holder[n] = (struct holder){0, NOBODYS};
    }
    for (uint32_t i = 0; i < LENDINGS; i++) {
        lendings[i].at = (struct region){0, 0};
    }
}

/* ---- who has what ---- */

static struct holder *holder_of(uint32_t frame) {
    return &holder[frame < MEMEND ? frame >> PAGE_SHIFT : FRAMES];
}

void judge_holds(uint32_t frame, enum holding what) {
    holder_of(frame)->holding = (uint8_t)what;
}

static bool of_pages(enum arena_zone z) {
    return z == KPAGES || z == UPAGES;
}

static struct lending *lending_in(struct region at) {
    for (struct lending *l = lendings; l < lendings + LENDINGS; l++) {
        if (overlap(l->at, at)) {
            return l;
        }
    }
    return NULL;
}

static struct party of_zone(enum arena_zone z, uint16_t pid) {
    return (struct party){arena[z].owner, pid};
}

/* The table as who receives what is freed: memman's memory of that zone, or of none. */
static struct party table_at(uint32_t addr) {
    enum arena_zone z = arena_zone_at(addr);
    return z == NO_ZONE ? free_memory : of_zone(z, 0);
}

/* Who asked, and got nothing. */
static struct party empty_handed(void) {
    return (struct party){OWNER_FOREIGN, actor.pid};
}

static struct party heap_of_actor(void) {
    return (struct party){OWNER_HEAP, actor.pid};
}

/* ---- memman lends ---- */

void judge_lent(enum arena_zone z, uint32_t addr, uint32_t size, uint8_t number) {
    struct region at = range(addr, size);
    const struct lending *other = of_pages(z) ? NULL : lending_in(at);
    bool twice = other || (of_pages(z) && holder_of(addr)->holding);
    if (size == 0) {
        books_tell_phantom(12, at, of_zone(z, 0), of_zone(z, actor.pid));
    } else if (twice) {
        books_tell_phantom(number ? number : 6, at, of_zone(z, other ? other->pid : holder_of(addr)->pid),
                           of_zone(z, actor.pid));
    }
    if (of_pages(z)) {
        *holder_of(addr) = (struct holder){actor.pid, ASKED_FOR};
        doing.frames += z == UPAGES;
    } else {
        lendings[lendings_next++ % LENDINGS] = (struct lending){at, actor.pid};
    }
    if (at.end > highest[z]) {
        highest[z] = at.end;
    }
}

/* The case for which memman did not find what is free: walls that fell, the last frame. 0: nothing is free. */
static uint8_t why_not_found(enum arena_zone z, uint32_t size) {
    for (uint32_t i = 0; i < museum.man.frees; i++) {
        const struct FREEINFO *f = &museum.man.free[i];
        struct region in = range(f->addr, f->size);
        in.start = in.start > arena[z].at.start ? in.start : arena[z].at.start;
        in.end = in.end < arena[z].at.end ? in.end : arena[z].at.end;
        if (in.start < in.end && region_size(in) >= size) {
            return f->addr < arena[z].at.start ? 7 : 12;
        }
    }
    return 0;
}

void judge_not_found(enum arena_zone z, uint32_t size) {
    uint8_t number = why_not_found(z, size);
    if (number) {
        books_tell_phantom(number, arena[z].at, of_zone(z, 0), empty_handed());
    }
}

/* ---- memman is given ---- */

/* Does the range lie in free ones already? Which case that is. */
static uint8_t free_already(enum arena_zone z, struct region at) {
    const struct FREEINFO *in = NULL;
    for (uint32_t i = 0; i < museum.man.frees; i++) {
        const struct FREEINFO *f = &museum.man.free[i];
        if (f->addr == at.start && f->addr + f->size == at.end) {
            return 2;
        }
        if (!in && overlap(range(f->addr, f->size), at)) {
            in = f;
        }
    }
    if (!in) {
        return 0;
    }
    bool tail = in->addr + in->size >= arena[z].boot.end;
    return at.start >= highest[z] ? 5 : tail ? 3 : 4;
}

static struct verdict judge_frames(enum arena_zone z, struct region at) {
    struct holder *first = holder_of(at.start);
    bool whole = at.start % num_4K == 0 && region_size(at) == num_4K;
    bool asked = first->holding == ASKED_FOR && first->pid == actor.pid && whole;
    bool freed = doing.call == SEED_SYS_FREE_4K && first->holding == A_PAGE && doing.entry_was_open;
    if (asked || freed) {
        first->holding = NOBODYS;
        doing.frames -= z == UPAGES;
        return (struct verdict){0, of_zone(z, actor.pid)};
    }
    if (doing.call == SEED_SYS_FREE_4K) {
        return (struct verdict){10, first->holding ? of_zone(z, first->pid) : free_memory};
    }
    for (uint32_t frame = round_down(at.start, num_4K); frame < at.end; frame += num_4K) {
        if (holder_of(frame)->holding) {
            return (struct verdict){11, of_zone(z, holder_of(frame)->pid)};
        }
    }
    return (struct verdict){free_already(z, at), free_memory};
}

static struct verdict judge_bytes(enum arena_zone z, struct region at) {
    struct lending *l = NULL;
    for (struct lending *one = lendings; one < lendings + LENDINGS; one++) {
        l = one->at.start == at.start && !region_empty(one->at) ? one : l;
    }
    if (!l) {
        const struct lending *inside = lending_in(at);
        uint8_t number = free_already(z, at);
        return number   ? (struct verdict){number, free_memory}
               : inside ? (struct verdict){6, of_zone(z, inside->pid)}
                        : (struct verdict){0, of_zone(z, actor.pid)};
    }
    struct region was = l->at;
    l->at.start = at.end < was.end ? at.end : was.end;
    if (was.end == at.end) {
        return (struct verdict){0, of_zone(z, actor.pid)};
    }
    const struct lending *swallowed = lending_in(at);
    return (struct verdict){6, of_zone(z, swallowed ? swallowed->pid : l->pid)};
}

struct verdict judge(struct region at) {
    enum arena_zone z = arena_zone_at(at.start);
    if (at.end < at.start) {
        return (struct verdict){12, nobody};
    }
    if (doing.call == SEED_EXEC) {
        return (struct verdict){9, {OWNER_KBYTE, 0}};
    }
    if (z == NO_ZONE) {
        bool heap = region_has(museum.process[actor.slot].heap, at.start);
        return heap ? (struct verdict){1, heap_of_actor()} : (struct verdict){5, nobody};
    }
    for (enum arena_zone w = KPAGES; w < UPAGES; w++) {
        if (overlap(at, (struct region){arena[w].boot.end, arena[w].at.end})) {
            return (struct verdict){7, {OWNER_SYSTEM, 0}};
        }
    }
    return at.end > MEMEND ? (struct verdict){5, nobody}
           : of_pages(z)   ? judge_frames(z, at)
                           : judge_bytes(z, at);
}

void judge_filed(struct region at, const struct verdict *verdict) {
    if (verdict->number) {
        books_tell_phantom(verdict->number, at, verdict->from, table_at(at.start));
    }
}

void judge_lost(struct region at, const struct verdict *verdict) {
    books_tell_phantom(8, at, verdict->from, nobody);
}

bool judge_overlaps(uint32_t n) {
    const struct MEMMAN *man = &museum.man;
    struct region at = range(man->free[n].addr, man->free[n].size);
    for (uint32_t i = 0; i < man->frees; i++) {
        if (i != n && overlap(range(man->free[i].addr, man->free[i].size), at)) {
            return true;
        }
    }
    return false;
}

/* ---- pages and heaps ---- */

/* After a limit that went back, blocks stand in others. */
void judge_block(uint32_t vir_addr, uint32_t size, bool failed) {
    struct region at = range(vir_addr, size);
    uint32_t top = doing.visitor->highest;
    if (size == 0 || at.end < at.start) {
        books_tell_phantom(12, at, nobody, heap_of_actor());
        return;
    }
    if (failed) {
        uint8_t number = why_not_found(UPAGES, num_4K);
        books_tell_phantom(number ? number : 12, at, of_zone(UPAGES, 0), empty_handed());
    } else if (at.start < top) {
        at.end = at.end < top ? at.end : top;
        books_tell_phantom(12, at, heap_of_actor(), heap_of_actor());
    }
    doing.visitor->highest = vir_addr + size > top ? vir_addr + size : top;
}

void judge_outside(struct region page) {
    books_tell_phantom(12, page, heap_of_actor(), empty_handed());
}

void judge_revived(uint32_t frame) {
    const struct holder *h = holder_of(frame);
    books_tell_phantom(10, range(frame, num_4K), of_zone(UPAGES, h->holding ? h->pid : 0), heap_of_actor());
}
