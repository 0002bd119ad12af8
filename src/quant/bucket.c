#include "quant/aggregate.h"

#include "base/banned.h"

/* The largest multiple of `width` behind `origin` that is not after `at`; false beyond 64 bits. */
static bool multiple_before(oq_us at, oq_us width, oq_us origin, oq_us *ret_start)
{
    oq_us behind, start;
    if (__builtin_sub_overflow(at, origin, &behind))
        return false;
    oq_us rest = behind % width;
    if (rest < 0)
        rest += width;
    if (__builtin_sub_overflow(at, rest, &start))
        return false;
    *ret_start = start;
    return true;
}

oq_err *buckets_even(oq_arena *arena, oq_us from, oq_us to, oq_us width, oq_us origin,
                     buckets *ret_buckets)
{
    oq_us start = from, length = 0, end;
    if (width <= 0 || !multiple_before(from, width, origin, &start))
        return oq_fail(OQ_INVALID, "aggregate.width_invalid", "width=%lld", (long long)width);
    if (to > from && __builtin_sub_overflow(to, start, &length))
        length = INT64_MAX;
    oq_us count = length / width + (length % width > 0);
    if (count > BUCKETS_MAX)
        return oq_fail(OQ_INVALID, "aggregate.too_many_buckets", "count=%lld most=%d",
                       (long long)count, (int)BUCKETS_MAX);
    if (__builtin_mul_overflow(count, width, &end) || __builtin_add_overflow(start, end, &end))
        return oq_fail(OQ_INVALID, "aggregate.width_invalid", "width=%lld", (long long)width);
    oq_us *edge = oq_new_n(arena, oq_us, (size_t)count + 1);
    for (oq_us i = 0; i <= count; i++)
        edge[i] = start + i * width;
    *ret_buckets = (buckets){edge, (size_t)count};
    return NULL;
}
