/* Who may send, in which coding, under which settings, by whose protocol. */
#include <pthread.h>
#include <math.h>
#include <snappy-c.h>

#include "db/fault.h"
#include "historian/backlog.h"
#include "ingest/ingest.h"
#include "ingest/remote_message.h"
#include "http/inner.h"
#include "integration/ingest_house.h"

#include "base/banned.h"

#define DB(h) testapp_db((h)->app)
#define A(h)  (h)->tenant_a

/* --- who may ------------------------------------------------------------------------------------*/

static const char *const doors[] = {"/api/ingest/line", "/api/ingest/json", "/api/v2/write",
                                    "/write", "/api/v1/write"};

static void test_who_may(void **state)
{
    ingest_house *h = *state;
    testclient *reader = testclient_open(h->app), *nobody = testclient_open(h->app),
               *person = testclient_open(h->app);
    testclient_use_bearer(reader, ingest_token(h, "admin@ingest-a.example", "[\"asset.read\"]"));
    testclient_sign_in(person, "admin@ingest-a.example");
    testclient_use_csrf(person, OQ_STR(""));
    for (size_t i = 0; i < OQ_COUNT(doors); i++) {
        const ingest_body body = {.path = doors[i], .bytes = OQ_STR("P v=1")};
        testreply r = ingest_send(nobody, body);
        assert_int_equal(r.status, 401);
        r = ingest_send(reader, body);
        assert_int_equal(r.status, 403);
        CHECK_MEMBER(doors[i], reader, r, "code", "access.forbidden");
        r = ingest_send(person, body);
        assert_int_equal(r.status, 403);
        CHECK_MEMBER(doors[i], person, r, "code", "csrf.missing");
    }
    testclient_forget(person);
    testclient_sign_in(person, "admin@ingest-a.example");
    testreply r = ingest_send_line(person, "P v=1");
    assert_int_equal(r.status, 200);
    oq_str line = oq_strf(h->arena, "Authorization: Token %.*s", OQ_FMT(h->token_a));
    r = testclient_send(nobody, "POST", "/api/v2/write", "text/plain", OQ_STR("P v=2"),
                        (const char *[]){line.ptr, NULL});
    assert_int_equal(r.status, 204);
    testclient_close(reader);
    testclient_close(nobody);
    testclient_close(person);
}

static void test_tenants_apart(void **state)
{
    ingest_house *h = *state;
    ingest_send_line(h->a, "P v=1 1780000000000000000");
    ingest_send_line(h->b, "P w=0 1780000000000000000\nP v=2 1780000000000000000");
    ingest_send_line(h->a, "P v=3 1780000001000000000");
    CHECK_STR("A", ingest_stored(h, h->tenant_a, "P.v"), "0 1;1 3;");
    CHECK_STR("B", ingest_stored(h, h->tenant_b, "P.v"), "0 2;");
    CHECK_STR("B's other", ingest_stored(h, h->tenant_b, "P.w"), "0 0;");
    CHECK_STR("not A's", ingest_stored(h, h->tenant_a, "P.w"), "no such series");
}

/* --- codings ------------------------------------------------------------------------------------*/

static oq_str snappy(ingest_house *h, oq_str plain)
{
    size_t len = snappy_max_compressed_length(plain.len);
    char *packed = oq_alloc(h->arena, len);
    assert_int_equal(snappy_compress(plain.ptr, plain.len, packed, &len), SNAPPY_OK);
    return oq_strn(packed, len);
}

static oq_str many_lines(ingest_house *h, size_t count)
{
    OQ_AUTO(oq_buf) text = oq_buf_make(INGEST_BODY_MAX);
    for (size_t i = 0; i < count; i++)
        oq_buf_f(&text, "P v=%zu 178%07zu000000000\n", i, i);
    return oq_str_copy(h->arena, oq_buf_view(&text));
}

static void test_codings(void **state)
{
    ingest_house *h = *state;
    OQ_AUTO(oq_buf) gz = {0}, bomb = {0};
    oq_str lines = many_lines(h, 1000);
    CHECK("zips", http_gzip(lines, &gz));
    oq_str zeros = oq_strn(oq_alloc(h->arena, INGEST_BODY_MAX + 1), INGEST_BODY_MAX + 1);
    CHECK("zips", http_gzip(zeros, &bomb));
    oq_str zipped = oq_buf_view(&gz), packed = snappy(h, lines);
    const struct {
        const char *label, *coding;
        oq_str bytes;
        int status;
        const char *code;
    } row[] = {
        {"gzip", "gzip", zipped, 200, NULL},
        {"snappy", "snappy", packed, 200, NULL},
        {"none", "identity", lines, 200, NULL},
        {"gzip, cut off", "gzip", oq_str_sub(zipped, 0, zipped.len - 5), 400,
         "http.gzip_truncated"},
        {"no gzip", "gzip", lines, 400, "http.gzip_malformed"},
        {"a bomb", "gzip", oq_buf_view(&bomb), 413, "http.body_too_large"},
        {"snappy, cut off", "snappy", oq_str_sub(packed, 0, packed.len / 2), 400,
         "ingest.snappy_malformed"},
        {"no snappy", "snappy", OQ_STR("xyz"), 400, "ingest.snappy_malformed"},
        {"empty snappy", "snappy", OQ_STR(""), 400, "ingest.snappy_malformed"},
        {"a snappy that lies", "snappy",
         OQ_STR("\xff\xff\xff\x1f"
                "a"),
         400, "ingest.snappy_malformed"},
        {"a snappy bomb", "snappy", snappy(h, zeros), 413, "http.body_too_large"},
        {"another", "zstd", packed, 415, "http.coding"},
    };
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        testdb_exec(DB(h), "TRUNCATE series_batches");
        testreply r = ingest_send(h->a, (ingest_body){.path = "/api/ingest/line",
                                                      .coding = row[i].coding,
                                                      .bytes = row[i].bytes});
        CHECK(row[i].label, r.status == row[i].status);
        if (row[i].code)
            CHECK_MEMBER(row[i].label, h->a, r, "code", row[i].code);
        else
            CHECK_MEMBER(row[i].label, h->a, r, "accepted", "1000");
        assert_int_equal(testdb_number(DB(h), "SELECT coalesce(sum(samples), 0)"
                                              " FROM series_batches"),
                         row[i].code ? 0 : 1000);
    }
}

/* --- settings and series ------------------------------------------------------------------------*/

static void put_settings(ingest_house *h, int unknown, int64_t max)
{
    tenant_settings *settings, *stored;
    oq_scope *s = ingest_scope(h, A(h));
    CHECK_OK(tenant_settings_get(s, &settings));
    settings->series_unknown = unknown;
    settings->series_max = max;
    CHECK_OK(tenant_settings_put(s, settings, &stored));
    ingest_commit(s);
}

static void test_unknown_series(void **state)
{
    ingest_house *h = *state;
    ingest_send_line(h->a, "P v=1 1780000000000000000");
    put_settings(h, SERIES_UNKNOWN_REFUSE, 3);
    testreply r = ingest_send_line(h->a, "P v=2 1780000001000000000\nP w=1\nQ v=1");
    CHECK_COUNTS("refused", h->a, r, 1, 2, 0);
    CHECK_MEMBER("code", h->a, r, "errors.0.code", "series.unknown");
    CHECK_MEMBER("which", h->a, r, "errors.0.facts.key", "P.w");
    put_settings(h, SERIES_UNKNOWN_CREATE, 3);
    r = ingest_send_line(h->a, "P w=1\nQ v=1\nQ w=1\nQ w=2\nR v=1\nP v=5 1780000002000000000");
    CHECK_COUNTS("as many as there is room for", h->a, r, 3, 3, 2);
    CHECK_MEMBER("code", h->a, r, "errors.0.code", "series.too_many");
    CHECK_MEMBER("max", h->a, r, "errors.0.facts.max", "3");
    CHECK_MEMBER("line", h->a, r, "errors.0.line", "3");
    CHECK_STR("the known one", ingest_stored(h, A(h), "P.v"), "0 1;1 2;2 5;");
}

/* Every line another tag. */
static void test_a_flood_of_tags(void **state)
{
    ingest_house *h = *state;
    put_settings(h, SERIES_UNKNOWN_CREATE, 100);
    OQ_AUTO(oq_buf) text = oq_buf_make(INGEST_BODY_MAX);
    for (size_t i = 0; i < 1000000; i++)
        oq_buf_f(&text, "P,tag=%zu v=1\n", i);
    testreply r =
        ingest_send(h->a, (ingest_body){.path = "/api/ingest/line", .bytes = oq_buf_view(&text)});
    assert_int_equal(r.status, 200);
    CHECK_COUNTS("a hundred", h->a, r, 100, 999900, 100);
    CHECK_MEMBER("why", h->a, r, "errors.0.code", "series.too_many");
    assert_int_equal(testdb_number(DB(h), "SELECT count(*) FROM series"), 100);
}

static series *series_of(oq_scope *s, const char *key)
{
    series *e = NULL;
    CHECK_OK(series_find_by_key(s, oq_cstr(key), &e));
    assert_non_null(e);
    return e;
}

static void change(ingest_house *h, const char *key, const char *json)
{
    series_order o;
    series *e, *after;
    oq_scope *s = ingest_scope(h, A(h));
    e = series_of(s, key);
    oq_str whole = oq_strf(h->arena, "{\"version\":%lld,%s}", (long long)e->version, json);
    CHECK_OK(oq_fields_read_json(h->arena, series_order_fields, whole, &o));
    CHECK_OK(series_update(s, e->id, &o, &after));
    ingest_commit(s);
}

static void test_series_as_they_are_decided(void **state)
{
    ingest_house *h = *state;
    ingest_send_line(h->a, "P v=10 1780000000000000000\nP w=1 1780000000000000000");
    change(h, "P.v", "\"instrument_min\":0,\"instrument_max\":5");
    testreply r = ingest_send_line(h->a, "P v=10 1780000001000000000\nP v=5 1780000002000000000\n"
                                         "P v=-0.1 1780000003000000000");
    CHECK_COUNTS("kept, and marked", h->a, r, 3, 0, 0);
    CHECK_STR("beyond the instrument", ingest_stored(h, A(h), "P.v"),
              "0 10;1 10 40940000;2 5;3 -0.10000000000000001 40940000;");
    change(h, "P.v", "\"is_active\":false");
    r = ingest_send_line(h->a, "P v=1\nP w=2 1780000001000000000");
    CHECK_COUNTS("switched off", h->a, r, 1, 1, 0);
    CHECK_MEMBER("code", h->a, r, "errors.0.code", "sample.series_inactive");
    CHECK_MEMBER("which", h->a, r, "errors.0.facts.key", "P.v");
    r = ingest_send_line(h->a, "P v=1");
    CHECK_MEMBER("remembered or not", h->a, r, "errors.0.code", "sample.series_inactive");
    change(h, "P.v", "\"is_active\":true");
    testdb_exec(DB(h), "UPDATE series SET kind = 'calculated' WHERE key = 'P.w'");
    r = ingest_send_line(h->a, "P v=1 1780000009000000000\nP w=2");
    CHECK_COUNTS("calculated", h->a, r, 1, 1, 0);
    CHECK_MEMBER("code", h->a, r, "errors.0.code", "sample.series_calculated");
}

/* A unit of work that was not committed leaves nothing behind, in memory neither: its numbers
 * become those of other series. */
static void test_a_commit_that_fails(void **state)
{
    ingest_house *h = *state;
    CHECK("armed", db_fault_arm("db.commit", 1));
    testreply r = ingest_send_line(h->a, "P v=1 1780000000000000000");
    db_fault_arm("db.commit", 0);
    assert_int_equal(r.status, 503);
    CHECK_STR("nothing", ingest_stored(h, A(h), "P.v"), "no such series");
    ingest_send_line(h->a, "Q v=2 1780000000000000000");
    for (int i = 0; i < 2; i++)
        ingest_send_line(h->a, "P v=3 1780000001000000000");
    CHECK_STR("P", ingest_stored(h, A(h), "P.v"), "1 3;1 3;");
    CHECK_STR("Q", ingest_stored(h, A(h), "Q.v"), "0 2;");
}

/* --- two senders of the same new series ---------------------------------------------------------*/

enum { SENDERS = 4, NEW = 2000 };

typedef struct sender {
    ingest_house *h;
    oq_str body;
    int status;
    int64_t accepted, created;
} sender;

static void *send_all(void *arg)
{
    sender *me = arg;
    testclient *c = testclient_open(me->h->app);
    testclient_use_bearer(c, me->h->token_a);
    testreply r = ingest_send(c, (ingest_body){.path = "/api/ingest/line", .bytes = me->body});
    me->status = r.status;
    if (!oq_parse_i64(testclient_member(c, &r, "accepted"), &me->accepted) ||
        !oq_parse_i64(testclient_member(c, &r, "created"), &me->created))
        me->status = -1;
    testclient_close(c);
    return NULL;
}

static void test_at_once(void **state)
{
    ingest_house *h = *state;
    static sender all[SENDERS];
    pthread_t thread[SENDERS];
    int64_t created = 0;
    for (size_t i = 0; i < SENDERS; i++) {
        OQ_AUTO(oq_buf) text = oq_buf_make(INGEST_BODY_MAX);
        for (size_t k = 0; k < NEW; k++)
            oq_buf_f(&text, "T-%zu v=%zu 1780000000000000000\n", i % 2 ? NEW - 1 - k : k, i);
        all[i] = (sender){.h = h, .body = oq_str_copy(h->arena, oq_buf_view(&text))};
    }
    for (size_t i = 0; i < SENDERS; i++)
        assert_int_equal(pthread_create(&thread[i], NULL, send_all, &all[i]), 0);
    for (size_t i = 0; i < SENDERS; i++) {
        pthread_join(thread[i], NULL);
        assert_int_equal(all[i].status, 200);
        assert_int_equal(all[i].accepted, NEW);
        created += all[i].created;
    }
    assert_int_equal(created, NEW);
    assert_int_equal(testdb_number(DB(h), "SELECT count(*) FROM series"), NEW);
    assert_int_equal(testdb_number(DB(h), "SELECT sum(samples) FROM series_batches"),
                     SENDERS * NEW);
}

/* --- more than is folded ------------------------------------------------------------------------*/

static void check_waits(const char *label, testclient *c, testreply *r)
{
    CHECK(label, r->status == 503);
    CHECK_STR(label, testreply_header(r, "Retry-After"), "10");
    CHECK_MEMBER(label, c, *r, "code", "history.fold_behind");
    CHECK(label,
          oq_str_find(testclient_member(c, r, "detail"), OQ_STR("in 3 batches")) != SIZE_MAX);
}

static void test_more_than_is_folded(void **state)
{
    ingest_house *h = *state;
    int64_t before = backlog_look().refused;
    backlog_set_max(3, 0);
    for (int i = 0; i < 3; i++)
        assert_int_equal(ingest_send_line(h->a, "P v=1 1780000000000000000").status, 200);
    for (size_t i = 0; i < OQ_COUNT(doors); i++) {
        testreply r = ingest_send(h->a, (ingest_body){.path = doors[i],
                                                      .type = "application/x-protobuf",
                                                      .bytes = OQ_STR("P v=2")});
        check_waits(doors[i], h->a, &r);
    }
    CHECK("told", backlog_look().batches == 3 && backlog_look().bytes > 0 &&
                      backlog_look().refused == before + (int64_t)OQ_COUNT(doors));
    testreply r = testclient_send(h->a, "POST", "/api/ingest/line", "text/plain", OQ_STR("P v=2"),
                                  (const char *[]){"Accept-Language: ar", NULL});
    CHECK("in Arabic", oq_str_find(r.body, OQ_STR("عدد الدفعات: 3")) != SIZE_MAX);
    assert_int_equal(ingest_send_line(h->b, "P v=1").status, 200);
    CHECK_STR("what was acknowledged is there", ingest_stored(h, A(h), "P.v"), "0 1;0 1;0 1;");
    testdb_exec(DB(h), "DELETE FROM series_batches"); /* as the fold does */
    backlog_set_max(0, 20);
    assert_int_equal(ingest_send_line(h->a, "P v=3 1780000000000000000").status, 200);
    assert_int_equal(ingest_send_line(h->a, "P v=4").status, 503);
    backlog_set_max(0, 0);
    assert_int_equal(ingest_send_line(h->a, "P v=5 1780000000000000000").status, 200);
    CHECK_STR("taken again", ingest_stored(h, A(h), "P.v"), "0 3;0 5;");
}

/* --- InfluxDB's clients -------------------------------------------------------------------------*/

static void test_influx(void **state)
{
    ingest_house *h = *state;
    static const struct {
        const char *label, *path, *body;
        int status;
        const char *message; /* a part of it */
    } row[] = {
        {"as Telegraf says it", "/api/v2/write?bucket=plant&org=acme&precision=s",
         "P v=1 1780000000", 204, NULL},
        {"nanoseconds", "/api/v2/write?bucket=b", "P v=2 1780000001000000000", 204, NULL},
        {"version 1", "/write?db=telegraf&precision=m&u=x&p=y", "P v=3 29666667", 204, NULL},
        {"partial", "/api/v2/write?precision=s", "P v=4 1780000003\nP v=x\nP s=\"t\"", 400,
         "partial write: line 2: Column 5: “x” is no number"},
        {"how many", "/api/v2/write?precision=s", "P v=5 1780000004\nP v=x\nP v=NaN", 400,
         "dropped=2"},
        {"partial, version 1", "/write?precision=s", "P v=6 1780000005\nP", 400, "partial write: "},
        {"nothing", "/api/v2/write", "P v=x", 400, "nothing written: line 1: "},
        {"no such unit", "/api/v2/write?precision=fortnight", "P v=1", 400, "fortnight"},
        {"of version 1 alone", "/api/v2/write?precision=h", "P v=1", 400, "“h”"},
    };
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        testreply r = testclient_send(h->a, "POST", row[i].path, "text/plain; charset=utf-8",
                                      oq_cstr(row[i].body), NULL);
        CHECK(row[i].label, r.status == row[i].status);
        if (!row[i].message)
            continue;
        CHECK_MEMBER(row[i].label, h->a, r, "code", "invalid");
        CHECK(row[i].label, oq_str_find(testclient_member(h->a, &r, "message"),
                                        oq_cstr(row[i].message)) != SIZE_MAX);
    }
    CHECK_STR("good lines are kept", ingest_stored(h, A(h), "P.v"), "0 1;1 2;20 3;3 4;4 5;5 6;");
    testreply r = testclient_send(h->a, "POST", "/api/v2/write", "text/plain", OQ_STR("P v=x"),
                                  (const char *[]){"Accept-Language: ar", NULL});
    CHECK("in Arabic, when asked", oq_str_find(r.body, OQ_STR("العمود")) != SIZE_MAX);
}

/* --- Prometheus ---------------------------------------------------------------------------------*/

static testreply send_remote(ingest_house *h, oq_str message)
{
    return ingest_send(h->a, (ingest_body){.path = "/api/v1/write",
                                           .type = "application/x-protobuf",
                                           .coding = "snappy",
                                           .bytes = snappy(h, message)});
}

static double of_bits(uint64_t bits)
{
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

#define LABELS(...)                                                                                \
    (const char *const[])                                                                          \
    {                                                                                              \
        __VA_ARGS__, NULL                                                                          \
    }

static void test_remote_write(void **state)
{
    ingest_house *h = *state;
    OQ_AUTO(oq_buf) m = oq_buf_make(1000000);
    const remote_sample good[] = {
        {1780000000000, 1.5}, {1780000001000, of_bits(REMOTE_STALE_BITS)}, {1780000002500, -0.25}};
    message_series(&m, LABELS("__name__=vibration", "asset=P-101", "job=plc", "sensor=DE"), good,
                   3);
    message_series(&m, LABELS("__name__=up", "instance=host:9100"), good, 1);
    testreply r = send_remote(h, oq_buf_view(&m));
    assert_int_equal(r.status, 204);
    CHECK_STR("samples", ingest_stored(h, A(h), "P-101,job=plc,sensor=DE.vibration"),
              "0 1.5;1 none 809b0000;2.5 -0.25;");
    CHECK_STR("by instance", ingest_stored(h, A(h), "host:9100.up"), "0 1.5;");
    r = send_remote(h, oq_buf_view(&m));
    assert_int_equal(r.status, 204);
    CHECK_STR("source", oq_cstr(testdb_value(DB(h), "SELECT DISTINCT source FROM series")),
              "prometheus");
    assert_int_equal(testdb_number(DB(h), "SELECT sum(samples) FROM series_batches"), 8);
}

static void test_remote_write_refused(void **state)
{
    ingest_house *h = *state;
    const remote_sample good = {1780000000000, 1.5},
                        nan = {1780000001000, of_bits(0x7ff8000000000000)},
                        inf = {1780000001000, (double)INFINITY}, old = {-2208988800000, 1};
    const struct {
        const char *label;
        const char *const *labels;
        remote_sample sample;
        const char *text;
    } row[] = {
        {"nan", LABELS("__name__=v", "asset=P"), nan, "The value nan is not a finite number."},
        {"inf", LABELS("__name__=v", "asset=P"), inf, "The value inf"},
        {"1900", LABELS("__name__=v", "asset=P"), old, "The time 1900-01-01T00:00:00Z"},
        {"no asset", LABELS("__name__=v", "job=x"), good, "No asset is named."},
        {"no name", LABELS("asset=P"), good, "no label __name__"},
        {"twice", LABELS("__name__=v", "asset=P", "a=1", "a=2"), good, "The tag “a”"},
        {"no text", LABELS("__name__=v", "asset=\xff"), good, "cannot be the key"},
    };
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        OQ_AUTO(oq_buf) m = oq_buf_make(1000000);
        remote_sample kept = {1780000000000 + (int64_t)i * 1000, 1};
        message_series(&m, row[i].labels, &row[i].sample, 1);
        message_series(&m, LABELS("__name__=kept", "asset=P"), &kept, 1);
        testreply r = send_remote(h, oq_buf_view(&m));
        assert_int_equal(r.status, 400);
        CHECK_STR(row[i].label, r.type, "text/plain; charset=utf-8");
        CHECK(row[i].label, oq_str_starts(r.body, OQ_STR("partial write: series 0: ")));
        CHECK(row[i].label, oq_str_find(r.body, oq_cstr(row[i].text)) != SIZE_MAX);
        CHECK(row[i].label, oq_str_find(r.body, OQ_STR("dropped=1")) != SIZE_MAX);
    }
    CHECK_STR("the others are kept", ingest_stored(h, A(h), "P.kept"),
              "0 1;1 1;2 1;3 1;4 1;5 1;6 1;");
    testreply r = send_remote(h, OQ_STR("\x0a\x02\x22\x00"));
    CHECK("histograms", oq_str_find(r.body, OQ_STR("Native histograms")) != SIZE_MAX);
    r = send_remote(h, OQ_STR("no message"));
    assert_int_equal(r.status, 400);
    CHECK_MEMBER("malformed", h->a, r, "code", "remote.malformed");
    static const char *const types[] = {"application/json",
                                        "application/x-protobuf;proto=io.prometheus.write.v2."
                                        "Request"};
    for (size_t i = 0; i < OQ_COUNT(types); i++) {
        r = ingest_send(h->a, (ingest_body){.path = "/api/v1/write",
                                            .type = types[i],
                                            .coding = "snappy",
                                            .bytes = OQ_STR("\x00")});
        assert_int_equal(r.status, 415);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_who_may, ingest_house_reset),
        cmocka_unit_test_setup(test_tenants_apart, ingest_house_reset),
        cmocka_unit_test_setup(test_codings, ingest_house_reset),
        cmocka_unit_test_setup(test_unknown_series, ingest_house_reset),
        cmocka_unit_test_setup(test_a_flood_of_tags, ingest_house_reset),
        cmocka_unit_test_setup(test_series_as_they_are_decided, ingest_house_reset),
        cmocka_unit_test_setup(test_a_commit_that_fails, ingest_house_reset),
        cmocka_unit_test_setup(test_at_once, ingest_house_reset),
        cmocka_unit_test_setup(test_more_than_is_folded, ingest_house_reset),
        cmocka_unit_test_setup(test_influx, ingest_house_reset),
        cmocka_unit_test_setup(test_remote_write, ingest_house_reset),
        cmocka_unit_test_setup(test_remote_write_refused, ingest_house_reset),
    };
    return cmocka_run_group_tests(tests, ingest_house_open, ingest_house_close);
}
