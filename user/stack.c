/*
 * The one memory that nobody asks for: a stack grows by page faults. Each call here uses about a page, so
 * each touches a new one and the kernel lends a frame. Below the last page stands the guard: there it ends.
 */
#include "suture.h"

PROGRAM("calls itself until its stack meets the guard page")

#define DEPTH 400 /* more pages than a stack has */

static int deeper(int depth) {
    volatile char room[4000];
    room[0] = (char)depth;
    if (depth % 32 == 0)
        printf("call %d, its room at %p\n", depth, (const void *)room);
    sleep_ms(40);
    return depth == DEPTH ? depth : deeper(depth + 1) + room[0];
}

int main(void) {
    say("Every call touches one page more, and the stack grows by one frame.");
    sleep_ms(2000);
    deeper(1);
    printf("the stack had no end\n");
    return 1;
}
