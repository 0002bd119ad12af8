/* core/capability.h
 *
 * Who may do what: six roles, one table of capabilities, and nothing decided anywhere else.
 * Every route names its capability (http/route.h) and the dispatcher checks it before the
 * handler runs; what depends on the object itself (one's own order, this plant) is the first
 * line of the service, through oq_scope_require. docs/capabilities.md is made from this table. */
#ifndef OQ_CAPABILITY_H
#define OQ_CAPABILITY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/field.h"

typedef enum oq_role {
    ROLE_NONE = 0,
    ROLE_PLATFORM_OWNER,
    ROLE_TENANT_ADMIN,
    ROLE_OPTIMIZATION_ENGINEER,
    ROLE_RELIABILITY_ENGINEER,
    ROLE_ENGINEER,
    ROLE_VIEWER,
    ROLE_COUNT
} oq_role;

extern const oq_choice role_choices[]; /* "platform_owner" ... */

/* 0 means "not decided" and stops the server at start. */
typedef enum oq_cap {
    CAP_UNDECIDED = 0,
    CAP_PUBLIC,    /* anybody, signed in or not */
    CAP_SIGNED_IN, /* any signed-in person or machine: about oneself */
    CAP_DASHBOARD_VIEW,
    CAP_TENANT_MANAGE, /* create and suspend tenants (platform) */
    CAP_TENANT_SWITCH, /* look into another tenant: explicit and audited */
    CAP_LEAD_READ,     /* demo requests of the landing page (platform) */
    CAP_USER_READ,
    CAP_USER_MANAGE,
    CAP_TOKEN_MANAGE, /* API tokens of machines */
    CAP_SETTINGS_READ,
    CAP_SETTINGS_MANAGE,
    CAP_AUDIT_READ,
    CAP_JOB_READ,
    CAP_JOB_MANAGE, /* cancel, run again */
    CAP_INTEGRATION_READ,
    CAP_INTEGRATION_MANAGE,
    CAP_ASSET_READ,
    CAP_ASSET_MANAGE,
    CAP_SERIES_MANAGE, /* define signals, correct their samples */
    CAP_HISTORY_WRITE, /* send samples: machines */
    CAP_ALARM_READ,
    CAP_ALARM_OPERATE,        /* acknowledge, shelve */
    CAP_ALARM_MANAGE,         /* rules, out of service */
    CAP_EVENT_WRITE,          /* send events: machines */
    CAP_EVENT_LOG,            /* the operators' log */
    CAP_INCIDENT_READ,        /* summaries */
    CAP_INCIDENT_READ_DETAIL, /* operator data and payloads unmasked */
    CAP_INCIDENT_MANAGE,      /* status, confirmed cause */
    CAP_RCA_RUN,
    CAP_RCA_CONFIGURE, /* rules, thresholds, windows */
    CAP_WORK_ORDER_READ,
    CAP_WORK_ORDER_MANAGE, /* create, assign */
    CAP_WORK_ORDER_WORK,   /* status, notes, close: one's own */
    CAP_WORK_ORDER_APPROVE,
    CAP_MODEL_MANAGE, /* fit models, choose which is in use */
    CAP_OPTIMIZATION_READ,
    CAP_OPTIMIZATION_RUN,
    CAP_OPTIMIZATION_APPROVE,
    CAP_TWIN_READ,
    CAP_NOTIFICATION_READ,
    CAP_WEBHOOK_MANAGE,
    CAP_METRICS_READ, /* /metrics */
    CAP_COUNT
} oq_cap;

extern const oq_choice cap_choices[]; /* "tenant.manage" ...; stored, so they never change */

/* What it lets one do: one English line for docs/capabilities.md and the API's manual. People read
 * its name in their language under "cap.<text>". */
const char *oq_cap_help(oq_cap cap);
/* Belongs to the platform: no role or API token of a tenant ever holds it. */
bool oq_cap_is_platform(oq_cap cap);

/* A set of capabilities, as a scope carries it. */
typedef uint64_t oq_caps;

/* What the role has by the table. ROLE_NONE, nobody, has what is public. */
oq_caps oq_caps_of_role(oq_role role);
static inline oq_caps oq_cap_bit(oq_cap cap)
{
    return UINT64_C(1) << cap;
}
static inline bool oq_caps_have(oq_caps caps, oq_cap cap)
{
    return (caps & oq_cap_bit(cap)) != 0;
}

/* The words of the requirements, for services that check the object:
 * each fails with access.forbidden (fact: need) when it does not hold. */
OQ_CHECKED oq_err *require_capability(oq_caps caps, oq_cap cap);
OQ_CHECKED oq_err *require_role_or_capability(oq_role role, oq_role wanted, oq_caps caps,
                                              oq_cap cap);
OQ_CHECKED oq_err *require_platform_owner(oq_role role);
/* A platform owner has everything a tenant admin has. */
OQ_CHECKED oq_err *require_tenant_admin(oq_role role);

#endif
