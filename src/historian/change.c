#include "historian/change.h"

#include "historian/broken.h"
#include "historian/calc.h"
#include "historian/fold.h"

#include "fold.sql.h"
#include "store.sql.h"

#include "base/banned.h"

enum { TEMP_BLOCK = 1024 * 1024 };

oq_err *store_make_nothing(void *self, oq_arena *arena, const samples *there, oq_us from, oq_us to,
                           samples *ret_instead)
{
    *ret_instead = (samples){0};
    return NULL;
}

/* --- one change --------------------------------------------------------------------------------*/

static oq_err *find_end(oq_scope *s, int32_t no, oq_us *ret_sealed_last)
{
    sql_store_sealed_last_rows rows;
    OQ_TRY(sql_store_sealed_last(s, (sql_store_sealed_last_args){.series_no = {&no, 1}}, &rows));
    *ret_sealed_last = rows.count ? rows.at[0].time_last : OQ_TIME_NONE;
    return NULL;
}

/* The newest sample may be another one now, or gone. */
static oq_err *renew_newest(oq_scope *s, oq_arena *temp, store_writer *w, int32_t no)
{
    sql_store_newest_rows rows;
    OQ_TRY(sql_store_last_drop(s, (sql_store_last_drop_args){.series_no = no}, NULL));
    OQ_TRY(sql_store_newest(s, (sql_store_newest_args){.series_no = no}, &rows));
    if (rows.count == 0)
        return NULL;
    samples newest;
    OQ_TRY(broken_wrap_chunk(chunk_decode(temp, rows.at[0].payload, true, &newest), no,
                             rows.at[0].time_first));
    OQ_TRY(store_put_newest(w, no, &newest, newest.count - 1));
    return store_flush(w);
}

static oq_err *change(oq_scope *s, oq_arena *temp, store_writer *w, const change_order *order,
                      change_done *done)
{
    sql_store_lock_rows lock;
    sql_store_load_rows start;
    store_edit edit = {.no = order->no,
                       .make = order->make,
                       .self = order->self,
                       .from = order->from,
                       .to = order->to,
                       .at = oq_now(s),
                       .chunks_max = order->chunks_max,
                       .reason = order->reason};
    OQ_TRY(sql_store_lock(s, &lock));
    OQ_TRY(sql_store_load(s, (sql_store_load_args){.series_no = {&order->no, 1}}, &start));
    OQ_TRY(find_end(s, order->no, &edit.sealed_last));
    store_chunk open = {.payload = start.at[0].payload, .time_first = start.at[0].time_first};
    edit.open = oq_str_given(open.payload) ? &open : NULL;
    edit.rules = store_rules_of(&start.at[0]);
    OQ_TRY(store_apply(s, temp, w, &edit));
    OQ_TRY(store_flush(w));
    *done = (change_done){.changed = edit.changed, .resume = edit.resume};
    if (edit.changed == 0)
        return NULL;
    OQ_TRY(renew_newest(s, temp, w, order->no));
    return order->reason ? calc_touch(s, &order->no, &order->from, &edit.resume, 1) : NULL;
}

oq_err *store_change(oq_scope *s, const change_order *order, change_done *ret_done)
{
    oq_mark mark = oq_arena_mark(oq_scope_arena(s));
    oq_arena *temp = oq_arena_open(TEMP_BLOCK);
    OQ_AUTO(store_writer) writer = {0};
    store_writer_make(s, &writer);
    oq_err *err = change(s, temp, &writer, order, ret_done);
    oq_arena_close(temp);
    if (!err)
        oq_arena_rewind(oq_scope_arena(s), mark);
    return err;
}

oq_err *store_settle(oq_scope *s, int32_t no)
{
    sql_fold_waits_for_rows rows;
    fold_done done = {.more = true};
    OQ_TRY(sql_fold_waits_for(s, (sql_fold_waits_for_args){.series_no = no}, &rows));
    while (rows.at[0].waits && done.more)
        OQ_TRY(hist_fold(s, &done));
    return NULL;
}

/* --- replacing ---------------------------------------------------------------------------------*/

static oq_err *take_part(void *self, oq_arena *arena, const samples *there, oq_us from, oq_us to,
                         samples *ret_instead)
{
    const samples *with = self;
    size_t first = samples_find(with, from), end = samples_find(with, to);
    *ret_instead = samples_part(with, first, end - first);
    return NULL;
}

oq_err *hist_replace(oq_scope *s, int32_t no, oq_us from, oq_us to, const samples *with,
                     const char *reason, int64_t *ret_touched)
{
    samples instead = *with;
    change_done done;
    assert(with->count == 0 || (with->time[0] >= from && with->time[with->count - 1] < to));
    OQ_TRY(store_settle(s, no));
    oq_mark mark = oq_arena_mark(oq_scope_arena(s));
    if (!instead.known) {
        instead.known = oq_new_n(oq_scope_arena(s), oq_us, with->count);
        for (size_t i = 0; i < with->count; i++)
            instead.known[i] = oq_now(s);
    }
    OQ_TRY(store_change(s,
                        &(change_order){.no = no,
                                        .from = from,
                                        .to = to,
                                        .make = take_part,
                                        .self = &instead,
                                        .reason = reason},
                        &done));
    oq_arena_rewind(oq_scope_arena(s), mark);
    if (ret_touched)
        *ret_touched = done.changed;
    return NULL;
}
