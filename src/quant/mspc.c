#include "quant/mspc_inner.h"

#include <math.h>
#include <stdlib.h>

#include "quant/chance.h"
#include "quant/matrix.h"

#include "base/banned.h"

struct mspc_watch {
    const mspc *m;
    size_t seen;
    double *wide;      /* standardized rows, the newest first */
    double *score;     /* t_i / sqrt(l_i) of the newest row */
    double *slow;      /* z of M */
    double *slow_wide; /* the rows of `wide`, averaged as z is: z is linear in them */
    double spread;     /* s of S */
    mspc_point point;
};

/* --- learning ------------------------------------------------------------------------------------*/

/* Jackson and Mudholkar's limit of Q from the eigenvalues that are left out. */
static double q_limit(const mspc *m, double p)
{
    double theta[4] = {0};
    for (size_t i = m->kept; i < m->used; i++)
        for (int k = 1; k <= 3; k++)
            theta[k] += pow(m->value[i], k);
    if (theta[1] <= 0 || theta[2] <= 0)
        return INFINITY;
    double h = 1 - 2 * theta[1] * theta[3] / (3 * theta[2] * theta[2]);
    double c = chance_normal_quantile(p);
    double inner = c * sqrt(2 * theta[2] * h * h) / theta[1] + 1 +
                   theta[2] * h * (h - 1) / (theta[1] * theta[1]);
    return inner > 0 && h != 0 ? theta[1] * pow(inner, 1 / h) : INFINITY;
}

static double t2_limit(size_t components, size_t rows, double p)
{
    double a = (double)components, n = (double)rows;
    if (components == 0 || rows <= components)
        return INFINITY;
    return a * (n * n - 1) / (n * (n - a)) * chance_f_quantile(a, n - a, p);
}

static void set_limits(mspc *m, size_t rows)
{
    double p = 1 - m->rule.false_alarms;
    m->limit[MSPC_T2] = t2_limit(m->kept, rows, p);
    m->limit[MSPC_Q] = q_limit(m, p);
    m->limit[MSPC_H] = t2_limit(m->used - m->kept, rows, p);
    m->limit[MSPC_M] = t2_limit(m->used, rows, p);
    m->limit[MSPC_S] = m->limit[MSPC_INDEX] = INFINITY;
}

static void choose_components(mspc *m)
{
    double all = 0, sum = 0;
    while (m->used < m->wide && m->value[m->used] > 1e-9 * m->value[0])
        all += m->value[m->used++];
    m->kept = m->rule.components;
    for (size_t i = 0; m->kept == 0 && i < m->used; i++) {
        sum += m->value[i];
        if (sum >= m->rule.explained * all)
            m->kept = i + 1;
    }
    m->kept = m->kept < m->used ? m->kept : m->used;
}

static void widen(const mspc *m, const double *x, size_t row, double *to)
{
    for (size_t lag = 0; lag <= m->rule.lags; lag++)
        mspc_standardize(m, x + (row - lag) * m->columns, to + lag * m->columns);
}

mspc *mspc_learn(oq_arena *arena, const double *x, size_t rows, size_t columns,
                 const mspc_rule *rule)
{
    mspc *m = oq_new(arena, mspc);
    *m = (mspc){.rule = *rule, .columns = columns, .wide = columns * (rule->lags + 1)};
    m->rule.explained = rule->explained > 0 ? rule->explained : 0.85;
    m->rule.weight = rule->weight > 0 ? rule->weight : 0.2;
    m->rule.false_alarms = rule->false_alarms > 0 ? rule->false_alarms : 0.01;
    if (columns == 0 || rows < rule->lags + 2 * m->wide)
        return NULL;
    m->mean = oq_new_n(arena, double, columns);
    m->sd = oq_new_n(arena, double, columns);
    m->value = oq_new_n(arena, double, m->wide);
    m->direction = oq_new_n(arena, double, m->wide * m->wide);
    matrix_columns(x, rows, columns, m->mean, m->sd);
    oq_arena *temp = oq_arena_open(1 << 20);
    size_t count = rows - rule->lags;
    double *wide = oq_new_n(temp, double, count * m->wide);
    double *zero = oq_new_n(temp, double, m->wide);
    double *covariance = oq_new_n(temp, double, m->wide * m->wide);
    for (size_t i = 0; i < count; i++)
        widen(m, x, i + rule->lags, wide + i * m->wide);
    matrix_covariance(wide, count, m->wide, zero, covariance);
    matrix_eigen(temp, covariance, m->wide, m->value, m->direction);
    oq_arena_close(temp);
    if (!(m->value[0] > 1e-12))
        return NULL;
    choose_components(m);
    for (size_t i = 0; i < m->used; i++)
        m->value[i] = fmax(m->value[i], m->rule.noise);
    set_limits(m, count);
    return m;
}

size_t mspc_components(const mspc *m)
{
    return m->kept;
}

size_t mspc_columns(const mspc *m)
{
    return m->columns;
}

double mspc_limit(const mspc *m, mspc_statistic which)
{
    return m->limit[which];
}

void mspc_standardize(const mspc *m, const double *row, double *ret_row)
{
    for (size_t k = 0; k < m->columns; k++)
        ret_row[k] = (row[k] - m->mean[k]) / m->sd[k];
}

/* --- missing values --------------------------------------------------------------------------------*/

enum { FILL_ROUNDS = 4 };

/* The row comes in front of the watch's earlier ones, is projected on the kept components, and what
 * is missing is set to what they say of it: a few times, since that changes the projection. */
void mspc_watch_fill(const mspc_watch *w, double *row)
{
    const mspc *m = w->m;
    size_t missing = 0;
    for (size_t k = 0; k < m->columns; k++)
        missing += isnan(row[k]);
    if (missing == 0)
        return;
    oq_arena *temp = oq_arena_open(0);
    double *wide = oq_new_n(temp, double, m->wide), *made = oq_new_n(temp, double, m->columns);
    for (size_t k = 0; k < m->wide; k++) {
        bool is_new = k < m->columns;
        double z = is_new ? (row[k] - m->mean[k]) / m->sd[k] : w->wide[k - m->columns];
        wide[k] = isnan(z) ? (w->seen ? w->wide[k] : 0) : z;
    }
    for (int round = 0; round < FILL_ROUNDS; round++) {
        memset(made, 0, m->columns * sizeof *made);
        for (size_t i = 0; i < m->kept; i++) {
            const double *direction = m->direction + i * m->wide;
            double t = 0;
            for (size_t k = 0; k < m->wide; k++)
                t += direction[k] * wide[k];
            for (size_t k = 0; k < m->columns; k++)
                made[k] += t * direction[k];
        }
        for (size_t k = 0; k < m->columns; k++)
            wide[k] = isnan(row[k]) ? made[k] : wide[k];
    }
    for (size_t k = 0; k < m->columns; k++)
        row[k] = isnan(row[k]) ? m->mean[k] + m->sd[k] * wide[k] : row[k];
    oq_arena_close(temp);
}

/* --- watching ------------------------------------------------------------------------------------*/

mspc_watch *mspc_watch_open(oq_arena *arena, const mspc *m)
{
    mspc_watch *w = oq_new(arena, mspc_watch);
    *w = (mspc_watch){.m = m,
                      .wide = oq_new_n(arena, double, m->wide),
                      .score = oq_new_n(arena, double, m->used),
                      .slow = oq_new_n(arena, double, m->used),
                      .slow_wide = oq_new_n(arena, double, m->wide)};
    return w;
}

static double index_of(const mspc *m, const double *at)
{
    double most = 0;
    for (int k = MSPC_H; k <= MSPC_S; k++)
        if (isfinite(m->limit[k]))
            most = fmax(most, at[k] / m->limit[k]);
    return most;
}

void mspc_watch_next(mspc_watch *w, const double *row, mspc_point *ret_point)
{
    const mspc *m = w->m;
    double weight = m->rule.weight, at[MSPC_STATISTICS] = {0};
    memmove(w->wide + m->columns, w->wide, (m->wide - m->columns) * sizeof *w->wide);
    mspc_standardize(m, row, w->wide);
    w->point = (mspc_point){.is_ready = ++w->seen > m->rule.lags};
    if (w->point.is_ready) {
        for (size_t k = 0; k < m->wide; k++)
            w->slow_wide[k] += weight * (w->wide[k] - w->slow_wide[k]);
        for (size_t i = 0; i < m->used; i++) {
            double t = 0;
            for (size_t k = 0; k < m->wide; k++)
                t += m->direction[i * m->wide + k] * w->wide[k];
            w->score[i] = t / sqrt(m->value[i]);
            w->slow[i] += weight * (w->score[i] - w->slow[i]);
            at[i < m->kept ? MSPC_T2 : MSPC_H] += w->score[i] * w->score[i];
            at[MSPC_Q] += i < m->kept ? 0 : t * t;
            at[MSPC_M] += (2 - weight) / weight * w->slow[i] * w->slow[i];
        }
        bool is_first = w->seen == m->rule.lags + 1;
        w->spread += (is_first ? 1 : weight) * (at[MSPC_H] - w->spread);
        at[MSPC_S] = w->spread;
        at[MSPC_INDEX] = index_of(m, at);
        memcpy(w->point.at, at, sizeof at);
    }
    *ret_point = w->point;
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* What so many of all points do not pass. */
static double percentile(oq_arena *temp, const mspc_point *p, size_t count, int which, double share)
{
    double *sorted = oq_new_n(temp, double, count);
    for (size_t i = 0; i < count; i++)
        sorted[i] = p[i].at[which];
    qsort(sorted, count, sizeof *sorted, by_size);
    size_t at = (size_t)(share * (double)count);
    return sorted[at < count ? at : count - 1];
}

void mspc_calibrate(mspc *m, const double *x, size_t rows)
{
    oq_arena *temp = oq_arena_open(1 << 18);
    mspc_watch *w = mspc_watch_open(temp, m);
    mspc_point *p = oq_new_n(temp, mspc_point, rows);
    size_t count = 0;
    for (size_t i = 0; i < rows; i++) {
        mspc_watch_next(w, x + i * m->columns, &p[count]);
        count += p[count].is_ready;
    }
    double share = 1 - m->rule.false_alarms;
    for (int k = MSPC_T2; k < MSPC_INDEX && count; k++)
        m->limit[k] = percentile(temp, p, count, k, share);
    for (size_t i = 0; i < count; i++)
        p[i].at[MSPC_INDEX] = index_of(m, p[i].at);
    if (count)
        m->limit[MSPC_INDEX] = percentile(temp, p, count, MSPC_INDEX, share);
    oq_arena_close(temp);
}

/* --- contributions -------------------------------------------------------------------------------*/

/* Each score is a sum over variables, and so is each score squared. */
void mspc_watch_contributions(const mspc_watch *w, mspc_statistic which, double *ret_by_column)
{
    const mspc *m = w->m;
    memset(ret_by_column, 0, m->columns * sizeof *ret_by_column);
    if (which == MSPC_S || which == MSPC_INDEX)
        which = w->point.at[MSPC_M] / m->limit[MSPC_M] > w->point.at[MSPC_H] / m->limit[MSPC_H]
                    ? MSPC_M
                    : MSPC_H;
    const double *x = which == MSPC_M ? w->slow_wide : w->wide;
    double weight = m->rule.weight;
    for (size_t i = 0; i < m->used; i++) {
        if (which != MSPC_M && (which == MSPC_T2) != (i < m->kept))
            continue;
        double gain = w->score[i] / sqrt(m->value[i]);
        if (which == MSPC_Q)
            gain = w->score[i] * sqrt(m->value[i]);
        else if (which == MSPC_M)
            gain = (2 - weight) / weight * w->slow[i] / sqrt(m->value[i]);
        for (size_t k = 0; k < m->wide; k++)
            ret_by_column[k % m->columns] += gain * m->direction[i * m->wide + k] * x[k];
    }
}

/* With the statistic x' F x: (F x)_k^2 / F_kk. */
void mspc_watch_reconstruct(const mspc_watch *w, mspc_statistic which, double *ret_by_column)
{
    const mspc *m = w->m;
    assert(which == MSPC_Q || which == MSPC_H);
    oq_arena *temp = oq_arena_open(0);
    double *off = oq_new_n(temp, double, m->wide), *own = oq_new_n(temp, double, m->wide);
    for (size_t i = m->kept; i < m->used; i++) {
        const double *direction = m->direction + i * m->wide;
        double weight = which == MSPC_H ? 1 / m->value[i] : 1;
        double t = w->score[i] * sqrt(m->value[i]);
        for (size_t k = 0; k < m->wide; k++) {
            off[k] += weight * t * direction[k];
            own[k] += weight * direction[k] * direction[k];
        }
    }
    memset(ret_by_column, 0, m->columns * sizeof *ret_by_column);
    for (size_t k = 0; k < m->wide; k++)
        ret_by_column[k % m->columns] += own[k] > 1e-9 ? off[k] * off[k] / own[k] : 0;
    oq_arena_close(temp);
}
