/*
 * stray WAY: touches memory that it gave back, or never had, in one of several ways. Each ends it, and the kernel must say
 * what that memory was.
 */
#include "suture.h"

PROGRAM("touches what is not its own any more, or never was")

enum { EVENTS = 140000, EVENTS_A_TURN = 8 }; /* more than any ring holds; a lone malloc and its free */

static void touch(volatile char *at) {
    *at = 1;
}

static void guard(void) {
    char *block = malloc(PAGE_SIZE);
    touch(block + PAGE_SIZE);
}

static void freed(void) {
    char *block = malloc(3 * PAGE_SIZE - 100);
    free(block);
    touch(block + PAGE_SIZE);
}

static void cut(void) {
    char *block = malloc(3 * PAGE_SIZE - 100);
    touch((char *)realloc(block, 100) + PAGE_SIZE);
}

static void before(void) {
    char *block = malloc(3 * PAGE_SIZE - 100);
    free(block);
    for (int i = 0; i < EVENTS / EVENTS_A_TURN; i++)
        free(malloc(100));
    touch(block + PAGE_SIZE);
}

/* Under buddy the pages between a small block and a large one stay unused. */
static void never(void) {
    char *block = malloc(100);
    free(malloc(8 * PAGE_SIZE));
    touch(block + 2 * PAGE_SIZE);
}

static void page(void) {
    char *block = malloc_4k();
    free_4k(block);
    touch(block);
}

static const struct {
    const char *name;
    void (*go)(void);
} ways[] = {{"guard", guard},   {"freed", freed}, {"cut", cut},
            {"before", before}, {"never", never}, {"page", page}};

int main(int argc, char **argv) {
    for (unsigned i = 0; i < sizeof ways / sizeof *ways && argc > 1; i++)
        if (strcmp(ways[i].name, argv[1]) == 0)
            ways[i].go();
    return 1; /* not reached by one who goes astray */
}
