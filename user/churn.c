/*
 * Steady life, what the screen shows when nobody asks for more: a garden whose plants are blocks. Spring
 * fills the beds in a row, summer mixes them, autumn thins them out and sows small things into the gaps,
 * winter clears the beds until one large hole is left.
 */
#include "suture.h"

PROGRAM("a garden of blocks, planted and weeded for ever")

#define BEDS 40
#define POND 24
#define STEP 80 /* ms between two calls */

static void *bed[BEDS];
static void *pond[POND];

/* Mostly flowers, some shrubs, now and then a tree. */
static size_t flower(void) {
    return 16 + (size_t)rand() % 240;
}

static size_t anything(void) {
    int kind = rand() % 8;
    if (kind < 4)
        return flower();
    return kind < 7 ? 256 + (size_t)rand() % 1200 : 2000 + (size_t)rand() % 4001;
}

static void plant(int i, size_t size) {
    if (bed[i])
        return;
    bed[i] = malloc(size);
    if (bed[i])
        memset(bed[i], 'a' + i % 26, size);
    sleep_ms(STEP);
}

static void weed(int i) {
    if (!bed[i])
        return;
    free(bed[i]);
    bed[i] = NULL;
    sleep_ms(STEP);
}

static void dig_pond(void) {
    for (int i = 0; i < POND; i++) {
        pond[i] = malloc_4k();
        sleep_ms(STEP);
    }
}

static void fill_pond(void) {
    for (int i = 0; i < POND; i++) {
        free_4k(pond[i]);
        sleep_ms(STEP);
    }
}

int main(void) {
    for (;;) {
        for (int i = 0; i < BEDS; i++)
            plant(i, anything());
        dig_pond();
        for (int day = 0; day < BEDS; day++) {
            weed(rand() % BEDS);
            plant(rand() % BEDS, anything());
        }
        for (int i = 0; i < BEDS; i += 2)
            weed(i);
        for (int i = 0; i < BEDS; i += 4)
            plant(i, flower());
        fill_pond();
        for (int i = 0; i < BEDS; i++)
            weed(i);
        sleep_ms(1000);
    }
}
