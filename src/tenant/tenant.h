/* tenant/tenant.h
 *
 * The tenants themselves: name, code, industry, status. Only the platform's owner makes them; a
 * tenant sees its own row and may change how it is called and where it is. A suspended tenant's
 * people and machines are turned away at sign-in and at every request; its data stay.
 *
 * Every change is written to the audit of the tenant and, when the platform's owner makes it, of
 * the platform too; and is told on the channel "optria_session" with the tenant's id
 * (identity/session.h), so that no process goes on with a remembered status, name or setting. */
#ifndef TENANT_TENANT_H
#define TENANT_TENANT_H

#include "base/base.h"
#include "db/scope.h"
#include "http/route.h"

/* The platform's own tenant, made by the first migration. */
extern const oq_uuid TENANT_PLATFORM;

enum { TENANT_NAME_MAX = 120, TENANT_LIST_MAX = 200 };

typedef enum tenant_status { TENANT_ACTIVE = 1, TENANT_SUSPENDED } tenant_status;
extern const oq_choice tenant_status_choices[];
typedef enum tenant_industry {
    INDUSTRY_PLATFORM = 1,
    INDUSTRY_OIL_GAS,
    INDUSTRY_POWER,
    INDUSTRY_WATER,
    INDUSTRY_MANUFACTURING,
    INDUSTRY_MINING,
    INDUSTRY_OTHER
} tenant_industry;
extern const oq_choice tenant_industry_choices[]; /* without the platform's own */

/* What every view of a tenant begins with. */
#define TENANT_MEMBERS                                                                             \
    oq_uuid id;                                                                                    \
    oq_str code; /* "ARAMCO_DEMO": A-Z, 0-9, _; unique in the installation */                      \
    oq_str name;                                                                                   \
    int industry;                                                                                  \
    int status;                                                                                    \
    oq_str time_zone; /* IANA */                                                                   \
    oq_str currency;  /* ISO 4217 */                                                               \
    bool is_demo;                                                                                  \
    int64_t version; /* rises by one at each change */                                             \
    oq_us created_at, updated_at;

typedef struct tenant {
    TENANT_MEMBERS
} tenant;
extern const oq_field tenant_fields[];

/* A tenant in the platform's list. */
typedef struct tenant_overview {
    TENANT_MEMBERS
    int64_t users_active;
    oq_us last_login_at; /* the latest of its people */
} tenant_overview;
extern const oq_field tenant_overview_fields[];

typedef struct tenant_overviews {
    tenant_overview *at;
    size_t count;
} tenant_overviews;

/* --- by the platform's owner ------------------------------------------------------------------*/

typedef struct tenant_order {
    oq_str code, name;
    int industry;
    oq_str time_zone, currency;
    oq_str admin_email, admin_name; /* the first tenant_admin; not given: none is made */
    bool is_demo;
} tenant_order;
extern const oq_field tenant_order_fields[];

/* Makes the tenant and its settings. Fails: tenant.code_taken. The first administrator is made by
 * the caller, in the same transaction (tenant_use_seed). */
OQ_CHECKED oq_err *tenant_create(db_platform *p, const tenant_order *order, tenant **ret_tenant);

/* *ret_tenant is NULL when there is none. */
OQ_CHECKED oq_err *tenant_find_by_code(db_platform *p, oq_str code, tenant **ret_tenant);
/* Fails: tenant.not_found. */
OQ_CHECKED oq_err *tenant_get(db_platform *p, oq_uuid id, tenant **ret_tenant);
OQ_CHECKED oq_err *tenant_get_overview(db_platform *p, oq_uuid id, tenant_overview **ret_tenant);

typedef struct tenant_filter {
    oq_str q;   /* a part of the name or code, in any case */
    int status; /* 0: all */
} tenant_filter;
/* By name, the page behind the tenant `after` (zero: from the beginning). */
OQ_CHECKED oq_err *tenant_find(db_platform *p, const tenant_filter *filter, oq_uuid after,
                               size_t limit, tenant_overviews *ret_tenants);

typedef struct tenant_totals {
    int64_t active, suspended; /* tenants, without the platform's own */
    int64_t users_active;      /* people of active tenants */
    int64_t users_recent;      /* of them, who signed in within seven days */
} tenant_totals;
OQ_CHECKED oq_err *tenant_count(db_platform *p, tenant_totals *ret_totals);

/* What is not given (text not given or empty, choice 0) stays as it is. */
typedef struct tenant_change {
    oq_str name;
    int industry, status;
    oq_str time_zone, currency;
    int64_t version;
} tenant_change;
extern const oq_field tenant_change_fields[];

/* Renames, suspends, resumes; version must be current. Fails: tenant.not_found,
 * tenant.version_stale, tenant.platform_fixed (the platform's own keeps industry and status). */
OQ_CHECKED oq_err *tenant_update(db_platform *p, oq_uuid id, const tenant_change *change,
                                 tenant **ret_tenant);

/* The tenant's plant is a record of the past that ends at `at` (db/scope.h, oq_moment): its repeating
 * jobs end. OQ_TIME_NONE: it lives. Audited. Fails: tenant.not_found. */
OQ_CHECKED oq_err *tenant_stand(db_platform *p, oq_uuid id, oq_us at);

/* --- by the tenant itself ---------------------------------------------------------------------*/

/* The scope's own tenant. */
OQ_CHECKED oq_err *tenant_self(oq_scope *s, tenant **ret_tenant);

/* What a tenant may change of its own row; not given stays. */
typedef struct tenant_profile {
    oq_str name, time_zone, currency;
    int64_t version;
} tenant_profile;
extern const oq_field tenant_profile_fields[];
/* Fails: tenant.version_stale. */
OQ_CHECKED oq_err *tenant_update_self(oq_scope *s, const tenant_profile *profile,
                                      tenant **ret_tenant);

/* --- at start ---------------------------------------------------------------------------------*/

/* How the routes make the first administrator of a new tenant (identity/seed.h): the person, and a
 * one-time secret with the first password, to be seen once by the platform owner who acts. Set once
 * at start; without it a tenant is made without people. */
typedef oq_err *tenant_seed_admin(db_platform *p, oq_uuid tenant_id, oq_str email, oq_str full_name,
                                  oq_uuid *ret_user_id, oq_uuid *ret_secret_id);
void tenant_use_seed(tenant_seed_admin *seed);

/* Called in this process as soon as a change of a tenant or of its settings is committed, before it
 * is answered: what is remembered of the tenant's sessions is void (session_forget). Other
 * processes hear it on the channel, a moment later. Set once at start. */
void tenant_use_forget(void (*forget)(oq_uuid tenant_id));

extern const http_route tenant_routes[];   /* /api/tenants, /tenants: the platform's */
extern const http_route settings_routes[]; /* /api/settings, /api/tenant, /settings */

#endif
