#include "blackbox/event.h"

#include "db/stmt.h"

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

/* Columns of all orders, side by side. */
typedef struct columns {
    oq_strs system, type, source_id, severity, category, summary, payload;
    oq_uuids id, asset_id;
    oq_us *time;
} columns;

static oq_strs texts(oq_arena *arena, size_t count)
{
    return (oq_strs){.at = oq_new_n(arena, oq_str, count), .count = count};
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
        .id = {.at = oq_new_n(arena, oq_uuid, count), .count = count},
        .asset_id = {.at = oq_new_n(arena, oq_uuid, count), .count = count},
        .time = oq_new_n(arena, oq_us, count),
    };
}

static oq_err *put(columns *c, size_t i, const event_order *o, oq_us now)
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
    c->id.at[i] = oq_uuid_new(now);
    c->asset_id.at[i] = o->asset_id;
    c->time[i] = o->event_time == OQ_TIME_NONE ? now : o->event_time;
    return NULL;
}

oq_err *event_add_many(oq_scope *s, const event_order *order, size_t count, size_t *ret_added)
{
    assert(count <= EVENTS_ADD_MAX);
    columns c = make_columns(oq_scope_arena(s), count);
    for (size_t i = 0; i < count; i++)
        OQ_TRY(put(&c, i, &order[i], oq_now(s)));
    sql_event_add_many_rows added = {0};
    OQ_TRY(
        sql_event_add_many(s,
                           (sql_event_add_many_args){.ids = c.id,
                                                     .source_systems = c.system,
                                                     .source_types = c.type,
                                                     .source_ids = c.source_id,
                                                     .event_times = {.at = c.time, .count = count},
                                                     .severities = c.severity,
                                                     .categories = c.category,
                                                     .asset_ids = c.asset_id,
                                                     .summaries = c.summary,
                                                     .payloads = c.payload,
                                                     .now = oq_now(s)},
                           &added));
    *ret_added = added.count;
    return NULL;
}
