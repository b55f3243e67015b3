/*
 * Steps in plain sentences: many random ones, of which every one must have a text that fits and that says what really
 * happened.
 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "mm/events.h"
#include "mm/memman.h"
#include "mm/regime.h"
#include "tests/host/support.h"
#include "tests/host/support_program.h"
#include "tests/host/support_viz.h"

/* ---- Random operations, as the program patchwork makes them ---- */

/* Does the text name the number, as bytes are printed? */
static bool names(const char *text, uint32_t n) {
    char number[24];
    print_line(number, sizeof number, "%'u byte", n);
    return strstr(text, number) != NULL;
}

static bool names_address(const char *text, uint32_t address) {
    char number[24];
    print_line(number, sizeof number, "%08X", address);
    return strstr(text, number) != NULL;
}

/* What a step's text must say, from what was called and what came of it. */
static void check_malloc(const char *text, uint32_t size, vaddr_t got) {
    assert_true(names(text, size));
    const struct event *e = event_at(events.next - 1);
    if (!got) {
        assert_non_null(strstr(text, "The program got NULL."));
    } else {
        bool grew = strstr(text, "vmalloc") != NULL;
        assert_true(names_address(text, grew ? got : e->was.start));
        assert_true(grew || names(text, region_size(e->was)));
    }
}

/* Does the text say `n` of what stands behind the number: "2 new pages", or of one "a new page"? */
static bool says(const char *text, uint32_t n, const char *one, const char *many) {
    char number[48];
    print_line(number, sizeof number, "%'u %s", n, many);
    return (n == 1 && strstr(text, one)) || strstr(text, number);
}

/* Whatever the step did to pages, frames, page tables and the heap's range is said. */
static void check_said(const char *text) {
    uint32_t mapped = 0, unmapped = 0, grew = 0, shrank = 0, tables = 0;
    bool failed = strstr(text, "The program got NULL.") != NULL;
    struct explanation x;
    assert_true(explain(events.next - 1, NOW, &x));
    for (uint32_t seq = x.first; seq <= x.last && x.step; seq++) {
        const struct event *e = event_at(seq);
        uint32_t size = region_size(e->at), was = region_size(e->was);
        mapped += e->kind == EV_MAP ? size / PAGE_SIZE : 0;
        unmapped += e->kind == EV_UNMAP ? size / PAGE_SIZE : 0;
        grew += e->kind == EV_RANGE && size > was ? size - was : 0;
        shrank += e->kind == EV_RANGE && was > size ? was - size : 0;
        tables += e->kind == EV_TABLE;
    }
    if (getenv("SHOW"))
        print_error("map %u unmap %u grew %u shrank %u tables %u failed %d: %s\n", mapped, unmapped, grew,
                    shrank, tables, failed, text);
    assert_true(!mapped || failed || says(text, mapped, "a new page", "new page"));
    assert_true(!unmapped || says(text, unmapped, "rame ", failed ? "page" : "frames") ||
                says(text, unmapped, "one page", "pages"));
    assert_true(!grew || failed || names(text, grew) || says(text, grew, "", "behind it"));
    assert_true(!shrank || names(text, shrank));
    assert_true(!tables || says(text, tables, "for a page table.", "page table"));
}

static void random_steps(const char *policy, bool guard, uint32_t count) {
    enum { BLOCKS = 60 };
    vaddr_t block[BLOCKS] = {0}, page[8] = {0};
    machine_start(8);
    struct space *s = program("patchwork_cloth", "healed", policy, guard);
    for (uint32_t n = 0; n < count; n++) {
        uint32_t i = draw(BLOCKS), p = draw(8);
        uint32_t size = draw(3)   ? draw(400)
                        : draw(4) ? PAGE_SIZE * draw(6)
                        : draw(2) ? draw(1 << 20)
                                  : draw(1u << 23) * 999;
        vaddr_t a, wild = draw(2) ? block[i] + draw(64) : draw(1 << 24) << 8;
        switch (draw(8)) {
        case 0:
        case 1:
        case 2:
            if (block[i]) {
                assert_int_equal(give(s, block[i]), OK);
                assert_true(names_address(just_happened(), block[i]));
                block[i] = 0;
                break;
            }
            block[i] = get(s, size);
            check_malloc(just_happened(), size, block[i]);
            break;
        case 3:
            a = block[i] ? resize(s, block[i], size) : 0;
            if (a) {
                block[i] = a;
                assert_true(names(just_happened(), size));
            }
            break;
        case 4:
            if (page[p]) {
                give_page(s, page[p]);
                page[p] = 0;
            } else {
                page[p] = get_page(s);
            }
            break;
        case 5:
            memman_fail = draw(3) + 1;
            a = get(s, size);
            memman_fail = 0;
            check_malloc(just_happened(), size, a);
            if (a) {
                give(s, a);
            }
            break;
        default:
            if (give(s, wild) == OK) {
                for (int b = 0; b < BLOCKS; b++) {
                    block[b] = block[b] == wild ? 0 : block[b];
                }
            } else {
                assert_non_null(strstr(just_happened(), "refused"));
                assert_true(names_address(just_happened(), wild));
            }
        }
        check_said(just_happened());
    }
    /* Every event of the ring, not only the newest of each step. */
    struct explanation x;
    for (uint32_t seq = events_oldest(); seq < events.next; seq += 1 + draw(7)) {
        assert_true(explain(seq, NOW, &x));
        text_of(&x);
    }
    machine_exit(s, 0);
    assert_non_null(strstr(just_happened(), "ended by itself"));
}

static void test_random(void **state) {
    (void)state;
    static const char *const policies[] = {"first", "next", "best", "worst", "buddy"};
    random_start(5);
    for (int i = 0; i < 10; i++) {
        random_steps(policies[i % 5], i < 5, 2000);
    }
}

/* A life in the museum: frees of anything, so that phantoms come; the parties of each are two, and make sense. */
static void test_museum(void **state) {
    (void)state;
    uint32_t block[16] = {0}, phantoms = 0;
    random_start(11);
    machine_start(64);
    struct space *s = program("suture", "sutured", "first", false);
    for (int n = 0; n < 20000; n++) {
        uint32_t i = draw(16), size = draw(3) ? 4 * draw(2000) : draw(1 << 24) << 8;
        uint32_t wild = draw(4) ? draw(1 << 13) << 12 : draw(1 << 24) << 8;
        call_as(s);
        switch (draw(6)) {
        case 0: block[i] = s->regime->malloc(s, draw(4) ? size & 0x3FFF : 0); break;
        case 1: block[i] = s->regime->seed(s, (enum seed_call)(1 + draw(4)), size & 0x3FFF, 0); break;
        case 2: s->regime->free_sized(s, block[i], draw(2) ? size & 0x3FFF : 64); break;
        case 3:
            s->regime->seed(s, draw(2) ? SEED_DO_FREE : SEED_EXEC, draw(2) ? block[i] : wild, size);
            break;
        case 4: s->regime->seed(s, SEED_DO_FREE_4K, draw(2) ? block[i] : wild, 0); break;
        default: s->regime->free_4k(s, draw(2) ? block[i] : wild); break;
        }
        call_over();
        struct explanation x;
        assert_true(explain(events.next - 1, NOW, &x));
        const char *text = text_of(&x), *from = strstr(text, "It went from "), *to;
        phantoms += x.error;
        assert_true(!x.error || from || strstr(text, "It stays in ") || strstr(text, "Now it is twice in ") ||
                    strstr(text, "Before and after, it is in "));
        if (from) {
            from += strlen("It went from ");
            to = strstr(from, " to ");
            assert_non_null(to);
            assert_memory_not_equal(from, to + 4, (size_t)(to - from));
        }
        assert_null(strstr(text, "foreign"));
        assert_null(strstr(text, "from nobody to nobody"));
        assert_null(strstr(text, "the free"));
    }
    assert_in_range(phantoms, 100, 20000);
}

/* Events that nothing has made: any fields at all. */
static void test_nonsense(void **state) {
    (void)state;
    machine_start(8);
    random_start(7);
    for (int n = 0; n < 20000; n++) {
        struct event *e = event_emit((enum event_kind)draw(EV_KINDS), (enum owner)draw(OWNERS),
                                     (struct region){0, 0}, (struct region){0, 0});
        uint32_t *word[] = {&e->at.start, &e->at.end, &e->was.start, &e->was.end, &e->arg[0],
                            &e->arg[1],   &e->arg[2], &e->arg[3],    &e->arg[4],  &e->arg[5]};
        for (size_t i = 0; i < sizeof word / sizeof *word; i++) {
            *word[i] = draw(4) ? draw(32) : draw(1 << 16) << 16 | draw(1 << 16);
        }
        e->pid = (uint16_t)draw(1 << 16);
        e->thread = (uint8_t)draw(256);
        e->policy = (uint8_t)draw(128);
        e->step = draw(3) * 77;
        struct explanation x;
        assert_true(explain(e->seq, NOW, &x));
        text_of(&x);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_random),
        cmocka_unit_test(test_museum),
        cmocka_unit_test(test_nonsense),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
