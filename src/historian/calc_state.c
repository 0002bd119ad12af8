/* How a calculated series fares: what it is computed up to, and why it fails when it does. */
#include "audit/audit.h"
#include "base/facts.h"
#include "historian/calc_inner.h"
#include "http/request.h"
#include "notify/notify.h"

#include "calc.sql.h"

#include "base/banned.h"

const oq_choice calc_status_choices[] = {
    {CALC_NONE, "none"}, {CALC_OK, "ok"}, {CALC_FAILING, "failing"}, {0, NULL}};

const oq_field calc_state_fields[] = {
    OQ_CHOICE(calc_state, status, calc_status_choices, .help = "none: it is not calculated"),
    OQ_TIME(calc_state, failing_since),
    OQ_TIME(calc_state, failed_at, .help = "The last time"),
    OQ_TEXT(calc_state, error_code),
    OQ_JSON(calc_state, error_facts),
    OQ_TEXT(calc_state, error_ar, .help = "Why, in Arabic"),
    OQ_TEXT(calc_state, error_en, .help = "Why, in English"),
    OQ_TIME(calc_state, computed_until, .help = "Of the newest result; null: there is none"),
    OQ_TIME(calc_state, inputs_until, .help = "Of the newest input that was computed with"),
    OQ_FIELDS_END,
};

/* --- writing ----------------------------------------------------------------------------------*/

/* Of a failure, for the audit. */
typedef struct calc_why {
    oq_str error_code;
} calc_why;
static const oq_field calc_why_fields[] = {OQ_TEXT(calc_why, error_code), OQ_FIELDS_END};

static oq_err *tell_first(oq_scope *s, const calc_failing *of, const oq_err *why)
{
    oq_arena *arena = oq_scope_arena(s);
    calc_why what = {oq_cstr(why->code)};
    oq_arg facts[] = {{"key", of->key}};
    OQ_TRY(audit_record(
        s, &(audit_entry){.action = "series.calculation_failing",
                          .object_type = "series",
                          .object_id = of->id,
                          .object_label = of->key,
                          .changes = audit_changes(arena, calc_why_fields, NULL, &what)}));
    return notify_role(s, ROLE_TENANT_ADMIN,
                       &(notify_order){.type = "series.calculation_failing",
                                       .fact = facts,
                                       .fact_count = OQ_COUNT(facts),
                                       .entity_type = "series",
                                       .entity_id = oq_uuid_text(arena, of->id)});
}

oq_err *calc_fails(oq_scope *s, const calc_failing *of, const oq_err *why)
{
    size_t added;
    oq_str facts = oq_facts_json(oq_scope_arena(s), why->arg, why->arg_count);
    OQ_TRY(sql_calc_fails_first(s,
                                (sql_calc_fails_first_args){.series_no = of->no,
                                                            .now = oq_now(s),
                                                            .error_code = oq_cstr(why->code),
                                                            .error_facts = facts},
                                &added));
    if (added)
        return tell_first(s, of, why);
    return sql_calc_fails_again(s,
                                (sql_calc_fails_again_args){.series_no = of->no,
                                                            .now = oq_now(s),
                                                            .error_code = oq_cstr(why->code),
                                                            .error_facts = facts},
                                NULL);
}

oq_err *calc_works(oq_scope *s, const int32_t *no, size_t count)
{
    if (!count)
        return NULL;
    return sql_calc_works(s, (sql_calc_works_args){.series_nos = {(int32_t *)(uintptr_t)no, count}},
                          NULL);
}

/* --- reading ----------------------------------------------------------------------------------*/

oq_err *calc_state_get(oq_scope *s, const series *e, calc_state *ret_state)
{
    oq_arena *arena = oq_scope_arena(s);
    hist_last last;
    int32_t no = (int32_t)e->no;
    sql_calc_failure_of_rows failures;
    sql_calc_inputs_until_rows inputs;
    *ret_state = (calc_state){.status = CALC_NONE,
                              .failing_since = OQ_TIME_NONE,
                              .failed_at = OQ_TIME_NONE,
                              .computed_until = OQ_TIME_NONE,
                              .inputs_until = OQ_TIME_NONE};
    if (e->kind != SERIES_CALCULATED)
        return NULL;
    OQ_TRY(sql_calc_failure_of(s, (sql_calc_failure_of_args){.series_no = e->no}, &failures));
    OQ_TRY(sql_calc_inputs_until(s, (sql_calc_inputs_until_args){.series_no = e->no}, &inputs));
    OQ_TRY(hist_last_values(s, &no, 1, &last));
    if (failures.count)
        *ret_state = failures.at[0];
    ret_state->status = failures.count ? CALC_FAILING : CALC_OK;
    ret_state->computed_until = last.time;
    ret_state->inputs_until = inputs.at[0].until;
    if (!failures.count)
        return NULL;
    oq_str key = oq_strf(arena, "error.%.*s", OQ_FMT(ret_state->error_code));
    ret_state->error_ar = oq_text_fill_json(arena, OQ_LANG_AR, key, ret_state->error_facts);
    ret_state->error_en = oq_text_fill_json(arena, OQ_LANG_EN, key, ret_state->error_facts);
    return NULL;
}

oq_err *calc_api_state(http_req *rq, oq_scope *s)
{
    oq_uuid id;
    series *e;
    calc_state state;
    OQ_TRY(http_path_uuid(rq, "id", &id));
    OQ_TRY(series_get(s, id, &e));
    OQ_TRY(calc_state_get(s, e, &state));
    http_answer_record(rq, 0, &state);
    return NULL;
}
