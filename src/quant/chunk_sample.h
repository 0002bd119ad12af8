/* quant/chunk_sample.h
 *
 * Signals of every kind that plants have, made the same at every run: for tests and measurements
 * of the sample codec. Not part of the program. */
#ifndef QUANT_CHUNK_SAMPLE_H
#define QUANT_CHUNK_SAMPLE_H

#include <math.h>

#include "quant/samples.h"

typedef enum signal_kind {
    SIGNAL_DECIMALS_2, /* sine and AR(1) noise at 1 s */
    SIGNAL_DECIMALS_3,
    SIGNAL_CONSTANT,
    SIGNAL_STATE,        /* few values, held long */
    SIGNAL_COUNTER,      /* whole numbers that only rise, and fall to 0 rarely */
    SIGNAL_STEP_COUNTER, /* rises by one a sample, with resets */
    SIGNAL_FULL,         /* all digits of a double */
    SIGNAL_LONG_DECIMAL, /* 15 digits, as exported by many tools */
    SIGNAL_SINGLE,       /* floats of 32 bits */
    SIGNAL_MIXED,        /* two decimals, and now and then NaN, a long number, an infinity */
    SIGNAL_ODD,          /* huge, tiny, denormal, of both signs */
    SIGNAL_RANDOM_BITS,  /* any bits */
    SIGNAL_JITTER,       /* times off their second by milliseconds */
    SIGNAL_BURSTS,       /* times in bursts, with long silences */
    SIGNAL_SPARSE_NAN,   /* drops out for stretches, with bad quality */
    SIGNAL_IMPORTED,     /* hourly, all known at one moment */
    SIGNAL_KINDS
} signal_kind;

static const char *const signal_name[SIGNAL_KINDS] = {
    "decimals 2", "decimals 3",   "constant",   "state",    "counter", "step counter",
    "full",       "long decimal", "single",     "mixed",    "odd",     "random bits",
    "jitter",     "bursts",       "sparse nan", "imported",
};

static inline uint64_t signal_dice(uint64_t *state)
{
    uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

static inline double signal_uniform(uint64_t *state)
{
    return (double)(signal_dice(state) >> 11) * 0x1p-53;
}

/* Nearly normal, of mean 0 and deviation 1. */
static inline double signal_noise(uint64_t *state)
{
    double sum = 0;
    for (int i = 0; i < 4; i++)
        sum += signal_uniform(state);
    return (sum - 2) * sqrt(3);
}

typedef struct signal_state {
    uint64_t dice;
    double walk, level;
} signal_state;

static inline double signal_value(signal_kind kind, size_t i, signal_state *g)
{
    static const double odd[] = {
        0.0,    -0.0,    1e300, -1e300, 5e-324,        2.2250738585072014e-308,
        1e-310, 1.0 / 3, 1e15,  1e22,   123456789.123, -7};
    g->walk = 0.8 * g->walk + 0.15 * signal_noise(&g->dice);
    double x = 57 + 10 * sin(2 * M_PI * (double)i / 3600) + g->walk;
    uint64_t roll = signal_dice(&g->dice);
    switch (kind) {
    case SIGNAL_DECIMALS_3:
        return round(x * 1000) / 1000;
    case SIGNAL_CONSTANT:
        return 21.5;
    case SIGNAL_STATE:
        if (roll % 200 == 0)
            g->level = (double)(roll >> 32 & 3);
        return g->level;
    case SIGNAL_COUNTER:
        g->level = roll % 5000 == 0 ? 0 : g->level + (double)(roll >> 40 & 15);
        return g->level;
    case SIGNAL_STEP_COUNTER:
        g->level = roll % 3000 == 0 ? 0 : g->level + 1;
        return g->level;
    case SIGNAL_FULL:
        return 170 + 15 * signal_noise(&g->dice);
    case SIGNAL_LONG_DECIMAL:
        return round((170 + 15 * signal_noise(&g->dice)) * 1e12) / 1e12;
    case SIGNAL_SINGLE:
        return (float)x;
    case SIGNAL_MIXED:
        if (roll % 150 == 0)
            return roll >> 32 & 1 ? (double)NAN : roll >> 33 & 1 ? (double)INFINITY : 1.0 / 3;
        return round(x * 100) / 100;
    case SIGNAL_ODD:
        return odd[roll % (sizeof odd / sizeof odd[0])];
    case SIGNAL_RANDOM_BITS: {
        double any;
        memcpy(&any, &roll, sizeof any);
        return any;
    }
    case SIGNAL_SPARSE_NAN:
        if (roll % 100 == 0)
            g->level = g->level == 0;
        return g->level != 0 ? (double)NAN : round(x * 100) / 100;
    default:
        return round(x * 100) / 100;
    }
}

static inline oq_us signal_step(signal_kind kind, signal_state *g)
{
    uint64_t roll = signal_dice(&g->dice);
    switch (kind) {
    case SIGNAL_JITTER:
        return OQ_SECOND + (oq_us)(roll % 41) * OQ_MS - 20 * OQ_MS;
    case SIGNAL_BURSTS:
        return roll % 50 == 0 ? (oq_us)(roll >> 20) % OQ_HOUR + 1 : 100 * OQ_MS;
    case SIGNAL_IMPORTED:
        return OQ_HOUR;
    default:
        return OQ_SECOND;
    }
}

/* `count` samples from 2026-01-01 on, with all columns. */
static inline samples signal_make(oq_arena *arena, signal_kind kind, size_t count, uint64_t seed)
{
    samples s = samples_make(arena, count, true, true);
    signal_state g = {.dice = seed * 1000 + (uint64_t)kind};
    oq_us at = INT64_C(1767225600) * OQ_SECOND;
    for (size_t i = 0; i < count; i++) {
        s.time[i] = at;
        s.value[i] = signal_value(kind, i, &g);
        s.quality[i] = !isfinite(s.value[i])                                    ? QUALITY_NO_DATA
                       : kind == SIGNAL_MIXED && signal_dice(&g.dice) % 90 == 0 ? QUALITY_UNCERTAIN
                                                                                : QUALITY_GOOD;
        s.known[i] = kind == SIGNAL_IMPORTED ? INT64_C(1798761600) * OQ_SECOND
                                             : at + (oq_us)(signal_dice(&g.dice) % 3000) * OQ_MS;
        at += signal_step(kind, &g);
    }
    s.count = count;
    return s;
}

#endif
