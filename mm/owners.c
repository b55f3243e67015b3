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
    return GROUP_SHIFT + LEVEL_SHIFT * level;
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
    for (uint32_t l = 0; l < owners.levels; l++, group >>= LEVEL_SHIFT) {
        uint32_t *counts = &owners.group[l][group * OWNERS];
        counts[from] -= count;
        counts[to] += count;
    }
    owners.total[from] -= count;
    owners.total[to] += count;
}

void owners_set(uint32_t first, uint32_t count, enum owner owner, uint8_t slot) {
    const uint32_t end = first + count, group = 1u << GROUP_SHIFT;
    const struct frame to = {(uint8_t)owner, slot};
    struct frame *frame = owners.frame;
    for (uint32_t n = first; n < end;) {
        /* A run of one owner inside one group moves its counts at once. */
        uint32_t run = n;
        uint8_t from = frame[n].owner;
        do {
            frame[n++] = to;
        } while (n < end && n % group && frame[n].owner == from);
        if (from != to.owner) {
            move_counts(run, n - run, from, to.owner);
        }
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

/* Adds a group; `owner` is one of its frames': most groups are of one owner. */
static void add_group(const uint32_t *group, uint32_t size, uint8_t owner, uint32_t counts[OWNERS]) {
    if (group[owner] == size) {
        counts[owner] += size;
        return;
    }
    for (int o = 0; o < OWNERS; o++) {
        counts[o] += group[o];
    }
}

/* Up the levels while groups are aligned and fit, and down again: few at each. */
static void count_now(uint32_t first, uint32_t end, uint32_t counts[OWNERS]) {
    const struct frame *frame = owners.frame;
    uint32_t n = first;
    for (; n < end && n % (1u << GROUP_SHIFT); n++) {
        counts[frame[n].owner]++;
    }
    const uint32_t wider = 1u << LEVEL_SHIFT;
    uint32_t level = 0, shift = GROUP_SHIFT;
    while (end - n >= 1u << GROUP_SHIFT) {
        if (n % (wider << shift) == 0 && end - n >= wider << shift && level + 1 < owners.levels) {
            level++;
            shift += LEVEL_SHIFT;
        } else if (end - n < 1u << shift) {
            level--;
            shift -= LEVEL_SHIFT;
        } else {
            add_group(&owners.group[level][(n >> shift) * OWNERS], 1u << shift, frame[n].owner, counts);
            n += 1u << shift;
        }
    }
    for (; n < end; n++) {
        counts[frame[n].owner]++;
    }
}

void owners_count(moment_t at, uint32_t first, uint32_t count, uint32_t counts[OWNERS]) {
    uint32_t end = first + count;
    if (end > owners.frames) {
        counts[OWNER_SYSTEM] += end - (first > owners.frames ? first : owners.frames);
        end = owners.frames;
    }
    if (first < end) {
        count_now(first, end, counts);
    }
    if (at != NOW && first < end) {
        past_count_frames(first, end - first, counts);
    }
}

uint32_t owners_run(uint32_t n, uint8_t *owner) {
    uint32_t end = n + 1;
    if (n >= owners.frames) {
        *owner = OWNER_SYSTEM;
        return ~0u;
    }
    *owner = owners.frame[n].owner;
    for (uint32_t l = 0; l < owners.levels; l++) {
        uint32_t group = n >> level_shift(l), behind = (group + 1) << level_shift(l);
        behind = behind < owners.frames ? behind : owners.frames;
        if (owners.group[l][group * OWNERS + *owner] != behind - (group << level_shift(l))) {
            break;
        }
        end = behind;
    }
    return end;
}

/* A group's counts against its frames at level 0, against the groups it is made of above. */
static void check_group(uint32_t level, uint32_t group, struct difference *d) {
    uint32_t counts[OWNERS] = {0}, first = group << level_shift(level);
    if (level == 0) {
        for (uint32_t n = first; n < first + (1u << GROUP_SHIFT) && n < owners.frames; n++) {
            uint8_t owner = owners.frame[n].owner;
            differ(d, owner >= OWNERS, "a frame has no known owner", n << PAGE_SHIFT, CLAIM("frame", owner),
                   CLAIM("owners known", OWNERS));
            counts[owner < OWNERS ? owner : OWNER_FOREIGN]++;
        }
    } else {
        uint32_t below = level_groups(owners.frames, level - 1);
        uint32_t g = group << LEVEL_SHIFT, end = (group + 1) << LEVEL_SHIFT;
        for (; g < end && g < below; g++) {
            for (uint32_t o = 0; o < OWNERS; o++) {
                counts[o] += owners.group[level - 1][g * OWNERS + o];
            }
        }
    }
    for (uint32_t o = 0; o < OWNERS; o++) {
        uint32_t kept = owners.group[level][group * OWNERS + o];
        differ(d, counts[o] != kept, "a group's count differs from its frames", first << PAGE_SHIFT,
               CLAIM("frames", counts[o]), CLAIM("count", kept));
    }
}

bool owners_sweep(struct owners_sweep *sweep, uint32_t pieces, struct difference *d) {
    for (; pieces && sweep->level < owners.levels && !d->what; pieces--) {
        check_group(sweep->level, sweep->group, d);
        if (++sweep->group == level_groups(owners.frames, sweep->level)) {
            sweep->group = 0;
            sweep->level++;
        }
    }
    if (sweep->level < owners.levels) {
        return !d->what;
    }
    for (uint32_t o = 0; o < OWNERS; o++) { /* the highest level is one group */
        uint32_t counted = owners.group[owners.levels - 1][o];
        differ(d, counted != owners.total[o], "an owner's total differs from its frames", 0,
               CLAIM("frames", counted), CLAIM("total", owners.total[o]));
    }
    return false;
}

const char *owners_check(void) {
    struct owners_sweep sweep = {0};
    struct difference d = {0};
    while (owners_sweep(&sweep, ~0u, &d)) {
    }
    return d.what;
}
