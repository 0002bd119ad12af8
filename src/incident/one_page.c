/* /blackbox/incidents/{id}. */
#include "incident/views.h"
#include "rca/rca.h"
#include "web/parts.h"

#include "base/banned.h"

typedef struct one_query {
    int64_t run;
    oq_us from, to;
    int category;
    oq_uuid asset_id;
} one_query;
const oq_field dossier_page_query_fields[] = {
    OQ_I64(one_query, run, .min = 1, .max = 1000000, .help = "An earlier analysis, by its number"),
    OQ_TIME(one_query, from, .help = "What the timeline shows"),
    OQ_TIME(one_query, to),
    OQ_CHOICE(one_query, category, event_category_choices),
    OQ_UUID(one_query, asset_id),
    OQ_FIELDS_END,
};

/* Everything that a form of the page may hold. */
static const oq_field form_fields[] = {
    OQ_CHOICE(dossier_form, status, incident_status_choices),
    OQ_TEXT(dossier_form, note, .max = 2000),
    OQ_TEXT(dossier_form, cause, .max = 200),
    OQ_TEXT(dossier_form, other_cause, .max = 200),
    OQ_TEXT(dossier_form, cause_note, .max = 2000),
    OQ_TEXT(dossier_form, text, .max = EVENT_SUMMARY_MAX),
    OQ_CHOICE(dossier_form, severity, event_severity_choices),
    OQ_FIELDS_END,
};

/* --- what one may do ----------------------------------------------------------------------------*/

static bool may(oq_scope *s, oq_cap cap)
{
    return oq_caps_have(oq_scope_actor(s)->caps, cap);
}

static void put_moves(const web_page *page, oq_scope *s, const dossier *d)
{
    static const struct {
        int to;
        const char *label_key;
    } move[] = {
        {INCIDENT_INVESTIGATING, "incident.take_up"},
        {INCIDENT_RESOLVED, "incident.resolve"},
        {INCIDENT_CLOSED, "incident.close"},
        {INCIDENT_OPEN, "incident.reopen"},
    };
    web_value *list = web_put_list(page->view, "moves");
    for (size_t i = 0; may(s, CAP_INCIDENT_MANAGE) && i < OQ_COUNT(move); i++) {
        if (!incident_may_become(d->it->status, move[i].to))
            continue;
        web_value *row = web_add_object(list);
        web_put_cstr(row, "to", oq_choice_text(incident_status_choices, move[i].to));
        web_put_text(row, "label", web_say(page, move[i].label_key));
        web_put_bool(row, "is_first", web_count(list) == 1);
    }
    web_put_bool(page->view, "has_moves", web_count(list) > 0);
}

static void put_severities(const web_page *page, int selected)
{
    web_value *list = web_put_list(page->view, "log_severities");
    for (const oq_choice *c = event_severity_choices; c->text; c++)
        web_add_option(list, oq_cstr(c->text),
                       web_choice_label(page->locale.lang, "event_severity", c->text),
                       c->value == (selected ? selected : SEVERITY_INFO));
}

/* What can be confirmed: the likeliest cause first chosen. */
static oq_err *put_choices(const web_page *page, oq_scope *s, const dossier *d,
                           const dossier_form *typed)
{
    rca_causes causes = {0};
    bool may_confirm = may(s, CAP_INCIDENT_MANAGE);
    web_value *list = web_put_list(page->view, "cause_choices");
    web_put_bool(page->view, "may_confirm", may_confirm);
    if (!may_confirm)
        return NULL;
    OQ_TRY(rca_causes_of(s, d->it->id, &causes));
    oq_str chosen = typed && typed->cause.len    ? typed->cause
                    : d->it->confirmed_cause.len ? d->it->confirmed_cause
                                                 : d->it->top_cause;
    for (size_t i = 0; i < causes.count; i++) {
        const rca_cause *c = &causes.at[i];
        oq_str label = dossier_either(page->locale.lang, c->label, c->label_ar);
        web_add_option(list, c->code, label.len ? label : dossier_code_words(page->arena, c->code),
                       oq_str_eq(c->code, chosen));
    }
    return NULL;
}

/* --- analyses -----------------------------------------------------------------------------------*/

static void put_runs(const web_page *page, const dossier *d)
{
    web_value *list = web_put_list(page->view, "runs");
    oq_arena *a = page->arena;
    for (size_t i = 0; i < d->run_count; i++) {
        const dossier_run *run = &d->runs[i];
        web_value *row = web_add_object(list);
        web_put_text(row, "number", web_format_i64(a, &page->locale, run->number));
        web_put_text(row, "href",
                     oq_strf(a, "%.*s?run=%lld", OQ_FMT(dossier_path(a, d->it->id)),
                             (long long)run->number));
        web_put_text(row, "at", web_format_time_exact(a, &page->locale, run->made_at));
        web_put_text(row, "by", dossier_who(page, run->made_by));
        web_put_text(row, "took", web_format_duration(a, &page->locale, run->took_us));
        web_put_text(row, "top", dossier_said(page->locale.lang, dossier_json(a, run->top)));
        web_put_text(row, "percent", view_percent(page, run->probability));
        web_put_bool(row, "is_shown", run == d->run);
    }
    web_put_bool(page->view, "has_runs", d->run_count > 0);
    web_put_bool(page->view, "is_older", d->run && d->run != d->runs);
    web_put_bool(page->view, "is_outdated",
                 d->run && d->run == d->runs && d->run->incident_version < d->it->version);
}

/* --- the page -----------------------------------------------------------------------------------*/

static void put_all(const web_page *page, oq_scope *s, const dossier *d)
{
    web_value *to = page->view;
    view_put_head(page, to, d, oq_now(s));
    view_put_summary(page, to, d);
    view_put_causes(page, to, d);
    view_put_findings(page, to, d);
    view_put_similar(page, to, d);
    view_put_impact(page, to, d);
    view_put_actions(page, to, d);
    view_put_orders(page, to, d);
    view_put_steps(page, to, d);
    put_runs(page, d);
    put_moves(page, s, d);
    web_put_text(to, "trace",
                 oq_uuid_is_zero(d->it->trace_id) ? OQ_NONE
                                                  : oq_uuid_text(page->arena, d->it->trace_id));
    web_put_text(to, "merged_href",
                 oq_uuid_is_zero(d->it->merged_into)
                     ? OQ_NONE
                     : dossier_path(page->arena, d->it->merged_into));
}

static oq_err *show(http_req *rq, oq_scope *s, const dossier_form *typed, const oq_err *err)
{
    oq_uuid id;
    one_query query = {.from = OQ_TIME_NONE, .to = OQ_TIME_NONE};
    dossier *d;
    OQ_TRY(http_path_uuid(rq, "id", &id));
    if (http_method_of(rq) == HTTP_GET)
        OQ_TRY(http_query(rq, &query));
    OQ_TRY(dossier_get(s, id, query.run == OQ_I64_NONE ? 0 : query.run, &d));
    web_page page = web_page_begin(rq, "incidents/one", "blackbox.title", "blackbox");
    page.title = dossier_name(page.arena, d->it->number);
    page.status = err ? oq_kind_status(err->kind) : 0;
    web_page_crumb(&page, web_say(&page, "blackbox.title"), "/blackbox");
    web_page_crumb(&page, page.title, NULL);
    web_page_form(&page, form_fields, typed, err);
    put_all(&page, s, d);
    put_severities(&page, typed ? typed->severity : 0);
    OQ_TRY(put_choices(&page, s, d, typed));
    timeline_query window = {
        .from = query.from, .to = query.to, .category = query.category, .asset_id = query.asset_id};
    if (d->view.extent != INCIDENT_SUMMARY)
        OQ_TRY(view_put_timeline(&page, s, page.view, d, &window));
    return web_page_send(&page);
}

oq_err *dossier_page_one(http_req *rq, oq_scope *s)
{
    return show(rq, s, NULL, NULL);
}

oq_err *dossier_show_again(http_req *rq, const dossier_form *typed, oq_err *err)
{
    oq_scope *s;
    if (err->kind != OQ_INVALID && err->kind != OQ_MALFORMED && err->kind != OQ_CONFLICT)
        return err;
    OQ_TRY(http_scope_again(rq, &s));
    return show(rq, s, typed, err);
}
