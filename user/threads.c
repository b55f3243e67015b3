/*
 * Two threads, one heap: what one thread takes stands beside what the other takes, and either may give it
 * back. Here a baker puts loaves on a shelf and a guest eats them.
 */
#include "suture.h"

PROGRAM("two threads share one heap: one takes, one gives")

#define SHELF  6
#define LOAVES 24

static char *shelf[SHELF];

static void bake(int n) {
    char **place = &shelf[n % SHELF];
    while (__atomic_load_n(place, __ATOMIC_RELAXED))
        sleep_ms(20);
    char *loaf = malloc(300 + 200 * (size_t)(n % 4));
    if (!loaf)
        exit(1);
    snprintf(loaf, 16, "loaf %d", n);
    __atomic_store_n(place, loaf, __ATOMIC_RELEASE);
}

static void eat(int n) {
    char *loaf;
    while (!(loaf = __atomic_exchange_n(&shelf[n % SHELF], NULL, __ATOMIC_ACQUIRE)))
        sleep_ms(20);
    printf("the guest eats %s at %p\n", loaf, (void *)loaf);
    free(loaf);
}

static void baker(void *unused) {
    (void)unused;
    for (int n = 0; n < LOAVES; n++) {
        bake(n);
        sleep_ms(150);
    }
}

static void guest(void *unused) {
    (void)unused;
    char *plate = malloc(64);
    for (int n = 0; n < LOAVES; n++) {
        eat(n);
        sleep_ms(220);
    }
    free(plate);
    printf("the guest has had %d loaves\n", LOAVES);
}

int main(void) {
    int one = thread_create(baker, NULL);
    int two = thread_create(guest, NULL);
    if (one < 0 || two < 0)
        return 1;
    thread_join(one);
    say("The baker has gone home; his loaves are still good.");
    thread_join(two);
    return 0;
}
