/* How good answers are: thresholds, rates with intervals, ranks, reliability. */
#include <math.h>
#include <stdlib.h>

#include "quant/failure_inner.h"

#include "base/banned.h"

enum { RESAMPLES = 400 };

typedef struct answer {
    double p;
    bool is_true;
} answer;

/* The largest first; equal ones false before true, so that the order does not depend on the sort.
 */
static int compare_answers(const void *a, const void *b)
{
    const answer *x = a, *y = b;
    int by = (x->p < y->p) - (x->p > y->p);
    return by ? by : x->is_true - y->is_true;
}

static answer *sort_answers(oq_arena *temp, const double *p, const bool *is_true, size_t count)
{
    answer *all = oq_new_n(temp, answer, count);
    for (size_t i = 0; i < count; i++)
        all[i] = (answer){p[i], is_true[i]};
    qsort(all, count, sizeof *all, compare_answers);
    return all;
}

static double f1_of(double right, double warned, double positives)
{
    return warned + positives > 0 ? 2 * right / (warned + positives) : (double)NAN;
}

double failure_log_odds(double p)
{
    p = fmin(fmax(p, 1e-9), 1 - 1e-9);
    return log(p / (1 - p));
}

double failure_threshold(oq_arena *temp, const double *p, const bool *is_true, size_t count,
                         double alike)
{
    answer *all = sort_answers(temp, p, is_true, count);
    double *f1 = oq_new_n(temp, double, count);
    double positives = 0, right = 0;
    size_t best = 0;
    for (size_t i = 0; i < count; i++)
        positives += all[i].is_true;
    for (size_t i = 0; i < count; i++) {
        right += all[i].is_true;
        bool is_cut = i + 1 == count || all[i + 1].p < all[i].p; /* equal answers warn together */
        f1[i] = is_cut ? f1_of(right, (double)(i + 1), positives) : NAN;
        best = is_cut && !(f1[i] <= f1[best]) ? i : best;
    }
    double error = sqrt(f1[best] * (1 - f1[best]) * alike / fmax(positives, 1));
    double enough = fmax(f1[best] - error, 0.9 * f1[best]);
    size_t first = best, last = best;
    while (first > 0 && !(f1[first - 1] < enough))
        first--;
    while (last + 1 < count && !(f1[last + 1] < enough))
        last++;
    double low = last + 1 < count ? all[last + 1].p : all[last].p;
    return 1 / (1 + exp(-(failure_log_odds(all[first].p) + failure_log_odds(low)) / 2));
}

/* --- rates and their intervals -------------------------------------------------------------------------*/

typedef struct tally {
    double right, warned, positives;
} tally;

/* splitmix64 */
static uint64_t draw(uint64_t *dice)
{
    uint64_t z = *dice += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

static int compare_doubles(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static failure_rate rate_of(double value, double *sample, size_t count)
{
    qsort(sample, count, sizeof *sample, compare_doubles);
    if (isnan(value) || count < RESAMPLES / 2)
        return (failure_rate){value, NAN, NAN};
    return (failure_rate){value, fmin(value, sample[count / 40]),
                          fmax(value, sample[count - 1 - count / 40])};
}

static void put_defined(double value, double *sample, size_t *count)
{
    if (!isnan(value))
        sample[(*count)++] = value;
}

/* Assets are drawn with their rows: those of one asset resemble each other. */
static void find_rates(const tally *of, size_t assets, failure_metrics *m)
{
    double precision[RESAMPLES], recall[RESAMPLES], f1[RESAMPLES];
    size_t count[3] = {0};
    uint64_t dice = 1;
    tally all = {0};
    for (size_t i = 0; i < assets; i++) {
        all.right += of[i].right;
        all.warned += of[i].warned;
        all.positives += of[i].positives;
    }
    for (size_t k = 0; k < RESAMPLES; k++) {
        tally t = {0};
        for (size_t i = 0; i < assets; i++) {
            const tally *one = &of[draw(&dice) % assets];
            t.right += one->right;
            t.warned += one->warned;
            t.positives += one->positives;
        }
        put_defined(t.right / t.warned, precision, &count[0]);
        put_defined(t.right / t.positives, recall, &count[1]);
        put_defined(f1_of(t.right, t.warned, t.positives), f1, &count[2]);
    }
    m->precision = rate_of(all.right / all.warned, precision, count[0]);
    m->recall = rate_of(all.right / all.positives, recall, count[1]);
    m->f1 = rate_of(f1_of(all.right, all.warned, all.positives), f1, count[2]);
    m->warned = (size_t)all.warned;
    m->warned_right = (size_t)all.right;
    m->positives = (size_t)all.positives;
}

/* --- reliability ---------------------------------------------------------------------------------------*/

/* Bins of equal rows would put nearly all of what is rare into the last one: bins are of equal sums
 * of predicted failures instead, so that each says as much about them. */
static void find_bins(const answer *all, size_t count, failure_metrics *m)
{
    double sum = 0, taken = 0;
    for (size_t i = 0; i < count; i++)
        sum += all[i].p;
    for (size_t i = 0; i < count; i++) {
        size_t k = sum > 0 ? (size_t)(taken / sum * FAILURE_BINS) : 0;
        failure_bin *bin = &m->bin[FAILURE_BINS - 1 - (k < FAILURE_BINS ? k : FAILURE_BINS - 1)];
        bin->rows++;
        bin->failed += all[i].is_true;
        bin->predicted += all[i].p;
        taken += all[i].p;
    }
    for (size_t k = 0; k < FAILURE_BINS; k++) {
        failure_bin *bin = &m->bin[k];
        bin->predicted /= (double)bin->rows;
        bin->observed = (double)bin->failed / (double)bin->rows;
        calibrate_wilson(bin->failed, bin->rows, 0.95, &bin->low, &bin->high);
    }
}

/* --- failures foretold ---------------------------------------------------------------------------------*/

typedef struct foretelling {
    const failure_rows *rows;
    size_t component, failures, foretold;
    oq_us *warned_at; /* assets; OQ_TIME_NONE */
    size_t *next;     /* assets: the failure that comes next */
} foretelling;

/* The asset's failures before `stop`: was there a warning within the horizon before them? */
static void take_failures(foretelling *f, size_t whose, oq_us stop)
{
    const failure_asset *a = &f->rows->asset[whose];
    for (size_t *next = &f->next[whose]; *next < a->failures; (*next)++) {
        const failure_mark *failure = &a->failure[*next];
        oq_us warned_at = f->warned_at[whose];
        if (failure->at >= stop)
            return;
        if (failure->component != f->component)
            continue;
        f->failures++;
        f->foretold += warned_at != OQ_TIME_NONE && warned_at > failure->at - f->rows->horizon;
    }
}

static foretelling count_foretold(oq_arena *temp, const failure_rows *r, size_t assets,
                                  size_t component, size_t first, size_t end, const double *p,
                                  double threshold)
{
    foretelling f = {.rows = r, .component = component};
    if (first == end)
        return f;
    f.warned_at = oq_new_n(temp, oq_us, assets);
    f.next = oq_new_n(temp, size_t, assets);
    for (size_t i = 0; i < assets; i++) {
        take_failures(&f, i, r->at[first]);
        f.warned_at[i] = OQ_TIME_NONE;
    }
    f.failures = f.foretold = 0;
    for (size_t k = first; k < end; k++) {
        take_failures(&f, r->whose[k], r->at[k]);
        if (p[k - first] >= threshold)
            f.warned_at[r->whose[k]] = r->at[k];
    }
    for (size_t i = 0; i < assets; i++)
        take_failures(&f, i, r->at[end - 1] + r->horizon);
    return f;
}

oq_err *failure_judge(oq_arena *temp, const failure_rows *r, size_t assets, size_t component,
                      size_t first, size_t end, const double *p, double threshold,
                      failure_metrics *ret_metrics)
{
    size_t count = end - first;
    failure_metrics m = {.rows = count};
    tally *of = oq_new_n(temp, tally, assets);
    bool *is_true = oq_new_n(temp, bool, count);
    for (size_t i = 0; i < count; i++) {
        tally *t = &of[r->whose[first + i]];
        is_true[i] = failure_row_fails(r, first + i, component);
        bool is_warned = p[i] >= threshold;
        t->warned += is_warned;
        t->positives += is_true[i];
        t->right += is_warned && is_true[i];
    }
    find_rates(of, assets, &m);
    answer *all = sort_answers(temp, p, is_true, count);
    judgement j;
    OQ_TRY(calibrate_judge(temp, p, is_true, count, 0, 0.95, &j));
    m.auc = j.auc;
    m.brier = j.brier;
    m.brier_base = j.brier_uncertainty;
    m.calibration_error = j.ece;
    find_bins(all, count, &m);
    foretelling f = count_foretold(temp, r, assets, component, first, end, p, threshold);
    m.failures = f.failures;
    m.foretold = f.foretold;
    *ret_metrics = m;
    return NULL;
}

double failure_part_says(const failure_part *part, const float *row)
{
    float p;
    boost_predict(part->trees, row, &p);
    return calibrate(&part->calibration, failure_log_odds((double)p));
}
