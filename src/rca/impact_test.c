#include "rca/impact.h"

#include <math.h>

#include "base/test.h"
#include "plant/plant.h"

static impact_inputs nothing(void)
{
    return (impact_inputs){.repair_h = NAN,
                           .criticality = CRITICALITY_MEDIUM,
                           .cost_per_hour_minor = OQ_I64_NONE,
                           .failure_minor = OQ_I64_NONE,
                           .maintenance_minor = OQ_I64_NONE,
                           .mean_kw = NAN,
                           .typical_kw = NAN,
                           .window_h = 1,
                           .factor = {NAN, NAN, NAN}};
}

static void check_range(const char *label, impact_range r, double low, double mid, double high)
{
    CHECK(label,
          fabs(r.low - low) < 1e-9 && fabs(r.mid - mid) < 1e-9 && fabs(r.high - high) < 1e-9);
}

static void check_money(const char *label, impact_money m, int64_t low, int64_t mid, int64_t high)
{
    CHECK(label, m.low == low && m.mid == mid && m.high == high);
}

/* History before the failure mode, the failure mode before what is assumed. */
static void test_downtime(void **state)
{
    static const double two[] = {10, 4}, five[] = {50, 2, 4, 6, 8};
    impact_inputs in = nothing();
    impact_figures out = impact_estimate(&in);
    CHECK("assumed", out.basis == DOWNTIME_CRITICALITY);
    check_range("by criticality", out.downtime_h, 4, 8, 16);
    in.repair_h = 12;
    out = impact_estimate(&in);
    CHECK("repair", out.basis == DOWNTIME_MODE);
    check_range("of the mode", out.downtime_h, 6, 12, 24);
    in.past_h = two;
    in.past = 2;
    out = impact_estimate(&in);
    CHECK("history", out.basis == DOWNTIME_HISTORY);
    check_range("few: all of them", out.downtime_h, 4, 7, 10);
    in.past_h = five;
    in.past = 5;
    check_range("many: quartiles, so that one of fifty hours is none of the range",
                impact_estimate(&in).downtime_h, 4, 6, 8);
}

static void test_money(void **state)
{
    impact_inputs in = nothing();
    in.repair_h = 10;
    in.maintenance_minor = 2000;
    in.failure_minor = 9000;
    impact_figures out = impact_estimate(&in);
    check_money("without the cost of an hour there is no sum", out.cost, OQ_I64_NONE, OQ_I64_NONE,
                OQ_I64_NONE);
    check_money("planned to failed", out.repair, 2000, 2000, 9000);
    in.cost_per_hour_minor = 150;
    out = impact_estimate(&in);
    check_money("loss", out.loss, 750, 1500, 3000);
    check_money("cost", out.cost, 2750, 3500, 12000);
    in.has_failed = true;
    check_money("failed already", impact_estimate(&in).repair, 9000, 9000, 9000);
    in.failure_minor = OQ_I64_NONE;
    check_money("one stands for both", impact_estimate(&in).repair, 2000, 2000, 2000);
    in.cost_per_hour_minor = INT64_MAX / 2;
    check_money("more than there is money", impact_estimate(&in).loss, OQ_I64_NONE, OQ_I64_NONE,
                OQ_I64_NONE);
}

/* 400 kW for half an hour at 706.8 g/kWh: 200 kWh, 141.36 kg. */
static void test_carbon(void **state)
{
    impact_inputs in = nothing();
    in.mean_kw = 400;
    in.typical_kw = 1000;
    in.window_h = 0.5;
    in.factor = (impact_range){0.569, 0.7068, 0.721};
    impact_figures out = impact_estimate(&in);
    CHECK("energy", out.energy_kwh == 200 && out.is_measured);
    check_range("kg", out.kg, 113.8, 141.36, 144.2);
    in.mean_kw = NAN;
    out = impact_estimate(&in);
    CHECK("typical", out.energy_kwh == 500 && !out.is_measured);
    in.typical_kw = NAN;
    CHECK("not known", isnan(impact_estimate(&in).kg.mid));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_downtime),
        cmocka_unit_test(test_money),
        cmocka_unit_test(test_carbon),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
