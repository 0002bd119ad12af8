#include "historian/correct.h"

#include <math.h>

#include "audit/audit.h"
#include "historian/correct_work.h"
#include "historian/series.h"
#include "job/job.h"

#include "correct.sql.h"

#include "base/banned.h"

const oq_choice correction_kind_choices[] = {
    {CORRECT_DELETE, "delete"},
    {CORRECT_SET, "set"},
    {CORRECT_ADD, "add"},
    {CORRECT_MULTIPLY, "multiply"},
    {CORRECT_INTERPOLATE, "interpolate"},
    {CORRECT_MARK, "mark"},
    {0, NULL},
};

const oq_field correction_fields[] = {
    OQ_UUID(correction, id),
    OQ_UUID(correction, series_id),
    OQ_CHOICE(correction, kind, correction_kind_choices),
    OQ_TIME(correction, time_from),
    OQ_TIME(correction, time_to, .help = "The first moment behind it"),
    OQ_F64(correction, value),
    OQ_I64(correction, quality, .help = "OPC UA status code, of a mark"),
    OQ_TEXT(correction, reason),
    OQ_TEXT(correction, status, .help = "waiting, done or failed"),
    OQ_I64(correction, samples, .help = "How many samples it touched so far"),
    OQ_TIME(correction, done_to, .help = "Of a long one: everything before this moment is done"),
    OQ_TEXT(correction, error_code, .help = "Why it failed; correction.cancelled: it was stopped"),
    OQ_JSON(correction, error_facts),
    OQ_TEXT(correction, created_by),
    OQ_TIME(correction, created_at),
    OQ_TIME(correction, done_at),
    OQ_FIELDS_END,
};

const oq_field correction_order_fields[] = {
    OQ_CHOICE(correction_order, kind, correction_kind_choices, .required = true),
    OQ_TIME(correction_order, from, .required = true),
    OQ_TIME(correction_order, to, .required = true, .help = "The first moment behind it"),
    OQ_F64(correction_order, value, .help = "Of set, add and multiply"),
    OQ_I64(correction_order, quality, .min = 0, .max = UINT32_MAX,
           .help = "Of mark: the OPC UA status code that the samples get"),
    OQ_TEXT(correction_order, reason, .required = true, .min = 3, .max = 500),
    OQ_FIELDS_END,
};

static bool needs_value(int kind)
{
    return kind == CORRECT_SET || kind == CORRECT_ADD || kind == CORRECT_MULTIPLY;
}

static oq_err *check(const series *e, const correction_order *order)
{
    if (e->kind == SERIES_CALCULATED)
        return oq_fail(OQ_CONFLICT, "series.is_calculated", "key=%.*s", OQ_FMT(e->key));
    if (order->from >= order->to)
        return oq_fail_field("to", "span.reversed");
    if (needs_value(order->kind) && !isfinite(order->value))
        return oq_fail_field("value", "correction.value_missing", "kind=%s",
                             oq_choice_text(correction_kind_choices, order->kind));
    if (order->kind == CORRECT_MARK && order->quality == OQ_I64_NONE)
        return oq_fail_field("quality", "field.required");
    return NULL;
}

static oq_err *audit_order(oq_scope *s, const series *e, const correction_order *order)
{
    return audit_record(
        s, &(audit_entry){
               .action = "series.correction_ordered",
               .object_type = "series",
               .object_id = e->id,
               .object_label = e->key,
               .changes = audit_changes(oq_scope_arena(s), correction_order_fields, NULL, order)});
}

static oq_err *add_job(oq_scope *s, oq_uuid id)
{
    oq_str text = oq_uuid_text(oq_scope_arena(s), id);
    return job_add(
        s,
        &(job_order){.kind = "hist.correct",
                     .key = text,
                     .payload = oq_strf(oq_scope_arena(s), "{\"id\":\"%.*s\"}", OQ_FMT(text)),
                     .run_at = OQ_TIME_NONE},
        NULL);
}

oq_err *correction_add(oq_scope *s, oq_uuid series_id, const correction_order *order,
                       correction **ret_correction)
{
    series *e;
    OQ_TRY(series_get(s, series_id, &e));
    OQ_TRY(check(e, order));
    oq_us now = oq_now(s);
    oq_uuid id = oq_uuid_new(now);
    bool is_mark = order->kind == CORRECT_MARK;
    OQ_TRY(sql_correction_add(
        s,
        (sql_correction_add_args){.id = id,
                                  .series_no = e->no,
                                  .kind =
                                      oq_cstr(oq_choice_text(correction_kind_choices, order->kind)),
                                  .time_from = order->from,
                                  .time_to = order->to,
                                  .value = needs_value(order->kind) ? order->value : (double)NAN,
                                  .quality = is_mark ? order->quality : OQ_I64_NONE,
                                  .reason = order->reason,
                                  .created_by = oq_scope_actor(s)->label,
                                  .now = now},
        NULL));
    OQ_TRY(audit_order(s, e, order));
    OQ_TRY(add_job(s, id));
    sql_correction_get_rows rows;
    OQ_TRY(sql_correction_get(s, (sql_correction_get_args){.id = id}, &rows));
    *ret_correction = rows.at;
    return NULL;
}

oq_err *correction_find(oq_scope *s, oq_uuid series_id, size_t limit, corrections *ret_list)
{
    series *e;
    sql_correction_find_rows rows;
    OQ_TRY(series_get(s, series_id, &e));
    OQ_TRY(sql_correction_find(
        s, (sql_correction_find_args){.series_id = series_id, .limit = (int64_t)limit}, &rows));
    *ret_list = (corrections){.at = rows.at, .count = rows.count};
    return NULL;
}
