/*
 * Many sizes, the test in which policies differ: holes of seven sizes stand between walls, then seven
 * requests come, each a little smaller than one of them. Who chooses well places all seven; who does not
 * sends some to the heap's end.
 */
#include "suture.h"

PROGRAM("seven holes, seven requests: how well is it chosen?")

#define HOLES 7

static const size_t hole_size[HOLES] = {1600, 400, 3200, 800, 6400, 200, 2400};
static const size_t request[HOLES] = {190, 780, 2350, 390, 1580, 3150, 6300};
static char *wall[HOLES];

static void carve_holes(void) {
    char *piece[HOLES];
    for (int i = 0; i < HOLES; i++) {
        piece[i] = malloc(hole_size[i]);
        wall[i] = malloc(64);
        sleep_ms(200);
    }
    for (int i = 0; i < HOLES; i++) {
        free(piece[i]);
        sleep_ms(200);
    }
}

static bool ask(size_t size) {
    char *at = malloc(size);
    bool misfit = !at || at > wall[HOLES - 1];
    printf("%4zu bytes: %p%s\n", size, (void *)at, misfit ? ", behind all others" : "");
    sleep_ms(1200);
    return misfit;
}

int main(void) {
    say("Seven holes of different sizes, with walls between them.");
    carve_holes();
    say("Seven requests, each a little smaller than one of the holes.");
    sleep_ms(2000);
    int misfits = 0;
    for (int i = 0; i < HOLES; i++)
        misfits += ask(request[i]);
    say(!misfits    ? "All of them found a place: well chosen."
        : sutured() ? "All stand behind the others: the seed never looks for a hole."
                    : "Not all of them found a place. Try another policy.");
    printf("%d of %d did not fit\n", misfits, HOLES);
    sleep_ms(4000);
    return misfits;
}
