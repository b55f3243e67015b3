/*
 * What the three files of maps share: pixels as they are kept, the regions they stand for, and one look at them.
 */
#ifndef VIZ_MAP_INSIDE_H
#define VIZ_MAP_INSIDE_H

#include "mm/heap.h"
#include "mm/memman.h"
#include "mm/space.h"
#include "viz/layout.h"
#include "viz/map.h"

enum pixel_flags {
    PIXEL_STALE = 1,
    PIXEL_GLOWS = 2,
    PIXEL_EDGE = 4,
    PIXEL_CHOSEN = 8 /* and beats, with the cursor */
};

struct pixel {
    struct seen now, then; /* `then` at the mark */
    uint8_t flags;
    uint16_t touched; /* milliseconds, cut to 16 bits: read only while PIXEL_GLOWS */
    uint16_t mapped;  /* pages that begin in it */
    uint32_t detail;  /* colour by process: the slot; by age: the event that made it, 0 for none */
};

/* The part of a map's world that is zoomed to. */
struct window {
    bool on;
    uint8_t shift, kind;
    uint16_t pid;
    uint32_t start;
};

struct map {
    struct pixel *pixels;
    uint32_t count; /* columns * rows */
    bool here;      /* the view that is being painted has it */
    bool restless;  /* a pixel is stale or glows */
    bool redraw;    /* the pixels are right, what is drawn of them is not */
    bool glow;      /* few enough glow that they do */
    bool chosen;    /* a pixel may be lit by the cursor */
    bool compared;  /* `then` of all pixels is known, of the place `compared_at` at the moment `since` */
    moment_t since;
    struct map_place compared_at;
    const struct pixel *compared_in; /* where they were kept then: pixels are handed out anew after a reset */
    uint32_t changed[CHANGES];       /* pixels, when it was drawn last */
    struct map_place fit;            /* as the view would have it */
    struct window window;
};

extern struct map maps[MAPS];

/* Pixels of all maps on a screen: they stand in its body. */
#define PIXELS ((SCREEN_ROWS_MOST - FOOTER_UP - BODY_ROW) * 2 * MAP_COLUMNS)

/* ---- Regions, all 4 GB among them: by their last byte ---- */

static inline bool nothing(struct region r) {
    return region_empty(r) && r.start != 0;
}

static inline bool shows(const struct map_place *place, uint32_t address) {
    return !nothing(place->region) &&
           address - place->region.start <= place->region.end - 1 - place->region.start;
}

static inline struct region pixel_region(const struct map_place *place, uint32_t n) {
    uint32_t first = n << place->shift, rest = place->region.end - 1 - place->region.start - first;
    uint32_t most = (1u << place->shift) - 1, start = place->region.start + first;
    return (struct region){start, start + (rest < most ? rest : most) + 1};
}

/* Is there anything of the map's region in pixel n? */
static inline bool has_pixel(const struct map_place *place, uint32_t n) {
    return !nothing(place->region) && n <= (place->region.end - 1 - place->region.start) >> place->shift;
}

static inline uint32_t pixel_count(const struct map_place *place) {
    return (uint32_t)place->columns * place->rows;
}

/* What one refresh of a map looks at: pixels in ascending order, and the range of memman and the tile seen last. */
struct sweep {
    const struct map_place *place;
    const struct space *space;
    moment_t at;
    bool compares;     /* all of struct seen is asked for */
    struct region run; /* frame numbers that all are `run_owner`'s; empty at first */
    uint8_t run_owner;
    bool has_range;
    struct range range;
    const struct heap *heap; /* the one that lies where it looks, and its range */
    struct region heap_range;
    const struct tile *tile; /* now */
    bool has_books;          /* `books_heap` is known, and what of it the regime's table has as free */
    struct region books_heap;
};

/* What pixel n shows: everything in it but what glows, beats or was. */
void map_look(struct sweep *sweep, uint32_t n, struct pixel *pixel);

/* What the map shows when it is painted next. */
struct map_place map_wanted(uint32_t index);

#endif
