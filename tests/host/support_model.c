/*
 * The naive model of memman.
 */
#include <string.h>

#include "mm/events.h"
#include "tests/host/support_model.h"

#define SPACE (1ull << 32)

/* An end of 0 is 2^32. */
static uint64_t end_of(struct region r) {
    return r.end ? r.end : SPACE;
}

static bool holds(struct region r, uint64_t address) {
    return !region_empty(r) && address >= r.start && address < end_of(r);
}

static bool usable(const struct boot_map *map, uint64_t address) {
    for (uint32_t i = 0; i < map->count; i++) {
        if (holds(map->usable[i], address)) {
            return true;
        }
    }
    return false;
}

static void append(struct model *m, uint64_t start, uint64_t end, enum range_state state) {
    struct piece *last = m->count ? &m->pieces[m->count - 1] : NULL;
    if (last && last->state == state) {
        last->end = end;
        return;
    }
    m->pieces[m->count++] =
        (struct piece){start, end, state, state == RANGE_FREE ? OWNER_FREE : OWNER_SYSTEM, NO_SLOT, 0};
}

void model_start(struct model *m, const struct boot_map *map, enum zone zone) {
    bool bytes = zone == ZONE_K || zone == ZONE_B;
    struct region span = zones[zone].span;
    m->zone = zone;
    m->unit = bytes ? 32 : PAGE_SIZE;
    m->head = bytes ? 16 : 0;
    m->count = 0;
    for (uint64_t page = span.start; page < end_of(span); page += PAGE_SIZE) {
        bool before_hole = page + PAGE_SIZE < end_of(span) && !usable(map, page + PAGE_SIZE);
        bool lendable = usable(map, page) && !(bytes && before_hole);
        append(m, page, page + PAGE_SIZE, lendable ? RANGE_FREE : RANGE_HOLE);
    }
}

const struct piece *model_piece(const struct model *m, uint64_t address) {
    for (int i = 0; i < m->count; i++) {
        if (address >= m->pieces[i].start && address < m->pieces[i].end) {
            return &m->pieces[i];
        }
    }
    return NULL;
}

/* Makes room for a piece at i. */
static struct piece *insert(struct model *m, int i) {
    memmove(&m->pieces[i + 1], &m->pieces[i], (size_t)(m->count++ - i) * sizeof *m->pieces);
    return &m->pieces[i];
}

static void remove_piece(struct model *m, int i) {
    memmove(&m->pieces[i], &m->pieces[i + 1], (size_t)(--m->count - i) * sizeof *m->pieces);
}

/* Piece i ends at `at`, a copy of it goes on from there with the slack. */
static void split(struct model *m, int i, uint64_t at) {
    if (at > m->pieces[i].start && at < m->pieces[i].end) {
        *insert(m, i + 1) = m->pieces[i];
        m->pieces[i].end = m->pieces[i + 1].start = at;
        m->pieces[i].slack = 0;
    }
}

static bool is(struct region r, uint64_t start, uint64_t end) {
    return r.start == start && end_of(r) == end;
}

static uint32_t asked(const struct model *m, const struct piece *p) {
    return (uint32_t)(p->end - p->start) - m->head - p->slack;
}

static const struct event *newest(void) {
    return event_at(events.next - 1);
}

const char *try_alloc(struct model *m, uint32_t size, enum owner owner, uint8_t slot) {
    uint64_t need = ((uint64_t)size + m->head + m->unit - 1) / m->unit * m->unit;
    int i = 0;
    while (i < m->count &&
           (m->pieces[i].state != RANGE_FREE || m->pieces[i].end - m->pieces[i].start < need)) {
        i++;
    }
    bool fits = size != 0 && i < m->count;
    uint32_t next = events.next;
    paddr_t got = memman_alloc(m->zone, size, owner, slot);
    const struct event *e = newest();
    if (events.next != next + 1 || e->owner != owner) {
        return "an allocation is not one event of its owner";
    }
    if (!fits) {
        bool said = size ? e->kind == EV_NOMEM && e->arg[0] == size && e->arg[1] == (uint32_t)m->zone
                         : e->kind == EV_REFUSED && e->arg[0] == (uint32_t)E_INVAL;
        return got ? "lent what does not fit" : !said ? "the event of a failure is wrong" : NULL;
    }
    struct piece hole = m->pieces[i];
    split(m, i, hole.start + need);
    m->pieces[i] = (struct piece){
        hole.start, hole.start + need, RANGE_LENT, owner, slot, (uint32_t)(need - m->head - size)};
    if (got != hole.start + m->head) {
        return "not the address of first fit";
    }
    bool said = e->kind == EV_LEND && is(e->at, hole.start, hole.start + need) &&
                is(e->was, hole.start, hole.end) && e->slot == slot && e->arg[0] == (uint32_t)m->zone &&
                e->arg[1] == size;
    return said ? NULL : "the event of a lending is wrong";
}

/* What is wrong with a free of an address outside of the zone. */
static int elsewhere(uint64_t address) {
    for (int z = 0; z < ZONES; z++) {
        if (holds(zones[z].span, address)) {
            return E_WALL;
        }
    }
    return E_FOREIGN;
}

static const char *compare_refusal(const struct model *m, paddr_t address, int expected) {
    const struct event *e = newest();
    struct range range = {.owner = owners_frame(NOW, address >> PAGE_SHIFT).owner};
    uint32_t start = 0;
    for (int z = 0; z < ZONES; z++) {
        if (memman_range(NOW, (enum zone)z, address, &range)) {
            start = range.at.start + zones[z].head;
        }
    }
    bool said = e->kind == EV_REFUSED && e->at.start == address && e->arg[0] == (uint32_t)expected &&
                e->arg[1] == EV_RETURN && e->arg[2] == start && e->arg[3] == (uint32_t)m->zone &&
                e->owner == range.owner;
    return said ? NULL : "the event of a refusal does not name the owner";
}

/* The lent piece i is free and joins. The event must tell of it, cut from [start, end). */
static const char *give_back(struct model *m, int i, uint64_t start, uint64_t end) {
    const struct event *e = newest();
    struct piece lent = m->pieces[i], whole = lent;
    if (i + 1 < m->count && m->pieces[i + 1].state == RANGE_FREE) {
        whole.end = m->pieces[i + 1].end;
        remove_piece(m, i + 1);
    }
    if (i > 0 && m->pieces[i - 1].state == RANGE_FREE) {
        whole.start = m->pieces[i - 1].start;
        remove_piece(m, --i);
    }
    m->pieces[i] = (struct piece){whole.start, whole.end, RANGE_FREE, OWNER_FREE, NO_SLOT, 0};
    bool said = e->kind == EV_RETURN && is(e->at, lent.start, lent.end) &&
                is(e->was, whole.start, whole.end) && e->owner == lent.owner && e->slot == lent.slot &&
                e->arg[0] == (uint32_t)m->zone && e->arg[1] == asked(m, &lent) &&
                is((struct region){e->arg[4], e->arg[5]}, start, end);
    return said ? NULL : "the event of a return is wrong";
}

const char *try_free(struct model *m, paddr_t address) {
    const struct piece *p = model_piece(m, address);
    uint64_t offset = (uint64_t)address - zones[m->zone].span.start - m->head;
    int expected = !p                              ? elsewhere(address)
                   : offset % m->unit              ? E_MISALIGNED
                   : p->state == RANGE_FREE        ? E_DOUBLE
                   : p->state == RANGE_HOLE        ? E_FOREIGN
                   : p->start + m->head != address ? E_INTERIOR
                                                   : OK;
    uint32_t next = events.next;
    int got = memman_free(m->zone, address);
    if (got != expected || events.next != next + 1) {
        return "free and model disagree";
    }
    return expected ? compare_refusal(m, address, expected)
                    : give_back(m, (int)(p - m->pieces), p->start, p->end);
}

const char *try_free_part(struct model *m, struct region part) {
    const struct piece *p = model_piece(m, part.start);
    int expected = m->head || region_empty(part) || part.start % PAGE_SIZE || part.end % PAGE_SIZE
                       ? E_MISALIGNED
                   : !p                        ? elsewhere(part.start)
                   : p->state == RANGE_FREE    ? E_DOUBLE
                   : p->state == RANGE_HOLE    ? E_FOREIGN
                   : end_of(part) < part.start ? E_WRAP
                   : end_of(part) > p->end     ? E_FOREIGN
                                               : OK;
    uint32_t next = events.next;
    int got = memman_free_part(m->zone, part);
    if (got != expected || events.next != next + 1) {
        return "free of a part and model disagree";
    }
    if (expected) {
        return compare_refusal(m, part.start, expected);
    }
    uint64_t start = p->start, end = p->end;
    int i = (int)(p - m->pieces);
    split(m, i, part.start);
    i += part.start != start;
    split(m, i, end_of(part));
    return give_back(m, i, start, end);
}

static bool same(const struct model *m, const struct piece *p, const struct range *r) {
    return is(r->at, p->start, p->end) && r->state == p->state && r->owner == p->owner &&
           r->slot == p->slot && r->asked == (p->state == RANGE_LENT ? asked(m, p) : 0);
}

const char *try_look(const struct model *m, paddr_t address) {
    const struct piece *p = model_piece(m, address);
    struct range range;
    if (memman_range(NOW, m->zone, address, &range) != (p != NULL)) {
        return "a walk begins outside of the zone, or not inside";
    }
    if (p && p->state != RANGE_HOLE && !same(m, p, &range)) {
        return "a range is not the model's";
    }
    int i = 0;
    while (i < m->count && (m->pieces[i].state != RANGE_FREE || m->pieces[i].start < address)) {
        i++;
    }
    bool found = memman_next_free(NOW, m->zone, address, &range);
    if (found != (i < m->count) || (found && !same(m, &m->pieces[i], &range))) {
        return "the next free range is not the model's";
    }
    while (--i >= 0 && (m->pieces[i].state != RANGE_FREE || m->pieces[i].start >= address)) {
    }
    found = memman_last_free(NOW, m->zone, address, &range);
    if (p && (found != (i >= 0) || (found && !same(m, &m->pieces[i], &range)))) {
        return "the last free range is not the model's";
    }
    return NULL;
}

/* A frame of a byte zone has the zone's colour when something lent touches it. */
static const char *compare_frames(const struct model *m) {
    struct region span = zones[m->zone].span;
    int i = 0;
    for (uint64_t page = span.start; page < end_of(span); page += PAGE_SIZE) {
        while (m->pieces[i].end <= page) {
            i++;
        }
        const struct piece *p = &m->pieces[i];
        while (p->state == RANGE_FREE && p->end < page + PAGE_SIZE) { /* byte zones */
            p++;
        }
        struct frame f = owners_frame(NOW, (uint32_t)(page / PAGE_SIZE));
        if (f.owner != p->owner || f.slot != (m->head ? NO_SLOT : p->slot)) {
            return "a frame's owner is not the model's";
        }
    }
    return NULL;
}

const char *try_whole(const struct model *m) {
    const struct zone_info *z = &zones[m->zone];
    uint32_t free_ranges = 0, lent_ranges = 0;
    uint64_t used = 0, largest = 0;
    for (int i = 0; i < m->count; i++) {
        const struct piece *p = &m->pieces[i];
        const char *wrong = try_look(m, (paddr_t)p->start);
        wrong = wrong ? wrong : try_look(m, (paddr_t)(p->end - 1));
        if (wrong) {
            return wrong;
        }
        free_ranges += p->state == RANGE_FREE;
        lent_ranges += p->state == RANGE_LENT;
        used += p->state == RANGE_LENT ? p->end - p->start : 0;
        largest = p->state == RANGE_FREE && p->end - p->start > largest ? p->end - p->start : largest;
    }
    if (z->free_ranges != free_ranges || z->lent_ranges != lent_ranges || memman_used(m->zone) != used ||
        memman_largest(m->zone) != largest) {
        return "a zone's totals are not the model's";
    }
    const char *wrong = compare_frames(m);
    wrong = wrong ? wrong : memman_check(m->zone);
    return wrong ? wrong : owners_check();
}
