#include "rca/impact.h"

#include <math.h>
#include <stdlib.h>

#include "plant/plant.h"

#include "base/banned.h"

#define AMOUNT_MAX 9e18 /* what an int64 holds */
enum { QUARTILES_FROM = 4 };

static int compare_doubles(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* The value below which `share` of the sorted ones lie, on the line between its neighbours. */
static double quantile(const double *sorted, size_t count, double share)
{
    double at = share * (double)(count - 1);
    size_t i = (size_t)at;
    double rest = at - (double)i;
    return i + 1 < count ? sorted[i] * (1 - rest) + sorted[i + 1] * rest : sorted[i];
}

static impact_range of_past(const double *past_h, size_t count)
{
    double *sorted = malloc(count * sizeof *sorted);
    if (!sorted)
        abort();
    memcpy(sorted, past_h, count * sizeof *sorted);
    qsort(sorted, count, sizeof *sorted, compare_doubles);
    bool is_many = count >= QUARTILES_FROM;
    impact_range r = {quantile(sorted, count, is_many ? 0.25 : 0), quantile(sorted, count, 0.5),
                      quantile(sorted, count, is_many ? 0.75 : 1)};
    free(sorted);
    return r;
}

static impact_range around(double mid)
{
    return (impact_range){mid / 2, mid, mid * 2};
}

static impact_range downtime_of(const impact_inputs *in, int *ret_basis)
{
    static const double assumed_h[] = {
        [0] = 8,
        [CRITICALITY_CRITICAL] = 24,
        [CRITICALITY_HIGH] = 16,
        [CRITICALITY_MEDIUM] = 8,
        [CRITICALITY_LOW] = 4,
    };
    *ret_basis =
        in->past ? DOWNTIME_HISTORY : (in->repair_h > 0 ? DOWNTIME_MODE : DOWNTIME_CRITICALITY);
    if (in->past)
        return of_past(in->past_h, in->past);
    return around(in->repair_h > 0 ? in->repair_h : assumed_h[in->criticality]);
}

static int64_t amount(double minor)
{
    return minor >= AMOUNT_MAX ? OQ_I64_NONE : llround(minor);
}

static int64_t sum(int64_t a, int64_t b)
{
    if (a == OQ_I64_NONE)
        return OQ_I64_NONE;
    return b == OQ_I64_NONE ? a : amount((double)a + (double)b);
}

/* From the planned work to the repair after a failure; one of them alone stands for both. */
static impact_money repair_of(const impact_inputs *in)
{
    int64_t planned = in->maintenance_minor, failed = in->failure_minor;
    if (planned == OQ_I64_NONE || (in->has_failed && failed != OQ_I64_NONE))
        planned = failed;
    if (failed == OQ_I64_NONE)
        failed = planned;
    return (impact_money){planned, in->has_failed ? failed : planned, failed};
}

static void estimate_carbon(const impact_inputs *in, impact_figures *out)
{
    out->is_measured = !isnan(in->mean_kw);
    out->energy_kwh = (out->is_measured ? in->mean_kw : in->typical_kw) * in->window_h;
    out->kg = (impact_range){out->energy_kwh * in->factor.low, out->energy_kwh * in->factor.mid,
                             out->energy_kwh * in->factor.high};
}

impact_figures impact_estimate(const impact_inputs *in)
{
    impact_figures out = {.loss = {OQ_I64_NONE, OQ_I64_NONE, OQ_I64_NONE}};
    out.downtime_h = downtime_of(in, &out.basis);
    if (in->cost_per_hour_minor != OQ_I64_NONE) {
        double hour = (double)in->cost_per_hour_minor;
        out.loss =
            (impact_money){amount(out.downtime_h.low * hour), amount(out.downtime_h.mid * hour),
                           amount(out.downtime_h.high * hour)};
    }
    out.repair = repair_of(in);
    out.cost = (impact_money){sum(out.loss.low, out.repair.low), sum(out.loss.mid, out.repair.mid),
                              sum(out.loss.high, out.repair.high)};
    estimate_carbon(in, &out);
    return out;
}
