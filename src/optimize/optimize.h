/* optimize/optimize.h
 *
 * What needs maintenance first, and what waiting costs. A question (scenario) with its parameters
 * becomes a run: the problem is gathered as known at `as_of`, solved in a job (never in a request),
 * stored with its inputs, seed and number of moves, so that it can be repeated to the same answer;
 * its recommendations can be approved, which makes or plans work orders.
 *
 *     gather    assets, scores (ai/score.h), orders, cost models, crews, parts, windows
 *     solve     quant/maintenance_plan.h, quant/deferral.h
 *     tell      recommendations with reasons; events OPTIMIZATION_RUN and
 *               OPTIMIZATION_RECOMMENDATION in the black box; notification; audit
 *
 * Crews are the people of a skill and site who are on shift, with the hours of their shifts less
 * absences, holidays and what they have begun. Costs that are not known are not assumed: the run says what the tenant
 * must provide ("provide"), and plans the rest. */
#ifndef OPTIMIZE_OPTIMIZE_H
#define OPTIMIZE_OPTIMIZE_H

#include "base/base.h"
#include "db/scope.h"
#include "http/route.h"
#include "job/job.h"
#include "web/page.h"

typedef enum optimize_problem {
    OPTIMIZE_MAINTENANCE = 1, /* "maintenance_priority" */
    OPTIMIZE_DEFERRAL,        /* "deferral_cost": answered at once (optimize_deferral), never run */
    OPTIMIZE_PRODUCTION,      /* "production_risk": stored and refused until its part is there */
    OPTIMIZE_DISPATCH         /* "workforce_dispatch": likewise */
} optimize_problem;
extern const oq_choice optimize_problem_choices[];

typedef enum optimize_status {
    OPTIMIZE_QUEUED = 1,
    OPTIMIZE_RUNNING,
    OPTIMIZE_DONE,
    OPTIMIZE_INFEASIBLE, /* error names the limits that conflict */
    OPTIMIZE_FAILED,
    OPTIMIZE_CANCELLED
} optimize_status;
extern const oq_choice optimize_status_choices[];

typedef enum optimize_action { OPTIMIZE_DO = 1, OPTIMIZE_DEFER, OPTIMIZE_PROVIDE } optimize_action;
extern const oq_choice optimize_action_choices[]; /* "do" "defer" "provide" */

/* What may be asked. As JSON: the names below. */
typedef struct optimize_parameters {
    double budget;       /* major units; NaN: none */
    double carbon_price; /* major units a tonne of CO2e; NaN: the cost model's */
    double hours_share;  /* of the crews' hours, 0..1; NaN: 0.8 */
    /* Of planned work with its lost production, of failures, of carbon, in what is minimized. Amounts
     * stay money, and so does the budget. NaN: 1 */
    double cost_weight, risk_weight, carbon_weight;
    int64_t down_at_once; /* assets of one unit that may stand at once; none: 1 */
    double move_cost;     /* major units for moving a job that is planned; NaN: 0 */
    int64_t effort;       /* thousands of moves of the search; none: by the size of the problem */
    int64_t seed;         /* none: 1 */
} optimize_parameters;
extern const oq_field optimize_parameters_fields[];

/* Rows of optimization_scenarios, optimization_runs, optimization_recommendations. */
typedef struct optimize_scenario {
    oq_uuid id, site_id;
    oq_str name;
    int problem;
    int64_t horizon_days;
    oq_str parameters, note, created_by;
    int64_t version;
    oq_us created_at, updated_at;
} optimize_scenario;
extern const oq_field optimize_scenario_fields[];

typedef struct optimize_run {
    oq_uuid id, scenario_id, site_id, job_id;
    int64_t number;
    int problem, status;
    int64_t horizon_days;
    oq_date from_day;
    oq_us as_of;
    oq_str parameters, inputs_summary, result, error; /* JSON */
    int64_t seed, moves;
    int64_t objective_minor, bound_minor, baseline_minor;
    double gap;
    oq_str currency;
    oq_uuid approved_by;
    oq_us approved_at;
    oq_str approval_note, made_by;
    oq_uuid made_by_id, trace_id; /* a person of the tenant; zero: the program, a machine */
    oq_us created_at, started_at, finished_at;
} optimize_run;
extern const oq_field optimize_run_fields[];

typedef struct optimize_advice {
    oq_uuid id, run_id, asset_id, work_order_id, made_order_id;
    int64_t position;
    oq_str failure_mode;
    int action;
    double priority_score, hours;
    oq_date day;
    int64_t days; /* that it takes, of whoever does it */
    oq_str crew;
    int64_t avoided_minor, planned_minor, waiting_minor, carbon_minor;
    oq_str currency, reasons, status;
    oq_us decided_at;
    /* names, for lists */
    oq_uuid site_id;
    oq_str asset_code, asset_name, asset_name_ar, site_name, site_name_ar;
    oq_str order_number, order_title, order_title_ar, crew_name, mode_name, mode_name_ar;
} optimize_advice;
extern const oq_field optimize_advice_fields[];
typedef struct optimize_advices {
    optimize_advice *at;
    size_t count;
} optimize_advices;

typedef struct optimize_order {
    int problem;
    oq_uuid scenario_id, site_id; /* zero: none, every */
    int64_t horizon_days;
    oq_date from_day; /* none: the day after as_of in the tenant's zone */
    oq_us as_of;      /* none: now */
    optimize_parameters parameters;
} optimize_order;

/* Stores a run and its job. Fails: optimize.not_here_yet (problem), optimize.as_of_future,
 * optimize.as_of_early (before the tenant's first data), optimize.from_day_beyond (before as_of, or
 * more than 90 days behind it), as the fields' checks. */
OQ_CHECKED oq_err *optimize_ask(oq_scope *s, const optimize_order *order, optimize_run **ret_run);
/* What the job does, in one transaction: for tests. The job holds no connection while it solves. */
OQ_CHECKED oq_err *optimize_do(oq_scope *s, oq_uuid run_id);
/* Solves the stored inputs again and compares: *ret_same. Fails: optimize.run_not_found. */
OQ_CHECKED oq_err *optimize_repeat(oq_scope *s, oq_uuid run_id, bool *ret_same);
/* The newest run of a problem that is done (of a site; zero: any); NULL: none. A plan of the present:
 * neither what would have been planned on a day before, nor a scenario that a person ran. */
OQ_CHECKED oq_err *optimize_latest(oq_scope *s, int problem, oq_uuid site_id,
                                   optimize_run **ret_run);
/* All of a run's rows, or those behind a position. */
OQ_CHECKED oq_err *optimize_advices_of(oq_scope *s, oq_uuid run_id, optimize_advices *ret_advices);
OQ_CHECKED oq_err *optimize_advices_from(oq_scope *s, oq_uuid run_id, int64_t after, int64_t limit,
                                         optimize_advices *ret_advices);
/* Approves: orders that are there get their day and crew, those in need of approval are approved.
 * Work that has no order gets one (source OPTIMIZER), unless one against the same mode of the asset
 * is open: then that one is planned. Once. Fails: optimize.run_not_found, optimize.not_done,
 * optimize.decided; optimize.plan_past (it begins before today), optimize.plan_old (made more than
 * three days ago), optimize.plan_overtaken (another plan was approved since). */
OQ_CHECKED oq_err *optimize_approve(oq_scope *s, oq_uuid run_id, oq_str note);
/* Whether there is still something to approve: it is done, nobody decided, and it is neither past,
 * old nor overtaken. Says nothing of who asks. */
OQ_CHECKED oq_err *optimize_may_approve(oq_scope *s, const optimize_run *run, bool *ret_may);

/* What waiting costs: of an asset or an order, from its newest score and cost model; nothing is
 * solved and nothing stored. JSON:
 *   { "asset_id", "work_order_id", "currency", "days": [ {"day", "low_minor", "mid_minor",
 *     "high_minor", "failure_probability"} ], "cheapest_day", "break_even_day", "driver",
 *     "parts": [ {"code", "minor"} ], "missing": [ {"code", ...} ], "state", "scored_at" } */
OQ_CHECKED oq_err *optimize_deferral(oq_scope *s, oq_uuid asset_id, oq_uuid order_id, int64_t days,
                                     oq_str *ret_json);

/* GET, POST /api/optimization/maintenance-priority; GET /api/optimization/deferral-cost;
 * /api/optimization/{scenarios,runs,recommendations}...; pages: optimize/pages.h */
extern const http_route optimize_routes[], optimize_page_routes[];
/* web_frame_hook; `self`: the pool. What waiting costs, on the page of a work order, which stands
 * on a lower floor. */
oq_err *optimize_frame_fill(void *self, web_page *page);
extern const job_kind optimize_job_kinds[]; /* optimize.run (key: run), optimize.daily,
                                                  optimize.trim */

#endif
