/* identity/seed.h
 *
 * A tenant's first administrator, and the platform's first owner. */
#ifndef IDENTITY_SEED_H
#define IDENTITY_SEED_H

#include "base/base.h"
#include "db/scope.h"

/* Makes a tenant_admin with a generated password that must be changed at the first sign-in. The
 * credentials wait sealed for the acting platform owner: /once/<*ret_secret_id> shows them once.
 * In the platform's transaction; leaves no tenant entered. Fails: user.email_taken. */
OQ_CHECKED oq_err *identity_seed_admin(db_platform *p, oq_uuid tenant_id, oq_str email,
                                       oq_str full_name, oq_uuid *ret_user_id,
                                       oq_uuid *ret_secret_id);

/* Whether the installation has an owner yet. */
OQ_CHECKED oq_err *identity_has_owner(db_platform *p, bool *ret_has);

/* The code that the first-run page asks for: it proves that whoever opens the page may also run
 * commands on the server (`optria user setup-code`). Good until there is an owner. */
oq_str identity_setup_code(oq_arena *arena);

/* Who signs in with this address; a zero *ret_user_id: nobody. */
OQ_CHECKED oq_err *identity_find_person(db_platform *p, oq_str email, oq_uuid *ret_tenant_id,
                                        oq_uuid *ret_user_id);

/* A person with a known password, in any tenant: the command line, the demo, the first-run page.
 * A person who is there already keeps everything but gets the password where `overwrite` says so.
 */
typedef struct seed_person {
    oq_str email, full_name, password;
    int role;
    bool must_change, overwrite;
    bool is_unruled; /* the password is held to no rule: the demo's is its operator's own choice,
                        and must not fail for a rule that somebody set in a demo tenant. Being
                        overwritten, it ends the person's sessions */
} seed_person;
OQ_CHECKED oq_err *identity_seed_person(db_platform *p, oq_uuid tenant_id,
                                        const seed_person *person, oq_uuid *ret_user_id);

#endif
