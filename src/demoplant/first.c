#include "demoplant/first.h"

#include "ai/model.h"
#include "demoplant/demoplant.h"
#include "optimize/run.h"

#include "demoplant.sql.h"

#include "base/banned.h"

#define HOLD      (4 * OQ_MINUTE) /* a slice takes less; below the period of ai.score */
#define PLAN_NAME "خطة الأسبوعين القادمين – Next two weeks" /* one for readers of both languages   \
                                                             */

/* Nobody scores a machine by a history that is half there. */
oq_err *demo_hold_scores(oq_scope *s)
{
    return job_hold(s, "ai.score", oq_now(s) + HOLD);
}

/* Assets are scored and models are fitted to it; then as everywhere. */
oq_err *demo_score_first(oq_scope *s)
{
    sql_demo_wants_models_rows rows;
    OQ_TRY(sql_demo_wants_models(s, &rows));
    if (!rows.at[0].wants)
        return NULL;
    OQ_TRY(job_add(s, &(job_order){.kind = "ai.score", .is_unique = true}, NULL));
    return ai_fit_ask_all(s);
}

/* Who looks at a demo for the first time finds a plan: a scenario of two weeks, run once. */
static oq_err *ask_plan(oq_scope *s)
{
    sql_demo_wants_plan_rows rows;
    optimize_scenario_order order;
    optimize_scenario *made;
    optimize_run *run;
    OQ_TRY(sql_demo_wants_plan(s, &rows));
    if (!rows.at[0].wants)
        return NULL;
    oq_fields_preset(oq_scope_arena(s), optimize_scenario_order_fields, &order);
    order.name = OQ_STR(PLAN_NAME);
    order.problem = OPTIMIZE_MAINTENANCE;
    OQ_TRY(optimize_scenario_add(s, &order, &made));
    return optimize_scenario_run(s, made->id, &run);
}

oq_err *demo_plan_first(job_run *run)
{
    oq_scope *s;
    OQ_TRY(job_scope(run, OQ_WRITE, &s));
    oq_err *err = ask_plan(s);
    if (!err)
        err = oq_scope_commit(s);
    oq_scope_close(s);
    return err;
}
