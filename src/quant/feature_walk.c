/* The walker: fed in the order of time, asked for rows. */
#include <math.h>

#include "quant/feature_inner.h"

#include "base/banned.h"

/* Times of one code's events, the newest ones. */
typedef struct event_times {
    oq_us *at;
    size_t begin, count;
} event_times;

struct feature_walker {
    oq_arena *arena;
    const feature_plan *plan;
    oq_us made_at, newest;
    size_t fed;
    feature_course *course; /* signals */
    event_times *event;     /* codes */
    oq_us *renewed_at;      /* components; OQ_TIME_NONE */
    double *trait;
    /* With a norm: the values of one instant wait until all of its settings are there. */
    double *waiting, *setting; /* signals; settings of the norm */
    bool has_waiting;
};

feature_walker *feature_walk(oq_arena *arena, const feature_plan *plan, oq_us made_at,
                             const double *trait)
{
    feature_walker *w = oq_new(arena, feature_walker);
    *w = (feature_walker){.arena = arena, .plan = plan, .made_at = made_at};
    w->course = oq_new_n(arena, feature_course, plan->signals);
    w->event = oq_new_n(arena, event_times, plan->codes);
    w->renewed_at = oq_new_n(arena, oq_us, plan->components);
    for (size_t i = 0; i < plan->signals; i++)
        if (feature_is_seen(plan, i))
            feature_course_open(arena, plan, &w->course[i]);
    for (size_t i = 0; i < plan->components; i++)
        w->renewed_at[i] = OQ_TIME_NONE;
    w->trait = plan->traits ? oq_copy(arena, trait, plan->traits * sizeof *trait) : NULL;
    if (!plan->norm)
        return w;
    w->waiting = oq_new_n(arena, double, plan->signals);
    w->setting = oq_new_n(arena, double, plan->norm->settings);
    for (size_t i = 0; i < plan->signals; i++)
        w->waiting[i] = NAN;
    for (size_t i = 0; i < plan->norm->settings; i++)
        w->setting[i] = NAN;
    return w;
}

void feature_remember(feature_walker *w, uint32_t signal, feature_past past)
{
    assert(!w->fed && !w->plan->norm && signal < w->plan->signals);
    if (past.count > 0 && isfinite(past.mean))
        w->course[signal].all = (feature_cell){
            .count = past.count, .mean = past.mean, .min = past.mean, .max = past.mean};
}

/* --- feeding -------------------------------------------------------------------------------------------*/

/* The instant is over: its values, against what is usual in its regime. */
static void take_instant(feature_walker *w)
{
    const feature_plan *p = w->plan;
    if (!w->has_waiting)
        return;
    size_t setting = 0;
    for (size_t i = 0; i < p->signals; i++)
        if (!feature_is_seen(p, i)) {
            if (!isnan(w->waiting[i]))
                w->setting[setting] = w->waiting[i];
            setting++;
        }
    size_t regime = feature_regime(p->norm, w->setting);
    for (size_t i = 0; i < p->signals; i++) {
        double value = w->waiting[i];
        w->waiting[i] = NAN;
        if (isnan(value) || !feature_is_seen(p, i) || regime == SIZE_MAX)
            continue;
        size_t k = regime * p->signals + i;
        feature_course_add(&w->course[i], p, w->newest,
                           (value - p->norm->mean[k]) / p->norm->sd[k]);
    }
    w->has_waiting = false;
}

static void feed_sample(feature_walker *w, const feature_item *item)
{
    if (!isfinite(item->value))
        return;
    if (w->plan->norm) {
        w->waiting[item->which] = item->value;
        w->has_waiting = true;
    } else if (feature_is_seen(w->plan, item->which)) {
        feature_course_add(&w->course[item->which], w->plan, item->at, item->value);
    }
}

static void feed_event(feature_walker *w, const feature_item *item)
{
    event_times *e = &w->event[item->which];
    if (!e->at)
        e->at = oq_new_n(w->arena, oq_us, FEATURE_EVENTS_MAX);
    if (e->count == FEATURE_EVENTS_MAX)
        e->begin = (e->begin + 1) % FEATURE_EVENTS_MAX;
    else
        e->count++;
    e->at[(e->begin + e->count - 1) % FEATURE_EVENTS_MAX] = item->at;
}

static bool is_known(const feature_plan *p, const feature_item *item)
{
    switch (item->kind) {
    case FEATURE_SAMPLE:
        return item->which < p->signals;
    case FEATURE_EVENT:
        return item->which < p->codes;
    case FEATURE_RENEWAL:
        return item->which < p->components;
    }
    return false;
}

oq_err *feature_feed(feature_walker *w, const feature_item *item)
{
    if (w->fed > 0 && item->at < w->newest)
        return oq_fail(OQ_INVALID, "feature.out_of_order", "item=%zu", w->fed);
    if (!is_known(w->plan, item))
        return oq_fail(OQ_INVALID, "feature.item_unknown", "item=%zu", w->fed);
    if (w->fed > 0 && item->at > w->newest)
        take_instant(w);
    w->newest = item->at;
    w->fed++;
    if (item->kind == FEATURE_SAMPLE)
        feed_sample(w, item);
    else if (item->kind == FEATURE_EVENT)
        feed_event(w, item);
    else
        w->renewed_at[item->which] = item->at;
    return NULL;
}

/* --- asking --------------------------------------------------------------------------------------------*/

static float *put_events(const feature_walker *w, oq_us t, float *to)
{
    const feature_plan *p = w->plan;
    for (size_t i = 0; i < p->codes; i++) {
        const event_times *e = &w->event[i];
        size_t taken = 0;
        for (size_t k = 0; k < p->event_windows; k++) {
            while (taken < e->count &&
                   e->at[(e->begin + e->count - 1 - taken) % FEATURE_EVENTS_MAX] >=
                       t - p->event_window[k])
                taken++;
            *to++ = (float)taken;
        }
        oq_us last = e->count ? e->at[(e->begin + e->count - 1) % FEATURE_EVENTS_MAX] : 0;
        *to++ = e->count ? (float)feature_days(t - last) : NAN;
    }
    return to;
}

oq_err *feature_row(feature_walker *w, oq_us t, float *ret_row)
{
    const feature_plan *p = w->plan;
    if (w->fed > 0 && w->newest >= t)
        return oq_fail(OQ_INVALID, "feature.looks_ahead");
    take_instant(w);
    float *to = ret_row;
    for (size_t i = 0; i < p->signals; i++)
        if (feature_is_seen(p, i)) {
            feature_course_row(&w->course[i], p, t, to);
            to += 1 + p->lags + p->windows * FEATURE_WINDOW_COLUMNS;
        }
    to = put_events(w, t, to);
    for (size_t i = 0; i < p->components; i++)
        *to++ = w->renewed_at[i] == OQ_TIME_NONE ? NAN : (float)feature_days(t - w->renewed_at[i]);
    *to++ = w->made_at == OQ_TIME_NONE ? NAN : (float)feature_days(t - w->made_at);
    for (size_t i = 0; i < p->traits; i++)
        *to++ = (float)w->trait[i];
    return NULL;
}

static oq_err *walk_moments(oq_arena *temp, const feature_plan *plan, const feature_asset *a,
                            const oq_us *moment, size_t moments, float *ret_rows)
{
    feature_walker *w = feature_walk(temp, plan, a->made_at, a->trait);
    size_t columns = feature_columns(plan), fed = 0;
    for (uint32_t i = 0; a->past && !plan->norm && i < plan->signals; i++)
        feature_remember(w, i, a->past[i]);
    for (size_t i = 0; i < moments; i++) {
        if (i && moment[i] <= moment[i - 1])
            return oq_fail(OQ_INVALID, "feature.moments_not_rising", "moment=%zu", i);
        for (; fed < a->items && a->item[fed].at < moment[i]; fed++)
            OQ_TRY(feature_feed(w, &a->item[fed]));
        OQ_TRY(feature_row(w, moment[i], ret_rows + i * columns));
    }
    return NULL;
}

oq_err *feature_rows(const feature_plan *plan, const feature_asset *asset, const oq_us *moment,
                     size_t moments, float *ret_rows)
{
    oq_arena *temp = oq_arena_open(1 << 16);
    oq_err *err = walk_moments(temp, plan, asset, moment, moments, ret_rows);
    oq_arena_close(temp);
    return err;
}
