/*
 * memman at boot: where the tables lie, and how the rest of memory is divided among the zones.
 *
 *   0        taken          system end                                             RAM's end
 *   | system | tables, ring |  P  |  K  |     B     |            U                 |
 */
#include "mm/events.h"
#include "mm/memman.h"
#include "mm/past.h"
#include "mm/world.h"

#define RING_MOST  (1u << 17) /* going back through all of it may take 200 million instructions */
#define RING_LEAST (1u << 10)

static const char *const zone_names[ZONES] = {"kpages", "kbytes", "ubytes", "upages"};

static bool is_byte_zone(enum zone zone) {
    return zone == ZONE_K || zone == ZONE_B;
}

static const struct grain *grain_of(enum zone zone) {
    return is_byte_zone(zone) ? &byte_grain : &page_grain;
}

/* Hands out the table area from its start; everything is 16-aligned and zeroed by the caller. */
static void *take(paddr_t *next, uint32_t size) {
    void *p = phys(*next);
    *next += round_up(size, 16);
    return p;
}

static uint32_t power_of_two(uint32_t n) {
    uint32_t p = 1;
    while (p < n) {
        p *= 2;
    }
    return p;
}

/* Physical pages up to the map's end. */
static uint32_t frames_of(const struct boot_map *map) {
    return ((map->usable[map->count - 1].end - 1) >> PAGE_SHIFT) + 1;
}

static uint32_t pages_of(const struct boot_map *map, paddr_t from, paddr_t limit) {
    uint32_t pages = 0;
    for (uint32_t i = 0; i < map->count; i++) {
        struct region r = map->usable[i];
        uint32_t start = r.start > from ? r.start : from;
        uint32_t last = r.end - 1 < limit - 1 ? r.end - 1 : limit - 1;
        if (start < last) {
            pages += (last - start + 1) >> PAGE_SHIFT;
        }
    }
    return pages;
}

/* Records of the ring: about one for each KB of memory. */
static uint32_t ring_capacity(const struct boot_map *map) {
    uint32_t capacity = power_of_two(pages_of(map, 0, 0) * 3);
    return capacity < RING_MOST ? capacity : RING_MOST;
}

/* The address at which `pages` usable pages from `from` on have gone by. */
static paddr_t after_pages(const struct boot_map *map, paddr_t from, uint32_t pages) {
    for (uint32_t i = 0; i < map->count; i++) {
        struct region r = map->usable[i];
        uint32_t start = r.start > from ? r.start : from;
        if (start - 1 >= r.end - 1) {
            continue;
        }
        uint32_t here = (r.end - start) >> PAGE_SHIFT;
        if (pages <= here) {
            return start + (pages << PAGE_SHIFT);
        }
        pages -= here;
    }
    return map->usable[map->count - 1].end;
}

/* `address`, or the start of the next usable piece when it lies in a hole. */
static paddr_t next_usable(const struct boot_map *map, paddr_t address) {
    for (uint32_t i = 0; i < map->count; i++) {
        if (address < map->usable[i].start) {
            return map->usable[i].start;
        }
        if (region_has(map->usable[i], address)) {
            return address;
        }
    }
    return address;
}

/* Divides what lies from `from` on, 2:2:8:16; P, K and B stay inside the window, what they cannot have goes
 * to U. */
static void divide(const struct boot_map *map, paddr_t from, struct region span[ZONES]) {
    uint32_t all = pages_of(map, from, 0), window = pages_of(map, from, WINDOW_SIZE);
    uint32_t part = all / 28 < window / 12 ? all / 28 : window / 12;
    const uint32_t parts[ZONES] = {2, 2, 8, 0};
    for (int z = 0; z < ZONES; z++) {
        from = next_usable(map, from);
        paddr_t end = z == ZONE_U ? map->usable[map->count - 1].end : after_pages(map, from, parts[z] * part);
        span[z] = (struct region){from, end};
        from = end;
    }
}

static uint32_t zone_units(enum zone zone, struct region span) {
    return region_size(span) >> grain_of(zone)->unit_shift;
}

static uint32_t zone_buckets(enum zone zone, uint32_t units) {
    uint32_t shift = grain_of(zone)->bucket_shift;
    return round_up(units, 1u << shift) >> shift;
}

static uint32_t zone_table_size(enum zone zone, struct region span) {
    uint32_t units = zone_units(zone, span);
    uint32_t tree = maxima_size(zone_buckets(zone, units));
    uint32_t records = grain_of(zone)->head ? 0 : units * (uint32_t)sizeof(struct range_record);
    return records + round_up(units / 8 + 4, 16) + round_up(tree, 16) + 16;
}

/* Bytes of tables for zones that begin at `from`. */
static uint32_t table_size(const struct boot_map *map, uint32_t capacity, paddr_t from) {
    struct region span[ZONES];
    divide(map, from, span);
    uint32_t size = round_up(owners_table_size(frames_of(map)), 16);
    size += capacity * (uint32_t)sizeof(struct event);
    size += round_up(past_size(capacity), 16);
    for (int z = 0; z < ZONES; z++) {
        size += zone_table_size((enum zone)z, span[z]);
    }
    return round_up(size, PAGE_SIZE);
}

/* The first place at or above `taken` and inside the window where `size` bytes lie in one usable piece; 0:
 * none. */
static paddr_t place(const struct boot_map *map, paddr_t taken, uint32_t size) {
    for (uint32_t i = 0; i < map->count; i++) {
        struct region r = map->usable[i];
        uint32_t start = r.start > taken ? r.start : round_up(taken, PAGE_SIZE);
        uint32_t end = r.end - 1 < WINDOW_SIZE - 1 ? r.end : WINDOW_SIZE;
        if (start < end && end - start >= size) {
            return start;
        }
    }
    return 0;
}

/*
 * Where tables and a ring of `capacity` go, with enough behind them; empty: nowhere. The zones begin where
 * the tables end, and what lies in them decides how large the tables are: try until both agree.
 */
static struct region place_tables(const struct boot_map *map, uint32_t capacity, paddr_t taken) {
    struct region at = {0, 0}, span[ZONES];
    uint32_t size = 0, need = PAGE_SIZE;
    while (need > size) {
        size = need;
        at.start = place(map, taken, size);
        if (!at.start) {
            return (struct region){0, 0};
        }
        at.end = at.start + size;
        need = table_size(map, capacity, at.end);
    }
    divide(map, at.end, span);
    if (pages_of(map, at.end, 0) < MEMMAN_LEAST >> PAGE_SHIFT || region_empty(span[ZONE_P])) {
        at.end = at.start;
    }
    return at;
}

/*
 * The map without the pieces at its end that are not worth their tables: about 32 bytes for each frame on the
 * way to them.
 */
static struct boot_map worthwhile(const struct boot_map *map) {
    struct boot_map kept = *map;
    for (; kept.count > 1; kept.count--) {
        const struct region *last = &kept.usable[kept.count - 1];
        if ((last->end - last[-1].end) / (PAGE_SIZE / 32) <= region_size(*last)) {
            break;
        }
    }
    return kept;
}

static void add_range(enum zone zone, struct region at, enum range_state state, uint32_t *before) {
    struct zone_info *z = &zones[zone];
    uint32_t unit = (at.start - z->span.start) >> z->unit_shift, units = region_size(at) >> z->unit_shift;
    if (units == 0) {
        return;
    }
    *(struct range_record *)(void *)(z->records + ((size_t)unit << z->stride_shift)) =
        (struct range_record){.units = units, .state = (uint32_t)state, .before = *before, .slot = NO_SLOT};
    z->starts[unit / 32] |= 1u << (unit % 32);
    *before = units;
    if (state == RANGE_FREE) {
        z->free_ranges++;
        z->free_units += units;
        z->usable += units;
        owners_set(at.start >> PAGE_SHIFT, region_size(at) >> PAGE_SHIFT, OWNER_FREE, NO_SLOT);
        if (at.end == z->span.end) {
            z->tail = unit;
        } else {
            maxima_raise(&z->largest, unit >> z->bucket_shift, memman_leaf(z->bucket_shift, unit, units));
        }
    }
}

/*
 * Fills the zone's row of ranges: usable pieces free, holes between them never lent. A byte zone gives up the
 * page in front of a hole, because the hole's record must lie in memory that is there.
 */
static void fill_zone(const struct boot_map *map, enum zone zone) {
    struct zone_info *z = &zones[zone];
    paddr_t next = z->span.start;
    uint32_t before = 0;
    for (uint32_t i = 0; i < map->count; i++) {
        struct region r = map->usable[i];
        if (r.start < next) {
            r.start = next;
        }
        if (r.end - 1 > z->span.end - 1) {
            r.end = z->span.end;
        }
        if (r.start - 1 >= r.end - 1) {
            continue;
        }
        add_range(zone, (struct region){next, r.start}, RANGE_HOLE, &before);
        next = r.end;
        if (z->head && next != z->span.end) {
            next -= PAGE_SIZE;
        }
        add_range(zone, (struct region){r.start, next}, RANGE_FREE, &before);
    }
    add_range(zone, (struct region){next, z->span.end}, RANGE_HOLE, &before);
}

static void zone_init(const struct boot_map *map, enum zone zone, struct region span, paddr_t *next) {
    const struct grain *grain = grain_of(zone);
    struct zone_info *z = &zones[zone];
    *z = (struct zone_info){
        .name = zone_names[zone],
        .span = span,
        .unit_shift = grain->unit_shift,
        .head = grain->head,
        .units = zone_units(zone, span),
        .bucket_shift = grain->bucket_shift,
        .stride_shift = grain->stride_shift,
    };
    uint32_t buckets = zone_buckets(zone, z->units);
    z->tail = z->units;
    z->records = grain->head ? phys(span.start) : take(next, z->units << grain->stride_shift);
    z->starts = take(next, z->units / 8 + 4);
    maxima_init(&z->largest, buckets, take(next, maxima_size(buckets)));
    fill_zone(map, zone);
}

/*
 * A place for the tables, if need be with a smaller ring, if that is not enough without the map's last
 * pieces. Empty: there is none.
 */
static struct region settle(struct boot_map *map, uint32_t *capacity, paddr_t taken) {
    for (; map->count; map->count--) {
        for (*capacity = ring_capacity(map); *capacity >= RING_LEAST; *capacity /= 2) {
            struct region tables = place_tables(map, *capacity, taken);
            if (!region_empty(tables)) {
                return tables;
            }
        }
    }
    return (struct region){0, 0};
}

int memman_init(const struct boot_map *given, paddr_t taken) {
    struct boot_map map = worthwhile(given);
    uint32_t capacity;
    struct region tables = settle(&map, &capacity, taken);
    if (region_empty(tables)) {
        return E_NOMEM;
    }
    /* All but the past's pieces, which are written before they are read, starts as zero. */
    paddr_t next = tables.start + round_down(past_size(capacity), PAGE_SIZE);
    world_fill_frames((struct region){next, tables.end}, 0);
    next = tables.start;
    past_init(take(&next, past_size(capacity)), past_size(capacity));
    uint32_t frames = frames_of(&map);
    owners_init(frames, take(&next, owners_table_size(frames)));
    events_init(take(&next, capacity * (uint32_t)sizeof(struct event)), capacity);
    struct region span[ZONES];
    divide(&map, tables.end, span);
    for (int z = 0; z < ZONES; z++) {
        zone_init(&map, (enum zone)z, span[z], &next);
    }
    return OK;
}
