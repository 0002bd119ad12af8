/* What the signals did, in words. */
#include "rca/inner.h"

#include <math.h>
#include <stdlib.h>

#include "base/banned.h"

/* Fouling and wear move a signal so slowly that a month's base holds most of their way. */
#define SLOW_LOOKED (14 * OQ_DAY)

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

/* "Power and GT-12 Temperature". */
static rca_two drivers_text(const rca_work *w, const rca_finding *f)
{
    rca_two all = signal_text(w, &w->signal[f->driver[0]]);
    for (size_t i = 1; i < f->drivers; i++)
        all = RCA_TEXT(&w->say, i + 1 < f->drivers ? "rca.finding.comma" : "rca.finding.and",
                       {"first", all}, {"second", signal_text(w, &w->signal[f->driver[i]])});
    return all;
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
    if (f->drivers)
        said = RCA_TEXT(&w->say, "rca.finding.against_state", {"finding", said},
                        {"drivers", drivers_text(w, f)});
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

/* --- all of it ----------------------------------------------------------------------------------*/

/* In the order of w->signal. */
static void set_series(rca_work *w)
{
    w->series = oq_new_n(w->arena, case_series, w->signals + 1);
    for (size_t i = 0; i < w->signals; i++) {
        const rca_signal *g = &w->signal[i];
        w->series[i] = (case_series){.no = g->series.no,
                                     .metric = g->series.metric,
                                     .is_root_asset = g->is_root,
                                     .is_state = g->series.is_state,
                                     .samples = &g->samples,
                                     .limit_low = g->limit_low,
                                     .limit_high = g->limit_high};
    }
}

static void add(rca_work *w, const signal_finding *f)
{
    rca_finding *made = &w->finding[w->findings++];
    *made = (rca_finding){.signal = &w->signal[f->series],
                          .what = f->what,
                          .is_slow = f->is_slow,
                          .beyond_limit = f->beyond_limit};
    for (size_t i = 0; f->by && i < f->by->drivers && i < RCA_DRIVERS_TOLD; i++)
        made->driver[made->drivers++] = f->by->driver[i];
}

void rca_find(rca_work *w)
{
    signal_rule rule = {.base_from = w->base_from,
                        .look_from = w->look_from,
                        .until = w->until,
                        .slow_from = w->it->anchor_time - SLOW_LOOKED};
    set_series(w);
    cause_signals_find(w->arena, w->series, w->signals, &rule, &w->found);
    w->finding = oq_new_n(w->arena, rca_finding, w->found.count);
    for (size_t i = 0; i < w->found.count; i++)
        add(w, &w->found.at[i]);
    qsort(w->finding, w->findings, sizeof *w->finding, compare_findings);
    for (size_t i = 0; i < w->findings && i < RCA_FINDINGS_TOLD; i++)
        w->finding[i].text = finding_text(w, &w->finding[i]);
}
