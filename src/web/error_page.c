/* The page of an error: what happened, and what to do next. It needs no database, so that it is
 * there when the database is not. */
#include "web/inner.h"

enum { DETAILS_MAX = 20 };

/* "error_page.404.title", else one for all faults of the asker or of ours. */
static oq_str text_of(oq_arena *arena, oq_lang lang, int status, const char *part)
{
    oq_str key = oq_strf(arena, "error_page.%d.%s", status, part);
    if (!oq_text_exists(lang, key))
        key = oq_strf(arena, "error_page.%s.%s", status < 500 ? "client" : "server", part);
    return oq_text(lang, key);
}

/* The page's own sentence says the same. */
static bool says_nothing_more(const oq_err *err)
{
    static const char *const codes[] = {"http.not_found", "http.method_not_allowed",
                                        "http.internal"};
    for (size_t i = 0; i < OQ_COUNT(codes); i++)
        if (strcmp(err->code, codes[i]) == 0)
            return true;
    return false;
}

static void put_details(oq_arena *arena, oq_lang lang, web_value *to, const oq_err *err)
{
    web_value *list = web_put_list(to, "details");
    int count = 0;
    for (const oq_err *e = err; e && count < DETAILS_MAX; e = e->next) {
        if (says_nothing_more(e))
            continue;
        web_value *one = web_add_object(list);
        web_put_cstr(one, "field", e->field);
        web_put_text(one, "text", oq_err_sentence(arena, lang, e));
        count++;
    }
}

/* Whether asking for the same again may help: the error says so, or its status does. */
static bool may_retry(int status)
{
    return status == 429 || status == 500 || status == 503 || status == 504;
}

void web_error_put(web_value *view, oq_arena *arena, oq_lang lang, int status, const oq_err *err,
                   const http_who *who, oq_str request_id, oq_str retry_href)
{
    web_value *to = web_put_object(view, "error");
    web_put_i64(to, "status", status);
    web_put_text(to, "title", text_of(arena, lang, status, "title"));
    web_put_text(to, "text", text_of(arena, lang, status, "text"));
    web_put_text(to, "next", text_of(arena, lang, status, "next"));
    web_put_text(to, "request_id", request_id);
    web_put_text(to, "retry_href", may_retry(status) ? retry_href : OQ_NONE);
    web_put_cstr(to, "home_href", who->is_signed_in ? "/app" : "/");
    web_put_bool(to, "wants_login", !who->is_signed_in && (status == 401 || status == 403));
    put_details(arena, lang, to, err);
}

oq_err *web_error_page(void *self, http_req *rq, int status, const oq_err *err)
{
    const http_who *who = http_who_of(rq);
    web_page page = web_page_begin(rq, "error", "error_page.client.title", NULL);
    oq_str retry = http_method_of(rq) == HTTP_GET ? http_target(rq) : OQ_NONE;
    page.status = status;
    page.title = text_of(page.arena, page.locale.lang, status, "title");
    web_error_put(page.view, page.arena, page.locale.lang, status, err, who, http_request_id(rq),
                  retry);
    /* The sidebar helps who went astray. After a fault of ours, as little as possible is asked
     * of what may be broken. */
    if (who->is_signed_in && status < 500)
        return web_page_send(&page);
    return web_page_send_plain(&page);
}
