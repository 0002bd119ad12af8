/* The dispatcher through a real server on a loopback port: who may do what, in which order, and
 * what happens to the unit of work. The scopes are fakes that keep a diary. */
#include "http/inner.h"
#include "http/test_client.h"

/* --- a database that only writes down what is asked of it ------------------------------------*/

static char diary[1000]; /* written by one worker, read when it has answered */

static void note(const char *what)
{
    snprintf(diary + strlen(diary), sizeof diary - strlen(diary), "%s ", what);
}

struct oq_scope {
    oq_scope_options options;
};
static const char *open_fails, *commit_fails;

oq_err *oq_scope_open(const oq_scope_options *options, oq_scope **ret_scope)
{
    note(options->access == OQ_READ ? "open:read" : "open:write");
    if (open_fails)
        return oq_fail(OQ_UNAVAILABLE, open_fails, "retry_after_s=%d", 9);
    *ret_scope = oq_new(options->arena, oq_scope);
    (*ret_scope)->options = *options;
    return NULL;
}
oq_err *oq_scope_commit(oq_scope *s)
{
    note("commit");
    return commit_fails ? oq_fail(OQ_CONFLICT, commit_fails) : NULL;
}
void oq_scope_close(oq_scope *s)
{
    if (s)
        note("close");
}

struct db_platform {
    int unused;
};
oq_err *db_platform_open(const db_platform_options *options, db_platform **ret_platform)
{
    note(options->access == OQ_READ ? "platform:read" : "platform:write");
    *ret_platform = oq_new(options->arena, db_platform);
    return NULL;
}
oq_err *db_platform_commit(db_platform *p)
{
    note("commit");
    return NULL;
}
void db_platform_close(db_platform *p)
{
    note("close");
}

/* --- handlers --------------------------------------------------------------------------------*/

struct thing {
    oq_str name;
    int64_t count;
};
static const oq_field thing_fields[] = {
    OQ_TEXT(struct thing, name, .required = true, .max = 20),
    OQ_I64(struct thing, count, .min = 1, .max = 9),
    OQ_FIELDS_END,
};

static oq_err *who(http_req *rq)
{
    oq_json *j = http_json(rq, 200);
    oq_json_object(j);
    oq_json_put(j, text, "label", http_who_of(rq)->actor.label);
    oq_json_put(j, text, "peer", http_peer(rq));
    oq_json_put(j, text, "address", http_who_of(rq)->actor.address);
    oq_json_put(j, bool, "tls", http_is_tls(rq));
    oq_json_put(j, text, "lang", oq_lang_code(http_lang(rq)));
    oq_json_object_end(j);
    return NULL;
}

/* What a page would show again holds nothing that was never written. */
static oq_err *checked(oq_err *err, const struct thing *read)
{
    if (err && (uintptr_t)read->name.ptr == UINT64_C(0x5a5a5a5a5a5a5a5a))
        return oq_fail(OQ_INTERNAL, "thing.unwritten");
    return err;
}

static oq_err *list_things(http_req *rq, oq_scope *s)
{
    struct thing query, rows[2] = {{OQ_STR_INIT("a"), 1}, {OQ_STR_INIT("b"), 2}};
    memset(&query, 0x5a, sizeof query);
    oq_err *err = http_query(rq, &query);
    OQ_TRY(checked(err, &query));
    rows[0].name = query.name;
    http_answer_list(rq, rows, sizeof rows[0], 2, OQ_NONE);
    return NULL;
}

static oq_err *add_thing(http_req *rq, oq_scope *s)
{
    struct thing body;
    memset(&body, 0x5a, sizeof body);
    oq_err *err = http_body(rq, &body);
    OQ_TRY(checked(err, &body));
    if (oq_str_eq(body.name, OQ_STR("taken")))
        return oq_fail(OQ_CONFLICT, "thing.taken");
    if (oq_str_eq(body.name, OQ_STR("again"))) {
        oq_scope *fresh;
        OQ_TRY(http_scope_again(rq, &fresh));
        http_answer_record(rq, 422, &body);
        return NULL;
    }
    http_set_cookie(rq, "seen", OQ_STR("yes"), 60, false);
    http_answer_record(rq, 0, &body);
    return NULL;
}

static oq_err *get_thing(http_req *rq, oq_scope *s)
{
    oq_uuid id;
    OQ_TRY(http_path_uuid(rq, "id", &id));
    http_answer_empty(rq, 204);
    return NULL;
}

static oq_err *break_down(http_req *rq, oq_scope *s)
{
    http_json(rq, 200);
    oq_err *below = oq_err_detail(oq_fail(OQ_INTERNAL, "db.internal"), "secret detail");
    return oq_wrap(below, OQ_INTERNAL, "thing.broken");
}

static oq_err *say_nothing(http_req *rq, oq_scope *s)
{
    return NULL;
}

static oq_err *say_too_much(http_req *rq, oq_scope *s)
{
    static char many[1024 * 1024];
    memset(many, 'x', sizeof many);
    oq_json *j = http_json(rq, 200);
    oq_json_array(j);
    for (int i = 0; i < 65; i++)
        oq_json_text(j, oq_strn(many, sizeof many));
    oq_json_array_end(j);
    return NULL;
}

static oq_err *bad_header(http_req *rq)
{
    http_answer_empty(rq, 204);
    http_set_header(rq, "X-Thing", OQ_STR("a\r\nSet-Cookie: b"));
    return NULL;
}

static oq_err *page(http_req *rq, oq_scope *s)
{
    oq_buf buf = oq_buf_make(1000);
    oq_buf_lit(&buf, "<p>page");
    http_answer_buf(rq, 200, "text/html; charset=utf-8", &buf);
    return NULL;
}

static oq_err *public_page(http_req *rq)
{
    return page(rq, NULL);
}

static oq_err *broken_page(http_req *rq, oq_scope *s)
{
    return oq_fail(OQ_INTERNAL, "thing.broken");
}

static oq_err *go(http_req *rq)
{
    http_redirect(rq, http_query_text(rq, "to"));
    return NULL;
}

static oq_err *across(http_req *rq, db_platform *p)
{
    http_answer_empty(rq, 204);
    return NULL;
}

static oq_err *raw(http_req *rq, oq_scope *s)
{
    oq_buf buf = oq_buf_make(1000);
    oq_buf_str(&buf, http_body_raw(rq));
    http_answer_buf(rq, 200, "application/octet-stream", &buf);
    return NULL;
}

static oq_err *answer_400(http_req *rq, oq_scope *s)
{
    oq_json *j = http_json(rq, 400);
    oq_json_object(j);
    oq_json_object_end(j);
    return NULL;
}

static const http_route routes[] = {
    {HTTP_GET, "/api/who", CAP_PUBLIC, .handle_plain = who},
    {HTTP_GET, "/api/me", CAP_SIGNED_IN, .handle_plain = who},
    {HTTP_GET, "/api/things", CAP_ASSET_READ, list_things, .query = thing_fields,
     .answer = thing_fields, .shape = HTTP_ANSWER_LIST},
    {HTTP_POST, "/api/things", CAP_ASSET_MANAGE, add_thing, .body = thing_fields,
     .answer = thing_fields, .shape = HTTP_ANSWER_RECORD, .status = 201},
    {HTTP_GET, "/api/things/{id}", CAP_ASSET_READ, get_thing, .writes = true},
    {HTTP_DELETE, "/api/things/{id}", CAP_ASSET_READ, get_thing},
    {HTTP_POST, "/api/machine", CAP_ASSET_READ, get_thing, .skips_csrf = true,
     .body = thing_fields},
    {HTTP_POST, "/api/raw", CAP_ASSET_READ, raw, .takes_raw = true, .body_max = 100},
    {HTTP_POST, "/api/large", CAP_ASSET_READ, raw, .takes_raw = true, .own_coding = "snappy",
     .body_max = 2 * HTTP_BODY_SMALL},
    {HTTP_POST, "/api/whole", CAP_ASSET_READ, answer_400},
    {HTTP_POST, "/api/partial", CAP_ASSET_READ, answer_400, .keeps_partial = true},
    {HTTP_GET, "/api/broken", CAP_ASSET_READ, break_down},
    {HTTP_GET, "/api/silent", CAP_ASSET_READ, say_nothing},
    {HTTP_GET, "/api/much", CAP_ASSET_READ, say_too_much},
    {HTTP_GET, "/api/bad-header", CAP_PUBLIC, .handle_plain = bad_header},
    {HTTP_GET, "/api/tenants", CAP_TENANT_MANAGE, .handle_platform = across},
    {HTTP_POST, "/api/tenants", CAP_TENANT_MANAGE, .handle_platform = across},
    {HTTP_GET, "/api/locked", CAP_ASSET_READ, say_nothing, .feature = "blackbox"},
    {HTTP_GET, "/things", CAP_ASSET_READ, page, .is_page = true},
    {HTTP_POST, "/things", CAP_ASSET_READ, page, .is_page = true},
    {HTTP_GET, "/things/broken", CAP_ASSET_READ, broken_page, .is_page = true},
    {HTTP_GET, "/profile", CAP_SIGNED_IN, page, .is_page = true},
    {HTTP_GET, "/tenants", CAP_TENANT_MANAGE, .handle_platform = across, .is_page = true},
    {HTTP_GET, "/welcome", CAP_PUBLIC, .handle_plain = public_page, .is_page = true},
    {HTTP_GET, "/go", CAP_PUBLIC, .handle_plain = go, .is_page = true},
    {0},
};
static http_route_list tables = {routes, NULL};

/* --- the floors above ------------------------------------------------------------------------*/

/* The cookie "who" and the bearer token name who asks. */
static oq_err *authenticate(void *self, http_req *rq, http_who *ret_who)
{
    oq_str cookie = http_cookie(rq, "who"), bearer = http_header(rq, "Authorization");
    oq_str name = oq_str_given(cookie) ? cookie : oq_str_sub(bearer, 7, SIZE_MAX);
    if (!name.len)
        return NULL;
    if (oq_str_eq(name, OQ_STR("old")))
        http_set_cookie(rq, "who", OQ_STR(""), 0, false);
    if (oq_str_eq(name, OQ_STR("old")))
        return oq_fail(OQ_UNAUTHENTICATED, "auth.session_expired");
    if (oq_str_eq(name, OQ_STR("nodb")))
        return oq_fail(OQ_UNAVAILABLE, "db.unreachable", "host=%s", "h");
    ret_who->is_signed_in = true;
    ret_who->by_cookie = oq_str_given(cookie);
    ret_who->csrf_token = OQ_STR("token-1234");
    ret_who->actor = (oq_actor){.kind = ACTOR_USER, .id = {{7}}, .label = name};
    ret_who->actor.caps = oq_cap_bit(CAP_ASSET_READ);
    if (!oq_str_eq(name, OQ_STR("homeless")))
        ret_who->tenant_id = (oq_uuid){{1}};
    if (oq_str_eq(name, OQ_STR("chief")))
        ret_who->actor.caps |= oq_cap_bit(CAP_ASSET_MANAGE) | oq_cap_bit(CAP_TENANT_MANAGE);
    ret_who->must_change_password = oq_str_eq(name, OQ_STR("newcomer"));
    ret_who->must_enroll_totp = oq_str_eq(name, OQ_STR("careless"));
    ret_who->has_lang = oq_str_eq(name, OQ_STR("chief"));
    ret_who->lang = OQ_LANG_EN;
    return NULL;
}

static bool page_fails;

static oq_err *error_page(void *self, http_req *rq, int status, const oq_err *err)
{
    if (page_fails)
        return oq_fail(OQ_INTERNAL, "page.broken");
    oq_buf buf = oq_buf_make(1000);
    oq_buf_f(&buf, "<h1>%d %s", status, err->code);
    http_answer_buf(rq, status, "text/html; charset=utf-8", &buf);
    return NULL;
}

static bool feature_is_on(void *self, const char *feature)
{
    return false;
}

typedef struct house {
    oq_arena *arena;
    http_server *server;
    int port;
} house;

static int open_house(void **state)
{
    static house h;
    oq_log_setup(OQ_LOG_ERROR + 1, OQ_LOG_KEYS);
    const http_options options = {
        .bind = OQ_STR("127.0.0.1"),
        .event_threads = 2,
        .worker_threads = 1,
        .routes = &tables,
        .trusted_proxies = OQ_STR("127.0.0.1"),
        .hooks = {.authenticate = authenticate,
                  .error_page = error_page,
                  .feature_is_on = feature_is_on},
    };
    oq_err *err = http_server_open(&options, &h.server);
    if (err)
        return -1;
    h.arena = oq_arena_open(0);
    h.port = http_server_port(h.server);
    *state = &h;
    return 0;
}

static int close_house(void **state)
{
    house *h = *state;
    http_server_close(h->server, 1000);
    oq_arena_close(h->arena);
    oq_err_reset();
    return 0;
}

/* Asks as `name` (by cookie; NULL: nobody) and begins a new page of the diary. */
static seen ask(house *h, const char *name, const char *method, const char *path,
                const char *headers, const char *body)
{
    diary[0] = '\0';
    oq_str all = name ? oq_strf(h->arena, "Cookie: who=%s\r\n%s", name, headers) : oq_cstr(headers);
    return client_request(h->arena, h->port, method, path, oq_str_c(h->arena, all), body);
}

#define CHECK_DIARY(label, wanted) CHECK_STR(label, oq_str_trim(oq_cstr(diary)), wanted)

#define HTML                       "Accept: text/html\r\n"
#define JSON                       "Content-Type: application/json\r\n"
#define FORM                       "Content-Type: application/x-www-form-urlencoded\r\n"
#define CSRF                       "X-CSRF-Token: token-1234\r\n"

/* --- the tests -------------------------------------------------------------------------------*/

static void test_who_may_do_what(void **state)
{
    static const struct {
        const char *name, *method, *path, *headers;
        int status;
        const char *code, *diary;
    } row[] = {
        {NULL, "GET", "/api/who", "", 200, NULL, ""},
        {NULL, "GET", "/api/me", "", 401, "auth.required", ""},
        {"ann", "GET", "/api/me", "", 200, NULL, ""},
        {NULL, "GET", "/api/me", "Authorization: Bearer ann\r\n", 200, NULL, ""},
        {"old", "GET", "/api/me", "", 401, "auth.session_expired", ""},
        {"old", "GET", "/api/who", "", 200, NULL, ""},
        {"nodb", "GET", "/api/who", "", 503, "db.unreachable", ""},
        {"ann", "GET", "/api/things?name=x", "", 200, NULL, "open:read commit close"},
        {"ann", "HEAD", "/api/things?name=x", "", 200, "", "open:read commit close"},
        {NULL, "GET", "/api/things", "", 401, "auth.required", ""},
        {"ann", "POST", "/api/things", CSRF JSON, 403, "access.forbidden", ""},
        {"ann", "GET", "/api/tenants", "", 403, "access.forbidden", ""},
        {"chief", "GET", "/api/tenants", "", 204, NULL, "platform:read commit close"},
        {"chief", "POST", "/api/tenants", CSRF, 204, NULL, "platform:write commit close"},
        {"newcomer", "GET", "/api/things", "", 403, "auth.password_change_required", ""},
        {"newcomer", "GET", "/api/me", "", 200, NULL, ""},
        {"careless", "GET", "/api/things", "", 403, "auth.totp_enrollment_required", ""},
        {"homeless", "GET", "/api/things?name=x", "", 403, "access.no_tenant", ""},
        /* A feature that is off is off for everybody, before anybody is asked who they are. */
        {NULL, "GET", "/api/locked", "", 423, "feature.off", ""},
        {"ann", "GET", "/api/things/0190f5c2-0000-7000-8000-0123456789ab", "", 204, NULL,
         "open:write commit close"},
        {"ann", "GET", "/api/things/no-id", "", 404, "http.not_found", "open:write close"},
        {"ann", "GET", "/api/things/00000000-0000-0000-0000-000000000000", "", 404,
         "http.not_found", "open:write close"},
    };
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        char label[200];
        snprintf(label, sizeof label, "%s %s %s", row[i].name ? row[i].name : "nobody",
                 row[i].method, row[i].path);
        seen s = ask(*state, row[i].name, row[i].method, row[i].path, row[i].headers, NULL);
        if (row[i].code && row[i].code[0])
            CHECK_PROBLEM(label, s, row[i].status, row[i].code);
        else if (s.status != row[i].status)
            fail_msg("%s: wanted %d, got %d %.*s", label, row[i].status, s.status, OQ_FMT(s.body));
        CHECK_DIARY(label, row[i].diary);
    }
}

static void test_pages_lead_people_on(void **state)
{
    static const struct {
        const char *name, *method, *path, *headers;
        int status;
        const char *location, *body;
    } row[] = {
        {NULL, "GET", "/things?a=b&c=%D8%A3", "", 303,
         "/login?next=/things%3Fa%3Db%26c%3D%25D8%25A3", NULL},
        {"old", "GET", "/things", "", 303, "/login?next=/things", NULL},
        {NULL, "POST", "/things", "", 303, "/login", NULL},
        {"old", "GET", "/welcome", "", 200, NULL, "<p>page"},
        {"newcomer", "GET", "/things", "", 303, "/profile/password", NULL},
        {"careless", "GET", "/things", "", 303, "/profile/totp", NULL},
        {"newcomer", "GET", "/profile", "", 200, NULL, "<p>page"},
        {"ann", "GET", "/tenants", "", 403, NULL, "<h1>403 access.forbidden"},
        {"nodb", "GET", "/things", "", 503, NULL, "<h1>503 db.unreachable"},
        {"ann", "GET", "/things/broken", "", 500, NULL, "<h1>500 http.internal"},
        {NULL, "GET", "/nowhere", HTML, 404, NULL, "<h1>404 http.not_found"},
        {NULL, "PUT", "/things", HTML, 405, NULL, "<h1>405 http.method_not_allowed"},
        {NULL, "GET", "/go?to=/here%3Fa", "", 303, "/here?a", NULL},
        {NULL, "GET", "/go?to=//evil", "", 303, "/", NULL},
        {NULL, "GET", "/go?to=https://evil", "", 303, "/", NULL},
        {NULL, "GET", "/go", "", 303, "/", NULL},
    };
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        seen s = ask(*state, row[i].name, row[i].method, row[i].path, row[i].headers, NULL);
        if (s.status != row[i].status)
            fail_msg("%s: wanted %d, got %d %.*s", row[i].path, row[i].status, s.status,
                     OQ_FMT(s.body));
        CHECK_STR(row[i].path, seen_header(&s, "Location"), row[i].location);
        if (row[i].body)
            CHECK_STR(row[i].path, s.body, row[i].body);
    }
    seen s = ask(*state, NULL, "GET", "/api/nowhere", HTML, NULL);
    CHECK_PROBLEM("the API has no pages", s, 404, "http.not_found");
}

static void test_an_error_page_that_fails_leaves_words(void **state)
{
    page_fails = true;
    seen s = ask(*state, "ann", "GET", "/things/broken", "X-Request-Id: req-12345678\r\n", NULL);
    page_fails = false;
    CHECK("status", s.status == 500);
    CHECK_STR("type", seen_header(&s, "Content-Type"), "text/plain; charset=utf-8");
    CHECK("id", seen_has(&s, "req-12345678") && !seen_has(&s, "thing.broken"));
}

static void test_refused_before_the_body_there_are_words_only(void **state)
{
    seen s = ask(*state, NULL, "POST", "/things",
                 "Content-Length: 100000\r\nExpect: 100-continue\r\nX-Request-Id: req-12345678\r\n",
                 NULL);
    CHECK("status", s.status == 413);
    CHECK_STR("type", seen_header(&s, "Content-Type"), "text/plain; charset=utf-8");
    CHECK("id", seen_has(&s, "req-12345678"));
}

static void test_changes_by_cookie_want_the_token(void **state)
{
    static const struct {
        const char *label, *headers, *body;
        int status;
        const char *code;
    } row[] = {
        {"header", CSRF JSON, "{\"name\":\"a\"}", 201, NULL},
        {"form", FORM, "name=a&csrf_token=token-1234", 201, NULL},
        {"none", JSON, "{\"name\":\"a\"}", 403, "csrf.missing"},
        {"none in the form", FORM, "name=a", 403, "csrf.missing"},
        {"empty", FORM, "name=a&csrf_token=", 403, "csrf.missing"},
        {"wrong", JSON "X-CSRF-Token: token-1235\r\n", "{\"name\":\"a\"}", 403, "csrf.wrong"},
        {"short", JSON "X-CSRF-Token: token\r\n", "{\"name\":\"a\"}", 403, "csrf.wrong"},
        {"wrong in the form", FORM, "name=a&csrf_token=x", 403, "csrf.wrong"},
        {"in JSON it is no token", JSON, "{\"name\":\"a\",\"csrf_token\":\"token-1234\"}", 403,
         "csrf.missing"},
    };
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        seen s = ask(*state, "chief", "POST", "/api/things", row[i].headers, row[i].body);
        if (row[i].code)
            CHECK_PROBLEM(row[i].label, s, row[i].status, row[i].code);
        else
            CHECK(row[i].label, s.status == row[i].status);
        CHECK_DIARY(row[i].label, row[i].code ? "" : "open:write commit close");
    }
    seen s = ask(*state, NULL, "POST", "/api/things", JSON "Authorization: Bearer chief\r\n",
                 "{\"name\":\"a\"}");
    CHECK("a token travels by nobody's accident", s.status == 201);
    s = ask(*state, "ann", "DELETE", "/api/things/0190f5c2-0000-7000-8000-0123456789ab", "", NULL);
    CHECK_PROBLEM("delete", s, 403, "csrf.missing");
}

static void test_bodies(void **state)
{
    static const struct {
        const char *label, *path, *headers, *body;
        int status;
        const char *wanted; /* in the answer */
    } row[] = {
        {"json", "/api/things", JSON, "{\"name\":\"a\",\"count\":3}", 201, "\"count\":3"},
        {"charset", "/api/things", "Content-Type: application/json; charset=utf-8\r\n",
         "{\"name\":\"a\"}", 201, "\"name\":\"a\""},
        {"form", "/api/things", FORM, "name=%D8%A3+b&count=3", 201, "\"name\":\"أ b\""},
        {"unknown", "/api/things", JSON, "{\"name\":\"a\",\"nme\":1}", 422, "field.unknown"},
        {"two wrong", "/api/things", JSON, "{\"count\":77}", 422, "http.fields_invalid"},
        {"bad json", "/api/things", JSON, "{\"name\":", 400, "json.malformed"},
        {"bad form", "/api/things", FORM, "name=%", 400, "http.form_malformed"},
        {"empty", "/api/things", JSON, "", 400, "json.malformed"},
        {"empty form", "/api/things", FORM, "", 422, "field.required"},
        {"other", "/api/things", "Content-Type: text/xml\r\n", "<a/>", 415, "http.media_type"},
        {"no type", "/api/things", "", "{\"name\":\"a\"}", 415, "http.media_type"},
        {"coding", "/api/things", JSON "Content-Encoding: br\r\n", "xx", 415, "http.coding"},
        {"no gzip", "/api/things", JSON "Content-Encoding: gzip\r\n", "xx", 400,
         "http.gzip_malformed"},
        {"gzip, cut off", "/api/things", JSON "Content-Encoding: gzip\r\n", "\x1f\x8b\x08", 400,
         "http.gzip_truncated"},
        {"its own coding", "/api/large", "Content-Encoding: Snappy\r\n", "xx", 200, "xx"},
        {"another coding", "/api/large", "Content-Encoding: br\r\n", "xx", 415, "http.coding"},
        {"not its own", "/api/raw", "Content-Encoding: snappy\r\n", "xx", 415, "http.coding"},
        {"raw", "/api/raw", "Content-Type: text/csv\r\n", "a;b", 200, "a;b"},
        {"raw, too much", "/api/raw", "",
         "0123456789012345678901234567890123456789012345678901234567890123456789"
         "01234567890123456789012345678901",
         413, "http.body_too_large"},
        {"none wanted", "/api/tenants", "", "x", 400, "http.body_unexpected"},
        {"none wanted", "/api/tenants", JSON, "{\"a\":1}", 400, "http.body_unexpected"},
        {"a button", "/api/tenants", FORM, "csrf_token=token-1234", 204, ""},
        {"a fetch", "/api/tenants", JSON, " {} ", 204, ""},
    };
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        seen s = ask(
            *state, NULL, "POST", row[i].path,
            oq_strf(((house *)*state)->arena, "Authorization: Bearer chief\r\n%s", row[i].headers)
                .ptr,
            row[i].body);
        if (s.status != row[i].status || !seen_has(&s, row[i].wanted))
            fail_msg("%s: wanted %d %s, got %d %.*s", row[i].label, row[i].status, row[i].wanted,
                     s.status, OQ_FMT(s.body));
    }
}

/* Bodies come before anybody knows who sends them. */
static void test_large_bodies_have_one_limit(void **state)
{
    house *h = *state;
    const char *headers = "Authorization: Bearer chief\r\n";
    atomic_store(&h->server->held, HTTP_HELD_MAX - 2);
    seen s = ask(h, NULL, "POST", "/api/large", headers, "123");
    CHECK_PROBLEM("one too many", s, 503, "http.busy");
    s = ask(h, NULL, "POST", "/api/large", headers, "12");
    assert_int_equal(s.status, 200);
    s = ask(h, NULL, "POST", "/api/raw", headers, "123");
    assert_int_equal(s.status, 200);
    for (int i = 0; i < 200 && atomic_load(&h->server->held) != HTTP_HELD_MAX - 2; i++)
        usleep(10000); /* the server lets go of a request a moment after its answer */
    assert_int_equal(atomic_load(&h->server->held), HTTP_HELD_MAX - 2);
    atomic_store(&h->server->held, 0);
}

static void test_query_tables(void **state)
{
    seen s = ask(*state, "ann", "GET", "/api/things?name=%D8%A3&lang=en", "", NULL);
    CHECK_STR("answer", s.body,
              "{\"items\":[{\"name\":\"أ\",\"count\":1},{\"name\":\"b\",\"count\":2}],"
              "\"next\":null}");
    s = ask(*state, "ann", "GET", "/api/things?name=a&nme=b", "", NULL);
    CHECK_PROBLEM("unknown", s, 422, "field.unknown");
    s = ask(*state, "ann", "GET", "/api/things?name=%zz", "", NULL);
    CHECK_PROBLEM("malformed", s, 400, "http.form_malformed");
    s = ask(*state, "ann", "GET", "/api/things?name=%ff", "", NULL);
    CHECK_PROBLEM("no text", s, 422, "field.bad_text");
}

static void test_what_becomes_of_the_unit_of_work(void **state)
{
    seen s = ask(*state, "chief", "POST", "/api/things", CSRF JSON, "{\"name\":\"taken\"}");
    CHECK_PROBLEM("refused", s, 409, "thing.taken");
    CHECK_DIARY("refused", "open:write close");

    s = ask(*state, "chief", "POST", "/api/whole", CSRF, "");
    assert_int_equal(s.status, 400);
    CHECK_DIARY("a bad answer", "open:write close");
    s = ask(*state, "chief", "POST", "/api/partial", CSRF, "");
    assert_int_equal(s.status, 400);
    CHECK_DIARY("a bad answer whose part is kept", "open:write commit close");

    s = ask(*state, "chief", "POST", "/api/things", CSRF JSON, "{\"name\":\"again\"}");
    CHECK("shown again", s.status == 422 && seen_has(&s, "again"));
    CHECK_DIARY("an answer of 400 and more is not committed", "open:write close open:read close");

    commit_fails = "thing.lost_race";
    s = ask(*state, "chief", "POST", "/api/things", CSRF JSON, "{\"name\":\"a\"}");
    commit_fails = NULL;
    CHECK_PROBLEM("commit", s, 409, "thing.lost_race");
    CHECK("no cookie of what did not happen", !oq_str_given(seen_header(&s, "Set-Cookie")));

    open_fails = "db.unreachable";
    s = ask(*state, "chief", "POST", "/api/things", CSRF JSON, "{\"name\":\"a\"}");
    open_fails = NULL;
    CHECK_PROBLEM("no database", s, 503, "db.unreachable");
    CHECK_STR("when again", seen_header(&s, "Retry-After"), "9");
    CHECK_DIARY("nothing to close", "open:write");
}

static void test_our_own_faults_show_a_number_only(void **state)
{
    static const char *const paths[] = {"/api/broken", "/api/silent", "/api/much",
                                        "/api/bad-header"};
    for (size_t i = 0; i < OQ_COUNT(paths); i++) {
        seen s = ask(*state, "ann", "GET", paths[i], "X-Request-Id: req-12345678\r\n", NULL);
        CHECK_PROBLEM(paths[i], s, 500, "http.internal");
        CHECK(paths[i], seen_has(&s, "req-12345678"));
        CHECK(paths[i], !seen_has(&s, "broken") && !seen_has(&s, "secret"));
        CHECK(paths[i], strstr(diary, "commit") == NULL);
    }
}

static void test_cookies_of_an_answer(void **state)
{
    seen s = ask(*state, "chief", "POST", "/api/things", CSRF JSON, "{\"name\":\"a\"}");
    CHECK_STR("cookie", seen_header(&s, "Set-Cookie"),
              "seen=yes; Path=/; SameSite=Lax; Max-Age=60; HttpOnly");
    s = ask(*state, "chief", "POST", "/api/things", "X-Forwarded-Proto: https\r\n" CSRF JSON,
            "{\"name\":\"a\"}");
    CHECK_STR("by TLS", seen_header(&s, "Set-Cookie"),
              "seen=yes; Path=/; SameSite=Lax; Max-Age=60; HttpOnly; Secure");
    CHECK("and no way back", oq_str_given(seen_header(&s, "Strict-Transport-Security")));
    /* A bad cookie is taken away with the error that tells of it, and with a page's way out. */
    static const char *const paths[] = {"/api/things", "/things"};
    for (size_t i = 0; i < OQ_COUNT(paths); i++) {
        s = ask(*state, "old", "GET", paths[i], "", NULL);
        CHECK_STR(paths[i], seen_header(&s, "Set-Cookie"),
                  "who=; Path=/; SameSite=Lax; Max-Age=0; HttpOnly");
    }
}

static void test_languages_in_their_order(void **state)
{
    static const struct {
        const char *label, *name, *path, *headers, *lang;
    } row[] = {
        {"nothing said", NULL, "/api/who", "", "ar"},
        {"the browser", NULL, "/api/who", "Accept-Language: en-US,ar;q=0.5\r\n", "en"},
        {"the person", "chief", "/api/who", "Accept-Language: ar\r\n", "en"},
        {"the cookie", NULL, "/api/who", "Cookie: lang=en\r\nAccept-Language: ar\r\n", "en"},
        {"the link", NULL, "/api/who?lang=ar", "Cookie: lang=en\r\n", "ar"},
        {"no language", NULL, "/api/who?lang=fr", "Cookie: lang=xx\r\n", "ar"},
    };
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        seen s = ask(*state, row[i].name, "GET", row[i].path, row[i].headers, NULL);
        CHECK(row[i].label,
              seen_has(&s, oq_strf(((house *)*state)->arena, "\"lang\":\"%s\"", row[i].lang).ptr));
    }
    seen s = ask(*state, NULL, "GET", "/welcome?lang=en", "", NULL);
    CHECK_STR("remembered", seen_header(&s, "Set-Cookie"),
              "lang=en; Path=/; SameSite=Lax; Max-Age=31536000");
}

static void test_the_peer_behind_a_proxy(void **state)
{
    seen s = ask(*state, NULL, "GET", "/api/who",
                 "X-Forwarded-For: 6.6.6.6\r\nX-Forwarded-For: 203.0.113.9\r\n", NULL);
    CHECK("peer", seen_has(&s, "\"peer\":\"203.0.113.9\",\"address\":\"203.0.113.9\""));
    s = ask(*state, NULL, "GET", "/api/who", "", NULL);
    CHECK("direct", seen_has(&s, "\"peer\":\"127.0.0.1\"") && seen_has(&s, "\"tls\":false"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_who_may_do_what),
        cmocka_unit_test(test_pages_lead_people_on),
        cmocka_unit_test(test_an_error_page_that_fails_leaves_words),
        cmocka_unit_test(test_refused_before_the_body_there_are_words_only),
        cmocka_unit_test(test_changes_by_cookie_want_the_token),
        cmocka_unit_test(test_bodies),
        cmocka_unit_test(test_large_bodies_have_one_limit),
        cmocka_unit_test(test_query_tables),
        cmocka_unit_test(test_what_becomes_of_the_unit_of_work),
        cmocka_unit_test(test_our_own_faults_show_a_number_only),
        cmocka_unit_test(test_cookies_of_an_answer),
        cmocka_unit_test(test_languages_in_their_order),
        cmocka_unit_test(test_the_peer_behind_a_proxy),
    };
    return cmocka_run_group_tests_name("http_dispatch", tests, open_house, close_house);
}
