/* blackbox/event_list.h
 *
 * Events as people look for them, masked like those of incidents (incident_view.h): who sees
 * summaries alone sees no operator's entry and no payload, and who sees assigned incidents alone no
 * steps of incidents. Source ids are searched for those who see them. */
#ifndef BLACKBOX_EVENT_LIST_H
#define BLACKBOX_EVENT_LIST_H

#include "blackbox/event.h"
#include "http/route.h"

enum { EVENT_LIST_MAX = 500 };

typedef struct event {
    oq_uuid id;
    oq_us event_time, ingest_time, source_time; /* source_time: before its clock was corrected */
    oq_str source_system, source_id;
    int source_type, severity, event_category;
    oq_str summary, summary_ar, payload; /* summary_ar: the payload's; payload: JSON object */
    oq_uuid asset_id, unit_id, site_id, component_id, shift_id, trace_id;
    oq_str asset_code, asset_name, asset_name_ar, site_code, site_name, site_name_ar;
    oq_str line_id, batch_id, lot_id;
    oq_strs tags;
    bool is_trigger; /* it may open an incident */
} event;
extern const oq_field event_fields[];
typedef struct events {
    event *at;
    size_t count;
    oq_str next; /* cursor of the next page; not given: there is none */
} events;

typedef struct event_filter {
    oq_uuid asset_id, site_id; /* zero: any */
    int category, severity;    /* 0: any */
    oq_str source_system;      /* not given: any */
    oq_us from, to;            /* from <= event_time < to; OQ_TIME_NONE: open */
    oq_str q;                  /* words of the summary, the id there, the asset's code */
} event_filter;

/* Newest first. Fails: list.cursor_malformed. */
OQ_CHECKED oq_err *event_find(oq_scope *s, const event_filter *filter, oq_str cursor, size_t limit,
                              events *ret_events);
/* Fails: event.not_found. */
OQ_CHECKED oq_err *event_get(oq_scope *s, oq_uuid id, event **ret_event);

extern const http_route event_routes[]; /* /api/events, /events */

#endif
