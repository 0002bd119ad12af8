/* Smallest and largest value are looked for block by block, and their places only in the blocks
 * that they were found in, which are still in the nearest cache: keeping the places along with the
 * values costs twice as much. A comparison with NaN is false, so NaN never get in, at no cost. */
#include "quant/plot_extremes.h"

#include <math.h>
#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include "base/banned.h"

enum { BLOCK = 512, SHORT = 24 };

typedef struct range {
    double min, max; /* +inf and -inf where all are NaN */
} range;

/* What each kind of processor does in its way. */
typedef struct kernel {
    range (*range_of)(const double *value, size_t count);
    size_t (*place_of)(const double *value, size_t from, size_t to, double wanted);
} kernel;

static range range_join(range a, range b)
{
    return (range){b.min < a.min ? b.min : a.min, b.max > a.max ? b.max : a.max};
}

static range range_plain(const double *value, size_t count)
{
    /* Two at a time, so that no comparison waits for the one before it. */
    range even = {INFINITY, -INFINITY}, odd = even;
    size_t i = 0;
    for (; i + 2 <= count; i += 2) {
        even = range_join(even, (range){value[i], value[i]});
        odd = range_join(odd, (range){value[i + 1], value[i + 1]});
    }
    if (i < count)
        even = range_join(even, (range){value[i], value[i]});
    return range_join(even, odd);
}

/* `to` when it is not there. */
static size_t place_plain(const double *value, size_t from, size_t to, double wanted)
{
    while (from < to && value[from] != wanted)
        from++;
    return from;
}

static const kernel plain = {range_plain, place_plain};

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
    for (int k = 1; k < 4; k++) {
        min[0] = _mm256_min_pd(min[k], min[0]);
        max[0] = _mm256_max_pd(max[k], max[0]);
    }
    double lows[4], highs[4];
    _mm256_storeu_pd(lows, min[0]);
    _mm256_storeu_pd(highs, max[0]);
    range r = range_plain(value + i, count - i);
    for (int k = 0; k < 4; k++)
        r = range_join(r, (range){lows[k], highs[k]});
    return r;
}

__attribute__((target("avx2"))) static size_t place_avx2(const double *value, size_t from,
                                                         size_t to, double wanted)
{
    __m256d all = _mm256_set1_pd(wanted);
    for (; from + 8 <= to; from += 8) {
        int low = _mm256_movemask_pd(_mm256_cmp_pd(_mm256_loadu_pd(value + from), all, _CMP_EQ_OQ));
        int high =
            _mm256_movemask_pd(_mm256_cmp_pd(_mm256_loadu_pd(value + from + 4), all, _CMP_EQ_OQ));
        if (low | high)
            return from + (size_t)__builtin_ctz((unsigned)(low | high << 4));
    }
    return place_plain(value, from, to, wanted);
}

static const kernel avx2 = {range_avx2, place_avx2};
#endif

static const kernel *choose(void)
{
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx2"))
        return &avx2;
#endif
    return &plain;
}

/* Of few values, both at once. */
static bool extremes_of_few(const double *value, size_t from, size_t to, size_t *ret_min,
                            size_t *ret_max)
{
    while (from < to && isnan(value[from]))
        from++;
    if (from == to)
        return false;
    size_t min = from, max = from;
    for (size_t i = from + 1; i < to; i++) {
        min = value[i] < value[min] ? i : min;
        max = value[i] > value[max] ? i : max;
    }
    *ret_min = min;
    *ret_max = max;
    return true;
}

static bool extremes_by(const kernel *here, const double *value, size_t from, size_t to,
                        size_t *ret_min, size_t *ret_max)
{
    if (to - from <= SHORT)
        return extremes_of_few(value, from, to, ret_min, ret_max);
    range best = {INFINITY, -INFINITY};
    size_t min_in = from, max_in = from;
    for (size_t i = from; i < to; i += BLOCK) {
        range r = here->range_of(value + i, to - i < BLOCK ? to - i : BLOCK);
        min_in = r.min < best.min ? i : min_in;
        max_in = r.max > best.max ? i : max_in;
        best = range_join(best, r);
    }
    /* No block is below +inf or above -inf where these are the extremes themselves: then the search
     * for their place begins at the front. */
    if (best.min > best.max)
        return false;
    *ret_min = here->place_of(value, min_in, to, best.min);
    *ret_max = here->place_of(value, max_in, to, best.max);
    return true;
}

bool plot_extremes(const double *value, size_t from, size_t to, size_t *ret_min, size_t *ret_max)
{
    return extremes_by(choose(), value, from, to, ret_min, ret_max);
}

bool plot_extremes_portable(const double *value, size_t from, size_t to, size_t *ret_min,
                            size_t *ret_max)
{
    return extremes_by(&plain, value, from, to, ret_min, ret_max);
}
