/*
 * memman: the four zones, lending and taking back. How they are laid out at boot is in memman_boot.c, what readers see
 * in memman_walk.c.
 */
#include "mm/memman.h"
#include "mm/events.h"
#include "mm/world.h"

struct zone_info zones[ZONES];
uint32_t memman_fail;

const enum owner zone_owner[ZONES] = {OWNER_KPAGE, OWNER_KBYTE, OWNER_UBYTE, OWNER_UPAGE};

/* What is told the grain is compiled once for each kind of zone. */
#define GRAINED static inline __attribute__((always_inline))

GRAINED struct range_record *record(const struct zone_info *z, const struct grain g, uint32_t unit) {
    return (struct range_record *)(void *)(z->records + ((size_t)unit << g.stride_shift));
}

static bool is_start(const struct zone_info *z, uint32_t unit) {
    return z->starts[unit / 32] >> (unit % 32) & 1;
}

static void set_start(struct zone_info *z, uint32_t unit) {
    z->starts[unit / 32] |= 1u << (unit % 32);
}

static void clear_start(struct zone_info *z, uint32_t unit) {
    z->starts[unit / 32] &= ~(1u << (unit % 32));
}

GRAINED struct region unit_region(const struct zone_info *z, const struct grain g, uint32_t unit,
                                  uint32_t units) {
    uint32_t start = z->span.start + (unit << g.unit_shift);
    return (struct region){start, start + (units << g.unit_shift)};
}

/* The lowest free range of at least `units`, or the zone's end. */
GRAINED uint32_t first_fit(const struct zone_info *z, const struct grain g, uint32_t units) {
    const struct maxima *tree = &z->largest;
    uint32_t need = memman_leaf(g.bucket_shift, 0, units);
    if (maxima_largest(tree) >= need) {
        uint32_t bucket = maxima_first(tree, need);
        return (bucket << g.bucket_shift) +
               (tree->node[tree->leaves + bucket] & ((1u << g.bucket_shift) - 1));
    }
    return z->units - z->tail >= units ? z->tail : z->units;
}

/* The free range at `unit` is `units` long no more: `rest` starts at `next`, if any. */
GRAINED void forget_front(struct zone_info *z, const struct grain g, uint32_t unit, uint32_t next,
                          uint32_t rest) {
    uint32_t bucket = unit >> g.bucket_shift, next_bucket = next >> g.bucket_shift;
    if (unit == z->tail) {
        z->tail = next;
    } else if (rest && next_bucket == bucket) {
        maxima_lower(&z->largest, bucket, memman_leaf(g.bucket_shift, next, rest));
    } else {
        if (rest) {
            maxima_raise(&z->largest, next_bucket, memman_leaf(g.bucket_shift, next, rest));
        }
        maxima_lower(&z->largest, bucket, 0);
    }
}

/* The range that ends at unit `end` has `units` now: its follower must know. */
GRAINED void tell_follower(struct zone_info *z, const struct grain g, uint32_t end, uint32_t units) {
    if (end < z->units) {
        record(z, g, end)->before = units;
    }
}

/* The frames that a range touches carry its owner's colour: in a byte zone the zone's, since others share them, and
 * most have it already. */
GRAINED void lend_frames(const struct grain g, struct region at, enum owner owner, uint8_t slot) {
    uint32_t first = at.start >> PAGE_SHIFT, last = (at.end - 1) >> PAGE_SHIFT;
    const struct frame *frame = owners.frame;
    if (!g.head || last - first > 1 || frame[first].owner != owner || frame[last].owner != owner) {
        owners_set(first, last + 1 - first, owner, g.head ? NO_SLOT : slot);
    }
}

/* The frames of `at` that lie wholly in the hole it became part of are free again. */
static void return_frames(struct region at, struct region hole) {
    uint32_t first = at.start >> PAGE_SHIFT, last = (at.end - 1) >> PAGE_SHIFT;
    first += first << PAGE_SHIFT < hole.start;
    last -= (last << PAGE_SHIFT | PAGE_MASK) > hole.end - 1;
    if (first <= last) {
        owners_set(first, last + 1 - first, OWNER_FREE, NO_SLOT);
    }
}

/* No request is larger, so that rounding up to units cannot wrap. */
#define SIZE_MOST 0xF0000000u

static paddr_t refuse_alloc(enum zone zone, uint32_t size, enum owner owner) {
    struct region none = {0, 0};
    struct event *e = event_emit(size ? EV_NOMEM : EV_REFUSED, owner, none, none);
    e->arg[0] = size ? size : (uint32_t)E_INVAL;
    e->arg[1] = size ? (uint32_t)zone : (uint32_t)EV_LEND;
    e->arg[2] = size ? memman_largest(zone) : 0;
    return 0;
}

GRAINED paddr_t lend(struct zone_info *z, const struct grain g, enum zone zone, uint32_t size,
                     enum owner owner, uint8_t slot) {
    uint32_t units = (size + g.head + (1u << g.unit_shift) - 1) >> g.unit_shift;
    uint32_t unit = first_fit(z, g, units), next = unit + units;
    if (unit == z->units) {
        return refuse_alloc(zone, size, owner);
    }

    struct range_record *r = record(z, g, unit);
    uint32_t whole = r->units, rest = whole - units, origin = r->origin;
    *r = (struct range_record){
        .units = units,
        .state = RANGE_LENT,
        .before = r->before,
        .origin = events.next,
        .slack = (uint16_t)((units << g.unit_shift) - g.head - size),
        .slot = slot,
        .owner = (uint8_t)owner,
    };
    z->free_units -= units;
    z->lent_ranges++;
    if (rest) {
        *record(z, g, next) =
            (struct range_record){.units = rest, .state = RANGE_FREE, .before = units, .origin = origin};
        set_start(z, next);
        tell_follower(z, g, next + rest, rest);
    } else {
        z->free_ranges--;
    }
    forget_front(z, g, unit, next, rest);

    struct region at = unit_region(z, g, unit, units);
    lend_frames(g, at, owner, slot);
    struct event *e = event_emit(EV_LEND, owner, at, unit_region(z, g, unit, whole));
    e->slot = slot;
    e->arg[0] = zone;
    e->arg[1] = size;
    e->arg[2] = origin;
    return at.start + g.head;
}

paddr_t memman_alloc(enum zone zone, uint32_t size, enum owner owner, uint8_t slot) {
    struct zone_info *z = &zones[zone];
    __asm__("" : "+r"(z)); /* else the compiler works its address out anew for each field */
    bool fails = memman_fail && --memman_fail == 0;
    if (fails || size - 1 >= SIZE_MOST) {
        return refuse_alloc(zone, size, owner);
    }
    return z->head ? lend(z, byte_grain, zone, size, owner, slot)
                   : lend(z, page_grain, zone, size, owner, slot);
}

static int refuse_free(enum zone zone, paddr_t address, int why) {
    enum zone home = memman_zone(address);
    struct region at = {address, address}, was = at;
    uint32_t start = 0;
    enum owner owner = owners_frame(NOW, address >> PAGE_SHIFT).owner;
    if (home < ZONES) {
        const struct zone_info *z = &zones[home];
        uint32_t unit = memman_start(z, (address - z->span.start) >> z->unit_shift);
        const struct grain g = z->head ? byte_grain : page_grain;
        const struct range_record *r = record(z, g, unit);
        start = unit_region(z, g, unit, 0).start + g.head;
        owner = r->state == RANGE_LENT   ? (enum owner)r->owner
                : r->state == RANGE_FREE ? OWNER_FREE
                                         : OWNER_SYSTEM;
    }
    struct event *e = event_emit(EV_REFUSED, owner, at, was);
    e->arg[0] = (uint32_t)why;
    e->arg[1] = EV_RETURN;
    e->arg[2] = start;
    e->arg[3] = zone;
    return why;
}

/* OK when a lent range of the zone starts at `address`, and its unit; else why not. */
GRAINED int find_lent(enum zone zone, const struct grain g, paddr_t address, uint32_t *unit) {
    const struct zone_info *z = &zones[zone];
    if (!region_has(z->span, address)) {
        return memman_zone(address) < ZONES ? E_WALL : E_FOREIGN;
    }
    uint32_t offset = address - z->span.start - g.head;
    *unit = offset >> g.unit_shift;
    if (offset & ((1u << g.unit_shift) - 1)) {
        return E_MISALIGNED;
    }
    bool starts = is_start(z, *unit);
    const struct range_record *r = record(z, g, starts ? *unit : memman_start(z, *unit));
    if (r->state != RANGE_LENT) {
        return r->state == RANGE_FREE ? E_DOUBLE : E_FOREIGN;
    }
    return starts ? OK : E_INTERIOR;
}

/* The lent range at `unit` becomes free, joins its free neighbours, and the event says so. `lent`: what it
 * was split from. */
GRAINED void take_back(enum zone zone, const struct grain g, uint32_t unit, struct region lent) {
    struct zone_info *z = &zones[zone];
    struct range_record *r = record(z, g, unit);
    struct region at = unit_region(z, g, unit, r->units);
    struct event *e = event_emit(EV_RETURN, (enum owner)r->owner, at, at);
    e->slot = r->slot;
    e->arg[0] = zone;
    e->arg[1] = region_size(at) - g.head - r->slack;
    e->arg[2] = 0;
    e->arg[3] = 0;
    e->arg[4] = lent.start;
    e->arg[5] = lent.end;

    uint32_t start = unit, units = r->units, after = unit + units;
    bool joins_before = r->before && record(z, g, unit - r->before)->state == RANGE_FREE;
    bool joins_after = after < z->units && record(z, g, after)->state == RANGE_FREE;
    z->free_units += units;
    z->lent_ranges--;
    z->free_ranges += 1u - joins_before - joins_after;
    if (joins_before) {
        start -= r->before;
        units += r->before;
        r = record(z, g, start);
        e->arg[2] = r->origin;
        clear_start(z, unit);
    }
    if (joins_after) {
        units += record(z, g, after)->units;
        e->arg[3] = record(z, g, after)->origin;
        clear_start(z, after);
    }
    *r = (struct range_record){.units = units, .state = RANGE_FREE, .before = r->before, .origin = e->seq};
    tell_follower(z, g, start + units, units);
    if (start + units == z->units) {
        z->tail = start;
        if (joins_before) {
            maxima_lower(&z->largest, start >> g.bucket_shift, 0);
        }
    } else {
        maxima_raise(&z->largest, start >> g.bucket_shift, memman_leaf(g.bucket_shift, start, units));
        if (joins_after && after >> g.bucket_shift != start >> g.bucket_shift) {
            maxima_lower(&z->largest, after >> g.bucket_shift, 0);
        }
    }
    e->was = unit_region(z, g, start, units);
    return_frames(at, e->was);
}

GRAINED int give_back(enum zone zone, const struct grain g, paddr_t address) {
    uint32_t unit;
    int why = find_lent(zone, g, address, &unit);
    if (why) {
        return refuse_free(zone, address, why);
    }
    const struct zone_info *z = &zones[zone];
    take_back(zone, g, unit, unit_region(z, g, unit, record(z, g, unit)->units));
    return OK;
}

int memman_free(enum zone zone, paddr_t address) {
    return zones[zone].head ? give_back(zone, byte_grain, address) : give_back(zone, page_grain, address);
}

/* Cuts the lent range at `unit` in two, `units` to stay in front. */
static void cut(struct zone_info *z, uint32_t unit, uint32_t units) {
    struct range_record *r = record(z, page_grain, unit);
    struct range_record *second = record(z, page_grain, unit + units);
    *second = *r;
    second->units = r->units - units;
    second->before = units;
    set_start(z, unit + units);
    tell_follower(z, page_grain, unit + r->units, second->units);
    r->units = units;
    r->slack = 0;
    z->lent_ranges++;
}

int memman_free_part(enum zone zone, struct region part) {
    struct zone_info *z = &zones[zone];
    if (z->head || region_empty(part) || ((part.start | part.end) & PAGE_MASK)) {
        return refuse_free(zone, part.start, E_MISALIGNED);
    }
    if (!region_has(z->span, part.start)) {
        return refuse_free(zone, part.start, memman_zone(part.start) < ZONES ? E_WALL : E_FOREIGN);
    }
    uint32_t unit = (part.start - z->span.start) >> z->unit_shift;
    uint32_t units = region_size(part) >> z->unit_shift;
    uint32_t start = memman_start(z, unit);
    const struct range_record *r = record(z, page_grain, start);
    if (r->state != RANGE_LENT) {
        return refuse_free(zone, part.start, r->state == RANGE_FREE ? E_DOUBLE : E_FOREIGN);
    }
    if (units > z->units - unit || unit + units > start + r->units) {
        return refuse_free(zone, part.start, part.end - 1 < part.start ? E_WRAP : E_FOREIGN);
    }
    struct region lent = unit_region(z, page_grain, start, r->units);
    if (unit > start) {
        cut(z, start, unit - start);
    }
    if (record(z, page_grain, unit)->units > units) {
        cut(z, unit, units);
    }
    take_back(zone, page_grain, unit, lent);
    return OK;
}

enum zone memman_zone(paddr_t address) {
    enum zone zone = ZONE_P;
    while (zone < ZONES && !region_has(zones[zone].span, address)) {
        zone++;
    }
    return zone;
}
