/* Pages through a real server on a loopback port, without a database. */
#include "base/embed.h"
#include "http/server.h"
#include "http/test_client.h"
#include "web/inner.h"

/* --- handlers --------------------------------------------------------------------------------*/

/* The only template that is surely there. */
static web_page begin(http_req *rq)
{
    web_page page = web_page_begin(rq, "error", "nav.users", "users");
    web_error_put(page.view, page.arena, page.locale.lang, 404, NULL, http_who_of(rq), OQ_STR("r"),
                  OQ_NONE);
    web_page_crumb(&page, OQ_STR("<up>"), "/up");
    web_page_crumb(&page, OQ_STR("here"), NULL);
    return page;
}

static oq_err *get_page(http_req *rq)
{
    web_page page = begin(rq);
    page.status = 201;
    return web_page_send(&page);
}

static oq_err *get_plain(http_req *rq)
{
    web_page page = begin(rq);
    return web_page_send_plain(&page);
}

static oq_err *get_unknown(http_req *rq)
{
    web_page page = begin(rq);
    page.template = "no/such";
    return web_page_send(&page);
}

static oq_err *get_taken(http_req *rq)
{
    web_page page = begin(rq);
    web_put_cstr(page.view, "user", "mine");
    return web_page_send(&page);
}

static oq_err *get_away(http_req *rq)
{
    return oq_fail(OQ_UNAVAILABLE, "http.busy", "retry_after_s=%d", 5);
}

static oq_err *get_missing(http_req *rq)
{
    return oq_fail(OQ_NOT_FOUND, "http.not_found");
}

static oq_err *post_toast(http_req *rq)
{
    web_toast(rq, "ok", "nav.users");
    web_toast(rq, "shout", "nav.users"); /* no such kind: the first one stays */
    http_redirect(rq, OQ_STR("/page"));
    return NULL;
}

typedef struct order {
    oq_str title, password;
    int64_t count;
} order;
static const oq_field order_fields[] = {
    OQ_TEXT(order, title, .max = 20),
    OQ_SECRET(order, password, .min = 8),
    OQ_I64(order, count, .min = 1),
    OQ_FIELDS_END,
};

/* Answers with what the form would show. */
static oq_err *post_order(http_req *rq)
{
    order typed;
    oq_err *err = http_body(rq, &typed);
    web_page page = web_page_begin(rq, "error", "nav.users", NULL);
    web_page_form(&page, order_fields, &typed, err);
    OQ_AUTO(oq_buf) out = oq_buf_make(10000);
    for (const oq_field *f = order_fields; f->type != OQ_TYPE_END; f++) {
        const web_value *field = web_get(web_get(page.view, OQ_STR("form")), oq_cstr(f->name));
        oq_buf_f(&out, "%s=%.*s!%s;", f->name, OQ_FMT(web_as_text(web_get(field, OQ_STR("value")))),
                 web_is_true(web_get(field, OQ_STR("error"))) ? "wrong" : "right");
    }
    http_answer_buf(rq, 200, "text/plain", &out);
    return NULL;
}

static const http_route routes[] = {
    {HTTP_GET, "/page", CAP_SIGNED_IN, .handle_plain = get_page, .is_page = true},
    {HTTP_GET, "/plain", CAP_PUBLIC, .handle_plain = get_plain, .is_page = true},
    {HTTP_GET, "/unknown", CAP_PUBLIC, .handle_plain = get_unknown, .is_page = true},
    {HTTP_GET, "/taken", CAP_PUBLIC, .handle_plain = get_taken, .is_page = true},
    {HTTP_GET, "/missing", CAP_SIGNED_IN, .handle_plain = get_missing, .is_page = true},
    {HTTP_GET, "/away", CAP_SIGNED_IN, .handle_plain = get_away, .is_page = true},
    {HTTP_POST, "/toast", CAP_PUBLIC, .handle_plain = post_toast, .is_page = true,
     .skips_csrf = true},
    {HTTP_POST, "/order", CAP_PUBLIC, .handle_plain = post_order, .is_page = true,
     .body = order_fields, .skips_csrf = true},
    {0},
};
static http_route_list tables = {web_routes, routes, NULL};

/* --- a small program ---------------------------------------------------------------------------*/

/* Who sends "X-Who: viewer" is a viewer. */
static oq_err *authenticate(void *self, http_req *rq, http_who *ret_who)
{
    if (!oq_str_eq(http_header(rq, "X-Who"), OQ_STR("viewer")))
        return NULL;
    *ret_who = (http_who){
        .is_signed_in = true,
        .actor = {.kind = ACTOR_USER, .role = ROLE_VIEWER, .caps = oq_caps_of_role(ROLE_VIEWER)},
        .full_name = OQ_STR("Sara <Ahmad>"),
        .tenant_name = OQ_STR("Aramco & Co"),
        .csrf_token = OQ_STR("the-token"),
        .time_zone = OQ_STR("Asia/Riyadh"),
        .lang = OQ_LANG_EN,
        .has_lang = true,
    };
    return NULL;
}

static oq_err *put_unread(void *self, web_page *page)
{
    web_put_i64(page->view, "unread", 1234567);
    return NULL;
}

static oq_err *fail_hook(void *self, web_page *page)
{
    return oq_fail(OQ_UNAVAILABLE, "http.busy");
}

static oq_arena *arena;
static http_server *server;
static int port;

static int open_server(void **state)
{
    arena = oq_arena_open(0);
    oq_log_setup(OQ_LOG_ERROR, OQ_LOG_KEYS);
    if (web_setup() != NULL)
        return 1;
    web_frame_hook(put_unread, NULL);
    web_frame_hook(fail_hook, NULL);
    http_options options = {
        .bind = OQ_STR("127.0.0.1"),
        .worker_threads = 2,
        .routes = &tables,
        .hooks = {.authenticate = authenticate, .error_page = web_error_page},
    };
    if (http_server_open(&options, &server) != NULL)
        return 1;
    port = http_server_port(server);
    return 0;
}

static int close_server(void **state)
{
    http_server_close(server, 2000);
    oq_arena_close(arena);
    oq_err_reset();
    return 0;
}

static seen ask(const char *method, const char *path, const char *headers, const char *body)
{
    return client_request(arena, port, method, path, headers, body);
}

#define VIEWER "X-Who: viewer\r\n"
#define FORM   "Content-Type: application/x-www-form-urlencoded\r\n"

/* --- tests -----------------------------------------------------------------------------------*/

static void test_a_page_in_its_frame(void **state)
{
    static const char *const there[] = {
        "<!doctype html>",
        "lang=\"en\" dir=\"ltr\" data-theme=\"dark\"",
        "<title>People · OPTRIA IQ</title>",
        "Sara &lt;Ahmad&gt;",
        "Aramco &amp; Co",
        "content=\"the-token\"",
        "href=\"/notifications\"",
        "1234567",
    };
    static const char *const not_there[] = {"<Ahmad>", "{{", "}}", "href=\"/users\""};
    seen s = ask("GET", "/page", VIEWER "Cookie: theme=dark\r\n", NULL);
    assert_int_equal(s.status, 201);
    CHECK_STR("type", seen_header(&s, "Content-Type"), "text/html; charset=utf-8");
    for (size_t i = 0; i < OQ_COUNT(there); i++)
        CHECK(there[i], seen_has(&s, there[i]));
    for (size_t i = 0; i < OQ_COUNT(not_there); i++)
        CHECK(not_there[i], !seen_has(&s, not_there[i]));
    CHECK("no toast, no cookie", !oq_str_given(seen_header(&s, "Set-Cookie")));
}

static void test_languages(void **state)
{
    seen s = ask("GET", "/plain", "", NULL);
    CHECK("Arabic first", s.status == 200 && seen_has(&s, "lang=\"ar\" dir=\"rtl\""));
    CHECK("the other one", seen_has(&s, "href=\"/plain?lang=en\""));
    s = ask("GET", "/plain?lang=en&a=<b>", "", NULL);
    CHECK("English", seen_has(&s, "lang=\"en\" dir=\"ltr\""));
    CHECK("the other one", seen_has(&s, "?a=&lt;b&gt;&amp;lang=ar\""));
}

static void test_toast_is_shown_once(void **state)
{
    seen s = ask("POST", "/toast", FORM, "");
    assert_int_equal(s.status, 303);
    CHECK_STR("cookie", seen_header(&s, "Set-Cookie"),
              "toast=ok.nav.users; Path=/; SameSite=Lax; Max-Age=60; HttpOnly");
    s = ask("GET", "/page", VIEWER "Cookie: toast=ok.nav.users\r\n", NULL);
    CHECK("shown", seen_has(&s, "toast-ok"));
    CHECK_STR("and over", seen_header(&s, "Set-Cookie"),
              "toast=; Path=/; SameSite=Lax; Max-Age=0; HttpOnly");
    s = ask("GET", "/page", VIEWER "Cookie: toast=ok.<b>injected</b>\r\n", NULL);
    CHECK("a page", s.status == 201);
    CHECK("not shown", !seen_has(&s, "injected"));
}

static void test_error_pages(void **state)
{
    seen s = ask("GET", "/nowhere", "Accept: text/html\r\nCookie: lang=en\r\n", NULL);
    assert_int_equal(s.status, 404);
    CHECK("a page", seen_has(&s, "<h1>Not found</h1>"));
    oq_str number = oq_str_copy(arena, seen_header(&s, "X-Request-Id"));
    CHECK("its number", number.len > 0 && seen_has(&s, number.ptr));

    s = ask("GET", "/missing", VIEWER, NULL);
    CHECK("also in the program", s.status == 404 && seen_has(&s, "<h1>Not found</h1>"));
    CHECK("with the sidebar for who is signed in", seen_has(&s, "id=\"sidebar\""));

    s = ask("GET", "/away", VIEWER, NULL);
    assert_int_equal(s.status, 503);
    CHECK("what is the matter", seen_has(&s, "<h1>Not available for the moment</h1>"));
    CHECK("a way to try again", seen_has(&s, "href=\"/away\""));
    CHECK("plain", !seen_has(&s, "id=\"sidebar\""));
    CHECK_STR("when", seen_header(&s, "Retry-After"), "5");
}

static void test_our_own_faults(void **state)
{
    static const char *const paths[] = {"/unknown?lang=en", "/taken?lang=en"};
    for (size_t i = 0; i < OQ_COUNT(paths); i++) {
        seen s = ask("GET", paths[i], "", NULL);
        CHECK(paths[i], s.status == 500 && seen_has(&s, "<h1>Something went wrong</h1>"));
        CHECK("nothing of the inside",
              !seen_has(&s, "no/such") && !seen_has(&s, "template.unknown"));
    }
}

static void test_forms_keep_what_was_typed(void **state)
{
    static const struct {
        const char *body, *shown;
    } row[] = {
        {"title=Pump+7&count=3", "title=Pump 7!right;password=!right;count=3!right;"},
        {"title=Pump+7&count=many", "title=Pump 7!right;password=!right;count=many!wrong;"},
        {"title=A+title+that+is+too+long+by+far&password=short&count=0",
         "title=A title that is too long by far!wrong;password=!wrong;count=0!wrong;"},
        {"count=1%FF", "title=!right;password=!right;count=!wrong;"},
    };
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        seen s = ask("POST", "/order", FORM, row[i].body);
        CHECK_STR(row[i].body, s.body, row[i].shown);
    }
    seen s = ask("POST", "/order", "Content-Type: application/json\r\n", "{\"count\":\"many\"}");
    CHECK_STR("JSON has no form", s.body, "title=!right;password=!right;count=!wrong;");
}

static void test_files(void **state)
{
    static const char *const absent[] = {"/static/manifest.json", "/static/app.css",
                                         "/static/..%2fmigrations%2f0001.sql", "/static/",
                                         "/static/no.such.css"};
    for (size_t i = 0; i < OQ_COUNT(absent); i++) {
        seen s = ask("GET", absent[i], "", NULL);
        CHECK(absent[i], s.status == 404 || s.status == 400);
    }
    seen s = ask("GET", "/robots.txt", "", NULL);
    CHECK("robots", s.status == 200 && seen_has(&s, "Disallow: /\n"));
    CHECK_STR("type", seen_header(&s, "Content-Type"), "text/plain; charset=utf-8");

    oq_str css = web_asset_path(OQ_STR("app.css"));
    if (css.len == 0) {
        print_message("[  SKIPPED ] the web assets are not built: their files are not asked for\n");
        return;
    }
    s = ask("GET", css.ptr, "", NULL);
    oq_str name = oq_str_sub(css, strlen("/static/"), SIZE_MAX);
    oq_str bytes = oq_embedded_find(oq_strf(arena, "assets/%.*s", OQ_FMT(name)));
    CHECK("as built", s.status == 200 && oq_str_eq(s.body, bytes));
    CHECK_STR("type", seen_header(&s, "Content-Type"), "text/css; charset=utf-8");
    CHECK("for a year",
          oq_str_find(seen_header(&s, "Cache-Control"), OQ_STR("immutable")) != SIZE_MAX);
    oq_str tag = oq_str_copy(arena, seen_header(&s, "ETag"));
    s = ask("GET", css.ptr, "Accept-Encoding: gzip\r\n", NULL);
    CHECK("zipped",
          oq_str_eq(seen_header(&s, "Content-Encoding"), OQ_STR("gzip")) && s.body.len < bytes.len);
    s = ask("GET", css.ptr, oq_strf(arena, "If-None-Match: %.*s\r\n", OQ_FMT(tag)).ptr, NULL);
    assert_int_equal(s.status, 304);
    s = ask("GET", "/favicon.svg", "", NULL);
    CHECK("favicon", s.status == 200 && seen_has(&s, "<svg"));
    CHECK_STR("is asked for again", seen_header(&s, "Cache-Control"), "public, no-cache");
}

/* How long a page takes from its facts to its text, printed; the gate is generous, for sanitizers
 * and a busy machine. */
static void test_a_page_is_fast(void **state)
{
    enum { TIMES = 200 };
    oq_us took[TIMES];
    OQ_AUTO(client) c = client_open(port);
    for (int i = 0; i < TIMES; i++) {
        oq_us from = oq_monotonic();
        client_say(&c, "GET /page HTTP/1.1\r\nHost: t\r\n" VIEWER "\r\n");
        seen s = client_answer(&c, arena);
        took[i] = oq_monotonic() - from;
        CHECK("a page", s.status == 201);
    }
    for (int i = 1; i < TIMES; i++) /* insertion sort */
        for (int k = i; k > 0 && took[k] < took[k - 1]; k--) {
            oq_us t = took[k];
            took[k] = took[k - 1];
            took[k - 1] = t;
        }
    print_message("a page takes %lld us (median, with the round trip)\n",
                  (long long)took[TIMES / 2]);
    CHECK("fast", took[TIMES / 2] < 20 * OQ_MS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_page_in_its_frame),
        cmocka_unit_test(test_languages),
        cmocka_unit_test(test_toast_is_shown_once),
        cmocka_unit_test(test_error_pages),
        cmocka_unit_test(test_our_own_faults),
        cmocka_unit_test(test_forms_keep_what_was_typed),
        cmocka_unit_test(test_files),
        cmocka_unit_test(test_a_page_is_fast),
    };
    return cmocka_run_group_tests(tests, open_server, close_server);
}
