/*
 * Events, applied and undone: a random life of processes that come and go is photographed at random moments (owners,
 * ranges, processes, page tables, tiles and all figures, as the walks tell them), then the past is opened at each of
 * them and must tell the same.
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

/* Of what was made before the ring begins the past does not tell the caller of a block, nor the event that lent a range. */
static bool makers_known = true;

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
        for (paddr_t a = zones[z].span.end; memman_last_free(at, (enum zone)z, a, &range);
             a = range.at.start) {
            fprintf(f, "\nbackwards %08x %08x", range.at.start, range.at.end);
        }
        struct zone_counts counts = memman_counts(at, (enum zone)z);
        fprintf(f, "\ncounts %u %u %u", counts.free_units, counts.free_ranges, counts.lent_ranges);
        for (paddr_t a = zones[z].span.start; memman_range(at, (enum zone)z, a, &range); a = range.at.end) {
            fprintf(f, "\nrange %08x %08x %d %d by %u", range.at.start, range.at.end, range.state,
                    range.owner, makers_known ? range.origin : 0);
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
        if (tile.state == TILE_BLOCK || !heap->config.policy->buddy) {
            fprintf(f, " made by %u of %x, thread %u", tile.seq, makers_known ? tile.caller : 0, tile.thread);
        }
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

static void photograph_figures(FILE *f, moment_t at, const struct heap *heap) {
    struct heap_figures figures;
    heap_figures(at, heap, &figures);
    fprintf(f, "\n%u blocks %u %u, %u holes %u %u", figures.blocks, figures.block_bytes, figures.asked_bytes,
            figures.holes, figures.hole_bytes, figures.largest_hole);
}

static void photograph_space(FILE *f, moment_t at, const struct space *s) {
    fprintf(f, "\nprocess %u %s in %u of %s, %s guard %d, directory %x, image %x..%x, stacks %llx, bytes %u",
            s->pid, s->name, s->slot, s->regime->name, s->heap.config.policy->name, s->guard, s->directory,
            s->image.start, s->image.end, (unsigned long long)s->stacks, s->ubytes);
    for (int o = 0; o < OWNERS; o++) {
        fprintf(f, " %u", s->frames[o]);
    }
    fprintf(f, " mapped %u %u searches %u %u", s->heap.mapped, s->pages.mapped, s->heap.searches,
            s->heap.looked);
    photograph_figures(f, at, &s->heap);
    photograph_figures(f, at, &s->pages);
    photograph_heap(f, at, &s->heap);
    photograph_heap(f, at, &s->pages);
    photograph_pages(f, at, s);
}

static struct photo photograph(moment_t at, uint32_t seq) {
    struct photo photo = {.seq = seq};
    FILE *f = open_memstream(&photo.text, &photo.size);
    photograph_memory(f, at);
    for (int z = 0; z < ZONES; z++) {
        struct zone_counts counts = memman_counts(at, (enum zone)z);
        fprintf(f, "\nzone %u %u %u", counts.free_units, counts.free_ranges, counts.lent_ranges);
    }
    for (uint32_t slot = 0; slot < SPACES; slot++) {
        const struct space *space = space_in_slot(at, slot);
        if (space) {
            photograph_space(f, at, space);
            assert_ptr_equal(space_at(at, space->pid), space);
        }
    }
    fclose(f);
    return photo;
}

/* The past stands open at the photograph's moment: does it look the same? */
static void compare(const char *what, const struct photo *then) {
    struct photo now = photograph(then->seq, then->seq);
    if (now.size != then->size || memcmp(now.text, then->text, now.size) != 0) {
        size_t at = 0;
        while (now.text[at] && now.text[at] == then->text[at]) {
            at++;
        }
        at -= at > 150 ? 150 : at;
        fail_msg("%s: event %u of %u: was %.300s\n   now %.300s", what, then->seq, events.next,
                 then->text + at, now.text + at);
    }
    free(now.text);
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
            vaddr_t moved = heap_realloc(&s->heap, held[victim],
                                         draw(3)   ? draw(600)
                                         : draw(2) ? PAGE_SIZE * (1 + draw(4))
                                                   : draw(20000));
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

#define LIVES  3
#define PHOTOS 24

/* Processes that live, and what they hold; an ended one's place is taken by the next. */
static struct {
    struct space *space;
    vaddr_t held[BLOCKS];
    int count;
} lives[LIVES];
static uint16_t last_pid;

static void begin(int i, const char *policy, bool guard) {
    char name[NAME_BYTES];
    last_pid++;
    snprintf(name, sizeof name, "life%u", last_pid);
    lives[i].space = space_new(last_pid, name, regime_find("healed"), policy_find(policy), guard);
    assert_non_null(lives[i].space);
    lives[i].count = 0;
    actor = (struct actor){.pid = last_pid, .slot = lives[i].space->slot};
    lives[i].space->image = (struct region){USER_IMAGE, USER_IMAGE + 3 * PAGE_SIZE};
    assert_int_equal(space_map(lives[i].space, lives[i].space->image, OWNER_IMAGE, false), OK);
    assert_int_equal(space_stack_new(lives[i].space), 0);
    actor = (struct actor){.slot = NO_SLOT};
}

static void one_event_of_life(const char *policy, bool guard, bool mortal) {
    int i = (int)draw(LIVES);
    if (mortal && draw(60) == 0) {
        space_delete(lives[i].space);
        begin(i, draw(2) ? policy : "worst", guard ^ draw(2));
    } else {
        one_turn(lives[i].space, lives[i].held, &lives[i].count);
    }
}

static void live_and_remember(const char *policy, bool guard, bool mortal) {
    machine_start(16);
    random_start(20260101);
    last_pid = 0;
    for (int i = 0; i < LIVES; i++) {
        begin(i, policy, guard);
    }
    struct photo photos[PHOTOS];
    int taken = 0;
    uint32_t photo_at = events.next + 40;
    while (taken < PHOTOS) {
        one_event_of_life(policy, guard, mortal);
        if (events.next >= photo_at) {
            photos[taken++] = photograph(NOW, events.next - 1);
            photo_at = events.next + 1 + draw(200);
        }
    }
    assert_true(photos[0].seq + 1 >= events_oldest());
    /* Backwards, forwards, and across. */
    for (int n = 0; n < 3 * PHOTOS; n++) {
        const struct photo *then = &photos[n < PHOTOS       ? PHOTOS - 1 - n
                                           : n < 2 * PHOTOS ? n - PHOTOS
                                                            : (int)draw(PHOTOS)];
        assert_int_equal(past_open(then->seq), OK);
        assert_int_equal(past_moment(), then->seq);
        compare(policy, then);
    }
    past_close();
    assert_int_equal(past_moment(), NOW);
    for (int n = 0; n < PHOTOS; n++) {
        free(photos[n].text);
    }
}

static void the_past_is_what_was(void **state) {
    (void)state;
    static const char *const policies_all[] = {"first", "next", "best", "worst", "buddy"};
    for (size_t i = 0; i < sizeof policies_all / sizeof *policies_all; i++) {
        live_and_remember(policies_all[i], false, false);
        live_and_remember(policies_all[i], true, false);
    }
}

static void processes_come_back(void **state) {
    (void)state;
    live_and_remember("first", true, true);
    live_and_remember("buddy", false, true);
}

/* One event after the other, to the oldest and on again, is the same as all at once. */
static void a_step_at_a_time(void **state) {
    (void)state;
    machine_start(16);
    random_start(11);
    last_pid = 0;
    for (int i = 0; i < LIVES; i++) {
        begin(i, "best", true);
    }
    for (int i = 0; i < 300; i++) {
        one_event_of_life("best", true, true);
    }
    uint32_t oldest = events_oldest() - 1;
    for (uint32_t seq = events.next - 1; seq-- > oldest;) {
        assert_int_equal(past_open(seq), OK);
        if (seq % 16)
            continue;
        struct photo stepped = photograph(seq, seq);
        past_close();
        assert_int_equal(past_open(seq), OK);
        compare("stepped", &stepped);
        free(stepped.text);
    }
}

/* The whole ring, full of lives and deaths, fits the overlay. */
static void a_full_ring_can_be_undone(void **state) {
    (void)state;
    machine_start(16);
    random_start(13);
    last_pid = 0;
    for (int i = 0; i < LIVES; i++) {
        begin(i, "first", true);
    }
    while (events.next < events.capacity + events.capacity / 2) {
        one_event_of_life("first", true, true);
    }
    makers_known = false;
    struct photo start = photograph(NOW, events.next - 1);
    while (events_oldest() + 1000 < start.seq) {
        one_event_of_life("first", true, true);
    }
    assert_int_equal(past_open(events_oldest() - 1), OK);
    assert_int_equal(past_open(start.seq), OK);
    compare("the whole ring", &start);
    free(start.text);
    makers_known = true;
}

static void an_event_ends_it(void **state) {
    (void)state;
    machine_start(16);
    struct region none = {0, 0};
    event_emit(EV_SAY, OWNER_FREE, none, none);
    event_emit(EV_SAY, OWNER_FREE, none, none);
    assert_int_equal(past_open(1), OK);
    assert_int_equal(past_moment(), 1);
    event_emit(EV_SAY, OWNER_FREE, none, none);
    assert_int_equal(past_moment(), NOW);
    assert_int_equal(past_open(2), OK);
    assert_int_equal(past_moment(), 2);
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
        cmocka_unit_test(the_past_is_what_was), cmocka_unit_test(processes_come_back),
        cmocka_unit_test(a_step_at_a_time),     cmocka_unit_test(a_full_ring_can_be_undone),
        cmocka_unit_test(an_event_ends_it),     cmocka_unit_test(the_ring_is_the_reach),
    };
    return cmocka_run_group_tests_name("past", tests, NULL, NULL);
}
