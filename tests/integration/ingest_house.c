#include "integration/ingest_house.h"

#include <math.h>

#include "ingest/names.h"
#include "quant/batch.h"

#include "base/banned.h"

oq_str ingest_token(ingest_house *h, const char *email, const char *caps)
{
    static int nth;
    testclient *c = testclient_open(h->app);
    testclient_sign_in(c, email);
    oq_str json = oq_strf(h->arena, "{\"name\":\"gateway %d\",\"capabilities\":%s}", ++nth, caps);
    testreply r = testclient_json(c, "POST", "/api/tokens", json.ptr);
    assert_int_equal(r.status, 201);
    oq_str text = oq_str_copy(testapp_arena(h->app), testclient_member(c, &r, "secret"));
    testclient_close(c);
    return text;
}

int ingest_house_open(void **state)
{
    ingest_house *h = calloc(1, sizeof *h);
    h->app = testapp_open(false);
    h->arena = oq_arena_open(0);
    h->tenant_a = testapp_tenant(h->app, "INGEST_A");
    h->tenant_b = testapp_tenant(h->app, "INGEST_B");
    testapp_person(h->app, h->tenant_a, ROLE_TENANT_ADMIN, "admin@ingest-a.example");
    testapp_person(h->app, h->tenant_b, ROLE_TENANT_ADMIN, "admin@ingest-b.example");
    h->token_a = ingest_token(h, "admin@ingest-a.example", "[\"history.write\"]");
    h->a = testclient_open(h->app);
    h->b = testclient_open(h->app);
    testclient_use_bearer(h->a, h->token_a);
    testclient_use_bearer(h->b, ingest_token(h, "admin@ingest-b.example", "[\"history.write\"]"));
    *state = h;
    return 0;
}

int ingest_house_close(void **state)
{
    ingest_house *h = *state;
    oq_clock_set(OQ_TIME_NONE);
    testclient_close(h->a);
    testclient_close(h->b);
    testapp_close(h->app);
    oq_arena_close(h->arena);
    free(h);
    return 0;
}

int ingest_house_reset(void **state)
{
    ingest_house *h = *state;
    oq_err_reset();
    oq_arena_reset(h->arena);
    testdb_exec(testapp_db(h->app),
                "TRUNCATE series_batches, series, series_counters, assets, asset_classes,"
                " sites CASCADE; UPDATE tenant_settings SET settings = '{}';"
                " UPDATE api_tokens SET expires_at = 'infinity'");
    names_forget_all();
    oq_clock_set(INGEST_NOW);
    return 0;
}

oq_scope *ingest_scope(ingest_house *h, oq_uuid tenant_id)
{
    oq_scope *s;
    CHECK_OK(
        oq_scope_open(&(oq_scope_options){.pool = testapp_pool(h->app),
                                          .tenant_id = tenant_id,
                                          .access = OQ_WRITE,
                                          .actor = {.kind = ACTOR_SYSTEM,
                                                    .home_tenant = tenant_id,
                                                    .label = OQ_STR("test"),
                                                    .role = ROLE_TENANT_ADMIN,
                                                    .caps = oq_caps_of_role(ROLE_TENANT_ADMIN)},
                                          .arena = h->arena},
                      &s));
    return s;
}

void ingest_commit(oq_scope *s)
{
    CHECK_OK(oq_scope_commit(s));
    oq_scope_close(s);
}

/* --- what was stored ----------------------------------------------------------------------------*/

static oq_str value_of(ingest_house *h, const char *format, oq_uuid tenant_id, const char *more)
{
    oq_str id = oq_uuid_text(h->arena, tenant_id);
    oq_str sql = oq_strf(h->arena, "%s WHERE tenant_id = '%.*s' %s", format, OQ_FMT(id), more);
    return oq_cstr(testdb_value(testapp_db(h->app), sql.ptr));
}

static void put_run(oq_buf *out, const samples *run)
{
    for (size_t i = 0; i < run->count; i++) {
        oq_buf_f(out, "%g ", (double)(run->time[i] - INGEST_NOW) / OQ_SECOND);
        oq_buf_f(out, isnan(run->value[i]) ? "none" : "%.17g", run->value[i]);
        if (run->quality[i])
            oq_buf_f(out, " %x", run->quality[i]);
        oq_buf_char(out, ';');
    }
}

static void put_batch(ingest_house *h, oq_str hex, int32_t no, oq_buf *out)
{
    size_t len;
    char *bytes = oq_alloc(h->arena, hex.len / 2);
    CHECK("hex", oq_hex_parse(hex, bytes, hex.len / 2, &len));
    batch b;
    batch_run run;
    CHECK_OK(batch_open(oq_strn(bytes, len), &b));
    if (!batch_find(&b, no, &run))
        return;
    samples into = samples_make(h->arena, run.count, true, false);
    CHECK_OK(batch_decode_run(&b, &run, &into));
    put_run(out, &into);
}

oq_str ingest_stored(ingest_house *h, oq_uuid tenant_id, const char *key)
{
    oq_str more = oq_strf(h->arena, "AND key = '%s'", key);
    oq_str no = value_of(h, "SELECT no FROM series", tenant_id, more.ptr), hex;
    int64_t number;
    if (!oq_parse_i64(no, &number))
        return OQ_STR("no such series");
    oq_str all = value_of(h,
                          "SELECT string_agg(encode(payload, 'hex'), ' ' ORDER BY seq)"
                          " FROM series_batches",
                          tenant_id, "");
    OQ_AUTO(oq_buf) out = oq_buf_make(1000000);
    while (oq_str_cut(&all, ' ', &hex))
        put_batch(h, hex, (int32_t)number, &out);
    return oq_str_copy(h->arena, oq_buf_view(&out));
}

/* --- sending ------------------------------------------------------------------------------------*/

testreply ingest_send(testclient *c, ingest_body body)
{
    char coding[60];
    const char *headers[] = {"Accept-Language: en", NULL, NULL};
    if (body.coding) {
        snprintf(coding, sizeof coding, "Content-Encoding: %s", body.coding);
        headers[1] = coding;
    }
    return testclient_send(c, "POST", body.path, body.type ? body.type : "text/plain", body.bytes,
                           headers);
}

testreply ingest_send_line(testclient *c, const char *text)
{
    return ingest_send(c, (ingest_body){.path = "/api/ingest/line", .bytes = oq_cstr(text)});
}
