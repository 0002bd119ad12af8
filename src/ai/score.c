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

typedef struct curve_point {
    double day;
    ai_chance chance;
} curve_point;

/* A point of four numbers; false: it is none. */
static bool take_point(const json_node *item, curve_point *ret_point)
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
    *ret_point = (curve_point){number[0], {number[1], number[2], number[3]}};
    return true;
}

static double between(double a, double b, double share)
{
    return a + (b - a) * share;
}

static ai_chance chance_between(const curve_point *a, const curve_point *b, double day)
{
    double share = b->day > a->day ? (day - a->day) / (b->day - a->day) : 1.0;
    return (ai_chance){between(a->chance.low, b->chance.low, share),
                       between(a->chance.mid, b->chance.mid, share),
                       between(a->chance.high, b->chance.high, share)};
}

ai_chance ai_curve_at(oq_arena *temp, oq_str curve, double day)
{
    ai_chance found = {NAN, NAN, NAN};
    oq_mark mark = oq_arena_mark(temp);
    oq_mark errors = oq_err_mark();
    const json_node *root;
    curve_point before, here;
    bool has_before = false;
    if (!oq_str_given(curve) || json_tree_parse(temp, curve, 3, &root) != NULL ||
        root->type != JSON_NODE_LIST)
        root = NULL;
    for (const json_node *item = root ? root->child : NULL; item; item = item->next) {
        if (!take_point(item, &here))
            break;
        if (here.day == day)
            found = here.chance;
        else if (has_before && before.day < day && here.day > day)
            found = chance_between(&before, &here, day);
        if (here.day >= day)
            break;
        before = here;
        has_before = true;
    }
    oq_err_rewind(errors);
    oq_arena_rewind(temp, mark);
    return found;
}
