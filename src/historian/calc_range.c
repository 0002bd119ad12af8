/* Where results change when samples of an input change.
 *
 * A sample of a slope bends the line from the one before it to the one behind it; one of a state
 * holds until the next. What looks behind sees it for as long as it reaches. */
#include "historian/calc_inner.h"

#include "base/banned.h"

static size_t input_of(const calc_task *task, int64_t no)
{
    size_t k = 0;
    while (k < task->inputs.count && task->inputs.at[k].no != no)
        k++;
    return k;
}

/* The newest sample before `at` and the oldest at or behind it; OQ_TIME_NONE: none. */
static oq_err *neighbours(oq_scope *s, int64_t no, oq_us at, oq_us *ret_before, oq_us *ret_after)
{
    oq_mark mark = oq_arena_mark(oq_scope_arena(s));
    hist_points p;
    OQ_TRY(hist_read(s, (int32_t)no, (hist_span){at, at, OQ_TIME_NONE}, 1, true, false, &p));
    *ret_before = p.has_before ? p.samples.time[0] : OQ_TIME_NONE;
    *ret_after = p.has_after ? p.samples.time[p.samples.count - 1] : OQ_TIME_NONE;
    oq_arena_rewind(oq_scope_arena(s), mark);
    return NULL;
}

/* prev asks for the moment before, so the next moment behind the span changes too. */
static oq_err *add_next_moment(oq_scope *s, const calc_task *task, calc_span *span)
{
    oq_us next = CALC_OPEN_END, before, after;
    for (size_t k = 0; k < task->inputs.count; k++) {
        OQ_TRY(neighbours(s, task->inputs.at[k].no, span->to, &before, &after));
        if (after != OQ_TIME_NONE && after + 1 < next)
            next = after + 1;
    }
    span->to = next;
    return NULL;
}

/* Samples among older ones: what lies around them has to be looked for. */
static oq_err *among_older(oq_scope *s, const calc_task *task, const calc_input *in,
                           const calc_mark *mark, calc_span *ret_span)
{
    oq_us before, after, unused;
    OQ_TRY(neighbours(s, in->no, mark->time_from, &before, &unused));
    OQ_TRY(neighbours(s, in->no, mark->time_to, &unused, &after));
    bool bends = !in->is_state && before != OQ_TIME_NONE;
    *ret_span = (calc_span){bends ? before + 1 : mark->time_from, CALC_OPEN_END};
    if (after == OQ_TIME_NONE)
        return NULL;
    ret_span->to = after + expr_reach(task->expr) + 1;
    return expr_uses_prev(task->expr) ? add_next_moment(s, task, ret_span) : NULL;
}

static oq_err *span_of(oq_scope *s, const calc_task *task, const calc_mark *mark,
                       calc_span *ret_span)
{
    *ret_span = (calc_span){mark->time_from, mark->time_to};
    if (mark->input_no == OQ_I64_NONE)
        return NULL;
    size_t k = input_of(task, mark->input_no);
    if (k == task->inputs.count) { /* it is not read any more */
        ret_span->to = ret_span->from;
        return NULL;
    }
    const calc_input *in = &task->inputs.at[k];
    oq_us newest = task->newest_before[k];
    if (newest == OQ_TIME_NONE || mark->time_from <= newest)
        return among_older(s, task, in, mark, ret_span);
    *ret_span = (calc_span){in->is_state ? mark->time_from : newest + 1, CALC_OPEN_END};
    return NULL;
}

static int by_begin(const void *a, const void *b)
{
    const calc_span *x = a, *y = b;
    return (x->from > y->from) - (x->from < y->from);
}

oq_err *calc_ranges(oq_scope *s, const calc_task *task, const calc_mark *mark, size_t count,
                    calc_span **ret_span, size_t *ret_count)
{
    calc_span *span = oq_new_n(oq_scope_arena(s), calc_span, count);
    size_t spans = 0, apart = 0;
    for (size_t i = 0; i < count; i++) {
        OQ_TRY(span_of(s, task, &mark[i], &span[spans]));
        spans += span[spans].from < span[spans].to;
    }
    qsort(span, spans, sizeof *span, by_begin);
    for (size_t i = 0; i < spans; i++) {
        if (apart && span[i].from <= span[apart - 1].to) {
            calc_span *last = &span[apart - 1];
            last->to = span[i].to > last->to ? span[i].to : last->to;
        } else {
            span[apart++] = span[i];
        }
    }
    *ret_span = span;
    *ret_count = apart;
    return NULL;
}
