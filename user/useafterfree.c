/*
 * Reads memory after it gave it back. While a neighbour keeps the page mapped it finds poison there; once the
 * whole page went back there is nothing to read, and the program ends where it reads.
 */
#include "suture.h"

PROGRAM("reads memory that it gave back")

int main(void) {
    char *diary = malloc(40), *neighbour = malloc(40);
    strcpy(diary, "dear diary");
    strcpy(neighbour, "I keep the page");
    free(diary);
    say(strcmp(diary, "dear diary") == 0 ? "The diary is freed, and read again: its words are still there."
                                         : "The diary is freed, and read again: its words are gone.");
    printf("the diary says %02x %02x %02x %02x\n", diary[0] & 0xFF, diary[1] & 0xFF, diary[2] & 0xFF,
           diary[3] & 0xFF);
    sleep_ms(4000);

    char *atlas = malloc(3 * 4096);
    strcpy(atlas + 4096, "here be dragons");
    say("An atlas fills pages of its own ...");
    sleep_ms(3000);
    free(atlas);
    say(sutured() ? "... and freed. Did its pages go back?" : "... and its pages went back with it.");
    sleep_ms(3000);
    printf("the atlas says %c\n", atlas[4096]);
    say("It can still be read: its pages never went back. Nobody noticed.");
    sleep_ms(3000);

    free(neighbour);
    return 1;
}
