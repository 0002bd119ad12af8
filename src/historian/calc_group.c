/* One transaction of the job hist.calculate: a group of series of the same depth.
 *
 * It takes their marks, computes a slice of each, writes all results as one batch, marks who reads
 * them, and puts back what is left. The newest part of a series comes first: a past that is
 * computed anew for hours does not hold up the present. */
#include <math.h>

#include "historian/calc_inner.h"
#include "historian/write.h"

#include "calc.sql.h"

#include "base/banned.h"

enum { GROUP_ROWS = 300 * 1000 };

/* --- one group ---------------------------------------------------------------------------------*/

/* Spans of series, as columns. */
typedef struct spans {
    int32_t *no, *input; /* input: DB_I32_NONE where the span is that of results */
    oq_us *from, *to;
    size_t count, room;
} spans;

static void spans_add(oq_arena *arena, spans *l, int32_t no, int32_t input, calc_span span)
{
    if (l->count == l->room) {
        size_t room = 2 * l->room + 16, n = l->count;
        spans wider = {oq_new_n(arena, int32_t, room),
                       oq_new_n(arena, int32_t, room),
                       oq_new_n(arena, oq_us, room),
                       oq_new_n(arena, oq_us, room),
                       n,
                       room};
        if (n) {
            memcpy(wider.no, l->no, n * sizeof *l->no);
            memcpy(wider.input, l->input, n * sizeof *l->input);
            memcpy(wider.from, l->from, n * sizeof *l->from);
            memcpy(wider.to, l->to, n * sizeof *l->to);
        }
        *l = wider;
    }
    l->no[l->count] = no;
    l->input[l->count] = input;
    l->from[l->count] = span.from;
    l->to[l->count++] = span.to;
}

typedef struct group {
    oq_scope *scope;
    oq_arena *temp; /* of one slice */
    const int32_t *no;
    size_t count;
    sql_calc_take_rows marks;
    sql_calc_definitions_rows definitions;
    sql_calc_inputs_of_rows edges;
    hist_last *newest;     /* of the inputs of the edges */
    hist_last *own_newest; /* of the series by their definitions */
    calc_rows rows;
    int32_t *works; /* series that were computed */
    size_t works_count;
    spans changed, left; /* results that differ; what is put back */
    calc_group_done done;
    oq_us longest; /* of what is left of a series */
} group;

static oq_err *load_group(group *g)
{
    oq_arena *arena = oq_scope_arena(g->scope);
    int32_t *nos = (int32_t *)(uintptr_t)g->no;
    OQ_TRY(sql_calc_take(g->scope, (sql_calc_take_args){.series_nos = {nos, g->count}}, &g->marks));
    if (!g->marks.count)
        return NULL;
    OQ_TRY(sql_calc_definitions(
        g->scope, (sql_calc_definitions_args){.series_nos = {nos, g->count}}, &g->definitions));
    OQ_TRY(sql_calc_inputs_of(g->scope, (sql_calc_inputs_of_args){.series_nos = {nos, g->count}},
                              &g->edges));
    int32_t *own = oq_new_n(arena, int32_t, g->definitions.count);
    for (size_t i = 0; i < g->definitions.count; i++)
        own[i] = (int32_t)g->definitions.at[i].no;
    g->own_newest = oq_new_n(arena, hist_last, g->definitions.count);
    if (g->definitions.count)
        OQ_TRY(hist_last_values(g->scope, own, g->definitions.count, g->own_newest));
    int32_t *input = oq_new_n(arena, int32_t, g->edges.count);
    for (size_t i = 0; i < g->edges.count; i++)
        input[i] = (int32_t)g->edges.at[i].input_no;
    g->newest = oq_new_n(arena, hist_last, g->edges.count);
    return g->edges.count ? hist_last_values(g->scope, input, g->edges.count, g->newest) : NULL;
}

/* --- one series --------------------------------------------------------------------------------*/

typedef struct finding {
    const group *g;
    calc_task *task;
} finding;

static oq_err *find_edge(void *self, oq_str key, oq_str *ret_unit)
{
    const finding *f = self;
    const group *g = f->g;
    calc_task *task = f->task;
    for (size_t i = 0; i < g->edges.count; i++) {
        const calc_edge *edge = &g->edges.at[i];
        if (edge->series_no != task->no || !oq_str_eq(edge->key, key))
            continue;
        size_t k = task->inputs.count++;
        task->inputs.at[k] = (calc_input){.no = edge->input_no,
                                          .key = edge->key,
                                          .unit = edge->unit,
                                          .is_state = edge->is_state,
                                          .gap_max_us = edge->gap_max_us};
        task->newest_before[k] = edge->newest;
        task->newest[k] = g->newest[i].time;
        *ret_unit = edge->unit;
        return NULL;
    }
    return oq_fail(OQ_INVALID, "calc.input_unknown", "key=%.*s", OQ_FMT(key));
}

/* Behind the newest moment that all slopes have reached, others may still be on their way; after
 * CALC_WAIT they are not waited for. */
static oq_us wait_until(oq_scope *s, const calc_task *task)
{
    oq_us all = CALC_OPEN_END, patience = oq_now(s) - CALC_WAIT;
    for (size_t k = 0; k < task->inputs.count; k++)
        if (!task->inputs.at[k].is_state && task->newest[k] != OQ_TIME_NONE &&
            task->newest[k] < all)
            all = task->newest[k];
    return all > patience ? all : patience;
}

static oq_err *prepare(group *g, const sql_calc_definitions_row *d, calc_task *task)
{
    finding f = {g, task};
    *task = (calc_task){.no = (int32_t)d->no, .key = d->key};
    OQ_TRY(expr_parse(oq_scope_arena(g->scope), d->expression, find_edge, &f, &task->expr));
    OQ_TRY(expr_set_unit(task->expr, d->unit));
    task->own_newest = g->own_newest[d - g->definitions.at].time;
    task->until = wait_until(g->scope, task);
    return NULL;
}

static oq_us newest_of_all(const calc_task *task)
{
    oq_us newest = OQ_TIME_NONE;
    for (size_t k = 0; k < task->inputs.count; k++)
        newest = task->newest[k] > newest ? task->newest[k] : newest;
    return newest;
}

/* How far a long computation of the past is; that of the series with most left is shown. */
static void note_progress(group *g, const calc_task *task, oq_us from, oq_us end, oq_us to,
                          const samples *results)
{
    oq_us newest = newest_of_all(task), begin = results->count ? results->time[0] : from;
    oq_us last = to < newest ? to : newest;
    if (end >= last || last - end <= g->longest)
        return;
    g->longest = last - end;
    g->done.progress = (double)(end - begin) / (double)(last - begin);
    g->done.key = task->key;
}

/* A slice of [from, to); *ret_end says how far. */
static oq_err *compute(group *g, const calc_task *task, oq_us from, oq_us to, oq_us *ret_end)
{
    oq_arena *arena = oq_scope_arena(g->scope);
    samples results;
    calc_span changed;
    size_t read;
    oq_arena_reset(g->temp);
    oq_mark mark = oq_arena_mark(arena);
    OQ_TRY(calc_slice(g->scope, g->temp, task->expr, &task->inputs, from, to, &results, ret_end,
                      &read));
    OQ_TRY(calc_settle(g->scope, task->no, task->own_newest, from, ret_end, &results, &g->rows,
                       &changed));
    oq_arena_rewind(arena, mark);
    note_progress(g, task, from, *ret_end, to, &results);
    if (changed.from < changed.to)
        spans_add(arena, &g->changed, task->no, DB_I32_NONE, changed);
    return NULL;
}

/* The spans from the newest to the oldest, until one is so long that it takes another turn. */
static oq_err *compute_spans(group *g, const calc_task *task, const calc_span *span, size_t count)
{
    oq_us latest = oq_now(g->scope) + SAMPLE_TIME_AHEAD + 1;
    bool is_cut = false;
    for (size_t i = count; i-- > 0;) {
        oq_us to = span[i].to < latest ? span[i].to : latest;
        oq_us ready = task->until < to ? task->until + 1 : to;
        oq_us end = span[i].from;
        if (end < ready && !is_cut)
            OQ_TRY(compute(g, task, span[i].from, ready, &end));
        is_cut |= end < ready;
        g->done.is_unfinished |= end < ready;
        bool is_waiting = ready < to && newest_of_all(task) >= ready;
        if (end < ready || is_waiting)
            spans_add(oq_scope_arena(g->scope), &g->left, task->no, DB_I32_NONE,
                      (calc_span){end, span[i].to});
    }
    return NULL;
}

static oq_err *compute_one(group *g, const sql_calc_definitions_row *d, bool *ret_computed)
{
    calc_task task;
    calc_span *span;
    size_t span_count, count = 0;
    calc_mark *mark = oq_new_n(oq_scope_arena(g->scope), calc_mark, g->marks.count);
    for (size_t i = 0; i < g->marks.count; i++)
        if (g->marks.at[i].series_no == d->no)
            mark[count++] = g->marks.at[i];
    *ret_computed = count && d->is_active;
    if (!*ret_computed)
        return NULL;
    OQ_TRY(prepare(g, d, &task));
    OQ_TRY(calc_ranges(g->scope, &task, mark, count, &span, &span_count));
    return compute_spans(g, &task, span, span_count);
}

/* A definition that does not work loses its marks and says so; it does not stop the others. */
static oq_err *compute_and_report(group *g, const sql_calc_definitions_row *d)
{
    bool is_computed = false;
    oq_err *err = compute_one(g, d, &is_computed);
    if (err && err->kind != OQ_INVALID && err->kind != OQ_LIMIT)
        return err;
    if (!err && is_computed)
        g->works[g->works_count++] = (int32_t)d->no;
    if (!err)
        return NULL;
    oq_log_warn("calc.failed", OQ_F_STR("key", d->key), OQ_F_CSTR("code", err->code));
    return calc_fails(g->scope, &(calc_failing){d->no, d->id, d->key}, err);
}

/* --- writing -----------------------------------------------------------------------------------*/

static oq_err *put_back(group *g)
{
    if (!g->left.count)
        return NULL;
    return sql_calc_put_back(g->scope,
                             (sql_calc_put_back_args){
                                 .series_nos = {g->left.no, g->left.count},
                                 .input_nos = {g->left.input, g->left.count},
                                 .time_from = {g->left.from, g->left.count},
                                 .time_to = {g->left.to, g->left.count},
                             },
                             NULL);
}

/* What each input's newest sample was, so that later ones are known as such. */
static oq_err *remember_newest(group *g)
{
    oq_arena *arena = oq_scope_arena(g->scope);
    size_t count = 0;
    int32_t *series_no = oq_new_n(arena, int32_t, g->edges.count);
    int32_t *input_no = oq_new_n(arena, int32_t, g->edges.count);
    oq_us *time = oq_new_n(arena, oq_us, g->edges.count);
    for (size_t i = 0; i < g->edges.count; i++) {
        if (g->newest[i].time == g->edges.at[i].newest)
            continue;
        series_no[count] = (int32_t)g->edges.at[i].series_no;
        input_no[count] = (int32_t)g->edges.at[i].input_no;
        time[count++] = g->newest[i].time;
    }
    if (!count)
        return NULL;
    return sql_calc_newest(g->scope,
                           (sql_calc_newest_args){.series_nos = {series_no, count},
                                                  .input_nos = {input_no, count},
                                                  .times = {time, count}},
                           NULL);
}

static oq_err *write_group(group *g)
{
    const spans *c = &g->changed;
    OQ_TRY(calc_touch(g->scope, c->no, c->from, c->to, c->count));
    OQ_TRY(put_back(g));
    OQ_TRY(remember_newest(g));
    OQ_TRY(calc_works(g->scope, g->works, g->works_count));
    return hist_write_results(g->scope, g->rows.at, g->rows.count);
}

/* Too much for one transaction: the marks of a series go back as they were. */
static void put_off(group *g, int64_t no)
{
    for (size_t i = 0; i < g->marks.count; i++) {
        const calc_mark *m = &g->marks.at[i];
        if (m->series_no == no)
            spans_add(oq_scope_arena(g->scope), &g->left, (int32_t)no,
                      m->input_no == OQ_I64_NONE ? DB_I32_NONE : (int32_t)m->input_no,
                      (calc_span){m->time_from, m->time_to});
    }
    g->done.is_unfinished = true;
}

static oq_err *compute_group(group *g)
{
    OQ_TRY(load_group(g));
    if (!g->marks.count)
        return NULL;
    g->works = oq_new_n(oq_scope_arena(g->scope), int32_t, g->definitions.count);
    for (size_t i = 0; i < g->definitions.count; i++) {
        const sql_calc_definitions_row *d = &g->definitions.at[i];
        if (g->rows.count < GROUP_ROWS)
            OQ_TRY(compute_and_report(g, d));
        else
            put_off(g, d->no);
    }
    return write_group(g);
}

oq_err *calc_group(oq_scope *s, oq_arena *temp, const int32_t *no, size_t count,
                   calc_group_done *ret_done)
{
    group g = {
        .scope = s, .temp = temp, .no = no, .count = count, .done = {.progress = (double)NAN}};
    oq_err *err = compute_group(&g);
    calc_rows_drop(&g.rows);
    *ret_done = g.done;
    return err;
}
