/* quant/signal_sample.h: signals for tests, the same at every run. Not part of the program. */
#ifndef QUANT_SIGNAL_SAMPLE_H
#define QUANT_SIGNAL_SAMPLE_H

#include <math.h>

#include "base/test.h"
#include "quant/samples.h"

/* splitmix64 */
static inline uint64_t dice_bits(uint64_t *dice)
{
    uint64_t z = *dice += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

static inline size_t dice_below(uint64_t *dice, size_t below)
{
    return (size_t)(dice_bits(dice) % below);
}

/* 0 <= x < 1 */
static inline double dice_share(uint64_t *dice)
{
    return (double)(dice_bits(dice) >> 11) * 0x1p-53;
}

/* Any signal: a rhythm with jitter and silences, values that wander, now and then none, stretches
 * of other quality. `quality` is NULL for one in three. */
static inline samples signal_any(oq_arena *arena, uint64_t *dice, size_t count, oq_us start)
{
    samples s = {.count = count,
                 .time = oq_new_n(arena, oq_us, count),
                 .value = oq_new_n(arena, double, count),
                 .quality = dice_below(dice, 3) ? oq_new_n(arena, quality, count) : NULL};
    static const quality some[] = {QUALITY_GOOD, QUALITY_BAD, QUALITY_UNCERTAIN,
                                   QUALITY_LOCAL_OVERRIDE};
    oq_us at = start, rhythm = (oq_us)(1 + dice_below(dice, 2000));
    double value = (dice_share(dice) - 0.5) * pow(10, (double)dice_below(dice, 8)), step = 1;
    quality now = QUALITY_GOOD;
    bool has_none = s.quality && dice_below(dice, 2);
    for (size_t i = 0; i < count; i++) {
        s.time[i] = at;
        at += 1 + (oq_us)dice_below(dice, (size_t)rhythm);
        at += dice_below(dice, 20) ? 0 : (oq_us)dice_below(dice, (size_t)rhythm * 20 + 1);
        value += step * (dice_share(dice) - 0.5);
        s.value[i] = value;
        if (dice_below(dice, 10) == 0)
            now = some[dice_below(dice, OQ_COUNT(some))];
        if (s.quality)
            s.quality[i] = now;
        if (has_none && dice_below(dice, 30) == 0) {
            s.value[i] = NAN;
            s.quality[i] = QUALITY_NO_DATA;
        }
    }
    return s;
}

static inline bool is_near(double a, double b, double size)
{
    return (isnan(a) && isnan(b)) || fabs(a - b) <= 1e-12 * size;
}

/* cmocka compares floats; these are doubles. */
#define NEAR(got, wanted, within)                                                                  \
    do {                                                                                           \
        double got_ = (got), want_ = (wanted);                                                     \
        if (!(fabs(got_ - want_) <= (within)))                                                     \
            fail_msg("%s: wanted %.12g, got %.12g", #got, want_, got_);                            \
    } while (0)

#endif
