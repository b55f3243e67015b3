/*
 * The museum of the seed's memory system (mm/sutured.h). First the seed, with its own names: memman, do_*,
 * lin_mapping_phy, vmalloc, sys_*. Around it what watches: who is robbed, what of it reaches the machine, and
 * what readers see, now and in the past.
 */
#include "mm/sutured.h"
#include "mm/paging.h"
#include "mm/regime.h"

/* ---- what is kept ---- */

/* All that readers see: as it is, and as it was while the past stands open. */
static struct shelf {
    struct MEMMAN man;
    uint32_t phantoms, frames, mapping_calls;
    struct process_totals process[SPACES];
} now, then;

static struct MEMMAN *const memman = &now.man;

enum arena_zone { KPAGES, KBYTES, UBYTES, UPAGES, ARENA_ZONES, NO_ZONE = ARENA_ZONES };

static const struct {
    const char *name;
    enum owner owner;
    struct region at;   /* up to the next wall */
    struct region boot; /* what is free in it at boot: a gap of a page stays, but at the arena's end */
} zone[] = {
    {"kpages", OWNER_KPAGE, {MEMSTART, KWALL}, {MEMSTART, KWALL - num_4K}},
    {"kbytes", OWNER_KBYTE, {KWALL, WALL}, {KWALL, WALL - num_4K}},
    {"ubytes", OWNER_UBYTE, {WALL, UWALL}, {WALL, UWALL - num_4K}},
    {"upages", OWNER_UPAGE, {UWALL, MEMEND}, {UWALL, MEMEND}},
    {"none", OWNER_FOREIGN, {0, 0}, {0, 0}},
};

#define ENTRIES    1024u
#define TABLE_SPAN 0x00400000u

/* A process of the museum, with the directory and the page tables that the seed gave it. Held in user bytes. */
struct process {
    struct space *space;
    uint16_t pid;
    struct memmap {
        uint32_t heap_lin_limit; /* a process holds it ... */
        uint32_t *parents;       /* ... a thread's field of that name points to its parent's */
    } memmap;
    uint32_t cr3;           /* the directory's address */
    uint32_t pde[ENTRIES];  /* its entries */
    uint32_t *pte[ENTRIES]; /* the page tables behind them */
};
static struct process *processes[SPACES];
static struct process *p_proc_current;

/* The call that is being answered. */
static struct {
    enum seed_call call;
    uint32_t mapping_calls, frames;
    bool entry_was_open; /* free_4k: the page's entry had its P */
} doing;

#define FRAMES (MEMEND >> PAGE_SHIFT)

/* Whom memory was lent to, so that who is robbed can be named: the newest byte ranges, and every frame. */
#define LENDINGS 256u
static struct lending {
    struct region at;
    uint16_t pid;
} lendings[LENDINGS];
static uint32_t lendings_next;

enum holding { NOBODYS, ASKED_FOR, A_PAGE, A_TABLE, A_DIRECTORY };
static struct holder {
    uint16_t pid;
    uint8_t holding;
} holder[FRAMES + 1]; /* the last: for what lies outside the arena */

static uint32_t highest[ARENA_ZONES]; /* end of all that was ever lent in a zone */

/* ---- what changes is told ---- */

static struct region range(uint32_t addr, uint32_t size) {
    return (struct region){addr, addr + size};
}

static bool overlap(struct region a, struct region b) {
    return a.start < b.end && b.start < a.end;
}

static enum arena_zone zone_at(uint32_t addr) {
    enum arena_zone z = KPAGES;
    while (z < NO_ZONE && !region_has(zone[z].at, addr)) {
        z++;
    }
    return z;
}

static struct event *tell(enum seed_change change, struct region at, struct region was) {
    struct event *e = event_emit(EV_SEED, zone[zone_at(at.start)].owner, at, was);
    e->arg[1] = change;
    return e;
}

static void tell_entry(enum seed_change change, uint32_t i, struct FREEINFO is, struct FREEINFO was) {
    struct event *e = tell(change, range(is.addr, is.size), range(was.addr, was.size));
    e->arg[0] = i;
    e->arg[2] = (uint32_t)was.pid << 8 | was.number;
    e->arg[3] = was.seq;
    e->arg[4] = is.number;
}

/* From whom it was taken, to whom given; a pid of 0 is memman, or nobody. */
static void phantom(uint32_t number, struct region at, enum owner from, uint16_t from_pid, enum owner to,
                    uint16_t to_pid) {
    struct event *e = event_emit(EV_PHANTOM, from, at, (struct region){0, 0});
    e->arg[0] = number;
    e->arg[1] = from_pid;
    e->arg[2] = to;
    e->arg[3] = to_pid;
    now.phantoms++;
    if (actor.slot < SPACES) {
        now.process[actor.slot].phantoms++;
    }
}

/* ---- memman: the table ---- */

static void entry_open(struct MEMMAN *man, uint32_t i, struct FREEINFO entry) {
    for (uint32_t j = man->frees++; j > i; j--) {
        man->free[j] = man->free[j - 1];
    }
    man->free[i] = entry;
}

static void entry_close(struct MEMMAN *man, uint32_t i) {
    for (man->frees--; i < man->frees; i++) {
        man->free[i] = man->free[i + 1];
    }
}

/* The entry's new extent; a case that brought part of it is what it came from. */
static void entry_set(struct MEMMAN *man, uint32_t i, uint32_t addr, uint32_t size, uint8_t number) {
    struct FREEINFO was = man->free[i], is = was;
    is.addr = addr;
    is.size = size;
    if (number) {
        is.number = number;
        is.pid = actor.pid;
        is.seq = events.next;
    }
    man->free[i] = is;
    tell_entry(SEED_CHANGE, i, is, was);
}

static void entry_insert(struct MEMMAN *man, uint32_t i, struct FREEINFO entry) {
    struct FREEINFO nothing = {.addr = entry.addr};
    entry_open(man, i, entry);
    tell_entry(SEED_INSERT, i, entry, nothing);
}

static void entry_remove(struct MEMMAN *man, uint32_t i) {
    struct FREEINFO was = man->free[i], nothing = {.addr = was.addr};
    entry_close(man, i);
    tell_entry(SEED_REMOVE, i, nothing, was);
}

/* What a new arena holds: four ranges between the walls. */
static void memman_init(struct MEMMAN *man) {
    man->frees = man->losts = man->lostsize = 0;
    for (enum arena_zone z = KPAGES; z < NO_ZONE; z++) {
        entry_open(man, man->frees,
                   (struct FREEINFO){zone[z].boot.start, region_size(zone[z].boot), 0, 0, 0});
        highest[z] = zone[z].at.start;
    }
}

/* First fit. It looks at where a range starts, and whether the request, not the range, ends before the wall. */
static uint32_t first_fit(struct MEMMAN *man, enum arena_zone z, uint32_t size, uint8_t *number) {
    for (uint32_t i = 0; i < man->frees; i++) {
        uint32_t addr = man->free[i].addr;
        if (addr >= zone[z].at.start && addr + size < zone[z].at.end && man->free[i].size >= size) {
            *number = man->free[i].number;
            if (man->free[i].size == size) {
                entry_remove(man, i);
            } else if (size) {
                entry_set(man, i, addr + size, man->free[i].size - size, 0);
            }
            return addr;
        }
    }
    return MAX_UNSIGNED_INT;
}

/* Files a range among the free ones, whatever it is: 0, or -1 when the table is full. `filed`: which entry. */
static uint32_t file(struct MEMMAN *man, uint32_t addr, uint32_t size, uint8_t number, uint32_t *filed) {
    uint32_t i = 0;
    while (i < man->frees && man->free[i].addr <= addr) {
        i++;
    }
    const struct FREEINFO *before = i > 0 ? &man->free[i - 1] : NULL;
    const struct FREEINFO *after = i < man->frees ? &man->free[i] : NULL;
    bool joins_after = after && addr + size == after->addr;
    *filed = i;
    if (before && before->addr + before->size == addr) {
        *filed = i - 1;
        entry_set(man, i - 1, before->addr, before->size + size + (joins_after ? after->size : 0), number);
        if (joins_after) {
            entry_remove(man, i);
        }
        return 0;
    }
    if (joins_after) {
        entry_set(man, i, addr, after->size + size, number);
        return 0;
    }
    if (man->frees < MEMMAN_FREES) {
        entry_insert(man, i, (struct FREEINFO){addr, size, events.next, actor.pid, number});
        return 0;
    }
    man->losts++;
    man->lostsize += size;
    tell(SEED_LOST, range(addr, size), range(addr, 0));
    return MAX_UNSIGNED_INT;
}

/* ---- who is robbed ---- */

static struct holder *holder_of(uint32_t frame) {
    return &holder[frame < MEMEND ? frame >> PAGE_SHIFT : FRAMES];
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

/* memman lent it, out of an entry that this case had brought: it may be somebody's already. */
static void note_lent(enum arena_zone z, uint32_t addr, uint32_t size, uint8_t number) {
    struct region at = range(addr, size);
    const struct lending *other = of_pages(z) ? NULL : lending_in(at);
    bool twice = other || (of_pages(z) && holder_of(addr)->holding);
    if (size == 0) {
        phantom(12, at, zone[z].owner, 0, zone[z].owner, actor.pid);
    } else if (twice) {
        phantom(number ? number : 6, at, zone[z].owner, other ? other->pid : holder_of(addr)->pid,
                zone[z].owner, actor.pid);
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
    for (uint32_t i = 0; i < memman->frees; i++) {
        const struct FREEINFO *f = &memman->free[i];
        struct region in = range(f->addr, f->size);
        in.start = in.start > zone[z].at.start ? in.start : zone[z].at.start;
        in.end = in.end < zone[z].at.end ? in.end : zone[z].at.end;
        if (in.start < in.end && region_size(in) >= size) {
            return f->addr < zone[z].at.start ? 7 : 12;
        }
    }
    return 0;
}

/* A program asked memman and got no address, though memory is free. */
static void note_not_found(enum arena_zone z, uint32_t size) {
    uint8_t number = why_not_found(z, size);
    if (number) {
        phantom(number, zone[z].at, zone[z].owner, 0, OWNER_FOREIGN, actor.pid);
    }
}

/* Does the range lie in free ones already? Which case that is. */
static uint8_t free_already(enum arena_zone z, struct region at) {
    const struct FREEINFO *in = NULL;
    for (uint32_t i = 0; i < memman->frees; i++) {
        struct region f = range(memman->free[i].addr, memman->free[i].size);
        if (f.start == at.start && f.end == at.end) {
            return 2;
        }
        if (!in && overlap(f, at)) {
            in = &memman->free[i];
        }
    }
    if (!in) {
        return 0;
    }
    bool tail = in->addr + in->size >= zone[z].boot.end;
    return at.start >= highest[z] ? 5 : tail ? 3 : 4;
}

struct verdict {
    uint8_t number; /* the case; 0: it comes from whom it was lent to */
    enum owner from;
    uint16_t pid;
};

static struct verdict judge_frames(enum arena_zone z, struct region at) {
    struct holder *first = holder_of(at.start);
    bool whole = at.start % num_4K == 0 && region_size(at) == num_4K;
    bool asked = first->holding == ASKED_FOR && first->pid == actor.pid && whole;
    bool freed = doing.call == SEED_SYS_FREE_4K && first->holding == A_PAGE && doing.entry_was_open;
    if (asked || freed) {
        first->holding = NOBODYS;
        doing.frames -= z == UPAGES;
        return (struct verdict){0, zone[z].owner, actor.pid};
    }
    if (doing.call == SEED_SYS_FREE_4K) {
        return (struct verdict){10, zone[z].owner, first->holding ? first->pid : 0};
    }
    for (uint32_t frame = round_down(at.start, num_4K); frame < at.end; frame += num_4K) {
        if (holder_of(frame)->holding) {
            return (struct verdict){11, zone[z].owner, holder_of(frame)->pid};
        }
    }
    return (struct verdict){free_already(z, at), OWNER_FREE, 0};
}

static struct verdict judge_bytes(enum arena_zone z, struct region at) {
    uint16_t owner = actor.pid;
    struct lending *l = NULL;
    for (struct lending *one = lendings; one < lendings + LENDINGS; one++) {
        l = one->at.start == at.start && !region_empty(one->at) ? one : l;
    }
    if (!l) {
        const struct lending *inside = lending_in(at);
        uint8_t number = free_already(z, at);
        return number   ? (struct verdict){number, OWNER_FREE, 0}
               : inside ? (struct verdict){6, zone[z].owner, inside->pid}
                        : (struct verdict){0, zone[z].owner, owner};
    }
    struct region was = l->at;
    l->at.start = at.end < was.end ? at.end : was.end;
    if (was.end == at.end) {
        return (struct verdict){0, zone[z].owner, owner};
    }
    const struct lending *swallowed = lending_in(at);
    return (struct verdict){6, zone[z].owner, swallowed ? swallowed->pid : l->pid};
}

/* Whose memory is being filed as free? */
static struct verdict judge(struct region at) {
    enum arena_zone z = zone_at(at.start);
    if (at.end < at.start) {
        return (struct verdict){12, zone[z].owner, 0};
    }
    if (doing.call == SEED_EXEC) {
        return (struct verdict){9, OWNER_KBYTE, 0};
    }
    if (z == NO_ZONE) {
        bool heap = p_proc_current && region_has(now.process[actor.slot].heap, at.start);
        return heap ? (struct verdict){1, OWNER_HEAP, actor.pid} : (struct verdict){5, OWNER_FOREIGN, 0};
    }
    for (enum arena_zone w = KPAGES; w < UPAGES; w++) {
        if (overlap(at, (struct region){zone[w].boot.end, zone[w].at.end})) {
            return (struct verdict){7, OWNER_SYSTEM, 0};
        }
    }
    return at.end > MEMEND ? (struct verdict){5, OWNER_FOREIGN, 0}
           : of_pages(z)   ? judge_frames(z, at)
                           : judge_bytes(z, at);
}

/* Has a range grown into another one? */
static bool overlaps_others(const struct MEMMAN *man, uint32_t n) {
    struct region at = range(man->free[n].addr, man->free[n].size);
    for (uint32_t i = 0; i < man->frees; i++) {
        if (i != n && overlap(range(man->free[i].addr, man->free[i].size), at)) {
            return true;
        }
    }
    return false;
}

/* ---- memman: what the do_* call ---- */

static uint32_t memman_alloc(struct MEMMAN *man, enum arena_zone z, uint32_t size) {
    uint8_t number = 0;
    uint32_t addr = first_fit(man, z, size, &number);
    if (addr != MAX_UNSIGNED_INT) {
        note_lent(z, addr, size, number);
    } else if (doing.call <= SEED_ASKED) { /* sys_malloc says it itself, once for all its calls */
        note_not_found(z, size);
    }
    return addr;
}

static uint32_t memman_free(struct MEMMAN *man, uint32_t addr, uint32_t size) {
    if (size == 0) {
        return 0;
    }
    struct region at = range(addr, size);
    struct verdict verdict = judge(at);
    enum arena_zone z = zone_at(addr);
    uint32_t filed, answer = file(man, addr, size, verdict.number, &filed);
    if (answer != 0) {
        phantom(8, at, verdict.from, verdict.pid, OWNER_FOREIGN, 0);
    } else if (verdict.number) {
        phantom(verdict.number, at, verdict.from, verdict.pid, zone[z].owner, 0);
    } else if (overlaps_others(man, filed)) {
        entry_set(man, filed, man->free[filed].addr, man->free[filed].size, 4);
        phantom(4, range(man->free[filed].addr, man->free[filed].size), OWNER_FREE, 0, zone[z].owner, 0);
    }
    return answer;
}

static uint32_t do_malloc(uint32_t size) {
    return memman_alloc(memman, UBYTES, size);
}

static uint32_t do_kmalloc(uint32_t size) {
    return memman_alloc(memman, KBYTES, size);
}

static uint32_t do_malloc_4k(void) {
    return memman_alloc(memman, UPAGES, num_4K);
}

static uint32_t do_kmalloc_4k(void) {
    return memman_alloc(memman, KPAGES, num_4K);
}

static uint32_t do_free(uint32_t addr, uint32_t size) {
    return memman_free(memman, addr, size);
}

static uint32_t do_free_4k(uint32_t addr) {
    return memman_free(memman, addr, num_4K);
}

/* ---- what of the page tables reaches the machine ---- */

static bool in_heap(uint32_t AddrLin) {
    return region_has((struct region){USER_HEAP, USER_HEAP_END}, AddrLin);
}

/* The page's frame stays; only what the program may do with it changes. */
static void set_bits(struct space *space, struct region page, uint32_t bits) {
    paddr_t frame;
    paging_unmap(space, page, &frame);
    paging_map(space, page, frame, bits);
}

/* The processor's entry follows the seed's: a lent frame behind one with P; one without closed to the program. */
static int mirror(struct process *p, uint32_t AddrLin, uint32_t entry) {
    struct region page = range(round_down(AddrLin, num_4K), num_4K);
    uint32_t real = paging_entry(NOW, p->space, page.start);
    bool open = real & PG_PRESENT && real & PG_USER;
    if (!in_heap(AddrLin)) {
        if (entry & PG_P) {
            phantom(12, page, OWNER_HEAP, p->pid, OWNER_FOREIGN, 0);
        }
    } else if (entry & PG_P && !(real & PG_PRESENT)) {
        if (space_map(p->space, page, OWNER_HEAP, true)) {
            return E_NOMEM;
        }
        p->space->regime_pages++;
    } else if (entry & PG_P && !open) {
        set_bits(p->space, page, PG_USER | PG_WRITE);
    } else if (!(entry & PG_P) && open) {
        set_bits(p->space, page, PG_WRITE);
    }
    return OK;
}

/* ---- page tables, and what stands on them ---- */

/* What free points to in the seed: who frees has to know. */
struct memfree {
    uint32_t addr, size;
};

static uint32_t *pte_of(const struct process *p, uint32_t AddrLin) {
    uint32_t *table = p->pte[AddrLin / TABLE_SPAN];
    return table ? &table[AddrLin / num_4K % ENTRIES] : NULL;
}

static uint32_t get_page_phy_addr(const struct process *p, uint32_t AddrLin) {
    const uint32_t *pte = pte_of(p, AddrLin);
    return AddrLin >= KERNEL_BASE ? AddrLin - KERNEL_BASE : pte ? *pte & PG_FRAME : 0;
}

/* A page table that the directory's entry for AddrLin gets. */
static int new_table(struct process *p, uint32_t AddrLin, uint32_t pde_Attribute) {
    uint32_t n = AddrLin / TABLE_SPAN, phy = do_kmalloc_4k();
    uint32_t *table = phy & 0x3FF ? NULL : space_bytes_new(p->space, num_4K);
    if (!table) {
        return -1;
    }
    for (uint32_t i = 0; i < ENTRIES; i++) {
        table[i] = 0;
    }
    holder_of(phy)->holding = A_TABLE;
    p->pde[n] = phy | pde_Attribute;
    p->pte[n] = table;
    return 0;
}

/* Image, stacks, arguments: pages that the process has from the healed side. */
static bool is_healed(const struct process *p, uint32_t AddrLin) {
    return !in_heap(AddrLin) && paging_entry(NOW, p->space, AddrLin) & PG_PRESENT;
}

/* Maps one page of the process, to a frame of memman's when phy_addr is MAX_UNSIGNED_INT. 0, or -1. */
static int lin_mapping_phy(uint32_t AddrLin, uint32_t phy_addr, uint32_t pid, uint32_t pde_Attribute,
                           uint32_t pte_Attribute) {
    struct process *p = p_proc_current; /* nobody maps for another than itself */
    doing.mapping_calls++;
    if (p->pid != pid || AddrLin >= KERNEL_BASE || is_healed(p, AddrLin)) {
        return 0; /* has its table and its frame */
    }
    if (!(p->pde[AddrLin / TABLE_SPAN] & PG_P) && new_table(p, AddrLin, pde_Attribute)) {
        return -1;
    }
    uint32_t *pte = pte_of(p, AddrLin);
    if (phy_addr == MAX_UNSIGNED_INT) {
        if (*pte & PG_P) {
            return 0; /* there is a frame: nothing to do */
        }
        phy_addr = do_malloc_4k();
        if ((phy_addr & 0x3FF) == 0) {
            holder_of(phy_addr)->holding = A_PAGE;
        }
    }
    if (phy_addr & 0x3FF) {
        return -1;
    }
    *pte = (phy_addr & PG_FRAME) | pte_Attribute;
    mirror(p, AddrLin, *pte);
    return 0;
}

static uint32_t vmalloc(uint32_t size) {
    struct memmap *memmap = &p_proc_current->memmap;
    uint32_t temp;
    if (actor.thread == 0) { /* a process */
        temp = memmap->heap_lin_limit;
        memmap->heap_lin_limit += size;
    } else { /* a thread takes its parent's */
        temp = *memmap->parents;
        *memmap->parents += size;
    }
    now.process[actor.slot].heap.end = temp + size;
    tell(SEED_LIMIT, (struct region){USER_HEAP, temp + size}, (struct region){USER_HEAP, temp});
    return temp;
}

/*
 * How far the loop of sys_malloc may jump when a call at AddrLin failed: until the next page table no frame
 * will be found either, and the calls are counted as if they were made. A multiple of num_4B; the last call
 * before `end` is left to the loop.
 */
static uint32_t alike(uint32_t AddrLin, uint32_t end) {
    uint32_t table_end = round_down(AddrLin, TABLE_SPAN) + TABLE_SPAN;
    uint32_t bytes = table_end - AddrLin < end - AddrLin ? table_end - AddrLin : end - AddrLin;
    uint32_t calls = (bytes - 1) / num_4B;
    doing.mapping_calls += calls;
    return calls * num_4B;
}

static uint32_t sys_malloc(uint32_t size) {
    uint32_t vir_addr = vmalloc(size), end = vir_addr + size;
    uint32_t bytes = (int32_t)vir_addr < (int32_t)end ? size : 0; /* the seed's addresses are ints */
    bool failed = false;
    /* "one byte after the other" */
    for (uint32_t AddrLin = vir_addr; AddrLin - vir_addr < bytes; AddrLin += num_4B) {
        int error = lin_mapping_phy(AddrLin, MAX_UNSIGNED_INT, p_proc_current->pid, PG_P | PG_USU | PG_RWW,
                                    PG_P | PG_USU | PG_RWW);
        if (error || AddrLin >= KERNEL_BASE) {
            AddrLin += alike(AddrLin, end);
            failed = failed || error;
        }
    }
    if (size == 0 || end < vir_addr) {
        phantom(12, (struct region){vir_addr, end}, OWNER_HEAP, actor.pid, OWNER_HEAP, actor.pid);
    } else if (failed) {
        uint8_t number = why_not_found(UPAGES, num_4K);
        phantom(number ? number : 12, (struct region){vir_addr, end}, OWNER_UPAGE, 0, OWNER_HEAP, actor.pid);
    }
    return vir_addr;
}

static uint32_t sys_malloc_4k(void) {
    uint32_t vir_addr = vmalloc(num_4K);
    if (lin_mapping_phy(vir_addr, MAX_UNSIGNED_INT, p_proc_current->pid, PG_P | PG_USU | PG_RWW,
                        PG_P | PG_USU | PG_RWW)) {
        uint8_t number = why_not_found(UPAGES, num_4K);
        phantom(number ? number : 12, range(vir_addr, num_4K), OWNER_UPAGE, 0, OWNER_HEAP, actor.pid);
    }
    return vir_addr;
}

static uint32_t sys_free(const struct memfree *memarg) {
    return do_free(memarg->addr, memarg->size);
}

static uint32_t sys_free_4k(uint32_t AddrLin) {
    const uint32_t *pte = pte_of(p_proc_current, AddrLin);
    uint32_t phy_addr = get_page_phy_addr(p_proc_current, AddrLin);
    doing.entry_was_open = pte && *pte & PG_P;
    lin_mapping_phy(AddrLin, phy_addr, p_proc_current->pid, PG_P | PG_USU | PG_RWW, 0 | PG_USU | PG_RWW);
    return do_free_4k(phy_addr);
}

/* The entry still knows its frame: the handler sets P again, and never asks whose the frame is by now. */
static int page_fault_handler(struct process *p, uint32_t AddrLin) {
    uint32_t *pte = AddrLin < KERNEL_BASE ? pte_of(p, AddrLin) : NULL;
    if (!pte || !(*pte & PG_FRAME) || !in_heap(AddrLin)) {
        return E_FAULT;
    }
    if (!(*pte & PG_P)) {
        const struct holder *h = holder_of(*pte);
        *pte |= PG_P;
        phantom(10, range(*pte & PG_FRAME, num_4K), OWNER_UPAGE, h->holding ? h->pid : 0, OWNER_HEAP, p->pid);
    } else if (paging_entry(NOW, p->space, AddrLin) & PG_PRESENT) {
        return E_FAULT;
    }
    return mirror(p, AddrLin, *pte);
}

/* ---- the calls ---- */

static void begin(const struct space *space, enum seed_call call) {
    if (memman->frees ==
        0) { /* a table with the last frame in it never gets empty: this one is not made yet */
        memman_init(memman);
    }
    p_proc_current = processes[space->slot];
    doing.call = call;
    doing.mapping_calls = doing.frames = 0;
    doing.entry_was_open = false;
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

static uint32_t end(uint32_t a, uint32_t b, uint32_t answer) {
    struct event *e = event_emit(EV_SEED_CALL, OWNER_HEAP, (struct region){0, 0}, (struct region){0, 0});
    e->arg[0] = doing.call;
    e->arg[1] = a;
    e->arg[2] = b;
    e->arg[3] = answer;
    e->arg[4] = doing.mapping_calls;
    e->arg[5] = doing.frames;
    count(&now, e, 1);
    return answer;
}

static vaddr_t sutured_malloc(struct space *space, uint32_t size) {
    begin(space, SEED_SYS_MALLOC);
    return end(size, 0, sys_malloc(size));
}

static int sutured_free_sized(struct space *space, vaddr_t address, uint32_t size) {
    struct memfree arg = {address, size};
    begin(space, SEED_SYS_FREE);
    return (int)end(address, size, sys_free(&arg));
}

/* No caller of the seed's gets away with a pointer alone. */
static int sutured_free(struct space *space, vaddr_t address) {
    (void)space;
    (void)address;
    return E_INVAL;
}

/* The seed has none; the library makes one of malloc and free. */
static vaddr_t sutured_realloc(struct space *space, vaddr_t address, uint32_t size) {
    (void)space;
    (void)address;
    (void)size;
    return 0;
}

static vaddr_t sutured_malloc_4k(struct space *space) {
    begin(space, SEED_SYS_MALLOC_4K);
    return end(0, 0, sys_malloc_4k());
}

static int sutured_free_4k(struct space *space, vaddr_t address) {
    begin(space, SEED_SYS_FREE_4K);
    return (int)end(address, 0, sys_free_4k(address));
}

static uint32_t sutured_seed(struct space *space, enum seed_call call, uint32_t a, uint32_t b) {
    struct memfree header = {a, b};
    begin(space, call);
    switch (call) {
    case SEED_DO_MALLOC: return end(a, 0, do_malloc(a));
    case SEED_DO_KMALLOC: return end(a, 0, do_kmalloc(a));
    case SEED_DO_MALLOC_4K: return end(0, 0, do_malloc_4k());
    case SEED_DO_KMALLOC_4K: return end(0, 0, do_kmalloc_4k());
    case SEED_DO_FREE: return end(a, b, do_free(a, b));
    case SEED_DO_FREE_4K: return end(a, 0, do_free_4k(a));
    case SEED_EXEC: return end(a, b, sys_free(&header));
    default: return (uint32_t)E_NOSYS;
    }
}

static int sutured_fault(struct space *space, vaddr_t address) {
    begin(space, SEED_NONE);
    return page_fault_handler(p_proc_current, address);
}

static bool sutured_has_page(const struct space *space, vaddr_t page) {
    return processes[space->slot] && get_page_phy_addr(processes[space->slot], page);
}

/* ---- lives ---- */

static int sutured_enter(struct space *space) {
    struct process *p = space_bytes_new(space, sizeof *p);
    if (!p) {
        return E_NOMEM;
    }
    *p = (struct process){.space = space, .pid = actor.pid, .memmap.heap_lin_limit = USER_HEAP};
    p->memmap.parents = &p->memmap.heap_lin_limit;
    processes[space->slot] = p;
    begin(space, SEED_NONE);
    p->cr3 = do_kmalloc_4k();
    if (p->cr3 == MAX_UNSIGNED_INT) {
        processes[space->slot] = NULL;
        space_bytes_delete(space, p);
        return E_NOMEM;
    }
    holder_of(p->cr3)->holding = A_DIRECTORY;

    struct process_totals *totals = &now.process[space->slot], was = *totals;
    *totals = (struct process_totals){.heap = {USER_HEAP, USER_HEAP}};
    struct event *e = tell(SEED_PROCESS, totals->heap, was.heap);
    e->arg[0] = was.asked;
    e->arg[2] = was.freed;
    e->arg[3] = was.frames;
    e->arg[4] = was.mapping_calls;
    e->arg[5] = was.phantoms;
    return OK;
}

/* The seed gives nothing back when a process ends; what the healed side lent goes back by itself. */
static void sutured_leave(struct space *space) {
    struct process *p = processes[space->slot];
    for (uint32_t n = 0; n < ENTRIES; n++) {
        if (p->pte[n]) {
            space_bytes_delete(space, p->pte[n]);
        }
    }
    processes[space->slot] = NULL;
    space_bytes_delete(space, p);
}

static const struct regime sutured;

static int sutured_reset(void) {
    for (int i = 0; i < SPACES; i++) {
        if (spaces[i].pid && spaces[i].regime == &sutured) {
            return E_LIMIT;
        }
    }
    while (memman->frees) {
        entry_remove(memman, memman->frees - 1);
    }
    struct event *e = tell(SEED_RESET, (struct region){0, 0}, (struct region){0, memman->losts});
    e->arg[0] = memman->lostsize;
    e->arg[2] = now.phantoms;
    e->arg[3] = now.frames;
    e->arg[4] = now.mapping_calls;
    now.phantoms = now.frames = now.mapping_calls = 0;
    memman_init(memman);
    for (uint32_t i = 0; i < memman->frees; i++) {
        tell_entry(SEED_INSERT, i, memman->free[i], (struct FREEINFO){.addr = memman->free[i].addr});
    }
    for (uint32_t n = 0; n <= FRAMES; n++) {
        holder[n] = (struct holder){0, NOBODYS};
    }
    for (uint32_t i = 0; i < LENDINGS; i++) {
        lendings[i].at = (struct region){0, 0};
    }
    return OK;
}

/* ---- what readers see ---- */

static const struct shelf *shelf(moment_t at) {
    if (memman->frees == 0) {
        memman_init(memman);
    }
    return at == NOW ? &now : &then;
}

static void books_totals(moment_t at, struct table_totals *out) {
    const struct shelf *s = shelf(at);
    *out = (struct table_totals){
        .entries = s->man.frees,
        .capacity = MEMMAN_FREES,
        .losts = s->man.losts,
        .lostsize = s->man.lostsize,
        .phantoms = s->phantoms,
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
     {"vmalloc lent it from the process's heap; free gave it to memman,",
      "which never owned it. Its page and its frame are lost to everybody."}},
    {"free already",
     {"It was in memman's table, and now stands there twice.",
      "The next two callers will be given the same memory."}},
    {"free already",
     {"The first free melted into the tail; the second stands behind it,",
      "out of order. It sleeps until the tail is used up."}},
    {"free already",
     {"A range freed twice has grown by its neighbour: two entries overlap.",
      "The table counts more free memory than there is."}},
    {"never lent",
     {"Nobody ever lent it, and memman files it as free all the same.",
      "free believes whatever address it is told."}},
    {"a wrong size",
     {"free believes the size it is told: too much takes from a neighbour,",
      "too little is never missed by anyone."}},
    {"a wall",
     {"The gap between two zones was freed, and two ranges became one.",
      "It starts in the zone below, so the zone above finds nothing."}},
    {"lost",
     {"The table is full: what is freed now is dropped and counted.",
      "Nobody looks at the count; it never comes back."}},
    {"a file's header",
     {"exec freed a pointer: the header's first two words, the letters ELF,",
      "were read as an address and a size."}},
    {"a frame freed twice",
     {"free_4k took P from the entry but left the frame's address in it.",
      "A second free, or a touch, uses a frame that others may have."}},
    {"memory in use",
     {"A physical address: free asks nobody whose it is. This one is in use,",
      "and the next to ask for memory gets it too."}},
    {"past the end",
     {"A size of nothing, or one that passes 2^32, or a frame not found:",
      "the answer is an address all the same."}},
};

static bool books_entry(moment_t at, uint32_t index, struct table_entry *out) {
    const struct MEMMAN *man = &shelf(at)->man;
    if (index >= man->frees) {
        return false;
    }
    const struct FREEINFO *f = &man->free[index];
    enum arena_zone z = zone_at(f->addr);
    *out = (struct table_entry){
        .address = f->addr,
        .size = f->size,
        .zone = zone[z].name,
        .owner = zone[z].owner,
        .from = f->seq ? cases[f->number].from : "boot",
        .pid = f->pid,
        .seq = f->seq,
        .number = f->number,
    };
    return true;
}

static void books_process(moment_t at, const struct space *space, struct process_totals *out) {
    *out = shelf(at)->process[space->slot];
}

static const char *books_story(uint32_t number, int sentence) {
    return number < sizeof cases / sizeof *cases ? cases[number].story[sentence & 1] : "";
}

/* ---- the past ---- */

static void books_rewind(void) {
    then = *shelf(NOW);
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
        *p = (struct process_totals){e->was, e->arg[0], e->arg[2], e->arg[3], e->arg[4], e->arg[5]};
        break;
    case SEED_RESET:
        then.man.losts = e->was.end;
        then.man.lostsize = e->arg[0];
        then.phantoms = e->arg[2];
        then.frames = e->arg[3];
        then.mapping_calls = e->arg[4];
        break;
    }
}

static void books_undo(const struct event *e) {
    if (e->kind == EV_SEED) {
        undo_change(e);
    } else if (e->kind == EV_SEED_CALL) {
        count(&then, e, 0u - 1);
    } else if (e->kind == EV_PHANTOM) {
        then.phantoms--;
        then.process[e->slot % SPACES].phantoms--;
    }
}

static const struct books books = {
    .totals = books_totals,
    .entry = books_entry,
    .process = books_process,
    .story = books_story,
    .rewind = books_rewind,
    .undo = books_undo,
};

static const struct regime sutured = {
    .name = "sutured",
    .words = "the seed's memory, with its mistakes, on an arena of its own",
    .sized_free = true,
    .malloc = sutured_malloc,
    .free = sutured_free,
    .free_sized = sutured_free_sized,
    .realloc = sutured_realloc,
    .malloc_4k = sutured_malloc_4k,
    .free_4k = sutured_free_4k,
    .seed = sutured_seed,
    .fault = sutured_fault,
    .has_page = sutured_has_page,
    .enter = sutured_enter,
    .leave = sutured_leave,
    .reset = sutured_reset,
    .books = &books,
};
TABLE_ENTRY(regimes, const struct regime, sutured);
