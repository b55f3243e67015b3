/*
 * The museum of the seed's memory system (mm/sutured.h): the seed, with its own names: memman, do_*, lin_mapping_phy,
 * vmalloc, sys_*. Then what of it reaches the machine, and the regime. Who is robbed is judged in mm/sutured_judge.c; what
 * readers see is kept in mm/sutured_books.c.
 */
#include "mm/sutured.h"
#include "mm/paging.h"
#include "mm/regime.h"
#include "mm/sutured_inside.h"

/* ---- the arena ---- */

const struct arena_zone_info arena[ARENA_ZONES + 1] = {
    {"kpages", OWNER_KPAGE, {MEMSTART, KWALL}, {MEMSTART, KWALL - num_4K}},
    {"kbytes", OWNER_KBYTE, {KWALL, WALL}, {KWALL, WALL - num_4K}},
    {"ubytes", OWNER_UBYTE, {WALL, UWALL}, {WALL, UWALL - num_4K}},
    {"upages", OWNER_UPAGE, {UWALL, MEMEND}, {UWALL, MEMEND}},
    {"none", OWNER_FOREIGN, {0, 0}, {0, 0}},
};

struct shelf museum;
static struct MEMMAN *const memman = &museum.man;

static struct visitor *visitors[SPACES];
static struct proc *p_proc_current;
struct museum_call doing;

enum arena_zone arena_zone_at(uint32_t addr) {
    enum arena_zone z = KPAGES;
    while (z < NO_ZONE && !region_has(arena[z].at, addr)) {
        z++;
    }
    return z;
}

/* ---- memman: the table ---- */

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
    books_tell_entry(SEED_CHANGE, i, is, was);
}

static void entry_insert(struct MEMMAN *man, uint32_t i, struct FREEINFO entry) {
    struct FREEINFO nothing = {.addr = entry.addr};
    entry_open(man, i, entry);
    books_tell_entry(SEED_INSERT, i, entry, nothing);
}

static void entry_remove(struct MEMMAN *man, uint32_t i) {
    struct FREEINFO was = man->free[i], nothing = {.addr = was.addr};
    entry_close(man, i);
    books_tell_entry(SEED_REMOVE, i, nothing, was);
}

/* What a new arena holds: four ranges between the walls. */
static void memman_init(struct MEMMAN *man) {
    man->frees = man->losts = man->lostsize = 0;
    for (enum arena_zone z = KPAGES; z < NO_ZONE; z++) {
        entry_open(man, man->frees,
                   (struct FREEINFO){arena[z].boot.start, region_size(arena[z].boot), 0, 0, 0});
    }
}

/* First fit. It looks at where a range starts, and whether the request, not the range, ends before the wall. */
static uint32_t first_fit(struct MEMMAN *man, enum arena_zone z, uint32_t size, uint8_t *number) {
    for (uint32_t i = 0; i < man->frees; i++) {
        uint32_t addr = man->free[i].addr;
        if (addr >= arena[z].at.start && addr + size < arena[z].at.end && man->free[i].size >= size) {
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
    books_tell(SEED_LOST, range(addr, size), range(addr, 0));
    return MAX_UNSIGNED_INT;
}

/* ---- memman: what the do_* call ---- */

static uint32_t memman_alloc(struct MEMMAN *man, enum arena_zone z, uint32_t size) {
    uint8_t number = 0;
    uint32_t addr = first_fit(man, z, size, &number);
    if (addr != MAX_UNSIGNED_INT) {
        judge_lent(z, addr, size, number);
    } else if (doing.call <= SEED_ASKED) { /* sys_malloc says it itself, once for all its calls */
        judge_not_found(z, size);
    }
    return addr;
}

static uint32_t memman_free(struct MEMMAN *man, uint32_t addr, uint32_t size) {
    if (size == 0) {
        return 0;
    }
    struct region at = range(addr, size);
    struct verdict verdict = judge(at);
    uint32_t i, answer = file(man, addr, size, verdict.number, &i);
    if (answer != 0) {
        judge_lost(at, &verdict);
        return answer;
    }
    if (!verdict.number && judge_overlaps(i)) {
        verdict = (struct verdict){4, {OWNER_FREE, 0}};
        at = range(man->free[i].addr, man->free[i].size);
        entry_set(man, i, at.start, region_size(at), verdict.number);
    }
    judge_filed(at, &verdict);
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
static int mirror(struct visitor *p, uint32_t AddrLin, uint32_t entry) {
    struct region page = range(round_down(AddrLin, num_4K), num_4K);
    uint32_t real = paging_entry(NOW, p->space, page.start);
    bool open = real & PG_PRESENT && real & PG_USER;
    if (!in_heap(AddrLin)) {
        if (entry & PG_P) {
            judge_outside(page);
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

/* How the seed asks whether it was given a page's address: 1 KB of bits, where a page has 4. */
#define PAGE_BITS 0x3FFu

/* What free points to in the seed: who frees has to know. */
struct memfree {
    uint32_t addr, size;
};

static uint32_t *pte_of(const struct visitor *p, uint32_t AddrLin) {
    uint32_t *table = p->pte[AddrLin / TABLE_SPAN];
    return table ? &table[AddrLin / num_4K % ENTRIES] : NULL;
}

static uint32_t get_page_phy_addr(const struct visitor *p, uint32_t AddrLin) {
    const uint32_t *pte = pte_of(p, AddrLin);
    return AddrLin >= KERNEL_BASE ? AddrLin - KERNEL_BASE : pte ? *pte & PG_FRAME : 0;
}

/* A page table that the directory's entry for AddrLin gets. */
static int new_table(struct visitor *p, uint32_t AddrLin, uint32_t pde_Attribute) {
    uint32_t n = AddrLin / TABLE_SPAN, *table = space_bytes_new(p->space, num_4K);
    uint32_t phy = table ? do_kmalloc_4k() : MAX_UNSIGNED_INT;
    if (phy & PAGE_BITS) {
        if (table) {
            space_bytes_delete(p->space, table);
        }
        return -1;
    }
    for (uint32_t i = 0; i < ENTRIES; i++) {
        table[i] = 0;
    }
    judge_holds(phy, A_TABLE);
    p->pde[n] = phy | pde_Attribute;
    p->pte[n] = table;
    return 0;
}

/* Image, stacks, arguments: pages that the process has from the healed side. */
static bool is_healed(const struct visitor *p, uint32_t AddrLin) {
    return !in_heap(AddrLin) && paging_entry(NOW, p->space, AddrLin) & PG_PRESENT;
}

/* Maps one page of the process, to a frame of memman's when phy_addr is MAX_UNSIGNED_INT. 0, or -1. */
static int lin_mapping_phy(uint32_t AddrLin, uint32_t phy_addr, uint32_t pid, uint32_t pde_Attribute,
                           uint32_t pte_Attribute) {
    struct visitor *p = doing.visitor; /* nobody maps for another than itself */
    doing.mapping_calls++;
    if (p->proc->task.pid != pid || AddrLin >= KERNEL_BASE || is_healed(p, AddrLin)) {
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
        doing.page = round_down(AddrLin, num_4K);
        phy_addr = do_malloc_4k();
        doing.page = 0;
        if ((phy_addr & PAGE_BITS) == 0) {
            judge_holds(phy_addr, A_PAGE);
        }
    }
    if (phy_addr & PAGE_BITS) {
        return -1;
    }
    *pte = (phy_addr & PG_FRAME) | pte_Attribute;
    mirror(p, AddrLin, *pte);
    return 0;
}

static uint32_t vmalloc(uint32_t size) {
    uint32_t temp;
    if (p_proc_current->task.info.type == TYPE_PROCESS) {
        temp = (uint32_t)p_proc_current->task.memmap.heap_lin_limit;
        p_proc_current->task.memmap.heap_lin_limit += size;
    } else { /* a thread takes its parent's */
        temp = *((uint32_t *)p_proc_current->task.memmap.heap_lin_limit);
        (*((uint32_t *)p_proc_current->task.memmap.heap_lin_limit)) += size;
    }
    books_tell_limit(temp, temp + size);
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
        int error = lin_mapping_phy(AddrLin, MAX_UNSIGNED_INT, p_proc_current->task.pid,
                                    PG_P | PG_USU | PG_RWW,  /* the directory entry's bits */
                                    PG_P | PG_USU | PG_RWW); /* the table entry's */
        if (error || AddrLin >= KERNEL_BASE) {
            AddrLin += alike(AddrLin, end);
            failed = failed || error;
        }
    }
    judge_block(vir_addr, size, failed);
    return vir_addr;
}

static uint32_t sys_malloc_4k(void) {
    uint32_t vir_addr = vmalloc(num_4K);
    int error = lin_mapping_phy(vir_addr, MAX_UNSIGNED_INT, p_proc_current->task.pid, PG_P | PG_USU | PG_RWW,
                                PG_P | PG_USU | PG_RWW);
    judge_block(vir_addr, num_4K, error);
    return vir_addr;
}

static uint32_t sys_free(const struct memfree *memarg) {
    return do_free(memarg->addr, memarg->size);
}

static uint32_t sys_free_4k(uint32_t AddrLin) {
    const uint32_t *pte = pte_of(doing.visitor, AddrLin);
    uint32_t phy_addr = get_page_phy_addr(doing.visitor, AddrLin);
    doing.entry_was_open = pte && *pte & PG_P;
    lin_mapping_phy(AddrLin, phy_addr, p_proc_current->task.pid, PG_P | PG_USU | PG_RWW, 0 | PG_USU | PG_RWW);
    doing.page = round_down(AddrLin, num_4K);
    return do_free_4k(phy_addr);
}

/* The entry still knows its frame: the handler sets P again, and never asks whose the frame is by now. */
static int page_fault_handler(struct visitor *p, uint32_t AddrLin) {
    uint32_t *pte = AddrLin < KERNEL_BASE ? pte_of(p, AddrLin) : NULL;
    if (!pte || !(*pte & PG_FRAME) || !in_heap(AddrLin)) {
        return E_FAULT;
    }
    if (!(*pte & PG_P)) {
        *pte |= PG_P;
        doing.page = round_down(AddrLin, num_4K);
        judge_revived(*pte & PG_FRAME);
    } else if (paging_entry(NOW, p->space, AddrLin) & PG_PRESENT) {
        return E_FAULT;
    }
    return mirror(p, AddrLin, *pte);
}

/* ---- the calls ---- */

static void begin(const struct space *space, enum seed_call call) {
    doing = (struct museum_call){.visitor = visitors[space->slot], .call = call};
    p_proc_current = &doing.visitor->proc[actor.thread];
}

static uint32_t end(uint32_t a, uint32_t b, uint32_t answer) {
    books_tell_call(a, b, answer);
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
    return page_fault_handler(doing.visitor, address);
}

static bool sutured_has_page(const struct space *space, vaddr_t page) {
    return visitors[space->slot] && get_page_phy_addr(visitors[space->slot], page);
}

/* ---- lives ---- */

static void sutured_init(void) {
    museum = (struct shelf){0};
    for (int i = 0; i < SPACES; i++) {
        visitors[i] = NULL;
    }
    memman_init(memman);
    judge_init();
}

static int sutured_enter(struct space *space) {
    struct visitor *p = space_bytes_new(space, sizeof *p);
    if (!p) {
        return E_NOMEM;
    }
    *p = (struct visitor){.space = space, .highest = USER_HEAP};
    for (uint32_t n = 0; n < STACKS; n++) {
        p->proc[n].task.pid = actor.pid;
        p->proc[n].task.info.type = n ? TYPE_THREAD : TYPE_PROCESS;
        p->proc[n].task.memmap.heap_lin_limit =
            n ? (uintptr_t)&p->proc[0].task.memmap.heap_lin_limit : USER_HEAP;
    }
    visitors[space->slot] = p;
    begin(space, SEED_NONE);
    p->cr3 = do_kmalloc_4k();
    if (p->cr3 == MAX_UNSIGNED_INT) {
        visitors[space->slot] = NULL;
        space_bytes_delete(space, p);
        return E_NOMEM;
    }
    judge_holds(p->cr3, A_DIRECTORY);
    books_tell_process();
    return OK;
}

/* The seed gives nothing back when a process ends; what the healed side lent goes back by itself. */
static void sutured_leave(struct space *space) {
    struct visitor *p = visitors[space->slot];
    for (uint32_t n = 0; n < ENTRIES; n++) {
        if (p->pte[n]) {
            space_bytes_delete(space, p->pte[n]);
        }
    }
    visitors[space->slot] = NULL;
    space_bytes_delete(space, p);
}

static int sutured_reset(void) {
    for (int i = 0; i < SPACES; i++) {
        if (visitors[i]) {
            return E_LIMIT;
        }
    }
    while (memman->frees) {
        entry_remove(memman, memman->frees - 1);
    }
    books_tell_reset();
    memman_init(memman);
    for (uint32_t i = 0; i < memman->frees; i++) {
        books_tell_entry(SEED_INSERT, i, memman->free[i], (struct FREEINFO){.addr = memman->free[i].addr});
    }
    judge_init();
    return OK;
}

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
    .init = sutured_init,
    .enter = sutured_enter,
    .leave = sutured_leave,
    .reset = sutured_reset,
    .books = &sutured_books,
};
TABLE_ENTRY(regimes, const struct regime, sutured);
