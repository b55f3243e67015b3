/*
 * The audit in steps: while the machine works between them, a sound machine is never accused; whatever is broken
 * is found by the round that begins after it, and the difference says where.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "mm/audit.h"
#include "mm/events.h"
#include "mm/heap_inside.h"
#include "mm/paging.h"
#include "mm/policy.h"
#include "mm/regime.h"
#include "mm/world.h"
#include "tests/host/support.h"
#include "tests/host/support_viz.h"

enum { BLOCKS = 200 };

static struct {
    struct space *space;
    vaddr_t block[BLOCKS];
    paddr_t lent[BLOCKS];
} life;

static struct difference first; /* of a round */

static void remember(void *context, const struct difference *d) {
    if (++*(uint32_t *)context == 1) {
        first = *d;
    }
}

static void complain(void *context, const struct difference *d) {
    (void)context;
    fail_msg("audit: %s at %08x of pid %u: %s %u, %s %u", d->what, d->at, d->pid, d->claims[0].by,
             d->claims[0].says, d->claims[1].by, d->claims[1].says);
}

static void start(uint32_t megabytes, const char *policy) {
    memset(&life, 0, sizeof life);
    machine_start(megabytes);
    life.space = machine_spawn(3, "life", 4);
    life.space->heap.config.policy = policy_find(policy);
    life.space->heap.buddy = life.space->heap.config.policy->buddy;
    life.space->heap.sized = life.space->heap.config.policy->by_size;
    life.space->heap.guards = !life.space->heap.buddy;
    random_start(7);
}

static void processes_end(void) {
    for (int i = 0; i < SPACES; i++) {
        if (spaces[i].pid && &spaces[i] != life.space) {
            machine_exit(&spaces[i], 0);
        }
    }
}

/* One thing happens somewhere: a block, a page, a stack, a range of memman's, now and then a whole process. */
static void happen(void) {
    uint32_t i = draw(BLOCKS);
    struct space *s = life.space;
    actor = (struct actor){.pid = s->pid, .slot = s->slot};
    switch (draw(8)) {
    case 0:
        if (life.lent[i]) {
            assert_int_equal(memman_free(memman_zone(life.lent[i]), life.lent[i]), OK);
            life.lent[i] = 0;
        } else {
            life.lent[i] = memman_alloc(i % 2 ? ZONE_B : ZONE_K, 1 + draw(9000),
                                        i % 2 ? OWNER_UBYTE : OWNER_KBYTE, NO_SLOT);
        }
        break;
    case 1:
        if (draw(20) == 0) {
            struct space *other = machine_spawn((uint16_t)(10 + i), "other", 1 + draw(3));
            program_malloc(other, draw(20000));
            if (draw(2)) {
                machine_exit(other, 0);
            } else if (draw(8) == 0) {
                processes_end();
            }
        }
        break;
    case 2:
        if (s->heap.config.policy->buddy) {
            break;
        }
        if (life.block[i]) {
            vaddr_t moved = heap_realloc(&s->heap, life.block[i], 1 + draw(6000));
            life.block[i] = moved ? moved : life.block[i];
        }
        break;
    default:
        if (life.block[i]) {
            assert_int_equal(heap_free(&s->heap, life.block[i]), OK);
            life.block[i] = 0;
        } else {
            life.block[i] = heap_alloc(&s->heap, draw(4) ? 1 + draw(300) : 1 + draw(20000));
        }
    }
}

/* Rounds of the audit, things happening between any two steps. */
static void a_sound_machine_is_never_accused(void **state) {
    (void)state;
    static const char *const policies[] = {"first", "next", "best", "worst", "buddy"};
    for (size_t p = 0; p < sizeof policies / sizeof *policies; p++) {
        start(16, policies[p]);
        uint32_t count = operations() / 20, rounds = 0;
        struct audit audit;
        audit_begin(&audit, complain, NULL);
        for (uint32_t n = 0; n < count || rounds < 5; n++) {
            for (uint32_t i = draw(6); i; i--) {
                happen();
            }
            /* Small steps in large structures would leave the rest unseen: any size. */
            if (audit_step(&audit, draw(3) ? 1 + draw(8) : 1 + draw(400))) {
                rounds++;
                assert_int_equal(audit.again, 0);
                audit_begin(&audit, complain, NULL);
            }
        }
        assert_int_equal(audit_all(complain, NULL), 0);
    }
}

/* The ring is shorter than what happens between two steps. */
static void what_the_ring_dropped_is_seen_again(void **state) {
    (void)state;
    start(16, "first");
    struct audit audit;
    audit_begin(&audit, complain, NULL);
    bool ended = false;
    for (uint32_t n = 0; !ended && n < 100000; n++) {
        if (n % 8 == 0 && n < 200) {
            for (uint32_t mark = events.next + events.capacity + 10; events.next < mark;) {
                happen();
            }
        }
        ended = audit_step(&audit, 100);
    }
    assert_true(ended);
    assert_true(audit.again > 0);
}

/* ---- what is broken is found ---- */

static uint32_t *entry(vaddr_t page) {
    const uint32_t *directory = phys(life.space->directory);
    return (uint32_t *)phys(directory[page >> 22] & PG_FRAME) + (page >> PAGE_SHIFT) % 1024;
}

/* The differences of a round in small steps, things happening meanwhile. */
static uint32_t round_in_steps(void) {
    uint32_t differences = 0;
    struct audit audit;
    first = (struct difference){0};
    audit_begin(&audit, remember, &differences);
    while (!audit_step(&audit, 1 + draw(20))) {
        happen();
    }
    return differences;
}

/* While `place` holds `value` a round in steps must object, and nowhere else than at `where`. */
#define PLANT(place, value, where)                                                                           \
    do {                                                                                                     \
        __typeof__((place) + 0) right_value = (place);                                                       \
        assert_int_equal(round_in_steps(), 0);                                                               \
        right_value = (place);                                                                               \
        (place) = (__typeof__(place))(value);                                                                \
        assert_true(round_in_steps() > 0);                                                                   \
        assert_int_equal(first.at, where);                                                                   \
        assert_true(first.claims[0].says != first.claims[1].says);                                           \
        (place) = (__typeof__(place))right_value;                                                            \
        assert_int_equal(round_in_steps(), 0);                                                               \
    } while (0)

static void what_is_broken_is_found(void **state) {
    (void)state;
    start(16, "best");
    for (int i = 0; i < 2000; i++) {
        happen();
    }
    /* A page and a block that nothing else touches. */
    vaddr_t keep = heap_alloc(&life.space->heap, 3 * PAGE_SIZE);
    paddr_t lent = memman_alloc(ZONE_P, 4 * PAGE_SIZE, OWNER_KPAGE, NO_SLOT);
    vaddr_t page = round_up(keep, PAGE_SIZE);
    uint32_t frame = *entry(page) >> PAGE_SHIFT;

    PLANT(*entry(page), 0, page);
    PLANT(owners.frame[frame].slot, 9, frame << PAGE_SHIFT);
    PLANT(owners.frame[lent >> PAGE_SHIFT].slot, 9, lent);
    PLANT(index_find(&life.space->heap, keep)->state, 0, keep);
}

/* Totals that are wrong by one, planted at any moment of a round, are found by the next. */
static void wrong_totals_are_found(void **state) {
    (void)state;
    start(16, "first");
    for (int i = 0; i < 2000; i++) {
        happen();
    }
    uint32_t *const totals[] = {
        &life.space->heap.blocks,         &life.space->heap.block_bytes,   &life.space->heap.asked_bytes,
        &life.space->heap.mapped,         &life.space->frames[OWNER_HEAP], &life.space->frames[OWNER_STACK],
        &life.space->frames[OWNER_KPAGE], &zones[ZONE_B].free_units,       &zones[ZONE_K].free_ranges,
        &zones[ZONE_U].lent_ranges,       &zones[ZONE_U].usable,           &owners.total[OWNER_HEAP],
    };
    for (size_t i = 0; i < sizeof totals / sizeof *totals; i++) {
        struct audit audit;
        uint32_t differences = 0;
        audit_begin(&audit, remember, &differences);
        for (uint32_t n = draw(300); n && !audit_step(&audit, 4); n--) {
            happen();
        }
        ++*totals[i];
        assert_true(round_in_steps() > 0);
        --*totals[i];
        assert_int_equal(round_in_steps(), 0);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_sound_machine_is_never_accused),
        cmocka_unit_test(what_the_ring_dropped_is_seen_again),
        cmocka_unit_test(what_is_broken_is_found),
        cmocka_unit_test(wrong_totals_are_found),
    };
    return cmocka_run_group_tests_name("audit", tests, NULL, NULL);
}
