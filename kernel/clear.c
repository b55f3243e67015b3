/*
 * The verb clear: what the processor notes in page tables is taken back, so that it can be seen to come again.
 */
#include "kernel/kernel.h"
#include "mm/paging.h"
#include "mm/past.h"
#include "viz/viz.h"

static const char *clear(struct command *command) {
    const struct process *process =
        command->count > 2 ? process_named(command->words[2]) : process_find(viz_selected());
    if (!process)
        return "the chosen process has ended; expected a PID";
    past_close(); /* it is the present's bits that are cleared */
    paging_clear_accessed(process->space);
    return NULL;
}

static const struct verb verb_clear = {
    "clear", "clear ad [PID]",
    "Clears the accessed and dirty bits of a process's page tables, the chosen one's by default.", clear};
TABLE_ENTRY(verbs, const struct verb, verb_clear);
