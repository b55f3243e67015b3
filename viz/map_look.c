/*
 * What a pixel of a map shows: counts of what lies in it, by the const walks of mm/.
 */
#include "mm/paging.h"
#include "mm/past.h"
#include "mm/regime.h"
#include "viz/books.h"
#include "viz/look.h"
#include "viz/map_inside.h"

/* Of a MAP_BOOKS, a bit a pixel: the regime's table has some of its bytes as free. */
static uint8_t wrong[PIXELS / 8];

static const struct heap *heap_of(const struct sweep *sweep, uint32_t address) {
    const struct space *space = sweep->space;
    return region_has(space->pages.config.span, address) ? &space->pages : &space->heap;
}

/* The same for one pixel after the other. */
static const struct heap *next_heap(struct sweep *sweep, uint32_t address) {
    if (!sweep->heap || !region_has(sweep->heap->config.span, address)) {
        sweep->heap = heap_of(sweep, address);
        sweep->heap_range = heap_range(sweep->at, sweep->heap);
    }
    return sweep->heap;
}

/* The owner with most; of equals the later. OWNER_FREE, the first, therefore loses to all. */
static uint8_t most(const uint32_t counts[OWNERS]) {
    int best = 0;
    for (int o = 1; o < OWNERS; o++) {
        if (counts[o] && counts[o] >= counts[best]) {
            best = o;
        }
    }
    return (uint8_t)best;
}

/* memman's range at the address, in a byte zone; false elsewhere. */
static bool byte_range(struct sweep *sweep, uint32_t address) {
    if (sweep->has_range && region_has(sweep->range.at, address)) {
        return true;
    }
    enum zone zone = memman_zone(address);
    sweep->has_range = zone < ZONES && zones[zone].unit_shift < PAGE_SHIFT &&
                       memman_range(sweep->at, zone, address, &sweep->range);
    return sweep->has_range;
}

static enum owner range_owner(const struct range *range) {
    return range->state == RANGE_LENT ? range->owner : range->state == RANGE_FREE ? OWNER_FREE : OWNER_SYSTEM;
}

/* Bytes of a byte zone by owner, range by range. */
static void count_bytes(struct sweep *sweep, struct region bytes, uint32_t counts[OWNERS]) {
    for (uint32_t a = bytes.start; a != bytes.end && byte_range(sweep, a);) {
        uint32_t stop = sweep->range.at.end - a < bytes.end - a ? sweep->range.at.end : bytes.end;
        counts[range_owner(&sweep->range)] += stop - a;
        a = stop;
    }
}

void seen_note(struct seen *seen, const uint32_t counts[OWNERS]) {
    uint32_t sum = 0, most = 0;
    for (int o = OWNER_FREE + 1; o < OWNERS; o++) {
        seen->owned += counts[o];
        sum = sum * 31 + counts[o];
        seen->owner = counts[o] > most ? (uint8_t)o : seen->owner;
        most = larger(most, counts[o]);
    }
    seen->sum = (uint16_t)(sum ^ sum >> 16);
}

static void note_counts(const struct sweep *sweep, const uint32_t counts[OWNERS], struct seen *seen) {
    if (sweep->compares) {
        seen_note(seen, counts);
    }
}

/* Are all frames from `first` to `last` of one owner, by what is known of whole groups? Most of memory is, and a pixel of it
 * costs no counting then. */
static bool all_one(struct sweep *sweep, uint32_t first, uint32_t last) {
    if (sweep->at != NOW) {
        return false;
    }
    if (!region_has(sweep->run, first)) {
        sweep->run = (struct region){first, owners_run(first, &sweep->run_owner)};
    }
    return region_has(sweep->run, last);
}

/* A pixel whose frames are all of the run's owner. */
static uint8_t note_one(const struct sweep *sweep, struct region bytes, struct seen *seen) {
    if (sweep->compares) {
        uint32_t counts[OWNERS] = {0};
        counts[sweep->run_owner] = region_size(bytes) >> PAGE_SHIFT;
        seen_note(seen, counts);
    }
    return sweep->run_owner;
}

static uint8_t paint_frames(struct sweep *sweep, struct region bytes, struct seen *seen) {
    if (sweep->place->shift >= PAGE_SHIFT &&
        all_one(sweep, bytes.start >> PAGE_SHIFT, (bytes.end - 1) >> PAGE_SHIFT)) {
        return note_one(sweep, bytes, seen);
    }
    uint32_t counts[OWNERS] = {0};
    struct region frames = region_pages(bytes);
    if (sweep->place->shift < PAGE_SHIFT && byte_range(sweep, bytes.start)) {
        count_bytes(sweep, bytes, counts);
    } else {
        owners_count(sweep->at, frames.start >> PAGE_SHIFT, region_size(frames) >> PAGE_SHIFT, counts);
    }
    note_counts(sweep, counts, seen);
    return counts[OWNER_FOREIGN] ? OWNER_FOREIGN : most(counts);
}

static uint8_t paint_pages(const struct sweep *sweep, struct region bytes, struct pixel *pixel) {
    uint32_t counts[OWNERS] = {0};
    struct region pages = region_pages(bytes);
    if (bytes.start >= KERNEL_BASE) {
        return OWNER_SYSTEM;
    }
    uint32_t n = paging_count(sweep->at, sweep->space, pages, counts);
    if (n == 0) {
        return PAINT_UNMAPPED;
    }
    note_counts(sweep, counts, &pixel->now);
    pixel->mapped = bytes.start == pages.start ? (uint16_t)n : 0;
    if (counts[OWNER_FREE] || counts[OWNER_FOREIGN]) {
        return OWNER_FOREIGN;
    }
    uint8_t owner = most(counts);
    return counts[owner] && counts[owner] >= (region_size(pages) >> PAGE_SHIFT) - n ? owner : PAINT_UNMAPPED;
}

/* What of the bytes lies in the heap's range; empty: nothing. */
static struct region in_range(struct region bytes, struct region range) {
    struct region r = {larger(bytes.start, range.start),
                       bytes.end - 1 < range.end - 1 ? bytes.end : range.end};
    return r.start < r.end ? r : (struct region){range.start, range.start};
}

/* Does a block begin here that fills all of the next pixel? `shares` are the pixel's. */
static bool is_edge(const struct sweep *sweep, struct region bytes, const struct heap_shares *shares) {
    struct region tile = shares->last;
    return shares->any && shares->last_state == TILE_BLOCK && region_has(tile, bytes.end - 1) &&
           tile.start >= bytes.start && tile.end - bytes.end >= 1u << sweep->place->shift &&
           tile.end > bytes.end;
}

static uint8_t paint_heap(struct sweep *sweep, struct region whole, struct pixel *pixel) {
    const struct heap *heap = next_heap(sweep, whole.start);
    struct region bytes = in_range(whole, sweep->heap_range);
    struct heap_shares shares;
    const struct tile *first = sweep->tile;
    heap_count_on(sweep->at, heap, bytes, &sweep->tile, &shares);
    if (shares.block) {
        pixel->now.owner = (uint8_t)heap->config.owner;
        pixel->now.owned = shares.block;
        pixel->now.sum = sweep->compares ? heap_sum(sweep->at, heap, bytes, first) : 0;
    }
    uint32_t hole = shares.hole, unmapped = 0;
    if (hole > shares.block && shares.wide) { /* else the block has it, or no hole is without its page */
        uint32_t counts[OWNERS] = {0};
        struct region pages = region_pages(bytes);
        unmapped = region_size(pages) - (paging_count(sweep->at, sweep->space, pages, counts) << PAGE_SHIFT) -
                   shares.guard;
        unmapped = unmapped < hole ? unmapped : hole;
        hole -= unmapped;
    }
    if (shares.block && shares.block >= hole && shares.block >= unmapped) {
        bool edge = heap->config.owner == OWNER_HEAP && is_edge(sweep, whole, &shares);
        pixel->flags |= edge ? PIXEL_EDGE : 0;
        return (uint8_t)heap->config.owner;
    }
    return hole && hole >= unmapped ? OWNER_FREE : unmapped ? PAINT_UNMAPPED : PAINT_NOTHING;
}

/* Marks in `wrong` the pixels that hold those bytes of the heap. They may pass 2^32. */
static void mark_wrong(const struct sweep *sweep, uint32_t address, uint32_t size) {
    const struct map_place *place = sweep->place;
    const struct region heap = sweep->books_heap;
    uint32_t offset = address - heap.start;
    if (offset >= region_size(heap)) { /* it begins elsewhere, and may reach in */
        size = size > 0u - offset ? size + offset : 0;
        offset = 0;
    }
    size = smaller(size, region_size(heap) - offset);
    uint32_t first = larger(heap.start + offset, place->region.start);
    uint32_t last = smaller(heap.start + offset + size - 1, place->region.end - 1);
    if (!size || first > last) {
        return;
    }
    uint32_t end = (last - place->region.start) >> place->shift;
    for (uint32_t n = (first - place->region.start) >> place->shift; n <= end && n / 8 < sizeof wrong; n++) {
        wrong[n / 8] |= (uint8_t)(1u << n % 8);
    }
}

/* What of the table this sweep has to know. */
static void read_books(struct sweep *sweep) {
    const struct books *books = sweep->space->regime->books;
    struct table_entry entry;
    uint8_t kind;
    sweep->has_books = true;
    sweep->books_heap = books_heap(sweep->space, sweep->at, &kind);
    __builtin_memset(wrong, 0, sizeof wrong);
    for (uint32_t i = 0; books->entry(sweep->at, i, &entry); i++) {
        if (entry.number && entry.pid == sweep->space->pid) {
            mark_wrong(sweep, entry.address, entry.size);
        }
    }
    struct process_totals own;
    books->process(sweep->at, sweep->space, &own);
    mark_wrong(sweep, own.withheld.start, own.withheld.end - own.withheld.start);
}

/* Pages of the region that are open to the program; what has no page table has none. */
static uint32_t count_open(const struct sweep *sweep, struct region pages) {
    uint32_t open = 0;
    for (vaddr_t page = pages.start; page < pages.end; page += PAGE_SIZE) {
        if (!(paging_directory_entry(sweep->at, sweep->space, page) & PG_PRESENT)) {
            page = (page | (PAGING_ENTRIES * PAGE_SIZE - 1)) - PAGE_MASK;
            continue;
        }
        uint32_t entry = paging_entry(sweep->at, sweep->space, page);
        open += entry & PG_PRESENT && entry & PG_USER;
    }
    return open;
}

/* Pages that are closed to the program count as not mapped, as the seed sees them. */
static uint8_t paint_books(struct sweep *sweep, uint32_t n, struct region bytes, struct seen *seen) {
    if (!sweep->has_books) {
        read_books(sweep);
    }
    struct region pages = region_pages(in_range(bytes, sweep->books_heap));
    uint32_t open = count_open(sweep, pages);
    seen->owner = OWNER_HEAP;
    seen->owned = seen->sum = (uint16_t)open;
    if (wrong[n / 8] & 1u << n % 8) {
        return OWNER_FOREIGN;
    }
    if (region_empty(pages)) {
        return PAINT_NOTHING;
    }
    return 2 * open >= region_size(pages) >> PAGE_SHIFT ? OWNER_HEAP : PAINT_UNMAPPED;
}

/* ---- The first thing in a pixel that has what the pixel shows, by its first byte there ---- */

static bool first_frame(struct sweep *sweep, struct region bytes, uint8_t paint, uint32_t *address) {
    struct region frames = region_pages(bytes);
    if (sweep->place->shift < PAGE_SHIFT) {
        uint32_t a = bytes.start;
        while (a != bytes.end && byte_range(sweep, a) && range_owner(&sweep->range) != paint) {
            a = sweep->range.at.end - a < bytes.end - a ? sweep->range.at.end : bytes.end;
        }
        *address = a;
        return a != bytes.end;
    }
    for (uint32_t a = frames.start; a != frames.end; a += PAGE_SIZE) {
        if (owners_frame(sweep->at, a >> PAGE_SHIFT).owner == paint) {
            *address = larger(a, bytes.start);
            return true;
        }
    }
    return false;
}

static bool first_page(const struct sweep *sweep, struct region bytes, uint8_t paint, uint32_t *address) {
    struct region pages = region_pages(bytes);
    for (vaddr_t page = pages.start; page != pages.end && page < KERNEL_BASE; page += PAGE_SIZE) {
        uint32_t entry = paging_entry(sweep->at, sweep->space, page);
        uint8_t shown =
            entry & PG_PRESENT ? owners_frame(sweep->at, entry >> PAGE_SHIFT).owner : PAINT_UNMAPPED;
        if (shown == paint) {
            *address = larger(page, bytes.start);
            return true;
        }
    }
    return false;
}

static bool first_tile(const struct sweep *sweep, struct region bytes, uint8_t paint,
                       struct tile_view *tile) {
    const struct heap *heap = heap_of(sweep, bytes.start);
    enum tile_state state = paint == heap->config.owner ? TILE_BLOCK : TILE_HOLE;
    for (vaddr_t a = bytes.start; heap_tile(sweep->at, heap, a, tile); a = tile->at.end) {
        if (tile->state == state) {
            return true;
        }
        if (tile->at.end - bytes.start >= region_size(bytes)) {
            break;
        }
    }
    return false;
}

/* The slot of its process, or the event that lent the frame. */
static uint32_t frame_detail(const struct sweep *sweep, paddr_t address) {
    if (viz_look.colouring == COLOUR_BY_PROCESS) {
        return owners_frame(sweep->at, address >> PAGE_SHIFT).slot;
    }
    struct range range;
    enum zone zone = memman_zone(address);
    return zone < ZONES && memman_range(sweep->at, zone, address, &range) ? range.origin : 0;
}

static uint32_t detail(struct sweep *sweep, struct region bytes, uint8_t paint) {
    uint32_t address;
    struct tile_view tile;
    if (viz_look.colouring == COLOUR_BY_OWNER || paint == OWNER_FREE || paint >= OWNERS) {
        return 0;
    }
    if (sweep->place->kind == MAP_FRAMES) {
        return first_frame(sweep, bytes, paint, &address) ? frame_detail(sweep, address) : 0;
    }
    if (viz_look.colouring == COLOUR_BY_PROCESS) {
        return sweep->space->slot;
    }
    if (sweep->place->kind == MAP_HEAP) {
        return first_tile(sweep, bytes, paint, &tile) ? tile.seq : 0;
    }
    return first_page(sweep, bytes, paint, &address)
               ? frame_detail(sweep, paging_entry(sweep->at, sweep->space, round_down(address, PAGE_SIZE)))
               : 0;
}

void map_look(struct sweep *sweep, uint32_t n, struct pixel *pixel) {
    const struct map_place *place = sweep->place;
    struct seen *seen = &pixel->now;
    *seen = (struct seen){.paint = PAINT_NOTHING};
    pixel->mapped = 0;
    pixel->detail = 0;
    pixel->flags &= (uint8_t)~PIXEL_EDGE;
    if (!has_pixel(place, n) || (place->kind != MAP_FRAMES && !sweep->space)) {
        return;
    }
    struct region bytes = pixel_region(place, n);
    if (place->kind == MAP_FRAMES) {
        seen->paint = paint_frames(sweep, bytes, seen);
    } else if (place->kind == MAP_PAGES) {
        seen->paint = paint_pages(sweep, bytes, pixel);
    } else if (place->kind == MAP_BOOKS) {
        seen->paint = paint_books(sweep, n, bytes, seen);
    } else {
        seen->paint = paint_heap(sweep, bytes, pixel);
    }
    pixel->detail = detail(sweep, bytes, seen->paint);
}

uint32_t map_thing(uint32_t index, uint32_t pixel, moment_t at) {
    struct map_place place = map_wanted(index);
    struct sweep sweep = {.place = &place, .space = space_at(at, place.pid), .at = at};
    struct region bytes = pixel_region(&place, pixel);
    struct pixel seen = {0};
    struct tile_view tile;
    uint32_t address = bytes.start;
    map_look(&sweep, pixel, &seen);
    if (place.kind == MAP_FRAMES) {
        first_frame(&sweep, bytes, seen.now.paint, &address);
    } else if (place.kind == MAP_BOOKS) {
        return bytes.start;
    } else if (place.kind == MAP_PAGES && seen.now.paint != PAINT_NOTHING) {
        first_page(&sweep, bytes, seen.now.paint, &address);
    } else if (seen.now.paint != PAINT_NOTHING && first_tile(&sweep, bytes, seen.now.paint, &tile)) {
        address = larger(tile.at.start, bytes.start);
    }
    return address - bytes.start < region_size(bytes) ? address : bytes.start;
}
