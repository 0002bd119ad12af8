#include "historian/correct_work.h"

#include <math.h>

#include "base/banned.h"

/* A value that arithmetic made: what was bad stays so, and what is no number is bad. */
static void put_computed(samples *s, size_t i, double value)
{
    if (!isfinite(s->value[i]))
        return; /* there was no value to compute with */
    s->value[i] = isfinite(value) ? value : (double)NAN;
    if (!isfinite(value))
        s->quality[i] = QUALITY_BAD;
    else if (!quality_is_bad(s->quality[i]))
        s->quality[i] = QUALITY_SUBSTITUTE;
}

static void put_given(samples *s, size_t i, double value)
{
    s->value[i] = value;
    s->quality[i] = QUALITY_SUBSTITUTE;
}

static double between(correction_end a, correction_end b, oq_us time)
{
    double share = (double)(time - a.time) / (double)(b.time - a.time);
    return a.value + (b.value - a.value) * share;
}

static void correct_one(const correction_make *m, samples *s, size_t i)
{
    const correction_work *work = m->work;
    switch ((correction_kind)work->kind) {
    case CORRECT_SET:
        put_given(s, i, work->value);
        break;
    case CORRECT_ADD:
        put_computed(s, i, s->value[i] + work->value);
        break;
    case CORRECT_MULTIPLY:
        put_computed(s, i, s->value[i] * work->value);
        break;
    case CORRECT_INTERPOLATE:
        put_given(s, i, between(m->before, m->after, s->time[i]));
        break;
    case CORRECT_MARK:
        if (isfinite(s->value[i]) || quality_is_bad((quality)work->quality))
            s->quality[i] = (quality)work->quality;
        break;
    case CORRECT_DELETE:
        break;
    }
}

oq_err *correction_apply(void *self, oq_arena *arena, const samples *there, oq_us from, oq_us to,
                         samples *ret_instead)
{
    const correction_make *m = self;
    samples made = {0};
    if (m->work->kind != CORRECT_DELETE) {
        made = samples_make(arena, there->count, true, true);
        made.count = there->count;
    }
    for (size_t i = 0; i < made.count; i++) {
        made.time[i] = there->time[i];
        made.value[i] = there->value[i];
        made.quality[i] = samples_quality(there, i);
        made.known[i] = m->now;
        correct_one(m, &made, i);
    }
    *ret_instead = made;
    return NULL;
}
