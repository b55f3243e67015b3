/*
 * paging: the two-level tables of 32-bit x86 without PAE (Intel SDM vol. 3, 4.3), read and written through
 * the window.
 */
#include "mm/paging.h"
#include "mm/events.h"
#include "mm/memman.h"
#include "mm/past.h"
#include "mm/world.h"

#define ENTRIES      PAGING_ENTRIES
#define KERNEL_ENTRY (KERNEL_BASE / TABLE_SPAN)

paddr_t paging_kernel;

static uint32_t *directory_entry(const struct space *space, vaddr_t address) {
    return (uint32_t *)phys(space->directory) + address / TABLE_SPAN;
}

/* The entry of a page in its table, or NULL when there is no table. */
static uint32_t *entry_of(const struct space *space, vaddr_t page) {
    uint32_t pde = *directory_entry(space, page);
    bool table = (pde & (PG_PRESENT | PG_LARGE)) == PG_PRESENT;
    return table ? (uint32_t *)phys(pde & PG_FRAME) + (page >> PAGE_SHIFT) % ENTRIES : NULL;
}

paddr_t paging_new(struct space *space) {
    paddr_t directory = memman_alloc(ZONE_P, PAGE_SIZE, OWNER_KPAGE, space->slot);
    if (directory) {
        uint32_t *to = phys(directory);
        const uint32_t *kernel = phys(paging_kernel);
        for (uint32_t i = 0; i < ENTRIES; i++) {
            to[i] = i < KERNEL_ENTRY ? 0 : kernel[i];
        }
        space->directory = directory;
        space->frames[OWNER_KPAGE]++;
    }
    return directory;
}

static struct region table_span(vaddr_t address) {
    vaddr_t start = round_down(address, TABLE_SPAN);
    return (struct region){start, start + TABLE_SPAN};
}

static void table_event(const struct space *space, enum event_kind kind, vaddr_t address, paddr_t table) {
    struct event *e = event_emit(kind, OWNER_KPAGE, table_span(address), (struct region){0, 0});
    e->slot = space->slot;
    e->arg[0] = table;
}

static int table_new(struct space *space, vaddr_t address) {
    paddr_t table = memman_alloc(ZONE_P, PAGE_SIZE, OWNER_KPAGE, space->slot);
    if (!table) {
        return E_NOMEM;
    }
    world_fill_frames((struct region){table, table + PAGE_SIZE}, 0);
    *directory_entry(space, address) = table | PG_PRESENT | PG_WRITE | PG_USER;
    space->frames[OWNER_KPAGE]++;
    table_event(space, EV_TABLE, address, table);
    return OK;
}

static void table_delete(struct space *space, vaddr_t address) {
    paddr_t table = *directory_entry(space, address) & PG_FRAME;
    *directory_entry(space, address) = 0;
    table_event(space, EV_TABLE_GONE, address, table);
    memman_free(ZONE_P, table);
    space->frames[OWNER_KPAGE]--;
}

static bool table_empty(const struct space *space, vaddr_t address) {
    const uint32_t *table = phys(*directory_entry(space, address) & PG_FRAME);
    uint32_t all = 0;
    for (uint32_t i = 0; i < ENTRIES; i++) {
        all |= table[i];
    }
    return all == 0;
}

/* Makes the tables that `pages` need; when one cannot be had, those that hold nothing go back. */
static int tables_ensure(struct space *space, struct region pages) {
    vaddr_t first = round_down(pages.start, TABLE_SPAN), table = first;
    for (; table < pages.end; table += TABLE_SPAN) {
        if (!(*directory_entry(space, table) & PG_PRESENT) && table_new(space, table)) {
            break;
        }
    }
    if (table >= pages.end) {
        return OK;
    }
    while (table > first) {
        table -= TABLE_SPAN;
        if (table_empty(space, table)) {
            table_delete(space, table);
        }
    }
    return E_NOMEM;
}

int paging_map(struct space *space, struct region pages, paddr_t frame, uint32_t bits) {
    if (tables_ensure(space, pages)) {
        return E_NOMEM;
    }
    paddr_t next = frame;
    for (vaddr_t page = pages.start; page != pages.end; page += PAGE_SIZE, next += PAGE_SIZE) {
        *entry_of(space, page) = next | bits | PG_PRESENT;
    }
    struct event *e =
        event_emit(EV_MAP, owners.frame[frame >> PAGE_SHIFT].owner, pages, (struct region){0, 0});
    e->slot = space->slot;
    e->arg[0] = frame;
    e->arg[1] = bits | PG_PRESENT;
    return OK;
}

void paging_delete(struct space *space) {
    for (vaddr_t address = 0; address < KERNEL_BASE; address += TABLE_SPAN) {
        if (*directory_entry(space, address) & PG_PRESENT) {
            table_delete(space, address);
        }
    }
    memman_free(ZONE_P, space->directory);
    space->frames[OWNER_KPAGE]--;
    space->directory = 0;
}

struct region paging_unmap(struct space *space, struct region pages, paddr_t *frame) {
    vaddr_t page = pages.start;
    uint32_t *entry = NULL;
    while (page != pages.end) {
        entry = entry_of(space, page);
        if (entry && *entry & PG_PRESENT) {
            break;
        }
        /* An absent table is passed over whole. */
        vaddr_t next = entry ? page + PAGE_SIZE : table_span(page).end;
        page = next - pages.start < region_size(pages) ? next : pages.end;
    }
    struct region run = {page, page};
    if (page == pages.end) {
        return run;
    }
    uint32_t bits = *entry & (PG_WRITE | PG_USER | PG_PRESENT);
    *frame = *entry & PG_FRAME;
    uint8_t owner = owners.frame[*frame >> PAGE_SHIFT].owner;
    while (run.end != pages.end) {
        entry = entry_of(space, run.end);
        paddr_t follows = *frame + region_size(run);
        if (!entry || (*entry & (PG_FRAME | PG_WRITE | PG_USER | PG_PRESENT)) != (follows | bits) ||
            owners.frame[follows >> PAGE_SHIFT].owner != owner) {
            break;
        }
        *entry = 0;
        world_flush_page(run.end);
        run.end += PAGE_SIZE;
    }
    struct event *e = event_emit(EV_UNMAP, (enum owner)owner, run, (struct region){0, 0});
    e->slot = space->slot;
    e->arg[0] = *frame;
    e->arg[1] = bits;
    return run;
}

/* What no piece of the past covers is as it is now; of a process that is gone, nothing is left. */
static bool stands(moment_t at, const struct space *space) {
    return at == NOW || spaces[space->slot].pid == space->pid;
}

uint32_t paging_directory_entry(moment_t at, const struct space *space, vaddr_t address) {
    uint32_t entry;
    if (at != NOW && past_table(space->slot, address, &entry)) {
        return entry;
    }
    entry = stands(at, space) ? *directory_entry(space, address) : 0;
    return at == NOW ? entry : entry & ~PG_ACCESSED;
}

uint32_t paging_entry(moment_t at, const struct space *space, vaddr_t page) {
    uint32_t past;
    if (at != NOW && past_page(space->slot, page, &past)) {
        return past;
    }
    const uint32_t *entry = stands(at, space) ? entry_of(space, page) : NULL;
    uint32_t value = entry ? *entry : 0;
    return at == NOW ? value : value & ~(PG_ACCESSED | PG_DIRTY);
}

void paging_directory(moment_t at, const struct space *space, uint32_t entries[PAGING_ENTRIES]) {
    for (uint32_t i = 0; i < ENTRIES; i++) {
        entries[i] = paging_directory_entry(at, space, i * TABLE_SPAN);
    }
}

void paging_table(moment_t at, const struct space *space, vaddr_t address, uint32_t entries[PAGING_ENTRIES]) {
    vaddr_t start = round_down(address, TABLE_SPAN);
    const uint32_t *now = at == NOW ? entry_of(space, start) : NULL;
    if (now) {
        __builtin_memcpy(entries, now, PAGE_SIZE);
        return;
    }
    for (uint32_t i = 0; i < ENTRIES; i++) {
        entries[i] = at == NOW ? 0 : paging_entry(at, space, start + (i << PAGE_SHIFT));
    }
}

bool paging_table_is(const struct space *space, vaddr_t address, const uint32_t entries[PAGING_ENTRIES]) {
    const uint32_t *now = entry_of(space, round_down(address, TABLE_SPAN));
    uint32_t differs = 0;
    for (uint32_t i = 0; now && i < ENTRIES; i++) {
        differs |= entries[i] ^ now[i];
    }
    for (uint32_t i = 0; !now && i < ENTRIES; i++) {
        differs |= entries[i];
    }
    return !differs;
}

/* [first, end) of one table, now. */
static uint32_t count_entries(const uint32_t *entries, uint32_t first, uint32_t end,
                              uint32_t counts[OWNERS]) {
    const struct frame *frames = owners.frame;
    uint32_t mapped = 0;
    for (uint32_t i = first; i < end; i++) {
        if (entries[i] & PG_PRESENT) {
            uint32_t n = entries[i] >> PAGE_SHIFT;
            counts[n < owners.frames ? frames[n].owner : OWNER_SYSTEM]++;
            mapped++;
        }
    }
    return mapped;
}

uint32_t paging_count(moment_t at, const struct space *space, struct region pages, uint32_t counts[OWNERS]) {
    uint32_t left = region_size(pages) >> PAGE_SHIFT, mapped = 0;
    for (vaddr_t page = pages.start; left;) {
        uint32_t first = (page >> PAGE_SHIFT) % ENTRIES,
                 end = first + left < ENTRIES ? first + left : ENTRIES;
        uint32_t pde = paging_directory_entry(at, space, page);
        if (pde & PG_PRESENT && at == NOW) {
            mapped += count_entries(phys(pde & PG_FRAME), first, end, counts);
        } else if (pde & PG_PRESENT) {
            for (uint32_t i = first; i < end; i++) {
                uint32_t entry = paging_entry(at, space, page + ((i - first) << PAGE_SHIFT));
                if (entry & PG_PRESENT) {
                    counts[owners_frame(at, entry >> PAGE_SHIFT).owner]++;
                    mapped++;
                }
            }
        }
        left -= end - first;
        page += (end - first) << PAGE_SHIFT;
    }
    return mapped;
}

void paging_clear_accessed(struct space *space) {
    for (vaddr_t address = 0; address < KERNEL_BASE; address += TABLE_SPAN) {
        uint32_t *table = entry_of(space, address);
        if (!table) {
            continue;
        }
        *directory_entry(space, address) &= ~PG_ACCESSED;
        for (uint32_t i = 0; i < ENTRIES; i++) {
            if (table[i] & (PG_ACCESSED | PG_DIRTY)) {
                table[i] &= ~(PG_ACCESSED | PG_DIRTY);
                world_flush_page(address + (i << PAGE_SHIFT));
            }
        }
    }
}
