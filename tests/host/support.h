/*
 * For the host's programs that test mm/: a machine switched on, and random numbers that are the same every
 * time.
 */
#ifndef TESTS_SUPPORT_H
#define TESTS_SUPPORT_H

#include "mm/heap.h"
#include "mm/types.h"

/* Physical memory is new, no process is there, the clock stands at zero. memman_init comes next. */
void world_start(void);

/* For heaps of numbers alone: nothing is mapped, records come from the host's own calloc. */
extern const struct heap_world bare_heap_world;

/* A number below `limit`; random_start begins the row anew. */
uint32_t draw(uint32_t limit);
void random_start(uint32_t seed);

/* Random operations of one test: OPERATIONS in the environment, else half a million. */
uint32_t operations(void);

#endif
