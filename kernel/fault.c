/*
 * Faults. In ring 3: a stack grows, or the program ends, alone, and the log says what it did. In the kernel:
 * the panic screen.
 */
#include "kernel/kernel.h"
#include "mm/space.h"

enum { NMI = 2, PAGE_FAULT = 14 };

/* The newest free of a block of this process that held the address, as far as the ring reaches; else the
 * event of its hole; 0: none. */
static uint32_t freed_by(const struct process *process, vaddr_t address) {
    for (uint32_t seq = events.next - 1; seq >= events_oldest() && seq; seq--) {
        const struct event *e = event_at(seq);
        bool heap = e->pid == process->pid && (e->kind == EV_FREE || e->kind == EV_MALLOC);
        if (heap && region_has(e->at, address))
            return e->kind == EV_FREE ? seq : 0;
    }
    struct tile_view tile;
    const struct space *space = process->space;
    bool inside =
        heap_tile(NOW, &space->heap, address, &tile) || heap_tile(NOW, &space->pages, address, &tile);
    return inside && tile.state == TILE_HOLE ? tile.seq : 0;
}

/* "main+12", or the number alone. */
static const char *where(uint32_t address, char text[64]) {
    uint32_t offset;
    const char *name = program_function(current->process->pid, address, &offset);
    format_text(text, 64, name ? "%08" PRIx32 " (%s+%" PRIu32 ")" : "%08" PRIx32, address, name, offset);
    return text;
}

static void say_freed(uint32_t seq) {
    const struct event *e = event_at(seq);
    char text[64];
    if (!e)
        log_line("  that memory was freed before event %" PRIu32, events_oldest());
    else
        log_line("  that memory was the block [%08" PRIx32 ", %08" PRIx32
                 "), freed by pid %d at %s in event %" PRIu32,
                 e->at.start, e->at.end, e->pid, where(e->caller, text), seq);
}

static _Noreturn void end_program(const struct registers *frame, vaddr_t address) {
    const struct process *process = current->process;
    bool page = frame->vector == PAGE_FAULT;
    char text[64], did[128];
    uint32_t seq = page ? freed_by(process, address) : 0;
    struct event *e =
        event_emit(EV_FAULT, OWNER_FOREIGN, (struct region){address, address}, (struct region){0, 0});
    e->arg[0] = frame->error;
    e->arg[1] = frame->eip;
    e->arg[2] = seq;
    e->arg[3] = seq ? FAULT_FREED : FAULT_UNKNOWN;
    e->arg[4] = e->arg[5] = 0;
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
    if (seq)
        say_freed(seq);
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
