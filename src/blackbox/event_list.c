#include "blackbox/event_list.h"

#include "blackbox/event_json.h"
#include "blackbox/incident_view.h"
#include "blackbox/inner.h"
#include "http/request.h"
#include "plant/plant.h"

#include "event_list.sql.h"

#include "base/banned.h"

const oq_field event_fields[] = {
    OQ_UUID(event, id),
    OQ_TIME(event, event_time, .help = "When it happened"),
    OQ_TIME(event, ingest_time, .help = "When it became known here"),
    OQ_TIME(event, source_time, .help = "As the source said it, where its clock was corrected"),
    OQ_TEXT(event, source_system),
    OQ_TEXT(event, source_id),
    OQ_CHOICE(event, source_type, event_type_choices),
    OQ_CHOICE(event, severity, event_severity_choices),
    OQ_CHOICE(event, event_category, event_category_choices),
    OQ_TEXT(event, summary),
    OQ_TEXT(event, summary_ar, .help = "The payload's"),
    OQ_JSON(event, payload),
    OQ_UUID(event, asset_id),
    OQ_UUID(event, unit_id),
    OQ_UUID(event, site_id),
    OQ_UUID(event, component_id),
    OQ_UUID(event, shift_id),
    OQ_UUID(event, trace_id),
    OQ_TEXT(event, asset_code),
    OQ_TEXT(event, asset_name),
    OQ_TEXT(event, asset_name_ar),
    OQ_TEXT(event, site_code),
    OQ_TEXT(event, site_name),
    OQ_TEXT(event, site_name_ar),
    OQ_TEXT(event, line_id),
    OQ_TEXT(event, batch_id),
    OQ_TEXT(event, lot_id),
    OQ_TEXTS(event, tags),
    OQ_BOOL(event, is_trigger, .help = "It may open an incident"),
    OQ_FIELDS_END,
};

static void mask(oq_arena *arena, const incident_view *view, event *e)
{
    incident_event as = {.event_category = e->event_category,
                         .source_id = e->source_id,
                         .summary = e->summary,
                         .payload = e->payload};
    incident_mask_event(arena, view, &as);
    e->source_id = as.source_id;
    if (!oq_str_eq(e->summary, as.summary))
        e->summary_ar = as.summary;
    e->summary = as.summary;
    e->payload = as.payload;
}

static oq_str choice(const oq_choice *choices, int value)
{
    return value ? oq_cstr(oq_choice_text(choices, value)) : OQ_NONE;
}

static oq_us or_else(oq_us at, oq_us preset)
{
    return at == OQ_TIME_NONE ? preset : at;
}

typedef struct place {
    oq_us from, to, before_time;
    oq_uuid before_id;
    oq_str but_category, but_system;
    bool shows_ids;
    oq_strs words;
    int64_t limit;
} place;

/* By what few events have, as far as that is known beforehand: an asset, a severity that is not the
 * everyday one, a category, a source. */
static const char *way_of(const event_filter *f)
{
    if (!oq_uuid_is_zero(f->asset_id))
        return "asset";
    if (f->severity > SEVERITY_INFO)
        return "severity";
    if (f->category && f->category != CATEGORY_SENSOR)
        return "category";
    return f->source_system.len ? "system" : "time";
}

static oq_err *read_rows(oq_scope *s, oq_uuids ids, events *ret_events)
{
    sql_event_rows_rows rows = {0};
    if (ids.count)
        OQ_TRY(sql_event_rows(s, (sql_event_rows_args){.ids = ids}, &rows));
    *ret_events = (events){.at = rows.at, .count = rows.count};
    return NULL;
}

static oq_err *find_rows(oq_scope *s, const event_filter *f, const place *p, events *ret_events)
{
    sql_event_page_rows page;
    OQ_TRY(sql_event_page(s,
                          (sql_event_page_args){
                              .way = oq_cstr(way_of(f)),
                              .asset_id = f->asset_id,
                              .site_id = f->site_id,
                              .category = choice(event_category_choices, f->category),
                              .severity = choice(event_severity_choices, f->severity),
                              .source_system = f->source_system,
                              .from_time = p->from,
                              .to_time = p->to,
                              .before_time = p->before_time,
                              .before_id = p->before_id,
                              .words = p->words,
                              .but_category = p->but_category,
                              .but_system = p->but_system,
                              .shows_ids = p->shows_ids,
                              .limit = p->limit,
                          },
                          &page));
    oq_uuids ids = {oq_new_n(oq_scope_arena(s), oq_uuid, page.count), page.count};
    for (size_t i = 0; i < page.count; i++)
        ids.at[i] = page.at[i].id;
    return read_rows(s, ids, ret_events);
}

oq_err *event_find(oq_scope *s, const event_filter *f, oq_str cursor, size_t limit,
                   events *ret_events)
{
    oq_arena *arena = oq_scope_arena(s);
    incident_view view;
    place p = {.from = or_else(f->from, EVENT_TIME_MIN),
               .to = or_else(f->to, EVENT_TIME_MAX),
               .words = plant_patterns(arena, f->q),
               .limit = (int64_t)limit + 1};
    OQ_TRY(http_cursor_read(cursor, &p.before_time, &p.before_id));
    OQ_TRY(incident_view_of(s, &view));
    p.before_time = or_else(p.before_time, EVENT_TIME_MAX);
    if (view.extent == INCIDENT_SUMMARY)
        p.but_category = choice(event_category_choices, CATEGORY_OPERATOR_ACTION);
    if (view.assigned_only)
        p.but_system = OQ_STR(INCIDENT_EVENT_SYSTEM);
    p.shows_ids = view.extent == INCIDENT_FULL;
    OQ_TRY(find_rows(s, f, &p, ret_events));
    if (ret_events->count > limit) {
        const event *last = &ret_events->at[limit - 1];
        ret_events->count = limit;
        ret_events->next = http_cursor_make(arena, last->event_time, last->id);
    }
    for (size_t i = 0; i < ret_events->count; i++)
        mask(arena, &view, &ret_events->at[i]);
    return NULL;
}

static bool is_hidden(const incident_view *view, const event *e)
{
    if (view->extent == INCIDENT_SUMMARY && e->event_category == CATEGORY_OPERATOR_ACTION)
        return true;
    return view->assigned_only && oq_str_eq(e->source_system, OQ_STR(INCIDENT_EVENT_SYSTEM));
}

oq_err *event_get(oq_scope *s, oq_uuid id, event **ret_event)
{
    incident_view view;
    events rows;
    OQ_TRY(incident_view_of(s, &view));
    OQ_TRY(read_rows(s, (oq_uuids){&id, 1}, &rows));
    if (!rows.count || is_hidden(&view, rows.at))
        return oq_fail(OQ_NOT_FOUND, "event.not_found");
    mask(oq_scope_arena(s), &view, rows.at);
    *ret_event = rows.at;
    return NULL;
}
