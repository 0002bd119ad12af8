/* Scores and models over HTTP, and the jobs behind them. */
#include "integration/ai_house.h"

#include <math.h>
#include <unistd.h>

#include "ai/model.h"
#include "base/test.h"
#include "job/job.h"

#include "base/banned.h"

static http_route_list routes = {ai_routes, NULL};

static int64_t number(house *h, const char *sql)
{
    return testdb_number(h->db, sql);
}

static ai_fleet small_fleet(house *h, house_person by)
{
    ai_fleet f;
    ai_house_fleet(h, &(ai_fleet_order){.by = by, .assets = 6, .days = 30}, &f);
    return f;
}

static const char *path_of(house *h, const char *format, oq_uuid id)
{
    return oq_strf(h->arena, format, oq_uuid_text(h->arena, id).ptr).ptr;
}

static int open_with_routes(void **state)
{
    int failed = house_open(state);
    if (!failed)
        house_serve(*state, &routes);
    return failed;
}

/* --- reading -------------------------------------------------------------------------------------*/

static void test_assets(void **state)
{
    house *h = *state;
    ai_fleet f = small_fleet(h, ADMIN_A);
    ai_house_score(h, ADMIN_A, f.asset, 4);
    seen got = house_get(h, VIEWER_A, "/api/ai/assets?sort=health");
    assert_int_equal(got.status, 200);
    CHECK("all of them", seen_has(&got, "\"P-100\"") && seen_has(&got, "\"P-105\""));
    got = house_get(h, VIEWER_A, "/api/ai/assets?sort=health&limit=2");
    oq_str cursor = house_between(h, &got, "\"next\":\"", "\"");
    size_t shown = 2;
    for (int i = 0; i < 5 && cursor.len; i++) {
        got = house_get(h, VIEWER_A,
                        oq_strf(h->arena, "/api/ai/assets?sort=health&limit=2&cursor=%.*s",
                                OQ_FMT(cursor))
                            .ptr);
        assert_int_equal(got.status, 200);
        for (oq_str rest = got.body; oq_str_find(rest, OQ_STR("\"asset_id\"")) != SIZE_MAX;
             rest = oq_str_sub(rest, oq_str_find(rest, OQ_STR("\"asset_id\"")) + 1, SIZE_MAX))
            shown++;
        cursor = seen_has(&got, "\"next\":\"") ? house_between(h, &got, "\"next\":\"", "\"")
                                               : OQ_NONE;
    }
    assert_int_equal(shown, 6);
    got = house_get(h, VIEWER_A, "/api/ai/assets?q=P-103&criticality=high");
    CHECK("found", seen_has(&got, "\"P-103\"") && !seen_has(&got, "\"P-104\""));
    got = house_get(h, VIEWER_A, "/api/ai/assets?criticality=low");
    CHECK("none", seen_has(&got, "\"items\":[]"));
    got = house_get(h, ADMIN_B, "/api/ai/assets");
    CHECK("B has none", seen_has(&got, "\"items\":[]"));
    CHECK_REFUSED("nobody", house_get(h, NOBODY, "/api/ai/assets"), 401, "auth.required");
}

static void test_one(void **state)
{
    house *h = *state;
    ai_fleet f = small_fleet(h, ADMIN_A);
    ai_house_score(h, ADMIN_A, f.asset, 1);
    seen got = house_get(h, VIEWER_A, path_of(h, "/api/ai/assets/%s", f.asset[0]));
    assert_int_equal(got.status, 200);
    CHECK("what it rests on", seen_has(&got, "\"contributors\":") && seen_has(&got, "\"missing\":"));
    got = house_get(h, VIEWER_A, path_of(h, "/api/ai/assets/%s?at=2026-05-01T00:00:00Z", f.asset[0]));
    CHECK("before there was one", got.status == 200 && seen_has(&got, "\"scored_at\":null"));
    got = house_get(h, VIEWER_A, path_of(h, "/api/ai/assets/%s/history", f.asset[0]));
    CHECK("one moment", seen_has(&got, "\"2026-06-01T00:00:00Z\""));
    CHECK_REFUSED("B's hand", house_get(h, ADMIN_B, path_of(h, "/api/ai/assets/%s", f.asset[0])), 404,
                  "asset.not_found");
    CHECK_REFUSED("B's hand",
                  house_get(h, ADMIN_B, path_of(h, "/api/ai/assets/%s/history", f.asset[0])), 404,
                  "asset.not_found");
}

/* --- asking --------------------------------------------------------------------------------------*/

static void test_walls(void **state)
{
    house *h = *state;
    ai_fleet f = small_fleet(h, ADMIN_A);
    const char *body =
        oq_strf(h->arena, "{\"class_id\":\"%s\"}", oq_uuid_text(h->arena, f.class_id).ptr).ptr;
    CHECK_REFUSED("a viewer does not fit",
                  house_send(h, VIEWER_A, "POST", "/api/ai/models/fit", body), 403,
                  "access.forbidden");
    CHECK_REFUSED("A's class is not there for B",
                  house_send(h, ADMIN_B, "POST", "/api/ai/models/fit", body), 404,
                  "ai.class_not_found");
    assert_int_equal(number(h, "SELECT count(*) FROM jobs"), 0);
    seen got = house_send(h, OPTIMIZER_A, "POST", "/api/ai/models/fit", body);
    CHECK("asked", got.status == 202 && seen_has(&got, "\"job_id\":\""));
    got = house_send(h, VIEWER_A, "POST", path_of(h, "/api/ai/assets/%s/score", f.asset[0]), NULL);
    assert_int_equal(got.status, 202);
    assert_int_equal(number(h, "SELECT count(*) FROM jobs WHERE kind IN ('ai.fit', 'ai.asset')"), 2);
    assert_int_equal(number(h, "SELECT count(*) FROM audit_logs WHERE action IN"
                               " ('ai_model.fit_asked', 'asset.score_asked')"),
                     2);
}

/* --- jobs ----------------------------------------------------------------------------------------*/

static void run_until(house *h, const char *sql)
{
    static const job_kind *const kinds[] = {ai_job_kinds, NULL};
    job_runner *runner;
    CHECK_OK(job_runner_open(&(job_runner_options){.pool = h->pool,
                                                   .kinds = kinds,
                                                   .worker = OQ_STR("test"),
                                                   .threads = 2,
                                                   .lease = 60 * OQ_SECOND},
                             &runner));
    for (int i = 0; i < 6000 && number(h, sql) == 0; i++)
        usleep(10000);
    job_runner_close(runner, 5000);
    CHECK(sql, number(h, sql) != 0);
}

static void add_job(house *h, const char *kind, oq_str key)
{
    oq_scope *s = house_scope(h, ADMIN_A, OQ_WRITE);
    CHECK_OK(job_add(s, &(job_order){.kind = kind, .key = key, .run_at = OQ_TIME_NONE}, NULL));
    house_commit(s);
}

/* Every active asset is scored; one whose signal cannot be read gets a score that says so. */
static void test_score_job(void **state)
{
    house *h = *state;
    ai_fleet f = small_fleet(h, ADMIN_A);
    testdb_exec(h->db, "UPDATE assets SET status = 'retired' WHERE code = 'P-105'");
    testdb_exec(h->db, "UPDATE series_open SET payload = '\\x00' WHERE series_no = (SELECT max(no)"
                       " FROM series WHERE asset_id = (SELECT id FROM assets WHERE code ="
                       " 'P-101'))");
    testdb_exec(h->db, "UPDATE series_chunks SET payload = '\\x00', summary = NULL WHERE series_no ="
                       " (SELECT max(no) FROM series WHERE asset_id = (SELECT id FROM assets WHERE"
                       " code = 'P-101'))");
    add_job(h, "ai.score", OQ_NONE);
    run_until(h, "SELECT (count(*) = 5)::int FROM asset_ai_scores");
    assert_int_equal(number(h, "SELECT count(*) FROM asset_ai_scores c JOIN assets a ON a.id ="
                               " c.asset_id WHERE a.code = 'P-101' AND c.state = 'NOT_ENOUGH' AND"
                               " c.detail #>> '{missing,0,code}' = 'scoring_failed'"),
                     1);
    (void)f;
}

/* What was scored before the worker died is not scored again; the rest is. */
static void test_goes_on(void **state)
{
    house *h = *state;
    ai_fleet f = small_fleet(h, ADMIN_A);
    ai_house_score(h, ADMIN_A, f.asset, 3);
    oq_clock_set(AI_NOW + OQ_MINUTE);
    add_job(h, "ai.score", OQ_NONE);
    run_until(h, "SELECT (count(DISTINCT asset_id) = 6)::int FROM asset_ai_scores");
    assert_int_equal(number(h, "SELECT count(*) FROM asset_ai_scores"), 6);
}

/* A class: models, own models, and scores with what is known now. */
static void test_fit_job(void **state)
{
    house *h = *state;
    ai_fleet f = small_fleet(h, ADMIN_A);
    add_job(h, "ai.fit", oq_uuid_text(h->arena, f.class_id));
    run_until(h, "SELECT (count(*) = 6)::int FROM asset_ai_scores");
    assert_int_equal(number(h, "SELECT count(*) FROM ai_models WHERE class_id IS NOT NULL"), 2);
    assert_int_equal(number(h, "SELECT count(*) FROM ai_models WHERE kind = 'anomaly' AND state ="
                               " 'READY' AND is_current"),
                     6);
    seen got = house_get(h, VIEWER_A, "/api/ai/models?kind=anomaly&current=true");
    CHECK("listed", got.status == 200 && seen_has(&got, "\"asset_code\":\"P-103\""));
    oq_str id = house_between(h, &got, "\"id\":\"", "\"");
    got = house_get(h, VIEWER_A, oq_strf(h->arena, "/api/ai/models/%.*s", OQ_FMT(id)).ptr);
    CHECK("one", got.status == 200 && seen_has(&got, "\"base_from\""));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_assets, ai_house_reset),
        cmocka_unit_test_setup(test_one, ai_house_reset),
        cmocka_unit_test_setup(test_walls, ai_house_reset),
        cmocka_unit_test_setup(test_score_job, ai_house_reset),
        cmocka_unit_test_setup(test_goes_on, ai_house_reset),
        cmocka_unit_test_setup(test_fit_job, ai_house_reset),
    };
    return cmocka_run_group_tests(tests, open_with_routes, house_close);
}
