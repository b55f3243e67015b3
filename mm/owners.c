/*
 * Owners: the table of frames and its counts by group. Written when memory is handed over, read by maps,
 * inspector and audit.
 */
#include "mm/owners.h"
#include "mm/past.h"

const struct owner_info owner_info[OWNERS] = {
    [OWNER_FREE] = {' ', "free", "free", OWNER_FREE},
    [OWNER_SYSTEM] = {'.', "system", "system: firmware, kernel, modules, tables, devices", OWNER_SYSTEM},
    [OWNER_KPAGE] = {'P', "kpage", "memman's kernel pages", OWNER_KPAGE},
    [OWNER_KBYTE] = {'K', "kbyte", "memman's kernel bytes", OWNER_KBYTE},
    [OWNER_UBYTE] = {'B', "ubyte", "memman's user bytes", OWNER_UBYTE},
    [OWNER_UPAGE] = {'U', "upage", "memman's user pages", OWNER_UPAGE},
    [OWNER_HEAP] = {'H', "heap", "a process's heap", OWNER_UPAGE},
    [OWNER_STACK] = {'S', "stack", "a user stack", OWNER_UPAGE},
    [OWNER_IMAGE] = {'X', "image", "a program's image", OWNER_UPAGE},
    [OWNER_FOREIGN] = {'!', "foreign", "nobody: an error", OWNER_FOREIGN},
};

struct owners owners;

static uint32_t level_shift(uint32_t level) {
    return GROUP_SHIFT + 2 * level;
}

static uint32_t level_groups(uint32_t frames, uint32_t level) {
    return ((frames - 1) >> level_shift(level)) + 1;
}

/* Levels until one group holds everything. */
static uint32_t level_count(uint32_t frames) {
    uint32_t levels = 1;
    while (levels < GROUP_LEVELS && level_groups(frames, levels - 1) > 1) {
        levels++;
    }
    return levels;
}

uint32_t owners_table_size(uint32_t frames) {
    uint32_t size = round_up(frames * (uint32_t)sizeof(struct frame), 4);
    for (uint32_t l = 0; l < level_count(frames); l++) {
        size += level_groups(frames, l) * OWNERS * (uint32_t)sizeof(uint32_t);
    }
    return size;
}

void owners_init(uint32_t frames, void *table) {
    uint8_t *next = table;
    owners = (struct owners){.frames = frames, .levels = level_count(frames), .frame = table};
    next += round_up(frames * (uint32_t)sizeof(struct frame), 4);
    for (uint32_t l = 0; l < owners.levels; l++) {
        owners.group[l] = (uint32_t *)(void *)next;
        next += level_groups(frames, l) * OWNERS * sizeof(uint32_t);
    }
    for (uint32_t n = 0; n < frames; n++) {
        owners.frame[n] = (struct frame){OWNER_SYSTEM, NO_SLOT};
    }
    for (uint32_t l = 0; l < owners.levels; l++) {
        uint32_t groups = level_groups(frames, l), width = 1u << level_shift(l);
        for (uint32_t g = 0; g < groups; g++) {
            owners.group[l][g * OWNERS + OWNER_SYSTEM] = g + 1 < groups ? width : frames - g * width;
        }
    }
    owners.total[OWNER_SYSTEM] = frames;
}

/* `count` frames of one group at level 0, all of owner `from`, become `to`. */
static void move_counts(uint32_t first, uint32_t count, uint8_t from, uint8_t to) {
    uint32_t group = first >> GROUP_SHIFT;
    for (uint32_t l = 0; l < owners.levels; l++, group >>= 2) {
        uint32_t *counts = &owners.group[l][group * OWNERS];
        counts[from] -= count;
        counts[to] += count;
    }
    owners.total[from] -= count;
    owners.total[to] += count;
}

void owners_set(uint32_t first, uint32_t count, enum owner owner, uint8_t slot) {
    uint32_t end = first + count;
    while (first < end) {
        /* A run of one owner inside one group moves its counts at once. */
        uint32_t group_end = (first | ((1u << GROUP_SHIFT) - 1)) + 1;
        uint32_t run_end = group_end < end ? group_end : end;
        uint8_t from = owners.frame[first].owner;
        uint32_t n = first;
        do {
            owners.frame[n] = (struct frame){(uint8_t)owner, slot};
            n++;
        } while (n < run_end && owners.frame[n].owner == from);
        if (from != owner) {
            move_counts(first, n - first, from, (uint8_t)owner);
        }
        first = n;
    }
}

struct frame owners_frame(moment_t at, uint32_t n) {
    struct frame frame;
    if (n >= owners.frames) {
        return (struct frame){OWNER_SYSTEM, NO_SLOT};
    }
    if (at != NOW && past_frame(n, &frame)) {
        return frame;
    }
    return owners.frame[n];
}

/* The widest level whose groups fit the run: aligned at `first`, no longer than `count`; -1 when not even
 * level 0. */
static int widest_level(uint32_t first, uint32_t count) {
    int level = -1;
    for (uint32_t l = 0; l < owners.levels; l++) {
        uint32_t size = 1u << level_shift(l);
        if ((first & (size - 1)) != 0 || size > count) {
            break;
        }
        level = (int)l;
    }
    return level;
}

void owners_count(moment_t at, uint32_t first, uint32_t count, uint32_t counts[OWNERS]) {
    uint32_t end = first + count;
    if (end > owners.frames) {
        counts[OWNER_SYSTEM] += end - (first > owners.frames ? first : owners.frames);
        end = owners.frames;
    }
    for (uint32_t n = first; n < end;) {
        int level = widest_level(n, end - n);
        if (level < 0) {
            counts[owners.frame[n].owner]++;
            n++;
            continue;
        }
        const uint32_t *group = &owners.group[level][(n >> level_shift((uint32_t)level)) * OWNERS];
        for (int o = 0; o < OWNERS; o++) {
            counts[o] += group[o];
        }
        n += 1u << level_shift((uint32_t)level);
    }
    if (at != NOW && first < end) {
        past_count_frames(first, end - first, counts);
    }
}

const char *owners_check(void) {
    for (uint32_t l = 0; l < owners.levels; l++) {
        uint32_t width = 1u << level_shift(l);
        for (uint32_t g = 0; g < level_groups(owners.frames, l); g++) {
            uint32_t counts[OWNERS] = {0};
            for (uint32_t n = g * width; n < (g + 1) * width && n < owners.frames; n++) {
                if (owners.frame[n].owner >= OWNERS) {
                    return "a frame has no known owner";
                }
                counts[owners.frame[n].owner]++;
            }
            for (int o = 0; o < OWNERS; o++) {
                if (counts[o] != owners.group[l][g * OWNERS + (uint32_t)o]) {
                    return "a group's count differs from its frames";
                }
            }
        }
    }
    return NULL;
}
