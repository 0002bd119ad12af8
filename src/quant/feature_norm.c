/* Operating regimes: clusters of the settings, and what is usual of each signal in each. */
#include <math.h>

#include "quant/feature_inner.h"

#include "base/banned.h"

enum { POINTS_MAX = 20000, ROUNDS_MAX = 50 };
static const double explained_wanted = 0.99;

static double distance(const double *a, const double *b, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += (a[i] - b[i]) * (a[i] - b[i]);
    return sum;
}

static size_t nearest(const double *center, size_t centers, const double *at, size_t n,
                      double *ret_distance)
{
    size_t best = 0;
    *ret_distance = INFINITY;
    for (size_t k = 0; k < centers; k++) {
        double d = distance(center + k * n, at, n);
        if (d < *ret_distance) {
            *ret_distance = d;
            best = k;
        }
    }
    return best;
}

size_t feature_regime(const feature_norm *norm, const double *setting)
{
    double scaled[FEATURE_SIGNALS_MAX], far;
    for (size_t i = 0; i < norm->settings; i++) {
        if (isnan(setting[i]))
            return SIZE_MAX;
        scaled[i] = setting[i] / norm->scale[i];
    }
    return nearest(norm->center, norm->regimes, scaled, norm->settings, &far);
}

/* --- instants ------------------------------------------------------------------------------------------*/

/* All samples of one moment; settings hold until they are said anew. */
typedef struct instant {
    double *value, *setting;
} instant;
typedef void instant_sink(void *self, const instant *now);

static void end_instant(const feature_plan *p, instant *now, instant_sink *sink, void *self)
{
    bool is_known = true;
    size_t k = 0;
    for (size_t i = 0; i < p->signals; i++)
        if (!feature_is_seen(p, i)) {
            if (!isnan(now->value[i]))
                now->setting[k] = now->value[i];
            is_known = is_known && !isnan(now->setting[k++]);
        }
    if (is_known)
        sink(self, now);
    for (size_t i = 0; i < p->signals; i++)
        now->value[i] = NAN;
}

static void each_instant(oq_arena *temp, const feature_plan *p, size_t settings,
                         const feature_asset *a, oq_us until, instant_sink *sink, void *self)
{
    instant now = {oq_new_n(temp, double, p->signals), oq_new_n(temp, double, settings)};
    for (size_t i = 0; i < p->signals; i++)
        now.value[i] = NAN;
    for (size_t i = 0; i < settings; i++)
        now.setting[i] = NAN;
    oq_us at = OQ_TIME_NONE;
    for (size_t i = 0; i < a->items && a->item[i].at < until; i++) {
        const feature_item *item = &a->item[i];
        if (item->kind != FEATURE_SAMPLE || item->which >= p->signals || !isfinite(item->value))
            continue;
        if (at != OQ_TIME_NONE && item->at != at)
            end_instant(p, &now, sink, self);
        at = item->at;
        now.value[item->which] = item->value;
    }
    if (at != OQ_TIME_NONE)
        end_instant(p, &now, sink, self);
}

/* --- clusters ------------------------------------------------------------------------------------------*/

typedef struct points {
    size_t n, count, every, seen;
    double *at; /* count * n */
} points;

static void count_point(void *self, const instant *now)
{
    ((points *)self)->seen++;
}

static void take_point(void *self, const instant *now)
{
    points *p = self;
    if (p->seen++ % p->every == 0 && p->count < POINTS_MAX)
        memcpy(p->at + p->count++ * p->n, now->setting, p->n * sizeof *p->at);
}

/* Into units of their own deviation; a setting that does not change keeps its unit. */
static void scale_points(points *p, double *ret_scale)
{
    for (size_t k = 0; k < p->n; k++) {
        double mean = 0, square = 0;
        for (size_t i = 0; i < p->count; i++)
            mean += p->at[i * p->n + k] / (double)p->count;
        for (size_t i = 0; i < p->count; i++)
            square += pow(p->at[i * p->n + k] - mean, 2) / (double)p->count;
        ret_scale[k] = square > 1e-18 * mean * mean ? sqrt(square) : 1;
        for (size_t i = 0; i < p->count; i++)
            p->at[i * p->n + k] /= ret_scale[k];
    }
}

/* The next center begins at the point that is furthest from all. */
static void add_furthest(const points *p, double *center, size_t centers)
{
    double most = -1, d;
    size_t which = 0;
    for (size_t i = 0; i < p->count; i++) {
        nearest(center, centers, p->at + i * p->n, p->n, &d);
        if (d > most) {
            most = d;
            which = i;
        }
    }
    memcpy(center + centers * p->n, p->at + which * p->n, p->n * sizeof *center);
}

/* Lloyd's iterations; the squared distances that are left. */
static double settle(const points *p, double *center, size_t centers, double *sum, size_t *count)
{
    double left = INFINITY;
    for (int round = 0; round < ROUNDS_MAX; round++) {
        double now = 0, d;
        memset(sum, 0, centers * p->n * sizeof *sum);
        memset(count, 0, centers * sizeof *count);
        for (size_t i = 0; i < p->count; i++) {
            size_t k = nearest(center, centers, p->at + i * p->n, p->n, &d);
            now += d;
            count[k]++;
            for (size_t j = 0; j < p->n; j++)
                sum[k * p->n + j] += p->at[i * p->n + j];
        }
        for (size_t k = 0; k < centers; k++)
            for (size_t j = 0; j < p->n && count[k]; j++)
                center[k * p->n + j] = sum[k * p->n + j] / (double)count[k];
        if (now >= left * (1 - 1e-9))
            break;
        left = now;
    }
    return left;
}

/* How many centers are needed; 1: there are no regimes. */
static size_t find_centers(oq_arena *temp, const points *p, double *center)
{
    double *sums = oq_new_n(temp, double, FEATURE_REGIMES_MAX * p->n);
    size_t count[FEATURE_REGIMES_MAX];
    memcpy(center, p->at, p->n * sizeof *center);
    double all = settle(p, center, 1, sums, count);
    for (size_t k = 1; k < FEATURE_REGIMES_MAX && all > 0; k++) {
        add_furthest(p, center, k);
        if (settle(p, center, k + 1, sums, count) <= (1 - explained_wanted) * all)
            return k + 1;
    }
    return 1;
}

/* --- what is usual -------------------------------------------------------------------------------------*/

typedef struct usual {
    feature_norm *norm;
    double *count; /* regimes * signals */
} usual;

/* Welford's step; `sd` holds the squares until the end. */
static void take_usual(void *self, const instant *now)
{
    usual *u = self;
    size_t regime = feature_regime(u->norm, now->setting);
    for (size_t i = 0; i < u->norm->signals; i++) {
        size_t k = regime * u->norm->signals + i;
        double value = now->value[i];
        if (isnan(value))
            continue;
        double before = value - u->norm->mean[k];
        u->norm->mean[k] += before / ++u->count[k];
        u->norm->sd[k] += before * (value - u->norm->mean[k]);
    }
}

static void end_usual(usual *u)
{
    for (size_t k = 0; k < u->norm->regimes * u->norm->signals; k++) {
        double variance = u->count[k] > 1 ? u->norm->sd[k] / (u->count[k] - 1) : 0;
        double mean = u->norm->mean[k];
        u->norm->sd[k] = variance > 1e-18 * mean * mean ? sqrt(variance) : 1;
    }
}

static const feature_norm *learn_in(oq_arena *arena, oq_arena *temp, const feature_plan *plan,
                                    size_t settings, const feature_asset *asset, size_t assets,
                                    oq_us until)
{
    points p = {.n = settings, .every = 1};
    for (size_t i = 0; i < assets; i++)
        each_instant(temp, plan, settings, &asset[i], until, count_point, &p);
    if (p.seen == 0)
        return NULL;
    p.every = p.seen / POINTS_MAX + 1;
    p.seen = 0;
    p.at = oq_new_n(temp, double, (size_t)POINTS_MAX *settings);
    for (size_t i = 0; i < assets; i++)
        each_instant(temp, plan, settings, &asset[i], until, take_point, &p);
    feature_norm *norm = oq_new(arena, feature_norm);
    *norm = (feature_norm){.settings = settings, .signals = plan->signals};
    norm->scale = oq_new_n(arena, double, settings);
    norm->center = oq_new_n(arena, double, FEATURE_REGIMES_MAX *settings);
    scale_points(&p, norm->scale);
    norm->regimes = find_centers(temp, &p, norm->center);
    if (norm->regimes == 1)
        return NULL;
    norm->mean = oq_new_n(arena, double, norm->regimes * norm->signals);
    norm->sd = oq_new_n(arena, double, norm->regimes * norm->signals);
    usual u = {norm, oq_new_n(temp, double, norm->regimes * norm->signals)};
    for (size_t i = 0; i < assets; i++)
        each_instant(temp, plan, settings, &asset[i], until, take_usual, &u);
    end_usual(&u);
    return norm;
}

const feature_norm *feature_norm_learn(oq_arena *arena, const feature_plan *plan,
                                       const feature_asset *asset, size_t assets, oq_us until)
{
    size_t settings = 0;
    for (size_t i = 0; i < plan->signals; i++)
        settings += !feature_is_seen(plan, i);
    if (settings == 0)
        return NULL;
    oq_arena *temp = oq_arena_open(1 << 16);
    const feature_norm *norm = learn_in(arena, temp, plan, settings, asset, assets, until);
    oq_arena_close(temp);
    return norm;
}
