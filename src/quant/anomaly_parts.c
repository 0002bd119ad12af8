#include "quant/anomaly_inner.h"

#include "quant/detect_inner.h"

#include "base/banned.h"

enum { ROWS_PER_WIDE = 3 };
#define RELATION_NOISE 0.01 /* of a signal's variance */
#define SHIFT_WEIGHT   0.1
#define SHIFT_MOST     4.0 /* scales: a single wild value is no shift */
#define CLIP_SHARE     0.001

int anomaly_group_of(size_t member, size_t columns)
{
    if (member < OWN_GROUPS * columns)
        return (int)(member / columns);
    return GROUP_RELATION;
}

/* --- learning ------------------------------------------------------------------------------------*/

typedef struct training {
    oq_arena *temp;
    const anomaly_grid *g;
    size_t but_from, but_end, rows; /* rows: that are used */
    oq_us *time;
} training;

static bool is_used(const training *t, size_t row)
{
    return row < t->but_from || row >= t->but_end;
}

/* A column without the rows that are not to be seen. */
static double *column_of(const training *t, size_t column)
{
    double *x = oq_new_n(t->temp, double, t->rows);
    for (size_t row = 0, n = 0; row < t->g->rows; row++)
        if (is_used(t, row))
            x[n++] = t->g->value[row * t->g->columns + column];
    return x;
}

static double clipped(double z)
{
    return fmin(fmax(z, -SHIFT_MOST), SHIFT_MOST);
}

static double independent_of(const training *t, const season *s, const double *x)
{
    double *z = oq_new_n(t->temp, double, t->rows);
    size_t n = 0;
    for (size_t i = 0; i < t->rows; i++) {
        season_point at = season_at(s, t->time[i]);
        if (!isnan(x[i]))
            z[n++] = clipped((x[i] - at.level) / at.scale);
    }
    return chart_independent(z, n);
}

static void learn_own(oq_arena *arena, const training *t, size_t column, oq_us utc_offset,
                      const anomaly_parts *as, anomaly_parts *p)
{
    oq_mark mark = oq_arena_mark(t->temp);
    double *x = column_of(t, column);
    season *s = &p->season[column];
    season_rhythm rhythm = as ? as->season[column].rhythm : SEASON_FIND;
    if (!season_learn(arena, t->time, x, t->rows, utc_offset, rhythm, s))
        *s = as->season[column]; /* what is not to be seen alone varied */
    if (as)
        p->independent[column] = as->independent[column];
    else
        p->independent[column] = independent_of(t, s, x);
    if (as)
        p->forecast[column] = as->forecast[column];
    else if (!forecast_learn(t->temp, x, t->rows, &p->forecast[column]))
        p->forecast[column] = (forecast_rule){0};
    oq_arena_rewind(t->temp, mark);
}

/* What nearly all of the column lies between, and half as far again: wild values of the base must
 * not be what its variance is made of. */
static void clip(const training *t, double *x, size_t columns, size_t column)
{
    oq_mark mark = oq_arena_mark(t->temp);
    double *sorted = oq_new_n(t->temp, double, t->rows);
    for (size_t i = 0; i < t->rows; i++)
        sorted[i] = x[i * columns + column];
    detect_sort(sorted, t->rows);
    size_t off = (size_t)(CLIP_SHARE * (double)t->rows);
    double low = sorted[off], high = sorted[t->rows - 1 - off], more = (high - low) / 2;
    for (size_t i = 0; i < t->rows; i++)
        x[i * columns + column] = fmin(fmax(x[i * columns + column], low - more), high + more);
    oq_arena_rewind(t->temp, mark);
}

static size_t lags_for(size_t rows, size_t columns)
{
    size_t lags = ANOMALY_LAGS_MAX;
    while (lags > 0 &&
           (ROWS_PER_WIDE * columns * (lags + 1) > rows || columns * (lags + 1) > ANOMALY_WIDE_MAX))
        lags--;
    return lags;
}

/* Rows without gaps: what is missing is what it usually is. */
static void learn_together(oq_arena *arena, const training *t, anomaly_parts *p)
{
    size_t columns = p->columns, n = 0;
    double *x = oq_new_n(t->temp, double, t->rows *columns);
    for (size_t row = 0; row < t->g->rows; row++) {
        if (!is_used(t, row))
            continue;
        for (size_t k = 0; k < columns; k++) {
            season_point at = season_at(&p->season[k], anomaly_row_time(t->g, row));
            double value = t->g->value[row * columns + k];
            x[n * columns + k] = isnan(value) ? at.level : value;
        }
        n++;
    }
    for (size_t k = 0; k < columns; k++)
        clip(t, x, columns, k);
    mspc_rule rule = {.lags = lags_for(t->g->rows, columns), .noise = RELATION_NOISE};
    p->relation = mspc_learn(arena, x, n, columns, &rule);
}

anomaly_parts anomaly_parts_learn(oq_arena *arena, const anomaly_grid *g, const bool *is_state,
                                  size_t but_from, size_t but_end, oq_us utc_offset,
                                  const anomaly_parts *as)
{
    anomaly_parts p = {.columns = g->columns,
                       .is_state = is_state,
                       .season = oq_new_n(arena, season, g->columns),
                       .forecast = oq_new_n(arena, forecast_rule, g->columns),
                       .independent = oq_new_n(arena, double, g->columns),
                       .rows = as ? as->rows : (double)g->rows};
    training t = {.temp = oq_arena_open(1 << 20), .g = g, .but_from = but_from, .but_end = but_end};
    t.time = oq_new_n(t.temp, oq_us, g->rows);
    for (size_t row = 0; row < g->rows; row++)
        if (is_used(&t, row))
            t.time[t.rows++] = anomaly_row_time(g, row);
    for (size_t k = 0; k < g->columns; k++)
        learn_own(arena, &t, k, utc_offset, as, &p);
    learn_together(arena, &t, &p);
    oq_arena_close(t.temp);
    return p;
}

/* --- walking -------------------------------------------------------------------------------------*/

anomaly_walk anomaly_walk_open(oq_arena *arena, const anomaly_parts *parts)
{
    return (anomaly_walk){.parts = parts,
                          .forecast = oq_new_n(arena, forecast, parts->columns),
                          .ahead = oq_new_n(arena, double, parts->columns),
                          .ewma = oq_new_n(arena, double, parts->columns),
                          .watch = parts->relation ? mspc_watch_open(arena, parts->relation) : NULL,
                          .filled = oq_new_n(arena, double, parts->columns)};
}

/* Whether the base is long enough to say what a level, or its average, usually is. */
bool anomaly_knows_level(const anomaly_parts *p, size_t column)
{
    return !p->is_state[column] && p->independent[column] >= ANOMALY_INDEPENDENT_MIN;
}

static bool knows_shift(const anomaly_parts *p, size_t column)
{
    return anomaly_knows_level(p, column) && p->rows / ANOMALY_EWMA_ROWS >= ANOMALY_INDEPENDENT_MIN;
}

static void walk_own(anomaly_walk *w, size_t k, double value, season_point at, double *ret_member)
{
    const anomaly_parts *p = w->parts;
    double z = (value - at.level) / at.scale, jump = NAN;
    w->ahead[k] = NAN;
    if (!p->is_state[k] && p->forecast[k].scale > 0) {
        forecast_point next = forecast_next(&w->forecast[k], &p->forecast[k], value);
        jump = next.residual;
        w->ahead[k] = next.expected;
    }
    if (!isnan(z))
        w->ewma[k] = ewma_next(w->ewma[k], clipped(z), SHIFT_WEIGHT);
    ret_member[GROUP_LEVEL * p->columns + k] = anomaly_knows_level(p, k) ? fabs(z) : NAN;
    ret_member[GROUP_JUMP * p->columns + k] = fabs(jump);
    ret_member[GROUP_SHIFT * p->columns + k] = knows_shift(p, k) ? fabs(w->ewma[k]) : NAN;
}

void anomaly_walk_next(anomaly_walk *w, oq_us time, const double *row, bool is_deep,
                       double *ret_member, season_point *ret_at)
{
    const anomaly_parts *p = w->parts;
    double *plant = ret_member + OWN_GROUPS * p->columns;
    size_t there = 0;
    for (size_t k = 0; k < p->columns; k++) {
        season_point at = season_at(&p->season[k], time);
        walk_own(w, k, row[k], at, ret_member);
        there += !isnan(row[k]);
        if (ret_at)
            ret_at[k] = at;
    }
    plant[MEMBER_Q] = plant[MEMBER_S] = NAN;
    if (!is_deep || !w->watch || there == 0)
        return;
    mspc_point point;
    memcpy(w->filled, row, p->columns * sizeof *row);
    mspc_watch_fill(w->watch, w->filled);
    mspc_watch_next(w->watch, w->filled, &point);
    if (point.is_ready) {
        plant[MEMBER_Q] = sqrt(point.at[MSPC_Q]);
        plant[MEMBER_S] = sqrt(point.at[MSPC_S]);
    }
}

/* --- worth ---------------------------------------------------------------------------------------*/

void anomaly_groups(const anomaly_model *m, const double *member, double *ret_group)
{
    size_t columns = m->parts.columns;
    for (int k = 0; k < GROUPS; k++)
        ret_group[k] = NAN;
    for (size_t i = 0; i < anomaly_members(columns); i++) {
        int group = anomaly_group_of(i, columns);
        ret_group[group] = fmax(ret_group[group], member[i] / m->limit[i]); /* NaN: the other */
    }
}

double anomaly_total(const anomaly_model *m, const double *group)
{
    double most = NAN;
    for (int k = 0; k < GROUPS; k++)
        most = fmax(most, anomaly_surprise(&m->group[k], group[k]));
    return most;
}
