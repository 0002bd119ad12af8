/* What is known of assets: their signals, on a grid of time. */
#include <math.h>

#include "ai/gather_inner.h"
#include "historian/read.h"
#include "quant/unit.h"

const oq_field ai_signal_fields[] = {
    OQ_I64(ai_signal, no),
    OQ_UUID(ai_signal, id),
    OQ_UUID(ai_signal, asset_id),
    OQ_TEXT(ai_signal, metric),
    OQ_TEXT(ai_signal, name),
    OQ_TEXT(ai_signal, name_ar),
    OQ_TEXT(ai_signal, unit),
    OQ_BOOL(ai_signal, is_state),
    OQ_I64(ai_signal, gap_max_us),
    OQ_F64(ai_signal, instrument_min),
    OQ_F64(ai_signal, instrument_max),
    OQ_I64(ai_signal, position),
    OQ_FIELDS_END,
};

#include "ai_gather_signals.sql.h"

#include "base/banned.h"

/* --- limits ------------------------------------------------------------------------------------*/

static double turned(double value, double scale, double offset)
{
    return value * scale + offset;
}

void ai_signal_limit(ai_signal *g, const ai_limit *l)
{
    double scale = 1, offset = 0;
    if (isnan(l->low_low) && isnan(l->low) && isnan(l->high) && isnan(l->high_high))
        return;
    oq_mark mark = oq_err_mark();
    g->unit_fits = unit_conversion(l->unit, g->unit, &scale, &offset) == NULL;
    oq_err_rewind(mark);
    if (!g->unit_fits)
        return;
    g->low_low = turned(l->low_low, scale, offset);
    g->low = turned(l->low, scale, offset);
    g->high = turned(l->high, scale, offset);
    g->high_high = turned(l->high_high, scale, offset);
    g->limit_source = l->source;
}

/* --- which -------------------------------------------------------------------------------------*/

static int compare_signals(const void *a, const void *b)
{
    const ai_signal *x = a, *y = b;
    if (x->position != y->position) /* one that is not given comes last: its sign bit is set */
        return (uint64_t)x->position < (uint64_t)y->position ? -1 : 1;
    return x->no < y->no ? -1 : x->no > y->no;
}

oq_err *ai_gather_signals(oq_scope *s, ai_asset_list *all)
{
    oq_arena *arena = oq_scope_arena(s);
    oq_uuids ids = {oq_new_n(arena, oq_uuid, all->count), all->count};
    for (size_t i = 0; i < all->count; i++)
        ids.at[i] = all->at[i].id;
    sql_ai_signals_rows rows;
    OQ_TRY(sql_ai_signals(s, (sql_ai_signals_args){ids, all->at[0].known_at, AI_SIGNALS_MAX + 1}, &rows));
    size_t next = 0;
    for (size_t i = 0; i < all->count; i++) {
        ai_asset *a = &all->at[i];
        a->signal = rows.at + next;
        for (; next < rows.count && oq_uuid_eq(rows.at[next].asset_id, a->id); next++)
            a->signals++;
        a->cut_signals = a->signals > AI_SIGNALS_MAX;
        if (a->cut_signals)
            a->signals = AI_SIGNALS_MAX;
        for (size_t k = 0; k < a->signals; k++) {
            ai_signal *g = &a->signal[k];
            g->low_low = g->low = g->high = g->high_high = NAN;
            g->unit_fits = true;
            g->last_at = OQ_TIME_NONE;
        }
        qsort(a->signal, a->signals, sizeof *a->signal, compare_signals);
    }
    return NULL;
}

/* --- samples -----------------------------------------------------------------------------------*/

static void find_last(ai_signal *g, size_t count)
{
    g->last_at = OQ_TIME_NONE;
    for (size_t k = count; k-- && g->last_at == OQ_TIME_NONE;)
        g->last_at = g->bucket[k].last_at;
}

/* Series of one statement: the historian answers so many at once. */
enum { SERIES_AT_ONCE = HIST_SERIES_MAX };

static oq_err *read_some(oq_scope *s, ai_signal **g, size_t count, buckets grid, oq_us known_at)
{
    oq_arena *arena = oq_scope_arena(s);
    series *of = oq_new_n(arena, series, count);
    aggregate **into = oq_new_n(arena, aggregate *, count);
    for (size_t i = 0; i < count; i++)
        of[i] = (series){.id = g[i]->id,
                         .no = g[i]->no,
                         .is_state = g[i]->is_state,
                         .gap_max_us = g[i]->gap_max_us};
    OQ_TRY(hist_aggregate(s, of, count, grid, known_at, into));
    for (size_t i = 0; i < count; i++) {
        g[i]->bucket = into[i];
        find_last(g[i], grid.count);
    }
    return NULL;
}

oq_err *ai_gather_grid(oq_scope *s, ai_asset_list *all, buckets grid, oq_us known_at)
{
    size_t total = 0, count = 0;
    for (size_t i = 0; i < all->count; i++) {
        all->at[i].grid = grid;
        total += all->at[i].signals;
    }
    ai_signal **g = oq_new_n(oq_scope_arena(s), ai_signal *, total);
    for (size_t i = 0; i < all->count; i++)
        for (size_t k = 0; k < all->at[i].signals; k++)
            g[count++] = &all->at[i].signal[k];
    for (size_t from = 0; from < total; from += SERIES_AT_ONCE)
        OQ_TRY(read_some(s, g + from, total - from < SERIES_AT_ONCE ? total - from : SERIES_AT_ONCE,
                         grid, known_at));
    return NULL;
}
