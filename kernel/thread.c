/*
 * Threads: who runs. One processor, one ready queue, taken in turn; the kernel thread stands outside it and
 * runs when it is wanted, or when nobody else can. Everything here runs with interrupts off or in the kernel
 * thread, and no interrupt handler touches a queue.
 */
#include "kernel/kernel.h"
#include "mm/world.h"

enum { SLICE_TICKS = 3 };

void switch_stacks(uint32_t **save, uint32_t *load);
extern char trap_return[];

struct thread kernel_thread = {.actor = {.slot = NO_SLOT}};
struct thread *current = &kernel_thread;
volatile bool kernel_wanted;

static struct queue ready, sleepers; /* sleepers: by the time they wake */
static int slice;
static const struct thread *ran; /* the last one before the kernel thread */

static void insert_before(struct queue *queue, struct thread *thread, struct thread *next) {
    struct thread *prev = next ? next->prev : queue->last;
    thread->queue = queue;
    thread->next = next;
    thread->prev = prev;
    *(prev ? &prev->next : &queue->first) = thread;
    *(next ? &next->prev : &queue->last) = thread;
}

static void queue_add(struct queue *queue, struct thread *thread) {
    insert_before(queue, thread, NULL);
}

void queue_remove(struct thread *thread) {
    struct queue *queue = thread->queue;
    if (!queue)
        return;
    *(thread->prev ? &thread->prev->next : &queue->first) = thread->next;
    *(thread->next ? &thread->next->prev : &queue->last) = thread->prev;
    thread->queue = NULL;
}

static void switch_to(struct thread *next) {
    struct thread *last = current;
    if (next == last)
        return;
    if (next == &kernel_thread)
        ran = last;
    current = next;
    actor = next->actor;
    slice = SLICE_TICKS;
    tss_main.esp0 = next->stack_top;
    memory_load(next->directory);
    switch_stacks(&last->esp, next->esp);
}

static void schedule(void) {
    struct thread *next = ready.first;
    if (kernel_wanted || !next)
        next = &kernel_thread;
    else
        queue_remove(next);
    switch_to(next);
}

void thread_ready(struct thread *thread) {
    queue_add(&ready, thread);
}

bool thread_sleeps(const struct thread *thread) {
    return thread->queue == &sleepers;
}

bool thread_is_ready(const struct thread *thread) {
    return thread->queue == &ready;
}

bool thread_ran(const struct thread *thread) {
    return thread == ran;
}

void thread_yield(void) {
    thread_ready(current);
    schedule();
}

void thread_wait(struct queue *queue) {
    queue_add(queue, current);
    schedule();
}

void thread_sleep(uint32_t ms) {
    current->wake = clock_ms() + ms;
    struct thread *next = sleepers.first;
    while (next && (int32_t)(next->wake - current->wake) <= 0)
        next = next->next;
    insert_before(&sleepers, current, next);
    schedule();
}

_Noreturn void thread_end(void) {
    current->over = true;
    kernel_wanted = true;
    schedule();
    world_panic("a thread ran on after its end");
}

void thread_wake_all(struct queue *queue) {
    for (struct thread *thread; (thread = queue->first);) {
        queue_remove(thread);
        thread_ready(thread);
    }
}

void thread_wake_sleepers(void) {
    uint32_t now = clock_ms();
    for (struct thread *thread; (thread = sleepers.first) && (int32_t)(thread->wake - now) <= 0;) {
        queue_remove(thread);
        thread_ready(thread);
    }
}

void thread_tick(void) {
    thread_wake_sleepers();
    if (kernel_wanted || --slice <= 0)
        thread_yield();
}

void thread_irq(void) {
    if (kernel_wanted)
        thread_yield();
}

bool thread_run_programs(void) {
    if (!ready.first)
        return false;
    schedule();
    return true;
}

struct thread *thread_new(struct process *process, uint8_t number, uint32_t eip, uint32_t esp) {
    struct space *space = process->space;
    struct thread *thread = space_bytes_new(space, sizeof *thread);
    if (!thread)
        return NULL;
    int stack = kernel_stack_new(space->slot);
    if (stack < 0) {
        space_bytes_delete(space, thread);
        return NULL;
    }
    uint32_t top = kernel_stack_top(stack);
    struct registers *frame = (struct registers *)top - 1;
    *frame = (struct registers){
        .eip = eip, .cs = USER_CODE, .eflags = EFLAGS_FIXED | EFLAGS_INTERRUPTS, .esp = esp, .ss = USER_DATA};

    /* What switch_stacks takes off: edi, esi, ebx, ebp, and where to go on. */
    uint32_t *first = (uint32_t *)frame - 5;
    memset(first, 0, 4 * sizeof *first);
    first[4] = (uint32_t)trap_return;

    *thread = (struct thread){
        .esp = first,
        .stack_top = top,
        .directory = space->directory,
        .actor = {.pid = process->pid, .thread = number, .slot = space->slot},
        .process = process,
        .kernel_stack = stack,
        .name = (process->born++ * STACKS + number) & 0x7FFFFFFF, /* an int that is no error */
        .number = number,
    };
    process->thread[number] = thread;
    process->threads++;
    thread_ready(thread);
    return thread;
}

void thread_delete(struct thread *thread) {
    struct process *process = thread->process;
    queue_remove(thread);
    process->thread[thread->number] = NULL;
    process->threads--;
    kernel_stack_delete(thread->kernel_stack);
    space_bytes_delete(process->space, thread);
}
