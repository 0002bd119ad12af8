/* Fitting, by libxgboost's C interface. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <xgboost/c_api.h>

#include "quant/boost_tree.h"

#include "base/banned.h"

/* --- handles of the library ------------------------------------------------------------------------*/

typedef DMatrixHandle xg_table;
static void xg_table_drop(xg_table *t)
{
    if (*t)
        (void)XGDMatrixFree(*t);
}

typedef BoosterHandle xg_booster;
static void xg_booster_drop(xg_booster *b)
{
    if (*b)
        (void)XGBoosterFree(*b);
}

/* The library's reason is for the log: it names its own sources. */
static oq_err *xg_check(int status)
{
    if (status == 0)
        return NULL;
    return oq_err_detail(oq_fail(OQ_INTERNAL, "boost.library"), "%s", XGBGetLastError());
}

const char *boost_library_version(oq_arena *arena)
{
    int major, minor, patch;
    XGBoostVersion(&major, &minor, &patch);
    return oq_str_c(arena, oq_strf(arena, "%d.%d.%d", major, minor, patch));
}

/* --- what goes in ----------------------------------------------------------------------------------*/

static boost_options with_presets(boost_options o)
{
    o.classes = o.task == BOOST_CLASSES ? o.classes : 1;
    o.rounds_max = o.rounds_max ? o.rounds_max : 300;
    o.patience = o.patience ? o.patience : 25;
    o.depth = o.depth ? o.depth : 4;
    o.rate = o.rate > 0 ? o.rate : 0.1;
    o.row_share = o.row_share > 0 ? o.row_share : 0.8;
    o.column_share = o.column_share > 0 ? o.column_share : 0.6;
    o.leaf_gain_min = o.leaf_gain_min > 0 ? o.leaf_gain_min : 1;
    o.ridge = o.ridge > 0 ? o.ridge : 1;
    o.time_spread = o.time_spread > 0 ? o.time_spread : 1;
    o.threads = o.threads > 0 ? o.threads : 1;
    assert(o.task >= BOOST_BINARY && o.task <= BOOST_SURVIVAL);
    assert(o.task != BOOST_CLASSES || (o.classes >= 2 && o.classes <= BOOST_CLASSES_MAX));
    assert(o.rounds_max <= BOOST_ROUNDS_MAX && o.depth <= BOOST_DEPTH_MAX && o.seed < 1u << 31);
    return o;
}

static bool is_label(const boost_options *o, const boost_table *t, size_t i)
{
    float y = t->y[i];
    switch (o->task) {
    case BOOST_BINARY:
        return y == 0 || y == 1;
    case BOOST_CLASSES:
        return y >= 0 && y < (float)o->classes && y == floorf(y);
    case BOOST_SURVIVAL:
        return isfinite(y) && y > 0 && (!t->y_max || t->y_max[i] >= y);
    default:
        return isfinite(y);
    }
}

static oq_err *check_table(const boost_options *o, const boost_table *t)
{
    if (t->rows == 0 || t->columns == 0)
        return oq_fail(OQ_INVALID, "boost.no_rows");
    if (t->columns > BOOST_COLUMNS_MAX || t->rows > BOOST_CELLS_MAX / t->columns)
        return oq_fail(OQ_TOO_LARGE, "boost.too_large", "rows=%zu columns=%zu max=%d", t->rows,
                       t->columns, BOOST_CELLS_MAX);
    for (size_t i = 0; i < t->rows * t->columns; i++)
        if (isinf(t->x[i]))
            return oq_fail(OQ_INVALID, "boost.value_infinite", "row=%zu column=%zu", i / t->columns,
                           i % t->columns);
    for (size_t i = 0; i < t->rows; i++) {
        if (!is_label(o, t, i))
            return oq_fail(OQ_INVALID, "boost.label_invalid", "row=%zu", i);
        if (t->gain && !(isfinite(t->gain[i]) && t->gain[i] >= 0))
            return oq_fail(OQ_INVALID, "boost.gain_invalid", "row=%zu", i);
    }
    return NULL;
}

/* The weighted mean of what a leaf would say of all rows: where the trees begin. */
static oq_err *find_base(const boost_options *o, const boost_table *t, float *ret_base)
{
    double sum = 0, gain = 0;
    float least = INFINITY, most = -INFINITY;
    for (size_t i = 0; i < t->rows; i++) {
        double g = t->gain ? (double)t->gain[i] : 1;
        if (g <= 0)
            continue;
        sum += g * (o->task == BOOST_SURVIVAL ? log((double)t->y[i]) : (double)t->y[i]);
        gain += g;
        least = fminf(least, t->y[i]);
        most = fmaxf(most, t->y[i]);
    }
    if (gain <= 0)
        return oq_fail(OQ_INVALID, "boost.no_rows");
    if (least == most && (o->task == BOOST_BINARY || o->task == BOOST_CLASSES))
        return oq_fail(OQ_INVALID, "boost.one_class");
    double mean = sum / gain;
    *ret_base = (float)(o->task == BOOST_BINARY     ? mean
                        : o->task == BOOST_CLASSES  ? 0
                        : o->task == BOOST_SURVIVAL ? exp(mean)
                                                    : mean);
    return NULL;
}

/* What the library makes of the base score (its ProbToMargin), in its own precision. */
static float margin_of(boost_task task, float base)
{
    return task == BOOST_BINARY     ? -logf(1.0f / base - 1.0f)
           : task == BOOST_SURVIVAL ? logf(base)
                                    : base;
}

static oq_err *make_table(const boost_options *o, const boost_table *t, xg_table *ret_table)
{
    OQ_AUTO(xg_table) made = NULL;
    bst_ulong rows = t->rows;
    OQ_TRY(xg_check(XGDMatrixCreateFromMat_omp(t->x, rows, t->columns, NAN, &made, o->threads)));
    if (o->task == BOOST_SURVIVAL) {
        const float *most = t->y_max ? t->y_max : t->y;
        OQ_TRY(xg_check(XGDMatrixSetFloatInfo(made, "label_lower_bound", t->y, rows)));
        OQ_TRY(xg_check(XGDMatrixSetFloatInfo(made, "label_upper_bound", most, rows)));
    } else {
        OQ_TRY(xg_check(XGDMatrixSetFloatInfo(made, "label", t->y, rows)));
    }
    if (t->gain)
        OQ_TRY(xg_check(XGDMatrixSetFloatInfo(made, "weight", t->gain, rows)));
    *ret_table = made;
    made = NULL;
    return NULL;
}

/* --- the fit -----------------------------------------------------------------------------------------*/

static oq_err *set_number(xg_booster b, const char *name, double value)
{
    char text[40];
    snprintf(text, sizeof text, "%.9g", value);
    return xg_check(XGBoosterSetParam(b, name, text));
}

static oq_err *set_options(xg_booster b, const boost_options *o, float base)
{
    static const char *const objective[] = {[BOOST_BINARY] = "binary:logistic",
                                            [BOOST_CLASSES] = "multi:softprob",
                                            [BOOST_NUMBER] = "reg:squarederror",
                                            [BOOST_SURVIVAL] = "survival:aft"};
    static const char *const metric[] = {[BOOST_BINARY] = "logloss",
                                         [BOOST_CLASSES] = "mlogloss",
                                         [BOOST_NUMBER] = "rmse",
                                         [BOOST_SURVIVAL] = "aft-nloglik"};
    OQ_TRY(xg_check(XGBoosterSetParam(b, "verbosity", "0")));
    OQ_TRY(xg_check(XGBoosterSetParam(b, "tree_method", "hist")));
    OQ_TRY(xg_check(XGBoosterSetParam(b, "objective", objective[o->task])));
    OQ_TRY(xg_check(XGBoosterSetParam(b, "eval_metric", metric[o->task])));
    if (o->task == BOOST_CLASSES)
        OQ_TRY(set_number(b, "num_class", (double)o->classes));
    if (o->task == BOOST_SURVIVAL) {
        OQ_TRY(xg_check(XGBoosterSetParam(b, "aft_loss_distribution", "normal")));
        OQ_TRY(set_number(b, "aft_loss_distribution_scale", o->time_spread));
    }
    OQ_TRY(set_number(b, "base_score", base));
    OQ_TRY(set_number(b, "max_depth", (double)o->depth));
    OQ_TRY(set_number(b, "eta", o->rate));
    OQ_TRY(set_number(b, "subsample", o->row_share));
    OQ_TRY(set_number(b, "colsample_bytree", o->column_share));
    OQ_TRY(set_number(b, "min_child_weight", o->leaf_gain_min));
    OQ_TRY(set_number(b, "lambda", o->ridge));
    OQ_TRY(set_number(b, "seed", (double)o->seed));
    return set_number(b, "nthread", o->threads);
}

/* The loss on the later table after a round. */
static oq_err *find_loss(xg_booster b, int round, xg_table later, double *ret_loss)
{
    const char *name = "later", *said = NULL;
    OQ_TRY(xg_check(XGBoosterEvalOneIter(b, round, &later, &name, 1, &said)));
    const char *number = said ? strrchr(said, ':') : NULL;
    char *end = NULL;
    *ret_loss = number ? strtod(number + 1, &end) : NAN;
    return end && end != number + 1 ? NULL
                                    : oq_err_detail(oq_fail(OQ_INTERNAL, "boost.library"),
                                                    "no loss in \"%s\"", said ? said : "");
}

/* The rounds that are kept. */
static oq_err *run_rounds(xg_booster b, const boost_options *o, xg_table train, xg_table later,
                          size_t *ret_rounds)
{
    double best = INFINITY;
    size_t kept = 0;
    for (size_t i = 0; i < o->rounds_max; i++) {
        OQ_TRY(xg_check(XGBoosterUpdateOneIter(b, (int)i, train)));
        double loss = -(double)i; /* without a later table the last round is the best */
        if (later)
            OQ_TRY(find_loss(b, (int)i, later, &loss));
        if (loss < best || i == 0) {
            best = loss;
            kept = i + 1;
        } else if (i + 1 - kept >= o->patience) {
            break;
        }
    }
    *ret_rounds = kept;
    return NULL;
}

/* One round after the other, so that the text of all trees is never in memory at once. */
static oq_err *take_trees(oq_arena *temp, xg_booster b, size_t rounds, size_t classes,
                          boost_growing *to)
{
    for (size_t i = 0; i < rounds; i++) {
        oq_mark mark = oq_arena_mark(temp);
        OQ_AUTO(xg_booster) one = NULL;
        bst_ulong len = 0;
        const char *text = NULL;
        OQ_TRY(xg_check(XGBoosterSlice(b, (int)i, (int)i + 1, 1, &one)));
        OQ_TRY(xg_check(XGBoosterSaveModelToBuffer(one, "{\"format\":\"json\"}", &len, &text)));
        if (!boost_tree_add(temp, oq_strn(text, len), classes, to))
            return oq_err_detail(oq_fail(OQ_INTERNAL, "boost.library"), "round %zu is no tree", i);
        oq_arena_rewind(temp, mark);
    }
    return NULL;
}

static boost_model *keep(oq_arena *arena, const boost_options *o, const boost_growing *g,
                         float base, size_t rounds)
{
    boost_model *m = oq_new(arena, boost_model);
    *m = (boost_model){.task = o->task,
                       .classes = o->classes,
                       .columns = g->columns,
                       .rounds = rounds,
                       .nodes = g->nodes,
                       .time_spread = o->time_spread,
                       .base = margin_of(o->task, base)};
    double sum = 0;
    m->importance = oq_new_n(arena, double, g->columns);
    for (size_t i = 0; i < g->columns; i++)
        sum += g->gain[i];
    for (size_t i = 0; i < g->columns && sum > 0; i++)
        m->importance[i] = fmin(fmax(g->gain[i] / sum, 0), 1);
    m->first = oq_copy(arena, g->first, (g->trees + 1) * sizeof *g->first);
    m->first[g->trees] = g->nodes;
    m->node = oq_copy(arena, g->node, g->nodes * sizeof *g->node);
    return m;
}

/* The node with the most room that the options allow. */
static size_t nodes_most(const boost_options *o, size_t rounds)
{
    size_t most = rounds * o->classes * (((size_t)2 << o->depth) - 1);
    return most < BOOST_NODES_MAX ? most : BOOST_NODES_MAX;
}

static oq_err *fit_in(oq_arena *arena, oq_arena *temp, const boost_options *o,
                      const boost_table *train, const boost_table *later, float base,
                      boost_model **ret_model)
{
    OQ_AUTO(xg_table) table = NULL, after = NULL;
    OQ_AUTO(xg_booster) b = NULL;
    OQ_TRY(make_table(o, train, &table));
    if (later)
        OQ_TRY(make_table(o, later, &after));
    OQ_TRY(xg_check(XGBoosterCreate(&table, 1, &b)));
    OQ_TRY(set_options(b, o, base));
    size_t rounds;
    OQ_TRY(run_rounds(b, o, table, after, &rounds));
    boost_growing g = {.columns = train->columns, .room = nodes_most(o, rounds)};
    g.first = oq_new_n(temp, size_t, rounds * o->classes + 1);
    g.node = oq_new_n(temp, boost_node, g.room);
    g.gain = oq_new_n(temp, double, train->columns);
    OQ_TRY(take_trees(temp, b, rounds, o->classes, &g));
    *ret_model = keep(arena, o, &g, base, rounds);
    return NULL;
}

oq_err *boost_fit(oq_arena *arena, const boost_options *options, const boost_table *train,
                  const boost_table *later, boost_model **ret_model)
{
    boost_options o = with_presets(*options);
    float base;
    OQ_TRY(check_table(&o, train));
    OQ_TRY(find_base(&o, train, &base));
    if (later)
        OQ_TRY(check_table(&o, later));
    if (later && later->columns != train->columns)
        return oq_fail(OQ_INVALID, "boost.columns_differ");
    oq_arena *temp = oq_arena_open(1 << 20);
    oq_err *err = fit_in(arena, temp, &o, train, later, base, ret_model);
    oq_arena_close(temp);
    return err;
}
