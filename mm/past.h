/*
 * The past: the present with events undone. past_open undoes the ring from the newest event back to a
 * sequence number into an overlay, whose memory is reserved at boot; the walks of owners, memman, paging and
 * heap ask it first when they are asked about a moment other than NOW.
 *
 * The overlay keeps whole pieces that stood at that moment: a run of frames, a range of a zone, a run of
 * mapped pages, a heap's tile. Undoing an event replaces the pieces it made by the pieces that were; pieces
 * never straddle that border, so whatever the overlay does not cover is as it is now. Not known of the past: accessed and
 * dirty bits, and who asked for a tile that was made before the ring begins (0).
 */
#ifndef MM_PAST_H
#define MM_PAST_H

#include "mm/events.h"
#include "mm/heap.h"
#include "mm/memman.h"
#include "mm/space.h"
#include "mm/types.h"

/* What a piece of the overlay speaks of: a map of its own for each process. */
enum past_map { PAST_FRAMES, PAST_RANGES, PAST_PAGES, PAST_TABLES, PAST_HEAP };

/* Bytes of overlay that undoing a full ring of so many records can need. */
uint32_t past_size(uint32_t capacity);

/* Takes `memory` (past_size bytes, 4-aligned, of any content) for good. */
void past_init(void *memory, uint32_t size);

/*
 * Makes the overlay stand right after event `seq` (events_oldest() - 1 at the earliest). OK, or E_NOENT when
 * the ring does not reach so far. Further back costs what lies between; anywhere else it begins at the present again.
 * An event that is emitted while it is open ends it: there is a new present. past_close returns to the present.
 */
int past_open(uint32_t seq);
void past_close(void);
moment_t past_moment(void); /* NOW when closed */

/* What the walks ask; false: nothing was undone there, the present holds. */
bool past_frame(uint32_t n, struct frame *out);
void past_count_frames(uint32_t first, uint32_t count,
                       uint32_t counts[OWNERS]); /* corrects counts of the present */
bool past_range(enum zone zone, paddr_t address, struct range *out);
/* The first undone range of the zone that ends after `from`; the last that starts before `before`. */
bool past_range_from(enum zone zone, paddr_t from, struct range *out);
bool past_range_before(enum zone zone, paddr_t before, struct range *out);
struct zone_counts past_zone_counts(enum zone zone);
bool past_page(uint8_t slot, vaddr_t page, uint32_t *entry);
bool past_table(uint8_t slot, vaddr_t address, uint32_t *entry);
bool past_tile(uint8_t slot, enum owner owner, vaddr_t address, struct tile_view *out);

/* Figures, which are kept whole: each space, and a heap's holes, as they stood. */
const struct space *past_space(uint32_t slot);
const struct heap *past_heap(uint8_t slot, enum owner owner);
void past_holes(uint8_t slot, enum owner owner, struct heap_figures *out); /* holes and largest_hole */

/* For past.c alone: figures as they are now; then over one event back. */
void past_figures_start(void);
void past_figures_undo(const struct event *event);

#endif
