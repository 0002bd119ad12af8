/* identity/switch.h
 *
 * A platform owner looks into a tenant: an explicit act with a reason, written to the audit of
 * both, shown on every page while it lasts, and ended with one click. The session stays in its
 * home tenant; only where its requests work changes. */
#ifndef IDENTITY_SWITCH_H
#define IDENTITY_SWITCH_H

#include "base/base.h"
#include "db/scope.h"
#include "http/route.h"

typedef struct switch_order {
    oq_str reason; /* at least five characters: it is read by the tenant's administrators */
} switch_order;
extern const oq_field switch_order_fields[];

/* Leaves the tenant that was looked into before. Fails: tenant.not_found, switch.is_suspended. */
OQ_CHECKED oq_err *switch_enter(db_platform *p, oq_uuid session_id, oq_uuid from_tenant,
                                oq_uuid tenant_id, oq_str reason);
/* Back to the home tenant. Harmless when the session is at home. */
OQ_CHECKED oq_err *switch_leave(db_platform *p, oq_uuid session_id, oq_uuid from_tenant);

extern const http_route switch_routes[]; /* /tenants/{id}/enter, /tenants/leave, the same in /api */

#endif
