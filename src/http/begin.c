/* What can be told from the header of a request alone. */
#include "http/inner.h"

void http_refuse(http_req *rq, oq_kind kind, const char *code, int64_t max)
{
    if (!rq->refusal.kind)
        rq->refusal = (http_refusal){.kind = kind, .code = code, .max = max};
}

/* What one pass over the headers finds out. */
typedef struct header_scan {
    int count, hosts, lengths, codings;
    bool is_bad;
    oq_str length, coding;
} header_scan;

/* A line that goes on with a blank (RFC 9112, 5.2) libmicrohttpd (0.9.75) puts behind the name:
 * "Content-Length:", CR LF, " 5" is a header "Content-Length5" to it. */
static bool is_torn(oq_str key)
{
    static const oq_str framing[] = {OQ_STR_INIT("Content-Length"),
                                     OQ_STR_INIT("Transfer-Encoding")};
    for (size_t i = 0; i < OQ_COUNT(framing); i++)
        if (key.len > framing[i].len &&
            oq_str_eq_ascii_nocase(oq_str_sub(key, 0, framing[i].len), framing[i]))
            return true;
    return false;
}

static enum MHD_Result scan_header(void *cls, enum MHD_ValueKind kind, const char *name,
                                   size_t name_len, const char *value, size_t value_len)
{
    header_scan *scan = cls;
    oq_str key = oq_strn(name, name_len), text = oq_strn(value ? value : "", value_len);
    scan->count++;
    /* libmicrohttpd takes "Content-Length : 5" as a header of another name; a proxy before us may
     * not, and the two would disagree where the next request begins. */
    if (!http_token_ok(key) || !http_header_value_ok(text) || is_torn(key))
        scan->is_bad = true;
    if (oq_str_eq_ascii_nocase(key, OQ_STR("Host"))) {
        scan->hosts++;
    } else if (oq_str_eq_ascii_nocase(key, OQ_STR("Content-Length"))) {
        scan->lengths++;
        scan->length = text;
    } else if (oq_str_eq_ascii_nocase(key, OQ_STR("Transfer-Encoding"))) {
        scan->codings++;
        scan->coding = text;
    }
    return MHD_YES;
}

/* Headers that could be read in two ways (RFC 9112, 6.3) are refused, not guessed at. */
static void check_headers(http_req *rq, oq_str version)
{
    header_scan scan = {0};
    MHD_get_connection_values_n(rq->mhd, MHD_HEADER_KIND, scan_header, &scan);
    const union MHD_ConnectionInfo *size =
        MHD_get_connection_info(rq->mhd, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);
    if (scan.count > HTTP_HEADERS_MAX)
        http_refuse(rq, OQ_MALFORMED, "http.headers_too_many", HTTP_HEADERS_MAX);
    if (size && size->header_size > HTTP_HEADER_BYTES_MAX)
        http_refuse(rq, OQ_MALFORMED, "http.headers_too_large", HTTP_HEADER_BYTES_MAX);
    bool two_ways = scan.lengths > 1 || scan.codings > 1 || (scan.lengths && scan.codings);
    bool unknown_coding = scan.codings && !oq_str_eq_ascii_nocase(scan.coding, OQ_STR("chunked"));
    bool no_host = scan.hosts != 1 && oq_str_eq(version, OQ_STR("HTTP/1.1"));
    if (scan.is_bad || two_ways || unknown_coding || no_host) {
        http_refuse(rq, OQ_MALFORMED, "http.header_malformed", 0);
        rq->is_last = true;
    }
    uint64_t length;
    if (scan.lengths && oq_parse_u64(scan.length, &length))
        rq->body_declared = length > INT64_MAX ? INT64_MAX : (int64_t)length;
    rq->has_body = scan.codings || rq->body_declared > 0;
}

static void read_identity(http_req *rq)
{
    const http_server *server = rq->server;
    oq_str id = http_header(rq, "X-Request-Id");
    rq->request_id =
        http_request_id_ok(id) ? id : oq_uuid_text(rq->arena, oq_uuid_new(oq_clock_now()));
    rq->peer = oq_cstr(rq->conn->address);
    if (server->proxies.count && http_proxies_trust(&server->proxies, rq->peer)) {
        rq->is_tls = oq_str_eq_ascii_nocase(http_header(rq, "X-Forwarded-Proto"), OQ_STR("https"));
        rq->peer = http_proxies_peer(&server->proxies, rq->peer,
                                     http_header_joined(rq, "X-Forwarded-For"));
    }
}

static void find_route(http_req *rq)
{
    oq_str raw_path;
    http_segments segments;
    if (rq->target.len > HTTP_TARGET_MAX) {
        http_refuse(rq, OQ_MALFORMED, "http.uri_too_long", HTTP_TARGET_MAX);
        return;
    }
    if (!http_target_split(rq->target, &raw_path, &rq->raw_query) ||
        http_path_parse(rq->arena, raw_path, &rq->path, &segments)) {
        http_refuse(rq, OQ_MALFORMED, "http.path_malformed", 0);
        return;
    }
    if (!http_router_find(rq->server->router, &segments, &rq->match))
        http_refuse(rq, OQ_NOT_FOUND, "http.not_found", 0);
    else if (rq->method)
        rq->route = rq->match.by_method[rq->method];
}

/* Memory for a body of known length at once, instead of growing; not more than a small one, for an
 * announcement is not a body yet. */
static void reserve(http_req *rq)
{
    if (rq->has_body && !rq->refusal.kind && rq->body_declared > 0 &&
        rq->body_declared <= (int64_t)rq->body_max && rq->body_declared <= HTTP_BODY_SMALL)
        oq_buf_room(&rq->body, (size_t)rq->body_declared);
}

void http_begin(http_req *rq, const char *method, const char *version)
{
    rq->method_text = oq_cstr(method);
    rq->method = http_method_parse(rq->method_text);
    rq->is_options = oq_str_eq(rq->method_text, OQ_STR("OPTIONS"));
    read_identity(rq);
    check_headers(rq, oq_cstr(version));
    find_route(rq);
    http_lang_settle(rq);
    if (rq->route && rq->route->is_page)
        rq->wants_page = true;
    else if (!rq->route)
        rq->wants_page = !oq_str_starts(rq->path, OQ_STR("/api/")) &&
                         http_accepts_html(http_header(rq, "Accept"));
    if (!rq->refusal.kind && !rq->route && !rq->is_options)
        http_refuse(rq, OQ_NOT_ALLOWED, "http.method_not_allowed", 0);
    if (rq->route && rq->method != HTTP_GET)
        rq->body_max = rq->route->body_max ? rq->route->body_max : HTTP_BODY_PRESET;
    rq->body = oq_buf_make(rq->body_max);
    reserve(rq);
    if (rq->body_declared > (int64_t)rq->body_max) {
        rq->body_too_large = true;
        http_refuse(rq, OQ_TOO_LARGE, "http.body_too_large", (int64_t)rq->body_max);
    }
}

bool http_begin_is_final(http_req *rq)
{
    if (!rq->refusal.kind || !rq->has_body)
        return false;
    /* Framing that cannot be trusted must not be read on; and a client that asked first
     * ("Expect: 100-continue"), or announces more than we would drain, is told now. libmicrohttpd
     * closes the connection after such an early answer. */
    if (rq->refusal.kind == OQ_MALFORMED)
        return true;
    return rq->body_declared > (int64_t)rq->body_max + HTTP_DRAIN_MAX ||
           oq_str_given(http_header(rq, "Expect"));
}
