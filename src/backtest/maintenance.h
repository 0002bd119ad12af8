/* backtest/maintenance.h: azure-pdm's past, and who decides over it (inside backtest). */
#ifndef BACKTEST_MAINTENANCE_H
#define BACKTEST_MAINTENANCE_H

#include "backtest/azure_fleet.h"
#include "backtest/backtest.h"
#include "backtest/policy.h"

/* Days count from the first morning, 2 January 2015, 9 o'clock; a day lasts until the next. */
typedef struct history {
    oq_arena *arena;
    const backtest_costs *costs;
    policy_price price;
    azure_data data;
    failure_asset *asset;
    policy_past past;
    int32_t from, to;
} history;

oq_us history_morning(int32_t day);
int32_t history_day(oq_us at); /* below 0 before the first morning */

enum { DECIDERS = BACKTEST_POLICIES };

typedef struct decider {
    policy policy;
    const char *choice; /* what was chosen before `from`: "days", "deviations"; NULL: nothing */
    double chosen;
    policy_count *count, *day; /* [machines], [to - from] */
} decider;

/* Run to failure, fixed interval, threshold, error codes, and last the program's own. Fails: as
 * failure_model_learn. */
OQ_CHECKED oq_err *deciders_make(history *h, decider *ret_decider);

/* The program's own, in maintenance_optria.c. */
OQ_CHECKED oq_err *decider_optria(history *h, decider *ret_decider);

#endif
