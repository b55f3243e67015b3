/*
 * The audit: every difference between structures that speak of the same memory.
 */
#include "mm/audit.h"
#include "mm/heap.h"
#include "mm/memman.h"
#include "mm/owners.h"
#include "mm/paging.h"
#include "mm/space.h"
#include "mm/world.h"

struct audit {
    audit_report report;
    void *context;
    uint32_t differences;
};

static void differ(struct audit *a, const char *what) {
    if (what) {
        a->differences++;
        a->report(a->context, what);
    }
}

/* The owner that a mapped page of the user half must have. */
static enum owner owner_at(const struct space *space, vaddr_t page) {
    if (region_has(space->heap.config.span, page)) {
        return OWNER_HEAP;
    }
    if (region_has(space->pages.config.span, page)) {
        return OWNER_UPAGE;
    }
    if (page >= USER_ARGUMENTS || page < USER_PAGES) {
        return OWNER_IMAGE;
    }
    return page >= USER_ARGUMENTS - STACKS * STACK_SPAN ? OWNER_STACK : OWNER_FOREIGN;
}

/* Page tables against frames. */
static void audit_tables(struct audit *a, const struct space *space) {
    uint32_t mapped[OWNERS] = {0};
    const uint32_t *directory = phys(space->directory), *kernel = phys(paging_kernel);
    mapped[OWNER_KPAGE] = 1;
    for (uint32_t i = 0; i < 1024; i++) {
        if (i >= KERNEL_BASE >> 22) {
            differ(a, (directory[i] ^ kernel[i]) & ~(PG_ACCESSED | PG_DIRTY)
                          ? "a directory's kernel half is not the kernel's"
                          : NULL);
            continue;
        }
        if (!(directory[i] & PG_PRESENT)) {
            continue;
        }
        struct frame table_frame = owners_frame(NOW, directory[i] >> PAGE_SHIFT);
        differ(a, table_frame.owner != OWNER_KPAGE || table_frame.slot != space->slot
                      ? "a page table's frame is not lent to its process"
                      : NULL);
        mapped[OWNER_KPAGE]++;
        const uint32_t *table = phys(directory[i] & PG_FRAME);
        for (uint32_t j = 0; j < 1024; j++) {
            if (!(table[j] & PG_PRESENT)) {
                continue;
            }
            struct frame frame = owners_frame(NOW, table[j] >> PAGE_SHIFT);
            enum owner expected = owner_at(space, i << 22 | j << PAGE_SHIFT);
            differ(a, frame.owner != expected ? "a mapped frame has another owner than its page" : NULL);
            differ(a, frame.slot != space->slot ? "a mapped frame is lent to another process" : NULL);
            mapped[expected]++;
        }
    }
    for (int o = 0; o < OWNERS; o++) {
        differ(a, mapped[o] != space->frames[o] ? "a process's count of frames differs from its page tables"
                                                : NULL);
    }
}

/* Every page of the heap's range is mapped exactly when a block covers part of it. */
static void audit_heap(struct audit *a, const struct space *space, const struct heap *heap) {
    const char *wrong = heap_check(heap);
    differ(a, wrong);
    if (wrong) {
        return;
    }
    uint32_t counts[OWNERS] = {0}, mapped = 0;
    paging_count(NOW, space, heap->config.span, counts);
    for (int o = 0; o < OWNERS; o++) {
        mapped += counts[o];
    }
    differ(a, mapped != heap->mapped ? "pages are mapped that no block covers" : NULL);
    for (const struct tile *t = heap->first; t; t = t->next) {
        vaddr_t end = t->at.end - (t->guard_page ? PAGE_SIZE : 0);
        for (vaddr_t page = round_down(t->at.start, PAGE_SIZE); t->state == TILE_BLOCK && page < end;
             page += PAGE_SIZE) {
            differ(a, paging_entry(NOW, space, page) & PG_PRESENT ? NULL : "a block's page is not mapped");
        }
    }
}

/* What memman has lent to processes is what processes have. */
static void audit_totals(struct audit *a) {
    uint32_t frames[OWNERS] = {0}, lent[OWNERS] = {0};
    for (int i = 0; i < SPACES; i++) {
        for (int o = 0; o < OWNERS; o++) {
            frames[o] += spaces[i].pid ? spaces[i].frames[o] : 0;
        }
    }
    for (uint32_t n = zones[ZONE_U].span.start >> PAGE_SHIFT; n < zones[ZONE_U].span.end >> PAGE_SHIFT; n++) {
        lent[owners.frame[n].owner]++;
    }
    for (int o = OWNER_UPAGE; o <= OWNER_IMAGE; o++) {
        differ(a, lent[o] != frames[o] ? "frames are lent that no process has" : NULL);
    }
}

uint32_t audit_all(audit_report report, void *context) {
    struct audit a = {report, context, 0};
    differ(&a, owners_check());
    for (int z = 0; z < ZONES; z++) {
        differ(&a, memman_check((enum zone)z));
    }
    for (int i = 0; i < SPACES; i++) {
        if (spaces[i].pid) {
            audit_tables(&a, &spaces[i]);
            audit_heap(&a, &spaces[i], &spaces[i].heap);
            audit_heap(&a, &spaces[i], &spaces[i].pages);
        }
    }
    audit_totals(&a);
    return a.differences;
}
