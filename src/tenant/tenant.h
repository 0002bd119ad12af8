/* tenant/tenant.h
 *
 * The tenants themselves: name, code, industry, status. Only the platform's owner makes them; a
 * tenant sees its own row. A suspended tenant's people and machines are turned away at sign-in
 * and at every request; its data stay. */
#ifndef TENANT_TENANT_H
#define TENANT_TENANT_H

#include "base/base.h"
#include "db/scope.h"
#include "http/route.h"

/* The platform's own tenant, made by the first migration. */
extern const oq_uuid TENANT_PLATFORM;

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

typedef struct tenant {
    oq_uuid id;
    oq_str code;      /* "ARAMCO_DEMO": A-Z, 0-9, _; unique in the installation */
    oq_str name;
    int industry;
    int status;
    oq_str time_zone; /* IANA */
    oq_str currency;  /* ISO 4217 */
    bool is_demo;
    int64_t version;
    oq_us created_at, updated_at;
} tenant;
extern const oq_field tenant_fields[];

typedef struct tenant_order {
    oq_str code, name;
    int industry;
    oq_str time_zone, currency;
    oq_str admin_email, admin_name; /* the first tenant_admin; not given: none is made */
    bool is_demo;
} tenant_order;
extern const oq_field tenant_order_fields[];

/* Makes the tenant and its settings. Fails: tenant.code_taken. The first administrator is made by
 * identity (identity/seed.h), in the same transaction. Audited in both tenants. */
OQ_CHECKED oq_err *tenant_create(db_platform *p, const tenant_order *order, tenant **ret_tenant);
OQ_CHECKED oq_err *tenant_find_by_code(db_platform *p, oq_str code, tenant **ret_tenant); /* or NULL */
OQ_CHECKED oq_err *tenant_get(db_platform *p, oq_uuid id, tenant **ret_tenant);
/* Renames, suspends, resumes; version must be current. Fails: tenant.not_found,
 * tenant.version_stale, tenant.platform_fixed (the platform's own cannot be suspended). */
typedef struct tenant_change {
    oq_str name;
    int industry, status;
    oq_str time_zone, currency;
    int64_t version;
} tenant_change;
extern const oq_field tenant_change_fields[];
OQ_CHECKED oq_err *tenant_update(db_platform *p, oq_uuid id, const tenant_change *change,
                                 tenant **ret_tenant);
/* The scope's own tenant. */
OQ_CHECKED oq_err *tenant_self(oq_scope *s, tenant **ret_tenant);

#endif
