/* Jobs of root causes.
 *
 * rca.run: one incident, by its id (payload {"incident_id"}). Running twice is harmless: each run
 * is a version of its own, and the work order is made once. rca.learn: what a closed work order
 * found (payload {"incident_id","cause"}). Twice is harmless: the same cause again changes nothing.
 */
#include "rca/chain.h"

#include <math.h>

#include "base/banned.h"

typedef struct rca_payload {
    oq_uuid incident_id;
    oq_str cause;
    /* of rca.learn: the order that found it */
    oq_uuid work_order_id, trace_id;
    oq_str number;
} rca_payload;
static const oq_field payload_fields[] = {
    OQ_UUID(rca_payload, incident_id, .required = true),
    OQ_TEXT(rca_payload, cause),
    OQ_UUID(rca_payload, work_order_id),
    OQ_UUID(rca_payload, trace_id),
    OQ_TEXT(rca_payload, number),
    OQ_FIELDS_END,
};

/* Gone, merged or changed meanwhile: there is nothing to do, or another job is on its way. */
static bool is_past(const oq_err *err)
{
    return oq_err_is(err, "incident.not_found") || oq_err_is(err, "rca.merged") ||
           oq_err_is(err, "rca.overtaken");
}

static oq_err *analyse(job_run *run, oq_scope *s, const rca_payload *p)
{
    rca_run *made;
    OQ_TRY(rca_analyse(s, p->incident_id, OQ_STR("engine"), &made));
    OQ_TRY(oq_scope_commit(s));
    job_set_result(run, oq_strf(job_arena(run), "{\"run\":%lld,\"took_us\":%lld}",
                                (long long)made->number, (long long)made->took_us));
    return NULL;
}

static oq_err *learn(job_run *run, oq_scope *s, const rca_payload *p)
{
    OQ_TRY(rca_learn(s, p->incident_id, p->cause));
    return oq_scope_commit(s);
}

static oq_err *run_with(job_run *run, oq_err *(*call)(job_run *, oq_scope *, const rca_payload *))
{
    rca_payload p;
    oq_scope *s;
    OQ_TRY(oq_fields_read_json(job_arena(run), payload_fields, job_payload(run), &p));
    OQ_TRY(job_checkpoint(run, (double)NAN, OQ_NONE));
    OQ_TRY(job_scope(run, OQ_WRITE, &s));
    oq_err *err = call(run, s, &p);
    oq_scope_close(s);
    return err && is_past(err) ? NULL : err;
}

static oq_err *run_rca(job_run *run)
{
    return run_with(run, analyse);
}

static oq_err *run_learn(job_run *run)
{
    return run_with(run, learn);
}

const job_kind rca_job_kinds[] = {
    {.name = "rca.run", .run = run_rca, .lane = JOB_PER_KEY, .limit_s = 300},
    {.name = "rca.learn", .run = run_learn, .lane = JOB_PER_TENANT, .limit_s = 300},
    {0},
};
