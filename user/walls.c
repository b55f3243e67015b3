/*
 * The seed's zones stand side by side in one table, kept apart by gaps of a single page. Free a gap, and two
 * zones become one range (its case 7).
 */
#include "suture.h"

PROGRAM("frees the gap between two zones")

static bool try(const char *what) {
    say(what);
    sleep_ms(1500);
    uint32_t block = do_malloc(100);
    printf("do_malloc(100): %08x\n", (unsigned)block);
    sleep_ms(1500);
    return block != SEED_FAILED && do_free(block, 100) == OK;
}

int main(void) {
    try("Before: do_malloc finds 100 bytes above 00800000.");
    say("The page below 00800000 belongs to nobody. It is freed.");
    sleep_ms(2000);
    int answer = do_free(0x007FF000, 4096);
    printf("do_free(007ff000, 4096): %d\n", answer);
    say(answer == OK ? "Two ranges touched and became one. It starts below 00800000."
                     : "Refused: nobody lent it, so nobody can give it back.");
    sleep_ms(3000);
    bool found = try("And now 100 bytes again.");
    say(found ? "Found, as before." : "Not found: 8 MB are free, but the range starts in another zone.");
    sleep_ms(4000);

    say("The page below 01000000, the wall to the frames of heaps, is freed, too.");
    sleep_ms(2000);
    answer = do_free(0x00FFF000, 4096);
    printf("do_free(00fff000, 4096): %d\n", answer);
    printf("malloc(16): %p\n", malloc(16));
    say(answer == OK ? "Now malloc finds no frame. It returns an address that maps nothing."
                     : "Refused. malloc has a frame behind its block, as ever.");
    sleep_ms(4000);
    return 0;
}
