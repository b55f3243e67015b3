/*
 * What a call costs from ring 3, in ticks of the time stamp counter: instructions, under QEMU's -icount. Prints a
 * line `name=value` for each measure that `bench` is given by name, or that belongs to the group it names.
 */
#include "suture.h"

PROGRAM("measures what calls cost, in ticks")

#define BATCH   32
#define BATCHES 24

static uint64_t now_long(void) {
    uint32_t low, high;
    __asm__ volatile("rdtsc" : "=a"(low), "=d"(high));
    return (uint64_t)high << 32 | low;
}

static uint32_t now(void) {
    return (uint32_t)now_long();
}

static uint32_t call(uint32_t number, uint32_t a, uint32_t b) {
    uint32_t result;
    __asm__ volatile("int $0x80" : "=a"(result) : "a"(number), "b"(a), "c"(b) : "memory");
    return result;
}

/* Ticks of one round of `what`, as the quietest of many batches has it: no timer came in between. */
static void measure(const char *name, void (*what)(void), unsigned rounds, unsigned batches) {
    uint32_t least = ~0u;
    for (unsigned i = 0; i < batches; i++) {
        uint32_t began = now();
        for (unsigned n = 0; n < rounds; n++)
            what();
        uint32_t took = (now() - began) / rounds;
        least = took < least ? took : least;
    }
    printf("%s=%u\n", name, (unsigned)least);
}

static void null_syscall(void) {
    call(SYS_NULL, 0, 0);
}

static void pair_64(void) {
    call(SYS_FREE, call(SYS_MALLOC, 64, 0), 0);
}

/* A hole that the pair fills exactly, between live neighbours on one page. */
static void make_room(void) {
    uint32_t blocks[64];
    int n = 0;
    do
        blocks[n] = call(SYS_MALLOC, 64, 0);
    while (++n < 3 || blocks[n - 1] >> 12 != blocks[n - 3] >> 12 || (blocks[n - 1] & 4095) > 4000);
    call(SYS_FREE, blocks[n - 2], 0);
}

/* malloc alone: the free before it is not counted. */
static void measure_cold(void) {
    uint32_t least = ~0u;
    for (unsigned i = 0; i < BATCHES; i++) {
        uint32_t began = now();
        uint32_t block = call(SYS_MALLOC, 65536, 0);
        uint32_t took = now() - began;
        least = took < least ? took : least;
        call(SYS_FREE, block, 0);
    }
    printf("malloc_65536_cold=%u\n", (unsigned)least);
}

/* So many holes of 16 bytes between blocks of 16: each too small for 64. */
static void measure_holes(const char *name, unsigned holes) {
    uint32_t *small = (uint32_t *)call(SYS_MALLOC, holes * 2 * sizeof *small, 0);
    for (unsigned i = 0; i < holes * 2; i++)
        small[i] = call(SYS_MALLOC, 12, 0);
    for (unsigned i = 0; i < holes * 2; i += 2)
        call(SYS_FREE, small[i], 0);
    make_room();
    measure(name, pair_64, BATCH, BATCHES);
}

/* So many blocks of many sizes with holes between them, and then nothing happens any more. */
static void stand_still(unsigned count) {
    uint32_t *blocks = (uint32_t *)call(SYS_MALLOC, 2 * count * sizeof *blocks, 0);
    for (unsigned i = 0; i < 2 * count; i++)
        blocks[i] = call(SYS_MALLOC, 8 + (uint32_t)rand() % 400, 0);
    for (unsigned i = 0; i < 2 * count; i += 2)
        call(SYS_FREE, blocks[i], 0);
    printf("bench: stands still\n");
    for (;;)
        sleep_ms(60000);
}

/* A storm: so many mallocs and frees, in random order, of many sizes. Milliseconds would be too coarse: ticks in units
 * of 1,024. */
static void storm(const char *name, unsigned calls) {
    static uint32_t blocks[2000];
    uint64_t began = now_long();
    for (unsigned i = 0; i < calls; i++) {
        uint32_t *block = &blocks[(unsigned)rand() % (sizeof blocks / sizeof *blocks)];
        if (*block)
            *block = call(SYS_FREE, *block, 0);
        else
            *block = call(SYS_MALLOC, 8 + (uint32_t)rand() % 1000, 0);
    }
    printf("%s=%u\n", name, (unsigned)((now_long() - began) >> 10));
}

static void yield_once(void) {
    call(SYS_YIELD, 0, 0);
}

int main(int argc, char **argv) {
    const char *what = argc > 1 ? argv[1] : "";
    const char *name = argc > 2 ? argv[2] : what;
    if (!strcmp(what, "calls")) {
        measure("null_syscall", null_syscall, BATCH, BATCHES);
        measure("malloc_free_64_lone", pair_64, BATCH, BATCHES);
        make_room();
        measure("malloc_free_64", pair_64, BATCH, BATCHES);
    } else if (!strcmp(what, "cold")) {
        measure_cold();
    } else if (!strcmp(what, "holes") && argc > 3) {
        measure_holes(name, (unsigned)atoi(argv[3]));
    } else if (!strcmp(what, "still") && argc > 2) {
        stand_still((unsigned)atoi(argv[2]));
    } else if (!strcmp(what, "storm") && argc > 3) {
        storm(name, (unsigned)atoi(argv[3]));
    } else if (!strcmp(what, "partner")) {
        for (;;)
            yield_once();
    } else if (!strcmp(what, "switch")) {
        int partner = spawn("bench partner");
        sleep_ms(50);
        /* A yield goes to the partner and comes back: two switches. */
        uint32_t least = ~0u;
        for (unsigned i = 0; i < BATCHES; i++) {
            uint32_t began = now();
            for (unsigned n = 0; n < BATCH; n++)
                yield_once();
            uint32_t took = (now() - began) / (2 * BATCH);
            least = took < least ? took : least;
        }
        printf("context_switch=%u\n", (unsigned)least);
        printf("partner=%d\n", partner);
    } else {
        printf("bench: expected calls, cold, switch, holes NAME COUNT, still COUNT or storm NAME COUNT\n");
        return 1;
    }
    printf("bench: done\n");
    return 0;
}
