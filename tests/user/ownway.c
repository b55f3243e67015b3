/*
 * Asks for as many bytes as its pid is, for ever: two of them never ask for the same.
 */
#include "suture.h"

PROGRAM("asks for something else than its like do")

int main(void) {
    for (;;)
        free(malloc((size_t)getpid()));
}
