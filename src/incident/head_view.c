/* What an incident is: its head, its events, its file. */
#include "incident/views.h"

#include "base/banned.h"

static oq_str place_of(const web_page *page, const incident_names *n)
{
    oq_lang lang = page->locale.lang;
    oq_str site = dossier_either(lang, n->site_name, n->site_name_ar);
    oq_str unit = dossier_either(lang, n->unit_name, n->unit_name_ar);
    return site.len && unit.len ? oq_strf(page->arena, "%.*s › %.*s", OQ_FMT(site), OQ_FMT(unit))
           : site.len           ? site
                                : unit;
}

static void put_facts(const web_page *page, web_value *to, const dossier *d)
{
    oq_lang lang = page->locale.lang;
    const incident *it = d->it;
    const incident_names *n = d->names;
    web_value *facts = web_put_list(to, "facts");
    oq_str asset = dossier_either(lang, n->asset_name, n->asset_name_ar);
    if (n->asset_code.len)
        dossier_add_fact(page, facts, "incident.root_asset",
                         oq_strf(page->arena, "%.*s · %.*s", OQ_FMT(n->asset_code), OQ_FMT(asset)),
                         oq_strf(page->arena, "/assets/%.*s",
                                 OQ_FMT(oq_uuid_text(page->arena, it->root_asset_id))));
    dossier_add_fact(page, facts, "incident.class",
                     dossier_either(lang, n->class_name, n->class_name_ar), OQ_NONE);
    dossier_add_fact(page, facts, "incident.place", place_of(page, n), OQ_NONE);
    dossier_add_fact(page, facts, "blackbox.start",
                     web_format_time_exact(page->arena, &page->locale, it->start_time), OQ_NONE);
    if (it->end_time != OQ_TIME_NONE)
        dossier_add_fact(page, facts, "incident.end",
                         web_format_time_exact(page->arena, &page->locale, it->end_time), OQ_NONE);
    if (it->anchor_time != OQ_TIME_NONE)
        dossier_add_fact(page, facts, "incident.anchor",
                         web_format_time_exact(page->arena, &page->locale, it->anchor_time),
                         OQ_NONE);
    dossier_add_fact(page, facts, "incident.events",
                     web_format_i64(page->arena, &page->locale, n->events), OQ_NONE);
    if (n->late_events)
        dossier_add_fact(page, facts, "incident.late_events",
                         web_format_i64(page->arena, &page->locale, n->late_events), OQ_NONE);
}

void view_put_head(const web_page *page, web_value *to, const dossier *d, oq_us now)
{
    const incident *it = d->it;
    web_put_text(to, "id", oq_uuid_text(page->arena, it->id));
    web_put_text(to, "href", dossier_path(page->arena, it->id));
    web_put_text(to, "number", dossier_name(page->arena, it->number));
    web_put_text(to, "headline", dossier_sentence(page, it->title, it->title_ar));
    web_put_text(to, "zone", page->locale.time_zone);
    dossier_put_badges(page, to, it->severity, it->status, it->incident_type);
    dossier_put_duration(page, to, it->start_time, it->end_time, it->status, now);
    put_facts(page, to, d);
    web_put(to, "confirmed", NULL);
    if (!it->confirmed_cause.len)
        return;
    web_value *confirmed = web_put_object(to, "confirmed");
    web_put_text(confirmed, "cause", dossier_code_words(page->arena, it->confirmed_cause));
    web_put_text(confirmed, "note", it->confirmed_note);
    web_put_text(confirmed, "by", d->names->confirmed_by_name);
    web_put_text(confirmed, "at", web_format_time(page->arena, &page->locale, it->confirmed_at));
    const web_value *causes = dossier_part(d, "causes");
    for (size_t i = 0; i < web_count(causes); i++) {
        const web_value *one = web_at(causes, i);
        oq_str label = dossier_said(page->locale.lang, web_get(one, OQ_STR("label")));
        if (label.len && oq_str_eq(web_as_text(web_get(one, OQ_STR("code"))), it->confirmed_cause))
            web_put_text(confirmed, "cause", label);
    }
}

/* --- events -------------------------------------------------------------------------------------*/

static const char *event_kind(int severity)
{
    return severity >= SEVERITY_MAJOR ? "bad" : severity >= SEVERITY_WARNING ? "warn" : "";
}

void view_put_event_severity(const web_page *page, web_value *to, int severity)
{
    dossier_put_state(to, "severity", event_kind(severity),
                      web_choice_label(page->locale.lang, "event_severity",
                                       oq_choice_text(event_severity_choices, severity)));
    web_put_bool(to, "is_bad", severity >= SEVERITY_MAJOR);
    web_put_bool(to, "is_warn", severity >= SEVERITY_WARNING && severity < SEVERITY_MAJOR);
}

void view_put_events(const web_page *page, web_value *to, const dossier *d)
{
    oq_lang lang = page->locale.lang;
    web_value *list = web_put_list(to, "key_events");
    for (size_t i = 0; i < d->key_events.count; i++) {
        const incident_event *e = &d->key_events.at[i];
        web_value *row = web_add_object(list);
        web_put_text(row, "at", web_format_time_exact(page->arena, &page->locale, e->event_time));
        web_put_text(row, "at_utc", oq_time_text(page->arena, e->event_time));
        web_put_text(row, "summary", dossier_sentence(page, e->summary, e->summary_ar));
        web_put_text(row, "asset", e->asset_code);
        web_put_text(row, "category",
                     web_choice_label(lang, "event_category",
                                      oq_choice_text(event_category_choices, e->event_category)));
        web_put_text(
            row, "role",
            web_choice_label(lang, "event_role", oq_choice_text(event_role_choices, e->role)));
        view_put_event_severity(page, row, e->severity);
    }
    web_put_bool(to, "has_key_events", d->key_events.count > 0);
}

/* --- the file -----------------------------------------------------------------------------------*/

static oq_str step_text(const web_page *page, oq_str step)
{
    oq_str key = oq_strf(page->arena, "incident_step.%.*s", OQ_FMT(step));
    return oq_text_exists(page->locale.lang, key) ? oq_text(page->locale.lang, key)
                                                  : dossier_code_words(page->arena, step);
}

void view_put_steps(const web_page *page, web_value *to, const dossier *d)
{
    web_value *list = web_put_list(to, "steps");
    for (size_t i = 0; i < d->steps.count; i++) {
        const incident_step_row *step = &d->steps.at[i];
        web_value *row = web_add_object(list);
        web_put_text(row, "step", step_text(page, step->step));
        web_put_text(row, "note", step->note);
        web_put_text(row, "by", dossier_who(page, step->made_by));
        web_put_text(row, "at", web_format_time_exact(page->arena, &page->locale, step->made_at));
    }
    web_put_bool(to, "has_steps", d->steps.count > 0);
    web_put_bool(to, "is_unaltered", d->is_unaltered);
    web_put_text(to, "seal",
                 d->newest_seal.len ? oq_hex(page->arena, d->newest_seal.ptr, d->newest_seal.len)
                                    : OQ_NONE);
}
