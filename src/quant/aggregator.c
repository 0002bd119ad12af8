#include "quant/aggregate_inner.h"

#include "base/banned.h"

aggregator aggregator_make(oq_arena *arena, buckets b, aggregate_rule rule)
{
    aggregator g = {.buckets = b, .rule = rule, .into = oq_new_n(arena, aggregate, b.count)};
    for (size_t i = 0; i < b.count; i++)
        g.into[i] = AGGREGATE_NONE;
    return g;
}

/* Goes on to `next`: what lies between it and the last sample is divided among the buckets, and
 * the bucket that `next` lies in is reached. */
static void go_to(aggregator *g, sample next)
{
    const oq_us *edge = g->buckets.edge;
    size_t k = g->at, count = g->buckets.count;
    if (g->has_last) {
        stretch s =
            stretch_between((sample){g->last_time, g->last_value, g->last_quality}, next, g->rule);
        for (; k < count && edge[k] < s.to; k++) {
            oq_us from = edge[k] > s.from ? edge[k] : s.from;
            oq_us to = edge[k + 1] < s.to ? edge[k + 1] : s.to;
            if (to > from)
                stretch_add(&s, from, to, &g->into[k]);
            if (to == s.to)
                break;
        }
    }
    while (k < count && edge[k + 1] <= next.time)
        k++;
    g->at = k;
    g->has_last = true;
    g->last_time = next.time;
    g->last_value = next.value;
    g->last_quality = next.quality;
}

static sample sample_at(const samples *s, size_t i)
{
    return (sample){s->time[i], s->value[i], samples_quality(s, i)};
}

static void set_last(aggregator *g, sample last)
{
    g->last_time = last.time;
    g->last_value = last.value;
    g->last_quality = last.quality;
}

void aggregator_feed(aggregator *g, const samples *s)
{
    const oq_us *edge = g->buckets.edge;
    if (g->at == g->buckets.count || s->count == 0)
        return;
    /* Of what lies before the first edge, only the last one matters. */
    size_t i = samples_find(s, edge[0]);
    if (i > 0)
        go_to(g, sample_at(s, i - 1));
    while (i < s->count) {
        go_to(g, sample_at(s, i));
        if (g->at == g->buckets.count)
            return;
        samples some =
            samples_part(s, i, s->count - i < AGGREGATE_BLOCK ? s->count - i : AGGREGATE_BLOCK);
        oq_us end = edge[g->at + 1];
        if (some.time[some.count - 1] >= end)
            some.count = samples_find(&some, end);
        aggregate block = aggregate_block(&some, g->rule);
        aggregate_join(&g->into[g->at], &block);
        set_last(g, sample_at(&some, some.count - 1));
        i += some.count;
    }
}

void aggregator_feed_cell(aggregator *g, const aggregate *cell)
{
    if (g->at == g->buckets.count || cell->first_at == OQ_TIME_NONE)
        return;
    go_to(g, (sample){cell->first_at, cell->first, cell->first_quality});
    if (g->at < g->buckets.count && cell->first_at >= g->buckets.edge[0]) {
        assert(cell->last_at < g->buckets.edge[g->at + 1]);
        aggregate_join(&g->into[g->at], cell);
    }
    set_last(g, (sample){cell->last_at, cell->last, cell->last_quality});
}

void aggregator_end(aggregator *g, oq_us now)
{
    if (now != OQ_TIME_NONE && g->has_last && now > g->last_time)
        go_to(g, (sample){now, NAN, QUALITY_NO_DATA});
}
