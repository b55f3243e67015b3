/*
 * Whole pages from malloc_4k, and what the processor notes about them: reading a page sets A in its
 * page-table entry, writing it sets A and D. One of the four pages is never touched.
 */
#include "suture.h"

PROGRAM("whole pages, read and written: the bits A and D")

static volatile char *page[4];

static void read_from(int i) {
    (void)page[i][100];
    sleep_ms(500);
}

static void write_to(int i) {
    page[i][100]++;
    sleep_ms(500);
}

int main(void) {
    say("Four pages, one after the other: four entries, four frames.");
    for (int i = 0; i < 4; i++) {
        page[i] = malloc_4k();
        if (!page[i])
            return 1;
        sleep_ms(800);
    }
    say("The first is read, the second written, the third both, the fourth idle.");
    for (int day = 0; day < 8; day++) {
        read_from(0);
        write_to(1);
        read_from(2);
        write_to(2);
    }
    say("And back: free_4k takes the address alone.");
    for (int i = 0; i < 4; i++) {
        free_4k((void *)page[i]);
        sleep_ms(800);
    }
    return 0;
}
