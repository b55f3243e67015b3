/*
 * memman: physical memory, in four zones with walls. It keeps every zone as a row of ranges, free or lent,
 * that tile it without a gap; a lent range's record becomes the free range's record, so a free needs no
 * memory and cannot fail.
 *
 * A zone hands out units (a page, or 32 bytes). The range that starts at unit u has its record at records + u
 * * stride: in a table beside the frames for pages, in the first 16 bytes of the range itself for bytes.
 * `starts` has a bit for each unit where a range starts. A bucket is as many units as hold the start of one free range at
 * most; leaf b of a tree of maxima is the one's in bucket b: its size and, in the lowest bits, its place there. First fit goes down the tree's left side. The free
 * range at the zone's end, from which most calls take, is not in the tree: it is the tail, asked last. Every operation is
 * O(log units in use), whatever the number of ranges.
 */
#ifndef MM_MEMMAN_H
#define MM_MEMMAN_H

#include "mm/maxima.h"
#include "mm/owners.h"
#include "mm/types.h"

enum zone { ZONE_P, ZONE_K, ZONE_B, ZONE_U, ZONES };

enum range_state { RANGE_FREE = 1, RANGE_LENT = 2, RANGE_HOLE = 3 /* of the boot map: never lent */ };

/* 16 bytes, at the first unit of each range. before: units of the range just before it in the zone, 0 for the
 * first. */
struct range_record {
    uint32_t units : 30;
    uint32_t state : 2;
    uint32_t before;
    uint32_t origin; /* sequence number of the event that made it so; 0: boot */
    uint16_t slack;  /* lent: bytes that were not asked for */
    uint8_t slot;    /* lent: of the process it is charged to, or NO_SLOT */
    uint8_t owner;   /* lent: enum owner */
};
_Static_assert(sizeof(struct range_record) == 16, "a record fits in front of the smallest range");

/* How a zone is cut. memman itself knows these two when it is compiled, so that its shifts are constants. */
struct grain {
    uint32_t unit_shift;
    uint32_t head;         /* bytes of record in front of what is lent */
    uint32_t bucket_shift; /* units of a bucket, as a shift */
    uint32_t stride_shift; /* bytes from one unit's record to the next one's */
};
/* Page zones, whose records stand in a table; byte zones, where 16 of the first 32 bytes are the record. */
static const struct grain page_grain = {.unit_shift = PAGE_SHIFT, .stride_shift = 4};
static const struct grain byte_grain = {.unit_shift = 5, .head = 16, .bucket_shift = 1, .stride_shift = 5};

struct zone_info {
    const char *name;                                      /* "kpages", … */
    struct region span;                                    /* all that lies between its walls */
    uint32_t unit_shift, head, bucket_shift, stride_shift; /* its grain, for those who are in no hurry */
    uint32_t units, usable;                                /* usable: without the holes of the boot map */
    uint32_t free_units, free_ranges, lent_ranges;
    uint32_t tail;         /* unit where the free range at the zone's end starts; units: there is none */
    struct maxima largest; /* of the other free ranges, by bucket */
    uint32_t *starts;      /* bit map of units where a range starts */
    uint8_t *records;
};
extern struct zone_info zones[ZONES];

/* The leaf of a free range; a request of so many units needs one of at least its own, at place 0. */
static inline uint32_t memman_leaf(uint32_t bucket_shift, uint32_t unit, uint32_t units) {
    return units << bucket_shift | (unit & ((1u << bucket_shift) - 1));
}

extern const enum owner zone_owner[ZONES];

/* A piece of usable RAM, as the boot map has it, page aligned, ascending, disjoint, below 4 GB. */
#define BOOT_REGIONS 32
struct boot_map {
    uint32_t count;
    struct region usable[BOOT_REGIONS];
};

/*
 * Builds owners, ring and zones for the given map. `taken` ends the image and modules; the tables follow it
 * in the first usable piece below the window's end that holds them. The rest is divided 2:2:8:16 among P, K,
 * B, U, with P, K and B below WINDOW_SIZE and the surplus to U. Pieces at the map's end that are worth less
 * than their tables are left alone, and the ring is smaller where there is no room for it. Returns OK, or
 * E_NOMEM when there are less than MEMMAN_LEAST bytes to divide, or a zone would be without a page.
 */
#define MEMMAN_LEAST 0x300000u
int memman_init(const struct boot_map *map, paddr_t taken);

/*
 * Lends `size` bytes (whole pages in P and U; in K and B any, aligned to 16) of the zone, first fit, to
 * `owner` on behalf of the process in `slot`. Returns the address, or 0 with an event when the zone is full
 * or size is 0. Emits EV_LEND.
 */
paddr_t memman_alloc(enum zone zone, uint32_t size, enum owner owner, uint8_t slot);

/*
 * Takes back the range that starts at `address`, all of it, by its address alone. Emits EV_RETURN and returns
 * OK; or refuses, changes nothing, emits EV_REFUSED and returns E_DOUBLE, E_FOREIGN, E_MISALIGNED, E_INTERIOR
 * or E_WALL.
 */
int memman_free(enum zone zone, paddr_t address);

/* As memman_free, for part of a lent page range: the pages of `part`, which lie in one lent range (P and U
 * only); E_WRAP when `part` passes 2^32. */
int memman_free_part(enum zone zone, struct region part);

/* The zone an address lies in, or ZONES. */
enum zone memman_zone(paddr_t address);

/* A range as a reader sees it. */
struct range {
    struct region at; /* with its record, in byte zones */
    enum range_state state;
    uint32_t origin, asked;
    enum owner owner;
    uint8_t slot;
};

/* The unit where the range that covers `unit` starts, now. O(log units in use) in a free range; in a lent one, in a 32nd of its
 * units. */
uint32_t memman_start(const struct zone_info *z, uint32_t unit);

/* The range that covers `address` at that moment. False when the address is not in the zone. */
bool memman_range(moment_t at, enum zone zone, paddr_t address, struct range *out);

/*
 * The first free range that starts at or after `from`, and the last that starts before `before` (span.end asks for
 * the zone's last). False when there is none. O(log n); in the past as often as lent ranges were undone on the way.
 */
bool memman_next_free(moment_t at, enum zone zone, paddr_t from, struct range *out);
bool memman_last_free(moment_t at, enum zone zone, paddr_t before, struct range *out);

/* What a zone had at a moment. */
struct zone_counts {
    uint32_t free_units, free_ranges, lent_ranges;
};
struct zone_counts memman_counts(moment_t at, enum zone zone);

/*
 * For tests that fail each allocation in turn: when not 0, counted down by every memman_alloc, and the one
 * that reaches 0 finds its zone full.
 */
extern uint32_t memman_fail;

/* Bytes lent in the zone, and bytes of the largest free range. */
uint32_t memman_used(enum zone zone);
uint32_t memman_largest(enum zone zone);

/*
 * A sweep of a zone (mm/sweep.h), started with `zone` set: every invariant above. A piece is what one range has of
 * one row of SWEEP_UNITS units, then as many buckets or nodes of the tree of maxima. False at the end, or when *d
 * says what differs.
 */
#define SWEEP_UNITS 128u
struct memman_sweep {
    enum zone zone;
    uint32_t unit;  /* all units below have been seen */
    uint32_t start; /* where the range that covers `unit` starts */
    uint32_t nodes; /* of the tree that have been seen, from its end */
    uint32_t free_units, usable;
    uint32_t ranges[4]; /* by enum range_state, those that start below `unit` */
};
struct event;
bool memman_sweep(struct memman_sweep *sweep, uint32_t pieces, struct difference *d);
void memman_sweep_follow(struct memman_sweep *sweep, const struct event *e);

/* The whole sweep. Returns NULL or what differs. */
const char *memman_check(enum zone zone);

#endif
