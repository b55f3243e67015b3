/*
 * The processor's instructions that C cannot say, and the layout it fixes. Serves kernel/ alone; the numbers
 * are Intel SDM vol. 3.
 */
#ifndef KERNEL_MACHINE_H
#define KERNEL_MACHINE_H

#include "mm/types.h"

/* Selectors (segments.c). The kernel runs with ds = es = USER_DATA, which is flat too, so that entry and exit
 * need not switch them. */
#define KERNEL_CODE 0x08
#define KERNEL_DATA 0x10
#define USER_CODE   0x1B
#define USER_DATA   0x23
#define TSS_MAIN    0x28
#define TSS_DOUBLE  0x30

#define EFLAGS_FIXED      0x002u /* always set */
#define EFLAGS_INTERRUPTS 0x200u

/* 2.5: CR0.EM makes a program's floating-point instructions fault: their registers are not kept apart. */
#define CR0_EM 0x00000004u
#define CR0_WP 0x00010000u

/* What lies on the kernel stack while a trap is served: pushed by the processor and traps.asm, in this order
 * from the end. */
struct registers {
    uint32_t edi, esi, ebp, unused, ebx, edx, ecx, eax;
    uint32_t vector, error;
    uint32_t eip, cs, eflags;
    uint32_t esp, ss; /* only when the trap came from ring 3 */
};

static inline bool from_program(const struct registers *frame) {
    return (frame->cs & 3) == 3;
}

/* 7.2.1. Only stack and iomap of the main one are ever read by the processor. */
struct tss {
    uint32_t link, esp0, ss0, esp1, ss1, esp2, ss2, cr3, eip, eflags, eax, ecx, edx, ebx, esp, ebp, esi, edi;
    uint32_t es, cs, ss, ds, fs, gs, ldt;
    uint16_t trap, iomap;
};

static inline void outb(uint16_t port, uint8_t value) {
    __asm__ volatile("outb %0, %1" : : "a"(value), "Nd"(port));
}

static inline void outw(uint16_t port, uint16_t value) {
    __asm__ volatile("outw %0, %1" : : "a"(value), "Nd"(port));
}

static inline uint8_t inb(uint16_t port) {
    uint8_t value;
    __asm__ volatile("inb %1, %0" : "=a"(value) : "Nd"(port));
    return value;
}

static inline uint64_t rdtsc(void) {
    uint64_t value;
    __asm__ volatile("rdtsc" : "=A"(value));
    return value;
}

static inline void interrupts_on(void) {
    __asm__ volatile("sti" : : : "memory");
}

static inline void interrupts_off(void) {
    __asm__ volatile("cli" : : : "memory");
}

/* Switches them off and says whether they were on. */
static inline bool interrupts_save(void) {
    uint32_t flags;
    __asm__ volatile("pushf\n\tpop %0\n\tcli" : "=r"(flags) : : "memory");
    return (flags & EFLAGS_INTERRUPTS) != 0;
}

static inline void interrupts_restore(bool on) {
    if (on)
        interrupts_on();
}

/* Sleeps until an interrupt; none can slip in between. */
static inline void interrupts_wait(void) {
    __asm__ volatile("sti\n\thlt\n\tcli" : : : "memory");
}

static inline uint32_t read_cr2(void) {
    uint32_t value;
    __asm__ volatile("mov %%cr2, %0" : "=r"(value));
    return value;
}

static inline uint32_t read_cr0(void) {
    uint32_t value;
    __asm__ volatile("mov %%cr0, %0" : "=r"(value));
    return value;
}

static inline void write_cr0(uint32_t value) {
    __asm__ volatile("mov %0, %%cr0" : : "r"(value) : "memory");
}

static inline uint32_t read_cr3(void) {
    uint32_t value;
    __asm__ volatile("mov %%cr3, %0" : "=r"(value));
    return value;
}

static inline void write_cr3(paddr_t directory) {
    __asm__ volatile("mov %0, %%cr3" : : "r"(directory) : "memory");
}

static inline void invlpg(vaddr_t page) {
    __asm__ volatile("invlpg (%0)" : : "r"(page) : "memory");
}

#endif
