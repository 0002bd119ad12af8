/* The problem as it was known: assets with what their scores fear, orders that wait, and one job
 * for each.
 *
 * A score says how likely an asset is to fail by each day, and by which modes. An order against a
 * mode takes that mode's share of the risk; one that names no mode takes the likeliest share that
 * is left; several orders of an asset share its risk, none is counted twice. Where no order takes
 * the largest share, the plan is asked whether a job of its own is worth it. */
#include <math.h>
#include <stdlib.h>

#include "duty/roster.h"
#include "optimize/gather_inner.h"
#include "quant/json_tree.h"
#include "web/format.h"
#include "workorder/work_order.h"

#include "optimize_gather.sql.h"

#include "base/banned.h"

enum { DETAIL_DEPTH = 16, MODES_MAX = 32 };
#define HOURS_SHARE 0.8

/* --- places -------------------------------------------------------------------------------------*/

static int compare_ids(const void *a, const void *b)
{
    return memcmp(a, b, sizeof(oq_uuid));
}

/* The number of an id among those that there are, in the order of ids. */
uint32_t gather_place(const oq_uuid *id, size_t count, oq_uuid wanted)
{
    const oq_uuid *found = count ? bsearch(&wanted, id, count, sizeof *id, compare_ids) : NULL;
    return found ? (uint32_t)(found - id) : UINT32_MAX;
}

static size_t distinct_ids(oq_uuid *id, size_t count)
{
    size_t kept = 0;
    if (count)
        qsort(id, count, sizeof *id, compare_ids);
    for (size_t i = 0; i < count; i++)
        if (!kept || !oq_uuid_eq(id[kept - 1], id[i]))
            id[kept++] = id[i];
    return kept;
}

static void place_assets(gathering *g)
{
    oq_uuid *site_id = oq_new_n(g->arena, oq_uuid, g->assets);
    oq_uuid *unit = oq_new_n(g->arena, oq_uuid, g->assets + 1);
    for (size_t i = 0; i < g->assets; i++) {
        site_id[i] = g->asset[i].site_id;
        unit[i] = g->asset[i].unit_id; /* the zero unit: of those that have none */
    }
    unit[g->assets] = OQ_UUID_ZERO;
    g->in->problem.sites = distinct_ids(site_id, g->assets);
    g->in->problem.units = distinct_ids(unit, g->assets + 1);
    g->in->site = site_id;
    uint32_t *of = oq_new_n(g->arena, uint32_t, g->assets);
    uint32_t *down_max = oq_new_n(g->arena, uint32_t, g->in->problem.units);
    for (size_t i = 0; i < g->assets; i++)
        of[i] = gather_place(unit, g->in->problem.units, g->asset[i].unit_id);
    for (size_t i = 0; i < g->in->problem.units; i++)
        down_max[i] = oq_uuid_is_zero(unit[i]) ? 0
                      : g->parameters->down_at_once == OQ_I64_NONE
                          ? 1
                          : (uint32_t)g->parameters->down_at_once;
    g->in->problem.asset_unit = of;
    g->in->problem.unit_down_max = down_max;
    g->in->problem.assets = g->assets;
}

/* --- risk ---------------------------------------------------------------------------------------*/

static int compare_shares(const void *a, const void *b)
{
    const mode_share *x = a, *y = b;
    return (x->share < y->share) - (x->share > y->share);
}

/* How an asset's risk divides among its modes. */
static void share_risk(gathering *g, asset_risk *r)
{
    const json_node *root, *list;
    oq_mark mark = oq_err_mark();
    if (json_tree_parse(g->arena, r->score->detail, DETAIL_DEPTH, &root)) {
        oq_err_rewind(mark); /* without it the whole risk is one */
        root = NULL;
    }
    list = json_tree_typed(root, "failure", JSON_NODE_LIST);
    r->share = oq_new_n(g->arena, mode_share, MODES_MAX + 1);
    double sum = 0;
    for (const json_node *n = list ? list->child : NULL; n && r->shares < MODES_MAX; n = n->next) {
        oq_str mode = json_tree_text(n, "mode");
        double chance = json_tree_number(n, "probability");
        if (!mode.ptr || isnan(chance))
            continue;
        r->share[r->shares++] = (mode_share){.mode = mode, .share = fmax(0, chance)};
        sum += r->share[r->shares - 1].share;
    }
    if (sum <= 0) {
        r->share[0] = (mode_share){.mode = r->score->top_mode, .share = 1};
        r->shares = 1;
        return;
    }
    for (size_t i = 0; i < r->shares; i++)
        r->share[i].share /= sum;
    qsort(r->share, r->shares, sizeof *r->share, compare_shares);
}

static void read_curve(gathering *g, asset_risk *r)
{
    int32_t days = g->in->problem.days;
    r->chance = oq_new_n(g->arena, double, (size_t)days + 1);
    for (int32_t d = 0; d <= days; d++) {
        oq_mark mark = oq_arena_mark(g->arena);
        r->chance[d] = d ? ai_curve_at(g->arena, r->score->curve, d).mid : 0;
        oq_arena_rewind(g->arena, mark);
    }
    r->is_known = r->score->state != AI_NOT_ENOUGH && !isnan(r->chance[days]);
}

static oq_err *gather_risks(gathering *g)
{
    ai_scores scores;
    OQ_TRY(ai_scores_of(g->s, NULL, 0, g->run->site_id, g->run->as_of, &scores));
    oq_uuid *scored = oq_new_n(g->arena, oq_uuid, scores.count);
    for (size_t i = 0; i < scores.count; i++)
        scored[i] = scores.at[i].asset_id; /* in the order of ids */
    g->risk = oq_new_n(g->arena, asset_risk, g->assets);
    for (size_t i = 0; i < g->assets; i++) {
        uint32_t at = gather_place(scored, scores.count, g->asset[i].id);
        g->risk[i].score = at == UINT32_MAX ? NULL : &scores.at[at];
        if (g->risk[i].score) {
            share_risk(g, &g->risk[i]);
            read_curve(g, &g->risk[i]);
        }
        g->in->assets_unscored += !g->risk[i].is_known;
    }
    return NULL;
}

/* The share that work against a mode takes: that mode's; else, of work that names none, the
 * largest that is left. */
static mode_share *take_share(asset_risk *r, oq_str mode)
{
    for (size_t i = 0; i < r->shares; i++)
        if (!r->share[i].is_taken && (!mode.len || oq_str_eq(r->share[i].mode, mode))) {
            r->share[i].is_taken = true;
            return &r->share[i];
        }
    return NULL;
}

/* --- jobs ---------------------------------------------------------------------------------------*/

static uint64_t skill_bit(const gathering *g, oq_uuid skill_id)
{
    for (size_t i = 0; i < g->skills && i < MAINTENANCE_SKILLS_MAX; i++)
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

static double weight(double given)
{
    return isnan(given) ? 1 : given;
}

/* Failures against planned work against carbon, as the tenant weighs them; unknown stays so. */
static void weigh(const gathering *g, maintenance_risk *risk)
{
    const optimize_parameters *p = g->parameters;
    risk->repair_cost *= weight(p->risk_weight);
    risk->secondary_damage *= weight(p->risk_weight);
    risk->downtime_cost_per_hour *= weight(p->risk_weight);
    risk->planned_cost *= weight(p->cost_weight);
    risk->carbon_price_per_kg *= weight(p->carbon_weight);
}

static void price(gathering *g, size_t at, const optimize_mode_row *mode, const mode_share *share,
                  double hours, bool is_work, maintenance_job *task)
{
    const asset_risk *r = &g->risk[at];
    size_t days = (size_t)g->in->problem.days;
    maintenance_risk risk;
    optimize_risk_of(g->prices, &g->asset[at], mode, g->in->currency, g->carbon_price, &risk);
    if (!isnan(hours))
        risk.planned_hours = hours;
    if (!is_work) /* an inspection is people's time alone, against no failure in particular */
        risk.planned_cost = risk.repair_cost = risk.secondary_damage = risk.downtime_hours = 0;
    risk.planned_stop_hours = task->is_shutdown ? risk.planned_hours : 0;
    double *chance = NULL;
    if (r->is_known || !is_work) {
        chance = oq_new_n(g->arena, double, days + 1);
        for (size_t d = 0; d <= days; d++)
            chance[d] = share && is_work ? r->chance[d] * share->share : 0;
    }
    risk.failure_probability = chance;
    risk.stop_cost_per_hour =
        gather_stop_cost(g, &g->asset[at],
                         optimize_stop_cost(g->prices, &g->asset[at], g->in->currency) *
                             weight(g->parameters->cost_weight),
                         risk.planned_hours);
    weigh(g, &risk);
    g->in->carbon_unknown += isnan(risk.failure_carbon_kg);
    maintenance_job_price(g->arena, &risk, g->in->problem.days, task);
    if (!(task->missing & MAINTENANCE_MISSING_DURATION))
        spread(g, task, risk.planned_hours);
    else
        task->minutes = task->days = 1; /* it is left out, and has to have some length */
}

static void put_job(gathering *g, size_t at, const optimize_mode_row *mode, const mode_share *share,
                    double hours, bool is_work, bool is_shutdown, const optimize_job_names *names)
{
    maintenance_job *task = &g->job[g->jobs];
    *task = (maintenance_job){
        .asset = (uint32_t)at,
        .site = gather_place(g->in->site, g->in->problem.sites, g->asset[at].site_id),
        .skills = mode ? skill_bit(g, mode->skill_id) : 0,
        .is_shutdown = is_shutdown,
        .day_last = g->in->problem.days - 1,
        .window = is_shutdown ? gather_window(g, &g->asset[at]) : NULL,
    };
    price(g, at, mode, share, hours, is_work, task);
    g->names[g->jobs] = *names;
    g->names[g->jobs].probability = g->risk[at].is_known && share
                                        ? g->risk[at].chance[g->in->problem.days] * share->share
                                        : (double)NAN;
    g->jobs++;
}

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

static void bound_by_dates(const gathering *g, const optimize_order_row *o, maintenance_job *task)
{
    int32_t days = g->in->problem.days;
    if (o->due_at != OQ_TIME_NONE) {
        int32_t due = roster_local_of(o->due_at, g->time_zone).day - g->in->from_day;
        if (due < days && o->status != WORK_PENDING_APPROVAL)
            task->is_mandatory = true;
        /* What is late already has no last day any more, and must be done all the same. */
        if (due >= 0 && due < days)
            task->day_last = due < task->days - 1 ? task->days - 1 : due;
    }
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
    const optimize_mode_row *mode = optimize_mode_by_id(g->prices, o->failure_mode_id);
    bool is_work = o->kind != WORK_INSPECTION;
    mode_share *share = NULL;
    if (is_work && g->risk[at].is_known) {
        share = take_share(&g->risk[at], mode ? mode->code : OQ_NONE);
        if (!mode && share)
            mode = optimize_mode_of(g->prices, &g->asset[at], share->mode);
    }
    optimize_job_names names = {
        .order_id = o->id,
        .number = o->number,
        .title = o->title,
        .title_ar = o->title_ar,
        .mode = mode ? mode->code : OQ_NONE,
        .kind = o->kind,
        .priority = o->priority,
    };
    put_job(g, at, mode, share, o->planned_h, is_work, is_work, &names);
    bound_by_dates(g, o, &g->job[g->jobs - 1]);
}

/* What scores fear most and no order is against. */
static void put_feared(gathering *g, size_t at)
{
    asset_risk *r = &g->risk[at];
    if (!r->is_known || r->share[0].is_taken)
        return;
    r->share[0].is_taken = true;
    const optimize_mode_row *mode = optimize_mode_of(g->prices, &g->asset[at], r->share[0].mode);
    optimize_job_names names = {.mode = r->share[0].mode};
    put_job(g, at, mode, &r->share[0], NAN, true, true, &names);
}

static oq_err *gather_jobs(gathering *g)
{
    sql_optimize_orders_rows orders;
    OQ_TRY(sql_optimize_orders(
        g->s, (sql_optimize_orders_args){g->run->site_id, g->run->as_of, OPTIMIZE_ORDERS_MAX + 1},
        &orders));
    if (orders.count > OPTIMIZE_ORDERS_MAX)
        g->in->orders_cut = orders.count -= 1;
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

/* --- the whole ----------------------------------------------------------------------------------*/

static void name_assets(gathering *g)
{
    optimize_asset_names *names = oq_new_n(g->arena, optimize_asset_names, g->assets);
    for (size_t i = 0; i < g->assets; i++) {
        const optimize_asset *a = &g->asset[i];
        const asset_risk *r = &g->risk[i];
        names[i] = (optimize_asset_names){
            .id = a->id,
            .code = a->code,
            .name = a->name,
            .name_ar = a->name_ar,
            .criticality = a->criticality,
            .impact_factor = a->impact_factor,
            .health = r->score ? r->score->health_score : (double)NAN,
            .probability = r->is_known ? r->chance[g->in->problem.days] : (double)NAN,
            .rul_days = r->score ? r->score->rul_p50_h / 24 : (double)NAN,
            .risk = r->score ? r->score->production_risk_index : (double)NAN,
            .site_id = a->site_id,
        };
    }
    g->in->asset = names;
}

static void bound_by_money(gathering *g)
{
    double unit = pow(10, web_currency_decimals(g->in->currency));
    if (!isnan(g->parameters->budget)) {
        maintenance_budget *b = oq_new(g->arena, maintenance_budget);
        *b =
            (maintenance_budget){0, g->in->problem.days - 1, llround(g->parameters->budget * unit)};
        g->in->problem.budget = b;
        g->in->problem.budgets = 1;
    }
    if (!isnan(g->parameters->move_cost))
        g->in->problem.move_cost = llround(g->parameters->move_cost * unit);
}

oq_err *optimize_gather(oq_scope *s, const optimize_run *run, const optimize_parameters *parameters,
                        optimize_inputs *ret_inputs)
{
    gathering g = {
        .s = s, .arena = oq_scope_arena(s), .run = run, .parameters = parameters, .in = ret_inputs};
    *ret_inputs = (optimize_inputs){.from_day = run->from_day};
    ret_inputs->problem.days = (int32_t)run->horizon_days;
    OQ_TRY(optimize_prices_load(s, run->as_of, run->from_day, &g.prices));
    ret_inputs->currency = optimize_currency(g.prices);
    if (!isnan(parameters->carbon_price))
        g.carbon_price =
            parameters->carbon_price * pow(10, web_currency_decimals(ret_inputs->currency));
    else
        g.carbon_price = NAN;
    ret_inputs->is_weighted = weight(parameters->risk_weight) != 1 ||
                              weight(parameters->cost_weight) != 1 ||
                              weight(parameters->carbon_weight) != 1;
    OQ_TRY(gather_assets(&g));
    place_assets(&g);
    OQ_TRY(gather_risks(&g));
    OQ_TRY(gather_skills(&g));
    OQ_TRY(gather_windows(&g));
    double share = isnan(parameters->hours_share) ? HOURS_SHARE : parameters->hours_share;
    OQ_TRY(gather_crews(&g, share));
    g.day_minutes = day_minutes(ret_inputs);
    OQ_TRY(gather_jobs(&g));
    OQ_TRY(gather_parts(&g));
    OQ_TRY(gather_after(&g));
    name_assets(&g);
    bound_by_money(&g);
    return NULL;
}
