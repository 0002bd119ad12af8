/* Scores as they are stored, and what others ask of them. */
#include "ai/score.h"

#include <math.h>

#include "quant/json_tree.h"

const oq_choice ai_state_choices[] = {
    {AI_ENOUGH, "ENOUGH"},
    {AI_PARTIAL, "PARTIAL"},
    {AI_NOT_ENOUGH, "NOT_ENOUGH"},
    {0},
};

const oq_field ai_score_fields[] = {
    OQ_UUID(ai_score, asset_id),
    OQ_TIME(ai_score, scored_at, .help = "it rests on what was known by then"),
    OQ_CHOICE(ai_score, state, ai_state_choices),
    OQ_F64(ai_score, health_score, .help = "0 to 100"),
    OQ_F64(ai_score, health_low, .help = "the least that missing inputs leave open"),
    OQ_F64(ai_score, health_high),
    OQ_F64(ai_score, failure_probability, .help = "within horizon_h, 0 to 1"),
    OQ_F64(ai_score, failure_low),
    OQ_F64(ai_score, failure_high),
    OQ_F64(ai_score, horizon_h),
    OQ_F64(ai_score, rul_p10_h, .help = "hours until one in ten such assets has failed"),
    OQ_F64(ai_score, rul_p50_h),
    OQ_F64(ai_score, rul_p90_h),
    OQ_BOOL(ai_score, anomaly_flag),
    OQ_F64(ai_score, anomaly_score, .help = "0 to 1; not given: not known"),
    OQ_F64(ai_score, production_risk_index, .help = "0 to 100"),
    OQ_TEXT(ai_score, top_mode, .help = "failure mode or component that is likeliest to fail"),
    OQ_JSON(ai_score, curve, .help = "[day, low, mid, high]: failed by then"),
    OQ_JSON(ai_score, detail, .help = "contributors, missing, failure, rul, anomaly, risk"),
    OQ_JSON(ai_score, models, .help = "what it was made with"),
    OQ_FIELDS_END,
};

#include "score.sql.h"

#include "base/banned.h"

oq_err *ai_scores_of(oq_scope *s, const oq_uuid *asset_id, size_t count, oq_uuid site_id, oq_us at,
                     ai_scores *ret_scores)
{
    oq_uuids of = {(oq_uuid *)asset_id, count};
    if (at == OQ_TIME_NONE) {
        sql_ai_scores_latest_rows rows;
        OQ_TRY(sql_ai_scores_latest(
            s, (sql_ai_scores_latest_args){.assets = of, .site_id = site_id}, &rows));
        *ret_scores = (ai_scores){rows.at, rows.count};
        return NULL;
    }
    sql_ai_scores_at_rows rows;
    OQ_TRY(sql_ai_scores_at(
        s, (sql_ai_scores_at_args){.assets = of, .site_id = site_id, .at = at}, &rows));
    *ret_scores = (ai_scores){rows.at, rows.count};
    return NULL;
}

oq_err *ai_score_of(oq_scope *s, oq_uuid asset_id, oq_us at, ai_score **ret_score)
{
    ai_scores scores;
    OQ_TRY(ai_scores_of(s, &asset_id, 1, OQ_UUID_ZERO, at, &scores));
    *ret_score = scores.count ? scores.at : NULL;
    return NULL;
}

/* --- the curve ---------------------------------------------------------------------------------*/

/* A point of four numbers; false: it is none. */
static bool take_point(const json_node *item, ai_curve_point *ret_point)
{
    double number[4];
    size_t n = 0;
    if (item->type != JSON_NODE_LIST || item->count != 4)
        return false;
    for (const json_node *v = item->child; v; v = v->next) {
        if (v->type != JSON_NODE_NUMBER)
            return false;
        number[n++] = v->number;
    }
    *ret_point = (ai_curve_point){number[0], {number[1], number[2], number[3]}};
    return true;
}

static double between(double a, double b, double share)
{
    return a + (b - a) * share;
}

static ai_chance chance_between(const ai_curve_point *a, const ai_curve_point *b, double day)
{
    double share = b->day > a->day ? (day - a->day) / (b->day - a->day) : 1.0;
    return (ai_chance){between(a->chance.low, b->chance.low, share),
                       between(a->chance.mid, b->chance.mid, share),
                       between(a->chance.high, b->chance.high, share)};
}

ai_curve ai_curve_read(oq_arena *arena, oq_str json)
{
    oq_mark errors = oq_err_mark();
    const json_node *root;
    if (!oq_str_given(json) || json_tree_parse(arena, json, 3, &root) != NULL ||
        root->type != JSON_NODE_LIST) {
        oq_err_rewind(errors);
        return (ai_curve){0};
    }
    ai_curve_point *point = oq_new_n(arena, ai_curve_point, root->count);
    size_t points = 0;
    for (const json_node *item = root->child; item && take_point(item, &point[points]);
         item = item->next)
        points++;
    return (ai_curve){point, points};
}

ai_chance ai_curve_at(const ai_curve *curve, double day)
{
    for (size_t i = 0; i < curve->points && !(curve->point[i].day > day); i++) {
        if (curve->point[i].day == day)
            return curve->point[i].chance;
        if (i + 1 < curve->points && curve->point[i].day < day && curve->point[i + 1].day > day)
            return chance_between(&curve->point[i], &curve->point[i + 1], day);
    }
    return (ai_chance){NAN, NAN, NAN};
}

static double given_whole(double failed, double before)
{
    double chance = before < 1 ? (failed - before) / (1 - before) : NAN;
    return isnan(chance) ? chance : fmin(1, fmax(0, chance));
}

ai_chance ai_curve_within(const ai_curve *curve, double age, double day)
{
    ai_chance before = ai_curve_at(curve, age), then = ai_curve_at(curve, age + day);
    ai_chance c = {given_whole(then.low, before.low), given_whole(then.mid, before.mid),
                   given_whole(then.high, before.high)};
    /* Each bound given that it holds: of a curve that gets flatter they may cross. */
    if (c.low > c.mid)
        c.low = c.mid;
    if (c.high < c.mid)
        c.high = c.mid;
    return c;
}
