/*
 * hoard BLOCKS: so many blocks, all alive at once, each of another size, and then all of them freed. Under a regime that
 * wants sizes the library has to know each one.
 */
#include "suture.h"

PROGRAM("many blocks at once, each of another size")

#define BLOCKS_MOST 4000

static void *block[BLOCKS_MOST];

int main(int argc, char **argv) {
    int blocks = argc > 1 ? atoi(argv[1]) : 1000, bytes = 0, freed = 0;
    for (int i = 0; i < blocks && i < BLOCKS_MOST; i++) {
        size_t size = 8 + (size_t)i % 50;
        block[i] = malloc(size);
        bytes += (int)size;
    }
    for (int i = 0; i < blocks && i < BLOCKS_MOST; i++)
        freed += free(block[i]) == OK;
    printf("%d blocks freed, %d bytes\n", freed, bytes);
    return 0;
}
