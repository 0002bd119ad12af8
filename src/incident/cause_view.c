/* Causes with what speaks for them, past incidents that look alike, what the signals did. */
#include <math.h>

#include "incident/views.h"

#include "base/banned.h"

static const web_value *of(const web_value *object, const char *key)
{
    return web_get(object, oq_cstr(key));
}

oq_str view_percent(const web_page *page, double share)
{
    return isnan(share) ? OQ_NONE : web_format_percent(page->arena, &page->locale, share, 0);
}

void view_put_texts(const web_page *page, web_value *to, const char *key, const web_value *list)
{
    web_value *texts = web_put_list(to, key);
    for (size_t i = 0; i < web_count(list); i++) {
        oq_str said = dossier_said(page->locale.lang, web_at(list, i));
        if (said.len)
            web_add_text(texts, said);
    }
}

/* "mechanical" of the analysis in the page's language. */
static oq_str category_text(const web_page *page, oq_str category)
{
    if (!category.len)
        return OQ_NONE;
    oq_str plain = oq_str_lower(page->arena, category);
    return web_choice_label(page->locale.lang, "cause_category", oq_str_c(page->arena, plain));
}

static oq_us moment_of(const web_value *value)
{
    oq_us at;
    return oq_time_parse(web_as_text(value), &at) ? at : OQ_TIME_NONE;
}

/* --- the summary --------------------------------------------------------------------------------*/

void view_put_summary(const web_page *page, web_value *to, const dossier *d)
{
    oq_lang lang = page->locale.lang;
    bool is_summary = d->view.extent == INCIDENT_SUMMARY;
    const web_value *told =
        is_summary ? dossier_json(page->arena, d->it->rca_summary) : dossier_part(d, "summary");
    web_put_text(to, "hypothesis", dossier_said(lang, of(told, "main_hypothesis")));
    web_put_text(to, "category", category_text(page, web_as_text(of(told, "root_cause_category"))));
    web_put_text(to, "confidence", view_percent(page, dossier_number(of(told, "confidence"))));
    view_put_texts(page, to, "factors", of(told, "contributing_factors"));
    web_put_bool(to, "has_factors", web_count(of(told, "contributing_factors")) > 0);
    web_put_text(to, "story", dossier_said(lang, dossier_part(d, "story")));
    web_put_bool(to, "has_analysis", told != NULL);
    web_put_bool(to, "is_summary", is_summary);
    web_put_bool(to, "is_detail", !is_summary);
}

/* --- evidence -----------------------------------------------------------------------------------*/

static void put_named_events(const web_page *page, web_value *to, const dossier *d,
                             const web_value *ids)
{
    web_value *list = web_put_list(to, "events");
    for (size_t i = 0; i < web_count(ids); i++) {
        oq_uuid id;
        if (!oq_uuid_parse(web_as_text(web_at(ids, i)), &id))
            continue;
        for (size_t k = 0; k < d->event_count; k++) {
            if (!oq_uuid_eq(d->event[k].id, id))
                continue;
            web_value *event = web_add_object(list);
            web_put_text(event, "at",
                         web_format_time(page->arena, &page->locale, d->event[k].event_time));
            web_put_text(event, "summary",
                         dossier_sentence(page, d->event[k].summary,
                                        d->event[k].summary_ar));
        }
    }
    web_put_bool(to, "has_events", web_count(list) > 0);
}

/* Leads to the signal in the incident's window. */
static oq_str series_href(const web_page *page, const dossier *d, oq_uuid id)
{
    return oq_strf(page->arena, "/series/%.*s?from=%.*s&to=%.*s",
                   OQ_FMT(oq_uuid_text(page->arena, id)),
                   OQ_FMT(oq_time_text(page->arena, d->it->window_from)),
                   OQ_FMT(oq_time_text(page->arena, d->it->window_to)));
}

static void put_named_series(const web_page *page, web_value *to, const dossier *d,
                             const web_value *nos)
{
    web_value *list = web_put_list(to, "signals");
    for (size_t i = 0; i < web_count(nos); i++) {
        int64_t no;
        if (!oq_parse_i64(web_as_text(web_at(nos, i)), &no))
            continue;
        for (size_t k = 0; k < d->series_count; k++) {
            const dossier_named_series *e = &d->series[k];
            if (e->no != no)
                continue;
            web_value *signal = web_add_object(list);
            oq_str name = dossier_either(page->locale.lang, e->name, e->name_ar);
            web_put_text(signal, "name", name.len ? name : e->key);
            web_put_text(signal, "key", e->key);
            web_put_text(signal, "href", series_href(page, d, e->id));
        }
    }
    web_put_bool(to, "has_signals", web_count(list) > 0);
}

static void put_evidence(const web_page *page, web_value *to, const dossier *d, const web_value *e)
{
    oq_str kind = web_as_text(of(e, "kind")), version = web_as_text(of(e, "version"));
    bool is_rule = oq_str_eq(kind, OQ_STR("rule"));
    web_put_text(to, "kind",
                 web_choice_label(page->locale.lang, "evidence_kind", oq_str_c(page->arena, kind)));
    web_put_text(to, "text", dossier_said(page->locale.lang, of(e, "text")));
    web_put_text(to, "ref", is_rule ? web_as_text(of(e, "ref")) : OQ_NONE);
    web_put_text(to, "version", is_rule && !oq_str_eq(version, OQ_STR("0")) ? version : OQ_NONE);
    web_put_text(to, "weight", view_percent(page, dossier_number(of(e, "weight"))));
    web_put_text(to, "trust", view_percent(page, dossier_number(of(e, "trust"))));
    put_named_events(page, to, d, of(e, "event_ids"));
    put_named_series(page, to, d, of(e, "series_nos"));
}

/* --- causes -------------------------------------------------------------------------------------*/

static void put_cause(const web_page *page, web_value *to, const dossier *d, const web_value *c,
                      size_t rank)
{
    oq_str code = web_as_text(of(c, "code"));
    oq_str label = dossier_said(page->locale.lang, of(c, "label"));
    double probability = dossier_number(of(c, "probability"));
    const web_value *evidence = of(c, "evidence");
    web_put_text(to, "label", label.len ? label : dossier_code_words(page->arena, code));
    web_put_text(to, "code", code);
    web_put_text(to, "category", category_text(page, web_as_text(of(c, "category"))));
    web_put_text(to, "percent", view_percent(page, probability));
    web_put_text(to, "value",
                 oq_strf(page->arena, "%.1f", isnan(probability) ? 0 : probability * 100));
    web_put_bool(to, "is_top", rank == 0);
    web_put_bool(to, "is_other", oq_str_eq(code, OQ_STR("other")));
    web_put_bool(to, "is_confirmed",
                 d->it->confirmed_cause.len && oq_str_eq(code, d->it->confirmed_cause));
    web_value *list = web_put_list(to, "evidence");
    for (size_t i = 0; i < web_count(evidence); i++)
        put_evidence(page, web_add_object(list), d, web_at(evidence, i));
    web_put_bool(to, "has_evidence", web_count(evidence) > 0);
    view_put_texts(page, to, "would_change", of(c, "would_change"));
    web_put_bool(to, "has_change", web_count(of(c, "would_change")) > 0);
}

void view_put_causes(const web_page *page, web_value *to, const dossier *d)
{
    const web_value *causes = dossier_part(d, "causes");
    web_value *list = web_put_list(to, "causes");
    for (size_t i = 0; i < web_count(causes); i++)
        put_cause(page, web_add_object(list), d, web_at(causes, i), i);
    web_put_bool(to, "has_causes", web_count(causes) > 0);
    view_put_texts(page, to, "inputs_missing", of(dossier_part(d, "inputs"), "missing"));
    web_put_bool(to, "has_inputs_missing", web_count(of(dossier_part(d, "inputs"), "missing")) > 0);
}

/* --- similar incidents, signals -----------------------------------------------------------------*/

void view_put_similar(const web_page *page, web_value *to, const dossier *d)
{
    static const char *const share[] = {"similarity", "types", "order", "shape"};
    const web_value *similar = dossier_part(d, "similar");
    web_value *list = web_put_list(to, "similar");
    for (size_t i = 0; i < web_count(similar); i++) {
        const web_value *one = web_at(similar, i);
        web_value *row = web_add_object(list);
        oq_uuid id;
        int64_t number = 0;
        oq_parse_i64(web_as_text(of(one, "number")), &number);
        bool is_open =
            !d->view.assigned_only && oq_uuid_parse(web_as_text(of(one, "incident_id")), &id);
        web_put_text(row, "number", dossier_name(page->arena, number));
        web_put_text(row, "href", is_open ? dossier_path(page->arena, id) : OQ_NONE);
        oq_str label = dossier_said(page->locale.lang, of(one, "label"));
        web_put_text(row, "label",
                     label.len ? label
                               : dossier_code_words(page->arena, web_as_text(of(one, "cause"))));
        for (size_t k = 0; k < OQ_COUNT(share); k++)
            web_put_text(row, share[k], view_percent(page, dossier_number(of(one, share[k]))));
        web_put_text(
            row, "at",
            web_format_date(page->arena, &page->locale, moment_of(of(one, "happened_at"))));
    }
    web_put_bool(to, "has_similar", web_count(similar) > 0);
}

void view_put_findings(const web_page *page, web_value *to, const dossier *d)
{
    const web_value *findings = dossier_part(d, "findings");
    web_value *list = web_put_list(to, "findings");
    for (size_t i = 0; i < web_count(findings); i++) {
        const web_value *f = web_at(findings, i);
        web_value *row = web_add_object(list);
        oq_uuid id;
        web_put_text(row, "key", web_as_text(of(f, "key")));
        web_put_text(row, "href",
                     oq_uuid_parse(web_as_text(of(f, "series_id")), &id) ? series_href(page, d, id)
                                                                         : OQ_NONE);
        web_put_text(row, "text", dossier_said(page->locale.lang, of(f, "text")));
        web_put_text(row, "at",
                     web_format_time(page->arena, &page->locale, moment_of(of(f, "from"))));
        web_put_bool(row, "is_beyond", web_is_true(of(f, "beyond_limit")));
    }
    web_put_bool(to, "has_findings", web_count(findings) > 0);
}
