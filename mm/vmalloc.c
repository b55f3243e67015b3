/*
 * vmalloc: the linear range of a heap. It grows by what a malloc needs at its end and shrinks as soon as its last hole covers
 * whole pages; under buddy it doubles and halves.
 */
#include "mm/events.h"
#include "mm/heap_inside.h"
#include "mm/policy.h"

/* `start` and `seq` are the last hole's. */
static void range_event(const struct heap *h, struct region was, uint32_t start, uint32_t seq) {
    struct event *e = event_emit(EV_RANGE, h->config.owner, h->range, was);
    e->slot = h->slot;
    e->arg[0] = start;
    e->arg[1] = seq;
}

void range_grow(struct heap *h, uint32_t end) {
    struct region was = h->range, fresh = {h->range.end, end};
    struct tile *last = h->last;
    bool joins = last && last->state == TILE_HOLE;
    if (h->buddy) {
        joins = joins && region_size(last->at) == region_size(was);
    }
    h->range.end = end;
    if (joins) {
        hole_resize(h, last, (struct region){last->at.start, end});
    } else {
        last = hole_new(h, fresh, last, 0, events.next);
    }
    range_event(h, was, last->at.start, last->seq);
}

/* Moves it down to `end`; what goes is the last hole's. */
static void range_shrink(struct heap *h, uint32_t end) {
    struct region was = h->range;
    struct tile *last = h->last;
    uint32_t start = last->at.start, seq = last->seq;
    h->range.end = end;
    if (start < end) {
        hole_resize(h, last, (struct region){start, end});
    } else {
        hole_delete(h, last);
    }
    range_event(h, was, start, seq);
}

/* The lowest end the range may have now. */
static uint32_t range_need(const struct heap *h) {
    uint32_t least = h->config.span.start + h->config.initial;
    if (!h->last || h->last->state != TILE_HOLE) {
        return h->range.end;
    }
    uint32_t need = round_up(h->last->at.start, PAGE_SIZE);
    if (h->buddy) {
        /* Halves as long as the upper half is free. */
        uint32_t size = region_size(h->range);
        if (h->last->at.start == h->range.start) {
            size = 0;
        }
        while (size > PAGE_SIZE && h->last->at.start <= h->range.start + size / 2) {
            size /= 2;
        }
        need = h->range.start + size;
    }
    return smaller(h->range.end, larger(need, least));
}

void range_trim(struct heap *h) {
    uint32_t end;
    while ((end = range_need(h)) < h->range.end) {
        while (end < h->range.end) { /* a buddy range may end in several holes */
            bool several = h->buddy && h->last->at.start > end;
            range_shrink(h, several ? h->last->at.start : end);
        }
    }
}

struct tile *range_extend(struct heap *h, const struct want *want) {
    uint32_t room = h->config.span.end - h->range.start;
    if (h->buddy) {
        uint32_t size = region_size(h->range);
        uint32_t need = larger(want->size, PAGE_SIZE);
        while (size == 0 || !heap_fits(h->last, want)) {
            uint32_t next = size ? size * 2 : need;
            if (next > room || next < size) {
                range_trim(h);
                return NULL;
            }
            range_grow(h, h->range.start + next);
            size = next;
        }
        return h->last;
    }
    uint32_t start = h->last && h->last->state == TILE_HOLE ? h->last->at.start : h->range.end;
    if (want->pages) {
        start = round_up(start, PAGE_SIZE);
    }
    uint32_t left = h->config.span.end - start;
    if (start < h->range.start || want->size > left || !h->world.map) {
        return NULL;
    }
    range_grow(h, round_up(start + want->size, PAGE_SIZE));
    return h->last;
}
