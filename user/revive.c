/*
 * A page that comes back from the dead (the seed's case 10). Its free_4k takes the P bit from the page-table entry and
 * leaves the frame's address in it; its page-fault handler finds an address and sets P again.
 */
#include "suture.h"

PROGRAM("touches a page that was freed, and frees it twice")

int main(void) {
    char *page = malloc_4k(), *neighbour = malloc_4k();
    strcpy(page, "still here");
    say("A page is written, and freed, and freed again.");
    sleep_ms(2000);
    free_4k(page);
    int answer = free_4k(page);
    printf("the second free_4k: %d\n", answer);
    say(answer == OK ? "Accepted: one frame stands in the table twice." : "Refused: it is free already.");
    sleep_ms(3000);

    char *one = malloc_4k(), *two = malloc_4k();
    say(answer == OK ? "The next two pages were given one frame. (Here each has its own.)"
                     : "The next two pages have a frame each.");
    printf("one %p, two %p\n", (void *)one, (void *)two);
    sleep_ms(3000);
    free_4k(neighbour);

    say("Now the program reads the neighbour, which was freed just now.");
    sleep_ms(2000);
    strcpy(two, neighbour);
    say("It could: the fault handler set P again. A use after free revives.");
    printf("the freed page can be read\n");
    sleep_ms(3000);
    return 0;
}
