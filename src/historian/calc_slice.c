/* One slice of results: inputs are read, and the expression is evaluated. */
#include "historian/calc_inner.h"
#include "historian/write.h"

#include "base/banned.h"

/* Samples of each input in a slice, and of all that a window may look back on. */
enum { SLICE_SAMPLES = 20000, PAGE_SAMPLES = 200000, WINDOW_SAMPLES = 4 * 1000 * 1000 };

/* --- reading -----------------------------------------------------------------------------------*/

typedef struct reading {
    oq_scope *scope;
    oq_arena *arena;
    oq_us lower, from, to; /* the slice, and how far behind it is looked */
    oq_us end;             /* as far as all inputs were read */
    size_t read;
} reading;

static void append(oq_arena *arena, samples *to, size_t *room, const samples *more)
{
    size_t count = to->count + more->count;
    if (count > *room) {
        *room = count > 2 * *room ? count : 2 * *room;
        samples wider = samples_make(arena, *room, true, false);
        if (to->count) {
            memcpy(wider.time, to->time, to->count * sizeof *to->time);
            memcpy(wider.value, to->value, to->count * sizeof *to->value);
            memcpy(wider.quality, to->quality, to->count * sizeof *to->quality);
        }
        wider.count = to->count;
        *to = wider;
    }
    if (!more->count)
        return;
    memcpy(to->time + to->count, more->time, more->count * sizeof *more->time);
    memcpy(to->value + to->count, more->value, more->count * sizeof *more->value);
    for (size_t i = 0; i < more->count; i++)
        to->quality[to->count + i] = samples_quality(more, i);
    to->count = count;
}

/* From the one before the span on, until the slice is full or there are no more. */
static oq_err *read_input(reading *r, const calc_input *in, expr_input *ret_input)
{
    oq_arena *scope_arena = oq_scope_arena(r->scope);
    bool looks_behind = r->lower < r->from;
    samples all = {0};
    size_t room = 0;
    oq_us at = r->lower;
    for (bool more = true; more;) {
        oq_mark mark = oq_arena_mark(scope_arena);
        hist_points p;
        OQ_TRY(hist_read(r->scope, (int32_t)in->no, (hist_span){at, r->to, OQ_TIME_NONE},
                         looks_behind ? PAGE_SAMPLES : SLICE_SAMPLES, true, false, &p));
        samples page = p.samples;
        if (at > r->lower && p.has_before)
            page = samples_part(&page, 1, page.count - 1);
        append(r->arena, &all, &room, &page);
        oq_us last = p.more ? all.time[all.count - 1] : 0;
        more = p.more && last < r->from;
        at = last + 1;
        if (p.more && !more && at < r->end)
            r->end = at;
        r->read += page.count;
        oq_arena_rewind(scope_arena, mark);
        if (r->read > WINDOW_SAMPLES)
            return oq_fail(OQ_LIMIT, "calc.window_too_dense", "max=%d", WINDOW_SAMPLES);
    }
    *ret_input = (expr_input){
        all,
        {.is_state = in->is_state, .gap_max = in->gap_max_us == OQ_I64_NONE ? 0 : in->gap_max_us}};
    return NULL;
}

oq_err *calc_slice(oq_scope *s, oq_arena *arena, const expr *e, const calc_inputs *inputs,
                   oq_us from, oq_us to, samples *ret_samples, oq_us *ret_end, size_t *ret_read)
{
    expr_input input[EXPR_INPUTS_MAX];
    oq_us lower = from - expr_reach(e);
    reading r = {.scope = s,
                 .arena = arena,
                 .lower = lower < SAMPLE_TIME_MIN ? SAMPLE_TIME_MIN : lower,
                 .from = from,
                 .to = to,
                 .end = to};
    for (size_t k = 0; k < inputs->count; k++)
        OQ_TRY(read_input(&r, &inputs->at[k], &input[k]));
    *ret_samples = expr_evaluate(e, arena, input, from, r.end);
    *ret_end = r.end;
    *ret_read = r.read;
    return NULL;
}
