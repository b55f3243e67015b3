/*
 * Fragmentation in its purest form: half of the memory is free, and a request for a quarter of it fits
 * nowhere, because it lies in holes.
 */
#include "suture.h"

PROGRAM("half is free, and still nothing fits")

#define BLOCKS 16
#define SIZE   1000

static char *block[BLOCKS];

static void give_up(int i) {
    free(block[i]);
    block[i] = NULL;
    sleep_ms(250);
}

static void try_to_fit(size_t size) {
    char *end = block[BLOCKS - 1] + SIZE;
    char *big = malloc(size);
    bool behind = big >= end;
    say(!behind     ? "It fits into a hole."
        : sutured() ? "It stands behind all others: the seed's heap never looks back."
                    : "No hole is large enough: it stands behind all others.");
    printf("%zu bytes stand at %p, %s\n", size, (void *)big, behind ? "behind all others" : "in a hole");
    sleep_ms(3000);
    free(big);
}

int main(void) {
    say("Sixteen blocks of 1,000 bytes, side by side.");
    for (int i = 0; i < BLOCKS; i++) {
        block[i] = malloc(SIZE);
        sleep_ms(250);
    }
    say("Every other one is freed: 8,000 bytes, but no two side by side.");
    for (int i = 0; i < BLOCKS; i += 2)
        give_up(i);
    try_to_fit(2 * SIZE);
    say(sutured() ? "One more is freed: three free ranges become one, in memman's table."
                  : "One more is freed, and three holes become one.");
    give_up(5);
    try_to_fit(2 * SIZE);
    return 0;
}
