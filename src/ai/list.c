/* Lists of assets with their scores, and of models. */
#include "ai/list.h"

#include <math.h>

const oq_choice ai_sort_choices[] = {
    {AI_BY_RISK, "risk"}, {AI_BY_HEALTH, "health"}, {AI_BY_PROBABILITY, "probability"}, {0}};

#define FIGURES(rec)                                                                               \
    OQ_TIME(rec, scored_at), OQ_CHOICE(rec, state, ai_state_choices),                              \
        OQ_F64(rec, health_score, .help = "0 to 100"), OQ_F64(rec, health_low),                    \
        OQ_F64(rec, health_high),                                                                  \
        OQ_F64(rec, failure_probability, .help = "within horizon_h, 0 to 1"),                      \
        OQ_F64(rec, failure_low), OQ_F64(rec, failure_high), OQ_F64(rec, horizon_h),               \
        OQ_F64(rec, rul_p10_h), OQ_F64(rec, rul_p50_h), OQ_F64(rec, rul_p90_h),                    \
        OQ_BOOL(rec, anomaly_flag), OQ_F64(rec, anomaly_score, .help = "0 to 1"),                  \
        OQ_F64(rec, production_risk_index, .help = "0 to 100"), OQ_TEXT(rec, top_mode)

const oq_field ai_asset_row_fields[] = {
    OQ_UUID(ai_asset_row, asset_id),
    OQ_UUID(ai_asset_row, site_id),
    OQ_UUID(ai_asset_row, class_id),
    OQ_TEXT(ai_asset_row, code),
    OQ_TEXT(ai_asset_row, name),
    OQ_TEXT(ai_asset_row, name_ar),
    OQ_TEXT(ai_asset_row, site_code),
    OQ_TEXT(ai_asset_row, class_code),
    OQ_CHOICE(ai_asset_row, criticality, criticality_choices),
    OQ_CHOICE(ai_asset_row, status, asset_status_choices),
    FIGURES(ai_asset_row),
    OQ_F64(ai_asset_row, rank, .is_hidden = true),
    OQ_FIELDS_END,
};
const oq_field ai_history_row_fields[] = {FIGURES(ai_history_row), OQ_FIELDS_END};

#define MODEL(TYPE, member, ...)                                                                   \
    {                                                                                              \
        .name = #member, .type = (TYPE), .offset = offsetof(ai_model_row, m.member), ##__VA_ARGS__ \
    }
const oq_field ai_model_row_fields[] = {
    MODEL(OQ_TYPE_UUID, id),
    MODEL(OQ_TYPE_CHOICE, kind, .choices = ai_kind_choices),
    MODEL(OQ_TYPE_UUID, class_id, .help = "of every asset of the class; or"),
    MODEL(OQ_TYPE_UUID, asset_id, .help = "of this asset alone"),
    OQ_TEXT(ai_model_row, class_code),
    OQ_TEXT(ai_model_row, class_name),
    OQ_TEXT(ai_model_row, class_name_ar),
    OQ_TEXT(ai_model_row, asset_code),
    OQ_TEXT(ai_model_row, asset_name),
    OQ_TEXT(ai_model_row, asset_name_ar),
    MODEL(OQ_TYPE_I64, number),
    MODEL(OQ_TYPE_CHOICE, state, .choices = ai_model_state_choices),
    MODEL(OQ_TYPE_BOOL, is_current),
    MODEL(OQ_TYPE_TIME, data_from, .help = "what it was fitted on"),
    MODEL(OQ_TYPE_TIME, data_to),
    MODEL(OQ_TYPE_TIME, split_at, .help = "fitted on what is before, judged on what is after"),
    MODEL(OQ_TYPE_I64, assets),
    MODEL(OQ_TYPE_I64, rows),
    MODEL(OQ_TYPE_I64, failures),
    MODEL(OQ_TYPE_F64, horizon_h, .help = "of: fails within"),
    MODEL(OQ_TYPE_JSON, metrics),
    MODEL(OQ_TYPE_JSON, reliability, .help = "bins: told, happened, count, with bounds"),
    MODEL(OQ_TYPE_JSON, features, .help = "most important first"),
    MODEL(OQ_TYPE_JSON, missing, .help = "what it would need"),
    MODEL(OQ_TYPE_JSON, drift, .help = "how far today's inputs are from what it learned from"),
    MODEL(OQ_TYPE_TIME, drift_at),
    MODEL(OQ_TYPE_TEXT, made_by),
    MODEL(OQ_TYPE_TIME, made_at),
    MODEL(OQ_TYPE_I64, took_us),
    OQ_FIELDS_END,
};

#include "ai_list.sql.h"

#include "base/banned.h"

static oq_str choice(const oq_choice *choices, int value)
{
    return value ? oq_cstr(oq_choice_text(choices, value)) : OQ_NONE;
}

oq_err *ai_assets_find(oq_scope *s, const ai_asset_filter *f, double after_rank, oq_uuid after_id,
                       size_t limit, ai_asset_rows *ret_rows)
{
    sql_ai_asset_list_rows rows;
    OQ_TRY(sql_ai_asset_list(
        s,
        (sql_ai_asset_list_args){
            .site_id = f->site_id,
            .class_id = f->class_id,
            .criticality = choice(criticality_choices, f->criticality),
            .state = choice(ai_state_choices, f->state),
            .anomaly = f->anomaly,
            .words = f->q.len ? plant_patterns(oq_scope_arena(s), f->q) : (oq_strs){0},
            .sort = choice(ai_sort_choices, f->sort ? f->sort : AI_BY_RISK),
            .after_rank = after_rank,
            .after_id = after_id,
            .limit = (int64_t)limit,
        },
        &rows));
    *ret_rows = (ai_asset_rows){rows.at, rows.count};
    return NULL;
}

static void take_figures(ai_asset_row *row, const ai_score *x)
{
    row->scored_at = x->scored_at;
    row->state = x->state;
    row->health_score = x->health_score;
    row->health_low = x->health_low;
    row->health_high = x->health_high;
    row->failure_probability = x->failure_probability;
    row->failure_low = x->failure_low;
    row->failure_high = x->failure_high;
    row->horizon_h = x->horizon_h;
    row->rul_p10_h = x->rul_p10_h;
    row->rul_p50_h = x->rul_p50_h;
    row->rul_p90_h = x->rul_p90_h;
    row->anomaly_flag = x->anomaly_flag;
    row->anomaly_score = x->anomaly_score;
    row->production_risk_index = x->production_risk_index;
    row->top_mode = x->top_mode;
}

oq_err *ai_asset_read(oq_scope *s, oq_uuid asset_id, oq_us at, ai_asset_row **ret_row,
                      ai_score **ret_score)
{
    sql_ai_asset_row_rows rows;
    OQ_TRY(sql_ai_asset_row(s, (sql_ai_asset_row_args){asset_id}, &rows));
    if (!rows.count)
        return oq_fail(OQ_NOT_FOUND, "asset.not_found");
    OQ_TRY(ai_score_of(s, asset_id, at, ret_score));
    if (*ret_score)
        take_figures(rows.at, *ret_score);
    *ret_row = rows.at;
    return NULL;
}

oq_err *ai_history_of(oq_scope *s, oq_uuid asset_id, oq_us from, oq_us to, size_t limit,
                      ai_history_rows *ret_rows)
{
    sql_ai_history_rows rows;
    OQ_TRY(sql_ai_history(s, (sql_ai_history_args){asset_id, from, to, (int64_t)limit}, &rows));
    *ret_rows = (ai_history_rows){rows.at, rows.count};
    return NULL;
}

oq_err *ai_models_find(oq_scope *s, const ai_model_filter *f, oq_us before_at, oq_uuid before_id,
                       size_t limit, ai_model_rows *ret_rows)
{
    sql_ai_model_list_rows rows;
    OQ_TRY(sql_ai_model_list(s,
                             (sql_ai_model_list_args){
                                 .kind = choice(ai_kind_choices, f->kind),
                                 .state = choice(ai_model_state_choices, f->state),
                                 .class_id = f->class_id,
                                 .asset_id = f->asset_id,
                                 .current = f->current,
                                 .before_at = before_at,
                                 .before_id = before_id,
                                 .limit = (int64_t)limit,
                             },
                             &rows));
    *ret_rows = (ai_model_rows){rows.at, rows.count};
    return NULL;
}

oq_err *ai_model_read(oq_scope *s, oq_uuid id, ai_model_row **ret_row)
{
    sql_ai_model_row_rows rows;
    OQ_TRY(sql_ai_model_row(s, (sql_ai_model_row_args){id}, &rows));
    if (!rows.count)
        return oq_fail(OQ_NOT_FOUND, "ai.model_not_found");
    *ret_row = rows.at;
    return NULL;
}
