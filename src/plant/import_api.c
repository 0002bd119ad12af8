/* Files of records in and out, for programs. */
#include "plant/import_api.h"

#include "audit/audit.h"
#include "http/server.h"
#include "plant/preset.h"
#include "web/page.h"

#include "base/banned.h"

/* The kind of "?kind="; not given: NULL. */
static oq_err *find_kind(oq_str name, const record_kind **ret_kind)
{
    *ret_kind = NULL;
    if (!name.len)
        return NULL;
    *ret_kind = record_kind_find(name);
    if (*ret_kind && (*ret_kind)->get)
        return NULL;
    return oq_fail_field("kind", "plant.import_kind_unknown", "name=%.*s", OQ_FMT(name));
}

oq_err *import_options_of(const import_query *q, plant_import_options *ret_options)
{
    *ret_options = (plant_import_options){.dry_run = q->dry_run, .skip_bad = q->skip_bad};
    return find_kind(q->kind, &ret_options->kind);
}

const oq_field plant_import_fields[] = {
    OQ_TEXT(import_query, kind, .max = 60,
            .help = "sites, assets, ...; a JSON file of several kinds needs none"),
    OQ_BOOL(import_query, dry_run, .help = "tells what would happen, and stores nothing"),
    OQ_BOOL(import_query, skip_bad, .help = "stores the good rows although others are wrong"),
    OQ_FIELDS_END};

static oq_err *answer_report(http_req *rq, const import_report *report, bool is_refused)
{
    oq_scope *again;
    if (!report->is_to_keep) /* what was tried is undone before it is told */
        OQ_TRY(http_scope_again(rq, &again));
    import_put_json(http_json(rq, is_refused ? 422 : 200), http_arena(rq), http_lang(rq), report);
    return NULL;
}

oq_err *import_api_post(http_req *rq, oq_scope *s)
{
    import_query q;
    plant_import_options options;
    import_report *report;
    OQ_TRY(http_query(rq, &q));
    OQ_TRY(import_options_of(&q, &options));
    OQ_TRY(plant_import(s, http_body_raw(rq), &options, &report));
    return answer_report(rq, report, !report->is_to_keep && !q.dry_run);
}

oq_err *import_api_presets(http_req *rq, oq_scope *s)
{
    import_report *report;
    OQ_TRY(plant_presets_report(s, &report));
    return answer_report(rq, report, !report->is_to_keep);
}

oq_err *preset_page_post(http_req *rq, oq_scope *s)
{
    OQ_TRY(plant_presets_apply(s, NULL));
    web_toast(rq, "ok", "plant.presets_made");
    http_redirect(rq, OQ_STR("/plant"));
    return NULL;
}

/* --- out ----------------------------------------------------------------------------------------*/

typedef struct export_query {
    oq_str kind;
    int format;
} export_query;
const oq_field plant_export_fields[] = {
    OQ_TEXT(export_query, kind, .max = 60, .help = "not given: all that one may read, as JSON"),
    OQ_CHOICE(export_query, format, plant_format_choices, .preset = "csv"), OQ_FIELDS_END};

static oq_err *tell_audit(oq_scope *s, const record_kind *kind)
{
    return audit_record(
        s, &(audit_entry){.action = "plant.exported", .object_type = kind ? kind->name : NULL});
}

oq_err *export_get(http_req *rq, oq_scope *s)
{
    export_query q;
    const record_kind *kind;
    OQ_AUTO(oq_buf) buf = oq_buf_make(HTTP_ANSWER_MAX);
    OQ_TRY(http_query(rq, &q));
    OQ_TRY(find_kind(q.kind, &kind));
    bool is_csv = kind && q.format == PLANT_CSV;
    OQ_TRY(plant_export(s, kind, is_csv ? PLANT_CSV : PLANT_JSON, &buf));
    OQ_TRY(tell_audit(s, kind));
    oq_str today = oq_str_sub(oq_time_text(http_arena(rq), oq_now(s)), 0, OQ_DATE_TEXT);
    http_answer_buf(rq, 200, is_csv ? "text/csv; charset=utf-8" : "application/json", &buf);
    http_as_file(rq, oq_strf(http_arena(rq), "%s-%.*s.%s", kind ? kind->path : "plant",
                             OQ_FMT(today), is_csv ? "csv" : "json"));
    buf = (oq_buf){0};
    return NULL;
}
