/*
 * memman for readers: ranges at a moment, totals, and the check of every invariant.
 */
#include "mm/events.h"
#include "mm/memman.h"
#include "mm/past.h"

static const struct range_record *record(const struct zone_info *z, uint32_t unit) {
    return (const struct range_record *)(const void *)(z->records + ((size_t)unit << z->stride_shift));
}

static bool is_start(const struct zone_info *z, uint32_t unit) {
    return z->starts[unit / 32] >> (unit % 32) & 1;
}

static void view(const struct zone_info *z, uint32_t unit, struct range *out) {
    const struct range_record *r = record(z, unit);
    uint32_t start = z->span.start + (unit << z->unit_shift);
    bool lent = r->state == RANGE_LENT;
    *out = (struct range){
        .at = {start, start + ((uint32_t)r->units << z->unit_shift)},
        .state = (enum range_state)r->state,
        .origin = r->origin,
        .asked = lent ? ((uint32_t)r->units << z->unit_shift) - z->head - r->slack : 0,
        .owner = lent                     ? (enum owner)r->owner
                 : r->state == RANGE_FREE ? OWNER_FREE
                                          : OWNER_SYSTEM,
        .slot = lent ? r->slot : NO_SLOT,
    };
}

/* The free range that starts at `unit`. */
static bool free_at(const struct zone_info *z, uint32_t unit, struct range *out) {
    bool found = unit < z->units && is_start(z, unit) && record(z, unit)->state == RANGE_FREE;
    if (found) {
        view(z, unit, out);
    }
    return found;
}

/* The first free range that starts at or after unit `from`, now: in its bucket, in a later one, or the tail. */
static bool next_free(const struct zone_info *z, uint32_t from, struct range *out) {
    const uint32_t width = 1u << z->bucket_shift;
    uint32_t unit = from;
    do {
        if (free_at(z, unit, out)) {
            return true;
        }
    } while (++unit % width);
    uint32_t bucket = maxima_next(&z->largest, from >> z->bucket_shift);
    if (bucket == MAXIMA_NONE) {
        return z->tail >= from && free_at(z, z->tail, out);
    }
    for (unit = bucket << z->bucket_shift; !free_at(z, unit, out); unit++) {
    }
    return true;
}

/* The last free range that starts before unit `before`, now: the same downwards. */
static bool last_free(const struct zone_info *z, uint32_t before, struct range *out) {
    const uint32_t width = 1u << z->bucket_shift;
    if (before == 0) {
        return false;
    }
    if (z->tail < before) {
        return free_at(z, z->tail, out);
    }
    uint32_t unit = before;
    do {
        if (free_at(z, --unit, out)) {
            return true;
        }
    } while (unit % width);
    uint32_t bucket = maxima_last(&z->largest, unit >> z->bucket_shift);
    if (bucket == MAXIMA_NONE) {
        return false;
    }
    for (unit = ((bucket + 1) << z->bucket_shift) - 1; !free_at(z, unit, out); unit--) {
    }
    return true;
}

uint32_t memman_start(const struct zone_info *z, uint32_t unit) {
    uint32_t word = unit / 32, bits = z->starts[word] & (0xFFFFFFFFu >> (31 - unit % 32));
    struct range free;
    if (!bits && last_free(z, unit, &free)) {
        uint32_t start = (free.at.start - z->span.start) >> z->unit_shift;
        if (unit - start < region_size(free.at) >> z->unit_shift) {
            return start;
        }
    }
    while (!bits) {
        bits = z->starts[--word];
    }
    return word * 32 + 31 - (uint32_t)__builtin_clz(bits);
}

bool memman_range(moment_t at, enum zone zone, paddr_t address, struct range *out) {
    const struct zone_info *z = &zones[zone];
    if (!region_has(z->span, address)) {
        return false;
    }
    if (at == NOW || !past_range(zone, address, out)) {
        view(z, memman_start(z, (address - z->span.start) >> z->unit_shift), out);
    }
    return true;
}

/* As now, but where ranges were undone those count; they lie whole beside the others (mm/past.h). */
static bool next_free_then(enum zone zone, paddr_t from, struct range *out) {
    const struct zone_info *z = &zones[zone];
    struct range undone, now;
    for (; region_has(z->span, from); from = undone.at.end) {
        uint32_t unit = (from - z->span.start + (1u << z->unit_shift) - 1) >> z->unit_shift;
        bool is_now = unit < z->units && next_free(z, unit, &now);
        if (!past_range_from(zone, from, &undone) || (is_now && now.at.start < undone.at.start)) {
            *out = now;
            return is_now;
        }
        if (undone.state == RANGE_FREE && undone.at.start >= from) {
            *out = undone;
            return true;
        }
    }
    return false;
}

static bool last_free_then(enum zone zone, paddr_t before, struct range *out) {
    const struct zone_info *z = &zones[zone];
    struct range undone, now;
    for (; before != z->span.start; before = undone.at.start) {
        uint32_t unit = (before - z->span.start + (1u << z->unit_shift) - 1) >> z->unit_shift;
        bool is_now = last_free(z, unit, &now);
        if (!past_range_before(zone, before, &undone) ||
            (is_now && now.at.start - z->span.start >= undone.at.end - z->span.start)) {
            *out = now;
            return is_now;
        }
        if (undone.state == RANGE_FREE) {
            *out = undone;
            return true;
        }
    }
    return false;
}

bool memman_next_free(moment_t at, enum zone zone, paddr_t from, struct range *out) {
    const struct zone_info *z = &zones[zone];
    from = from < z->span.start ? z->span.start : from;
    if (at != NOW) {
        return next_free_then(zone, from, out);
    }
    uint32_t unit = (from - z->span.start + (1u << z->unit_shift) - 1) >> z->unit_shift;
    return unit < z->units && next_free(z, unit, out);
}

bool memman_last_free(moment_t at, enum zone zone, paddr_t before, struct range *out) {
    const struct zone_info *z = &zones[zone];
    if (before - z->span.start > region_size(z->span)) {
        before = before < z->span.start ? z->span.start : z->span.end;
    }
    if (at != NOW) {
        return last_free_then(zone, before, out);
    }
    return last_free(z, (before - z->span.start + (1u << z->unit_shift) - 1) >> z->unit_shift, out);
}

struct zone_counts memman_counts(moment_t at, enum zone zone) {
    const struct zone_info *z = &zones[zone];
    return at == NOW ? (struct zone_counts){z->free_units, z->free_ranges, z->lent_ranges}
                     : past_zone_counts(zone);
}

uint32_t memman_used(enum zone zone) {
    return (zones[zone].usable - zones[zone].free_units) << zones[zone].unit_shift;
}

uint32_t memman_largest(enum zone zone) {
    const struct zone_info *z = &zones[zone];
    return larger(maxima_largest(&z->largest) >> z->bucket_shift, z->units - z->tail) << z->unit_shift;
}

/* ---- the sweep ---- */

static paddr_t address_of(const struct zone_info *z, uint32_t unit) {
    return z->span.start + (unit << z->unit_shift);
}

/* Is there a range that starts at `unit` and lies in the zone? */
static bool is_range(const struct zone_info *z, uint32_t unit) {
    return unit < z->units && is_start(z, unit) && record(z, unit)->units &&
           record(z, unit)->units <= z->units - unit;
}

/* A range at its start: it and the one before it know each other. */
static void check_record(const struct zone_info *z, uint32_t unit, struct difference *d) {
    const struct range_record *r = record(z, unit);
    uint32_t before = r->before <= unit ? unit - r->before : unit;
    const struct range_record *b = record(z, before);
    bool known = unit ? before != unit && is_range(z, before) && b->units == r->before : r->before == 0;
    differ(d, !known, "a range does not know the one before it", address_of(z, unit),
           CLAIM("its record", r->before), CLAIM("the one before", unit ? b->units : 0));
    differ(d, unit && known && r->state == RANGE_FREE && b->state == RANGE_FREE, "two free ranges touch",
           address_of(z, unit), CLAIM("it", RANGE_FREE), CLAIM("the one before", RANGE_FREE));
}

/* No start lies in [from, to) but `start`. */
static void check_starts(const struct zone_info *z, uint32_t start, uint32_t from, uint32_t to,
                         struct difference *d) {
    for (uint32_t unit = from; unit < to; unit = (unit | 31) + 1) {
        uint32_t last = (unit | 31) < to - 1 ? 31 : (to - 1) % 32;
        uint32_t bits = z->starts[unit / 32] & (0xFFFFFFFFu << unit % 32) & (0xFFFFFFFFu >> (31 - last));
        if (start / 32 == unit / 32) {
            bits &= ~(1u << start % 32);
        }
        differ(d, bits != 0, "the bit map has a start inside a range", address_of(z, unit),
               CLAIM("bits", bits), CLAIM("range", address_of(z, start)));
    }
}

/* Page zones: a lent range's frames carry its owner and slot, a free one's are free. */
static void check_frames(const struct zone_info *z, const struct range *range, uint32_t from, uint32_t to,
                         struct difference *d) {
    const struct frame *frames = owners.frame;
    uint32_t first = z->span.start >> PAGE_SHIFT;
    uint8_t of_owner = (uint8_t)range->owner, of_slot = range->slot;
    for (uint32_t n = first + from; n < first + to; n++) {
        struct frame frame = frames[n];
        if (frame.owner != of_owner || frame.slot != of_slot) {
            bool owner = frame.owner != range->owner;
            differ(d, true, "a frame's owner differs from its range's", n << PAGE_SHIFT,
                   CLAIM(owner ? "frame" : "frame's slot", owner ? frame.owner : frame.slot),
                   CLAIM(owner ? "range" : "range's slot", owner ? range->owner : range->slot));
            d->owners = owner;
        }
    }
}

/* Byte zones: a frame is the zone's when a lent range touches it, free when free ranges cover it whole. `start`
 * is the range that covers the frame's first unit. */
static void check_byte_frame(enum zone zone, uint32_t start, uint32_t unit, struct difference *d) {
    const struct zone_info *z = &zones[zone];
    uint32_t end = unit + (PAGE_SIZE >> z->unit_shift);
    enum owner expected = OWNER_FREE;
    for (; start < end && is_range(z, start); start += record(z, start)->units) {
        uint32_t state = record(z, start)->state;
        expected = state == RANGE_LENT ? zone_owner[zone] : state == RANGE_HOLE ? OWNER_SYSTEM : expected;
    }
    enum owner owner = owners_frame(NOW, address_of(z, unit) >> PAGE_SHIFT).owner;
    differ(d, owner != expected, "a byte zone's frame has another owner than its ranges", address_of(z, unit),
           CLAIM("frame", owner), CLAIM("ranges", expected));
    d->owners |= owner != expected;
}

/* The rest of a range, a row of units at most. */
static void see_units(struct memman_sweep *s, struct difference *d) {
    const struct zone_info *z = &zones[s->zone];
    const struct range_record *r = record(z, s->start);
    uint32_t end = s->start + r->units, stop = (s->unit | (SWEEP_UNITS - 1)) + 1;
    stop = stop < end ? stop : end;
    if (!is_range(z, s->start) || end <= s->unit) {
        differ(d, true, "the ranges do not tile the zone", address_of(z, s->start),
               CLAIM("range's units", r->units), CLAIM("zone's units from here", z->units - s->start));
        return;
    }
    if (s->unit == s->start) {
        check_record(z, s->unit, d);
        s->ranges[r->state]++;
    }
    check_starts(z, s->start, s->unit, stop, d);
    struct range range;
    view(z, s->start, &range);
    if (!z->head) {
        check_frames(z, &range, s->unit, stop, d);
    } else if (s->unit % SWEEP_UNITS == 0) {
        check_byte_frame(s->zone, s->start, s->unit, d);
    }
    s->usable += r->state == RANGE_HOLE ? 0 : stop - s->unit;
    s->free_units += r->state == RANGE_FREE ? stop - s->unit : 0;
    if (stop == z->units) {
        uint32_t tail = r->state == RANGE_FREE ? s->start : z->units;
        differ(d, z->tail != tail, "a zone's tail is not the free range at its end", address_of(z, s->start),
               CLAIM("tail", address_of(z, z->tail)), CLAIM("range", address_of(z, tail)));
    }
    s->start = stop == end ? end : s->start;
    s->unit = stop;
}

/* What a leaf should hold. Most buckets have no start in them. */
static uint32_t bucket_expected(const struct zone_info *z, uint32_t bucket) {
    uint32_t unit = bucket << z->bucket_shift, width = 1u << z->bucket_shift;
    struct range free;
    if (unit >= z->units || !(z->starts[unit / 32] >> (unit % 32) & ((1u << width) - 1))) {
        return 0;
    }
    for (uint32_t end = unit + width; unit < end; unit++) {
        if (unit != z->tail && free_at(z, unit, &free)) {
            return memman_leaf(z->bucket_shift, unit, region_size(free.at) >> z->unit_shift);
        }
    }
    return 0;
}

/* The next few nodes from the tree's end: buckets, then the largest of every four. */
static void see_nodes(struct memman_sweep *s, struct difference *d) {
    const struct zone_info *z = &zones[s->zone];
    const struct maxima *tree = &z->largest;
    uint32_t i = tree->nodes - s->nodes, row = SWEEP_UNITS >> z->bucket_shift;
    uint32_t end = i - row > MAXIMA_ROOT && i > row ? i - row : MAXIMA_ROOT;
    for (; i > end && !d->what; i--) {
        uint32_t node = i - 1;
        bool leaf = node >= tree->leaves;
        uint32_t most = leaf ? bucket_expected(z, node - tree->leaves) : maxima_expected(tree, node);
        if (tree->node[node] != most) {
            differ(d, true,
                   leaf ? "a bucket's free range is not the tree's" : "a node of the tree of maxima is wrong",
                   address_of(z, maxima_first_below(tree, node) << z->bucket_shift),
                   CLAIM("tree", tree->node[node]), CLAIM("below it", most));
        }
    }
    s->nodes = tree->nodes - end;
}

static void check_totals(const struct memman_sweep *s, struct difference *d) {
    const struct zone_info *z = &zones[s->zone];
    const struct {
        uint32_t kept, counted;
        const char *what;
    } totals[] = {
        {z->usable, s->usable, "a zone's usable units differ from its ranges"},
        {z->free_units, s->free_units, "a zone's free units differ from its ranges"},
        {z->free_ranges, s->ranges[RANGE_FREE], "a zone's number of free ranges is wrong"},
        {z->lent_ranges, s->ranges[RANGE_LENT], "a zone's number of lent ranges is wrong"},
    };
    for (uint32_t i = 0; i < sizeof totals / sizeof *totals; i++) {
        differ(d, totals[i].kept != totals[i].counted, totals[i].what, z->span.start,
               CLAIM("total", totals[i].kept), CLAIM("ranges", totals[i].counted));
    }
}

bool memman_sweep(struct memman_sweep *s, uint32_t pieces, struct difference *d) {
    const struct zone_info *z = &zones[s->zone];
    for (; pieces && s->unit < z->units; pieces--) {
        see_units(s, d);
        if (d->what) {
            return false;
        }
        if (s->unit == z->units) {
            check_totals(s, d);
        }
    }
    for (; pieces && s->nodes < z->largest.nodes - MAXIMA_ROOT && !d->what; pieces--) {
        see_nodes(s, d);
    }
    return s->nodes < z->largest.nodes - MAXIMA_ROOT && !d->what;
}

/* A range that went (by = -1u) or came (1), as far as it lies behind the sweep. */
static void correct(struct memman_sweep *s, uint32_t by, enum range_state state, paddr_t from, paddr_t to) {
    const struct zone_info *z = &zones[s->zone];
    uint32_t start = (from - z->span.start) >> z->unit_shift, end = (to - z->span.start) >> z->unit_shift;
    if (start == end || start > s->unit) {
        return;
    }
    if (by == 1 && s->unit < end) {
        s->start = start;
    }
    if (start < s->unit) {
        s->ranges[state] += by;
        s->free_units += state == RANGE_FREE ? by * ((end < s->unit ? end : s->unit) - start) : 0;
    }
}

void memman_sweep_follow(struct memman_sweep *s, const struct event *e) {
    if ((e->kind != EV_LEND && e->kind != EV_RETURN) || e->arg[0] != s->zone) {
        return;
    }
    if (e->kind == EV_LEND) {
        correct(s, -1u, RANGE_FREE, e->was.start, e->was.end);
        correct(s, 1, RANGE_FREE, e->was.start, e->at.start);
        correct(s, 1, RANGE_LENT, e->at.start, e->at.end);
        correct(s, 1, RANGE_FREE, e->at.end, e->was.end);
    } else {
        correct(s, -1u, RANGE_FREE, e->was.start, e->at.start);
        correct(s, -1u, RANGE_LENT, e->arg[4], e->arg[5]);
        correct(s, -1u, RANGE_FREE, e->at.end, e->was.end);
        correct(s, 1, RANGE_LENT, e->arg[4], e->at.start);
        correct(s, 1, RANGE_FREE, e->was.start, e->was.end);
        correct(s, 1, RANGE_LENT, e->at.end, e->arg[5]);
    }
}

const char *memman_check(enum zone zone) {
    struct memman_sweep sweep = {.zone = zone};
    struct difference d = {0};
    while (memman_sweep(&sweep, ~0u, &d)) {
    }
    return d.what;
}
