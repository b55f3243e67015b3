/*
 * The four kinds of memory that memman keeps apart light up one after another. A program can ask for one of
 * them only; the others move because the kernel needs them to do what the program asks.
 */
#include "suture.h"

PROGRAM("lights up memman's four kinds, one after another")

#define PAGES  64
#define BLOCKS 1600
#define OTHERS 24

static void user_pages(void) {
    void *page[PAGES];
    say("User pages (U): malloc_4k lends whole frames.");
    for (int i = 0; i < PAGES; i++, sleep_ms(40))
        page[i] = malloc_4k();
    for (int i = 0; i < PAGES; i++, sleep_ms(40))
        free_4k(page[i]);
}

static void rest(int i) {
    if (i % 8 == 0)
        sleep_ms(20);
}

static void user_bytes(void) {
    static void *block[BLOCKS];
    say("User bytes (B): sixteen hundred small blocks need a record each.");
    for (int i = 0; i < BLOCKS; i++, rest(i))
        block[i] = malloc(8);
    for (int i = 0; i < BLOCKS; i++, rest(i))
        free(block[i]);
}

static void kernel_memory(void) {
    say("Kernel pages (P), kernel bytes (K): each new process needs both.");
    for (int i = 0; i < OTHERS; i++, sleep_ms(150))
        spawn("fourkinds guest");
    while (wait(0, NULL) > 0)
        sleep_ms(100);
}

int main(int argc, char **argv) {
    if (argc > 1 && strcmp(argv[1], "guest") == 0) {
        sleep_ms(5000);
        return 0;
    }
    user_pages();
    sleep_ms(1500);
    user_bytes();
    sleep_ms(1500);
    kernel_memory();
    say("Whatever was lent has come back to the zone it came from.");
    sleep_ms(3000);
    return 0;
}
