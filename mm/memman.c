/*
 * memman: the four zones. Lending and taking back, and the tree of maxima that finds the first fit. How they
 * are laid out at boot is in memman_boot.c, what readers see in memman_walk.c.
 */
#include "mm/memman.h"
#include "mm/events.h"
#include "mm/world.h"

struct zone_info zones[ZONES];
uint32_t memman_fail;

const enum owner zone_owner[ZONES] = {OWNER_KPAGE, OWNER_KBYTE, OWNER_UBYTE, OWNER_UPAGE};

static struct range_record *record(const struct zone_info *z, uint32_t unit) {
    return (struct range_record *)(void *)(z->records + ((size_t)unit << z->stride_shift));
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

static uint32_t unit_address(const struct zone_info *z, uint32_t unit) {
    return z->span.start + (unit << z->unit_shift);
}

static struct region unit_region(const struct zone_info *z, uint32_t unit, uint32_t units) {
    return (struct region){unit_address(z, unit), unit_address(z, unit + units)};
}

/* The start bits of a bucket, the lowest unit in bit 0. A bucket is at most 32 units and lies in one word. */
static uint32_t bucket_starts(const struct zone_info *z, uint32_t bucket) {
    uint32_t unit = bucket << z->bucket_shift;
    uint32_t bits = z->starts[unit / 32] >> (unit % 32);
    return bits & ((1u << (1u << z->bucket_shift)) - 1);
}

static uint32_t bucket_largest(const struct zone_info *z, uint32_t bucket) {
    uint32_t largest = 0;
    for (uint32_t bits = bucket_starts(z, bucket); bits; bits &= bits - 1) {
        const struct range_record *r = record(z, (bucket << z->bucket_shift) + (uint32_t)__builtin_ctz(bits));
        if (r->state == RANGE_FREE && r->units > largest) {
            largest = r->units;
        }
    }
    return largest;
}

/* The larger of two children goes up. False: it stood there already. */
static bool lift(uint32_t *tree, uint32_t i) {
    uint32_t left = tree[2 * i], right = tree[2 * i + 1];
    uint32_t most = left > right ? left : right;
    bool news = tree[i] != most;
    tree[i] = most;
    return news;
}

/* Two leaves, low <= high, have changed or not: brings the maxima above them up to date, what they share once. */
static void lift_all(struct zone_info *z, uint32_t low, uint32_t high) {
    bool news = true;
    for (low += z->leaves, high += z->leaves; low > 1 && news;) {
        low /= 2;
        high /= 2;
        news = lift(z->largest, low);
        if (high != low) {
            news |= lift(z->largest, high);
        }
    }
}

/* A free range of so many units starts in the bucket now. */
static void leaf_add(struct zone_info *z, uint32_t bucket, uint32_t units) {
    uint32_t *leaf = &z->largest[z->leaves + bucket];
    *leaf = units > *leaf ? units : *leaf;
}

/* A free range of so many units starts there no more; its record tells so already. */
static void leaf_remove(struct zone_info *z, uint32_t bucket, uint32_t units) {
    uint32_t *leaf = &z->largest[z->leaves + bucket];
    if (*leaf == units) {
        *leaf = bucket_largest(z, bucket);
    }
}

/* The lowest free range of at least `units`; the root says that there is one. */
static uint32_t first_fit(const struct zone_info *z, uint32_t units) {
    const uint32_t *tree = z->largest;
    uint32_t i = 1;
    while (i < z->leaves) {
        i *= 2;
        i += tree[i] < units;
    }
    uint32_t base = (i - z->leaves) << z->bucket_shift;
    uint32_t bits = bucket_starts(z, i - z->leaves);
    for (;; bits &= bits - 1) {
        uint32_t unit = base + (uint32_t)__builtin_ctz(bits);
        const struct range_record *r = record(z, unit);
        if (r->state == RANGE_FREE && r->units >= units) {
            return unit;
        }
    }
}

/* The range that ends at unit `end` has `units` now: its follower must know. */
static void tell_follower(struct zone_info *z, uint32_t end, uint32_t units) {
    if (end < z->units) {
        record(z, end)->before = units;
    }
}

/* The frames that a range of a byte zone touches carry the zone's colour; page ranges are whole frames. */
static void lend_frames(const struct zone_info *z, struct region at, enum owner owner, uint8_t slot) {
    uint32_t first = at.start >> PAGE_SHIFT;
    owners_set(first, ((at.end - 1) >> PAGE_SHIFT) + 1 - first, owner, z->head ? NO_SLOT : slot);
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

static paddr_t refuse_alloc(enum zone zone, uint32_t size, enum owner owner) {
    struct region none = {0, 0};
    struct event *e = event_emit(size ? EV_NOMEM : EV_REFUSED, owner, none, none);
    e->arg[0] = size ? size : (uint32_t)E_INVAL;
    e->arg[1] = size ? (uint32_t)zone : (uint32_t)EV_LEND;
    e->arg[2] = 0;
    return 0;
}

paddr_t memman_alloc(enum zone zone, uint32_t size, enum owner owner, uint8_t slot) {
    struct zone_info *z = &zones[zone];
    if (memman_fail && --memman_fail == 0) {
        return refuse_alloc(zone, size, owner);
    }
    if (size == 0 || size > z->units << z->unit_shift) {
        return refuse_alloc(zone, size, owner);
    }
    uint32_t units = (size + z->head + (1u << z->unit_shift) - 1) >> z->unit_shift;
    if (z->largest[1] < units) {
        return refuse_alloc(zone, size, owner);
    }

    uint32_t unit = first_fit(z, units);
    struct range_record *r = record(z, unit);
    uint32_t rest = r->units - units;
    uint32_t origin = r->origin;
    struct region hole = unit_region(z, unit, r->units);
    if (rest) {
        *record(z, unit + units) =
            (struct range_record){.units = rest, .state = RANGE_FREE, .before = units, .origin = origin};
        set_start(z, unit + units);
        tell_follower(z, unit + units + rest, rest);
    } else {
        z->free_ranges--;
    }
    r->units = units;
    r->state = RANGE_LENT;
    r->origin = events.next;
    r->slack = (uint16_t)((units << z->unit_shift) - z->head - size);
    r->slot = slot;
    r->owner = (uint8_t)owner;
    z->free_units -= units;
    z->lent_ranges++;
    uint32_t bucket = unit >> z->bucket_shift,
             rest_bucket = rest ? (unit + units) >> z->bucket_shift : bucket;
    leaf_remove(z, bucket, rest + units);
    if (rest) {
        leaf_add(z, rest_bucket, rest);
    }
    lift_all(z, bucket, rest_bucket);

    struct region at = unit_region(z, unit, units);
    lend_frames(z, at, owner, slot);
    struct event *e = event_emit(EV_LEND, owner, at, hole);
    e->slot = slot;
    e->arg[0] = zone;
    e->arg[1] = size;
    e->arg[2] = origin;
    return at.start + z->head;
}

/* The unit where the range that covers `unit` starts. */
static uint32_t range_start(const struct zone_info *z, uint32_t unit) {
    uint32_t word = unit / 32;
    uint32_t bits = z->starts[word] & (0xFFFFFFFFu >> (31 - unit % 32));
    while (!bits) {
        bits = z->starts[--word];
    }
    return word * 32 + 31 - (uint32_t)__builtin_clz(bits);
}

static int refuse_free(enum zone zone, paddr_t address, int why) {
    enum zone home = memman_zone(address);
    struct region at = {address, address}, was = at;
    uint32_t start = 0;
    enum owner owner = owners_frame(NOW, address >> PAGE_SHIFT).owner;
    if (home < ZONES) {
        const struct zone_info *z = &zones[home];
        uint32_t unit = range_start(z, (address - z->span.start) >> z->unit_shift);
        const struct range_record *r = record(z, unit);
        start = unit_address(z, unit) + z->head;
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
static int find_lent(enum zone zone, paddr_t address, uint32_t *unit) {
    const struct zone_info *z = &zones[zone];
    if (!region_has(z->span, address)) {
        return memman_zone(address) < ZONES ? E_WALL : E_FOREIGN;
    }
    uint32_t offset = address - z->span.start - z->head;
    *unit = offset >> z->unit_shift;
    if (offset & ((1u << z->unit_shift) - 1)) {
        return E_MISALIGNED;
    }
    const struct range_record *r = record(z, range_start(z, *unit));
    if (r->state != RANGE_LENT) {
        return r->state == RANGE_FREE ? E_DOUBLE : E_FOREIGN;
    }
    return is_start(z, *unit) ? OK : E_INTERIOR;
}

/* The lent range at `unit` becomes free, joins its free neighbours, and the event says so. `lent`: what it
 * was split from. */
static void take_back(enum zone zone, uint32_t unit, struct region lent) {
    struct zone_info *z = &zones[zone];
    struct range_record *r = record(z, unit);
    struct region at = unit_region(z, unit, r->units);
    enum owner owner = (enum owner)r->owner;
    uint8_t slot = r->slot;
    uint32_t asked = region_size(at) - z->head - r->slack;
    uint32_t start = unit, units = r->units, before = r->before;
    uint32_t origin_before = 0, origin_after = 0;
    uint32_t after = unit + units;
    z->free_units += units;
    z->lent_ranges--;
    z->free_ranges++;

    uint32_t joined = after < z->units && record(z, after)->state == RANGE_FREE ? record(z, after)->units : 0;
    if (joined) {
        origin_after = record(z, after)->origin;
        units += joined;
        clear_start(z, after);
        z->free_ranges--;
    }
    if (unit > 0 && record(z, unit - before)->state == RANGE_FREE) {
        start = unit - before;
        origin_before = record(z, start)->origin;
        units += before;
        before = record(z, start)->before;
        clear_start(z, unit);
        z->free_ranges--;
    }
    *record(z, start) =
        (struct range_record){.units = units, .state = RANGE_FREE, .before = before, .origin = events.next};
    tell_follower(z, start + units, units);

    uint32_t bucket = start >> z->bucket_shift, joined_bucket = joined ? after >> z->bucket_shift : bucket;
    leaf_add(z, bucket, units);
    if (joined_bucket != bucket) {
        leaf_remove(z, joined_bucket, joined);
    }
    lift_all(z, bucket, joined_bucket);

    struct region hole = unit_region(z, start, units);
    return_frames(at, hole);
    struct event *e = event_emit(EV_RETURN, owner, at, hole);
    e->slot = slot;
    e->arg[0] = zone;
    e->arg[1] = asked;
    e->arg[2] = origin_before;
    e->arg[3] = origin_after;
    e->arg[4] = lent.start;
    e->arg[5] = lent.end;
}

int memman_free(enum zone zone, paddr_t address) {
    uint32_t unit;
    int why = find_lent(zone, address, &unit);
    if (why) {
        return refuse_free(zone, address, why);
    }
    take_back(zone, unit, unit_region(&zones[zone], unit, record(&zones[zone], unit)->units));
    return OK;
}

/* Cuts the lent range at `unit` in two, `units` to stay in front. */
static void cut(struct zone_info *z, uint32_t unit, uint32_t units) {
    struct range_record *r = record(z, unit);
    struct range_record *second = record(z, unit + units);
    *second = *r;
    second->units = r->units - units;
    second->before = units;
    set_start(z, unit + units);
    tell_follower(z, unit + r->units, second->units);
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
    uint32_t start = range_start(z, unit);
    const struct range_record *r = record(z, start);
    if (r->state != RANGE_LENT) {
        return refuse_free(zone, part.start, r->state == RANGE_FREE ? E_DOUBLE : E_FOREIGN);
    }
    if (units > z->units - unit || unit + units > start + r->units) {
        return refuse_free(zone, part.start, part.end - 1 < part.start ? E_WRAP : E_FOREIGN);
    }
    struct region lent = unit_region(z, start, r->units);
    if (unit > start) {
        cut(z, start, unit - start);
    }
    if (record(z, unit)->units > units) {
        cut(z, unit, units);
    }
    take_back(zone, unit, lent);
    return OK;
}

enum zone memman_zone(paddr_t address) {
    enum zone zone = ZONE_P;
    while (zone < ZONES && !region_has(zones[zone].span, address)) {
        zone++;
    }
    return zone;
}
