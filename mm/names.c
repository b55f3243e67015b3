/*
 * Finding policies and regimes by the word that commands use; the names of the seed's calls.
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

const struct policy *policy_by_code(uint8_t code) {
    TABLE_EACH(policies, const struct policy, p) {
        if ((*p)->code == code) {
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

uint32_t regime_number(const struct regime *regime) {
    TABLE_EACH(regimes, const struct regime, r) {
        if (*r == regime) {
            return (uint32_t)(r - __start_regimes);
        }
    }
    return 0;
}

const struct regime *regime_by_number(uint32_t number) {
    uint32_t count = (uint32_t)(__stop_regimes - __start_regimes);
    return number < count ? __start_regimes[number] : NULL;
}

void regimes_init(void) {
    TABLE_EACH(regimes, const struct regime, r) {
        if ((*r)->init) {
            (*r)->init();
        }
    }
}

const char *const seed_call_names[SEED_CALLS] = {
    [SEED_NONE] = "nothing",
    [SEED_DO_MALLOC] = "do_malloc",
    [SEED_DO_KMALLOC] = "do_kmalloc",
    [SEED_DO_MALLOC_4K] = "do_malloc_4k",
    [SEED_DO_KMALLOC_4K] = "do_kmalloc_4k",
    [SEED_DO_FREE] = "do_free",
    [SEED_DO_FREE_4K] = "do_free_4k",
    [SEED_EXEC] = "exec's free",
    [SEED_SYS_MALLOC] = "sys_malloc",
    [SEED_SYS_FREE] = "sys_free",
    [SEED_SYS_MALLOC_4K] = "sys_malloc_4k",
    [SEED_SYS_FREE_4K] = "sys_free_4k",
};

uint32_t regime_phantoms(moment_t at) {
    uint32_t phantoms = 0;
    TABLE_EACH(regimes, const struct regime, r) {
        if ((*r)->books) {
            struct table_totals totals;
            (*r)->books->totals(at, &totals);
            phantoms += totals.phantoms;
        }
    }
    return phantoms;
}
