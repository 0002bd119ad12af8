/* Rows without a time: ai4i2020 (which failure mode does a row show) and metropt3-windows (does a
 * window lie inside a failure). Boosted trees with the usual options; warnings from the threshold
 * that parts of the training rows give for each other, so nothing is chosen on rows that are
 * judged. */
#include <math.h>
#include <stdlib.h>

#include "backtest/files.h"
#include "bench/ai_bench_parts.h"
#include "quant/failure_inner.h"

#include "base/banned.h"

enum { INNER_FOLDS = 3, FOLDS_MAX = 8 };

typedef struct bench_rows {
    size_t rows, columns, folds;
    float *x;
    bool *is_true;
    size_t *fold;
} bench_rows;

/* The rows for which `part` is `wanted`. */
static boost_table take_rows(oq_arena *arena, const bench_rows *r, const size_t *part,
                             size_t wanted, bool is_equal)
{
    float *x = oq_new_n(arena, float, r->rows * r->columns), *y = oq_new_n(arena, float, r->rows);
    size_t count = 0;
    for (size_t i = 0; i < r->rows; i++)
        if (part[i] != SIZE_MAX && (part[i] == wanted) == is_equal) {
            memcpy(x + count * r->columns, r->x + i * r->columns, r->columns * sizeof *x);
            y[count++] = r->is_true[i];
        }
    return (boost_table){.rows = count, .columns = r->columns, .x = x, .y = y};
}

static const boost_options usual = {.task = BOOST_BINARY};

/* The training rows about each other: rounds, and the threshold. */
static oq_err *choose(oq_arena *arena, const bench_rows *r, size_t fold, size_t *ret_rounds,
                      double *ret_threshold)
{
    size_t *part = oq_new_n(arena, size_t, r->rows), count = 0, rounds = 0;
    double *p = oq_new_n(arena, double, r->rows);
    bool *is_true = oq_new_n(arena, bool, r->rows);
    for (size_t i = 0; i < r->rows; i++)
        part[i] = r->fold[i] == fold ? SIZE_MAX : i % INNER_FOLDS;
    for (size_t k = 0; k < INNER_FOLDS; k++) {
        boost_table train = take_rows(arena, r, part, k, false);
        boost_table held = take_rows(arena, r, part, k, true);
        boost_model *m;
        OQ_TRY(boost_fit(arena, &usual, &train, &held, &m));
        rounds += boost_describe(m).rounds;
        for (size_t i = 0; i < held.rows; i++) {
            float said;
            boost_predict(m, held.x + i * r->columns, &said);
            p[count] = (double)said;
            is_true[count++] = held.y[i] > 0;
        }
    }
    *ret_rounds = rounds / INNER_FOLDS;
    *ret_threshold = failure_threshold(arena, p, is_true, count, 1);
    return NULL;
}

static oq_err *judge_fold(oq_arena *arena, const bench_rows *r, size_t fold, warnings *io_sum)
{
    size_t rounds;
    double threshold;
    OQ_TRY(choose(arena, r, fold, &rounds, &threshold));
    boost_table train = take_rows(arena, r, r->fold, fold, false);
    boost_table held = take_rows(arena, r, r->fold, fold, true);
    boost_options o = usual;
    o.rounds_max = rounds ? rounds : 1;
    boost_model *m;
    OQ_TRY(boost_fit(arena, &o, &train, NULL, &m));
    for (size_t i = 0; i < held.rows; i++) {
        float p;
        boost_predict(m, held.x + i * r->columns, &p);
        bool is_warned = (double)p >= threshold, is_true = held.y[i] > 0;
        io_sum->right += is_warned && is_true;
        io_sum->wrong += is_warned && !is_true;
        io_sum->missed += !is_warned && is_true;
    }
    return NULL;
}

static oq_err *judge(oq_arena *arena, const bench_rows *r, warnings *ret_sum)
{
    warnings w = {0};
    for (size_t k = 0; k < r->folds; k++) {
        oq_mark mark = oq_arena_mark(arena);
        OQ_TRY(judge_fold(arena, r, k, &w));
        oq_arena_rewind(arena, mark);
    }
    w.precision = (double)w.right / (double)(w.right + w.wrong);
    w.recall = (double)w.right / (double)(w.right + w.missed);
    w.f1 = 2 * (double)w.right / (double)(2 * w.right + w.wrong + w.missed);
    *ret_sum = w;
    return NULL;
}

static void print_share(oq_arena *arena, const char *name, const char *part, double value,
                        double published)
{
    bench_print(&(bench_figure){.name = oq_str_c(arena, oq_strf(arena, "%s_%s", name, part)),
                                .value = value, /* NaN: nothing was warned of */
                                .unit = "share",
                                .peer = published > 0 ? "XGBoost, published" : NULL,
                                .peer_value = published});
}

static oq_err *cell_number(const file_table *t, const char *path, size_t row, size_t column,
                           float *ret_value)
{
    double value;
    if (column >= t->cells[row] || !oq_parse_f64(t->row[row][column], &value))
        return oq_fail(OQ_INVALID, "backtest.number", "file=%s line=%zu", path, row + 1);
    *ret_value = (float)value;
    return NULL;
}

/* --- ai4i2020: five folds, dealt out, and in blocks as the rows lie --------------------------------------------------------*/

oq_err *ai_bench_ai4i(oq_arena *arena, const char *folder)
{
    static const char *const input[] = {"Air temperature [K]", "Process temperature [K]",
                                        "Rotational speed [rpm]", "Torque [Nm]", "Tool wear [min]"};
    static const char *const mode[] = {"TWF", "HDF", "PWF", "OSF", "RNF"};
    enum { INPUTS = OQ_COUNT(input), FOLDS = 5 };
    const char *path = file_path(arena, "%s/ai4i2020.csv.gz", folder);
    file_table t;
    size_t column;
    OQ_TRY(file_csv(arena, path, &t));
    bench_rows r = {.rows = t.rows - 1, .columns = INPUTS + 1, .folds = FOLDS};
    r.x = oq_new_n(arena, float, r.rows *r.columns);
    r.is_true = oq_new_n(arena, bool, r.rows);
    r.fold = oq_new_n(arena, size_t, r.rows);
    OQ_TRY(file_column(&t, path, "Type", &column));
    for (size_t i = 0; i < r.rows; i++) {
        oq_str type = t.row[i + 1][column];
        r.x[i * r.columns + INPUTS] = oq_str_eq(type, OQ_STR("L"))   ? 0
                                      : oq_str_eq(type, OQ_STR("M")) ? 1
                                                                     : 2;
    }
    for (size_t k = 0; k < INPUTS; k++) {
        OQ_TRY(file_column(&t, path, input[k], &column));
        for (size_t i = 0; i < r.rows; i++)
            OQ_TRY(cell_number(&t, path, i + 1, column, &r.x[i * r.columns + k]));
    }
    for (size_t k = 0; k < OQ_COUNT(mode); k++) {
        OQ_TRY(file_column(&t, path, mode[k], &column));
        for (size_t i = 0; i < r.rows; i++)
            r.is_true[i] = oq_str_eq(t.row[i + 1][column], OQ_STR("1"));
        for (size_t blocked = 0; blocked < 2; blocked++) {
            warnings w;
            for (size_t i = 0; i < r.rows; i++)
                r.fold[i] = blocked ? i * FOLDS / r.rows : i % FOLDS;
            OQ_TRY(judge(arena, &r, &w));
            const char *name =
                oq_str_c(arena, oq_strf(arena, "ai4i.%s%s", mode[k], blocked ? "_blocked" : ""));
            print_share(arena, name, "recall", w.recall, 0);
            print_share(arena, name, "precision", w.precision, 0);
        }
    }
    return NULL;
}

/* --- metropt3-windows ---------------------------------------------------------------------------------*/

static oq_err *read_windows(oq_arena *arena, const char *folder, bench_rows *ret_rows)
{
    const char *path = file_path(arena, "%s/train.csv.gz", folder);
    file_table t;
    size_t truth, fold;
    OQ_TRY(file_csv(arena, path, &t));
    OQ_TRY(file_column(&t, path, "is_anomaly", &truth));
    OQ_TRY(file_column(&t, path, "fold", &fold));
    bench_rows r = {.rows = t.rows - 1, .columns = t.cells[0] - 2};
    r.x = oq_new_n(arena, float, r.rows *r.columns);
    r.is_true = oq_new_n(arena, bool, r.rows);
    r.fold = oq_new_n(arena, size_t, r.rows);
    for (size_t i = 0; i < r.rows; i++) {
        float number, *to = r.x + i * r.columns;
        for (size_t k = 0; k < t.cells[0]; k++)
            if (k != truth && k != fold)
                OQ_TRY(cell_number(&t, path, i + 1, k, to++));
        OQ_TRY(cell_number(&t, path, i + 1, fold, &number));
        r.fold[i] = (size_t)number;
        r.is_true[i] = oq_str_eq_ascii_nocase(t.row[i + 1][truth], OQ_STR("true"));
        r.folds = r.fold[i] + 1 > r.folds ? r.fold[i] + 1 : r.folds;
    }
    *ret_rows = r;
    return r.folds >= 2 && r.folds <= FOLDS_MAX
               ? NULL
               : oq_fail(OQ_INVALID, "backtest.number", "file=%s line=%d", path, 1);
}

static double apart(const bench_rows *r, const float *sd, size_t a, size_t b)
{
    double sum = 0;
    for (size_t k = 0; k < r->columns; k++) {
        double d = (double)(r->x[a * r->columns + k] - r->x[b * r->columns + k]) / (double)sd[k];
        sum += d * d;
    }
    return sum;
}

/* The file's rows are shuffled, so stretches of it hold neighbours of each other in time. Instead,
 * the windows of failures are parted by likeness around four that lie furthest apart (there were
 * four leaks): what is judged is not like what was learned. The others are dealt out. */
static void part_by_likeness(oq_arena *arena, bench_rows *r)
{
    enum { GROUPS = 4 };
    size_t seed[GROUPS], seeds = 0, dealt = 0;
    float *sd = oq_new_n(arena, float, r->columns);
    for (size_t k = 0; k < r->columns; k++) {
        double sum = 0, square = 0;
        for (size_t i = 0; i < r->rows; i++)
            sum += (double)r->x[i * r->columns + k] / (double)r->rows;
        for (size_t i = 0; i < r->rows; i++)
            square += pow((double)r->x[i * r->columns + k] - sum, 2) / (double)r->rows;
        sd[k] = square > 0 ? (float)sqrt(square) : 1;
    }
    while (seeds < GROUPS) {
        double most = -1;
        size_t best = 0;
        for (size_t i = 0; i < r->rows; i++) {
            double near = r->is_true[i] ? INFINITY : -1;
            for (size_t k = 0; k < seeds && r->is_true[i]; k++)
                near = fmin(near, apart(r, sd, i, seed[k]));
            if (near > most) {
                most = near;
                best = i;
            }
        }
        seed[seeds++] = best;
    }
    for (size_t i = 0; i < r->rows; i++) {
        size_t best = 0;
        for (size_t k = 1; k < GROUPS; k++)
            best = apart(r, sd, i, seed[k]) < apart(r, sd, i, seed[best]) ? k : best;
        r->fold[i] = r->is_true[i] ? best : dealt++ % GROUPS;
    }
    r->folds = GROUPS;
}

oq_err *ai_bench_metropt(oq_arena *arena, const char *folder)
{
    bench_rows r;
    warnings w;
    OQ_TRY(read_windows(arena, folder, &r));
    OQ_TRY(judge(arena, &r, &w));
    print_share(arena, "metropt", "f1", w.f1, 0.991);
    print_share(arena, "metropt", "precision", w.precision, 0.991);
    print_share(arena, "metropt", "recall", w.recall, 0.991);
    part_by_likeness(arena, &r);
    OQ_TRY(judge(arena, &r, &w));
    print_share(arena, "metropt", "unlike_f1", w.f1, 0);
    print_share(arena, "metropt", "unlike_precision", w.precision, 0);
    print_share(arena, "metropt", "unlike_recall", w.recall, 0);
    return NULL;
}
