/*
 * The world of mm/ on the host (mm/world.h): physical memory is an anonymous mapping of 4 GB of which only
 * what is touched exists, and a program's memory is reached through its page tables, as the processor would.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "mm/events.h"
#include "mm/memman.h"
#include "mm/paging.h"
#include "mm/space.h"
#include "mm/world.h"
#include "tests/host/support.h"

#define MEMORY (1ull << 32)

uint8_t *world_window;

void world_start(void) {
    if (world_window) {
        munmap(world_window, MEMORY);
    }
    world_window =
        mmap(NULL, MEMORY, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (world_window == MAP_FAILED) {
        world_panic("the host has no room for physical memory");
    }
    memset(spaces, 0, sizeof spaces);
    actor = (struct actor){.slot = NO_SLOT};
    events_clock = 0;
    memman_fail = 0;
}

static uint32_t random_state;

void random_start(uint32_t seed) {
    random_state = seed;
}

uint32_t draw(uint32_t limit) {
    random_state = random_state * 1664525u + 1013904223u;
    return (uint32_t)(((uint64_t)(random_state >> 8) * limit) >> 24);
}

uint32_t operations(void) {
    const char *text = getenv("OPERATIONS");
    return text ? (uint32_t)strtoul(text, NULL, 0) : 500000;
}

void world_fill_frames(struct region frames, uint32_t word) {
    uint32_t *to = phys(frames.start);
    for (uint32_t i = 0; i < region_size(frames) / 4; i++) {
        to[i] = word;
    }
}

/* A byte of the acting process's memory. */
static uint8_t *user(vaddr_t address) {
    uint32_t entry = paging_entry(NOW, &spaces[actor.slot], address);
    if (!(entry & PG_PRESENT)) {
        world_panic("the kernel touched a page of the program that is not mapped");
    }
    return (uint8_t *)phys(entry & PG_FRAME) + (address & PAGE_MASK);
}

void world_fill_user(struct region bytes, uint8_t value) {
    while (!region_empty(bytes)) {
        uint32_t size = smaller(region_size(bytes), PAGE_SIZE - (bytes.start & PAGE_MASK));
        memset(user(bytes.start), value, size);
        bytes.start += size;
    }
}

vaddr_t world_check_user(struct region bytes, uint8_t value) {
    vaddr_t a = bytes.start;
    while (a != bytes.end && *user(a) == value) {
        a++;
    }
    return a;
}

void world_copy_user(vaddr_t to, vaddr_t from, uint32_t size) {
    for (uint32_t i = 0; i < size; i++) {
        *user(to + i) = *user(from + i);
    }
}

void world_flush_page(vaddr_t page) {
    (void)page;
}

uint32_t world_now(void) {
    return events_clock;
}

_Noreturn void world_panic(const char *what) {
    fprintf(stderr, "panic: %s\n", what);
    abort();
}

static void *records(void *context) {
    (void)context;
    return calloc(1, HEAP_RECORDS);
}

static void records_gone(void *context, void *memory) {
    (void)context;
    free(memory);
}

const struct heap_world bare_heap_world = {NULL, NULL, records, records_gone, NULL, NULL};
