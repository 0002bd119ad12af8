/* The record of some series over a span, as one statement gives it. */
#include "historian/reading.h"
#include "read.sql.h"

#include "base/banned.h"

const oq_field hist_row_fields[] = {
    OQ_I64(hist_row, kind),         OQ_I64(hist_row, series_no),
    OQ_I64(hist_row, seq),          OQ_TIME(hist_row, time_first),
    OQ_TIME(hist_row, time_last),   OQ_TIME(hist_row, known_at),
    OQ_I64(hist_row, samples),      OQ_I64(hist_row, good),
    OQ_F64(hist_row, value_first),  OQ_F64(hist_row, value_last),
    OQ_I64(hist_row, quality_last), OQ_I64(hist_row, wrote),
    OQ_I64(hist_row, place),        OQ_BYTES(hist_row, summary),
    OQ_BYTES(hist_row, payload),    OQ_BOOL(hist_row, is_deletion),
    OQ_UUID(hist_row, id),          OQ_TEXT(hist_row, key),
    OQ_TEXT(hist_row, unit),        OQ_BOOL(hist_row, is_state),
    OQ_I64(hist_row, gap_max_us),   OQ_FIELDS_END,
};

const oq_field hist_name_fields[] = {
    OQ_I64(hist_name, no),    OQ_UUID(hist_name, id), OQ_TEXT(hist_name, key),
    OQ_TEXT(hist_name, unit), OQ_FIELDS_END,
};

/* --- rows in order -----------------------------------------------------------------------------*/

/* Definitions first, then per series chunks by time and history by its end; batches last. */
static int rank(const hist_row *row)
{
    return row->kind == HIST_SERIES ? 0 : row->kind == HIST_BATCH ? 2 : 1;
}

static int compare(int64_t a, int64_t b)
{
    return (a > b) - (a < b);
}

static int by_place(const void *a, const void *b)
{
    const hist_row *x = a, *y = b;
    int order = rank(x) - rank(y);
    if (!order && rank(x) == 2)
        return compare(x->seq, y->seq);
    if (!order)
        order = compare(x->series_no, y->series_no);
    if (!order)
        order = (x->kind == HIST_HISTORY) - (y->kind == HIST_HISTORY);
    if (!order && x->kind == HIST_HISTORY)
        order = compare(x->known_at, y->known_at);
    return order ? order : compare(x->time_first, y->time_first);
}

static bool is_sorted(const hist_row *row, size_t count)
{
    for (size_t i = 1; i < count; i++)
        if (by_place(&row[i - 1], &row[i]) > 0)
            return false;
    return true;
}

void hist_rows_sort(hist_row *row, size_t count)
{
    if (!is_sorted(row, count))
        qsort(row, count, sizeof *row, by_place);
}

/* --- tracks ------------------------------------------------------------------------------------*/

static void take_series(hist_track *track, const hist_row *row, const hist_want *want)
{
    *track = (hist_track){
        .no = (int32_t)row->series_no,
        .id = row->id,
        .key = row->key,
        .unit = row->unit,
        .rule = {.is_state = row->is_state,
                 .gap_max = row->gap_max_us == OQ_I64_NONE ? 0 : row->gap_max_us},
        .to = want->to,
    };
}

/* The track's rows from row[at] on; returns the place behind them. A series that is full of chunks
 * up to the limit is known up to the last of them only. */
static size_t take_rows(hist_track *track, const hist_row *row, size_t count, size_t at,
                        const hist_want *want)
{
    size_t chunks = 0;
    while (at < count && row[at].kind != HIST_BATCH && row[at].series_no < track->no)
        at++; /* a series without a definition: cannot be */
    track->chunk = row + at;
    for (; at < count && row[at].kind != HIST_BATCH && row[at].series_no == track->no; at++) {
        if (row[at].kind == HIST_HISTORY) {
            if (!track->histories++)
                track->history = row + at;
            continue;
        }
        track->chunks++;
        chunks += row[at].kind == HIST_CHUNK;
        if (row[at].kind == HIST_CHUNK && chunks == want->chunks_max &&
            row[at].time_last + 1 < want->to) {
            track->is_cut = true;
            track->to = row[at].time_last + 1;
        }
    }
    return at;
}

const hist_track *hist_track_of(const hist_tracks *tracks, int32_t no)
{
    for (size_t low = 0, high = tracks->count; low < high;) {
        size_t middle = low + (high - low) / 2;
        if (tracks->at[middle].no == no)
            return &tracks->at[middle];
        if (tracks->at[middle].no < no)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

/* --- what is fresh -----------------------------------------------------------------------------*/

/* Of a sample in columns: time, value, quality, known. */
#define SAMPLE_BYTES INT64_C(28)

typedef struct found_run {
    const fresh_batch *batch;
    fresh_run run;
} found_run;

static bool is_all_good(const samples *s)
{
    quality any = 0;
    for (size_t i = 0; i < s->count; i++)
        any |= s->quality[i];
    return any == 0;
}

/* All runs of one series, one after the other as they were received. They follow each other in
 * time, nearly always; else they are merged, and the later write of a moment stays. */
static oq_err *decode_runs(oq_arena *arena, const found_run *found, size_t runs, size_t count,
                           samples *ret_fresh)
{
    samples all = samples_make(arena, count, true, true);
    samples *part = oq_new_n(arena, samples, runs);
    bool is_rising = true;
    for (size_t i = 0; i < runs; i++) {
        size_t from = all.count;
        OQ_TRY(fresh_read(found[i].batch, &found[i].run, &all));
        part[i] = samples_part(&all, from, all.count - from);
        is_rising =
            is_rising && (!from || all.count == from || all.time[from - 1] < all.time[from]);
    }
    *ret_fresh = is_rising ? all : samples_merge(arena, part, runs, NULL);
    if (ret_fresh->quality && is_all_good(ret_fresh))
        ret_fresh->quality = NULL;
    return NULL;
}

/* Batches of a load: those that reach into the span, and those beside it, nearest first. */
typedef struct beside {
    fresh_batch *batch; /* in the order of seq */
    const hist_row *row;
    size_t count;
    size_t *before, befores, *after, afters; /* places */
    bool *is_wanted;                         /* of the series that is looked at */
} beside;

static int nearest_before(const void *a, const void *b, void *rows)
{
    const hist_row *row = rows;
    return compare(row[*(const size_t *)b].time_last, row[*(const size_t *)a].time_last);
}

static int nearest_after(const void *a, const void *b, void *rows)
{
    const hist_row *row = rows;
    return compare(row[*(const size_t *)a].time_first, row[*(const size_t *)b].time_first);
}

static void sort_out(oq_arena *arena, const hist_want *want, beside *all)
{
    all->before = oq_new_n(arena, size_t, all->count);
    all->after = oq_new_n(arena, size_t, all->count);
    all->is_wanted = oq_new_n(arena, bool, all->count);
    for (size_t i = 0; i < all->count; i++) {
        if (all->row[i].time_last < want->from)
            all->before[all->befores++] = i;
        else if (all->row[i].time_first >= want->to)
            all->after[all->afters++] = i;
        else
            all->is_wanted[i] = true;
    }
    qsort_r(all->before, all->befores, sizeof *all->before, nearest_before, (void *)all->row);
    qsort_r(all->after, all->afters, sizeof *all->after, nearest_after, (void *)all->row);
}

/* Of the batches beside the span those that may hold the series' neighbour: the nearest one that
 * has it, and whichever is not farther away than all of that one. */
static void want_neighbours(const beside *all, int32_t no)
{
    fresh_run run;
    oq_us bound = INT64_MIN;
    for (size_t i = 0; i < all->befores; i++) {
        const hist_row *row = &all->row[all->before[i]];
        bool *is_wanted = &all->is_wanted[all->before[i]];
        *is_wanted = row->time_last >= bound && fresh_find(&all->batch[all->before[i]], no, &run);
        bound = *is_wanted && row->time_first > bound ? row->time_first : bound;
    }
    bound = INT64_MAX;
    for (size_t i = 0; i < all->afters; i++) {
        const hist_row *row = &all->row[all->after[i]];
        bool *is_wanted = &all->is_wanted[all->after[i]];
        *is_wanted = row->time_first <= bound && fresh_find(&all->batch[all->after[i]], no, &run);
        bound = *is_wanted && row->time_last < bound ? row->time_last : bound;
    }
}

/* *left counts down the samples that may still be decoded. */
static oq_err *take_fresh(oq_arena *arena, hist_track *track, const beside *all, found_run *found,
                          size_t *left)
{
    size_t runs = 0, samples_count = 0;
    want_neighbours(all, track->no);
    for (size_t i = 0; i < all->count; i++) {
        if (!all->is_wanted[i] || !fresh_find(&all->batch[i], track->no, &found[runs].run))
            continue;
        found[runs].batch = &all->batch[i];
        samples_count += found[runs++].run.count;
    }
    if (samples_count > *left)
        return fresh_too_much(FRESH_SAMPLES_MAX * SAMPLE_BYTES);
    *left -= samples_count;
    return runs ? decode_runs(arena, found, runs, samples_count, &track->fresh) : NULL;
}

static oq_err *open_batches(oq_scope *s, fresh_pins *pins, const hist_row *row, size_t count,
                            fresh_batch *ret_batches)
{
    for (size_t i = 0; i < count; i++)
        OQ_TRY(fresh_open(oq_scope_arena(s), oq_scope_tenant(s), pins, row[i].seq, row[i].known_at,
                          row[i].payload, &ret_batches[i]));
    return NULL;
}

/* --- the statement -----------------------------------------------------------------------------*/

oq_err *hist_tracks_of(oq_scope *s, const hist_want *want, fresh_pins *pins, hist_row *row,
                       size_t count, hist_tracks *ret_tracks)
{
    oq_arena *arena = oq_scope_arena(s);
    hist_rows_sort(row, count);
    hist_tracks tracks = {0};
    while (tracks.count < count && row[tracks.count].kind == HIST_SERIES)
        tracks.count++;
    tracks.at = oq_new_n(arena, hist_track, tracks.count);
    size_t at = tracks.count;
    for (size_t i = 0; i < tracks.count; i++) {
        take_series(&tracks.at[i], &row[i], want);
        at = take_rows(&tracks.at[i], row, count, at, want);
    }
    beside all = {.row = row + at, .count = count - at};
    all.batch = oq_new_n(arena, fresh_batch, all.count);
    found_run *found = oq_new_n(arena, found_run, all.count + 1);
    OQ_TRY(open_batches(s, pins, all.row, all.count, all.batch));
    sort_out(arena, want, &all);
    size_t left = FRESH_SAMPLES_MAX;
    for (size_t i = 0; i < tracks.count; i++)
        OQ_TRY(take_fresh(arena, &tracks.at[i], &all, found, &left));
    *ret_tracks = tracks;
    return NULL;
}

/* Summaries that may stand for samples. */
static db_i32s cells_in(oq_arena *arena, const hist_want *want)
{
    int32_t *byte = oq_new_n(arena, int32_t, SUMMARY_BYTES_MAX);
    return (db_i32s){byte, want->grid ? summary_bytes_in(want->grid, byte) : 0};
}

static int64_t chunks_max(const hist_want *want)
{
    return want->chunks_max ? (int64_t)want->chunks_max : INT32_MAX;
}

/* Everything is exact, and neighbours are looked for apart (known.c). */
static oq_err *load_known(oq_scope *s, const hist_want *want, fresh_pins *pins,
                          hist_tracks *ret_tracks)
{
    assert(!want->before && !want->after && !want->grid);
    sql_hist_load_known_rows rows;
    OQ_TRY(sql_hist_load_known(s,
                               (sql_hist_load_known_args){
                                   .nos = {want->no, want->count},
                                   .ids = {(oq_uuid *)want->id, want->id_count},
                                   .first = want->from,
                                   .last = want->to,
                                   .known = want->known_at,
                                   .chunks = chunks_max(want),
                                   .have = {(int64_t *)pins->seq, pins->had},
                                   .fresh_bytes = fresh_bytes_max(),
                               },
                               &rows));
    return hist_tracks_of(s, want, pins, rows.at, rows.count, ret_tracks);
}

static oq_err *load_some(oq_scope *s, const hist_want *want, fresh_pins *pins,
                         hist_tracks *ret_tracks)
{
    sql_hist_load_rows rows;
    OQ_TRY(sql_hist_load(s,
                         (sql_hist_load_args){
                             .nos = {want->no, want->count},
                             .ids = {(oq_uuid *)want->id, want->id_count},
                             .first = want->from,
                             .last = want->to,
                             .before = want->before,
                             .after = want->after,
                             .exact = want->exact,
                             .cells = cells_in(oq_scope_arena(s), want),
                             .chunks = chunks_max(want),
                             .have = {(int64_t *)pins->seq, pins->had},
                             .fresh_bytes = fresh_bytes_max(),
                         },
                         &rows));
    OQ_TRY(hist_tracks_of(s, want, pins, rows.at, rows.count, ret_tracks));
    for (size_t i = 0; want->id_count && i < ret_tracks->count; i++)
        number_keep(oq_scope_tenant(s), ret_tracks->at[i].id, ret_tracks->at[i].no);
    return NULL;
}

/* The only series that is wanted, as far as its number is known; 0: there are several, or it is
 * not. */
static int32_t only_one(const oq_scope *s, const hist_want *want)
{
    if (want->count + want->id_count != 1)
        return 0;
    return want->count ? want->no[0] : number_kept(oq_scope_tenant(s), want->id[0]);
}

/* Whether the rows begin with the definition of the one series that is wanted. */
static bool is_meant(const hist_row *row, size_t count, const hist_want *want)
{
    return count && row[0].kind == HIST_SERIES &&
           (want->count || oq_uuid_eq(row[0].id, want->id[0]));
}

static oq_err *load_one(oq_scope *s, int32_t no, const hist_want *want, fresh_pins *pins,
                        hist_tracks *ret_tracks)
{
    sql_hist_load_one_rows rows;
    OQ_TRY(sql_hist_load_one(s,
                             (sql_hist_load_one_args){
                                 .no = no,
                                 .first = want->from,
                                 .last = want->to,
                                 .before = want->before,
                                 .after = want->after,
                                 .exact = want->exact,
                                 .cells = cells_in(oq_scope_arena(s), want),
                                 .chunks = chunks_max(want),
                                 .have = {(int64_t *)pins->seq, pins->had},
                                 .fresh_bytes = fresh_bytes_max(),
                             },
                             &rows));
    if (!is_meant(rows.at, rows.count, want)) /* a number from before a restore */
        return load_some(s, want, pins, ret_tracks);
    return hist_tracks_of(s, want, pins, rows.at, rows.count, ret_tracks);
}

oq_err *hist_load(oq_scope *s, const hist_want *want, hist_tracks *ret_tracks)
{
    OQ_AUTO(fresh_pins) pins = {0};
    fresh_pin(oq_scope_arena(s), oq_scope_tenant(s), &pins);
    if (want->known_at != OQ_TIME_NONE)
        return load_known(s, want, &pins, ret_tracks);
    bool found;
    OQ_TRY(hist_load_seen(s, want, &pins, ret_tracks, &found));
    if (found)
        return NULL;
    int32_t no = only_one(s, want);
    return no ? load_one(s, no, want, &pins, ret_tracks) : load_some(s, want, &pins, ret_tracks);
}
