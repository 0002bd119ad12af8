#include "quant/calibrate.h"

#include <math.h>

#include "base/banned.h"

enum { ISOTONIC_ROWS = 1000, ISOTONIC_EACH = 100, PLATT_EACH = 5 };

const oq_choice calibration_kind_choices[] = {{CALIBRATION_NONE, "NONE"},
                                              {CALIBRATION_PLATT, "PLATT"},
                                              {CALIBRATION_ISOTONIC, "ISOTONIC"},
                                              {0}};

static double logistic(double z)
{
    return z >= 0 ? 1 / (1 + exp(-z)) : exp(z) / (1 + exp(z));
}

/* --- Platt ---------------------------------------------------------------------------------------*/

typedef struct platt {
    const double *score;
    const bool *y;
    size_t rows;
    double middle, scale; /* of the scores: Newton's steps want numbers around 1 */
    double target[2];
} platt;

/* -ln of the likelihood, and its derivatives by slope and shift. */
typedef struct platt_view {
    double loss, g[2], h[3];
} platt_view;

static platt_view platt_look(const platt *p, double slope, double shift)
{
    platt_view v = {.h = {1e-12, 0, 1e-12}};
    for (size_t i = 0; i < p->rows; i++) {
        double x = (p->score[i] - p->middle) / p->scale, z = slope * x + shift;
        double t = p->target[p->y[i]], q = logistic(z), d = q - t, w = q * (1 - q);
        v.loss += (z > 0 ? z + log1p(exp(-z)) : log1p(exp(z))) - t * z;
        v.g[0] += d * x, v.g[1] += d;
        v.h[0] += w * x * x, v.h[1] += w * x, v.h[2] += w;
    }
    return v;
}

static void platt_fit(const platt *p, double *ret_slope, double *ret_shift)
{
    size_t happened = 0;
    for (size_t i = 0; i < p->rows; i++)
        happened += p->y[i];
    double slope = 0, shift = log(((double)happened + 1) / ((double)(p->rows - happened) + 1));
    platt_view at = platt_look(p, slope, shift);
    for (int i = 0; i < 100 && fmax(fabs(at.g[0]), fabs(at.g[1])) > 1e-9 * (double)p->rows; i++) {
        double det = at.h[0] * at.h[2] - at.h[1] * at.h[1];
        double a = -(at.h[2] * at.g[0] - at.h[1] * at.g[1]) / det;
        double b = -(at.h[0] * at.g[1] - at.h[1] * at.g[0]) / det;
        double fall = a * at.g[0] + b * at.g[1], length = 1;
        platt_view next = platt_look(p, slope + a, shift + b);
        while (!(next.loss <= at.loss + 1e-4 * length * fall) && length > 1e-10) {
            length /= 2;
            next = platt_look(p, slope + length * a, shift + length * b);
        }
        if (length <= 1e-10)
            break;
        slope += length * a, shift += length * b;
        at = next;
    }
    *ret_slope = slope;
    *ret_shift = shift;
}

static void learn_platt(const double *score, const bool *y, size_t rows, calibration *c)
{
    double n1 = (double)c->positives, n0 = (double)(rows - c->positives), low = INFINITY;
    double high = -INFINITY;
    for (size_t i = 0; i < rows; i++) {
        low = fmin(low, score[i]);
        high = fmax(high, score[i]);
    }
    double middle = low / 2 + high / 2, scale = high / 2 - low / 2;
    platt p = {.score = score,
               .y = y,
               .rows = rows,
               .middle = middle,
               .scale = scale > 0 ? scale : 1,
               .target = {1 / (n0 + 2), (n1 + 1) / (n1 + 2)}};
    platt_fit(&p, &c->slope, &c->shift);
    if (c->slope <= 0 || scale <= 0) {
        c->slope = 0;
        c->shift = log(n1 / n0);
        return;
    }
    c->slope /= p.scale;
    c->shift -= c->slope * middle;
}

/* --- isotonic ------------------------------------------------------------------------------------*/

typedef struct told {
    double score;
    bool y;
} told;

static int compare_told(const void *a, const void *b)
{
    const told *x = a, *y = b;
    return (x->score > y->score) - (x->score < y->score);
}

typedef struct block {
    double score, happened, rows; /* sum of scores over rows */
} block;

static void learn_isotonic(oq_arena *arena, const double *score, const bool *y, size_t rows,
                           calibration *c)
{
    told *all = oq_new_n(arena, told, rows);
    block *stack = oq_new_n(arena, block, rows);
    for (size_t i = 0; i < rows; i++)
        all[i] = (told){score[i], y[i]};
    qsort(all, rows, sizeof *all, compare_told);
    size_t count = 0;
    for (size_t i = 0; i < rows;) {
        block b = {0};
        for (double same = all[i].score; i < rows && all[i].score == same; i++) {
            b.rows++;
            b.happened += all[i].y;
            b.score += (same - b.score) / b.rows; /* a running mean: no sum that overflows */
        }
        while (count && stack[count - 1].happened * b.rows >= b.happened * stack[count - 1].rows) {
            block *last = &stack[--count];
            double n = b.rows + last->rows;
            b = (block){b.score * (b.rows / n) + last->score * (last->rows / n),
                        b.happened + last->happened, n};
        }
        stack[count++] = b;
    }
    c->knots = count;
    c->score = oq_new_n(arena, double, count);
    c->probability = oq_new_n(arena, double, count);
    double least = 1 / ((double)rows + 2);
    for (size_t i = 0; i < count; i++) {
        c->score[i] = stack[i].score;
        c->probability[i] = fmin(fmax(stack[i].happened / stack[i].rows, least), 1 - least);
    }
}

static double isotonic_at(const calibration *c, double score)
{
    size_t low = 0, high = c->knots; /* the first knot beyond the score */
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (c->score[middle] <= score)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == 0)
        return c->probability[0];
    if (low == c->knots)
        return c->probability[c->knots - 1];
    double a = c->score[low - 1], b = c->score[low], p = c->probability[low - 1];
    double share = (score / 2 - a / 2) / (b / 2 - a / 2);
    return p + (c->probability[low] - p) * fmin(fmax(share, 0), 1);
}

/* --- both ----------------------------------------------------------------------------------------*/

oq_err *calibrate_learn(oq_arena *arena, const double *score, const bool *has_happened, size_t rows,
                        int kind, calibration *ret_calibration)
{
    if (!rows)
        return oq_fail(OQ_INVALID, "calibration.none");
    calibration c = {.kind = CALIBRATION_NONE, .rows = rows, .slope = 1};
    for (size_t i = 0; i < rows; i++) {
        if (!isfinite(score[i]))
            return oq_fail(OQ_INVALID, "calibration.score_invalid", "row=%zu score=%g", i + 1,
                           score[i]);
        c.positives += has_happened[i];
    }
    size_t rarer = c.positives < rows - c.positives ? c.positives : rows - c.positives;
    bool is_wanted = kind == CALIBRATION_ISOTONIC || kind == CALIBRATION_AUTO;
    if (is_wanted && rows >= ISOTONIC_ROWS && rarer >= ISOTONIC_EACH) {
        c.kind = CALIBRATION_ISOTONIC;
        learn_isotonic(arena, score, has_happened, rows, &c);
    } else if (kind != CALIBRATION_NONE && rarer >= PLATT_EACH) {
        c.kind = CALIBRATION_PLATT;
        learn_platt(score, has_happened, rows, &c);
    }
    *ret_calibration = c;
    return NULL;
}

double calibrate(const calibration *c, double score)
{
    if (isnan(score))
        return NAN;
    if (c->kind == CALIBRATION_ISOTONIC)
        return isotonic_at(c, score);
    if (c->kind == CALIBRATION_PLATT)
        return c->slope == 0 ? logistic(c->shift) : logistic(c->slope * score + c->shift);
    return logistic(score);
}

/* --- stored --------------------------------------------------------------------------------------*/

enum { FORM = 1, HEAD = 7 };

size_t calibrate_numbers(const calibration *c)
{
    return HEAD + 2 * c->knots;
}

void calibrate_save(const calibration *c, double *ret_number)
{
    const double head[HEAD] = {FORM,     c->kind,  (double)c->rows, (double)c->positives,
                               c->slope, c->shift, (double)c->knots};
    memcpy(ret_number, head, sizeof head);
    for (size_t i = 0; i < c->knots; i++) {
        ret_number[HEAD + i] = c->score[i];
        ret_number[HEAD + c->knots + i] = c->probability[i];
    }
}

static bool is_count(double x)
{
    return x >= 0 && x < 1e15 && x == floor(x);
}

oq_err *calibrate_load(oq_arena *arena, const double *number, size_t count,
                       calibration *ret_calibration)
{
    if (count < HEAD || number[0] != FORM || !is_count(number[1]) || !is_count(number[2]) ||
        !is_count(number[3]) || !isfinite(number[4]) || !isfinite(number[5]) ||
        !is_count(number[6]) || number[1] < CALIBRATION_NONE || number[1] > CALIBRATION_ISOTONIC ||
        (double)(count - HEAD) != 2 * number[6] || number[3] > number[2] || number[4] < 0 ||
        (number[1] == CALIBRATION_ISOTONIC) != (number[6] > 0))
        return oq_fail(OQ_INTERNAL, "calibration.malformed");
    calibration c = {.kind = (int)number[1],
                     .rows = (size_t)number[2],
                     .positives = (size_t)number[3],
                     .slope = number[4],
                     .shift = number[5],
                     .knots = (size_t)number[6]};
    c.score = oq_new_n(arena, double, c.knots);
    c.probability = oq_new_n(arena, double, c.knots);
    for (size_t i = 0; i < c.knots; i++) {
        double score = number[HEAD + i], p = number[HEAD + c.knots + i];
        bool is_rising = i == 0 || (score > c.score[i - 1] && p >= c.probability[i - 1]);
        if (!isfinite(score) || !(p >= 0 && p <= 1) || !is_rising)
            return oq_fail(OQ_INTERNAL, "calibration.malformed");
        c.score[i] = score;
        c.probability[i] = p;
    }
    *ret_calibration = c;
    return NULL;
}
