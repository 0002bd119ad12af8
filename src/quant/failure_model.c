/* A failure model, asked. */
#include "quant/failure_model.h"

#include <math.h>
#include <stdlib.h>

#include "quant/failure_inner.h"

#include "base/banned.h"

const feature_plan *failure_model_plan(const failure_model *m)
{
    return &m->plan;
}

oq_us failure_model_horizon(const failure_model *m)
{
    return m->horizon;
}

const oq_str *failure_model_columns(const failure_model *m, size_t *ret_columns)
{
    *ret_columns = m->columns;
    return m->name;
}

void failure_model_probabilities(const failure_model *m, const float *row, double *ret_p)
{
    for (size_t k = 0; k < m->plan.components; k++)
        ret_p[k] = m->part[k].trees ? failure_part_says(&m->part[k], row) : (double)NAN;
}

/* --- reasons -----------------------------------------------------------------------------------------------*/

static int compare_reasons(const void *a, const void *b)
{
    const failure_reason *x = a, *y = b;
    double p = fabs(x->log_odds), q = fabs(y->log_odds);
    int by = (p < q) - (p > q);
    return by ? by : (x->column > y->column) - (x->column < y->column);
}

static void find_reasons(oq_arena *temp, const failure_model *m, const failure_part *part,
                         const float *row, failure_score *s)
{
    double *share = oq_new_n(temp, double, m->columns + 1);
    failure_reason *all = oq_new_n(temp, failure_reason, m->columns);
    size_t count = 0;
    boost_explain(part->trees, row, share);
    for (size_t i = 0; i < m->columns; i++)
        if (share[i] != 0)
            all[count++] = (failure_reason){i, (double)row[i], share[i]};
    qsort(all, count, sizeof *all, compare_reasons);
    s->reasons = count < FAILURE_REASONS_MAX ? count : FAILURE_REASONS_MAX;
    for (size_t i = 0; i < s->reasons; i++)
        s->reason[i] = all[i];
}

static oq_err *score_in(oq_arena *temp, const failure_model *m, const feature_asset *asset, oq_us t,
                        failure_score *ret_score, double *ret_any)
{
    float *row = oq_new_n(temp, float, m->columns);
    OQ_TRY(feature_rows(&m->plan, asset, &t, 1, row));
    double none = 1;
    size_t ready = 0;
    for (size_t k = 0; k < m->plan.components; k++) {
        const failure_part *part = &m->part[k];
        failure_score s = {.state = part->state, .probability = NAN};
        if (part->trees) {
            s.probability = failure_part_says(part, row);
            s.is_warned = s.probability >= part->threshold;
            find_reasons(temp, m, part, row, &s);
            none *= 1 - s.probability;
            ready++;
        }
        ret_score[k] = s;
    }
    *ret_any = ready ? 1 - none : (double)NAN;
    return NULL;
}

oq_err *failure_model_score(const failure_model *m, const feature_asset *asset, oq_us t,
                            failure_score *ret_score, double *ret_any)
{
    oq_arena *temp = oq_arena_open(1 << 16);
    oq_err *err = score_in(temp, m, asset, t, ret_score, ret_any);
    oq_arena_close(temp);
    return err;
}

/* --- judging an older one ----------------------------------------------------------------------------------*/

static oq_err *judge_in(oq_arena *temp, const failure_model *m, const failure_asset *asset,
                        size_t assets, oq_us from, oq_us until, failure_metrics *ret_metrics)
{
    failure_rows r;
    OQ_TRY(failure_rows_make(temp, &m->plan, m->horizon, m->every, asset, assets, from, until, &r));
    for (size_t k = 0; k < m->plan.components; k++) {
        oq_mark mark = oq_arena_mark(temp);
        double *p = oq_new_n(temp, double, r.count);
        failure_metrics none = {.precision = {NAN, NAN, NAN},
                                .recall = {NAN, NAN, NAN},
                                .f1 = {NAN, NAN, NAN},
                                .auc = NAN,
                                .brier = NAN,
                                .brier_base = NAN,
                                .calibration_error = NAN};
        ret_metrics[k] = none;
        if (m->part[k].trees && r.count) {
            for (size_t i = 0; i < r.count; i++)
                p[i] = failure_part_says(&m->part[k], r.x + i * r.columns);
            OQ_TRY(failure_judge(temp, &r, assets, k, 0, r.count, p, m->part[k].threshold,
                                 &ret_metrics[k]));
        }
        oq_arena_rewind(temp, mark);
    }
    return NULL;
}

oq_err *failure_model_judge(const failure_model *m, const failure_asset *asset, size_t assets,
                            oq_us from, oq_us until, failure_metrics *ret_metrics)
{
    oq_arena *temp = oq_arena_open(1 << 20);
    oq_err *err = judge_in(temp, m, asset, assets, from, until, ret_metrics);
    oq_arena_close(temp);
    return err;
}
