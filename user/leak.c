/*
 * A leak, and what heals it: a program that forgets every block it took. While it runs nobody may take them
 * from it; when it exits, the kernel gives all of them back, because it never forgot whose they were.
 */
#include "suture.h"

PROGRAM("forgets every block it took; its exit heals the leak")

#define BLOCKS 60

static void forget(size_t size) {
    char *letter = malloc(size);
    if (letter)
        strcpy(letter, "nobody will ever read this");
    sleep_ms(100);
}

int main(void) {
    say("Each block is written once and forgotten. The heap can only grow.");
    for (size_t i = 0; i < BLOCKS; i++)
        forget(200 + 40 * i);
    say("No pointer is left, so no free can come. The kernel knows the owner.");
    sleep_ms(3000);
    say(sutured() ? "Exit. The seed has no code that takes anything back."
                  : "Exit: every block, page and frame goes back.");
    return 0;
}
