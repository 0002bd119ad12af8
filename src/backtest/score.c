#include "backtest/score.h"

#include <assert.h>
#include <math.h>

#include "base/banned.h"

static const double edges[SCORE_BINS + 1] = {0, 0.5, 0.7, 0.8, 0.9, 0.95, 0.99, 1};

static size_t bin_of(double p)
{
    size_t bin = 0;
    while (bin + 1 < SCORE_BINS && p >= edges[bin + 1])
        bin++;
    return bin;
}

void score_add(score *s, const double *p, const bool *is_true)
{
    assert(s->classes > 0 && s->classes <= SCORE_CLASSES_MAX);
    size_t trues = 0, best = 0, best_true = SIZE_MAX, place;
    for (size_t k = 0; k < s->classes; k++) {
        trues += is_true[k];
        best = p[k] > p[best] ? k : best;
        if (is_true[k] && (best_true == SIZE_MAX || p[k] > p[best_true]))
            best_true = k;
    }
    assert(trues > 0);
    place = 0; /* how many others stand before the best of the true ones */
    for (size_t k = 0; k < s->classes; k++)
        place += p[k] > p[best_true] || (p[k] == p[best_true] && k < best_true);
    s->asked++;
    s->first += place == 0;
    s->third += place < 3;
    for (size_t k = 0; k < s->classes; k++) {
        double y = is_true[k] ? 1 / (double)trues : 0;
        s->brier += (p[k] - y) * (p[k] - y);
        s->log_loss -= is_true[k] ? y * log(fmax(p[k], 1e-6)) : 0;
        s->confusion[k][best] += place == 0 ? k == best : is_true[k];
    }
    size_t bin = bin_of(p[best]);
    s->bin[bin].count++;
    s->bin[bin].right += place == 0;
    s->bin[bin].probability += p[best];
}

static double mean(const score *s, double sum)
{
    return s->asked ? sum / (double)s->asked : (double)NAN;
}

double score_first(const score *s)
{
    return mean(s, (double)s->first);
}

double score_third(const score *s)
{
    return mean(s, (double)s->third);
}

double score_brier(const score *s)
{
    return mean(s, s->brier);
}

double score_log_loss(const score *s)
{
    return mean(s, s->log_loss);
}

double score_ece(const score *s)
{
    double sum = 0;
    for (size_t i = 0; i < SCORE_BINS; i++)
        sum += fabs(s->bin[i].probability - (double)s->bin[i].right);
    return mean(s, sum);
}

void score_reliability(const score *s, report *r)
{
    report_table *t = report_table_add(r, "reliability", 4);
    report_cell(r, t, OQ_STR("p"));
    report_cell(r, t, OQ_STR("answers"));
    report_cell(r, t, OQ_STR("mean p"));
    report_cell(r, t, OQ_STR("right"));
    for (size_t i = 0; i < SCORE_BINS; i++) {
        double count = (double)s->bin[i].count;
        report_cell(r, t, oq_strf(r->arena, "%.2f-%.2f", edges[i], edges[i + 1]));
        report_number(r, t, count, 0);
        report_number(r, t, count > 0 ? s->bin[i].probability / count : (double)NAN, 3);
        report_number(r, t, count > 0 ? (double)s->bin[i].right / count : (double)NAN, 3);
    }
}

void score_confusion(const score *s, const oq_str *name, report *r)
{
    report_table *t = report_table_add(r, "confusion", s->classes + 1);
    report_cell(r, t, OQ_STR("true \\ named"));
    for (size_t k = 0; k < s->classes; k++)
        report_cell(r, t, name[k]);
    for (size_t k = 0; k < s->classes; k++) {
        size_t row = 0;
        for (size_t i = 0; i < s->classes; i++)
            row += s->confusion[k][i];
        if (row == 0)
            continue;
        report_cell(r, t, name[k]);
        for (size_t i = 0; i < s->classes; i++)
            report_number(r, t, (double)s->confusion[k][i], 0);
    }
}

/* --- intervals ----------------------------------------------------------------------------------*/

static const double z95 = 1.959963984540054;

void score_interval_share(size_t right, size_t of, double *ret_low, double *ret_high)
{
    double n = (double)of, p = of ? (double)right / n : (double)NAN;
    double middle = (p + z95 * z95 / (2 * n)) / (1 + z95 * z95 / n);
    double half = z95 / (1 + z95 * z95 / n) * sqrt(p * (1 - p) / n + z95 * z95 / (4 * n * n));
    *ret_low = of ? fmax(0, middle - half) : (double)NAN;
    *ret_high = of ? fmin(1, middle + half) : (double)NAN;
}

/* P(X <= count) of a Poisson distribution. */
static double poisson_below(size_t count, double mean)
{
    double sum = 0;
    for (size_t k = 0; k <= count; k++)
        sum += exp((double)k * log(mean) - mean - lgamma((double)k + 1));
    return sum;
}

/* The mean at which so few are as unlikely as `p`. */
static double poisson_mean(size_t count, double p)
{
    double low = 1e-9, high = 2 * (double)count + 20;
    for (int i = 0; i < 100; i++) {
        double middle = (low + high) / 2;
        *(poisson_below(count, middle) > p ? &low : &high) = middle;
    }
    return (low + high) / 2;
}

void score_interval_rate(size_t count, double exposure, double *ret_low, double *ret_high)
{
    *ret_low = count ? poisson_mean(count - 1, 0.975) / exposure : 0;
    *ret_high = poisson_mean(count, 0.025) / exposure;
}
