/*
 * How holes grow together: a free with blocks on both sides leaves a hole, one beside a hole makes it larger,
 * and one between two holes makes three pieces one.
 */
#include "suture.h"

PROGRAM("holes that touch become one")

static char *block[7];

static void show(const char *what, int i) {
    say(what);
    sleep_ms(2000);
    free(block[i]);
    block[i] = NULL;
    sleep_ms(1500);
}

int main(void) {
    say(sutured() ? "Seven blocks. What is freed grows together, but in memman's table."
                  : "Seven blocks; the last one keeps the heap from shrinking.");
    for (int i = 0; i < 7; i++) {
        block[i] = malloc(2000);
        sleep_ms(300);
    }
    show("Blocks on both sides: the free leaves a hole of its own.", 1);
    show("The same again, further on.", 4);
    show("A hole at the left: it grows to the right.", 2);
    show("Holes at both sides: three pieces become one.", 3);
    show("At the start of the heap, beside the hole.", 0);
    show("And the last one between hole and wall.", 5);
    show(sutured() ? "Nothing is left to hold the heap's end, and still it does not shrink."
                   : "Nothing is left to hold the heap's end: it shrinks.",
         6);
    return 0;
}
