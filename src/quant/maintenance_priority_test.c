#include "quant/maintenance_priority.h"

#include <math.h>

#include "base/test.h"
#include "quant/maintenance_risk.h"

#include "base/banned.h"

static void near(const char *label, double got, double wanted)
{
    if (!(fabs(got - wanted) <= 1e-9 * fmax(1, fabs(wanted))))
        fail_msg("%s: wanted %.12g, got %.12g", label, wanted, got);
}

/* --- the curves of a job ------------------------------------------------------------------------*/

/* A failure costs 1000 + 200 + 5 h x 100 = 1700, and 50 kg x 2 = 100 of carbon. */
static maintenance_risk pump(void)
{
    static const double failure[] = {0, 0.1, 0.3};
    return (maintenance_risk){.failure_probability = failure,
                              .repair_cost = 1000,
                              .secondary_damage = 200,
                              .downtime_hours = 5,
                              .downtime_cost_per_hour = 100,
                              .failure_carbon_kg = 50,
                              .carbon_price_per_kg = 2,
                              .planned_cost = 300.4,
                              .planned_hours = 2.5,
                              .planned_stop_hours = 2,
                              .planned_carbon_kg = 4};
}

static void test_price(void **state)
{
    maintenance_risk risk = pump();
    maintenance_job job = {.asset = 7};
    maintenance_job_price(*state, &risk, 2, &job);
    assert_int_equal(job.missing, 0);
    static const int64_t failure[] = {0, 170, 510}, carbon[] = {8, 18, 30}, loss[] = {200, 200};
    for (int d = 0; d <= 2; d++) {
        assert_int_equal(job.failure_cost[d], failure[d]);
        assert_int_equal(job.carbon_cost[d], carbon[d]);
        assert_true(d == 2 || job.production_loss[d] == loss[d]);
    }
    assert_int_equal(job.planned_cost, 300);
    assert_int_equal(job.minutes, 150);
    assert_int_equal(job.asset, 7);
}

/* What the job leaves behind: (1 - P(d)) x after(2 - d) more, and nothing more when it is not done.
 * A quiet day's stop costs less. */
static void test_price_after(void **state)
{
    static const double after[] = {0, 0.01, 0.02}, quiet[] = {100, 40};
    maintenance_risk risk = pump();
    risk.after = after, risk.stop_cost_per_hour = quiet;
    maintenance_job job = {0};
    maintenance_job_price(*state, &risk, 2, &job);
    assert_int_equal(job.failure_cost[0], 34);       /* 0.02 x 1700 */
    assert_int_equal(job.failure_cost[1], 170 + 15); /* 0.9 x 0.01 x 1700 = 15.3 */
    assert_int_equal(job.failure_cost[2], 510);
    assert_int_equal(job.production_loss[0], 200);
    assert_int_equal(job.production_loss[1], 80);
}

static void test_price_unknown(void **state)
{
    const struct {
        const char *label;
        maintenance_risk risk;
        uint32_t missing;
    } row[] = {
#define ROW(what, change, bits)                                                                    \
    {what, ({                                                                                      \
         maintenance_risk r = pump();                                                              \
         change;                                                                                   \
         r;                                                                                        \
     }),                                                                                           \
     bits}
        ROW("curve", r.failure_probability = NULL, MAINTENANCE_MISSING_FAILURE_PROBABILITY),
        ROW("repair", r.repair_cost = NAN, MAINTENANCE_MISSING_REPAIR_COST),
        ROW("downtime", r.downtime_hours = NAN, MAINTENANCE_MISSING_DOWNTIME),
        ROW("hour", r.downtime_cost_per_hour = NAN, MAINTENANCE_MISSING_DOWNTIME_COST),
        ROW("planned", r.planned_cost = NAN, MAINTENANCE_MISSING_PLANNED_COST),
        ROW("no duration", r.planned_hours = NAN, MAINTENANCE_MISSING_DURATION),
        ROW("no hours", r.planned_hours = 0, MAINTENANCE_MISSING_DURATION),
        ROW("carbon", r.failure_carbon_kg = NAN, MAINTENANCE_MISSING_CARBON),
        ROW("carbon unpriced", (r.failure_carbon_kg = NAN, r.carbon_price_per_kg = 0), 0),
        ROW("all zero", (r.repair_cost = 0, r.downtime_hours = 0, r.planned_cost = 0), 0),
#undef ROW
    };
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        maintenance_job job = {0};
        maintenance_job_price(*state, &row[i].risk, 2, &job);
        CHECK(row[i].label, job.missing == row[i].missing);
        CHECK(row[i].label, (job.failure_cost != NULL) == !row[i].missing);
    }
}

/* --- the order ----------------------------------------------------------------------------------*/

static maintenance_priority_item item(uint32_t site, double avoided, double hours)
{
    return (maintenance_priority_item){.site = site,
                                       .avoided_cost = avoided,
                                       .work_hours = hours,
                                       .work_cost = NAN,
                                       .failure_probability = 0.5,
                                       .health = 50,
                                       .rul_days = NAN,
                                       .criticality = 3,
                                       .production_impact = 1};
}

/* 100 an hour of work: 300 an hour avoided scores 75, 100 scores 50, nothing 0. */
static void test_order(void **state)
{
    maintenance_priority_item list[] = {
        item(0, 400, 4),   item(0, 3000, 10), item(0, 0, 1),   item(0, NAN, 4),
        item(0, 500, NAN), item(0, 400, 4),   item(0, -50, 1),
    };
    list[3].failure_probability = 0.2;
    list[4].failure_probability = 0.9, list[4].production_impact = 0.5; /* risk 0.27 against 0.12 */
    list[5].criticality = 4;
    maintenance_priority *rank;
    maintenance_rank(*state, list, OQ_COUNT(list), 100, &rank);
    static const uint32_t order[] = {1, 5, 0, 2, 6, 4, 3};
    static const double score[] = {75, 50, 50, 0, 0, NAN, NAN};
    for (size_t i = 0; i < OQ_COUNT(list); i++) {
        assert_int_equal(rank[i].item, order[i]);
        assert_int_equal(rank[i].rank, i + 1);
        if (isnan(score[i]))
            assert_true(isnan(rank[i].score));
        else
            near("score", rank[i].score, score[i]);
    }
    near("risk", rank[5].risk, 0.9 * 0.6 * 0.5);
    near("value", rank[0].value_per_hour, 300);
}

/* Nobody knows what an hour costs: no score, but still an order by what is avoided. */
static void test_without_hour_cost(void **state)
{
    maintenance_priority_item list[] = {item(0, NAN, 1), item(0, 10, 1), item(0, 20, 1)};
    list[0].failure_probability = NAN, list[0].criticality = 5;
    assert_true(isnan(maintenance_hour_cost(list, 3)));
    maintenance_priority *rank;
    maintenance_rank(*state, list, 3, NAN, &rank);
    for (int i = 0; i < 3; i++)
        assert_true(isnan(rank[i].score));
    assert_int_equal(rank[0].item, 0); /* its risk is not known: it counts as the worst */
    list[1].work_cost = 30, list[2].work_cost = 90;
    near("an hour", maintenance_hour_cost(list, 3), 60);
}

static void test_sites(void **state)
{
    const maintenance_priority_item list[] = {item(4, 100, 1), item(9, 900, 3), item(4, 500, 1),
                                              item(7, NAN, 1)};
    maintenance_site_priority *site;
    size_t count;
    maintenance_rank_sites(*state, list, OQ_COUNT(list), 300, &site, &count);
    assert_int_equal(count, 3);
    assert_int_equal(site[0].site, 9); /* 300 an hour, as site 4, and more of it */
    assert_int_equal(site[1].site, 4);
    near("score", site[1].score, 50);
    assert_int_equal(site[2].site, 7);
    assert_true(isnan(site[2].score));
    assert_int_equal(site[2].unpriced, 1);
    assert_int_equal(site[1].items, 2);
    maintenance_rank_sites(*state, NULL, 0, 300, &site, &count);
    assert_int_equal(count, 0);
}

/* A score says something by itself: others in the list do not move it. */
static void test_alone(void **state)
{
    maintenance_priority_item many[50];
    srand(3);
    for (size_t i = 0; i < OQ_COUNT(many); i++)
        many[i] = item(0, rand() % 100000, 1 + rand() % 20);
    maintenance_priority *all, *one;
    maintenance_rank(*state, many, OQ_COUNT(many), 77, &all);
    for (size_t i = 0; i < OQ_COUNT(many); i++) {
        maintenance_rank(*state, &many[all[i].item], 1, 77, &one);
        near("score", one->score, all[i].score);
        assert_true(all[i].score >= 0 && all[i].score < 100);
        assert_true(!i || all[i].score <= all[i - 1].score);
    }
}

static int setup(void **state)
{
    *state = oq_arena_open(0);
    return 0;
}

static int teardown(void **state)
{
    oq_arena_close(*state);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_price),
        cmocka_unit_test(test_price_after),
        cmocka_unit_test(test_price_unknown),
        cmocka_unit_test(test_order),
        cmocka_unit_test(test_without_hour_cost),
        cmocka_unit_test(test_sites),
        cmocka_unit_test(test_alone),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
