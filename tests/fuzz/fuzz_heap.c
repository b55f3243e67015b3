/*
 * Fuzzes the heap as an allocator of numbers, under every policy, alignment and header, against an array of
 * tiles that is searched by the policy's definition.
 */
#include <stdlib.h>
#include <string.h>

#include "mm/events.h"
#include "mm/policy.h"
#include "tests/fuzz/input.h"
#include "tests/host/support.h"

#define START 0x10000u
#define MOST  300 /* blocks */

/* The model: tiles in address order. */
static struct {
    struct region at;
    bool block;
} tiles[2 * MOST + 64];
static uint32_t count;
static uint32_t rover; /* next fit goes on here: the start of a tile */
static struct heap heap;

static bool buddy(void) {
    return heap.config.policy->buddy;
}

/* Bytes that a request takes, in 64 bits. */
static uint64_t taken(uint32_t asked) {
    uint64_t align = heap.config.align, rounded = ((asked ? asked : 1) + align - 1) / align * align;
    uint64_t bytes = rounded + heap.config.header, power = 2 * align;
    while (power < bytes) {
        power *= 2;
    }
    return buddy() ? power : bytes;
}

/* Does hole `a` serve better than hole `b`, both large enough, a the higher one? */
static bool better(char policy, uint32_t a, uint32_t b) {
    uint32_t size_a = region_size(tiles[a].at), size_b = region_size(tiles[b].at);
    switch (policy) {
    case 'w': return size_a > size_b;
    case 'b':
    case 'y': return size_a < size_b;
    default: return false;
    }
}

/* A policy that a reader of docs/extending.md added: the heap may take any hole that is large enough. */
static uint32_t choose_any(uint64_t bytes, uint32_t got) {
    uint32_t fits = count;
    for (uint32_t i = 0; i < count; i++) {
        if (!tiles[i].block && region_size(tiles[i].at) >= bytes) {
            fits = i;
            if (tiles[i].at.start + heap.config.header == got) {
                break;
            }
        }
    }
    return fits;
}

/* The tile that the policy's definition takes; count: none. `got`: what the heap answered. */
static uint32_t choose(uint64_t bytes, uint32_t got) {
    char policy = (char)heap.config.policy->code;
    uint32_t chosen = count, before_rover = count;
    if (!strchr("fnbwy", policy)) {
        return choose_any(bytes, got);
    }
    for (uint32_t i = 0; i < count; i++) {
        if (tiles[i].block || region_size(tiles[i].at) < bytes) {
            continue;
        }
        if (policy == 'n' && tiles[i].at.start < rover) {
            before_rover = before_rover == count ? i : before_rover;
        } else if (chosen == count || better(policy, i, chosen)) {
            chosen = i;
        }
    }
    return chosen == count ? before_rover : chosen;
}

static void insert(uint32_t i, struct region at) {
    memmove(&tiles[i + 1], &tiles[i], (count++ - i) * sizeof *tiles);
    tiles[i].at = at;
    tiles[i].block = false;
}

/* Tile i ends at `end`, a hole follows. */
static void split(uint32_t i, uint32_t end) {
    if (end != tiles[i].at.end) {
        insert(i + 1, (struct region){end, tiles[i].at.end});
        tiles[i].at.end = end;
    }
}

static void absorb_next(uint32_t i) {
    if (rover == tiles[i + 1].at.start) {
        rover = tiles[i].at.start;
    }
    tiles[i].at.end = tiles[i + 1].at.end;
    memmove(&tiles[i + 1], &tiles[i + 2], (--count - i - 1) * sizeof *tiles);
}

/* Are tiles i and i + 1 one hole by rights? */
static bool one(uint32_t i) {
    uint32_t size = region_size(tiles[i].at);
    return i + 1 < count && !tiles[i].block && !tiles[i + 1].block &&
           (!buddy() || (size == region_size(tiles[i + 1].at) && ((tiles[i].at.start - START) & size) == 0));
}

static void model_free(uint32_t i) {
    tiles[i].block = false;
    for (;;) {
        if (one(i)) {
            absorb_next(i);
        } else if (i > 0 && one(i - 1)) {
            absorb_next(--i);
        } else {
            return;
        }
    }
}

/* The tile behind tile i, or the first. */
static uint32_t behind(uint32_t i) {
    return tiles[i + 1 < count ? i + 1 : 0].at.start;
}

/* The address of the block, or 0. `got`: what the heap answered. */
static uint32_t model_alloc(uint32_t asked, uint32_t got) {
    uint64_t bytes = taken(asked);
    uint32_t i = choose(bytes, got);
    if (i == count) {
        return 0;
    }
    while (buddy() && region_size(tiles[i].at) > bytes) {
        split(i, tiles[i].at.start + region_size(tiles[i].at) / 2);
    }
    split(i, tiles[i].at.start + (uint32_t)bytes);
    tiles[i].block = true;
    rover = behind(i);
    return tiles[i].at.start + heap.config.header;
}

/* Buddies: the block as a lower half takes in upper halves that are whole holes, or leaves its own. */
static bool model_resize_buddies(uint32_t i, uint64_t bytes) {
    uint32_t start = tiles[i].at.start, upper = i + 1;
    for (uint64_t size = region_size(tiles[i].at); size < bytes; size *= 2, upper++) {
        bool whole = upper < count && !tiles[upper].block && region_size(tiles[upper].at) == size;
        if (!whole || (start - START) & size) {
            return false;
        }
    }
    while (region_size(tiles[i].at) < bytes) {
        absorb_next(i);
    }
    while (region_size(tiles[i].at) > bytes) {
        split(i, start + region_size(tiles[i].at) / 2);
    }
    return true;
}

static bool model_resize(uint32_t i, uint64_t bytes) {
    if (buddy()) {
        return model_resize_buddies(i, bytes);
    }
    uint64_t old = region_size(tiles[i].at);
    bool hole_behind = i + 1 < count && !tiles[i + 1].block;
    if (bytes > old + (hole_behind ? region_size(tiles[i + 1].at) : 0)) {
        return false;
    }
    bool follows = hole_behind && rover == tiles[i + 1].at.start; /* a rover stays with its hole */
    if (hole_behind && bytes != old) {
        absorb_next(i);
    }
    split(i, tiles[i].at.start + (uint32_t)bytes);
    rover = follows ? behind(i) : rover;
    return true;
}

static uint32_t model_realloc(uint32_t i, uint32_t asked, uint32_t got) {
    uint32_t start = tiles[i].at.start;
    if (model_resize(i, taken(asked))) {
        return start + heap.config.header;
    }
    uint32_t moved = model_alloc(asked, got);
    if (moved) {
        for (i = 0; tiles[i].at.start != start; i++) {
        }
        model_free(i);
    }
    return moved;
}

static void compare(void) {
    agree(heap_check(&heap));
    const struct tile *t = heap.first;
    for (uint32_t i = 0; i < count; i++, t = t->next) {
        must(t && t->at.start == tiles[i].at.start && t->at.end == tiles[i].at.end);
        must((t->state == TILE_BLOCK) == tiles[i].block);
    }
    must(!t);
}

/* Where a free or realloc points: mostly at a block. */
static uint32_t read_address(struct input *in, uint32_t *tile) {
    uint32_t kind = byte(in), i = half(in) % count;
    *tile = i;
    return kind == 0 ? word(in) : tiles[i].at.start + heap.config.header + (kind < 230 ? 0 : byte(in));
}

/* What a free of the address must say. */
static int verdict(uint32_t address) {
    uint32_t start = address - heap.config.header;
    for (uint32_t i = 0; i < count; i++) {
        if (region_has(tiles[i].at, start)) {
            return !tiles[i].block                   ? E_DOUBLE
                   : tiles[i].at.start == start      ? OK
                   : start & (heap.config.align - 1) ? E_MISALIGNED
                                                     : E_INTERIOR;
        }
    }
    return E_FOREIGN;
}

static uint32_t tile_at(uint32_t start) {
    uint32_t i = 0;
    while (i < count && tiles[i].at.start != start) {
        i++;
    }
    return i;
}

static void turn(struct input *in) {
    uint32_t what = byte(in), i;
    if (what < 128) {
        if (heap.blocks < MOST) {
            uint32_t asked = size(in);
            uint32_t got = heap_alloc(&heap, asked);
            must(model_alloc(asked, got) == got);
        }
        return;
    }
    uint32_t address = read_address(in, &i);
    int expected = verdict(address);
    i = expected ? i : tile_at(address - heap.config.header);
    if (what < 224) {
        must(heap_free(&heap, address) == expected);
        if (expected == OK) {
            model_free(i);
        }
    } else if (heap.blocks < MOST) {
        uint32_t asked = size(in), got = heap_realloc(&heap, address, asked);
        must(got == (expected ? 0 : model_realloc(i, asked, got)));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t length) {
    static struct event ring[1024];
    struct input in = {data, data + length};
    uint32_t policies = (uint32_t)(__stop_policies - __start_policies);
    const struct policy *policy = __start_policies[byte(&in) % policies];
    uint32_t room = policy->buddy ? 0x400u << byte(&in) % 8 : 16 * (1 + half(&in) % 0x2000);
    struct heap_config config = {
        .policy = policy,
        .owner = OWNER_HEAP,
        .align = 1u << byte(&in) % 5,
        .header = 4 * (byte(&in) % 5),
        .span = {START, START + room},
        .initial = room,
    };
    events_init(ring, 1024);
    must(heap_init(&heap, &config, &bare_heap_world) == OK);
    count = 0;
    rover = START;
    insert(0, config.span);
    while (in.at < in.end) {
        turn(&in);
    }
    compare();
    heap_delete(&heap);
    return 0;
}
