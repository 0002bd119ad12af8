/* The jobs of a plan: orders that wait, and what scores fear.
 *
 * A score says how likely an asset is to fail by each day, and by which modes. An order against a
 * mode takes that mode's share of the risk; one against a mode that the score does not name takes
 * what the score tells of no mode in particular ("failure", "other"), and where it tells nothing of
 * the kind, its risk is not known. One that names no mode takes the likeliest share that is left;
 * several orders of an asset share its risk, none is counted twice; work that has begun has taken
 * its share. Where nothing takes the largest share, the plan is asked whether a job of its own is
 * worth it. */
#include <math.h>
#include <stdlib.h>

#include "duty/roster.h"
#include "optimize/gather_inner.h"
#include "workorder/work_order.h"

#include "optimize_gather.sql.h"

#include "base/banned.h"

/* A job that is wanted of an asset. */
typedef struct wanted {
    const optimize_mode_row *mode; /* NULL: none that the plant knows */
    const mode_share *share;       /* of the risk; NULL: none is left, or none is known */
    double hours;                  /* that somebody planned; NaN: nobody did */
    bool is_told;                  /* the risk is known; false with no share: it is not */
    bool is_work;                  /* not an inspection: stops the asset, and is against a failure */
    bool is_due;                   /* within the horizon */
} wanted;

/* --- shares of the risk -------------------------------------------------------------------------*/

static bool is_of_no_mode(oq_str mode)
{
    return !mode.len || oq_str_eq(mode, OQ_STR("failure")) || oq_str_eq(mode, OQ_STR("other"));
}

static mode_share *free_share(asset_risk *r, oq_str mode, bool is_rest, bool *io_told)
{
    for (size_t i = 0; i < r->shares; i++) {
        mode_share *s = &r->share[i];
        if (is_rest ? !is_of_no_mode(s->mode) : mode.len && !oq_str_eq(s->mode, mode))
            continue;
        *io_told = true;
        if (!s->is_taken) {
            s->is_taken = true;
            return s;
        }
    }
    return NULL;
}

mode_share *gather_share(asset_risk *r, oq_str mode, bool *ret_told)
{
    *ret_told = false;
    if (!r->is_known)
        return NULL;
    mode_share *found = free_share(r, mode, false, ret_told);
    if (!found && !*ret_told)
        found = free_share(r, mode, true, ret_told);
    return found;
}

/* --- one job ------------------------------------------------------------------------------------*/

static uint64_t skill_bit(const gathering *g, oq_uuid skill_id)
{
    for (size_t i = 0; i < g->skills; i++)
        if (oq_uuid_eq(g->skill[i].id, skill_id))
            return 1ULL << i;
    return 0;
}

/* A day's work of a crew, by which longer jobs are spread. */
static int32_t day_minutes(const optimize_inputs *in)
{
    int32_t most = 0;
    for (size_t c = 0; c < in->problem.crews; c++)
        for (int32_t d = 0; d < in->problem.days; d++)
            most = in->problem.crew[c].minutes[d] > most ? in->problem.crew[c].minutes[d] : most;
    return most ? most : OPTIMIZE_DAY_MINUTES;
}

static void spread(const gathering *g, maintenance_job *task, double hours)
{
    double total = ceil(hours * 60), most = g->day_minutes;
    task->days = (int32_t)fmin(fmax(1, ceil(total / most)), g->in->problem.days);
    task->minutes = (int32_t)fmax(1, ceil(total / task->days));
}

/* The chance of failing that the job takes away; NULL: not known. What is due is done whether or
 * not anybody knows what it is against: then no risk counts, and the plan says so. */
static const double *chance_of(gathering *g, const asset_risk *r, const wanted *w)
{
    size_t days = (size_t)g->in->problem.days;
    if (w->is_work && !w->is_told && !w->is_due)
        return NULL;
    double *chance = oq_new_n(g->arena, double, days + 1);
    for (size_t d = 0; w->share && d <= days; d++)
        chance[d] = r->chance[d] * w->share->share;
    return chance;
}

static void price(gathering *g, size_t at, const wanted *w, maintenance_job *task)
{
    const optimize_asset *a = &g->asset[at];
    maintenance_risk risk;
    optimize_risk_of(g->prices, a, w->mode, g->in->currency, g->carbon_price, &risk);
    if (!isnan(w->hours))
        risk.planned_hours = w->hours;
    if (!w->is_work) /* an inspection is people's time alone, against no failure in particular */
        risk.planned_cost = risk.repair_cost = risk.secondary_damage = risk.downtime_hours = 0;
    if (!(risk.planned_hours > 0))
        task->minutes = task->days = 1; /* it is left out, and has to have some length */
    else
        spread(g, task, risk.planned_hours);
    int32_t minutes = task->minutes, days = task->days;
    task->window = task->is_shutdown ? gather_window(g, a, minutes) : NULL;
    risk.planned_stop_hours = task->is_shutdown ? risk.planned_hours : 0;
    if (task->is_shutdown)
        risk.planned_carbon_kg = optimize_carbon_kg(g->prices, a, risk.planned_hours);
    risk.failure_probability = chance_of(g, &g->risk[at], w);
    risk.stop_cost_per_hour =
        gather_stop_cost(g, a, optimize_stop_cost(g->prices, a, g->in->currency),
                         risk.planned_hours);
    g->in->carbon_unknown += w->is_work && isnan(risk.failure_carbon_kg);
    maintenance_job_price(g->arena, &risk, g->in->problem.days, task);
    task->minutes = minutes;
    task->days = days;
}

static maintenance_job *put_job(gathering *g, size_t at, const wanted *w,
                                const optimize_job_names *names)
{
    maintenance_job *task = &g->job[g->jobs];
    optimize_job_names *to = &g->names[g->jobs++];
    *task = (maintenance_job){
        .asset = (uint32_t)at,
        .site = gather_place(g->in->site, g->in->problem.sites, g->asset[at].site_id),
        .skills = w->mode ? skill_bit(g, w->mode->skill_id) : 0,
        .is_shutdown = w->is_work,
        .day_last = g->in->problem.days - 1,
    };
    price(g, at, w, task);
    *to = *names;
    to->probability = w->share ? g->risk[at].chance[g->in->problem.days] * w->share->share
                               : (double)NAN;
    to->is_risk_unknown = w->is_work && !w->is_told && w->is_due;
    optimize_hours_of(g->prices, &g->asset[at], w->mode, &to->is_hours_of_class);
    to->is_hours_of_class = to->is_hours_of_class && isnan(w->hours);
    return task;
}

/* --- orders -------------------------------------------------------------------------------------*/

/* Orders that name a mode choose first; then by urgency, then as they came. */
static int compare_orders(const void *a, const void *b)
{
    const optimize_order_row *x = *(const optimize_order_row *const *)a;
    const optimize_order_row *y = *(const optimize_order_row *const *)b;
    bool x_named = !oq_uuid_is_zero(x->failure_mode_id);
    bool y_named = !oq_uuid_is_zero(y->failure_mode_id);
    if (x_named != y_named)
        return x_named ? -1 : 1;
    if (x->priority != y->priority)
        return x->priority - y->priority;
    return (x > y) - (x < y);
}

/* INT32_MAX: not within the horizon. What waits for approval need not be done. */
static int32_t due_of(const gathering *g, const optimize_order_row *o)
{
    if (o->due_at == OQ_TIME_NONE || o->status == WORK_PENDING_APPROVAL)
        return INT32_MAX;
    int32_t due = roster_local_of(o->due_at, g->time_zone).day - g->in->from_day;
    return due < g->in->problem.days ? due : INT32_MAX;
}

static bool is_free_on(const gathering *g, const maintenance_crew *c, const maintenance_job *task,
                       int32_t first)
{
    for (int32_t d = first; d < first + task->days; d++)
        if (d >= g->in->problem.days || c->minutes[d] < task->minutes)
            return false;
    return true;
}

/* Whether anybody is there who could have it done by a day, if it were the only work. Windows are
 * the tenant's own word: what they make impossible is a conflict that the run names. */
static bool is_possible_by(const gathering *g, const maintenance_job *task, int32_t last)
{
    for (size_t c = 0; c < g->in->problem.crews; c++) {
        const maintenance_crew *crew = &g->crew[c];
        if ((crew->skills & task->skills) != task->skills ||
            (crew->site && !crew->site[task->site]))
            continue;
        for (int32_t d = 0; d + task->days - 1 <= last; d++)
            if (is_free_on(g, crew, task, d))
                return true;
    }
    return false;
}

static void bound_by_dates(const gathering *g, const optimize_order_row *o, maintenance_job *task,
                           optimize_job_names *names)
{
    int32_t days = g->in->problem.days, due = due_of(g, o);
    task->is_mandatory = due != INT32_MAX;
    /* What is late already, or will be because nobody is there, has no last day any more, and must
     * be done all the same. */
    names->is_late = task->is_mandatory && !is_possible_by(g, task, due);
    if (task->is_mandatory && !names->is_late)
        task->day_last = due;
    if (o->planned_from != OQ_TIME_NONE) {
        int32_t planned = roster_local_of(o->planned_from, g->time_zone).day - g->in->from_day;
        task->has_previous = planned >= 0 && planned < days;
        task->previous = (maintenance_slot){planned, -1};
        for (size_t c = 0; task->has_previous && c < g->in->problem.crews; c++)
            if (oq_uuid_eq(g->in->crew[c].user_id, o->assigned_user_id))
                task->previous.crew = (int32_t)c;
        task->has_previous = task->has_previous && task->previous.crew >= 0;
    }
}

static void put_order(gathering *g, const optimize_order_row *o)
{
    uint32_t at = gather_asset(g, o->asset_id);
    if (at == UINT32_MAX)
        return;
    wanted w = {.mode = optimize_mode_by_id(g->prices, o->failure_mode_id),
                .hours = o->planned_h,
                .is_work = o->kind != WORK_INSPECTION,
                .is_due = due_of(g, o) != INT32_MAX};
    if (w.is_work) {
        w.share = gather_share(&g->risk[at], w.mode ? w.mode->code : OQ_NONE, &w.is_told);
        if (!w.mode && w.share)
            w.mode = optimize_mode_of(g->prices, &g->asset[at], w.share->mode);
    }
    optimize_job_names names = {
        .order_id = o->id,
        .number = o->number,
        .title = o->title,
        .title_ar = o->title_ar,
        .mode = w.mode ? w.mode->code : OQ_NONE,
        .kind = o->kind,
        .priority = o->priority,
    };
    maintenance_job *task = put_job(g, at, &w, &names);
    bound_by_dates(g, o, task, &g->names[g->jobs - 1]);
}

/* What scores fear most and nothing is against. */
static void put_feared(gathering *g, size_t at)
{
    asset_risk *r = &g->risk[at];
    if (!r->is_known || r->share[0].is_taken)
        return;
    r->share[0].is_taken = true;
    wanted w = {.mode = optimize_mode_of(g->prices, &g->asset[at], r->share[0].mode),
                .share = &r->share[0],
                .hours = NAN,
                .is_told = true,
                .is_work = true};
    put_job(g, at, &w, &(optimize_job_names){.mode = r->share[0].mode});
}

/* --- what has begun -----------------------------------------------------------------------------*/

/* Hours that are left of it; NaN: nobody knows how long it takes. */
static double hours_left(const gathering *g, const optimize_order_row *o, uint32_t at,
                         const optimize_mode_row *mode)
{
    bool of_class;
    double hours = !isnan(o->planned_h) ? o->planned_h
                   : at != UINT32_MAX
                       ? optimize_hours_of(g->prices, &g->asset[at], mode, &of_class)
                       : (double)NAN;
    return isnan(hours) || isnan(o->labour_h) ? hours : fmax(0, hours - o->labour_h);
}

/* Whoever is at work on something ends it first: from the first day of the plan on. */
static void keep_busy(gathering *g, oq_uuid user, double hours)
{
    maintenance_crew *crew = g->crew;
    int64_t left = llround(hours * 60);
    for (size_t c = 0; c < g->in->problem.crews; c++)
        for (int32_t d = 0; oq_uuid_eq(g->in->crew[c].user_id, user) && d < g->in->problem.days;
             d++) {
            int32_t *has = &((int32_t *)(uintptr_t)crew[c].minutes)[d];
            int32_t taken = (int32_t)(left < *has ? left : *has);
            *has -= taken;
            left -= taken;
        }
}

static oq_err *gather_begun(gathering *g)
{
    sql_optimize_begun_rows rows;
    OQ_TRY(sql_optimize_begun(g->s, (sql_optimize_begun_args){g->run->as_of}, &rows));
    for (size_t i = 0; i < rows.count; i++) {
        const optimize_order_row *o = &rows.at[i];
        uint32_t at = gather_asset(g, o->asset_id);
        const optimize_mode_row *mode = optimize_mode_by_id(g->prices, o->failure_mode_id);
        double hours = hours_left(g, o, at, mode);
        bool told;
        if (at != UINT32_MAX && o->kind != WORK_INSPECTION)
            gather_share(&g->risk[at], mode ? mode->code : OQ_NONE, &told);
        g->in->orders_begun++;
        if (isnan(hours))
            g->in->begun_unknown++;
        else
            keep_busy(g, o->assigned_user_id, hours);
    }
    return NULL;
}

/* --- all of them --------------------------------------------------------------------------------*/

oq_err *gather_jobs(gathering *g)
{
    sql_optimize_orders_rows orders;
    sql_optimize_orders_count_rows all;
    OQ_TRY(sql_optimize_orders_count(
        g->s, (sql_optimize_orders_count_args){g->run->site_id, g->run->as_of}, &all));
    OQ_TRY(sql_optimize_orders(
        g->s, (sql_optimize_orders_args){g->run->site_id, g->run->as_of, OPTIMIZE_ORDERS_MAX},
        &orders));
    size_t waiting = (size_t)all.at[0].orders; /* a moment before the others were read */
    g->in->orders_cut = waiting > orders.count ? waiting - orders.count : 0;
    g->in->problem.jobs = orders.count + g->assets;
    if (g->in->problem.jobs * (size_t)g->in->problem.days > OPTIMIZE_CELLS_MAX)
        return optimize_too_large(g->in);
    g->day_minutes = day_minutes(g->in); /* of whole days, before what has begun takes its part */
    OQ_TRY(gather_begun(g));
    const optimize_order_row **by = oq_new_n(g->arena, const optimize_order_row *, orders.count);
    for (size_t i = 0; i < orders.count; i++)
        by[i] = &orders.at[i];
    if (orders.count)
        qsort(by, orders.count, sizeof *by, compare_orders);
    g->job = oq_new_n(g->arena, maintenance_job, orders.count + g->assets);
    g->names = oq_new_n(g->arena, optimize_job_names, orders.count + g->assets);
    for (size_t i = 0; i < orders.count; i++)
        put_order(g, by[i]);
    g->ordered = g->jobs;
    for (size_t i = 0; i < g->assets && g->jobs < MAINTENANCE_JOBS_MAX; i++)
        put_feared(g, i);
    g->in->problem.job = g->job;
    g->in->problem.jobs = g->jobs;
    g->in->job = g->names;
    return NULL;
}
