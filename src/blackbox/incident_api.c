/* Incidents over HTTP. The timeline is incident/'s, analyses and causes are rca/'s. */
#include "blackbox/incident_list.h"

#include "http/request.h"

#include "base/banned.h"

/* --- a list -------------------------------------------------------------------------------------*/

typedef struct list_query {
    int severity, status, type;
    oq_uuid asset_id, site_id;
    oq_us from, to;
    oq_str q, cursor;
    int64_t limit;
} list_query;
static const oq_field list_query_fields[] = {
    OQ_CHOICE(list_query, severity, incident_severity_choices),
    OQ_CHOICE(list_query, status, incident_status_choices),
    OQ_CHOICE(list_query, type, incident_type_choices),
    OQ_UUID(list_query, asset_id, .help = "Where it began"),
    OQ_UUID(list_query, site_id),
    OQ_TIME(list_query, from, .help = "The first beginning that counts"),
    OQ_TIME(list_query, to, .help = "The first beginning that no longer counts"),
    OQ_TEXT(list_query, q, .max = 200, .help = "Words of number, title, asset, cause"),
    OQ_TEXT(list_query, cursor, .max = 200),
    OQ_I64(list_query, limit, .preset = "50", .min = 1, .max = INCIDENT_LIST_MAX),
    OQ_FIELDS_END,
};

static incident_filter filter_of(const list_query *q)
{
    return (incident_filter){.severity = q->severity,
                             .status = q->status,
                             .incident_type = q->type,
                             .asset_id = q->asset_id,
                             .site_id = q->site_id,
                             .from = q->from,
                             .to = q->to,
                             .q = q->q};
}

static oq_err *get_list(http_req *rq, oq_scope *s)
{
    list_query q;
    incident_rows rows;
    OQ_TRY(http_query(rq, &q));
    incident_filter filter = filter_of(&q);
    OQ_TRY(incident_find(s, &filter, q.cursor, (size_t)q.limit, &rows));
    http_answer_list(rq, rows.at, sizeof *rows.at, rows.count, rows.next);
    return NULL;
}

static oq_err *get_kpis(http_req *rq, oq_scope *s)
{
    list_query q;
    incident_kpis kpis;
    OQ_TRY(http_query(rq, &q));
    incident_filter filter = filter_of(&q);
    OQ_TRY(incident_count(s, &filter, &kpis));
    http_answer_record(rq, 200, &kpis);
    return NULL;
}

/* --- one ----------------------------------------------------------------------------------------*/

static void put_list(oq_json *j, const char *name, const oq_field *fields, const void *at,
                     size_t size, size_t count)
{
    oq_json_name(j, name);
    oq_json_array(j);
    for (size_t i = 0; i < count; i++)
        oq_fields_write_json(j, fields, (const char *)at + i * size);
    oq_json_array_end(j);
}

static oq_err *answer_incident(http_req *rq, oq_scope *s, oq_uuid id)
{
    incident *it;
    incident_view view;
    incident_names *names;
    incident_events events;
    incident_step_rows steps;
    OQ_TRY(incident_read(s, id, &it, &view));
    OQ_TRY(incident_names_of(s, &view, id, &names));
    OQ_TRY(incident_key_events(s, &view, id, &events));
    OQ_TRY(incident_steps_of(s, id, &steps));
    bool is_unaltered = oq_uuid_is_zero(incident_find_broken(s, &steps));
    for (size_t i = 0; i < steps.count; i++)
        incident_mask_step(http_arena(rq), &view, &steps.at[i]);
    oq_json *j = http_json(rq, 0);
    oq_json_object(j);
    oq_fields_write_members(j, incident_fields, it);
    oq_fields_write_members(j, incident_names_fields, names);
    oq_json_put(j, text, "extent", oq_cstr(oq_choice_text(incident_extent_choices, view.extent)));
    put_list(j, "key_events", incident_event_fields, events.at, sizeof *events.at, events.count);
    put_list(j, "steps", incident_step_row_fields, steps.at, sizeof *steps.at, steps.count);
    oq_json_put(j, bool, "is_unaltered", is_unaltered);
    oq_json_object_end(j);
    return NULL;
}

static oq_err *get_one(http_req *rq, oq_scope *s)
{
    oq_uuid id;
    OQ_TRY(http_path_uuid(rq, "id", &id));
    return answer_incident(rq, s, id);
}

typedef struct status_body {
    int status;
    oq_str note;
} status_body;
static const oq_field status_fields[] = {
    OQ_CHOICE(status_body, status, incident_status_choices, .required = true),
    OQ_TEXT(status_body, note, .max = 2000),
    OQ_FIELDS_END,
};

static oq_err *post_status(http_req *rq, oq_scope *s)
{
    oq_uuid id;
    status_body body;
    incident *it;
    incident_view view;
    OQ_TRY(http_path_uuid(rq, "id", &id));
    OQ_TRY(http_body(rq, &body));
    OQ_TRY(incident_read(s, id, &it, &view));
    OQ_TRY(incident_set_status(s, id, body.status, body.note));
    return answer_incident(rq, s, id);
}

#define FEATURE .feature = "blackbox"

const http_route incident_api_routes[] = {
    {HTTP_GET, "/api/blackbox/incidents", CAP_INCIDENT_READ, get_list, .query = list_query_fields,
     .answer = incident_row_fields, .shape = HTTP_ANSWER_LIST, FEATURE,
     .summary = "Incidents, newest first; an engineer sees those of one's work orders"},
    {HTTP_GET, "/api/blackbox/incidents/kpis", CAP_INCIDENT_READ, get_kpis,
     .query = list_query_fields, .answer = incident_kpis_fields, .shape = HTTP_ANSWER_RECORD,
     FEATURE,
     .summary = "Figures about the incidents that the filter finds, whatever their status"},
    {HTTP_GET, "/api/blackbox/incidents/{id}", CAP_INCIDENT_READ, get_one,
     .answer = incident_fields, .shape = HTTP_ANSWER_RECORD, FEATURE,
     .summary = "One incident with its names, key events and file; masked for who asks"},
    {HTTP_POST, "/api/blackbox/incidents/{id}/status", CAP_INCIDENT_MANAGE, post_status,
     .body = status_fields, .answer = incident_fields, .shape = HTTP_ANSWER_RECORD, FEATURE,
     .summary = "Take up, resolve, close or reopen an incident"},
    {0},
};
