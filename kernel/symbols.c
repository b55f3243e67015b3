/*
 * The kernel's own functions by name, from the table that the second link holds (tools/symbols.sh), sorted by
 * address.
 */
#include "kernel/kernel.h"

struct ksym {
    uint32_t address;
    const char *name;
};
extern const struct ksym ksyms[];
extern const uint32_t ksym_count;
extern char text_start[], text_end[];

const char *symbol_name(uint32_t address, uint32_t *offset) {
    struct region text = {(uint32_t)text_start, (uint32_t)text_end};
    uint32_t low = 0, high = ksym_count;
    *offset = 0;
    if (!region_has(text, address) || !ksym_count || address < ksyms[0].address)
        return "?";
    while (high - low > 1) { /* ksyms[low].address <= address < ksyms[high].address */
        uint32_t middle = (low + high) / 2;
        if (ksyms[middle].address <= address)
            low = middle;
        else
            high = middle;
    }
    *offset = address - ksyms[low].address;
    return ksyms[low].name;
}
