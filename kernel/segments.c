/*
 * Segments: all flat, as paging does the protecting (SDM vol. 3, 3.2.1). Two task states: one tells the
 * processor where the kernel stack is, the other gives the double fault a stack and a directory of its own,
 * so that a kernel stack that ran into its guard page still ends readably.
 */
#include "kernel/kernel.h"
#include "mm/paging.h"

enum { ENTRIES = 7, LIMIT_4GB = 0xFFFFF };

/* 3.4.5: access byte and flags of a descriptor. */
#define PRESENT_RING(ring) (0x80u | (ring) << 5)
#define SEGMENT_CODE       0x1Au
#define SEGMENT_DATA       0x12u
#define SEGMENT_TSS        0x09u
#define FLAGS_PAGES_32     0xCu

static uint64_t descriptors[ENTRIES];
static uint8_t double_stack[4096] __attribute__((aligned(16)));

struct tss tss_main = {.ss0 = KERNEL_DATA, .iomap = sizeof(struct tss)};
struct tss tss_double = {.iomap = sizeof(struct tss)};

static uint64_t descriptor(uint32_t base, uint32_t limit, uint32_t access, uint32_t flags) {
    uint32_t low = base << 16 | (limit & 0xFFFF);
    uint32_t high = (base & 0xFF000000) | flags << 20 | (limit & 0xF0000) | access << 8 | (base >> 16 & 0xFF);
    return (uint64_t)high << 32 | low;
}

void segments_init(void) {
    descriptors[KERNEL_CODE >> 3] = descriptor(0, LIMIT_4GB, PRESENT_RING(0) | SEGMENT_CODE, FLAGS_PAGES_32);
    descriptors[KERNEL_DATA >> 3] = descriptor(0, LIMIT_4GB, PRESENT_RING(0) | SEGMENT_DATA, FLAGS_PAGES_32);
    descriptors[USER_CODE >> 3] = descriptor(0, LIMIT_4GB, PRESENT_RING(3) | SEGMENT_CODE, FLAGS_PAGES_32);
    descriptors[USER_DATA >> 3] = descriptor(0, LIMIT_4GB, PRESENT_RING(3) | SEGMENT_DATA, FLAGS_PAGES_32);
    descriptors[TSS_MAIN >> 3] =
        descriptor((uint32_t)&tss_main, sizeof tss_main - 1, PRESENT_RING(0) | SEGMENT_TSS, 0);
    descriptors[TSS_DOUBLE >> 3] =
        descriptor((uint32_t)&tss_double, sizeof tss_double - 1, PRESENT_RING(0) | SEGMENT_TSS, 0);

    tss_double.cr3 = read_cr3();
    tss_double.eip = (uint32_t)double_fault;
    tss_double.esp = (uint32_t)(double_stack + sizeof double_stack);
    tss_double.eflags = EFLAGS_FIXED;
    tss_double.cs = KERNEL_CODE;
    tss_double.ss = tss_double.ds = tss_double.es = KERNEL_DATA;

    struct {
        uint16_t limit;
        uint32_t base;
    } __attribute__((packed)) table = {sizeof descriptors - 1, (uint32_t)descriptors};
    __asm__ volatile("lgdt %0\n\t"
                     "ljmp %1, $1f\n"
                     "1:\tmov %2, %%ss\n\t"
                     "mov %3, %%ds\n\t"
                     "mov %3, %%es\n\t"
                     "mov %4, %%fs\n\t"
                     "mov %4, %%gs\n\t"
                     "ltr %w5"
                     :
                     : "m"(table), "i"(KERNEL_CODE), "r"(KERNEL_DATA), "r"(USER_DATA), "r"(0), "r"(TSS_MAIN)
                     : "memory");
}
