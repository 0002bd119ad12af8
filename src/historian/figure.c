#include "historian/figure.h"

#include <math.h>

#include "base/banned.h"

const oq_choice figure_choices[] = {
    {FIGURE_MEAN, "mean"},
    {FIGURE_MEAN_SAMPLES, "mean_samples"},
    {FIGURE_MIN, "min"},
    {FIGURE_MAX, "max"},
    {FIGURE_FIRST, "first"},
    {FIGURE_LAST, "last"},
    {FIGURE_COUNT, "count"},
    {FIGURE_STDDEV, "stddev"},
    {FIGURE_PERCENT_GOOD, "percent_good"},
    {0, NULL},
};

double figure_of(figure f, const aggregate *a, oq_us length)
{
    switch (f) {
    case FIGURE_MEAN:
        return aggregate_mean(a);
    case FIGURE_MEAN_SAMPLES:
        return a->good ? a->sum / (double)a->good : NAN;
    case FIGURE_MIN:
        return a->min;
    case FIGURE_MAX:
        return a->max;
    case FIGURE_FIRST:
        return a->count ? a->first : NAN;
    case FIGURE_LAST:
        return a->count ? a->last : NAN;
    case FIGURE_COUNT:
        return (double)a->count;
    case FIGURE_STDDEV:
        return aggregate_stddev(a);
    case FIGURE_PERCENT_GOOD:
        return 100 * aggregate_good_share(a, length);
    case FIGURE_END:
        break;
    }
    return NAN;
}

/* What is a sample's own value keeps all its digits. */
static bool is_computed(figure f)
{
    return f == FIGURE_MEAN || f == FIGURE_MEAN_SAMPLES || f == FIGURE_STDDEV ||
           f == FIGURE_PERCENT_GOOD;
}

size_t figure_text(char *out, number_writer *w, figure f, const aggregate *a, oq_us length)
{
    double value = figure_of(f, a, length);
    if (!isfinite(value))
        return 0;
    return is_computed(f) ? number_put_computed(out, value) : number_put(w, out, value);
}

void figures_asked(const oq_strs *names, bool ret_asked[FIGURE_END])
{
    for (int f = 1; f < FIGURE_END; f++)
        ret_asked[f] = names->count == 0;
    for (size_t i = 0; i < names->count; i++) {
        int f;
        if (oq_choice_value(figure_choices, names->at[i], &f))
            ret_asked[f] = true;
    }
}
