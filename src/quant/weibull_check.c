/* Does a Weibull distribution fit the lives it came from? */
#include <math.h>

#include "quant/chance.h"
#include "quant/weibull_inner.h"

#include "base/banned.h"

enum { FAILURES_PER_CELL = 5, CELLS_MAX = 12, FAILURES_MIN = 15 };

static void check_paper(const kaplan_meier_step *step, size_t steps, weibull w,
                        weibull_check *ret_check)
{
    double before = 1, n = 0, sx = 0, sy = 0, sxx = 0, sxy = 0, syy = 0;
    size_t inside = 0, judged = 0;
    for (size_t i = 0; i < steps; i++) {
        double fitted = weibull_reliability(w, step[i].age);
        ret_check->distance =
            fmax(ret_check->distance, fmax(fabs(step[i].survival - fitted), fabs(before - fitted)));
        if (!isnan(step[i].low)) {
            judged++;
            inside += step[i].low <= fitted && fitted <= step[i].high;
        }
        double half = (before + step[i].survival) / 2;
        before = step[i].survival;
        if (half <= 0)
            continue;
        double x = log(step[i].age), y = log(-log(half));
        n++, sx += x, sy += y, sxx += x * x, sxy += x * y, syy += y * y;
    }
    ret_check->inside = judged ? (double)inside / (double)judged : NAN;
    double both = (n * sxx - sx * sx) * (n * syy - sy * sy);
    ret_check->correlation = n >= 3 && both > 0 ? (n * sxy - sx * sy) / sqrt(both) : NAN;
}

typedef struct hazards {
    const double *end, *entry; /* cumulated, of each unit */
    size_t count;
} hazards;

/* Failures expected while the cumulated hazard is below h. */
static double expected_below(const hazards *c, double h)
{
    double sum = 0;
    for (size_t i = 0; i < c->count; i++)
        sum += fmin(c->end[i], h) - fmin(c->entry[i], h);
    return sum;
}

static double hazard_with(const hazards *c, double expected, double most)
{
    double low = 0, high = most;
    for (int i = 0; i < 60; i++) {
        double middle = (low + high) / 2;
        if (expected_below(c, middle) < expected)
            low = middle;
        else
            high = middle;
    }
    return (low + high) / 2;
}

static void check_cells(const hazards *c, const lifetime *life, size_t failures, double most,
                        weibull_check *ret_check)
{
    size_t cells =
        failures / FAILURES_PER_CELL < CELLS_MAX ? failures / FAILURES_PER_CELL : (size_t)CELLS_MAX;
    double each = (double)failures / (double)cells, chi2 = 0;
    size_t found = 0;
    for (size_t k = 1; k <= cells; k++) {
        double edge = k < cells ? hazard_with(c, each * (double)k, most) : INFINITY;
        size_t below = 0;
        for (size_t i = 0; i < c->count; i++)
            below += life[i].has_failed && c->end[i] <= edge;
        double observed = (double)(below - found);
        chi2 += (observed - each) * (observed - each) / each;
        found = below;
    }
    ret_check->cells = cells;
    ret_check->chi2 = chi2;
    ret_check->p = chance_chi2_above((double)cells - 1, chi2);
}

void weibull_check_fit(oq_arena *temp, const weibull_fit *fit, const lifetime *life, size_t count,
                       weibull_check *ret_check)
{
    assert(fit->state == WEIBULL_FITTED);
    oq_mark mark = oq_arena_mark(temp);
    weibull_check check = {.chi2 = NAN, .p = NAN};
    kaplan_meier_step *step;
    kaplan_meier(temp, life, count, fit->confidence, &step, &check.steps);
    check_paper(step, check.steps, fit->at, &check);
    if (fit->failures >= FAILURES_MIN) {
        double *end = oq_new_n(temp, double, count), *entry = oq_new_n(temp, double, count);
        double most = 0;
        for (size_t i = 0; i < count; i++) {
            end[i] = pow(life[i].age / fit->at.eta, fit->at.beta);
            entry[i] = pow(life[i].entry / fit->at.eta, fit->at.beta);
            most = fmax(most, end[i]);
        }
        check_cells(&(hazards){end, entry, count}, life, fit->failures, most, &check);
    }
    oq_arena_rewind(temp, mark);
    *ret_check = check;
}
