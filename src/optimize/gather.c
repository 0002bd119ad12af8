/* The problem as it was known: assets with what their scores fear, people, limits, jobs. */
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

/* How an asset's risk divides among its modes, the largest share first; one at least. */
static mode_share *shares_of(oq_arena *arena, const ai_score *score, size_t *ret_count)
{
    const json_node *root, *list;
    oq_mark mark = oq_err_mark();
    if (json_tree_parse(arena, score->detail, DETAIL_DEPTH, &root)) {
        oq_err_rewind(mark); /* without it the whole risk is one */
        root = NULL;
    }
    list = json_tree_typed(root, "failure", JSON_NODE_LIST);
    mode_share *share = oq_new_n(arena, mode_share, MODES_MAX + 1);
    size_t shares = 0;
    double sum = 0;
    for (const json_node *n = list ? list->child : NULL; n && shares < MODES_MAX; n = n->next) {
        oq_str mode = json_tree_text(n, "mode");
        double chance = json_tree_number(n, "probability");
        if (!mode.ptr || isnan(chance))
            continue;
        share[shares++] = (mode_share){.mode = mode, .share = fmax(0, chance)};
        sum += share[shares - 1].share;
    }
    *ret_count = sum > 0 ? shares : 1;
    if (!(sum > 0))
        share[0] = (mode_share){.mode = score->top_mode, .share = 1};
    for (size_t i = 0; sum > 0 && i < shares; i++)
        share[i].share /= sum;
    qsort(share, *ret_count, sizeof *share, compare_shares);
    return share;
}

void gather_score(oq_arena *arena, const ai_score *score, asset_risk *ret_risk)
{
    *ret_risk = (asset_risk){.score = score, .is_known = score && score->state != AI_NOT_ENOUGH};
    if (score)
        ret_risk->share = shares_of(arena, score, &ret_risk->shares);
}

/* Days from the score to the morning on which the plan begins; on the clock on the wall. */
static double age_of(const gathering *g, const ai_score *score)
{
    roster_local at = roster_local_of(score->scored_at, g->time_zone);
    return fmax(0, (double)(g->in->from_day - at.day) - (double)at.minute / (24 * 60));
}

/* What fails before the plan begins is not the plan's: given that it is whole by then. */
static void read_curve(gathering *g, asset_risk *r)
{
    int32_t days = g->in->problem.days;
    ai_curve curve = ai_curve_read(g->arena, r->score->curve);
    double age = age_of(g, r->score);
    r->chance = oq_new_n(g->arena, double, (size_t)days + 1);
    for (int32_t d = 1; d <= days; d++)
        r->chance[d] = fmax(r->chance[d - 1], ai_curve_within(&curve, age, d).mid);
    if (isnan(ai_curve_within(&curve, age, days).mid))
        r->chance[days] = NAN; /* it does not reach so far: too old, or too short */
    r->is_known = r->is_known && !isnan(r->chance[days]);
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
        gather_score(g->arena, at == UINT32_MAX ? NULL : &scores.at[at], &g->risk[i]);
        if (g->risk[i].score)
            read_curve(g, &g->risk[i]);
        g->in->assets_unscored += !g->risk[i].is_known;
    }
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

static double weight(double given)
{
    return isnan(given) ? 1 : given;
}

/* Failures against planned work against carbon, as the tenant weighs them. Amounts stay money. */
static void weigh(gathering *g)
{
    const optimize_parameters *p = g->parameters;
    maintenance_weights w = {weight(p->risk_weight), weight(p->cost_weight),
                             weight(p->carbon_weight)};
    if (w.failure != 1 || w.planned != 1 || w.carbon != 1)
        g->in->problem.weights = oq_copy(g->arena, &w, sizeof w);
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
    OQ_TRY(optimize_prices_load(s, run->as_of, run->from_day, OQ_UUID_ZERO, &g.prices));
    ret_inputs->currency = optimize_currency(g.prices);
    if (!isnan(parameters->carbon_price))
        g.carbon_price =
            parameters->carbon_price * pow(10, web_currency_decimals(ret_inputs->currency));
    else
        g.carbon_price = NAN;
    weigh(&g);
    /* What has no history (costs, stock, rosters) is of the day on which the plan was asked for. */
    ret_inputs->is_of_today = run->created_at - run->as_of > OQ_HOUR;
    OQ_TRY(gather_assets(&g));
    place_assets(&g);
    OQ_TRY(gather_skills(&g));
    double share = isnan(parameters->hours_share) ? HOURS_SHARE : parameters->hours_share;
    OQ_TRY(gather_crews(&g, share));
    OQ_TRY(gather_risks(&g));
    OQ_TRY(gather_windows(&g));
    OQ_TRY(gather_jobs(&g));
    OQ_TRY(gather_parts(&g));
    OQ_TRY(gather_after(&g));
    name_assets(&g);
    bound_by_money(&g);
    return NULL;
}
