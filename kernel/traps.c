/*
 * Traps: the interrupt table, the two 8259 interrupt controllers, and where each vector goes.
 */
#include "kernel/kernel.h"

enum { EXCEPTIONS = 32, VECTORS = IRQ_BASE + IRQS, TABLE = 256, DOUBLE_FAULT = 8 };

/* Gates, SDM vol. 3, 6.11: present, 32 bits; the last reachable from ring 3. */
#define GATE_INTERRUPT 0x8E00u
#define GATE_TASK      0x8500u
#define GATE_PROGRAM   0xEE00u

/* 8259A: commands at the first port, masks at the second. */
enum { PIC1 = 0x20, PIC2 = 0xA0, PIC_CASCADE = 2 };
enum { ICW1_INIT = 0x11, ICW4_8086 = 0x01, OCW2_EOI = 0x20, OCW3_READ_ISR = 0x0B };

extern const uint32_t trap_entries[VECTORS];
extern char syscall_entry[];
void trap(struct registers *frame);

static uint64_t gates[TABLE];
static void (*handlers[IRQS])(void);

static uint64_t gate(uint32_t address, uint32_t selector, uint32_t kind) {
    return (uint64_t)((address & 0xFFFF0000) | kind) << 32 | selector << 16 | (address & 0xFFFF);
}

static void pic_init(void) {
    outb(PIC1, ICW1_INIT);
    outb(PIC2, ICW1_INIT);
    outb(PIC1 + 1, IRQ_BASE);
    outb(PIC2 + 1, IRQ_BASE + 8);
    outb(PIC1 + 1, 1 << PIC_CASCADE);
    outb(PIC2 + 1, PIC_CASCADE);
    outb(PIC1 + 1, ICW4_8086);
    outb(PIC2 + 1, ICW4_8086);
    outb(PIC1 + 1, (uint8_t) ~(1 << PIC_CASCADE));
    outb(PIC2 + 1, 0xFF);
}

void traps_init(void) {
    for (uint32_t vector = 0; vector < VECTORS; vector++)
        gates[vector] = gate(trap_entries[vector], KERNEL_CODE, GATE_INTERRUPT);
    gates[DOUBLE_FAULT] = gate(0, TSS_DOUBLE, GATE_TASK);
    gates[SYSCALL_VECTOR] = gate((uint32_t)syscall_entry, KERNEL_CODE, GATE_PROGRAM);
    struct {
        uint16_t limit;
        uint32_t base;
    } __attribute__((packed)) table = {sizeof gates - 1, (uint32_t)gates};
    __asm__ volatile("lidt %0" : : "m"(table));
    pic_init();
}

void irq_enable(enum irq line, void (*handler)(void)) {
    uint16_t port = line < 8 ? PIC1 + 1 : PIC2 + 1;
    handlers[line] = handler;
    outb(port, inb(port) & (uint8_t) ~(1u << (line & 7)));
}

/* A line that went away before it was asked shows as the controller's lowest, with no bit in service. */
static bool irq_spurious(uint32_t line) {
    if ((line & 7) != 7)
        return false;
    uint16_t port = line < 8 ? PIC1 : PIC2;
    outb(port, OCW3_READ_ISR);
    return !(inb(port) & 0x80);
}

static void irq(uint32_t line) {
    bool spurious = irq_spurious(line);
    if (line >= 8 && !spurious)
        outb(PIC2, OCW2_EOI);
    if (line >= 8 || !spurious)
        outb(PIC1, OCW2_EOI);
    if (!spurious && handlers[line])
        handlers[line]();
}

void trap(struct registers *frame) {
    if (frame->vector < EXCEPTIONS) {
        fault(frame);
        return;
    }
    uint32_t line = frame->vector - IRQ_BASE;
    irq(line);
    if (!from_program(frame))
        return;
    if (line == IRQ_TIMER)
        thread_tick();
    else
        thread_irq();
}

const char *trap_name(uint32_t vector) {
    static const char *const names[EXCEPTIONS] = {
        "divide error",
        "debug trap",
        "non-maskable interrupt",
        "breakpoint",
        "overflow",
        "bound exceeded",
        "invalid instruction",
        "no floating-point unit",
        "double fault",
        "coprocessor overrun",
        "invalid task state",
        "segment not present",
        "stack segment fault",
        "general protection fault",
        "page fault",
        [16] = "floating-point error",
        "alignment check",
        "machine check",
        "SIMD error",
        "virtualization fault",
        "control protection fault",
    };
    return vector < EXCEPTIONS && names[vector] ? names[vector] : "unknown trap";
}
