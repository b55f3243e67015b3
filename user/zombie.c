/*
 * Zombie code: do_malloc stands in the seed's kernel, has a name that promises memory, and returns the address
 * of free physical memory, which is mapped nowhere. No program can use what it returns. This one tries.
 */
#include "suture.h"

PROGRAM("uses what do_malloc returned")

int main(void) {
    say("do_malloc is asked for 100 bytes. By its name it should give memory.");
    sleep_ms(2000);
    char *memory = (char *)do_malloc(100);
    printf("do_malloc returned %p\n", (void *)memory);
    say(sutured() ? "An address came back. It is a physical one: no page leads there."
                  : "An address came back, and a page leads there.");
    sleep_ms(3000);

    say("Now the program writes there.");
    sleep_ms(2000);
    strcpy(memory, "alive");
    say("It works: whoever lends memory here lends what can be used.");
    printf("the memory says: %s\n", memory);
    sleep_ms(3000);
    return do_free((uint32_t)memory, 100);
}
