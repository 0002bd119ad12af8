/* /alarm-rules: the list, files, rules from limits. */
#include "alarm/pages.h"
#include "plant/import.h"
#include "web/link.h"
#include "web/parts.h"

#include "board.sql.h"

#include "base/banned.h"

enum { RULES_PER_PAGE = 100, REPORT_ROWS_MAX = 200 };

typedef struct list_query {
    oq_str q, cursor;
} list_query;
const oq_field alarm_rule_list_query_fields[] = {
    OQ_TEXT(list_query, q, .max = 200), OQ_TEXT(list_query, cursor, .max = 700), OQ_FIELDS_END};

static oq_str link_to(const web_page *page, const list_query *q)
{
    return web_link(page->arena, "/alarm-rules", alarm_rule_list_query_fields, q);
}

/* The condition as one reads it: what is measured, how, against what; of groups how many. */
static oq_str condition_words(const web_page *page, oq_str condition)
{
    alarm_condition *c;
    oq_lang lang = page->locale.lang;
    if (alarm_condition_parse(page->arena, condition, &c))
        return condition;
    const alarm_leaf *leaf = &c->leaf[0];
    oq_str is = web_choice_label(lang, "alarm_is", oq_choice_text(alarm_is_choices, leaf->is));
    oq_str limit = OQ_STR("");
    if (leaf->limit_kind == ALARM_LIMIT_NUMBER)
        limit = web_format_f64(page->arena, &page->locale, leaf->limit, 6);
    else if (leaf->limit_kind)
        limit = web_choice_label(lang, "alarm_limit",
                                 oq_choice_text(alarm_limit_choices, leaf->limit_kind));
    oq_str text = oq_strf(page->arena, WEB_FSI "%.*s" WEB_PDI " %.*s %.*s", OQ_FMT(leaf->metric),
                          OQ_FMT(is), OQ_FMT(limit));
    if (c->leaves > 1)
        text = oq_strf(
            page->arena, "%.*s %.*s", OQ_FMT(text),
            OQ_FMT(oq_text_count(page->arena, lang, OQ_STR("alarms.and_more"), c->leaves - 1)));
    return text;
}

static void put_rule(const web_page *page, web_value *v, const alarm_rule *r)
{
    web_put_text(v, "code", r->code);
    web_put_text(
        v, "href",
        oq_strf(page->arena, "/alarm-rules/%.*s", OQ_FMT(oq_uuid_text(page->arena, r->id))));
    web_put_text(v, "name", alarm_text(page->locale.lang, r->name, r->name_ar));
    alarm_put_priority(page, v, r->priority);
    web_put_text(v, "condition", condition_words(page, r->condition));
    web_put_bool(v, "is_enabled", r->is_enabled);
    web_put_bool(v, "is_failure", r->is_failure);
}

static oq_err *put_rules(web_page *page, oq_scope *s, const record_list *found, list_query q)
{
    sql_alarm_rule_owners_rows owners;
    oq_uuids ids = {oq_new_n(page->arena, oq_uuid, found->count), found->count};
    for (size_t i = 0; i < found->count; i++)
        ids.at[i] = ((const alarm_rule *)record_at(&kind_alarm_rule, found, i))->id;
    OQ_TRY(sql_alarm_rule_owners(s, (sql_alarm_rule_owners_args){.ids = ids}, &owners));
    web_value *list = web_put_list(page->view, "rows");
    for (size_t i = 0; i < found->count; i++) {
        web_value *v = web_add_object(list);
        put_rule(page, v, record_at(&kind_alarm_rule, found, i));
        for (size_t k = 0; k < owners.count; k++)
            if (oq_uuid_eq(owners.at[k].id, ids.at[i])) {
                web_put_text(v, "class", owners.at[k].class);
                web_put_text(v, "asset", owners.at[k].asset);
                web_put_text(v, "site", owners.at[k].site);
                web_put_text(v, "raised",
                             web_format_i64(page->arena, &page->locale, owners.at[k].raised));
            }
    }
    web_put_bool(page->view, "has_rows", found->count > 0);
    oq_str first = OQ_NONE, next = OQ_NONE;
    bool is_later = q.cursor.len > 0;
    q.cursor = OQ_NONE;
    if (is_later)
        first = link_to(page, &q);
    q.cursor = found->next;
    if (found->next.len)
        next = link_to(page, &q);
    web_put_pager(page->view,
                  oq_text_count(page->arena, page->locale.lang, OQ_STR("alarms.rules_shown"),
                                (int64_t)found->count),
                  first, next);
    return NULL;
}

oq_err *alarm_rule_page_list(http_req *rq, oq_scope *s)
{
    list_query q;
    record_list found;
    OQ_TRY(http_query(rq, &q));
    OQ_TRY(record_find(s, &kind_alarm_rule,
                       &(record_query){.q = q.q, .cursor = q.cursor, .limit = RULES_PER_PAGE},
                       &found));
    web_page page = web_page_begin(rq, "alarms/rules", "alarms.rules", "alarms");
    web_page_crumb(&page, web_say(&page, "alarms.title"), "/alarms");
    web_page_crumb(&page, web_say(&page, "alarms.rules"), NULL);
    web_page_form(&page, alarm_rule_list_query_fields, &q, NULL);
    web_put_bool(page.view, "is_filtered", q.q.len > 0);
    OQ_TRY(put_rules(&page, s, &found, q));
    return web_page_send(&page);
}

/* --- from limits -------------------------------------------------------------------------------*/

oq_err *alarm_rule_page_limits(http_req *rq, oq_scope *s)
{
    rules_made made;
    OQ_TRY(alarm_rules_from_limits(s, false, &made));
    web_toast(rq, made.count ? "ok" : "info",
              made.count ? "alarms.rules_made" : "alarms.rules_none_made");
    http_redirect(rq, OQ_STR("/alarm-rules"));
    return NULL;
}

/* --- files -------------------------------------------------------------------------------------*/

typedef struct file_form {
    oq_str text;
    bool skip_bad, store;
} file_form;
const oq_field alarm_rule_file_fields[] = {
    OQ_TEXT(file_form, text, .max = 1024 * 1024), OQ_BOOL(file_form, skip_bad),
    OQ_BOOL(file_form, store, .help = "else it is only checked"), OQ_FIELDS_END};

static void put_outcome(const web_page *page, web_value *v, const import_row *row)
{
    static const char *const kind[] = {[IMPORT_ADDED] = "info",
                                       [IMPORT_CHANGED] = "info",
                                       [IMPORT_SAME] = "off",
                                       [IMPORT_WRONG] = "bad"};
    web_put_badge(v, kind[row->outcome],
                  web_choice_label(page->locale.lang, "import_outcome",
                                   oq_choice_text(import_outcome_choices, row->outcome)));
}

static void put_report(web_page *page, const import_report *report, bool is_dry)
{
    web_value *to = web_put_object(page->view, "report");
    web_value *rows = web_put_list(to, "rows");
    web_put_text(to, "verdict",
                 web_say(page, is_dry               ? "alarms.file_checked"
                               : report->is_to_keep ? "alarms.file_stored"
                                                    : "alarms.file_refused"));
    web_put_bool(to, "is_bad", report->wrong > 0);
    web_value *kpis = web_put_list(to, "kpis");
    const int64_t count[] = {report->added, report->changed, report->same, report->wrong};
    for (int i = IMPORT_ADDED; i <= IMPORT_WRONG; i++)
        web_add_kpi(kpis, i == IMPORT_WRONG && count[i - 1] ? "bad" : "",
                    web_choice_label(page->locale.lang, "import_outcome",
                                     oq_choice_text(import_outcome_choices, i)),
                    web_format_i64(page->arena, &page->locale, count[i - 1]), OQ_NONE);
    for (size_t i = 0, shown = 0; i < report->count && shown < REPORT_ROWS_MAX; i++) {
        const import_row *row = &report->row[i];
        if (row->outcome == IMPORT_SAME)
            continue;
        shown++;
        web_value *v = web_add_object(rows);
        web_put_i64(v, "line", row->line);
        web_put_text(v, "label", row->label);
        put_outcome(page, v, row);
        web_value *notes = web_put_list(v, "notes");
        for (size_t k = 0; k < row->changes; k++) {
            web_value *n = web_add_object(notes);
            web_put_cstr(n, "field", row->change[k].column);
            web_put_text(n, "from", row->change[k].from);
            web_put_text(n, "to", row->change[k].to);
        }
        for (const oq_err *e = row->err; e; e = e->next) {
            web_value *n = web_add_object(notes);
            web_put_cstr(n, "field", e->field);
            web_put_text(n, "error", oq_err_sentence(page->arena, page->locale.lang, e));
        }
    }
    web_put_bool(to, "has_rows", web_count(rows) > 0);
}

static web_page begin_file(http_req *rq, const file_form *form, const oq_err *err)
{
    web_page page = web_page_begin(rq, "alarms/file", "alarms.file", "alarms");
    page.status = err ? oq_kind_status(err->kind) : 0;
    web_page_crumb(&page, web_say(&page, "alarms.title"), "/alarms");
    web_page_crumb(&page, web_say(&page, "alarms.rules"), "/alarm-rules");
    web_page_crumb(&page, web_say(&page, "alarms.file"), NULL);
    web_page_form(&page, alarm_rule_file_fields, form, err);
    web_put(page.view, "report", NULL);
    return page;
}

oq_err *alarm_rule_page_file(http_req *rq, oq_scope *s)
{
    web_page page = begin_file(rq, &(file_form){0}, NULL);
    return web_page_send(&page);
}

oq_err *alarm_rule_page_take_file(http_req *rq, oq_scope *s)
{
    file_form form;
    import_report *report = NULL;
    oq_scope *again;
    oq_err *err = http_body(rq, &form);
    plant_import_options options = {
        .kind = &kind_alarm_rule, .dry_run = !form.store, .skip_bad = form.skip_bad};
    if (!err)
        err = plant_import(s, form.text, &options, &report);
    if (err && err->kind != OQ_INVALID && err->kind != OQ_MALFORMED)
        return err;
    if (err || !report->is_to_keep)
        OQ_TRY(http_scope_again(rq, &again));
    web_page page = begin_file(rq, &form, err);
    if (report)
        put_report(&page, report, !form.store);
    return web_page_send(&page);
}
