#include "blackbox/event.h"

#include "blackbox/inner.h"
#include "db/stmt.h"
#include "job/job.h"
#include "quant/incident_group.h"

#include "event.sql.h"

#include "base/banned.h"

const oq_choice event_type_choices[] = {
    {EVENT_TAG_READING, "TAG_READING"},
    {EVENT_ALERT, "ALERT"},
    {EVENT_ALARM, "ALARM"},
    {EVENT_WORK_ORDER, "WORK_ORDER"},
    {EVENT_OPERATOR_ACTION, "OPERATOR_ACTION"},
    {EVENT_SYSTEM_LOG, "SYSTEM_LOG"},
    {EVENT_OPTIMIZATION_RUN, "OPTIMIZATION_RUN"},
    {EVENT_OPTIMIZATION_RECOMMENDATION, "OPTIMIZATION_RECOMMENDATION"},
    {0, NULL},
};

const oq_choice event_severity_choices[] = {
    {SEVERITY_INFO, "INFO"},   {SEVERITY_WARNING, "WARNING"},   {SEVERITY_MINOR, "MINOR"},
    {SEVERITY_MAJOR, "MAJOR"}, {SEVERITY_CRITICAL, "CRITICAL"}, {0, NULL},
};

const oq_choice event_category_choices[] = {
    {CATEGORY_SENSOR, "SENSOR"},
    {CATEGORY_ALERT, "ALERT"},
    {CATEGORY_FAILURE, "FAILURE"},
    {CATEGORY_MAINTENANCE, "MAINTENANCE"},
    {CATEGORY_OPERATOR_ACTION, "OPERATOR_ACTION"},
    {CATEGORY_CONFIG_CHANGE, "CONFIG_CHANGE"},
    {CATEGORY_SYSTEM, "SYSTEM"},
    {0, NULL},
};

static_assert((int)SEVERITY_MAJOR == GROUP_MAJOR && (int)SEVERITY_CRITICAL == GROUP_CRITICAL,
              "quant/ counts severities alike");

/* Columns of all orders, side by side. */
typedef struct columns {
    oq_strs system, type, source_id, severity, category, summary, payload;
    oq_strs line_id, batch_id, lot_id, tags;
    oq_uuids id, asset_id, site_id, unit_id, component_id, shift_id, trace_id;
    oq_us *time, *source_time;
    int32_t *flags;
} columns;

static oq_strs texts(oq_arena *arena, size_t count)
{
    return (oq_strs){.at = oq_new_n(arena, oq_str, count), .count = count};
}

static oq_uuids ids(oq_arena *arena, size_t count)
{
    return (oq_uuids){.at = oq_new_n(arena, oq_uuid, count), .count = count};
}

static columns make_columns(oq_arena *arena, size_t count)
{
    return (columns){
        .system = texts(arena, count),
        .type = texts(arena, count),
        .source_id = texts(arena, count),
        .severity = texts(arena, count),
        .category = texts(arena, count),
        .summary = texts(arena, count),
        .payload = texts(arena, count),
        .line_id = texts(arena, count),
        .batch_id = texts(arena, count),
        .lot_id = texts(arena, count),
        .tags = texts(arena, count),
        .id = ids(arena, count),
        .asset_id = ids(arena, count),
        .site_id = ids(arena, count),
        .unit_id = ids(arena, count),
        .component_id = ids(arena, count),
        .shift_id = ids(arena, count),
        .trace_id = ids(arena, count),
        .time = oq_new_n(arena, oq_us, count),
        .source_time = oq_new_n(arena, oq_us, count),
        .flags = oq_new_n(arena, int32_t, count),
    };
}

/* --- what an order is ---------------------------------------------------------------------------*/

/* The payload's member "kind", where it is a text. What is not there is not looked for. */
static oq_str kind_of(oq_arena *arena, const event_order *o)
{
    if (oq_str_given(o->kind) || oq_str_find(o->payload, OQ_STR("\"kind\"")) == SIZE_MAX)
        return o->kind;
    oq_pair *pair;
    size_t count;
    oq_mark errors = oq_err_mark();
    if (oq_json_pairs(arena, o->payload, &pair, &count)) {
        oq_err_rewind(errors);
        return OQ_NONE;
    }
    for (size_t i = 0; i < count; i++)
        if (oq_str_eq(pair[i].name, OQ_STR("kind")))
            return pair[i].value;
    return OQ_NONE;
}

/* An alarm of severity INFO tells that it is over, or acknowledged: its kind is what it was. */
static bool is_trigger(oq_arena *arena, const event_order *o)
{
    bool is_alarm = o->source_type == EVENT_ALERT || o->source_type == EVENT_ALARM ||
                    o->category == CATEGORY_ALERT;
    oq_str kind = is_alarm && o->severity == SEVERITY_INFO ? OQ_NONE : kind_of(arena, o);
    return group_is_trigger(is_alarm, o->severity, o->category == CATEGORY_FAILURE, kind);
}

static oq_str joined(oq_arena *arena, oq_strs tags)
{
    if (!tags.count)
        return OQ_NONE;
    OQ_AUTO(oq_buf) text = oq_buf_make(EVENT_TAGS_MAX * (EVENT_TAG_MAX + 1));
    for (size_t i = 0; i < tags.count; i++) {
        if (i)
            oq_buf_char(&text, 31);
        oq_buf_str(&text, tags.at[i]);
    }
    return oq_str_copy(arena, oq_buf_view(&text));
}

static oq_err *put(oq_arena *arena, columns *c, size_t i, const event_order *o, oq_us now)
{
    if (!o->summary.len || o->summary.len > EVENT_SUMMARY_MAX)
        return oq_fail(OQ_INVALID, "event.summary_invalid", "source_id=%.*s max=%d",
                       OQ_FMT(o->source_id), EVENT_SUMMARY_MAX);
    c->system.at[i] = o->source_system;
    c->type.at[i] = oq_cstr(oq_choice_text(event_type_choices, o->source_type));
    c->source_id.at[i] = o->source_id;
    c->severity.at[i] = oq_cstr(oq_choice_text(event_severity_choices, o->severity));
    c->category.at[i] = oq_cstr(oq_choice_text(event_category_choices, o->category));
    c->summary.at[i] = o->summary;
    c->payload.at[i] = o->payload.len ? o->payload : OQ_STR("{}");
    c->line_id.at[i] = o->line_id;
    c->batch_id.at[i] = o->batch_id;
    c->lot_id.at[i] = o->lot_id;
    c->tags.at[i] = joined(arena, o->tags);
    c->id.at[i] = oq_uuid_new(now);
    c->asset_id.at[i] = o->asset_id;
    c->site_id.at[i] = o->site_id;
    c->unit_id.at[i] = o->unit_id;
    c->component_id.at[i] = o->component_id;
    c->shift_id.at[i] = o->shift_id;
    c->trace_id.at[i] = o->trace_id;
    c->time[i] = o->event_time == OQ_TIME_NONE ? now : o->event_time;
    c->source_time[i] = o->source_time ? o->source_time : OQ_TIME_NONE;
    c->flags[i] = is_trigger(arena, o) ? EVENT_IS_TRIGGER | EVENT_TO_NOTICE : 0;
    return NULL;
}

/* --- what it concerns ---------------------------------------------------------------------------*/

/* What lies in the window of an incident past its grace period has to be noticed: it came late. The
 * list of windows is short but for imports of the past; where it is not, more are marked than need
 * be. *ret_has_live: some may belong to an incident that may still change. */
static oq_err *mark_late(oq_scope *s, columns *c, size_t count, bool *ret_has_live)
{
    enum { WINDOWS_MAX = 500 };
    oq_us from = c->time[0], to = c->time[0];
    for (size_t i = 1; i < count; i++) {
        from = c->time[i] < from ? c->time[i] : from;
        to = c->time[i] > to ? c->time[i] : to;
    }
    sql_event_windows_rows w;
    OQ_TRY(sql_event_windows(s,
                             (sql_event_windows_args){.from_time = from,
                                                      .to_time = to,
                                                      .reach_from = from - INCIDENT_REACH_MAX,
                                                      .reach_to = to + INCIDENT_REACH_MAX,
                                                      .now = oq_now(s),
                                                      .limit = WINDOWS_MAX},
                             &w));
    *ret_has_live = false;
    for (size_t k = 0; k < w.count; k++)
        *ret_has_live |= w.at[k].is_live;
    for (size_t i = 0; i < count && w.count; i++) {
        bool is_late = w.count == WINDOWS_MAX;
        for (size_t k = 0; k < w.count && !is_late; k++)
            is_late = !w.at[k].is_live && c->time[i] >= w.at[k].window_from &&
                      c->time[i] <= w.at[k].window_to;
        c->flags[i] |= is_late ? EVENT_TO_NOTICE : 0;
    }
    return NULL;
}

oq_err *event_add_many(oq_scope *s, const event_order *order, size_t count, size_t *ret_added)
{
    assert(count <= EVENTS_ADD_MAX);
    *ret_added = 0;
    if (!count)
        return NULL;
    columns c = make_columns(oq_scope_arena(s), count);
    for (size_t i = 0; i < count; i++)
        OQ_TRY(put(oq_scope_arena(s), &c, i, &order[i], oq_now(s)));
    bool has_live, is_urgent = false;
    OQ_TRY(mark_late(s, &c, count, &has_live));
    sql_event_add_many_rows added = {0};
    OQ_TRY(sql_event_add_many(
        s,
        (sql_event_add_many_args){.ids = c.id,
                                  .source_systems = c.system,
                                  .source_types = c.type,
                                  .source_ids = c.source_id,
                                  .event_times = {.at = c.time, .count = count},
                                  .severities = c.severity,
                                  .categories = c.category,
                                  .asset_ids = c.asset_id,
                                  .site_ids = c.site_id,
                                  .unit_ids = c.unit_id,
                                  .component_ids = c.component_id,
                                  .shift_ids = c.shift_id,
                                  .trace_ids = c.trace_id,
                                  .line_ids = c.line_id,
                                  .batch_ids = c.batch_id,
                                  .lot_ids = c.lot_id,
                                  .tags = c.tags,
                                  .source_times = {.at = c.source_time, .count = count},
                                  .flags = {.at = c.flags, .count = count},
                                  .summaries = c.summary,
                                  .payloads = c.payload,
                                  .now = oq_now(s)},
        &added));
    *ret_added = added.count;
    for (size_t i = 0; i < added.count; i++)
        is_urgent |= added.at[i].flags != 0;
    if (!is_urgent && !(has_live && added.count))
        return NULL;
    return incident_engine_wake(s, is_urgent);
}

/* --- where it comes from -------------------------------------------------------------------------*/

const char *const event_own_systems[] = {
    "OPTRIA_ALERT", "OPTRIA_WORK_ORDER",   "OPTRIA_LOG", "OPTRIA_HISTORIAN",
    "OPTRIA_AUDIT", "OPTRIA_OPTIMIZATION", NULL,
};

oq_str event_system_said(oq_arena *arena, oq_lang lang, oq_str system)
{
    oq_str key = oq_strf(arena, "event_system.%.*s", OQ_FMT(system));
    return oq_text_exists(lang, key) ? oq_text(lang, key) : system;
}
