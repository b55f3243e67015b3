/*
 * The verb regime: what stands behind the malloc and free of programs started from now on.
 */
#include "kernel/kernel.h"
#include "mm/regime.h"

static void list(const struct command *command) {
    TABLE_EACH(regimes, const struct regime, r)
    reply(command, "regime=%s current=%d words=%s", (*r)->name, *r == conductor.regime, (*r)->words);
}

static const char *reset(void) {
    TABLE_EACH(regimes, const struct regime, r)
    if ((*r)->reset && (*r)->reset())
        return "programs still live in it; \"kill all\" ends them";
    return NULL;
}

static void next(void) {
    const struct regime *const *at = __start_regimes;
    while (*at != conductor.regime)
        at++;
    conductor.regime = at + 1 < __stop_regimes ? at[1] : *__start_regimes;
}

static const char *regime(struct command *command) {
    const char *word = command->count > 1 ? command->words[1] : NULL;
    if (!word)
        list(command);
    else if (same_text(word, "reset"))
        return reset();
    else if (same_text(word, "next"))
        next();
    else
        conductor.regime = regime_find(word);
    return NULL;
}

static const struct verb verb_regime = {
    "regime", "regime [REGIME | next | reset]",
    "Chooses what programs started from now on get their memory from, or makes the museum new.", regime};
TABLE_ENTRY(verbs, const struct verb, verb_regime);
