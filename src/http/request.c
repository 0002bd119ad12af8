/* What a handler may ask. */
#include "http/inner.h"

oq_arena *http_arena(http_req *rq)
{
    return rq->arena;
}

const http_route *http_route_of(const http_req *rq)
{
    return rq->route;
}

http_method http_method_of(const http_req *rq)
{
    return rq->method;
}

oq_str http_path(const http_req *rq)
{
    return rq->path;
}

oq_str http_target(const http_req *rq)
{
    return rq->target;
}

oq_str http_request_id(const http_req *rq)
{
    return rq->request_id;
}

oq_str http_peer(const http_req *rq)
{
    return rq->peer;
}

db_pool *http_pool(const http_req *rq)
{
    return rq->server->options.pool;
}

bool http_is_tls(const http_req *rq)
{
    return rq->is_tls;
}

const http_who *http_who_of(const http_req *rq)
{
    return &rq->who;
}

/* --- headers ---------------------------------------------------------------------------------*/

oq_str http_header(http_req *rq, const char *name)
{
    const char *value;
    size_t len;
    if (MHD_lookup_connection_value_n(rq->mhd, MHD_HEADER_KIND, name, strlen(name), &value, &len) !=
        MHD_YES)
        return OQ_NONE;
    return oq_strn(value ? value : "", value ? len : 0);
}

typedef struct header_join {
    oq_arena *arena;
    oq_str name, text;
} header_join;

static enum MHD_Result join_header(void *cls, enum MHD_ValueKind kind, const char *name,
                                   size_t name_len, const char *value, size_t value_len)
{
    header_join *join = cls;
    oq_str text = oq_strn(value ? value : "", value_len);
    if (oq_str_eq_ascii_nocase(oq_strn(name, name_len), join->name))
        join->text = oq_str_given(join->text)
                         ? oq_strf(join->arena, "%.*s,%.*s", OQ_FMT(join->text), OQ_FMT(text))
                         : text;
    return MHD_YES;
}

oq_str http_header_joined(http_req *rq, const char *name)
{
    header_join join = {.arena = rq->arena, .name = oq_cstr(name)};
    MHD_get_connection_values_n(rq->mhd, MHD_HEADER_KIND, join_header, &join);
    return join.text;
}

oq_str http_cookie(http_req *rq, const char *name)
{
    return http_cookie_find(http_header(rq, "Cookie"), oq_cstr(name));
}

oq_str http_last_event_id(http_req *rq)
{
    oq_str id = http_header(rq, "Last-Event-ID");
    return oq_str_given(id) ? id : http_query_text(rq, "last_event_id");
}

/* --- path and query --------------------------------------------------------------------------*/

oq_str http_path_text(http_req *rq, const char *name)
{
    size_t i = http_route_param(rq->route, oq_cstr(name));
    assert(i < rq->match.param_count && "the route's path has no such parameter");
    return rq->match.param[i];
}

oq_err *http_path_uuid(http_req *rq, const char *name, oq_uuid *ret_id)
{
    oq_uuid id;
    if (!oq_uuid_parse(http_path_text(rq, name), &id) || oq_uuid_is_zero(id))
        return oq_fail(OQ_NOT_FOUND, "http.not_found");
    *ret_id = id;
    return NULL;
}

static oq_err *query_pairs(http_req *rq, http_pairs *ret_pairs)
{
    if (!rq->query_read) {
        OQ_TRY(http_form_parse(rq->arena, rq->raw_query, &rq->query));
        rq->query_read = true;
    }
    *ret_pairs = rq->query;
    return NULL;
}

oq_str http_query_text(http_req *rq, const char *name)
{
    http_pairs pairs;
    oq_err *err = query_pairs(rq, &pairs);
    if (err) {
        oq_ignore(err, "a query that cannot be read names nothing; http_query says so");
        return OQ_NONE;
    }
    oq_str value = http_pairs_find(pairs, oq_cstr(name));
    return oq_utf8_valid(value) ? value : OQ_NONE;
}

/* Parameters that every page understands are no unknown fields of its table. */
static bool is_common(oq_str name)
{
    return oq_str_eq(name, OQ_STR("lang")) || oq_str_eq(name, OQ_STR("last_event_id"));
}

oq_err *http_query(http_req *rq, void *record)
{
    const oq_field *fields = rq->route->query;
    assert(fields && "the route has no query table");
    http_pairs pairs;
    oq_fields_preset(rq->arena, fields, record); /* also when nothing can be read: pages show it */
    OQ_TRY(query_pairs(rq, &pairs));
    oq_pair *own = oq_new_n(rq->arena, oq_pair, pairs.count);
    size_t count = 0;
    for (size_t i = 0; i < pairs.count; i++)
        if (!is_common(pairs.at[i].name) || oq_field_find(fields, pairs.at[i].name))
            own[count++] = pairs.at[i];
    return oq_fields_read_pairs(rq->arena, fields, own, count, record);
}

/* --- language --------------------------------------------------------------------------------*/

oq_lang http_lang(const http_req *rq)
{
    return rq->lang;
}

void http_lang_settle(http_req *rq)
{
    rq->has_query_lang = oq_lang_parse(http_query_text(rq, "lang"), &rq->lang);
    if (rq->has_query_lang || oq_lang_parse(http_cookie(rq, HTTP_LANG_COOKIE), &rq->lang))
        return;
    if (rq->who.is_signed_in && rq->who.has_lang)
        rq->lang = rq->who.lang;
    else if (!http_accepts_lang(http_header(rq, "Accept-Language"), &rq->lang))
        rq->lang = OQ_LANG_AR;
}
