/*
 * The verb crash: the kernel does wrong on purpose, so that its end can be seen and tested.
 */
#include "kernel/kernel.h"
#include "mm/world.h"

static const char *crash(struct command *command) {
    static volatile uint32_t zero;
    const char *how = command->words[1];
    if (same_text(how, "read"))
        zero = *(volatile uint32_t *)(uintptr_t)(zero + 0x1234);
    else if (same_text(how, "write"))
        *(volatile uint8_t *)(uintptr_t)crash = 0;
    else if (same_text(how, "divide"))
        __asm__ volatile("divl %0" : : "r"(zero) : "eax", "edx", "cc");
    else if (same_text(how, "stack"))
        __asm__ volatile("1: push %eax\n\tjmp 1b");
    else
        world_panic("a law broken on purpose");
    return "the kernel survived, which it should not";
}

static const struct verb verb_crash = {"crash", "crash read | write | divide | stack | law",
                                       "Makes the kernel fail, to show how it ends.", crash};
TABLE_ENTRY(verbs, const struct verb, verb_crash);
