#include "quant/drift.h"

#include <math.h>

#include "quant/chance.h"

#include "base/banned.h"

enum { TENTHS = 10, LAST = DRIFT_QUANTILES - 1 };

const oq_choice drift_state_choices[] = {{DRIFT_STABLE, "STABLE"},
                                         {DRIFT_MOVED, "MOVED"},
                                         {DRIFT_SHIFTED, "SHIFTED"},
                                         {DRIFT_NOT_ENOUGH, "NOT_ENOUGH"},
                                         {0}};

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* The finite values, in order. */
static double *sort(oq_arena *temp, const double *value, size_t rows, size_t stride,
                    size_t *ret_count)
{
    double *sorted = oq_new_n(temp, double, rows);
    size_t count = 0;
    for (size_t i = 0; i < rows; i++)
        if (isfinite(value[i * stride]))
            sorted[count++] = value[i * stride];
    qsort(sorted, count, sizeof *sorted, compare);
    *ret_count = count;
    return sorted;
}

/* How many are at most x. */
static size_t at_most(const double *sorted, size_t count, double x)
{
    size_t low = 0, high = count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (sorted[middle] <= x)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static size_t below(const double *sorted, size_t count, double x)
{
    return at_most(sorted, count, nextafter(x, -INFINITY));
}

/* --- the base ------------------------------------------------------------------------------------*/

static void edge_add(drift_base *base, double edge)
{
    if (!base->bins || edge > base->edge[base->bins - 1])
        base->edge[base->bins++] = edge;
}

void drift_keep(oq_arena *temp, const double *value, size_t rows, size_t stride,
                drift_base *ret_base)
{
    oq_mark mark = oq_arena_mark(temp);
    size_t count;
    double *sorted = sort(temp, value, rows, stride, &count);
    drift_base base = {.rows = rows, .missing = rows - count};
    for (size_t k = 1; count && k < TENTHS; k++) {
        double edge = sorted[(count * k - 1) / TENTHS];
        if (at_most(sorted, count, edge) - below(sorted, count, edge) >= (count + 9) / TENTHS)
            edge_add(&base, nextafter(edge, -INFINITY));
        edge_add(&base, edge);
    }
    edge_add(&base, INFINITY);
    size_t before = 0;
    for (size_t b = 0; b < base.bins; b++) {
        size_t up_to = at_most(sorted, count, base.edge[b]);
        base.share[b] = (double)(up_to - before) / (double)rows;
        before = up_to;
    }
    if (rows)
        base.share[DRIFT_BINS] = (double)base.missing / (double)rows;
    for (size_t q = 0; q < DRIFT_QUANTILES; q++)
        base.quantile[q] = count ? sorted[(count - 1) * q / LAST] : NAN;
    oq_arena_rewind(temp, mark);
    *ret_base = base;
}

/* --- looking -------------------------------------------------------------------------------------*/

/* F of the base: with the rows at x itself, or those below it. */
static double then_at_most(const drift_base *base, double x)
{
    size_t up_to = at_most(base->quantile, DRIFT_QUANTILES, x);
    if (up_to == 0 || up_to == DRIFT_QUANTILES)
        return up_to ? 1 : 0;
    double a = base->quantile[up_to - 1], b = base->quantile[up_to];
    return ((double)(up_to - 1) + (x / 2 - a / 2) / (b / 2 - a / 2)) / LAST;
}

static double then_below(const drift_base *base, double x)
{
    size_t first = below(base->quantile, DRIFT_QUANTILES, x);
    if (first == 0 || first == DRIFT_QUANTILES)
        return first ? 1 : 0;
    double a = base->quantile[first - 1], b = base->quantile[first];
    return ((double)(first - 1) + (x / 2 - a / 2) / (b / 2 - a / 2)) / LAST;
}

static double distance_at(const drift_base *base, const double *sorted, size_t count, double x)
{
    double with = (double)at_most(sorted, count, x) / (double)count - then_at_most(base, x);
    double without = (double)below(sorted, count, x) / (double)count - then_below(base, x);
    return fmax(fabs(with), fabs(without));
}

/* P(D is as large without drift). */
static double kolmogorov(double distance, double n, double m)
{
    double root = sqrt(n * m / (n + m)), x = (root + 0.12 + 0.11 / root) * distance, sum = 0;
    if (x < 0.2)
        return 1;
    for (int k = 1; k <= 100; k++)
        sum += (k % 2 ? 2 : -2) * exp(-2.0 * k * k * x * x);
    return fmin(fmax(sum, 0), 1);
}

static void look_ks(const drift_base *base, const double *sorted, size_t count, drift *d)
{
    d->ks = d->ks_p = NAN;
    if (!count || base->rows == base->missing)
        return;
    d->ks = 0;
    for (size_t i = 0; i < count; i++)
        d->ks = fmax(d->ks, distance_at(base, sorted, count, sorted[i]));
    for (size_t q = 0; q < DRIFT_QUANTILES; q++)
        d->ks = fmax(d->ks, distance_at(base, sorted, count, base->quantile[q]));
    d->ks_p = kolmogorov(fmax(d->ks - 1.0 / LAST, 0), (double)(base->rows - base->missing),
                         (double)count);
}

/* PSI, and the chi-squared test of two samples in the same bins. */
static void look_psi(const drift_base *base, const double *sorted, size_t count, drift *d)
{
    double n = (double)base->rows, m = (double)d->rows, chi2 = 0;
    size_t before = 0, used = 0;
    for (size_t b = 0; b <= base->bins; b++) {
        bool is_missing = b == base->bins;
        size_t up_to = is_missing ? 0 : at_most(sorted, count, base->edge[b]);
        double found = is_missing ? (double)(d->rows - count) : (double)(up_to - before);
        double was = n * base->share[is_missing ? (size_t)DRIFT_BINS : b];
        before = up_to;
        if (was + found < 0.5)
            continue;
        used++;
        double then = fmax(was, 0.5) / n, now = (found + then) / (m + 1);
        d->psi += (now - then) * log(now / then);
        double miss = sqrt(m / n) * was - sqrt(n / m) * found;
        chi2 += miss * miss / (was + found);
    }
    d->psi_p = used > 1 ? chance_chi2_above((double)used - 1, chi2) : 1;
}

void drift_look(oq_arena *temp, const drift_base *base, const double *value, size_t rows,
                size_t stride, drift *ret_drift)
{
    drift d = {.state = DRIFT_NOT_ENOUGH,
               .rows = rows,
               .psi = NAN,
               .psi_p = NAN,
               .ks = NAN,
               .ks_p = NAN,
               .missing_then = base->rows ? (double)base->missing / (double)base->rows : NAN,
               .median_then = base->quantile[LAST / 2],
               .median_now = NAN};
    oq_mark mark = oq_arena_mark(temp);
    size_t count;
    double *sorted = sort(temp, value, rows, stride, &count);
    d.missing_now = rows ? (double)(rows - count) / (double)rows : NAN;
    if (count)
        d.median_now = sorted[(count - 1) / 2];
    if (rows >= DRIFT_ROWS_MIN && base->rows >= DRIFT_ROWS_MIN) {
        d.psi = 0;
        look_psi(base, sorted, count, &d);
        look_ks(base, sorted, count, &d);
        bool is_moved = (d.psi > 0.1 && d.psi_p < 0.01) || (d.ks > 0.1 && d.ks_p < 0.01);
        d.state = is_moved ? DRIFT_MOVED : DRIFT_STABLE;
        if (d.psi > 0.25 && d.psi_p < 0.01)
            d.state = DRIFT_SHIFTED;
    }
    oq_arena_rewind(temp, mark);
    *ret_drift = d;
}

/* --- stored --------------------------------------------------------------------------------------*/

static const double FORM = 1;
enum { EDGES_AT = 4, SHARES_AT = EDGES_AT + DRIFT_BINS, QUANTILES_AT = SHARES_AT + DRIFT_BINS + 1 };
static_assert(QUANTILES_AT + DRIFT_QUANTILES == DRIFT_NUMBERS, "all of them");

void drift_save(const drift_base *base, double *ret_number)
{
    ret_number[0] = FORM;
    ret_number[1] = (double)base->rows;
    ret_number[2] = (double)base->missing;
    ret_number[3] = (double)base->bins;
    memcpy(ret_number + EDGES_AT, base->edge, sizeof base->edge);
    memcpy(ret_number + SHARES_AT, base->share, sizeof base->share);
    memcpy(ret_number + QUANTILES_AT, base->quantile, sizeof base->quantile);
}

static bool is_count(double x)
{
    return x >= 0 && x < 1e15 && x == floor(x);
}

/* Edges rise to +inf, shares are shares, quantiles do not fall. */
static bool is_sound(const drift_base *base)
{
    for (size_t b = 0; b < base->bins; b++)
        if (isnan(base->edge[b]) || (b && base->edge[b] <= base->edge[b - 1]))
            return false;
    for (size_t b = 0; b <= DRIFT_BINS; b++)
        if (!(base->share[b] >= 0 && base->share[b] <= 1))
            return false;
    for (size_t q = 0; q < DRIFT_QUANTILES && base->rows > base->missing; q++)
        if (!isfinite(base->quantile[q]) || (q && base->quantile[q] < base->quantile[q - 1]))
            return false;
    return base->edge[base->bins - 1] == INFINITY;
}

oq_err *drift_load(const double *number, size_t count, drift_base *ret_base)
{
    if (count != DRIFT_NUMBERS || number[0] != FORM || !is_count(number[1]) ||
        !is_count(number[2]) || !is_count(number[3]) || number[3] < 1 || number[3] > DRIFT_BINS ||
        number[2] > number[1])
        return oq_fail(OQ_INTERNAL, "drift.malformed");
    drift_base base = {
        .rows = (size_t)number[1], .missing = (size_t)number[2], .bins = (size_t)number[3]};
    memcpy(base.edge, number + EDGES_AT, sizeof base.edge);
    memcpy(base.share, number + SHARES_AT, sizeof base.share);
    memcpy(base.quantile, number + QUANTILES_AT, sizeof base.quantile);
    if (!is_sound(&base))
        return oq_fail(OQ_INTERNAL, "drift.malformed");
    *ret_base = base;
    return NULL;
}
