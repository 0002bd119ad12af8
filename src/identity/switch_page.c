/* Looking into a tenant and leaving it, for people and programs. */
#include "identity/inner.h"
#include "identity/switch.h"
#include "tenant/tenant.h"

#include "base/banned.h"

/* Only a person's session can be somewhere else than at home. */
static oq_err *check_session(const http_req *rq)
{
    return http_who_of(rq)->by_cookie ? NULL : oq_fail(OQ_CONFLICT, "session.none");
}

static oq_err *enter(http_req *rq, db_platform *p, switch_order *order)
{
    oq_uuid id;
    OQ_TRY(http_path_uuid(rq, "id", &id));
    OQ_TRY(http_body(rq, order));
    OQ_TRY(check_session(rq));
    const http_who *who = http_who_of(rq);
    return switch_enter(p, who->session_id, who->tenant_id, id, order->reason);
}

static oq_err *leave(http_req *rq, db_platform *p)
{
    const http_who *who = http_who_of(rq);
    OQ_TRY(check_session(rq));
    return switch_leave(p, who->session_id, who->tenant_id);
}

oq_err *switch_api_enter(http_req *rq, db_platform *p)
{
    switch_order order;
    OQ_TRY(enter(rq, p, &order));
    http_answer_empty(rq, 0);
    return NULL;
}

oq_err *switch_api_leave(http_req *rq, db_platform *p)
{
    OQ_TRY(leave(rq, p));
    http_answer_empty(rq, 0);
    return NULL;
}

/* The dialog on the tenant's page as a page of its own: without scripts, and when the reason was
 * not one. */
static oq_err *show(http_req *rq, db_platform *p, const switch_order *order, const oq_err *err)
{
    oq_uuid id;
    tenant *t;
    OQ_TRY(http_path_uuid(rq, "id", &id));
    OQ_TRY(tenant_get(p, id, &t));
    web_page page = web_page_begin(rq, "switch", "switch.title", "tenants");
    page.status = err ? oq_kind_status(err->kind) : 0;
    web_page_crumb(&page, web_say(&page, "tenants.title"), "/tenants");
    web_page_crumb(&page, t->name, identity_path(page.arena, "/tenants", id).ptr);
    web_page_crumb(&page, web_say(&page, "switch.title"), NULL);
    web_page_form(&page, switch_order_fields, order, err);
    web_value *into = web_put_object(page.view, "into");
    web_put_text(into, "name", t->name);
    web_put_text(into, "code", t->code);
    web_put_text(
        into, "enter_path",
        oq_strf(page.arena, "%.*s/enter", OQ_FMT(identity_path(page.arena, "/tenants", id))));
    return web_page_send(&page);
}

oq_err *switch_page_show(http_req *rq, db_platform *p)
{
    return show(rq, p, NULL, NULL);
}

oq_err *switch_page_enter(http_req *rq, db_platform *p)
{
    switch_order order;
    oq_err *err = enter(rq, p, &order);
    if (err)
        return identity_shows(err) ? show(rq, p, &order, err) : err;
    http_redirect(rq, OQ_STR("/app"));
    return NULL;
}

oq_err *switch_page_leave(http_req *rq, db_platform *p)
{
    OQ_TRY(leave(rq, p));
    web_toast(rq, "ok", "switch.left");
    http_redirect(rq, identity_path(http_arena(rq), "/tenants", http_who_of(rq)->tenant_id));
    return NULL;
}
