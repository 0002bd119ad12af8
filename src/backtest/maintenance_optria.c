/* What this program decides: each morning the failure model, learned before `from`, says what is
 * likely to fail until the next morning; the maintenance plan weighs it against the cost of
 * replacing and the crews' hours, over three days; what it puts on today is done. */
#include <math.h>

#include "backtest/maintenance.h"
#include "quant/maintenance_risk.h"

#include "base/banned.h"

enum { PLAN_DAYS = 3, MOVES = 30000 };

typedef struct optria {
    history *h;
    double *probability;           /* [days][machines][components], of [from, to) */
    double base[AZURE_COMPONENTS]; /* failures a machine and day, before `from` */
    oq_arena *temp;                /* the history's, given back after each day */
    policy_job *candidate;
    maintenance_job *job;
} optria;

static double probability(const optria *o, int32_t day, uint32_t machine, uint32_t component)
{
    size_t row = (size_t)(day - o->h->from) * o->h->past.machines + machine;
    return o->probability[row * AZURE_COMPONENTS + component];
}

/* --- learning -----------------------------------------------------------------------------------*/

static void base_rates(optria *o)
{
    for (size_t i = 0; i < o->h->past.failures; i++)
        if (o->h->past.failure[i].day < o->h->from)
            o->base[o->h->past.failure[i].component] +=
                1.0 / ((double)o->h->from * (double)o->h->past.machines);
}

/* The model is asked about every morning; a row holds what came before it (feature.h). */
static oq_err *ask_model(optria *o, const failure_model *model)
{
    const history *h = o->h;
    size_t days = (size_t)(h->to - h->from), machines = h->past.machines, columns;
    failure_model_columns(model, &columns);
    oq_us *moment = oq_new_n(h->arena, oq_us, days);
    float *row = oq_new_n(h->arena, float, days *columns);
    o->probability = oq_new_n(h->arena, double, days *machines *AZURE_COMPONENTS);
    for (size_t d = 0; d < days; d++)
        moment[d] = history_morning(h->from + (int32_t)d);
    for (size_t m = 0; m < machines; m++) {
        const feature_plan *plan = failure_model_plan(model);
        OQ_TRY(feature_rows(plan, &h->asset[m].asset, moment, days, row));
        for (size_t d = 0; d < days; d++)
            failure_model_probabilities(model, row + d * columns,
                                        o->probability + (d * machines + m) * AZURE_COMPONENTS);
    }
    return NULL;
}

/* --- deciding -----------------------------------------------------------------------------------*/

/* P(fails within d days): the model's for the first, and the usual rate for those behind it. */
static void curve_set(const optria *o, double first, uint32_t component, double *ret_curve)
{
    ret_curve[0] = 0;
    for (int d = 1; d <= PLAN_DAYS; d++)
        ret_curve[d] = 1 - (1 - first) * pow(1 - o->base[component], d - 1);
}

/* Jobs that could save anything at all: what is lost by leaving them is more than they cost. */
static size_t jobs_of_day(optria *o, const policy_run *run, int32_t day)
{
    const backtest_costs *c = o->h->costs;
    size_t n = 0;
    for (uint32_t m = 0; m < o->h->past.machines; m++)
        for (uint32_t k = 0; k < AZURE_COMPONENTS; k++) {
            double p = probability(o, day, m, k);
            double *curve = oq_new_n(o->temp, double, PLAN_DAYS + 1);
            if (isnan(p) || !policy_may_replace(run, m, k))
                continue;
            curve_set(o, p, k, curve);
            if (curve[PLAN_DAYS] * o->h->price.failure <= o->h->price.planned)
                continue;
            maintenance_risk risk = {.failure_probability = curve,
                                     .repair_cost = 100 * c->repair_cost,
                                     .downtime_hours = c->downtime_hours,
                                     .downtime_cost_per_hour = 100 * c->downtime_cost_per_hour,
                                     .planned_cost = 100 * c->planned_cost,
                                     .planned_hours = c->planned_hours,
                                     .planned_stop_hours = c->planned_stop_hours};
            o->job[n] = (maintenance_job){.asset = m, .day_last = PLAN_DAYS - 1};
            maintenance_job_price(o->temp, &risk, PLAN_DAYS, &o->job[n]);
            o->candidate[n++] = (policy_job){m, k};
        }
    return n;
}

static void problem_of_day(const optria *o, size_t jobs, maintenance_problem *p)
{
    const backtest_costs *c = o->h->costs;
    int32_t *minutes = oq_new_n(o->temp, int32_t, PLAN_DAYS);
    maintenance_crew *crew = oq_new_n(o->temp, maintenance_crew, (size_t)c->crews);
    for (int d = 0; d < PLAN_DAYS; d++)
        minutes[d] = (int32_t)c->crew_hours * 60;
    for (int64_t i = 0; i < c->crews; i++)
        crew[i] = (maintenance_crew){.minutes = minutes,
                                     .cost_per_hour = llround(100 * c->labour_cost_per_hour)};
    *p = (maintenance_problem){.days = PLAN_DAYS,
                               .job = o->job,
                               .jobs = jobs,
                               .crew = crew,
                               .crews = (size_t)c->crews,
                               .sites = 1,
                               .asset_unit = oq_new_n(o->temp, uint32_t, o->h->past.machines),
                               .assets = o->h->past.machines,
                               .unit_down_max = oq_new(o->temp, uint32_t),
                               .units = 1};
}

static oq_err *by_plan(void *self, policy_run *run, int32_t day)
{
    optria *o = self;
    oq_mark mark = oq_arena_mark(o->temp);
    size_t jobs = jobs_of_day(o, run, day);
    maintenance_problem p;
    problem_of_day(o, jobs, &p);
    maintenance_effort effort = {.seed = (uint64_t)day, .moves = MOVES};
    maintenance_plan plan;
    maintenance_plan_solve(o->temp, &p, &effort, &plan);
    for (size_t j = 0; j < jobs; j++)
        if (plan.slot[j].day == 0)
            policy_replace(run, o->candidate[j].machine, o->candidate[j].component);
    oq_arena_rewind(o->temp, mark);
    return NULL;
}

oq_err *decider_optria(history *h, decider *ret_decider)
{
    optria *o = oq_new(h->arena, optria);
    size_t all = h->past.machines * AZURE_COMPONENTS;
    *o = (optria){.h = h,
                  .temp = h->arena,
                  .candidate = oq_new_n(h->arena, policy_job, all),
                  .job = oq_new_n(h->arena, maintenance_job, all)};
    base_rates(o);
    failure_options options = {.plan = azure_fleet_plan(),
                               .horizon = OQ_DAY,
                               .every = 3 * OQ_HOUR,
                               .split_at = history_morning(h->from),
                               .threads = 1};
    failure_result result;
    OQ_TRY(failure_model_learn(h->arena, &options, h->asset, h->data.machines, &result));
    OQ_TRY(ask_model(o, result.model));
    ret_decider->policy = (policy){"optria", by_plan, o};
    return NULL;
}
