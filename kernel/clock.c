/*
 * Time. The timer's channel 0 interrupts 250 times a second, for the scheduler; how late it is comes from the
 * time stamp counter, measured once against channel 2 by reading that counter down. Ticks are never counted:
 * some machines merge them.
 */
#include "kernel/kernel.h"

/* 8254: ports, control words, input frequency. */
enum { PIT_CHANNEL0 = 0x40, PIT_CHANNEL2 = 0x42, PIT_CONTROL = 0x43, PIT_GATE = 0x61 };
enum { PIT_0_RATE = 0x34, PIT_2_ONCE = 0xB0, PIT_2_LATCH = 0x80, GATE_ON = 1, SPEAKER_ON = 2 };
#define PIT_HZ 1193182u

#define TICK_US 4000u

#define CALIBRATION_COUNTS 5966u       /* 5 ms */
#define CALIBRATION_TRIES  10000000u   /* a timer that stands still does not hang the boot */
#define US_PER_COUNT_32    3599591155u /* 10^6 / PIT_HZ, times 2^32 */
#define FALLBACK_SCALE     4294967u    /* of a counter at 1 GHz */

static uint64_t start;
static uint32_t scale = FALLBACK_SCALE; /* microseconds per cycle, times 2^32 */

static uint16_t count_left(void) {
    outb(PIT_CONTROL, PIT_2_LATCH);
    uint16_t low = inb(PIT_CHANNEL2);
    return (uint16_t)(low | inb(PIT_CHANNEL2) << 8);
}

static void calibrate(void) {
    outb(PIT_GATE, (inb(PIT_GATE) & (uint8_t)~SPEAKER_ON) | GATE_ON);
    outb(PIT_CONTROL, PIT_2_ONCE);
    outb(PIT_CHANNEL2, 0xFF);
    outb(PIT_CHANNEL2, 0xFF);

    uint16_t first = count_left(), counts = 0;
    uint64_t begin = rdtsc(), cycles = 0;
    for (uint32_t i = 0; i < CALIBRATION_TRIES && counts < CALIBRATION_COUNTS; i++) {
        counts = (uint16_t)(first - count_left());
        cycles = rdtsc() - begin;
    }
    if (counts >= CALIBRATION_COUNTS && cycles > counts)
        scale = (uint32_t)((uint64_t)counts * US_PER_COUNT_32 / cycles);
}

uint64_t clock_us(void) {
    uint64_t cycles = rdtsc() - start;
    return (cycles >> 32) * scale + ((cycles & 0xFFFFFFFF) * scale >> 32);
}

uint32_t clock_ms(void) {
    return (uint32_t)(clock_us() / 1000);
}

static void tick(void) {
    events_clock = clock_ms();
    if (frame_due() || conductor_due() || audit_due() || lecture_due())
        kernel_wanted = true;
}

void clock_init(void) {
    calibrate();
    start = rdtsc();
    const uint32_t divisor = PIT_HZ / (1000000 / TICK_US);
    outb(PIT_CONTROL, PIT_0_RATE);
    outb(PIT_CHANNEL0, divisor & 0xFF);
    outb(PIT_CHANNEL0, divisor >> 8);
    irq_enable(IRQ_TIMER, tick);
}
