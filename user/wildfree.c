/*
 * Frees what was never its own: addresses that malloc did not return. Each is refused with its own reason,
 * and nothing changes; the seed believes them all.
 */
#include "suture.h"

PROGRAM("frees addresses that malloc never gave it")

static int global, believed;

static void try(const char *what, void *address) {
    say(what);
    sleep_ms(1500);
    int answer = free(address);
    printf("free(%p) returns %d: %s\n", address, answer, what);
    believed += answer == OK;
    sleep_ms(1500);
}

int main(void) {
    int local = 0;
    char *block = malloc(1000);
    void *page = malloc_4k();

    try("the middle of a block", block + 504);
    try("an address where no block can start", block + 3);
    try("the program's own image", &global);
    try("its stack", &local);
    try("a page of malloc_4k, which free_4k takes", page);
    try("the heap behind its last block", block + 0x100000);
    try("the kernel", (void *)0xC0100000);

    int answer = free(block);
    say(believed ? "And what is its own: it is filed like all the others, in one table."
                 : "And now what is its own: this one is taken back.");
    printf("free(%p) returns %d: its own\n", (void *)block, answer);
    free_4k(page);
    sleep_ms(2000);
    return 0;
}
