/*
 * What mm/ asks of the machine it lives on. The kernel answers in kernel/world.c, the host tests in
 * tests/host/support.c: one source, two homes.
 */
#ifndef MM_WORLD_H
#define MM_WORLD_H

#include "mm/types.h"

/* Physical memory below WINDOW_SIZE is always reachable: WINDOW + address. On the host WINDOW is a reserved
 * mapping. */
#define WINDOW_SIZE 0x30000000u
#ifdef HOST
extern uint8_t *world_window;
#define WINDOW world_window
#else
#define WINDOW ((uint8_t *)0xC0000000u)
#endif

static inline void *phys(paddr_t address) {
    return WINDOW + address;
}

/* Fills whole frames, wherever they lie (above the window too). */
void world_fill_frames(struct region frames, uint32_t word);

/*
 * Memory of the address space whose directory is loaded, by its linear address: mapped and writable, the
 * caller has made sure. A guard or poison is written and read through these; every malloc and free does, so that on the
 * machine they are no calls. world_check_user gives the address of the first byte that is not `value`, or bytes.end.
 */
#ifdef HOST
void world_fill_user(struct region bytes, uint8_t value);
vaddr_t world_check_user(struct region bytes, uint8_t value);
#else
static inline void world_fill_user(struct region bytes, uint8_t value) {
    uint32_t size = region_size(bytes), words = size / 4;
    uint8_t *to = (uint8_t *)bytes.start;
    __asm__ volatile("rep stosl" : "+D"(to), "+c"(words) : "a"(value * 0x01010101u) : "memory");
    for (size &= 3; size; size--) {
        *to++ = value;
    }
}

static inline vaddr_t world_check_user(struct region bytes, uint8_t value) {
    uint32_t at = bytes.start, words = region_size(bytes) / 4;
    bool same;
    __asm__ volatile("cmp %%eax, %%eax; repe scasl"
                     : "=@cce"(same), "+D"(at), "+c"(words)
                     : "a"(value * 0x01010101u)
                     : "memory");
    at -= same ? 0 : 4;
    while (at != bytes.end && *(const uint8_t *)at == value) {
        at++;
    }
    return at;
}
#endif
void world_copy_user(vaddr_t to, vaddr_t from, uint32_t size);

/* The processor may hold this translation of the loaded directory: drop it. */
void world_flush_page(vaddr_t page);

/* Milliseconds since boot. */
uint32_t world_now(void);

/* A law is broken and going on would do harm. Does not return. */
_Noreturn void world_panic(const char *what);

#endif
