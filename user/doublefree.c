/*
 * The oldest mistake: one block freed twice. If the second free were believed, two later callers would be
 * given the same memory. The kernel knows that the block has no owner any more, and refuses.
 */
#include "suture.h"

PROGRAM("frees one block twice")

int main(void) {
    char *left = malloc(400), *twice = malloc(400), *right = malloc(400);
    say("Three blocks. The one in the middle is freed ...");
    sleep_ms(2000);
    free(twice);
    sleep_ms(2000);

    say("... and freed again.");
    sleep_ms(1000);
    int answer = free(twice);
    printf("the second free returns %d%s\n", answer, answer == E_DOUBLE ? ": already free" : "");
    say(answer == OK ? "Accepted: 0. It stands in memman's table twice."
                     : "Refused: the block's record says that it is free.");
    sleep_ms(2000);

    char *yours = malloc(400), *mine = malloc(400);
    say(yours == mine  ? "Two callers now hold the same block!"
        : answer == OK ? "Two new blocks: this heap is never given back what was freed."
                       : "Two callers, two blocks: no harm was done.");
    printf("yours %p, mine %p\n", (void *)yours, (void *)mine);
    sleep_ms(3000);

    free(mine);
    free(yours);
    free(right);
    free(left);
    return 0;
}
