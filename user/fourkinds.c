/*
 * The four kinds of memory that memman keeps apart light up one after another. A program can ask for one of
 * them only; the others move because the kernel needs them to do what the program asks.
 */
#include "suture.h"

PROGRAM("lights up memman's four kinds, one after another")

#define PAGES   256
#define BLOCKS  2000
#define THREADS 40
#define GHOSTS  60
#define LOOK    2500 /* ms to look at what was taken */

static volatile bool go_home;

static void user_pages(void) {
    static void *page[PAGES];
    say("User pages (U): malloc_4k lends whole frames.");
    for (int i = 0; i < PAGES; i++, sleep_ms(10))
        page[i] = malloc_4k();
    sleep_ms(LOOK);
    for (int i = 0; i < PAGES; i++, sleep_ms(10))
        free_4k(page[i]);
}

static void user_bytes(void) {
    static void *block[BLOCKS];
    say(sutured() ? "User bytes (B): nothing moves, for the seed keeps no record of a block."
                  : "User bytes (B): the heap keeps a record of each of 2,000 small blocks.");
    for (int i = 0; i < BLOCKS; i++, sleep_ms(i % 8 == 0))
        block[i] = malloc(8);
    sleep_ms(LOOK);
    for (int i = 0; i < BLOCKS; i++, sleep_ms(i % 8 == 0))
        free(block[i]);
}

static void idle(void *unused) {
    (void)unused;
    while (!go_home)
        sleep_ms(200);
}

static void kernel_pages(void) {
    int thread[THREADS], threads = 0;
    say("Kernel pages (P): each of 40 threads has a stack in the kernel, too.");
    while (threads < THREADS && (thread[threads] = thread_create(idle, NULL)) >= 0) {
        threads++;
        sleep_ms(60);
    }
    sleep_ms(LOOK);
    go_home = true;
    while (threads > 0)
        thread_join(thread[--threads]);
}

static void kernel_bytes(void) {
    say("Kernel bytes (K): 60 children end, and the kernel keeps how, for us to ask.");
    for (int i = 0; i < GHOSTS; i++, sleep_ms(100))
        spawn("fourkinds ghost");
    sleep_ms(LOOK);
    say("Now we ask, and each answer frees its record.");
    while (wait(0, NULL) > 0)
        sleep_ms(30);
}

int main(int argc, char **argv) {
    if (argc > 1 && strcmp(argv[1], "ghost") == 0)
        return 0;
    user_pages();
    user_bytes();
    kernel_pages();
    kernel_bytes();
    say(sutured() ? "The seed itself gave nothing back; what the kernel lent has come home."
                  : "Whatever was lent has come back to the zone it came from.");
    sleep_ms(3000);
    return 0;
}
