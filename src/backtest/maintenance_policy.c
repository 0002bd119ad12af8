/* The policies that a plant has without this program. What they have to choose (an interval, a
 * level) is what would have cost least before `from`. */
#include <math.h>

#include "backtest/maintenance.h"

#include "base/banned.h"

static oq_err *do_nothing(void *self, policy_run *run, int32_t day)
{
    (void)self, (void)run, (void)day;
    return NULL;
}

/* --- fixed interval -----------------------------------------------------------------------------*/

typedef struct interval {
    const history *h;
    int32_t days;
    int32_t **renewed; /* by machine and component: days, rising; ends with INT32_MAX */
} interval;

static int compare_days(const void *a, const void *b)
{
    int32_t x = *(const int32_t *)a, y = *(const int32_t *)b;
    return (x > y) - (x < y);
}

static void renewals_make(const history *h, interval *v)
{
    v->renewed = oq_new_n(h->arena, int32_t *, h->past.machines * AZURE_COMPONENTS);
    for (size_t m = 0; m < h->past.machines; m++)
        for (uint32_t k = 0; k < AZURE_COMPONENTS; k++) {
            const feature_asset *a = &h->asset[m].asset;
            int32_t *list = oq_new_n(h->arena, int32_t, a->items + 1);
            size_t n = 0;
            for (size_t i = 0; i < a->items; i++)
                if (a->item[i].kind == FEATURE_RENEWAL && a->item[i].which == k)
                    list[n++] = history_day(a->item[i].at);
            qsort(list, n, sizeof *list, compare_days);
            list[n] = INT32_MAX;
            v->renewed[m * AZURE_COMPONENTS + k] = list;
        }
}

/* Replaces what is as old as the interval; what was never renewed in the record, too. */
static oq_err *by_interval(void *self, policy_run *run, int32_t day)
{
    const interval *v = self;
    for (uint32_t m = 0; m < v->h->past.machines; m++)
        for (uint32_t k = 0; k < AZURE_COMPONENTS; k++) {
            const int32_t *list = v->renewed[m * AZURE_COMPONENTS + k];
            int32_t last = INT32_MIN / 2;
            for (; *list < day; list++)
                last = *list;
            int32_t own = policy_since_replaced(run, m, k), age = day - last;
            if ((own < age ? own : age) >= v->days)
                policy_replace(run, m, k);
        }
    return NULL;
}

/* --- threshold ----------------------------------------------------------------------------------*/

typedef struct threshold {
    const history *h;
    double z;
    double mean[AZURE_METRICS], sd[AZURE_METRICS];
} threshold;

static const samples *daily(const history *h, size_t machine, size_t metric)
{
    return &h->data.machine[machine + 1].signal[AZURE_METRICS + metric];
}

static void levels_make(threshold *t)
{
    oq_us until = history_morning(t->h->from);
    for (size_t k = 0; k < AZURE_METRICS; k++) {
        double n = 0, sum = 0, squares = 0;
        for (size_t m = 0; m < t->h->past.machines; m++) {
            const samples *s = daily(t->h, m, k);
            for (size_t i = 0; i < s->count && s->time[i] < until; i++)
                n++, sum += s->value[i], squares += s->value[i] * s->value[i];
        }
        t->mean[k] = n > 0 ? sum / n : 0;
        t->sd[k] = n > 1 ? sqrt(fmax(0, squares / n - t->mean[k] * t->mean[k])) : 0;
    }
}

/* The newest daily mean is beyond the level: rotation below it, the others above. Component 1 shows
 * in voltage, 2 in rotation, 3 in pressure, 4 in vibration (the data's README). */
static oq_err *by_threshold(void *self, policy_run *run, int32_t day)
{
    const threshold *t = self;
    oq_us now = history_morning(day);
    for (uint32_t m = 0; m < t->h->past.machines; m++)
        for (uint32_t k = 0; k < AZURE_METRICS; k++) {
            const samples *s = daily(t->h, m, k);
            size_t low = 0, high = s->count;
            while (low < high) {
                size_t mid = (low + high) / 2;
                if (s->time[mid] < now)
                    low = mid + 1;
                else
                    high = mid;
            }
            if (!low || s->time[low - 1] < now - OQ_DAY)
                continue;
            double z = (s->value[low - 1] - t->mean[k]) / t->sd[k];
            if ((k == 1 ? -z : z) >= t->z)
                policy_replace(run, m, k);
        }
    return NULL;
}

/* --- error codes --------------------------------------------------------------------------------*/

static bool has_error(const azure_machine *m, const char *code, oq_us from, oq_us to)
{
    for (size_t i = 0; i < m->events; i++)
        if (m->event[i].at >= from && m->event[i].at < to &&
            oq_str_eq(m->event[i].category, OQ_STR("ALERT")) &&
            oq_str_eq(m->event[i].kind, oq_cstr(code)))
            return true;
    return false;
}

/* The pattern of the data's README within the last 24 hours. */
static oq_err *by_error(void *self, policy_run *run, int32_t day)
{
    static const char *const sign[AZURE_COMPONENTS][2] = {
        {"error1", NULL}, {"error2", "error3"}, {"error4", NULL}, {"error5", NULL}};
    const history *h = self;
    oq_us now = history_morning(day);
    for (uint32_t m = 0; m < h->past.machines; m++)
        for (uint32_t k = 0; k < AZURE_COMPONENTS; k++) {
            const azure_machine *of = &h->data.machine[m + 1];
            if (has_error(of, sign[k][0], now - OQ_DAY, now) &&
                (!sign[k][1] || has_error(of, sign[k][1], now - OQ_DAY, now)))
                policy_replace(run, m, k);
        }
    return NULL;
}

/* --- choosing -----------------------------------------------------------------------------------*/

static oq_err *cost_before(const history *h, const policy *p, double *ret_cost)
{
    policy_count *count;
    OQ_TRY(policy_walk(h->arena, &h->past, p, 0, h->from, &count, NULL));
    *ret_cost = policy_cost(count, h->past.machines, h->price);
    return NULL;
}

static oq_err *choose_interval(history *h, decider *d)
{
    static const int32_t days[] = {15, 20, 30, 40, 45, 50, 60, 75, 90, 120, 180};
    interval *v = oq_new(h->arena, interval);
    v->h = h;
    renewals_make(h, v);
    d->policy = (policy){"fixed_interval", by_interval, v};
    double best = INFINITY;
    int32_t chosen = days[0];
    for (size_t i = 0; i < OQ_COUNT(days); i++) {
        double cost;
        v->days = days[i];
        OQ_TRY(cost_before(h, &d->policy, &cost));
        if (cost < best)
            best = cost, chosen = days[i];
    }
    v->days = chosen;
    d->choice = "days";
    d->chosen = chosen;
    return NULL;
}

static oq_err *choose_threshold(history *h, decider *d)
{
    threshold *t = oq_new(h->arena, threshold);
    t->h = h;
    levels_make(t);
    d->policy = (policy){"threshold", by_threshold, t};
    double best = INFINITY, chosen = 0;
    for (double z = 0.5; z < 6.1; z += 0.25) {
        double cost;
        t->z = z;
        OQ_TRY(cost_before(h, &d->policy, &cost));
        if (cost < best)
            best = cost, chosen = z;
    }
    t->z = chosen;
    d->choice = "deviations";
    d->chosen = chosen;
    return NULL;
}

oq_err *deciders_make(history *h, decider *ret_decider)
{
    memset(ret_decider, 0, DECIDERS * sizeof *ret_decider);
    ret_decider[0].policy = (policy){"run_to_failure", do_nothing, NULL};
    OQ_TRY(choose_interval(h, &ret_decider[1]));
    OQ_TRY(choose_threshold(h, &ret_decider[2]));
    ret_decider[3].policy = (policy){"error_code", by_error, h};
    return decider_optria(h, &ret_decider[4]);
}
