/* What the signals did, in words. */
#include "rca/inner.h"

#include <math.h>
#include <stdlib.h>

#include "base/banned.h"

enum { FINDINGS_TOLD = 24 };

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

/* The case says which signals have findings; their sides are found again, for those alone. */
static bool has_findings(const rca_work *w, const rca_signal *g)
{
    for (size_t i = 0; i < w->c.items; i++)
        if (w->c.item[i].series_no == g->series.no && w->c.item[i].finding)
            return true;
    return false;
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
        w->finding[w->findings++] = (rca_finding){
            .signal = g,
            .what = found.at[i],
            .beyond_limit = found.at[i].after > g->limit_high || found.at[i].after < g->limit_low};
}

void rca_find(rca_work *w)
{
    w->finding = oq_new_n(w->arena, rca_finding, w->signals * FINDINGS_MAX);
    for (size_t i = 0; i < w->signals; i++)
        if (has_findings(w, &w->signal[i]))
            find_of(w, &w->signal[i]);
    qsort(w->finding, w->findings, sizeof *w->finding, compare_findings);
    if (w->findings > FINDINGS_TOLD)
        w->findings = FINDINGS_TOLD;
    for (size_t i = 0; i < w->findings; i++)
        w->finding[i].text = finding_text(w, &w->finding[i]);
}
