#include "historian/jobs.h"

#include "historian/calc.h"

#include "base/banned.h"

enum { A_DAY_S = 86400 };

const job_kind hist_job_kinds[] = {
    /* Batches to chunks. Looks often, and folds when enough has come or it has waited for long. */
    {.name = "hist.fold",
     .run = run_fold,
     .lane = JOB_PER_TENANT,
     .every_s = 15,
     .is_routine = true,
     .limit_s = 1800},
    /* One correction; how far it came is written down with each slice. */
    {.name = "hist.correct", .run = run_correct, .on_end = end_correct, .lane = JOB_PER_TENANT},
    /* Calculated series: see historian/calc.h. */
    {.name = "hist.calculate",
     .run = calc_run,
     .lane = JOB_PER_TENANT,
     .every_s = CALC_EVERY_S,
     .is_routine = true,
     .limit_s = 7200},
    /* Samples that had their time. */
    {.name = "hist.retain", .run = run_retain, .lane = JOB_PER_TENANT, .every_s = A_DAY_S},
    {0},
};
