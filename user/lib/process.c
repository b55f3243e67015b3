/*
 * Time, threads and processes: what is left of the system calls.
 */
#include "inside.h"

void say(const char *text) {
    system_call(SYS_SAY, (uint32_t)text, 0, 0, 0);
}

unsigned ticks(void) {
    return (unsigned)system_call(SYS_TICKS, 0, 0, 0, 0);
}

void sleep_ms(unsigned ms) {
    system_call(SYS_SLEEP_MS, ms, 0, 0, 0);
}

void yield(void) {
    system_call(SYS_YIELD, 0, 0, 0, 0);
}

int thread_create(void (*entry)(void *), void *argument) {
    return system_call(SYS_THREAD_CREATE, (uint32_t)entry, (uint32_t)argument, (uint32_t)thread_start, 0);
}

int thread_join(int thread) {
    return system_call(SYS_THREAD_JOIN, (uint32_t)thread, 0, 0, 0);
}

_Noreturn void thread_exit(void) {
    for (;;)
        system_call(SYS_THREAD_EXIT, 0, 0, 0, 0);
}

int getpid(void) {
    return system_call(SYS_GETPID, 0, 0, 0, 0);
}

int spawn(const char *line) {
    return system_call(SYS_SPAWN, (uint32_t)line, 0, 0, 0);
}

int wait(int pid, int *status) {
    return system_call(SYS_WAIT, (uint32_t)pid, (uint32_t)status, 0, 0);
}

_Noreturn void exit(int status) {
    flush();
    for (;;)
        system_call(SYS_EXIT, (uint32_t)status, 0, 0, 0);
}
