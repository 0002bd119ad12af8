/* optimize/run.h: a run's steps, for its job and its pages. */
#ifndef OPTIMIZE_RUN_H
#define OPTIMIZE_RUN_H

#include "optimize/inner.h"

/* Fails: optimize.run_not_found. */
OQ_CHECKED oq_err *optimize_run_get(oq_scope *s, oq_uuid id, optimize_run **ret_run);
oq_str optimize_number_text(oq_arena *arena, int64_t number); /* "OPT-12" */
oq_uuid optimize_person(const oq_scope *s); /* the actor, a person of this tenant; else zero */
oq_str optimize_parameters_json(oq_arena *arena, const optimize_parameters *p);

/* The problem as it was known at as_of, as JSON. */
OQ_CHECKED oq_err *optimize_prepare(oq_scope *s, oq_uuid run_id, optimize_run **ret_run,
                                    oq_str *ret_inputs);
maintenance_effort optimize_effort(const optimize_run *run, const optimize_parameters *p);
/* Stores the answer, with what it recommends; tells the black box and who asked. Fails:
 * optimize.not_running (cancelled meanwhile). */
OQ_CHECKED oq_err *optimize_finish(oq_scope *s, const optimize_run *run, oq_str inputs,
                                   const optimize_inputs *in, const optimize_answer *a);
/* In the tenant's zone. */
OQ_CHECKED oq_err *optimize_day_after(oq_scope *s, oq_us at, oq_date *ret_day);
/* It ended without an answer: `error` is JSON {"code", facts}. */
OQ_CHECKED oq_err *optimize_break(oq_scope *s, oq_uuid run_id, int status, oq_str error);

/* Stops a run without an answer. Fails: optimize.run_not_found, optimize.over. */
OQ_CHECKED oq_err *optimize_cancel(oq_scope *s, oq_uuid run_id);

/* --- scenarios -----------------------------------------------------------------------------------*/

typedef struct optimize_scenario_order {
    oq_str name;
    int problem;
    int64_t horizon_days;
    oq_uuid site_id;
    optimize_parameters parameters;
    oq_str note;
} optimize_scenario_order;
extern const oq_field optimize_scenario_order_fields[];

OQ_CHECKED oq_err *optimize_scenario_add(oq_scope *s, const optimize_scenario_order *order,
                                         optimize_scenario **ret_scenario);
/* Fails: optimize.scenario_not_found. */
OQ_CHECKED oq_err *optimize_scenario_get(oq_scope *s, oq_uuid id, optimize_scenario **ret_scenario);
OQ_CHECKED oq_err *optimize_scenario_run(oq_scope *s, oq_uuid id, optimize_run **ret_run);
/* Fails: optimize.scenario_used (it was run: the runs keep it). */
OQ_CHECKED oq_err *optimize_scenario_remove(oq_scope *s, oq_uuid id);

/* One recommendation is not followed. Fails: optimize.advice_not_found, optimize.decided. */
OQ_CHECKED oq_err *optimize_reject(oq_scope *s, oq_uuid advice_id, oq_uuid *ret_run_id);

#endif
