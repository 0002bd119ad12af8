/* The request around the body: method, path, headers, framing. */
#include <ctype.h>

#include "http/router.h"
#include "support/mutate_inner.h"

#include "base/banned.h"

/* splitmix64: every number is a good seed. */
static uint64_t next(uint64_t *seed)
{
    uint64_t z = (*seed += UINT64_C(0x9e3779b97f4a7c15));
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

size_t mutate_pick(uint64_t *seed, size_t below)
{
    return (size_t)(next(seed) % below);
}

void mutate_note(mutate_maker *m, const char *what)
{
    m->what = oq_strf(m->arena, "%.*s%s%s", OQ_FMT(m->what), m->what.len ? ", " : "", what);
}

/* --- paths --------------------------------------------------------------------------------------*/

static void spoil_path(mutate_maker *m)
{
    static const char *const tails[] = {"/",
                                        "//",
                                        "/..",
                                        "/../..",
                                        "/%2e%2e/",
                                        "/.",
                                        "%00",
                                        "%ff",
                                        "%C0%AF",
                                        "/%D9%85%D8%B6%D8%AE%D8%A9",
                                        ";x=1",
                                        "%2F",
                                        "%5C",
                                        "\\",
                                        "%zz",
                                        "%",
                                        "/x/x/x/x/x/x/x/x/x/x/x/x/x/x/x/x/x/x",
                                        "?",
                                        "??",
                                        "#x",
                                        "%20",
                                        "/new",
                                        "/%0d%0a",
                                        "~",
                                        "/*"};
    switch (pick(m, 5)) {
    case 0: /* letters as code: the same path */
        for (size_t i = 1; i < m->path.len && m->path.len < 200; i++)
            if (isalpha((unsigned char)m->path.ptr[i]) && one_in(m, 4)) {
                oq_str rest =
                    oq_str_copy(m->arena, oq_str_sub(oq_buf_view(&m->path), i + 1, SIZE_MAX));
                unsigned char c = (unsigned char)m->path.ptr[i];
                m->path.len = i;
                oq_buf_f(&m->path, "%%%02x%.*s", c, OQ_FMT(rest));
                i += 2;
            }
        break;
    case 1:
        for (size_t i = 0; i < 9000; i++)
            oq_buf_char(&m->path, 'a');
        break;
    case 2:
        for (size_t i = 1; i < m->path.len; i++)
            m->path.ptr[i] = (char)toupper((unsigned char)m->path.ptr[i]);
        break;
    case 3: {
        oq_str path = oq_str_copy(m->arena, oq_buf_view(&m->path));
        static const char *const heads[] = {"/",     "http://evil.example", "//evil.example",
                                            "/x/..", "https://a@b",         ""};
        oq_buf_clear(&m->path);
        oq_buf_f(&m->path, "%s%.*s", PICK(m, heads), OQ_FMT(path));
        break;
    }
    default:
        oq_buf_f(&m->path, "%s", PICK(m, tails));
    }
    m->may_close = true; /* what is no target at all, the library answers by itself */
    mutate_note(m, "other path");
}

static void put_query(mutate_maker *m)
{
    OQ_AUTO(oq_buf) query = oq_buf_make(MUTATE_BYTES_MAX);
    mutate_pairs(&query, m, m->route->query);
    if (query.len > 7000)
        mutate_note(m, "long query");
    oq_buf_f(&m->path, "?%.*s", OQ_FMT(oq_buf_view(&query)));
}

static void spoil_type(mutate_maker *m)
{
    static const char *const types[] = {"text/plain",
                                        "application/json; charset=utf-16",
                                        "application/JSON;;;",
                                        "application/xml",
                                        "multipart/form-data; boundary=x",
                                        "application/x-www-form-urlencoded",
                                        "application/json",
                                        "application/vnd.x+json",
                                        "",
                                        "x",
                                        "/",
                                        "application/json, text/plain",
                                        "\xd9\x85/json"};
    m->type = PICK(m, types);
    mutate_note(m, "other content type");
}

/* --- headers ------------------------------------------------------------------------------------*/

static void put_header(mutate_maker *m, const char *name, oq_str value)
{
    oq_buf_f(&m->headers, "%s: %.*s\r\n", name, OQ_FMT(value));
}

static void spoil_headers(mutate_maker *m)
{
    static const char *const names[] = {"Accept",
                                        "Accept-Language",
                                        "Accept-Encoding",
                                        "Authorization",
                                        "Cookie",
                                        "Content-Encoding",
                                        "If-None-Match",
                                        "Last-Event-ID",
                                        "Range",
                                        "Origin",
                                        "Sec-Fetch-Site",
                                        "User-Agent",
                                        "X-CSRF-Token",
                                        "X-Forwarded-For",
                                        "X-Forwarded-Proto",
                                        "X-Request-Id",
                                        "Referer",
                                        "Upgrade",
                                        "Connection",
                                        "TE",
                                        "Via",
                                        "X-HTTP-Method-Override"};
    static const char *const values[] = {"",
                                         " ",
                                         "*",
                                         "*/*;q=",
                                         "text/html;q=2,,,;q=0.5",
                                         "ar;q=-1,en;q=9999999999",
                                         "gzip",
                                         "br",
                                         "Bearer",
                                         "Bearer oiq_",
                                         "Basic \xff",
                                         "optria_session=",
                                         "optria_session=a.b.c",
                                         "=;=;=;;;a",
                                         "lang=xx; lang=ar; lang=\"",
                                         "\"a\",W/\"b\",*",
                                         "bytes=0-,-1",
                                         "upgrade",
                                         "keep-alive, close",
                                         "websocket",
                                         "\xd9\x85\xd8\xb6",
                                         "a b c",
                                         "999.999.999.999",
                                         "::1,,,",
                                         "null",
                                         "same-origin",
                                         "\x01",
                                         "' OR 1=1 --",
                                         MUTATE_TAG};
    static const char *const raw[] = {"Bad Header: x\r\n",
                                      "NoColon\r\n",
                                      ": empty\r\n",
                                      "A:b\r\n folded\r\n",
                                      "X: a\rb\r\n",
                                      "Host: twice.example\r\n",
                                      "Transfer-Encoding: gzip\r\n",
                                      "Content-Length: 5\r\n",
                                      "Content-Length: -5\r\n",
                                      "Content-Length: 99999999999999999999\r\n",
                                      "Content-Length : 5\r\n",
                                      "Expect: 100-continue\r\n",
                                      "Expect: something\r\n",
                                      "\x80\x81: x\r\n"};
    switch (pick(m, 6)) {
    case 0:
        oq_buf_f(&m->headers, "%s", PICK(m, raw));
        m->may_close = m->may_wait = true;
        mutate_note(m, "broken header");
        break;
    case 1: {
        static const size_t sizes[] = {1000, 4000, 9000, 15000, 20000, 40000};
        size_t size = PICK(m, sizes);
        oq_buf_f(&m->headers, "%s: ", PICK(m, names));
        for (size_t i = 0; i < size; i++)
            oq_buf_char(&m->headers, 'a');
        oq_buf_lit(&m->headers, "\r\n");
        m->may_close = size >= 15000; /* past its pool the library cuts off */
        mutate_note(m, "long header");
        break;
    }
    case 2: {
        size_t count = 90 + pick(m, 200);
        for (size_t i = 0; i < count; i++)
            oq_buf_f(&m->headers, "X-H%zu: %zu\r\n", i, i);
        m->may_close = true;
        mutate_note(m, "many headers");
        break;
    }
    default:
        for (size_t n = 1 + pick(m, 3); n > 0; n--) {
            const char *name = PICK(m, names);
            m->may_close |= strcmp(name, "Connection") == 0 || strcmp(name, "Upgrade") == 0;
            put_header(m, name, oq_cstr(PICK(m, values)));
        }
        m->may_close = true;
        mutate_note(m, "odd headers");
    }
}

static void spoil_method(mutate_maker *m)
{
    static const char *const methods[] = {"GET",     "HEAD",
                                          "POST",    "PUT",
                                          "PATCH",   "DELETE",
                                          "OPTIONS", "TRACE",
                                          "CONNECT", "PROPFIND",
                                          "BREW",    "get",
                                          "G\xc9T",  "POSTPOSTPOSTPOSTPOSTPOSTPOSTPOSTPOSTPOSTPOST",
                                          "*"};
    m->method = PICK(m, methods);
    m->may_close |= strcmp(m->method, "CONNECT") == 0 || strcmp(m->method, "TRACE") == 0;
    mutate_note(m, m->method);
}

/* The length says something else than what comes. */
static void spoil_framing(mutate_maker *m)
{
    static const long long lengths[] = {-1, 0, 1, 1000000, 9223372036854775807LL};
    m->may_close = m->may_wait = true;
    if (one_in(m, 2)) {
        m->is_chunked = true;
        mutate_note(m, "chunks");
    } else {
        m->declared = PICK(m, lengths);
        mutate_note(m, "another length");
    }
}

/* --- all together -------------------------------------------------------------------------------*/

static void put_credentials(mutate_maker *m)
{
    if (oq_str_given(m->who->cookie))
        put_header(m, "Cookie", oq_strf(m->arena, "optria_session=%.*s", OQ_FMT(m->who->cookie)));
    if (oq_str_given(m->who->csrf))
        put_header(m, "X-CSRF-Token", m->who->csrf);
    if (oq_str_given(m->who->bearer))
        put_header(m, "Authorization", oq_strf(m->arena, "Bearer %.*s", OQ_FMT(m->who->bearer)));
}

static void put_chunks(mutate_maker *m, oq_buf *out)
{
    static const char *const ends[] = {
        "0\r\n\r\n", "0\r\nA: b\r\n\r\n",      "",      "zz\r\n",
        "-1\r\n",    "ffffffffffffffffff\r\n", "0\r\n", "5;a=b\r\nx"};
    oq_str rest = oq_buf_view(&m->body);
    while (rest.len) {
        oq_str piece = oq_str_sub(rest, 0, 1 + pick(m, 4000));
        oq_buf_f(out, "%zx\r\n", piece.len);
        oq_buf_str(out, piece);
        oq_buf_lit(out, "\r\n");
        rest = oq_str_sub(rest, piece.len, SIZE_MAX);
    }
    oq_buf_f(out, "%s", ends[one_in(m, 2) ? 0 : pick(m, OQ_COUNT(ends))]);
}

static oq_str assemble(mutate_maker *m)
{
    OQ_AUTO(oq_buf) out = oq_buf_make(MUTATE_BYTES_MAX);
    oq_buf_f(&out, "%s ", m->method);
    oq_buf_str(&out, oq_buf_view(&m->path));
    oq_buf_f(&out, " HTTP/1.1\r\n%s", m->has_host ? "Host: t\r\n" : "");
    oq_buf_str(&out, oq_buf_view(&m->headers));
    if (m->has_body && m->type)
        oq_buf_f(&out, "Content-Type: %s\r\n", m->type);
    if (m->is_chunked)
        oq_buf_lit(&out, "Transfer-Encoding: chunked\r\n");
    else if (m->has_body || m->declared != -2)
        oq_buf_f(&out, "Content-Length: %lld\r\n",
                 m->declared == -2 ? (long long)m->body.len : m->declared);
    oq_buf_lit(&out, "\r\n");
    if (m->is_chunked)
        put_chunks(m, &out);
    else
        oq_buf_str(&out, oq_buf_view(&m->body));
    return oq_str_copy(m->arena, oq_buf_view(&out));
}

static void spoil(mutate_maker *m)
{
    if (one_in(m, 6))
        spoil_path(m);
    if (one_in(m, 4))
        spoil_headers(m);
    if (one_in(m, 10))
        spoil_method(m);
    if (one_in(m, 8))
        spoil_type(m);
    if (one_in(m, 20))
        spoil_framing(m);
    if (one_in(m, 100)) {
        m->has_host = false;
        m->may_close = true;
        mutate_note(m, "no host");
    }
}

mutated mutate_request(oq_arena *arena, uint64_t number, const http_route *route, oq_str id,
                       const mutate_who *who)
{
    mutate_maker m = {.arena = arena,
                      .seed = number,
                      .route = route,
                      .who = who,
                      .method = http_method_text(route->method),
                      .path = oq_buf_make(MUTATE_BYTES_MAX),
                      .headers = oq_buf_make(MUTATE_BYTES_MAX),
                      .body = oq_buf_make(MUTATE_BYTES_MAX),
                      .has_host = true,
                      .declared = -2};
    oq_buf_str(&m.path, walls_path(arena, route, id));
    put_credentials(&m);
    mutate_body(&m);
    if (route->query || one_in(&m, 6))
        put_query(&m);
    spoil(&m);
    mutated made = {.bytes = assemble(&m),
                    .cut_at = SIZE_MAX,
                    .may_close = m.may_close,
                    .may_wait = m.may_wait};
    made.is_head = strcmp(m.method, "HEAD") == 0;
    if (one_in(&m, 25)) {
        made.cut_at = pick(&m, made.bytes.len);
        mutate_note(&m, "cut off");
    }
    made.what = oq_str_c(arena, m.what);
    oq_buf_drop(&m.path);
    oq_buf_drop(&m.headers);
    oq_buf_drop(&m.body);
    return made;
}
