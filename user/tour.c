/*
 * A tour of the screen: what each part of the overview shows, from top to bottom, and something happens there while
 * it is named. A good first program for a class; view overview shows it.
 */
#include "suture.h"

PROGRAM("a tour: what everything on the screen is")

#define BLOCKS 12

static void *block[BLOCKS];

static void look(const char *text) {
    say(text);
    sleep_ms(5000);
}

static void take(size_t size) {
    for (int i = 0; i < BLOCKS; i++, sleep_ms(250))
        block[i] = malloc(size);
}

static void give_back(int first, int every) {
    for (int i = first; i < BLOCKS; i += every, sleep_ms(250)) {
        free(block[i]);
        block[i] = NULL;
    }
}

static void physical(void) {
    look("PHYSICAL is all memory there is, in frames. Colour means: whose.");
    say("Whole pages are yellow, U: here come sixteen.");
    void *page[16];
    for (int i = 0; i < 16; i++, sleep_ms(200))
        page[i] = malloc_4k();
    sleep_ms(2000);
    say("And back. What just changed is white for a moment.");
    for (int i = 0; i < 16; i++, sleep_ms(200))
        free_4k(page[i]);
}

static void heap(void) {
    look("HEAP is what malloc cuts up: this program's addresses, byte by byte.");
    say("Twelve blocks of 700 bytes, side by side.");
    take(700);
    look("PAGE TABLE: the same addresses by pages. Each needs a frame behind it.");
    say(sutured() ? "Every other block is freed, to a table that never owned it."
                  : "Every other block is freed: holes, on pages that stay.");
    give_back(0, 2);
    look(sutured() ? "The heap did not get them back, and their pages stay mapped."
                   : "A hole lends nothing, but its page cannot go while a neighbour lives.");
    say(sutured() ? "The rest is freed as well: the heap is as long as before."
                  : "The rest is freed: the heap shrinks, page and frame go back.");
    give_back(1, 2);
}

int main(void) {
    look("A tour. Space stops it at any step, the full stop makes one step.");
    physical();
    heap();
    look("EVENTS says in words what just happened, the newest below.");
    look("The bottom row: what letters and colours mean, and the keys.");
    look("The title: regime, process, pace, event, and whether all is consistent.");
    say("That is the whole screen. F1 shows the keys.");
    sleep_ms(3000);
    return 0;
}
