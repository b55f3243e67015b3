/*
 * The workloads.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "tests/bench/trace.h"

void *bench_memory(uint64_t size) {
    void *memory =
        mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED) {
        perror("mmap");
        exit(1);
    }
    return memory;
}

/* ---- Generated ---- */

#define OPERATIONS_MOST 400000u

static uint32_t random_state;

static uint32_t draw(uint32_t limit) {
    random_state = random_state * 1664525u + 1013904223u;
    return (uint32_t)(((uint64_t)(random_state >> 8) * limit) >> 24);
}

static void add(struct trace *t, char what, uint32_t id, uint32_t size) {
    t->operations[t->count++] = (struct operation){what, id, size};
    t->ids = id >= t->ids ? id + 1 : t->ids;
}

/* Blocks come and go in `slots` places until the row is full; `size` draws theirs. */
static void churn(struct trace *t, uint32_t slots, uint32_t turns, uint32_t (*size)(void)) {
    uint8_t *used = bench_memory(slots);
    for (uint32_t i = 0; i < turns; i++) {
        uint32_t id = draw(slots);
        add(t, used[id] ? 'f' : 'a', id, used[id] ? 0 : size());
        used[id] ^= 1;
    }
    for (uint32_t id = 0; id < slots; id++) {
        if (used[id]) {
            add(t, 'f', id, 0);
        }
    }
    munmap(used, slots);
}

/* As many of each power of two from 8 bytes to 32 KB, and anything between them. */
static uint32_t any_power(void) {
    uint32_t power = 8u << draw(12);
    return power + draw(power);
}

static uint32_t uniform(void) {
    return 1 + draw(4096);
}

/* The malloc lab's trap: small and large blocks side by side, the large ones freed, larger ones wanted. */
static void binary(struct trace *t) {
    const uint32_t pairs = 20000;
    for (uint32_t i = 0; i < pairs; i++) {
        add(t, 'a', 2 * i, 64);
        add(t, 'a', 2 * i + 1, 448);
    }
    for (uint32_t i = 0; i < pairs; i++) {
        add(t, 'f', 2 * i + 1, 0);
    }
    for (uint32_t i = 0; i < pairs; i++) {
        add(t, 'a', 2 * i + 1, 512);
    }
    for (uint32_t i = 0; i < 2 * pairs; i++) {
        add(t, 'f', i, 0);
    }
}

/* Buffers grow in turn, by doubling or by little, among small blocks that come and go. */
static void reallocs(struct trace *t) {
    const uint32_t buffers = 64, small = 2000;
    uint32_t size[64];
    uint8_t used[2000] = {0};
    for (uint32_t i = 0; i < buffers; i++) {
        size[i] = 64;
        add(t, 'a', i, 64);
    }
    for (uint32_t i = 0; i < 120000; i++) {
        uint32_t buffer = draw(buffers), id = draw(small);
        size[buffer] = size[buffer] > 200000 ? 64 : draw(8) ? size[buffer] + draw(200) : size[buffer] * 2;
        add(t, 'r', buffer, size[buffer]);
        add(t, used[id] ? 'f' : 'a', buffers + id, used[id] ? 0 : 16 + draw(100));
        used[id] ^= 1;
    }
    for (uint32_t i = 0; i < buffers + small; i++) {
        if (i < buffers || used[i - buffers]) {
            add(t, 'f', i, 0);
        }
    }
}

struct trace trace_generate(int n) {
    static const char *const names[GENERATED] = {"many sizes", "binary", "random", "realloc"};
    struct trace t = {.operations = bench_memory(OPERATIONS_MOST * sizeof(struct operation))};
    snprintf(t.name, sizeof t.name, "%s", names[n]);
    random_state = 1;
    switch (n) {
    case 0: churn(&t, 4000, 300000, any_power); break;
    case 1: binary(&t); break;
    case 2: churn(&t, 10000, 300000, uniform); break;
    default: reallocs(&t); break;
    }
    return t;
}

/* ---- Read ---- */

static _Noreturn void no_trace(const char *path, const char *why) {
    fprintf(stderr, "%s: %s\n", path, why);
    exit(1);
}

/* The numbers before the first operation: two or four. The file stands at the operation then. */
static void read_header(FILE *file, const char *path, struct trace *t, uint32_t *operations) {
    uint32_t numbers[4];
    int count = 0;
    while (count < 4 && fscanf(file, "%u", &numbers[count]) == 1) {
        count++;
    }
    if (count != 2 && count != 4) {
        no_trace(path, "the header has neither two nor four numbers");
    }
    t->ids = numbers[count == 4];
    *operations = numbers[count == 4 ? 2 : 1];
}

struct trace trace_read(const char *path) {
    struct trace t = {.count = 0};
    FILE *file = fopen(path, "r");
    uint32_t operations;
    if (!file) {
        perror(path);
        exit(1);
    }
    const char *slash = strrchr(path, '/');
    snprintf(t.name, sizeof t.name, "%s", slash ? slash + 1 : path);
    read_header(file, path, &t, &operations);
    t.operations = bench_memory(((uint64_t)operations + t.ids) * sizeof(struct operation) + 1);
    uint8_t *used = bench_memory((uint64_t)t.ids + 1);
    for (uint32_t i = 0; i < operations; i++) {
        struct operation o = {.size = 0};
        if (fscanf(file, " %c %u", &o.what, &o.id) != 2 || !strchr("arf", o.what) || o.id >= t.ids ||
            (o.what != 'f' && fscanf(file, "%u", &o.size) != 1)) {
            no_trace(path, "an operation is none");
        }
        if (used[o.id] != (o.what != 'a')) {
            no_trace(path, "an operation's block is not there, or there already");
        }
        used[o.id] = o.what != 'f';
        t.operations[t.count++] = o;
    }
    for (uint32_t id = 0; id < t.ids; id++) { /* some traces leave blocks behind */
        if (used[id]) {
            t.operations[t.count++] = (struct operation){'f', id, 0};
        }
    }
    munmap(used, (uint64_t)t.ids + 1);
    fclose(file);
    return t;
}

uint64_t trace_peak(const struct trace *trace, uint32_t *at) {
    uint64_t live = 0, peak = 0;
    uint32_t *size = bench_memory(trace->ids * sizeof *size + 1);
    for (uint32_t i = 0; i < trace->count; i++) {
        const struct operation *o = &trace->operations[i];
        live = live - size[o->id] + o->size;
        size[o->id] = o->size;
        if (live > peak) {
            peak = live;
            *at = i;
        }
    }
    munmap(size, trace->ids * sizeof *size + 1);
    return peak;
}
