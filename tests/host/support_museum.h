/*
 * For the tests of the museum: a visitor there, the seed's calls under their own names, and what readers see of its
 * table.
 */
#ifndef TESTS_SUPPORT_MUSEUM_H
#define TESTS_SUPPORT_MUSEUM_H

#include "mm/regime.h"
#include "mm/space.h"

/* The regime; whoever uses what stands here sets it first. */
extern const struct regime *sutured;

/* The process that calls. */
extern struct space *visitor;
void act_as(struct space *space, uint8_t thread);
struct space *visitor_new(uint16_t pid); /* calls from now on */

/* A new arena and process 4 in it; what happens there is checked before, during and after. */
void open_museum(void);
void close_museum(void);
void audit(void);

uint32_t seed(enum seed_call call, uint32_t a, uint32_t b);
uint32_t do_malloc(uint32_t size);
uint32_t do_free(uint32_t address, uint32_t size);
uint32_t sys_malloc(uint32_t size);
uint32_t sys_free(uint32_t address, uint32_t size);

/* The table's first 20 entries, "400000+1FF000 ...", until the next call. */
const char *table(moment_t at);
struct table_entry entry(uint32_t i);
struct table_totals totals(void);
uint64_t bytes_free(void);

/* Everything that a reader sees at the moment, as a text to be freed. */
char *photograph(moment_t at);

const struct event *newest_phantom(void);
/* The newest phantom: case, from whom, to whom, and a case's story is two sentences. */
void assert_phantom(uint32_t number, enum owner from, uint16_t from_pid, enum owner to, uint16_t to_pid);

#endif
