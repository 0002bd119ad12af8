/* What has to be computed: from samples that arrived, and from samples that were changed.
 *
 * Who writes samples does no more for it than to leave a batch unnoticed; the job looks at all new
 * batches together, a few times a minute. A batch of a short time says enough with its head: what
 * lies in its span of series and time may have changed. Only one of a longer time is opened, so
 * that a late sample of one series does not stand for all of them. */
#include "historian/calc_inner.h"
#include "quant/batch.h"

#include "calc.sql.h"

#include "base/banned.h"

const oq_field calc_batch_fields[] = {
    OQ_I64(calc_batch, seq),        OQ_TIME(calc_batch, time_min),  OQ_TIME(calc_batch, time_max),
    OQ_I64(calc_batch, series_min), OQ_I64(calc_batch, series_max), OQ_FIELDS_END,
};

const oq_field calc_mark_fields[] = {
    OQ_I64(calc_mark, series_no),
    OQ_I64(calc_mark, input_no),
    OQ_TIME(calc_mark, time_from),
    OQ_TIME(calc_mark, time_to),
    OQ_FIELDS_END,
};
const oq_field calc_edge_fields[] = {
    OQ_I64(calc_edge, series_no),  OQ_I64(calc_edge, input_no),
    OQ_TIME(calc_edge, newest),    OQ_TEXT(calc_edge, key),
    OQ_TEXT(calc_edge, unit),      OQ_BOOL(calc_edge, is_state),
    OQ_I64(calc_edge, gap_max_us), OQ_FIELDS_END,
};

#define SHORT_BATCH (OQ_MINUTE)
#define NEAR        (10 * OQ_MINUTE) /* spans that are closer are marked as one */
enum { BATCHES_MAX = 1000 };

/* --- gathering ---------------------------------------------------------------------------------*/

typedef struct marks {
    oq_arena *arena;
    int32_t *no;
    oq_us *from, *to;
    size_t count, room;
} marks;

static void *wider(oq_arena *arena, const void *old, size_t count, size_t room, size_t size)
{
    void *list = oq_alloc_n(arena, room, size);
    if (count)
        memcpy(list, old, count * size);
    return list;
}

static void put(marks *m, int32_t no, oq_us from, oq_us to)
{
    if (m->count == m->room) {
        m->room = 2 * m->room + 64;
        m->no = wider(m->arena, m->no, m->count, m->room, sizeof *m->no);
        m->from = wider(m->arena, m->from, m->count, m->room, sizeof *m->from);
        m->to = wider(m->arena, m->to, m->count, m->room, sizeof *m->to);
    }
    m->no[m->count] = no;
    m->from[m->count] = from;
    m->to[m->count++] = to;
}

/* The span that is being gathered of each series that anybody reads. */
typedef struct watched {
    int32_t no;
    bool is_open;
    oq_us from, to;
} watched;

typedef struct gathering {
    oq_scope *scope;
    watched *at; /* in rising order of number */
    size_t count;
    marks marks;
} gathering;

static void see(gathering *g, watched *w, oq_us from, oq_us to)
{
    if (w->is_open && from <= w->to + NEAR && to >= w->from - NEAR) {
        w->from = from < w->from ? from : w->from;
        w->to = to > w->to ? to : w->to;
        return;
    }
    if (w->is_open)
        put(&g->marks, w->no, w->from, w->to);
    *w = (watched){w->no, true, from, to};
}

static size_t first_of(const gathering *g, int64_t no)
{
    size_t low = 0, high = g->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (g->at[middle].no < no)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* --- batches -----------------------------------------------------------------------------------*/

static oq_err *see_run(gathering *g, const batch *b, watched *w)
{
    batch_run run;
    if (!batch_find(b, w->no, &run))
        return NULL;
    samples s = samples_make(g->marks.arena, run.count, true, false);
    OQ_TRY(batch_decode_run(b, &run, &s));
    for (size_t i = 0; i < s.count; i++)
        see(g, w, s.time[i], s.time[i] + 1);
    return NULL;
}

static oq_err *see_inside(gathering *g, const calc_batch *one)
{
    oq_arena *arena = oq_scope_arena(g->scope);
    oq_mark mark = oq_arena_mark(arena);
    sql_calc_batch_bytes_rows bytes;
    batch b;
    OQ_TRY(sql_calc_batch_bytes(g->scope, (sql_calc_batch_bytes_args){.seq = one->seq}, &bytes));
    if (bytes.count == 0)
        return NULL;
    oq_err *err = batch_open(bytes.at[0].payload, &b);
    for (size_t i = first_of(g, one->series_min);
         !err && i < g->count && g->at[i].no <= one->series_max; i++)
        err = see_run(g, &b, &g->at[i]);
    oq_arena_rewind(arena, mark);
    oq_ignore(err,
              "a batch that cannot be read has no samples; the fold sets it aside and says so");
    return NULL;
}

static oq_err *see_batch(gathering *g, const calc_batch *one)
{
    size_t first = first_of(g, one->series_min);
    if (first == g->count || g->at[first].no > one->series_max)
        return NULL;
    if (one->time_max - one->time_min > SHORT_BATCH)
        return see_inside(g, one);
    for (size_t i = first; i < g->count && g->at[i].no <= one->series_max; i++)
        see(g, &g->at[i], one->time_min, one->time_max + 1);
    return NULL;
}

static oq_err *gather(gathering *g, const calc_batch *batches, size_t count)
{
    for (size_t i = 0; i < count; i++)
        OQ_TRY(see_batch(g, &batches[i]));
    for (size_t i = 0; i < g->count; i++)
        if (g->at[i].is_open)
            put(&g->marks, g->at[i].no, g->at[i].from, g->at[i].to);
    const marks *m = &g->marks;
    return calc_touch(g->scope, m->no, m->from, m->to, m->count);
}

static oq_err *load_watched(gathering *g)
{
    sql_calc_input_nos_rows rows;
    OQ_TRY(sql_calc_input_nos(g->scope, &rows));
    g->at = oq_new_n(g->marks.arena, watched, rows.count);
    g->count = rows.count;
    for (size_t i = 0; i < rows.count; i++)
        g->at[i].no = (int32_t)rows.at[i].no;
    return NULL;
}

static oq_err *notice(oq_scope *s, const calc_batch *batches, size_t count)
{
    gathering g = {.scope = s, .marks = {.arena = oq_arena_open(1 << 20)}};
    oq_err *err = load_watched(&g);
    if (!err)
        err = gather(&g, batches, count);
    oq_arena_close(g.marks.arena);
    return err;
}

/* --- what others call --------------------------------------------------------------------------*/

oq_err *calc_touch(oq_scope *s, const int32_t *no, const oq_us *from, const oq_us *to, size_t count)
{
    if (count == 0)
        return NULL;
    return sql_calc_mark(s,
                         (sql_calc_mark_args){
                             .nos = {(int32_t *)(uintptr_t)no, count},
                             .time_from = {(oq_us *)(uintptr_t)from, count},
                             .time_to = {(oq_us *)(uintptr_t)to, count},
                         },
                         NULL);
}

oq_err *calc_notice(oq_scope *s, const int64_t *seq, size_t count)
{
    sql_calc_these_batches_rows rows;
    if (count == 0)
        return NULL;
    OQ_TRY(sql_calc_these_batches(
        s, (sql_calc_these_batches_args){.seqs = {(int64_t *)(uintptr_t)seq, count}}, &rows));
    return rows.count ? notice(s, rows.at, rows.count) : NULL;
}

oq_err *calc_notice_new(oq_scope *s, bool *ret_more)
{
    sql_calc_new_batches_rows rows;
    *ret_more = false;
    OQ_TRY(sql_calc_new_batches(s, (sql_calc_new_batches_args){.limit = BATCHES_MAX}, &rows));
    if (rows.count == 0)
        return NULL;
    int64_t *seq = oq_new_n(oq_scope_arena(s), int64_t, rows.count);
    for (size_t i = 0; i < rows.count; i++)
        seq[i] = rows.at[i].seq;
    OQ_TRY(notice(s, rows.at, rows.count));
    *ret_more = rows.count == BATCHES_MAX;
    return sql_calc_noticed(s, (sql_calc_noticed_args){.seqs = {seq, rows.count}}, NULL);
}
