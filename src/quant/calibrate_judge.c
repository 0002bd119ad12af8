/* How good probabilities are. */
#include <math.h>

#include "quant/calibrate.h"
#include "quant/chance.h"

#include "base/banned.h"

void calibrate_wilson(size_t k, size_t n, double confidence, double *ret_low, double *ret_high)
{
    assert(k <= n && confidence > 0 && confidence < 1);
    *ret_low = 0;
    *ret_high = 1;
    if (!n)
        return;
    double z = chance_normal_quantile((1 + confidence) / 2), count = (double)n;
    double share = (double)k / count, z2 = z * z / count;
    double middle = (share + z2 / 2) / (1 + z2);
    double reach = z * sqrt(share * (1 - share) / count + z2 / (4 * count)) / (1 + z2);
    *ret_low = k == 0 ? 0 : fmax(middle - reach, 0);
    *ret_high = k == n ? 1 : fmin(middle + reach, 1);
}

typedef struct row {
    double p;
    bool y;
} row;

static int compare_row(const void *a, const void *b)
{
    const row *x = a, *y = b;
    return (x->p > y->p) - (x->p < y->p);
}

static row *rows_sort(oq_arena *temp, const double *p, const bool *y, size_t rows)
{
    row *all = oq_new_n(temp, row, rows);
    for (size_t i = 0; i < rows; i++)
        all[i] = (row){p[i], y[i]};
    qsort(all, rows, sizeof *all, compare_row);
    return all;
}

/* --- bins ------------------------------------------------------------------------------------------*/

/* Rows [from, to) are a bin. */
static void bin_add(judgement *j, const row *all, size_t from, size_t to, double confidence)
{
    reliability_bin *b = &j->bin[j->bins++];
    *b = (reliability_bin){.rows = to - from, .from = all[from].p, .to = all[to - 1].p};
    double n = (double)b->rows, sum = 0, both = 0, square = 0;
    for (size_t i = from; i < to; i++) {
        b->happened += all[i].y;
        sum += all[i].p;
    }
    b->told = sum / n;
    b->seen = (double)b->happened / n;
    for (size_t i = from; i < to; i++) {
        square += (all[i].p - b->told) * (all[i].p - b->told);
        both += (all[i].p - b->told) * ((double)all[i].y - b->seen);
    }
    calibrate_wilson(b->happened, b->rows, confidence, &b->low, &b->high);
    double total = (double)j->rows, share = (double)j->positives / total, miss = b->told - b->seen;
    j->brier_miscalibration += n / total * miss * miss;
    j->brier_resolution += n / total * (b->seen - share) * (b->seen - share);
    j->brier_within += (square - 2 * both) / total;
    j->ece += n / total * fabs(miss);
    j->mce = fmax(j->mce, fabs(miss));
}

/* Each bin ends at its share of the rows, or later where equal p go on. */
static void bins_make(judgement *j, const row *all, size_t bins, double confidence)
{
    size_t from = 0;
    for (size_t k = 1; k <= bins && from < j->rows; k++) {
        size_t to = j->rows / bins * k + j->rows % bins * k / bins;
        if (to <= from)
            continue;
        while (to < j->rows && all[to].p == all[to - 1].p)
            to++;
        bin_add(j, all, from, to, confidence);
        from = to;
    }
}

/* --- ranks ------------------------------------------------------------------------------------------*/

static void judge_auc(judgement *j, const row *all)
{
    double n1 = (double)j->positives, n0 = (double)(j->rows - j->positives), sum = 0;
    j->auc = j->auc_error = NAN;
    if (n1 == 0 || n0 == 0)
        return;
    for (size_t i = 0; i < j->rows;) {
        size_t end = i;
        double happened = 0;
        for (; end < j->rows && all[end].p == all[i].p; end++)
            happened += all[end].y;
        sum += happened * ((double)(i + end) + 1) / 2; /* mean rank of equal ones, from 1 */
        i = end;
    }
    double a = (sum - n1 * (n1 + 1) / 2) / (n1 * n0);
    double q1 = a / (2 - a), q2 = 2 * a * a / (1 + a);
    j->auc = a;
    j->auc_error =
        sqrt(fmax(a * (1 - a) + (n1 - 1) * (q1 - a * a) + (n0 - 1) * (q2 - a * a), 0) / (n1 * n0));
}

static oq_err *check(const double *p, size_t rows)
{
    if (!rows)
        return oq_fail(OQ_INVALID, "calibration.none");
    for (size_t i = 0; i < rows; i++)
        if (!(p[i] >= 0 && p[i] <= 1))
            return oq_fail(OQ_INVALID, "calibration.score_invalid", "row=%zu score=%g", i + 1,
                           p[i]);
    return NULL;
}

oq_err *calibrate_judge(oq_arena *temp, const double *p, const bool *has_happened, size_t rows,
                        size_t bins, double confidence, judgement *ret_judgement)
{
    bins = bins ? bins : 10;
    assert(bins <= CALIBRATE_BINS_MAX);
    OQ_TRY(check(p, rows));
    oq_mark mark = oq_arena_mark(temp);
    row *all = rows_sort(temp, p, has_happened, rows);
    judgement j = {.rows = rows};
    double n = (double)rows;
    for (size_t i = 0; i < rows; i++) {
        double y = all[i].y, told = y > 0 ? all[i].p : 1 - all[i].p;
        j.positives += all[i].y;
        j.brier += (all[i].p - y) * (all[i].p - y) / n;
        j.log_loss -= log(fmin(fmax(told, 1e-15), 1 - 1e-15)) / n;
    }
    double share = (double)j.positives / n;
    j.brier_uncertainty = share * (1 - share);
    j.brier_skill = j.brier_uncertainty > 0 ? 1 - j.brier / j.brier_uncertainty : NAN;
    bins_make(&j, all, bins, confidence);
    judge_auc(&j, all);
    oq_arena_rewind(temp, mark);
    *ret_judgement = j;
    return NULL;
}

/* --- at a threshold ---------------------------------------------------------------------------------*/

static double share_of(size_t k, size_t n)
{
    return n ? (double)k / (double)n : NAN;
}

warnings calibrate_warnings(const double *p, const bool *has_happened, size_t rows,
                            double threshold, double confidence)
{
    warnings w = {0};
    for (size_t i = 0; i < rows; i++) {
        bool is_warned = p[i] >= threshold, y = has_happened[i];
        w.right += is_warned && y;
        w.wrong += is_warned && !y;
        w.missed += !is_warned && y;
        w.quiet += !is_warned && !y;
    }
    w.precision = share_of(w.right, w.right + w.wrong);
    w.recall = share_of(w.right, w.right + w.missed);
    w.false_rate = share_of(w.wrong, w.wrong + w.quiet);
    w.f1 = share_of(2 * w.right, 2 * w.right + w.wrong + w.missed);
    calibrate_wilson(w.right, w.right + w.wrong, confidence, &w.precision_low, &w.precision_high);
    calibrate_wilson(w.right, w.right + w.missed, confidence, &w.recall_low, &w.recall_high);
    return w;
}

double calibrate_best_threshold(oq_arena *temp, const double *p, const bool *has_happened,
                                size_t rows)
{
    oq_mark mark = oq_arena_mark(temp);
    row *all = rows_sort(temp, p, has_happened, rows);
    size_t positives = 0, right = 0, warned = 0;
    for (size_t i = 0; i < rows; i++)
        positives += all[i].y;
    double best = NAN, most = 0;
    for (size_t i = rows; i-- > 0;) {
        right += all[i].y;
        warned++;
        if (i && all[i - 1].p == all[i].p)
            continue;
        double f1 = share_of(2 * right, warned + positives);
        if (f1 > most) {
            most = f1;
            best = all[i].p;
        }
    }
    oq_arena_rewind(temp, mark);
    return best;
}
