/* What goes out: problems, events, cursors, zipped bytes, the description of the API. */
#include <jansson.h>

#include "base/test.h"
#include "http/inner.h"

static int open_all(void **state)
{
    *state = oq_arena_open(0);
    static const char ar[] = "{\"problem.invalid\":\"غير صالح\",\"problem.internal\":\"خطأ\","
                             "\"error.x.taken\":\"الاسم {name} مستخدم\"}";
    static const char en[] =
        "{\"problem.invalid\":\"Invalid\",\"problem.internal\":\"Internal\","
        "\"problem.conflict\":\"Conflict\",\"error.x.taken\":\"{name} is taken\","
        "\"error.field.required\":\"Required\",\"error.http.fields_invalid\":\"{count} wrong\","
        "\"error.http.internal\":\"Ask for {request_id}\"}";
    oq_err *err = oq_lang_load(oq_cstr(ar), oq_cstr(en));
    return err ? -1 : 0;
}

static int close_all(void **state)
{
    oq_arena_close(*state);
    oq_err_reset();
    return 0;
}

static void check_problem(void **state, const char *label, oq_lang lang, const oq_err *err,
                          const char *wanted)
{
    OQ_AUTO(oq_buf) out = oq_buf_make(10000);
    oq_json j = oq_json_to(&out);
    http_problem_write(&j, *state, lang, OQ_STR("req-1234"), err);
    CHECK_STR(label, oq_buf_view(&out), wanted);
}

static void test_problems(void **state)
{
    check_problem(state, "plain", OQ_LANG_EN, oq_fail(OQ_CONFLICT, "x.taken", "name=%s", "P-7"),
                  "{\"type\":\"/problems/x.taken\",\"title\":\"Conflict\",\"status\":409,"
                  "\"detail\":\"P-7 is taken\",\"code\":\"x.taken\",\"instance\":\"req-1234\"}");
    check_problem(
        state, "arabic", OQ_LANG_AR, oq_fail(OQ_INVALID, "x.taken", "name=%s", "P-7"),
        "{\"type\":\"/problems/x.taken\",\"title\":\"غير صالح\",\"status\":422,"
        "\"detail\":\"الاسم P-7 مستخدم\",\"code\":\"x.taken\",\"instance\":\"req-1234\"}");
    check_problem(state, "one field", OQ_LANG_EN, oq_fail_field("email", "field.required"),
                  "{\"type\":\"/problems/field.required\",\"title\":\"Invalid\",\"status\":422,"
                  "\"detail\":\"Required\",\"code\":\"field.required\",\"instance\":\"req-1234\","
                  "\"errors\":[{\"field\":\"email\",\"code\":\"field.required\","
                  "\"message\":\"Required\"}]}");
    oq_err *two = oq_err_join(oq_fail_field("a", "field.required"),
                              oq_fail_field("b", "x.taken", "name=%s", "B"));
    check_problem(state, "two fields", OQ_LANG_EN, two,
                  "{\"type\":\"/problems/http.fields_invalid\",\"title\":\"Invalid\","
                  "\"status\":422,\"detail\":\"2 wrong\",\"code\":\"http.fields_invalid\","
                  "\"instance\":\"req-1234\",\"errors\":["
                  "{\"field\":\"a\",\"code\":\"field.required\",\"message\":\"Required\"},"
                  "{\"field\":\"b\",\"code\":\"x.taken\",\"message\":\"B is taken\"}]}");
}

static void test_our_own_faults_tell_nothing(void **state)
{
    oq_err *err = oq_err_detail(oq_fail(OQ_INTERNAL, "db.internal", "table=%s", "users"), "42P01");
    check_problem(state, "internal", OQ_LANG_EN,
                  oq_wrap(err, OQ_INTERNAL, "user.broken", "id=%d", 7),
                  "{\"type\":\"/problems/http.internal\",\"title\":\"Internal\",\"status\":500,"
                  "\"detail\":\"Ask for req-1234\",\"code\":\"http.internal\","
                  "\"instance\":\"req-1234\"}");
}

static void test_statuses_and_facts(void **state)
{
    CHECK("kind", http_err_status(oq_fail(OQ_NOT_FOUND, "a.b")) == 404);
    CHECK("special", http_err_status(oq_fail(OQ_INVALID, "http.media_type")) == 415);
    CHECK("special", http_err_status(oq_fail(OQ_MALFORMED, "http.uri_too_long")) == 414);
    oq_err *err = oq_fail(OQ_LIMIT, "a.b", "retry_after_s=%d word=%s", 7, "x");
    CHECK("fact", http_err_fact(err, "retry_after_s", 1) == 7);
    CHECK("word", http_err_fact(err, "word", 1) == 1);
    CHECK("none", http_err_fact(err, "other", 5) == 5);
}

static void test_events(void **state)
{
    static const struct {
        const char *id, *event, *data, *text;
    } row[] = {
        {"12", "note", "{}", "id: 12\nevent: note\ndata: {}\n\n"},
        {NULL, NULL, "a\nb\r\nc\rd", "data: a\ndata: b\ndata: c\ndata: d\n\n"},
        {NULL, NULL, "", "data: \n\n"},
        {NULL, NULL, "a\n", "data: a\ndata: \n\n"},
        {"1\ndata: x", "e\r\nid: 9", "d", "id: 1data: x\nevent: eid: 9\ndata: d\n\n"},
    };
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        OQ_AUTO(oq_buf) out = oq_buf_make(1000);
        http_event_format(&out, oq_cstr(row[i].id), oq_cstr(row[i].event), oq_cstr(row[i].data));
        CHECK_STR(row[i].data, oq_buf_view(&out), row[i].text);
    }
}

static void test_cursors(void **state)
{
    oq_uuid id, wanted;
    CHECK("id", oq_uuid_parse(OQ_STR("0190f5c2-0000-7000-8000-0123456789ab"), &wanted));
    static const oq_us moments[] = {0, -1, 1769846400123456, INT64_MAX, INT64_MIN + 1};
    for (size_t i = 0; i < OQ_COUNT(moments); i++) {
        oq_us at;
        CHECK_OK(http_cursor_read(http_cursor_make(*state, moments[i], wanted), &at, &id));
        CHECK("round", at == moments[i] && oq_uuid_eq(id, wanted));
    }
    oq_us at = 5;
    CHECK_OK(http_cursor_read(OQ_NONE, &at, &id));
    CHECK("start", at == OQ_TIME_NONE && oq_uuid_is_zero(id));
    static const char *const bad[] = {"x", "AAAA", "!!!!", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
                                      "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"};
    for (size_t i = 0; i < OQ_COUNT(bad); i++)
        CHECK_CODE(bad[i], http_cursor_read(oq_cstr(bad[i]), &at, &id), "list.cursor_malformed");
}

static void test_zipping_goes_round(void **state)
{
    oq_arena *arena = *state;
    char *text = oq_alloc(arena, 100000);
    for (size_t i = 0; i < 100000; i++)
        text[i] = (char)('a' + i % 7 * (i % 13) % 26);
    for (int round = 0; round < 3; round++) {
        OQ_AUTO(oq_buf) zipped = {0};
        CHECK("zips", http_gzip(oq_strn(text, 100000), &zipped));
        CHECK("smaller", zipped.len < 50000);
        zipped.max = 100000;
        OQ_AUTO(oq_buf) plain = {0};
        CHECK_OK(http_gunzip(oq_buf_view(&zipped), 100000, &plain));
        CHECK("same", oq_str_eq(oq_buf_view(&plain), oq_strn(text, 100000)));
        OQ_AUTO(oq_buf) none = {0};
        CHECK_CODE("ceiling", http_gunzip(oq_buf_view(&zipped), 99999, &none),
                   "http.body_too_large");
        CHECK_CODE("cut off", http_gunzip(oq_strn(zipped.ptr, zipped.len - 9), 100000, &none),
                   "http.gzip_truncated");
        CHECK_CODE("cut off early", http_gunzip(oq_strn(zipped.ptr, 5), 100000, &none),
                   "http.gzip_truncated");
        oq_buf_char(&zipped, 'x');
        CHECK_CODE("something behind it", http_gunzip(oq_buf_view(&zipped), 100000, &none),
                   "http.gzip_malformed");
        CHECK("nothing left over", none.ptr == NULL);
    }
    OQ_AUTO(oq_buf) none = {0};
    unsigned seed = 1;
    for (size_t i = 0; i < 4096; i++)
        text[i] = (char)((seed = seed * 1103515245 + 12345) >> 16);
    CHECK("noise stays", !http_gzip(oq_strn(text, 4096), &none));
    CHECK_CODE("no gzip", http_gunzip(oq_strn(text, 4096), 100000, &none), "http.gzip_malformed");
}

static void test_a_bomb_does_not_go_off(void **state)
{
    /* 40 MB of zeros in 40 KB: unzipping stops one step past the ceiling. */
    static char zeros[40 * 1000 * 1000];
    OQ_AUTO(oq_buf) bomb = {0}, none = {0};
    CHECK("zips", http_gzip(oq_strn(zeros, sizeof zeros), &bomb));
    CHECK("small", bomb.len < 200000);
    CHECK_CODE("bomb", http_gunzip(oq_buf_view(&bomb), 64 * 1024, &none), "http.body_too_large");
}

struct record {
    int64_t n;
    oq_str name;
};
static const oq_field fields[] = {
    OQ_I64(struct record, n, .required = true, .help = "How many."),
    OQ_TEXT(struct record, name),
    OQ_FIELDS_END,
};

static oq_err *plain(http_req *rq)
{
    return NULL;
}

static const http_route routes[] = {
    {HTTP_GET, "/api/things", CAP_USER_READ, .handle_plain = plain, .query = fields,
     .answer = fields, .shape = HTTP_ANSWER_LIST, .summary = "All things"},
    {HTTP_POST, "/api/things", CAP_USER_MANAGE, .handle_plain = plain, .body = fields,
     .answer = fields, .shape = HTTP_ANSWER_RECORD, .status = 201, .feature = "blackbox"},
    {HTTP_GET, "/api/things/{id}", CAP_PUBLIC, .handle_plain = plain},
    {HTTP_POST, "/api/ingest", CAP_USER_MANAGE, .handle_plain = plain, .takes_raw = true},
    {HTTP_GET, "/page", CAP_PUBLIC, .handle_plain = plain, .is_page = true},
    {0},
};

/* "paths./api/things.get" with '>' between the steps. */
static json_t *at(json_t *root, const char *steps)
{
    char copy[300];
    snprintf(copy, sizeof copy, "%s", steps);
    json_t *now = root;
    for (char *rest = copy, *step; now && (step = strsep(&rest, ">"));)
        now = json_is_array(now) ? json_array_get(now, (size_t)strtoul(step, NULL, 10))
                                 : json_object_get(now, step);
    return now;
}

static void test_the_api_describes_itself(void **state)
{
    http_route_list list = {routes, NULL};
    OQ_AUTO(oq_buf) out = oq_buf_make(1000000);
    oq_json j = oq_json_to(&out);
    http_write_openapi(&j, &list, OQ_STR("1.2.3"));
    json_error_t where;
    json_t *doc = json_loadb(out.ptr, out.len, JSON_REJECT_DUPLICATES, &where);
    CHECK(where.text, doc != NULL);
    static const struct {
        const char *steps, *text;
    } row[] = {
        {"openapi", "3.1.0"},
        {"info>version", "1.2.3"},
        {"paths>/api/things>get>operationId", "get_things"},
        {"paths>/api/things>get>summary", "All things"},
        {"paths>/api/things>get>tags>0", "things"},
        {"paths>/api/things>get>x-capability", "user.read"},
        {"paths>/api/things>get>parameters>0>name", "n"},
        {"paths>/api/things>get>parameters>0>in", "query"},
        {"paths>/api/things>get>parameters>0>description", "How many."},
        {"paths>/api/things>get>parameters>0>schema>$ref",
         "#/components/schemas/get_things.query/properties/n"},
        {"paths>/api/things>get>responses>200>content>application/json>schema>properties>items>"
         "items>$ref",
         "#/components/schemas/get_things.answer"},
        {"paths>/api/things>get>responses>default>$ref", "#/components/responses/Problem"},
        {"paths>/api/things>post>requestBody>content>application/json>schema>$ref",
         "#/components/schemas/post_things.body"},
        {"paths>/api/things>post>x-feature", "blackbox"},
        /* The same table, described once. */
        {"paths>/api/things>post>responses>201>content>application/json>schema>$ref",
         "#/components/schemas/get_things.answer"},
        {"paths>/api/things/{id}>get>operationId", "get_things.id"},
        {"paths>/api/things/{id}>get>parameters>0>name", "id"},
        {"paths>/api/things/{id}>get>parameters>0>in", "path"},
        {"components>schemas>get_things.query>properties>n>description", "How many."},
        {"components>securitySchemes>bearer>scheme", "bearer"},
    };
    for (size_t i = 0; i < OQ_COUNT(row); i++)
        CHECK_STR(row[i].steps, oq_cstr(json_string_value(at(doc, row[i].steps))), row[i].text);
    CHECK("public", json_array_size(at(doc, "paths>/api/things/{id}>get>security")) == 0);
    CHECK("signed in", json_array_size(at(doc, "paths>/api/things>get>security")) == 2);
    CHECK("raw", at(doc, "paths>/api/ingest>post>requestBody>content>*/*") != NULL);
    CHECK("no pages", at(doc, "paths>/page") == NULL);
    CHECK("three paths", json_object_size(at(doc, "paths")) == 3);
    json_decref(doc);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_problems),
        cmocka_unit_test(test_our_own_faults_tell_nothing),
        cmocka_unit_test(test_statuses_and_facts),
        cmocka_unit_test(test_events),
        cmocka_unit_test(test_cursors),
        cmocka_unit_test(test_zipping_goes_round),
        cmocka_unit_test(test_a_bomb_does_not_go_off),
        cmocka_unit_test(test_the_api_describes_itself),
    };
    return cmocka_run_group_tests_name("http_text", tests, open_all, close_all);
}
