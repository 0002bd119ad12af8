#include "quant/pelt.h"

#include <math.h>

#include "quant/detect_inner.h"

#include "base/banned.h"

#define MAD_TO_SIGMA 1.4826
#define MEMORY_MAX   0.95
enum { VALUES_OF_VAR = 8 }; /* fewer are alike too often by chance */

/* --- noise ---------------------------------------------------------------------------------------*/

/* Variance of differences over `lag` values, with those beyond three of their usual size (1.4826
 * MAD; their median is 0, they have either sign alike) counted as that: steps are few. */
static double difference_variance(oq_arena *temp, const double *x, size_t count, size_t lag)
{
    if (count <= lag)
        return 0;
    oq_mark mark = oq_arena_mark(temp);
    double *off = oq_new_n(temp, double, count - lag), sum = 0;
    for (size_t i = lag; i < count; i++)
        off[i - lag] = fabs(x[i] - x[i - lag]);
    double most = 3 * MAD_TO_SIGMA * detect_middle(off, count - lag);
    for (size_t i = 0; i < count - lag; i++)
        sum += fmin(off[i], most) * fmin(off[i], most);
    oq_arena_rewind(temp, mark);
    return sum / (double)(count - lag);
}

double pelt_memory(oq_arena *temp, const double *x, size_t count)
{
    double one = difference_variance(temp, x, count, 1),
           two = difference_variance(temp, x, count, 2);
    double r = one > 0 ? two / one - 1 : 0;
    return fmin(fmax(r, 0), MEMORY_MAX);
}

double pelt_noise(oq_arena *temp, const double *x, size_t count)
{
    double r = pelt_memory(temp, x, count);
    return sqrt(difference_variance(temp, x, count, 1) / (2 * (1 - r)));
}

double pelt_penalty(oq_arena *temp, const double *x, size_t count, pelt_cost cost)
{
    double r = pelt_memory(temp, x, count), own = cost == PELT_MEAN_VAR ? 2 : 1;
    return (own + 1) * log((double)(count > 1 ? count : 2)) * (1 + r) / (1 - r);
}

/* --- costs ---------------------------------------------------------------------------------------*/

typedef struct pelt_sums {
    const pelt_rule *rule;
    double *sum, *square; /* of the first i values, around the middle of all */
    double var_min;
} pelt_sums;

static pelt_sums make_sums(oq_arena *temp, const double *x, size_t count, const pelt_rule *rule)
{
    pelt_sums s = {.rule = rule,
                   .sum = oq_new_n(temp, double, count + 1),
                   .square = oq_new_n(temp, double, count + 1)};
    double mean = 0;
    for (size_t i = 0; i < count; i++)
        mean += (x[i] - mean) / (double)(i + 1);
    for (size_t i = 0; i < count; i++) {
        double off = x[i] - mean;
        s.sum[i + 1] = s.sum[i] + off;
        s.square[i + 1] = s.square[i] + off * off;
    }
    s.var_min = count ? 1e-12 * s.square[count] / (double)count : 0;
    return s;
}

static double cost_of(const pelt_sums *s, size_t from, size_t end)
{
    double n = (double)(end - from), sum = s->sum[end] - s->sum[from];
    double rest = fmax(s->square[end] - s->square[from] - sum * sum / n, 0);
    if (s->rule->cost == PELT_MEAN)
        return rest / (s->rule->deviation * s->rule->deviation);
    double var = fmax(rest / n, s->var_min);
    return var > 0 ? n * log(var) : 0;
}

/* --- the search ----------------------------------------------------------------------------------*/

/* best[end]: the least cost of the first `end` values, penalties included; last[end]: where its
 * last stretch begins. A beginning that is worse now by more than the penalty is never best again
 * (their theorem 3.1 with K = 0: splitting a stretch never costs), from when a stretch that begins
 * now is long enough to take its place. */
static void search(oq_arena *temp, const pelt_sums *s, size_t count, double penalty, size_t least,
                   double *best, size_t *last)
{
    typedef struct beginning {
        size_t at, until;
    } beginning;
    beginning *open = oq_new_n(temp, beginning, count + 1);
    size_t opens = 0;
    best[0] = -penalty;
    for (size_t end = 1; end <= count; end++)
        best[end] = INFINITY;
    double *here = oq_new_n(temp, double, count + 1);
    for (size_t end = least; end <= count; end++) {
        open[opens++] = (beginning){end - least, SIZE_MAX};
        size_t kept = 0;
        for (size_t k = 0; k < opens; k++) {
            if (open[k].until <= end)
                continue;
            open[kept] = open[k];
            here[kept] = best[open[k].at] + cost_of(s, open[k].at, end);
            if (here[kept] + penalty < best[end]) {
                best[end] = here[kept] + penalty;
                last[end] = open[k].at;
            }
            kept++;
        }
        opens = kept;
        for (size_t k = 0; k < opens; k++)
            if (here[k] > best[end] && open[k].until == SIZE_MAX)
                open[k].until = end + least;
    }
}

void pelt_find(oq_arena *arena, const double *x, size_t count, const pelt_rule *rule,
               pelt_cuts *ret_cuts)
{
    bool has_var = rule->cost == PELT_MEAN_VAR;
    size_t least = rule->least ? rule->least : has_var ? VALUES_OF_VAR : 1;
    *ret_cuts = (pelt_cuts){0};
    if (count < least)
        return;
    assert(has_var ? least > 1 : rule->deviation > 0);
    oq_arena *temp = oq_arena_open(1 << 16);
    double penalty = rule->penalty > 0 ? rule->penalty : pelt_penalty(temp, x, count, rule->cost);
    pelt_sums s = make_sums(temp, x, count, rule);
    double *best = oq_new_n(temp, double, count + 1);
    size_t *last = oq_new_n(temp, size_t, count + 1), cuts = 0;
    search(temp, &s, count, penalty, least, best, last);
    for (size_t end = last[count]; end > 0; end = last[end])
        cuts++;
    ret_cuts->cost = best[count];
    ret_cuts->count = cuts;
    ret_cuts->at = oq_new_n(arena, size_t, cuts);
    for (size_t end = last[count]; end > 0; end = last[end])
        ret_cuts->at[--cuts] = end;
    oq_arena_close(temp);
}
