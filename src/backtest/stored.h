/* backtest/stored.h
 *
 * A backtest of maintenance that a tenant keeps, its page (/optimization/backtest) and
 * GET /api/optimization/backtest. The result as JSON:
 *   { "machines", "days", "costs": {as backtest_cost_fields}, "policies": [
 *     { "name", "choice", "chosen", "failures", "planned", "failure_hours", "planned_hours",
 *       "repair_cost", "failure_stop_cost", "work_cost", "planned_stop_cost", "cost",
 *       "saving", "saving_low", "saving_high", "day_cost": [a figure for each day] } ] }
 * Money is in major units. */
#ifndef BACKTEST_STORED_H
#define BACKTEST_STORED_H

#include "backtest/backtest.h"
#include "db/scope.h"
#include "http/route.h"

typedef struct backtest_stored {
    oq_uuid id;
    oq_str dataset;
    oq_date first_day, last_day;
    oq_str result, currency, made_by; /* result: JSON */
    oq_us created_at;
} backtest_stored;
extern const oq_field backtest_stored_fields[];

/* In the name of the scope's actor, with a row in the audit. */
OQ_CHECKED oq_err *backtest_store(oq_scope *s, oq_str dataset, const backtest_walk *walk);
/* NULL: there is none. */
OQ_CHECKED oq_err *backtest_newest(oq_scope *s, backtest_stored **ret_stored);

extern const http_route backtest_routes[];
oq_err *backtest_page(http_req *rq, oq_scope *s);

#endif
