/*
 * Thirty processes come and go, at most ten at a time. Each is this same program, started with a number; it
 * takes some memory, lives a while and leaves without giving anything back, as its exit does that.
 */
#include "suture.h"

PROGRAM("thirty processes come and go")

#define CROWD 30
#define ROOM  10

static int visitor(int number) {
    srand((unsigned)number);
    for (int i = 0; i < 4 + number % 5; i++) {
        char *luggage = malloc(500 + (size_t)rand() % 3000);
        if (luggage)
            memset(luggage, number, 500);
        sleep_ms(100 + (unsigned)rand() % 200);
    }
    return number;
}

static bool invite(int number) {
    char line[16];
    snprintf(line, sizeof line, "crowd %d", number);
    sleep_ms(150);
    return spawn(line) > 0;
}

static void see_off(void) {
    int number;
    int pid = wait(0, &number);
    printf("visitor %d (process %d) has left\n", number, pid);
}

int main(int argc, char **argv) {
    if (argc > 1)
        return visitor(atoi(argv[1]));

    int inside = 0;
    for (int number = 1; number <= CROWD; number++) {
        if (inside == ROOM) {
            see_off();
            inside--;
        }
        inside += invite(number);
    }
    while (inside--)
        see_off();
    say(sutured() ? "All thirty have gone, and what they took went with them."
                  : "All thirty have come and gone, and the memory is as it was.");
    sleep_ms(3000);
    return 0;
}
