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
static bool sum_plain(const samples *s, aggregate_rule rule, block_sums *b)
{
    const oq_us *time = s->time;
    const double *value = s->value;
    size_t count = s->count;
    quality any = 0;
    for (size_t i = 0; s->quality && i < count; i++)
        any |= s->quality[i];
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

static void sum_one(block_sums *b, double value)
{
    double now = value - b->middle;
    b->min = b->good && b->min <= value ? b->min : value;
    b->max = b->good && b->max >= value ? b->max : value;
    b->sum += now;
    b->sum2 += now * now;
    b->good++;
}

/* As stretch_between and stretch_add, which would divide for each whole stretch. */
static void sum_time(block_sums *b, oq_us length, double value, double next, bool next_is_good,
                     aggregate_rule rule)
{
    bool is_gap = rule.gap_max > 0 && length > rule.gap_max;
    bool is_slope = next_is_good && !is_gap && !rule.is_state;
    double middle = is_slope ? (value - b->middle + (next - b->middle)) / 2 : value - b->middle;
    length = is_gap ? rule.gap_max : length;
    b->area += middle * (double)length;
    b->good_us += length;
}

static void sum_each(const samples *s, aggregate_rule rule, block_sums *b)
{
    *b = (block_sums){.middle = b->middle, .min = NAN, .max = NAN};
    bool is_good = sample_is_good(s->value[0], samples_quality(s, 0));
    for (size_t i = 0, last = s->count - 1; i <= last; i++) {
        bool next_is_good = i < last && sample_is_good(s->value[i + 1], samples_quality(s, i + 1));
        if (is_good)
            sum_one(b, s->value[i]);
        if (is_good && i < last)
            sum_time(b, s->time[i + 1] - s->time[i], s->value[i], s->value[i + 1], next_is_good,
                     rule);
        is_good = next_is_good;
    }
}

/* The first good value; 0 when there is none. */
static double middle_of(const samples *s)
{
    for (size_t i = 0; i < s->count; i++)
        if (sample_is_good(s->value[i], samples_quality(s, i)))
            return s->value[i];
    return 0;
}

aggregate aggregate_block(const samples *s, aggregate_rule rule)
{
    assert(s->count >= 1 && s->count <= AGGREGATE_BLOCK);
    size_t last = s->count - 1;
    block_sums b = {.middle = middle_of(s)};
    if (!sum_plain(s, rule, &b))
        sum_each(s, rule, &b);
    double n = (double)b.good, spread = b.good ? b.sum2 - b.sum * b.sum / n : 0;
    return (aggregate){
        .count = (int64_t)s->count,
        .good = b.good,
        .min = b.min,
        .max = b.max,
        .sum = b.middle * n + b.sum,
        .m2 = spread > 0 ? spread : 0,
        .area = b.middle * (double)b.good_us + b.area,
        .good_us = b.good_us,
        .first_at = s->time[0],
        .first = s->value[0],
        .first_quality = samples_quality(s, 0),
        .last_at = s->time[last],
        .last = s->value[last],
        .last_quality = samples_quality(s, last),
    };
}
