/*
 * One entry of a page directory or of a page table, bit by bit, in words; and whose the frame behind it is.
 */
#include "viz/entry.h"
#include "mm/paging.h"
#include "viz/bars.h"
#include "viz/layout.h"
#include "viz/palette.h"
#include "viz/panel.h"

static int bit(struct screen *screen, int row, int column, bool set, char letter, const char *yes,
               const char *no) {
    column = screen_print(screen, row, column, LINE_END, set ? ATTR_HEADING : ATTR_DIM, "%c", letter);
    return screen_print(screen, row, column, LINE_END, set ? ATTR_TEXT : ATTR_DIM, " %s", set ? yes : no) + 3;
}

static void bits(struct screen *screen, int row, uint32_t entry, moment_t at) {
    int column = bit(screen, row, ENTRY_COLUMN, true, 'P', "present", "");
    column = bit(screen, row, column, entry & PG_WRITE, 'W', "writable", "read-only");
    column = bit(screen, row, column, entry & PG_USER, 'U', "for programs", "kernel only");
    if (at != NOW) {
        screen_text(screen, row, column, LINE_END, ATTR_DIM, "A D unknown of the past");
        return;
    }
    column = bit(screen, row, column, entry & PG_ACCESSED, 'A', "accessed", "not accessed");
    bit(screen, row, column, entry & PG_DIRTY, 'D', "dirty", "clean");
}

static void absent(struct screen *screen, int row) {
    bit(screen, row, ENTRY_COLUMN, false, 'P', "", "not present: the other bits mean nothing");
    screen_text(screen, row + 1, ENTRY_COLUMN, LINE_END, ATTR_TEXT,
                "No frame is behind these addresses: who touches them faults.");
}

/* Whose the frame is, and who lent it. */
static void frame_words(struct screen *screen, int row, uint32_t entry, moment_t at) {
    struct frame frame = owners_frame(at, entry >> PAGE_SHIFT);
    enum owner owner = (enum owner)frame.owner, lender = owner_info[owner].lender;
    const struct space *holder = space_in_slot(at, frame.slot);
    int column =
        screen_print(screen, row, ENTRY_COLUMN, LINE_END, ATTR_TEXT, "frame %08X  ", entry & PG_FRAME);
    if (entry_foreign(owner)) {
        screen_put(screen, row, column, cell('!', ATTR_ERROR));
        screen_text(screen, row, column + 2, LINE_END, ATTR_ERROR_TEXT, "nobody lent it to this process");
        return;
    }
    bars_swatch(screen, row, column, owner);
    column = screen_text(screen, row, column + 2, LINE_END, ATTR_TEXT, owner_info[owner].name);
    if (holder) {
        column = screen_print(screen, row, column, LINE_END, ATTR_TEXT, " of pid %u %s", holder->pid,
                              holder->name);
    }
    if (lender != owner) {
        column = screen_text(screen, row, column, LINE_END, ATTR_TEXT, ", lent by ");
        bars_swatch(screen, row, column, lender);
        screen_text(screen, row, column + 2, LINE_END, ATTR_TEXT, owner_info[lender].name);
    }
}

void entry_of_directory(struct screen *screen, int row, vaddr_t start, uint32_t entry, moment_t at) {
    char title[SCREEN_COLUMNS], rest[SCREEN_COLUMNS];
    print_line(title, sizeof title, "ENTRY %u", start / TABLE_SPAN);
    print_line(rest, sizeof rest, "of the directory  %08X..%08X  =  %08X", start, start + TABLE_SPAN, entry);
    panel_heading(screen, row, title, rest);
    if (entry & PG_PRESENT) {
        bits(screen, row + 1, entry, at);
        screen_print(screen, row + 2, ENTRY_COLUMN, LINE_END, ATTR_TEXT,
                     "one page of 4 MB, frames %08X..%08X: the kernel sees physical memory here",
                     entry & PG_FRAME, (entry & PG_FRAME) + TABLE_SPAN);
    } else {
        absent(screen, row + 1);
    }
}

void entry_of_table(struct screen *screen, int row, const struct space *space, vaddr_t page, uint32_t entry,
                    moment_t at) {
    char title[SCREEN_COLUMNS], rest[SCREEN_COLUMNS];
    print_line(title, sizeof title, "ENTRY %u", page / PAGE_SIZE % PAGING_ENTRIES);
    if (at == NOW || !(entry & PG_PRESENT)) {
        print_line(rest, sizeof rest, "%08X..%08X  =  %08X", page, page + PAGE_SIZE, entry);
    } else { /* the digit with A and D is unknown */
        print_line(rest, sizeof rest, "%08X..%08X  =  %06X?%X", page, page + PAGE_SIZE, entry >> 8,
                   entry & 15);
    }
    panel_heading(screen, row, title, rest);
    screen_print_right(screen, row, LINE_END, ATTR_DIM, "  %s",
                       page < KERNEL_BASE ? space_place(space, page) : "the kernel");
    if (entry & PG_PRESENT) {
        bits(screen, row + 1, entry, at);
        frame_words(screen, row + 2, entry, at);
        screen_text(screen, row + 3, ENTRY_COLUMN, LINE_END, ATTR_DIM,
                    "The processor sets A when the page is touched, D when it is written; a clears.");
    } else {
        absent(screen, row + 1);
    }
}
