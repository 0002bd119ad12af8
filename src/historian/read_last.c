/* Newest samples of many series: one short row each, and what batches hold that is newer. */
#include "historian/reading.h"

#include <math.h>

const oq_field hist_last_row_fields[] = {
    OQ_I64(hist_last_row, series_no), OQ_I64(hist_last_row, seq),
    OQ_TIME(hist_last_row, time),     OQ_F64(hist_last_row, value),
    OQ_I64(hist_last_row, quality),   OQ_TIME(hist_last_row, known_at),
    OQ_BYTES(hist_last_row, payload), OQ_FIELDS_END,
};

#include "read.sql.h"

#include "base/banned.h"

/* Numbers so close together are read as one range; what was not asked for is passed over. */
enum { RANGE_SPARE = 4 };

/* --- the answer's places in rising order of series ---------------------------------------------*/

typedef struct place {
    int32_t no;
    size_t at; /* in the answer */
} place;

static int by_no(const void *a, const void *b)
{
    const place *x = a, *y = b;
    return (x->no > y->no) - (x->no < y->no);
}

static place *places_of(oq_arena *arena, const int32_t *no, size_t count)
{
    place *p = oq_new_n(arena, place, count);
    bool is_rising = true;
    for (size_t i = 0; i < count; i++) {
        p[i] = (place){no[i], i};
        is_rising = is_rising && (!i || no[i - 1] <= no[i]);
    }
    if (!is_rising)
        qsort(p, count, sizeof *p, by_no);
    return p;
}

static size_t first_place(const place *p, size_t count, int64_t no)
{
    size_t low = 0, high = count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (p[middle].no < no)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* --- folded ------------------------------------------------------------------------------------*/

static void take_folded(const hist_last_row *row, const place *p, size_t count, hist_last *ret)
{
    for (size_t i = first_place(p, count, row->series_no); i < count && p[i].no == row->series_no;
         i++)
        ret[p[i].at] = (hist_last){.time = row->time,
                                   .value = row->value,
                                   .quality = (quality)row->quality,
                                   .known = row->known_at};
}

/* --- fresh -------------------------------------------------------------------------------------*/

static int newest_first(const void *a, const void *b)
{
    const hist_last_row *x = a, *y = b;
    if (x->time != y->time)
        return x->time < y->time ? 1 : -1;
    return x->seq < y->seq ? 1 : -1;
}

/* What a batch says of the series asked for. A sample of the same moment counts when it was written
 * later. */
static oq_err *take_batch(const fresh_batch *b, const place *p, size_t count, int64_t *seq_of,
                          hist_last *ret)
{
    batch_run run;
    for (size_t i = 0; i < count; i++) {
        if (!batch_find(&b->batch, p[i].no, &run))
            continue;
        hist_last v = {.known = b->received_at};
        OQ_TRY(batch_run_last(&b->batch, &run, &v.time, &v.value, &v.quality));
        hist_last *now = &ret[p[i].at];
        if (v.time > now->time || (v.time == now->time && b->seq > seq_of[p[i].at])) {
            *now = v;
            seq_of[p[i].at] = b->seq;
        }
    }
    return NULL;
}

/* Newest batches first: when every series has something newer than all that a batch holds, it and
 * those behind it need no look. */
static oq_err *take_fresh(oq_scope *s, fresh_pins *pins, hist_last_row *row, size_t count,
                          const place *p, size_t places, hist_last *ret)
{
    oq_arena *arena = oq_scope_arena(s);
    int64_t *seq_of = oq_new_n(arena, int64_t, places);
    fresh_batch *fresh = oq_new_n(arena, fresh_batch, count);
    qsort(row, count, sizeof *row, newest_first);
    /* All that are here are opened: what came without having been kept is kept from now on. */
    for (size_t i = 0; i < count; i++)
        if (fresh_has(pins, row[i].seq, row[i].payload))
            OQ_TRY(fresh_open(arena, oq_scope_tenant(s), pins, row[i].seq, row[i].known_at,
                              row[i].payload, &fresh[i]));
    oq_us oldest = OQ_TIME_NONE;
    for (size_t i = 0; i < count && row[i].time >= oldest; i++) {
        if (!fresh[i].batch.bytes.ptr)
            return fresh_too_much(fresh_bytes_max());
        OQ_TRY(take_batch(&fresh[i], p, places, seq_of, ret));
        oldest = INT64_MAX;
        for (size_t k = 0; k < places; k++)
            oldest = ret[k].time < oldest ? ret[k].time : oldest;
    }
    return NULL;
}

/* --- the statement -----------------------------------------------------------------------------*/

static oq_err *load(oq_scope *s, const int32_t *no, const place *p, size_t count,
                    const fresh_pins *pins, sql_hist_last_rows *ret_rows)
{
    db_i64s have = {(int64_t *)pins->seq, pins->had};
    int64_t from = p[0].no, to = p[count - 1].no;
    if (to - from >= (int64_t)count * RANGE_SPARE)
        return sql_hist_last(s,
                             (sql_hist_last_args){.nos = {no, count},
                                                  .have = have,
                                                  .fresh_bytes = fresh_bytes_max()},
                             ret_rows);
    sql_hist_last_between_rows rows;
    OQ_TRY(sql_hist_last_between(
        s,
        (sql_hist_last_between_args){
            .no_min = from, .no_max = to, .have = have, .fresh_bytes = fresh_bytes_max()},
        &rows));
    *ret_rows = (sql_hist_last_rows){rows.at, rows.count};
    return NULL;
}

oq_err *hist_last_values(oq_scope *s, const int32_t *no, size_t count, hist_last *ret_last)
{
    for (size_t i = 0; i < count; i++)
        ret_last[i] = (hist_last){
            .time = OQ_TIME_NONE, .value = NAN, .quality = QUALITY_NO_DATA, .known = OQ_TIME_NONE};
    if (!count)
        return NULL;
    OQ_AUTO(fresh_pins) pins = {0};
    fresh_pin(oq_scope_arena(s), oq_scope_tenant(s), &pins);
    place *p = places_of(oq_scope_arena(s), no, count);
    sql_hist_last_rows rows;
    OQ_TRY(load(s, no, p, count, &pins, &rows));
    size_t batches = 0;
    for (size_t i = 0; i < rows.count; i++) {
        if (rows.at[i].seq == OQ_I64_NONE)
            take_folded(&rows.at[i], p, count, ret_last);
        else
            rows.at[batches++] = rows.at[i];
    }
    return take_fresh(s, &pins, rows.at, batches, p, count, ret_last);
}
