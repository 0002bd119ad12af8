/* The first run's page. It is there as long as there is no owner, and then never again. */
#include "identity/inner.h"
#include "identity/setup.h"

#include "base/banned.h"

static oq_err *require_open(http_req *rq)
{
    bool is_open;
    OQ_TRY(setup_is_open(http_pool(rq), http_arena(rq), http_request_id(rq), &is_open));
    return is_open ? NULL : oq_fail(OQ_NOT_FOUND, "setup.is_done");
}

static oq_err *show(http_req *rq, const setup_order *order, const oq_err *err)
{
    web_page page = web_page_begin(rq, "setup", "setup.title", NULL);
    page.status = err ? oq_kind_status(err->kind) : 0;
    web_page_form(&page, setup_order_fields, order, err);
    if (err && err->kind == OQ_LIMIT)
        http_set_header(rq, "Retry-After", err->arg_count ? err->arg[0].value : OQ_STR("60"));
    return web_page_send_plain(&page);
}

oq_err *setup_page_show(http_req *rq)
{
    OQ_TRY(require_open(rq));
    return show(rq, NULL, NULL);
}

oq_err *setup_page_post(http_req *rq)
{
    setup_order order;
    OQ_TRY(require_open(rq));
    oq_err *err = http_body(rq, &order);
    if (!err)
        err = setup_make_owner(http_pool(rq), http_arena(rq), &order, http_peer(rq),
                               http_request_id(rq));
    if (err)
        return identity_shows(err) || err->kind == OQ_LIMIT ? show(rq, &order, err) : err;
    web_toast(rq, "ok", "setup.done");
    http_redirect(rq, OQ_STR("/login"));
    return NULL;
}
