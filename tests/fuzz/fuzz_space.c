/*
 * Fuzzes a process's memory: its heap with real pages, guards and contents, its pages, its stacks, and memory
 * that runs out at any moment. What a block holds must stay, the audit must agree, everything must come home.
 */
#include "mm/audit.h"
#include "mm/events.h"
#include "mm/memman.h"
#include "mm/paging.h"
#include "mm/policy.h"
#include "mm/regime.h"
#include "tests/fuzz/input.h"
#include "tests/host/support.h"

#define MOST 64

static struct held {
    vaddr_t address;
    uint32_t size;
    uint8_t value; /* every byte of it */
} held[MOST], pages[MOST];
static uint32_t holding, pages_held;
static struct space *space;

static void complain(void *context, const struct difference *d) {
    (void)context;
    world_panic(d->what);
}

static void machine_start(void) {
    static const struct boot_map map = {2, {{0, 0x9F000}, {0x100000, 0x800000}}};
    world_start();
    must(memman_init(&map, 0x200000) == OK);
    paging_kernel = memman_alloc(ZONE_P, PAGE_SIZE, OWNER_KPAGE, NO_SLOT);
}

static struct region bytes_of(const struct held *h, uint32_t most) {
    return (struct region){h->address, h->address + (h->size < most ? h->size : most)};
}

/* The first and the last page of it are enough, and quick. */
static void fill(const struct held *h) {
    struct region front = bytes_of(h, PAGE_SIZE);
    world_fill_user(front, h->value);
    world_fill_user((struct region){h->address + h->size - region_size(front), h->address + h->size},
                    h->value);
}

static void must_hold(const struct held *h, uint32_t kept) {
    struct region front = bytes_of(h, kept < PAGE_SIZE ? kept : PAGE_SIZE);
    must(world_check_user(front, h->value) == front.end);
}

static void take(struct input *in) {
    uint32_t asked = size(in);
    if (holding == MOST) {
        return;
    }
    struct held h = {heap_alloc(&space->heap, asked), asked, (uint8_t)byte(in)};
    if (h.address) {
        must(h.address % 8 == 0);
        fill(&h);
        held[holding++] = h;
    }
}

/* Writes one byte behind the block at times. True: the heap must notice. */
static bool overrun(struct input *in, const struct held *h) {
    const struct tile *t = heap_block(&space->heap, h->address);
    must(t && t->asked == h->size);
    vaddr_t body_end = t->at.end - (t->guard_page ? PAGE_SIZE : 0), behind = h->address + h->size;
    bool wrong = byte(in) < 16 && behind < body_end;
    if (wrong) {
        world_fill_user((struct region){behind, behind + 1}, 1);
    }
    return wrong && space->guard && !space->heap.config.policy->buddy;
}

/* Overruns named since event `seq`. */
static uint32_t overruns_since(uint32_t seq) {
    uint32_t count = 0;
    for (const struct event *e; (e = event_at(seq)); seq++) {
        count += e->kind == EV_REFUSED && (int)e->arg[0] == E_OVERRUN;
    }
    return count;
}

static void give(struct input *in) {
    if (!holding) {
        return;
    }
    struct held *h = &held[byte(in) % holding];
    must_hold(h, h->size);
    bool wrong = overrun(in, h);
    must(heap_free(&space->heap, h->address) == (wrong ? E_OVERRUN : OK));
    must(heap_free(&space->heap, h->address) < 0);
    *h = held[--holding];
}

static void change(struct input *in) {
    if (!holding) {
        return;
    }
    struct held *h = &held[byte(in) % holding];
    bool wrong = overrun(in, h);
    uint32_t asked = size(in), seq = events.next;
    vaddr_t moved = heap_realloc(&space->heap, h->address, asked);
    must(overruns_since(seq) == wrong);
    if (moved) {
        uint32_t kept = asked < h->size ? asked : h->size;
        h->address = moved;
        must_hold(h, kept);
        h->size = asked;
        fill(h);
    } else {
        must_hold(h, h->size);
    }
}

static void turn_pages(struct input *in) {
    if (byte(in) % 2 && pages_held) {
        struct held *h = &pages[byte(in) % pages_held];
        must_hold(h, PAGE_SIZE);
        must(space->regime->free_4k(space, h->address) == OK);
        *h = pages[--pages_held];
    } else if (pages_held < MOST) {
        struct held h = {space->regime->malloc_4k(space), PAGE_SIZE, (uint8_t)byte(in)};
        if (h.address) {
            must(h.address % PAGE_SIZE == 0);
            fill(&h);
            pages[pages_held++] = h;
        }
    }
}

static void turn_stacks(struct input *in) {
    uint32_t number = byte(in) % STACKS;
    bool used = space->stacks >> number & 1;
    switch (byte(in) % 3) {
    case 0: space_stack_new(space); break;
    case 1:
        if (used) {
            space_stack_delete(space, (int)number);
        }
        break;
    case 2: {
        vaddr_t address = space_stack((int)number).start + (word(in) % STACK_SPAN);
        bool there = paging_entry(NOW, space, address) & PG_PRESENT;
        bool may = used && address >= space_stack((int)number).start + PAGE_SIZE && !there;
        int got = space_fault(space, address);
        must(may ? got == OK || got == E_NOMEM : got == E_FAULT);
        break;
    }
    }
}

static void turn(struct input *in) {
    uint32_t what = byte(in);
    switch (what >> 4) {
    default: take(in); break;
    case 6:
    case 7:
    case 8:
    case 9: give(in); break;
    case 10:
    case 11: change(in); break;
    case 12: turn_pages(in); break;
    case 13: turn_stacks(in); break;
    case 14: memman_fail = what & 15; break;
    case 15: {
        vaddr_t address = word(in);
        bool known = false;
        for (uint32_t i = 0; i < holding; i++) {
            known = known || held[i].address == address;
        }
        must(known || heap_free(&space->heap, address) < 0);
        space_may(space, word(in), size(in), what & 1);
        break;
    }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t length) {
    struct input in = {data, data + length};
    uint32_t used[ZONES], policies = (uint32_t)(__stop_policies - __start_policies);
    if (!world_window) {
        machine_start();
    }
    for (int z = 0; z < ZONES; z++) {
        used[z] = memman_used((enum zone)z);
    }
    uint32_t kind = byte(&in);
    memman_fail = byte(&in) % 16;
    space = space_new(7, "fuzzed", regime_find("healed"), __start_policies[kind % policies], kind & 128);
    holding = pages_held = 0;
    if (space) {
        actor = (struct actor){.pid = 7, .slot = space->slot};
        while (in.at < in.end) {
            turn(&in);
        }
        audit_all(complain, NULL);
        for (uint32_t i = 0; i < holding; i++) {
            must_hold(&held[i], held[i].size);
        }
        memman_fail = 0;
        actor = (struct actor){.slot = NO_SLOT};
        space_delete(space);
    }
    memman_fail = 0;
    for (int z = 0; z < ZONES; z++) {
        must(memman_used((enum zone)z) == used[z]);
    }
    return 0;
}
