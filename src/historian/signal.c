#include "historian/signal.h"

#include <math.h>

#include "quant/unit.h"

typedef struct signal_limits_row {
    int64_t no, position;
    oq_str asset_code;
    oq_str metric_unit;
    double metric_low_low, metric_low, metric_high, metric_high_high;
    oq_uuid threshold_id;
    oq_str threshold_unit;
    double threshold_low_low, threshold_low, threshold_high, threshold_high_high;
} signal_limits_row;

static const oq_field signal_limits_row_fields[] = {
    OQ_I64(signal_limits_row, no),
    OQ_I64(signal_limits_row, position),
    OQ_TEXT(signal_limits_row, asset_code),
    OQ_TEXT(signal_limits_row, metric_unit),
    OQ_F64(signal_limits_row, metric_low_low),
    OQ_F64(signal_limits_row, metric_low),
    OQ_F64(signal_limits_row, metric_high),
    OQ_F64(signal_limits_row, metric_high_high),
    OQ_UUID(signal_limits_row, threshold_id),
    OQ_TEXT(signal_limits_row, threshold_unit),
    OQ_F64(signal_limits_row, threshold_low_low),
    OQ_F64(signal_limits_row, threshold_low),
    OQ_F64(signal_limits_row, threshold_high),
    OQ_F64(signal_limits_row, threshold_high_high),
    OQ_FIELDS_END,
};

#include "signal.sql.h"

#include "base/banned.h"

/* --- limits -----------------------------------------------------------------------------------*/

/* A limit that cannot be given in the series' unit is none. */
static signal_limits in_unit(signal_limits l, oq_str from, oq_str to)
{
    double scale, offset;
    if (!oq_str_given(from) || oq_str_eq(from, to))
        return l;
    if (unit_conversion(from, to, &scale, &offset))
        return SIGNAL_NO_LIMITS;
    return (signal_limits){l.low_low * scale + offset, l.low * scale + offset,
                           l.high * scale + offset, l.high_high * scale + offset};
}

static signal_limits limits_of(const signal_limits_row *row, oq_str own_unit)
{
    if (!oq_uuid_is_zero(row->threshold_id))
        return in_unit((signal_limits){row->threshold_low_low, row->threshold_low,
                                       row->threshold_high, row->threshold_high_high},
                       row->threshold_unit, own_unit);
    return in_unit((signal_limits){row->metric_low_low, row->metric_low, row->metric_high,
                                   row->metric_high_high},
                   row->metric_unit, own_unit);
}

static int by_no(const void *a, const void *b)
{
    const signal_limits_row *x = a, *y = b;
    return (x->no > y->no) - (x->no < y->no);
}

static oq_err *read_limits(oq_scope *s, int64_t *no, hist_signals *list)
{
    sql_signal_limits_rows rows;
    sql_signal_limits_args args = {.nos = {no, list->count}};
    OQ_TRY(sql_signal_limits(s, args, &rows));
    qsort(rows.at, rows.count, sizeof *rows.at, by_no);
    for (size_t i = 0; i < list->count; i++) {
        hist_signal *g = &list->at[i];
        signal_limits_row key = {.no = g->e->no};
        const signal_limits_row *row = bsearch(&key, rows.at, rows.count, sizeof key, by_no);
        g->limits = row ? limits_of(row, g->e->unit) : SIGNAL_NO_LIMITS;
        g->position = row ? row->position : 0;
        g->asset_code = row ? row->asset_code : OQ_NONE;
    }
    return NULL;
}

/* --- newest values ----------------------------------------------------------------------------*/

static oq_err *read_newest(oq_scope *s, hist_signals *list)
{
    oq_arena *arena = oq_scope_arena(s);
    int32_t *no = oq_new_n(arena, int32_t, list->count);
    hist_last *last = oq_new_n(arena, hist_last, list->count);
    for (size_t i = 0; i < list->count; i++)
        no[i] = (int32_t)list->at[i].e->no;
    OQ_TRY(hist_last_values(s, no, list->count, last));
    for (size_t i = 0; i < list->count; i++) {
        hist_signal *g = &list->at[i];
        g->last = last[i];
        g->state = (int)signal_state_of(g->e, &g->limits, &g->last, oq_now(s));
    }
    return NULL;
}

oq_err *signal_read(oq_scope *s, const series_list *list, hist_signals *ret_signals)
{
    oq_arena *arena = oq_scope_arena(s);
    hist_signals all = {oq_new_n(arena, hist_signal, list->count), list->count};
    int64_t *no = oq_new_n(arena, int64_t, list->count);
    for (size_t i = 0; i < list->count; i++) {
        all.at[i].e = &list->at[i];
        no[i] = list->at[i].no;
    }
    if (list->count) {
        OQ_TRY(read_limits(s, no, &all));
        OQ_TRY(read_newest(s, &all));
    }
    *ret_signals = all;
    return NULL;
}

/* --- of assets --------------------------------------------------------------------------------*/

/* The series with these ids, in their order. */
static oq_err *read_in_order(oq_scope *s, const oq_uuid *id, size_t count,
                             hist_signals *ret_signals)
{
    series_list found, ordered = {oq_new_n(oq_scope_arena(s), series, count), 0};
    OQ_TRY(series_get_many(s, id, count, &found));
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < found.count; k++)
            if (oq_uuid_eq(found.at[k].id, id[i]))
                ordered.at[ordered.count++] = found.at[k];
    series_list *kept = oq_new(oq_scope_arena(s), series_list);
    *kept = ordered;
    return signal_read(s, kept, ret_signals);
}

oq_err *signal_find_of_asset(oq_scope *s, oq_uuid asset_id, size_t limit, hist_signals *ret_signals)
{
    sql_signal_of_asset_rows rows;
    OQ_TRY(sql_signal_of_asset(
        s, (sql_signal_of_asset_args){.asset_id = asset_id, .limit = (int64_t)limit}, &rows));
    oq_uuid *id = oq_new_n(oq_scope_arena(s), oq_uuid, rows.count);
    for (size_t i = 0; i < rows.count; i++)
        id[i] = rows.at[i].id;
    return read_in_order(s, id, rows.count, ret_signals);
}

oq_err *signal_find_first(oq_scope *s, oq_uuids asset_ids, size_t each, hist_signals *ret_signals)
{
    sql_signal_first_rows rows;
    OQ_TRY(sql_signal_first(
        s, (sql_signal_first_args){.asset_ids = asset_ids, .each = (int64_t)each}, &rows));
    oq_uuid *id = oq_new_n(oq_scope_arena(s), oq_uuid, rows.count);
    for (size_t i = 0; i < rows.count; i++)
        id[i] = rows.at[i].id;
    return read_in_order(s, id, rows.count, ret_signals);
}
