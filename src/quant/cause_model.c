#include "quant/cause_model.h"

#include <math.h>
#include <stdlib.h>

#include "quant/cause_inputs.h"
#include "quant/softmax.h"

#include "base/banned.h"

enum { HOLD_OUT_ROWS_MIN = 40, SHOWN_MAX = 6 };

/* Weights of standardized inputs are rarely beyond 1; the held-out cases choose among these. */
static const double ridges[] = {0.3, 1, 3, 10};
static const double RIDGE_USUAL = 1;

struct cause_model {
    oq_str *cause;
    size_t causes;
    cause_inputs inputs;
    softmax_fit fit;
    double temperature;
};

/* --- what is learned from ----------------------------------------------------------------------*/

typedef struct lesson {
    const cause_case **c; /* with a cause, in the order of time */
    size_t *y;
    size_t count;
    oq_str *cause;           /* sorted */
    size_t causes, frequent; /* how many causes; of how many at least two cases */
} lesson;

static int compare_strs(const void *a, const void *b)
{
    return oq_str_cmp(*(const oq_str *)a, *(const oq_str *)b);
}

static void lesson_make(oq_arena *arena, const cause_case *c, size_t count, lesson *ret_lesson)
{
    lesson l = {.c = oq_new_n(arena, const cause_case *, count),
                .y = oq_new_n(arena, size_t, count),
                .cause = oq_new_n(arena, oq_str, count)};
    size_t named = 0;
    for (size_t i = 0; i < count; i++)
        if (!oq_str_empty(c[i].cause))
            l.cause[named++] = c[i].cause;
    qsort(l.cause, named, sizeof *l.cause, compare_strs);
    for (size_t i = 0, end; i < named; i = end) {
        for (end = i + 1; end < named && oq_str_eq(l.cause[end], l.cause[i]);)
            end++;
        l.frequent += end - i >= 2;
        l.cause[l.causes++] = oq_str_copy(arena, l.cause[i]);
    }
    for (size_t i = 0; i < count; i++) {
        if (oq_str_empty(c[i].cause))
            continue;
        oq_str *found = bsearch(&c[i].cause, l.cause, l.causes, sizeof *l.cause, compare_strs);
        l.y[l.count] = (size_t)(found - l.cause);
        l.c[l.count++] = &c[i];
    }
    *ret_lesson = l;
}

static double *rows_of(oq_arena *temp, const cause_inputs *inputs, const cause_case *const *c,
                       size_t count)
{
    double *x = oq_new_n(temp, double, count * inputs->count);
    for (size_t n = 0; n < count; n++)
        cause_inputs_row(temp, inputs, c[n], x + n * inputs->count);
    return x;
}

/* --- the held-out part ---------------------------------------------------------------------------*/

typedef struct trial {
    double ridge, temperature, log_loss, accuracy;
} trial;

/* Fits to the first rows, those of the table, and looks how the others come out. */
static trial try_ridge(oq_arena *temp, const lesson *l, const softmax_table *table, double ridge)
{
    oq_mark mark = oq_arena_mark(temp);
    softmax_fit fit;
    softmax_learn(temp, temp, table, ridge, &fit);
    size_t head = table->rows, rest = l->count - head, right = 0;
    double *score = oq_new_n(temp, double, rest * l->causes), loss = 0;
    double *share = oq_new_n(temp, double, l->causes);
    for (size_t n = 0; n < rest; n++)
        softmax_scores(&fit, table->x + (head + n) * table->inputs, score + n * l->causes);
    double temperature = softmax_temperature(score, l->y + head, rest, l->causes);
    for (size_t n = 0; n < rest; n++) {
        size_t best = 0, y = l->y[head + n];
        softmax_shares(score + n * l->causes, l->causes, temperature, share);
        for (size_t k = 1; k < l->causes; k++)
            if (share[k] > share[best])
                best = k;
        right += best == y;
        loss -= log(fmax(share[y], 1e-9));
    }
    oq_arena_rewind(temp, mark);
    return (trial){.ridge = ridge,
                   .temperature = temperature,
                   .log_loss = loss / (double)rest,
                   .accuracy = (double)right / (double)rest};
}

static trial choose_ridge(oq_arena *temp, const lesson *l)
{
    trial best = {.ridge = RIDGE_USUAL, .temperature = 1, .log_loss = NAN, .accuracy = NAN};
    if (l->count < HOLD_OUT_ROWS_MIN)
        return best;
    cause_inputs inputs;
    size_t head = l->count * 4 / 5;
    cause_inputs_learn(temp, l->c, head, &inputs);
    softmax_table table = {.rows = head,
                           .inputs = inputs.count,
                           .classes = l->causes,
                           .x = rows_of(temp, &inputs, l->c, l->count),
                           .y = l->y};
    for (size_t i = 0; i < OQ_COUNT(ridges); i++) {
        trial t = try_ridge(temp, l, &table, ridges[i]);
        if (isnan(best.log_loss) || t.log_loss < best.log_loss)
            best = t;
    }
    return best;
}

void cause_model_fit(oq_arena *arena, const cause_case *c, size_t count, cause_model **ret_model,
                     cause_model_report *ret_report)
{
    oq_arena *temp = oq_arena_open(1 << 20);
    lesson l;
    lesson_make(temp, c, count, &l);
    *ret_model = NULL;
    *ret_report = (cause_model_report){
        .cases = l.count, .causes = l.causes, .temperature = 1, .log_loss = NAN, .accuracy = NAN};
    if (l.count >= CAUSE_MODEL_CASES_MIN && l.frequent >= 2) {
        trial chosen = choose_ridge(temp, &l);
        cause_model *m = oq_new(arena, cause_model);
        m->causes = l.causes;
        m->cause = oq_new_n(arena, oq_str, l.causes);
        for (size_t k = 0; k < l.causes; k++)
            m->cause[k] = oq_str_copy(arena, l.cause[k]);
        cause_inputs_learn(arena, l.c, l.count, &m->inputs);
        softmax_table table = {.rows = l.count,
                               .inputs = m->inputs.count,
                               .classes = l.causes,
                               .x = rows_of(temp, &m->inputs, l.c, l.count),
                               .y = l.y};
        softmax_learn(arena, temp, &table, chosen.ridge, &m->fit);
        m->temperature = chosen.temperature;
        ret_report->inputs = m->inputs.count;
        ret_report->temperature = chosen.temperature;
        ret_report->log_loss = chosen.log_loss;
        ret_report->accuracy = chosen.accuracy;
        *ret_model = m;
    }
    oq_arena_close(temp);
}

/* --- asking --------------------------------------------------------------------------------------*/

static int compare_guesses(const void *a, const void *b)
{
    const cause_guess *x = a, *y = b;
    int by = (x->probability < y->probability) - (x->probability > y->probability);
    return by ? by : oq_str_cmp(x->cause, y->cause);
}

/* The inputs that lift this cause above the mean of all, largest first. */
static void explain(oq_arena *arena, const cause_model *m, const double *x, size_t cause,
                    cause_guess *g)
{
    size_t shown = 0;
    size_t best[SHOWN_MAX + 1];
    double lift[SHOWN_MAX + 1];
    for (size_t i = 0; i < m->inputs.count; i++) {
        double mean = 0;
        for (size_t k = 0; k < m->causes; k++)
            mean += m->fit.weight[i * m->causes + k] / (double)m->causes;
        double by = (m->fit.weight[i * m->causes + cause] - mean) * x[i] / m->temperature;
        if (by <= 1e-9)
            continue;
        size_t at = shown;
        for (; at > 0 && lift[at - 1] < by; at--)
            lift[at] = lift[at - 1], best[at] = best[at - 1];
        lift[at] = by, best[at] = i;
        shown += shown < SHOWN_MAX;
    }
    oq_str *name = oq_new_n(arena, oq_str, shown);
    double *contribution = oq_copy(arena, lift, shown * sizeof *lift);
    for (size_t i = 0; i < shown; i++)
        name[i] = m->inputs.at[best[i]].name;
    g->input = name;
    g->contribution = contribution;
    g->inputs = shown;
}

void cause_model_ask(oq_arena *arena, const cause_model *m, const cause_case *c,
                     cause_guess **ret_guess, size_t *ret_count)
{
    double *x = oq_new_n(arena, double, m->inputs.count);
    double *share = oq_new_n(arena, double, m->causes);
    cause_guess *g = oq_new_n(arena, cause_guess, m->causes);
    cause_inputs_row(arena, &m->inputs, c, x);
    softmax_scores(&m->fit, x, share);
    softmax_shares(share, m->causes, m->temperature, share);
    for (size_t k = 0; k < m->causes; k++) {
        g[k].cause = m->cause[k];
        g[k].probability = share[k];
        explain(arena, m, x, k, &g[k]);
    }
    qsort(g, m->causes, sizeof *g, compare_guesses);
    *ret_guess = g;
    *ret_count = m->causes;
}
