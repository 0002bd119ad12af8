#include "quant/maintenance_risk.h"

#include <math.h>

#include "base/banned.h"

static uint32_t missing_if(bool is, maintenance_missing what)
{
    return is ? (uint32_t)what : 0;
}

static uint32_t missing_of(const maintenance_risk *r)
{
    bool stops = r->planned_stop_hours > 0;
    bool needs_hour_cost = !(r->downtime_hours == 0) || (stops && !r->stop_cost_per_hour);
    return missing_if(!r->failure_probability, MAINTENANCE_MISSING_FAILURE_PROBABILITY) |
           missing_if(isnan(r->repair_cost) || isnan(r->secondary_damage),
                      MAINTENANCE_MISSING_REPAIR_COST) |
           missing_if(isnan(r->downtime_hours) || isnan(r->planned_stop_hours),
                      MAINTENANCE_MISSING_DOWNTIME) |
           missing_if(isnan(r->downtime_cost_per_hour) && needs_hour_cost,
                      MAINTENANCE_MISSING_DOWNTIME_COST) |
           missing_if(isnan(r->planned_cost), MAINTENANCE_MISSING_PLANNED_COST) |
           missing_if(!(r->planned_hours > 0), MAINTENANCE_MISSING_DURATION) |
           missing_if(isnan(r->carbon_price_per_kg) ||
                          (r->carbon_price_per_kg > 0 && isnan(r->failure_carbon_kg)),
                      MAINTENANCE_MISSING_CARBON);
}

static int64_t money(double amount)
{
    return llround(amount);
}

/* Expected failures before the job on day d, or in the whole horizon, with what the job leaves. */
static double failures_until(const maintenance_risk *r, int32_t d, int32_t days)
{
    double p = r->failure_probability[d];
    double left = d < days && r->after ? (1 - p) * r->after[days - d] : 0;
    return p + left;
}

static double stop_cost(const maintenance_risk *r, int32_t d)
{
    if (!(r->planned_stop_hours > 0))
        return 0;
    double hour = r->stop_cost_per_hour ? r->stop_cost_per_hour[d] : r->downtime_cost_per_hour;
    return r->planned_stop_hours * hour;
}

void maintenance_job_price(oq_arena *arena, const maintenance_risk *risk, int32_t days,
                           maintenance_job *job)
{
    job->missing = missing_of(risk);
    job->failure_cost = job->carbon_cost = job->production_loss = NULL;
    job->planned_cost = 0;
    if (risk->planned_hours > 0)
        job->minutes = (int32_t)fmin(INT32_MAX, fmax(1, llround(risk->planned_hours * 60)));
    if (job->missing)
        return;
    int64_t *failure = oq_new_n(arena, int64_t, (size_t)days + 1);
    int64_t *carbon = oq_new_n(arena, int64_t, (size_t)days + 1);
    int64_t *loss = oq_new_n(arena, int64_t, (size_t)days);
    double down =
        risk->downtime_hours > 0 ? risk->downtime_hours * risk->downtime_cost_per_hour : 0;
    double cost = risk->repair_cost + risk->secondary_damage + down;
    double price = risk->carbon_price_per_kg;
    double failure_carbon = price > 0 ? price * risk->failure_carbon_kg : 0;
    double own_carbon =
        price > 0 && !isnan(risk->planned_carbon_kg) ? price * risk->planned_carbon_kg : 0;
    for (int32_t d = 0; d <= days; d++) {
        double p = failures_until(risk, d, days);
        failure[d] = money(p * cost);
        carbon[d] = money(p * failure_carbon) + (d < days ? money(own_carbon) : 0);
        if (d < days)
            loss[d] = money(stop_cost(risk, d));
    }
    job->failure_cost = failure;
    job->carbon_cost = carbon;
    job->production_loss = loss;
    job->planned_cost = money(risk->planned_cost);
}
