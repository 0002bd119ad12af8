/* Models as they are stored, and which one is in use. */
#include "ai/model.h"

#include "ai/drift_of.h"
#include "ai/inner.h"
#include "audit/audit.h"
#include "plant/class.h"

const oq_choice ai_kind_choices[] = {
    {AI_LIFE, "life"}, {AI_FAILURE, "failure"}, {AI_RUL, "rul"}, {AI_ANOMALY, "anomaly"}, {0},
};

const oq_choice ai_model_state_choices[] = {
    {AI_MODEL_READY, "READY"},
    {AI_MODEL_NOT_ENOUGH, "NOT_ENOUGH"},
    {AI_MODEL_FAILED, "FAILED"},
    {0},
};

#define MODEL_FIELDS                                                                               \
    OQ_UUID(ai_model, id), OQ_CHOICE(ai_model, kind, ai_kind_choices),                             \
        OQ_UUID(ai_model, class_id, .help = "of every asset of the class; or"),                    \
        OQ_UUID(ai_model, asset_id, .help = "of this asset alone"), OQ_I64(ai_model, number),      \
        OQ_CHOICE(ai_model, state, ai_model_state_choices), OQ_BOOL(ai_model, is_current),         \
        OQ_TIME(ai_model, data_from, .help = "what it was fitted on"), OQ_TIME(ai_model, data_to), \
        OQ_TIME(ai_model, split_at, .help = "fitted on what is before, judged on what is after"),  \
        OQ_I64(ai_model, assets), OQ_I64(ai_model, rows), OQ_I64(ai_model, failures),              \
        OQ_F64(ai_model, horizon_h, .help = "of: fails within"), OQ_JSON(ai_model, metrics),       \
        OQ_JSON(ai_model, reliability, .help = "bins: told, happened, count, with bounds"),        \
        OQ_JSON(ai_model, features, .help = "most important first"),                               \
        OQ_JSON(ai_model, missing, .help = "what it would need"),                                  \
        OQ_JSON(ai_model, drift, .help = "how far today's inputs are from what it learned from"),  \
        OQ_TIME(ai_model, drift_at), OQ_TEXT(ai_model, made_by), OQ_TIME(ai_model, made_at),       \
        OQ_I64(ai_model, took_us)

const oq_field ai_model_fields[] = {MODEL_FIELDS, OQ_FIELDS_END};
const oq_field ai_model_stored_fields[] = {MODEL_FIELDS, OQ_BYTES(ai_model_stored, body),
                                           OQ_FIELDS_END};

#include "model.sql.h"

#include "base/banned.h"

static oq_str kind_text(int kind)
{
    return oq_cstr(oq_choice_text(ai_kind_choices, kind));
}

oq_err *ai_model_at(oq_scope *s, int kind, oq_uuid class_id, oq_uuid asset_id, oq_us at,
                    ai_model **ret_model, oq_str *ret_body)
{
    sql_ai_model_current_rows rows;
    OQ_TRY(sql_ai_model_current(
        s,
        (sql_ai_model_current_args){
            .kind = kind_text(kind), .class_id = class_id, .asset_id = asset_id, .at = at},
        &rows));
    *ret_model = rows.count ? &rows.at[0].m : NULL;
    *ret_body = rows.count ? rows.at[0].body : OQ_NONE;
    return NULL;
}

oq_err *ai_model_current(oq_scope *s, int kind, oq_uuid class_id, oq_uuid asset_id,
                         ai_model **ret_model, oq_str *ret_body)
{
    return ai_model_at(s, kind, class_id, asset_id, OQ_TIME_NONE, ret_model, ret_body);
}

oq_err *ai_models_own(oq_scope *s, oq_uuids asset_ids, oq_us at, ai_models_stored *ret_models)
{
    sql_ai_own_models_rows rows;
    OQ_TRY(sql_ai_own_models(s, (sql_ai_own_models_args){asset_ids, at}, &rows));
    *ret_models = (ai_models_stored){rows.at, rows.count};
    return NULL;
}

/* Of the owner and kind of `id`, all held; *ret_model is the one asked for. */
static oq_err *hold(oq_scope *s, oq_uuid id, sql_ai_model_hold_rows *ret_all, ai_model **ret_model)
{
    OQ_TRY(sql_ai_model_hold(s, (sql_ai_model_hold_args){.id = id}, ret_all));
    for (size_t i = 0; i < ret_all->count; i++)
        if (oq_uuid_eq(ret_all->at[i].id, id)) {
            *ret_model = &ret_all->at[i];
            return NULL;
        }
    return oq_fail(OQ_NOT_FOUND, "ai.model_not_found");
}

/* At most one of an owner and kind is in use, so the old one goes first. */
static oq_err *put_in_use(oq_scope *s, const sql_ai_model_hold_rows *all, oq_uuid id)
{
    for (size_t i = 0; i < all->count; i++)
        if (all->at[i].is_current && !oq_uuid_eq(all->at[i].id, id))
            OQ_TRY(sql_ai_model_set_current(
                s, (sql_ai_model_set_current_args){all->at[i].id, false, oq_now(s)}, NULL));
    return sql_ai_model_set_current(s, (sql_ai_model_set_current_args){id, true, oq_now(s)}, NULL);
}

oq_err *ai_model_use(oq_scope *s, oq_uuid id)
{
    sql_ai_model_hold_rows all;
    ai_model *m;
    OQ_TRY(hold(s, id, &all, &m));
    if (m->state != AI_MODEL_READY)
        return oq_fail(OQ_CONFLICT, "ai.model_not_ready");
    if (m->is_current)
        return NULL;
    OQ_TRY(put_in_use(s, &all, id));
    return audit_record(s, &(audit_entry){.action = "ai_model.used",
                                          .object_type = "ai_model",
                                          .object_id = id,
                                          .object_label = oq_strf(oq_scope_arena(s), "%.*s %lld",
                                                                  OQ_FMT(kind_text(m->kind)),
                                                                  (long long)m->number)});
}

oq_err *ai_model_add(oq_scope *s, ai_model_stored *io_model)
{
    ai_model *m = &io_model->m;
    sql_ai_model_add_rows rows;
    m->id = oq_uuid_new(oq_now(s));
    OQ_TRY(sql_ai_model_add(
        s,
        (sql_ai_model_add_args){
            .id = m->id,
            .kind = kind_text(m->kind),
            .class_id = m->class_id,
            .asset_id = m->asset_id,
            .state = oq_cstr(oq_choice_text(ai_model_state_choices, m->state)),
            .data_from = m->data_from,
            .data_to = m->data_to,
            .split_at = m->split_at,
            .assets = m->assets,
            .rows = m->rows,
            .failures = m->failures,
            .horizon_h = m->horizon_h,
            .metrics = oq_str_given(m->metrics) ? m->metrics : OQ_STR("{}"),
            .reliability = oq_str_given(m->reliability) ? m->reliability : OQ_STR("[]"),
            .features = oq_str_given(m->features) ? m->features : OQ_STR("[]"),
            .missing = oq_str_given(m->missing) ? m->missing : OQ_STR("[]"),
            .body = io_model->body,
            .made_by = m->made_by,
            .made_at = m->made_at,
            .took_us = m->took_us,
        },
        &rows));
    m->number = rows.at[0].number;
    if (!m->is_current)
        return NULL;
    sql_ai_model_hold_rows all;
    ai_model *held;
    OQ_TRY(hold(s, m->id, &all, &held));
    return put_in_use(s, &all, m->id);
}

oq_err *ai_drift_store(oq_scope *s, const ai_drift *d)
{
    if (oq_uuid_is_zero(d->model_id))
        return NULL;
    return sql_ai_model_drift(s, (sql_ai_model_drift_args){d->model_id, d->json, d->at}, NULL);
}

oq_err *ai_fit_ask(oq_scope *s, oq_uuid class_id, oq_uuid *ret_job)
{
    asset_class *of;
    oq_arena *arena = oq_scope_arena(s);
    OQ_TRY(asset_class_find(s, class_id, &of));
    if (!of)
        return oq_fail(OQ_NOT_FOUND, "ai.class_not_found");
    OQ_TRY(audit_record(s, &(audit_entry){.action = "ai_model.fit_asked",
                                          .object_type = "asset_class",
                                          .object_id = class_id,
                                          .object_label = of->code}));
    return job_add(s,
                   &(job_order){.kind = "ai.fit",
                                .key = oq_uuid_text(arena, class_id),
                                .is_unique = true,
                                .priority = 1},
                   ret_job);
}
