/* Many samples at once: the loop that long spans spend their time in. */
#include "quant/aggregate_inner.h"

#include "base/banned.h"

/* Sums of a block, around `middle`, the first good value. */
typedef struct block_sums {
    double middle;
    double min, max;
    double sum, sum2; /* of value - middle, and of its square */
    double area;      /* of value - middle */
    int64_t good, good_us;
} block_sums;

/* All samples good, no gap: nothing to ask for each. False when that turns out not to be so; then
 * the sums are worth nothing. */
static bool sum_plain(const samples *s, size_t from, size_t count, aggregate_rule rule,
                      block_sums *b)
{
    const oq_us *time = s->time + from;
    const double *value = s->value + from;
    quality any = 0;
    for (size_t i = 0; s->quality && i < count; i++)
        any |= s->quality[from + i];
    if (!quality_is_good(any))
        return false;
    double before = value[0] - b->middle;
    double min = value[0], max = value[0], sum = before, sum2 = before * before, area = 0;
    oq_us longest = 0;
    for (size_t i = 1; i < count; i++) {
        double v = value[i], now = v - b->middle;
        oq_us length = time[i] - time[i - 1];
        min = v < min ? v : min;
        max = v > max ? v : max;
        sum += now;
        sum2 += now * now;
        area += (rule.is_state ? 2 * before : before + now) * (double)length;
        longest = length > longest ? length : longest;
        before = now;
    }
    b->min = min;
    b->max = max;
    b->sum = sum;
    b->sum2 = sum2;
    b->area = area / 2;
    b->good = (int64_t)count;
    b->good_us = time[count - 1] - time[0];
    /* A value that is not finite makes the squares so. */
    return isfinite(sum2) && (rule.gap_max == 0 || longest <= rule.gap_max);
}

static void sum_each(const samples *s, size_t from, size_t count, aggregate_rule rule,
                     block_sums *b)
{
    aggregate lines = AGGREGATE_NONE;
    *b = (block_sums){.middle = b->middle, .min = NAN, .max = NAN};
    for (size_t i = from; i < from + count; i++) {
        double v = s->value[i], now = v - b->middle;
        if (!sample_is_good(v, samples_quality(s, i)))
            continue;
        b->min = b->good && b->min <= v ? b->min : v;
        b->max = b->good && b->max >= v ? b->max : v;
        b->sum += now;
        b->sum2 += now * now;
        b->good++;
        if (i + 1 == from + count)
            continue;
        stretch to_next = stretch_between(
            (sample){s->time[i], now, QUALITY_GOOD},
            (sample){s->time[i + 1], s->value[i + 1] - b->middle, samples_quality(s, i + 1)}, rule);
        if (to_next.to > to_next.from)
            stretch_add(&to_next, to_next.from, to_next.to, &lines);
    }
    b->area = lines.area;
    b->good_us = lines.good_us;
}

/* The first good value; 0 when there is none. */
static double middle_of(const samples *s, size_t from, size_t count)
{
    for (size_t i = from; i < from + count; i++)
        if (sample_is_good(s->value[i], samples_quality(s, i)))
            return s->value[i];
    return 0;
}

aggregate aggregate_block(const samples *s, size_t from, size_t count, aggregate_rule rule)
{
    assert(count >= 1 && count <= AGGREGATE_BLOCK && from + count <= s->count);
    size_t last = from + count - 1;
    block_sums b = {.middle = middle_of(s, from, count)};
    if (!sum_plain(s, from, count, rule, &b))
        sum_each(s, from, count, rule, &b);
    double n = (double)b.good, spread = b.good ? b.sum2 - b.sum * b.sum / n : 0;
    return (aggregate){
        .count = (int64_t)count,
        .good = b.good,
        .min = b.min,
        .max = b.max,
        .sum = b.middle * n + b.sum,
        .m2 = spread > 0 ? spread : 0,
        .area = b.middle * (double)b.good_us + b.area,
        .good_us = b.good_us,
        .first_at = s->time[from],
        .first = s->value[from],
        .first_quality = samples_quality(s, from),
        .last_at = s->time[last],
        .last = s->value[last],
        .last_quality = samples_quality(s, last),
    };
}
