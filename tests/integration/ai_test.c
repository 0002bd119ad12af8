/* Models and scores of a fleet. */
#include "integration/ai_house.h"

#include <math.h>

#include "ai/model.h"
#include "base/test.h"

#include "base/banned.h"

static int64_t number(house *h, const char *sql)
{
    return testdb_number(h->db, sql);
}

static double figure(house *h, const char *sql)
{
    double x = NAN;
    CHECK(sql, oq_parse_f64(oq_cstr(testdb_value(h->db, sql)), &x));
    return x;
}

static ai_fleet fleet_of(house *h, house_person by)
{
    ai_fleet f;
    ai_house_fleet(h, &(ai_fleet_order){.by = by, .assets = AI_FLEET, .days = AI_FLEET_DAYS}, &f);
    return f;
}

/* --- fitting -------------------------------------------------------------------------------------*/

static void test_fit_and_score(void **state)
{
    house *h = *state;
    ai_fleet f = fleet_of(h, ADMIN_A);
    ai_house_fit(h, ADMIN_A, &f, 0);
    assert_int_equal(number(h, "SELECT count(*) FROM ai_models WHERE state = 'READY' AND is_current"
                               " AND kind IN ('life', 'failure')"),
                     2);
    double beta = figure(h, "SELECT metrics #>> '{bearing_fault,beta}' FROM ai_models WHERE kind ="
                            " 'life'"),
           eta = figure(h, "SELECT metrics #>> '{bearing_fault,eta_h}' FROM ai_models WHERE kind ="
                           " 'life'");
    CHECK("the shape they were made with", beta > 2.4 && beta < 3.6);
    CHECK("and the scale", eta > 24 * 40 && eta < 24 * 50);
    const char *all = "SELECT metrics #>> '{all,%s}' FROM ai_models WHERE kind = 'failure'";
    double auc = figure(h, oq_strf(h->arena, all, "auc").ptr),
           brier = figure(h, oq_strf(h->arena, all, "brier").ptr),
           base = figure(h, oq_strf(h->arena, all, "brier_base").ptr);
    CHECK("tells them apart", auc > 0.9);
    CHECK("better than the share", brier < 0.7 * base);
    assert_int_equal(number(h, "SELECT count(*) FROM ai_models WHERE kind = 'failure' AND"
                               " jsonb_array_length(reliability) > 3 AND features #>>"
                               " '{0,feature}' LIKE 'vibration_rms%' AND split_at > data_from"),
                     1);
    size_t near = 0, far = 0;
    double p_near = 0, p_far = 0;
    for (size_t i = 0; i < AI_FLEET; i++) {
        ai_score *x = ai_house_make(h, ADMIN_A, f.asset[i], AI_NOW);
        CHECK("known", x->failure_probability >= 0 && x->failure_low <= x->failure_probability &&
                           x->failure_high >= x->failure_probability);
        CHECK_STR("of", x->top_mode, "bearing_fault");
        if (f.to_failure_d[i] < 4) {
            near++;
            p_near += x->failure_probability;
            CHECK("soon", x->rul_p50_h < 24 * 15);
        } else if (f.to_failure_d[i] > 20) {
            far++;
            p_far += x->failure_probability;
        }
    }
    CHECK("some are near", near > 0 && far > 0);
    CHECK("the drifting ones", p_near / (double)near > 0.6 && p_far / (double)far < 0.25);
}

/* --- no look ahead -------------------------------------------------------------------------------*/

static void check_same(const char *label, const ai_score *a, const ai_score *b)
{
    CHECK(label, a->state == b->state);
    CHECK(label, !isnan(a->health_score) && !isnan(a->failure_probability));
    CHECK(label, fabs(a->failure_probability - b->failure_probability) < 1e-9);
    CHECK(label, fabs(a->health_score - b->health_score) < 1e-6);
    CHECK(label, fabs(a->rul_p50_h - b->rul_p50_h) < 0.1);
    CHECK(label, oq_json_same(a->curve, b->curve));
}

static void test_nothing_later_counts(void **state)
{
    house *h = *state;
    ai_fleet f = fleet_of(h, ADMIN_A);
    ai_house_fit(h, ADMIN_A, &f, 0);
    ai_house_score(h, ADMIN_A, f.asset, 3);
    ai_score *before[3], *stored;
    for (size_t i = 0; i < 3; i++)
        before[i] = ai_house_make(h, ADMIN_A, f.asset[i], AI_NOW);
    /* Ten days on: worse signals, an order, an event, another model. */
    oq_clock_set(AI_NOW + 10 * OQ_DAY);
    for (size_t i = 0; i < 3; i++) {
        ai_house_later(h, ADMIN_A, f.asset[i], "vibration_rms", AI_NOW + OQ_HOUR, 9, 240);
        ai_house_later(h, ADMIN_A, f.asset[i], "vibration_rms", AI_NOW - OQ_DAY, 8, 20);
    }
    testdb_exec(h->db,
                "INSERT INTO work_orders (tenant_id, id, number, source, asset_id, title, kind,"
                " created_at, updated_at) SELECT tenant_id, gen_random_uuid(), 'N-' || code,"
                " 'MANUAL', id, 'n', 'corrective', '2026-06-05', now() FROM assets");
    testdb_exec(h->db,
                "INSERT INTO blackbox_events (tenant_id, id, asset_id, source_system, source_type,"
                " source_id, event_time, ingest_time, severity, event_category, summary) SELECT"
                " tenant_id, gen_random_uuid(), id, 'X', 'ALARM', code, '2026-05-31', '2026-06-03',"
                " 'CRITICAL', 'FAILURE', 'told late' FROM assets");
    ai_house_fit(h, ADMIN_A, &f, 0);
    oq_scope *s = house_scope(h, ADMIN_A, OQ_READ);
    for (size_t i = 0; i < 3; i++) {
        ai_score *after = ai_house_make(h, ADMIN_A, f.asset[i], AI_NOW);
        check_same("as made then", after, before[i]);
        CHECK_OK(ai_score_of(s, f.asset[i], AI_NOW, &stored));
        check_same("as stored then", after, stored);
    }
    oq_scope_close(s);
}

/* --- too little ----------------------------------------------------------------------------------*/

static void test_no_failures(void **state)
{
    house *h = *state;
    ai_fleet f;
    ai_house_fleet(
        h, &(ai_fleet_order){.by = ADMIN_A, .assets = 4, .days = 40, .no_failures = true}, &f);
    ai_house_fit(h, ADMIN_A, &f, 0);
    assert_int_equal(number(h, "SELECT count(*) FROM ai_models WHERE state = 'NOT_ENOUGH' AND NOT"
                               " is_current AND missing #>> '{0,code}' = 'no_failures'"),
                     2);
    ai_score *x = ai_house_make(h, ADMIN_A, f.asset[0], AI_NOW);
    CHECK("not assumed", isnan(x->failure_probability) && isnan(x->rul_p50_h) &&
                             isnan(x->production_risk_index));
    CHECK("and said", oq_str_find(x->detail, OQ_STR("\"no_failure_model\"")) != SIZE_MAX);
}

/* Series that are constant, missing, of two samples, of the future, without a unit. */
static void test_odd_series(void **state)
{
    house *h = *state;
    ai_fleet f;
    ai_house_fleet(
        h, &(ai_fleet_order){.by = ADMIN_A, .assets = 1, .days = 60, .no_failures = true}, &f);
    enum { HOURS = 60 * 24 };
    double *value = oq_new_n(h->arena, double, HOURS);
    oq_us from = AI_NOW - HOURS * OQ_HOUR;
    for (size_t i = 0; i < HOURS; i++)
        value[i] = 5;
    ai_house_signal(h, &f, 0, "constant", "bar", from, value, HOURS);
    ai_house_signal(h, &f, 0, "missing", "bar", from, value, 0);
    ai_house_signal(h, &f, 0, "two", "bar", AI_NOW - 3 * OQ_HOUR, value, 2);
    ai_house_signal(h, &f, 0, "future", "bar", AI_NOW + OQ_HOUR, value, 20);
    for (size_t i = 0; i < HOURS; i++)
        value[i] = 5 + sin((double)i);
    ai_house_signal(h, &f, 0, "bare", "", from, value, HOURS);
    ai_house_fit(h, ADMIN_A, &f, 1);
    ai_score *x = ai_house_make(h, ADMIN_A, f.asset[0], AI_NOW);
    CHECK("an answer", x->state == AI_PARTIAL && !isnan(x->health_low) && !isnan(x->anomaly_score));
    static const char *const told[] = {"signal_constant", "signal_no_samples", "signal_few_samples"};
    for (size_t i = 0; i < OQ_COUNT(told); i++)
        CHECK(told[i], oq_str_find(x->detail, oq_cstr(told[i])) != SIZE_MAX);
}

/* --- two tenants ---------------------------------------------------------------------------------*/

static void test_tenants_never_mix(void **state)
{
    house *h = *state;
    ai_fleet a = fleet_of(h, ADMIN_A), b;
    ai_house_fleet(
        h, &(ai_fleet_order){.by = ADMIN_B, .assets = 4, .days = 40, .no_failures = true}, &b);
    ai_house_fit(h, ADMIN_A, &a, 0);
    ai_house_fit(h, ADMIN_B, &b, 0);
    ai_score *x = ai_house_make(h, ADMIN_B, b.asset[0], AI_NOW);
    CHECK("B learned nothing of A", isnan(x->failure_probability));
    oq_scope *s = house_scope(h, ADMIN_B, OQ_READ);
    ai_score *none;
    CHECK_CODE("A's asset is not there", ai_score_make(s, a.asset[0], AI_NOW, &none),
               "asset.not_found");
    ai_scores all;
    ai_house_score(h, ADMIN_A, a.asset, 2);
    CHECK_OK(ai_scores_of(s, NULL, 0, OQ_UUID_ZERO, OQ_TIME_NONE, &all));
    assert_int_equal(all.count, 0);
    oq_scope_close(s);
}

/* --- which is in use -----------------------------------------------------------------------------*/

static void test_use(void **state)
{
    house *h = *state;
    ai_fleet f = fleet_of(h, ADMIN_A);
    ai_house_fit(h, ADMIN_A, &f, 0);
    oq_clock_set(AI_NOW + OQ_HOUR);
    ai_house_fit(h, ADMIN_A, &f, 0);
    /* The same data a little later: no worse, so the second one is in use. */
    assert_int_equal(number(h, "SELECT number FROM ai_models WHERE kind = 'failure' AND is_current"),
                     2);
    assert_int_equal(number(h, "SELECT count(*) FROM ai_models WHERE kind = 'failure' AND number ="
                               " 1 AND used_to IS NOT NULL AND drift ->> 'state' = 'STABLE'"),
                     1);
    oq_uuid id;
    oq_uuid_parse(oq_cstr(testdb_value(h->db, "SELECT id FROM ai_models WHERE kind = 'failure' AND"
                                              " number = 1")),
                  &id);
    oq_scope *s = house_scope(h, ADMIN_A, OQ_WRITE);
    CHECK_OK(ai_model_use(s, id));
    house_commit(s);
    assert_int_equal(number(h, "SELECT number FROM ai_models WHERE kind = 'failure' AND is_current"),
                     1);
    s = house_scope(h, ADMIN_B, OQ_WRITE);
    CHECK_CODE("B's hand", ai_model_use(s, id), "ai.model_not_found");
    oq_scope_close(s);
}

/* --- telling -------------------------------------------------------------------------------------*/

static void test_told_once(void **state)
{
    house *h = *state;
    ai_fleet f = fleet_of(h, ADMIN_A);
    ai_house_fit(h, ADMIN_A, &f, 0);
    for (int i = 0; i < 3; i++) {
        oq_clock_set(AI_NOW + i * 15 * OQ_MINUTE);
        ai_house_score(h, ADMIN_A, f.asset, AI_FLEET);
    }
    int64_t told = number(h, "SELECT count(*) FROM blackbox_events WHERE source_type ="
                             " 'OPTIMIZATION_RECOMMENDATION'"),
            likely = number(h, "SELECT count(*) FROM asset_ai_scores WHERE is_latest AND standing <>"
                               " 0"),
            kinds = number(h, "SELECT sum(length(replace(standing::bit(3)::text, '0', ''))) FROM"
                              " asset_ai_scores WHERE is_latest");
    CHECK("something is told", told > 0 && likely > 0);
    assert_int_equal(told, kinds);
    assert_int_equal(number(h, "SELECT count(*) FROM asset_ai_scores WHERE is_latest"), AI_FLEET);
    assert_int_equal(number(h, "SELECT count(*) FROM asset_ai_scores"), 3 * AI_FLEET);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_fit_and_score, ai_house_reset),
        cmocka_unit_test_setup(test_nothing_later_counts, ai_house_reset),
        cmocka_unit_test_setup(test_no_failures, ai_house_reset),
        cmocka_unit_test_setup(test_odd_series, ai_house_reset),
        cmocka_unit_test_setup(test_tenants_never_mix, ai_house_reset),
        cmocka_unit_test_setup(test_use, ai_house_reset),
        cmocka_unit_test_setup(test_told_once, ai_house_reset),
    };
    return cmocka_run_group_tests(tests, house_open, house_close);
}
