/* Stored summaries: what is taken has its cells in their own times, in order, and can be fed. */
#include "quant/aggregate.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const summary *y)
{
    for (size_t i = 0; i < y->count; i++) {
        const aggregate *c = &y->cell[i];
        bool is_in = c->first_at >= y->start[i] && c->first_at <= c->last_at &&
                     c->last_at < y->start[i] + y->width;
        bool is_counted = c->count > 0 && c->good >= 0 && c->good <= c->count && c->good_us >= 0 &&
                          c->good_us <= c->last_at - c->first_at;
        if (!is_in || !is_counted || (i > 0 && y->start[i] <= y->start[i - 1]))
            abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    oq_arena *arena = oq_arena_open(0);
    summary y;
    buckets b;
    if (!summary_decode(arena, oq_strn((const char *)data, size), &y) && y.count > 0) {
        check(&y);
        aggregate all = AGGREGATE_NONE;
        for (size_t i = 0; i < y.count; i++)
            aggregate_merge(&all, &y.cell[i], y.rule);
        if (!buckets_even(arena, y.start[0], y.start[0] + 100 * y.width, y.width, 0, &b)) {
            aggregator g = aggregator_make(arena, b, y.rule);
            for (size_t i = 0; i < y.count; i++)
                aggregator_feed_cell(&g, &y.cell[i]);
            aggregator_end(&g, y.start[0] + 200 * y.width);
        }
    }
    oq_arena_close(arena);
    oq_err_reset();
    return 0;
}
