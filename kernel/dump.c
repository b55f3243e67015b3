/*
 * The verb dump: what the structures hold, in key=value lines.
 */
#include "kernel/kernel.h"
#include "mm/paging.h"
#include "mm/policy.h"
#include "mm/regime.h"

static const char *dump_memman(struct command *command) {
    for (int z = 0; z < ZONES; z++) {
        const struct zone_info *zone = &zones[z];
        reply(command,
              "zone=%s start=%08" PRIx32 " end=%08" PRIx32 " unit=%" PRIu32 " usable=%" PRIu32
              " used=%" PRIu32 " largest=%" PRIu32 " free_ranges=%" PRIu32 " lent_ranges=%" PRIu32,
              zone->name, zone->span.start, zone->span.end, (uint32_t)1 << zone->unit_shift,
              zone->usable << zone->unit_shift, memman_used((enum zone)z), memman_largest((enum zone)z),
              zone->free_ranges, zone->lent_ranges);
    }
    for (int o = 0; o < OWNERS; o++)
        reply(command, "owner=%s letter=%c frames=%" PRIu32, owner_info[o].name, owner_info[o].letter,
              owners.total[o]);
    return NULL;
}

/* The process named by the command's third word. */
static const struct space *chosen(const struct command *command) {
    return process_named(command->words[2])->space;
}

#define ENTRY_BITS (PG_PRESENT | PG_WRITE | PG_USER)

/* Runs of pages mapped alike to successive frames, a line each. */
static const char *dump_pages(struct command *command) {
    const struct space *space = chosen(command);
    reply(command, "directory=%08" PRIx32, space->directory);
    struct region run = {0, 0};
    uint32_t first = 0; /* entry of the run's first page */
    for (vaddr_t page = 0; page <= KERNEL_BASE;) {
        bool table = page < KERNEL_BASE && paging_directory_entry(NOW, space, page) & PG_PRESENT;
        uint32_t entry = table ? paging_entry(NOW, space, page) & (PG_FRAME | ENTRY_BITS) : 0;
        if (!region_empty(run) && entry != first + region_size(run)) {
            reply(command,
                  "start=%08" PRIx32 " end=%08" PRIx32 " frame=%08" PRIx32 " write=%d user=%d owner=%s",
                  run.start, run.end, first & PG_FRAME, (first & PG_WRITE) != 0, (first & PG_USER) != 0,
                  owner_info[owners_frame(NOW, first >> PAGE_SHIFT).owner].name);
            run = (struct region){page, page};
        }
        if (entry & PG_PRESENT) {
            if (region_empty(run)) {
                run.start = page;
                first = entry;
            }
            run.end = page + PAGE_SIZE;
        }
        page = table || page == KERNEL_BASE ? page + PAGE_SIZE : page + TABLE_SPAN;
    }
    return NULL;
}

static void dump_one_heap(struct command *command, const struct heap *heap) {
    reply(command,
          "heap=%s policy=%s start=%08" PRIx32 " end=%08" PRIx32 " blocks=%" PRIu32 " holes=%" PRIu32
          " block_bytes=%" PRIu32 " hole_bytes=%" PRIu32 " asked=%" PRIu32 " mapped=%" PRIu32,
          owner_info[heap->config.owner].name, heap->config.policy->name, heap->range.start, heap->range.end,
          heap->blocks, heap_holes(heap), heap->block_bytes, heap_hole_bytes(heap), heap->asked_bytes,
          heap->mapped);
    struct tile_view tile;
    for (vaddr_t at = heap->range.start; at != heap->range.end && heap_tile(NOW, heap, at, &tile);
         at = tile.at.end)
        reply(command,
              "%s=%08" PRIx32 " end=%08" PRIx32 " asked=%" PRIu32 " caller=%08" PRIx32
              " thread=%d event=%" PRIu32,
              tile.state == TILE_BLOCK ? "block" : "hole", tile.at.start, tile.at.end, tile.asked,
              tile.caller, tile.thread, tile.seq);
}

static const char *dump_heap(struct command *command) {
    const struct space *space = chosen(command);
    dump_one_heap(command, &space->heap);
    dump_one_heap(command, &space->pages);
    return NULL;
}

static const char *dump_procs(struct command *command) {
    for (int i = 0; i < SPACES; i++) {
        const struct process *p = processes[i];
        if (!p)
            continue;
        const struct space *s = p->space;
        reply(command,
              "pid=%d name=%s parent=%d slot=%d threads=%d steps=%" PRIu32
              " regime=%s policy=%s directory=%08" PRIx32 " kpages=%" PRIu32 " image=%" PRIu32
              " stack=%" PRIu32 " heap=%" PRIu32 " upages=%" PRIu32 " ubytes=%" PRIu32,
              p->pid, s->name, p->parent, i, p->threads, p->calls, s->regime->name,
              s->heap.config.policy->name, s->directory, s->frames[OWNER_KPAGE], s->frames[OWNER_IMAGE],
              s->frames[OWNER_STACK], s->frames[OWNER_HEAP], s->frames[OWNER_UPAGE], s->ubytes);
    }
    return NULL;
}

static const char *dump_events(struct command *command) {
    uint32_t count, missed = 0;
    command_number(command->words[2], &count);
    uint32_t written = events.next - events_oldest();
    uint32_t cursor = events.next - (count < written ? count : written);
    for (const struct event *e; (e = event_next(&cursor, &missed));)
        reply(command,
              "event=%" PRIu32 " time=%" PRIu32 " pid=%d kind=%s owner=%s step=%" PRIu32 " caller=%08" PRIx32
              " start=%08" PRIx32 " end=%08" PRIx32 " was=%08" PRIx32 "..%08" PRIx32 " args=%" PRIx32
              ",%" PRIx32 ",%" PRIx32 ",%" PRIx32 ",%" PRIx32,
              e->seq, e->time, e->pid, event_names[e->kind], owner_info[e->owner].name, e->step, e->caller,
              e->at.start, e->at.end, e->was.start, e->was.end, e->arg[0], e->arg[1], e->arg[2], e->arg[3],
              e->arg[4]);
    return NULL;
}

/* The totals, and the first so many entries. */
static void dump_books(struct command *command, const struct books *books, uint32_t most) {
    struct table_totals t;
    struct table_entry e;
    books->totals(NOW, &t);
    reply(command,
          "entries=%" PRIu32 " capacity=%" PRIu32 " losts=%" PRIu32 " lostsize=%" PRIu32 " foreign=%" PRIu32
          " phantoms=%" PRIu32 " frames=%" PRIu32 " mapping_calls=%" PRIu32,
          t.entries, t.capacity, t.losts, t.lostsize, t.foreign, t.phantoms, t.frames, t.mapping_calls);
    for (uint32_t i = 0; i < most && books->entry(NOW, i, &e); i++)
        reply(command,
              "address=%08" PRIx32 " size=%" PRIu32 " zone=%s pid=%d event=%" PRIu32 " case=%" PRIu32
              " from=%s",
              e.address, e.size, e.zone, e.pid, e.seq, e.number, e.from);
}

static const char *dump_table(struct command *command) {
    uint32_t most = 0;
    command_number(command->words[2], &most);
    TABLE_EACH(regimes, const struct regime, r)
    if ((*r)->books)
        dump_books(command, (*r)->books, most);
    return NULL;
}

static const char *dump(struct command *command) {
    static const struct {
        const char *name;
        const char *(*run)(struct command *command);
    } what[] = {{"memman", dump_memman}, {"pages", dump_pages},   {"heap", dump_heap},
                {"procs", dump_procs},   {"events", dump_events}, {"table", dump_table}};
    for (uint32_t i = 0; i < sizeof what / sizeof *what; i++)
        if (same_text(command->words[1], what[i].name))
            return what[i].run(command);
    return NULL;
}

static const struct verb verb_dump = {"dump",
                                      "dump memman | pages PID | heap PID | procs | events N | table N",
                                      "Says what the structures hold.", dump};
TABLE_ENTRY(verbs, const struct verb, verb_dump);
