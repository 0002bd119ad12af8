/* backtest/demo.h
 *
 * The demo's plants in fast forward: hours of readings, written as the demo writes them, and every
 * job of the program that comes due, on a clock that is moved; so what is measured is the way of a
 * sample through alarms, events, incidents and analyses, as it runs live. Nobody is there:
 * no alarm is acknowledged, no cause confirmed, and so nothing is learned on the way. Afterwards the
 * incidents are held against the truth (truth.h). */
#ifndef BACKTEST_DEMO_H
#define BACKTEST_DEMO_H

#include "backtest/report.h"
#include "db/pool.h"
#include "job/job.h"

typedef struct demo_test {
    db_pool *pool; /* with the demo's tenants in it, planted at `from`, and no worker beside */
    const job_kind *const *kinds;
    const oq_uuid *tenant;
    const char *const *code; /* of each tenant */
    size_t tenants;
    oq_us from;
    int64_t hours, step_s; /* the clock moves by so much */
    void (*say)(void *self, double share, size_t jobs);
    void *self;
} demo_test;

/* Moves the clock, and leaves it at the end of the hours. Fails: as the database does;
 * backtest.job_failed (fact: jobs) when one did, which the log tells of. */
OQ_CHECKED oq_err *backtest_demo(oq_arena *arena, const demo_test *test, report **ret_report);

#endif
