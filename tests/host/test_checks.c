/*
 * The checks see what is wrong: each invariant is broken by hand and restored.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "mm/audit.h"
#include "mm/events.h"
#include "mm/heap_inside.h"
#include "mm/memman.h"
#include "mm/paging.h"
#include "mm/policy.h"
#include "mm/regime.h"
#include "mm/world.h"
#include "tests/host/support.h"
#include "tests/host/support_viz.h"

/* While `place` holds `value`, the check must object, and only then. */
#define BREAK(check, place, value)                                                                           \
    do {                                                                                                     \
        __typeof__((place) + 0) right_value = (place);                                                       \
        assert_null(check);                                                                                  \
        (place) = (value);                                                                                   \
        assert_non_null(check);                                                                              \
        (place) = (__typeof__(place))right_value;                                                            \
        assert_null(check);                                                                                  \
    } while (0)

/* ---- memman ---- */

static struct range_record *record(enum zone zone, paddr_t address) {
    const struct zone_info *z = &zones[zone];
    uint32_t unit = (address - z->span.start) >> z->unit_shift;
    return (struct range_record *)(void *)(z->records + ((size_t)unit << z->stride_shift));
}

static void flip_start(enum zone zone, paddr_t address) {
    uint32_t unit = (address - zones[zone].span.start) >> zones[zone].unit_shift;
    zones[zone].starts[unit / 32] ^= 1u << unit % 32;
}

/* As BREAK, for the fields of a record that have no address. */
static void assert_record(enum zone zone, paddr_t address, struct range_record wrong) {
    struct range_record *r = record(zone, address), kept = *r;
    assert_null(memman_check(zone));
    *r = wrong;
    assert_non_null(memman_check(zone));
    *r = kept;
    assert_null(memman_check(zone));
}

static void memman_check_sees_it(void **state) {
    (void)state;
    machine_start(16);
    for (int n = 0; n < ZONES; n++) {
        enum zone zone = (enum zone)n;
        struct zone_info *z = &zones[zone];
        paddr_t a[4];
        for (int i = 0; i < 4; i++) {
            a[i] = memman_alloc(zone, 2 * PAGE_SIZE, zone_owner[zone], NO_SLOT) - z->head;
        }
        assert_int_equal(memman_free(zone, a[1] + z->head), OK);
        struct range_record r = *record(zone, a[0]), wrong = r;
        wrong.units = 0;
        assert_record(zone, a[0], wrong);
        wrong.units = z->units + 1;
        assert_record(zone, a[0], wrong);
        wrong.units = r.units + 1;
        assert_record(zone, a[0], wrong);
        wrong = *record(zone, a[2]);
        wrong.before++;
        assert_record(zone, a[2], wrong);
        wrong.before--;
        wrong.state = RANGE_FREE; /* touches a[1] */
        assert_record(zone, a[2], wrong);
        wrong = *record(zone, a[3]);
        wrong.state = RANGE_HOLE;
        assert_record(zone, a[3], wrong);

        for (int i = 0; i < 4; i++) {
            BREAK(memman_check(zone), owners.frame[(a[i] + PAGE_SIZE) >> PAGE_SHIFT].owner, OWNER_FOREIGN);
        }
        if (!z->head) {
            BREAK(memman_check(zone), owners.frame[a[0] >> PAGE_SHIFT].slot, 5);
        }
        BREAK(memman_check(zone), z->usable, z->usable + 1);
        BREAK(memman_check(zone), z->free_units, z->free_units + 1);
        BREAK(memman_check(zone), z->free_ranges, z->free_ranges + 1);
        BREAK(memman_check(zone), z->lent_ranges, z->lent_ranges + 1);
        struct maxima *tree = &z->largest;
        BREAK(memman_check(zone), z->tail, z->tail - 1);
        BREAK(memman_check(zone), tree->node[MAXIMA_ROOT], tree->node[MAXIMA_ROOT] + 1);
        BREAK(memman_check(zone), tree->node[tree->top], tree->node[tree->top] + 1);
        BREAK(memman_check(zone), tree->node[tree->leaves], 3);
        BREAK(memman_check(zone), tree->node[tree->leaves + (tree->nodes - tree->leaves) / 4], 3);

        paddr_t inside[] = {a[0] + (1u << z->unit_shift), a[0]};
        for (int i = 0; i < 2; i++) { /* a start too many, one too few */
            flip_start(zone, inside[i]);
            assert_non_null(memman_check(zone));
            flip_start(zone, inside[i]);
            assert_null(memman_check(zone));
        }
    }
}

/* ---- heap ---- */

static void heap_check_sees_it(void **state) {
    (void)state;
    static const char *const policies[] = {"first", "best", "buddy"};
    for (size_t p = 0; p < sizeof policies / sizeof *policies; p++) {
        struct heap heap, *h = &heap;
        struct heap_config config = {
            .policy = policy_find(policies[p]), .align = 8, .span = {0x10000, 0x18000}, .initial = 0x8000};
        machine_start(8);
        assert_int_equal(heap_init(h, &config, &bare_heap_world), OK);
        vaddr_t a[12];
        for (int i = 0; i < 12; i++) {
            a[i] = heap_alloc(h, i % 2 ? 1024 : 512);
        }
        for (int i = 1; i < 12; i += 3) {
            assert_int_equal(heap_free(h, a[i]), OK);
        }
        struct tile *block = index_find(h, a[0]), *hole = index_find(h, a[1]);
        assert_int_equal(block->state, TILE_BLOCK);
        assert_int_equal(hole->state, TILE_HOLE);
        BREAK(heap_check(h), block->at.end, block->at.end - 8);
        BREAK(heap_check(h), block->at.end, block->at.start);
        BREAK(heap_check(h), hole->at.start, hole->at.start + 8);
        BREAK(heap_check(h), block->state, 0);
        BREAK(heap_check(h), block->state, TILE_HOLE);
        BREAK(heap_check(h), hole->state, TILE_BLOCK);
        BREAK(heap_check(h), block->next, hole->next);
        BREAK(heap_check(h), hole->prev, NULL);
        BREAK(heap_check(h), h->first, hole);
        BREAK(heap_check(h), h->last, hole);
        BREAK(heap_check(h), h->range.start, 0x10008);
        BREAK(heap_check(h), h->range.end, 0x18008);
        BREAK(heap_check(h), h->blocks, h->blocks + 1);
        BREAK(heap_check(h), h->block_bytes, h->block_bytes + 1);
        BREAK(heap_check(h), h->asked_bytes, h->asked_bytes + 1);
        BREAK(heap_check(h), h->root->most[IN_BYTES], h->root->most[IN_BYTES] + 8);
        BREAK(heap_check(h), h->root->most[IN_PAGES], h->root->most[IN_PAGES] + PAGE_SIZE);
        BREAK(heap_check(h), h->root->holes, h->root->holes + 1);
        struct tile *left = h->root->by_address.left, *right = h->root->by_address.right;
        assert_true(left || right);
        if (left) {
            BREAK(heap_check(h), left->by_address.up, left);
            BREAK(heap_check(h), h->root->by_address.left, NULL);
        }
        if (right) {
            BREAK(heap_check(h), right->by_address.up, right);
            BREAK(heap_check(h), h->root->by_address.right, NULL);
        }
        uint32_t rank = h->root->rank;
        h->root->rank = 0;
        assert_non_null(heap_check(h));
        h->root->rank = rank;
        if (config.policy->by_size) {
            struct tile *top = h->by_size;
            BREAK(heap_check(h), h->by_size, NULL);
            BREAK(heap_check(h), h->by_size, top->by_size.left);
            BREAK(heap_check(h), top->most_pages, top->most_pages + PAGE_SIZE);
            struct link kept = top->by_size;
            top->by_size = (struct link){NULL, kept.right, kept.left};
            assert_non_null(heap_check(h));
            top->by_size = kept;
            block->by_size = (struct link){NULL, NULL, NULL};
            BREAK(heap_check(h), h->by_size, block);
        }
        heap_delete(h);
    }
}

/* ---- audit ---- */

static void count(void *context, const struct difference *d) {
    assert_non_null(d->what);
    ++*(uint32_t *)context;
}

/* The number of differences, as a check: NULL when there is none. */
static const char *audit(void) {
    uint32_t reported = 0, differences = audit_all(count, &reported);
    assert_int_equal(reported, differences);
    return differences ? "differences" : NULL;
}

static uint32_t *entry(const struct space *space, vaddr_t page) {
    const uint32_t *directory = phys(space->directory);
    return (uint32_t *)phys(directory[page >> 22] & PG_FRAME) + (page >> PAGE_SHIFT) % 1024;
}

static void the_audit_sees_it(void **state) {
    (void)state;
    machine_start(16);
    struct space *s = machine_spawn(3, "one", 2), *other = machine_spawn(4, "other", 2);
    vaddr_t a = program_malloc(s, 100), b = program_malloc(s, 8000), pages = s->regime->malloc_4k(s);
    vaddr_t theirs = program_malloc(other, 100);
    uint32_t *directory = phys(s->directory);
    uint32_t *heap_entry = entry(s, a), *image = entry(s, USER_IMAGE);
    assert_true(b && pages);
    BREAK(audit(), directory[1023], 0x1003);
    BREAK(audit(), *heap_entry, 0);
    BREAK(audit(), *heap_entry, *image);
    BREAK(audit(), *heap_entry, *entry(other, USER_IMAGE));
    BREAK(audit(), *heap_entry, *entry(other, theirs));                 /* the like of another process */
    BREAK(audit(), *entry(s, USER_HEAP + 0x100000), *heap_entry);       /* where no block is */
    BREAK(audit(), *entry(s, USER_IMAGE + 0x10000), *image);            /* one frame, two pages */
    BREAK(audit(), *entry(s, USER_ARGUMENTS - PAGE_SIZE), *heap_entry); /* a stack of heap */
    for (int o = 0; o < OWNERS; o++) {
        BREAK(audit(), s->frames[o], s->frames[o] + 1);
    }
    struct frame *table = &owners.frame[directory[USER_HEAP >> 22] >> PAGE_SHIFT];
    BREAK(audit(), table->owner, OWNER_UPAGE);
    BREAK(audit(), table->slot, other->slot);
    struct frame *frame = &owners.frame[*heap_entry >> PAGE_SHIFT];
    BREAK(audit(), frame->owner, OWNER_STACK);
    BREAK(audit(), frame->slot, other->slot);
    BREAK(audit(), s->heap.blocks, 7);
    BREAK(heap_check(&s->heap), s->heap.mapped, 7);
    BREAK(audit(), zones[ZONE_K].free_units, 7);
    BREAK(audit(), owners.group[0][OWNER_FREE], 99);

    assert_null(audit()); /* frames that no process has */
    paddr_t lost = memman_alloc(ZONE_U, PAGE_SIZE, OWNER_HEAP, s->slot);
    assert_non_null(audit());
    assert_int_equal(memman_free(ZONE_U, lost), OK);

    /* A page where nothing of a program can be. */
    uint32_t *nowhere = &directory[0x90000000u >> 22];
    paddr_t table_frame = memman_alloc(ZONE_P, PAGE_SIZE, OWNER_KPAGE, s->slot);
    world_fill_frames((struct region){table_frame, table_frame + PAGE_SIZE}, 0);
    *nowhere = table_frame | PG_PRESENT;
    s->frames[OWNER_KPAGE]++;
    BREAK(audit(), *entry(s, 0x90000000), *heap_entry);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(memman_check_sees_it),
        cmocka_unit_test(heap_check_sees_it),
        cmocka_unit_test(the_audit_sees_it),
    };
    return cmocka_run_group_tests_name("checks", tests, NULL, NULL);
}
