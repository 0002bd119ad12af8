/* A load from chunks that were seen before: a statement without bytes finds which rows there are,
 * and when the cells of all of them are kept, nothing else has to be fetched. */
#include "historian/reading.h"
#include "read.sql.h"

#include "base/banned.h"

/* Numbers of series, rising. */
typedef struct some {
    int32_t *no;
    size_t count;
} some;

/* What is looked for, of all series together. */
typedef struct look {
    const hist_want *want;
    int32_t *no;
    size_t count;
    seen_range range;
    some firsts, lasts; /* series that had no chunk before, behind the span */
    hist_row *row;
    size_t rows;
} look;

static bool may_be_seen(const hist_want *want)
{
    return want->grid && want->before && want->after && !want->exact && !want->chunks_max &&
           want->known_at == OQ_TIME_NONE;
}

static int by_number(const void *a, const void *b)
{
    const int32_t *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

static bool are_different(oq_arena *arena, const int32_t *no, size_t count)
{
    int32_t *sorted = oq_copy(arena, no, count * sizeof *no);
    qsort(sorted, count, sizeof *sorted, by_number);
    for (size_t i = 1; i < count; i++)
        if (sorted[i - 1] == sorted[i])
            return false;
    return true;
}

/* The numbers of all that is wanted; false: one is not known, or asked for twice. */
static bool find_numbers(oq_scope *s, look *l)
{
    const hist_want *want = l->want;
    l->no = oq_new_n(oq_scope_arena(s), int32_t, want->count + want->id_count);
    for (size_t i = 0; i < want->count; i++)
        l->no[l->count++] = want->no[i];
    for (size_t i = 0; i < want->id_count; i++) {
        int32_t no = number_kept(oq_scope_tenant(s), want->id[i]);
        if (!no)
            return false;
        l->no[l->count++] = no;
    }
    return l->count > 0 && are_different(oq_scope_arena(s), l->no, l->count);
}

static bool is_among(const some *of, int32_t no)
{
    return bsearch(&no, of->no, of->count, sizeof no, by_number) != NULL;
}

static bool find_range(oq_scope *s, look *l)
{
    l->range = (seen_range){.low = l->want->from, .high = l->want->to};
    l->firsts.no = oq_new_n(oq_scope_arena(s), int32_t, l->count);
    l->lasts.no = oq_new_n(oq_scope_arena(s), int32_t, l->count);
    for (size_t i = 0; i < l->count; i++) {
        seen_range r;
        seen_key key = {oq_scope_tenant(s), l->no[i], l->want->grid};
        if (!seen_hope(&key, l->want->from, l->want->to, &r))
            return false;
        if (r.low == SEEN_BEGINNING)
            l->firsts.no[l->firsts.count++] = l->no[i];
        else if (r.low < l->range.low)
            l->range.low = r.low;
        if (r.high == SEEN_END)
            l->lasts.no[l->lasts.count++] = l->no[i];
        else if (r.high > l->range.high)
            l->range.high = r.high;
        l->range.chunks += r.chunks;
    }
    qsort(l->firsts.no, l->firsts.count, sizeof *l->firsts.no, by_number);
    qsort(l->lasts.no, l->lasts.count, sizeof *l->lasts.no, by_number);
    return true;
}

/* --- the statements ----------------------------------------------------------------------------*/

/* In the order of time, one more than expected: so the one behind the span comes by itself. */
static oq_err *run_one(oq_scope *s, look *l)
{
    sql_hist_seen_rows rows;
    int64_t chunks = (int64_t)l->range.chunks + 1;
    oq_us low = l->firsts.count ? SEEN_BEGINNING : l->range.low;
    OQ_TRY(sql_hist_seen(s, (sql_hist_seen_args){.no = l->no[0], .low = low, .chunks = chunks},
                         &rows));
    l->row = rows.at;
    l->rows = rows.count;
    return NULL;
}

/* Those of which more than the range is asked; when it is all, the range is as long as that. */
static db_i32s beyond(const look *l, const some *of)
{
    return of->count < l->count ? (db_i32s){of->no, of->count} : (db_i32s){0};
}

/* Chunks of different series begin at different times, so a few more come than are needed. */
static oq_err *run_some(oq_scope *s, look *l, bool *ret_all)
{
    sql_hist_seen_some_rows rows;
    int32_t low = l->no[0], high = l->no[0];
    for (size_t i = 1; i < l->count; i++) {
        low = l->no[i] < low ? l->no[i] : low;
        high = l->no[i] > high ? l->no[i] : high;
    }
    size_t most = l->range.chunks + 2 * l->count + 16, chunks = 0;
    OQ_TRY(sql_hist_seen_some(s,
                              (sql_hist_seen_some_args){
                                  .nos = {l->no, l->count},
                                  .firsts = beyond(l, &l->firsts),
                                  .lasts = beyond(l, &l->lasts),
                                  .no_min = low,
                                  .no_max = high,
                                  .low = l->firsts.count < l->count ? l->range.low : SEEN_BEGINNING,
                                  .high = l->lasts.count < l->count ? l->range.high : SEEN_END,
                                  .chunks = (int64_t)most,
                              },
                              &rows));
    for (size_t i = 0; i < rows.count; i++)
        chunks += rows.at[i].kind == HIST_CHUNK;
    *ret_all = chunks < most;
    l->row = rows.at;
    l->rows = rows.count;
    hist_rows_sort(l->row, l->rows);
    return NULL;
}

/* --- is it all that there is, and is all of it here --------------------------------------------*/

/* A number may be from before a restore: whether each definition is of the id that was meant. */
static bool are_meant(const look *l, size_t defined)
{
    for (size_t i = 0; i < l->want->id_count; i++) {
        int32_t no = l->no[l->want->count + i];
        size_t at = 0;
        for (size_t low = 0, high = defined; low < high; at = low) {
            size_t middle = low + (high - low) / 2;
            if (l->row[middle].series_no < no)
                low = middle + 1;
            else
                high = middle;
        }
        if (at == defined || l->row[at].series_no != no ||
            !oq_uuid_eq(l->row[at].id, l->want->id[i]))
            return false;
    }
    return true;
}

/* Of the chunks of one series: whether the one that begins last before the span is among them, and
 * the first behind it. A chunk behind says by its row what its first sample is, unless that may not
 * be good. */
static bool is_whole(const look *l, int32_t no, const hist_row *row, size_t count)
{
    bool has_first = is_among(&l->firsts, no), has_last = is_among(&l->lasts, no);
    size_t sealed = 0;
    for (size_t i = 0; i < count; i++) {
        bool is_sealed = row[i].kind == HIST_CHUNK, is_behind = row[i].time_first >= l->want->to;
        sealed += is_sealed;
        has_first = has_first || (is_sealed && row[i].time_first < l->want->from);
        has_last = has_last || (is_sealed && is_behind);
        if (is_behind && row[i].good < row[i].samples)
            return false;
    }
    if (l->count == 1) /* in their order, up to a number of them */
        has_last = sealed <= l->range.chunks || row[sealed - 1].time_first >= l->want->to;
    return has_first && has_last;
}

static bool take_series(oq_scope *s, const look *l, const hist_row *of, hist_row *row, size_t count)
{
    seen_key key = {oq_scope_tenant(s), (int32_t)of->series_no, l->want->grid};
    aggregate_rule rule = {.is_state = of->is_state,
                           .gap_max = of->gap_max_us == OQ_I64_NONE ? 0 : of->gap_max_us};
    return is_whole(l, key.no, row, count) &&
           seen_cells(oq_scope_arena(s), &key, rule, l->want->from, l->want->to, row, count);
}

static bool take_all(oq_scope *s, const look *l, const fresh_pins *pins)
{
    size_t defined = 0, batches = l->rows;
    while (defined < l->rows && l->row[defined].kind == HIST_SERIES)
        defined++;
    while (batches > defined && l->row[batches - 1].kind == HIST_BATCH)
        batches--;
    for (size_t i = batches; i < l->rows; i++)
        if (!fresh_has(pins, l->row[i].seq, OQ_NONE))
            return false;
    if (!are_meant(l, defined))
        return false;
    for (size_t i = 0, at = defined; i < defined; i++) {
        size_t from = at;
        while (at < batches && l->row[at].series_no == l->row[i].series_no)
            at++;
        if (!take_series(s, l, &l->row[i], l->row + from, at - from))
            return false;
    }
    return true;
}

oq_err *hist_load_seen(oq_scope *s, const hist_want *want, fresh_pins *pins,
                       hist_tracks *ret_tracks, bool *ret_found)
{
    look l = {.want = want};
    bool is_all = true;
    *ret_found = false;
    if (!may_be_seen(want) || !find_numbers(s, &l) || !find_range(s, &l))
        return NULL;
    OQ_TRY(l.count == 1 ? run_one(s, &l) : run_some(s, &l, &is_all));
    if (!is_all || !take_all(s, &l, pins))
        return NULL;
    *ret_found = true;
    OQ_TRY(hist_tracks_of(s, want, pins, l.row, l.rows, ret_tracks));
    for (size_t i = 0; i < ret_tracks->count; i++)
        ret_tracks->at[i].is_seen = true;
    return NULL;
}
