/* What is known around an incident: the incident, its asset, its events, what was done to the asset
 * before, and what is known of assets like it. */
#include "rca/inner.h"

#include <math.h>
#include <stdlib.h>

#include "gather.sql.h"
#include "tenant/tenant.h"

#include "base/banned.h"

#define EVENTS_BACK      (7 * OQ_DAY)
#define MAINTENANCE_BACK (730 * OQ_DAY)

const oq_field rca_event_fields[] = {
    OQ_UUID(rca_event, id),
    OQ_UUID(rca_event, asset_id),
    OQ_TEXT(rca_event, asset_code),
    OQ_TEXT(rca_event, asset_name),
    OQ_TEXT(rca_event, asset_name_ar),
    OQ_TEXT(rca_event, source_system),
    OQ_CHOICE(rca_event, severity, event_severity_choices),
    OQ_CHOICE(rca_event, event_category, event_category_choices),
    OQ_TIME(rca_event, event_time),
    OQ_TEXT(rca_event, summary),
    OQ_TEXT(rca_event, summary_ar),
    OQ_JSON(rca_event, payload),
    OQ_TEXT(rca_event, kind),
    OQ_TEXT(rca_event, metric),
    OQ_F64(rca_event, value),
    OQ_F64(rca_event, limit_value),
    OQ_BOOL(rca_event, is_trigger),
    OQ_FIELDS_END,
};

const oq_field rca_maintenance_fields[] = {
    OQ_UUID(rca_maintenance, id),
    OQ_TEXT(rca_maintenance, number),
    OQ_TEXT(rca_maintenance, title),
    OQ_TEXT(rca_maintenance, title_ar),
    OQ_TEXT(rca_maintenance, kind),
    OQ_TIME(rca_maintenance, at),
    OQ_FIELDS_END,
};

const oq_field rca_limit_fields[] = {
    OQ_TEXT(rca_limit, metric),
    OQ_TEXT(rca_limit, name),
    OQ_TEXT(rca_limit, name_ar),
    OQ_TEXT(rca_limit, unit),
    OQ_F64(rca_limit, low_low),
    OQ_F64(rca_limit, low),
    OQ_F64(rca_limit, high),
    OQ_F64(rca_limit, high_high),
    OQ_I64(rca_limit, cost_reference_minor),
    OQ_TEXT(rca_limit, currency),
    OQ_TEXT(rca_limit, source),
    OQ_BOOL(rca_limit, is_approved),
    OQ_FIELDS_END,
};

const oq_field rca_past_fields[] = {
    OQ_UUID(rca_past, incident_id), OQ_I64(rca_past, number),    OQ_TIME(rca_past, happened_at),
    OQ_TEXT(rca_past, cause),       OQ_JSON(rca_past, features), OQ_FIELDS_END,
};

void rca_miss(rca_work *w, rca_two what)
{
    if (w->missings < RCA_MISSING_MAX)
        w->missing[w->missings++] = what;
}

/* --- the place ----------------------------------------------------------------------------------*/

static oq_err *gather_asset(rca_work *w)
{
    if (oq_uuid_is_zero(w->it->root_asset_id)) {
        rca_miss(w, rca_text_plain(&w->say, "rca.missing.asset"));
        return NULL;
    }
    asset *a;
    OQ_TRY(asset_get(w->s, w->it->root_asset_id, &a));
    w->root = a;
    OQ_TRY(site_find(w->s, a->site_id, &w->at_site));
    if (oq_uuid_is_zero(a->class_id)) {
        rca_miss(w, rca_text_plain(&w->say, "rca.missing.class"));
    } else {
        OQ_TRY(asset_class_find(w->s, a->class_id, &w->of_class));
        sql_rca_limits_rows limits;
        oq_str matters = oq_cstr(oq_choice_text(criticality_choices, a->criticality));
        OQ_TRY(sql_rca_limits(w->s, (sql_rca_limits_args){a->class_id, matters}, &limits));
        w->limit = limits.at;
        w->limits = limits.count;
    }
    sql_rca_modes_rows modes;
    sql_rca_specs_rows specs;
    OQ_TRY(sql_rca_modes(w->s, (sql_rca_modes_args){a->id, a->class_id}, &modes));
    OQ_TRY(sql_rca_specs(w->s, (sql_rca_specs_args){a->id, a->class_id, 20}, &specs));
    w->mode = modes.at;
    w->modes = modes.count;
    w->spec = specs.at;
    w->specs = specs.count;
    return NULL;
}

/* --- events -------------------------------------------------------------------------------------*/

static int compare_events(const void *a, const void *b)
{
    const rca_event *x = a, *y = b;
    if (x->event_time != y->event_time)
        return x->event_time < y->event_time ? -1 : 1;
    return memcmp(&x->id, &y->id, sizeof x->id);
}

/* A failure's record that was filed with its cause would answer the question that it asks. */
static bool tells_cause(const rca_work *w, const rca_event *e)
{
    for (size_t i = 0; i < w->modes && e->event_category == CATEGORY_FAILURE; i++)
        if (oq_str_find(e->payload, w->mode[i].code) != SIZE_MAX ||
            oq_str_find(e->summary, w->mode[i].code) != SIZE_MAX)
            return true;
    return false;
}

static oq_err *gather_events(rca_work *w)
{
    sql_rca_events_rows now;
    sql_rca_events_count_rows all;
    sql_rca_events_before_rows before = {0};
    OQ_TRY(sql_rca_events(
        w->s, (sql_rca_events_args){w->it->id, w->it->anchor_time, w->now, RCA_EVENTS_MAX}, &now));
    OQ_TRY(sql_rca_events_count(w->s, (sql_rca_events_count_args){w->it->id}, &all));
    w->events_all = all.at[0].events;
    if (w->root)
        OQ_TRY(sql_rca_events_before(
            w->s,
            (sql_rca_events_before_args){w->root->id, w->it->window_from - EVENTS_BACK,
                                         w->it->window_from, w->now, RCA_EVENTS_BEFORE_MAX},
            &before));
    w->event = oq_new_n(w->arena, rca_event, now.count + before.count);
    if (now.count)
        memcpy(w->event, now.at, now.count * sizeof *w->event);
    qsort(w->event, now.count, sizeof *w->event, compare_events);
    if (before.count)
        memcpy(w->event + now.count, before.at, before.count * sizeof *w->event);
    w->events = now.count + before.count;
    w->before = before.count;
    for (size_t i = 0; i < w->events; i++)
        w->event[i].tells_cause = tells_cause(w, &w->event[i]);
    if (w->events_all > (int64_t)now.count)
        rca_miss(w, RCA_TEXT(&w->say, "rca.missing.events",
                             {"left", rca_number(&w->say, w->events_all - (int64_t)now.count)},
                             {"taken", rca_number(&w->say, (int64_t)now.count)}));
    return NULL;
}

static oq_err *gather_maintenance(rca_work *w)
{
    if (!w->root)
        return NULL;
    sql_rca_maintenance_rows rows;
    OQ_TRY(sql_rca_maintenance(w->s,
                               (sql_rca_maintenance_args){w->root->id,
                                                          w->it->anchor_time - MAINTENANCE_BACK,
                                                          w->it->anchor_time, w->now,
                                                          RCA_MAINTENANCE_MAX},
                               &rows));
    w->maintenance = rows.at;
    w->maintenances = rows.count;
    if (!rows.count)
        rca_miss(w, RCA_TEXT(&w->say, "rca.missing.maintenance",
                             {"asset", rca_code(&w->say, w->root->code)}));
    return NULL;
}

oq_err *rca_gather_place(rca_work *w, oq_uuid incident_id)
{
    incident *it;
    tenant *of;
    OQ_TRY(incident_get(w->s, incident_id, &it));
    OQ_TRY(tenant_self(w->s, &of));
    w->it = it;
    w->now = oq_now(w->s);
    w->say = rca_say_in(w->arena, of->time_zone);
    w->until = it->window_to < w->now ? it->window_to : w->now;
    if (w->until <= it->anchor_time)
        w->until = it->anchor_time + 1;
    return gather_asset(w);
}

oq_err *rca_gather(rca_work *w, oq_uuid incident_id)
{
    OQ_TRY(rca_gather_place(w, incident_id));
    OQ_TRY(gather_events(w));
    return gather_maintenance(w);
}

/* --- the case -----------------------------------------------------------------------------------*/

static case_item item_of(const rca_work *w, const rca_event *e)
{
    bool is_open = !e->tells_cause;
    return (case_item){
        .at = e->event_time,
        .category = oq_cstr(oq_choice_text(event_category_choices, e->event_category)),
        .kind = is_open ? e->kind : OQ_NONE,
        .metric = e->metric,
        .score = (double)e->severity,
        .value = e->value,
        .beyond_limit = e->event_category == CATEGORY_ALERT && !isnan(e->limit_value),
        .is_root_asset = w->root && oq_uuid_eq(e->asset_id, w->root->id),
        .summary = is_open ? e->summary : OQ_NONE,
        .payload = is_open ? e->payload : OQ_NONE,
        .event_id = e->id,
    };
}

void rca_build_case(rca_work *w)
{
    case_item *item = oq_new_n(w->arena, case_item, w->events + w->maintenances);
    size_t items = 0;
    for (size_t i = 0; i < w->events; i++)
        /* What the program tells of its own orders is no maintenance: the orders themselves are. */
        if (!oq_str_eq(w->event[i].source_system, OQ_STR("OPTRIA_WORK_ORDER")))
            item[items++] = item_of(w, &w->event[i]);
    for (size_t i = 0; i < w->maintenances; i++)
        item[items++] = (case_item){.at = w->maintenance[i].at,
                                    .category = OQ_STR("MAINTENANCE"),
                                    .kind = w->maintenance[i].kind,
                                    .score = SEVERITY_INFO,
                                    .value = NAN,
                                    .is_root_asset = true,
                                    .summary = w->maintenance[i].title};
    case_order order = {.id = w->it->id,
                        .asset_class = w->of_class ? w->of_class->code : OQ_NONE,
                        .anchor = w->it->anchor_time,
                        .until = w->until,
                        .look_from = w->look_from,
                        .base_from = w->base_from,
                        .event = item,
                        .events = items,
                        .series = w->series,
                        .series_count = w->signals,
                        .found = &w->found};
    cause_build(w->arena, &order, &w->c);
}
