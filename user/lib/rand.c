/*
 * Numbers that look random and are the same on every machine: a linear congruential generator, of which the
 * upper half is used.
 */
#include "suture.h"

static uint32_t state = 1;

void srand(unsigned seed) {
    state = seed;
}

int rand(void) {
    state = state * 1103515245u + 12345u;
    return (int)(state >> 16 & RAND_MAX);
}
