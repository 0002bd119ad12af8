/* What a handler may say. Nothing is sent from here: the answer is put together by reply.c when the
 * unit of work has ended well. */
#include <strings.h>

#include "http/inner.h"

void http_answer_reset(http_req *rq)
{
    http_stream_abandon(rq->answer.stream);
    http_pieces_drop(rq->answer.pieces);
    oq_buf_drop(&rq->answer.buf);
    rq->answer = (http_answer){0};
}

/* A new body in place of an earlier one; headers and cookies stay. */
static void begin(http_req *rq, int status, const char *type)
{
    http_answer *a = &rq->answer;
    http_pieces_drop(a->pieces);
    a->pieces = NULL;
    oq_buf_drop(&a->buf);
    a->buf = oq_buf_make(HTTP_ANSWER_MAX);
    a->status = status ? status : rq->route && rq->route->status ? rq->route->status : 200;
    a->type = type;
    a->fixed = OQ_NONE;
    a->is_fixed = a->is_fixed_gzip = a->is_json = a->is_stream = false;
    a->cache = NULL;
}

oq_json *http_json(http_req *rq, int status)
{
    begin(rq, status, "application/json");
    rq->answer.is_json = true;
    rq->answer.json = oq_json_to(&rq->answer.buf);
    return &rq->answer.json;
}

void http_answer_record(http_req *rq, int status, const void *record)
{
    assert(rq->route->answer && "the route describes no answer");
    oq_fields_write_json(http_json(rq, status), rq->route->answer, record);
}

void http_answer_list(http_req *rq, const void *records, size_t size, size_t count, oq_str next)
{
    assert(rq->route->answer && "the route describes no answer");
    oq_json *j = http_json(rq, 0);
    oq_json_object(j);
    oq_json_key(j, OQ_STR("items"));
    oq_json_array(j);
    for (size_t i = 0; i < count; i++)
        oq_fields_write_json(j, rq->route->answer, (const char *)records + i * size);
    oq_json_array_end(j);
    oq_json_put(j, text, "next", next);
    oq_json_object_end(j);
}

void http_answer_empty(http_req *rq, int status)
{
    begin(rq, status, NULL);
}

void http_redirect(http_req *rq, oq_str path)
{
    begin(rq, 303, NULL);
    http_set_header(rq, "Location", http_path_is_own(path) ? path : OQ_STR("/"));
}

void http_answer_buf(http_req *rq, int status, const char *content_type, oq_buf *buf)
{
    begin(rq, status, content_type);
    rq->answer.buf = *buf;
    *buf = (oq_buf){0};
}

void http_answer_static(http_req *rq, const char *content_type, oq_str bytes, oq_str gz_bytes,
                        oq_str etag, bool is_immutable)
{
    bool zipped =
        oq_str_given(gz_bytes) && http_accepts_gzip(http_header_joined(rq, "Accept-Encoding"));
    /* Two representations, two tags (RFC 9110, 8.8.3). */
    oq_str tag = zipped ? oq_strf(rq->arena, "%.*s-gz", OQ_FMT(etag)) : etag;
    bool is_known = http_etag_matches(http_header_joined(rq, "If-None-Match"), tag);
    begin(rq, is_known ? 304 : 200, is_known ? NULL : content_type);
    http_answer *a = &rq->answer;
    a->is_fixed = true;
    a->fixed = is_known ? OQ_STR("") : zipped ? gz_bytes : bytes;
    a->is_fixed_gzip = zipped && !is_known;
    a->cache = is_immutable ? "public, max-age=31536000, immutable" : "public, no-cache";
    http_set_header(rq, "ETag", oq_strf(rq->arena, "\"%.*s\"", OQ_FMT(tag)));
    if (oq_str_given(gz_bytes))
        http_set_header(rq, "Vary", OQ_STR("Accept-Encoding"));
}

/* --- headers ---------------------------------------------------------------------------------*/

static void add_header(http_req *rq, const char *name, oq_str value, bool is_cookie)
{
    http_header_line **at = &rq->answer.header;
    while (*at && (is_cookie || strcasecmp((*at)->name, name) != 0))
        at = &(*at)->next;
    if (!*at)
        *at = oq_new(rq->arena, http_header_line);
    http_header_line *line = *at;
    line->name = name;
    line->value = oq_str_copy(rq->arena, value);
    line->is_cookie = is_cookie;
}

void http_set_header(http_req *rq, const char *name, oq_str value)
{
    if (http_token_ok(oq_cstr(name)) && http_header_value_ok(value))
        add_header(rq, name, value, false);
    else
        rq->answer.late = oq_fail(OQ_INTERNAL, "http.bad_header", "name=%s", name);
}

void http_set_cookie(http_req *rq, const char *name, oq_str value, int64_t max_age_s,
                     bool script_may_read)
{
    if (!http_cookie_name_ok(oq_cstr(name)) || !http_cookie_value_ok(value)) {
        rq->answer.late = oq_fail(OQ_INTERNAL, "http.bad_header", "name=%s", name);
        return;
    }
    oq_str age =
        max_age_s < 0 ? OQ_STR("") : oq_strf(rq->arena, "; Max-Age=%lld", (long long)max_age_s);
    add_header(rq, "Set-Cookie",
               oq_strf(rq->arena, "%s=%.*s; Path=/; SameSite=Lax%.*s%s%s", name, OQ_FMT(value),
                       OQ_FMT(age), script_may_read ? "" : "; HttpOnly",
                       rq->is_tls ? "; Secure" : ""),
               true);
}

void http_as_file(http_req *rq, oq_str file_name)
{
    /* The plain name is for old programs, the encoded one for all others (RFC 6266). */
    char *plain = oq_str_c(rq->arena, file_name);
    for (size_t i = 0; i < file_name.len; i++) {
        unsigned char c = (unsigned char)plain[i];
        if (c < 0x20 || c >= 0x7f || c == '"' || c == '\\' || c == '/' || c == '%')
            plain[i] = '_';
    }
    http_set_header(rq, "Content-Disposition",
                    oq_strf(rq->arena, "attachment; filename=\"%s\"; filename*=UTF-8''%.*s", plain,
                            OQ_FMT(oq_percent(rq->arena, file_name, ""))));
}
