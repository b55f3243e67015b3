/*
 * Takes everything there is, in ever smaller pieces, and gives it back. Each block's first word points to the
 * block before it, so that no other memory is needed to find them again.
 */
#include "suture.h"

PROGRAM("takes all memory, then gives it back")

struct piece {
    struct piece *before;
};

static struct piece *last;
static unsigned pieces;

static bool grab(size_t size) {
    struct piece *piece = malloc(size);
    if (!piece)
        return false;
    piece->before = last;
    last = piece;
    pieces++;
    return true;
}

static void give_back(void) {
    struct piece *before = last->before;
    free(last);
    last = before;
    pieces--;
}

int main(void) {
    say("Everything, please: one megabyte after another, then by halves.");
    size_t total = 0;
    for (size_t size = 1 << 20; size >= 16; size /= 2) {
        while (grab(size)) {
            total += size;
            sleep_ms(20);
        }
        printf("no more %zu bytes; so far %zu in %u pieces\n", size, total, pieces);
    }
    say("malloc returned NULL: it is all taken, and nothing broke.");
    sleep_ms(4000);

    while (last) {
        give_back();
        sleep_ms(20);
    }
    say("All of it is back: the recovery costs no memory.");
    printf("%u pieces left\n", pieces);
    sleep_ms(3000);
    return 0;
}
