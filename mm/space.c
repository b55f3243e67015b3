/*
 * Spaces: one process's memory, put together from memman, paging and two heaps, and taken apart again.
 */
#include "mm/space.h"
#include "mm/events.h"
#include "mm/memman.h"
#include "mm/paging.h"
#include "mm/past.h"
#include "mm/policy.h"
#include "mm/regime.h"
#include "mm/world.h"

struct space spaces[SPACES];

struct space *space_find(uint16_t pid) {
    for (int i = 0; i < SPACES && pid; i++) {
        if (spaces[i].pid == pid) {
            return &spaces[i];
        }
    }
    return NULL;
}

const struct space *space_in_slot(moment_t at, uint32_t slot) {
    const struct space *space = slot >= SPACES ? NULL : at == NOW ? &spaces[slot] : past_space(slot);
    return space && space->pid ? space : NULL;
}

const struct space *space_at(moment_t at, uint16_t pid) {
    for (uint32_t slot = 0; slot < SPACES && pid; slot++) {
        const struct space *space = space_in_slot(at, slot);
        if (space && space->pid == pid) {
            return space;
        }
    }
    return NULL;
}

/* ---- names, which outlive their processes ---- */

#define NAMES 1024u /* a pid finds its name at pid % NAMES */

static struct {
    uint16_t pid;
    char name[NAME_BYTES];
} names[NAMES];

static void remember_name(const struct space *space) {
    names[space->pid % NAMES].pid = space->pid;
    __builtin_memcpy(names[space->pid % NAMES].name, space->name, NAME_BYTES);
}

const char *space_name(uint16_t pid) {
    return pid && names[pid % NAMES].pid == pid ? names[pid % NAMES].name : "";
}

/* ---- frames ---- */

static uint32_t page_bits(bool writable) {
    return PG_USER | (writable ? PG_WRITE : 0);
}

/* One run of frames for the front of `pages`, as long as memman has one; the part that was mapped. */
static struct region map_run(struct space *space, struct region pages, enum owner owner, bool writable) {
    struct region none = {pages.start, pages.start};
    uint32_t size = region_size(pages);
    uint32_t largest = memman_largest(ZONE_U);
    if (largest != 0 && size > largest) {
        size = largest;
    }
    paddr_t frame = memman_alloc(ZONE_U, size, owner, space->slot);
    if (!frame) {
        return none;
    }
    space->frames[owner] += size >> PAGE_SHIFT;
    world_fill_frames((struct region){frame, frame + size}, 0);
    struct region part = {pages.start, pages.start + size};
    if (paging_map(space, part, frame, page_bits(writable))) {
        space->frames[owner] -= size >> PAGE_SHIFT;
        memman_free(ZONE_U, frame);
        return none;
    }
    return part;
}

int space_map(struct space *space, struct region pages, enum owner owner, bool writable) {
    struct region left = pages;
    while (!region_empty(left)) {
        struct region part = map_run(space, left, owner, writable);
        if (region_empty(part)) {
            space_unmap(space, (struct region){pages.start, left.start});
            return E_NOMEM;
        }
        left.start = part.end;
    }
    return OK;
}

void space_unmap(struct space *space, struct region pages) {
    while (!region_empty(pages)) {
        paddr_t frame = 0;
        struct region run = paging_unmap(space, pages, &frame);
        if (region_empty(run)) {
            return;
        }
        pages.start = run.end;
        /* The run may join frames that were lent one by one. */
        for (paddr_t end = frame + region_size(run); frame != end;) {
            struct range lent;
            memman_range(NOW, ZONE_U, frame, &lent);
            struct region part = {frame, lent.at.end - frame < end - frame ? lent.at.end : end};
            space->frames[lent.owner] -= region_size(part) >> PAGE_SHIFT;
            if (memman_free_part(ZONE_U, part)) {
                world_panic("a mapped frame was not memman's to take back");
            }
            frame = part.end;
        }
    }
}

/* ---- the heaps' world ---- */

static int map_for(struct space *space, struct heap *heap, struct region pages) {
    int error = space_map(space, pages, heap->config.owner, true);
    if (!error) {
        heap_touch(heap, pages);
    }
    return error;
}

static int map_heap(void *context, struct region pages) {
    struct space *space = context;
    return map_for(space, &space->heap, pages);
}

static int map_pages(void *context, struct region pages) {
    struct space *space = context;
    return map_for(space, &space->pages, pages);
}

static void unmap(void *context, struct region pages) {
    space_unmap(context, pages);
}

static enum owner owner_of(void *context, vaddr_t address) {
    return space_owner(context, address);
}

static void *records(void *context) {
    return space_bytes_new(context, HEAP_RECORDS);
}

static void records_gone(void *context, void *memory) {
    space_bytes_delete(context, memory);
}

void *space_bytes_new(struct space *space, uint32_t size) {
    paddr_t address = memman_alloc(ZONE_B, size, OWNER_UBYTE, space->slot);
    if (!address) {
        return NULL;
    }
    space->ubytes += size;
    return phys(address);
}

void space_bytes_delete(struct space *space, void *memory) {
    paddr_t address = (paddr_t)((uint8_t *)memory - WINDOW);
    struct range range;
    memman_range(NOW, ZONE_B, address, &range);
    if (memman_free(ZONE_B, address) == OK) {
        space->ubytes -= range.asked;
    }
}

/* ---- life ---- */

static struct heap_config heap_config(const struct policy *policy, bool guard) {
    return (struct heap_config){
        .policy = policy,
        .owner = OWNER_HEAP,
        .align = 8,
        .guard = guard,
        .span = {USER_HEAP, USER_HEAP_END},
    };
}

static struct heap_config pages_config(void) {
    return (struct heap_config){
        .policy = policy_find("first"),
        .owner = OWNER_UPAGE,
        .align = PAGE_SIZE,
        .span = {USER_PAGES, USER_HEAP},
    };
}

static int start_heaps(struct space *space, const struct policy *policy) {
    struct heap_world world = {map_heap, unmap, records, records_gone, space, owner_of};
    struct heap_config heap = heap_config(policy, space->guard), pages = pages_config();
    if (heap_init(&space->heap, &heap, &world)) {
        return E_NOMEM;
    }
    world.map = map_pages;
    if (heap_init(&space->pages, &pages, &world)) {
        heap_delete(&space->heap);
        return E_NOMEM;
    }
    return OK;
}

uint8_t space_slot(void) {
    for (uint8_t slot = 0; slot < SPACES; slot++) {
        if (!spaces[slot].pid) {
            return slot;
        }
    }
    return NO_SLOT;
}

struct space *space_new(uint16_t pid, const char *name, const struct regime *regime,
                        const struct policy *policy, bool guard) {
    uint8_t slot = space_slot();
    if (slot == NO_SLOT) {
        return NULL;
    }
    struct space *space = &spaces[slot];
    *space = (struct space){.slot = slot, .regime = regime, .guard = guard};
    for (int i = 0; i < NAME_BYTES - 1 && name[i]; i++) {
        space->name[i] = name[i];
    }
    struct actor before = actor;
    actor = (struct actor){.pid = pid, .slot = space->slot};
    bool made = paging_new(space) != 0;
    bool heaps = made && start_heaps(space, policy) == OK;
    bool entered = heaps && (!regime->enter || regime->enter(space) == OK);
    if (entered) {
        space->pid = pid;
        remember_name(space);
    } else if (heaps) {
        heap_delete(&space->pages);
        heap_delete(&space->heap);
    }
    if (made && !entered) {
        paging_delete(space);
    }
    actor = before;
    return entered ? space : NULL;
}

/* What EV_GONE says of a space that still knows its searches, and space_revive reads. */
static void space_gone(const struct space *space, const struct heap *heap, paddr_t directory) {
    struct region rest = {directory, heap->searches};
    struct event *e = event_emit(EV_GONE, OWNER_SYSTEM, space->image, rest);
    __builtin_memcpy(e->arg, space->name, NAME_BYTES);
    e->policy = heap->config.policy->code;
    e->arg[4] = (uint32_t)space->guard << 8 | regime_number(space->regime);
    e->arg[5] = heap->looked;
}

static struct heap empty_heap(const struct heap_config *config, uint8_t slot) {
    return (struct heap){
        .config = *config,
        .range = {config->span.start, config->span.start},
        .buddy = config->policy->buddy,
        .guards = config->guard && !config->policy->buddy,
        .slot = slot,
    };
}

void space_revive(struct space *copy, const struct event *gone) {
    const struct policy *policy = policy_by_code(gone->policy);
    *copy = (struct space){
        .pid = gone->pid,
        .slot = gone->slot,
        .guard = gone->arg[4] >> 8,
        .regime = regime_by_number(gone->arg[4] & 0xFF),
        .directory = gone->was.start,
        .image = gone->at,
    };
    __builtin_memcpy(copy->name, gone->arg, NAME_BYTES);
    struct heap_config heap = heap_config(policy, copy->guard), pages = pages_config();
    copy->heap = empty_heap(&heap, copy->slot);
    copy->pages = empty_heap(&pages, copy->slot);
    copy->heap.searches = gone->was.end;
    copy->heap.looked = gone->arg[5];
}

void space_delete(struct space *space) {
    const struct heap heap = space->heap; /* its figures, before it forgets them */
    paddr_t directory = space->directory;
    struct actor before = actor;
    actor = (struct actor){.pid = space->pid, .slot = space->slot};
    if (space->regime->leave) {
        space->regime->leave(space);
    }
    heap_delete(&space->heap);
    heap_delete(&space->pages);
    space_unmap(space, (struct region){0, KERNEL_BASE});
    paging_delete(space);
    space_gone(space, &heap, directory);
    actor = before;
    *space = (struct space){.slot = space->slot};
}

/* ---- stacks ---- */

struct region space_stack(int number) {
    vaddr_t top = USER_ARGUMENTS - (vaddr_t)number * STACK_SPAN;
    return (struct region){top - STACK_SPAN, top};
}

int space_stack_new(struct space *space) {
    int number = 0;
    while (number < STACKS && space->stacks >> number & 1) {
        number++;
    }
    if (number == STACKS) {
        return E_LIMIT;
    }
    struct region stack = space_stack(number);
    if (space_map(space, (struct region){stack.end - PAGE_SIZE, stack.end}, OWNER_STACK, true)) {
        return E_NOMEM;
    }
    space->stacks |= 1ull << number;
    return number;
}

void space_stack_delete(struct space *space, int number) {
    space_unmap(space, space_stack(number));
    space->stacks &= ~(1ull << number);
}

/* The number of the stack in use whose span holds the address, or -1. */
static int stack_at(const struct space *space, vaddr_t address) {
    if (address >= USER_ARGUMENTS || address < USER_ARGUMENTS - STACKS * STACK_SPAN) {
        return -1;
    }
    int number = (int)((USER_ARGUMENTS - 1 - address) / STACK_SPAN);
    return space->stacks >> number & 1 ? number : -1;
}

int space_fault(struct space *space, vaddr_t address) {
    int number = stack_at(space, address);
    vaddr_t page = round_down(address, PAGE_SIZE);
    if (number < 0 && space->regime->fault) {
        return space->regime->fault(space, address);
    }
    if (number < 0 || page == space_stack(number).start || paging_entry(NOW, space, page) & PG_PRESENT) {
        return E_FAULT;
    }
    return space_map(space, (struct region){page, page + PAGE_SIZE}, OWNER_STACK, true);
}

bool space_may(struct space *space, vaddr_t address, uint32_t size, bool write) {
    if (size == 0) {
        return true;
    }
    if (address >= KERNEL_BASE || size > KERNEL_BASE - address) {
        return false;
    }
    uint32_t bits = PG_PRESENT | PG_USER | (write ? PG_WRITE : 0);
    vaddr_t last = round_down(address + size - 1, PAGE_SIZE);
    for (vaddr_t page = round_down(address, PAGE_SIZE); page <= last; page += PAGE_SIZE) {
        bool may = (paging_entry(NOW, space, page) & bits) == bits;
        if (!may && (space_fault(space, page) || (paging_entry(NOW, space, page) & bits) != bits)) {
            return false;
        }
    }
    return true;
}

/* What malloc has made of the heap's span, or the regime in its place. */
static struct region heap_of(const struct space *space) {
    struct process_totals totals = {.heap = space->heap.range};
    if (space->regime->books) {
        space->regime->books->process(NOW, space, &totals);
    }
    return totals.heap;
}

enum owner space_owner(const struct space *space, vaddr_t address) {
    if (address >= KERNEL_BASE) {
        return OWNER_SYSTEM;
    }
    uint32_t entry = paging_entry(NOW, space, address);
    return entry & PG_PRESENT                        ? owners_frame(NOW, entry >> PAGE_SHIFT).owner
           : region_has(space->heap.range, address)  ? OWNER_HEAP
           : region_has(space->pages.range, address) ? OWNER_UPAGE
           : stack_at(space, address) >= 0           ? OWNER_STACK
                                                     : OWNER_FREE;
}

const char *space_place(const struct space *space, vaddr_t address) {
    int stack = stack_at(space, address);
    if (address >= KERNEL_BASE) {
        return "the kernel";
    }
    if (address >= USER_ARGUMENTS) {
        return "the arguments";
    }
    if (stack >= 0) {
        return round_down(address, PAGE_SIZE) == space_stack(stack).start ? "a stack's guard page"
                                                                          : "a stack";
    }
    if (region_has(space->image, address)) {
        return "the image";
    }
    if (region_has(space->heap.config.span, address)) {
        return region_has(heap_of(space), address) ? "the heap" : "past the heap";
    }
    if (region_has(space->pages.config.span, address)) {
        return region_has(space->pages.range, address) ? "the pages" : "past the pages";
    }
    return address < PAGE_SIZE ? "the null page" : "nothing";
}
