/*
 * What memman, the event ring and the picture cost, measured where they run; `make bench` asks for it under QEMU's -icount, where a
 * tick of the time stamp counter is an instruction. What a measure borrows it gives back.
 */
#include "kernel/kernel.h"
#include "mm/past.h"
#include "viz/look.h"
#include "viz/screen.h"
#include "viz/vga.h"
#include "viz/viz.h"

enum { CALLS = 10000, PIECE = 48 /* with its record, two units of a byte zone */ };

static uint32_t seed = 1;

static uint32_t draw(uint32_t limit) {
    seed = seed * 1664525u + 1013904223u;
    return (uint32_t)((uint64_t)seed * limit >> 32);
}

static uint32_t ticks(void) {
    return (uint32_t)rdtsc();
}

static paddr_t lend(uint32_t size) {
    return memman_alloc(ZONE_B, size, OWNER_UBYTE, NO_SLOT);
}

/* Gives back every range of B from `first` on that this file borrowed; with `gaps`, every other of them. */
static void give_back(paddr_t first, bool gaps) {
    struct range range;
    bool keep = gaps;
    for (paddr_t at = first; memman_range(NOW, ZONE_B, at, &range); at = range.at.end) {
        if (range.state != RANGE_LENT || range.slot != NO_SLOT)
            continue;
        keep = gaps && !keep;
        if (!keep)
            memman_free(ZONE_B, range.at.start + zones[ZONE_B].head);
    }
}

/* The worst of CALLS random calls with about `ranges` free ranges in the zone. */
static const char *bench_memman(struct command *command, uint32_t ranges) {
    const struct zone_info *zone = &zones[ZONE_B];
    if (ranges > zone->free_units / 5)
        return "zone B is too small for so many ranges";
    uint32_t worst_alloc = 0, worst_free = 0;
    for (uint32_t i = 0; i < 2 * ranges; i++)
        lend(PIECE);
    give_back(zone->span.start, true);
    paddr_t used = zone->span.start + 4 * (ranges << zone->unit_shift);
    for (uint32_t i = 0; i < CALLS; i++) {
        struct range range;
        memman_range(NOW, ZONE_B, zone->span.start + draw(used - zone->span.start), &range);
        bool ours = range.state == RANGE_LENT && range.slot == NO_SLOT;
        uint32_t began = ticks();
        if (ours) {
            memman_free(ZONE_B, range.at.start + zone->head);
            began = ticks() - began;
            worst_free = began > worst_free ? began : worst_free;
        } else {
            lend(1 + draw(4 * PIECE));
            began = ticks() - began;
            worst_alloc = began > worst_alloc ? began : worst_alloc;
        }
    }
    reply(command, "memman_alloc_%" PRIu32 "=%" PRIu32, ranges, worst_alloc);
    reply(command, "memman_free_%" PRIu32 "=%" PRIu32, ranges, worst_free);
    give_back(zone->span.start, false);
    return NULL;
}

static const char *bench_events(struct command *command) {
    uint32_t began = ticks();
    for (int i = 0; i < CALLS; i++)
        event_emit(EV_NONE, OWNER_FREE, (struct region){0, 0}, (struct region){0, 0});
    reply(command, "event_emit=%" PRIu32, (ticks() - began) / CALLS);
    return NULL;
}

static uint32_t frame_ticks(void) {
    uint32_t began = ticks();
    frame_paint();
    return ticks() - began;
}

/* The view that is shown: painted anew, and when nothing has changed since. */
static const char *bench_picture(struct command *command) {
    viz_refresh();
    reply(command, "viz_repaint=%" PRIu32, frame_ticks());
    frame_ticks(); /* ends what still glowed */
    reply(command, "viz_frame_idle=%" PRIu32, frame_ticks());
    return NULL;
}

static void overlook(void *context, int row, int column, uint16_t shown, uint16_t meant) {
    (void)context;
    (void)row;
    (void)column;
    (void)shown;
    (void)meant;
}

/* From a lending to the painted cells, with so many events in the frame: the cells that changed, and those that are false. */
static void bench_one_frame(struct command *command, uint32_t count) {
    static uint16_t before[SCREEN_ROWS_MOST * SCREEN_COLUMNS];
    const volatile uint16_t *screen = vga_target();
    uint32_t cells = SCREEN_COLUMNS * viz_look.rows, changed = 0;
    paddr_t page = 0;
    frame_check(overlook, NULL); /* nothing glows any more */
    for (uint32_t i = 0; i < cells; i++)
        before[i] = screen[i];
    for (uint32_t i = 1; i < count; i++) {
        if (page)
            memman_free(ZONE_U, page);
        page = page ? 0 : memman_alloc(ZONE_U, PAGE_SIZE, OWNER_UPAGE, NO_SLOT);
    }
    paddr_t large = memman_alloc(ZONE_U, memman_largest(ZONE_U) / 2, OWNER_UPAGE, NO_SLOT);
    uint32_t wrong = frame_check(overlook, NULL);
    for (uint32_t i = SCREEN_COLUMNS; i < cells; i++) /* the title tells of the event in any case */
        changed += before[i] != screen[i];
    reply(command, "events=%" PRIu32 " cells=%" PRIu32 " false=%" PRIu32, count, changed, wrong);
    memman_free(ZONE_U, large);
    if (page)
        memman_free(ZONE_U, page);
}

static const char *bench_latency(struct command *command) {
    static const uint32_t counts[] = {1, VIZ_FOLLOW_MOST, VIZ_FOLLOW_MOST + 1};
    if (memman_largest(ZONE_U) < 4 * PAGE_SIZE)
        return "zone U is too full";
    for (uint32_t i = 0; i < sizeof counts / sizeof *counts; i++)
        bench_one_frame(command, counts[i]);
    return NULL;
}

static const char *bench_frames(struct command *command) {
    reply(command, "frames=%" PRIu32 " ms=%" PRIu32, frame_count(), clock_ms());
    return NULL;
}

/* The whole ring, the worst of its newest events one by one, and what a picture there costs. */
static const char *bench_rewind(struct command *command) {
    uint32_t newest = events.next - 1, worst = 0, began;
    uint32_t least = newest - events_oldest() > CALLS ? newest - CALLS : events_oldest() - 1;
    for (uint32_t seq = newest; seq-- > least;) {
        began = ticks();
        past_open(seq);
        began = ticks() - began;
        worst = began > worst ? began : worst;
    }
    past_close();
    began = ticks();
    int reached = past_open(events_oldest() - 1);
    reply(command, "rewind_ring=%" PRIu32, ticks() - began);
    reply(command, "rewind_repaint=%" PRIu32, frame_ticks());
    reply(command, "rewind_event=%" PRIu32, worst);
    reply(command, "events=%" PRIu32, newest + 1 - events_oldest());
    past_close();
    return reached == OK ? NULL : "the past does not reach so far";
}

static const char *bench(struct command *command) {
    uint32_t ranges;
    bool flags = interrupts_save();
    const char *reason = "expected a number of ranges";
    if (same_text(command->words[1], "picture"))
        reason = bench_picture(command);
    else if (same_text(command->words[1], "latency"))
        reason = bench_latency(command);
    else if (same_text(command->words[1], "frames"))
        reason = bench_frames(command);
    else if (same_text(command->words[1], "rewind"))
        reason = bench_rewind(command);
    else if (same_text(command->words[1], "events"))
        reason = bench_events(command);
    else if (same_text(command->words[1], "memman") && command->count > 2 &&
             command_number(command->words[2], &ranges) && ranges)
        reason = bench_memman(command, ranges);
    interrupts_restore(flags);
    return reason;
}

static const struct verb verb_bench = {
    "bench", "bench memman RANGES | events | picture | latency | frames | rewind",
    "Measures memory calls, painting and going back, in ticks of the time stamp counter.", bench};
TABLE_ENTRY(verbs, const struct verb, verb_bench);
