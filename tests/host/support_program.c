/*
 * For the tests of sentences: a program that calls, and what the screen says of it.
 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "mm/policy.h"
#include "mm/regime.h"
#include "tests/host/support_program.h"

/* ---- A program that calls ---- */

static uint32_t steps;
static uint16_t pids;

struct space *program(const char *name, const char *regime, const char *policy, bool guard) {
    struct space *s = space_new(++pids, name, regime_find(regime), policy_find(policy), guard);
    assert_non_null(s);
    return s;
}

void call_as(const struct space *s) {
    actor = (struct actor){.pid = s->pid, .slot = s->slot, .caller = USER_IMAGE, .step = ++steps};
}

void call_over(void) {
    actor = (struct actor){.slot = NO_SLOT};
}

vaddr_t get(struct space *s, uint32_t size) {
    call_as(s);
    vaddr_t a = s->regime->malloc(s, size);
    call_over();
    return a;
}

int give(struct space *s, vaddr_t address) {
    call_as(s);
    int result = s->regime->free(s, address);
    call_over();
    return result;
}

vaddr_t resize(struct space *s, vaddr_t address, uint32_t size) {
    call_as(s);
    vaddr_t a = s->regime->realloc(s, address, size);
    call_over();
    return a;
}

vaddr_t get_page(struct space *s) {
    call_as(s);
    vaddr_t a = s->regime->malloc_4k(s);
    call_over();
    return a;
}

int give_page(struct space *s, vaddr_t address) {
    call_as(s);
    int result = s->regime->free_4k(s, address);
    call_over();
    return result;
}

/* ---- Reading ---- */

/* The rows as one text, after making sure that they are rows: no word is cut, none is missing, a sentence ends it. */
const char *text_of(const struct explanation *x) {
    static char text[EXPLAIN_ROWS * (SCREEN_COLUMNS + 1)];
    text[0] = '\0';
    bool ended = false;
    for (int i = 0; i < EXPLAIN_ROWS; i++) {
        size_t n = strlen(x->row[i]);
        assert_in_range(n, 0, SCREEN_COLUMNS);
        assert_false(ended && n);
        ended = n == 0;
        if (n) {
            assert_int_not_equal(x->row[i][0], ' ');
            assert_int_not_equal(x->row[i][n - 1], ' ');
            strcat(strcat(text, *text ? " " : ""), x->row[i]);
        }
    }
    size_t n = strlen(text);
    assert_in_range(n, 10, sizeof text);
    assert_true(text[n - 1] == '.' || text[n - 1] == ')');
    assert_null(strstr(text, "  "));
    assert_null(strstr(text, "(null)"));
    return text;
}

const char *just_happened(void) {
    struct explanation x;
    assert_true(explain(explain_newest(NOW), NOW, &x));
    return text_of(&x);
}
