/*
 * Sizes and frames at the end of what there is (the seed's case 12): a malloc whose size wraps, one of nothing, a free
 * that wraps, the last frame, and a page when no frame is left.
 */
#include "suture.h"

PROGRAM("sizes past the end, and the last frame")

static void tell(const char *what) {
    say(what);
    sleep_ms(3000);
}

static void malloc_wraps(void) {
    tell("Case 12: malloc of 4,294,967,280 bytes.");
    char *before = malloc(64), *huge = malloc(0xFFFFFFF0), *after = malloc(64);
    printf("64 at %p, then %p, then 64 at %p\n", (void *)before, (void *)huge, (void *)after);
    tell(huge ? "It wrapped: the heap's limit went back, and blocks overlap."
              : "NULL: there is no such block.");
    tell(after < before + 64 ? "64 bytes stand inside the 64 before them."
                             : "The next block stands where it should.");
}

static void malloc_nothing(void) {
    char *nothing = malloc(0), *next = malloc(16);
    printf("malloc(0) at %p, the next at %p\n", (void *)nothing, (void *)next);
    tell(nothing == next ? "malloc(0) returned an address, and the next caller got it, too."
                         : "malloc(0) gave the smallest block, with an address of its own.");
}

static void free_wraps(void) {
    int answer = do_free(0x00800000, 0xFFFFFFF0);
    printf("do_free(00800000, 4294967280): %d\n", answer);
    tell(answer == OK ? "A free of 4,294,967,280 bytes was accepted, past the end of all memory."
                      : "A free of 4,294,967,280 bytes is refused: nothing was lent there.");
}

static void last_frame(void) {
    uint32_t frame, last = 0;
    int frames = 0;
    while ((frame = do_malloc_4k()) != SEED_FAILED) {
        last = frame;
        frames++;
    }
    printf("%d frames, the last %08x\n", frames, (unsigned)last);
    tell("01FFF000 is free, and is never found: the frame before it was the last.");
    printf("malloc_4k: %p\n", malloc_4k());
    tell("malloc_4k returns an address all the same. No frame lies behind it.");
}

int main(void) {
    malloc_wraps();
    malloc_nothing();
    free_wraps();
    if (sutured())
        last_frame();
    else
        tell("The last frame of a zone is lent like any other, and comes back.");
    return 0;
}
