#include "identity/switch.h"

#include "audit/audit.h"
#include "identity/session.h"
#include "tenant/tenant.h"

#include "base/banned.h"

const oq_field switch_order_fields[] = {
    OQ_TEXT(switch_order, reason, .required = true, .min = 5, .max = 300,
            .help = "why; the tenant's administrators read it"),
    OQ_FIELDS_END,
};

static oq_str reason_json(oq_arena *arena, oq_str reason)
{
    OQ_AUTO(oq_buf) out = oq_buf_make(4096);
    oq_json j = oq_json_to(&out);
    oq_json_object(&j);
    oq_json_key(&j, OQ_STR("reason"));
    oq_json_object(&j);
    oq_json_key(&j, OQ_STR("from"));
    oq_json_null(&j);
    oq_json_put(&j, text, "to", reason);
    oq_json_object_end(&j);
    oq_json_object_end(&j);
    return oq_str_copy(arena, oq_buf_view(&out));
}

static oq_err *record(oq_scope *s, const char *action, const tenant *t, oq_str changes)
{
    return audit_record(s, &(audit_entry){.action = action,
                                          .object_type = "tenant",
                                          .object_id = t->id,
                                          .object_label = t->code,
                                          .changes = changes});
}

/* The same row in both audits: the owner's own, and that of the tenant that was looked into. */
static oq_err *record_in_both(db_platform *p, const char *action, const tenant *t, oq_str changes)
{
    oq_scope *s;
    OQ_TRY(db_platform_enter(p, db_platform_actor(p)->home_tenant, &s));
    OQ_TRY(record(s, action, t, changes));
    OQ_TRY(db_platform_enter(p, t->id, &s));
    OQ_TRY(record(s, action, t, changes));
    return db_platform_leave(p);
}

static oq_err *act_in(db_platform *p, oq_uuid session_id, oq_uuid tenant_id)
{
    oq_scope *home;
    OQ_TRY(db_platform_enter(p, db_platform_actor(p)->home_tenant, &home));
    OQ_TRY(session_act_in(home, session_id, tenant_id));
    return db_platform_leave(p);
}

/* Both audits of the tenant that is left, when it is not home. */
static oq_err *record_left(db_platform *p, oq_uuid from_tenant)
{
    tenant *t;
    if (oq_uuid_eq(from_tenant, db_platform_actor(p)->home_tenant))
        return NULL;
    OQ_TRY(tenant_get(p, from_tenant, &t));
    return record_in_both(p, "tenant.left", t, OQ_NONE);
}

oq_err *switch_enter(db_platform *p, oq_uuid session_id, oq_uuid from_tenant, oq_uuid tenant_id,
                     oq_str reason)
{
    tenant *t;
    OQ_TRY(tenant_get(p, tenant_id, &t));
    if (t->status != TENANT_ACTIVE)
        return oq_fail(OQ_CONFLICT, "switch.is_suspended", "code=%.*s", OQ_FMT(t->code));
    OQ_TRY(record_left(p, from_tenant));
    OQ_TRY(record_in_both(p, "tenant.entered", t, reason_json(db_platform_arena(p), reason)));
    return act_in(p, session_id, tenant_id);
}

oq_err *switch_leave(db_platform *p, oq_uuid session_id, oq_uuid from_tenant)
{
    oq_uuid home = db_platform_actor(p)->home_tenant;
    if (oq_uuid_eq(from_tenant, home))
        return NULL;
    OQ_TRY(record_left(p, from_tenant));
    return act_in(p, session_id, home);
}
