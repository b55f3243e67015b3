/*
 * Events, applied and undone: a random life of processes is photographed at random moments (owners, ranges,
 * page tables, tiles, as the walks tell them), then the past is opened at each of them and must tell the
 * same.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "mm/events.h"
#include "mm/memman.h"
#include "mm/paging.h"
#include "mm/past.h"
#include "mm/policy.h"
#include "mm/regime.h"
#include "mm/space.h"
#include "tests/host/support.h"
#include "tests/host/support_viz.h"

/* ---- A photograph: everything the walks tell, as text ---- */

struct photo {
    uint32_t seq;
    char *text;
    size_t size;
};

static void photograph_memory(FILE *f, moment_t at) {
    for (uint32_t n = 0; n < owners.frames; n++) {
        struct frame frame = owners_frame(at, n);
        fprintf(f, "%u.%u ", frame.owner, frame.slot);
    }
    for (uint32_t size = 1; size <= owners.frames; size *= 8) {
        for (uint32_t first = 0; first < owners.frames; first += size) {
            uint32_t counts[OWNERS] = {0};
            owners_count(at, first, size, counts);
            for (int o = 0; size > 64 && o < OWNERS; o++) {
                fprintf(f, "%u,", counts[o]);
            }
        }
    }
    for (int z = 0; z < ZONES; z++) {
        struct range range;
        for (paddr_t a = zones[z].span.start; memman_next_free(at, (enum zone)z, a, &range);
             a = range.at.end) {
            fprintf(f, "\nfree %08x %08x %u", range.at.start, range.at.end, range.origin);
        }
        for (paddr_t a = zones[z].span.start; memman_range(at, (enum zone)z, a, &range); a = range.at.end) {
            fprintf(f, "\nrange %08x %08x %d %d", range.at.start, range.at.end, range.state, range.owner);
        }
    }
}

static void photograph_heap(FILE *f, moment_t at, const struct heap *heap) {
    struct region range = heap_range(at, heap);
    fprintf(f, "\nheap %08x %08x", range.start, range.end);
    struct tile_view tile;
    for (vaddr_t a = range.start; a != range.end && heap_tile(at, heap, a, &tile); a = tile.at.end) {
        fprintf(f, "\ntile %08x %08x %d %u %d", tile.at.start, tile.at.end, tile.state, tile.asked,
                tile.guard_page);
        fprintf(f, " %u", tile.state == TILE_BLOCK ? tile.seq : 0);
    }
    struct heap_shares shares;
    heap_count(at, heap, (struct region){range.start, range.start + 0x3000}, &shares);
    fprintf(f, "\nshares %u %u", shares.block, shares.hole);
}

static void photograph_pages(FILE *f, moment_t at, const struct space *s) {
    static const struct region parts[] = {{USER_IMAGE, USER_IMAGE + 0x20000},
                                          {USER_PAGES, USER_PAGES + 0x40000},
                                          {USER_HEAP, USER_HEAP + 0x100000},
                                          {0xBFEFF000, 0xC0000000}};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        uint32_t counts[OWNERS] = {0};
        for (vaddr_t page = parts[i].start; page != parts[i].end; page += PAGE_SIZE) {
            fprintf(f, " %x", paging_entry(at, s, page));
        }
        paging_count(at, s, parts[i], counts);
        fprintf(f, "\ntable %x counts %u %u", paging_directory_entry(at, s, parts[i].start),
                counts[OWNER_HEAP], counts[OWNER_UPAGE]);
    }
}

static struct photo photograph(moment_t at, uint32_t seq, struct space *const *alive, int count) {
    struct photo photo = {.seq = seq};
    FILE *f = open_memstream(&photo.text, &photo.size);
    photograph_memory(f, at);
    for (int i = 0; i < count; i++) {
        photograph_heap(f, at, &alive[i]->heap);
        photograph_heap(f, at, &alive[i]->pages);
        photograph_pages(f, at, alive[i]);
    }
    fclose(f);
    return photo;
}

/* ---- A life ---- */

#define BLOCKS 60

static void one_turn(struct space *s, vaddr_t *held, int *count) {
    actor = (struct actor){.pid = s->pid, .slot = s->slot, .caller = 0x400100 + draw(64)};
    uint32_t what = draw(100);
    if (*count < BLOCKS && (*count == 0 || what < 45)) {
        vaddr_t a = what < 5 ? heap_alloc(&s->pages, PAGE_SIZE)
                             : heap_alloc(&s->heap, draw(8)   ? draw(400)
                                                    : draw(3) ? draw(20000)
                                                              : 2 * PAGE_SIZE);
        held[*count] = a;
        *count += a != 0;
    } else if (what < 85) {
        int victim = (int)draw((uint32_t)*count);
        struct heap *heap = held[victim] < USER_HEAP ? &s->pages : &s->heap;
        assert_int_equal(heap_free(heap, held[victim]), OK);
        held[victim] = held[--*count];
    } else if (what < 95) {
        int victim = (int)draw((uint32_t)*count);
        if (held[victim] >= USER_HEAP) {
            vaddr_t moved = heap_realloc(&s->heap, held[victim], draw(600));
            held[victim] = moved ? moved : held[victim];
        }
    } else if (what < 98) {
        heap_free(&s->heap, 0x1234567); /* refused */
    } else {
        int stack = space_stack_new(s);
        if (stack > 0) {
            space_stack_delete(s, stack);
        }
    }
    actor = (struct actor){.slot = NO_SLOT};
}

static void live_and_remember(const char *policy, bool guard) {
    machine_start(16);
    struct space *alive[3];
    static vaddr_t held[3][BLOCKS];
    int count[3] = {0};
    for (int i = 0; i < 3; i++) {
        alive[i] = space_new((uint16_t)(i + 1), "life", regime_find("healed"), policy_find(policy), guard);
        assert_non_null(alive[i]);
    }
    struct photo photos[24];
    int taken = 0;
    random_start(20260101);
    uint32_t photo_at = events.next + 40;
    while (taken < 24) {
        int i = (int)draw(3);
        one_turn(alive[i], held[i], &count[i]);
        if (events.next >= photo_at) {
            photos[taken++] = photograph(NOW, events.next - 1, alive, 3);
            photo_at = events.next + 1 + draw(200);
        }
    }
    assert_true(photos[0].seq + 1 >= events_oldest());
    /* Backwards, forwards, and across. */
    for (int n = 0; n < 60; n++) {
        const struct photo *then = &photos[n < 24 ? 23 - n : (int)draw(24)];
        assert_int_equal(past_open(then->seq), OK);
        assert_int_equal(past_moment(), then->seq);
        struct photo now = photograph(then->seq, then->seq, alive, 3);
        if (now.size != then->size || memcmp(now.text, then->text, now.size) != 0) {
            size_t at = 0;
            while (now.text[at] && now.text[at] == then->text[at]) {
                at++;
            }
            at -= at > 150 ? 150 : at;
            fail_msg("%s: event %u of %u: was %.200s\n   now %.200s", policy, then->seq, events.next,
                     then->text + at, now.text + at);
        }
        free(now.text);
    }
    past_close();
    assert_int_equal(past_moment(), NOW);
    for (int n = 0; n < 24; n++) {
        free(photos[n].text);
    }
}

static void the_past_is_what_was(void **state) {
    (void)state;
    static const char *const policies_all[] = {"first", "next", "best", "worst", "buddy"};
    for (size_t i = 0; i < sizeof policies_all / sizeof *policies_all; i++) {
        live_and_remember(policies_all[i], false);
        live_and_remember(policies_all[i], true);
    }
}

static void an_exit_can_be_undone(void **state) {
    (void)state;
    machine_start(16);
    struct space *s = space_new(1, "life", regime_find("healed"), policy_find("first"), true);
    static vaddr_t held[BLOCKS];
    int count = 0;
    random_start(7);
    for (int i = 0; i < 300; i++) {
        one_turn(s, held, &count);
    }
    uint32_t seq = events.next - 1;
    char *text;
    size_t size;
    FILE *f = open_memstream(&text, &size);
    photograph_memory(f, NOW);
    fclose(f);
    space_delete(s);
    assert_int_equal(past_open(seq), OK);
    char *then;
    f = open_memstream(&then, &size);
    photograph_memory(f, seq);
    fclose(f);
    assert_string_equal(text, then);
    past_close();
    free(text);
    free(then);
}

static void the_ring_is_the_reach(void **state) {
    (void)state;
    machine_start(16);
    struct region none = {0, 0};
    for (uint32_t i = 0; i < events.capacity + 100; i++) {
        event_emit(EV_SAY, OWNER_FREE, none, none);
    }
    assert_int_equal(past_open(events_oldest() - 2), E_NOENT);
    assert_int_equal(past_open(events.next), E_NOENT);
    assert_int_equal(past_open(events_oldest() - 1), OK);
    past_close();
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_past_is_what_was),
        cmocka_unit_test(an_exit_can_be_undone),
        cmocka_unit_test(the_ring_is_the_reach),
    };
    return cmocka_run_group_tests_name("past", tests, NULL, NULL);
}
