/* GET /api/blackbox/reports/{id}: the report in both languages. */
#include "incident/report.h"

#include "base/banned.h"

static oq_str text_of(const oq_choice *choices, int value)
{
    return oq_cstr(oq_choice_text(choices, value));
}

static void put_header(oq_json *j, const dossier *d)
{
    const incident *it = d->it;
    const incident_names *n = d->names;
    oq_json_object(j);
    oq_json_put(j, text, "title", it->title);
    oq_json_put(j, text, "title_ar", it->title_ar);
    oq_json_put(j, text, "type", text_of(incident_type_choices, it->incident_type));
    oq_json_put(j, text, "severity", text_of(incident_severity_choices, it->severity));
    oq_json_put(j, text, "status", text_of(incident_status_choices, it->status));
    oq_json_put(j, time, "start_time", it->start_time);
    oq_json_put(j, time, "end_time", it->end_time);
    oq_json_put(j, time, "anchor_time", it->anchor_time);
    oq_json_put(j, uuid, "root_asset_id", it->root_asset_id);
    oq_json_put(j, text, "asset_code", n->asset_code);
    oq_json_put(j, text, "asset_name", n->asset_name);
    oq_json_put(j, text, "asset_name_ar", n->asset_name_ar);
    oq_json_put(j, text, "site_name", n->site_name);
    oq_json_put(j, text, "site_name_ar", n->site_name_ar);
    oq_json_put(j, i64, "events", n->events);
    oq_json_object_end(j);
}

static void put_timeline(oq_json *j, const dossier *d)
{
    oq_json_array(j);
    for (size_t i = 0; i < d->key_events.count; i++) {
        const incident_event *e = &d->key_events.at[i];
        oq_json_object(j);
        oq_json_put(j, time, "at", e->event_time);
        oq_json_put(j, text, "summary", e->summary);
        oq_json_put(j, text, "summary_ar", e->summary_ar);
        oq_json_put(j, text, "asset_code", e->asset_code);
        oq_json_put(j, text, "event_category", text_of(event_category_choices, e->event_category));
        oq_json_put(j, text, "severity", text_of(event_severity_choices, e->severity));
        oq_json_put(j, text, "role", text_of(event_role_choices, e->role));
        oq_json_object_end(j);
    }
    oq_json_array_end(j);
}

/* Members of the analysis as they are, under the same names. */
static void put_parts(oq_json *j, const dossier *d, const char *const *name, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        oq_json_name(j, name[i]);
        oq_json_raw(j, dossier_raw(d, name[i]));
    }
}

static void put_rca(oq_json *j, const dossier *d)
{
    static const char *const name[] = {"causes", "findings", "similar", "inputs"};
    oq_json_object(j);
    oq_json_put(j, i64, "number", d->run ? d->run->number : 0);
    oq_json_put(j, time, "made_at", d->run ? d->run->made_at : OQ_TIME_NONE);
    oq_json_put(j, raw, "summary", d->it->rca_summary);
    oq_json_put(j, text, "confirmed_cause", d->it->confirmed_cause);
    put_parts(j, d, name, OQ_COUNT(name));
    oq_json_object_end(j);
}

static void put_impact(oq_json *j, const dossier *d)
{
    static const char *const name[] = {"financial"};
    oq_json_object(j);
    oq_json_put(j, raw, "estimate", d->it->impact_estimate);
    oq_json_put(j, raw, "carbon", d->it->carbon_impact_estimate);
    put_parts(j, d, name, OQ_COUNT(name));
    oq_json_object_end(j);
}

static void put_texts(oq_json *j, const char *key, const web_value *list)
{
    oq_json_name(j, key);
    oq_json_array(j);
    for (size_t i = 0; i < web_count(list); i++)
        oq_json_text(j, web_as_text(web_at(list, i)));
    oq_json_array_end(j);
}

static void put_views(oq_json *j, const web_page *page, const dossier *d, oq_us now)
{
    web_page in[] = {*page, *page};
    in[0].locale.lang = OQ_LANG_EN;
    in[1].locale.lang = OQ_LANG_AR;
    static const char *const view[] = {"technical", "management"}, *const lang[] = {"en", "ar"};
    oq_json_object(j);
    for (size_t i = 0; i < OQ_COUNT(view); i++) {
        oq_json_name(j, view[i]);
        oq_json_object(j);
        for (size_t k = 0; k < OQ_COUNT(lang); k++) {
            web_value *to = web_object(page->arena);
            if (i == 0)
                report_put_technical(&in[k], to, "list", d);
            else
                report_put_management(&in[k], to, "list", d, now);
            put_texts(j, lang[k], web_get(to, OQ_STR("list")));
        }
        oq_json_object_end(j);
    }
    oq_json_object_end(j);
}

oq_err *report_api_get(http_req *rq, oq_scope *s)
{
    oq_uuid id;
    dossier *d;
    OQ_TRY(http_path_uuid(rq, "id", &id));
    OQ_TRY(dossier_get(s, id, 0, &d));
    web_page page = web_page_begin(rq, "incidents/report", "report.title", "blackbox");
    oq_json *j = http_json(rq, 200);
    oq_json_object(j);
    oq_json_put(j, uuid, "incident_id", id);
    oq_json_put(j, text, "number", dossier_name(page.arena, d->it->number));
    oq_json_put(j, time, "generated_at", oq_now(s));
    oq_json_put(j, text, "extent", text_of(incident_extent_choices, (int)d->view.extent));
    oq_json_key(j, OQ_STR("header"));
    put_header(j, d);
    oq_str story = dossier_raw(d, "story");
    oq_json_put(j, raw, "executive_summary", story.len ? story : d->it->rca_summary);
    oq_json_key(j, OQ_STR("timeline"));
    put_timeline(j, d);
    oq_json_key(j, OQ_STR("rca"));
    put_rca(j, d);
    oq_json_key(j, OQ_STR("impact"));
    put_impact(j, d);
    oq_json_put(j, raw, "actions", dossier_raw(d, "actions"));
    oq_json_key(j, OQ_STR("recommendations"));
    put_views(j, &page, d, oq_now(s));
    oq_json_put(j, bool, "is_unaltered", d->is_unaltered);
    oq_json_put(j, text, "seal",
                d->newest_seal.len ? oq_hex(page.arena, d->newest_seal.ptr, d->newest_seal.len)
                                   : OQ_NONE);
    oq_json_object_end(j);
    return NULL;
}
