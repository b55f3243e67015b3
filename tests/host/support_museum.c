/*
 * A visitor of the museum for tests, and what readers see there.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "mm/audit.h"
#include "mm/events.h"
#include "mm/policy.h"
#include "tests/host/support_museum.h"
#include "tests/host/support_viz.h"

const struct regime *sutured;
struct space *visitor;

static void complain(void *context, const struct difference *difference) {
    (void)context;
    fail_msg("audit: %s", difference->what);
}

void audit(void) {
    assert_int_equal(audit_all(complain, NULL), 0);
}

void act_as(struct space *space, uint8_t thread) {
    visitor = space;
    actor = (struct actor){.pid = space->pid, .slot = space->slot, .thread = thread};
}

struct space *visitor_new(uint16_t pid) {
    struct space *space = space_new(pid, "visitor", sutured, policy_find("first"), false);
    assert_non_null(space);
    act_as(space, 0);
    space->image = (struct region){USER_IMAGE, USER_IMAGE + 2 * PAGE_SIZE};
    assert_int_equal(space_map(space, space->image, OWNER_IMAGE, true), OK);
    assert_int_equal(space_stack_new(space), 0);
    return space;
}

void open_museum(void) {
    assert_int_equal(sutured->reset(), OK);
    visitor_new(4);
    audit();
}

void close_museum(void) {
    audit();
    machine_exit(visitor, 0);
    audit();
}

uint32_t seed(enum seed_call call, uint32_t a, uint32_t b) {
    return sutured->seed(visitor, call, a, b);
}

uint32_t do_malloc(uint32_t size) {
    return seed(SEED_DO_MALLOC, size, 0);
}

uint32_t do_free(uint32_t address, uint32_t size) {
    return seed(SEED_DO_FREE, address, size);
}

uint32_t sys_malloc(uint32_t size) {
    return sutured->malloc(visitor, size);
}

uint32_t sys_free(uint32_t address, uint32_t size) {
    return (uint32_t)sutured->free_sized(visitor, address, size);
}

const char *table(moment_t at) {
    static char text[4096];
    size_t used = 0;
    struct table_entry entry;
    text[0] = 0;
    for (uint32_t i = 0; i < 20 && sutured->books->entry(at, i, &entry); i++) {
        used += (size_t)snprintf(text + used, sizeof text - used, "%s%X+%X", i ? " " : "", entry.address,
                                 entry.size);
    }
    return text;
}

struct table_totals totals(void) {
    struct table_totals t;
    sutured->books->totals(NOW, &t);
    return t;
}

struct table_entry entry(uint32_t i) {
    struct table_entry e = {0};
    assert_true(sutured->books->entry(NOW, i, &e));
    return e;
}

uint64_t bytes_free(void) {
    uint64_t sum = 0;
    struct table_entry e;
    for (uint32_t i = 0; sutured->books->entry(NOW, i, &e); i++) {
        sum += e.size;
    }
    return sum;
}

const struct event *newest_phantom(void) {
    const struct event *e = event_at(totals().newest);
    assert_non_null(e);
    assert_int_equal(e->kind, EV_PHANTOM);
    for (uint32_t seq = e->seq + 1; seq < events.next; seq++) {
        assert_int_not_equal(event_at(seq)->kind, EV_PHANTOM);
    }
    return e;
}

void assert_phantom(uint32_t number, enum owner from, uint16_t from_pid, enum owner to, uint16_t to_pid) {
    const struct event *e = newest_phantom();
    assert_int_equal(e->arg[0], number);
    assert_int_equal(e->owner, from);
    assert_int_equal(e->arg[1], from_pid);
    assert_int_equal(e->arg[2], to);
    assert_int_equal(e->arg[3], to_pid);
    for (int sentence = 0; sentence < 2; sentence++) {
        size_t length = strlen(sutured->books->story(number, sentence));
        assert_true(length > 20 && length <= 71);
        assert_int_equal(sutured->books->story(number, sentence)[length - 1], '.');
    }
}

char *photograph(moment_t at) {
    char *text;
    size_t size;
    FILE *f = open_memstream(&text, &size);
    struct table_totals t;
    struct process_totals p;
    struct table_entry e;
    sutured->books->totals(at, &t);
    fprintf(f, "%u %u %u %u %u %u %u %u\n", t.entries, t.losts, t.lostsize, t.foreign, t.phantoms, t.newest,
            t.frames, t.mapping_calls);
    for (uint32_t i = 0; sutured->books->entry(at, i, &e); i++) {
        fprintf(f, "%x %x %s %d %u %u\n", e.address, e.size, e.from, e.pid, e.seq, e.number);
    }
    for (int slot = 0; slot < 3; slot++) {
        sutured->books->process(at, &spaces[slot], &p);
        fprintf(f, "%x %u %u %u %u %u %x %x\n", p.heap.end, p.asked, p.freed, p.frames, p.mapping_calls,
                p.phantoms, p.withheld.start, p.withheld.end);
    }
    fprintf(f, "%u", regime_phantoms(at));
    fclose(f);
    return text;
}
