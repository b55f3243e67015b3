/*
 * The chain: block, pages, entries, frames, range, followed from wherever it begins.
 */
#include "viz/chain.h"

#include "mm/events.h"
#include "mm/paging.h"
#include "mm/space.h"

/* Pages of one block that are followed to their frames; beyond that the chain says `more`. */
#define PAGES_MOST  1024u
/* Page-table entries read to find the page behind a frame. */
#define SEARCH_MOST 65536u

static struct chain shown;

static struct region page_of(uint32_t address) {
    uint32_t start = round_down(address, PAGE_SIZE);
    return (struct region){start, start + PAGE_SIZE};
}

static const struct heap *heap_at(const struct space *space, vaddr_t address) {
    return region_has(space->pages.config.span, address)  ? &space->pages
           : region_has(space->heap.config.span, address) ? &space->heap
                                                          : NULL;
}

/* ---- Downwards: pages to frames to memman's range ---- */

static void add_frame(struct chain *chain, paddr_t frame) {
    struct region *last = chain->runs ? &chain->frames[chain->runs - 1] : NULL;
    if (last && last->end == frame) {
        last->end += PAGE_SIZE;
    } else if (chain->runs < CHAIN_RUNS) {
        chain->frames[chain->runs++] = (struct region){frame, frame + PAGE_SIZE};
    } else {
        chain->more = true;
    }
}

static void follow_pages(struct chain *chain, const struct space *space, moment_t at) {
    uint32_t left = PAGES_MOST;
    for (vaddr_t page = chain->pages.start; page != chain->pages.end; page += PAGE_SIZE) {
        if (left-- == 0) {
            chain->more = true;
            break;
        }
        uint32_t entry = paging_entry(at, space, page);
        if (page == chain->pages.start) {
            chain->entry = entry;
        }
        if (entry & PG_PRESENT) {
            add_frame(chain, entry & PG_FRAME);
        }
    }
}

/* The owner and memman's range of the first frame. */
static void follow_frame(struct chain *chain, moment_t at, paddr_t address) {
    struct frame frame = owners_frame(at, address >> PAGE_SHIFT);
    chain->zone = memman_zone(address);
    chain->has_range = chain->zone < ZONES && memman_range(at, chain->zone, address, &chain->range);
    chain->owner = (enum owner)frame.owner;
}

/* ---- From each kind of thing ---- */

static void from_tile(struct chain *chain, const struct heap *heap, vaddr_t address, moment_t at) {
    chain->has_tile = heap && heap_tile(at, heap, address, &chain->tile);
    if (chain->has_tile) {
        chain->bytes = chain->tile.at;
        chain->seq = chain->tile.seq;
        chain->caller = chain->tile.caller;
    }
}

static void from_page(struct chain *chain, const struct space *space, vaddr_t page, moment_t at) {
    chain->pid = space->pid;
    chain->pages = page_of(page);
    follow_pages(chain, space, at);
    if (chain->runs) {
        follow_frame(chain, at, chain->frames[0].start);
        chain->seq = chain->has_range ? chain->range.origin : 0;
    }
    if (heap_at(space, page)) {
        chain->bytes = chain->pages;
    }
}

/* A heap whose regime keeps no blocks is its pages. */
static void from_heap(struct chain *chain, moment_t at) {
    const struct space *space = space_at(at, chain->subject.pid);
    if (!space) {
        return;
    }
    const struct heap *heap = heap_at(space, chain->subject.at.start);
    chain->pid = space->pid;
    from_tile(chain, heap, chain->subject.at.start, at);
    if (!chain->has_tile) {
        from_page(chain, space, chain->subject.at.start, at);
        return;
    }
    chain->pages = region_pages(chain->bytes);
    follow_pages(chain, space, at);
    if (chain->runs) {
        follow_frame(chain, at, chain->frames[0].start);
    }
    chain->owner = chain->tile.state == TILE_BLOCK ? heap->config.owner : OWNER_FREE;
}

/* The page of the space that maps this frame; false when none is found. */
static bool page_behind(const struct space *space, struct region within, paddr_t frame, moment_t at,
                        vaddr_t *page) {
    uint32_t left = SEARCH_MOST;
    for (vaddr_t p = within.start; p != within.end && left; p += PAGE_SIZE, left--) {
        uint32_t entry = paging_entry(at, space, p);
        if (entry & PG_PRESENT && (entry & PG_FRAME) == frame) {
            *page = p;
            return true;
        }
    }
    return false;
}

/* Where in a space frames of that owner are mapped. */
static struct region place_of(const struct space *space, enum owner owner, moment_t at) {
    switch (owner) {
    case OWNER_HEAP: return heap_range(at, &space->heap);
    case OWNER_UPAGE: return heap_range(at, &space->pages);
    case OWNER_STACK: return (struct region){USER_ARGUMENTS - STACKS * STACK_SPAN, USER_ARGUMENTS};
    default: return region_pages(space->image);
    }
}

static void from_frame(struct chain *chain, moment_t at) {
    paddr_t address = chain->subject.at.start, frame = round_down(address, PAGE_SIZE);
    struct frame f = owners_frame(at, address >> PAGE_SHIFT);
    const struct space *space = space_in_slot(at, f.slot);
    vaddr_t page;
    bool user =
        f.owner == OWNER_UPAGE || f.owner == OWNER_HEAP || f.owner == OWNER_STACK || f.owner == OWNER_IMAGE;
    if (space && user &&
        (page_behind(space, place_of(space, (enum owner)f.owner, at), frame, at, &page) ||
         page_behind(space, page_of(USER_ARGUMENTS), frame, at, &page))) {
        from_page(chain, space, page, at);
    } else {
        chain->pid = space ? space->pid : 0;
        chain->frames[0] = page_of(frame);
        chain->runs = 1;
    }
    follow_frame(chain, at, address);
    if (chain->has_range && zones[chain->zone].unit_shift < PAGE_SHIFT) {
        chain->frames[0] = chain->range.at; /* byte zones: the range is the thing */
        chain->owner = chain->range.state == RANGE_LENT ? chain->range.owner : OWNER_FREE;
        space = space_in_slot(at, chain->range.state == RANGE_LENT ? chain->range.slot : NO_SLOT);
        chain->pid = space ? space->pid : 0;
    }
    chain->seq = chain->has_range ? chain->range.origin : 0;
}

static void follow(struct chain *chain, const struct subject *subject, moment_t at);

static void from_event(struct chain *chain, moment_t at) {
    const struct event *e = event_at(chain->subject.seq);
    if (!e) {
        return;
    }
    const struct space *space = space_in_slot(at, e->slot);
    struct subject thing = {.pid = e->pid ? e->pid : space ? space->pid : 0, .at = e->at};
    switch (e->kind) {
    case EV_MALLOC:
    case EV_FREE:
    case EV_RESIZE: thing.kind = SUBJECT_HEAP; break;
    case EV_MAP:
    case EV_UNMAP: thing.kind = SUBJECT_PAGES; break;
    case EV_LEND:
    case EV_RETURN: thing.kind = SUBJECT_FRAMES; break;
    default: break;
    }
    struct subject subject = chain->subject;
    follow(chain, &thing, at);
    chain->subject = subject;
    chain->pid = thing.pid;
    chain->seq = e->seq;
    chain->caller = e->caller;
}

static void follow(struct chain *chain, const struct subject *subject, moment_t at) {
    *chain = (struct chain){.subject = *subject, .owner = OWNER_FREE, .zone = ZONES};
    const struct space *space = space_at(at, subject->pid);
    switch (subject->kind) {
    case SUBJECT_FRAMES: from_frame(chain, at); break;
    case SUBJECT_PAGES:
        if (space) {
            from_page(chain, space, subject->at.start, at);
        }
        break;
    case SUBJECT_HEAP: from_heap(chain, at); break;
    case SUBJECT_EVENT: from_event(chain, at); break;
    case SUBJECT_PROCESS: chain->pid = subject->pid; break;
    case SUBJECT_NOTHING: break;
    }
}

/* ---- The one that is shown ---- */

void chain_show(const struct subject *subject, moment_t at) {
    follow(&shown, subject, at);
}

const struct chain *chain_shown(void) {
    return &shown;
}

bool chain_touches(enum subject_kind kind, uint16_t pid, struct region region) {
    switch (kind) {
    case SUBJECT_FRAMES:
        for (uint32_t i = 0; i < shown.runs; i++) {
            if (regions_meet(shown.frames[i], region)) {
                return true;
            }
        }
        return false;
    case SUBJECT_PAGES: return shown.pid == pid && regions_meet(shown.pages, region);
    case SUBJECT_HEAP: return shown.pid == pid && regions_meet(shown.bytes, region);
    case SUBJECT_PROCESS: return shown.pid != 0 && shown.pid == pid;
    default: return false;
    }
}

bool chain_touches_event(uint32_t seq) {
    return shown.subject.kind != SUBJECT_NOTHING && shown.seq == seq && seq != 0;
}
