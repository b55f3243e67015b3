/*
 * The audit: law 1, checked. Frames against page tables, tiles against heap ranges and pages, zones against
 * owners. It reads everything and trusts nothing that can be counted again.
 */
#ifndef MM_AUDIT_H
#define MM_AUDIT_H

#include "mm/types.h"

/* Called for each difference with one line of plain words. */
typedef void (*audit_report)(void *context, const char *what);

/* Every check there is, all at once. Returns the number of differences. */
uint32_t audit_all(audit_report report, void *context);

#endif
