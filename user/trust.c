/*
 * A free that believes what it is told: any address, any size (the seed's cases 5, 6 and 11). "trust 5" and so on,
 * or all of them.
 */
#include "suture.h"

PROGRAM("a free that believes any address and any size")

static int give_back(const char *what, uint32_t address, uint32_t size) {
    say(what);
    sleep_ms(2000);
    int answer = do_free(address, size);
    printf("do_free(%08x, %u): %d\n", (unsigned)address, (unsigned)size, answer);
    say(answer == OK ? "Accepted: 0. It is in the table now."
                     : "Refused: the pointer decides, and it is not so.");
    sleep_ms(2500);
    return answer;
}

static void never_lent(void) {
    give_back("Case 5: memory that nobody ever took, in the middle of the free.", 0x00900000, 4096);
}

static void wrong_size(void) {
    uint32_t mine = do_malloc(4096), yours = do_malloc(4096);
    bool swallowed = give_back("Case 6: 4,096 bytes are freed as 8,192.", mine, 8192) == OK;
    uint32_t third = do_malloc(8192);
    say(third < yours && yours < third + 8192 ? "A third caller has the neighbour's memory too."
                                              : "The neighbour keeps what it has.");
    sleep_ms(3000);
    if (!swallowed)
        do_free(mine, 4096);
    uint32_t small = do_malloc(4096);
    give_back("And 4,096 bytes freed as 100: who misses the rest?", small, 100);
}

static void in_use(void) {
    give_back("Case 11: the page directory of a living process, 00400000.", 0x00400000, 4096);
    uint32_t page = do_kmalloc_4k();
    printf("do_kmalloc_4k: %08x\n", (unsigned)page);
    say(page == 0x00400000 ? "The next kernel page is that directory."
                           : "No program gets the kernel's pages.");
    sleep_ms(3000);
}

int main(int argc, char **argv) {
    static void (*const cases[])(void) = {[5] = never_lent, [6] = wrong_size, [11] = in_use};
    int wanted = argc > 1 ? atoi(argv[1]) : 0;
    for (int number = 5; number <= 11; number++)
        if (cases[number] && (!wanted || wanted == number))
            cases[number]();
    return 0;
}
