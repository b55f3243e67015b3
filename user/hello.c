/*
 * The smallest program: one block, taken, used and given back. A good one to copy.
 */
#include "suture.h"

PROGRAM("says hello from a block of memory")

int main(void) {
    char *greeting = malloc(64);
    if (!greeting)
        return 1;
    snprintf(greeting, 64, "Hello! These words stand at %p.", (void *)greeting);
    say(greeting);
    printf("%s\n", greeting);
    sleep_ms(3000);
    free(greeting);
    return 0;
}
