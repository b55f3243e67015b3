/* Sleeps for longer than half of what 32 bits of milliseconds hold. */
#include "suture.h"

PROGRAM("sleeps for a month")

int main(void) {
    printf("lies down\n");
    sleep_ms(3000000000u);
    return 0;
}
