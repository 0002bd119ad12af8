/* Smallest and largest value are looked for block by block, and their places only in the blocks
 * that they were found in, which are still in the nearest cache: keeping the places along with the
 * values costs twice as much. A comparison with NaN is false, so NaN never get in, at no cost. */
#include "quant/plot_extremes.h"

#include <math.h>
#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include "base/banned.h"

enum { BLOCK = 512 };

typedef struct range {
    double min, max; /* +inf and -inf where all are NaN */
} range;

typedef range range_of(const double *value, size_t count);

/* Four at a time, so that no comparison waits for the one before it. */
static range range_plain(const double *value, size_t count)
{
    double min[4] = {INFINITY, INFINITY, INFINITY, INFINITY};
    double max[4] = {-INFINITY, -INFINITY, -INFINITY, -INFINITY};
    size_t i = 0;
    for (; i + 4 <= count; i += 4) {
        for (int k = 0; k < 4; k++) {
            min[k] = value[i + k] < min[k] ? value[i + k] : min[k];
            max[k] = value[i + k] > max[k] ? value[i + k] : max[k];
        }
    }
    for (; i < count; i++) {
        min[0] = value[i] < min[0] ? value[i] : min[0];
        max[0] = value[i] > max[0] ? value[i] : max[0];
    }
    for (int k = 1; k < 4; k++) {
        min[0] = min[k] < min[0] ? min[k] : min[0];
        max[0] = max[k] > max[0] ? max[k] : max[0];
    }
    return (range){min[0], max[0]};
}

#if defined(__x86_64__)
/* Of a pair with a NaN these instructions give the second, so the new value comes first. */
__attribute__((target("avx2"))) static range range_avx2(const double *value, size_t count)
{
    __m256d min[4], max[4];
    for (int k = 0; k < 4; k++) {
        min[k] = _mm256_set1_pd(INFINITY);
        max[k] = _mm256_set1_pd(-INFINITY);
    }
    size_t i = 0;
    for (; i + 16 <= count; i += 16) {
        for (int k = 0; k < 4; k++) {
            __m256d v = _mm256_loadu_pd(value + i + 4 * k);
            min[k] = _mm256_min_pd(v, min[k]);
            max[k] = _mm256_max_pd(v, max[k]);
        }
    }
    for (; i + 4 <= count; i += 4) {
        __m256d v = _mm256_loadu_pd(value + i);
        min[0] = _mm256_min_pd(v, min[0]);
        max[0] = _mm256_max_pd(v, max[0]);
    }
    range rest = range_plain(value + i, count - i);
    for (int k = 0; k < 4; k++) {
        double lanes[8];
        _mm256_storeu_pd(lanes, min[k]);
        _mm256_storeu_pd(lanes + 4, max[k]);
        for (int lane = 0; lane < 4; lane++) {
            rest.min = lanes[lane] < rest.min ? lanes[lane] : rest.min;
            rest.max = lanes[lane + 4] > rest.max ? lanes[lane + 4] : rest.max;
        }
    }
    return rest;
}
#endif

static range_of *choose(void)
{
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx2"))
        return range_avx2;
#endif
    return range_plain;
}

/* `wanted` is there. */
static size_t place_of(const double *value, size_t from, double wanted)
{
    while (value[from] != wanted)
        from++;
    return from;
}

bool plot_extremes(const double *value, size_t from, size_t to, size_t *ret_min, size_t *ret_max)
{
    range_of *range_of_block = choose();
    range best = {INFINITY, -INFINITY};
    size_t min_in = from, max_in = from;
    for (size_t i = from; i < to; i += BLOCK) {
        range r = range_of_block(value + i, to - i < BLOCK ? to - i : BLOCK);
        if (r.min < best.min) {
            best.min = r.min;
            min_in = i;
        }
        if (r.max > best.max) {
            best.max = r.max;
            max_in = i;
        }
    }
    /* The infinities are where the search began: a range of nothing else was not seen above. */
    if (best.min > best.max)
        return false;
    *ret_min = place_of(value, min_in, best.min);
    *ret_max = place_of(value, max_in, best.max);
    return true;
}
