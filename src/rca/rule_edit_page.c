/* The editor of a rule: checked and tried over the past before it is kept; and rules from a file.
 */
#include "rca/rule_page.h"

#include "base/banned.h"

typedef struct edit_form {
    oq_str rule_code, body;
    bool is_enabled;
    int64_t version;
    oq_str check, try_past; /* the button that was pressed; neither: it is kept */
} edit_form;

const oq_field rule_edit_fields[] = {
    OQ_TEXT(edit_form, rule_code, .required = true, .max = RULE_CODE_MAX, .check = rule_check_code),
    OQ_TEXT(edit_form, body, .required = true, .max = RULE_BYTES_MAX),
    OQ_BOOL(edit_form, is_enabled),
    OQ_I64(edit_form, version, .min = 1),
    OQ_TEXT(edit_form, check, .max = 10),
    OQ_TEXT(edit_form, try_past, .max = 10),
    OQ_FIELDS_END,
};

/* What a new rule begins with. */
static const char example[] =
    "{\n"
    "  \"name\": {\"en\": \"Vibration, then heat\", \"ar\": \"اهتزاز ثم حرارة\"},\n"
    "  \"applies_to_asset_type\": [\"centrifugal_pump\"],\n"
    "  \"conditions\": [\n"
    "    {\"id\": \"vibration\", \"category\": \"SENSOR\", \"metric\": \"vibration_rms\",\n"
    "     \"change\": \"RISE\", \"root_asset\": true},\n"
    "    {\"category\": \"SENSOR\", \"metric\": \"temperature\", \"change\": \"RISE\",\n"
    "     \"after\": \"vibration\", \"within_minutes\": 240, \"optional\": true},\n"
    "    {\"category\": \"MAINTENANCE\", \"within_minutes\": 4320, \"absent\": true}\n"
    "  ],\n"
    "  \"result\": {\n"
    "    \"root_cause_category\": \"MECHANICAL\",\n"
    "    \"cause\": \"bearing_fault\",\n"
    "    \"label\": {\"en\": \"Bearing fault\", \"ar\": \"عطل محمل\"},\n"
    "    \"confidence\": 0.7\n"
    "  },\n"
    "  \"actions\": [\n"
    "    {\"en\": \"Take a vibration spectrum\", \"ar\": \"خذ طيف الاهتزاز\", \"within_h\": 12}\n"
    "  ]\n"
    "}";

/* Errors that are shown beside the form; others are not the writer's. */
static bool is_shown(const oq_err *err)
{
    return err->kind == OQ_INVALID || err->kind == OQ_MALFORMED || err->kind == OQ_CONFLICT ||
           err->kind == OQ_TOO_LARGE || err->kind == OQ_LIMIT;
}

/* `err` is about the form, `wrong` about the rule in it; either may be NULL. */
static oq_err *show_editor(http_req *rq, oq_scope *s, oq_uuid id, const edit_form *form,
                           const oq_err *err, const oq_err *wrong)
{
    bool is_new = oq_uuid_is_zero(id);
    oq_scope *reading = s;
    if (err)
        OQ_TRY(http_scope_again(rq, &reading));
    web_page page = web_page_begin(rq, "rules/edit", is_new ? "rules.new" : "rules.edit", "rules");
    page.status = err ? oq_kind_status(err->kind) : wrong ? 422 : 0;
    oq_str path = oq_strf(page.arena, "/rca-rules/%.*s", OQ_FMT(oq_uuid_text(page.arena, id)));
    web_page_crumb(&page, web_say(&page, "rules.title"), "/rca-rules");
    if (!is_new)
        web_page_crumb(&page, form->rule_code, path.ptr);
    web_page_crumb(&page, web_say(&page, is_new ? "rules.new" : "rules.edit"), NULL);
    web_page_form(&page, rule_edit_fields, form, err);
    web_put_bool(page.view, "is_new", is_new);
    web_put_text(page.view, "action",
                 is_new ? OQ_STR("/rca-rules/new") : oq_strf(page.arena, "%s/edit", path.ptr));
    web_put_text(page.view, "back_href", is_new ? OQ_STR("/rca-rules") : path);
    if (wrong)
        rule_put_wrong(&page, form->body, wrong);
    cause_rule *rule;
    if (!err && !wrong && (form->check.len || form->try_past.len)) {
        class_names names;
        OQ_TRY(cause_rule_parse(page.arena, form->body, &rule));
        OQ_TRY(rule_class_names(reading, &names));
        rule_put_words(&page, web_put_object(page.view, "rule"), rule, &names);
    }
    if (!err && !wrong && form->try_past.len) {
        rule_trials trials;
        OQ_TRY(rule_dry_run(reading, id, form->body, &trials));
        rule_put_trials(&page, &trials);
    }
    return web_page_send(&page);
}

oq_err *rca_rule_page_new(http_req *rq, oq_scope *s)
{
    edit_form form = {.body = oq_cstr(example), .is_enabled = true, .version = OQ_I64_NONE};
    return show_editor(rq, s, OQ_UUID_ZERO, &form, NULL, NULL);
}

oq_err *rca_rule_page_edit(http_req *rq, oq_scope *s)
{
    oq_uuid id;
    rca_rule *rule;
    OQ_TRY(http_path_uuid(rq, "id", &id));
    OQ_TRY(rule_get(s, id, &rule));
    edit_form form = {.rule_code = rule->code,
                      .body = rule_pretty(http_arena(rq), rule->body),
                      .is_enabled = rule->is_enabled,
                      .version = rule->version};
    return show_editor(rq, s, id, &form, NULL, NULL);
}

static oq_err *keep(oq_scope *s, oq_uuid id, const edit_form *form, rca_rule **ret_rule)
{
    rule_order order = {form->rule_code, form->body, form->is_enabled, form->version};
    if (oq_uuid_is_zero(id))
        return rule_add(s, &order, RULE_TENANT, ret_rule);
    return rule_change(s, id, &order, ret_rule);
}

static oq_err *take_form(http_req *rq, oq_scope *s, oq_uuid id)
{
    edit_form form;
    cause_rule *parsed;
    rca_rule *rule;
    oq_err *err = http_body(rq, &form);
    oq_err *wrong = form.body.len ? cause_rule_parse(http_arena(rq), form.body, &parsed) : NULL;
    if (!err && !wrong && !form.check.len && !form.try_past.len) {
        err = keep(s, id, &form, &rule);
        if (!err) {
            web_toast(rq, "ok", "rules.was_kept");
            http_redirect(rq, oq_strf(http_arena(rq), "/rca-rules/%.*s",
                                      OQ_FMT(oq_uuid_text(http_arena(rq), rule->id))));
            return NULL;
        }
    }
    if (err && !is_shown(err))
        return err;
    return show_editor(rq, s, id, &form, err, wrong);
}

oq_err *rca_rule_page_post_new(http_req *rq, oq_scope *s)
{
    return take_form(rq, s, OQ_UUID_ZERO);
}

oq_err *rca_rule_page_post_edit(http_req *rq, oq_scope *s)
{
    oq_uuid id;
    rca_rule *rule;
    OQ_TRY(http_path_uuid(rq, "id", &id));
    OQ_TRY(rule_get(s, id, &rule));
    return take_form(rq, s, id);
}

/* --- from a file --------------------------------------------------------------------------------*/

typedef struct import_form {
    oq_str text;
    oq_str store; /* the button; else it is told what would happen */
} import_form;

const oq_field rule_import_form_fields[] = {
    OQ_TEXT(import_form, text, .required = true, .max = RULE_FILE_MAX),
    OQ_TEXT(import_form, store, .max = 10),
    OQ_FIELDS_END,
};

static void put_errors(const web_page *page, web_value *row, const rule_row *r)
{
    web_value *list = web_put_list(row, "errors");
    for (const oq_err *e = r->wrong; e; e = e->next) {
        rule_place at;
        rule_error_place(e, r->place, &at);
        web_value *one = web_add_object(list);
        web_put_i64(one, "line", at.line);
        web_put_i64(one, "column", at.column);
        web_put_text(one, "text", oq_err_sentence(page->arena, page->locale.lang, e));
    }
}

static oq_err *put_report(const web_page *page, const rule_report *r, bool is_stored)
{
    static const char *const kind[] = {[RULE_ADDED] = "info",
                                       [RULE_CHANGED] = "warn",
                                       [RULE_SAME] = "off",
                                       [RULE_REFUSED] = "bad"};
    web_value *report = web_put_object(page->view, "report");
    web_put_bool(report, "is_stored", is_stored);
    web_put_bool(report, "is_bad", r->refused > 0);
    web_value *rows = web_put_list(report, "rows");
    for (size_t i = 0; i < r->count; i++) {
        const rule_row *one = &r->at[i];
        web_value *row = web_add_object(rows), *badge = web_put_object(row, "badge");
        const char *deed = oq_choice_text(rule_deed_choices, one->deed);
        web_put_cstr(badge, "kind", kind[one->deed]);
        web_put_text(badge, "text", web_choice_label(page->locale.lang, "rule_deed", deed));
        web_put_text(row, "code", one->code);
        put_errors(page, row, one);
        if (one->changes.len)
            OQ_TRY(rule_put_changes(page, row, one->changes));
    }
    return NULL;
}

static oq_err *show_import(http_req *rq, const import_form *form, const oq_err *err,
                           const rule_report *report, bool is_stored)
{
    web_page page = web_page_begin(rq, "rules/import", "rules.import", "rules");
    page.status = err || (report && report->refused) ? 422 : 0;
    web_page_crumb(&page, web_say(&page, "rules.title"), "/rca-rules");
    web_page_crumb(&page, web_say(&page, "rules.import"), NULL);
    web_page_form(&page, rule_import_form_fields, form, err);
    if (report)
        OQ_TRY(put_report(&page, report, is_stored));
    return web_page_send(&page);
}

oq_err *rca_rule_page_import(http_req *rq, oq_scope *s)
{
    return show_import(rq, NULL, NULL, NULL, false);
}

oq_err *rca_rule_page_post_import(http_req *rq, oq_scope *s)
{
    import_form form;
    rule_report report;
    oq_scope *again;
    oq_err *err = http_body(rq, &form);
    if (!err)
        err = rule_import(s, form.text, false, RULE_TENANT, &report);
    if (err)
        return is_shown(err) ? show_import(rq, &form, err, NULL, false) : err;
    bool is_stored = form.store.len && report.refused == 0;
    if (!is_stored) /* what was tried is undone */
        OQ_TRY(http_scope_again(rq, &again));
    return show_import(rq, &form, NULL, &report, is_stored);
}
