/* Jobs that fit.
 *
 * ai.fit: a class (its key), all kinds, and the assets of it whose own models have aged; without a
 * key the assets that have no class. ai.fit_all: asks for all classes, every night. Running twice is
 * harmless: each fit is a model with a number of its own, and the one in use is replaced only by one
 * that is no worse. */
#include <math.h>

#include "ai/drift_of.h"
#include "ai/fit.h"
#include "ai/fit_anomaly.h"
#include "ai/jobs.h"
#include "audit/audit.h"

#include "ai_fit.sql.h"
#include "ai_job.sql.h"

#include "base/banned.h"

enum { OWN_SLICE = 100 };
#define OWN_AGE (6 * OQ_DAY) /* of an asset's own model, before it is fitted anew */

/* --- a class -------------------------------------------------------------------------------------*/

/* A fit that failed is a model too: who waits for one sees why there is none. */
static void put_failed(const ai_fit *f, int kind, const oq_err *err, ai_model_stored *ret_model)
{
    OQ_AUTO(ai_lacks) lacks = {0};
    ai_lacks_open(&lacks);
    oq_json *j = ai_lack(&lacks, "fit_failed");
    oq_json_put(j, text, "error", oq_cstr(err->code));
    ai_lack_end(&lacks);
    oq_log_err(OQ_LOG_WARN, "ai.fit_failed", err, OQ_LOG_FIELDS_(OQ_F_UUID("class", f->class_id)));
    *ret_model = (ai_model_stored){.m = {.kind = kind,
                                         .class_id = f->class_id,
                                         .state = AI_MODEL_FAILED,
                                         .data_from = OQ_TIME_NONE,
                                         .data_to = OQ_TIME_NONE,
                                         .split_at = OQ_TIME_NONE,
                                         .assets = (int64_t)f->all.count,
                                         .horizon_h = NAN,
                                         .missing = ai_lacks_close(&lacks, f->arena),
                                         .made_by = f->made_by,
                                         .made_at = f->at}};
}

static oq_err *kind_of(ai_fit *f, int kind, oq_err *(*fit)(ai_fit *, ai_model_stored *),
                       ai_model_stored *ret_model)
{
    oq_err *err = fit(f, ret_model);
    if (!err || oq_err_retries(err) || oq_err_is(err, "job.cancelled"))
        return err;
    put_failed(f, kind, err, ret_model);
    return NULL;
}

oq_err *ai_fit_class(ai_fit *f, ai_fits *ret_fits)
{
    OQ_TRY(ai_fit_open(f));
    OQ_TRY(ai_fit_read(f));
    OQ_TRY(ai_fit_checkpoint(f, 0.4, "life"));
    OQ_TRY(kind_of(f, AI_LIFE, ai_fit_life, &ret_fits->at[0]));
    OQ_TRY(ai_drift_look(f, &ret_fits->drift));
    OQ_TRY(ai_fit_checkpoint(f, 0.45, "failure"));
    OQ_TRY(kind_of(f, AI_FAILURE, ai_fit_failure, &ret_fits->at[1]));
    ret_fits->count = 2;
    return NULL;
}

oq_err *ai_fits_store(oq_scope *s, ai_fits *fits)
{
    OQ_TRY(ai_drift_store(s, &fits->drift));
    for (size_t i = 0; i < fits->count; i++) {
        ai_model_stored *m = &fits->at[i];
        OQ_TRY(ai_model_add(s, m));
        oq_log_info("ai.fitted", OQ_F_UUID("class", m->m.class_id),
                    OQ_F_CSTR("kind", oq_choice_text(ai_kind_choices, m->m.kind)),
                    OQ_F_INT("number", m->m.number),
                    OQ_F_CSTR("state", oq_choice_text(ai_model_state_choices, m->m.state)),
                    OQ_F_INT("rows", m->m.rows), OQ_F_INT("failures", m->m.failures),
                    OQ_F_INT("took_us", m->m.took_us));
    }
    return NULL;
}

/* --- the job -------------------------------------------------------------------------------------*/

static oq_err *store_class(job_run *run, ai_fits *fits)
{
    oq_scope *s;
    OQ_TRY(job_scope(run, OQ_WRITE, &s));
    oq_err *err = ai_fits_store(s, fits);
    if (!err)
        err = oq_scope_commit(s);
    oq_scope_close(s);
    return err;
}

static oq_err *fit_in(job_run *run, oq_arena *arena, oq_uuid class_id)
{
    oq_scope *s;
    ai_fits fits = {0};
    OQ_TRY(job_scope(run, OQ_READ, &s));
    ai_fit f = {.s = s,
                .arena = arena,
                .run = run,
                .class_id = class_id,
                .at = oq_now(s),
                .made_by = OQ_STR("job")};
    oq_err *err = ai_fit_class(&f, &fits);
    oq_scope_close(s);
    return err ? err : store_class(run, &fits);
}

static oq_err *fit_class(job_run *run, oq_uuid class_id)
{
    oq_arena *arena = oq_arena_open(1 << 20);
    oq_mark mark = oq_arena_mark(job_arena(run));
    oq_err *err = fit_in(run, arena, class_id);
    oq_arena_rewind(job_arena(run), mark);
    oq_arena_close(arena);
    return err;
}

/* --- the assets' own models ----------------------------------------------------------------------*/

static oq_err *fit_own(job_run *run, oq_uuid asset_id)
{
    oq_scope *s;
    ai_model_stored m;
    OQ_TRY(job_scope(run, OQ_WRITE, &s));
    oq_err *err = ai_fit_anomaly(s, asset_id, oq_moment(s), OQ_STR("job"), &m);
    if (!err)
        err = ai_model_add(s, &m);
    if (!err)
        err = oq_scope_commit(s);
    oq_scope_close(s);
    if (!err || oq_err_retries(err))
        return err;
    oq_log_err(OQ_LOG_WARN, "ai.fit_failed", err, OQ_LOG_FIELDS_(OQ_F_UUID("asset", asset_id)));
    return NULL; /* the others' models do not wait for it */
}

static oq_err *own_due(job_run *run, oq_uuid class_id, oq_uuid after, oq_uuid *ret_id,
                       size_t *ret_count)
{
    oq_scope *s;
    OQ_TRY(job_scope(run, OQ_READ, &s));
    oq_us before = oq_now(s) - OWN_AGE;
    sql_ai_anomaly_due_rows of_class = {0};
    sql_ai_unclassed_due_rows of_none = {0};
    oq_err *err =
        oq_uuid_is_zero(class_id)
            ? sql_ai_unclassed_due(s, (sql_ai_unclassed_due_args){before, after, OWN_SLICE},
                                   &of_none)
            : sql_ai_anomaly_due(
                  s, (sql_ai_anomaly_due_args){class_id, before, after, OWN_SLICE}, &of_class);
    *ret_count = 0;
    for (size_t i = 0; !err && i < of_class.count; i++)
        ret_id[(*ret_count)++] = of_class.at[i].id;
    for (size_t i = 0; !err && i < of_none.count; i++)
        ret_id[(*ret_count)++] = of_none.at[i].id;
    oq_scope_close(s);
    return err;
}

static oq_err *fit_owns(job_run *run, oq_uuid class_id)
{
    oq_uuid id[OWN_SLICE], after = OQ_UUID_ZERO;
    size_t count = OWN_SLICE;
    while (count == OWN_SLICE) {
        oq_mark mark = oq_arena_mark(job_arena(run));
        OQ_TRY(own_due(run, class_id, after, id, &count));
        oq_arena_rewind(job_arena(run), mark);
        for (size_t i = 0; i < count; i++) {
            OQ_TRY(job_checkpoint(run, 0.7 + 0.3 * (double)i / (double)count, OQ_STR("anomaly")));
            OQ_TRY(fit_own(run, id[i]));
            oq_arena_rewind(job_arena(run), mark);
        }
        if (count)
            after = id[count - 1];
    }
    return NULL;
}

/* What is known now is asked at once, without waiting for the next turn. */
static oq_err *ask_scores(job_run *run, oq_uuid class_id)
{
    oq_scope *s;
    OQ_TRY(job_scope(run, OQ_WRITE, &s));
    oq_err *err = job_add(s,
                          &(job_order){.kind = "ai.score",
                                       .key = oq_uuid_is_zero(class_id)
                                                  ? OQ_NONE
                                                  : oq_uuid_text(oq_scope_arena(s), class_id),
                                       .is_unique = true},
                          NULL);
    if (!err)
        err = oq_scope_commit(s);
    oq_scope_close(s);
    return err;
}

oq_err *ai_run_fit(job_run *run)
{
    oq_uuid class_id = OQ_UUID_ZERO;
    oq_str key = job_key(run);
    if (key.len && !oq_uuid_parse(key, &class_id))
        return oq_fail(OQ_INVALID, "ai.key_malformed");
    OQ_TRY(job_checkpoint(run, 0, OQ_NONE));
    if (!oq_uuid_is_zero(class_id))
        OQ_TRY(fit_class(run, class_id));
    OQ_TRY(fit_owns(run, class_id));
    return ask_scores(run, class_id);
}

/* --- all -----------------------------------------------------------------------------------------*/

oq_err *ai_fit_ask_all(oq_scope *s)
{
    oq_arena *arena = oq_scope_arena(s);
    sql_ai_classes_rows rows;
    OQ_TRY(sql_ai_classes(s, &rows));
    for (size_t i = 0; i < rows.count; i++)
        OQ_TRY(job_add(s,
                       &(job_order){.kind = "ai.fit",
                                    .key = oq_uuid_text(arena, rows.at[i].id),
                                    .is_unique = true},
                       NULL));
    return job_add(s, &(job_order){.kind = "ai.fit", .is_unique = true}, NULL);
}

oq_err *ai_run_fit_all(job_run *run)
{
    oq_scope *s;
    OQ_TRY(job_scope(run, OQ_WRITE, &s));
    oq_err *err = ai_fit_ask_all(s);
    if (!err)
        err = oq_scope_commit(s);
    oq_scope_close(s);
    return err;
}
