#include "quant/aggregate_inner.h"

#include "base/banned.h"

/* The lower median of the distances between neighbours, of which there is at least one. Found
 * digit by digit from the top, so that no order of the samples makes it slow. */
static oq_us median_distance(const samples *s)
{
    size_t wanted = (s->count - 2) / 2; /* so many distances are before it */
    uint64_t found = 0;
    for (int shift = 56; shift >= 0; shift -= 8) {
        size_t tally[256] = {0};
        for (size_t i = 1; i < s->count; i++) {
            uint64_t distance = (uint64_t)(s->time[i] - s->time[i - 1]);
            if (shift == 56 || distance >> (shift + 8) == found >> (shift + 8))
                tally[distance >> shift & 255]++;
        }
        uint64_t digit = 0;
        while (wanted >= tally[digit])
            wanted -= tally[digit++];
        found |= digit << shift;
    }
    return (oq_us)found;
}

enum { GAP_TIMES_MEDIAN = 5 };

static oq_us usual_limit(const samples *s)
{
    oq_us median = s->count > 1 ? median_distance(s) : 0;
    oq_us limit;
    if (__builtin_mul_overflow(median, GAP_TIMES_MEDIAN, &limit))
        return INT64_MAX;
    return limit > OQ_SECOND ? limit : OQ_SECOND;
}

static void put_gap(gaps *g, oq_us from, oq_us to, bool is_bad, size_t max)
{
    if (to > from && to - from > g->limit && g->count < max)
        g->at[g->count++] = (gap){from, to, is_bad};
}

gaps samples_gaps(oq_arena *arena, const samples *s, oq_us from, oq_us to, oq_us limit, size_t max)
{
    gaps g = {.limit = limit > 0 ? limit : usual_limit(s)};
    size_t most = to > from ? (size_t)((to - from) / g.limit) : 0;
    if (most > s->count + 1)
        most = s->count + 1;
    if (most > max)
        most = max;
    g.at = oq_new_n(arena, gap, most);
    oq_us since = from;
    bool is_bad = false;
    for (size_t i = 0; i < s->count && s->time[i] < to; i++) {
        if (!sample_is_good(s->value[i], samples_quality(s, i))) {
            is_bad |= s->time[i] >= from;
            continue;
        }
        put_gap(&g, since, s->time[i], is_bad, most);
        since = s->time[i] > from ? s->time[i] : from;
        is_bad = false;
    }
    put_gap(&g, since, to, is_bad, most);
    return g;
}
