/*
 * Our heap as an allocator of the host: its range is one large mapping, a page that comes is zeroed as the
 * kernel does it. What an event costs is in it; page tables and system calls are not.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mm/events.h"
#include "mm/policy.h"
#include "mm/space.h"
#include "mm/world.h"
#include "tests/bench/allocator.h"
#include "tests/bench/trace.h"

#define RING        65536u
#define KERNEL_TILE 72u /* sizeof(struct tile) where pointers have four bytes */

uint8_t *world_window;
static uint8_t *arena; /* address USER_HEAP of the heap */
static struct heap heap;
static const struct policy *policy;
static uint32_t peak_mapped, chunks;

static uint8_t *host(vaddr_t address) {
    return arena + (address - USER_HEAP);
}

/* ---- The world of mm/ ---- */

void world_fill_frames(struct region frames, uint32_t word) {
    (void)frames;
    (void)word;
}

void world_fill_user(struct region bytes, uint8_t value) {
    memset(host(bytes.start), value, region_size(bytes));
}

vaddr_t world_check_user(struct region bytes, uint8_t value) {
    vaddr_t a = bytes.start;
    while (a != bytes.end && *host(a) == value) {
        a++;
    }
    return a;
}

void world_copy_user(vaddr_t to, vaddr_t from, uint32_t size) {
    memcpy(host(to), host(from), size);
}

void world_flush_page(vaddr_t page) {
    (void)page;
}

uint32_t world_now(void) {
    return 0;
}

_Noreturn void world_panic(const char *what) {
    fprintf(stderr, "panic: %s\n", what);
    abort();
}

/* ---- The heap's world ---- */

static int map(void *context, struct region pages) {
    (void)context;
    memset(host(pages.start), 0, region_size(pages));
    uint32_t mapped = heap.mapped + (region_size(pages) >> PAGE_SHIFT);
    peak_mapped = mapped > peak_mapped ? mapped : peak_mapped;
    return OK;
}

static void unmap(void *context, struct region pages) {
    (void)context;
    (void)pages;
}

static uint8_t *records_from;
static uint32_t chunks_free;

/* Chunks go back all together, when the heap ends. */
static void *records(void *context) {
    (void)context;
    return records_from + (size_t)chunks++ * PAGE_SIZE;
}

static void records_gone(void *context, void *memory) {
    (void)context;
    (void)memory;
    chunks_free++;
}

/* ---- The allocator ---- */

static void start(void) {
    static const struct heap_world world = {map, unmap, records, records_gone, NULL, NULL};
    struct heap_config config = {
        .policy = policy, .owner = OWNER_HEAP, .align = 8, .span = {USER_HEAP, USER_HEAP_END}};
    peak_mapped = chunks = 0;
    if (heap_init(&heap, &config, &world)) {
        world_panic("the heap does not start");
    }
}

static void end(void) {
    heap_delete(&heap);
}

static void *ours_malloc(size_t size) {
    vaddr_t address = heap_alloc(&heap, (uint32_t)size);
    return address ? host(address) : NULL;
}

static vaddr_t address_of(const void *block) {
    return USER_HEAP + (vaddr_t)((const uint8_t *)block - arena);
}

static void *ours_realloc(void *block, size_t size) {
    vaddr_t address = heap_realloc(&heap, address_of(block), (uint32_t)size);
    return address ? host(address) : NULL;
}

static void ours_free(void *block) {
    heap_free(&heap, address_of(block));
}

static void peak(uint64_t *pages, uint64_t *all) {
    uint64_t tiles = (uint64_t)chunks * ((HEAP_RECORDS - sizeof(void *)) / sizeof(struct tile));
    *pages = (uint64_t)peak_mapped * PAGE_SIZE;
    *all = *pages + tiles * KERNEL_TILE;
}

const struct allocator *ours(const char *name) {
    static const struct allocator allocator = {start, ours_malloc, ours_realloc, ours_free, end, peak};
    policy = policy_find(name);
    arena = bench_memory(USER_HEAP_END - USER_HEAP);
    records_from = bench_memory(1ull << 30);
    events_init(bench_memory(RING * sizeof(struct event)), RING);
    return policy ? &allocator : NULL;
}
