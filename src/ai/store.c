/* Scores that are stored, and what is told of them. */
#include "ai/store.h"

#include <math.h>

#include "ai/tell.h"

#include "ai_store.sql.h"

#include "base/banned.h"

static const double health_margin = 5, probability_margin = 0.8;

int ai_standing_after(const tenant_settings *settings, const ai_score *x, int before)
{
    int now = 0;
    double health_limit = settings->ai_health_below, chance_limit = settings->ai_probability_from;
    if (before & AI_STANDS_HEALTH) /* a figure that is not known any more ends nothing */
        health_limit += health_margin;
    if (before & AI_STANDS_FAILURE)
        chance_limit *= probability_margin;
    if (isnan(x->health_score) ? before & AI_STANDS_HEALTH : x->health_score < health_limit)
        now |= AI_STANDS_HEALTH;
    if (isnan(x->failure_probability) ? before & AI_STANDS_FAILURE
                                      : x->failure_probability >= chance_limit)
        now |= AI_STANDS_FAILURE;
    if (isnan(x->anomaly_score) ? before & AI_STANDS_ANOMALY : x->anomaly_flag)
        now |= AI_STANDS_ANOMALY;
    return now;
}

/* --- columns -------------------------------------------------------------------------------------*/

typedef struct columns {
    oq_uuids id;
    oq_strs state, mode, curve, detail, models;
    double *number[11];
    int32_t *flag, *standing;
} columns;

static columns make_columns(oq_arena *arena, size_t count)
{
    columns c = {.id = {oq_new_n(arena, oq_uuid, count), count},
                 .flag = oq_new_n(arena, int32_t, count),
                 .standing = oq_new_n(arena, int32_t, count)};
    oq_strs *text[] = {&c.state, &c.mode, &c.curve, &c.detail, &c.models};
    for (size_t i = 0; i < OQ_COUNT(text); i++)
        *text[i] = (oq_strs){oq_new_n(arena, oq_str, count), count};
    for (size_t i = 0; i < OQ_COUNT(c.number); i++)
        c.number[i] = oq_new_n(arena, double, count);
    return c;
}

static void put(columns *c, size_t i, const ai_score *x, int standing)
{
    const double number[] = {
        x->health_score, x->health_low, x->health_high, x->failure_probability,
        x->failure_low,  x->failure_high, x->horizon_h, x->rul_p10_h,
        x->rul_p50_h,    x->rul_p90_h,    x->anomaly_score,
    };
    c->id.at[i] = x->asset_id;
    c->state.at[i] = oq_cstr(oq_choice_text(ai_state_choices, x->state));
    c->mode.at[i] = x->top_mode;
    c->curve.at[i] = x->curve;
    c->detail.at[i] = x->detail;
    c->models.at[i] = x->models;
    c->flag[i] = x->anomaly_flag;
    c->standing[i] = standing;
    for (size_t k = 0; k < OQ_COUNT(number); k++)
        c->number[k][i] = number[k];
}

static oq_err *insert(oq_scope *s, const columns *c, const double *risk, oq_us at, size_t count)
{
#define NUMBERS(k) ((db_f64s){c->number[k], count})
    return sql_ai_scores_put(
        s,
        (sql_ai_scores_put_args){
            .at = at,
            .asset_ids = c->id,
            .states = c->state,
            .health = NUMBERS(0),
            .health_low = NUMBERS(1),
            .health_high = NUMBERS(2),
            .failure = NUMBERS(3),
            .failure_low = NUMBERS(4),
            .failure_high = NUMBERS(5),
            .horizon = NUMBERS(6),
            .p10 = NUMBERS(7),
            .p50 = NUMBERS(8),
            .p90 = NUMBERS(9),
            .flags = {c->flag, count},
            .anomaly = NUMBERS(10),
            .risk = {(double *)risk, count},
            .modes = c->mode,
            .curves = c->curve,
            .details = c->detail,
            .models = c->models,
            .standing = {c->standing, count},
        },
        NULL);
#undef NUMBERS
}

/* --- storing -------------------------------------------------------------------------------------*/

/* What held of each before; 0 of one that is new. */
static oq_err *standing_before(oq_scope *s, const ai_score *score, size_t count, int *ret_before)
{
    oq_uuids ids = {oq_new_n(oq_scope_arena(s), oq_uuid, count), count};
    sql_ai_standing_rows rows;
    for (size_t i = 0; i < count; i++)
        ids.at[i] = score[i].asset_id;
    OQ_TRY(sql_ai_standing(s, (sql_ai_standing_args){ids}, &rows));
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < rows.count; k++)
            if (oq_uuid_eq(rows.at[k].asset_id, score[i].asset_id))
                ret_before[i] = (int)rows.at[k].standing;
    OQ_TRY(sql_ai_scores_old(s, (sql_ai_scores_old_args){ids, score[0].scored_at}, NULL));
    return NULL;
}

oq_err *ai_scores_store(oq_scope *s, const ai_score *score, size_t count, oq_uuid run_id,
                        size_t *ret_told)
{
    oq_arena *arena = oq_scope_arena(s);
    tenant_settings *settings;
    *ret_told = 0;
    if (!count)
        return NULL;
    OQ_TRY(tenant_settings_get(s, &settings));
    int *before = oq_new_n(arena, int, count);
    OQ_TRY(standing_before(s, score, count, before));
    columns c = make_columns(arena, count);
    double *risk = oq_new_n(arena, double, count);
    ai_news *news = oq_new_n(arena, ai_news, count);
    size_t newses = 0;
    for (size_t i = 0; i < count; i++) {
        int now = ai_standing_after(settings, &score[i], before[i]);
        put(&c, i, &score[i], now);
        risk[i] = score[i].production_risk_index;
        if (now & ~before[i])
            news[newses++] = (ai_news){&score[i], now & ~before[i]};
    }
    OQ_TRY(insert(s, &c, risk, score[0].scored_at, count));
    return ai_tell(s, news, newses, run_id, ret_told);
}
