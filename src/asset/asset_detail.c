#include "asset/asset_detail.h"

#include "plant/record.h"
#include "workorder/work_order.h"

/* --- rows -------------------------------------------------------------------------------------*/

static const oq_field asset_head_fields[] = {
    OQ_UUID(asset_head, id),
    OQ_TEXT(asset_head, code),
    OQ_TEXT(asset_head, name),
    OQ_TEXT(asset_head, name_ar),
    OQ_CHOICE(asset_head, criticality, criticality_choices),
    OQ_CHOICE(asset_head, status, asset_status_choices),
    OQ_F64(asset_head, impact_factor),
    OQ_F64(asset_head, capacity),
    OQ_TEXT(asset_head, capacity_unit),
    OQ_F64(asset_head, power_rated_kw),
    OQ_TEXT(asset_head, manufacturer),
    OQ_TEXT(asset_head, model),
    OQ_TEXT(asset_head, serial),
    OQ_DATE(asset_head, installed_on),
    OQ_UUID(asset_head, site_id),
    OQ_TEXT(asset_head, site_code),
    OQ_TEXT(asset_head, site_name),
    OQ_TEXT(asset_head, site_name_ar),
    OQ_TEXT(asset_head, site_time_zone),
    OQ_UUID(asset_head, unit_id),
    OQ_UUID(asset_head, class_id),
    OQ_TEXT(asset_head, class_code),
    OQ_TEXT(asset_head, class_name),
    OQ_TEXT(asset_head, class_name_ar),
    OQ_TEXT(asset_head, class_iso14224),
    OQ_UUID(asset_head, cost_model_id),
    OQ_I64(asset_head, version),
    OQ_FIELDS_END,
};

static const oq_field asset_threshold_fields[] = {
    OQ_UUID(asset_threshold, id),
    OQ_TEXT(asset_threshold, metric),
    OQ_TEXT(asset_threshold, metric_name),
    OQ_TEXT(asset_threshold, metric_name_ar),
    OQ_TEXT(asset_threshold, unit),
    OQ_CHOICE(asset_threshold, criticality, criticality_choices),
    OQ_F64(asset_threshold, low_low),
    OQ_F64(asset_threshold, low),
    OQ_F64(asset_threshold, high),
    OQ_F64(asset_threshold, high_high),
    OQ_I64(asset_threshold, cost_reference_minor),
    OQ_TEXT(asset_threshold, currency),
    OQ_TEXT(asset_threshold, source),
    OQ_TEXT(asset_threshold, approved_by),
    OQ_TIME(asset_threshold, approved_at),
    OQ_BOOL(asset_threshold, counts),
    OQ_FIELDS_END,
};

static const oq_field asset_mapping_fields[] = {
    OQ_TEXT(asset_mapping, external_tag), OQ_TEXT(asset_mapping, integration),
    OQ_TEXT(asset_mapping, metric),       OQ_F64(asset_mapping, scaling_factor),
    OQ_F64(asset_mapping, offset_value),  OQ_TEXT(asset_mapping, unit),
    OQ_BOOL(asset_mapping, is_active),    OQ_FIELDS_END,
};

static const oq_field asset_work_order_fields[] = {
    OQ_UUID(asset_work_order, id),
    OQ_TEXT(asset_work_order, number),
    OQ_TEXT(asset_work_order, title),
    OQ_TEXT(asset_work_order, kind),
    OQ_TEXT(asset_work_order, status),
    OQ_TEXT(asset_work_order, priority),
    OQ_TEXT(asset_work_order, source),
    OQ_TEXT(asset_work_order, assigned_to),
    OQ_TIME(asset_work_order, due_at),
    OQ_TIME(asset_work_order, started_at),
    OQ_TIME(asset_work_order, finished_at),
    OQ_TIME(asset_work_order, created_at),
    OQ_FIELDS_END,
};

static const oq_field asset_event_fields[] = {
    OQ_UUID(asset_event, id),
    OQ_TIME(asset_event, event_time),
    OQ_TEXT(asset_event, source_system),
    OQ_TEXT(asset_event, source_type),
    OQ_TEXT(asset_event, severity),
    OQ_TEXT(asset_event, event_category),
    OQ_TEXT(asset_event, summary),
    OQ_FIELDS_END,
};

#include "asset_detail.sql.h"

#include "base/banned.h"

/* --- reading ----------------------------------------------------------------------------------*/

static oq_err *read_head(oq_scope *s, oq_uuid id, asset_detail *d)
{
    sql_asset_head_rows head;
    OQ_TRY(sql_asset_head(s, (sql_asset_head_args){.id = id}, &head));
    if (!head.count)
        return oq_fail(OQ_NOT_FOUND, "asset.not_found");
    d->head = head.at[0];
    if (oq_uuid_is_zero(d->head.unit_id))
        return NULL;
    sql_asset_unit_path_rows units;
    OQ_TRY(sql_asset_unit_path(s, (sql_asset_unit_path_args){.unit_id = d->head.unit_id}, &units));
    d->units = (asset_options){units.at, units.count};
    return NULL;
}

static oq_err *read_components(oq_scope *s, asset_detail *d)
{
    record_list list;
    OQ_TRY(record_find(s, record_kind_find(OQ_STR("component")),
                       &(record_query){.asset_id = d->head.id}, &list));
    d->components.at = list.at;
    d->components.count = list.count;
    return NULL;
}

/* Of one metric the first approved one counts (historian/signal.h). */
static void mark_those_that_count(asset_detail *d)
{
    oq_str done = OQ_NONE;
    for (size_t i = 0; i < d->thresholds.count; i++) {
        asset_threshold *t = &d->thresholds.at[i];
        t->counts = t->approved_at != OQ_TIME_NONE && !oq_str_eq(t->metric, done);
        if (t->counts)
            done = t->metric;
    }
}

static oq_err *read_knowledge(oq_scope *s, asset_detail *d)
{
    const asset_head *h = &d->head;
    sql_asset_modes_rows modes;
    sql_asset_specs_rows specs;
    sql_asset_thresholds_rows thresholds = {0};
    OQ_TRY(sql_asset_modes(s, (sql_asset_modes_args){.asset_id = h->id, .class_id = h->class_id},
                           &modes));
    OQ_TRY(sql_asset_specs(s, (sql_asset_specs_args){.asset_id = h->id, .class_id = h->class_id},
                           &specs));
    if (!oq_uuid_is_zero(h->class_id)) {
        sql_asset_thresholds_args args = {
            .class_id = h->class_id,
            .criticality = oq_cstr(oq_choice_text(criticality_choices, h->criticality))};
        OQ_TRY(sql_asset_thresholds(s, args, &thresholds));
    }
    d->modes.at = modes.at;
    d->modes.count = modes.count;
    d->specs.at = specs.at;
    d->specs.count = specs.count;
    d->thresholds.at = thresholds.at;
    d->thresholds.count = thresholds.count;
    mark_those_that_count(d);
    return NULL;
}

static oq_err *read_cost(oq_scope *s, asset_detail *d)
{
    sql_asset_cost_approver_rows approver;
    asset a = {.class_id = d->head.class_id, .cost_model_id = d->head.cost_model_id};
    OQ_TRY(cost_model_of(s, &a, &d->cost));
    if (!d->cost || d->cost->approved_at == OQ_TIME_NONE)
        return NULL;
    OQ_TRY(
        sql_asset_cost_approver(s, (sql_asset_cost_approver_args){.id = d->cost->id}, &approver));
    if (approver.count)
        d->cost_approved_by = approver.at[0].approved_by;
    return NULL;
}

static oq_err *read_story(oq_scope *s, asset_detail *d)
{
    oq_uuid id = d->head.id;
    sql_asset_mappings_rows mappings;
    OQ_TRY(sql_asset_mappings(s, (sql_asset_mappings_args){.asset_id = id}, &mappings));
    d->mappings.at = mappings.at;
    d->mappings.count = mappings.count;
    oq_caps caps = oq_scope_actor(s)->caps;
    d->may_see_work = oq_caps_have(caps, CAP_WORK_ORDER_READ);
    d->may_see_events = oq_caps_have(caps, CAP_INCIDENT_READ);
    if (d->may_see_work) {
        sql_asset_work_orders_rows work;
        OQ_TRY(
            sql_asset_work_orders(s,
                                  (sql_asset_work_orders_args){.asset_id = id,
                                                               .only_user = work_order_only_user(s),
                                                               .limit = ASSET_WORK_ORDERS_MAX},
                                  &work));
        d->work.at = work.at;
        d->work.count = work.count;
    }
    if (d->may_see_events) {
        sql_asset_events_rows events;
        OQ_TRY(sql_asset_events(
            s, (sql_asset_events_args){.asset_id = id, .limit = ASSET_EVENTS_MAX}, &events));
        d->events.at = events.at;
        d->events.count = events.count;
    }
    return NULL;
}

oq_err *asset_detail_get(oq_scope *s, oq_uuid id, asset_detail **ret_detail)
{
    asset_detail *d = oq_new(oq_scope_arena(s), asset_detail);
    OQ_TRY(read_head(s, id, d));
    OQ_TRY(read_components(s, d));
    OQ_TRY(signal_find_of_asset(s, id, ASSET_SIGNALS_MAX, &d->signals));
    OQ_TRY(read_knowledge(s, d));
    OQ_TRY(read_cost(s, d));
    OQ_TRY(read_story(s, d));
    *ret_detail = d;
    return NULL;
}

/* --- as JSON ----------------------------------------------------------------------------------*/

static void write_list(oq_json *j, oq_str key, const oq_field *fields, const void *at, size_t size,
                       size_t count)
{
    oq_json_key(j, key);
    oq_json_array(j);
    for (size_t i = 0; i < count; i++)
        oq_fields_write_json(j, fields, (const char *)at + i * size);
    oq_json_array_end(j);
}

static void write_signal(oq_json *j, const hist_signal *g)
{
    oq_json_object(j);
    oq_json_put(j, uuid, "id", g->e->id);
    oq_json_put(j, text, "key", g->e->key);
    oq_json_put(j, text, "metric", g->e->metric);
    oq_json_put(j, text, "name", g->e->name);
    oq_json_put(j, text, "name_ar", g->e->name_ar);
    oq_json_put(j, text, "unit", g->e->unit);
    oq_json_put(j, uuid, "component_id", g->e->component_id);
    oq_json_put(j, time, "time", g->last.time);
    oq_json_put(j, f64, "value", g->last.value);
    oq_json_put(j, i64, "quality", g->last.quality);
    oq_json_put(j, text, "state", oq_cstr(oq_choice_text(signal_state_choices, g->state)));
    oq_json_put(j, f64, "low_low", g->limits.low_low);
    oq_json_put(j, f64, "low", g->limits.low);
    oq_json_put(j, f64, "high", g->limits.high);
    oq_json_put(j, f64, "high_high", g->limits.high_high);
    oq_json_object_end(j);
}

#define WRITE_PART(j, key, fields, part)                                                           \
    write_list((j), OQ_STR(key), (fields), (part).at, sizeof *(part).at, (part).count)

void asset_detail_write(oq_json *j, const asset_detail *d)
{
    oq_json_object(j);
    oq_json_key(j, OQ_STR("asset"));
    oq_fields_write_json(j, asset_head_fields, &d->head);
    WRITE_PART(j, "units", asset_option_fields, d->units);
    WRITE_PART(j, "components", component_fields, d->components);
    oq_json_key(j, OQ_STR("signals"));
    oq_json_array(j);
    for (size_t i = 0; i < d->signals.count; i++)
        write_signal(j, &d->signals.at[i]);
    oq_json_array_end(j);
    WRITE_PART(j, "failure_modes", failure_mode_fields, d->modes);
    WRITE_PART(j, "specs", machine_spec_fields, d->specs);
    WRITE_PART(j, "thresholds", asset_threshold_fields, d->thresholds);
    WRITE_PART(j, "mappings", asset_mapping_fields, d->mappings);
    oq_json_key(j, OQ_STR("cost_model"));
    if (d->cost)
        oq_fields_write_json(j, cost_model_fields, d->cost);
    else
        oq_json_null(j);
    if (d->may_see_work)
        WRITE_PART(j, "work_orders", asset_work_order_fields, d->work);
    if (d->may_see_events)
        WRITE_PART(j, "events", asset_event_fields, d->events);
    oq_json_object_end(j);
}
