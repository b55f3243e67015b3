/*
 * memman against its naive model: first fit by definition in every zone, every refusal, every boot map.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "mm/events.h"
#include "mm/memman.h"
#include "mm/past.h"
#include "mm/world.h"
#include "tests/host/support.h"
#include "tests/host/support_model.h"

#define KB    1024u
#define MB    (1024u * KB)
#define TAKEN (2 * MB) /* the kernel ends here */

static struct model models[ZONES];

static void agree(const char *wrong) {
    if (wrong) {
        fail_msg("%s", wrong);
    }
}

/* A machine with this map, and the models of its zones. */
static void start(const struct boot_map *map) {
    world_start();
    assert_int_equal(memman_init(map, TAKEN), OK);
    for (int z = 0; z < ZONES; z++) {
        model_start(&models[z], map, (enum zone)z);
        agree(try_whole(&models[z]));
    }
}

static void start_plain(uint32_t megabytes) {
    start(&(struct boot_map){2, {{0, 0x9F000}, {MB, megabytes * MB}}});
}

/* ---- Random operations ---- */

static uint8_t any_slot(void) {
    return (uint8_t)(draw(8) ? draw(64) : NO_SLOT);
}

static enum owner any_owner(enum zone zone) {
    static const enum owner lenders[] = {OWNER_UPAGE, OWNER_HEAP, OWNER_STACK, OWNER_IMAGE};
    return zone == ZONE_U ? lenders[draw(4)] : zone_owner[zone];
}

/* Mostly small, sometimes as large as an eighth of the zone, or any number at all. */
static uint32_t any_size(enum zone zone) {
    uint32_t whole = region_size(zones[zone].span), most = whole / 8;
    switch (draw(16)) {
    case 0: return draw(2) ? draw(whole) : draw(0x10000) << 16 | draw(0x10000);
    case 1:
    case 2:
    case 3: return 1 + draw(most);
    default: return 1 + draw(most / 40 > 0x3000 ? most / 40 : 0x3000);
    }
}

/* An address in or near the zone, mostly one that is lent. */
static paddr_t any_address(const struct model *m) {
    const struct piece *p = &m->pieces[draw((uint32_t)m->count)];
    struct region span = zones[m->zone].span;
    switch (draw(16)) {
    case 0: return span.start + draw(region_size(span));
    case 1: return (paddr_t)p->start + m->head + m->unit * draw((uint32_t)((p->end - p->start) / m->unit));
    case 2: return span.start - 64 + draw(128);
    case 3: return draw(0x10000) << 16 | draw(0x10000);
    default: return (paddr_t)p->start + m->head;
    }
}

static struct region any_part(const struct model *m) {
    const struct piece *p = &m->pieces[draw((uint32_t)m->count)];
    uint32_t pages = (uint32_t)((p->end - p->start) / PAGE_SIZE), first = draw(pages + 1);
    uint32_t count = draw(20) ? draw(pages - first + 1) : draw(1 << 20);
    uint32_t start = (uint32_t)p->start + first * PAGE_SIZE;
    return (struct region){start, start + count * PAGE_SIZE + (draw(50) ? 0 : draw(PAGE_SIZE))};
}

static uint32_t succeeded;

/* One random call; frees as soon as so many ranges are lent. */
static void act(struct model *m, uint32_t most) {
    uint32_t what = draw(100);
    bool page_zone = !m->head;
    uint32_t before = zones[m->zone].free_units;
    if (what < 50 && zones[m->zone].lent_ranges < most) {
        agree(try_alloc(m, any_size(m->zone), any_owner(m->zone), any_slot()));
    } else if (page_zone && what < 70) {
        agree(try_free_part(m, any_part(m)));
    } else if (what < 95) {
        agree(try_free(m, any_address(m)));
    } else {
        agree(try_look(m, any_address(m)));
    }
    succeeded += zones[m->zone].free_units != before;
}

static void live(enum zone one, enum zone other, uint32_t calls, uint32_t most) {
    uint32_t n = 0;
    for (succeeded = 0; n < calls; n++) {
        struct model *m = &models[draw(2) ? one : other];
        act(m, most);
        if (n % 1024 == 0) {
            agree(try_whole(m));
        }
    }
    assert_true(succeeded >= calls / 3);
    agree(try_whole(&models[one]));
    agree(try_whole(&models[other]));
}

/* A map with holes inside each zone, some of one page. */
static const struct boot_map holes = {9,
                                      {{0, 0x9F000},
                                       {MB, 0x410000},
                                       {0x411000, 0x480000},
                                       {0x481000, 0x490000},
                                       {0x4A0000, 0x4C0000},
                                       {0x500000, 0x680000},
                                       {0x681000, 0x682000},
                                       {0x690000, 0x900000},
                                       {0x980000, 0xF00000}}};

static void pages_are_the_models(void **state) {
    (void)state;
    start_plain(16);
    random_start(1);
    live(ZONE_P, ZONE_U, operations() / 2, 200);
    start(&holes);
    live(ZONE_P, ZONE_U, operations() / 2, 200);
}

static void bytes_are_the_models(void **state) {
    (void)state;
    start_plain(16);
    random_start(2);
    live(ZONE_K, ZONE_B, operations() / 2, 200);
    start(&holes);
    live(ZONE_K, ZONE_B, operations() / 2, 200);
}

/* ---- Refusals ---- */

static paddr_t lend(enum zone zone, uint32_t size) {
    return memman_alloc(zone, size, zone_owner[zone], 3);
}

static const struct event *assert_refused(int result, int why, enum owner owner) {
    const struct event *e = event_at(events.next - 1);
    assert_int_equal(result, why);
    assert_int_equal(e->kind, EV_REFUSED);
    assert_int_equal(e->arg[0], (uint32_t)why);
    assert_int_equal(e->owner, owner);
    return e;
}

static void free_refuses_and_names_the_owner(void **state) {
    (void)state;
    start_plain(16);
    for (int z = 0; z < ZONES; z++) {
        enum zone zone = (enum zone)z, other = (enum zone)((z + 1) % ZONES);
        uint32_t unit = models[z].unit;
        paddr_t a = lend(zone, 3 * unit);
        assert_int_equal(assert_refused(memman_free(zone, a + unit), E_INTERIOR, zone_owner[z])->arg[2], a);
        assert_refused(memman_free(zone, a + 2 * unit), E_INTERIOR, zone_owner[z]);
        assert_refused(memman_free(zone, a + 1), E_MISALIGNED, zone_owner[z]);
        assert_refused(memman_free(zone, a + unit / 2), E_MISALIGNED, zone_owner[z]);
        assert_refused(memman_free(other, a), E_WALL, zone_owner[z]);
        assert_refused(memman_free(zone, zones[z].span.start - 1), z == ZONE_P ? E_FOREIGN : E_WALL,
                       z == ZONE_P ? OWNER_SYSTEM : OWNER_FREE);
        assert_refused(memman_free(zone, zones[z].span.end), z == ZONE_U ? E_FOREIGN : E_WALL,
                       z == ZONE_U ? OWNER_SYSTEM : OWNER_FREE);
        assert_refused(memman_free(zone, 0), E_FOREIGN, OWNER_SYSTEM);
        assert_refused(memman_free(zone, 0x200000), E_FOREIGN, OWNER_SYSTEM);
        assert_refused(memman_free(zone, 0xFFFFF000), E_FOREIGN, OWNER_SYSTEM);
        assert_int_equal(memman_free(zone, a), OK);
        assert_refused(memman_free(zone, a), E_DOUBLE, OWNER_FREE);
        assert_refused(memman_free(zone, a + unit), E_DOUBLE, OWNER_FREE);
        agree(try_whole(&models[z]));
    }
}

static void parts_refuse_what_is_no_part(void **state) {
    (void)state;
    start_plain(16);
    paddr_t a = lend(ZONE_U, 8 * PAGE_SIZE), b = lend(ZONE_U, PAGE_SIZE);
    assert_int_equal(b, a + 8 * PAGE_SIZE);
    const struct {
        enum zone zone;
        struct region part;
        int why;
    } cases[] = {
        {ZONE_U, {a, a}, E_MISALIGNED},
        {ZONE_U, {a + 1, a + PAGE_SIZE}, E_MISALIGNED},
        {ZONE_U, {a, a + PAGE_SIZE - 1}, E_MISALIGNED},
        {ZONE_U, {a, a + 9 * PAGE_SIZE}, E_FOREIGN},
        {ZONE_U, {a + 7 * PAGE_SIZE, b + PAGE_SIZE}, E_FOREIGN},
        {ZONE_U, {a, a - PAGE_SIZE}, E_WRAP},
        {ZONE_U, {a, PAGE_SIZE}, E_WRAP},
        {ZONE_U, {a, 0}, E_FOREIGN}, /* up to 2^32 */
        {ZONE_U, {b + PAGE_SIZE, b + 2 * PAGE_SIZE}, E_DOUBLE},
        {ZONE_U, {0, PAGE_SIZE}, E_FOREIGN},
        {ZONE_U, {0xFFFFF000, 0}, E_FOREIGN},
        {ZONE_P, {a, a + PAGE_SIZE}, E_WALL},
        {ZONE_K, {zones[ZONE_K].span.start, zones[ZONE_K].span.start + PAGE_SIZE}, E_MISALIGNED},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int got = memman_free_part(cases[i].zone, cases[i].part);
        if (got != cases[i].why) {
            fail_msg("case %zu: %s", i, error_text(got));
        }
    }
    assert_int_equal(memman_used(ZONE_U), 9 * PAGE_SIZE);
    assert_int_equal(memman_free_part(ZONE_U, (struct region){a + PAGE_SIZE, a + 3 * PAGE_SIZE}), OK);
    assert_int_equal(memman_free_part(ZONE_U, (struct region){a + PAGE_SIZE, a + 2 * PAGE_SIZE}), E_DOUBLE);
    assert_int_equal(memman_free(ZONE_U, a), OK);
    assert_int_equal(memman_free(ZONE_U, a + 3 * PAGE_SIZE), OK);
    assert_int_equal(memman_free(ZONE_U, b), OK);
    agree(try_whole(&models[ZONE_U]));
}

static void sizes_at_the_edges_are_defined(void **state) {
    (void)state;
    start_plain(16);
    for (int z = 0; z < ZONES; z++) {
        uint32_t all = region_size(zones[z].span);
        const uint32_t none[] = {
            0,          0xFFFFFFFF, 0xFFFFFFF0,      0xFFFFF001, 0xFFFFF000,
            0x80000001, 0x80000000, all + PAGE_SIZE, all + 1,    all - models[z].head + 1};
        for (size_t i = 0; i < sizeof none / sizeof *none; i++) {
            agree(try_alloc(&models[z], none[i], zone_owner[z], NO_SLOT));
            assert_int_equal(memman_used((enum zone)z), 0);
        }
        agree(try_alloc(&models[z], all - models[z].head, zone_owner[z], 1)); /* all of it */
        assert_int_equal(memman_largest((enum zone)z), 0);
        agree(try_alloc(&models[z], 1, zone_owner[z], 1));
        agree(try_whole(&models[z]));
        agree(try_free(&models[z], zones[z].span.start + models[z].head));
        agree(try_whole(&models[z]));
    }
}

/* Full to the last frame, though the zones beside it are empty; then all of it comes back. */
static void zones_fill_and_never_join(void **state) {
    (void)state;
    start_plain(16);
    for (int z = 0; z < ZONES; z++) {
        struct region span = zones[z].span;
        uint32_t one = models[z].unit;
        for (paddr_t a = span.start; a != span.end; a += one) {
            assert_int_equal(lend((enum zone)z, one - models[z].head), a + models[z].head);
        }
        assert_int_equal(lend((enum zone)z, 1), 0);
        const struct event *e = event_at(events.next - 1);
        assert_int_equal(e->kind, EV_NOMEM);
        assert_int_equal(e->arg[1], z);
    }
    for (int z = 0; z < ZONES; z++) {
        struct region span = zones[z].span;
        uint32_t one = models[z].unit;
        paddr_t last = span.end - one + models[z].head;
        assert_int_equal(memman_free((enum zone)z, last), OK);
        assert_int_equal(lend((enum zone)z, one - models[z].head), last);
        for (paddr_t a = span.start; a != span.end; a += one) {
            assert_int_equal(memman_free((enum zone)z, a + models[z].head), OK);
        }
        assert_int_equal(memman_largest((enum zone)z), region_size(span));
        agree(try_whole(&models[z]));
    }
}

static void the_chosen_allocation_fails(void **state) {
    (void)state;
    start_plain(16);
    memman_fail = 3;
    assert_int_not_equal(lend(ZONE_P, 1), 0);
    assert_int_not_equal(lend(ZONE_B, 1), 0);
    assert_int_equal(lend(ZONE_U, 1), 0);
    assert_int_equal(event_at(events.next - 1)->kind, EV_NOMEM);
    assert_int_not_equal(lend(ZONE_U, 1), 0);
}

static void a_million_free_ranges(void **state) {
    (void)state;
    const uint32_t million = 1000000;
    start(&(struct boot_map){2, {{0, 0x9F000}, {MB, 1024 * MB}}});
    struct zone_info *b = &zones[ZONE_B];
    paddr_t first = b->span.start + b->head;
    for (uint32_t i = 0; i < 2 * million; i++) {
        assert_int_equal(lend(ZONE_B, 16), first + i * 32);
    }
    for (uint32_t i = 0; i < million; i++) {
        assert_int_equal(memman_free(ZONE_B, first + i * 64), OK);
    }
    assert_int_equal(b->free_ranges, million + 1);
    agree(memman_check(ZONE_B));
    assert_int_equal(lend(ZONE_B, 17), first + 2 * million * 32); /* too large for each of them */
    assert_int_equal(lend(ZONE_B, 16), first);
    assert_int_equal(memman_free(ZONE_B, first), OK);
    assert_int_equal(memman_free(ZONE_B, first + 2 * million * 32), OK);
    for (uint32_t i = 0; i < million; i++) {
        assert_int_equal(memman_free(ZONE_B, first + i * 64 + 32), OK);
    }
    agree(try_whole(&models[ZONE_B]));
}

/* ---- Boot maps ---- */

static uint64_t end_of(struct region r) {
    return r.end ? r.end : 1ull << 32;
}

static uint32_t usable_pages(const struct boot_map *map, uint64_t from, uint64_t limit) {
    uint32_t pages = 0;
    for (uint32_t i = 0; i < map->count; i++) {
        uint64_t start = map->usable[i].start > from ? map->usable[i].start : from;
        uint64_t end = end_of(map->usable[i]) < limit ? end_of(map->usable[i]) : limit;
        pages += start < end ? (uint32_t)((end - start) / PAGE_SIZE) : 0;
    }
    return pages;
}

static uint64_t zone_end(int z) {
    return end_of(zones[z].span);
}

/* P, K, B, U as 2:2:8:16 of what is left, with P, K and B in the window, in this order and nothing between.
 */
static void assert_divided(const struct boot_map *map) {
    uint64_t from = zones[ZONE_P].span.start;
    uint32_t all = usable_pages(map, from, 1ull << 32), window = usable_pages(map, from, WINDOW_SIZE);
    uint32_t part = all / 28 < window / 12 ? all / 28 : window / 12;
    const uint32_t parts[ZONES] = {2 * part, 2 * part, 8 * part, all - 12 * part};
    assert_true(part > 0);
    for (int z = 0; z < ZONES; z++) {
        assert_int_equal(usable_pages(map, zones[z].span.start, zone_end(z)), parts[z]);
        assert_int_equal(usable_pages(map, from, zones[z].span.start), 0);
        assert_true(z == ZONE_U || zone_end(z) <= WINDOW_SIZE);
        from = zone_end(z);
    }
    assert_int_equal(usable_pages(map, from, 1ull << 32), 0);
}

/* The tables lie in usable frames behind the kernel and in front of the zones, no two in one place. */
static void assert_tables(const struct boot_map *map) {
    struct {
        const void *at;
        size_t size;
    } tables[2 + 3 * ZONES] = {
        {owners.frame, owners_table_size(owners.frames)},
        {events.ring, events.capacity * sizeof *events.ring},
    };
    int count = 2;
    for (int z = 0; z < ZONES; z++) {
        const struct zone_info *info = &zones[z];
        tables[count].at = info->starts;
        tables[count++].size = (info->units + 7) / 8;
        tables[count].at = info->largest.node;
        tables[count++].size = info->largest.nodes * sizeof *info->largest.node;
        if (!info->head) {
            tables[count].at = info->records;
            tables[count++].size = info->units * sizeof(struct range_record);
        }
    }
    for (int i = 0; i < count; i++) {
        uint64_t start = (uint64_t)((const uint8_t *)tables[i].at - world_window),
                 end = start + tables[i].size;
        assert_true(start >= TAKEN && end <= zones[ZONE_P].span.start && end <= WINDOW_SIZE);
        uint64_t first = start / PAGE_SIZE * PAGE_SIZE, last = (end + PAGE_SIZE - 1) / PAGE_SIZE * PAGE_SIZE;
        assert_int_equal(usable_pages(map, first, last), (last - first) / PAGE_SIZE);
        for (int j = 0; j < i; j++) {
            uint64_t other = (uint64_t)((const uint8_t *)tables[j].at - world_window);
            assert_true(end <= other || start >= other + tables[j].size);
        }
    }
    for (uint32_t n = 0; n < zones[ZONE_P].span.start >> PAGE_SHIFT; n++) {
        assert_int_equal(owners_frame(NOW, n).owner, OWNER_SYSTEM);
    }
}

static void live_everywhere(const struct boot_map *map, uint32_t calls) {
    start(map);
    assert_divided(map);
    assert_tables(map);
    for (uint32_t n = 0; n < calls; n++) {
        act(&models[n % ZONES], 100);
    }
    for (int z = 0; z < ZONES; z++) {
        agree(try_whole(&models[z]));
    }
}

static void boot_maps_are_respected(void **state) {
    (void)state;
    static const struct boot_map maps[] = {
        {1, {{0, 8 * MB}}},
        {2, {{0, 0x9F000}, {MB, 8 * MB}}},
        {2, {{0, 0x9F000}, {MB, 64 * MB - 0x20000}}},
        {2, {{0, 0x9F000}, {MB, 768 * MB}}},
        {2, {{0, 0x9F000}, {MB, 768 * MB + PAGE_SIZE}}},
        {2, {{0, 0x9F000}, {MB, 0xBFFE0000}}},
        {2, {{0, 0x9F000}, {MB, 0xFFFFF000}}},
        {2, {{0, 0x9F000}, {MB, 0}}}, /* all of 4 GB */
        {4, {{0, 0x9F000}, {MB, 3 * MB}, {16 * MB, 24 * MB}, {40 * MB, 64 * MB}}},
        {3, {{0, 0x9F000}, {MB, 80 * MB}, {1024 * MB, 3072 * MB}}}, /* the window is scarce */
        {3, {{0, 0x9F000}, {32 * MB, 40 * MB}, {100 * MB, 800 * MB}}},
        {6,
         {{0, 0x9F000},
          {MB, 6 * MB},
          {0x700000, 0x701000},
          {0x702000, 0x703000},
          {0x704000, 0x705000},
          {0x706000, 12 * MB}}},
        {9,
         {{0, 0x9F000},
          {MB, 0x410000},
          {0x411000, 0x480000},
          {0x481000, 0x490000},
          {0x4A0000, 0x4C0000},
          {0x500000, 0x680000},
          {0x681000, 0x682000},
          {0x690000, 0x900000},
          {0x980000, 0xF00000}}},
    };
    random_start(3);
    for (size_t i = 0; i < sizeof maps / sizeof *maps; i++) {
        live_everywhere(&maps[i], 2000);
    }
}

/* What lies so far up that the tables for it would be larger stays out. */
static void crumbs_far_up_are_left_alone(void **state) {
    (void)state;
    static const struct region far[] = {
        {0xFFFFE000, 0xFFFFF000}, {0xFFFFF000, 0}, {128 * MB, 128 * MB + 256 * KB}};
    random_start(6);
    for (size_t i = 0; i < sizeof far / sizeof *far; i++) {
        world_start();
        assert_int_equal(memman_init(&(struct boot_map){3, {{0, 0x9F000}, {MB, 64 * MB}, far[i]}}, TAKEN),
                         OK);
        assert_int_equal(zones[ZONE_U].span.end, 64 * MB);
        assert_true(events.capacity >= 65536);
        assert_int_equal(owners_frame(NOW, far[i].start >> PAGE_SHIFT).owner, OWNER_SYSTEM);
    }
}

/* A byte zone across most of the window would need more tables than there is memory. */
static void pieces_with_too_long_a_way_to_them_are_left_alone(void **state) {
    (void)state;
    world_start();
    assert_int_equal(memman_init(&(struct boot_map){2, {{32 * MB, 40 * MB}, {760 * MB, 800 * MB}}}, TAKEN),
                     OK);
    assert_int_equal(zones[ZONE_U].span.end, 40 * MB);
}

/* Thirty-two pieces of random places and sizes. */
static void crumbs_are_respected(void **state) {
    (void)state;
    random_start(4);
    for (int n = 0; n < 40; n++) {
        struct boot_map map = {BOOT_REGIONS, {{MB, 8 * MB}}};
        uint32_t next = 8 * MB, most = n % 2 ? 16 : 900;
        for (int i = 1; i < BOOT_REGIONS; i++) {
            map.usable[i].start = next + (1 + draw(most)) * PAGE_SIZE;
            next = map.usable[i].end = map.usable[i].start + (1 + draw(most)) * PAGE_SIZE;
        }
        live_everywhere(&map, 500);
    }
}

/* A hole is moved over each wall page by page, so that it ends, begins and lies exactly there. */
static void holes_at_walls(void **state) {
    (void)state;
    random_start(5);
    start_plain(12);
    paddr_t walls[ZONE_U];
    for (int z = 0; z < ZONE_U; z++) {
        walls[z] = zones[z].span.end;
    }
    for (int z = 0; z < ZONE_U; z++) {
        bool at_end = false;
        for (uint32_t page = 0; page < 24; page++) {
            paddr_t hole = walls[z] + (page - 12) * PAGE_SIZE;
            struct boot_map map = {3, {{0, 0x9F000}, {MB, hole}, {hole + 5 * PAGE_SIZE, 12 * MB}}};
            live_everywhere(&map, 200);
            at_end = at_end || (zones[z].span.end == hole && zones[z + 1].span.start > hole);
        }
        assert_true(at_end);
    }
}

static void too_little_memory_is_refused(void **state) {
    (void)state;
    static const struct boot_map maps[] = {
        {0, {{0, 0}}},
        {1, {{0, 0x9F000}}},
        {1, {{0, TAKEN}}},
        {2, {{0, 0x9F000}, {MB, 5 * MB}}},
        {2, {{0, 0x9F000}, {1024 * MB, 2048 * MB}}},                       /* nothing in the window */
        {3, {{0, 0x9F000}, {766 * MB, 768 * MB}, {1024 * MB, 1100 * MB}}}, /* no room for tables in it */
    };
    for (size_t i = 0; i < sizeof maps / sizeof *maps; i++) {
        world_start();
        if (memman_init(&maps[i], TAKEN) != E_NOMEM) {
            fail_msg("map %zu is accepted", i);
        }
    }
}

/* Room for the tables in the window, and next to nothing behind them: no zone may be without a page. */
static void the_window_has_room_for_each_zone(void **state) {
    (void)state;
    int refused = 0, accepted = 0;
    for (uint32_t pages = 200; pages < 1000; pages++) {
        struct boot_map map = {3,
                               {{0, 0x9F000},
                                {WINDOW_SIZE - pages * PAGE_SIZE, WINDOW_SIZE},
                                {WINDOW_SIZE + MB, WINDOW_SIZE + 8 * MB}}};
        world_start();
        if (memman_init(&map, TAKEN)) {
            refused++;
            continue;
        }
        accepted++;
        assert_divided(&map);
        for (int z = 0; z < ZONES; z++) {
            agree(memman_check((enum zone)z));
        }
    }
    assert_true(refused > 0 && accepted > 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pages_are_the_models),
        cmocka_unit_test(bytes_are_the_models),
        cmocka_unit_test(free_refuses_and_names_the_owner),
        cmocka_unit_test(parts_refuse_what_is_no_part),
        cmocka_unit_test(sizes_at_the_edges_are_defined),
        cmocka_unit_test(zones_fill_and_never_join),
        cmocka_unit_test(the_chosen_allocation_fails),
        cmocka_unit_test(a_million_free_ranges),
        cmocka_unit_test(boot_maps_are_respected),
        cmocka_unit_test(crumbs_far_up_are_left_alone),
        cmocka_unit_test(pieces_with_too_long_a_way_to_them_are_left_alone),
        cmocka_unit_test(crumbs_are_respected),
        cmocka_unit_test(holes_at_walls),
        cmocka_unit_test(too_little_memory_is_refused),
        cmocka_unit_test(the_window_has_room_for_each_zone),
    };
    return cmocka_run_group_tests_name("memman", tests, NULL, NULL);
}
