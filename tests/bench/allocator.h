/*
 * What the host benchmark measures: an allocator, its answers pointers of the host.
 */
#ifndef TESTS_BENCH_ALLOCATOR_H
#define TESTS_BENCH_ALLOCATOR_H

#include <stddef.h>
#include <stdint.h>

struct allocator {
    void (*start)(void);
    void *(*malloc)(size_t size);
    void *(*realloc)(void *block, size_t size);
    void (*free)(void *block);
    void (*end)(void);
    /* Most bytes of pages, and of pages and book-keeping, since start; NULL: the process's own growth tells.
     */
    void (*peak)(uint64_t *pages, uint64_t *all);
};

/* Our heap under a policy, as a process has it, pages included; NULL: no such policy. */
const struct allocator *ours(const char *policy);

#endif
