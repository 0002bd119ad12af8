#include <math.h>

#include "audit/audit.h"
#include "historian/broken.h"
#include "historian/change.h"
#include "historian/correct_work.h"
#include "historian/jobs.h"
#include "historian/series.h"

#include "correct.sql.h"

#include "base/banned.h"

enum { SLICE_CHUNKS = 100, CHUNKS_LOOKED_AT = 10000 };

const oq_field correction_work_fields[] = {
    OQ_UUID(correction_work, id),
    OQ_I64(correction_work, series_no),
    OQ_CHOICE(correction_work, kind, correction_kind_choices),
    OQ_TIME(correction_work, time_from),
    OQ_TIME(correction_work, time_to),
    OQ_F64(correction_work, value),
    OQ_I64(correction_work, quality),
    OQ_TEXT(correction_work, status),
    OQ_TIME(correction_work, done_to),
    OQ_I64(correction_work, samples),
    OQ_FIELDS_END,
};

/* --- the ends of a line ------------------------------------------------------------------------*/

static oq_err *no_neighbour(const char *side)
{
    return oq_fail(OQ_CONFLICT, "correction.no_neighbour", "side=%s", side);
}

/* The last good sample before the part. */
static oq_err *find_before(oq_scope *s, const correction_work *work, correction_end *ret_end)
{
    oq_us before = work->time_from;
    for (int looked = 0; looked < CHUNKS_LOOKED_AT; looked++) {
        sql_correction_good_before_rows rows;
        samples some;
        OQ_TRY(sql_correction_good_before(
            s, (sql_correction_good_before_args){.series_no = work->series_no, .before = before},
            &rows));
        if (rows.count == 0)
            break;
        OQ_TRY(chunk_decode(oq_scope_arena(s), rows.at[0].payload, false, &some));
        for (size_t i = samples_find(&some, work->time_from); i-- > 0;)
            if (quality_is_good(samples_quality(&some, i))) {
                *ret_end = (correction_end){some.time[i], some.value[i]};
                return NULL;
            }
        before = rows.at[0].time_first;
    }
    return no_neighbour("before");
}

/* The first good sample behind it. */
static oq_err *find_after(oq_scope *s, const correction_work *work, correction_end *ret_end)
{
    oq_us from = work->time_to;
    for (int looked = 0; looked < CHUNKS_LOOKED_AT; looked++) {
        sql_correction_good_after_rows rows;
        samples some;
        OQ_TRY(sql_correction_good_after(
            s, (sql_correction_good_after_args){.series_no = work->series_no, .from = from},
            &rows));
        if (rows.count == 0)
            break;
        OQ_TRY(chunk_decode(oq_scope_arena(s), rows.at[0].payload, false, &some));
        for (size_t i = samples_find(&some, work->time_to); i < some.count; i++)
            if (quality_is_good(samples_quality(&some, i))) {
                *ret_end = (correction_end){some.time[i], some.value[i]};
                return NULL;
            }
        from = rows.at[0].time_last + 1;
    }
    return no_neighbour("after");
}

/* --- a slice -----------------------------------------------------------------------------------*/

/* Why it failed. */
typedef struct failure {
    oq_str code, facts;
} failure;

/* Nothing, when it has ended or is not there any more. */
static oq_err *end(oq_scope *s, oq_uuid id, const failure *why)
{
    sql_correction_get_rows rows;
    series *e;
    size_t touched;
    OQ_TRY(sql_correction_end(s,
                              (sql_correction_end_args){.id = id,
                                                        .status = oq_cstr(why ? "failed" : "done"),
                                                        .error_code = why ? why->code : OQ_NONE,
                                                        .error_facts = why ? why->facts : OQ_NONE,
                                                        .now = oq_now(s)},
                              &touched));
    if (!touched)
        return NULL;
    OQ_TRY(sql_correction_get(s, (sql_correction_get_args){.id = id}, &rows));
    if (rows.count == 0) /* its signal is gone */
        return NULL;
    OQ_TRY(series_get(s, rows.at[0].series_id, &e));
    return audit_record(
        s, &(audit_entry){.action = why ? "series.correction_failed" : "series.corrected",
                          .object_type = "series",
                          .object_id = e->id,
                          .object_label = e->key,
                          .changes =
                              audit_changes(oq_scope_arena(s), correction_fields, NULL, rows.at)});
}

static oq_err *correct_slice(oq_scope *s, oq_uuid id, bool *ret_done, double *ret_progress)
{
    sql_correction_take_rows rows;
    OQ_TRY(sql_correction_take(s, (sql_correction_take_args){.id = id}, &rows));
    *ret_done = rows.count == 0 || !oq_str_eq(rows.at[0].status, OQ_STR("waiting"));
    if (*ret_done)
        return NULL;
    const correction_work *work = rows.at;
    correction_make make = {.work = work, .now = oq_now(s)};
    OQ_TRY(store_settle(s, (int32_t)work->series_no));
    if (work->kind == CORRECT_INTERPOLATE) {
        OQ_TRY(find_before(s, work, &make.before));
        OQ_TRY(find_after(s, work, &make.after));
    }
    change_done done;
    oq_us from = work->done_to == OQ_TIME_NONE ? work->time_from : work->done_to;
    OQ_TRY(store_change(
        s,
        &(change_order){.no = (int32_t)work->series_no,
                        .from = from,
                        .to = work->time_to,
                        .make = correction_apply,
                        .self = &make,
                        .reason = work->kind == CORRECT_DELETE ? "deletion" : "correction",
                        .chunks_max = SLICE_CHUNKS},
        &done));
    OQ_TRY(sql_correction_step(
        s, (sql_correction_step_args){.id = id, .done_to = done.resume, .samples = done.changed},
        NULL));
    *ret_progress =
        (double)(done.resume - work->time_from) / (double)(work->time_to - work->time_from);
    *ret_done = done.resume >= work->time_to;
    return *ret_done ? end(s, id, NULL) : NULL;
}

static oq_err *run_slice(job_run *run, oq_uuid id, bool *ret_done, double *ret_progress)
{
    oq_scope *s;
    oq_mark mark = oq_arena_mark(job_arena(run));
    OQ_TRY(job_scope(run, OQ_WRITE, &s));
    oq_err *err = correct_slice(s, id, ret_done, ret_progress);
    if (!err)
        err = oq_scope_commit(s);
    oq_scope_close(s);
    oq_arena_rewind(job_arena(run), mark);
    return err;
}

/* --- the job -----------------------------------------------------------------------------------*/

typedef struct correction_payload {
    oq_uuid id;
} correction_payload;
static const oq_field payload_fields[] = {
    OQ_UUID(correction_payload, id, .required = true),
    OQ_FIELDS_END,
};

static oq_err *run_slices(job_run *run, oq_uuid id)
{
    int64_t broken = 0;
    bool is_done = false;
    double progress = 0;
    OQ_TRY(fold_all(run, &broken));
    while (!is_done) {
        OQ_TRY(job_checkpoint(run, progress, OQ_NONE));
        OQ_TRY(run_slice(run, id, &is_done, &progress));
    }
    return NULL;
}

/* One that failed and whose job a person tries again waits again, and goes on where it stopped. */
static oq_err *wait_again(job_run *run, oq_uuid id)
{
    oq_scope *s;
    OQ_TRY(job_scope(run, OQ_WRITE, &s));
    oq_err *err = sql_correction_again(s, (sql_correction_again_args){.id = id}, NULL);
    if (!err)
        err = oq_scope_commit(s);
    oq_scope_close(s);
    return err;
}

/* Twice is harmless: each slice writes down how far it came in its own transaction, and a
 * correction that is done is left alone. */
oq_err *run_correct(job_run *run)
{
    correction_payload of;
    OQ_TRY(oq_fields_read_json(job_arena(run), payload_fields, job_payload(run), &of));
    OQ_TRY(wait_again(run, of.id));
    return run_slices(run, of.id);
}

oq_err *end_correct(oq_scope *s, const job_ended *ended)
{
    correction_payload of;
    failure why = {ended->error_code, ended->error_facts};
    OQ_TRY(oq_fields_read_json(oq_scope_arena(s), payload_fields, ended->payload, &of));
    if (ended->state == JOB_CANCELLED)
        why = (failure){OQ_STR("correction.cancelled"), OQ_NONE};
    return end(s, of.id, &why);
}
