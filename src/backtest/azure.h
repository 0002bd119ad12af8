/* backtest/azure.h: the files of azure-pdm as records (inside backtest). */
#ifndef BACKTEST_AZURE_H
#define BACKTEST_AZURE_H

#include "quant/cause_case.h"

enum { AZURE_METRICS = 4, AZURE_COMPONENTS = 4, AZURE_MACHINES_MAX = 1000 };

extern const oq_str azure_component[AZURE_COMPONENTS]; /* "comp1" ... */
extern const oq_str azure_metric[2 * AZURE_METRICS];   /* hourly ones, then daily means */

typedef struct azure_machine {
    oq_str model; /* not given: there is no such machine */
    double years; /* its age when the record begins */
    samples signal[2 * AZURE_METRICS];
    case_item *event; /* errors ("ALERT") and maintenance */
    size_t events;
} azure_machine;

/* A machine at a moment, and what failed. */
typedef struct azure_incident {
    oq_us at;
    size_t machine;
    bool is_failed[AZURE_COMPONENTS];
} azure_incident;

typedef struct azure_data {
    azure_machine *machine; /* by their number; [0] is not used */
    size_t machines;
    azure_incident *incident; /* in the order of time */
    size_t incidents;
} azure_data;

/* Fails: as file_csv; backtest.number, backtest.name, backtest.row_width (facts: file, line);
 * backtest.time (file, text). */
OQ_CHECKED oq_err *azure_read(oq_arena *arena, const char *folder, azure_data *ret_data);

#endif
