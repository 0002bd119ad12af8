#include "historian/write.h"

#include <math.h>

#include "historian/backlog.h"
#include "historian/fold.h"

#include "write.sql.h"

#include "base/banned.h"

/* Of one batch: so few that the worst of them (each of another series, no two alike) stay below
 * BATCH_BYTES_MAX. */
enum { WRITE_ROWS = 400 * 1000 };

typedef struct extent {
    oq_us time_min, time_max;
    int32_t series_min, series_max;
} extent;

/* The mistake of a row, in words; apart, so that the loop over all rows stays short. */
static oq_err *refuse(const batch_row *row, oq_us latest)
{
    char time[OQ_TIME_TEXT_MAX];
    if (row->time < SAMPLE_TIME_MIN || row->time > latest) {
        size_t len = oq_time_format(row->time, time);
        return oq_fail(OQ_INVALID, "sample.time_out_of_range", "time=%.*s", (int)len, time);
    }
    return oq_fail(OQ_INVALID, "sample.value_not_finite", "value=%g", row->value);
}

static oq_err *check(const batch_row *row, size_t count, oq_us latest, extent *ret_extent)
{
    extent e = {INT64_MAX, INT64_MIN, INT32_MAX, INT32_MIN};
    for (size_t i = 0; i < count; i++) {
        const batch_row *r = &row[i];
        assert(r->series_no > 0);
        e.time_min = r->time < e.time_min ? r->time : e.time_min;
        e.time_max = r->time > e.time_max ? r->time : e.time_max;
        e.series_min = r->series_no < e.series_min ? r->series_no : e.series_min;
        e.series_max = r->series_no > e.series_max ? r->series_no : e.series_max;
        if (r->time < SAMPLE_TIME_MIN || r->time > latest ||
            (!isfinite(r->value) && !quality_is_bad(r->quality)))
            return refuse(r, latest);
    }
    *ret_extent = e;
    return NULL;
}

typedef struct amount {
    size_t samples, bytes;
} amount;

/* One row of series_batches. */
static oq_err *write_batch(oq_scope *s, batch_row *row, size_t count, bool is_noticed,
                           amount *stored)
{
    oq_arena *arena = oq_scope_arena(s);
    oq_us now = oq_now(s);
    extent e;
    OQ_TRY(check(row, count, now + SAMPLE_TIME_AHEAD, &e));
    oq_mark mark = oq_arena_mark(arena);
    OQ_AUTO(oq_buf) payload = oq_buf_make(BATCH_BYTES_MAX);
    size_t stayed = batch_encode(arena, row, count, &payload);
    oq_arena_rewind(arena, mark);
    assert(!payload.overflow && "WRITE_ROWS rows of any kind fit BATCH_BYTES_MAX");
    stored->samples += stayed;
    stored->bytes += payload.len;
    return sql_batch_add(s,
                         (sql_batch_add_args){
                             .received_at = now,
                             .time_min = e.time_min,
                             .time_max = e.time_max,
                             .series_min = e.series_min,
                             .series_max = e.series_max,
                             .samples = (int64_t)stayed,
                             .is_noticed = is_noticed,
                             .payload = oq_buf_view(&payload),
                         },
                         NULL);
}

static oq_err *write_all(oq_scope *s, batch_row *row, size_t count, bool is_noticed,
                         size_t *ret_stored)
{
    amount stored = {0};
    for (size_t from = 0; from < count; from += WRITE_ROWS)
        OQ_TRY(write_batch(s, row + from, count - from < WRITE_ROWS ? count - from : WRITE_ROWS,
                           is_noticed, &stored));
    if (ret_stored)
        *ret_stored = stored.samples;
    backlog_grew(oq_scope_tenant(s), (int64_t)((count + WRITE_ROWS - 1) / WRITE_ROWS),
                 (int64_t)stored.bytes);
    return hist_fold_wanted(s, stored.samples, stored.bytes);
}

oq_err *hist_write(oq_scope *s, batch_row *row, size_t count, size_t *ret_stored)
{
    return write_all(s, row, count, false, ret_stored);
}

oq_err *hist_write_results(oq_scope *s, batch_row *row, size_t count)
{
    return write_all(s, row, count, true, NULL);
}
