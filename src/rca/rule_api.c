/* Causal rules, for programs. */
#include "audit/audit.h"
#include "rca/rule_inner.h"

#include "base/banned.h"

/* --- reading ------------------------------------------------------------------------------------*/

typedef struct list_query {
    oq_str search, class_code;
    int source;
    bool only_enabled;
    oq_str cursor;
    int64_t limit;
} list_query;

const oq_field rule_list_query_fields[] = {
    OQ_TEXT(list_query, search, .max = 100, .help = "a part of code or name"),
    OQ_TEXT(list_query, class_code, .max = RULE_CODE_MAX,
            .help = "rules that apply to this class of equipment"),
    OQ_CHOICE(list_query, source, rule_source_choices),
    OQ_BOOL(list_query, only_enabled),
    OQ_TEXT(list_query, cursor, .max = 200),
    OQ_I64(list_query, limit, .preset = "50", .min = 1, .max = 200),
    OQ_FIELDS_END,
};

oq_err *rca_rule_api_list(http_req *rq, oq_scope *s)
{
    list_query q;
    rca_rules list;
    OQ_TRY(http_query(rq, &q));
    rule_filter filter = {q.search, q.class_code, q.source, q.only_enabled, q.cursor, q.limit};
    OQ_TRY(rule_find(s, &filter, &list));
    http_answer_list(rq, list.at, sizeof *list.at, list.count, list.next);
    return NULL;
}

oq_err *rca_rule_api_get(http_req *rq, oq_scope *s)
{
    oq_uuid id;
    rca_rule *rule;
    OQ_TRY(http_path_uuid(rq, "id", &id));
    OQ_TRY(rule_get(s, id, &rule));
    http_answer_record(rq, 0, rule);
    return NULL;
}

oq_err *rca_rule_api_versions(http_req *rq, oq_scope *s)
{
    oq_uuid id;
    rule_versions list;
    OQ_TRY(http_path_uuid(rq, "id", &id));
    OQ_TRY(rule_versions_of(s, id, &list));
    http_answer_list(rq, list.at, sizeof *list.at, list.count, OQ_NONE);
    return NULL;
}

/* --- changing -----------------------------------------------------------------------------------*/

oq_err *rca_rule_api_create(http_req *rq, oq_scope *s)
{
    rule_order order;
    rca_rule *rule;
    OQ_TRY(http_body(rq, &order));
    OQ_TRY(rule_add(s, &order, RULE_TENANT, &rule));
    http_answer_record(rq, 0, rule);
    return NULL;
}

oq_err *rca_rule_api_change(http_req *rq, oq_scope *s)
{
    oq_uuid id;
    rca_rule *rule;
    OQ_TRY(http_path_uuid(rq, "id", &id));
    OQ_TRY(rule_get(s, id, &rule));
    rule_order order = {rule->code, rule->body, rule->is_enabled, rule->version};
    OQ_TRY(http_body_over(rq, &order));
    OQ_TRY(rule_change(s, id, &order, &rule));
    http_answer_record(rq, 0, rule);
    return NULL;
}

oq_err *rca_rule_api_remove(http_req *rq, oq_scope *s)
{
    oq_uuid id;
    OQ_TRY(http_path_uuid(rq, "id", &id));
    OQ_TRY(rule_remove(s, id));
    http_answer_empty(rq, 0);
    return NULL;
}

oq_err *rca_rule_api_approve(http_req *rq, oq_scope *s)
{
    oq_uuid id;
    rca_rule *rule;
    OQ_TRY(http_path_uuid(rq, "id", &id));
    OQ_TRY(rule_approve(s, id, &rule));
    http_answer_record(rq, 0, rule);
    return NULL;
}

/* --- trying -------------------------------------------------------------------------------------*/

static void put_words(oq_json *j, oq_arena *arena, const cause_rule *rule, bool in_arabic)
{
    oq_json_key(j, in_arabic ? OQ_STR("ar") : OQ_STR("en"));
    oq_json_array(j);
    for (size_t i = 0; i < cause_rule_conditions(rule); i++)
        oq_json_text(j, cause_rule_condition_text(arena, rule, i, in_arabic));
    oq_json_array_end(j);
}

/* The body is the rule itself, as it stands in an editor. */
oq_err *rca_rule_api_check(http_req *rq, oq_scope *s)
{
    cause_rule *rule = NULL;
    oq_err *err = cause_rule_parse(http_arena(rq), http_body_raw(rq), &rule);
    oq_json *j = http_json(rq, 200);
    oq_json_object(j);
    oq_json_put(j, bool, "is_valid", !err);
    oq_json_key(j, OQ_STR("errors"));
    rule_errors_write(j, http_arena(rq), http_lang(rq), err, (rule_place){1, 1});
    oq_json_key(j, OQ_STR("conditions"));
    if (rule) {
        oq_json_object(j);
        put_words(j, http_arena(rq), rule, false);
        put_words(j, http_arena(rq), rule, true);
        oq_json_object_end(j);
    } else {
        oq_json_null(j);
    }
    oq_json_put(j, raw, "rule", rule ? rule_json(http_arena(rq), rule) : OQ_NONE);
    oq_json_object_end(j);
    return NULL;
}

static oq_err *answer_trials(http_req *rq, oq_scope *s, oq_uuid id, oq_str body)
{
    rule_trials t;
    OQ_TRY(rule_dry_run(s, id, body, &t));
    oq_json *j = http_json(rq, 200);
    oq_json_object(j);
    oq_json_put(j, i64, "looked_at", t.looked_at);
    oq_json_put(j, i64, "hits", t.hits);
    oq_json_put(j, i64, "hit_before", t.hit_before);
    oq_json_put(j, i64, "confirmed", t.confirmed);
    oq_json_put(j, i64, "refuted", t.refuted);
    oq_json_put(j, i64, "missed", t.missed);
    oq_json_key(j, OQ_STR("incidents"));
    oq_json_array(j);
    for (size_t i = 0; i < t.count; i++)
        oq_fields_write_json(j, rule_trial_fields, &t.at[i]);
    oq_json_array_end(j);
    oq_json_object_end(j);
    return NULL;
}

/* With a body, that rule instead of the stored one. */
oq_err *rca_rule_api_dry_run(http_req *rq, oq_scope *s)
{
    oq_uuid id;
    rca_rule *rule;
    OQ_TRY(http_path_uuid(rq, "id", &id));
    OQ_TRY(rule_get(s, id, &rule));
    oq_str body = oq_str_trim(http_body_raw(rq));
    return answer_trials(rq, s, id, body.len ? body : rule->body);
}

oq_err *rca_rule_api_try(http_req *rq, oq_scope *s)
{
    return answer_trials(rq, s, OQ_UUID_ZERO, http_body_raw(rq));
}

/* --- files --------------------------------------------------------------------------------------*/

typedef struct import_query {
    bool dry_run, add_only;
} import_query;

const oq_field rule_import_query_fields[] = {
    OQ_BOOL(import_query, dry_run, .help = "tells what would happen, and stores nothing"),
    OQ_BOOL(import_query, add_only, .help = "rules that are there stay as they are"),
    OQ_FIELDS_END,
};

static oq_err *answer_report(http_req *rq, const rule_report *report, bool is_dry)
{
    oq_scope *again;
    if (is_dry || report->refused) /* what was tried is undone before it is told */
        OQ_TRY(http_scope_again(rq, &again));
    int status = report->refused && !is_dry ? 422 : 200;
    rule_report_write(http_json(rq, status), http_arena(rq), http_lang(rq), report);
    return NULL;
}

oq_err *rca_rule_api_import(http_req *rq, oq_scope *s)
{
    import_query q;
    rule_report report;
    OQ_TRY(http_query(rq, &q));
    OQ_TRY(rule_import(s, http_body_raw(rq), q.add_only, RULE_TENANT, &report));
    return answer_report(rq, &report, q.dry_run);
}

oq_err *rca_rule_api_presets(http_req *rq, oq_scope *s)
{
    rule_report report;
    OQ_TRY(rule_presets_apply(s, &report));
    return answer_report(rq, &report, false);
}

oq_err *rca_rule_api_export(http_req *rq, oq_scope *s)
{
    OQ_TRY(rule_export(s, http_json(rq, 200)));
    OQ_TRY(
        audit_record(s, &(audit_entry){.action = "rca_rule.exported", .object_type = "rca_rule"}));
    http_as_file(rq, OQ_STR("rca-rules.json"));
    return NULL;
}
