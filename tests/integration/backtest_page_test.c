/* A backtest that a tenant keeps: stored with its audit row, read over HTTP, shown as a page. */
#include <math.h>

#include "backtest/stored.h"
#include "support/house.h"
#include "web/page.h"

#include "base/banned.h"

static http_route_list routes = {backtest_routes, web_routes, NULL};

static int page_reset(void **state)
{
    house *h = *state;
    house_serve(h, &routes);
    testdb_exec(h->db, "TRUNCATE maintenance_backtests");
    return house_reset(state);
}

static bool has(const seen *s, const char *text)
{
    return oq_str_find(s->body, oq_cstr(text)) != SIZE_MAX;
}

/* Two days: each policy pays 100 on the first and its own place times 100 on the second. */
static backtest_walk walk_of(house *h)
{
    static const char *const name[] = {"run_to_failure", "fixed_interval", "threshold",
                                       "error_code", "optria"};
    backtest_walk w = {.machines = 7,
                       .days = 2,
                       .first_day = oq_days_from_civil(2015, 8, 1),
                       .last_day = oq_days_from_civil(2015, 8, 2),
                       .costs = {.repair_cost = 8123, .crews = 3, .prevents_days = 30}};
    for (size_t i = 0; i < BACKTEST_POLICIES; i++) {
        backtest_policy *p = &w.policy[i];
        bool is_own = i + 1 == BACKTEST_POLICIES;
        *p = (backtest_policy){.name = name[i],
                               .choice = i == 1 ? "days" : i == 2 ? "deviations" : NULL,
                               .chosen = i == 1 ? 45 : 2.5,
                               .failures = 211 - 50 * (int64_t)i,
                               .planned = 10 * (int64_t)i,
                               .failure_hours = 2532,
                               .repair_cost = 60,
                               .work_cost = 40,
                               .cost = 100 + 100 * (double)i,
                               .saving = is_own ? (double)NAN : 4000000 - 1000 * (double)i,
                               .saving_low = is_own ? (double)NAN : 3500000,
                               .saving_high = is_own ? (double)NAN : 4500000};
        p->day_cost = oq_new_n(h->arena, double, 2);
        p->day_cost[0] = 100, p->day_cost[1] = 100 * (double)i;
    }
    return w;
}

static void put(house *h, house_person by)
{
    backtest_walk w = walk_of(h);
    oq_scope *s = house_scope(h, by, OQ_WRITE);
    CHECK_OK(backtest_store(s, OQ_STR("azure-pdm"), &w));
    house_commit(s);
}

static void test_none(void **state)
{
    house *h = *state;
    seen s = house_get(h, ADMIN_A, "/optimization/backtest");
    CHECK("says how", s.status == 200 && has(&s, "optria backtest maintenance --dataset"));
    CHECK("no picture of nothing", !has(&s, "<polyline"));
    s = house_get(h, ADMIN_A, "/api/optimization/backtest");
    CHECK("no result", s.status == 200 && has(&s, "{\"backtest\":null}"));
}

static void test_page(void **state)
{
    house *h = *state;
    put(h, ADMIN_A);
    seen s = house_get(h, OPTIMIZER_A, "/optimization/backtest");
    CHECK("who may read plans", s.status == 200);
    CHECK("policies with what they chose", has(&s, "Run to failure") && has(&s, "45 days") &&
                                               has(&s, "2.5 standard deviations"));
    CHECK("what is saved, with its interval", has(&s, "4,000,000") && has(&s, "3,500,000"));
    CHECK("what was assumed", has(&s, "8,123") && has(&s, "Crews"));
    CHECK("five courses", has(&s, "backtest-line is-5\" points=\"62.0,226.0 345.0,"));
    CHECK("and what it is of", has(&s, "7 machines, 2 days") && has(&s, "simulated"));
    seen ar = house_get(h, OPTIMIZER_A, "/optimization/backtest?lang=ar");
    CHECK("Arabic", ar.status == 200 && has(&ar, "التشغيل حتى التعطّل"));
    s = house_get(h, ADMIN_B, "/optimization/backtest");
    CHECK("of others nothing", s.status == 200 && !has(&s, "4,000,000"));
}

static void test_api(void **state)
{
    house *h = *state;
    put(h, ADMIN_A);
    put(h, ADMIN_A);
    seen s = house_get(h, ADMIN_A, "/api/optimization/backtest");
    CHECK("as stored", s.status == 200 && has(&s, "\"first_day\":\"2015-08-01\"") &&
                           has(&s, "\"run_to_failure\""));
    assert_int_equal(testdb_number(h->db, "SELECT count(*) FROM maintenance_backtests"), 2);
    assert_int_equal(
        testdb_number(h->db, "SELECT count(*) FROM audit_logs WHERE action = 'backtest.stored'"), 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_none, page_reset),
        cmocka_unit_test_setup(test_page, page_reset),
        cmocka_unit_test_setup(test_api, page_reset),
    };
    return cmocka_run_group_tests(tests, house_open, house_close);
}
