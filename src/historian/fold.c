#include "historian/fold.h"

#include "historian/broken.h"
#include "historian/calc.h"
#include "historian/fold_input.h"
#include "historian/store.h"
#include "historian/watch.h"

#include "fold.sql.h"
#include "store.sql.h"

#include "base/banned.h"

enum { TAKE_BYTES = 8 * 1024 * 1024, TEMP_BLOCK = 1024 * 1024 };

typedef struct folding {
    oq_scope *scope;
    oq_arena *kept; /* for the whole fold */
    oq_arena *temp; /* for a window */
    fold_input input;
    store_writer writer;
    fold_done done;
} folding;

/* --- taking batches ----------------------------------------------------------------------------*/

static oq_err *take_some(folding *f, db_i64s seqs)
{
    sql_fold_take_rows rows;
    OQ_TRY(sql_fold_take(f->scope, (sql_fold_take_args){.seqs = seqs}, &rows));
    for (size_t i = 0; i < rows.count && !f->input.is_cut; i++)
        OQ_TRY(broken_wrap_batch(
            fold_input_add(&f->input, rows.at[i].seq, rows.at[i].received_at, rows.at[i].payload),
            rows.at[i].seq));
    return NULL;
}

/* The oldest of the listed batches, within the limits of one transaction; their bytes come in
 * several answers, so that they lie in memory once. */
static oq_err *take_batches(folding *f, const sql_fold_list_rows *list)
{
    int64_t in_all = 0, bytes = 0, waiting = 0;
    db_i64s seqs = {.at = oq_new_n(f->kept, int64_t, list->count + 1)};
    size_t i = 0;
    for (; i < list->count && i < FOLD_BATCHES_MAX && !f->input.is_cut; i++) {
        in_all += list->at[i].samples;
        bytes += list->at[i].bytes;
        if (i > 0 && (in_all > FOLD_SAMPLES || bytes > FOLD_BYTES))
            break;
        waiting += list->at[i].bytes;
        seqs.at[seqs.count++] = list->at[i].seq;
        if (waiting < TAKE_BYTES)
            continue;
        OQ_TRY(take_some(f, seqs));
        seqs.count = 0;
        waiting = 0;
    }
    if (seqs.count && !f->input.is_cut)
        OQ_TRY(take_some(f, seqs));
    f->done.more = i < list->count || f->input.is_cut;
    return NULL;
}

/* First the list, then the highest number of a series: a batch is committed with the series it
 * made, so no listed batch can hold a higher one, whatever is committed meanwhile. */
static oq_err *load(folding *f)
{
    sql_fold_list_rows list;
    sql_fold_series_rows highest;
    OQ_TRY(sql_fold_list(f->scope, (sql_fold_list_args){.limit = FOLD_BATCHES_MAX + 1}, &list));
    OQ_TRY(sql_fold_series(f->scope, &highest));
    fold_input_make(f->kept, (int32_t)highest.at[0].no_max, &f->input);
    return take_batches(f, &list);
}

/* --- one series --------------------------------------------------------------------------------*/

/* A series of the window and where its record stands. */
typedef struct folded {
    samples writes; /* settled */
    merge_lost chain;
    const store_start *start;
    store_chunk open;
    oq_us sealed_last;
} folded;

static oq_err *fold_one(folding *f, int32_t no, folded *one)
{
    const samples *writes = &one->writes;
    size_t last = writes->count - 1;
    store_edit edit = {.no = no,
                       .rules = store_rules_of(one->start),
                       .open = oq_str_given(one->open.payload) ? &one->open : NULL,
                       .sealed_last = one->sealed_last,
                       .writes = *writes,
                       .chain = &one->chain,
                       .reason = "rewrite"};
    int64_t rewritten = (int64_t)one->chain.samples.count;
    OQ_TRY(store_apply(f->scope, f->temp, &f->writer, &edit));
    f->done.rewritten += rewritten + edit.replaced;
    f->done.series++;
    return edit.changed ? store_put_newest(&f->writer, no, writes, last) : NULL;
}

/* --- one window --------------------------------------------------------------------------------*/

/* Where the series stands among `count` rising numbers. */
static size_t place_of(const int32_t *no, size_t count, int32_t wanted)
{
    size_t low = 0, high = count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (no[middle] < wanted)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static oq_err *load_starts(folding *f, const int32_t *no, size_t count, folded *one)
{
    sql_store_load_rows rows;
    OQ_TRY(sql_store_load(f->scope, (sql_store_load_args){.series_no = {no, count}}, &rows));
    for (size_t i = 0; i < rows.count; i++) {
        folded *of = &one[place_of(no, count, (int32_t)rows.at[i].series_no)];
        of->start = &rows.at[i];
        of->open.payload = rows.at[i].payload;
        of->open.time_first = rows.at[i].time_first;
    }
    return NULL;
}

/* Where sealed chunks end has to be known only of series whose writes do not simply go on where the
 * growing chunk begins. */
static oq_err *load_ends(folding *f, const int32_t *no, size_t count, folded *one)
{
    int32_t *wanted = oq_new_n(f->temp, int32_t, count);
    size_t wanted_count = 0;
    for (size_t i = 0; i < count; i++) {
        one[i].sealed_last = OQ_TIME_NONE;
        bool goes_on =
            oq_str_given(one[i].open.payload) && one[i].writes.time[0] >= one[i].open.time_first;
        if (!goes_on)
            wanted[wanted_count++] = no[i];
        else
            one[i].sealed_last = one[i].open.time_first - 1;
    }
    if (wanted_count == 0)
        return NULL;
    sql_store_sealed_last_rows rows;
    OQ_TRY(sql_store_sealed_last(
        f->scope, (sql_store_sealed_last_args){.series_no = {wanted, wanted_count}}, &rows));
    for (size_t i = 0; i < rows.count; i++)
        one[place_of(no, count, (int32_t)rows.at[i].series_no)].sealed_last = rows.at[i].time_last;
    return NULL;
}

static oq_err *fold_window_of(folding *f, const fold_window *window)
{
    size_t count = window->count;
    int32_t *no = oq_new_n(f->temp, int32_t, count);
    folded *one = oq_new_n(f->temp, folded, count);
    for (size_t i = 0; i < count; i++) {
        no[i] = window->at[i].no;
        one[i].writes = merge_settle(f->temp, &window->at[i].writes, &one[i].chain);
    }
    OQ_TRY(load_starts(f, no, count, one));
    OQ_TRY(load_ends(f, no, count, one));
    for (size_t i = 0; i < count; i++)
        OQ_TRY(fold_one(f, no[i], &one[i]));
    return NULL;
}

static oq_err *fold_windows(folding *f)
{
    oq_arena *arena = oq_scope_arena(f->scope);
    for (int32_t after = 0;;) {
        fold_window window;
        int64_t seq = 0;
        oq_mark mark = oq_arena_mark(arena);
        oq_arena_reset(f->temp);
        OQ_TRY(broken_wrap_batch(fold_input_next(&f->input, f->temp, after, &window, &seq), seq));
        if (window.count == 0)
            return NULL;
        after = window.at[window.count - 1].no;
        OQ_TRY(fold_window_of(f, &window));
        oq_arena_rewind(arena, mark);
    }
}

/* --- all ---------------------------------------------------------------------------------------*/

static oq_err *finish(folding *f)
{
    int64_t *seq = oq_new_n(f->kept, int64_t, f->input.count);
    for (size_t i = 0; i < f->input.count; i++)
        seq[i] = f->input.batch[i].seq;
    OQ_TRY(store_flush(&f->writer));
    OQ_TRY(calc_notice(f->scope, seq, f->input.count));
    OQ_TRY(watch_keep(f->scope, seq, f->input.count));
    OQ_TRY(sql_fold_taken(f->scope, (sql_fold_taken_args){.seqs = {seq, f->input.count}}, NULL));
    f->done.batches = (int64_t)f->input.count;
    f->done.samples = f->input.samples;
    f->done.chunks = f->writer.chunks;
    return NULL;
}

static oq_err *fold(folding *f)
{
    sql_store_lock_rows lock;
    OQ_TRY(sql_store_lock(f->scope, &lock));
    OQ_TRY(load(f));
    if (f->input.count == 0)
        return NULL;
    OQ_TRY(fold_windows(f));
    return finish(f);
}

oq_err *hist_fold(oq_scope *s, fold_done *ret_done)
{
    oq_mark mark = oq_arena_mark(oq_scope_arena(s));
    folding f = {.scope = s, .kept = oq_arena_open(TEMP_BLOCK), .temp = oq_arena_open(TEMP_BLOCK)};
    store_writer_make(s, &f.writer);
    oq_err *err = fold(&f);
    store_writer_drop(&f.writer);
    oq_arena_close(f.temp);
    oq_arena_close(f.kept);
    if (err)
        return err;
    oq_arena_rewind(oq_scope_arena(s), mark);
    *ret_done = f.done;
    return NULL;
}
