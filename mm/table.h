/*
 * Tables that the linker fills: a policy, view, regime or verb is one file that adds one pointer here, and
 * nothing else changes. TABLE_ENTRY(policies, struct policy, first_fit) adds &first_fit; TABLE_EACH walks
 * them all in link order.
 */
#ifndef MM_TABLE_H
#define MM_TABLE_H

#define TABLE_ENTRY(table, type, object)                                                                     \
    static type *const table##_entry_##object __attribute__((section(#table), used)) = &(object)

#define TABLE_DECLARE(table, type) extern type *const __start_##table[], *const __stop_##table[]

#define TABLE_EACH(table, type, item) for (type *const *item = __start_##table; item < __stop_##table; item++)

#endif
