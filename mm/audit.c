/*
 * The audit: every difference between structures that speak of the same memory.
 */
#include "mm/audit.h"
#include "mm/events.h"
#include "mm/paging.h"
#include "mm/regime.h"
#include "mm/space.h"
#include "mm/world.h"

#define PIECE_PAGES  32u /* entries of a page table looked at in one piece */
#define STEP_EVENTS  256u
#define KERNEL_ENTRY (KERNEL_BASE / TABLE_SPAN)

static void tell(struct audit *a, struct difference *d) {
    if (d->what) {
        a->differences++;
        d->pid = d->pid ? d->pid : a->pid;
        a->report(a->context, d);
        *d = (struct difference){0};
    }
}

/* ---- page tables ---- */

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

/* A frame that something of the space holds as `owner`'s. */
static void check_frame(struct audit *a, const struct space *space, uint32_t frame, vaddr_t page,
                        enum owner owner, const char *by) {
    struct frame f = owners_frame(NOW, frame);
    struct difference d = {0};
    differ(&d, f.owner != owner, "a mapped frame has another owner than its page", page, CLAIM(by, owner),
           CLAIM("frame", f.owner));
    d.owners = d.what != NULL;
    differ(&d, f.slot != space->slot, "a mapped frame is lent to another process", page,
           CLAIM("slot", space->slot), CLAIM("frame's slot", f.slot));
    tell(a, &d);
}

/* A page of a heap is mapped exactly when a block covers part of it. */
static void check_covered(struct audit *a, const struct space *space, vaddr_t page, bool mapped) {
    const struct heap *heap = page >= USER_HEAP ? &space->heap : &space->pages;
    struct difference d = {0};
    if (!region_has(heap->config.span, page)) {
        return;
    }
    bool covered = heap_covers(heap, page) ||
                   (mapped && space->regime->has_page && space->regime->has_page(space, page));
    differ(&d, mapped && !covered, "a page is mapped that no block covers", page, CLAIM("page table", 1),
           CLAIM("blocks", 0));
    differ(&d, covered && !mapped, "a block's page is not mapped", page, CLAIM("page table", 0),
           CLAIM("blocks", 1));
    tell(a, &d);
}

static void check_kernel_half(struct audit *a, const uint32_t *directory) {
    const uint32_t *kernel = phys(paging_kernel);
    for (uint32_t i = KERNEL_ENTRY; i < 1024; i++) {
        struct difference d = {0};
        differ(&d, (directory[i] ^ kernel[i]) & ~(PG_ACCESSED | PG_DIRTY),
               "a directory's kernel half is not the kernel's", i * TABLE_SPAN,
               CLAIM("directory", directory[i]), CLAIM("kernel's", kernel[i]));
        tell(a, &d);
    }
}

/* Is there anything to see in a table's span that has no table? */
static bool spans_heap(const struct space *space, vaddr_t address) {
    return address - space->heap.range.start < region_size(space->heap.range) ||
           address - space->pages.range.start < region_size(space->pages.range);
}

/* The next few pages, or the rest of a span without a table. */
static void see_pages(struct audit *a, const struct space *space) {
    struct pages_sweep *s = &a->pages;
    const uint32_t *directory = phys(space->directory);
    uint32_t entry = directory[s->page / TABLE_SPAN];
    bool table = entry & PG_PRESENT;
    if (s->page % TABLE_SPAN == 0 && table) {
        check_frame(a, space, entry >> PAGE_SHIFT, s->page, OWNER_KPAGE, "page table");
        s->mapped[OWNER_KPAGE]++;
    }
    if (!table && !spans_heap(space, s->page)) {
        s->page = round_down(s->page, TABLE_SPAN) + TABLE_SPAN;
        return;
    }
    const uint32_t *entries = table ? phys(entry & PG_FRAME) : NULL;
    for (vaddr_t end = s->page + PIECE_PAGES * PAGE_SIZE; s->page < end; s->page += PAGE_SIZE) {
        uint32_t page = entries ? entries[s->page / PAGE_SIZE % 1024] : 0;
        if (page & PG_PRESENT) {
            enum owner expected = owner_at(space, s->page);
            check_frame(a, space, page >> PAGE_SHIFT, s->page, expected, "page");
            s->mapped[expected]++;
        }
        check_covered(a, space, s->page, page & PG_PRESENT);
    }
}

/* What was mapped of each owner against what the space counts. */
static void check_mapped(struct audit *a, const struct space *space) {
    const uint32_t *mapped = a->pages.mapped;
    for (int o = 0; o < OWNERS; o++) {
        struct difference d = {0};
        differ(&d, mapped[o] + (o == OWNER_KPAGE) != space->frames[o],
               "a process's count of frames differs from its page tables", space->directory,
               CLAIM("process", space->frames[o]), CLAIM("page tables", mapped[o] + (o == OWNER_KPAGE)));
        tell(a, &d);
    }
    const struct heap *heaps[] = {&space->heap, &space->pages};
    for (int i = 0; i < 2; i++) {
        struct difference d = {0};
        uint32_t pages = mapped[heaps[i]->config.owner];
        uint32_t counted = heaps[i]->mapped + (i == 0 ? space->regime_pages : 0);
        differ(&d, pages != counted, "a heap's count of pages differs from its page tables",
               heaps[i]->range.start, CLAIM("heap", counted), CLAIM("page tables", pages));
        tell(a, &d);
    }
}

static bool sweep_pages(struct audit *a, const struct space *space, uint32_t pieces) {
    if (a->pages.page == 0) {
        check_kernel_half(a, phys(space->directory));
    }
    for (; pieces && a->pages.page < KERNEL_BASE; pieces--) {
        see_pages(a, space);
        if (a->pages.page == KERNEL_BASE) {
            check_mapped(a, space);
        }
    }
    return a->pages.page < KERNEL_BASE;
}

/* Pages that came (by = 1) or went (-1u) behind the sweep. */
static void pages_follow(struct audit *a, const struct space *space, const struct event *e) {
    struct pages_sweep *s = &a->pages;
    if (e->slot != space->slot || e->at.start >= s->page) {
        return;
    }
    uint32_t end = e->at.end - 1 < s->page ? e->at.end : s->page;
    uint32_t pages = (end - e->at.start) >> PAGE_SHIFT;
    switch (e->kind) {
    case EV_MAP: s->mapped[owner_at(space, e->at.start)] += pages; break;
    case EV_UNMAP: s->mapped[owner_at(space, e->at.start)] -= pages; break;
    case EV_TABLE: s->mapped[OWNER_KPAGE]++; break;
    case EV_TABLE_GONE: s->mapped[OWNER_KPAGE]--; break;
    default: break;
    }
}

/* ---- totals ---- */

/* What memman has lent to processes is what processes have. */
static void check_totals(struct audit *a) {
    uint32_t frames[OWNERS] = {0}, lent[OWNERS] = {0};
    struct region u = zones[ZONE_U].span;
    for (int i = 0; i < SPACES; i++) {
        for (int o = 0; o < OWNERS; o++) {
            frames[o] += spaces[i].pid ? spaces[i].frames[o] : 0;
        }
    }
    owners_count(NOW, u.start >> PAGE_SHIFT, region_size(u) >> PAGE_SHIFT, lent);
    for (int o = OWNER_UPAGE; o <= OWNER_IMAGE; o++) {
        struct difference d = {0};
        differ(&d, lent[o] != frames[o], "frames are lent that no process has", u.start,
               CLAIM("lent", lent[o]), CLAIM("processes have", frames[o]));
        tell(a, &d);
    }
}

/* ---- the round ---- */

/* The process it is at, or NULL: it has ended, and its pages with it. */
static const struct space *space_of(const struct audit *a) {
    const struct space *space = &spaces[a->which];
    return a->pid && space->pid == a->pid ? space : NULL;
}

static bool of_process(const struct audit *a) {
    return a->part == AUDIT_PAGES || a->part == AUDIT_HEAP || a->part == AUDIT_PAGES_HEAP;
}

/* Begins the structure it is at. */
static void part_begin(struct audit *a) {
    a->pid = of_process(a) ? spaces[a->which].pid : 0;
    a->owners = (struct owners_sweep){0};
    a->zone = (struct memman_sweep){.zone = (enum zone)a->which};
    a->pages = (struct pages_sweep){0};
    a->heap = (struct heap_sweep){0};
}

/* The structure it is at is seen: on to the next. */
static void part_next(struct audit *a) {
    uint32_t last = a->part == AUDIT_ZONES ? ZONES - 1 : SPACES - 1;
    if (a->part == AUDIT_ZONES && a->which < last) {
        a->which++;
    } else if (a->part == AUDIT_PAGES_HEAP && a->which < last) {
        a->part = AUDIT_PAGES;
        a->which++;
    } else {
        bool within = a->part == AUDIT_PAGES || a->part == AUDIT_HEAP;
        a->part++;
        a->which = within ? a->which : 0;
    }
    part_begin(a);
}

static void follow(struct audit *a, const struct event *e) {
    const struct space *space = space_of(a);
    if (a->part == AUDIT_ZONES) {
        memman_sweep_follow(&a->zone, e);
    } else if (space && a->part == AUDIT_PAGES) {
        pages_follow(a, space, e);
    } else if (space && a->part == AUDIT_HEAP) {
        heap_sweep_follow(&space->heap, &a->heap, e);
    } else if (space && a->part == AUDIT_PAGES_HEAP) {
        heap_sweep_follow(&space->pages, &a->heap, e);
    }
}

/* Learns what has happened since the last step, so many events at most; false: there is more. */
static bool follow_all(struct audit *a) {
    uint32_t missed = 0;
    const struct event *e;
    for (uint32_t i = 0; i < STEP_EVENTS && (e = event_next(&a->next_event, &missed)); i++) {
        if (missed) {
            a->again++;
            a->next_event = events.next;
            part_begin(a);
            break;
        }
        follow(a, e);
    }
    return a->next_event == events.next;
}

/* True: there is more of this structure to see. */
static bool sweep(struct audit *a, uint32_t pieces) {
    const struct space *space = space_of(a);
    struct difference d = {0};
    bool more = false;
    switch (a->part) {
    case AUDIT_OWNERS: more = owners_sweep(&a->owners, pieces, &d); break;
    case AUDIT_ZONES: more = memman_sweep(&a->zone, pieces, &d); break;
    case AUDIT_PAGES: more = space && sweep_pages(a, space, pieces); break;
    case AUDIT_HEAP: more = space && heap_sweep(&space->heap, &a->heap, pieces, &d); break;
    case AUDIT_PAGES_HEAP: more = space && heap_sweep(&space->pages, &a->heap, pieces, &d); break;
    case AUDIT_TOTALS: check_totals(a); break;
    case AUDIT_END: break;
    }
    tell(a, &d);
    return more;
}

void audit_begin(struct audit *a, audit_report report, void *context) {
    *a = (struct audit){.report = report, .context = context, .next_event = events.next};
    part_begin(a);
}

bool audit_step(struct audit *a, uint32_t pieces) {
    if (a->part != AUDIT_END && follow_all(a) && !sweep(a, pieces)) {
        part_next(a);
    }
    return a->part == AUDIT_END;
}

uint32_t audit_all(audit_report report, void *context) {
    struct audit a;
    audit_begin(&a, report, context);
    while (!audit_step(&a, ~0u)) {
    }
    return a.differences;
}
