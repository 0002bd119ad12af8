/* Jobs that score.
 *
 * ai.score ("AI Auto Processor"): every active asset of the tenant whose score is older than the
 * tenant's period, in slices; with a class as its key all of that class. ai.asset: one asset (its
 * key). Running twice is harmless: what was scored is not due any more, and a score of the same
 * moment is stored once. A run that was killed goes on where it stopped, for the same reason.
 *
 * An asset that cannot be scored stops no other: it gets a score that says so. */
#include "ai/jobs.h"

#include <math.h>

#include "ai/scoring.h"
#include "ai/store.h"

#include "ai_job.sql.h"

#include "base/banned.h"

enum { SLICE = 50 };
#define EARLY (30 * OQ_SECOND) /* what is due so soon is due now */

typedef struct scoring_run {
    job_run *run;
    ai_scoring g;
    oq_arena *models; /* of g */
    size_t scored, failed, told;
    int64_t of;
} scoring_run;

/* --- one slice -----------------------------------------------------------------------------------*/

static ai_score failed_score(oq_arena *arena, oq_uuid id, const scoring_run *r, const oq_err *err)
{
    ai_score x = {.asset_id = id,
                  .scored_at = r->g.at,
                  .state = AI_ENOUGH,
                  .health_score = NAN,
                  .health_low = NAN,
                  .health_high = NAN,
                  .failure_probability = NAN,
                  .failure_low = NAN,
                  .failure_high = NAN,
                  .horizon_h = r->g.horizon_h,
                  .rul_p10_h = NAN,
                  .rul_p50_h = NAN,
                  .rul_p90_h = NAN,
                  .anomaly_score = NAN,
                  .production_risk_index = NAN,
                  .curve = OQ_STR("[]"),
                  .models = OQ_STR("[]")};
    ai_detail_begin(&x);
    ai_detail_miss(arena, &x, "scoring_failed", &(oq_arg){"error", oq_cstr(err->code)}, 1);
    x.state = AI_NOT_ENOUGH;
    return x;
}

static oq_err *score_some(scoring_run *r, oq_scope *s, const oq_uuid *id, size_t count,
                          ai_score *ret_score, size_t *ret_count)
{
    ai_asset_list found;
    OQ_TRY(ai_scoring_gather(s, &r->g, id, count, &found));
    *ret_count = 0;
    for (size_t i = 0; i < found.count; i++)
        OQ_TRY(ai_score_asset(oq_scope_arena(s), &found.at[i], &ret_score[(*ret_count)++]));
    return NULL;
}

/* All of a slice; when that fails, one by one, so that the one that fails stands alone. */
static oq_err *score_slice(scoring_run *r, oq_scope *s, const oq_uuid *id, size_t count,
                           ai_score *ret_score, size_t *ret_count)
{
    oq_err *err = score_some(r, s, id, count, ret_score, ret_count);
    if (!err || oq_err_retries(err))
        return err;
    *ret_count = 0;
    for (size_t i = 0; i < count; i++) {
        size_t made;
        err = score_some(r, s, &id[i], 1, &ret_score[*ret_count], &made);
        if (err && oq_err_retries(err))
            return err;
        if (err) {
            oq_log_err(OQ_LOG_WARN, "ai.scoring_failed", err,
                       OQ_LOG_FIELDS_(OQ_F_UUID("asset", id[i])));
            ret_score[*ret_count] = failed_score(oq_scope_arena(s), id[i], r, err);
            made = 1;
            r->failed++;
        }
        *ret_count += made;
    }
    return NULL;
}

static oq_err *compute(scoring_run *r, const oq_uuid *id, size_t count, ai_score *ret_score,
                       size_t *ret_count)
{
    oq_scope *s;
    OQ_TRY(job_scope(r->run, OQ_READ, &s));
    oq_err *err = score_slice(r, s, id, count, ret_score, ret_count);
    oq_scope_close(s);
    return err;
}

static oq_err *store(scoring_run *r, const ai_score *score, size_t count)
{
    oq_scope *s;
    size_t told;
    OQ_TRY(job_scope(r->run, OQ_WRITE, &s));
    oq_err *err = ai_scores_store(s, score, count, job_id(r->run), &told);
    if (!err)
        err = oq_scope_commit(s);
    oq_scope_close(s);
    if (!err)
        r->told += told;
    return err;
}

static oq_err *do_slice(scoring_run *r, const oq_uuid *id, size_t count)
{
    ai_score *score = oq_new_n(job_arena(r->run), ai_score, count);
    size_t made;
    OQ_TRY(compute(r, id, count, score, &made));
    OQ_TRY(store(r, score, made));
    r->scored += made;
    return NULL;
}

/* --- a run ---------------------------------------------------------------------------------------*/

static oq_err *begin(scoring_run *r, oq_us *ret_before)
{
    oq_scope *s;
    tenant_settings *settings;
    sql_ai_due_count_rows due;
    OQ_TRY(job_scope(r->run, OQ_READ, &s));
    oq_us now = oq_now(s);
    oq_err *err = ai_scoring_open(s, r->models, now, OQ_TIME_NONE, &r->g);
    if (!err)
        err = tenant_settings_get(s, &settings);
    if (!err) {
        *ret_before = now - settings->ai_score_minutes * OQ_MINUTE + EARLY;
        err = sql_ai_due_count(s, (sql_ai_due_count_args){*ret_before}, &due);
    }
    if (!err)
        r->of = due.at[0].assets;
    oq_scope_close(s);
    return err;
}

static oq_err *next_slice(scoring_run *r, oq_uuid class_id, oq_us before, oq_uuid after,
                          oq_uuid *ret_id, size_t *ret_count)
{
    oq_scope *s;
    sql_ai_due_rows due;
    OQ_TRY(job_scope(r->run, OQ_READ, &s));
    oq_err *err = sql_ai_due(
        s,
        (sql_ai_due_args){.before = before, .after = after, .class_id = class_id, .limit = SLICE},
        &due);
    for (size_t i = 0; !err && i < due.count; i++)
        ret_id[i] = due.at[i].id;
    if (!err)
        *ret_count = due.count;
    oq_scope_close(s);
    return err;
}

static oq_err *score_due(scoring_run *r, oq_uuid class_id)
{
    oq_us before;
    oq_uuid id[SLICE], after = OQ_UUID_ZERO;
    size_t count = SLICE;
    OQ_TRY(begin(r, &before));
    if (!oq_uuid_is_zero(class_id))
        before = r->g.at - 1;
    while (count == SLICE) {
        oq_mark mark = oq_arena_mark(job_arena(r->run));
        double share = r->of ? (double)r->scored / (double)r->of : (double)NAN;
        OQ_TRY(job_checkpoint(r->run, fmin(share, 1), OQ_NONE));
        OQ_TRY(next_slice(r, class_id, before, after, id, &count));
        if (count) {
            OQ_TRY(do_slice(r, id, count));
            after = id[count - 1];
        }
        oq_arena_rewind(job_arena(r->run), mark);
    }
    return NULL;
}

static oq_err *run_with(job_run *run, oq_err *(*call)(scoring_run *, oq_uuid))
{
    scoring_run r = {.run = run, .models = oq_arena_open(1 << 20)};
    oq_uuid id = OQ_UUID_ZERO;
    oq_str key = job_key(run);
    oq_err *err = NULL;
    if (key.len && !oq_uuid_parse(key, &id))
        err = oq_fail(OQ_INVALID, "ai.key_malformed");
    if (!err)
        err = call(&r, id);
    oq_arena_close(r.models);
    if (!err)
        job_set_result(run, oq_strf(job_arena(run), "{\"scored\":%zu,\"failed\":%zu,\"told\":%zu}",
                                    r.scored, r.failed, r.told));
    return err;
}

oq_err *ai_run_score(job_run *run)
{
    return run_with(run, score_due);
}

static oq_err *score_one(scoring_run *r, oq_uuid asset_id)
{
    oq_us before;
    OQ_TRY(begin(r, &before));
    OQ_TRY(job_checkpoint(r->run, (double)NAN, OQ_NONE));
    return do_slice(r, &asset_id, 1);
}

oq_err *ai_run_asset(job_run *run)
{
    return run_with(run, score_one);
}
