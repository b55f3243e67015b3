/*
 * Fuzzes memman: a boot map from the input, then calls to every zone, against the naive model.
 */
#include "mm/events.h"
#include "mm/memman.h"
#include "tests/fuzz/input.h"
#include "tests/host/support.h"
#include "tests/host/support_model.h"

#define TAKEN 0x100000u
#define MOST  100 /* ranges lent in a zone, so that the model stays quick */

static struct model models[ZONES];

/* Up to eight pieces above 1 MB; the first is large enough to start in. */
static struct boot_map read_map(struct input *in) {
    struct boot_map map = {1, {{TAKEN, TAKEN + 0x480000 + (byte(in) << PAGE_SHIFT)}}};
    for (uint32_t more = byte(in) % 8; more; more--) {
        uint32_t start = map.usable[map.count - 1].end + ((1 + byte(in)) << PAGE_SHIFT);
        map.usable[map.count++] = (struct region){start, start + ((1 + byte(in)) << PAGE_SHIFT)};
    }
    return map;
}

/* An address by piece and unit, or any number. */
static paddr_t read_address(struct input *in, const struct model *m) {
    uint32_t kind = byte(in);
    if (kind == 0) {
        return word(in);
    }
    const struct piece *p = &m->pieces[half(in) % (uint32_t)m->count];
    paddr_t start = (paddr_t)p->start + m->head;
    return kind < 200 ? start : start + byte(in) * (kind < 240 ? m->unit : 1);
}

static void turn(struct input *in) {
    static const enum owner lenders[] = {OWNER_UPAGE, OWNER_HEAP, OWNER_STACK, OWNER_IMAGE};
    uint32_t what = byte(in), zone = what >> 6;
    struct model *m = &models[zone];
    enum owner owner = zone == ZONE_U ? lenders[what % 4] : zone_owner[zone];
    switch (what >> 2 & 7) {
    case 0:
    case 1:
    case 2:
        if (zones[zone].lent_ranges < MOST) {
            agree(try_alloc(m, size(in) << (what & 2 ? 8 : 0), owner, (uint8_t)byte(in)));
        }
        break;
    case 3:
    case 4:
    case 5: agree(try_free(m, read_address(in, m))); break;
    case 6: {
        paddr_t start = read_address(in, m);
        agree(try_free_part(m, (struct region){start, start + (size(in) << PAGE_SHIFT)}));
        break;
    }
    case 7: agree(try_look(m, read_address(in, m))); break;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t length) {
    struct input in = {data, data + length};
    if (!world_window) {
        world_start();
    }
    struct boot_map map = read_map(&in);
    if (memman_init(&map, TAKEN)) {
        return 0;
    }
    for (int z = 0; z < ZONES; z++) {
        model_start(&models[z], &map, (enum zone)z);
    }
    while (in.at < in.end) {
        turn(&in);
    }
    for (int z = 0; z < ZONES; z++) {
        agree(try_whole(&models[z]));
    }
    return 0;
}
