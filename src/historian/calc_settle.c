/* Results against what is there: equal ones are left alone, so that computing twice changes
 * nothing, and nobody's past is rewritten without need. */
#include <math.h>

#include "historian/calc_inner.h"
#include "historian/fold.h"

#include "base/banned.h"

void calc_rows_drop(calc_rows *rows)
{
    free(rows->at);
    *rows = (calc_rows){0};
}

static void put(calc_rows *rows, int32_t no, const samples *s, size_t i)
{
    if (rows->count == rows->room) {
        rows->room = 2 * rows->room + 1024;
        rows->at = realloc(rows->at, rows->room * sizeof *rows->at);
        if (!rows->at)
            abort();
    }
    rows->at[rows->count++] = (batch_row){.time = s->time[i],
                                          .value = s->value[i],
                                          .series_no = no,
                                          .quality = samples_quality(s, i)};
}

static bool is_same(const samples *a, size_t i, const samples *b, size_t k)
{
    double x = a->value[i], y = b->value[k];
    return samples_quality(a, i) == samples_quality(b, k) && (x == y || (isnan(x) && isnan(y)));
}

static void widen(calc_span *span, oq_us at)
{
    if (span->from == span->to) {
        *span = (calc_span){at, at + 1};
        return;
    }
    span->from = at < span->from ? at : span->from;
    span->to = at + 1 > span->to ? at + 1 : span->to;
}

/* Differences become rows; returns whether there are samples that have to go. */
static bool compare(int32_t no, const samples *results, const samples *there, calc_rows *rows,
                    calc_span *changed)
{
    bool has_stale = false;
    size_t i = 0, k = 0;
    while (i < results->count || k < there->count) {
        bool is_new =
            k == there->count || (i < results->count && results->time[i] < there->time[k]);
        bool is_stale = !is_new && (i == results->count || there->time[k] < results->time[i]);
        if (is_new || (!is_stale && !is_same(results, i, there, k)))
            put(rows, no, results, i);
        if (is_new || is_stale || !is_same(results, i, there, k))
            widen(changed, is_stale ? there->time[k] : results->time[i]);
        has_stale |= is_stale;
        i += !is_stale;
        k += !is_new;
    }
    return has_stale;
}

oq_err *calc_settle(oq_scope *s, int32_t no, oq_us newest, oq_us from, oq_us *end,
                    const samples *results, calc_rows *rows, calc_span *ret_changed)
{
    hist_points there = {0};
    size_t rows_before = rows->count;
    calc_span changed = {from, from};
    if (from <= newest)
        OQ_TRY(hist_read(s, no, (hist_span){from, *end, OQ_TIME_NONE}, HIST_POINTS_MAX, false,
                         false, &there));
    if (there.more)
        *end = there.samples.time[there.samples.count - 1] + 1;
    samples within = samples_part(results, 0, samples_find(results, *end));
    if (compare(no, &within, &there.samples, rows, &changed)) {
        int64_t touched;
        rows->count = rows_before;
        OQ_TRY(hist_replace(s, no, from, *end, &within, "rewrite", &touched));
    }
    *ret_changed = changed;
    return NULL;
}
