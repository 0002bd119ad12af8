#include "quant/lifetime.h"

#include <math.h>

#include "quant/chance.h"

#include "base/banned.h"

oq_err *lifetimes_check(const lifetime *life, size_t count)
{
    if (!count)
        return oq_fail(OQ_INVALID, "lifetime.none");
    for (size_t i = 0; i < count; i++) {
        const lifetime *l = &life[i];
        if (!isfinite(l->age) || l->age < 0 || (l->age == 0 && l->has_failed))
            return oq_fail(OQ_INVALID, "lifetime.age_invalid", "row=%zu age=%g", i + 1, l->age);
        if (!isfinite(l->entry) || l->entry < 0 || l->entry > l->age ||
            (l->entry == l->age && l->has_failed))
            return oq_fail(OQ_INVALID, "lifetime.entry_invalid", "row=%zu age=%g entry=%g", i + 1,
                           l->age, l->entry);
    }
    return NULL;
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Ages in order: of failures, of all ends, of entries. */
typedef struct ages {
    double *failed, *end, *entry;
    size_t failures, count;
} ages;

static void ages_sort(oq_arena *temp, const lifetime *life, size_t count, ages *ret_ages)
{
    ages a = {.failed = oq_new_n(temp, double, count),
              .end = oq_new_n(temp, double, count),
              .entry = oq_new_n(temp, double, count),
              .count = count};
    for (size_t i = 0; i < count; i++) {
        a.end[i] = life[i].age;
        a.entry[i] = life[i].entry;
        if (life[i].has_failed)
            a.failed[a.failures++] = life[i].age;
    }
    qsort(a.failed, a.failures, sizeof *a.failed, compare);
    qsort(a.end, count, sizeof *a.end, compare);
    qsort(a.entry, count, sizeof *a.entry, compare);
    *ret_ages = a;
}

void kaplan_meier(oq_arena *arena, const lifetime *life, size_t count, double confidence,
                  kaplan_meier_step **ret_step, size_t *ret_count)
{
    assert(confidence > 0 && confidence < 1);
    ages a;
    ages_sort(arena, life, count, &a);
    kaplan_meier_step *step = oq_new_n(arena, kaplan_meier_step, a.failures);
    double z = chance_normal_quantile((1 + confidence) / 2), survival = 1, sum = 0;
    size_t steps = 0, ended = 0, entered = 0;
    for (size_t i = 0; i < a.failures;) {
        double age = a.failed[i];
        size_t failures = 0;
        for (; i < a.failures && a.failed[i] == age; i++)
            failures++;
        while (ended < count && a.end[ended] < age)
            ended++;
        while (entered < count && a.entry[entered] < age)
            entered++;
        /* Who entered and left before this age is in both; who was watched for no time is too, or
         * in neither, unless it is of this very age. */
        size_t at_risk = entered - ended;
        survival *= 1 - (double)failures / (double)at_risk;
        sum += (double)failures / ((double)at_risk * (double)(at_risk - failures));
        bool is_zero = failures == at_risk || survival <= 0;
        double spread = exp(z * sqrt(sum) / -log(survival));
        step[steps++] = (kaplan_meier_step){
            .age = age,
            .at_risk = at_risk,
            .failures = failures,
            .survival = is_zero ? 0 : survival,
            .deviation = is_zero ? NAN : survival * sqrt(sum),
            .low = is_zero ? NAN : pow(survival, spread),
            .high = is_zero ? NAN : pow(survival, 1 / spread),
        };
        survival = is_zero ? 0 : survival;
    }
    *ret_step = step;
    *ret_count = steps;
}
