#include "quant/deferral.h"

#include <math.h>

#include "base/banned.h"

const oq_choice deferral_part_choices[] = {
    {DEFERRAL_REPAIR, "repair"},
    {DEFERRAL_DOWNTIME, "downtime"},
    {DEFERRAL_SECONDARY, "secondary"},
    {DEFERRAL_CARBON, "carbon"},
    {DEFERRAL_DEGRADATION, "degradation"},
    {DEFERRAL_PLANNED, "planned"},
    {DEFERRAL_GAIN, "gain"},
    {0},
};

/* --- what is given ------------------------------------------------------------------------------*/

static bool is_curve(const double *p, int32_t days)
{
    if (!p)
        return true;
    for (int32_t d = 0; d <= days; d++)
        if (!(p[d] >= 0 && p[d] <= 1) || (d ? p[d] < p[d - 1] : p[d] != 0))
            return false;
    return true;
}

const char *deferral_problem_flaw(const deferral_problem *p)
{
    if (p->days < 0 || p->days > DEFERRAL_DAYS_MAX)
        return "days";
    if (!is_curve(p->failure_probability, p->days) || !is_curve(p->failure_low, p->days) ||
        !is_curve(p->failure_high, p->days))
        return "failure probability";
    if (p->repair_cost < 0 || p->secondary_damage < 0 || p->downtime_hours < 0 ||
        p->downtime_cost_per_hour < 0 || p->carbon_kg < 0 || p->carbon_price_per_kg < 0)
        return "a negative amount";
    return p->discount_rate <= -1 ? "discount_rate" : NULL;
}

static uint32_t missing_of(const deferral_problem *p)
{
    uint32_t missing = 0;
    if (!p->failure_probability)
        missing |= MAINTENANCE_MISSING_FAILURE_PROBABILITY;
    if (isnan(p->repair_cost) || isnan(p->secondary_damage))
        missing |= MAINTENANCE_MISSING_REPAIR_COST;
    if (isnan(p->downtime_hours))
        missing |= MAINTENANCE_MISSING_DOWNTIME;
    /* Without downtime nobody asks what an hour of it costs. */
    if (isnan(p->downtime_cost_per_hour) && !(p->downtime_hours == 0))
        missing |= MAINTENANCE_MISSING_DOWNTIME_COST;
    if (isnan(p->planned_cost))
        missing |= MAINTENANCE_MISSING_PLANNED_COST;
    if (isnan(p->carbon_price_per_kg) || (p->carbon_price_per_kg > 0 && isnan(p->carbon_kg)))
        missing |= MAINTENANCE_MISSING_CARBON;
    return missing;
}

/* --- one day ------------------------------------------------------------------------------------*/

/* What is lost up to day d: the first day's loss, and `growth` more on each day after. */
static double degradation_until(const deferral_problem *p, int32_t d)
{
    return d * p->degradation_per_day + p->degradation_growth * d * (d - 1) / 2.0;
}

static double planned_on(const deferral_problem *p, int32_t d, double failed)
{
    double cost = p->planned_by_day ? p->planned_by_day[d] : p->planned_cost;
    return (1 - failed) * cost / pow(1 + p->discount_rate, d / 365.0);
}

static void parts_set(const deferral_problem *p, int32_t d, double failed, double hours,
                      double *ret_part)
{
    double today = planned_on(p, 0, 0);
    ret_part[DEFERRAL_REPAIR] = failed * p->repair_cost;
    ret_part[DEFERRAL_DOWNTIME] = hours > 0 ? failed * hours * p->downtime_cost_per_hour : 0;
    ret_part[DEFERRAL_SECONDARY] = failed * p->secondary_damage;
    ret_part[DEFERRAL_CARBON] =
        p->carbon_price_per_kg > 0 ? failed * p->carbon_kg * p->carbon_price_per_kg : 0;
    ret_part[DEFERRAL_DEGRADATION] = degradation_until(p, d);
    ret_part[DEFERRAL_PLANNED] = d ? planned_on(p, d, failed) - today : 0;
    ret_part[DEFERRAL_GAIN] = d && p->gain ? -p->gain[d] : 0;
}

static double sum_of(const double *part)
{
    double sum = 0;
    for (int k = 0; k < DEFERRAL_PART_COUNT; k++)
        sum += part[k];
    return sum;
}

static double cost_with(const deferral_problem *p, int32_t d, double failed, double hours)
{
    double part[DEFERRAL_PART_COUNT];
    parts_set(p, d, failed, hours, part);
    return sum_of(part);
}

static void day_set(const deferral_problem *p, int32_t d, deferral_day *day)
{
    double failed = p->failure_probability[d];
    day->failure_probability = failed;
    parts_set(p, d, failed, p->downtime_hours, day->part);
    day->cost = sum_of(day->part);
    bool has_hours = !isnan(p->downtime_low) && !isnan(p->downtime_high);
    bool has_curve = p->failure_low && p->failure_high;
    day->low = day->high = NAN;
    if (!has_hours && !has_curve)
        return;
    double failed_low = has_curve ? p->failure_low[d] : failed;
    double failed_high = has_curve ? p->failure_high[d] : failed;
    double low = cost_with(p, d, failed_low, has_hours ? p->downtime_low : p->downtime_hours);
    double high = cost_with(p, d, failed_high, has_hours ? p->downtime_high : p->downtime_hours);
    /* A repair can be cheaper than the planned job; then failing sooner costs less. */
    day->low = fmin(day->cost, fmin(low, high));
    day->high = fmax(day->cost, fmax(low, high));
}

/* --- the answer ---------------------------------------------------------------------------------*/

/* From the end: the last day that costs no more than today. Cost is taken as straight between two
 * days. */
static void break_even_set(const deferral_problem *p, deferral_answer *a)
{
    a->break_even_day = -1;
    a->break_even = NAN;
    int32_t last = p->days;
    while (last > 0 && a->day[last].cost > 0)
        last--;
    if (last == p->days)
        return;
    double from = a->day[last].cost, to = a->day[last + 1].cost;
    a->break_even_day = last + 1;
    a->break_even = last + (from < 0 ? -from / (to - from) : 0);
}

static void driver_set(deferral_answer *a, const deferral_day *last)
{
    double all = 0, most = 0;
    a->driver = DEFERRAL_PART_COUNT;
    a->driver_share = 0;
    for (int k = 0; k < DEFERRAL_PART_COUNT; k++) {
        if (last->part[k] <= 0)
            continue;
        all += last->part[k];
        if (last->part[k] > most)
            most = last->part[k], a->driver = (deferral_part)k;
    }
    if (all > 0)
        a->driver_share = most / all;
}

void deferral_solve(oq_arena *arena, const deferral_problem *p, deferral_answer *ret_answer)
{
    assert(!deferral_problem_flaw(p));
    deferral_answer a = {.missing = missing_of(p)};
    a.is_known = !a.missing;
    if (a.is_known) {
        deferral_day *day = oq_new_n(arena, deferral_day, (size_t)p->days + 1);
        for (int32_t d = 0; d <= p->days; d++) {
            day_set(p, d, &day[d]);
            if (day[d].cost < day[a.cheapest_day].cost)
                a.cheapest_day = d;
        }
        a.day = day;
        break_even_set(p, &a);
        driver_set(&a, &day[p->days]);
        a.cost_per_day = p->days ? day[p->days].cost / p->days : NAN;
    }
    *ret_answer = a;
}
