/*
 * Where the fields of the kernel's structures lie, as the kernel's own compiler has it. Never linked: each
 * line becomes an absolute symbol, which tests/boot/guest.py reads with nm and by which it finds its way
 * through guest memory.
 */
#include "kernel/kernel.h"
#include "mm/events.h"
#include "mm/heap.h"
#include "mm/memman.h"
#include "mm/owners.h"
#include "mm/policy.h"
#include "mm/space.h"
#include "viz/look.h"
#include "viz/map.h"
#include "viz/palette.h"

#define CONSTANT(name, value) __asm__ volatile(".globl " name "\n\t.set " name ", %c0" : : "i"(value))
#define NUMBER(name)          CONSTANT(#name, name)
#define SIZE(type)            CONSTANT("sizeof." #type, sizeof(struct type))
#define FIELD(type, field)                                                                                   \
    CONSTANT(#type "." #field, offsetof(struct type, field));                                                \
    CONSTANT("sizeof." #type "." #field, sizeof(((struct type *)0)->field))

void layout(void);

void layout(void) {
    NUMBER(OWNER_FREE);
    NUMBER(OWNER_SYSTEM);
    NUMBER(OWNER_KPAGE);
    NUMBER(OWNER_KBYTE);
    NUMBER(OWNER_UBYTE);
    NUMBER(OWNER_UPAGE);
    NUMBER(OWNER_HEAP);
    NUMBER(OWNER_STACK);
    NUMBER(OWNER_IMAGE);
    NUMBER(OWNER_FOREIGN);
    NUMBER(OWNERS);
    NUMBER(PAINT_UNMAPPED);
    NUMBER(PAINT_NOTHING);
    NUMBER(PAINTS);
    NUMBER(COLOUR_EDGE);
    NUMBER(COLOUR_BACKGROUND);
    NUMBER(COLOUR_UNMAPPED);
    NUMBER(COLOUR_ERROR);
    NUMBER(COLOUR_WHITE);
    NUMBER(COLOURS);
    NUMBER(MAP_FRAMES);
    NUMBER(MAP_PAGES);
    NUMBER(MAP_HEAP);
    NUMBER(MAP_BOOKS);
    NUMBER(MAPS);
    NUMBER(ZONES);
    NUMBER(ZONE_P);
    NUMBER(ZONE_K);
    NUMBER(ZONE_B);
    NUMBER(ZONE_U);
    NUMBER(RANGE_FREE);
    NUMBER(RANGE_LENT);
    NUMBER(RANGE_HOLE);
    NUMBER(TILE_HOLE);
    NUMBER(TILE_BLOCK);
    NUMBER(SPACES);
    NUMBER(STACKS);
    NUMBER(STACK_SPAN);
    NUMBER(USER_PAGES);
    NUMBER(USER_HEAP);
    NUMBER(USER_HEAP_END);
    NUMBER(USER_ARGUMENTS);
    NUMBER(KERNEL_BASE);

    SIZE(map_place);
    FIELD(map_place, column);
    FIELD(map_place, row);
    FIELD(map_place, columns);
    FIELD(map_place, rows);
    FIELD(map_place, kind);
    FIELD(map_place, shift);
    FIELD(map_place, pid);
    FIELD(map_place, region);

    SIZE(zone_info);
    FIELD(zone_info, span);
    FIELD(zone_info, unit_shift);
    FIELD(zone_info, units);
    FIELD(zone_info, records);
    FIELD(zone_info, stride_shift);

    /* units and state are the low 30 and the high 2 bits of the first word. */
    SIZE(range_record);
    FIELD(range_record, before);
    FIELD(range_record, slot);
    FIELD(range_record, owner);

    SIZE(boot_map);
    FIELD(boot_map, count);
    FIELD(boot_map, usable);
    SIZE(region);

    SIZE(space);
    FIELD(space, pid);
    FIELD(space, slot);
    FIELD(space, name);
    FIELD(space, directory);
    FIELD(space, regime);
    FIELD(space, heap);
    FIELD(space, pages);

    FIELD(heap, range);
    FIELD(heap, root);
    FIELD(heap, first);
    FIELD(heap, last);

    FIELD(tile, at);
    FIELD(tile, by_address);
    FIELD(tile, next);
    FIELD(tile, prev);
    FIELD(tile, state);
    FIELD(tile, guard_page);
    FIELD(link, left);
    FIELD(link, right);

    FIELD(look, letters);
    FIELD(look, rows);
    FIELD(look, theme);
    SIZE(owner_info);
    FIELD(owner_info, letter);

    FIELD(owners, frame);
    SIZE(frame);
    FIELD(frame, owner);

    FIELD(events, ring);
    FIELD(events, capacity);
    FIELD(events, next);
    NUMBER(EV_PHANTOM);

    NUMBER(CAPTIONS_KEPT);
    SIZE(caption);
    FIELD(caption, text);
    FIELD(caption, number);
    FIELD(caption, pid);
}
