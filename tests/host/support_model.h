/*
 * The naive model of memman: one zone as an array of pieces in address order, searched the slow way and
 * counted in 64 bits. Each try_ function asks memman and the model the same thing, compares answer, event and
 * state, and returns NULL or how they differ.
 */
#ifndef TESTS_SUPPORT_MODEL_H
#define TESTS_SUPPORT_MODEL_H

#include "mm/memman.h"

#define MODEL_PIECES 4096

struct piece {
    uint64_t start, end;
    enum range_state state;
    enum owner owner;
    uint8_t slot;
    uint32_t slack; /* bytes at its end that were not asked for */
};

struct model {
    enum zone zone;
    uint32_t unit, head;
    int count;
    struct piece pieces[MODEL_PIECES];
};

/* The zone as memman_init must have left it. */
void model_start(struct model *m, const struct boot_map *map, enum zone zone);

/* The piece that covers the address, or NULL. */
const struct piece *model_piece(const struct model *m, uint64_t address);

const char *try_alloc(struct model *m, uint32_t size, enum owner owner, uint8_t slot);
const char *try_free(struct model *m, paddr_t address);
const char *try_free_part(struct model *m, struct region part);
/* memman_range, memman_next_free and memman_last_free at this address. */
const char *try_look(const struct model *m, paddr_t address);
/* Every range, every frame and all totals of the zone; memman_check and owners_check. */
const char *try_whole(const struct model *m);

#endif
