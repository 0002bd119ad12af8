#include "job/inner.h"

#include "job.sql.h"

#include "base/banned.h"

const oq_choice job_state_choices[] = {
    {JOB_READY, "ready"},   {JOB_RUNNING, "running"},     {JOB_DONE, "done"},
    {JOB_FAILED, "failed"}, {JOB_CANCELLED, "cancelled"}, {0, NULL},
};

const oq_field job_fields[] = {
    OQ_UUID(job, id),
    OQ_TEXT(job, kind, .help = "What it does, such as audit.trim"),
    OQ_TEXT(job, key, .help = "What it works on"),
    OQ_CHOICE(job, state, job_state_choices),
    OQ_I64(job, priority, .help = "Higher goes first"),
    OQ_I64(job, tries, .help = "How often it was started"),
    OQ_I64(job, tries_max),
    OQ_F64(job, progress, .f64_max = 1, .help = "0 to 1; null: unknown"),
    OQ_TEXT(job, progress_note),
    OQ_TIME(job, run_at, .help = "Not before"),
    OQ_TIME(job, created_at),
    OQ_TIME(job, started_at),
    OQ_TIME(job, finished_at),
    OQ_TEXT(job, worker, .help = "The process that runs it or ran it last"),
    OQ_TEXT(job, error_code, .help = "Why the last try failed"),
    OQ_JSON(job, error_facts),
    OQ_JSON(job, result),
    OQ_TEXT(job, created_by),
    OQ_FIELDS_END,
};

const oq_field job_ended_fields[] = {
    OQ_UUID(job_ended, id),          OQ_CHOICE(job_ended, state, job_state_choices),
    OQ_TEXT(job_ended, kind),        OQ_TEXT(job_ended, key),
    OQ_JSON(job_ended, payload),     OQ_TEXT(job_ended, error_code),
    OQ_JSON(job_ended, error_facts), OQ_FIELDS_END,
};

/* The tenant's turn comes first: see job.sql. */
static oq_err *make_ready(oq_scope *s, oq_us at)
{
    return sql_job_turn_ready(s, (sql_job_turn_ready_args){.at = at}, NULL);
}

/* Workers hear of it when the transaction is committed. */
static oq_err *tell(oq_scope *s)
{
    sql_job_told_rows told;
    return sql_job_told(s, &told);
}

oq_err *job_add(oq_scope *s, const job_order *order, oq_uuid *ret_id)
{
    assert(order->kind && order->key.len <= JOB_KEY_MAX);
    oq_us now = oq_now(s);
    oq_us run_at = order->run_at == OQ_TIME_NONE ? now : order->run_at;
    oq_str by = oq_scope_actor(s)->label;
    OQ_TRY(make_ready(s, run_at));
    sql_job_add_rows added;
    OQ_TRY(sql_job_add(s,
                       (sql_job_add_args){
                           .id = oq_uuid_new(now),
                           .kind = oq_cstr(order->kind),
                           .key = order->key,
                           .payload = oq_str_given(order->payload) ? order->payload : OQ_STR("{}"),
                           .priority = order->priority,
                           .run_at = run_at,
                           .tries_max = JOB_TRIES_MAX, /* the kind's own, once it is claimed */
                           .now = now,
                           .created_by = oq_str_given(by) ? by : OQ_STR("system"),
                           .request_id = oq_scope_request_id(s),
                           .is_unique = order->is_unique,
                       },
                       &added));
    if (ret_id)
        *ret_id = added.at[0].id;
    return tell(s);
}

oq_err *job_hold(oq_scope *s, const char *kind, oq_us until)
{
    return sql_job_hold(s, (sql_job_hold_args){.kind = oq_cstr(kind), .until = until}, NULL);
}

oq_err *job_get(oq_scope *s, oq_uuid id, job **ret_job)
{
    sql_job_get_rows rows;
    OQ_TRY(sql_job_get(s, (sql_job_get_args){.id = id}, &rows));
    if (rows.count == 0)
        return oq_fail(OQ_NOT_FOUND, "job.not_found");
    *ret_job = rows.at;
    return NULL;
}

/* Nothing was touched: it is not there, or its state does not allow it. */
static oq_err *explain_miss(oq_scope *s, oq_uuid id, const char *code)
{
    job *found;
    OQ_TRY(job_get(s, id, &found));
    return oq_fail(OQ_CONFLICT, code, "state=%s", oq_choice_text(job_state_choices, found->state));
}

static const job_kind *const *all_kinds; /* of this process */

void job_use_kinds(const job_kind *const *kinds)
{
    all_kinds = kinds;
}

static const job_kind *kind_of(oq_str name)
{
    for (const job_kind *const *list = all_kinds; list && *list; list++)
        for (const job_kind *k = *list; k->name; k++)
            if (oq_str_eq(name, oq_cstr(k->name)))
                return k;
    return NULL;
}

oq_err *job_tell_end(oq_scope *s, const job_kind *kind, const job_ended *ended)
{
    bool is_over = ended->state == JOB_FAILED || ended->state == JOB_CANCELLED;
    return is_over && kind && kind->on_end ? kind->on_end(s, ended) : NULL;
}

oq_err *job_cancel(oq_scope *s, oq_uuid id)
{
    sql_job_cancel_rows rows;
    sql_job_turn_freed_rows turn;
    OQ_TRY(sql_job_turn_freed(s, (sql_job_turn_freed_args){.now = oq_now(s)}, &turn));
    OQ_TRY(sql_job_cancel(s, (sql_job_cancel_args){.id = id, .now = oq_now(s)}, &rows));
    if (rows.count == 0)
        return explain_miss(s, id, "job.finished");
    return job_tell_end(s, kind_of(rows.at[0].kind), rows.at);
}

oq_err *job_retry(oq_scope *s, oq_uuid id)
{
    size_t touched;
    oq_us now = oq_now(s);
    OQ_TRY(make_ready(s, now));
    OQ_TRY(sql_job_retry(s, (sql_job_retry_args){.id = id, .now = now}, &touched));
    return touched ? tell(s) : explain_miss(s, id, "job.not_failed");
}
