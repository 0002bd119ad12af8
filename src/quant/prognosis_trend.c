/* A straight line through a metric's past, and where it meets the limit. */
#include <math.h>

#include "quant/chance.h"
#include "quant/prognosis.h"

#include "base/banned.h"

static const double TENTH = 1.2815515655446004; /* 90 % of a normal distribution are below */

typedef struct point {
    double t, y;
} point;

static int compare_time(const void *a, const void *b)
{
    const point *x = a, *y = b;
    return (x->t > y->t) - (x->t < y->t);
}

/* The k-th smallest (from 0), by C. A. R. Hoare's partition; the array is put in another order. */
static double select_kth(double *x, size_t count, size_t k)
{
    size_t low = 0, high = count - 1;
    while (low < high) {
        double pivot = x[low + (high - low) / 2];
        size_t i = low, j = high;
        for (;; i++, j--) {
            while (x[i] < pivot)
                i++;
            while (x[j] > pivot)
                j--;
            if (i >= j)
                break;
            double swap = x[i];
            x[i] = x[j], x[j] = swap;
        }
        if (k <= j)
            high = j;
        else
            low = j + 1;
    }
    return x[k];
}

static double median(double *x, size_t count)
{
    double upper = select_kth(x, count, count / 2);
    return count % 2 ? upper : (upper + select_kth(x, count, count / 2 - 1)) / 2;
}

/* --- points ------------------------------------------------------------------------------------*/

/* Medians of equal stretches of time. */
static size_t thin(oq_arena *temp, point *p, size_t count)
{
    double *y = oq_new_n(temp, double, count), *t = oq_new_n(temp, double, count);
    double from = p[0].t, width = (p[count - 1].t - from) / PROGNOSIS_POINTS_MAX;
    size_t kept = 0;
    for (size_t i = 0, k = 0; k < PROGNOSIS_POINTS_MAX; k++) {
        size_t n = 0;
        bool is_last = k + 1 == PROGNOSIS_POINTS_MAX;
        for (; i < count && (is_last || p[i].t < from + width * (double)(k + 1)); i++, n++) {
            t[n] = p[i].t;
            y[n] = p[i].y;
        }
        if (n)
            p[kept++] = (point){median(t, n), median(y, n)};
    }
    return kept;
}

static point *points_make(oq_arena *temp, const double *time, const double *value, size_t count,
                          double now, bool is_upper, prognosis_trend *trend)
{
    point *p = oq_new_n(temp, point, count);
    const double most = 1e100; /* beyond anything that is measured; sums stay finite */
    for (size_t i = 0; i < count; i++) {
        if (fabs(time[i]) < most && fabs(value[i]) < most && time[i] <= now)
            p[trend->points++] = (point){time[i] - now, is_upper ? value[i] : -value[i]};
        else
            trend->passed_over++;
    }
    qsort(p, trend->points, sizeof *p, compare_time);
    if (trend->points > PROGNOSIS_POINTS_MAX && p[trend->points - 1].t > p[0].t)
        trend->points = thin(temp, p, trend->points);
    return p;
}

/* --- the line ----------------------------------------------------------------------------------*/

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Variance of Kendall's S, less for ties. */
static double variance_of_s(oq_arena *temp, const point *p, size_t count)
{
    double *y = oq_new_n(temp, double, count), n = (double)count;
    for (size_t i = 0; i < count; i++)
        y[i] = p[i].y;
    qsort(y, count, sizeof *y, compare);
    double sum = n * (n - 1) * (2 * n + 5);
    for (size_t i = 0; i < count;) {
        size_t end = i;
        while (end < count && y[end] == y[i])
            end++;
        double t = (double)(end - i);
        sum -= t * (t - 1) * (2 * t + 5);
        i = end;
    }
    return sum / 18;
}

/* Noise and autocorrelation of what the line leaves. */
static double look_at_rest(oq_arena *temp, const point *p, prognosis_trend *trend)
{
    size_t n = trend->points;
    double *rest = oq_new_n(temp, double, n), *size = oq_new_n(temp, double, n);
    double with_next = 0, square = 0;
    for (size_t i = 0; i < n; i++)
        size[i] = p[i].y - trend->slope * p[i].t;
    trend->level = median(size, n);
    for (size_t i = 0; i < n; i++) {
        rest[i] = p[i].y - trend->level - trend->slope * p[i].t;
        size[i] = fabs(rest[i]);
        square += rest[i] * rest[i];
        with_next += i ? rest[i] * rest[i - 1] : 0;
    }
    trend->noise = 1.4826 * median(size, n);
    return square > 0 ? fmin(fmax(with_next / square, 0), 0.9) : 0;
}

/* At least two moments. */
static void line_make(oq_arena *temp, const point *p, prognosis_trend *trend)
{
    size_t n = trend->points, pairs = 0;
    double *slope = oq_new_n(temp, double, n *(n - 1) / 2), s = 0;
    for (size_t i = 0; i < n; i++)
        for (size_t j = i + 1; j < n; j++) {
            if (p[j].t <= p[i].t)
                continue;
            slope[pairs++] = (p[j].y - p[i].y) / (p[j].t - p[i].t);
            s += (p[j].y > p[i].y) - (p[j].y < p[i].y);
        }
    trend->slope = median(slope, pairs);
    double r = look_at_rest(temp, p, trend);
    double deviation = sqrt(variance_of_s(temp, p, n) * (1 + r) / (1 - r));
    double reach = TENTH * deviation, all = (double)pairs;
    trend->slope_low = select_kth(slope, pairs, (size_t)fmax((all - reach) / 2 - 1, 0));
    trend->slope_high = select_kth(slope, pairs, (size_t)fmin((all + reach) / 2, all - 1));
    trend->kendall_p = deviation > 0 ? erfc(fmax(fabs(s) - 1, 0) / deviation / M_SQRT2) : 1;
}

/* --- the limit -----------------------------------------------------------------------------------*/

static double reach_in(double way, double slope)
{
    return way <= 0 ? 0 : slope > 0 ? way / slope : INFINITY;
}

static void meet(prognosis_trend *trend, double limit)
{
    prognosis_rul *rul = &trend->rul;
    double way = limit - trend->level;
    double soonest = reach_in(way - TENTH * trend->noise, trend->slope_high);
    if (way <= 0) {
        rul->why = PROGNOSIS_BEYOND;
        rul->p10 = rul->p50 = rul->p90 = 0;
    } else if (trend->kendall_p >= 0.05) {
        rul->why = PROGNOSIS_FLAT;
        rul->p10 = soonest;
    } else if (trend->slope <= 0) {
        rul->why = PROGNOSIS_AWAY;
    } else {
        rul->why = PROGNOSIS_KNOWN;
        rul->p10 = soonest;
        rul->p50 = reach_in(way, trend->slope);
        rul->p90 = reach_in(way + TENTH * trend->noise, trend->slope_low);
    }
}

static bool is_constant(const point *p, size_t count)
{
    for (size_t i = 1; i < count; i++)
        if (p[i].y != p[0].y)
            return false;
    return true;
}

void prognosis_trend_to(oq_arena *temp, const double *time, const double *value, size_t count,
                        double now, double limit, bool is_upper, prognosis_trend *ret_trend)
{
    prognosis_trend trend = {
        .rul = {PROGNOSIS_TREND, PROGNOSIS_TOO_LITTLE, NAN, NAN, NAN},
        .level = NAN,
        .slope = NAN,
        .slope_low = NAN,
        .slope_high = NAN,
        .noise = NAN,
        .kendall_p = NAN,
    };
    oq_mark mark = oq_arena_mark(temp);
    point *p = points_make(temp, time, value, count, now, is_upper, &trend);
    double turn = is_upper ? 1 : -1;
    bool is_enough = isfinite(limit) && trend.points >= PROGNOSIS_POINTS_MIN;
    if (is_enough && p[trend.points - 1].t > p[0].t) {
        line_make(temp, p, &trend);
        meet(&trend, turn * limit);
        if (is_constant(p, trend.points) && trend.rul.why != PROGNOSIS_BEYOND)
            trend.rul = (prognosis_rul){PROGNOSIS_TREND, PROGNOSIS_CONSTANT, NAN, NAN, NAN};
    }
    oq_arena_rewind(temp, mark);
    double low = turn > 0 ? trend.slope_low : -trend.slope_high;
    trend.slope_high = turn > 0 ? trend.slope_high : -trend.slope_low;
    trend.slope_low = low;
    trend.slope *= turn;
    trend.level *= turn;
    *ret_trend = trend;
}
