#include "quant/boost.h"

#include <math.h>
#include <xgboost/c_api.h>

#include "quant/boost_inner.h"
#include "quant/signal_sample.h"

#include "base/banned.h"

enum { ROWS = 600, COLUMNS = 5 };

typedef struct noisy {
    float x[ROWS * COLUMNS], y[ROWS], y_max[ROWS];
} noisy;

/* Columns 0 and 1 matter together, 2 alone and often missing, the others not. */
static double truth(const float *x)
{
    double both = x[0] > 0 && x[1] > 0 ? 2 : -1;
    return both + (isnan(x[2]) ? 1 : 2 * (double)x[2]);
}

static void make_noisy(noisy *n, boost_task task, uint64_t dice)
{
    for (size_t i = 0; i < ROWS; i++) {
        float *x = n->x + i * COLUMNS;
        for (size_t k = 0; k < COLUMNS; k++)
            x[k] = (float)(2 * dice_share(&dice) - 1);
        if (dice_below(&dice, 3) == 0)
            x[2] = NAN;
        double z = truth(x), u = dice_share(&dice);
        switch (task) {
        case BOOST_BINARY:
            n->y[i] = u < 1 / (1 + exp(-z));
            break;
        case BOOST_CLASSES:
            n->y[i] = z < -1 ? 0 : z < 1 ? 1 : 2;
            break;
        case BOOST_NUMBER:
            n->y[i] = (float)(z + u);
            break;
        default: /* a time, of which what comes after 3 is not seen */
            n->y[i] = (float)exp(0.5 * z + 0.6 * (u - 0.5));
            n->y_max[i] = n->y[i] > 3 ? INFINITY : n->y[i];
            n->y[i] = n->y[i] > 3 ? 3 : n->y[i];
        }
    }
}

static boost_table table_of(const noisy *n, boost_task task)
{
    return (boost_table){.rows = ROWS,
                         .columns = COLUMNS,
                         .x = n->x,
                         .y = n->y,
                         .y_max = task == BOOST_SURVIVAL ? n->y_max : NULL};
}

static boost_options options_of(boost_task task)
{
    return (boost_options){
        .task = task, .classes = task == BOOST_CLASSES ? 3 : 0, .rounds_max = 60, .seed = 7};
}

static boost_model *fit(oq_arena *arena, boost_task task, uint64_t dice)
{
    noisy *n = oq_new(arena, noisy);
    make_noisy(n, task, dice);
    boost_table t = table_of(n, task);
    boost_options o = options_of(task);
    boost_model *m = NULL;
    CHECK_OK(boost_fit(arena, &o, &t, NULL, &m));
    return m;
}

/* The library's own answers with the options that `options_of` stands for. */
static const float *library_says(oq_arena *arena, boost_task task, const noisy *n,
                                 size_t *ret_count)
{
    static const char *const objective[] = {"", "binary:logistic", "multi:softprob",
                                            "reg:squarederror", "survival:aft"};
    static const char *const option[][2] = {{"tree_method", "hist"},
                                            {"max_depth", "4"},
                                            {"eta", "0.1"},
                                            {"subsample", "0.8"},
                                            {"colsample_bytree", "0.6"},
                                            {"min_child_weight", "1"},
                                            {"lambda", "1"},
                                            {"seed", "7"},
                                            {"nthread", "1"},
                                            {"verbosity", "0"},
                                            {"aft_loss_distribution", "normal"}};
    DMatrixHandle t;
    BoosterHandle b;
    assert_int_equal(XGDMatrixCreateFromMat(n->x, ROWS, COLUMNS, NAN, &t), 0);
    double sum = 0;
    for (size_t i = 0; i < ROWS; i++)
        sum += task == BOOST_SURVIVAL ? log((double)n->y[i]) : (double)n->y[i];
    double base = task == BOOST_CLASSES ? 0 : sum / ROWS;
    XGDMatrixSetFloatInfo(t, "label", n->y, ROWS);
    if (task == BOOST_SURVIVAL) {
        base = exp(base);
        XGDMatrixSetFloatInfo(t, "label_lower_bound", n->y, ROWS);
        XGDMatrixSetFloatInfo(t, "label_upper_bound", n->y_max, ROWS);
    }
    assert_int_equal(XGBoosterCreate(&t, 1, &b), 0);
    for (size_t i = 0; i < OQ_COUNT(option); i++)
        XGBoosterSetParam(b, option[i][0], option[i][1]);
    XGBoosterSetParam(b, "objective", objective[task]);
    XGBoosterSetParam(b, "base_score", oq_strf(arena, "%.9g", (double)(float)base).ptr);
    if (task == BOOST_CLASSES)
        XGBoosterSetParam(b, "num_class", "3");
    for (int i = 0; i < 60; i++)
        assert_int_equal(XGBoosterUpdateOneIter(b, i, t), 0);
    bst_ulong count;
    const float *said;
    assert_int_equal(XGBoosterPredict(b, t, 0, 0, 0, &count, &said), 0);
    const float *kept = oq_copy(arena, said, count * sizeof *said);
    XGBoosterFree(b);
    XGDMatrixFree(t);
    *ret_count = count;
    return kept;
}

static void test_says_what_the_library_says(void **state)
{
    for (boost_task task = BOOST_BINARY; task <= BOOST_SURVIVAL; task++) {
        oq_arena *arena = oq_arena_open(0);
        noisy *n = oq_new(arena, noisy);
        make_noisy(n, task, 11);
        boost_model *m = fit(arena, task, 11);
        size_t classes = boost_describe(m).classes, count;
        const float *wanted = library_says(arena, task, n, &count);
        float *got = oq_new_n(arena, float, ROWS *classes);
        boost_predict_rows(m, n->x, ROWS, got);
        assert_int_equal(count, ROWS * classes);
        for (size_t i = 0; i < count; i++)
            assert_float_equal(got[i], wanted[i], 2e-6 * (1 + fabs((double)wanted[i])));
        oq_arena_close(arena);
    }
}

static void test_finds_what_matters(void **state)
{
    oq_arena *arena = oq_arena_open(0);
    boost_model *m = fit(arena, BOOST_NUMBER, 3);
    boost_facts f = boost_describe(m);
    double sum = 0;
    for (size_t k = 0; k < COLUMNS; k++)
        sum += f.importance[k];
    assert_float_equal(sum, 1, 1e-9);
    for (size_t k = 3; k < COLUMNS; k++)
        assert_true(f.importance[k] < 0.1 && f.importance[k] < f.importance[2]);
    noisy *later = oq_new(arena, noisy);
    make_noisy(later, BOOST_NUMBER, 4);
    double miss = 0;
    for (size_t i = 0; i < ROWS; i++) {
        float y;
        boost_predict(m, later->x + i * COLUMNS, &y);
        miss += fabs((double)(y - later->y[i])) / ROWS;
    }
    assert_true(miss < 0.5); /* the values spread over 7; noise alone is 0.25 */
    oq_arena_close(arena);
}

static void test_same_bytes_every_time(void **state)
{
    for (boost_task task = BOOST_BINARY; task <= BOOST_SURVIVAL; task++) {
        oq_arena *arena = oq_arena_open(0);
        OQ_AUTO(oq_buf) a = oq_buf_make(1 << 20);
        OQ_AUTO(oq_buf) b = oq_buf_make(1 << 20);
        OQ_AUTO(oq_buf) c = oq_buf_make(1 << 20);
        boost_write(fit(arena, task, 5), &a);
        boost_write(fit(arena, task, 5), &b);
        assert_true(oq_str_eq(oq_buf_view(&a), oq_buf_view(&b)));
        boost_model *again;
        CHECK_OK(boost_read(arena, oq_buf_view(&a), &again));
        boost_write(again, &c);
        assert_true(oq_str_eq(oq_buf_view(&a), oq_buf_view(&c)));
        noisy *n = oq_new(arena, noisy);
        make_noisy(n, task, 6);
        boost_model *m = fit(arena, task, 5);
        float x[3], y[3];
        for (size_t i = 0; i < ROWS; i++) {
            boost_predict(m, n->x + i * COLUMNS, x);
            boost_predict(again, n->x + i * COLUMNS, y);
            assert_memory_equal(x, y, boost_describe(m).classes * sizeof *x);
        }
        oq_arena_close(arena);
    }
}

/* Every cut and every changed byte is seen. */
static void test_broken_bytes(void **state)
{
    oq_arena *arena = oq_arena_open(0);
    OQ_AUTO(oq_buf) a = oq_buf_make(1 << 20);
    boost_write(fit(arena, BOOST_BINARY, 5), &a);
    oq_str all = oq_buf_view(&a);
    boost_model *m = NULL;
    for (size_t len = 0; len < all.len; len += 1 + len / 20) {
        oq_err_reset();
        CHECK_CODE("cut", boost_read(arena, oq_str_sub(all, 0, len), &m), "boost.bytes_malformed");
    }
    for (size_t i = 0; i < all.len; i += 1 + i / 20) {
        oq_err_reset();
        a.ptr[i] ^= 0x10;
        CHECK_CODE("changed", boost_read(arena, all, &m),
                   i == 4 ? "boost.bytes_version" : "boost.bytes_malformed");
        a.ptr[i] ^= 0x10;
    }
    assert_null(m);
    oq_arena_close(arena);
}

static void test_stops_early(void **state)
{
    oq_arena *arena = oq_arena_open(0);
    noisy *n = oq_new(arena, noisy), *later = oq_new(arena, noisy);
    make_noisy(n, BOOST_BINARY, 1);
    make_noisy(later, BOOST_BINARY, 2);
    boost_table t = table_of(n, BOOST_BINARY), l = table_of(later, BOOST_BINARY);
    boost_options o = {.task = BOOST_BINARY, .rounds_max = 2000, .patience = 10, .rate = 0.3};
    boost_model *m;
    CHECK_OK(boost_fit(arena, &o, &t, &l, &m));
    size_t kept = boost_describe(m).rounds;
    assert_true(kept >= 3 && kept < 200);
    oq_arena_close(arena);
}

/* ln T = x / 2 + 0.6 (u - 0.5), of which what comes after 3 is not seen: the median at x is exp(x /
 * 2) also where most were not seen to the end. */
static void test_censored_times(void **state)
{
    oq_arena *arena = oq_arena_open(0);
    noisy *n = oq_new(arena, noisy);
    make_noisy(n, BOOST_SURVIVAL, 1);
    boost_table t = table_of(n, BOOST_SURVIVAL);
    boost_options o = {.task = BOOST_SURVIVAL, .rounds_max = 300, .time_spread = 0.25};
    boost_model *m;
    CHECK_OK(boost_fit(arena, &o, &t, NULL, &m));
    static const float row[][COLUMNS] = {{0.5f, 0.5f, 0.5f}, {-0.5f, 0.5f, -0.5f}};
    float median[2];
    boost_predict_rows(m, row[0], 2, median);
    assert_true(median[0] > 3.0f); /* exp(1.5) = 4.5: no such time was ever seen whole */
    assert_float_equal(median[1], exp(-1), 0.12);
    assert_float_equal(boost_survival_by(m, 2, 2), 0.5, 1e-12);
    assert_float_equal(boost_survival_by(m, 2, 2 * exp(0.25)), 0.841344746, 1e-8);
    oq_arena_close(arena);
}

static void test_gain_counts_rows(void **state)
{
    oq_arena *arena = oq_arena_open(0);
    float x[200], y[200], gain[200];
    for (size_t i = 0; i < 200; i++) {
        x[i] = (float)(i % 2);
        y[i] = i < 100;
        gain[i] = i < 100 ? 3 : 1;
    }
    boost_table t = {.rows = 200, .columns = 1, .x = x, .y = y, .gain = gain};
    boost_options o = {.task = BOOST_BINARY, .rounds_max = 50};
    boost_model *m;
    float p;
    CHECK_OK(boost_fit(arena, &o, &t, NULL, &m));
    boost_predict(m, x, &p);
    assert_float_equal(p, 0.75, 0.03);
    oq_arena_close(arena);
}

static void test_what_is_refused(void **state)
{
    static const float inf_x[] = {0, 1, INFINITY, 3}, x[] = {0, 1, 2, 3}, ones[] = {1, 1, 1, 1};
    static const float y[] = {0, 1, 0, 1}, bad[] = {0, 1, 2, 1}, zero[] = {0, 0, 0, 0};
    static const float none[] = {NAN, NAN, NAN, NAN};
    static const float nan_gain[] = {1, NAN, 1, 1}, time[] = {1, 2, 3, 4}, less[] = {1, 1, 3, 4};
    static const struct {
        const char *label, *code;
        boost_task task;
        boost_table t;
    } row[] = {
        {"nothing", "boost.no_rows", BOOST_BINARY, {.columns = 1}},
        {"infinite", "boost.value_infinite", BOOST_BINARY, {4, 1, inf_x, y}},
        {"label", "boost.label_invalid", BOOST_BINARY, {4, 1, x, bad}},
        {"class", "boost.label_invalid", BOOST_CLASSES, {4, 1, x, time}},
        {"one class", "boost.one_class", BOOST_BINARY, {4, 1, x, ones}},
        {"gain", "boost.gain_invalid", BOOST_BINARY, {4, 1, x, y, .gain = nan_gain}},
        {"no gain", "boost.no_rows", BOOST_BINARY, {4, 1, x, y, .gain = zero}},
        {"time 0", "boost.label_invalid", BOOST_SURVIVAL, {4, 1, x, y}},
        {"backwards", "boost.label_invalid", BOOST_SURVIVAL, {4, 1, x, time, .y_max = less}},
        {"many", "boost.too_large", BOOST_NUMBER, {SIZE_MAX / 8, 4000, x, y}},
        {"two-sample", NULL, BOOST_BINARY, {2, 1, x, y}},
        {"constant", NULL, BOOST_BINARY, {4, 1, ones, y}},
        {"all missing", NULL, BOOST_BINARY, {4, 1, none, y}},
        {"one row", NULL, BOOST_NUMBER, {1, 1, x, y}},
    };
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        oq_arena *arena = oq_arena_open(0);
        boost_options o = {.task = row[i].task, .classes = 2, .rounds_max = 5};
        boost_model *m = NULL;
        CHECK_CODE(row[i].label, boost_fit(arena, &o, &row[i].t, NULL, &m), row[i].code);
        CHECK(row[i].label, !m == (row[i].code != NULL));
        oq_arena_close(arena);
    }
}

/* --- explanations ------------------------------------------------------------------------------------*/

/* What a tree is expected to say when only the columns of `known` are known. */
static double expected(const boost_node *tree, size_t at, const float *x, unsigned known)
{
    const boost_node *n = &tree[at];
    if (n->column == BOOST_LEAF)
        return n->value;
    if (known >> n->column & 1)
        return expected(tree, boost_next(tree, at, x), x, known);
    double left = tree[at + 1].cover, right = tree[n->right].cover;
    return (left * expected(tree, at + 1, x, known) + right * expected(tree, n->right, x, known)) /
           n->cover;
}

/* Shapley's value by its definition: over all sets of the other columns. */
static double shapley(const boost_model *m, const float *x, size_t column, size_t class)
{
    static const double factorial[] = {1, 1, 2, 6, 24, 120};
    double sum = 0;
    for (unsigned set = 0; set < 1u << COLUMNS; set++) {
        if (set >> column & 1)
            continue;
        int size = __builtin_popcount(set);
        double weight = factorial[size] * factorial[COLUMNS - size - 1] / factorial[COLUMNS];
        for (size_t k = class; k < boost_trees(m); k += m->classes) {
            const boost_node *tree = m->node + m->first[k];
            sum += weight * (expected(tree, 0, x, set | 1u << column) - expected(tree, 0, x, set));
        }
    }
    return sum;
}

static void test_explanations_by_definition(void **state)
{
    static const boost_task task[] = {BOOST_NUMBER, BOOST_CLASSES, BOOST_BINARY};
    for (size_t t = 0; t < OQ_COUNT(task); t++) {
        oq_arena *arena = oq_arena_open(0);
        boost_model *m = fit(arena, task[t], 9);
        noisy *n = oq_new(arena, noisy);
        make_noisy(n, task[t], 10);
        double share[3 * (COLUMNS + 1)];
        for (size_t i = 0; i < 12; i++) {
            const float *x = n->x + i * COLUMNS;
            boost_explain(m, x, share);
            for (size_t c = 0; c < m->classes; c++)
                for (size_t k = 0; k < COLUMNS; k++)
                    assert_float_equal(share[c * (COLUMNS + 1) + k], shapley(m, x, k, c), 1e-5);
        }
        oq_arena_close(arena);
    }
}

static void test_explanations_add_up(void **state)
{
    oq_arena *arena = oq_arena_open(0);
    boost_model *m = fit(arena, BOOST_BINARY, 9);
    noisy *n = oq_new(arena, noisy);
    make_noisy(n, BOOST_BINARY, 12);
    for (size_t i = 0; i < ROWS; i++) {
        double share[COLUMNS + 1], sum = 0;
        float p;
        boost_explain(m, n->x + i * COLUMNS, share);
        boost_predict(m, n->x + i * COLUMNS, &p);
        for (size_t k = 0; k <= COLUMNS; k++)
            sum += share[k];
        assert_float_equal(1 / (1 + exp(-sum)), p, 1e-5);
    }
    oq_arena_close(arena);
}

static void test_version(void **state)
{
    oq_arena *arena = oq_arena_open(0);
    assert_true(oq_str_starts(oq_cstr(boost_library_version(arena)), OQ_STR("1.")) ||
                oq_str_starts(oq_cstr(boost_library_version(arena)), OQ_STR("2.")));
    oq_arena_close(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_says_what_the_library_says),
        cmocka_unit_test(test_finds_what_matters),
        cmocka_unit_test(test_same_bytes_every_time),
        cmocka_unit_test(test_broken_bytes),
        cmocka_unit_test(test_stops_early),
        cmocka_unit_test(test_censored_times),
        cmocka_unit_test(test_gain_counts_rows),
        cmocka_unit_test(test_what_is_refused),
        cmocka_unit_test(test_explanations_by_definition),
        cmocka_unit_test(test_explanations_add_up),
        cmocka_unit_test(test_version),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
