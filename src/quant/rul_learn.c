/* Learning how long assets still live, fold by fold. */
#include <math.h>
#include <stdlib.h>

#include "quant/rul_inner.h"

#include "base/banned.h"

typedef struct learning {
    oq_arena *arena, *temp;
    rul_options o;
    const rul_asset *asset;
    size_t assets, columns, rows;
    uint32_t *whose; /* rows */
    float *x, *y;    /* y: hours, at most the horizon */
    double *answer;  /* rows: out of fold */
} learning;

/* --- rows ------------------------------------------------------------------------------------------------*/

/* What is known to be left at t; false: too little to say. */
static bool life_left(const learning *l, const rul_asset *a, oq_us t, double *ret_hours)
{
    oq_us left = a->until - t;
    *ret_hours = rul_hours(left < l->o.horizon ? left : l->o.horizon);
    return left >= 0 && (a->has_failed || left >= l->o.horizon);
}

static size_t count_rows(const learning *l, const rul_asset *a)
{
    size_t count = 0;
    double left;
    for (oq_us t = a->from + l->o.every; t <= a->until; t += l->o.every)
        count += life_left(l, a, t, &left);
    return count;
}

static oq_err *fill_rows(learning *l, const feature_plan *plan)
{
    size_t row = 0;
    for (size_t i = 0; i < l->assets; i++) {
        const rul_asset *a = &l->asset[i];
        oq_mark mark = oq_arena_mark(l->temp);
        size_t first = row;
        oq_us *moment = oq_new_n(l->temp, oq_us, count_rows(l, a));
        double left;
        for (oq_us t = a->from + l->o.every; t <= a->until; t += l->o.every)
            if (life_left(l, a, t, &left)) {
                moment[row - first] = t;
                l->y[row] = (float)left;
                l->whose[row++] = (uint32_t)i;
            }
        OQ_TRY(feature_rows(plan, &a->asset, moment, row - first, l->x + first * l->columns));
        oq_arena_rewind(l->temp, mark);
    }
    return NULL;
}

static oq_err *make_rows(learning *l, const feature_plan *plan)
{
    l->columns = feature_columns(plan);
    for (size_t i = 0; i < l->assets; i++)
        l->rows += count_rows(l, &l->asset[i]);
    if (l->rows > BOOST_CELLS_MAX / l->columns)
        return oq_fail(OQ_TOO_LARGE, "boost.too_large", "rows=%zu columns=%zu max=%d", l->rows,
                       l->columns, BOOST_CELLS_MAX);
    l->whose = oq_new_n(l->temp, uint32_t, l->rows);
    l->y = oq_new_n(l->temp, float, l->rows);
    l->answer = oq_new_n(l->temp, double, l->rows);
    l->x = oq_new_n(l->temp, float, l->rows * l->columns);
    return fill_rows(l, plan);
}

/* --- folds -----------------------------------------------------------------------------------------------*/

static size_t fold_of(const learning *l, size_t row)
{
    return l->whose[row] % RUL_FOLDS;
}

/* The rows of a fold, or of all others. */
static boost_table part_of(learning *l, size_t fold, bool is_inside)
{
    size_t count = 0, k = 0;
    for (size_t i = 0; i < l->rows; i++)
        count += (fold_of(l, i) == fold) == is_inside;
    float *x = oq_new_n(l->temp, float, count * l->columns), *y = oq_new_n(l->temp, float, count);
    for (size_t i = 0; i < l->rows; i++)
        if ((fold_of(l, i) == fold) == is_inside) {
            memcpy(x + k * l->columns, l->x + i * l->columns, l->columns * sizeof *x);
            y[k++] = l->y[i];
        }
    return (boost_table){.rows = count, .columns = l->columns, .x = x, .y = y};
}

static oq_err *learn_fold(learning *l, size_t fold, rul_model *m)
{
    oq_mark mark = oq_arena_mark(l->temp);
    boost_table train = part_of(l, fold, false), held = part_of(l, fold, true);
    boost_options o = {.task = BOOST_NUMBER, .seed = l->o.seed + fold, .threads = l->o.threads};
    if (train.rows == 0 || held.rows == 0)
        return NULL;
    OQ_TRY(boost_fit(l->arena, &o, &train, &held, &m->trees[m->folds]));
    for (size_t i = 0; i < l->rows; i++)
        if (fold_of(l, i) == fold) {
            float y;
            boost_predict(m->trees[m->folds], l->x + i * l->columns, &y);
            l->answer[i] = (double)y;
        }
    m->folds++;
    oq_arena_rewind(l->temp, mark);
    return NULL;
}

/* --- quantiles -------------------------------------------------------------------------------------------*/

typedef struct answered {
    double answer, off; /* what came, less the answer */
} answered;

static int by_answer(const void *a, const void *b)
{
    const answered *x = a, *y = b;
    int by = (x->answer > y->answer) - (x->answer < y->answer);
    return by ? by : (x->off > y->off) - (x->off < y->off);
}

static int by_off(const void *a, const void *b)
{
    const answered *x = a, *y = b;
    return (x->off > y->off) - (x->off < y->off);
}

static rul_level level_of(answered *all, size_t count)
{
    rul_level l = {0};
    for (size_t i = 0; i < count; i++)
        l.at += all[i].answer / (double)count;
    qsort(all, count, sizeof *all, by_off);
    l.p10 = all[count / 10].off;
    l.p50 = all[count / 2].off;
    l.p90 = all[count - 1 - count / 10].off;
    return l;
}

/* Levels of equally many answers. */
static void find_levels(learning *l, rul_model *m)
{
    answered *all = oq_new_n(l->temp, answered, l->rows);
    for (size_t i = 0; i < l->rows; i++)
        all[i] = (answered){l->answer[i], (double)l->y[i] - l->answer[i]};
    qsort(all, l->rows, sizeof *all, by_answer);
    m->levels = l->rows < 10 * RUL_LEVELS ? 1 : RUL_LEVELS;
    for (size_t k = 0; k < m->levels; k++) {
        size_t first = l->rows * k / m->levels, end = l->rows * (k + 1) / m->levels;
        m->level[k] = level_of(all + first, end - first);
    }
}

static void find_facts(const learning *l, const rul_model *m, rul_facts *f)
{
    double mean = 0, square = 0, base = 0, inside = 0, below = 0;
    for (size_t i = 0; i < l->rows; i++)
        mean += (double)l->y[i] / (double)l->rows;
    for (size_t i = 0; i < l->rows; i++) {
        double y = (double)l->y[i];
        square += pow(y - l->answer[i], 2);
        base += pow(y - mean, 2);
        rul_estimate e = rul_around(m, l->answer[i]);
        oq_us left = (oq_us)(y * (double)OQ_HOUR);
        below += left < m->horizon;
        inside += left < m->horizon && left >= e.p10 && left <= e.p90;
    }
    f->rmse_h = sqrt(square / (double)l->rows);
    f->rmse_base_h = sqrt(base / (double)l->rows);
    f->inside = inside / below;
    double *importance = oq_new_n(l->arena, double, l->columns);
    for (size_t k = 0; k < m->folds; k++) {
        const double *of = boost_describe(m->trees[k]).importance;
        for (size_t i = 0; i < l->columns; i++)
            importance[i] += of[i] / (double)m->folds;
    }
    f->importance = importance;
}

/* --- all -------------------------------------------------------------------------------------------------*/

static const feature_norm *learn_norm(const learning *l)
{
    feature_asset *a = oq_new_n(l->temp, feature_asset, l->assets);
    for (size_t i = 0; i < l->assets; i++)
        a[i] = l->asset[i].asset;
    return feature_norm_learn(l->arena, &l->o.plan, a, l->assets, INT64_MAX);
}

static oq_err *learn_all(learning *l, const rul_model **ret_model, rul_facts *f)
{
    rul_model *m = oq_new(l->arena, rul_model);
    m->plan = feature_plan_copy(l->arena, &l->o.plan);
    m->plan.norm = learn_norm(l);
    m->horizon = l->o.horizon;
    OQ_TRY(make_rows(l, &m->plan));
    m->columns = f->columns = l->columns;
    f->rows = l->rows;
    f->name = feature_names(l->arena, &m->plan);
    for (size_t k = 0; k < RUL_FOLDS; k++)
        OQ_TRY(learn_fold(l, k, m));
    find_levels(l, m);
    find_facts(l, m, f);
    *ret_model = m;
    return NULL;
}

oq_err *rul_learn(oq_arena *arena, const rul_options *options, const rul_asset *asset,
                  size_t assets, const rul_model **ret_model, rul_facts *ret_facts)
{
    learning l = {.arena = arena, .o = *options, .asset = asset, .assets = assets};
    rul_facts f = {.state = RUL_READY, .assets = assets};
    OQ_TRY(feature_plan_check(&options->plan));
    assert(options->every > 0 && options->horizon > 0);
    l.o.failures_min = options->failures_min ? options->failures_min : 10;
    l.o.plan.norm = NULL;
    for (size_t i = 0; i < assets; i++)
        f.failures += asset[i].has_failed;
    *ret_model = NULL;
    if (f.failures < l.o.failures_min) {
        f.state = RUL_NOT_ENOUGH;
        f.have = f.failures;
        f.need = l.o.failures_min;
        *ret_facts = f;
        return NULL;
    }
    l.temp = oq_arena_open(1 << 20);
    oq_err *err = learn_all(&l, ret_model, &f);
    oq_arena_close(l.temp);
    OQ_TRY(err);
    *ret_facts = f;
    return NULL;
}
