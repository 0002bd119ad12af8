/* fleet/inner.h: what the files of this folder share. */
#ifndef FLEET_INNER_H
#define FLEET_INNER_H

#include "backtest/azure.h"
#include "backtest/backtest.h"
#include "fleet/fleet.h"

typedef enum fact_kind { FACT_SAMPLE = 1, FACT_ERROR, FACT_FAILURE, FACT_REPLACEMENT } fact_kind;

/* One line of a file, in the order of time. */
typedef struct fleet_fact {
    oq_us at;
    double value; /* of a sample */
    oq_str what;  /* error; component */
    uint32_t machine;
    uint8_t kind, metric; /* of a sample: azure_metric */
    bool is_failure;      /* of a replacement: because it had failed */
} fleet_fact;

struct fleet {
    oq_arena *arena;
    const char *folder;
    azure_data data;
    fleet_fact *fact;
    size_t facts;
    oq_us begins, ends; /* of all */
    oq_us watched;      /* the first sample */
};

/* Work on its way. */
typedef struct fleet_run_state {
    const fleet *f;
    const fleet_order *order;
    backtest_costs costs;
    oq_arena *arena; /* of one unit of work */
    int32_t *no;     /* of series: [machine * 2 * AZURE_METRICS + metric]; 0: none */
} fleet_run_state;

OQ_CHECKED oq_err *fleet_scope(const fleet_run_state *r, oq_access access, oq_scope **ret_scope);
/* Commits, or rolls back; closes either way. */
OQ_CHECKED oq_err *fleet_end(oq_scope *s, oq_err *err);
/* What waits at the clock's moment. */
OQ_CHECKED oq_err *fleet_run_jobs(const fleet_run_state *r);

/* records.c */
OQ_CHECKED oq_err *fleet_put_records(fleet_run_state *r);
oq_str fleet_asset_code(oq_arena *arena, size_t machine); /* "M-7" */
/* replay.c */
OQ_CHECKED oq_err *fleet_replay(fleet_run_state *r);
/* findings.c: what the record says of incidents that nobody has confirmed yet. */
OQ_CHECKED oq_err *fleet_confirm(const fleet_run_state *r);

#endif
