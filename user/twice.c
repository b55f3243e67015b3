/*
 * Three ways to free one block twice, on the seed's memman (its cases 2, 3 and 4). What happens depends on the
 * block's neighbours; that something happens does not. "twice 2", "twice 3", "twice 4", or all of them.
 */
#include "suture.h"

PROGRAM("one block freed twice: alone, at the tail, between")

#define SIZE 4096

static uint32_t take(void) {
    uint32_t block = do_malloc(SIZE);
    printf("do_malloc: %08x\n", (unsigned)block);
    sleep_ms(600);
    return block;
}

static int give_back(uint32_t block) {
    int answer = do_free(block, SIZE);
    printf("do_free(%08x): %d\n", (unsigned)block, answer);
    sleep_ms(1200);
    return answer;
}

static void compare(uint32_t a, uint32_t b) {
    say(a == b ? "Two callers were given the same memory." : "Two callers, two blocks: no harm was done.");
    sleep_ms(3000);
}

static void alone(void) {
    say("Case 2: a block with a neighbour in use is freed, and freed again.");
    uint32_t block = take();
    take();
    give_back(block);
    give_back(block);
    uint32_t one = take();
    compare(one, take());
}

static void at_the_tail(void) {
    say("Case 3: the last block melts into the tail, then is freed again.");
    uint32_t block = take();
    give_back(block);
    bool accepted = give_back(block) == OK;
    take();
    say(accepted ? "The table is out of order; the copy sleeps behind the tail."
                 : "Refused: it is free already.");
    sleep_ms(3000);
}

static void in_the_middle(void) {
    say("Case 4: the middle one is freed twice, then its neighbours.");
    uint32_t left = take(), middle = take(), right = take();
    take();
    give_back(middle);
    bool accepted = give_back(middle) == OK;
    give_back(left);
    give_back(right);
    say(accepted ? "Two free ranges overlap for good: more is free than there is."
                 : "One hole, as large as the three.");
    sleep_ms(3000);
}

int main(int argc, char **argv) {
    int wanted = argc > 1 ? atoi(argv[1]) : 0;
    if (!wanted || wanted == 2)
        alone();
    if (!wanted || wanted == 3)
        at_the_tail();
    if (!wanted || wanted == 4)
        in_the_middle();
    return 0;
}
