/* quant/lifetime.h
 *
 * Lives of units of one kind: at which age one failed, or how old it was when it was last seen
 * running. All ages have one unit (days, running hours, cycles), which the caller knows; ages that
 * come out have the same.
 *
 * Right-censored: a unit that has not failed, or was taken out for another reason, has lived for at
 * least its age. Left-truncated: a unit that nobody watched before the age `entry` (a plant bought
 * old, a history that begins in 2019) would not be in the list had it failed earlier; without
 * `entry` such lists make equipment look better than it is. */
#ifndef QUANT_LIFETIME_H
#define QUANT_LIFETIME_H

#include "base/base.h"

typedef struct lifetime {
    double age;   /* at the failure, or when last seen running; > 0 */
    double entry; /* age at which watching began, 0 <= entry < age; 0: from new */
    bool has_failed;
} lifetime;

/* A unit that runs and was watched for no time at all (age == entry, not failed) is allowed: it
 * says nothing, and counts for nothing.
 * Fails: lifetime.none (an empty list), lifetime.age_invalid and lifetime.entry_invalid (facts: row
 * from 1, age, entry): not a number, negative, a failure at age 0, or before its entry (which is
 * what a date in the future or two dates in the wrong order look like). */
OQ_CHECKED oq_err *lifetimes_check(const lifetime *life, size_t count);

typedef struct kaplan_meier_step {
    double age;
    size_t at_risk, failures;
    double survival;  /* right after this age */
    double deviation; /* of `survival`, Greenwood's; NaN where survival is 0 */
    double low, high; /* bounds of survival, on the log-log scale; NaN where survival is 0 */
} kaplan_meier_step;

/* The product-limit estimate S(t) = prod (1 - d_i / n_i) over the ages at which units failed, with
 * units at risk from their entry on (E. L. Kaplan, P. Meier, J. American Statistical Association
 * 53, 1958; delayed entry: W.-Y. Tsai, N. P. Jewell, M.-C. Wang, Biometrika 74, 1987). A failure at
 * the age at which others were last seen comes before them. Its variance is Greenwood's,
 * S^2 sum d_i / (n_i (n_i - d_i)); bounds at `confidence` are those of ln(-ln S) (J. D.
 * Kalbfleisch, R. L. Prentice, The Statistical Analysis of Failure Time Data, 2002, section 1.4).
 *
 * `life` has passed lifetimes_check. One step for each age with a failure, in the arena; *ret_count
 * may be 0. O(n log n). */
void kaplan_meier(oq_arena *arena, const lifetime *life, size_t count, double confidence,
                  kaplan_meier_step **ret_step, size_t *ret_count);

#endif
