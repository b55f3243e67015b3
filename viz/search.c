/*
 * What the search of a malloc went by.
 */
#include "viz/search.h"

#define WALK_MOST 256 /* tiles looked at */

void search_understand(struct search *s, const struct event *malloc, const struct heap *heap) {
    *s = (struct search){.event = malloc, .policy = heap->config.policy, .taken = malloc->was};
    for (const struct event *e = event_at(malloc->seq - 1);
         e && e->step == malloc->step && e->pid == malloc->pid; e = event_at(e->seq - 1)) {
        if (e->kind == EV_RANGE && e->owner == malloc->owner && e->at.end > e->was.end) {
            s->added += e->at.end - e->was.end;
            s->taken = (struct region){malloc->was.start, malloc->was.start};
            if (e->arg[0] < e->was.end) { /* a hole stood there, too small */
                s->before[0] = (struct region){e->arg[0], e->was.end};
                s->befores = 1;
            }
        }
    }
}

/* Was this hole passed, by the policy's definition? `from`: where a search that goes around would begin. */
static bool passed(const struct search *s, struct region hole, vaddr_t from) {
    struct tile tile = {.at = hole, .state = TILE_HOLE}, taken = {.at = s->taken, .state = TILE_HOLE};
    return s->policy->passes(&tile, region_empty(s->taken) ? NULL : &taken, from);
}

/* The holes passed, as far as they are near: downwards from the taken one and around the end, then upwards. */
void search_walk(struct search *s, moment_t at, const struct heap *heap) {
    struct region range = heap_range(at, heap);
    uint32_t count = s->event->arg[1], left = WALK_MOST;
    struct tile_view tile;
    vaddr_t address = s->event->was.start;
    bool around = false;
    while (left-- && s->befores < SEARCH_HOLES && s->befores < count) {
        if (address == range.start) {
            if (around) {
                break;
            }
            around = true;
            address = range.end;
        }
        if (!heap_tile(at, heap, address - 1, &tile) || (around && tile.at.start < s->event->was.end)) {
            break;
        }
        address = tile.at.start;
        if (tile.state == TILE_HOLE && passed(s, tile.at, tile.at.start)) {
            s->before[s->befores++] = tile.at;
        }
    }
    address = s->event->was.end;
    while (left-- && s->behinds < SEARCH_HOLES && s->befores + s->behinds < count && address < range.end &&
           heap_tile(at, heap, address, &tile)) {
        address = tile.at.end;
        if (tile.state == TILE_HOLE && passed(s, tile.at, s->event->was.start)) {
            s->behind[s->behinds++] = tile.at;
        }
    }
}
