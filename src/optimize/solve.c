/* A problem's answer: the plan with its reasons, what each limit costs, and the order in which
 * assets want attention, planned or not. */
#include <math.h>

#include "optimize/inner.h"
#include "optimize/json_read.h"

#include "base/banned.h"

enum { DEPTH_MAX = 8, SHADOWS_TOLD = 20, CONFLICTS_TOLD = 50, LIMIT_MOVES = 50000 };

/* --- ranking ------------------------------------------------------------------------------------*/

/* What an asset's jobs would avoid within the horizon, and what they take. */
static void add_job(const optimize_inputs *in, size_t i, maintenance_priority_item *item)
{
    const maintenance_job *task = &in->problem.job[i];
    size_t days = (size_t)in->problem.days;
    item->missing |= task->missing;
    item->open_orders += !oq_uuid_is_zero(in->job[i].order_id);
    /* critical is 1 there, and the gravest here */
    int severity = in->job[i].priority ? 5 - in->job[i].priority : 0;
    item->severity_max = severity > item->severity_max ? severity : item->severity_max;
    if (task->missing)
        return;
    maintenance_cost left =
        maintenance_job_cost(&in->problem, (uint32_t)i, (maintenance_slot){-1, -1});
    double hours = (double)task->minutes * (task->days ? task->days : 1) / 60;
    double avoided = (double)(left.failure + left.carbon) -
                     (task->failure_cost ? (double)task->failure_cost[0] : 0) -
                     (task->carbon_cost ? (double)task->carbon_cost[0] : 0);
    double labour = in->problem.crews ? (double)in->problem.crew[0].cost_per_hour : 0;
    double work = (double)task->planned_cost + hours * labour +
                  (task->production_loss && days ? (double)task->production_loss[0] : 0);
    item->avoided_cost = (isnan(item->avoided_cost) ? 0 : item->avoided_cost) + avoided;
    item->work_hours = (isnan(item->work_hours) ? 0 : item->work_hours) + hours;
    item->work_cost = (isnan(item->work_cost) ? 0 : item->work_cost) + work;
}

static void rank(oq_arena *arena, const optimize_inputs *in, optimize_answer *a)
{
    size_t count = in->problem.assets;
    /* critical 5 ... low 2: of the five steps that the ranking knows */
    static const int step[] = {[CRITICALITY_CRITICAL] = 5,
                               [CRITICALITY_HIGH] = 4,
                               [CRITICALITY_MEDIUM] = 3,
                               [CRITICALITY_LOW] = 2};
    a->item = oq_new_n(arena, maintenance_priority_item, count);
    for (size_t i = 0; i < count; i++) {
        const optimize_asset_names *n = &in->asset[i];
        uint32_t place = 0;
        while (place + 1 < in->problem.sites && !oq_uuid_eq(in->site[place], n->site_id))
            place++;
        a->item[i] = (maintenance_priority_item){
            .site = place,
            .avoided_cost = NAN,
            .work_hours = NAN,
            .work_cost = NAN,
            .failure_probability = n->probability,
            .health = n->health,
            .rul_days = n->rul_days,
            .criticality =
                n->criticality > 0 && n->criticality <= CRITICALITY_LOW ? step[n->criticality] : 0,
            .production_impact = n->impact_factor,
        };
        if (isnan(n->probability))
            a->item[i].missing |= MAINTENANCE_MISSING_FAILURE_PROBABILITY;
    }
    for (size_t i = 0; i < in->problem.jobs; i++)
        add_job(in, i, &a->item[in->problem.job[i].asset]);
    double hour = maintenance_hour_cost(a->item, count);
    maintenance_rank(arena, a->item, count, hour > 0 ? hour : (double)NAN, &a->rank);
    maintenance_rank_sites(arena, a->item, count, hour > 0 ? hour : (double)NAN, &a->site,
                           &a->sites);
}

void optimize_solve(oq_arena *arena, const optimize_inputs *in, const maintenance_effort *effort,
                    optimize_answer *ret_answer)
{
    *ret_answer = (optimize_answer){0};
    maintenance_plan_solve(arena, &in->problem, effort, &ret_answer->plan);
    maintenance_plan_explain(arena, &in->problem, &ret_answer->plan, &ret_answer->reason);
    maintenance_effort each = {.seed = effort->seed,
                               .moves = LIMIT_MOVES,
                               .nodes = -1,
                               .go_on = effort->go_on,
                               .context = effort->context};
    maintenance_plan_limits(&in->problem, &ret_answer->plan, &each, ret_answer->limit);
    rank(arena, in, ret_answer);
}

/* --- writing ------------------------------------------------------------------------------------*/

static void put_cost(oq_json *j, const char *name, const maintenance_cost *c)
{
    oq_json_name(j, name);
    oq_json_object(j);
    oq_json_put(j, i64, "failure", c->failure);
    oq_json_put(j, i64, "planned", c->planned);
    oq_json_put(j, i64, "labour", c->labour);
    oq_json_put(j, i64, "production", c->production);
    oq_json_put(j, i64, "carbon", c->carbon);
    oq_json_put(j, i64, "move", c->move);
    oq_json_put(j, i64, "total", maintenance_cost_money(c));
    oq_json_object_end(j);
}

/* What was minimized, where weights make it another thing than money. */
static void put_weighted(oq_json *j, const maintenance_plan *plan)
{
    oq_json_name(j, "weighted");
    oq_json_object(j);
    oq_json_put(j, i64, "plan", plan->cost.total);
    oq_json_put(j, i64, "idle", plan->idle.total);
    oq_json_put(j, i64, "bound", plan->bound);
    oq_json_object_end(j);
}

static void put_choice(oq_json *j, const char *name, const oq_choice *choices, int value)
{
    oq_json_name(j, name);
    oq_json_text(j, oq_cstr(oq_choice_text(choices, value)));
}

void optimize_put_limit(oq_json *j, const optimize_inputs *in, const maintenance_limit_at *at)
{
    oq_json_object(j);
    put_choice(j, "limit", maintenance_limit_choices, (int)at->limit);
    if (at->day >= 0) {
        char day[OQ_DATE_TEXT];
        oq_date_format(in->from_day + at->day, day);
        oq_json_put(j, text, "day", oq_strn(day, sizeof day));
    }
    if (at->crew >= 0)
        oq_json_put(j, text, "crew", in->crew[at->crew].name);
    if (at->part >= 0)
        oq_json_put(j, text, "part", in->part[at->part]);
    if (at->job >= 0) {
        oq_json_put(j, text, "order", in->job[at->job].number);
        oq_json_put(j, text, "asset", in->asset[in->problem.job[at->job].asset].code);
    }
    if (at->short_by > 0)
        oq_json_put(j, i64, "short_by", at->short_by);
    oq_json_object_end(j);
}

static void put_limits(oq_json *j, const optimize_inputs *in, const char *name,
                       const maintenance_limit_at *limit, size_t limits)
{
    oq_json_name(j, name);
    oq_json_array(j);
    for (size_t i = 0; i < limits; i++)
        optimize_put_limit(j, in, &limit[i]);
    oq_json_array_end(j);
}

static void put_effort(oq_json *j, const maintenance_effort *e)
{
    oq_json_name(j, "effort");
    oq_json_object(j);
    oq_json_put(j, i64, "seed", (int64_t)e->seed);
    oq_json_put(j, i64, "moves", e->moves);
    oq_json_put(j, i64, "moves_stop", e->moves_stop);
    oq_json_put(j, i64, "bound_rounds", e->bound_rounds);
    oq_json_put(j, i64, "nodes", e->nodes);
    oq_json_object_end(j);
}

/* With weights it is no money, and nobody could say what it is. */
static void put_price_of_limits(oq_json *j, const optimize_inputs *in, const optimize_answer *a)
{
    oq_json_name(j, "limits");
    oq_json_array(j);
    for (size_t i = 0; i < MAINTENANCE_LIMIT_COUNT; i++) {
        if (!a->limit[i].is_used || in->problem.weights)
            continue;
        oq_json_object(j);
        put_choice(j, "limit", maintenance_limit_choices, (int)a->limit[i].limit);
        oq_json_put(j, i64, "costs_minor", a->limit[i].costs);
        oq_json_put(j, i64, "costs_most_minor", a->limit[i].costs_most);
        oq_json_put(j, i64, "planned", (int64_t)a->limit[i].planned);
        oq_json_object_end(j);
    }
    oq_json_array_end(j);
}

static void put_shadows(oq_json *j, const optimize_inputs *in, const maintenance_plan *plan)
{
    oq_json_name(j, "shadows");
    oq_json_array(j);
    for (size_t i = 0; !in->problem.weights && i < plan->shadows && i < SHADOWS_TOLD; i++) {
        oq_json_object(j);
        oq_json_name(j, "at");
        optimize_put_limit(j, in, &plan->shadow[i].at);
        oq_json_put(j, f64, "price_minor", plan->shadow[i].price);
        oq_json_object_end(j);
    }
    oq_json_array_end(j);
}

static void put_conflicts(oq_json *j, const optimize_inputs *in, const maintenance_plan *plan)
{
    oq_json_name(j, "conflicts");
    oq_json_array(j);
    for (size_t i = 0; i < plan->conflicts && i < CONFLICTS_TOLD; i++) {
        const maintenance_conflict *c = &plan->conflict[i];
        oq_json_object(j);
        oq_json_put(j, text, "order", in->job[c->job].number);
        oq_json_put(j, uuid, "order_id", in->job[c->job].order_id);
        oq_json_put(j, text, "asset", in->asset[in->problem.job[c->job].asset].code);
        put_limits(j, in, "limits", c->limit, c->limits);
        oq_json_object_end(j);
    }
    oq_json_array_end(j);
}

static void put_slots(oq_json *j, const maintenance_plan *plan, size_t jobs)
{
    oq_json_name(j, "slots");
    oq_json_array(j);
    for (size_t i = 0; i < jobs; i++) {
        oq_json_i64(j, plan->slot[i].day);
        oq_json_i64(j, plan->slot[i].crew);
    }
    oq_json_array_end(j);
}

void optimize_put_missing(oq_json *j, uint32_t missing)
{
    oq_json_name(j, "missing");
    oq_json_array(j);
    for (const oq_choice *c = maintenance_missing_choices; c->text; c++)
        if (missing & (uint32_t)c->value)
            oq_json_text(j, oq_cstr(c->text));
    oq_json_array_end(j);
}

static void put_ranks(oq_json *j, const optimize_inputs *in, const optimize_answer *a)
{
    oq_json_name(j, "assets");
    oq_json_array(j);
    for (size_t i = 0; i < in->problem.assets && i < OPTIMIZE_ADVICE_MAX; i++) {
        const maintenance_priority *p = &a->rank[i];
        const maintenance_priority_item *item = &a->item[p->item];
        const optimize_asset_names *n = &in->asset[p->item];
        oq_json_object(j);
        oq_json_put(j, i64, "rank", p->rank);
        oq_json_put(j, uuid, "asset_id", n->id);
        oq_json_put(j, text, "code", n->code);
        oq_json_put(j, text, "name", n->name);
        oq_json_put(j, text, "name_ar", n->name_ar);
        oq_json_put(j, uuid, "site_id", n->site_id);
        put_choice(j, "criticality", criticality_choices, n->criticality);
        oq_json_put(j, f64, "score", p->score);
        oq_json_put(j, f64, "avoided_minor", item->avoided_cost);
        oq_json_put(j, f64, "work_hours", item->work_hours);
        oq_json_put(j, f64, "work_minor", item->work_cost);
        oq_json_put(j, f64, "failure_probability", n->probability);
        oq_json_put(j, f64, "health", n->health);
        oq_json_put(j, f64, "rul_days", n->rul_days);
        oq_json_put(j, f64, "impact_factor", n->impact_factor);
        oq_json_put(j, f64, "risk_index", n->risk);
        oq_json_put(j, i64, "open_orders", item->open_orders);
        oq_json_put(j, i64, "severity_max", item->severity_max);
        optimize_put_missing(j, item->missing);
        oq_json_object_end(j);
    }
    oq_json_array_end(j);
    oq_json_name(j, "sites");
    oq_json_array(j);
    for (size_t i = 0; i < a->sites; i++) {
        oq_json_object(j);
        oq_json_put(j, i64, "rank", a->site[i].rank);
        oq_json_put(j, uuid, "site_id", in->site[a->site[i].site]);
        oq_json_put(j, f64, "score", a->site[i].score);
        oq_json_put(j, f64, "avoided_minor", a->site[i].avoided_cost);
        oq_json_put(j, f64, "work_hours", a->site[i].work_hours);
        oq_json_put(j, i64, "assets", (int64_t)a->site[i].items);
        oq_json_put(j, i64, "unpriced", (int64_t)a->site[i].unpriced);
        oq_json_object_end(j);
    }
    oq_json_array_end(j);
}

oq_err *optimize_answer_write(oq_arena *arena, const optimize_inputs *in, const optimize_answer *a,
                              oq_str *ret_json)
{
    OQ_AUTO(oq_buf) buf = oq_buf_make(OPTIMIZE_JSON_MAX);
    oq_json j = oq_json_to(&buf);
    oq_json_object(&j);
    put_choice(&j, "status", maintenance_status_choices, (int)a->plan.status);
    put_cost(&j, "cost", &a->plan.cost);
    put_cost(&j, "idle", &a->plan.idle);
    if (!in->problem.weights)
        oq_json_put(&j, i64, "bound", a->plan.bound);
    oq_json_put(&j, f64, "gap", a->plan.gap);
    oq_json_put(&j, i64, "planned", (int64_t)a->plan.planned);
    oq_json_put(&j, i64, "left_out", (int64_t)a->plan.left_out);
    oq_json_put(&j, i64, "unknown", (int64_t)a->plan.unknown);
    oq_json_put(&j, i64, "took_us", a->plan.took);
    put_effort(&j, &a->plan.effort);
    put_price_of_limits(&j, in, a);
    if (in->problem.weights)
        put_weighted(&j, &a->plan);
    put_shadows(&j, in, &a->plan);
    put_conflicts(&j, in, &a->plan);
    put_slots(&j, &a->plan, in->problem.jobs);
    put_ranks(&j, in, a);
    oq_json_object_end(&j);
    if (buf.overflow)
        return optimize_too_large(in);
    *ret_json = oq_str_copy(arena, oq_buf_view(&buf));
    return NULL;
}

/* --- reading ------------------------------------------------------------------------------------*/

oq_err *optimize_answer_effort(oq_arena *arena, oq_str result, maintenance_effort *ret_effort)
{
    json_reader r = {.arena = arena};
    const json_node *root;
    OQ_TRY(json_tree_parse(arena, result, DEPTH_MAX, &root));
    const json_node *e = root->type == JSON_NODE_OBJECT ? json_tree_member(root, "effort") : NULL;
    *ret_effort = (maintenance_effort){
        .seed = (uint64_t)json_read_i64(&r, e, "seed"),
        .moves = json_read_i64(&r, e, "moves"),
        .moves_stop = json_read_i64(&r, e, "moves_stop"),
        .bound_rounds = (int32_t)json_read_i64(&r, e, "bound_rounds"),
        .nodes = json_read_i64(&r, e, "nodes"),
    };
    return r.is_broken ? oq_fail(OQ_INTERNAL, "optimize.result_broken") : NULL;
}

oq_err *optimize_answer_slots(oq_arena *arena, oq_str result, maintenance_slot **ret_slot,
                              size_t *ret_count)
{
    json_reader r = {.arena = arena};
    const json_node *root;
    size_t count;
    OQ_TRY(json_tree_parse(arena, result, DEPTH_MAX, &root));
    int64_t *x = json_read_i64s(&r, root, "slots", &count);
    *ret_slot = oq_new_n(arena, maintenance_slot, count / 2);
    *ret_count = count / 2;
    for (size_t i = 0; i + 1 < count; i += 2)
        (*ret_slot)[i / 2] = (maintenance_slot){(int32_t)x[i], (int32_t)x[i + 1]};
    return r.is_broken ? oq_fail(OQ_INTERNAL, "optimize.result_broken") : NULL;
}
