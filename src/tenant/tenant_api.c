#include "tenant/inner.h"

#include "base/banned.h"

typedef struct api_query {
    oq_str q;
    int status;
    oq_str cursor;
    int64_t limit;
} api_query;

const oq_field tenant_api_query_fields[] = {
    OQ_TEXT(api_query, q, .max = 100, .help = "A part of the name or code"),
    OQ_CHOICE(api_query, status, tenant_status_choices), OQ_TEXT(api_query, cursor, .max = 200),
    OQ_I64(api_query, limit, .preset = "50", .min = 1, .max = TENANT_LIST_MAX), OQ_FIELDS_END};

oq_err *tenant_api_list(http_req *rq, db_platform *p)
{
    api_query q;
    OQ_TRY(http_query(rq, &q));
    tenant_filter filter = {.q = q.q, .status = q.status};
    tenant_overviews found;
    oq_str next;
    OQ_TRY(tenant_find_page(p, &filter, q.cursor, (size_t)q.limit, &found, &next));
    http_answer_list(rq, found.at, sizeof *found.at, found.count, next);
    return NULL;
}

const oq_field tenant_made_fields[] = {
    TENANT_ROWS(tenant_made),
    OQ_TEXT(tenant_made, credentials_url,
            .help = "Page that shows the first administrator's credentials once"),
    OQ_FIELDS_END};

static_assert(offsetof(tenant_made, credentials_url) == sizeof(tenant), "one begins as the other");

oq_err *tenant_api_create(http_req *rq, db_platform *p)
{
    tenant_order order;
    tenant *t;
    oq_uuid secret_id;
    OQ_TRY(http_body(rq, &order));
    OQ_TRY(tenant_create(p, &order, &t));
    OQ_TRY(tenant_make_admin(p, t->id, &order, &secret_id));
    tenant_made made = {0};
    memcpy(&made, t, sizeof *t);
    if (!oq_uuid_is_zero(secret_id)) {
        oq_str id = oq_uuid_text(http_arena(rq), secret_id);
        made.credentials_url = oq_strf(http_arena(rq), "/once/%.*s", OQ_FMT(id));
    }
    http_answer_record(rq, 201, &made);
    return NULL;
}

oq_err *tenant_api_get(http_req *rq, db_platform *p)
{
    oq_uuid id;
    tenant_overview *t;
    OQ_TRY(http_path_uuid(rq, "id", &id));
    OQ_TRY(tenant_get_overview(p, id, &t));
    http_answer_record(rq, 200, t);
    return NULL;
}

oq_err *tenant_api_change(http_req *rq, db_platform *p)
{
    oq_uuid id;
    tenant_change change;
    tenant *t;
    OQ_TRY(http_path_uuid(rq, "id", &id));
    OQ_TRY(http_body(rq, &change));
    OQ_TRY(tenant_update(p, id, &change, &t));
    http_answer_record(rq, 200, t);
    return NULL;
}
