/* Jobs of the optimizer.
 *
 * optimize.run: one run, by its id (payload {"run_id"}). Running twice is harmless: the answer of a
 * run is stored once, and a try that broke off leaves none. optimize.daily: the plan that a tenant
 * finds in the morning: one for each day, asked for as soon as the day has come and something is
 * known of its assets. optimize.trim: what nobody approved goes; what is gone is not found again.
 */
#include "optimize/run.h"

#include <math.h>

#include "base/facts.h"

#include "optimize_page.sql.h"
#include "optimize_store.sql.h"

#include "base/banned.h"

enum { DAILY_HORIZON_DAYS = 14, DAILY_LOOK_S = 120, TRIM_SLICE = 50 };
/* Of runs that nobody approved; approved ones stay. */
#define INPUTS_KEPT (90 * OQ_DAY)
#define RUNS_KEPT   (400 * OQ_DAY)

typedef struct run_payload {
    oq_uuid run_id;
} run_payload;
static const oq_field payload_fields[] = {
    OQ_UUID(run_payload, run_id, .required = true),
    OQ_FIELDS_END,
};

typedef struct watching {
    job_run *run;
    oq_err *err;
} watching;

static bool go_on(void *context, double done)
{
    watching *w = context;
    w->err = w->err ? w->err : job_checkpoint(w->run, done, OQ_NONE);
    return !w->err;
}

/* *ret_waits: it has no answer yet. One that failed, or was stopped, begins again with its job. */
static oq_err *begin(job_run *run, oq_uuid id, bool *ret_waits)
{
    oq_scope *s;
    size_t touched = 0;
    OQ_TRY(job_scope(run, OQ_WRITE, &s));
    oq_err *err =
        sql_optimize_run_resume(s, (sql_optimize_run_resume_args){id, oq_now(s)}, &touched);
    *ret_waits = touched > 0;
    /* Whoever stopped the run just now stopped its job in the same transaction. */
    err = err ? err : job_checkpoint(run, (double)NAN, OQ_NONE);
    err = err ? err : oq_scope_commit(s);
    oq_scope_close(s);
    return err;
}

/* The run and its inputs, copied out of the scope. */
static oq_err *prepare(job_run *run, oq_uuid id, optimize_run **ret_run, oq_str *ret_inputs)
{
    oq_scope *s;
    OQ_TRY(job_scope(run, OQ_READ, &s)); /* lives in the job's arena */
    oq_err *err = optimize_prepare(s, id, ret_run, ret_inputs);
    oq_scope_close(s);
    return err;
}

static oq_err *finish(job_run *run, const optimize_run *of, oq_str inputs,
                      const optimize_inputs *in, const optimize_answer *a)
{
    oq_scope *s;
    OQ_TRY(job_scope(run, OQ_WRITE, &s));
    oq_err *err = optimize_finish(s, of, inputs, in, a);
    err = err ? err : oq_scope_commit(s);
    oq_scope_close(s);
    return err;
}

static oq_err *run_run(job_run *run)
{
    oq_arena *arena = job_arena(run);
    run_payload p;
    optimize_run *of;
    oq_str inputs;
    optimize_inputs in;
    optimize_parameters parameters;
    optimize_answer answer;
    watching w = {.run = run};
    bool waits;
    OQ_TRY(oq_fields_read_json(arena, payload_fields, job_payload(run), &p));
    OQ_TRY(job_checkpoint(run, (double)NAN, OQ_NONE));
    OQ_TRY(begin(run, p.run_id, &waits));
    if (!waits)
        return NULL;
    OQ_TRY(prepare(run, p.run_id, &of, &inputs));
    OQ_TRY(optimize_inputs_read(arena, inputs, &in));
    OQ_TRY(oq_fields_read_json(arena, optimize_parameters_fields, of->parameters, &parameters));
    maintenance_effort effort = optimize_effort(of, &parameters);
    effort.go_on = go_on;
    effort.context = &w;
    optimize_solve(arena, &in, &effort, &answer);
    if (w.err)
        return w.err;
    OQ_TRY(finish(run, of, inputs, &in, &answer));
    job_set_result(run, oq_strf(arena, "{\"run\":%lld,\"planned\":%zu}", (long long)of->number,
                                answer.plan.planned));
    return NULL;
}

/* Who waits for it finds out why there is no answer. */
static oq_err *end_run(oq_scope *s, const job_ended *ended)
{
    oq_arena *arena = oq_scope_arena(s);
    run_payload p;
    OQ_TRY(oq_fields_read_json(arena, payload_fields, ended->payload, &p));
    oq_str facts = ended->error_facts.len ? ended->error_facts : OQ_STR("{}");
    oq_str error = ended->error_code.len ? oq_strf(arena, "{\"code\":\"%.*s\",\"facts\":%.*s}",
                                                   OQ_FMT(ended->error_code), OQ_FMT(facts))
                                         : OQ_STR("{\"code\":\"job.cancelled\",\"facts\":{}}");
    return optimize_break(
        s, p.run_id, ended->state == JOB_CANCELLED ? OPTIMIZE_CANCELLED : OPTIMIZE_FAILED, error);
}

static oq_err *ask_daily(oq_scope *s)
{
    sql_optimize_standing_rows standing;
    sql_optimize_run_daily_rows there;
    optimize_run *made;
    optimize_order order = {
        .problem = OPTIMIZE_MAINTENANCE,
        .horizon_days = DAILY_HORIZON_DAYS,
        .as_of = OQ_TIME_NONE,
    };
    OQ_TRY(optimize_day_after(s, oq_moment(s), &order.from_day));
    OQ_TRY(sql_optimize_run_daily(
        s, (sql_optimize_run_daily_args){order.from_day, oq_moment(s) - OQ_MINUTE}, &there));
    if (there.at[0].is_there || there.at[0].is_scoring)
        return NULL;
    OQ_TRY(sql_optimize_standing(s, &standing));
    if (!standing.at[0].scored) /* a plan without any risk known says nothing */
        return NULL;
    oq_fields_preset(oq_scope_arena(s), optimize_parameters_fields, &order.parameters);
    return optimize_ask(s, &order, &made);
}

static oq_err *run_daily(job_run *run)
{
    oq_scope *s;
    OQ_TRY(job_checkpoint(run, (double)NAN, OQ_NONE));
    OQ_TRY(job_scope(run, OQ_WRITE, &s));
    oq_err *err = ask_daily(s);
    err = err ? err : oq_scope_commit(s);
    oq_scope_close(s);
    return err;
}

static oq_err *trim_slice(job_run *run, bool whole, size_t *ret_gone)
{
    oq_scope *s;
    OQ_TRY(job_scope(run, OQ_WRITE, &s));
    oq_us now = oq_now(s);
    oq_err *err =
        whole ? sql_optimize_runs_trim(
                    s, (sql_optimize_runs_trim_args){now - RUNS_KEPT, TRIM_SLICE}, ret_gone)
              : sql_optimize_inputs_trim(
                    s, (sql_optimize_inputs_trim_args){now - INPUTS_KEPT, TRIM_SLICE}, ret_gone);
    err = err ? err : oq_scope_commit(s);
    oq_scope_close(s);
    return err;
}

static oq_err *run_trim(job_run *run)
{
    size_t gone[2] = {0};
    for (int whole = 1; whole >= 0; whole--)
        for (size_t now = TRIM_SLICE; now == TRIM_SLICE; gone[whole] += now) {
            OQ_TRY(job_checkpoint(run, (double)NAN, OQ_NONE));
            OQ_TRY(trim_slice(run, whole, &now));
        }
    job_set_result(run, oq_strf(job_arena(run), "{\"runs\":%zu,\"inputs\":%zu}", gone[1], gone[0]));
    return NULL;
}

const job_kind optimize_job_kinds[] = {
    {.name = "optimize.run",
     .run = run_run,
     .on_end = end_run,
     .lane = JOB_PER_KEY,
     .limit_s = 600},
    {.name = "optimize.trim",
     .run = run_trim,
     .lane = JOB_PER_TENANT,
     .every_s = 24 * 3600,
     .limit_s = 600},
    {.name = "optimize.daily",
     .run = run_daily,
     .lane = JOB_PER_TENANT,
     .is_routine = true,
     .every_s = DAILY_LOOK_S,
     .limit_s = 60},
    {0},
};
