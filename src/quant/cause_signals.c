#include "quant/cause_signals.h"

#include <math.h>
#include <stdlib.h>

#include "base/banned.h"

#define HARDLY     0.6 /* of the least that the base has: stands still */
#define WARMS_UP   (30 * OQ_MINUTE)
#define SLOW_ENDED (6 * OQ_HOUR) /* one that ended earlier has come back */
enum { PER_SERIES = 2 * FINDINGS_MAX };

/* How hard a machine is asked to work. */
static const char *const loads[] = {"power_kw", "load_percent", "current",
                                    "speed",    "demand",       "position"};
/* What is nothing while it stands still. */
static const char *const flows[] = {"flow", "power_kw", "load_percent", "current", "speed"};

typedef struct looking {
    oq_arena *arena;
    const case_series *series;
    size_t count;
    const signal_rule *rule;
    oq_us *rest_from, *rest_to;
    size_t rests, rest_room;
    samples *moving; /* of each: without what was read at rest */
    signal_findings *found;
} looking;

static bool is_among(oq_str metric, const char *const *name, size_t names)
{
    for (size_t i = 0; i < names; i++)
        if (oq_str_eq(metric, oq_cstr(name[i])))
            return true;
    return false;
}

/* --- standstill ---------------------------------------------------------------------------------*/

static void add_rest(looking *l, oq_us from, oq_us to)
{
    if (l->rests && from >= l->rest_from[l->rests - 1] && from <= l->rest_to[l->rests - 1]) {
        if (to > l->rest_to[l->rests - 1])
            l->rest_to[l->rests - 1] = to;
        return;
    }
    if (l->rests == l->rest_room) {
        size_t room = l->rest_room ? 2 * l->rest_room : 16;
        oq_us *f = oq_new_n(l->arena, oq_us, room), *t = oq_new_n(l->arena, oq_us, room);
        if (l->rests) {
            memcpy(f, l->rest_from, l->rests * sizeof *f);
            memcpy(t, l->rest_to, l->rests * sizeof *t);
        }
        l->rest_from = f;
        l->rest_to = t;
        l->rest_room = room;
    }
    l->rest_from[l->rests] = from;
    l->rest_to[l->rests++] = to;
}

/* From a minute before the first sample that is so low until it has warmed up again. */
static void add_rests_of(looking *l, const samples *s, double below)
{
    for (size_t i = 0, end; i < s->count; i = end) {
        for (end = i + 1; end < s->count && s->value[end] < below && s->value[i] < below;)
            end++;
        if (quality_is_good(samples_quality(s, i)) && s->value[i] < below)
            add_rest(l, s->time[i] - OQ_MINUTE,
                     (end < s->count ? s->time[end] : s->time[end - 1]) + WARMS_UP);
    }
}

static int compare_numbers(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* The least of the base that is no wild value; 0: not known. */
static double least_of(const looking *l, const samples *s)
{
    size_t from = samples_find(s, l->rule->base_from), to = samples_find(s, l->rule->look_from);
    double *sorted = oq_new_n(l->arena, double, to - from + 1);
    size_t count = 0;
    for (size_t i = from; i < to; i++)
        if (quality_is_good(samples_quality(s, i)) && isfinite(s->value[i]))
            sorted[count++] = s->value[i];
    qsort(sorted, count, sizeof *sorted, compare_numbers);
    return count >= ROBUST_ROWS_MIN && sorted[count / 2] > 0 ? fmax(sorted[count / 20], 0) : 0;
}

static void find_rests(looking *l)
{
    bool says_running = false;
    for (size_t i = 0; i < l->count; i++) {
        const case_series *s = &l->series[i];
        if (s->is_root_asset && s->is_state && oq_str_eq(s->metric, OQ_STR("running"))) {
            says_running = true;
            add_rests_of(l, s->samples, 0.5);
        }
    }
    for (size_t i = 0; i < l->count && !says_running; i++) {
        const case_series *s = &l->series[i];
        oq_mark mark = oq_arena_mark(l->arena);
        double least = 0;
        if (s->is_root_asset && !s->is_state && is_among(s->metric, flows, OQ_COUNT(flows)))
            least = least_of(l, s->samples);
        oq_arena_rewind(l->arena, mark);
        if (least > 0)
            add_rests_of(l, s->samples, HARDLY * least);
    }
}

static samples without_rests(const looking *l, const samples *s)
{
    samples kept = samples_make(l->arena, s->count, s->quality != NULL, false);
    for (size_t i = 0; i < s->count; i++) {
        bool rests = false;
        for (size_t k = 0; k < l->rests && !rests; k++)
            rests = s->time[i] >= l->rest_from[k] && s->time[i] < l->rest_to[k];
        if (rests)
            continue;
        kept.time[kept.count] = s->time[i];
        kept.value[kept.count] = s->value[i];
        if (kept.quality)
            kept.quality[kept.count] = s->quality[i];
        kept.count++;
    }
    return kept;
}

/* --- findings -----------------------------------------------------------------------------------*/

static bool is_level(const finding *f)
{
    return f->kind != FINDING_STUCK && f->kind != FINDING_OSCILLATION;
}

static bool is_trend(const finding *f)
{
    return f->kind == FINDING_DRIFT_UP || f->kind == FINDING_DRIFT_DOWN ||
           f->kind == FINDING_STEP_UP || f->kind == FINDING_STEP_DOWN;
}

static void add(looking *l, size_t series, finding f, const expectation *by, bool is_slow)
{
    const case_series *s = &l->series[series];
    if (l->found->count < l->count * PER_SERIES)
        l->found->at[l->found->count++] = (signal_finding){
            .series = series,
            .what = f,
            .is_slow = is_slow,
            .beyond_limit = f.after < s->limit_low || f.after > s->limit_high,
            .by = by,
        };
}

/* The value itself about where a residual was found: its mean over the finding's last half hour, or
 * of a short one over all of it. */
static double value_at(const samples *s, const finding *f)
{
    oq_us from = f->to - 30 * OQ_MINUTE > f->from ? f->to - 30 * OQ_MINUTE : f->from;
    double sum = 0;
    size_t count = 0;
    for (size_t i = samples_find(s, from); i < s->count && s->time[i] <= f->to + OQ_MINUTE; i++)
        if (quality_is_good(samples_quality(s, i)) && isfinite(s->value[i])) {
            sum += s->value[i];
            count++;
        }
    return count ? sum / (double)count : (double)NAN;
}

/* In the words of the signal: what it was, and what was expected then. */
static finding in_values(const samples *s, finding f)
{
    double off = f.after - f.before, value = value_at(s, &f);
    if (isnan(value))
        return f;
    f.after = value;
    f.before = value - off;
    return f;
}

static bool is_stuck_at(const findings *raw, const finding *f)
{
    for (size_t i = 0; i < raw->count; i++)
        if (raw->at[i].kind == FINDING_STUCK && raw->at[i].from <= f->to && raw->at[i].to >= f->from)
            return true;
    return false;
}

static void find_fast(looking *l, size_t i, const expectation *by)
{
    const case_series *s = &l->series[i];
    findings raw, left;
    detect_rule rule = {.base_from = l->rule->base_from,
                        .from = l->rule->look_from,
                        .to = l->rule->until,
                        .score_min = l->rule->score_min,
                        .base_min = l->rule->base_min,
                        .is_state = s->is_state};
    detect_find(l->arena, &l->moving[i], &rule, &raw);
    l->found->base_level[i] = raw.base_level;
    l->found->base_scale[i] = raw.base_scale;
    for (size_t k = 0; k < raw.count; k++)
        if (!by || !is_level(&raw.at[k]))
            add(l, i, raw.at[k], NULL, false);
    if (!by)
        return;
    detect_find(l->arena, &by->residual, &rule, &left);
    for (size_t k = 0; k < left.count; k++)
        if (is_level(&left.at[k]) && !is_stuck_at(&raw, &left.at[k]))
            add(l, i, in_values(&l->moving[i], left.at[k]), by, false);
}

static samples hourly_means(oq_arena *arena, const samples *s)
{
    samples mean = samples_make(arena, s->count, false, false);
    for (size_t i = 0, end; i < s->count; i = end) {
        oq_us hour = s->time[i] / OQ_HOUR;
        double sum = 0;
        size_t good = 0;
        for (end = i; end < s->count && s->time[end] / OQ_HOUR == hour; end++)
            if (quality_is_good(samples_quality(s, end)) && isfinite(s->value[end])) {
                sum += s->value[end];
                good++;
            }
        if (!good)
            continue;
        mean.time[mean.count] = hour * OQ_HOUR + OQ_HOUR / 2;
        mean.value[mean.count++] = sum / (double)good;
    }
    return mean;
}

static bool is_known(const looking *l, size_t series, const finding *f)
{
    for (size_t i = 0; i < l->found->count; i++) {
        const signal_finding *k = &l->found->at[i];
        if (k->series == series && is_level(&k->what) &&
            (k->what.after > k->what.before) == (f->after > f->before))
            return true;
    }
    return false;
}

static void find_slow(looking *l, size_t i, const expectation *by)
{
    findings found;
    samples mean = hourly_means(l->arena, by ? &by->residual : &l->moving[i]);
    detect_rule rule = {.base_from = l->rule->base_from,
                        .from = l->rule->slow_from,
                        .to = l->rule->until,
                        .score_min = l->rule->score_min};
    detect_find(l->arena, &mean, &rule, &found);
    for (size_t k = 0; k < found.count; k++) {
        const finding *f = &found.at[k];
        if (is_trend(f) && f->to >= l->rule->until - SLOW_ENDED && !is_known(l, i, f))
            add(l, i, by ? in_values(&l->moving[i], *f) : *f, by, true);
    }
}

/* --- all of it ----------------------------------------------------------------------------------*/

static const expectation *by_of(const expectation *of, size_t i)
{
    return of[i].is_known ? &of[i] : NULL;
}

static expectation *expect_since(const looking *l, oq_us from)
{
    expect_signal *signal = oq_new_n(l->arena, expect_signal, l->count + 1);
    oq_us base_from = l->rule->base_from < from ? l->rule->base_from : from;
    expectation *of;
    size_t signals = 0, *which = oq_new_n(l->arena, size_t, l->count + 1);
    for (size_t i = 0; i < l->count; i++)
        if (!l->series[i].is_state) {
            which[signals] = i;
            signal[signals++] =
                (expect_signal){l->series[i].samples, l->series[i].is_root_asset,
                                l->series[i].is_root_asset &&
                                    is_among(l->series[i].metric, loads, OQ_COUNT(loads))};
        }
    expect_rule rule = {.base_from = base_from,
                        .base_to = from,
                        .from = from,
                        .to = l->rule->until,
                        .rest_from = l->rest_from,
                        .rest_to = l->rest_to,
                        .rests = l->rests};
    expect_all(l->arena, signal, signals, &rule, &of);
    expectation *each = oq_new_n(l->arena, expectation, l->count + 1);
    for (size_t k = 0; k < signals; k++) {
        each[which[k]] = of[k];
        for (size_t d = 0; d < of[k].drivers; d++)
            each[which[k]].driver[d] = which[of[k].driver[d]];
    }
    return each;
}

void cause_signals_find(oq_arena *arena, const case_series *series, size_t count,
                        const signal_rule *rule, signal_findings *ret_findings)
{
    looking l = {.arena = arena, .series = series, .count = count, .rule = rule};
    *ret_findings = (signal_findings){.at = oq_new_n(arena, signal_finding, count * PER_SERIES),
                                      .base_level = oq_new_n(arena, double, count + 1),
                                      .base_scale = oq_new_n(arena, double, count + 1)};
    l.found = ret_findings;
    l.moving = oq_new_n(arena, samples, count + 1);
    find_rests(&l);
    for (size_t i = 0; i < count; i++)
        l.moving[i] = series[i].is_root_asset && !series[i].is_state && l.rests
                          ? without_rests(&l, series[i].samples)
                          : *series[i].samples;
    const expectation *fast = expect_since(&l, rule->look_from), *slow = NULL;
    if (rule->slow_from)
        slow = expect_since(&l, rule->slow_from);
    for (size_t i = 0; i < count; i++) {
        find_fast(&l, i, by_of(fast, i));
        if (slow && series[i].is_root_asset && !series[i].is_state)
            find_slow(&l, i, by_of(slow, i));
    }
}
