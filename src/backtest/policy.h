/* backtest/policy.h
 *
 * What a maintenance policy would have done to a recorded past, day by day.
 *
 * The counterfactual rule: a planned replacement of a component prevents the recorded failures of
 * this component on this machine on the same day and the `prevents_days - 1` days after it. Within
 * that time the policy does not replace it again: what still showed in the record belonged to the
 * part that is gone. All else stays as recorded: later failures come when they came, and recorded
 * maintenance is done in every policy and counted in none. A failure that is not prevented is
 * repaired, as recorded.
 *
 * A day begins when decisions are made; what is decided is done at once, before the failures of the
 * day. No more than `jobs_a_day` replacements are done on one day. */
#ifndef BACKTEST_POLICY_H
#define BACKTEST_POLICY_H

#include "base/base.h"

typedef struct policy_failure {
    int32_t day; /* of the past, from 0 */
    uint32_t machine, component;
} policy_failure;

typedef struct policy_past {
    size_t machines, components;
    int32_t days;
    const policy_failure *failure; /* in the order of days */
    size_t failures;
    int32_t prevents_days; /* > 0 */
    size_t jobs_a_day;
} policy_past;

typedef struct policy_count {
    size_t failures, planned;
} policy_count;

typedef struct policy_job {
    uint32_t machine, component;
} policy_job;

typedef struct policy_run policy_run;

/* A policy asks for jobs on a day; those that may not be done now (replaced lately, or over the
 * number of a day) are passed over, the first ones go first. */
typedef struct policy {
    const char *name;
    oq_err *(*decide)(void *self, policy_run *run, int32_t day);
    void *self;
} policy;

/* Inside decide. */
bool policy_may_replace(const policy_run *run, uint32_t machine, uint32_t component);
/* False: not done. */
bool policy_replace(policy_run *run, uint32_t machine, uint32_t component);
/* Days since its last planned replacement in this run; INT32_MAX: none. */
int32_t policy_since_replaced(const policy_run *run, uint32_t machine, uint32_t component);

/* Days [from, to) of the past. ret_count: [machines]; ret_day: [to - from], or NULL. */
OQ_CHECKED oq_err *policy_walk(oq_arena *arena, const policy_past *past, const policy *p,
                               int32_t from, int32_t to, policy_count **ret_count,
                               policy_count **ret_day);

/* What one machine's count costs. */
typedef struct policy_price {
    double failure, planned;
} policy_price;

double policy_cost(const policy_count *count, size_t machines, policy_price price);

/* What `of` saves against `than`, and its 95 % interval by bootstrap over machines. */
typedef struct policy_saving {
    double value, low, high;
} policy_saving;
policy_saving policy_compare(oq_arena *arena, const policy_count *of, const policy_count *than,
                             size_t machines, policy_price price, uint64_t seed);

#endif
