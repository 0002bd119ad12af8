/* incident/dossier.h
 *
 * One incident with all that is known of it, as far as the actor may see it (incident_view.h): for
 * its page and its report. */
#ifndef INCIDENT_DOSSIER_H
#define INCIDENT_DOSSIER_H

#include "incident/inner.h"
#include "workorder/list.h"

enum { DOSSIER_RUNS_MAX = 50, DOSSIER_ORDERS_MAX = 20, DOSSIER_NAMED_MAX = 500 };

/* An analysis, without its result. */
typedef struct dossier_run {
    oq_uuid id;
    int64_t number, incident_version;
    oq_str made_by;
    oq_us made_at;
    int64_t took_us;
    oq_str top;         /* JSON {"en","ar"} */
    double probability; /* of it; NaN: none */
} dossier_run;
extern const oq_field dossier_run_fields[];

/* What evidence names by an id. */
typedef struct dossier_named_event {
    oq_uuid id;
    oq_us event_time;
    oq_str summary, summary_ar;
} dossier_named_event;
extern const oq_field dossier_named_event_fields[];
typedef struct dossier_named_series {
    oq_uuid id;
    int64_t no;
    oq_str key, name, name_ar;
} dossier_named_series;
extern const oq_field dossier_named_series_fields[];

typedef struct dossier {
    incident *it;
    incident_view view;
    incident_names *names;
    incident_events key_events;
    incident_step_rows steps; /* masked */
    bool is_unaltered;
    oq_str newest_seal;     /* bytes; not given: no step */
    const dossier_run *run; /* that the result is of; NULL: no analysis has ended */
    const oq_pair *raw;     /* the result's members as JSON */
    size_t raw_count;
    const web_value *result; /* rca/rca.h; NULL: none, or not for this reader */
    dossier_run *runs;
    size_t run_count; /* newest first */
    dossier_named_event *event;
    size_t event_count;
    dossier_named_series *series;
    size_t series_count;
    work_order_rows orders;
} dossier;

/* `run`: which analysis, 0 for the latest. Fails: incident.not_found, also where there is no such
 * analysis. */
OQ_CHECKED oq_err *dossier_get(oq_scope *s, oq_uuid id, int64_t run, dossier **ret_dossier);

/* A member of the result: "story"; NULL where there is none. */
const web_value *dossier_part(const dossier *d, const char *name);
/* The same as JSON; not given where there is none. */
oq_str dossier_raw(const dossier *d, const char *name);

#endif
