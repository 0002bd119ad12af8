/* Errors as people and programs get them: RFC 9457 problems and error pages, from one place. */
#include "http/inner.h"

/* Statuses that HTTP has and kinds do not. */
static const struct {
    const char *code;
    int status;
} special[] = {
    {"http.media_type", 415},        {"http.coding", 415},           {"http.uri_too_long", 414},
    {"http.headers_too_large", 431}, {"http.headers_too_many", 431},
};

int http_err_status(const oq_err *err)
{
    for (size_t i = 0; i < OQ_COUNT(special); i++)
        if (strcmp(err->code, special[i].code) == 0)
            return special[i].status;
    return oq_kind_status(err->kind);
}

int64_t http_err_fact(const oq_err *err, const char *name, int64_t otherwise)
{
    int64_t value;
    for (size_t i = 0; i < err->arg_count; i++)
        if (strcmp(err->arg[i].name, name) == 0 && oq_parse_i64(err->arg[i].value, &value))
            return value;
    return otherwise;
}

/* What outsiders get to see of an error: of our own faults only the request's id; of several wrong
 * fields their number, for each has its own sentence below. */
static const oq_err *shown(const oq_err *err, oq_str request_id)
{
    if (err->kind == OQ_INTERNAL)
        return oq_fail(OQ_INTERNAL, "http.internal", "request_id=%.*s", OQ_FMT(request_id));
    size_t fields = 0;
    for (const oq_err *e = err; e; e = e->next)
        fields += e->field != NULL;
    if (fields > 1)
        return oq_fail(OQ_INVALID, "http.fields_invalid", "count=%zu", fields);
    return err;
}

static oq_str title(oq_arena *arena, oq_lang lang, oq_kind kind)
{
    return oq_text(lang, oq_strf(arena, "problem.%s", oq_kind_name(kind)));
}

static void write_fields(oq_json *j, oq_arena *arena, oq_lang lang, const oq_err *err)
{
    bool any = false;
    for (const oq_err *e = err; e; e = e->next) {
        if (!e->field)
            continue;
        if (!any) {
            oq_json_key(j, OQ_STR("errors"));
            oq_json_array(j);
            any = true;
        }
        oq_json_object(j);
        oq_json_put(j, text, "field", oq_cstr(e->field));
        oq_json_put(j, text, "code", oq_cstr(e->code));
        oq_json_put(j, text, "message", oq_err_sentence(arena, lang, e));
        oq_json_object_end(j);
    }
    if (any)
        oq_json_array_end(j);
}

static void write_members(oq_json *j, oq_arena *arena, oq_lang lang, oq_str request_id,
                          const oq_err *err)
{
    const oq_err *outer = shown(err, request_id);
    oq_json_object(j);
    oq_json_put(j, text, "type", oq_strf(arena, "/problems/%s", outer->code));
    oq_json_put(j, text, "title", title(arena, lang, outer->kind));
    oq_json_put(j, i64, "status", http_err_status(outer));
    oq_json_put(j, text, "detail", oq_err_sentence(arena, lang, outer));
    oq_json_put(j, text, "code", oq_cstr(outer->code));
    oq_json_put(j, text, "instance", request_id);
}

void http_problem_write(oq_json *j, oq_arena *arena, oq_lang lang, oq_str request_id,
                        const oq_err *err)
{
    write_members(j, arena, lang, request_id, err);
    write_fields(j, arena, lang, err);
    oq_json_object_end(j);
}

/* Our own faults and those of what we stand on, as one line with the chain; what clients get wrong
 * is in the access log by its code. */
static void log_failure(const http_req *rq, const oq_err *err)
{
    bool is_ours =
        err->kind == OQ_INTERNAL || err->kind == OQ_UNAVAILABLE || err->kind == OQ_TIMEOUT;
    if (!is_ours || rq->refusal.kind)
        return;
    oq_log_field fields[] = {
        OQ_F_STR("request_id", rq->request_id),
        OQ_F_CSTR("route", rq->route ? rq->route->path : "-"),
        {.type = OQ_LOG_END},
    };
    oq_log_err(err->kind == OQ_INTERNAL ? OQ_LOG_ERROR : OQ_LOG_WARN, "http.failed", err, fields);
}

static void set_headers(http_req *rq, const oq_err *err)
{
    int64_t preset_s = err->kind == OQ_LIMIT ? 60 : err->kind == OQ_UNAVAILABLE ? 5 : 0;
    int64_t wait_s = http_err_fact(err, "retry_after_s", preset_s);
    if (wait_s > 0)
        http_set_header(rq, "Retry-After", oq_strf(rq->arena, "%lld", (long long)wait_s));
    if (err->kind == OQ_NOT_ALLOWED && rq->match.by_method)
        http_set_header(rq, "Allow", http_allow_text(rq->arena, rq->match.by_method));
    if (err->kind == OQ_UNAUTHENTICATED)
        http_set_header(rq, "WWW-Authenticate", OQ_STR("Bearer realm=\"optria\""));
}

static void answer_problem(http_req *rq, const oq_err *err)
{
    oq_json *j = http_json(rq, http_err_status(err));
    rq->answer.type = "application/problem+json";
    http_problem_write(j, rq->arena, rq->lang, rq->request_id, err);
}

oq_json *http_problem(http_req *rq, const oq_err *err)
{
    oq_json *j = http_json(rq, http_err_status(err));
    rq->answer.type = "application/problem+json";
    rq->error_code = err->code;
    write_members(j, rq->arena, rq->lang, rq->request_id, err);
    return j;
}

/* When there is no time for the error page, or when even that fails: a few words that need nothing.
 */
static void answer_text(http_req *rq, const oq_err *err)
{
    oq_buf text = oq_buf_make(64 * 1024);
    const oq_err *outer = shown(err, rq->request_id);
    oq_buf_str(&text, title(rq->arena, rq->lang, outer->kind));
    oq_buf_lit(&text, "\n\n");
    oq_buf_str(&text, oq_err_sentence(rq->arena, rq->lang, outer));
    oq_buf_lit(&text, "\n");
    oq_buf_str(&text, rq->request_id);
    oq_buf_lit(&text, "\n");
    http_answer_buf(rq, http_err_status(err), "text/plain; charset=utf-8", &text);
}

static void answer_page(http_req *rq, const oq_err *err)
{
    const http_hooks *hooks = &rq->server->options.hooks;
    if (hooks->error_page && !rq->is_bare) {
        const oq_err *outer = shown(err, rq->request_id);
        oq_err *failed = hooks->error_page(hooks->self, rq, http_err_status(err), outer);
        if (!failed && rq->answer.status && !rq->answer.late)
            return;
        if (failed)
            log_failure(rq, failed);
        http_answer_reset(rq);
    }
    answer_text(rq, err);
}

void http_answer_err(http_req *rq, const oq_err *err)
{
    log_failure(rq, err);
    rq->error_code = err->code;
    http_answer_reset(rq);
    if (rq->wants_page)
        answer_page(rq, err);
    else
        answer_problem(rq, err);
    set_headers(rq, err);
}
