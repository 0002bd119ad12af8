/* The grid: a row for each asset and moment. */
#include <stdlib.h>

#include "quant/failure_inner.h"

#include "base/banned.h"

/* Rounded up to a multiple of `every`. */
static oq_us on_grid(oq_us at, oq_us every)
{
    oq_us rest = at % every;
    return rest == 0 ? at : rest > 0 ? at - rest + every : at - rest;
}

static oq_err *check_failures(const failure_asset *asset, size_t assets, size_t components)
{
    for (size_t i = 0; i < assets; i++)
        for (size_t k = 0; k < asset[i].failures; k++) {
            const failure_mark *f = &asset[i].failure[k];
            if (f->component >= components || (k && f->at < f[-1].at))
                return oq_fail(OQ_INVALID, "failure_model.failure_invalid", "asset=%zu failure=%zu",
                               i, k);
        }
    return NULL;
}

typedef struct grid_row {
    oq_us at;
    uint32_t whose;
} grid_row;

static int compare_rows(const void *a, const void *b)
{
    const grid_row *x = a, *y = b;
    int by = (x->at > y->at) - (x->at < y->at);
    return by ? by : (x->whose > y->whose) - (x->whose < y->whose);
}

/* The first and one behind the last moment of an asset's grid whose answer is known. */
static void asset_span(const failure_asset *a, oq_us horizon, oq_us every, oq_us from, oq_us until,
                       oq_us *ret_first, oq_us *ret_end)
{
    oq_us last = a->until - horizon; /* the horizon ends within what is known */
    *ret_first = on_grid(a->from > from ? a->from : from, every);
    *ret_end = last < until - 1 ? last + 1 : until;
}

static oq_err *make_grid(oq_arena *arena, const failure_asset *asset, size_t assets, oq_us every,
                         oq_us from, oq_us until, failure_rows *r)
{
    size_t count = 0, k = 0;
    oq_us first, end;
    for (size_t i = 0; i < assets; i++) {
        asset_span(&asset[i], r->horizon, every, from, until, &first, &end);
        count += first < end ? (size_t)((end - 1 - first) / every) + 1 : 0;
    }
    if (count > BOOST_CELLS_MAX / (r->columns + 1))
        return oq_fail(OQ_TOO_LARGE, "boost.too_large", "rows=%zu columns=%zu max=%d", count,
                       r->columns, BOOST_CELLS_MAX);
    grid_row *row = oq_new_n(arena, grid_row, count);
    for (size_t i = 0; i < assets; i++) {
        asset_span(&asset[i], r->horizon, every, from, until, &first, &end);
        for (oq_us at = first; at < end; at += every)
            row[k++] = (grid_row){at, (uint32_t)i};
    }
    qsort(row, count, sizeof *row, compare_rows);
    r->at = oq_new_n(arena, oq_us, count);
    r->whose = oq_new_n(arena, uint32_t, count);
    for (k = 0; k < count; k++) {
        r->at[k] = row[k].at;
        r->whose[k] = row[k].whose;
    }
    r->count = count;
    return NULL;
}

/* Rows of each asset, in the order of time: next[row] is the asset's next one, or `count`. */
static size_t *chain_rows(oq_arena *temp, const failure_rows *r, size_t assets, size_t *ret_first)
{
    size_t *next = oq_new_n(temp, size_t, r->count);
    for (size_t i = 0; i < assets; i++)
        ret_first[i] = r->count;
    for (size_t k = r->count; k-- > 0;) {
        next[k] = ret_first[r->whose[k]];
        ret_first[r->whose[k]] = k;
    }
    return next;
}

/* The failures in [t, t + horizon); *io_first: the first one at t or later. */
static uint64_t fails_within(const failure_asset *a, oq_us t, oq_us horizon, size_t *io_first)
{
    uint64_t bits = 0;
    while (*io_first < a->failures && a->failure[*io_first].at < t)
        (*io_first)++;
    for (size_t k = *io_first; k < a->failures && a->failure[k].at < t + horizon; k++)
        bits |= UINT64_C(1) << a->failure[k].component;
    return bits;
}

static oq_err *fill_asset(oq_arena *temp, const feature_plan *plan, failure_rows *r, size_t whose,
                          size_t row, const size_t *next)
{
    const failure_asset *a = &r->asset[whose];
    feature_walker *w = feature_walk(temp, plan, a->asset.made_at, a->asset.trait);
    size_t fed = 0, failure = 0;
    for (; row < r->count; row = next[row]) {
        for (; fed < a->asset.items && a->asset.item[fed].at < r->at[row]; fed++)
            OQ_TRY(feature_feed(w, &a->asset.item[fed]));
        OQ_TRY(feature_row(w, r->at[row], r->x + row * r->columns));
        r->fails[row] = fails_within(a, r->at[row], r->horizon, &failure);
    }
    return NULL;
}

static oq_err *fill_rows(oq_arena *temp, const feature_plan *plan, size_t assets, failure_rows *r)
{
    size_t *first = oq_new_n(temp, size_t, assets), *next = chain_rows(temp, r, assets, first);
    for (size_t i = 0; i < assets; i++) {
        oq_mark mark = oq_arena_mark(temp);
        OQ_TRY(fill_asset(temp, plan, r, i, first[i], next));
        oq_arena_rewind(temp, mark);
    }
    return NULL;
}

oq_err *failure_rows_make(oq_arena *arena, const feature_plan *plan, oq_us horizon, oq_us every,
                          const failure_asset *asset, size_t assets, oq_us from, oq_us until,
                          failure_rows *ret_rows)
{
    failure_rows r = {.asset = asset, .columns = feature_columns(plan), .horizon = horizon};
    OQ_TRY(check_failures(asset, assets, plan->components));
    OQ_TRY(make_grid(arena, asset, assets, every, from, until, &r));
    r.fails = oq_new_n(arena, uint64_t, r.count);
    r.x = oq_new_n(arena, float, r.count *r.columns);
    oq_arena *temp = oq_arena_open(1 << 20);
    oq_err *err = fill_rows(temp, plan, assets, &r);
    oq_arena_close(temp);
    OQ_TRY(err);
    *ret_rows = r;
    return NULL;
}

size_t failure_rows_at(const failure_rows *r, oq_us at)
{
    size_t low = 0, high = r->count;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (r->at[mid] < at)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

bool failure_row_fails(const failure_rows *r, size_t row, size_t component)
{
    return r->fails[row] >> component & 1;
}

size_t failure_count(const failure_asset *asset, size_t assets, size_t component, oq_us from,
                     oq_us until)
{
    size_t count = 0;
    for (size_t i = 0; i < assets; i++)
        for (size_t k = 0; k < asset[i].failures; k++) {
            const failure_mark *f = &asset[i].failure[k];
            count += f->component == component && f->at >= from && f->at < until;
        }
    return count;
}
