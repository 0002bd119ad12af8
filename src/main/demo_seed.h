/* main/demo_seed.h
 *
 * The tenants, people and plants of the demo (demoplant/demoplant.h). */
#ifndef MAIN_DEMO_SEED_H
#define MAIN_DEMO_SEED_H

#include "core/capability.h"
#include "db/pool.h"

typedef struct demo_account {
    const char *email, *full_name;
    oq_role role;
    const char *tenant; /* code; NULL: the platform's own */
} demo_account;
extern const demo_account demo_accounts[]; /* ends with a NULL email */

typedef struct demo_seeded {
    int tenants_made, people_made, passwords_set, assets_made, mappings_made;
} demo_seeded;

/* Makes what is missing of them, in one transaction; what is there is left as it is, but for the
 * passwords where `overwrite` asks for them. `days`: of history, for a plant that is made now. No
 * password has to be changed at the first sign-in. Fails: demo.not_a_demo (tenants): this database
 * has an owner or tenants and not the demo's owner, so it is a real one, and gets no accounts with
 * a known password; user.email_taken. */
OQ_CHECKED oq_err *demo_seed(db_pool *pool, oq_arena *arena, oq_str password, bool overwrite,
                             int64_t days, demo_seeded *ret_seeded);

#endif
