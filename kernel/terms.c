/*
 * The terms that programs are started under: their regime, the policy of their heaps, guards. Each of them is a verb, for
 * programs started from then on.
 */
#include "kernel/kernel.h"
#include "mm/policy.h"
#include "mm/regime.h"

struct terms terms_now;

void terms_init(void) {
    const char *wanted = boot_option("regime");
    terms_now.regime = wanted ? regime_find(wanted) : NULL;
    if (wanted && !terms_now.regime)
        log_line("command line: there is no regime \"%s\"", wanted);
    if (!terms_now.regime)
        terms_now.regime = regime_find("healed");
    terms_now.policy = policy_find("first");
    terms_now.guard = true;
}

static const char *policy(struct command *command) {
    if (command->count == 1) {
        TABLE_EACH(policies, const struct policy, p)
        reply(command, "policy=%s current=%d words=%s", (*p)->name, *p == terms_now.policy, (*p)->words);
        return NULL;
    }
    terms_now.policy = policy_find(command->words[1]);
    return NULL;
}

static const char *guard(struct command *command) {
    terms_now.guard = same_text(command->words[1], "on");
    return NULL;
}

/* ---- The regime ---- */

static void list(const struct command *command) {
    TABLE_EACH(regimes, const struct regime, r)
    reply(command, "regime=%s current=%d words=%s", (*r)->name, *r == terms_now.regime, (*r)->words);
}

static const char *reset(void) {
    TABLE_EACH(regimes, const struct regime, r)
    if ((*r)->reset && (*r)->reset())
        return "programs still live in it; \"kill all\" ends them";
    return NULL;
}

static void next(void) {
    const struct regime *const *at = __start_regimes;
    while (*at != terms_now.regime)
        at++;
    terms_now.regime = at + 1 < __stop_regimes ? at[1] : *__start_regimes;
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
        terms_now.regime = regime_find(word);
    return NULL;
}

static const struct verb verb_policy = {
    "policy", "policy [POLICY]", "Chooses how the heaps of programs started from now on choose a hole.",
    policy};
static const struct verb verb_guard = {
    "guard", "guard on|off", "Says whether blocks of programs started from now on carry guards.", guard};
static const struct verb verb_regime = {
    "regime", "regime [REGIME | next | reset]",
    "Chooses what programs started from now on get their memory from, or makes the museum new.", regime};
TABLE_ENTRY(verbs, const struct verb, verb_regime);
TABLE_ENTRY(verbs, const struct verb, verb_policy);
TABLE_ENTRY(verbs, const struct verb, verb_guard);
