/*
 * The way out: the power switches of the machines this is shown on, one after another.
 */
#include "kernel/kernel.h"

enum {
    QEMU_PM = 0x604,
    QEMU_OFF = 0x2000,
    VIRTUALBOX_PM = 0x4004,
    VIRTUALBOX_OFF = 0x3400,
    BOCHS_OFF = 0x8900
};

_Noreturn void halt(void) {
    for (;;)
        __asm__ volatile("cli\n\thlt");
}

_Noreturn void power_off(void) {
    interrupts_off();
    serial_flush();
    outw(QEMU_PM, QEMU_OFF);
    for (const char *c = "Shutdown"; *c; c++)
        outb(BOCHS_OFF, (uint8_t)*c);
    outw(VIRTUALBOX_PM, VIRTUALBOX_OFF);
    halt();
}

static const char *quit(struct command *command) {
    command->outlet->line(command->outlet->context, "ok");
    power_off();
}

static const struct verb verb_quit = {"quit", "quit", "Switches the machine off.", quit};
TABLE_ENTRY(verbs, const struct verb, verb_quit);
