/* Pages of scores and models over HTTP: what people read of what is stored. */
#include "ai/page.h"
#include "asset/asset.h"
#include "integration/alarm_house.h"

#include "base/banned.h"

static http_route_list routes = {ai_page_routes, asset_routes, web_routes, NULL};

#define TENANT "'0a000000-0000-0000-0000-000000000000'"
#define PUMP   "'00000000-0000-7000-8000-00000000004"
#define CLASS  "'00000000-0000-7000-8000-000000000021'"
#define MODEL  "00000000-0000-7000-8000-0000000000"

static int page_reset(void **state)
{
    house_serve(*state, &routes);
    return alarm_house_reset(state);
}

static bool has(const seen *s, const char *text)
{
    return oq_str_find(s->body, oq_cstr(text)) != SIZE_MAX;
}

/* Pump 1 is partly known, pump 2 not at all; nobody has looked at pump 3. */
static void put_scores(house *h)
{
    testdb_exec(
        h->db,
        "INSERT INTO asset_ai_scores (tenant_id, asset_id, scored_at, state, health_score,"
        " health_low, health_high, failure_probability, failure_low, failure_high, horizon_h,"
        " rul_p10_h, rul_p50_h, rul_p90_h, anomaly_flag, anomaly_score, production_risk_index,"
        " curve, detail, models) VALUES (" TENANT ", " PUMP "1', now(), 'PARTIAL', 58.4, 44, 71,"
        " 0.18, 0.09, 0.33, 720, 340, 1900, NULL, true, 0.72, 10.8,"
        " '[[0,0,0,0],[7,0.02,0.05,0.08],[30,0.1,0.18,0.33],[90,0.3,0.5,0.7]]',"
        " '{\"contributors\":[{\"code\":\"limits\",\"score\":52,\"weight\":0.25,\"loss\":12.2,"
        "\"state\":\"good\",\"facts\":{\"metric\":\"vibration\",\"unit\":\"mm/s\",\"value\":5.31,"
        "\"high\":4.5}},{\"code\":\"inspections\",\"score\":50,\"weight\":0.1,\"loss\":5,"
        "\"state\":\"missing\",\"facts\":{}}],\"failure\":[{\"mode\":\"failure\","
        "\"probability\":0.12,\"low\":0.06,\"high\":0.22,\"why\":[{\"feature\":"
        "\"vibration.mean.24h\",\"value\":5.1,\"push\":0.8}]}],\"rul\":{\"by\":\"trend\","
        "\"facts\":{\"metric\":\"vibration\",\"unit\":\"mm/s\",\"level\":5.31,\"limit\":7.1,"
        "\"slope_per_day\":0.02}},\"anomaly\":{\"signals\":[{\"metric\":\"vibration\","
        "\"name\":\"Vibration\",\"unit\":\"mm/s\",\"value\":5.31,\"low\":2.2,\"high\":3.6,"
        "\"facts\":{\"kind\":\"LEVEL\"}}],\"silent\":[]},\"missing\":[{\"code\":"
        "\"no_inspections\"},{\"code\":\"age_unknown\",\"mode\":\"<b>bearing</b>\"}]}',"
        " '[{\"id\":\"" MODEL "91\",\"kind\":\"life\",\"number\":3}]'),"
        " (" TENANT ", " PUMP "2', now(), 'NOT_ENOUGH', NULL, 5, 95, NULL, NULL, NULL, 720, NULL,"
        " NULL, NULL, false, NULL, NULL, '[]',"
        " '{\"missing\":[{\"code\":\"no_limits\"},{\"code\":\"no_signals\"}]}', '[]')");
}

static void put_models(house *h)
{
    testdb_exec(
        h->db,
        "TRUNCATE ai_models;"
        "INSERT INTO ai_models (tenant_id, id, kind, class_id, number, state, is_current, "
        "data_from,"
        " data_to, split_at, assets, rows, failures, horizon_h, metrics, reliability, features,"
        " missing, drift, drift_at, made_by, made_at, took_us) VALUES"
        " (" TENANT ", '" MODEL "91', 'failure', " CLASS ", 1, 'READY', true, '2025-01-01',"
        " '2026-01-01', '2025-10-01', 3, 900, 40, 24, '{\"seal\":{\"failures\":31,\"auc\":0.913,"
        "\"precision\":0.71,\"precision_bounds\":[0.58,0.82]},\"all\":{\"auc\":0.9,\"f1\":0.6,"
        "\"ece\":0.003}}', '[{\"mode\":\"seal\",\"told\":0.1,\"happened\":0.12,\"count\":50,"
        "\"low\":0.05,\"high\":0.2}]', '[{\"feature\":\"vibration.mean.24h\",\"importance\":0.4}]',"
        " '[]', '{\"state\":\"SHIFTED\",\"signals\":[{\"metric\":\"vibration\",\"state\":"
        "\"SHIFTED\",\"psi\":0.61}]}', now(), 'job', now(), 5000000),"
        " (" TENANT ", '" MODEL "92', 'failure', " CLASS ", 2, 'READY', false, NULL, NULL, NULL, 3,"
        " 9, 9, NULL, '{}', '[]', '[]', '[{\"code\":\"worse_than_current\",\"number\":1,\"brier\":"
        "0.02,\"brier_current\":0.01}]', NULL, NULL, 'job', now(), 1),"
        " (" TENANT ", '" MODEL "93', 'life', " CLASS
        ", 1, 'NOT_ENOUGH', false, NULL, NULL, NULL, 3,"
        " 0, 2, NULL, '{}', '[]', '[]', '[{\"code\":\"few_lives\",\"mode\":\"seal\",\"have\":2,"
        "\"need\":5}]', NULL, NULL, 'job', now(), 1)");
}

static void test_asset(void **state)
{
    house *h = *state;
    put_scores(h);
    seen s = house_get(h, VIEWER_A, "/assets/00000000-0000-7000-8000-000000000041");
    CHECK("health with its band", s.status == 200 && has(&s, "Partly known") && has(&s, "44 – 71"));
    CHECK("what takes it away", has(&s, "5.31") && has(&s, "Overdue inspections"));
    CHECK("what is missing", has(&s, "No inspection was ever recorded."));
    CHECK("names are escaped", !has(&s, "<b>bearing") && has(&s, "&lt;b&gt;bearing"));
    CHECK("the curve", has(&s, "class=\"ai-line\"") && has(&s, "class=\"ai-band-area\""));
    CHECK("how long", has(&s, "Half of such cases fail within 79 days") &&
                          has(&s, "The trend of vibration decides"));
    CHECK("in plain words", has(&s, "it is usually") && has(&s, "ai-band-value is-outside"));
    CHECK("why", has(&s, "vibration.mean.24h") && has(&s, "raises it"));
    CHECK("the model", has(&s, "/models/" MODEL "91") && has(&s, "Life model 3"));
    seen ar = house_get(h, VIEWER_A, "/assets/00000000-0000-7000-8000-000000000041?lang=ar");
    CHECK("Arabic", ar.status == 200 && has(&ar, "الصحة وما هو قادم"));
}

static void test_asset_unknown(void **state)
{
    house *h = *state;
    put_scores(h);
    seen s = house_get(h, VIEWER_A, "/assets/00000000-0000-7000-8000-000000000042");
    CHECK("says what to provide", s.status == 200 && has(&s, "Not enough data") &&
                                      has(&s, "No metric has limits.") &&
                                      !has(&s, "class=\"ai-line\""));
    s = house_get(h, VIEWER_A, "/assets/00000000-0000-7000-8000-000000000043");
    CHECK("not looked at yet", s.status == 200 && has(&s, "has not been looked at yet"));
}

static void test_list(void **state)
{
    house *h = *state;
    put_scores(h);
    testdb_exec(
        h->db, "UPDATE asset_ai_scores SET production_risk_index = 60 WHERE asset_id = " PUMP "2'");
    seen s = house_get(h, VIEWER_A, "/assets?sort=risk");
    size_t one = oq_str_find(s.body, OQ_STR(">P-1<")), two = oq_str_find(s.body, OQ_STR(">P-2<")),
           three = oq_str_find(s.body, OQ_STR(">P-3<"));
    CHECK("the riskiest first, the unknown last", s.status == 200 && two < one && one < three);
    CHECK("health and oddness", has(&s, ">58<") && has(&s, "Unusual"));
    s = house_get(h, VIEWER_A, "/assets?sort=-risk");
    CHECK("and the other way round",
          oq_str_find(s.body, OQ_STR(">P-3<")) < oq_str_find(s.body, OQ_STR(">P-2<")));
}

static void test_models(void **state)
{
    house *h = *state;
    seen s = house_get(h, ADMIN_A, "/models");
    CHECK("none yet", s.status == 200 && has(&s, "No model yet."));
    put_models(h);
    s = house_get(h, ADMIN_A, "/models");
    CHECK("in use, with its figures",
          has(&s, "Failure model 1") && has(&s, "AUC 0.9") && has(&s, "shifted"));
    CHECK("what it would need", has(&s, "2 of 5 failures with a known age"));
    CHECK("viewers fit nothing",
          !has(&(seen){.body = house_get(h, VIEWER_A, "/models").body}, "/fit\""));
    s = house_get(h, ADMIN_A, "/models/" MODEL "91");
    CHECK("with bounds", s.status == 200 && has(&s, "0.71 (0.58 – 0.82)") && has(&s, "0.913"));
    CHECK("told and happened", has(&s, "class=\"ai-dot\"") && has(&s, "vibration.mean.24h"));
    CHECK("of others nothing", house_get(h, ADMIN_B, "/models/" MODEL "91").status == 404);
    CHECK("in use already", !has(&s, "/use\""));
}

static void test_deeds(void **state)
{
    house *h = *state;
    put_models(h);
    seen s = house_form(h, ADMIN_A, "/models/" MODEL "92/use", "");
    CHECK("put in use",
          s.status == 303 &&
              testdb_number(h->db, "SELECT number FROM ai_models WHERE is_current") == 2);
    s = house_form(h, ADMIN_A, "/models/" MODEL "93/use", "");
    CHECK("not one that is not ready", s.status == 409);
    CHECK("viewers do not", house_form(h, VIEWER_A, "/models/" MODEL "91/use", "").status == 403);
    s = house_form(h, ADMIN_A, "/models/asset-classes/00000000-0000-7000-8000-000000000021/fit",
                   "");
    CHECK("a fit is asked for",
          s.status == 303 &&
              testdb_number(h->db, "SELECT count(*) FROM jobs WHERE kind = 'ai.fit'") == 1);
    CHECK(
        "not of others' classes",
        house_form(h, ADMIN_B, "/models/asset-classes/00000000-0000-7000-8000-000000000021/fit", "")
                .status == 404);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_asset, page_reset),
        cmocka_unit_test_setup(test_asset_unknown, page_reset),
        cmocka_unit_test_setup(test_list, page_reset),
        cmocka_unit_test_setup(test_models, page_reset),
        cmocka_unit_test_setup(test_deeds, page_reset),
    };
    return cmocka_run_group_tests(tests, house_open, house_close);
}
