/* The job hist.calculate.
 *
 * First what has arrived is noticed, then everything marked is computed, series that others read
 * before these, so that one run reaches the top; and again, until nothing is left but what waits
 * for inputs. */
#include "historian/calc_inner.h"

#include "calc.sql.h"

#include "base/banned.h"

enum { GROUP_MAX = 50 };

/* --- order -------------------------------------------------------------------------------------*/

/* A calculated series in the order of computing. */
typedef struct placed {
    int32_t no;
    int depth; /* of what it reads that is calculated too */
    bool is_due;
} placed;

typedef struct order {
    placed *at;
    size_t count;
} order;

static placed *order_find(const order *o, int64_t no)
{
    size_t low = 0, high = o->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (o->at[middle].no < no)
            low = middle + 1;
        else
            high = middle;
    }
    return low < o->count && o->at[low].no == no ? &o->at[low] : NULL;
}

static int by_depth(const void *a, const void *b)
{
    const placed *x = a, *y = b;
    if (x->depth != y->depth)
        return x->depth - y->depth;
    return (x->no > y->no) - (x->no < y->no);
}

/* Depths grow along the edges until they stand still; so does what is due. */
static void settle_order(order *o, const sql_calc_edges_rows *edges)
{
    bool has_moved = true;
    for (int round = 0; has_moved && round <= CALC_DEPTH_MAX; round++) {
        has_moved = false;
        for (size_t i = 0; i < edges->count; i++) {
            placed *reader = order_find(o, edges->at[i].series_no);
            const placed *input = order_find(o, edges->at[i].input_no);
            if (!reader || !input)
                continue;
            bool is_deeper = reader->depth <= input->depth;
            bool is_now_due = input->is_due && !reader->is_due;
            reader->depth = is_deeper ? input->depth + 1 : reader->depth;
            reader->is_due |= input->is_due;
            has_moved |= is_deeper || is_now_due;
        }
    }
}

/* The series to compute, inputs before their readers. */
static oq_err *load_order(oq_scope *s, oq_arena *arena, order *ret_order)
{
    sql_calc_dirty_nos_rows dirty;
    sql_calc_edges_rows edges;
    order o = {0};
    OQ_TRY(sql_calc_dirty_nos(s, &dirty));
    if (dirty.count) {
        OQ_TRY(sql_calc_edges(s, &edges));
        o.at = oq_new_n(arena, placed, edges.count);
        for (size_t i = 0; i < edges.count; i++)
            if (!i || edges.at[i].series_no != edges.at[i - 1].series_no)
                o.at[o.count++].no = (int32_t)edges.at[i].series_no;
        for (size_t i = 0; i < dirty.count; i++) {
            placed *one = order_find(&o, dirty.at[i].no);
            if (one)
                one->is_due = true;
        }
        settle_order(&o, &edges);
        qsort(o.at, o.count, sizeof *o.at, by_depth);
        size_t due = 0;
        for (size_t i = 0; i < o.count; i++)
            if (o.at[i].is_due)
                o.at[due++] = o.at[i];
        o.count = due;
    }
    *ret_order = o;
    return NULL;
}

/* --- all of it ---------------------------------------------------------------------------------*/

typedef struct running {
    const calc_host *host;
    oq_arena *order_arena, *temp;
    bool is_unfinished;
} running;

static oq_err *run_group(running *r, const int32_t *no, size_t count)
{
    oq_mark mark = oq_arena_mark(r->host->arena);
    oq_scope *s;
    calc_group_done done;
    oq_str key = OQ_NONE;
    OQ_TRY(r->host->open(r->host->self, &s));
    oq_err *err = calc_group(s, r->temp, no, count, &done);
    if (!err)
        err = oq_scope_commit(s);
    if (!err && done.key.len)
        key = oq_str_copy(r->order_arena, done.key);
    oq_scope_close(s);
    oq_arena_rewind(r->host->arena, mark);
    OQ_TRY(err);
    r->is_unfinished |= done.is_unfinished;
    return r->host->checkpoint(r->host->self, done.progress, key);
}

static oq_err *open_order(running *r, order *ret_order)
{
    oq_scope *s;
    oq_mark mark = oq_arena_mark(r->host->arena);
    OQ_TRY(r->host->open(r->host->self, &s));
    oq_err *err = load_order(s, r->order_arena, ret_order);
    oq_scope_close(s);
    oq_arena_rewind(r->host->arena, mark);
    return err;
}

/* Once through all series that have something to do. */
static oq_err *run_pass(running *r)
{
    order o;
    int32_t no[GROUP_MAX];
    oq_arena_reset(r->order_arena);
    OQ_TRY(open_order(r, &o));
    r->is_unfinished = false;
    for (size_t i = 0; i < o.count;) {
        size_t count = 0;
        int depth = o.at[i].depth;
        for (; i < o.count && o.at[i].depth == depth && count < GROUP_MAX; i++)
            no[count++] = o.at[i].no;
        OQ_TRY(run_group(r, no, count));
    }
    return NULL;
}

static oq_err *notice_all(const calc_host *host)
{
    for (bool more = true; more;) {
        oq_scope *s;
        oq_mark mark = oq_arena_mark(host->arena);
        OQ_TRY(host->open(host->self, &s));
        oq_err *err = calc_notice_new(s, &more);
        if (!err)
            err = oq_scope_commit(s);
        oq_scope_close(s);
        oq_arena_rewind(host->arena, mark);
        OQ_TRY(err);
    }
    return NULL;
}

static oq_err *run_all(running *r)
{
    do {
        OQ_TRY(notice_all(r->host));
        OQ_TRY(run_pass(r));
    } while (r->is_unfinished);
    return NULL;
}

oq_err *calc_all(const calc_host *host)
{
    running r = {.host = host, .order_arena = oq_arena_open(0), .temp = oq_arena_open(1 << 20)};
    oq_err *err = run_all(&r);
    oq_arena_close(r.temp);
    oq_arena_close(r.order_arena);
    return err;
}

/* --- in a worker -------------------------------------------------------------------------------*/

static oq_err *open_of_job(void *self, oq_scope **ret_scope)
{
    return job_scope(self, OQ_WRITE, ret_scope);
}

static oq_err *checkpoint_of_job(void *self, double progress, oq_str note)
{
    return job_checkpoint(self, progress, note);
}

oq_err *calc_run(job_run *run)
{
    return calc_all(&(calc_host){run, job_arena(run), open_of_job, checkpoint_of_job});
}
