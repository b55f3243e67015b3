/*
 * The event ring, and the words for errors and kinds.
 */
#include "mm/events.h"

struct events events;
struct actor actor = {.slot = NO_SLOT};
uint32_t events_clock;

const char *const event_names[EV_KINDS] = {
    [EV_NONE] = "none",
    [EV_LEND] = "lend",
    [EV_RETURN] = "return",
    [EV_MAP] = "map",
    [EV_UNMAP] = "unmap",
    [EV_TABLE] = "table",
    [EV_TABLE_GONE] = "table_gone",
    [EV_RANGE] = "range",
    [EV_MALLOC] = "malloc",
    [EV_FREE] = "free",
    [EV_RESIZE] = "resize",
    [EV_REFUSED] = "refused",
    [EV_NOMEM] = "nomem",
    [EV_SPAWN] = "spawn",
    [EV_EXIT] = "exit",
    [EV_GONE] = "gone",
    [EV_THREAD] = "thread",
    [EV_FAULT] = "fault",
    [EV_SAY] = "say",
    [EV_PHANTOM] = "phantom",
    [EV_SEED] = "seed",
    [EV_SEED_CALL] = "seed_call",
};

/* At most 32 columns each: the story of an event's line. */
const char *error_text(int error) {
    static const char *const texts[ERRORS] = {
        [-OK] = "ok",
        [-E_NOMEM] = "no memory left",
        [-E_INVAL] = "an argument that means nothing",
        [-E_FAULT] = "a pointer it may not use",
        [-E_NOENT] = "no such thing",
        [-E_LIMIT] = "a fixed limit is reached",
        [-E_DOUBLE] = "already free",
        [-E_FOREIGN] = "not owned by this allocator",
        [-E_MISALIGNED] = "no block can start there",
        [-E_INTERIOR] = "inside a block, not its start",
        [-E_WALL] = "belongs to another zone",
        [-E_WRAP] = "passes the end of memory",
        [-E_OVERRUN] = "written past its end",
        [-E_SIZE] = "not the block's size",
        [-E_NOSYS] = "no such system call here",
    };
    uint32_t n = 0u - (uint32_t)error;
    return n < ERRORS ? texts[n] : "unknown error";
}

void events_init(struct event *ring, uint32_t capacity) {
    events = (struct events){.ring = ring, .capacity = capacity, .next = 1};
}

uint32_t events_oldest(void) {
    return events.next > events.capacity ? events.next - events.capacity : 1;
}

const struct event *event_at(uint32_t seq) {
    if (seq < events_oldest() || seq >= events.next) {
        return NULL;
    }
    return &events.ring[seq & (events.capacity - 1)];
}

const struct event *event_next(uint32_t *cursor, uint32_t *missed) {
    uint32_t oldest = events_oldest();
    if (*cursor < oldest) {
        *missed += oldest - *cursor;
        *cursor = oldest;
    }
    const struct event *e = event_at(*cursor);
    if (e) {
        ++*cursor;
    }
    return e;
}
