/*
 * For the fuzzers: the input as a row of numbers, and what must hold.
 */
#ifndef TESTS_FUZZ_INPUT_H
#define TESTS_FUZZ_INPUT_H

#include "mm/types.h"
#include "mm/world.h"

struct input {
    const uint8_t *at, *end;
};

/* The next byte; zeros follow the last one. */
static inline uint32_t byte(struct input *in) {
    return in->at < in->end ? *in->at++ : 0;
}

static inline uint32_t half(struct input *in) {
    uint32_t low = byte(in);
    return low | byte(in) << 8;
}

static inline uint32_t word(struct input *in) {
    uint32_t low = half(in);
    return low | half(in) << 16;
}

/* Mostly small numbers, any number at times. */
static inline uint32_t size(struct input *in) {
    uint32_t kind = byte(in);
    return kind < 200 ? byte(in) : kind < 250 ? half(in) : word(in);
}

#define TEXT(x)         #x
#define LINE(x)         TEXT(x)
#define must(condition) ((condition) ? (void)0 : world_panic(__FILE__ ":" LINE(__LINE__) ": " #condition))

/* For functions that return NULL or what is wrong. */
static inline void agree(const char *wrong) {
    if (wrong) {
        world_panic(wrong);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t length);

#endif
