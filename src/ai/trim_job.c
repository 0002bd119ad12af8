/* ai.trim: older scores are thinned to one a day, models that nobody uses any more go. Running twice
 * is harmless: what is gone is not found again. */
#include <math.h>

#include "ai/jobs.h"

#include "ai_job.sql.h"

#include "base/banned.h"

enum { SLICE = 5000 };
#define SCORES_KEPT (14 * OQ_DAY) /* each of them */
#define MODELS_KEPT (90 * OQ_DAY)

static oq_err *trim_slice(job_run *run, bool models, size_t *ret_gone)
{
    oq_scope *s;
    OQ_TRY(job_scope(run, OQ_WRITE, &s));
    oq_us now = oq_now(s);
    oq_err *err =
        models ? sql_ai_models_trim(s, (sql_ai_models_trim_args){now - MODELS_KEPT, SLICE}, ret_gone)
               : sql_ai_scores_trim(s, (sql_ai_scores_trim_args){now - SCORES_KEPT, SLICE},
                                    ret_gone);
    if (!err)
        err = oq_scope_commit(s);
    oq_scope_close(s);
    return err;
}

oq_err *ai_run_trim(job_run *run)
{
    size_t gone[2] = {0};
    for (int models = 0; models < 2; models++)
        for (size_t now = SLICE; now == SLICE; gone[models] += now) {
            OQ_TRY(job_checkpoint(run, (double)NAN, OQ_NONE));
            OQ_TRY(trim_slice(run, models, &now));
        }
    job_set_result(run, oq_strf(job_arena(run), "{\"scores\":%zu,\"models\":%zu}", gone[0],
                                gone[1]));
    return NULL;
}

const job_kind ai_job_kinds[] = {
    {.name = "ai.score",
     .run = ai_run_score,
     .lane = JOB_PER_TENANT,
     .every_s = 300,
     .is_routine = true,
     .limit_s = 1800},
    {.name = "ai.asset", .run = ai_run_asset, .lane = JOB_PER_KEY, .limit_s = 300},
    {.name = "ai.fit", .run = ai_run_fit, .lane = JOB_PER_TENANT, .limit_s = 7200},
    {.name = "ai.fit_all",
     .run = ai_run_fit_all,
     .lane = JOB_PER_TENANT,
     .every_s = 86400,
     .limit_s = 300},
    {.name = "ai.trim", .run = ai_run_trim, .lane = JOB_PER_TENANT, .every_s = 86400},
    {0},
};
