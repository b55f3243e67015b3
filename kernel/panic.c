/*
 * The kernel's own end: what happened and where, on the screen and on the serial port, from whatever state
 * the machine is in. It trusts no structure more than it must and writes to the screen's memory directly.
 */
#include "kernel/kernel.h"
#include "mm/paging.h"
#include "mm/world.h"
#include "viz/palette.h"

enum {
    COLUMNS = 80,
    ROWS = 25,
    ROWS_MOST = 50, /* that the screen may show at the moment */
    EVENTS_SHOWN = 8,
    CALLERS_SHOWN = 8,
    STACK_WORDS = 4096,
    FRAME_TAIL = 20,
    LARGE_SHIFT = 22
};
enum { DOUBLE_FAULT = 8, PAGE_FAULT = 14 };
#define SCREEN 0xB8000u

extern char text_start[], text_end[];
static int row;

static void put_row(const char *text, uint8_t attribute) {
    volatile uint16_t *cells = (volatile uint16_t *)phys(SCREEN) + row++ * COLUMNS;
    for (int column = 0; column < COLUMNS; column++)
        cells[column] = (uint16_t)(attribute << 8 | (*text ? (uint8_t)*text++ : ' '));
}

static void line(const char *format, ...) __attribute__((format(printf, 1, 2)));
static void line(const char *format, ...) {
    char text[LINE_BYTES];
    va_list list;
    va_start(list, format);
    format_list(text, sizeof text, format, list);
    va_end(list);
    log_line("%s", text);
    if (row < ROWS)
        put_row(text, row ? ATTR_TEXT : ATTR_ERROR);
}

static paddr_t directory_in_use(void) {
    return memory_loaded() ? memory_loaded() : read_cr3();
}

static uint32_t entry_at(paddr_t table, uint32_t index) {
    paddr_t at = (table & PG_FRAME) + index * sizeof(uint32_t);
    return at < WINDOW_SIZE && at < boot_info.ram_end ? *(const uint32_t *)phys(at) : 0;
}

/* Both entries of an address; the second is 0 when there is no table. */
static void walk(vaddr_t address, uint32_t *directory_entry, uint32_t *table_entry) {
    uint32_t entry = entry_at(directory_in_use(), address >> LARGE_SHIFT);
    bool table = (entry & PG_PRESENT) && !(entry & PG_LARGE);
    *directory_entry = entry;
    *table_entry = table ? entry_at(entry, address >> PAGE_SHIFT & 1023) : 0;
}

static bool mapped(vaddr_t address) {
    uint32_t d, t;
    walk(address, &d, &t);
    return (d & PG_PRESENT) && ((d & PG_LARGE) || (t & PG_PRESENT));
}

static const char *bits(uint32_t entry, char text[16]) {
    if (!(entry & PG_PRESENT))
        return "not present";
    format_text(text, 16, "P%s%s%s%s%s", entry & PG_WRITE ? " W" : "", entry & PG_USER ? " U" : "",
                entry & PG_ACCESSED ? " A" : "", entry & PG_DIRTY ? " D" : "", entry & PG_LARGE ? " 4M" : "");
    return text;
}

static void show_walk(vaddr_t address) {
    uint32_t d, t;
    char d_bits[16], t_bits[16];
    walk(address, &d, &t);
    line("%08" PRIx32 ": directory %08" PRIx32 " (%s), table %08" PRIx32 " (%s)", address, d, bits(d, d_bits),
         t, bits(t, t_bits));
}

static void show_address(const char *what, uint32_t address) {
    uint32_t offset;
    const char *name = symbol_name(address, &offset);
    line("%s %08" PRIx32 "  %s+%" PRIx32, what, address, name, offset);
}

/* Is `back` what a call into `function` pushed? A direct call (E8) names its target, an indirect one (FF /2,
 * 2 to 7 bytes) may lead anywhere. */
static bool follows_call(uint32_t back, uint32_t function, bool direct) {
    const struct region text = {(uint32_t)text_start, (uint32_t)text_end};
    if (!region_has(text, back - 8) || !region_has(text, back))
        return false;
    const uint8_t *code = (const uint8_t *)back;
    if (direct)
        return code[-5] == 0xE8 && back + *(const uint32_t *)(back - 4) == function;
    for (int size = 2; size <= 7; size++)
        if (code[-size] == 0xFF && (code[1 - size] & 0x38) == 0x10)
            return true;
    return false;
}

/* The lowest stack word from `at` on that a call of `function` pushed; 0: none. */
static vaddr_t find_call(vaddr_t at, uint32_t function, bool direct) {
    for (int i = 0; i < STACK_WORDS && at && mapped(at); i++, at += 4)
        if (follows_call(*(const uint32_t *)at, function, direct))
            return at;
    return 0;
}

/* Frame pointers are not kept: each caller is searched for on the stack. */
static void show_callers(uint32_t eip, uint32_t esp) {
    esp &= ~3u;
    for (int i = 0; i < CALLERS_SHOWN; i++) {
        uint32_t offset;
        symbol_name(eip, &offset);
        vaddr_t at = find_call(esp, eip - offset, true);
        at = at ? at : find_call(esp, eip - offset, false);
        if (!at)
            return;
        eip = *(const uint32_t *)at;
        esp = at + 4;
        show_address("  called from", eip);
    }
}

static void show_events(void) {
    if (!events.ring)
        return;
    for (uint32_t back = EVENTS_SHOWN; back; back--) {
        const struct event *e = event_at(events.next - back);
        if (e && e->kind < EV_KINDS)
            line("event %" PRIu32 " %" PRIu32 "ms pid=%d %s [%08" PRIx32 ", %08" PRIx32 ") %08" PRIx32
                 " %08" PRIx32,
                 e->seq, e->time, e->pid, event_names[e->kind], e->at.start, e->at.end, e->arg[0], e->arg[1]);
    }
}

static void show_registers(const struct registers *r, uint32_t esp, uint32_t cr2) {
    show_address("at", r->eip);
    line("eax %08" PRIx32 "  ebx %08" PRIx32 "  ecx %08" PRIx32 "  edx %08" PRIx32, r->eax, r->ebx, r->ecx,
         r->edx);
    line("esi %08" PRIx32 "  edi %08" PRIx32 "  ebp %08" PRIx32 "  esp %08" PRIx32, r->esi, r->edi, r->ebp,
         esp);
    line("eip %08" PRIx32 "  cs %04" PRIx32 "  eflags %08" PRIx32 "  error %04" PRIx32 "  cr2 %08" PRIx32
         "  cr3 %08" PRIx32,
         r->eip, r->cs, r->eflags, r->error, cr2, directory_in_use());
    if (r->vector == PAGE_FAULT || r->vector == DOUBLE_FAULT)
        show_walk(cr2);
}

_Noreturn void panic(const struct registers *frame, uint32_t cr2, const char *format, ...) {
    static int depth;
    interrupts_off();
    if (depth++) {
        if (depth == 2)
            log_line("panic within the panic");
        serial_flush();
        halt();
    }
    char what[LINE_BYTES];
    va_list list;
    va_start(list, format);
    format_list(what, sizeof what, format, list);
    va_end(list);
    line("PANIC: %s", what);

    /* The processor pushes no esp for a trap inside the kernel; it stood above what the trap pushed. */
    uint32_t eip = frame ? frame->eip : (uint32_t)__builtin_return_address(0);
    uint32_t esp = frame ? frame->unused + FRAME_TAIL : (uint32_t)__builtin_frame_address(0) + 8;
    if (frame)
        show_registers(frame, esp, cr2);
    else
        show_address("at", eip);
    if (current->process)
        line("while pid %d (%s), thread %d was running", current->actor.pid, current->process->program->name,
             current->number);
    show_callers(eip, esp);
    show_events();
    while (row < ROWS_MOST)
        put_row("", ATTR_TEXT);
    serial_flush();
    halt();
}

_Noreturn void double_fault(void) {
    const struct tss *t = &tss_main;
    struct registers frame = {
        t->edi, t->esi, t->ebp, t->esp - FRAME_TAIL, t->ebx, t->edx, t->ecx, t->eax, DOUBLE_FAULT,
        0,      t->eip, t->cs,  t->eflags,           t->esp, t->ss};
    panic(&frame, read_cr2(), "double fault: %s",
          mapped(t->esp - 4) ? "a fault could not be delivered" : "the kernel stack ran into its guard page");
}
