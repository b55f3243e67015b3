/*
 * System calls: one handler a number. Every pointer is asked about with space_may before it is touched; a bad
 * one is E_FAULT and harms nobody. Heap and _4k calls pass the conductor's gate, count as a step, and go
 * through the process's regime.
 */
#include "kernel/kernel.h"
#include "mm/regime.h"
#include "mm/world.h"

enum { WRITE_MOST = 4096 };             /* bytes a call; nobody else runs meanwhile */
enum { SLEEP_MOST = 24 * 3600 * 1000 }; /* milliseconds: sleepers are compared by differences of 31 bits */

static struct space *here(void) {
    return current->process->space;
}

/* Copies a text of the program; OK, E_FAULT, or E_INVAL when it has no end within `size` bytes. */
static int copy_user_text(char *to, uint32_t size, vaddr_t from) {
    for (uint32_t i = 0; i < size; i++) {
        if ((i == 0 || !((from + i) & PAGE_MASK)) && !space_may(here(), from + i, 1, false))
            return E_FAULT;
        to[i] = *(const char *)(from + i);
        if (!to[i])
            return OK;
    }
    return E_INVAL;
}

/* ---- the processor and other processes ---- */

static uint32_t sys_null(const struct registers *frame) {
    (void)frame;
    return 0;
}

static uint32_t sys_exit(const struct registers *frame) {
    process_end(current->process, (int32_t)frame->ebx, EXIT_BY_ITSELF);
    return 0;
}

static uint32_t sys_write(const struct registers *frame) {
    uint32_t size = frame->ecx < WRITE_MOST ? frame->ecx : WRITE_MOST;
    if (!space_may(here(), frame->ebx, size, false))
        return (uint32_t)E_FAULT;
    process_write(current->process, (const char *)frame->ebx, size);
    return size;
}

static uint32_t sys_sleep_ms(const struct registers *frame) {
    thread_sleep(frame->ebx < SLEEP_MOST ? frame->ebx : SLEEP_MOST);
    return 0;
}

static uint32_t sys_yield(const struct registers *frame) {
    (void)frame;
    thread_yield();
    return 0;
}

static uint32_t sys_getpid(const struct registers *frame) {
    (void)frame;
    return current->process->pid;
}

static uint32_t sys_thread_create(const struct registers *frame) {
    return (uint32_t)process_thread_create(frame->ebx, frame->ecx, frame->edx);
}

static uint32_t sys_thread_exit(const struct registers *frame) {
    (void)frame;
    process_thread_exit();
}

static uint32_t sys_thread_join(const struct registers *frame) {
    return (uint32_t)process_join(frame->ebx);
}

static uint32_t sys_spawn(const struct registers *frame) {
    char line[COMMAND_BYTES];
    const char *reason;
    struct terms terms = process_terms(current->process);
    int copied = copy_user_text(line, sizeof line, frame->ebx);
    return (uint32_t)(copied == OK ? process_spawn(line, current->process->pid, &terms, &reason) : copied);
}

static uint32_t sys_wait(const struct registers *frame) {
    int32_t status;
    if (frame->ecx && !space_may(here(), frame->ecx, sizeof status, true))
        return (uint32_t)E_FAULT;
    if (frame->ebx > 0xFFFF)
        return (uint32_t)E_NOENT;
    int pid = process_wait((uint16_t)frame->ebx, &status);
    /* Another thread may have given the memory back meanwhile. */
    if (pid > 0 && frame->ecx && space_may(here(), frame->ecx, sizeof status, true))
        *(int32_t *)frame->ecx = status;
    return (uint32_t)pid;
}

static uint32_t sys_say(const struct registers *frame) {
    char text[COMMAND_BYTES];
    int copied = copy_user_text(text, sizeof text, frame->ebx);
    return (uint32_t)(copied == OK ? caption_of_program(current->process, text) : copied);
}

static uint32_t sys_ticks(const struct registers *frame) {
    (void)frame;
    return clock_ms();
}

static uint32_t sys_info(const struct registers *frame) {
    return frame->ebx == INFO_SIZED_FREE ? here()->regime->sized_free : (uint32_t)E_INVAL;
}

/* ---- memory ---- */

static void wait_for_turn(uint32_t request) {
    if (race_living)
        race_gate(request);
    else
        conductor_gate();
}

/* `size` is what is asked for, 0 when something is given back: with a size or without is the regime's affair. */
static void step_begin(enum syscall call, uint32_t size, uint32_t caller) {
    static uint32_t steps;
    if (!conductor_open)
        wait_for_turn((uint32_t)call + (size << 8));
    current->process->calls++;
    actor.caller = caller;
    actor.step = ++steps;
}

static uint32_t step_end(uint32_t result) {
    actor.caller = 0;
    actor.step = 0;
    if (!conductor_open)
        race_step_over();
    return result;
}

static uint32_t sys_malloc(const struct registers *frame) {
    step_begin(SYS_MALLOC, frame->ebx, frame->ecx);
    struct space *space = here();
    return step_end(space->regime->malloc(space, frame->ebx));
}

static uint32_t sys_calloc(const struct registers *frame) {
    uint64_t product = (uint64_t)frame->ebx * frame->ecx;
    uint32_t size = product >> 32 ? ~0u : (uint32_t)product; /* which no heap can hold */
    step_begin(SYS_CALLOC, size, frame->edx);
    vaddr_t address = here()->regime->malloc(here(), size);
    if (address && space_may(here(), address, size, true))
        world_fill_user((struct region){address, address + size}, 0);
    return step_end(address);
}

static uint32_t sys_realloc(const struct registers *frame) {
    step_begin(SYS_REALLOC, frame->ecx, frame->edx);
    const struct regime *regime = here()->regime;
    return step_end(frame->ebx ? regime->realloc(here(), frame->ebx, frame->ecx)
                               : regime->malloc(here(), frame->ecx));
}

static uint32_t sys_free(const struct registers *frame) {
    step_begin(SYS_FREE, 0, frame->ecx);
    struct space *space = here();
    return step_end((uint32_t)space->regime->free(space, frame->ebx));
}

static uint32_t sys_free_sized(const struct registers *frame) {
    step_begin(SYS_FREE, 0, frame->edx);
    return step_end((uint32_t)here()->regime->free_sized(here(), frame->ebx, frame->ecx));
}

static uint32_t sys_malloc_4k(const struct registers *frame) {
    step_begin(SYS_MALLOC_4K, PAGE_SIZE, frame->ebx);
    return step_end(here()->regime->malloc_4k(here()));
}

static uint32_t sys_free_4k(const struct registers *frame) {
    step_begin(SYS_FREE_4K, 0, frame->ecx);
    return step_end((uint32_t)here()->regime->free_4k(here(), frame->ebx));
}

static uint32_t sys_seed(const struct registers *frame) {
    if (frame->ebx == SEED_NONE || frame->ebx > SEED_ASKED)
        return (uint32_t)E_NOSYS;
    step_begin(SYS_SEED, 0, frame->esi);
    return step_end(here()->regime->seed(here(), (enum seed_call)frame->ebx, frame->ecx, frame->edx));
}

const syscall_handler syscall_table[SYSCALLS] = {
    [SYS_NULL] = sys_null,
    [SYS_EXIT] = sys_exit,
    [SYS_WRITE] = sys_write,
    [SYS_SLEEP_MS] = sys_sleep_ms,
    [SYS_YIELD] = sys_yield,
    [SYS_GETPID] = sys_getpid,
    [SYS_MALLOC] = sys_malloc,
    [SYS_CALLOC] = sys_calloc,
    [SYS_REALLOC] = sys_realloc,
    [SYS_FREE] = sys_free,
    [SYS_FREE_SIZED] = sys_free_sized,
    [SYS_MALLOC_4K] = sys_malloc_4k,
    [SYS_FREE_4K] = sys_free_4k,
    [SYS_THREAD_CREATE] = sys_thread_create,
    [SYS_THREAD_EXIT] = sys_thread_exit,
    [SYS_THREAD_JOIN] = sys_thread_join,
    [SYS_SPAWN] = sys_spawn,
    [SYS_WAIT] = sys_wait,
    [SYS_SAY] = sys_say,
    [SYS_TICKS] = sys_ticks,
    [SYS_INFO] = sys_info,
    [SYS_SEED] = sys_seed,
};
const uint32_t syscall_count = SYSCALLS;
