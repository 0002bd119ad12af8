/* main/people.h
 *
 * People by the command line: the operator's way to whoever cannot sign in, or not yet. Each works
 * in the person's own tenant, is written to its audit as done by "command line", and holds the same
 * rules as the pages (identity/user.h). */
#ifndef MAIN_PEOPLE_H
#define MAIN_PEOPLE_H

#include "db/pool.h"
#include "identity/user.h"

typedef struct person {
    oq_uuid id;
    oq_str email, full_name;
    int role;
    oq_str tenant; /* code */
    bool is_active, has_password, has_totp;
    oq_us last_login_at;
} person;
extern const oq_field person_fields[];
typedef struct persons {
    person *at;
    size_t count;
} persons;

typedef struct person_order {
    oq_str email, name;
    int role;
    oq_str tenant;   /* code; not given: the platform's own, for a platform_owner */
    oq_str password; /* not given: *ret_code is a one-time reset code (identity/reset.h) */
} person_order;

/* Fails: option.tenant_missing (role), people.tenant_unknown (tenant), and what user_add and
 * password_check find. */
OQ_CHECKED oq_err *people_add(db_pool *pool, oq_arena *arena, const person_order *order,
                              person *ret_person, oq_str *ret_code);

/* Of one tenant, or of all (tenant not given): by tenant, the oldest first. Fails:
 * people.tenant_unknown. */
OQ_CHECKED oq_err *people_list(db_pool *pool, oq_arena *arena, oq_str tenant, persons *ret_persons);

/* A one-time code to choose a new password with; with `totp_too` the second factor goes as well.
 * Fails: people.unknown (email). */
OQ_CHECKED oq_err *people_reset(db_pool *pool, oq_arena *arena, oq_str email, bool totp_too,
                                person *ret_person, oq_str *ret_code);

/* Nothing happens when it is so already. Fails: people.unknown, user.last_admin. */
OQ_CHECKED oq_err *people_set_active(db_pool *pool, oq_arena *arena, oq_str email, bool is_active,
                                     person *ret_person);

/* The code that the page /setup asks for. Fails: people.has_owner, when it asks nobody any more. */
OQ_CHECKED oq_err *people_setup_code(db_pool *pool, oq_arena *arena, oq_str *ret_code);

#endif
