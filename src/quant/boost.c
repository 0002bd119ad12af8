/* A model of boosted trees, applied. Sums are single-precision and in the trees' order, as
 * libxgboost's are, so that both say the same to the last bit. */
#include <math.h>

#include "quant/boost_inner.h"

#include "base/banned.h"

boost_facts boost_describe(const boost_model *m)
{
    return (boost_facts){.task = m->task,
                         .classes = m->classes,
                         .columns = m->columns,
                         .rounds = m->rounds,
                         .trees = boost_trees(m),
                         .nodes = m->nodes,
                         .time_spread = m->time_spread,
                         .importance = m->importance};
}

static float tree_value(const boost_node *tree, const float *x)
{
    size_t at = 0;
    while (tree[at].column != BOOST_LEAF)
        at = boost_next(tree, at, x);
    return tree[at].value;
}

static void take_shares(float *score, size_t classes)
{
    float most = score[0];
    double sum = 0;
    for (size_t c = 1; c < classes; c++)
        most = score[c] > most ? score[c] : most;
    for (size_t c = 0; c < classes; c++)
        sum += score[c] = expf(score[c] - most);
    for (size_t c = 0; c < classes; c++)
        score[c] /= (float)sum;
}

void boost_predict(const boost_model *m, const float *x, float *ret_y)
{
    for (size_t c = 0; c < m->classes; c++)
        ret_y[c] = m->base;
    for (size_t k = 0; k < boost_trees(m); k++)
        ret_y[k % m->classes] += tree_value(m->node + m->first[k], x);
    if (m->task == BOOST_BINARY)
        ret_y[0] = 1 / (1 + expf(-ret_y[0]));
    else if (m->task == BOOST_CLASSES)
        take_shares(ret_y, m->classes);
    else if (m->task == BOOST_SURVIVAL)
        ret_y[0] = expf(ret_y[0]);
}

void boost_predict_rows(const boost_model *m, const float *x, size_t rows, float *ret_y)
{
    for (size_t i = 0; i < rows; i++)
        boost_predict(m, x + i * m->columns, ret_y + i * m->classes);
}

double boost_survival_by(const boost_model *m, double median, double by)
{
    assert(m->task == BOOST_SURVIVAL && by > 0);
    return 0.5 * erfc(-(log(by) - log(median)) / m->time_spread / M_SQRT2);
}
