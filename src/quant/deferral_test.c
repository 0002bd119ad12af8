#include "quant/deferral.h"

#include <math.h>

#include "base/test.h"

#include "base/banned.h"

static void near(const char *label, double got, double wanted)
{
    if (!(fabs(got - wanted) <= 1e-9 * fmax(1, fabs(wanted))))
        fail_msg("%s: wanted %.12g, got %.12g", label, wanted, got);
}

/* A failure costs 1000 + 200 + 5 h x 100 + 50 kg x 2 = 1800. */
static deferral_problem pump(void)
{
    static const double failure[] = {0, 0.1, 0.3};
    return (deferral_problem){.days = 2,
                              .failure_probability = failure,
                              .repair_cost = 1000,
                              .secondary_damage = 200,
                              .downtime_hours = 5,
                              .downtime_low = NAN,
                              .downtime_high = NAN,
                              .downtime_cost_per_hour = 100,
                              .carbon_kg = 50,
                              .carbon_price_per_kg = 2,
                              .degradation_per_day = 10,
                              .degradation_growth = 2,
                              .planned_cost = 600};
}

/* By hand: day 1: 0.1 x 1800 + 10 + (0.9 - 1) x 600; day 2: 0.3 x 1800 + 10 + 12 + (0.7 - 1) x 600.
 */
static void test_by_hand(void **state)
{
    deferral_problem p = pump();
    deferral_answer a;
    deferral_solve(*state, &p, &a);
    assert_true(a.is_known);
    near("day 0", a.day[0].cost, 0);
    near("day 1", a.day[1].cost, 180 + 10 - 60);
    near("day 2", a.day[2].cost, 540 + 22 - 180);
    near("repair", a.day[2].part[DEFERRAL_REPAIR], 300);
    near("downtime", a.day[2].part[DEFERRAL_DOWNTIME], 150);
    near("secondary", a.day[2].part[DEFERRAL_SECONDARY], 60);
    near("carbon", a.day[2].part[DEFERRAL_CARBON], 30);
    near("degradation", a.day[2].part[DEFERRAL_DEGRADATION], 22);
    near("planned", a.day[2].part[DEFERRAL_PLANNED], -180);
    near("per day", a.cost_per_day, 191);
    assert_int_equal(a.cheapest_day, 0);
    assert_int_equal(a.break_even_day, 1);
    near("break even", a.break_even, 0);
    assert_int_equal(a.driver, DEFERRAL_REPAIR);
    near("share", a.driver_share, 300.0 / 562);
    assert_true(isnan(a.day[1].low) && isnan(a.day[1].high));
}

/* Another stop tomorrow saves 200: waiting one day gains 70, two days cost 182. Between them the
 * cost is taken as straight: 70 of 252. */
static void test_grouping(void **state)
{
    static const double gain[] = {0, 200, 200};
    deferral_problem p = pump();
    p.gain = gain;
    deferral_answer a;
    deferral_solve(*state, &p, &a);
    near("day 1", a.day[1].cost, -70);
    near("day 2", a.day[2].cost, 182);
    assert_int_equal(a.cheapest_day, 1);
    assert_int_equal(a.break_even_day, 2);
    near("break even", a.break_even, 1 + 70.0 / 252);
    near("gain", a.day[2].part[DEFERRAL_GAIN], -200);
}

static void test_band(void **state)
{
    static const double low[] = {0, 0.05, 0.2}, high[] = {0, 0.2, 0.5};
    deferral_problem p = pump();
    p.failure_low = low, p.failure_high = high, p.downtime_low = 4, p.downtime_high = 8;
    deferral_answer a;
    deferral_solve(*state, &p, &a);
    near("low", a.day[1].low, 0.05 * 1700 + 10 - 0.05 * 600);
    near("high", a.day[1].high, 0.2 * 2100 + 10 - 0.2 * 600);
    p.failure_low = NULL; /* the downtime's band alone */
    deferral_solve(*state, &p, &a);
    near("low of downtime", a.day[1].low, 0.1 * 1700 + 10 - 60);
    near("high of downtime", a.day[1].high, 0.1 * 2100 + 10 - 60);
}

/* Nothing fails: only the discount is left, 600 - 600 / 1.1 in a year. Waiting pays to the end. */
static void test_discount(void **state)
{
    double none[366] = {0};
    deferral_problem p = pump();
    p.days = 365, p.failure_probability = none, p.discount_rate = 0.1;
    p.degradation_per_day = p.degradation_growth = 0;
    deferral_answer a;
    deferral_solve(*state, &p, &a);
    near("a year", a.day[365].cost, 600 / 1.1 - 600);
    assert_int_equal(a.cheapest_day, 365);
    assert_int_equal(a.break_even_day, -1);
    assert_true(isnan(a.break_even));
    assert_int_equal(a.driver, DEFERRAL_PART_COUNT);
}

static void test_other_day(void **state)
{
    static const double none[] = {0, 0, 0}, by_day[] = {600, 900, 400};
    deferral_problem p = pump();
    p.failure_probability = none, p.planned_by_day = by_day;
    p.degradation_per_day = p.degradation_growth = 0;
    deferral_answer a;
    deferral_solve(*state, &p, &a);
    near("a busy day", a.day[1].cost, 300);
    near("a quiet day", a.day[2].cost, -200);
    assert_int_equal(a.cheapest_day, 2);
    assert_int_equal(a.break_even_day, -1); /* day 2 is cheaper again: waiting can pay */
}

/* What is unknown is named and makes no number; zero is a number; what nobody needs is not asked.
 */
static void test_unknown(void **state)
{
    const struct {
        const char *label;
        deferral_problem p;
        uint32_t missing;
    } row[] = {
#define ROW(what, change, bits)                                                                    \
    {what, ({                                                                                      \
         deferral_problem p = pump();                                                              \
         change;                                                                                   \
         p;                                                                                        \
     }),                                                                                           \
     bits}
        ROW("curve", p.failure_probability = NULL, MAINTENANCE_MISSING_FAILURE_PROBABILITY),
        ROW("repair", p.repair_cost = NAN, MAINTENANCE_MISSING_REPAIR_COST),
        ROW("downtime", p.downtime_hours = NAN, MAINTENANCE_MISSING_DOWNTIME),
        ROW("hour", p.downtime_cost_per_hour = NAN, MAINTENANCE_MISSING_DOWNTIME_COST),
        ROW("hour of nothing", (p.downtime_cost_per_hour = NAN, p.downtime_hours = 0), 0),
        ROW("planned", p.planned_cost = NAN, MAINTENANCE_MISSING_PLANNED_COST),
        ROW("carbon", p.carbon_kg = NAN, MAINTENANCE_MISSING_CARBON),
        ROW("carbon without price", (p.carbon_kg = NAN, p.carbon_price_per_kg = 0), 0),
        ROW("two", (p.repair_cost = NAN, p.planned_cost = NAN),
            MAINTENANCE_MISSING_REPAIR_COST | MAINTENANCE_MISSING_PLANNED_COST),
        ROW("all zero",
            (p.repair_cost = 0, p.downtime_hours = 0, p.planned_cost = 0, p.carbon_kg = 0), 0),
#undef ROW
    };
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        deferral_answer a;
        deferral_solve(*state, &row[i].p, &a);
        CHECK(row[i].label, a.missing == row[i].missing);
        CHECK(row[i].label, a.is_known == !row[i].missing);
        CHECK(row[i].label, (a.day != NULL) == a.is_known);
    }
}

static void test_flaws(void **state)
{
    static const double falling[] = {0, 0.3, 0.2}, certain[] = {0.1, 0.2, 0.3}, odd[] = {0, NAN, 1};
    deferral_problem p = pump();
    assert_null(deferral_problem_flaw(&p));
    p.failure_probability = falling;
    assert_non_null(deferral_problem_flaw(&p));
    p.failure_probability = certain;
    assert_non_null(deferral_problem_flaw(&p));
    p.failure_probability = odd;
    assert_non_null(deferral_problem_flaw(&p));
    p = pump();
    p.days = DEFERRAL_DAYS_MAX + 1;
    assert_non_null(deferral_problem_flaw(&p));
    p = pump();
    p.repair_cost = -1;
    assert_non_null(deferral_problem_flaw(&p));
}

/* Of any curve: parts add up, the band holds the cost, today costs nothing, the cheapest day is. */
static void test_any(void **state)
{
    srand(5);
    for (int n = 0; n < 200; n++) {
        double curve[31] = {0}, low[31] = {0}, high[31] = {0};
        for (int d = 1; d <= 30; d++) {
            double more = (double)(rand() % 100) / 4000;
            curve[d] = fmin(1, curve[d - 1] + more);
            low[d] = curve[d] * 0.7, high[d] = fmin(1, curve[d] * 1.2);
        }
        deferral_problem p = pump();
        p.days = 30, p.failure_probability = curve, p.failure_low = low, p.failure_high = high;
        p.repair_cost = rand() % 3000, p.planned_cost = rand() % 3000, p.discount_rate = 0.1;
        deferral_answer a;
        deferral_solve(*state, &p, &a);
        near("today", a.day[0].cost, 0);
        for (int d = 0; d <= 30; d++) {
            double sum = 0;
            for (int k = 0; k < DEFERRAL_PART_COUNT; k++)
                sum += a.day[d].part[k];
            near("sum", sum, a.day[d].cost);
            assert_true(a.day[d].low <= a.day[d].cost && a.day[d].cost <= a.day[d].high);
            assert_true(a.day[a.cheapest_day].cost <= a.day[d].cost);
            assert_true(a.break_even_day < 0 || d < a.break_even_day || a.day[d].cost > 0);
        }
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
        cmocka_unit_test(test_by_hand),   cmocka_unit_test(test_grouping),
        cmocka_unit_test(test_band),      cmocka_unit_test(test_discount),
        cmocka_unit_test(test_other_day), cmocka_unit_test(test_unknown),
        cmocka_unit_test(test_flaws),     cmocka_unit_test(test_any),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
