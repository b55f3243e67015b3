/*
 * The bug that all of this grew from: malloc takes from one allocator, free gives to another. Four blocks are
 * taken, given back, and asked for again; then the addresses tell whether what was given back came home. Between
 * them stand small ones that stay, so that each free can be told from the next.
 */
#include "suture.h"

PROGRAM("malloc takes here: to whom does free give?")

#define BLOCKS 4

static const size_t size[BLOCKS] = {64, 120, 4096, 65536};
static void *first[BLOCKS], *again[BLOCKS];

static void take(void *block[BLOCKS]) {
    for (int i = 0; i < BLOCKS; i++) {
        block[i] = malloc(size[i]);
        if (block[i])
            memset(block[i], 'A' + i, size[i]);
        sleep_ms(800);
        malloc(40);
    }
}

static void give_back(void *block[BLOCKS]) {
    for (int i = 0; i < BLOCKS; i++) {
        int answer = free(block[i]);
        printf("free(%p) returns %d\n", block[i], answer);
        sleep_ms(800);
    }
}

int main(void) {
    say("Four blocks, from the process's heap. Each page gets a frame.");
    take(first);
    sleep_ms(2000);
    say("Now all four are freed. Watch who receives them.");
    sleep_ms(1500);
    give_back(first);
    say(sutured() ? "memman got them: free memory at addresses where it has no memory."
                  : "The heap got them, and gave its pages and frames back in turn.");
    sleep_ms(4000);

    say("The same four sizes once more.");
    take(again);
    bool home = again[0] == first[0];
    printf("first at %p, now at %p\n", first[0], again[0]);
    say(home ? "The same addresses: what was given back came home."
             : "New addresses: the old ones are lost. The heap can only grow.");
    sleep_ms(4000);
    give_back(again);
    return home;
}
