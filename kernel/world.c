/*
 * What mm/ asks of the machine (mm/world.h), answered for the real one.
 */
#include "mm/world.h"
#include "kernel/kernel.h"

enum { UNROLLED = 64 };

/* A store a word and hardly a loop: this is most of what a fresh page costs. */
static void fill_words(uint32_t *words, uint32_t count, uint32_t word) {
    for (uint32_t *end = words + count; words < end; words += UNROLLED) {
#pragma GCC unroll 64
        for (int i = 0; i < UNROLLED; i++)
            words[i] = word;
    }
}

void world_fill_frames(struct region frames, uint32_t word) {
    for (paddr_t frame = frames.start; frame != frames.end; frame += PAGE_SIZE)
        fill_words(memory_frame(frame), PAGE_SIZE / 4, word);
}

void world_copy_user(vaddr_t to, vaddr_t from, uint32_t size) {
    memmove((void *)to, (const void *)from, size);
}

void world_flush_page(vaddr_t page) {
    invlpg(page);
}

uint32_t world_now(void) {
    return clock_ms();
}

_Noreturn void world_panic(const char *what) {
    panic(NULL, 0, "%s", what);
}
