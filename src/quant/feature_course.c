/* The course of a signal, in cells, and what its windows say of it. */
#include <math.h>

#include "quant/feature_inner.h"

#include "base/banned.h"

void feature_course_open(oq_arena *arena, const feature_plan *plan, feature_course *ret_course)
{
    oq_us longest = plan->windows ? plan->window[plan->windows - 1] : 0;
    size_t room = plan->cell > 0 ? (size_t)(longest / plan->cell) + 2 : FEATURE_CELLS_MAX;
    *ret_course = (feature_course){.cell = oq_new_n(arena, feature_cell, room), .room = room};
    for (size_t i = 0; i <= FEATURE_LAGS_MAX; i++)
        ret_course->newest[i] = NAN;
}

/* Two disjoint sets of values as one; Chan, Golub, LeVeque. */
static void cell_merge(feature_cell *to, const feature_cell *from)
{
    if (to->count == 0) {
        *to = *from;
        return;
    }
    double count = to->count + from->count, between = from->mean - to->mean;
    to->m2 += from->m2 + between * between * to->count * from->count / count;
    to->mean += between * from->count / count;
    to->count = count;
    to->min = fmin(to->min, from->min);
    to->max = fmax(to->max, from->max);
    to->first = to->first < from->first ? to->first : from->first;
    to->last = to->last > from->last ? to->last : from->last;
}

static oq_us cell_number(oq_us at, oq_us width)
{
    return at / width - (at % width < 0);
}

void feature_course_add(feature_course *c, const feature_plan *plan, oq_us at, double value)
{
    feature_cell one = {
        .first = at, .last = at, .count = 1, .mean = value, .min = value, .max = value};
    feature_cell *newest = c->count ? &c->cell[(c->begin + c->count - 1) % c->room] : NULL;
    if (newest && plan->cell > 0 &&
        cell_number(newest->last, plan->cell) == cell_number(at, plan->cell)) {
        cell_merge(newest, &one);
    } else {
        if (c->count == c->room)
            c->begin = (c->begin + 1) % c->room;
        else
            c->count++;
        c->cell[(c->begin + c->count - 1) % c->room] = one;
    }
    memmove(c->newest + 1, c->newest, plan->lags * sizeof *c->newest);
    c->newest[0] = value;
    cell_merge(&c->all, &one);
}

/* Sums for a straight line through cells, around t, in days. */
typedef struct line_sums {
    double n, t, x, tt, tx;
    size_t cells;
} line_sums;

static void line_add(line_sums *s, const feature_cell *cell, oq_us t)
{
    double at = feature_days((cell->first - t) / 2 + (cell->last - t) / 2), n = cell->count;
    s->n += n;
    s->t += n * at;
    s->x += n * cell->mean;
    s->tt += n * at * at;
    s->tx += n * at * cell->mean;
    s->cells++;
}

static double line_slope(const line_sums *s)
{
    double spread = s->tt - s->t * s->t / s->n;
    if (s->cells < 3 || !(spread > 1e-12 * s->tt))
        return NAN;
    return (s->tx - s->t * s->x / s->n) / spread;
}

static void put_window(const feature_course *c, const feature_cell *sum, const line_sums *line,
                       float *to)
{
    bool is_any = sum->count > 0;
    to[0] = is_any ? (float)sum->mean : NAN;
    to[1] = sum->count > 1 ? (float)sqrt(fmax(sum->m2, 0) / (sum->count - 1)) : NAN;
    to[2] = is_any ? (float)sum->min : NAN;
    to[3] = is_any ? (float)sum->max : NAN;
    to[4] = is_any ? (float)line_slope(line) : NAN;
    to[5] = is_any ? (float)(sum->mean - c->all.mean) : NAN;
}

void feature_course_row(const feature_course *c, const feature_plan *plan, oq_us t,
                        float *ret_value)
{
    for (size_t i = 0; i <= plan->lags; i++)
        *ret_value++ = (float)c->newest[i];
    feature_cell sum = {0};
    line_sums line = {0};
    size_t taken = 0;
    for (size_t w = 0; w < plan->windows; w++) {
        oq_us begin = t - plan->window[w];
        for (; taken < c->count; taken++) { /* the newest first: each window goes on where the
                                               shorter one before it ended */
            const feature_cell *cell = &c->cell[(c->begin + c->count - 1 - taken) % c->room];
            if (cell->last < begin)
                break;
            cell_merge(&sum, cell);
            line_add(&line, cell, t);
        }
        put_window(c, &sum, &line, ret_value);
        ret_value += FEATURE_WINDOW_COLUMNS;
    }
}
