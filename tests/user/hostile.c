/*
 * The enemy: each case tries to harm the kernel from ring 3. "hostile N" commits case N and prints what came
 * back; "hostile" alone commits each in a process of its own and ends with the line "hostile: N passed, N
 * failed". A case passes when every call was refused, or when its process was ended.
 */
#include "inside.h"

PROGRAM("tries to harm the kernel in every way it knows")

#define COUNT(array) (sizeof(array) / sizeof *(array))

/* What the library's wrappers take as it is. */
static int call(uint32_t number, uint32_t a, uint32_t b, uint32_t c) {
    return system_call(number, a, b, c, 0);
}

/* ---- Calls that must be refused: each returns how many were not ---- */

/* Pages before a wall: the last byte of the arguments is followed by the kernel, that of a malloc_4k page by
 * nothing. */
static uint32_t bad_pointer[] = {
    0,          1,          0x1000,     0x003FFFFF, 0x47FFFFFF, 0x49000000, 0x87FFFFFF, 0x88000000,
    0xAFFFFFFF, 0xBFEFF000, 0xC0000000, 0xC0100000, 0xF0000000, 0xFFFFF000, 0xFFFFFFFF, 0 /* end of a page */,
};

static uint32_t page_end(void) {
    return bad_pointer[COUNT(bad_pointer) - 1];
}

static void find_page_end(void) {
    char *page = malloc_4k();
    if (page)
        memset(page, 'x', PAGE_SIZE);
    bad_pointer[COUNT(bad_pointer) - 1] = (uint32_t)(page + PAGE_SIZE - 1);
}

static int must_fail(const char *what, uint32_t argument, int result) {
    printf("  %s(%08x) returned %d\n", what, (unsigned)argument, result);
    return result >= 0;
}

static int must_be_null(const char *what, uint32_t argument, const void *result) {
    printf("  %s(%08x) returned %p\n", what, (unsigned)argument, result);
    return result != NULL;
}

static int unknown_calls(void) {
    static const uint32_t number[] = {SYSCALLS, SYSCALLS + 1, 255, 256, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF};
    int wrong = 0;
    for (size_t i = 0; i < COUNT(number); i++)
        wrong += must_fail("system call", number[i], call(number[i], 1, 2, 3));
    return wrong + must_fail("info", 99, call(SYS_INFO, 99, 0, 0)) +
           must_fail("seed", 0, call(SYS_SEED, 0, 0, 0));
}

static int bad_write(void) {
    static const uint32_t size[] = {0x10000000, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF};
    int wrong = 0;
    find_page_end();
    for (size_t i = 0; i < COUNT(bad_pointer); i++)
        wrong += must_fail("write", bad_pointer[i], call(SYS_WRITE, bad_pointer[i], 64, 0));
    for (size_t i = 0; i < COUNT(size); i++)
        wrong += must_fail("write of bytes", size[i], call(SYS_WRITE, page_end() - 3, size[i], 0));
    return wrong;
}

static int bad_text(uint32_t number, const char *what) {
    int wrong = 0;
    find_page_end();
    for (size_t i = 0; i < COUNT(bad_pointer); i++)
        wrong += must_fail(what, bad_pointer[i], call(number, bad_pointer[i], 0, 0));
    return wrong;
}

static int bad_spawn(void) {
    static char endless[20000];
    memset(endless, 'x', sizeof endless - 1);
    return bad_text(SYS_SPAWN, "spawn") + must_fail("spawn of nothing", 0, spawn("")) +
           must_fail("spawn of a space", 0, spawn(" ")) + must_fail("spawn of a path", 0, spawn("../../x")) +
           must_fail("spawn of 20,000 letters", 0, spawn(endless));
}

static int bad_say(void) {
    return bad_text(SYS_SAY, "say");
}

/* A status that cannot be written must not lose the child. */
static int bad_wait(void) {
    int pid = spawn("hostile quiet"), status = 0, wrong = 0;
    for (size_t i = 0; i < COUNT(bad_pointer) - 1; i++)
        if (bad_pointer[i])
            wrong += must_fail("wait into", bad_pointer[i], call(SYS_WAIT, (uint32_t)pid, bad_pointer[i], 0));
    wrong += must_fail("wait into code", 0, call(SYS_WAIT, (uint32_t)pid, (uint32_t)bad_wait, 0));
    int found = wait(pid, &status);
    printf("  then wait returned %d, status %d\n", found - pid, status);
    return wrong + (found != pid || status != 0);
}

static int strangers(void) {
    static const int number[] = {1, 9999, 65535, 65536, 0x7FFFFFFF, -1, -0x7FFFFFFF};
    int wrong = must_fail("wait for itself", 0, wait(getpid(), NULL));
    for (size_t i = 0; i < COUNT(number); i++)
        wrong += must_fail("wait", (uint32_t)number[i], wait(number[i], NULL)) +
                 must_fail("join", (uint32_t)number[i], thread_join(number[i]));
    return wrong + must_fail("join of itself", 0, thread_join(0)) + must_fail("join", 64, thread_join(64));
}

static int bad_free(void) {
    int wrong = 0;
    find_page_end();
    for (size_t i = 0; i < COUNT(bad_pointer); i++) {
        uint32_t at = bad_pointer[i];
        wrong += must_fail("free", at, call(SYS_FREE, at, 0, 0)) +
                 must_fail("free_sized", at, call(SYS_FREE_SIZED, at, 16, 0)) +
                 must_fail("free_4k", at, call(SYS_FREE_4K, at, 0, 0));
        if (at)
            wrong += must_be_null("realloc", at, (void *)call(SYS_REALLOC, at, 16, 0));
    }
    return wrong;
}

static int huge_sizes(void) {
    static const uint32_t size[] = {0x40000000, 0x40000001, 0x7FFFFFFF, 0x80000000,
                                    0xBFFFFFFF, 0xFFFFEFFF, 0xFFFFF000, 0xFFFFFFFF};
    char *block = malloc(100);
    int wrong = 0;
    for (size_t i = 0; i < COUNT(size); i++)
        wrong += must_be_null("malloc", size[i], malloc(size[i])) +
                 must_be_null("calloc", size[i], calloc(size[i], 4)) +
                 must_be_null("calloc", size[i], calloc(4, size[i])) +
                 must_be_null("realloc", size[i], realloc(block, size[i]));
    return wrong + (free(block) != OK);
}

static void idle(void *unused) {
    (void)unused;
    sleep_ms(300);
}

static int many_threads(void) {
    int count = 0, last = 0;
    while (count < 1000 && (last = thread_create(idle, NULL)) > 0)
        count++;
    printf("  %d threads, then %d\n", count, last);
    sleep_ms(600);
    int again = thread_create(idle, NULL);
    printf("  after they ended: %d\n", again);
    return last >= 0 || again < 1;
}

static int many_processes(void) {
    int count = 0, last = 0, back = 0;
    while (count < 1000 && (last = spawn("hostile sleeper")) > 0)
        count++;
    while (wait(0, NULL) > 0)
        back++;
    printf("  %d processes, then %d; %d came back\n", count, last, back);
    return last >= 0 || back != count;
}

/* ---- Crimes: the process must not survive them ---- */

#define CRIME(name, code)                                                                                    \
    static int name(void) {                                                                                  \
        __asm__ volatile(code);                                                                              \
        return 0;                                                                                            \
    }

CRIME(divide_by_zero, "xor %eax, %eax; xor %edx, %edx; xor %ecx, %ecx; div %ecx")
CRIME(divide_overflow, "mov $0x80000000, %eax; cdq; mov $-1, %ecx; idiv %ecx")
CRIME(write_null, "movl $0, 0")
CRIME(read_kernel, "mov 0xC0100000, %eax")
CRIME(write_kernel, "movl $0, 0xC0100000")
CRIME(write_window, "movl $0, 0xC00B8000")
CRIME(write_code, "call 1f; 1: pop %eax; movb $0x90, (%eax)")
CRIME(write_kernel_stack, "movl $0, 0xF0002000")
CRIME(write_last_byte, "movb $0, 0xFFFFFFFF")
CRIME(jump_null, "xor %eax, %eax; jmp *%eax")
CRIME(jump_kernel, "mov $0xC0100000, %eax; jmp *%eax")
CRIME(jump_end, "mov $0xFFFFFFFF, %eax; jmp *%eax")
CRIME(far_call_kernel, "lcall $0x08, $0xC0100000")
CRIME(far_return_ring_0, "push $0x08; push $0xC0100000; lret")
CRIME(iret_ring_0, "pushf; push $0x08; push $0xC0100000; iret")
CRIME(iret_nested_task, "pushf; orl $0x4000, (%esp); popf; iret")
CRIME(load_kernel_ss, "mov $0x10, %eax; mov %eax, %ss")
CRIME(load_kernel_ds, "mov $0x10, %eax; mov %eax, %ds")
CRIME(null_ds, "xor %eax, %eax; mov %eax, %ds; mov 0, %eax")
CRIME(cli, "cli")
CRIME(sti, "sti")
CRIME(hlt, "hlt")
CRIME(in, "in $0x60, %al")
CRIME(out, "mov $0xFE, %al; out %al, $0x64")
CRIME(io_string, "mov $0x3D4, %edx; mov $16, %ecx; mov %esp, %esi; rep outsb")
CRIME(raise_iopl, "pushf; orl $0x3000, (%esp); popf; cli")
CRIME(read_cr0, "mov %cr0, %eax")
CRIME(write_cr3, "xor %eax, %eax; mov %eax, %cr3")
CRIME(write_dr7, "mov $0x401, %eax; mov %eax, %dr7")
CRIME(lgdt, "push $0; push $0; lgdt (%esp)")
CRIME(lidt, "push $0; push $0; lidt (%esp)")
CRIME(ltr, "mov $0x28, %ax; ltr %ax")
CRIME(invlpg, "invlpg 0xC0100000")
CRIME(wbinvd, "wbinvd")
CRIME(clts, "clts")
CRIME(rdmsr, "mov $0x174, %ecx; rdmsr")
CRIME(wrmsr, "mov $0x174, %ecx; xor %eax, %eax; xor %edx, %edx; wrmsr")
CRIME(sysenter, "sysenter")
CRIME(int_divide, "int $0")
CRIME(int_nmi, "int $2")
CRIME(int_breakpoint, "int3")
CRIME(int_double_fault, "int $8")
CRIME(int_page_fault, "int $14")
CRIME(int_timer, "int $0x20")
CRIME(int_keyboard, "int $0x21")
CRIME(int_unused, "int $0xFF")
CRIME(icebp, ".byte 0xF1")
CRIME(bound, "push $1; push $0; mov $9, %eax; bound %eax, (%esp)")
CRIME(invalid, "ud2")
CRIME(lock_invalid, ".byte 0xF0, 0x90")
CRIME(single_step, "pushf; orl $0x100, (%esp); popf; nop; nop")
CRIME(floating_point, "fninit; fld1")
CRIME(lost_stack, "mov $0x10, %esp; push $1")
CRIME(kernel_stack, "mov $0xC0200000, %esp; push $1")
CRIME(lost_stack_call, "xor %esp, %esp; mov $1, %eax; int $0xFE")
CRIME(guard_page, "movl $0, 0xBFEFF000")

static int smash(void) {
    volatile uint32_t *frame = __builtin_frame_address(0);
    for (int i = 0; i < 64 && (uint32_t)(frame + i) < 0xBFFFEFFC; i++)
        frame[i] = 0xDEADBEEF;
    return 0;
}

static int recurse(volatile int *depth) {
    volatile int here = *depth + 1;
    return here == 0x7FFFFFFF ? 0 : recurse(&here) + here;
}

static int endless_recursion(void) {
    volatile int depth = 0;
    return recurse(&depth);
}

/* A thread that starts in the kernel, or nowhere: its fault is its process's end. */
static int wild_thread(uint32_t entry, uint32_t start) {
    int thread = call(SYS_THREAD_CREATE, entry, 0, start);
    printf("  thread_create returned %d\n", thread);
    if (thread < 0)
        exit(EXIT_FAULT);
    thread_join(thread);
    sleep_ms(100);
    return 0;
}

static int thread_in_kernel(void) {
    return wild_thread(0, 0xC0100000);
}

static int thread_nowhere(void) {
    return wild_thread(0xDEADBEEF, (uint32_t)thread_start);
}

static void strike(void *unused) {
    (void)unused;
    write_kernel();
}

static int fault_in_thread(void) {
    int thread = thread_create(strike, NULL);
    thread_join(thread);
    sleep_ms(100);
    return 0;
}

/* ---- Oddities that are allowed, and must leave the kernel as it is ---- */

/* The direction flag set, segments emptied: the kernel must bring its own. */
static int strange_registers(void) {
    int pid, again;
    __asm__ volatile("std; int $0x80; cld" : "=a"(pid) : "a"(SYS_GETPID) : "memory");
    __asm__ volatile("push %%ds; push %%es; mov %2, %%ds; mov %2, %%es; mov %2, %%fs; mov %2, %%gs\n\t"
                     "int $0x80; pop %%es; pop %%ds"
                     : "=a"(again)
                     : "a"(SYS_GETPID), "r"(0)
                     : "memory");
    sleep_ms(20);
    printf("  getpid returned %d and %d\n", pid, again);
    return pid != getpid() || again != pid;
}

/* A stack that is nowhere does not matter to the kernel, as long as it is not used. */
static int strange_stack(void) {
    int pid;
    __asm__ volatile("mov %%esp, %%edi; mov $0xC0000000, %%esp; int $0x80; mov %%edi, %%esp"
                     : "=a"(pid)
                     : "a"(SYS_GETPID)
                     : "memory", "edi");
    return pid != getpid();
}

static int strange_flags(void) {
    int pid;
    __asm__ volatile("pushf; orl $0x44000, (%%esp); popf; int $0x80; pushf; andl $~0x44000, (%%esp); popf"
                     : "=a"(pid)
                     : "a"(SYS_GETPID)
                     : "memory", "cc");
    return pid != getpid();
}

/* ---- The list ---- */

enum verdict { REFUSED, ENDED };

#define CALLS(name)                                                                                          \
    { #name, name, REFUSED }
#define DIES(name)                                                                                           \
    { #name, name, ENDED }

static const struct attack {
    const char *name;
    int (*commit)(void);
    enum verdict expected;
} attacks[] = {
    CALLS(unknown_calls),
    CALLS(bad_write),
    CALLS(bad_spawn),
    CALLS(bad_say),
    CALLS(bad_wait),
    CALLS(strangers),
    CALLS(bad_free),
    CALLS(huge_sizes),
    CALLS(many_threads),
    CALLS(many_processes),
    CALLS(strange_registers),
    CALLS(strange_stack),
    CALLS(strange_flags),
    DIES(divide_by_zero),
    DIES(divide_overflow),
    DIES(write_null),
    DIES(read_kernel),
    DIES(write_kernel),
    DIES(write_window),
    DIES(write_code),
    DIES(write_kernel_stack),
    DIES(write_last_byte),
    DIES(jump_null),
    DIES(jump_kernel),
    DIES(jump_end),
    DIES(far_call_kernel),
    DIES(far_return_ring_0),
    DIES(iret_ring_0),
    DIES(iret_nested_task),
    DIES(load_kernel_ss),
    DIES(load_kernel_ds),
    DIES(null_ds),
    DIES(cli),
    DIES(sti),
    DIES(hlt),
    DIES(in),
    DIES(out),
    DIES(io_string),
    DIES(raise_iopl),
    DIES(read_cr0),
    DIES(write_cr3),
    DIES(write_dr7),
    DIES(lgdt),
    DIES(lidt),
    DIES(ltr),
    DIES(invlpg),
    DIES(wbinvd),
    DIES(clts),
    DIES(rdmsr),
    DIES(wrmsr),
    DIES(sysenter),
    DIES(int_divide),
    DIES(int_nmi),
    DIES(int_breakpoint),
    DIES(int_double_fault),
    DIES(int_page_fault),
    DIES(int_timer),
    DIES(int_keyboard),
    DIES(int_unused),
    DIES(icebp),
    DIES(bound),
    DIES(invalid),
    DIES(lock_invalid),
    DIES(single_step),
    DIES(floating_point),
    DIES(lost_stack),
    DIES(kernel_stack),
    DIES(lost_stack_call),
    DIES(guard_page),
    DIES(smash),
    DIES(endless_recursion),
    DIES(thread_in_kernel),
    DIES(thread_nowhere),
    DIES(fault_in_thread),
};

static int commit(unsigned number) {
    const struct attack *attack = &attacks[number];
    printf("hostile %u: %s\n", number, attack->name);
    int wrong = attack->commit();
    printf("hostile %u: %s: %s\n", number, attack->name,
           attack->expected == ENDED ? "survived"
           : wrong                   ? "not refused"
                                     : "refused");
    return wrong;
}

static bool holds_against(unsigned number) {
    const struct attack *attack = &attacks[number];
    char line[32];
    int status = 0;
    snprintf(line, sizeof line, "hostile %u", number);
    int pid = spawn(line);
    if (pid > 0 && wait(pid, &status) == pid && status == (attack->expected == ENDED ? EXIT_FAULT : 0))
        return true;
    printf("hostile: wrong: %u %s: pid %d, status %d\n", number, attack->name, pid, status);
    return false;
}

int main(int argc, char **argv) {
    if (argc > 1 && strcmp(argv[1], "quiet") == 0)
        return 0;
    if (argc > 1 && strcmp(argv[1], "sleeper") == 0) {
        sleep_ms(2000);
        return 0;
    }
    if (argc > 1 && (unsigned)atoi(argv[1]) < COUNT(attacks))
        return commit((unsigned)atoi(argv[1]));

    int passed = 0, failed = 0;
    for (unsigned number = 0; number < COUNT(attacks); number++) {
        if (holds_against(number))
            passed++;
        else
            failed++;
    }
    printf("hostile: %d passed, %d failed\n", passed, failed);
    return failed;
}
