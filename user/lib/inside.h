/*
 * What the library's own files share: the way into the kernel, and a lock. Tests that misbehave on purpose
 * use it too.
 */
#ifndef INSIDE_H
#define INSIDE_H

#include "suture.h"

static inline int system_call(uint32_t number, uint32_t a, uint32_t b, uint32_t c, uint32_t d) {
    int result;
    __asm__ volatile("int %1"
                     : "=a"(result)
                     : "i"(SYSCALL_VECTOR), "a"(number), "b"(a), "c"(b), "d"(c), "S"(d)
                     : "memory");
    return result;
}

/* The program's line that called the function in which this stands. */
#define CALLER ((uint32_t)__builtin_return_address(0))

/* Held for a few instructions only; who finds it taken lets the holder run. */
typedef volatile bool lock_t;

static inline void lock(lock_t *it) {
    while (__atomic_test_and_set(it, __ATOMIC_ACQUIRE))
        yield();
}

static inline void unlock(lock_t *it) {
    __atomic_clear(it, __ATOMIC_RELEASE);
}

/* Sends what printf still holds. */
void flush(void);

/* Where a thread begins (start.asm), and where it ends. */
void thread_start(void);
_Noreturn void thread_exit(void);

#endif
