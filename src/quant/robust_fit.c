#include "quant/robust_fit.h"

#include <math.h>
#include <stdlib.h>

#include "quant/matrix.h"

#include "base/banned.h"

#define MAD_TO_SIGMA 1.4826
#define WINSOR       2.5
#define FAR          5.0
#define HUBER        1.345
#define BIWEIGHT     4.685
enum { TURNS = 30, CHOICES = 3 };

typedef struct fitting {
    oq_arena *temp;
    const double *x, *y;
    size_t rows, columns;
    const bool *may;
    double *kept;           /* y, its residuals from the fit so far winsorized: for the choice */
    double *centre, *scale; /* of each column, and of y as the last */
    double *correlation;    /* (columns + 1)^2 */
    double *sorted;         /* room for one column */
} fitting;

static int compare_numbers(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median_of(double *value, size_t count)
{
    if (count == 0)
        return NAN;
    qsort(value, count, sizeof *value, compare_numbers);
    return count % 2 ? value[count / 2] : (value[count / 2 - 1] + value[count / 2]) / 2;
}

static double at(const fitting *f, size_t row, size_t column)
{
    return column == f->columns ? f->kept[row] : f->x[row * f->columns + column];
}

static void centre_column(fitting *f, size_t column)
{
    size_t count = 0;
    for (size_t i = 0; i < f->rows; i++)
        if (!isnan(at(f, i, column)))
            f->sorted[count++] = at(f, i, column);
    double middle = median_of(f->sorted, count), scale;
    for (size_t i = 0; i < count; i++)
        f->sorted[i] = fabs(f->sorted[i] - middle);
    scale = MAD_TO_SIGMA * median_of(f->sorted, count);
    f->centre[column] = middle;
    f->scale[column] = count >= ROBUST_ROWS_MIN && scale > 1e-12 * fabs(middle) ? scale : 0;
}

static double standard(const fitting *f, size_t row, size_t column)
{
    double z = (at(f, row, column) - f->centre[column]) / f->scale[column];
    return fmin(fmax(z, -WINSOR), WINSOR);
}

static bool is_usable(const fitting *f, size_t column)
{
    return f->scale[column] > 0 && (column == f->columns || f->may[column]);
}

static double correlate(const fitting *f, size_t a, size_t b)
{
    double ab = 0, aa = 0, bb = 0;
    for (size_t i = 0; i < f->rows; i++) {
        double x = standard(f, i, a), y = standard(f, i, b);
        if (isnan(x) || isnan(y))
            continue;
        ab += x * y;
        aa += x * x;
        bb += y * y;
    }
    return aa > 0 && bb > 0 ? ab / sqrt(aa * bb) : 0;
}

/* From the row of this column on: y alone changes from turn to turn. */
static void correlate_from(fitting *f, size_t first)
{
    size_t n = f->columns + 1;
    for (size_t a = first; a < n; a++)
        for (size_t b = 0; b <= a; b++) {
            double r = is_usable(f, a) && is_usable(f, b) ? a == b ? 1 : correlate(f, a, b) : 0;
            f->correlation[a * n + b] = f->correlation[b * n + a] = r;
        }
}

/* --- which columns ------------------------------------------------------------------------------*/

/* The share of y's variance that these columns leave, by their correlations; 1 where they say the
 * same twice. */
static double share_left(const fitting *f, const size_t *term, size_t terms)
{
    double a[ROBUST_TERMS_MAX * ROBUST_TERMS_MAX], b[ROBUST_TERMS_MAX], taken = 0;
    size_t n = f->columns + 1;
    for (size_t i = 0; i < terms; i++) {
        b[i] = f->correlation[term[i] * n + f->columns];
        for (size_t k = 0; k < terms; k++)
            a[i * terms + k] = f->correlation[term[i] * n + term[k]] + (i == k ? 1e-6 : 0);
    }
    if (!matrix_cholesky(a, terms))
        return 1;
    matrix_forward(a, terms, b);
    for (size_t i = 0; i < terms; i++)
        taken += b[i] * b[i];
    return fmax(1 - taken, 1e-9);
}

static void choose(const fitting *f, robust_fit *fit)
{
    double best = 0, n = (double)f->rows;
    while (fit->terms < ROBUST_TERMS_MAX) {
        size_t found = SIZE_MAX;
        double least = best;
        for (size_t c = 0; c < f->columns; c++) {
            bool is_in = !is_usable(f, c);
            for (size_t k = 0; k < fit->terms; k++)
                is_in = is_in || fit->term[k] == c;
            if (is_in)
                continue;
            fit->term[fit->terms] = c;
            double bic = n * log(share_left(f, fit->term, fit->terms + 1)) +
                         (double)(fit->terms + 1) * log(n);
            if (bic < least) {
                least = bic;
                found = c;
            }
        }
        if (found == SIZE_MAX)
            break;
        fit->term[fit->terms++] = found;
        best = least;
    }
}

/* --- coefficients -------------------------------------------------------------------------------*/

typedef struct rows_taken {
    const fitting *f;
    double *z; /* rows * (terms + 1): 1 and the standardized columns */
    double *y; /* in scales from the centre */
    double *residual;
    size_t count, width;
} rows_taken;

static rows_taken take_rows(const fitting *f, const robust_fit *fit)
{
    rows_taken t = {.f = f, .width = fit->terms + 1};
    t.z = oq_new_n(f->temp, double, f->rows * t.width);
    t.y = oq_new_n(f->temp, double, f->rows);
    t.residual = oq_new_n(f->temp, double, f->rows);
    for (size_t i = 0; i < f->rows; i++) {
        double *z = t.z + t.count * t.width;
        bool is_complete = !isnan(f->y[i]);
        z[0] = 1;
        for (size_t k = 0; k < fit->terms; k++) {
            size_t c = fit->term[k];
            z[k + 1] = (at(f, i, c) - f->centre[c]) / f->scale[c];
            is_complete = is_complete && fabs(z[k + 1]) <= FAR; /* NaN: not */
        }
        if (is_complete)
            t.y[t.count++] = (f->y[i] - f->centre[f->columns]) / f->scale[f->columns];
    }
    return t;
}

static double weight_of(double r, bool is_last_part)
{
    double u = fabs(r);
    if (!is_last_part)
        return u <= HUBER ? 1 : HUBER / u;
    return u >= BIWEIGHT ? 0 : pow(1 - pow(u / BIWEIGHT, 2), 2);
}

static double scale_of(const rows_taken *t)
{
    for (size_t i = 0; i < t->count; i++)
        t->f->sorted[i] = fabs(t->residual[i]);
    return fmax(MAD_TO_SIGMA * median_of(t->f->sorted, t->count), 1e-9);
}

static void set_residuals(rows_taken *t, const double *b)
{
    for (size_t i = 0; i < t->count; i++) {
        double fitted = 0;
        for (size_t k = 0; k < t->width; k++)
            fitted += b[k] * t->z[i * t->width + k];
        t->residual[i] = t->y[i] - fitted;
    }
}

/* One turn; false: the rows do not tell the columns apart. */
static bool improve(rows_taken *t, double scale, bool is_last_part, double *b)
{
    enum { N = ROBUST_TERMS_MAX + 1 };
    size_t n = t->width;
    double a[N * N] = {0}, c[N] = {0};
    for (size_t i = 0; i < t->count; i++) {
        const double *z = t->z + i * n;
        double w = weight_of(t->residual[i] / scale, is_last_part);
        for (size_t k = 0; k < n; k++) {
            c[k] += w * z[k] * t->y[i];
            for (size_t m = 0; m <= k; m++)
                a[k * n + m] += w * z[k] * z[m];
        }
    }
    for (size_t k = 0; k < n; k++) {
        a[k * n + k] += 1e-9 * (double)t->count;
        for (size_t m = k + 1; m < n; m++)
            a[k * n + m] = a[m * n + k];
    }
    if (!matrix_cholesky(a, n))
        return false;
    matrix_forward(a, n, c);
    matrix_backward(a, n, c);
    memcpy(b, c, n * sizeof *b);
    set_residuals(t, b);
    return true;
}

static bool refine(const fitting *f, robust_fit *fit)
{
    double b[ROBUST_TERMS_MAX + 1] = {0}, scale = 1;
    rows_taken t = take_rows(f, fit);
    fit->rows = t.count;
    if (t.count < ROBUST_ROWS_MIN)
        return false;
    set_residuals(&t, b); /* of the medians */
    for (int i = 0; i < TURNS; i++) {
        scale = scale_of(&t);
        if (!improve(&t, scale, 3 * i >= TURNS, b))
            return false;
    }
    scale = scale_of(&t);
    double y_scale = f->scale[f->columns];
    fit->scale = scale * y_scale;
    fit->intercept = f->centre[f->columns] + b[0] * y_scale;
    for (size_t k = 0; k < fit->terms; k++) {
        fit->coefficient[k] = b[k + 1] * y_scale / f->scale[fit->term[k]];
        fit->intercept -= fit->coefficient[k] * f->centre[fit->term[k]];
    }
    return true;
}

/* What is far from the fit counts as if it stood at its edge (pseudo values: Huber and Ronchetti,
 * section 7.8); columns that wild rows had hidden come out. */
static void keep_near(fitting *f, const robust_fit *fit)
{
    double reach = WINSOR * fit->scale;
    for (size_t i = 0; i < f->rows; i++) {
        double expected = robust_fit_at(fit, f->x + i * f->columns);
        if (!isnan(expected) && !isnan(f->y[i]))
            f->kept[i] = expected + fmin(fmax(f->y[i] - expected, -reach), reach);
    }
    centre_column(f, f->columns);
    correlate_from(f, f->columns);
}

bool robust_fit_make(oq_arena *temp, const double *x, const double *y, size_t rows, size_t columns,
                     const bool *may, robust_fit *ret_fit)
{
    oq_mark mark = oq_arena_mark(temp);
    fitting f = {.temp = temp, .x = x, .y = y, .rows = rows, .columns = columns, .may = may};
    f.centre = oq_new_n(temp, double, columns + 1);
    f.scale = oq_new_n(temp, double, columns + 1);
    f.sorted = oq_new_n(temp, double, rows + 1);
    f.correlation = oq_new_n(temp, double, (columns + 1) * (columns + 1));
    f.kept = oq_copy(temp, y, rows * sizeof *y);
    for (size_t c = 0; c <= columns; c++)
        centre_column(&f, c);
    *ret_fit = (robust_fit){0};
    bool is_good = f.scale[columns] > 0;
    double y_scale = f.scale[columns];
    if (is_good)
        correlate_from(&f, 0);
    for (int turn = 0; is_good && turn < CHOICES; turn++) {
        ret_fit->terms = 0;
        choose(&f, ret_fit);
        is_good = refine(&f, ret_fit);
        if (is_good && turn + 1 < CHOICES)
            keep_near(&f, ret_fit);
        is_good = is_good && f.scale[columns] > 0;
    }
    ret_fit->explained = fmax(0, 1 - pow(ret_fit->scale / y_scale, 2));
    oq_arena_rewind(temp, mark);
    return is_good;
}

double robust_fit_at(const robust_fit *f, const double *row)
{
    double value = f->intercept;
    for (size_t k = 0; k < f->terms; k++)
        value += f->coefficient[k] * row[f->term[k]];
    return value;
}
