#include "tenant/inner.h"

#include "base/banned.h"

oq_err *settings_api_get(http_req *rq, oq_scope *s)
{
    tenant_settings *settings;
    OQ_TRY(tenant_settings_get(s, &settings));
    http_answer_record(rq, 200, settings);
    return NULL;
}

oq_err *settings_api_put(http_req *rq, oq_scope *s)
{
    tenant_settings wanted, *stored;
    OQ_TRY(http_body(rq, &wanted));
    OQ_TRY(tenant_settings_put(s, &wanted, &stored));
    http_answer_record(rq, 200, stored);
    return NULL;
}

oq_err *settings_api_tenant(http_req *rq, oq_scope *s)
{
    tenant *t;
    OQ_TRY(tenant_self(s, &t));
    http_answer_record(rq, 200, t);
    return NULL;
}

oq_err *settings_api_tenant_change(http_req *rq, oq_scope *s)
{
    tenant_profile profile;
    tenant *t;
    OQ_TRY(http_body(rq, &profile));
    OQ_TRY(tenant_update_self(s, &profile, &t));
    http_answer_record(rq, 200, t);
    return NULL;
}
