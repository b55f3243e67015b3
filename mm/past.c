/*
 * The past: pieces of maps as they stood, in one treap ordered by (map, address), in memory reserved at boot.
 */
#include "mm/past.h"

#include "mm/paging.h"
#include "mm/policy.h"
#include "mm/regime.h"

#define PIECES_PER_EVENT 3u /* a free undone: the block and a hole on either side */

/*
 * One piece. key: enum past_map << 24 | slot << 8 | zone or owner.
 *   PAST_FRAMES  region of frame numbers; value[0]: owner, slot << 8
 *   PAST_RANGES  value[0]: state, owner << 8, slot << 16; [1]: origin; [2]: asked
 *   PAST_PAGES   value[0]: entry of the first page, the frames follow on; 0: not mapped
 *   PAST_TABLES  value[0]: directory entry
 *   PAST_HEAP    value[0]: state, guard page << 8, thread << 16; [1]: asked; [2]: event that made it
 */
struct piece {
    uint32_t key;
    struct region at;
    uint32_t value[3];
    uint32_t left, right; /* numbers of pieces; 0: none */
};
_Static_assert(sizeof(struct piece) == 32, "past_size counts on it");

static struct {
    struct piece *pieces; /* pieces[0] is none */
    uint32_t capacity, used, spare, root;
    struct zone_counts zones[ZONES];
    moment_t moment;
    uint32_t present; /* the newest event when it set out */
    bool origins;     /* of the ranges that were lent then it is known by which event */
} past = {.moment = NOW};

uint32_t past_size(uint32_t capacity) {
    return (capacity * PIECES_PER_EVENT + 1) * (uint32_t)sizeof(struct piece);
}

void past_init(void *memory, uint32_t size) {
    past.pieces = memory;
    past.capacity = size / (uint32_t)sizeof(struct piece);
    past_close();
}

void past_close(void) {
    past.used = 1;
    past.spare = 0;
    past.root = 0;
    past.moment = NOW;
}

moment_t past_moment(void) {
    return past.present == events.next - 1 ? past.moment : NOW;
}

/* ---- the treap ---- */

static struct piece *piece(uint32_t n) {
    return &past.pieces[n];
}

/* A rank that only looks random is enough (Knuth's multiplicative hash). */
static uint32_t rank(uint32_t n) {
    return n * 2654435769u;
}

static bool before(const struct piece *p, uint32_t key, uint32_t start) {
    return p->key < key || (p->key == key && p->at.start < start);
}

/* Pieces before (key, start) go to *low, the others to *high. */
static void split(uint32_t n, uint32_t key, uint32_t start, uint32_t *low, uint32_t *high) {
    while (n) {
        struct piece *p = piece(n);
        if (before(p, key, start)) {
            *low = n;
            low = &p->right;
            n = p->right;
        } else {
            *high = n;
            high = &p->left;
            n = p->left;
        }
    }
    *low = *high = 0;
}

/* One tree of all in `low` and all in `high`, which come after. */
static uint32_t merge(uint32_t low, uint32_t high) {
    uint32_t root = 0, *place = &root;
    while (low && high) {
        if (rank(low) > rank(high)) {
            *place = low;
            place = &piece(low)->right;
            low = *place;
        } else {
            *place = high;
            place = &piece(high)->left;
            high = *place;
        }
    }
    *place = low ? low : high;
    return root;
}

static uint32_t last_of(uint32_t n) {
    while (n && piece(n)->right) {
        n = piece(n)->right;
    }
    return n;
}

/* Puts a tree of pieces on the list of spares. */
static void discard(uint32_t n) {
    while (n) {
        /* Rotates left children up until there is none, so that no stack is needed. */
        uint32_t left = piece(n)->left;
        if (left) {
            piece(n)->left = piece(left)->right;
            piece(left)->right = n;
            n = left;
            continue;
        }
        uint32_t next = piece(n)->right;
        piece(n)->right = past.spare;
        past.spare = n;
        n = next;
    }
}

static uint32_t piece_new(void) {
    uint32_t n = past.spare;
    if (n) {
        past.spare = piece(n)->right;
    } else if (past.used < past.capacity) {
        n = past.used++;
    }
    return n;
}

static void start_at(struct piece *p, uint32_t start) {
    if (p->key >> 24 == PAST_PAGES && p->value[0]) {
        p->value[0] += start - p->at.start;
    }
    p->at.start = start;
}

/* The piece of the map that covers `address`, or NULL. */
static struct piece *get(uint32_t key, uint32_t address) {
    struct piece *found = NULL;
    for (uint32_t n = past.root; n;) {
        struct piece *p = piece(n);
        bool low = p->key < key || (p->key == key && p->at.start <= address);
        found = low ? p : found;
        n = low ? p->right : p->left;
    }
    return found && found->key == key && region_has(found->at, address) ? found : NULL;
}

/* Makes [at) of the map `key` stand as `value` says; what stood there before is cut or goes. False: no room
 * is left. */
static bool put(uint32_t key, struct region at, const uint32_t value[3]) {
    uint32_t low, inside, high;
    if (region_empty(at)) {
        return true;
    }
    struct piece *same = get(key, at.start);
    if (same && same->at.start == at.start && same->at.end == at.end) {
        __builtin_memcpy(same->value, value, sizeof same->value);
        return true;
    }
    split(past.root, key, at.start, &low, &inside);
    split(inside, key, at.end, &inside, &high);

    /* The last piece inside, or the one that reaches in from below, may reach out above. */
    uint32_t below = last_of(low);
    below = below && piece(below)->key == key && piece(below)->at.end > at.start ? below : 0;
    uint32_t reaching = inside ? last_of(inside) : below;
    uint32_t tail = 0;
    if (reaching && piece(reaching)->at.end > at.end) {
        tail = piece_new();
        if (!tail) {
            return false;
        }
        *piece(tail) = *piece(reaching);
        piece(tail)->left = piece(tail)->right = 0;
        start_at(piece(tail), at.end);
    }
    if (below) {
        piece(below)->at.end = at.start;
    }
    discard(inside);
    uint32_t n = piece_new();
    if (!n) {
        return false;
    }
    *piece(n) = (struct piece){key, at, {value[0], value[1], value[2]}, 0, 0};
    past.root = merge(merge(low, n), merge(tail, high));
    return true;
}

/* The first piece of the map that ends after `address`, or NULL. */
static struct piece *get_from(uint32_t key, uint32_t address) {
    struct piece *here = get(key, address);
    for (uint32_t n = here ? 0 : past.root; n;) {
        struct piece *p = piece(n);
        bool low = before(p, key, address);
        here = low ? here : p;
        n = low ? p->right : p->left;
    }
    return here && here->key == key ? here : NULL;
}

/* The last piece of the map that starts before `address`, or NULL. */
static const struct piece *get_before(uint32_t key, uint32_t address) {
    const struct piece *found = NULL;
    for (uint32_t n = past.root; n;) {
        const struct piece *p = piece(n);
        bool low = before(p, key, address);
        found = low ? p : found;
        n = low ? p->right : p->left;
    }
    return found && found->key == key ? found : NULL;
}

/* ---- undoing ---- */

static uint32_t map_key(enum past_map map, uint8_t slot, uint8_t which) {
    return (uint32_t)map << 24 | (uint32_t)slot << 8 | which;
}

static bool put_range(const struct event *e, struct region at, enum range_state state, uint32_t origin) {
    bool lent = state == RANGE_LENT;
    uint32_t value[3] = {state | (uint32_t)(lent ? e->owner : OWNER_FREE) << 8 |
                             (uint32_t)(lent ? e->slot : NO_SLOT) << 16,
                         origin, lent ? e->arg[1] : 0};
    return put(map_key(PAST_RANGES, 0, (uint8_t)e->arg[0]), at, value);
}

static uint32_t differing_ends(struct region a, struct region b) {
    return (a.start != b.start) + (a.end != b.end);
}

/* Undoes what lending or taking back e->at, part of the lent range `lent`, made of the zone's counts. */
static void put_counts(const struct event *e, struct region lent, bool was_lent) {
    struct zone_counts *counts = &past.zones[e->arg[0]];
    uint32_t sign = was_lent ? ~0u : 1;
    counts->free_units += sign * (region_size(e->at) >> zones[e->arg[0]].unit_shift);
    counts->free_ranges += sign * (1 - differing_ends(e->at, e->was));
    counts->lent_ranges -= sign * (1 - differing_ends(e->at, lent));
}

/* The frames of e->at were of this owner; in byte zones only those that lie wholly in the free range around
 * it. */
static bool put_frames(const struct event *e, enum owner owner) {
    struct region at = {round_down(e->at.start, PAGE_SIZE), round_up(e->at.end, PAGE_SIZE)};
    if (at.start < e->was.start) {
        at.start += PAGE_SIZE;
    }
    if (at.end - 1 > e->was.end - 1) {
        at.end -= PAGE_SIZE;
    }
    bool bytes = zones[e->arg[0]].head != 0;
    uint8_t slot = bytes || owner == OWNER_FREE ? NO_SLOT : e->slot;
    uint32_t value[3] = {(uint32_t)owner | (uint32_t)slot << 8, 0, 0};
    struct region frames = {at.start >> PAGE_SHIFT, ((at.end - 1) >> PAGE_SHIFT) + 1};
    if (at.start - 1 >= at.end - 1) {
        return true; /* part of a frame that others share */
    }
    return put(map_key(PAST_FRAMES, 0, 0), frames, value);
}

static bool put_tile(const struct event *e, struct region at, enum tile_state state, uint32_t asked,
                     uint32_t seq) {
    uint32_t flags = state == TILE_BLOCK ? (e->arg[5] >> 16 & 1) << 8 | (e->arg[5] & 0xFFFF) << 16 : 0;
    uint32_t value[3] = {state | flags, asked, seq};
    return put(map_key(PAST_HEAP, e->slot, e->owner), at, value);
}

static bool put_value(const struct event *e, enum past_map map, uint32_t entry) {
    uint32_t value[3] = {entry, 0, 0};
    return put(map_key(map, e->slot, 0), e->at, value);
}

/* The buddies that `part` had before it became `whole`. Which events made them is known of the two smallest. */
static bool put_buddies(const struct event *e, struct region part, struct region whole, uint32_t made,
                        uint32_t made_next) {
    for (; region_size(part) < region_size(whole); made = made_next, made_next = 0) {
        uint32_t size = region_size(part);
        bool upper = (part.start - whole.start) & size;
        struct region buddy = {upper ? part.start - size : part.end, upper ? part.start : part.end + size};
        if (!put_tile(e, buddy, TILE_HOLE, 0, made)) {
            return false;
        }
        part = (struct region){smaller(part.start, buddy.start), larger(part.end, buddy.end)};
    }
    return true;
}

static bool buddies(const struct event *e) {
    const struct policy *policy = policy_by_code(e->policy);
    return policy && policy->buddy;
}

/* The holes that a freed block joined. */
static bool put_joined(const struct event *e) {
    if (buddies(e)) {
        return put_buddies(e, e->at, e->was, e->arg[1], e->arg[2]);
    }
    bool below = e->was.start != e->at.start;
    return put_tile(e, (struct region){e->was.start, e->at.start}, TILE_HOLE, 0, e->arg[1]) &&
           put_tile(e, (struct region){e->at.end, e->was.end}, TILE_HOLE, 0, e->arg[below ? 2 : 1]);
}

/* The hole behind a block before its realloc, or those that its growth took in. */
static bool put_behind(const struct event *e) {
    return buddies(e) ? put_buddies(e, e->was, e->at, e->arg[4], 0)
                      : put_tile(e, (struct region){e->was.end, e->arg[2]}, TILE_HOLE, 0, e->arg[4]);
}

static bool undo(const struct event *e) {
    switch ((enum event_kind)e->kind) {
    case EV_LEND:
        put_counts(e, e->at, false);
        return put_range(e, e->was, RANGE_FREE, e->arg[2]) && put_frames(e, OWNER_FREE);
    case EV_RETURN: {
        struct region lent = {e->arg[4], e->arg[5]};
        put_counts(e, lent, true);
        return put_range(e, (struct region){e->was.start, e->at.start}, RANGE_FREE, e->arg[2]) &&
               put_range(e, (struct region){e->at.end, e->was.end}, RANGE_FREE, e->arg[3]) &&
               put_range(e, lent, RANGE_LENT, 0) &&
               put_frames(e, zones[e->arg[0]].head ? zone_owner[e->arg[0]] : (enum owner)e->owner);
    }
    case EV_MAP: return put_value(e, PAST_PAGES, 0);
    case EV_UNMAP: return put_value(e, PAST_PAGES, e->arg[0] | e->arg[1]);
    case EV_TABLE: return put_value(e, PAST_TABLES, 0);
    case EV_TABLE_GONE: return put_value(e, PAST_TABLES, e->arg[0] | PG_PRESENT | PG_WRITE | PG_USER);
    case EV_RANGE: {
        struct region trailing = {e->arg[0], e->was.end};
        return trailing.start >= trailing.end || put_tile(e, trailing, TILE_HOLE, 0, e->arg[1]);
    }
    case EV_MALLOC: return put_tile(e, e->was, TILE_HOLE, 0, e->arg[3]);
    case EV_FREE: return put_joined(e) && put_tile(e, e->at, TILE_BLOCK, e->arg[0], e->arg[3]);
    case EV_RESIZE: return put_behind(e) && put_tile(e, e->was, TILE_BLOCK, e->arg[1], e->arg[3]);
    default: return true; /* nothing in memory changed */
    }
}

/* A regime's own table goes back too. */
static void undo_books(const struct event *e) {
    TABLE_EACH(regimes, const struct regime, r) {
        if ((*r)->books) {
            (*r)->books->undo(e);
        }
    }
}

static bool undo_all(const struct event *e) {
    if (e->kind == EV_PHANTOM || e->kind == EV_SEED || e->kind == EV_SEED_CALL) {
        undo_books(e);
    }
    past_figures_undo(e);
    return undo(e);
}

/* Sets out from the present. */
static void start(void) {
    past_close();
    past.present = past.moment = events.next - 1;
    past_figures_start();
    for (int z = 0; z < ZONES; z++) {
        past.zones[z] = memman_counts(NOW, (enum zone)z);
    }
    TABLE_EACH(regimes, const struct regime, r) {
        if ((*r)->books) {
            (*r)->books->rewind();
        }
    }
}

int past_open(uint32_t seq) {
    if (seq + 1 < events_oldest() || seq >= events.next) {
        past_close();
        return E_NOENT;
    }
    if (past_moment() == NOW || seq > past.moment) {
        start();
    }
    while (past.moment > seq) {
        past.origins = false;
        if (!undo_all(event_at(past.moment))) {
            past_close();
            return E_NOENT;
        }
        past.moment--;
    }
    return OK;
}

/* ---- what the walks ask ---- */

bool past_frame(uint32_t n, struct frame *out) {
    const struct piece *p = get(map_key(PAST_FRAMES, 0, 0), n);
    if (p) {
        *out = (struct frame){(uint8_t)p->value[0], (uint8_t)(p->value[0] >> 8)};
    }
    return p != NULL;
}

void past_count_frames(uint32_t first, uint32_t count, uint32_t counts[OWNERS]) {
    uint32_t key = map_key(PAST_FRAMES, 0, 0), end = first + count;
    const struct piece *p;
    for (uint32_t n = first; n < end && (p = get_from(key, n)) && p->at.start < end; n = p->at.end) {
        uint32_t start = p->at.start > first ? p->at.start : first;
        uint32_t stop = p->at.end < end ? p->at.end : end;
        uint32_t present[OWNERS] = {0};
        owners_count(NOW, start, stop - start, present);
        for (int o = 0; o < OWNERS; o++) {
            counts[o] -= present[o];
        }
        counts[p->value[0] & 0xFF] += stop - start;
    }
}

/* The event of its return does not say when a range was lent: the newest that lent a byte of it does, as far as the ring
 * reaches. */
static void find_origins(void) {
    past.origins = true;
    for (uint32_t seq = past.moment, oldest = events_oldest(); seq >= oldest; seq--) {
        const struct event *e = event_at(seq);
        if (e->kind != EV_LEND) {
            continue;
        }
        uint32_t key = map_key(PAST_RANGES, 0, (uint8_t)e->arg[0]), at = e->at.start;
        for (struct piece *p; region_has(e->at, at) && (p = get_from(key, at)); at = p->at.end) {
            bool lent = (p->value[0] & 0xFF) == RANGE_LENT && regions_meet(p->at, e->at);
            p->value[1] = lent && !p->value[1] ? seq : p->value[1];
        }
    }
}

static bool view_range(const struct piece *p, struct range *out) {
    if (p && !past.origins && !p->value[1]) {
        find_origins();
    }
    if (p) {
        *out = (struct range){
            .at = p->at,
            .state = (enum range_state)(p->value[0] & 0xFF),
            .owner = (enum owner)(p->value[0] >> 8 & 0xFF),
            .slot = (uint8_t)(p->value[0] >> 16),
            .origin = p->value[1],
            .asked = p->value[2],
        };
    }
    return p != NULL;
}

bool past_range(enum zone zone, paddr_t address, struct range *out) {
    return view_range(get(map_key(PAST_RANGES, 0, (uint8_t)zone), address), out);
}

bool past_range_from(enum zone zone, paddr_t from, struct range *out) {
    return view_range(get_from(map_key(PAST_RANGES, 0, (uint8_t)zone), from), out);
}

bool past_range_before(enum zone zone, paddr_t before, struct range *out) {
    return view_range(get_before(map_key(PAST_RANGES, 0, (uint8_t)zone), before), out);
}

struct zone_counts past_zone_counts(enum zone zone) {
    return past.zones[zone];
}

bool past_page(uint8_t slot, vaddr_t page, uint32_t *entry) {
    const struct piece *p = get(map_key(PAST_PAGES, slot, 0), page);
    if (p) {
        *entry = p->value[0] ? p->value[0] + (round_down(page, PAGE_SIZE) - p->at.start) : 0;
    }
    return p != NULL;
}

bool past_table(uint8_t slot, vaddr_t address, uint32_t *entry) {
    const struct piece *p = get(map_key(PAST_TABLES, slot, 0), address);
    if (p) {
        *entry = p->value[0];
    }
    return p != NULL;
}

bool past_tile(uint8_t slot, enum owner owner, vaddr_t address, struct tile_view *out) {
    const struct piece *p = get(map_key(PAST_HEAP, slot, (uint8_t)owner), address);
    if (p) {
        const struct event *made = event_at(p->value[2]);
        *out = (struct tile_view){
            .at = p->at,
            .state = (enum tile_state)(p->value[0] & 0xFF),
            .guard_page = p->value[0] >> 8 & 1,
            .thread = (uint16_t)(p->value[0] >> 16),
            .asked = p->value[1],
            .seq = p->value[2],
            .caller = made && made->kind != EV_RANGE ? made->caller : 0,
        };
    }
    return p != NULL;
}
