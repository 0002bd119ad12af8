/* incident/timeline.h
 *
 * What happened around an incident, in the order of time: events by asset and category, and the
 * signals that go with them, thinned so that their peaks stay. */
#ifndef INCIDENT_TIMELINE_H
#define INCIDENT_TIMELINE_H

#include "historian/signal.h"
#include "incident/inner.h"

enum {
    TIMELINE_EVENTS_MAX = 20000,
    TIMELINE_SERIES_MAX = 20,
    TIMELINE_POINTS = 300, /* of a series, unless told */
    TIMELINE_POINTS_MAX = 2000
};

typedef struct timeline_query {
    oq_us from, to;   /* OQ_TIME_NONE: of the incident's window */
    int category;     /* 0: any */
    oq_uuid asset_id; /* zero: any */
    int64_t points;   /* of a series; 0: no series */
} timeline_query;
extern const oq_field timeline_query_fields[];

/* Events of one asset and category; the incident's own asset comes first, then as they began. */
typedef struct timeline_group {
    oq_uuid asset_id; /* zero: of no asset */
    oq_str asset_code, asset_name, asset_name_ar;
    int category;
    const incident_event **event; /* in the order of time */
    size_t count;
} timeline_group;

typedef struct timeline_signal {
    const hist_signal *signal;
    samples samples;
    int64_t of; /* so many samples there are */
} timeline_signal;

typedef struct timeline {
    incident *it;
    incident_view view;
    oq_us from, to;
    timeline_group *group;
    size_t groups;
    incident_event *event; /* of all groups, in the order of time, masked */
    size_t events;
    bool is_cut; /* there are more than TIMELINE_EVENTS_MAX */
    timeline_signal *signal;
    size_t signals;
} timeline;

/* Fails: incident.not_found, span.reversed, span.too_far. */
OQ_CHECKED oq_err *timeline_get(oq_scope *s, oq_uuid incident_id, const timeline_query *query,
                                timeline **ret_timeline);
/* The signals that go with an incident, those that did something first; of one asset, where it is
 * not zero. */
OQ_CHECKED oq_err *timeline_signals_of(oq_scope *s, const incident *it, oq_uuid asset_id,
                                       size_t limit, hist_signals *ret_signals);
oq_err *timeline_api_get(http_req *rq, oq_scope *s);
void timeline_write(oq_json *j, const timeline *t);

#endif
