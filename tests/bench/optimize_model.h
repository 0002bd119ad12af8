/* bench/optimize_model.h
 *
 * Maintenance problems of a plant that was never there, and the same model as text for a MILP
 * solver. */
#ifndef BENCH_OPTIMIZE_MODEL_H
#define BENCH_OPTIMIZE_MODEL_H

#include "quant/maintenance_plan.h"

typedef struct model_size {
    const char *name;
    uint64_t seed;
    int32_t assets, jobs, days, crews, units, skills;
    double load;       /* hours wanted / hours there are */
    int32_t days_most; /* the longest job */
    double order_share, window_share, part_share, mandatory_share;
    uint32_t down_max;
    double decline; /* how fast failures become likely; high: waiting is dear */
    double planned; /* planned costs and losses, against 1 */
} model_size;

maintenance_problem *model_make(oq_arena *arena, const model_size *size);

/* In CPLEX LP form: a binary per job, first day and crew; y for an asset that is down; orders day
 * by day. Costs are those of maintenance_job_cost; the constant is in *ret_constant. */
oq_str model_lp(oq_arena *arena, const maintenance_problem *p, int64_t *ret_constant,
                size_t *ret_binaries);

#endif
