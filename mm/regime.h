/*
 * A regime: what stands behind the programs' malloc and free. Healed: everything goes back to its owner.
 * Sutured: the seed's museum. One file each, added to the table `regimes`; programs are started under the
 * current one and keep it.
 */
#ifndef MM_REGIME_H
#define MM_REGIME_H

#include "mm/space.h"
#include "mm/table.h"

struct regime {
    const char *name;  /* the word in commands: "healed" */
    const char *words; /* one sentence */
    bool sized_free;   /* the C library must pass sizes to free_sized, as the seed's callers had to */

    /* All return 0 (addresses) or an enum error, as in heap.h. */
    vaddr_t (*malloc)(struct space *space, uint32_t size);
    int (*free)(struct space *space, vaddr_t address);
    int (*free_sized)(struct space *space, vaddr_t address, uint32_t size);
    vaddr_t (*realloc)(struct space *space, vaddr_t address, uint32_t size);
    vaddr_t (*malloc_4k)(struct space *space);
    int (*free_4k)(struct space *space, vaddr_t address);
    /* The seed's own calls; NULL where there are none. */
    uint32_t (*seed)(struct space *space, uint32_t call, uint32_t a, uint32_t b);
    /* A process comes under it, leaves it; makes its world new. NULL: nothing to do. */
    int (*enter)(struct space *space);
    void (*leave)(struct space *space);
    void (*reset)(void);
};
TABLE_DECLARE(regimes, const struct regime);

const struct regime *regime_find(const char *name);

#endif
