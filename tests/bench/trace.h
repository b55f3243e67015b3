/*
 * Workloads of the host benchmark: rows of malloc, realloc and free, generated or read from a file of the
 * malloc lab (CS:APP). Every block is freed in the end.
 */
#ifndef TESTS_BENCH_TRACE_H
#define TESTS_BENCH_TRACE_H

#include <stdint.h>

struct operation {
    char what; /* 'a' malloc, 'r' realloc, 'f' free */
    uint32_t id, size;
};

struct trace {
    char name[32];
    uint32_t ids, count;
    struct operation *operations;
};

#define GENERATED 4

/* Number n of the generated ones: many sizes, binary, random, realloc. */
struct trace trace_generate(int n);

/*
 * Reads `a id size`, `r id size`, `f id` lines behind a header of two lines (ids, operations) or four (heap
 * size, ids, operations, weight). Ends the program with a message when the file is no such trace.
 */
struct trace trace_read(const char *path);

/* Most bytes asked for and not yet freed at any moment; *at: the operation after which it was so. */
uint64_t trace_peak(const struct trace *trace, uint32_t *at);

/* Memory that no malloc hands out: measuring one allocator must not use another. */
void *bench_memory(uint64_t size);

#endif
