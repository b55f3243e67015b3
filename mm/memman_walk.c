/*
 * memman for readers: ranges at a moment, totals, and the check of every invariant.
 */
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

bool memman_range(moment_t at, enum zone zone, paddr_t address, struct range *out) {
    const struct zone_info *z = &zones[zone];
    if (!region_has(z->span, address)) {
        return false;
    }
    if (at != NOW && past_range(zone, address, out)) {
        return true;
    }
    uint32_t unit = (address - z->span.start) >> z->unit_shift;
    uint32_t word = unit / 32;
    uint32_t bits = z->starts[word] & (0xFFFFFFFFu >> (31 - unit % 32));
    while (!bits) {
        bits = z->starts[--word];
    }
    view(z, word * 32 + 31 - (uint32_t)__builtin_clz(bits), out);
    return true;
}

/* The first free range that starts at or after unit `from`, now: up the tree until something free lies to the
 * right, then down. */
static bool next_free(const struct zone_info *z, uint32_t from, struct range *out) {
    for (uint32_t unit = from; unit < z->units && (unit == from || unit & ((1u << z->bucket_shift) - 1));
         unit++) {
        if (is_start(z, unit) && record(z, unit)->state == RANGE_FREE) {
            view(z, unit, out);
            return true;
        }
    }
    uint32_t i = z->leaves + (from >> z->bucket_shift);
    while (i > 1 && ((i & 1) || !z->largest[i + 1])) {
        i >>= 1;
    }
    if (i == 1) {
        return false;
    }
    for (i++; i < z->leaves;) {
        i *= 2;
        i += !z->largest[i];
    }
    uint32_t unit = (i - z->leaves) << z->bucket_shift;
    while (!is_start(z, unit) || record(z, unit)->state != RANGE_FREE) {
        unit++;
    }
    view(z, unit, out);
    return true;
}

bool memman_next_free(moment_t at, enum zone zone, paddr_t from, struct range *out) {
    const struct zone_info *z = &zones[zone];
    uint32_t offset = from < z->span.start ? 0 : from - z->span.start;
    if (at == NOW) {
        uint32_t unit = (offset + (1u << z->unit_shift) - 1) >> z->unit_shift;
        return unit < z->units && next_free(z, unit, out);
    }
    /* In the past every range is asked for, since the overlay has no tree of maxima. */
    paddr_t address = z->span.start + offset;
    for (; memman_range(at, zone, address, out); address = out->at.end) {
        if (out->state == RANGE_FREE && out->at.start >= from) {
            return true;
        }
    }
    return false;
}

uint32_t memman_used(enum zone zone) {
    return (zones[zone].usable - zones[zone].free_units) << zones[zone].unit_shift;
}

uint32_t memman_largest(enum zone zone) {
    return zones[zone].largest[1] << zones[zone].unit_shift;
}

static const char *check_tree(const struct zone_info *z) {
    for (uint32_t b = 0; b < z->leaves; b++) {
        uint32_t largest = 0;
        for (uint32_t unit = b << z->bucket_shift; unit < z->units && unit >> z->bucket_shift == b; unit++) {
            if (is_start(z, unit) && record(z, unit)->state == RANGE_FREE &&
                record(z, unit)->units > largest) {
                largest = record(z, unit)->units;
            }
        }
        if (z->largest[z->leaves + b] != largest) {
            return "a bucket's largest free range is wrong";
        }
    }
    for (uint32_t i = 1; i < z->leaves; i++) {
        uint32_t left = z->largest[2 * i], right = z->largest[2 * i + 1];
        if (z->largest[i] != (left > right ? left : right)) {
            return "a node of the tree of maxima is wrong";
        }
    }
    return NULL;
}

/* Page zones: a lent range's frames carry its owner and slot, a free one's are free. */
static const char *check_frames(const struct zone_info *z, uint32_t unit) {
    struct range range;
    view(z, unit, &range);
    for (uint32_t n = range.at.start >> PAGE_SHIFT; n <= (range.at.end - 1) >> PAGE_SHIFT; n++) {
        struct frame frame = owners_frame(NOW, n);
        if (frame.owner != range.owner || frame.slot != range.slot) {
            return "a frame's owner differs from its range's";
        }
    }
    return NULL;
}

/*
 * Byte zones: a frame is the zone's when a lent range touches it, free when free ranges cover it whole.
 * Called for each range in turn; *next is the first frame no earlier range has settled.
 */
static const char *check_byte_frames(enum zone zone, uint32_t unit, uint32_t *next) {
    struct range range;
    view(&zones[zone], unit, &range);
    uint32_t first = range.at.start >> PAGE_SHIFT, end = ((range.at.end - 1) >> PAGE_SHIFT) + 1;
    if (range.state == RANGE_FREE) {
        first = (range.at.start + PAGE_SIZE - 1) >> PAGE_SHIFT;
        end = range.at.end >> PAGE_SHIFT;
    }
    enum owner expected = range.state == RANGE_LENT ? zone_owner[zone] : range.owner;
    for (uint32_t n = first > *next ? first : *next; n < end; n++) {
        if (owners_frame(NOW, n).owner != expected) {
            return "a byte zone's frame has another owner than its ranges";
        }
    }
    *next = end > *next ? end : *next;
    return NULL;
}

const char *memman_check(enum zone zone) {
    const struct zone_info *z = &zones[zone];
    uint32_t before = 0, free_units = 0, usable = 0, free_ranges = 0, lent_ranges = 0, starts = 0;
    uint32_t next_frame = 0;
    for (uint32_t unit = 0; unit < z->units;) {
        const struct range_record *r = record(z, unit);
        if (!is_start(z, unit) || r->units == 0 || r->units > z->units - unit) {
            return "the ranges do not tile the zone";
        }
        if (r->before != before) {
            return "a range does not know the one before it";
        }
        if (r->state == RANGE_FREE && before && record(z, unit - before)->state == RANGE_FREE) {
            return "two free ranges touch";
        }
        usable += r->state == RANGE_HOLE ? 0 : r->units;
        free_units += r->state == RANGE_FREE ? r->units : 0;
        free_ranges += r->state == RANGE_FREE;
        lent_ranges += r->state == RANGE_LENT;
        starts++;
        const char *wrong = z->head ? check_byte_frames(zone, unit, &next_frame) : check_frames(z, unit);
        if (wrong) {
            return wrong;
        }
        before = r->units;
        unit += r->units;
    }
    uint32_t bits = 0;
    for (uint32_t w = 0; w <= (z->units - 1) / 32; w++) {
        bits += (uint32_t)__builtin_popcount(z->starts[w]);
    }
    if (bits != starts) {
        return "the bit map has starts that are none";
    }
    if (usable != z->usable || free_units != z->free_units || free_ranges != z->free_ranges ||
        lent_ranges != z->lent_ranges) {
        return "a zone's totals differ from its ranges";
    }
    return check_tree(z);
}
