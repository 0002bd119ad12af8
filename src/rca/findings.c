/* What the signals did, in words. */
#include "rca/inner.h"

#include <math.h>
#include <stdlib.h>

#include "base/banned.h"

#define SLOW_LOOKED (14 * OQ_DAY)
#define SLOW_ENDED  (6 * OQ_HOUR) /* one that ended earlier has come back */

static rca_two value_text(const rca_work *w, const rca_signal *g, double x)
{
    int decimals = fabs(x) >= 100 ? 1 : fabs(x) >= 1 ? 2 : 4;
    return rca_quantity(&w->say, x, decimals, g->series.unit);
}

static rca_two signal_text(const rca_work *w, const rca_signal *g)
{
    return g->is_root ? g->name
                      : RCA_TEXT(&w->say, "rca.signal_at",
                                 {"asset", rca_code(&w->say, g->of->code)}, {"signal", g->name});
}

static rca_two finding_text(const rca_work *w, const rca_finding *f)
{
    static const char *const key[] = {
        [FINDING_SPIKE] = "rca.finding.spike",
        [FINDING_DROP] = "rca.finding.drop",
        [FINDING_DRIFT_UP] = "rca.finding.drift_up",
        [FINDING_DRIFT_DOWN] = "rca.finding.drift_down",
        [FINDING_STEP_UP] = "rca.finding.step_up",
        [FINDING_STEP_DOWN] = "rca.finding.step_down",
        [FINDING_STUCK] = "rca.finding.stuck",
        [FINDING_OSCILLATION] = "rca.finding.oscillation",
    };
    const rca_signal *g = f->signal;
    rca_two said = RCA_TEXT(
        &w->say, key[f->what.kind], {"signal", signal_text(w, g)},
        {"before", value_text(w, g, f->what.before)}, {"after", value_text(w, g, f->what.after)},
        {"from_at", rca_time(&w->say, f->what.from)}, {"to_at", rca_time(&w->say, f->what.to)},
        {"period", rca_quantity(&w->say, f->what.period_s, 0, OQ_STR("s"))});
    if (!f->beyond_limit)
        return said;
    double limit = f->what.after > g->limit_high ? g->limit_high : g->limit_low;
    return RCA_TEXT(&w->say, "rca.finding.beyond", {"finding", said},
                    {"limit", value_text(w, g, limit)});
}

static int compare_findings(const void *a, const void *b)
{
    const rca_finding *x = a, *y = b;
    if (x->signal->is_root != y->signal->is_root)
        return x->signal->is_root ? -1 : 1;
    if (x->beyond_limit != y->beyond_limit)
        return x->beyond_limit ? -1 : 1;
    if (x->what.score != y->what.score)
        return x->what.score > y->what.score ? -1 : 1;
    return (x->what.from > y->what.from) - (x->what.from < y->what.from);
}

static void add(rca_work *w, const rca_signal *g, const finding *f, bool is_slow)
{
    w->finding[w->findings++] = (rca_finding){
        .signal = g,
        .what = *f,
        .is_slow = is_slow,
        .beyond_limit = f->after > g->limit_high || f->after < g->limit_low,
    };
}

static void find_of(rca_work *w, const rca_signal *g)
{
    findings found;
    detect_rule rule = {.base_from = w->base_from,
                        .from = w->look_from,
                        .to = w->until,
                        .is_state = g->series.is_state};
    detect_find(w->arena, &g->samples, &rule, &found);
    for (size_t i = 0; i < found.count; i++)
        add(w, g, &found.at[i], false);
}

/* --- what grows over days -----------------------------------------------------------------------
 * Fouling and wear move a signal so slowly that a month's base holds most of their way, and a day
 * nothing of note. They are looked for in hourly means, of two weeks against the two before. */

static samples hourly_means(oq_arena *arena, const samples *s)
{
    samples mean = samples_make(arena, s->count, false, false);
    for (size_t i = 0, end; i < s->count; i = end) {
        oq_us hour = s->time[i] / OQ_HOUR;
        double sum = 0;
        for (end = i; end < s->count && s->time[end] / OQ_HOUR == hour; end++)
            sum += s->value[end];
        mean.time[mean.count] = hour * OQ_HOUR + OQ_HOUR / 2;
        mean.value[mean.count++] = sum / (double)(end - i);
    }
    return mean;
}

static int direction(const finding *f)
{
    return f->kind == FINDING_STUCK || f->kind == FINDING_OSCILLATION ? 0
           : f->after > f->before                                     ? 1
                                                                      : -1;
}

static bool is_known(const rca_work *w, const rca_signal *g, const finding *f)
{
    for (size_t i = 0; i < w->findings; i++)
        if (w->finding[i].signal == g && direction(&w->finding[i].what) == direction(f))
            return true;
    return false;
}

static void find_slow(rca_work *w, const rca_signal *g)
{
    oq_us from = w->it->anchor_time - SLOW_LOOKED;
    findings found;
    samples mean = hourly_means(w->arena, &g->samples);
    detect_rule rule = {.base_from = w->base_from, .from = from, .to = w->until};
    detect_find(w->arena, &mean, &rule, &found);
    for (size_t i = 0; i < found.count; i++) {
        const finding *f = &found.at[i];
        bool is_trend = f->kind == FINDING_DRIFT_UP || f->kind == FINDING_DRIFT_DOWN ||
                        f->kind == FINDING_STEP_UP || f->kind == FINDING_STEP_DOWN;
        if (is_trend && f->to >= w->until - SLOW_ENDED && !is_known(w, g, f))
            add(w, g, f, true);
    }
}

/* --- all of it ----------------------------------------------------------------------------------*/

void rca_find(rca_work *w)
{
    w->finding = oq_new_n(w->arena, rca_finding, w->signals * 2 * FINDINGS_MAX);
    for (size_t i = 0; i < w->signals; i++) {
        const rca_signal *g = &w->signal[i];
        find_of(w, g);
        if (g->is_root && !g->series.is_state)
            find_slow(w, g);
    }
    qsort(w->finding, w->findings, sizeof *w->finding, compare_findings);
    for (size_t i = 0; i < w->findings && i < RCA_FINDINGS_TOLD; i++)
        w->finding[i].text = finding_text(w, &w->finding[i]);
}
