#include "quant/forecast.h"

#include <math.h>

#include "quant/detect_inner.h"

#include "base/banned.h"

#define DAMPING       0.9
#define HUBER         2.0
#define MAD_TO_SIGMA  1.4826
#define MEAN_TO_SIGMA 1.2533
enum { VALUES_MIN = 20 };

forecast_point forecast_next(forecast *f, const forecast_rule *rule, double value)
{
    bool is_known = f->seen > 0 && f->missed <= FORECAST_MISSED_MAX;
    double ahead = f->level + DAMPING * f->trend;
    forecast_point p = {is_known ? ahead : NAN, is_known ? (value - ahead) / rule->scale : NAN};
    if (isnan(value)) {
        f->missed++;
        f->level = ahead;
        f->trend *= DAMPING;
        return p;
    }
    if (is_known) {
        double kept = fmin(fmax(p.residual, -HUBER), HUBER) * rule->scale, before = f->level;
        f->level = ahead + rule->level * kept;
        f->trend = rule->trend * (f->level - before) + (1 - rule->trend) * DAMPING * f->trend;
    } else {
        f->level = value;
        f->trend = 0;
    }
    f->seen++;
    f->missed = 0;
    return p;
}

/* The scale of the residuals that these weights leave, cleaned by `rough`. 0: none. */
static double scale_with(double *off, const double *value, size_t count, double level, double trend,
                         double rough)
{
    forecast_rule rule = {level, trend, rough};
    forecast f = {0};
    size_t n = 0;
    double mean = 0;
    for (size_t i = 0; i < count; i++) {
        forecast_point p = forecast_next(&f, &rule, value[i]);
        if (!isnan(p.residual))
            off[n++] = fabs(p.residual) * rough;
    }
    for (size_t i = 0; i < n; i++)
        mean += off[i] / (double)n;
    double scale = n ? MAD_TO_SIGMA * detect_middle(off, n) : 0;
    return scale > 0 ? scale : MEAN_TO_SIGMA * mean;
}

bool forecast_learn(oq_arena *temp, const double *value, size_t count, forecast_rule *ret_rule)
{
    static const double levels[] = {0.1, 0.3, 0.6, 1}, trends[] = {0, 0.1, 0.4};
    oq_mark mark = oq_arena_mark(temp);
    double *off = oq_new_n(temp, double, count), last = NAN, rough = 0, best = INFINITY;
    size_t there = 0, steps = 0;
    for (size_t i = 0; i < count; i++) {
        if (isnan(value[i]))
            continue;
        if (there++ && value[i] != last)
            off[steps++] = fabs(value[i] - last);
        last = value[i];
    }
    bool is_known = there >= VALUES_MIN && steps > 0;
    if (is_known) { /* how far it goes when it moves at all */
        rough = MAD_TO_SIGMA * detect_middle(off, steps);
    }
    for (size_t i = 0; is_known && i < OQ_COUNT(levels); i++)
        for (size_t k = 0; k < OQ_COUNT(trends); k++) {
            double scale = scale_with(off, value, count, levels[i], trends[k], rough);
            if (scale > 0 && scale < best) {
                best = scale;
                *ret_rule = (forecast_rule){levels[i], trends[k], scale};
            }
        }
    oq_arena_rewind(temp, mark);
    return is_known && isfinite(best);
}
