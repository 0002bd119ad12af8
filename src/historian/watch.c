#include "historian/watch.h"

#include "historian/reading.h"

const oq_field watch_batch_fields[] = {
    OQ_I64(watch_batch, seq),
    OQ_TIME(watch_batch, received_at),
    OQ_BYTES(watch_batch, payload),
    OQ_FIELDS_END,
};

#include "watch.sql.h"

#include "base/banned.h"

enum { LOOK_BYTES = 16 * 1024 * 1024, LOOK_BATCHES = 2000, SINCE_SERIES = 500 };
static const oq_us kept_for = OQ_HOUR;

oq_err *hist_watch_begin(oq_scope *s, oq_uuid watcher, int64_t *ret_looks, bool *ret_is_mine)
{
    sql_watch_begin_rows rows;
    OQ_TRY(sql_watch_begin(s, &rows));
    *ret_looks = 0;
    *ret_is_mine = false;
    if (rows.count == 0)
        return sql_watch_start(s, (sql_watch_start_args){.watcher = watcher}, NULL);
    *ret_looks = rows.at[0].looks;
    *ret_is_mine = oq_uuid_eq(rows.at[0].watcher, watcher);
    return NULL;
}

oq_err *hist_watch_stop(oq_scope *s)
{
    return sql_watch_stop(s, NULL);
}

oq_err *hist_watch_new(oq_scope *s, watch_batches *ret_batches)
{
    sql_watch_new_rows rows;
    OQ_TRY(
        sql_watch_new(s, (sql_watch_new_args){.bytes = LOOK_BYTES, .limit = LOOK_BATCHES}, &rows));
    size_t bytes = 0;
    for (size_t i = 0; i < rows.count; i++)
        bytes += rows.at[i].payload.len;
    *ret_batches =
        (watch_batches){rows.at, rows.count, rows.count == LOOK_BATCHES || bytes >= LOOK_BYTES};
    return NULL;
}

oq_err *hist_watch_seen(oq_scope *s, oq_uuid watcher, const watch_batches *batches)
{
    int64_t *seq = oq_new_n(oq_scope_arena(s), int64_t, batches->count);
    for (size_t i = 0; i < batches->count; i++)
        seq[i] = batches->at[i].seq;
    db_i64s seqs = {seq, batches->count};
    if (batches->count) {
        OQ_TRY(sql_watch_forget(s, (sql_watch_forget_args){.seqs = seqs}, NULL));
        OQ_TRY(sql_watch_seen(s, (sql_watch_seen_args){.seqs = seqs}, NULL));
    }
    return sql_watch_looked(s, (sql_watch_looked_args){.watcher = watcher}, NULL);
}

oq_err *watch_keep(oq_scope *s, int64_t *seq, size_t count)
{
    return sql_watch_keep(
        s, (sql_watch_keep_args){.seqs = {seq, count}, .oldest = oq_now(s) - kept_for}, NULL);
}

static oq_err *since(oq_scope *s, const int32_t *no, size_t count, oq_us from, samples *ret_samples)
{
    oq_arena *arena = oq_scope_arena(s);
    hist_tracks tracks;
    hist_want want = {.no = no,
                      .count = count,
                      .from = from,
                      .to = oq_now(s) + SAMPLE_TIME_AHEAD,
                      .before = true,
                      .known_at = OQ_TIME_NONE};
    OQ_TRY(hist_load(s, &want, &tracks));
    for (size_t i = 0; i < count; i++) {
        const hist_track *track = hist_track_of(&tracks, no[i]);
        hist_pieces pieces;
        bool again;
        ret_samples[i] = (samples){0};
        if (!track)
            continue;
        OQ_TRY(hist_pieces_of(arena, track, &want, &pieces, &again));
        ret_samples[i] = hist_pieces_join(arena, &pieces, false);
    }
    return NULL;
}

oq_err *hist_watch_since(oq_scope *s, const int32_t *no, size_t count, oq_us from,
                         samples *ret_samples)
{
    for (size_t i = 0; i < count; i += SINCE_SERIES) {
        size_t part = count - i < SINCE_SERIES ? count - i : SINCE_SERIES;
        OQ_TRY(since(s, no + i, part, from, ret_samples + i));
    }
    return NULL;
}
