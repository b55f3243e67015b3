/*
 * The table of frames: counts by owner of any run, and of every group at every zoom, against counting one by
 * one.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "mm/owners.h"
#include "tests/host/support.h"

#define MOST 70000

static struct frame model[MOST];
static uint32_t frames;

/* A table of exactly the size it asks for, so that the sanitizer sees the first byte too many. */
static void *start(uint32_t count) {
    uint32_t size = owners_table_size(count);
    void *table = aligned_alloc(4, size);
    memset(table, 0, size);
    owners_init(count, table);
    frames = count;
    for (uint32_t n = 0; n < count; n++) {
        model[n] = (struct frame){OWNER_SYSTEM, NO_SLOT};
    }
    return table;
}

static void set(uint32_t first, uint32_t count, enum owner owner, uint8_t slot) {
    owners_set(first, count, owner, slot);
    for (uint32_t n = first; n < first + count; n++) {
        model[n] = (struct frame){(uint8_t)owner, slot};
    }
}

static void assert_counts(uint32_t first, uint32_t count) {
    uint32_t counts[OWNERS] = {0}, expected[OWNERS] = {0};
    owners_count(NOW, first, count, counts);
    for (uint32_t n = first; n < first + count; n++) {
        expected[n < frames ? model[n].owner : OWNER_SYSTEM]++;
    }
    assert_memory_equal(counts, expected, sizeof counts);
}

/* Aligned groups of every power of two, to beyond the table. */
static void assert_every_zoom(void) {
    for (uint32_t size = 1; size < 2 * frames; size *= 2) {
        for (uint32_t first = 0; first < frames + 2 * size; first += size) {
            assert_counts(first, size);
        }
    }
    for (uint32_t n = 0; n < frames + 20; n++) {
        struct frame f = owners_frame(NOW, n),
                     expected = n < frames ? model[n] : (struct frame){OWNER_SYSTEM, NO_SLOT};
        assert_int_equal(f.owner, expected.owner);
        assert_int_equal(f.slot, expected.slot);
    }
    for (int o = 0; o < OWNERS; o++) {
        uint32_t total = 0;
        for (uint32_t n = 0; n < frames; n++) {
            total += model[n].owner == o;
        }
        assert_int_equal(owners.total[o], total);
    }
    assert_null(owners_check());
}

static void counts_are_the_frames(void **state) {
    (void)state;
    static const uint32_t sizes[] = {1, 15, 16, 17, 63, 64, 65, 1000, 1024, 2048, 4095};
    random_start(1);
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        void *table = start(sizes[i]);
        assert_every_zoom();
        for (int round = 0; round < 4; round++) {
            for (int n = 0; n < 200; n++) {
                uint32_t first = draw(frames), most = frames - first;
                uint32_t count = draw(4) && most > 40 ? draw(40) : draw(most + 1);
                set(first, count, (enum owner)draw(OWNERS), (uint8_t)draw(64));
                assert_counts(draw(frames), draw(2 * frames));
            }
            assert_every_zoom();
        }
        set(0, frames, OWNER_FREE, NO_SLOT);
        assert_every_zoom();
        free(table);
    }
}

static void large_tables_use_every_level(void **state) {
    (void)state;
    void *table = start(MOST);
    random_start(2);
    for (int n = 0; n < 3000; n++) {
        uint32_t first = draw(frames);
        set(first, draw(frames - first + 1) >> draw(12), (enum owner)draw(OWNERS), 0);
    }
    assert_every_zoom();
    free(table);
    table = start(1 << 16);
    assert_int_equal(owners.levels, 5);
    free(table);
    table = calloc(1, owners_table_size(1 << 20)); /* 4 GB */
    owners_init(1 << 20, table);
    assert_int_equal(owners.levels, GROUP_LEVELS);
    owners_set(0xFFFFF, 1, OWNER_HEAP, 0);
    assert_int_equal(owners.group[GROUP_LEVELS - 1][OWNER_HEAP], 1);
    assert_null(owners_check());
    free(table);
}

static void the_check_sees_a_wrong_count(void **state) {
    (void)state;
    void *table = start(300);
    for (uint32_t l = 0; l < owners.levels; l++) {
        owners.group[l][OWNER_HEAP]++;
        assert_non_null(owners_check());
        owners.group[l][OWNER_HEAP]--;
    }
    owners.frame[299].owner = OWNERS;
    assert_non_null(owners_check());
    owners.frame[299].owner = OWNER_FREE;
    assert_non_null(owners_check());
    owners.frame[299].owner = OWNER_SYSTEM;
    assert_null(owners_check());
    free(table);
}

static void every_owner_has_a_letter_of_its_own(void **state) {
    (void)state;
    for (int o = 0; o < OWNERS; o++) {
        assert_true(strlen(owner_info[o].name) <= 7 && owner_info[o].title[0]);
        assert_in_range(owner_info[o].lender, 0, OWNERS - 1);
        assert_int_equal(owner_info[owner_info[o].lender].lender, owner_info[o].lender);
        for (int other = 0; other < o; other++) {
            assert_int_not_equal(owner_info[o].letter, owner_info[other].letter);
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts_are_the_frames),
        cmocka_unit_test(large_tables_use_every_level),
        cmocka_unit_test(the_check_sees_a_wrong_count),
        cmocka_unit_test(every_owner_has_a_letter_of_its_own),
    };
    return cmocka_run_group_tests_name("owners", tests, NULL, NULL);
}
