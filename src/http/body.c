/* What comes after the header: taken as it arrives, unzipped, held against the route. */
#include "http/inner.h"

void http_body_drop(http_req *rq)
{
    atomic_fetch_sub(&rq->server->held, rq->body_held);
    rq->body_held = 0;
    oq_buf_drop(&rq->body);
}

/* Bodies are taken in before anybody knows who sends them, so all large ones together have a limit.
 * Small ones are held down by the number of connections. */
static bool hold(http_req *rq, size_t len)
{
    if (rq->body_max <= HTTP_BODY_SMALL)
        return true;
    rq->body_held += (int64_t)len;
    if (atomic_fetch_add(&rq->server->held, (int64_t)len) + (int64_t)len <= HTTP_HELD_MAX)
        return true;
    http_body_drop(rq);
    http_refuse(rq, OQ_UNAVAILABLE, "http.busy", 0);
    return false;
}

bool http_body_take(http_req *rq, const char *bytes, size_t len)
{
    rq->body_seen += (int64_t)len;
    if (!rq->body_too_large && rq->body_seen > (int64_t)rq->body_max) {
        rq->body_too_large = true;
        /* A route that is not there said so already; that is the better answer. */
        http_refuse(rq, OQ_TOO_LARGE, "http.body_too_large", (int64_t)rq->body_max);
    }
    if (rq->body_too_large || rq->refusal.kind) {
        http_body_drop(rq);
        rq->body = oq_buf_make(0);
        return rq->body_seen <= (int64_t)rq->body_max + HTTP_DRAIN_MAX;
    }
    if (!hold(rq, len))
        return true;
    oq_buf_put(&rq->body, bytes, len);
    return true;
}

static oq_err *unzip(http_req *rq)
{
    oq_str coding = oq_str_trim(http_header(rq, "Content-Encoding"));
    if (!rq->body.len || !coding.len || oq_str_eq_ascii_nocase(coding, OQ_STR("identity")))
        return NULL;
    if (rq->route->own_coding && oq_str_eq_ascii_nocase(coding, oq_cstr(rq->route->own_coding)))
        return NULL;
    if (!oq_str_eq_ascii_nocase(coding, OQ_STR("gzip")))
        return oq_fail(OQ_INVALID, "http.coding", "got=%.*s", OQ_FMT(coding));
    oq_buf plain = {0};
    OQ_TRY(http_gunzip(oq_buf_view(&rq->body), rq->body_max, &plain));
    http_body_drop(rq);
    rq->body = plain;
    return NULL;
}

typedef enum body_kind { BODY_NONE, BODY_JSON, BODY_FORM, BODY_OTHER } body_kind;

static body_kind kind_of(http_req *rq, oq_str *ret_type)
{
    oq_str type = http_media_type(rq->arena, http_header(rq, "Content-Type"));
    *ret_type = type;
    if (oq_str_eq(type, OQ_STR("application/json")) ||
        (oq_str_starts(type, OQ_STR("application/")) && oq_str_ends(type, OQ_STR("+json"))))
        return BODY_JSON;
    if (oq_str_eq(type, OQ_STR("application/x-www-form-urlencoded")))
        return BODY_FORM;
    return rq->body.len ? BODY_OTHER : BODY_NONE;
}

static oq_err *form_pairs(http_req *rq, http_pairs *ret_pairs)
{
    if (!rq->form_read) {
        OQ_TRY(http_form_parse(rq->arena, oq_buf_view(&rq->body), &rq->form));
        rq->form_read = true;
    }
    *ret_pairs = rq->form;
    return NULL;
}

static oq_err *bad_type(oq_str type)
{
    return oq_fail(OQ_INVALID, "http.media_type", "got=%.*s", OQ_FMT(oq_str_sub(type, 0, 100)));
}

/* A route without a body still takes what buttons and fetch() send: a form with nothing but the
 * token, or {}. */
static oq_err *check_empty(http_req *rq, body_kind kind)
{
    if (kind == BODY_NONE || !rq->body.len)
        return NULL;
    if (kind == BODY_JSON && oq_str_eq(oq_str_trim(oq_buf_view(&rq->body)), OQ_STR("{}")))
        return NULL;
    if (kind == BODY_FORM) {
        http_pairs pairs;
        OQ_TRY(form_pairs(rq, &pairs));
        if (pairs.count == 0 ||
            (pairs.count == 1 && oq_str_eq(pairs.at[0].name, OQ_STR("csrf_token"))))
            return NULL;
    }
    return oq_fail(OQ_MALFORMED, "http.body_unexpected");
}

oq_err *http_body_check(http_req *rq)
{
    if (rq->body_checked)
        return NULL;
    OQ_TRY(unzip(rq));
    rq->body_checked = true;
    oq_str type;
    body_kind kind = kind_of(rq, &type);
    if (rq->route->takes_raw)
        return NULL;
    if (!rq->route->body)
        return check_empty(rq, kind);
    return kind == BODY_OTHER ? bad_type(type) : NULL;
}

oq_err *http_body_csrf(http_req *rq, oq_str *ret_token)
{
    OQ_TRY(http_body_check(rq));
    oq_str type;
    http_pairs pairs = {0};
    if (kind_of(rq, &type) == BODY_FORM)
        OQ_TRY(form_pairs(rq, &pairs));
    *ret_token = http_pairs_find(pairs, OQ_STR("csrf_token"));
    return NULL;
}

oq_err *http_body(http_req *rq, void *record)
{
    const oq_field *fields = rq->route->body;
    assert(fields && "the route has no body table");
    oq_str type;
    if (kind_of(rq, &type) == BODY_JSON)
        return oq_fields_read_json(rq->arena, fields, oq_buf_view(&rq->body), record);
    http_pairs pairs;
    oq_fields_preset(rq->arena, fields, record);
    OQ_TRY(form_pairs(rq, &pairs));
    oq_pair *own = oq_new_n(rq->arena, oq_pair, pairs.count);
    size_t count = 0;
    for (size_t i = 0; i < pairs.count; i++)
        if (!oq_str_eq(pairs.at[i].name, OQ_STR("csrf_token")))
            own[count++] = pairs.at[i];
    return oq_fields_read_pairs(rq->arena, fields, own, count, record);
}

oq_err *http_body_over(http_req *rq, void *record)
{
    assert(rq->route->body && "the route has no body table");
    oq_str type;
    if (kind_of(rq, &type) != BODY_JSON)
        return bad_type(type);
    return oq_fields_merge_json(rq->arena, rq->route->body, oq_buf_view(&rq->body), record);
}

oq_str http_body_raw(http_req *rq)
{
    return oq_buf_view(&rq->body);
}
