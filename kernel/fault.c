/*
 * Faults. In ring 3: a stack grows, or the program ends, alone, and the log says what it did. In the kernel:
 * the panic screen.
 */
#include "kernel/kernel.h"
#include "mm/space.h"

enum { NMI = 2, PAGE_FAULT = 14 };

/* "main+0x12", or the number alone. */
static const char *where(uint32_t address, char text[64]) {
    uint32_t offset;
    const char *name = program_function(current->process->pid, address, &offset);
    format_text(text, 64, name ? "%08" PRIx32 " (%s+0x%" PRIx32 ")" : "%08" PRIx32, address, name, offset);
    return text;
}

/* The cause, in a line of its own. */
static void say_cause(const struct event *e) {
    char text[64];
    where(e->arg[4], text);
    switch (e->arg[3]) {
    case FAULT_GUARD_PAGE:
        log_line("  that is the guard page behind the block at %08" PRIx32 ", %" PRIu32
                 " bytes, asked for at %s in event %" PRIu32,
                 e->was.start, e->arg[5], text, e->arg[2]);
        break;
    case FAULT_FREED:
        log_line("  that memory was the block at %08" PRIx32 ", %" PRIu32
                 " bytes, freed by pid %d at %s in event %" PRIu32,
                 e->was.start, e->arg[5], e->pid, text, e->arg[2]);
        break;
    case FAULT_FREED_BEFORE: log_line("  that memory was freed before event %" PRIu32, e->arg[2]); break;
    default: break;
    }
}

static struct event *emit_fault(const struct registers *frame, vaddr_t address) {
    const struct space *space = current->process->space;
    struct event *e =
        event_emit(EV_FAULT, OWNER_FOREIGN, (struct region){address, address}, (struct region){0, 0});
    e->arg[0] = frame->error;
    e->arg[1] = frame->eip;
    e->arg[2] = e->arg[3] = e->arg[4] = e->arg[5] = 0;
    if (frame->vector == PAGE_FAULT && !heap_tell_fault(&space->heap, address, e))
        heap_tell_fault(&space->pages, address, e);
    return e;
}

static _Noreturn void end_program(const struct registers *frame, vaddr_t address) {
    const struct process *process = current->process;
    bool page = frame->vector == PAGE_FAULT;
    char text[64], did[128];
    const struct event *e = emit_fault(frame, address);
    if (!page)
        format_text(did, sizeof did, "%s at %s", trap_name(frame->vector), where(frame->eip, text));
    else if (address == frame->eip)
        format_text(did, sizeof did, "it jumped to %08" PRIx32, address);
    else
        format_text(did, sizeof did, "at %s it %s %08" PRIx32, where(frame->eip, text),
                    frame->error & FAULT_WRITE ? "wrote to" : "read from", address);
    log_line("%s[%d] ends: %s%s%s%s", process->program->name, process->pid, did, page ? ", " : "",
             page ? space_place(process->space, address) : "",
             !page                          ? ""
             : frame->error & FAULT_PRESENT ? ", which it may not"
                                            : ", where nothing is mapped");
    say_cause(e);
    process_end(current->process, EXIT_FAULT, EXIT_BY_FAULT);
    halt(); /* not reached: the process is the current one */
}

void fault(struct registers *frame) {
    uint32_t address = frame->vector == PAGE_FAULT ? read_cr2() : frame->eip;
    if (!from_program(frame) || frame->vector == NMI)
        panic(frame, read_cr2(), "%s in the kernel%s", trap_name(frame->vector),
              frame->vector != PAGE_FAULT  ? ""
              : frame->error & FAULT_WRITE ? ", writing"
                                           : ", reading");
    if (frame->vector == PAGE_FAULT) {
        int grown = space_fault(current->process->space, address);
        if (grown == OK)
            return;
        if (grown == E_NOMEM)
            log_line("%s[%d]: no memory left for the page it touched", current->process->program->name,
                     current->process->pid);
    }
    end_program(frame, address);
}
