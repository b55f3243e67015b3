/*
 * patchwork PATCHES SEED CHANGES: a heap of every kind of block, small ones in rows, pages and more with guard
 * pages, gaps of all sizes; so many changes, a nap, and so on for ever. Gives the tests of the picture
 * something to be wrong about.
 */
#include "suture.h"

PROGRAM("a restless heap of small and large blocks")

#define PATCHES_MOST 1000
#define PAGES        20

static void *patch[PATCHES_MOST], *page[PAGES];
static int patches = 100;

static size_t size(void) {
    switch (rand() % 4) {
    case 0: return 1 + (size_t)rand() % 200;
    case 1: return 200 + (size_t)rand() % 4000;
    case 2: return PAGE_SIZE * (1 + (size_t)rand() % 6);
    default: return PAGE_SIZE + (size_t)rand() % 30000;
    }
}

static void change(void) {
    int i = rand() % patches;
    if (patch[i]) {
        free(patch[i]);
        patch[i] = NULL;
    } else {
        patch[i] = malloc(size());
    }
}

static void change_page(void) {
    int i = rand() % PAGES;
    if (page[i]) {
        free_4k(page[i]);
        page[i] = NULL;
    } else {
        page[i] = malloc_4k();
    }
}

int main(int argc, char **argv) {
    int changes = 16;
    if (argc > 3) {
        changes = atoi(argv[3]);
        patches = atoi(argv[1]) < PATCHES_MOST ? atoi(argv[1]) : PATCHES_MOST;
        srand((unsigned)atoi(argv[2]));
    }
    for (;;) {
        for (int i = 0; i < changes; i++)
            change();
        change_page();
        sleep_ms(5);
    }
}
