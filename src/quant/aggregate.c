#include "quant/aggregate_inner.h"

#include "base/banned.h"

const aggregate AGGREGATE_NONE = {
    .min = NAN,
    .max = NAN,
    .first_at = OQ_TIME_NONE,
    .last_at = OQ_TIME_NONE,
    .first = NAN,
    .last = NAN,
};

double aggregate_mean(const aggregate *a)
{
    return a->good_us > 0 ? a->area / (double)a->good_us : (double)NAN;
}

double aggregate_stddev(const aggregate *a)
{
    return a->good > 1 ? sqrt(a->m2 / (double)(a->good - 1)) : (double)NAN;
}

double aggregate_good_share(const aggregate *a, oq_us length)
{
    return length > 0 ? (double)a->good_us / (double)length : (double)NAN;
}

/* --- stretches ----------------------------------------------------------------------------------*/

stretch stretch_between(sample a, sample b, aggregate_rule rule)
{
    stretch s = {.from = a.time, .to = a.time, .value = a.value};
    if (!sample_is_good(a.value, a.quality) || b.time <= a.time)
        return s;
    bool is_gap = rule.gap_max > 0 && b.time - a.time > rule.gap_max;
    s.to = is_gap ? a.time + rule.gap_max : b.time;
    if (!is_gap && !rule.is_state && sample_is_good(b.value, b.quality))
        s.rise = b.value - a.value;
    return s;
}

void stretch_add(const stretch *s, oq_us from, oq_us to, aggregate *into)
{
    /* A straight line's area is its value in the middle times the length. */
    double middle = ((double)(from - s->from) + (double)(to - s->from)) / 2;
    double value = s->value + s->rise * (middle / (double)(s->to - s->from));
    into->area += value * (double)(to - from);
    into->good_us += to - from;
}

/* --- joining ------------------------------------------------------------------------------------*/

/* Source of the joint sum of squares: T. F. Chan, G. H. Golub, R. J. LeVeque, Algorithms for
 * Computing the Sample Variance, The American Statistician 37(3), 1983, formula (2.1). */
static void join_good(aggregate *into, const aggregate *later)
{
    if (into->good == 0) {
        into->min = later->min;
        into->max = later->max;
        into->sum = later->sum;
        into->m2 = later->m2;
    } else {
        double n = (double)into->good, m = (double)later->good;
        double apart = later->sum / m - into->sum / n;
        into->m2 += later->m2 + apart * apart * (n * m / (n + m));
        into->sum += later->sum;
        into->min = later->min < into->min ? later->min : into->min;
        into->max = later->max > into->max ? later->max : into->max;
    }
    into->good += later->good;
}

void aggregate_join(aggregate *into, const aggregate *later)
{
    if (later->good > 0)
        join_good(into, later);
    into->count += later->count;
    into->area += later->area;
    into->good_us += later->good_us;
    if (later->first_at == OQ_TIME_NONE)
        return;
    if (into->first_at == OQ_TIME_NONE) {
        into->first_at = later->first_at;
        into->first = later->first;
        into->first_quality = later->first_quality;
    }
    into->last_at = later->last_at;
    into->last = later->last;
    into->last_quality = later->last_quality;
}

void aggregate_merge(aggregate *into, const aggregate *later, aggregate_rule rule)
{
    if (into->last_at != OQ_TIME_NONE && later->first_at != OQ_TIME_NONE) {
        stretch between =
            stretch_between((sample){into->last_at, into->last, into->last_quality},
                            (sample){later->first_at, later->first, later->first_quality}, rule);
        if (between.to > between.from)
            stretch_add(&between, between.from, between.to, into);
    }
    aggregate_join(into, later);
}
