/* A model of remaining life, asked. */
#include "quant/rul.h"

#include <math.h>

#include "quant/rul_inner.h"

#include "base/banned.h"

const feature_plan *rul_plan(const rul_model *m)
{
    return &m->plan;
}

double rul_answer(const rul_model *m, const float *row)
{
    double sum = 0;
    for (size_t k = 0; k < m->folds; k++) {
        float y;
        boost_predict(m->trees[k], row, &y);
        sum += (double)y / (double)m->folds;
    }
    return sum;
}

static oq_us within(double hours, oq_us horizon)
{
    double most = rul_hours(horizon);
    return hours >= most ? horizon : (oq_us)(fmax(hours, 0) * (double)OQ_HOUR);
}

rul_estimate rul_around(const rul_model *m, double answer)
{
    const rul_level *l = m->level;
    size_t k = 0;
    while (k + 2 < m->levels && answer > l[k + 1].at)
        k++;
    rul_level here = l[k];
    if (m->levels > 1) {
        const rul_level *a = &l[k], *b = &l[k + 1];
        double w = b->at > a->at ? fmin(fmax((answer - a->at) / (b->at - a->at), 0), 1) : 0;
        here.p10 = a->p10 + w * (b->p10 - a->p10);
        here.p50 = a->p50 + w * (b->p50 - a->p50);
        here.p90 = a->p90 + w * (b->p90 - a->p90);
    }
    rul_estimate e = {.mean = within(answer, m->horizon),
                      .p10 = within(answer + here.p10, m->horizon),
                      .p50 = within(answer + here.p50, m->horizon),
                      .p90 = within(answer + here.p90, m->horizon)};
    e.is_beyond = e.p50 == m->horizon;
    return e;
}

static oq_err *predict_in(oq_arena *temp, const rul_model *m, const feature_asset *asset, oq_us t,
                          rul_estimate *ret_estimate)
{
    float *row = oq_new_n(temp, float, m->columns);
    OQ_TRY(feature_rows(&m->plan, asset, &t, 1, row));
    *ret_estimate = rul_around(m, rul_answer(m, row));
    return NULL;
}

oq_err *rul_predict(const rul_model *m, const feature_asset *asset, oq_us t,
                    rul_estimate *ret_estimate)
{
    oq_arena *temp = oq_arena_open(1 << 16);
    oq_err *err = predict_in(temp, m, asset, t, ret_estimate);
    oq_arena_close(temp);
    return err;
}
