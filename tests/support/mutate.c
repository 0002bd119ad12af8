#include "support/mutate.h"

#include <ctype.h>

#include "http/router.h"
#include "support/walls.h"

#include "base/banned.h"

enum { REQUEST_MAX = 1024 * 1024 };

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

typedef struct maker {
    oq_arena *arena;
    uint64_t seed;
    const http_route *route;
    const mutate_who *who;
    const char *method;
    oq_buf path, headers, body;
    const char *type;
    bool has_body, has_host, is_chunked, may_close, may_wait;
    long long declared; /* Content-Length; -2: the true one */
    oq_str what;
} maker;

static size_t pick(maker *m, size_t below)
{
    return mutate_pick(&m->seed, below);
}

static bool one_in(maker *m, size_t n)
{
    return pick(m, n) == 0;
}

#define PICK(m, list) ((list)[pick((m), OQ_COUNT(list))])

static void note(maker *m, const char *what)
{
    m->what = oq_strf(m->arena, "%.*s%s%s", OQ_FMT(m->what), m->what.len ? ", " : "", what);
}

/* --- texts --------------------------------------------------------------------------------------*/

static const oq_str nasty_texts[] = {
    OQ_STR_INIT(""),
    OQ_STR_INIT(" "),
    OQ_STR_INIT("\0"),
    OQ_STR_INIT("a\0b"),
    OQ_STR_INIT("\t\r\n"),
    OQ_STR_INIT("a\r\n" MUTATE_HEADER ": yes"),
    OQ_STR_INIT("\"><wm-tag x='"),
    OQ_STR_INIT("' onload='" MUTATE_TAG ">"),
    OQ_STR_INIT("{{{" MUTATE_TAG "}}}{{>x}}{{#x}}"),
    OQ_STR_INIT("'; DROP TABLE users; --"),
    OQ_STR_INIT("' OR '1'='1"),
    OQ_STR_INIT("%s%s%n%d"),
    OQ_STR_INIT("${7*7}`id`$(id)|id"),
    OQ_STR_INIT("../../../../etc/passwd"),
    OQ_STR_INIT("\\\\x\\"),
    OQ_STR_INIT("=1+1"),
    OQ_STR_INIT("مضخة رقم ٧ في محطة رأس تنورة"),
    OQ_STR_INIT("٠١٢٣٤٥٦٧٨٩"),
    OQ_STR_INIT("\u202e\u2067abc\u2069\u200f"),
    OQ_STR_INIT("\xf0\x9f\x92\xa5\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x94\xa7"),
    OQ_STR_INIT("e\xcc\x81\xcc\x81\xcc\x81\xcc\x81"),
    OQ_STR_INIT("\xef\xbb\xbf"),
    OQ_STR_INIT("\xc0\x80"),
    OQ_STR_INIT("\xc0\xaf\xc0\xae"),
    OQ_STR_INIT("\xed\xa0\x80"),
    OQ_STR_INIT("\xf5\x80\x80\x80"),
    OQ_STR_INIT("\xff\xfe"),
    OQ_STR_INIT("\xd9"),
    OQ_STR_INIT("-1"),
    OQ_STR_INIT("0"),
    OQ_STR_INIT("9223372036854775807"),
    OQ_STR_INIT("-9223372036854775808"),
    OQ_STR_INIT("9223372036854775808"),
    OQ_STR_INIT("1e309"),
    OQ_STR_INIT("NaN"),
    OQ_STR_INIT("0x10"),
    OQ_STR_INIT("true"),
    OQ_STR_INIT("null"),
    OQ_STR_INIT("0001-01-01T00:00:00Z"),
    OQ_STR_INIT("9999-12-31T23:59:59.999999Z"),
    OQ_STR_INIT("2026-02-30"),
    OQ_STR_INIT("00000000-0000-0000-0000-000000000000"),
    OQ_STR_INIT("ÉCOLE@ÉCOLE.EXAMPLE"),
    OQ_STR_INIT("a@b@c.example"),
    OQ_STR_INIT("\xc4\xb0stanbul@x.example"),
};

/* Now and then a long one: of one letter, or of letters of two bytes that a limit may cut. */
static oq_str nasty_text(maker *m)
{
    if (!one_in(m, 12))
        return PICK(m, nasty_texts);
    static const size_t lengths[] = {63, 64, 121, 255, 256, 300, 1000, 2001, 4097, 65536, 70000};
    size_t len = PICK(m, lengths);
    char *text = oq_alloc(m->arena, len + 1);
    bool is_arabic = one_in(m, 2);
    for (size_t i = 0; i < len; i++)
        text[i] = is_arabic ? "\xd8\xb9"[i % 2] : 'x';
    return oq_strn(text, len);
}

/* --- JSON ---------------------------------------------------------------------------------------*/

static const char *const nasty_json[] = {
    "null",
    "true",
    "false",
    "0",
    "-0",
    "-1",
    "1.5",
    "1e999",
    "-1e999",
    "1e-999",
    "9223372036854775807",
    "9223372036854775808",
    "-9223372036854775809",
    "123456789012345678901234567890",
    "[]",
    "{}",
    "[[]]",
    "[null]",
    "[1,\"a\",{}]",
    "{\"a\":{\"a\":{\"a\":1}}}",
    "\"\"",
    "\"\\u0000\"",
    "\"\\ud800\"",
    "\"\\udc00\\ud800\"",
    "\"\\x\"",
    "\"\\",
    "NaN",
    "Infinity",
    "+1",
    "01",
    ".5",
    "1.",
    "'x'",
    "undefined",
    "//x",
    "",
    "\"2026-02-30\"",
    "\"viewer\"",
    "\"platform_owner\"",
    "[\"tenant.manage\"]",
    "[\"user.read\",\"user.read\"]",
};

/* As a JSON text; the quotes are right, what is inside may be any bytes. */
static void put_json_text(maker *m, oq_str text)
{
    oq_buf_char(&m->body, '"');
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.ptr[i];
        if (c == '"' || c == '\\')
            oq_buf_f(&m->body, "\\%c", c);
        else if (c < 0x20 && !one_in(m, 8))
            oq_buf_f(&m->body, "\\u%04x", c);
        else
            oq_buf_char(&m->body, (char)c);
    }
    oq_buf_char(&m->body, '"');
}

static void put_depth(maker *m)
{
    static const size_t depths[] = {5, 31, 32, 33, 100, 5000, 30000};
    size_t depth = PICK(m, depths);
    bool is_list = one_in(m, 2);
    for (size_t i = 0; i < depth; i++)
        oq_buf_f(&m->body, "%s", is_list ? "[" : "{\"a\":");
    oq_buf_lit(&m->body, "1");
    for (size_t i = 0; i < depth; i++)
        oq_buf_char(&m->body, is_list ? ']' : '}');
}

static void put_nasty_value(maker *m)
{
    switch (pick(m, 6)) {
    case 0:
    case 1:
        put_json_text(m, nasty_text(m));
        break;
    case 2:
        if (one_in(m, 4))
            put_depth(m);
        else
            oq_buf_lit(&m->body, "{\"id\":1}");
        break;
    default:
        oq_buf_f(&m->body, "%s", PICK(m, nasty_json));
    }
}

/* The member as walls_body wrote it, taken out of the whole. */
static oq_str valid_member(maker *m, oq_str valid, const oq_field *f)
{
    oq_str key = oq_strf(m->arena, "\"%s\":", f->name);
    size_t at = oq_str_find(valid, key);
    if (at == SIZE_MAX)
        return OQ_STR("null");
    oq_str rest = oq_str_sub(valid, at + key.len, SIZE_MAX);
    const oq_field *after = f + 1;
    size_t end = after->type == OQ_TYPE_END
                     ? rest.len - 1
                     : oq_str_find(rest, oq_strf(m->arena, ",\"%s\":", after->name));
    return oq_str_sub(rest, 0, end);
}

static void make_json(maker *m, oq_str valid)
{
    oq_buf_char(&m->body, '{');
    bool is_first = true;
    for (const oq_field *f = m->route->body; f->type != OQ_TYPE_END; f++) {
        if (one_in(m, 12))
            continue; /* left out */
        int times = one_in(m, 20) ? 2 : 1;
        for (int i = 0; i < times; i++) {
            oq_buf_f(&m->body, "%s\"%s\":", is_first ? "" : ",", f->name);
            is_first = false;
            if (one_in(m, 3))
                put_nasty_value(m);
            else
                oq_buf_str(&m->body, valid_member(m, valid, f));
        }
    }
    static const char *const strangers[] = {"id",         "tenant_id", "__proto__",
                                            "csrf_token", "",          "role"};
    if (one_in(m, 6)) {
        oq_buf_f(&m->body, "%s\"%s\":", is_first ? "" : ",", PICK(m, strangers));
        put_nasty_value(m);
    }
    oq_buf_char(&m->body, '}');
}

/* --- forms --------------------------------------------------------------------------------------*/

static void put_encoded(oq_buf *out, maker *m, oq_str text)
{
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.ptr[i];
        if (c < 0x80 && (isalnum(c) || one_in(m, 30)) && c > 0x20)
            oq_buf_char(out, (char)c);
        else
            oq_buf_f(out, "%%%02X", c);
    }
}

/* Into the body or behind a '?'. */
static void put_pairs(oq_buf *out, maker *m, const oq_field *fields)
{
    static const char *const broken[] = {"&&&",
                                         "=",
                                         "&=a",
                                         "&a",
                                         "%zz=1",
                                         "&a=%",
                                         "&a=%0",
                                         "&%00=1",
                                         "&a[]=1",
                                         "&a.b.c=1",
                                         ";a=b",
                                         "&%C0%AF=%C0%AF",
                                         "&lang=xx",
                                         "&lang=ar",
                                         "&cursor=AAAA",
                                         "&limit=-1",
                                         "&limit=0",
                                         "&limit=99999999999999999999",
                                         "&cursor=%D9%85",
                                         "+"};
    for (const oq_field *f = fields; f && f->type != OQ_TYPE_END; f++) {
        if (one_in(m, 4))
            continue;
        oq_buf_f(out, "%s%s=", out->len ? "&" : "", f->name);
        if (one_in(m, 2))
            put_encoded(out, m, nasty_text(m));
        else if (f->choices)
            put_encoded(out, m, oq_cstr(f->choices[0].text));
        else
            put_encoded(out, m, OQ_STR("sample text"));
        if (one_in(m, 16))
            oq_buf_f(out, "&%s=again", f->name);
    }
    if (one_in(m, 4))
        oq_buf_f(out, "%s", PICK(m, broken));
    if (one_in(m, 60))
        for (size_t i = 0; i < 1100; i++)
            oq_buf_f(out, "&p%zu=%zu", i, i);
}

/* --- bodies -------------------------------------------------------------------------------------*/

static void spoil_bytes(maker *m)
{
    for (size_t n = 1 + pick(m, 4); n > 0 && m->body.len; n--) {
        size_t at = pick(m, m->body.len);
        switch (pick(m, 3)) {
        case 0:
            m->body.ptr[at] = (char)next(&m->seed);
            break;
        case 1:
            m->body.len = at; /* cut off, and the length says so */
            break;
        default:
            memmove(m->body.ptr + at, m->body.ptr + at + 1, m->body.len - at - 1);
            m->body.len--;
        }
    }
    note(m, "spoilt bytes");
}

static void fill_body(maker *m)
{
    static const size_t sizes[] = {0, 1, 100, 65535, 65536, 65537, 200000};
    size_t size = PICK(m, sizes);
    for (size_t i = 0; i < size; i++)
        oq_buf_char(&m->body, (char)(one_in(m, 2) ? 'a' : next(&m->seed)));
    note(m, "random body");
}

static void make_body(maker *m)
{
    oq_str valid = walls_body(m->arena, m->route, (int)pick(m, 1000));
    m->type = walls_body_type(m->route);
    m->has_body = m->route->method != HTTP_GET || one_in(m, 10);
    if (!m->has_body)
        return;
    switch (pick(m, 12)) {
    case 0:
        fill_body(m);
        break;
    case 1:
        put_depth(m);
        note(m, "deep JSON");
        break;
    case 2:
        put_nasty_value(m);
        note(m, "a value for a body");
        break;
    default:
        if (!m->route->body)
            oq_buf_f(&m->body, "%s", one_in(m, 4) ? "{\"a\":1}" : "");
        else if (m->route->is_page)
            put_pairs(&m->body, m, m->route->body);
        else
            make_json(m, valid);
    }
    if (one_in(m, 4))
        spoil_bytes(m);
}

static void spoil_type(maker *m)
{
    static const char *const types[] = {
        "text/plain",
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
        "\xd9\x85/json",
    };
    m->type = PICK(m, types);
    note(m, "other content type");
}

/* --- paths --------------------------------------------------------------------------------------*/

static void spoil_path(maker *m)
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
    note(m, "other path");
}

static void put_query(maker *m)
{
    OQ_AUTO(oq_buf) query = oq_buf_make(REQUEST_MAX);
    put_pairs(&query, m, m->route->query);
    if (query.len > 7000)
        note(m, "long query");
    oq_buf_f(&m->path, "?%.*s", OQ_FMT(oq_buf_view(&query)));
}

/* --- headers ------------------------------------------------------------------------------------*/

static void put_header(maker *m, const char *name, oq_str value)
{
    oq_buf_f(&m->headers, "%s: %.*s\r\n", name, OQ_FMT(value));
}

static void spoil_headers(maker *m)
{
    static const char *const names[] = {
        "Accept",
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
        "X-HTTP-Method-Override",
    };
    static const char *const values[] = {
        "",
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
        MUTATE_TAG,
    };
    static const char *const raw[] = {
        "Bad Header: x\r\n",
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
        "\x80\x81: x\r\n",
    };
    switch (pick(m, 6)) {
    case 0:
        oq_buf_f(&m->headers, "%s", PICK(m, raw));
        m->may_close = m->may_wait = true;
        note(m, "broken header");
        break;
    case 1: {
        static const size_t sizes[] = {1000, 4000, 9000, 15000, 20000, 40000};
        size_t size = PICK(m, sizes);
        oq_buf_f(&m->headers, "%s: ", PICK(m, names));
        for (size_t i = 0; i < size; i++)
            oq_buf_char(&m->headers, 'a');
        oq_buf_lit(&m->headers, "\r\n");
        m->may_close = size >= 15000; /* past its pool the library cuts off */
        note(m, "long header");
        break;
    }
    case 2: {
        size_t count = 90 + pick(m, 200);
        for (size_t i = 0; i < count; i++)
            oq_buf_f(&m->headers, "X-H%zu: %zu\r\n", i, i);
        m->may_close = true;
        note(m, "many headers");
        break;
    }
    default:
        for (size_t n = 1 + pick(m, 3); n > 0; n--) {
            const char *name = PICK(m, names);
            m->may_close |= strcmp(name, "Connection") == 0 || strcmp(name, "Upgrade") == 0;
            put_header(m, name, oq_cstr(PICK(m, values)));
        }
        m->may_close = true;
        note(m, "odd headers");
    }
}

static void spoil_method(maker *m)
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
    note(m, m->method);
}

/* The length says something else than what comes. */
static void spoil_framing(maker *m)
{
    static const long long lengths[] = {-1, 0, 1, 1000000, 9223372036854775807LL};
    m->may_close = m->may_wait = true;
    if (one_in(m, 2)) {
        m->is_chunked = true;
        note(m, "chunks");
    } else {
        m->declared = PICK(m, lengths);
        note(m, "another length");
    }
}

/* --- all together -------------------------------------------------------------------------------*/

static void put_credentials(maker *m)
{
    if (oq_str_given(m->who->cookie))
        put_header(m, "Cookie", oq_strf(m->arena, "optria_session=%.*s", OQ_FMT(m->who->cookie)));
    if (oq_str_given(m->who->csrf))
        put_header(m, "X-CSRF-Token", m->who->csrf);
    if (oq_str_given(m->who->bearer))
        put_header(m, "Authorization", oq_strf(m->arena, "Bearer %.*s", OQ_FMT(m->who->bearer)));
}

static void put_chunks(maker *m, oq_buf *out)
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

static oq_str assemble(maker *m)
{
    OQ_AUTO(oq_buf) out = oq_buf_make(REQUEST_MAX);
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

static void spoil(maker *m)
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
        note(m, "no host");
    }
}

mutated mutate_request(oq_arena *arena, uint64_t number, const http_route *route, oq_str id,
                       const mutate_who *who)
{
    maker m = {.arena = arena,
               .seed = number,
               .route = route,
               .who = who,
               .method = http_method_text(route->method),
               .path = oq_buf_make(REQUEST_MAX),
               .headers = oq_buf_make(REQUEST_MAX),
               .body = oq_buf_make(REQUEST_MAX),
               .has_host = true,
               .declared = -2};
    oq_buf_str(&m.path, walls_path(arena, route, id));
    put_credentials(&m);
    make_body(&m);
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
        note(&m, "cut off");
    }
    made.what = oq_str_c(arena, m.what);
    oq_buf_drop(&m.path);
    oq_buf_drop(&m.headers);
    oq_buf_drop(&m.body);
    return made;
}
