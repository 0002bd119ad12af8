#include "historian/retain.h"

#include <math.h>

#include "audit/audit.h"
#include "historian/broken.h"
#include "historian/change.h"
#include "historian/jobs.h"
#include "historian/write.h"
#include "tenant/retention.h"

#include "store.sql.h"
#include "retain.sql.h"

#include "base/banned.h"

enum { PAGE_SERIES = 500, SLICE_ROWS = 2000, SLICE_CUTS = 100 };

/* Series whose samples do not stay for ever, and the first moment that stays. */
typedef struct page {
    int32_t no[PAGE_SERIES];
    oq_us cutoff[PAGE_SERIES];
    size_t count;
} page;

typedef struct retaining {
    job_run *run;
    int64_t tenant_days;
    oq_us now;
    int64_t after;   /* the last series looked at */
    bool keeps_some; /* for ever */
    oq_us oldest;    /* the earliest cutoff */
    page page;
    int64_t gone, chunks, old_gone; /* samples, chunks; samples of the history */
} retaining;

static db_i32s numbers_of(const retaining *r)
{
    return (db_i32s){r->page.no, r->page.count};
}

static db_times cutoffs_of(const retaining *r)
{
    return (db_times){r->page.cutoff, r->page.count};
}

/* --- slices, each a transaction ----------------------------------------------------------------*/

/* *ret_more: there is more to do. */
typedef oq_err *retain_slice(retaining *r, oq_scope *s, bool *ret_more);

static oq_err *run_slices(retaining *r, retain_slice *slice)
{
    for (bool more = true; more;) {
        oq_scope *s;
        sql_store_lock_rows lock;
        oq_mark mark = oq_arena_mark(job_arena(r->run));
        OQ_TRY(job_checkpoint(r->run, (double)NAN, OQ_NONE));
        OQ_TRY(job_scope(r->run, OQ_WRITE, &s));
        oq_err *err = sql_store_lock(s, &lock);
        if (!err)
            err = slice(r, s, &more);
        if (!err)
            err = oq_scope_commit(s);
        oq_scope_close(s);
        if (err)
            OQ_TRY(set_aside(r->run, err));
        oq_arena_rewind(job_arena(r->run), mark);
    }
    return NULL;
}

static oq_err *drop_chunks(retaining *r, oq_scope *s, bool *ret_more)
{
    sql_retain_chunks_rows rows;
    OQ_TRY(sql_retain_chunks(s,
                             (sql_retain_chunks_args){.nos = numbers_of(r),
                                                      .cutoffs = cutoffs_of(r),
                                                      .limit = SLICE_ROWS},
                             &rows));
    r->gone += rows.at[0].samples;
    r->chunks += rows.at[0].chunks;
    *ret_more = rows.at[0].chunks == SLICE_ROWS;
    return NULL;
}

static oq_err *drop_history(retaining *r, oq_scope *s, bool *ret_more)
{
    sql_retain_history_rows rows;
    OQ_TRY(sql_retain_history(s,
                              (sql_retain_history_args){.nos = numbers_of(r),
                                                        .cutoffs = cutoffs_of(r),
                                                        .limit = SLICE_ROWS},
                              &rows));
    r->old_gone += rows.at[0].samples;
    *ret_more = rows.at[0].rows == SLICE_ROWS;
    return NULL;
}

/* Older samples that share a chunk with younger ones, or whose chunk still grows. */
static oq_err *cut_chunks(retaining *r, oq_scope *s, bool *ret_more)
{
    sql_retain_border_rows rows;
    OQ_TRY(sql_retain_border(s,
                             (sql_retain_border_args){.nos = numbers_of(r),
                                                      .cutoffs = cutoffs_of(r),
                                                      .limit = SLICE_CUTS},
                             &rows));
    for (size_t i = 0; i < rows.count; i++) {
        change_done done;
        OQ_TRY(store_change(s,
                            &(change_order){.no = (int32_t)rows.at[i].no,
                                            .from = SAMPLE_TIME_MIN,
                                            .to = rows.at[i].cutoff,
                                            .make = store_make_nothing},
                            &done));
        r->gone += done.changed;
    }
    *ret_more = rows.count == SLICE_CUTS;
    return NULL;
}

/* What cannot be decoded stays as it is, until it is older as a whole. */
static oq_err *cut_old(retaining *r, oq_scope *s, const sql_retain_border_history_row *row)
{
    samples all;
    OQ_AUTO(oq_buf) bytes = oq_buf_make(CHUNK_SAMPLES_MAX * 64);
    oq_err *broken = chunk_decode(oq_scope_arena(s), row->payload, true, &all);
    size_t from = broken ? 0 : samples_find(&all, row->cutoff);
    if (broken || from == all.count) {
        oq_log_warn("store.history_broken", OQ_F_UUID("tenant", oq_scope_tenant(s)),
                    OQ_F_UUID("id", row->id));
        return sql_retain_skip_history(
            s, (sql_retain_skip_history_args){.id = row->id, .time_first = row->cutoff}, NULL);
    }
    samples rest = samples_part(&all, from, all.count - from);
    size_t count = chunk_encode(&rest, CHUNK_SAMPLES_MAX * 64, &bytes);
    assert(count == rest.count);
    r->old_gone += (int64_t)from;
    return sql_retain_cut_history(s,
                                  (sql_retain_cut_history_args){.id = row->id,
                                                                .time_first = rest.time[0],
                                                                .samples = (int64_t)count,
                                                                .payload = oq_buf_view(&bytes)},
                                  NULL);
}

static oq_err *cut_history(retaining *r, oq_scope *s, bool *ret_more)
{
    sql_retain_border_history_rows rows;
    OQ_TRY(sql_retain_border_history(s,
                                     (sql_retain_border_history_args){.nos = numbers_of(r),
                                                                      .cutoffs = cutoffs_of(r),
                                                                      .limit = SLICE_CUTS},
                                     &rows));
    for (size_t i = 0; i < rows.count; i++)
        OQ_TRY(cut_old(r, s, &rows.at[i]));
    *ret_more = rows.count == SLICE_CUTS;
    return NULL;
}

static oq_err *drop_rest(retaining *r, oq_scope *s, bool *ret_more)
{
    *ret_more = false;
    OQ_TRY(sql_retain_last(
        s, (sql_retain_last_args){.nos = numbers_of(r), .cutoffs = cutoffs_of(r)}, NULL));
    return sql_retain_broken(
        s, (sql_retain_broken_args){.nos = numbers_of(r), .cutoffs = cutoffs_of(r)}, NULL);
}

/* --- pages of series ---------------------------------------------------------------------------*/

static void take_series(retaining *r, int64_t no, int64_t days)
{
    r->after = no;
    if (days <= 0) {
        r->keeps_some = true;
        return;
    }
    oq_us cutoff = r->now - days * OQ_DAY;
    r->page.no[r->page.count] = (int32_t)no;
    r->page.cutoff[r->page.count++] = cutoff;
    if (cutoff < r->oldest)
        r->oldest = cutoff;
}

static oq_err *next_page(retaining *r, bool *ret_more)
{
    oq_scope *s;
    sql_retain_series_rows rows;
    oq_mark mark = oq_arena_mark(job_arena(r->run));
    OQ_TRY(job_scope(r->run, OQ_READ, &s));
    oq_err *err = sql_retain_series(s,
                                    (sql_retain_series_args){.after = r->after,
                                                             .tenant_days = r->tenant_days,
                                                             .limit = PAGE_SERIES},
                                    &rows);
    oq_scope_close(s);
    OQ_TRY(err);
    r->page.count = 0;
    for (size_t i = 0; i < rows.count; i++)
        take_series(r, rows.at[i].no, rows.at[i].days);
    *ret_more = rows.count == PAGE_SERIES;
    oq_arena_rewind(job_arena(r->run), mark);
    return NULL;
}

static oq_err *retain_page(retaining *r)
{
    static retain_slice *const steps[] = {drop_chunks, cut_chunks, drop_history, cut_history,
                                          drop_rest};
    for (size_t i = 0; i < OQ_COUNT(steps) && r->page.count; i++)
        OQ_TRY(run_slices(r, steps[i]));
    return NULL;
}

/* --- all ---------------------------------------------------------------------------------------*/

static oq_str counts_json(const retaining *r)
{
    return oq_strf(job_arena(r->run), "{\"samples\":%lld,\"chunks\":%lld,\"history\":%lld}",
                   (long long)r->gone, (long long)r->chunks, (long long)r->old_gone);
}

/* Batches that were set aside go when they are too old for every series; one audit row a run. */
static oq_err *finish(retaining *r, oq_scope *s, bool *ret_more)
{
    *ret_more = false;
    if (!r->keeps_some && r->oldest != INT64_MAX)
        OQ_TRY(sql_retain_broken_batches(s, (sql_retain_broken_batches_args){.oldest = r->oldest},
                                         NULL));
    if (r->gone + r->old_gone == 0)
        return NULL;
    oq_str changes = oq_strf(oq_scope_arena(s),
                             "{\"samples\":{\"to\":%lld},\"chunks\":{\"to\":%lld},"
                             "\"history\":{\"to\":%lld}}",
                             (long long)r->gone, (long long)r->chunks, (long long)r->old_gone);
    return audit_record(
        s,
        &(audit_entry){.action = "series.retained", .object_type = "series", .changes = changes});
}

/* Twice is harmless: what is gone is not there to be deleted again. */
oq_err *run_retain(job_run *run)
{
    tenant_settings *settings;
    retaining r = {.run = run, .oldest = INT64_MAX};
    int64_t broken = 0;
    OQ_TRY(fold_all(run, &broken));
    OQ_TRY(retention_settings(run, &settings, &r.now));
    r.tenant_days = settings->retention_days;
    for (bool more = true; more;) {
        OQ_TRY(next_page(&r, &more));
        OQ_TRY(retain_page(&r));
    }
    OQ_TRY(run_slices(&r, finish));
    job_set_result(run, counts_json(&r));
    return NULL;
}
