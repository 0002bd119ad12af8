/* Alarm rules over HTTP. */
#include "alarm/api.h"
#include "plant/import.h"
#include "plant/record_api.h"

#include "http/server.h"

#include "base/banned.h"

const oq_field alarm_rule_query_fields[] = {
    OQ_UUID(record_query, class_id),
    OQ_UUID(record_query, asset_id),
    OQ_UUID(record_query, site_id),
    OQ_CHOICE(record_query, criticality, criticality_choices),
    OQ_TEXT(record_query, q, .max = 200, .help = "words that all occur; folded"),
    OQ_TEXT(record_query, cursor, .max = 700),
    OQ_I64(record_query, limit, .preset = "100", .min = 1, .max = PLANT_LIST_MAX),
    OQ_FIELDS_END,
};

oq_err *alarm_rule_api_list(http_req *rq, oq_scope *s)
{
    record_query query = {0};
    record_list list;
    OQ_TRY(http_query(rq, &query));
    OQ_TRY(record_find(s, &kind_alarm_rule, &query, &list));
    http_answer_list(rq, list.at, kind_alarm_rule.size, list.count, list.next);
    return NULL;
}

oq_err *alarm_rule_api_get(http_req *rq, oq_scope *s)
{
    oq_uuid id;
    void *found;
    OQ_TRY(http_path_uuid(rq, "id", &id));
    OQ_TRY(record_get(s, &kind_alarm_rule, id, &found));
    http_answer_record(rq, 0, found);
    return NULL;
}

oq_err *alarm_rule_api_add(http_req *rq, oq_scope *s)
{
    alarm_rule order;
    void *made;
    oq_fields_preset(http_arena(rq), alarm_rule_fields, &order);
    OQ_TRY(http_body(rq, &order));
    OQ_TRY(record_add(s, &kind_alarm_rule, &order, &made));
    http_answer_record(rq, 0, made);
    return NULL;
}

oq_err *alarm_rule_api_change(http_req *rq, oq_scope *s)
{
    oq_uuid id;
    void *before, *after;
    OQ_TRY(http_path_uuid(rq, "id", &id));
    OQ_TRY(record_get(s, &kind_alarm_rule, id, &before));
    void *change = oq_copy(http_arena(rq), before, kind_alarm_rule.size);
    OQ_TRY(http_body_over(rq, change));
    OQ_TRY(record_check_needed(&kind_alarm_rule, change));
    OQ_TRY(record_change(s, &kind_alarm_rule, id, change, &after));
    http_answer_record(rq, 0, after);
    return NULL;
}

oq_err *alarm_rule_api_remove(http_req *rq, oq_scope *s)
{
    oq_uuid id;
    record_version_order order;
    OQ_TRY(http_path_uuid(rq, "id", &id));
    OQ_TRY(http_query(rq, &order));
    OQ_TRY(record_remove(s, &kind_alarm_rule, id, order.version));
    http_answer_empty(rq, 204);
    return NULL;
}

/* --- files -------------------------------------------------------------------------------------*/

typedef struct import_options {
    bool dry_run, skip_bad;
} import_options;
const oq_field alarm_rule_import_fields[] = {
    OQ_BOOL(import_options, dry_run, .help = "tells what would happen, and stores nothing"),
    OQ_BOOL(import_options, skip_bad, .help = "stores the good rows although others are wrong"),
    OQ_FIELDS_END};

oq_err *alarm_rule_api_import(http_req *rq, oq_scope *s)
{
    import_options q;
    import_report *report;
    oq_scope *again;
    OQ_TRY(http_query(rq, &q));
    plant_import_options options = {
        .kind = &kind_alarm_rule, .dry_run = q.dry_run, .skip_bad = q.skip_bad};
    OQ_TRY(plant_import(s, http_body_raw(rq), &options, &report));
    if (!report->is_to_keep) /* what was tried is undone before it is told */
        OQ_TRY(http_scope_again(rq, &again));
    bool is_refused = !report->is_to_keep && !q.dry_run;
    import_put_json(http_json(rq, is_refused ? 422 : 200), http_arena(rq), http_lang(rq), report);
    return NULL;
}

typedef struct export_options {
    int format;
} export_options;
const oq_field alarm_rule_export_fields[] = {
    OQ_CHOICE(export_options, format, plant_format_choices, .preset = "json"), OQ_FIELDS_END};

oq_err *alarm_rule_api_export(http_req *rq, oq_scope *s)
{
    export_options q;
    OQ_AUTO(oq_buf) out = oq_buf_make(HTTP_ANSWER_MAX);
    OQ_TRY(http_query(rq, &q));
    bool is_csv = q.format == PLANT_CSV;
    OQ_TRY(plant_export(s, &kind_alarm_rule, (plant_format)q.format, &out));
    OQ_TRY(audit_record(
        s, &(audit_entry){.action = "alarm_rule.exported", .object_type = "alarm_rule"}));
    http_answer_buf(rq, 200, is_csv ? "text/csv; charset=utf-8" : "application/json", &out);
    http_as_file(rq, is_csv ? OQ_STR("alarm-rules.csv") : OQ_STR("alarm-rules.json"));
    out = (oq_buf){0};
    return NULL;
}

/* --- from limits, and into the past ------------------------------------------------------------*/

typedef struct limits_order {
    bool dry_run;
} limits_order;
const oq_field alarm_rule_limits_fields[] = {
    OQ_BOOL(limits_order, dry_run, .help = "tells what would be made, and makes nothing"),
    OQ_FIELDS_END};

oq_err *alarm_rule_api_limits(http_req *rq, oq_scope *s)
{
    limits_order order;
    rules_made made;
    OQ_TRY(http_body(rq, &order));
    OQ_TRY(alarm_rules_from_limits(s, order.dry_run, &made));
    oq_json *j = http_json(rq, 0);
    oq_json_object(j);
    oq_json_put(j, i64, "made", (int64_t)made.count);
    oq_json_put(j, i64, "kept", made.kept);
    oq_json_name(j, "items");
    oq_json_array(j);
    for (size_t i = 0; i < made.count; i++)
        oq_fields_write_json(j, alarm_rule_fields, &made.at[i]);
    oq_json_array_end(j);
    oq_json_object_end(j);
    return NULL;
}

oq_err *alarm_rule_api_preview(http_req *rq, oq_scope *s)
{
    preview_order order;
    preview p;
    OQ_TRY(http_body(rq, &order));
    OQ_TRY(alarm_preview(s, &order, &p));
    oq_json *j = http_json(rq, 0);
    oq_json_object(j);
    oq_json_put(j, time, "from", p.from);
    oq_json_put(j, time, "to", p.to);
    oq_json_put(j, i64, "raised", p.raised);
    oq_json_put(j, i64, "assets", p.assets);
    oq_json_put(j, i64, "more", p.more);
    oq_json_name(j, "items");
    oq_json_array(j);
    for (size_t i = 0; i < p.count; i++)
        oq_fields_write_json(j, preview_asset_fields, &p.at[i]);
    oq_json_array_end(j);
    oq_json_object_end(j);
    return NULL;
}
