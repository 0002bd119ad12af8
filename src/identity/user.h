/* identity/user.h
 *
 * The people of a tenant. Each has one role (core/capability.h) and signs in with an e-mail
 * address that is unique in the whole installation. Nobody is deleted: history names people;
 * who leaves is deactivated, which ends the sessions at once. Everything here works inside the
 * tenant of the scope and writes the audit in the same transaction. */
#ifndef IDENTITY_USER_H
#define IDENTITY_USER_H

#include "base/base.h"
#include "base/lang.h"
#include "db/scope.h"
#include "http/route.h"

enum { USER_NAME_MAX = 120, USER_EMAIL_MAX = 254 };

typedef struct user {
    oq_uuid id;
    oq_str email, username, full_name;
    int role; /* oq_role */
    bool is_active, must_change_password, has_password, has_totp;
    oq_str lang, time_zone; /* not given: the browser's, the tenant's */
    bool arabic_digits, hijri;
    oq_us last_login_at, created_at, updated_at;
    int64_t version; /* rises by one at each change */
} user;
extern const oq_field user_fields[];

extern const oq_choice user_role_choices[]; /* what a tenant may give: without platform_owner */
extern const oq_choice user_lang_choices[];

typedef struct user_order {
    oq_str email, username, full_name;
    int role;
} user_order;
extern const oq_field user_order_fields[];

/* Adds a person without a password; a reset link (identity/reset.h) lets them choose one.
 * Fails: user.email_taken (also when another tenant has it: the address signs in to one),
 * user.username_taken, user.role_not_here (a platform role in a customer's tenant, or the reverse).
 */
OQ_CHECKED oq_err *user_add(oq_scope *s, const user_order *order, user **ret_user);

OQ_CHECKED oq_err *user_get(oq_scope *s, oq_uuid id, user **ret_user); /* user.not_found */

typedef enum user_status { USER_ACTIVE = 1, USER_INACTIVE } user_status;
extern const oq_choice user_status_choices[];

typedef struct user_query {
    oq_str q;   /* part of name or e-mail */
    int role;   /* 0: any */
    int status; /* user_status; 0: any */
    oq_str cursor;
    int64_t limit;
} user_query;
extern const oq_field user_query_fields[];
typedef struct user_list {
    user *at;
    size_t count;
    oq_str next; /* cursor; not given: this is the end */
} user_list;
OQ_CHECKED oq_err *user_find(oq_scope *s, const user_query *query, user_list *ret_list);

/* How many people there are: for the page's head. */
typedef struct user_counts {
    int64_t active, inactive, with_totp;
} user_counts;
OQ_CHECKED oq_err *user_count(oq_scope *s, user_counts *ret_counts);

typedef struct user_change {
    oq_str username, full_name;
    int role;
    bool is_active;
    int64_t version;
} user_change;
extern const oq_field user_change_fields[];
/* Fails: user.not_found, user.version_stale, user.last_admin (the tenant would be left without an
 * active administrator), user.not_oneself (own role, own deactivation), user.username_taken. */
OQ_CHECKED oq_err *user_update(oq_scope *s, oq_uuid id, const user_change *change, user **ret_user);

/* What a person decides for oneself. */
typedef struct user_profile {
    oq_str full_name, lang, time_zone;
    bool arabic_digits, hijri;
    int64_t version;
} user_profile;
extern const oq_field user_profile_fields[];
OQ_CHECKED oq_err *user_update_profile(oq_scope *s, const user_profile *profile, user **ret_user);

/* The scope's actor, who must be a person. */
OQ_CHECKED oq_err *user_self(oq_scope *s, user **ret_user);

extern const http_route user_routes[]; /* /api/users..., /users... */

#endif
