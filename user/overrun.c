/*
 * Writes past the end of its blocks. With guards a few bytes too many are found when the block is freed; past a block
 * of whole pages stands a guard page that is not mapped, so there the first byte too many ends the program.
 */
#include "suture.h"

PROGRAM("writes past the end of its blocks")

int main(void) {
    char *name = malloc(20), *neighbour = malloc(20);
    strcpy(neighbour, "still here");
    say("20 bytes are asked for, and 24 written.");
    memset(name, 'x', 24);
    sleep_ms(3000);

    int answer = free(name);
    bool caught = answer == E_OVERRUN;
    say(caught ? "At free the guard behind the block is damaged: caught, and named."
        : strcmp(neighbour, "still here") == 0
            ? "free returns 0: there was no guard, and nobody noticed."
            : "free returns 0, and the neighbour's words were overwritten.");
    printf("free returns %d; the neighbour says: %s\n", answer, neighbour);
    sleep_ms(3000);
    free(neighbour);

    char *page = malloc(4096);
    say(caught ? "A block of a whole page has a whole page for a guard."
               : "Now a block of a whole page: no guard stands behind it either.");
    memset(page, 'y', 4096);
    sleep_ms(3000);
    say("One byte more ...");
    sleep_ms(1000);
    page[4096] = 'z';

    say("Written, and nobody noticed: whose byte was it?");
    printf("nobody noticed\n");
    sleep_ms(3000);
    return 1;
}
