/* Analyses over HTTP: run, read, confirm, make an order of. */
#include <math.h>

#include "audit/audit.h"
#include "blackbox/incident_view.h"
#include "http/request.h"
#include "rca/chain.h"

#include "rca_api_row.h"

#include "rca_api.sql.h"

#include "base/banned.h"

const oq_field rca_answer_fields[] = {
    OQ_UUID(rca_answer, incident_id),
    OQ_I64(rca_answer, incident_number),
    OQ_I64(rca_answer, number, .help = "of the analysis: 1, 2, ... of its incident"),
    OQ_I64(rca_answer, incident_version, .help = "of the incident that it looked at"),
    OQ_TEXT(rca_answer, made_by),
    OQ_TIME(rca_answer, made_at),
    OQ_I64(rca_answer, took_us),
    OQ_TEXT(rca_answer, top_cause),
    OQ_F64(rca_answer, top_probability),
    OQ_JSON(rca_answer, rca_summary),
    OQ_JSON(rca_answer, root_cause_score),
    OQ_JSON(rca_answer, event_story),
    OQ_JSON(rca_answer, recommended_actions),
    OQ_JSON(rca_answer, impact_estimate),
    OQ_JSON(rca_answer, financial_impact_estimate),
    OQ_JSON(rca_answer, carbon_impact_estimate),
    OQ_JSON(rca_answer, result, .help = "all of it: evidence, findings, similar incidents"),
    OQ_FIELDS_END,
};

/* --- reading ------------------------------------------------------------------------------------*/

static void mask(oq_arena *arena, const incident_view *view, rca_answer *a)
{
    if (view->extent == INCIDENT_FULL)
        return;
    a->made_by = incident_initials(arena, a->made_by);
    a->result = view->extent == INCIDENT_MASKED ? incident_mask_payload(arena, a->result) : OQ_NONE;
    incident_mask_said(arena, view, INCIDENT_SAID(a));
}

/* An incident that the actor may not see is not there. */
static oq_err *answer_run(http_req *rq, oq_scope *s, oq_uuid incident_id, int64_t number)
{
    incident *it;
    incident_view view;
    sql_rca_answer_rows rows;
    OQ_TRY(incident_read(s, incident_id, &it, &view));
    OQ_TRY(sql_rca_answer(s, (sql_rca_answer_args){incident_id, number}, &rows));
    if (!rows.count)
        return oq_fail(OQ_NOT_FOUND, "rca.not_found");
    mask(http_arena(rq), &view, rows.at);
    http_answer_record(rq, 0, rows.at);
    return NULL;
}

typedef struct run_query {
    int64_t run;
} run_query;
static const oq_field run_query_fields[] = {
    OQ_I64(run_query, run, .min = 1, .max = INT32_MAX, .help = "not given: the latest"),
    OQ_FIELDS_END,
};

static oq_err *get_run(http_req *rq, oq_scope *s)
{
    oq_uuid id;
    run_query q;
    OQ_TRY(http_path_uuid(rq, "id", &id));
    OQ_TRY(http_query(rq, &q));
    return answer_run(rq, s, id, q.run);
}

/* --- running ------------------------------------------------------------------------------------
 * Of one incident in the request: what an analysis reads is bounded (inner.h), so it ends within a
 * second or two. Of an asset by the job: the incident is opened under the engine's lock. */

static oq_err *check_seen(oq_scope *s, oq_uuid id)
{
    incident *it;
    incident_view view;
    return incident_read(s, id, &it, &view);
}

static oq_err *post_run(http_req *rq, oq_scope *s)
{
    oq_uuid id;
    rca_run *run;
    OQ_TRY(http_path_uuid(rq, "id", &id));
    OQ_TRY(check_seen(s, id));
    OQ_TRY(rca_analyse(s, id, oq_scope_actor(s)->label, &run));
    return answer_run(rq, s, id, run->number);
}

typedef struct asset_run_query {
    oq_us at;
} asset_run_query;
static const oq_field asset_run_query_fields[] = {
    OQ_TIME(asset_run_query, at, .help = "the moment to look around; not given: now"),
    OQ_FIELDS_END,
};

static oq_err *post_asset_run(http_req *rq, oq_scope *s)
{
    oq_uuid id, incident_id;
    asset_run_query q;
    incident *it;
    incident_view view;
    OQ_TRY(http_path_uuid(rq, "id", &id));
    OQ_TRY(http_query(rq, &q));
    OQ_TRY(incident_begin_by_hand(s, id, q.at == OQ_TIME_NONE ? oq_now(s) : q.at, &incident_id));
    OQ_TRY(incident_read(s, incident_id, &it, &view));
    OQ_TRY(audit_record(
        s, &(audit_entry){
               .action = "incident.run_asked",
               .object_type = "incident",
               .object_id = incident_id,
               .object_label = oq_strf(http_arena(rq), "INC-%lld", (long long)it->number),
           }));
    http_answer_record(rq, 202, it);
    return NULL;
}

/* --- what follows -------------------------------------------------------------------------------*/

static oq_err *post_order(http_req *rq, oq_scope *s)
{
    oq_uuid id;
    work_order *order;
    bool made;
    OQ_TRY(http_path_uuid(rq, "id", &id));
    OQ_TRY(check_seen(s, id));
    OQ_TRY(rca_order_of(s, id, &order, &made));
    http_answer_record(rq, made ? 201 : 200, order);
    return NULL;
}

typedef struct cause_body {
    oq_str cause, note;
} cause_body;
static const oq_field cause_body_fields[] = {
    OQ_TEXT(cause_body, cause, .required = true, .max = 200,
            .help = "a code of /causes, or another one"),
    OQ_TEXT(cause_body, note, .max = 2000),
    OQ_FIELDS_END,
};

static oq_err *post_cause(http_req *rq, oq_scope *s)
{
    oq_uuid id;
    cause_body body;
    incident *it;
    incident_view view;
    OQ_TRY(http_path_uuid(rq, "id", &id));
    OQ_TRY(http_body(rq, &body));
    OQ_TRY(check_seen(s, id));
    OQ_TRY(rca_confirm(s, id, body.cause, body.note));
    OQ_TRY(incident_read(s, id, &it, &view));
    http_answer_record(rq, 0, it);
    return NULL;
}

static oq_err *get_causes(http_req *rq, oq_scope *s)
{
    oq_uuid id;
    rca_causes causes;
    OQ_TRY(http_path_uuid(rq, "id", &id));
    OQ_TRY(check_seen(s, id));
    OQ_TRY(rca_causes_of(s, id, &causes));
    http_answer_list(rq, causes.at, sizeof *causes.at, causes.count, OQ_NONE);
    return NULL;
}

#define FEATURE .feature = "blackbox"
#define ANSWER  .answer = rca_answer_fields, .shape = HTTP_ANSWER_RECORD

const http_route rca_routes[] = {
    {HTTP_GET, "/api/blackbox/incidents/{id}/rca", CAP_INCIDENT_READ, get_run,
     .query = run_query_fields, ANSWER, FEATURE,
     .summary = "The latest analysis of an incident, or an older one; masked for who asks"},
    {HTTP_POST, "/api/blackbox/incidents/{id}/rca", CAP_RCA_RUN, post_run, ANSWER, FEATURE,
     .summary = "Analyse an incident again, as it is known now"},
    {HTTP_POST, "/api/blackbox/assets/{id}/run", CAP_RCA_RUN, post_asset_run,
     .query = asset_run_query_fields, .answer = incident_fields, .shape = HTTP_ANSWER_RECORD,
     FEATURE,
     .summary = "Open an incident of an asset around a moment, or use the one that is there; its "
                "analysis follows"},
    {HTTP_POST, "/api/blackbox/incidents/{id}/work-order", CAP_WORK_ORDER_MANAGE, post_order,
     .answer = work_order_fields, .shape = HTTP_ANSWER_RECORD, FEATURE,
     .summary = "The incident's work order, made if there is none"},
    {HTTP_POST, "/api/blackbox/incidents/{id}/cause", CAP_INCIDENT_MANAGE, post_cause,
     .body = cause_body_fields, .answer = incident_fields, .shape = HTTP_ANSWER_RECORD, FEATURE,
     .summary = "Confirm or correct the cause of an incident"},
    {HTTP_GET, "/api/blackbox/incidents/{id}/causes", CAP_INCIDENT_READ, get_causes,
     .answer = rca_cause_fields, .shape = HTTP_ANSWER_LIST, FEATURE,
     .summary = "Causes to choose from for an incident"},
    {0},
};
