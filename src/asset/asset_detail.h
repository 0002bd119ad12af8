/* asset/asset_detail.h
 *
 * One asset with all that is known of it. Nothing is decided here: the plant says how it is built,
 * how it fails and what that costs; the historian what its signals say; work orders and events what
 * was done and what happened. */
#ifndef ASSET_ASSET_DETAIL_H
#define ASSET_ASSET_DETAIL_H

#include "asset/asset_list.h"
#include "historian/signal.h"
#include "plant/class.h"
#include "plant/cost.h"
#include "plant/structure.h"

enum { ASSET_SIGNALS_MAX = 200, ASSET_WORK_ORDERS_MAX = 20, ASSET_EVENTS_MAX = 20 };

typedef struct asset_head {
    oq_uuid id, site_id, unit_id, class_id, cost_model_id;
    oq_str code, name, name_ar;
    int criticality, status;
    double impact_factor, capacity, power_rated_kw;
    oq_str capacity_unit, manufacturer, model, serial;
    oq_date installed_on;
    oq_str site_code, site_name, site_name_ar, site_time_zone;
    oq_str class_code, class_name, class_name_ar, class_iso14224;
    int64_t version;
} asset_head;

typedef struct asset_threshold {
    oq_uuid id;
    oq_str metric, metric_name, metric_name_ar, unit;
    int criticality; /* 0: any */
    double low_low, low, high, high_high;
    int64_t cost_reference_minor;
    oq_str currency, source, approved_by;
    oq_us approved_at;
    bool counts; /* the one whose limits hold for its metric */
} asset_threshold;

typedef struct asset_mapping {
    oq_str external_tag, integration, metric, unit;
    double scaling_factor, offset_value;
    bool is_active;
} asset_mapping;

typedef struct asset_work_order {
    oq_uuid id;
    oq_str number, title, kind, status, priority, source, assigned_to;
    oq_us due_at, started_at, finished_at, created_at;
} asset_work_order;

typedef struct asset_event {
    oq_uuid id;
    oq_us event_time;
    oq_str source_system, source_type, severity, event_category, summary;
} asset_event;

#define ASSET_PART(type, name)                                                                     \
    struct {                                                                                       \
        type *at;                                                                                  \
        size_t count;                                                                              \
    } name

typedef struct asset_detail {
    asset_head head;
    asset_options units; /* above it, the uppermost first */
    ASSET_PART(component, components);
    hist_signals signals;
    ASSET_PART(failure_mode, modes); /* the riskiest first */
    ASSET_PART(machine_spec, specs);
    ASSET_PART(asset_threshold, thresholds);
    ASSET_PART(asset_mapping, mappings);
    cost_model *cost; /* NULL: none */
    oq_str cost_approved_by;
    bool may_see_work, may_see_events;
    ASSET_PART(asset_work_order, work);
    ASSET_PART(asset_event, events);
} asset_detail;

/* Work orders and events only for who may see them. Fails: asset.not_found. */
OQ_CHECKED oq_err *asset_detail_get(oq_scope *s, oq_uuid id, asset_detail **ret_detail);
/* All of it as JSON: GET /api/assets/{id}/overview. */
void asset_detail_write(oq_json *j, const asset_detail *d);

#endif
