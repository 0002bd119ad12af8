#include "quant/expect.h"

#include <math.h>
#include <stdlib.h>

#include "base/banned.h"

#define COARSE       (30 * OQ_MINUTE)
#define MAD_TO_SIGMA 1.4826
#define DEPARTS      6.0  /* from here on a signal is no driver for others */
#define BEYOND       0.15 /* of the usual width, and the range is left */
enum { COVERED_MIN = 4 /* one in so many rows has a value */ };

typedef struct expecting {
    oq_arena *arena, *temp;
    const expect_signal *signal;
    size_t signals;
    const expect_rule *rule;
    size_t rows, base; /* of half hours; the first `base` of them are learned from */
    double *x;         /* rows * signals */
    bool *is_out;      /* leaves its usual range in the span */
    bool *is_banned;
    robust_fit *fit;
    bool *has_fit;
    double *departure;
} expecting;

/* --- rows ---------------------------------------------------------------------------------------*/

static size_t row_of(const expecting *e, oq_us at)
{
    return (size_t)((at - e->rule->base_from) / COARSE);
}

static bool rests_at(const expect_rule *r, oq_us at)
{
    for (size_t i = 0; i < r->rests; i++)
        if (at >= r->rest_from[i] && at < r->rest_to[i])
            return true;
    return false;
}

static bool is_used(const expecting *e, size_t signal, const samples *s, size_t i)
{
    return quality_is_good(samples_quality(s, i)) && isfinite(s->value[i]) &&
           !(e->signal[signal].is_target && rests_at(e->rule, s->time[i]));
}

/* Means of half hours; NaN: there was nothing. */
static void fill_column(expecting *e, size_t signal)
{
    const samples *s = e->signal[signal].samples;
    double sum = 0;
    size_t count = 0, row = SIZE_MAX;
    for (size_t i = 0; i < e->rows; i++)
        e->x[i * e->signals + signal] = NAN;
    for (size_t i = samples_find(s, e->rule->base_from); i < s->count; i++) {
        if (s->time[i] >= e->rule->to)
            break;
        if (!is_used(e, signal, s, i))
            continue;
        if (row_of(e, s->time[i]) != row) {
            row = row_of(e, s->time[i]);
            sum = 0;
            count = 0;
        }
        sum += s->value[i];
        e->x[row * e->signals + signal] = sum / (double)++count;
    }
}

static int compare_numbers(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Sorted values of rows [from, to). */
static size_t sorted_column(const expecting *e, size_t signal, size_t from, size_t to, double *ret)
{
    size_t count = 0;
    for (size_t i = from; i < to; i++)
        if (!isnan(e->x[i * e->signals + signal]))
            ret[count++] = e->x[i * e->signals + signal];
    qsort(ret, count, sizeof *ret, compare_numbers);
    return count;
}

/* Too little of a base counts as out of range: it explains nothing. */
static bool leaves_range(const expecting *e, size_t signal)
{
    oq_mark mark = oq_arena_mark(e->temp);
    double *sorted = oq_new_n(e->temp, double, e->rows + 1);
    size_t count = sorted_column(e, signal, 0, e->base, sorted), outside = 0, seen = 0;
    bool is_out = COVERED_MIN * count < e->base || count < ROBUST_ROWS_MIN;
    if (!is_out) {
        double low = sorted[count / 100], high = sorted[count - 1 - count / 100];
        double slack = BEYOND * (high - low);
        for (size_t i = row_of(e, e->rule->from); i < e->rows; i++) {
            double v = e->x[i * e->signals + signal];
            seen += !isnan(v);
            outside += v < low - slack || v > high + slack;
        }
        is_out = seen == 0 || outside > 0;
    }
    oq_arena_rewind(e->temp, mark);
    return is_out;
}

/* --- relations ----------------------------------------------------------------------------------*/

static bool is_driver(const expecting *e, size_t target, size_t k, bool believes_loads)
{
    bool is_load = e->signal[k].is_load;
    if (k == target)
        return false;
    if (is_load)
        return believes_loads || !(e->is_banned[k] || e->is_out[k]);
    return !e->is_banned[k] && !e->is_out[k];
}

static double residual_at(const expecting *e, size_t target, const robust_fit *fit, size_t row)
{
    const double *x = e->x + row * e->signals;
    return x[target] - robust_fit_at(fit, x);
}

/* How far the furthest half hour of the span is, measured by what 95 % of the base stays within; a
 * base with long tails does not make every swing a departure. */
static double departure_of(const expecting *e, size_t target, const robust_fit *fit)
{
    oq_mark mark = oq_arena_mark(e->temp);
    double *off = oq_new_n(e->temp, double, e->base + 1), furthest = 0;
    size_t count = 0;
    for (size_t i = 0; i < e->base; i++) {
        double r = residual_at(e, target, fit, i);
        if (!isnan(r))
            off[count++] = fabs(r);
    }
    qsort(off, count, sizeof *off, compare_numbers);
    double spread = count ? fmax(MAD_TO_SIGMA * off[count / 2], off[count * 95 / 100] / 1.96) : 0;
    for (size_t i = row_of(e, e->rule->from); i < e->rows; i++) {
        double r = residual_at(e, target, fit, i);
        if (fabs(r) > furthest) /* NaN: no */
            furthest = fabs(r);
    }
    oq_arena_rewind(e->temp, mark);
    return spread > 0 ? furthest / spread : 0;
}

/* Without the loads that depart, or with them: whatever leaves less. */
static void relate(expecting *e, size_t target)
{
    oq_mark mark = oq_arena_mark(e->temp);
    bool *may = oq_new_n(e->temp, bool, e->signals);
    double *y = oq_new_n(e->temp, double, e->base + 1);
    robust_fit found;
    e->has_fit[target] = false;
    for (size_t i = 0; i < e->base; i++)
        y[i] = e->x[i * e->signals + target];
    for (int believes = 1; believes >= 0; believes--) {
        bool differs = believes;
        for (size_t k = 0; k < e->signals; k++) {
            bool was = may[k];
            may[k] = is_driver(e, target, k, believes);
            differs = differs || may[k] != was;
        }
        if (!differs ||
            !robust_fit_make(e->temp, e->x, y, e->base, e->signals, may, &found) ||
            found.terms == 0 || found.explained < EXPECT_EXPLAINED_MIN)
            continue;
        double departs = departure_of(e, target, &found);
        if (!e->has_fit[target] || departs < e->departure[target]) {
            e->fit[target] = found;
            e->departure[target] = departs;
            e->has_fit[target] = true;
        }
    }
    oq_arena_rewind(e->temp, mark);
}

static bool is_driven_by(const expecting *e, size_t target, size_t k)
{
    for (size_t i = 0; e->has_fit[target] && i < e->fit[target].terms; i++)
        if (e->fit[target].term[i] == k)
            return true;
    return false;
}

/* The furthest that departs and is still believed; SIZE_MAX: none. */
static size_t furthest(const expecting *e)
{
    size_t found = SIZE_MAX;
    for (size_t i = 0; i < e->signals; i++)
        if (e->has_fit[i] && !e->is_banned[i] && e->departure[i] >= DEPARTS &&
            (found == SIZE_MAX || e->departure[i] > e->departure[found]))
            found = i;
    return found;
}

static void relate_all(expecting *e)
{
    for (size_t i = 0; i < e->signals; i++)
        if (e->signal[i].is_target)
            relate(e, i);
    for (size_t wrong; (wrong = furthest(e)) != SIZE_MAX;) {
        e->is_banned[wrong] = true;
        for (size_t i = 0; i < e->signals; i++)
            if (e->signal[i].is_target && is_driven_by(e, i, wrong))
                relate(e, i);
    }
}

/* --- residuals ----------------------------------------------------------------------------------*/

static oq_us step_of(const expecting *e)
{
    return e->rule->step > 0 ? e->rule->step : OQ_MINUTE;
}

/* A driver's value at a step: the mean of its samples there. The cursor moves forward only. */
typedef struct cursor {
    const samples *s;
    size_t at;
} cursor;

static double mean_until(const expecting *e, size_t signal, cursor *c, oq_us from, oq_us to)
{
    double sum = 0;
    size_t count = 0;
    while (c->at < c->s->count && c->s->time[c->at] < from)
        c->at++;
    for (; c->at < c->s->count && c->s->time[c->at] < to; c->at++)
        if (is_used(e, signal, c->s, c->at)) {
            sum += c->s->value[c->at];
            count++;
        }
    return count ? sum / (double)count : (double)NAN;
}

/* Drivers may come more seldom than the target: they hold for half an hour. */
static void fill_residual(const expecting *e, size_t target, expectation *of)
{
    const robust_fit *fit = &e->fit[target];
    oq_us step = step_of(e), from = e->rule->base_from, held_at[ROBUST_TERMS_MAX + 1];
    cursor c[ROBUST_TERMS_MAX + 1];
    double held[ROBUST_TERMS_MAX + 1];
    size_t room = (size_t)((e->rule->to - from) / step) + 1, own = fit->terms;
    for (size_t k = 0; k <= own; k++) {
        size_t signal = k == own ? target : fit->term[k];
        const samples *s = e->signal[signal].samples;
        c[k] = (cursor){s, samples_find(s, from)};
        held_at[k] = OQ_TIME_NONE;
        held[k] = NAN;
    }
    size_t most = c[own].s->count - c[own].at;
    of->residual = samples_make(e->arena, (room < most ? room : most) + 1, false, false);
    while (c[own].at < c[own].s->count && c[own].s->time[c[own].at] < e->rule->to) {
        oq_us at = c[own].s->time[c[own].at];
        at -= (at - from) % step;
        double expected = fit->intercept;
        for (size_t k = 0; k <= own; k++) {
            size_t signal = k == own ? target : fit->term[k];
            double now = mean_until(e, signal, &c[k], at, at + step);
            if (!isnan(now)) {
                held[k] = now;
                held_at[k] = at;
            }
            if (k < own)
                expected += held_at[k] != OQ_TIME_NONE && at - held_at[k] < COARSE
                                ? fit->coefficient[k] * held[k]
                                : (double)NAN;
        }
        if (held_at[own] == at && !isnan(expected)) {
            of->residual.time[of->residual.count] = at;
            of->residual.value[of->residual.count++] = held[own] - expected;
        }
    }
}

static void tell(const expecting *e, size_t i, expectation *of)
{
    if (!e->has_fit[i])
        return;
    *of = (expectation){.is_known = true,
                        .explained = e->fit[i].explained,
                        .scale = e->fit[i].scale,
                        .departure = e->departure[i],
                        .drivers = e->fit[i].terms};
    memcpy(of->driver, e->fit[i].term, sizeof of->driver);
    fill_residual(e, i, of);
}

void expect_all(oq_arena *arena, const expect_signal *signal, size_t signals,
                const expect_rule *rule, expectation **ret_of)
{
    assert(rule->base_from <= rule->base_to && rule->base_to <= rule->from);
    *ret_of = oq_new_n(arena, expectation, signals + 1);
    if (rule->to <= rule->from)
        return;
    oq_arena *temp = oq_arena_open(1 << 20);
    expecting e = {.arena = arena, .temp = temp, .signal = signal, .signals = signals,
                   .rule = rule};
    e.rows = row_of(&e, rule->to - 1) + 1;
    e.base = row_of(&e, rule->base_to);
    e.x = oq_new_n(temp, double, e.rows * signals + 1);
    e.is_out = oq_new_n(temp, bool, signals + 1);
    e.is_banned = oq_new_n(temp, bool, signals + 1);
    e.has_fit = oq_new_n(temp, bool, signals + 1);
    e.fit = oq_new_n(temp, robust_fit, signals + 1);
    e.departure = oq_new_n(temp, double, signals + 1);
    for (size_t i = 0; i < signals; i++)
        fill_column(&e, i);
    for (size_t i = 0; i < signals; i++)
        e.is_out[i] = leaves_range(&e, i);
    relate_all(&e);
    for (size_t i = 0; i < signals; i++)
        tell(&e, i, &(*ret_of)[i]);
    oq_arena_close(temp);
}
