/* How well is it? What speaks for and against, and what is not known. */
#include <math.h>

#include "ai/make.h"
#include "quant/health.h"
#include "workorder/work_order.h"

#include "base/banned.h"

enum { CONTRIBUTORS_MAX = AI_SIGNALS_MAX + HEALTH_PART_END };
#define FRESH (2 * OQ_HOUR) /* a value that is not older is of now */


typedef struct assessing {
    const ai_asset *a;
    health_contributor at[CONTRIBUTORS_MAX];
    size_t count;
} assessing;

static health_contributor *add(assessing *h, int part, double score)
{
    health_contributor *c = &h->at[h->count++];
    *c = (health_contributor){
        .part = part, .input = isnan(score) ? HEALTH_MISSING : HEALTH_GOOD, .score = score};
    return c;
}

/* --- limits --------------------------------------------------------------------------------------*/

static bool has_limits(const ai_signal *g)
{
    return !isnan(g->low_low) || !isnan(g->low) || !isnan(g->high) || !isnan(g->high_high);
}

/* The newest hour with a good value; NaN: none in the grid. */
static double newest_value(const ai_asset *a, const ai_signal *g, oq_us *ret_at)
{
    for (size_t k = a->grid.count; g->bucket && k--;) {
        double mean = aggregate_mean(&g->bucket[k]);
        if (isnan(mean) && g->bucket[k].good)
            mean = g->bucket[k].sum / (double)g->bucket[k].good;
        if (isnan(mean))
            continue;
        *ret_at = a->grid.edge[k + 1];
        return mean;
    }
    *ret_at = OQ_TIME_NONE;
    return NAN;
}

static int compare_doubles(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

/* Where it usually is: the median of its hours. */
static double usual_value(oq_arena *temp, const ai_asset *a, const ai_signal *g)
{
    double *value = oq_new_n(temp, double, a->grid.count);
    size_t count = 0;
    for (size_t k = 0; g->bucket && k < a->grid.count; k++) {
        value[count] = aggregate_mean(&g->bucket[k]);
        count += !isnan(value[count]);
    }
    qsort(value, count, sizeof *value, compare_doubles);
    return count ? value[count / 2] : (double)NAN;
}

/* A usual value beyond its own limit is no measure of what is normal. */
static double normal_within(double usual, const ai_signal *g)
{
    double high = isnan(g->high) ? g->high_high : g->high, low = isnan(g->low) ? g->low_low : g->low;
    return usual >= high || usual <= low ? (double)NAN : usual;
}

static void add_limits(oq_arena *temp, assessing *h)
{
    for (size_t i = 0; i < h->a->signals; i++) {
        const ai_signal *g = &h->a->signal[i];
        oq_us at;
        if (!has_limits(g) || g->is_state)
            continue;
        oq_mark mark = oq_arena_mark(temp);
        double value = newest_value(h->a, g, &at);
        health_limits limits = {.low_low = g->low_low,
                                .low = g->low,
                                .high = g->high,
                                .high_high = g->high_high,
                                .good = NAN,
                                .normal = normal_within(usual_value(temp, h->a, g), g)};
        health_contributor *c = add(h, HEALTH_LIMITS, health_score_limits(value, &limits));
        c->name = g->metric;
        if (!isnan(c->score) && h->a->at - at > FRESH)
            c->input = HEALTH_STALE;
        oq_arena_rewind(temp, mark);
    }
    if (!h->count)
        add(h, HEALTH_LIMITS, NAN);
}

/* --- work ----------------------------------------------------------------------------------------*/

static bool is_of(const ai_order *o, bool inspections)
{
    return inspections ? o->kind == WORK_INSPECTION
                       : o->kind == WORK_PREVENTIVE || o->kind == WORK_PREDICTIVE;
}

/* Days overdue of the open ones; an asset that never had any is not in time, it is not known. */
static double score_due(oq_arena *temp, const ai_asset *a, bool inspections)
{
    health_due *due = oq_new_n(temp, health_due, a->orders + 1);
    size_t count = 0, seen = 0;
    for (size_t i = 0; i < a->orders; i++) {
        const ai_order *o = &a->order[i];
        if (!is_of(o, inspections) || o->is_cancelled)
            continue;
        seen++;
        if (o->done_at == OQ_TIME_NONE && o->due_at != OQ_TIME_NONE)
            due[count++] =
                (health_due){(double)(a->at - o->due_at) / (double)OQ_DAY, (double)NAN};
    }
    if (!seen)
        return NAN;
    if (!count)
        due[count++] = (health_due){0, (double)NAN};
    return health_score_overdue(due, count);
}

static double score_orders(const ai_asset *a)
{
    size_t open[HEALTH_PRIORITIES] = {0};
    for (size_t i = 0; i < a->orders; i++)
        if (a->order[i].done_at == OQ_TIME_NONE && !a->order[i].is_cancelled &&
            a->order[i].priority >= 1 && a->order[i].priority <= HEALTH_PRIORITIES)
            open[a->order[i].priority - 1]++;
    return health_score_orders(open);
}

static double score_alarms(oq_arena *temp, const ai_asset *a)
{
    health_alarm *alarm = oq_new_n(temp, health_alarm, a->alerts);
    for (size_t i = 0; i < a->alerts; i++) {
        oq_us ended = a->alert[i].cleared_at;
        alarm[i] = (health_alarm){
            .priority = a->alert[i].priority,
            .ended_d = ended == OQ_TIME_NONE ? 0 : (double)(a->at - ended) / (double)OQ_DAY};
    }
    return health_score_alarms(alarm, a->alerts);
}

/* The part that has used up most of what its kind lives. */
static double score_age(const ai_prospects *all)
{
    double worst = NAN;
    for (size_t i = 0; i < all->count; i++) {
        const ai_prospect *p = &all->at[i];
        if (p->fit && p->age.is_known)
            worst = fmin(worst, health_score_age(p->age.hours, weibull_mean(p->fit->at)));
    }
    return worst;
}

/* --- telling -------------------------------------------------------------------------------------*/

static const ai_signal *signal_by_metric(const ai_asset *a, const health_contributor *c)
{
    for (size_t i = 0; c->name.len && i < a->signals; i++)
        if (oq_str_eq(a->signal[i].metric, c->name))
            return &a->signal[i];
    return NULL;
}

static void put_limit_facts(oq_json *j, const ai_asset *a, const ai_signal *g)
{
    oq_us at;
    oq_json_put(j, text, "metric", g->metric);
    oq_json_put(j, text, "name", g->name);
    oq_json_put(j, text, "name_ar", g->name_ar);
    oq_json_put(j, text, "unit", g->unit);
    oq_json_put(j, f64, "value", newest_value(a, g, &at));
    oq_json_put(j, time, "value_at", at);
    oq_json_put(j, f64, "low_low", g->low_low);
    oq_json_put(j, f64, "low", g->low);
    oq_json_put(j, f64, "high", g->high);
    oq_json_put(j, f64, "high_high", g->high_high);
    oq_json_put(j, text, "limit_source", g->limit_source);
}

static void put_facts(oq_json *j, const ai_asset *a, const ai_score *score,
                      const health_contributor *c)
{
    const ai_signal *g = signal_by_metric(a, c);
    size_t open = 0, standing = 0;
    for (size_t i = 0; i < a->orders; i++)
        open += a->order[i].done_at == OQ_TIME_NONE && !a->order[i].is_cancelled;
    for (size_t i = 0; i < a->alerts; i++)
        standing += a->alert[i].cleared_at == OQ_TIME_NONE;
    oq_json_key(j, OQ_STR("facts"));
    oq_json_object(j);
    if (g)
        put_limit_facts(j, a, g);
    if (c->part == HEALTH_FAILURE)
        oq_json_put(j, f64, "probability", score->failure_probability);
    if (c->part == HEALTH_ANOMALY)
        oq_json_put(j, f64, "anomaly", score->anomaly_score);
    if (c->part == HEALTH_ORDERS)
        oq_json_put(j, i64, "open", (int64_t)open);
    if (c->part == HEALTH_ALARMS)
        oq_json_put(j, i64, "standing", (int64_t)standing);
    oq_json_object_end(j);
}

static oq_str tell(oq_arena *arena, const assessing *h, const ai_score *score)
{
    OQ_AUTO(oq_buf) out = oq_buf_make(AI_JSON_MAX);
    oq_json j = oq_json_to(&out);
    oq_json_array(&j);
    for (size_t i = 0; i < h->count; i++) {
        const health_contributor *c = &h->at[i];
        oq_json_object(&j);
        oq_json_put(&j, text, "code", oq_cstr(oq_choice_text(health_part_choices, c->part)));
        oq_json_put(&j, f64, "score", c->counted);
        oq_json_put(&j, f64, "weight", c->share);
        oq_json_put(&j, f64, "loss", c->loss);
        oq_json_put(&j, text, "state", oq_cstr(oq_choice_text(health_input_choices, c->input)));
        put_facts(&j, h->a, score, c);
        oq_json_object_end(&j);
    }
    oq_json_array_end(&j);
    return oq_str_copy(arena, oq_buf_view(&out));
}

static void tell_missing(oq_arena *arena, const assessing *h, ai_score *io_score)
{
    static const char *const code[HEALTH_PART_END] = {
        [HEALTH_LIMITS] = "no_limits",           [HEALTH_INSPECTIONS] = "no_inspections",
        [HEALTH_MAINTENANCE] = "no_maintenance", [HEALTH_AGE] = "no_age",
    };
    for (size_t i = 0; i < h->count; i++) {
        const health_contributor *c = &h->at[i];
        if (c->input == HEALTH_GOOD)
            continue;
        if (c->part == HEALTH_LIMITS && c->name.len)
            ai_detail_miss(arena, io_score,
                           c->input == HEALTH_STALE ? "signal_silent" : "signal_no_samples",
                           &(oq_arg){"metric", c->name}, 1);
        else if (code[c->part])
            ai_detail_miss(arena, io_score, code[c->part], NULL, 0);
    }
    for (size_t i = 0; i < h->a->signals; i++)
        if (!h->a->signal[i].unit_fits)
            ai_detail_miss(arena, io_score, "signal_unit_other",
                           &(oq_arg){"metric", h->a->signal[i].metric}, 1);
}

/* --- all of it -----------------------------------------------------------------------------------*/

static void collect(oq_arena *temp, assessing *h, const ai_prospects *all, const ai_score *score)
{
    add_limits(temp, h);
    add(h, HEALTH_FAILURE, health_score_failure(score->failure_probability));
    add(h, HEALTH_ANOMALY, health_score_anomaly(score->anomaly_score));
    add(h, HEALTH_INSPECTIONS, score_due(temp, h->a, true));
    add(h, HEALTH_MAINTENANCE, score_due(temp, h->a, false));
    add(h, HEALTH_ORDERS, score_orders(h->a));
    add(h, HEALTH_ALARMS, score_alarms(temp, h->a));
    add(h, HEALTH_AGE, score_age(all));
}

oq_err *compute_health_score(oq_arena *arena, const ai_asset *a, ai_score *io_score)
{
    assessing h = {.a = a};
    ai_prospects all;
    health found;
    OQ_TRY(ai_prospects_of(arena, a, &all));
    collect(arena, &h, &all, io_score);
    OQ_TRY(health_assess(h.at, h.count, &found));
    io_score->health_score = found.score;
    io_score->health_low = found.low;
    io_score->health_high = found.high;
    ai_detail_put(arena, io_score, "contributors", tell(arena, &h, io_score));
    int state = io_score->state;
    tell_missing(arena, &h, io_score);
    /* The band says it; an answer that rests on four fifths of its inputs is one. */
    io_score->state = found.state == HEALTH_ENOUGH ? state : AI_PARTIAL;
    return NULL;
}
