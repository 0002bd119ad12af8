/* The finished answer as libmicrohttpd takes it: status, headers, bytes. */
#include <strings.h>

#include "http/inner.h"

enum { ZIP_FROM = 1024 }; /* below, the headers weigh more than what zipping saves */

/* On every answer, whatever it is. No style or script of anybody else, none inside pages. */
static const struct {
    const char *name, *value;
} security_headers[] = {
    {"Content-Security-Policy",
     "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
     "font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; "
     "frame-ancestors 'none'"},
    {"X-Content-Type-Options", "nosniff"},
    {"Referrer-Policy", "same-origin"},
    {"Cross-Origin-Opener-Policy", "same-origin"},
    {"Cross-Origin-Resource-Policy", "same-origin"},
    {"Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()"},
};

static bool is_text(const char *type)
{
    static const char *const texts[] = {"text/", "application/json", "application/problem+json",
                                        "application/javascript", "image/svg+xml"};
    for (size_t i = 0; i < OQ_COUNT(texts); i++)
        if (strncmp(type, texts[i], strlen(texts[i])) == 0)
            return true;
    return false;
}

/* Zips the body in place when it is worth it and wanted. */
static bool zip(http_req *rq)
{
    http_answer *a = &rq->answer;
    if (a->is_fixed || !a->type || a->buf.len < ZIP_FROM || !is_text(a->type))
        return false;
    http_set_header(rq, "Vary", OQ_STR("Accept-Encoding"));
    oq_buf zipped;
    if (!http_accepts_gzip(http_header_joined(rq, "Accept-Encoding")) ||
        !http_gzip(oq_buf_view(&a->buf), &zipped))
        return false;
    oq_buf_drop(&a->buf);
    a->buf = zipped;
    return true;
}

static void add(struct MHD_Response *reply, const char *name, const char *value)
{
    if (MHD_add_response_header(reply, name, value) != MHD_YES)
        abort(); /* names and values are checked before; what is left is no memory */
}

static void add_headers(http_req *rq, struct MHD_Response *reply, bool is_zipped)
{
    const http_answer *a = &rq->answer;
    bool has_cache = false;
    for (const http_header_line *line = rq->lasting; line; line = line->next)
        add(reply, line->name, line->value.ptr);
    for (const http_header_line *line = a->header; line; line = line->next) {
        add(reply, line->name, line->value.ptr);
        has_cache = has_cache || strcasecmp(line->name, "Cache-Control") == 0;
    }
    if (a->type)
        add(reply, "Content-Type", a->type);
    if (is_zipped)
        add(reply, "Content-Encoding", "gzip");
    if (!has_cache)
        add(reply, "Cache-Control", a->cache ? a->cache : "no-store");
    for (size_t i = 0; i < OQ_COUNT(security_headers); i++)
        add(reply, security_headers[i].name, security_headers[i].value);
    if (rq->is_tls)
        add(reply, "Strict-Transport-Security", "max-age=31536000; includeSubDomains");
    add(reply, "X-Request-Id", oq_str_c(rq->arena, rq->request_id));
    if (rq->is_last || atomic_load_explicit(&rq->server->is_stopping, memory_order_relaxed))
        add(reply, "Connection", "close");
}

static ssize_t read_nothing(void *cls, uint64_t pos, char *out, size_t max)
{
    return MHD_CONTENT_READER_END_OF_STREAM;
}

/* To HEAD libmicrohttpd sends the last chunk of a stream that has no chunks, and the client would
 * take it for the beginning of the next answer. So the head goes alone and ends the connection. */
static struct MHD_Response *head_of_stream(http_req *rq)
{
    http_stream_abandon(rq->answer.stream);
    rq->answer.stream = NULL;
    http_pieces_drop(rq->answer.pieces);
    rq->answer.pieces = NULL;
    struct MHD_Response *reply =
        MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, 1, read_nothing, NULL, NULL);
    if (!reply ||
        MHD_set_response_options(reply, MHD_RF_HTTP_1_0_COMPATIBLE_STRICT, MHD_RO_END) != MHD_YES)
        abort();
    return reply;
}

void http_reply_build(http_req *rq)
{
    http_answer *a = &rq->answer;
    if (rq->has_query_lang && rq->route && rq->route->is_page)
        http_set_cookie(rq, HTTP_LANG_COOKIE, oq_lang_code(rq->lang), 365 * 86400, true);
    if (a->is_stream || a->pieces) {
        rq->reply = http_is_head(rq) ? head_of_stream(rq)
                    : a->is_stream   ? http_stream_response(rq)
                                     : http_pieces_response(rq);
        add_headers(rq, rq->reply, false);
        return;
    }
    bool is_zipped = zip(rq) || a->is_fixed_gzip;
    oq_str bytes = a->is_fixed ? a->fixed : oq_buf_view(&a->buf);
    /* Persistent: the bytes live in the request, which outlives its sending. */
    rq->reply = MHD_create_response_from_buffer(bytes.len, (void *)(uintptr_t)bytes.ptr,
                                                MHD_RESPMEM_PERSISTENT);
    if (!rq->reply)
        abort();
    add_headers(rq, rq->reply, is_zipped);
}
