/*
 * Finding policies and regimes by the word that commands use.
 */
#include "mm/policy.h"
#include "mm/regime.h"
#include "mm/text.h"

const struct policy *policy_find(const char *name) {
    TABLE_EACH(policies, const struct policy, p) {
        if (same_text((*p)->name, name)) {
            return *p;
        }
    }
    return NULL;
}

const struct regime *regime_find(const char *name) {
    TABLE_EACH(regimes, const struct regime, r) {
        if (same_text((*r)->name, name)) {
            return *r;
        }
    }
    return NULL;
}
