/* GET /api/blackbox/incidents/{id}/timeline. */
#include "historian/points_json.h"
#include "incident/timeline.h"

#include "base/banned.h"

static oq_str text_of(const oq_choice *choices, int value)
{
    return oq_cstr(oq_choice_text(choices, value));
}

static void put_event(oq_json *j, const incident_event *e)
{
    oq_json_object(j);
    oq_json_put(j, uuid, "id", e->id);
    oq_json_put(j, time, "event_time", e->event_time);
    oq_json_put(j, text, "severity", text_of(event_severity_choices, e->severity));
    oq_json_put(j, text, "role", text_of(event_role_choices, e->role));
    oq_json_put(j, text, "source_type", text_of(event_type_choices, e->source_type));
    oq_json_put(j, text, "source_system", e->source_system);
    oq_json_put(j, text, "summary", e->summary);
    if (e->summary_ar.len)
        oq_json_put(j, text, "summary_ar", e->summary_ar);
    if (e->is_late)
        oq_json_put(j, bool, "is_late", true);
    oq_json_object_end(j);
}

static void put_group(oq_json *j, const timeline_group *g)
{
    oq_json_object(j);
    oq_json_put(j, uuid, "asset_id", g->asset_id);
    oq_json_put(j, text, "asset_code", g->asset_code);
    oq_json_put(j, text, "asset_name", g->asset_name);
    oq_json_put(j, text, "asset_name_ar", g->asset_name_ar);
    oq_json_put(j, text, "event_category", text_of(event_category_choices, g->category));
    oq_json_put(j, i64, "count", (int64_t)g->count);
    oq_json_key(j, OQ_STR("events"));
    oq_json_array(j);
    for (size_t i = 0; i < g->count; i++)
        put_event(j, g->event[i]);
    oq_json_array_end(j);
    oq_json_object_end(j);
}

static void put_limits(oq_json *j, const signal_limits *l)
{
    oq_json_object(j);
    oq_json_put(j, f64, "low_low", l->low_low);
    oq_json_put(j, f64, "low", l->low);
    oq_json_put(j, f64, "high", l->high);
    oq_json_put(j, f64, "high_high", l->high_high);
    oq_json_object_end(j);
}

static void put_signal(oq_json *j, const timeline_signal *g)
{
    const series *e = g->signal->e;
    oq_json_object(j);
    oq_json_put(j, uuid, "id", e->id);
    oq_json_put(j, text, "key", e->key);
    oq_json_put(j, text, "metric", e->metric);
    oq_json_put(j, text, "name", e->name);
    oq_json_put(j, text, "name_ar", e->name_ar);
    oq_json_put(j, text, "unit", e->unit);
    oq_json_put(j, text, "asset_code", g->signal->asset_code);
    oq_json_put(j, bool, "is_state", e->is_state);
    oq_json_key(j, OQ_STR("limits"));
    put_limits(j, &g->signal->limits);
    oq_json_put(j, i64, "of", g->of);
    oq_json_key(j, OQ_STR("times"));
    points_put_times(oq_json_raw_to(j), &g->samples);
    oq_json_key(j, OQ_STR("values"));
    points_put_values(oq_json_raw_to(j), &g->samples);
    oq_json_key(j, OQ_STR("qualities"));
    points_put_qualities(oq_json_raw_to(j), &g->samples);
    oq_json_object_end(j);
}

void timeline_write(oq_json *j, const timeline *t)
{
    oq_json_object(j);
    oq_json_put(j, uuid, "incident_id", t->it->id);
    oq_json_put(j, i64, "number", t->it->number);
    oq_json_put(j, text, "extent",
                oq_cstr(oq_choice_text(incident_extent_choices, (int)t->view.extent)));
    oq_json_put(j, time, "from", t->from);
    oq_json_put(j, time, "to", t->to);
    oq_json_put(j, time, "anchor_time", t->it->anchor_time);
    oq_json_put(j, time, "window_from", t->it->window_from);
    oq_json_put(j, time, "window_to", t->it->window_to);
    oq_json_put(j, i64, "events", (int64_t)t->events);
    oq_json_put(j, bool, "is_cut", t->is_cut);
    oq_json_key(j, OQ_STR("groups"));
    oq_json_array(j);
    for (size_t i = 0; i < t->groups; i++)
        put_group(j, &t->group[i]);
    oq_json_array_end(j);
    oq_json_key(j, OQ_STR("series"));
    oq_json_array(j);
    for (size_t i = 0; i < t->signals; i++)
        put_signal(j, &t->signal[i]);
    oq_json_array_end(j);
    oq_json_object_end(j);
}

oq_err *timeline_api_get(http_req *rq, oq_scope *s)
{
    oq_uuid id;
    timeline_query query;
    timeline *t;
    OQ_TRY(http_path_uuid(rq, "id", &id));
    OQ_TRY(http_query(rq, &query));
    OQ_TRY(timeline_get(s, id, &query, &t));
    timeline_write(http_json(rq, 200), t);
    return NULL;
}
