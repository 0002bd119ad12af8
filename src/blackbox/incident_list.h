/* blackbox/incident_list.h
 *
 * Incidents as lists show them, and one with its names: masked for who asks (incident_view.h). */
#ifndef BLACKBOX_INCIDENT_LIST_H
#define BLACKBOX_INCIDENT_LIST_H

#include "blackbox/incident_view.h"
#include "http/route.h"

enum { INCIDENT_LIST_MAX = 200, INCIDENT_KEY_EVENTS = 50, INCIDENT_NEAREST = 500 };

typedef struct incident_row {
    oq_uuid id;
    int64_t number; /* "INC-17" */
    int incident_type, status, severity;
    oq_str title, title_ar;
    oq_uuid root_asset_id, site_id, unit_id;
    oq_str asset_code, asset_name, asset_name_ar, site_code, site_name, site_name_ar;
    oq_us start_time, end_time, anchor_time;
    int64_t version;
    oq_str rca_summary, root_cause_score, event_story, recommended_actions, impact_estimate,
        financial_impact_estimate, carbon_impact_estimate; /* JSON, or not given */
    oq_str top_cause;
    double top_probability;
    oq_str confirmed_cause;
    oq_us created_at, updated_at;
} incident_row;
extern const oq_field incident_row_fields[];
typedef struct incident_rows {
    incident_row *at;
    size_t count;
    oq_str next; /* cursor of the next page; not given: there is none */
} incident_rows;

typedef struct incident_filter {
    int severity, status, incident_type; /* 0: any */
    oq_uuid asset_id, site_id;           /* zero: any */
    oq_us from, to;                      /* of the beginning; OQ_TIME_NONE: open */
    oq_str q;                            /* words of number, title, asset, cause */
} incident_filter;

/* Newest first. Fails: list.cursor_malformed. */
OQ_CHECKED oq_err *incident_find(oq_scope *s, const incident_filter *filter, oq_str cursor,
                                 size_t limit, incident_rows *ret_rows);

typedef struct incident_kpis {
    int64_t incidents, open, investigating, resolved, closed, critical_open;
    int64_t minor, major, critical, catastrophic, failures, last_day, confirmed;
    double resolve_mean_h; /* from the beginning until it is resolved; NaN: of none */
} incident_kpis;
extern const oq_field incident_kpis_fields[];
/* Of all that the filter finds, whatever their status. */
OQ_CHECKED oq_err *incident_count(oq_scope *s, const incident_filter *filter,
                                  incident_kpis *ret_kpis);

/* What the ids of an incident are called. */
typedef struct incident_names {
    oq_str asset_code, asset_name, asset_name_ar, unit_code, unit_name, unit_name_ar;
    oq_str site_code, site_name, site_name_ar, class_code, class_name, class_name_ar;
    oq_str confirmed_by_name;
    int64_t events, late_events;
} incident_names;
extern const oq_field incident_names_fields[];
OQ_CHECKED oq_err *incident_names_of(oq_scope *s, const incident_view *view, oq_uuid id,
                                     incident_names **ret_names);
/* What made the incident and what matters most in it, in its time; who sees a summary sees none. */
OQ_CHECKED oq_err *incident_key_events(oq_scope *s, const incident_view *view, oq_uuid id,
                                       incident_events *ret_events);

extern const http_route incident_api_routes[]; /* /api/blackbox/incidents ... */

#endif
