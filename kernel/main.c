/*
 * The whole boot on one page. boot/boot.asm calls kmain with paging on, interrupts off, on the boot stack,
 * which stays the kernel thread's.
 */
#include "kernel/kernel.h"
#include "mm/regime.h"

_Noreturn void kmain(uint32_t magic, paddr_t block);

static void start_first_program(void) {
    char lecture[COMMAND_BYTES] = "";
    const char *reason, *wanted = boot_option("lecture");
    if (wanted) {
        format_text(lecture, sizeof lecture, "lecture %s", wanted);
        console_command(lecture);
    }
    wanted = boot_option("run");
    if (*lecture && !wanted)
        return; /* it sets its own scene */
    if (process_spawn(wanted ? wanted : "churn", 0, &terms_now, &reason) < 0)
        log_line("no program starts by itself: %s", reason);
}

_Noreturn void kmain(uint32_t magic, paddr_t block) {
    segments_init();              /* flat segments, the kernel's stack, the double fault's own task */
    traps_init();                 /* exceptions end readably from here on */
    clock_init();                 /* the time stamp counter measured, the timer set */
    serial_init();                /* COM1, if there is one: the log from here on */
    keyboard_init();              /* PS/2, if there is one */
    mouse_init();                 /* PS/2, if there is one */
    boot_info_read(magic, block); /* memory map, modules, command line, before anything overwrites them */
    memory_init();                /* the final directory; memman, owners and the event ring */
    regimes_init();               /* the museum's arena */
    terms_init();                 /* what programs run under */
    programs_init();              /* the modules by name */
    lectures_init();              /* the modules that are lectures, checked */
    boot_options_check();         /* words nobody knows */
    frame_init();                 /* the picture */
    start_first_program();        /* lecture=NAME, run=NAME, or churn */
    log_line("suture ready: %" PRIu32 " programs, memory up to %08" PRIx32, program_count, boot_info.ram_end);
    kernel_work(); /* the kernel thread, for ever */
}
