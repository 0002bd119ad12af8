/* Causal rules on pages: the list, and one of them. */
#include "rca/rule_page.h"
#include "web/link.h"

#include "base/banned.h"

enum { ROWS_PER_PAGE = 50 };

/* --- the list -----------------------------------------------------------------------------------*/

typedef struct list_query {
    oq_str search, class_code;
    int source;
    oq_str cursor;
} list_query;

const oq_field rule_page_query_fields[] = {
    OQ_TEXT(list_query, search, .max = 100),
    OQ_TEXT(list_query, class_code, .max = RULE_CODE_MAX),
    OQ_CHOICE(list_query, source, rule_source_choices),
    OQ_TEXT(list_query, cursor, .max = 200),
    OQ_FIELDS_END,
};

static oq_err *put_row(const web_page *page, web_value *row, const rca_rule *r,
                       const class_names *names)
{
    cause_rule *rule;
    web_put_text(row, "code", r->code);
    web_put_text(row, "href",
                 oq_strf(page->arena, "/rca-rules/%.*s", OQ_FMT(oq_uuid_text(page->arena, r->id))));
    rule_put_state(page, row, r);
    web_put_text(row, "hits", web_format_i64(page->arena, &page->locale, r->hits));
    web_put_text(row, "confirmed", web_format_i64(page->arena, &page->locale, r->confirmed));
    web_put_text(row, "refuted", web_format_i64(page->arena, &page->locale, r->refuted));
    web_put_bool(row, "has_record", r->hits > 0);
    OQ_TRY(cause_rule_parse(page->arena, r->body, &rule));
    bool in_arabic = page->locale.lang == OQ_LANG_AR;
    web_put_text(row, "name", cause_rule_name(rule, in_arabic));
    web_put_text(row, "label", cause_rule_label(rule, in_arabic));
    rule_put_classes(page, row, rule, names);
    return NULL;
}

static void put_choices(const web_page *page, const class_names *names, const list_query *q)
{
    web_value *classes = web_put_list(page->view, "class_choices");
    for (size_t i = 0; i < names->count; i++) {
        web_value *one = web_add_object(classes);
        web_put_text(one, "value", names->at[i].code);
        web_put_text(one, "label", class_name_in(&names->at[i], page->locale.lang == OQ_LANG_AR));
        web_put_bool(one, "is_selected", oq_str_eq(names->at[i].code, q->class_code));
    }
    web_value *sources = web_put_list(page->view, "source_choices");
    for (const oq_choice *c = rule_source_choices; c->text; c++) {
        if (c->value == RULE_LEARNED)
            continue; /* nothing makes one yet */
        web_value *one = web_add_object(sources);
        web_put_cstr(one, "value", c->text);
        web_put_text(one, "label", web_choice_label(page->locale.lang, "rule_source", c->text));
        web_put_bool(one, "is_selected", c->value == q->source);
    }
}

static void put_pager(const web_page *page, const list_query *q, const rca_rules *list)
{
    web_value *pager = web_put_object(page->view, "pager");
    list_query first = *q, next = *q;
    first.cursor = OQ_NONE;
    next.cursor = list->next;
    web_put_text(
        pager, "text",
        oq_text_count(page->arena, page->locale.lang, OQ_STR("rules.shown"), (int64_t)list->count));
    if (q->cursor.len)
        web_put_text(pager, "first_href",
                     web_link(page->arena, "/rca-rules", rule_page_query_fields, &first));
    if (list->next.len)
        web_put_text(pager, "next_href",
                     web_link(page->arena, "/rca-rules", rule_page_query_fields, &next));
}

oq_err *rca_rule_page_list(http_req *rq, oq_scope *s)
{
    list_query q;
    rca_rules list;
    class_names names;
    OQ_TRY(http_query(rq, &q));
    rule_filter filter = {.search = q.search,
                          .class_code = q.class_code,
                          .source = q.source,
                          .cursor = q.cursor,
                          .limit = ROWS_PER_PAGE};
    OQ_TRY(rule_find(s, &filter, &list));
    OQ_TRY(rule_class_names(s, &names));
    web_page page = web_page_begin(rq, "rules/list", "rules.title", "rules");
    web_page_crumb(&page, web_say(&page, "rules.title"), NULL);
    web_put_text(page.view, "search", q.search);
    put_choices(&page, &names, &q);
    web_put_bool(page.view, "is_filtered", q.search.len || q.class_code.len || q.source);
    web_put_bool(page.view, "has_rows", list.count > 0);
    web_value *rows = web_put_list(page.view, "rows");
    for (size_t i = 0; i < list.count; i++) {
        oq_mark mark = oq_err_mark();
        oq_ignore(put_row(&page, web_add_object(rows), &list.at[i], &names),
                  "a rule of an earlier version is shown by its code");
        oq_err_rewind(mark);
    }
    put_pager(&page, &q, &list);
    return web_page_send(&page);
}

oq_err *rca_rule_page_presets(http_req *rq, oq_scope *s)
{
    rule_report report;
    OQ_TRY(rule_presets_apply(s, &report));
    web_toast(rq, "ok", "rules.presets_made");
    http_redirect(rq, OQ_STR("/rca-rules"));
    return NULL;
}

/* --- one ----------------------------------------------------------------------------------------*/

typedef struct show_query {
    bool try_past;
} show_query;

const oq_field rule_show_query_fields[] = {
    OQ_BOOL(show_query, try_past),
    OQ_FIELDS_END,
};

oq_err *rule_put_changes(const web_page *page, web_value *to, oq_str changes)
{
    oq_pair *pair;
    size_t count;
    OQ_TRY(oq_json_pairs(page->arena, changes, &pair, &count));
    web_value *rows = web_put_list(to, "changes");
    for (size_t i = 0; i < count; i++) {
        oq_pair *side;
        size_t sides;
        OQ_TRY(oq_json_pairs(page->arena, pair[i].value, &side, &sides));
        web_value *row = web_add_object(rows);
        web_put_text(row, "path", pair[i].name);
        for (size_t k = 0; k < sides; k++)
            web_put_text(row, oq_str_c(page->arena, side[k].name), side[k].value);
    }
    return NULL;
}

static oq_err *put_versions(const web_page *page, oq_scope *s, oq_uuid id)
{
    rule_versions list;
    OQ_TRY(rule_versions_of(s, id, &list));
    web_value *rows = web_put_list(page->view, "versions");
    for (size_t i = 0; i < list.count; i++) {
        const rule_version *v = &list.at[i];
        web_value *row = web_add_object(rows);
        web_put_i64(row, "version", v->version);
        web_put_text(row, "made_by", v->made_by);
        web_put_text(row, "at", web_format_time(page->arena, &page->locale, v->made_at));
        web_put_bool(row, "is_on", v->is_enabled);
        web_put_text(row, "json", rule_pretty(page->arena, v->body));
        if (i + 1 < list.count)
            OQ_TRY(rule_put_changes(page, row,
                                    rule_difference(page->arena, list.at[i + 1].body, v->body)));
    }
    return NULL;
}

oq_err *rca_rule_page_show(http_req *rq, oq_scope *s)
{
    oq_uuid id;
    show_query q;
    rca_rule *r;
    cause_rule *rule;
    class_names names;
    OQ_TRY(http_path_uuid(rq, "id", &id));
    OQ_TRY(http_query(rq, &q));
    OQ_TRY(rule_get(s, id, &r));
    OQ_TRY(cause_rule_parse(http_arena(rq), r->body, &rule));
    OQ_TRY(rule_class_names(s, &names));
    web_page page = web_page_begin(rq, "rules/one", "rules.title", "rules");
    page.title = cause_rule_name(rule, page.locale.lang == OQ_LANG_AR);
    web_page_crumb(&page, web_say(&page, "rules.title"), "/rca-rules");
    web_page_crumb(&page, page.title, NULL);
    web_value *view = web_put_object(page.view, "rule");
    web_put_text(view, "id", oq_uuid_text(page.arena, id));
    web_put_text(view, "code", r->code);
    web_put_i64(view, "version", r->version);
    web_put_bool(view, "is_enabled", r->is_enabled);
    web_put_bool(view, "can_approve", r->source == RULE_LEARNED && r->approved_at == OQ_TIME_NONE);
    web_put_bool(view, "can_remove", r->hits == 0);
    rule_put_state(&page, view, r);
    rule_put_words(&page, view, rule, &names);
    rule_put_record(&page, view, r);
    OQ_TRY(put_versions(&page, s, id));
    if (q.try_past) {
        rule_trials trials;
        OQ_TRY(rule_dry_run(s, id, r->body, &trials));
        rule_put_trials(&page, &trials);
    }
    return web_page_send(&page);
}

/* --- deeds --------------------------------------------------------------------------------------*/

static void back_to(http_req *rq, oq_uuid id, const char *toast)
{
    web_toast(rq, "ok", toast);
    http_redirect(
        rq, oq_strf(http_arena(rq), "/rca-rules/%.*s", OQ_FMT(oq_uuid_text(http_arena(rq), id))));
}

oq_err *rca_rule_page_switch(http_req *rq, oq_scope *s)
{
    oq_uuid id;
    rca_rule *rule;
    OQ_TRY(http_path_uuid(rq, "id", &id));
    OQ_TRY(rule_get(s, id, &rule));
    rule_order order = {rule->code, rule->body, !rule->is_enabled, rule->version};
    OQ_TRY(rule_change(s, id, &order, &rule));
    back_to(rq, id, rule->is_enabled ? "rules.was_switched_on" : "rules.was_switched_off");
    return NULL;
}

oq_err *rca_rule_page_approve(http_req *rq, oq_scope *s)
{
    oq_uuid id;
    rca_rule *rule;
    OQ_TRY(http_path_uuid(rq, "id", &id));
    OQ_TRY(rule_approve(s, id, &rule));
    back_to(rq, id, "rules.was_approved");
    return NULL;
}

oq_err *rca_rule_page_remove(http_req *rq, oq_scope *s)
{
    oq_uuid id;
    OQ_TRY(http_path_uuid(rq, "id", &id));
    OQ_TRY(rule_remove(s, id));
    web_toast(rq, "ok", "rules.was_removed");
    http_redirect(rq, OQ_STR("/rca-rules"));
    return NULL;
}
