/* backtest/azure_fleet.h: azure-pdm as assets that models of failures learn from (inside backtest
 * and its measurements). */
#ifndef BACKTEST_AZURE_FLEET_H
#define BACKTEST_AZURE_FLEET_H

#include "backtest/azure.h"
#include "quant/failure_model.h"

/* The copy holds hourly telemetry only around failures and in windows that resemble them, so
 * whether it is there would give the answer away: the models see the daily means, which are there
 * for every machine and day, besides errors, replacements, age and model. */
feature_plan azure_fleet_plan(void);

/* One asset for each machine, from number 1 on; failures are known through 2015. Fails: as
 * azure_read. */
OQ_CHECKED oq_err *azure_fleet_make(oq_arena *arena, const char *folder, const azure_data *d,
                                    failure_asset **ret_asset);

#endif
