#include "quant/calibrate.h"

#include <float.h>

#include "quant/signal_sample.h"

#include "base/banned.h"

static oq_arena *arena;

static double logistic(double z)
{
    return 1 / (1 + exp(-z));
}

/* A model that is too sure of itself: what happens follows half its log-odds, and less often. */
static void draw(uint64_t *dice, size_t rows, double *ret_score, bool *ret_y)
{
    for (size_t i = 0; i < rows; i++) {
        ret_score[i] = 8 * dice_share(dice) - 4;
        ret_y[i] = dice_share(dice) < logistic(0.5 * ret_score[i] - 1);
    }
}

/* --- learning --------------------------------------------------------------------------------------*/

/* The rising function nearest to y is max over a <= i of min over b >= i of mean(y[a..b]). */
static void test_isotonic(void **state)
{
    uint64_t dice = 3;
    enum { ROWS = 1000 };
    double *score = oq_new_n(arena, double, ROWS);
    bool y[ROWS];
    double sum[ROWS + 1] = {0};
    for (size_t i = 0; i < ROWS; i++) {
        score[i] = (double)i;
        y[i] = dice_share(&dice) < 0.1 + 0.6 * (double)i / ROWS;
        sum[i + 1] = sum[i] + y[i];
    }
    calibration c;
    CHECK_OK(calibrate_learn(arena, score, y, ROWS, CALIBRATION_AUTO, &c));
    assert_int_equal(c.kind, CALIBRATION_ISOTONIC);
    double before = 0, knots = 0;
    for (size_t i = 0; i < ROWS; i++) {
        double most = 0;
        for (size_t a = 0; a <= i; a++) {
            double least = 1;
            for (size_t b = i; b < ROWS; b++)
                least = fmin(least, (sum[b + 1] - sum[a]) / (double)(b + 1 - a));
            most = fmax(most, least);
        }
        /* Blocks end where this steps up; their values are those of the knots. */
        if (i == 0 || most > before + 1e-12) {
            double p = c.probability[(size_t)knots++];
            NEAR(p, fmin(fmax(most, 1.0 / (ROWS + 2)), 1 - 1.0 / (ROWS + 2)), 1e-12);
        }
        before = most;
    }
    assert_int_equal(c.knots, (size_t)knots);
    /* Straight lines between the middles of blocks, flat beyond. */
    NEAR(calibrate(&c, -1e9), c.probability[0], 0);
    NEAR(calibrate(&c, 1e9), c.probability[c.knots - 1], 0);
    for (size_t k = 0; k + 1 < c.knots; k++) {
        NEAR(calibrate(&c, c.score[k]), c.probability[k], 1e-15);
        NEAR(calibrate(&c, (c.score[k] + c.score[k + 1]) / 2),
             (c.probability[k] + c.probability[k + 1]) / 2, 1e-12);
    }
}

/* -ln of Platt's likelihood with his targets. */
static double platt_loss(const double *score, const bool *y, size_t rows, double slope,
                         double shift)
{
    double n1 = 0, loss = 0;
    for (size_t i = 0; i < rows; i++)
        n1 += y[i];
    double n0 = (double)rows - n1;
    for (size_t i = 0; i < rows; i++) {
        double t = y[i] ? (n1 + 1) / (n1 + 2) : 1 / (n0 + 2),
               p = logistic(slope * score[i] + shift);
        loss -= t * log(p) + (1 - t) * log(1 - p);
    }
    return loss;
}

static void test_platt(void **state)
{
    uint64_t dice = 5;
    for (size_t round = 0; round < 50; round++) {
        double score[200];
        bool y[200];
        draw(&dice, 200, score, y);
        for (size_t i = 0; i < 200; i++)
            score[i] = 1000 + score[i] * 100; /* any scale */
        calibration c;
        CHECK_OK(calibrate_learn(arena, score, y, 200, CALIBRATION_AUTO, &c));
        assert_int_equal(c.kind, CALIBRATION_PLATT);
        double best = platt_loss(score, y, 200, c.slope, c.shift);
        for (int k = 0; k < 8; k++) { /* nowhere near is better */
            double a = c.slope + (k % 3 - 1) * 1e-6, b = c.shift + (k / 3 - 1) * 1e-3;
            assert_true(platt_loss(score, y, 200, a, b) >= best - 1e-9);
        }
        NEAR(calibrate(&c, 1000), logistic(c.slope * 1000 + c.shift), 1e-14);
    }
    enum { MANY = 50000 };
    double *score = oq_new_n(arena, double, MANY);
    bool *y = oq_new_n(arena, bool, MANY);
    draw(&dice, MANY, score, y);
    calibration c;
    CHECK_OK(calibrate_learn(arena, score, y, MANY, CALIBRATION_PLATT, &c));
    NEAR(c.slope, 0.5, 0.02);
    NEAR(c.shift, -1, 0.03);
}

static void test_choice(void **state)
{
    uint64_t dice = 1;
    static const struct {
        const char *label;
        size_t rows, positives;
        int asked, got;
    } row[] = {
        {"many", 1000, 100, CALIBRATION_AUTO, CALIBRATION_ISOTONIC},
        {"many, few of one", 5000, 99, CALIBRATION_AUTO, CALIBRATION_PLATT},
        {"not many", 999, 300, CALIBRATION_AUTO, CALIBRATION_PLATT},
        {"not many, but wanted", 999, 300, CALIBRATION_ISOTONIC, CALIBRATION_PLATT},
        {"many, nearly all", 1000, 995, CALIBRATION_AUTO, CALIBRATION_PLATT},
        {"hardly any", 1000, 4, CALIBRATION_AUTO, CALIBRATION_NONE},
        {"no failures at all", 1000, 0, CALIBRATION_AUTO, CALIBRATION_NONE},
        {"failures only", 50, 50, CALIBRATION_PLATT, CALIBRATION_NONE},
        {"two rows", 2, 1, CALIBRATION_AUTO, CALIBRATION_NONE},
        {"none wanted", 1000, 500, CALIBRATION_NONE, CALIBRATION_NONE},
    };
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        double *score = oq_new_n(arena, double, row[i].rows);
        bool *y = oq_new_n(arena, bool, row[i].rows);
        for (size_t k = 0; k < row[i].rows; k++) {
            y[k] = k < row[i].positives;
            score[k] = dice_share(&dice) + y[k];
        }
        calibration c;
        CHECK_OK(calibrate_learn(arena, score, y, row[i].rows, row[i].asked, &c));
        CHECK(row[i].label, c.kind == row[i].got);
        CHECK(row[i].label, c.positives == row[i].positives);
        double p = 0;
        for (double s = -1; s < 3; s += 0.01) { /* the order stays */
            double next = calibrate(&c, s);
            CHECK(row[i].label, next >= p && next <= 1);
            p = next;
        }
        CHECK(row[i].label, isnan(calibrate(&c, NAN)));
    }
}

/* What calibration is for. */
static void test_effect(void **state)
{
    enum { ROWS = 4000 };
    uint64_t dice = 12;
    double *score = oq_new_n(arena, double, 2 * ROWS), *p = oq_new_n(arena, double, ROWS);
    bool *y = oq_new_n(arena, bool, 2 * ROWS);
    draw(&dice, 2 * ROWS, score, y);
    for (int kind = CALIBRATION_NONE; kind <= CALIBRATION_ISOTONIC; kind++) {
        calibration c;
        judgement j;
        CHECK_OK(calibrate_learn(arena, score, y, ROWS, kind, &c));
        for (size_t i = 0; i < ROWS; i++)
            p[i] = calibrate(&c, score[ROWS + i]);
        CHECK_OK(calibrate_judge(arena, p, y + ROWS, ROWS, 10, 0.95, &j));
        print_message("kind %d: ECE %.4f, Brier %.4f, AUC %.4f\n", kind, j.ece, j.brier, j.auc);
        assert_true(kind == CALIBRATION_NONE ? j.ece > 0.1 : j.ece < 0.035);
    }
}

static void test_odd(void **state)
{
    double score[1200];
    bool y[1200];
    calibration c;
    for (size_t i = 0; i < 1200; i++) {
        score[i] = 7;
        y[i] = i % 4 == 0;
    }
    CHECK_OK(calibrate_learn(arena, score, y, 1200, CALIBRATION_AUTO, &c)); /* constant */
    NEAR(calibrate(&c, 7), 0.25, 1e-12);
    NEAR(calibrate(&c, -50), 0.25, 1e-12);
    CHECK_OK(calibrate_learn(arena, score, y, 100, CALIBRATION_AUTO, &c));
    NEAR(calibrate(&c, 7), 0.25, 1e-12);
    for (size_t i = 0; i < 1200; i++)
        score[i] = y[i] ? -1 - (double)i : (double)i; /* the wrong way round */
    CHECK_OK(calibrate_learn(arena, score, y, 100, CALIBRATION_AUTO, &c));
    NEAR(c.slope, 0, 0);
    NEAR(calibrate(&c, 1e6), 0.25, 1e-12);
    for (size_t i = 0; i < 1200; i++)
        score[i] = y[i] ? DBL_MAX : -DBL_MAX; /* apart, and as far as numbers go */
    CHECK_OK(calibrate_learn(arena, score, y, 1200, CALIBRATION_AUTO, &c));
    assert_true(calibrate(&c, 0) >= 0 && calibrate(&c, 0) <= 1);
    assert_true(calibrate(&c, DBL_MAX) > 0.99 && calibrate(&c, DBL_MAX) < 1);
    CHECK_OK(calibrate_learn(arena, score, y, 100, CALIBRATION_AUTO, &c));
    assert_true(calibrate(&c, DBL_MAX) > 0.9 && calibrate(&c, -DBL_MAX) < 0.1);
    score[41] = NAN;
    oq_err *err = calibrate_learn(arena, score, y, 100, CALIBRATION_AUTO, &c);
    CHECK_CODE("no number", err, "calibration.score_invalid");
    CHECK_STR("row", err->arg[0].value, "42");
    CHECK_CODE("no rows", calibrate_learn(arena, score, y, 0, CALIBRATION_AUTO, &c),
               "calibration.none");
}

static void test_stored(void **state)
{
    uint64_t dice = 8;
    double score[1500];
    bool y[1500];
    draw(&dice, 1500, score, y);
    for (int kind = CALIBRATION_NONE; kind <= CALIBRATION_ISOTONIC; kind++) {
        calibration c, back;
        CHECK_OK(calibrate_learn(arena, score, y, 1500, kind, &c));
        size_t count = calibrate_numbers(&c);
        double *number = oq_new_n(arena, double, count), *broken = oq_new_n(arena, double, count);
        calibrate_save(&c, number);
        CHECK_OK(calibrate_load(arena, number, count, &back));
        for (double s = -6; s < 6; s += 0.1)
            NEAR(calibrate(&back, s), calibrate(&c, s), 0);
        CHECK_CODE("cut off", calibrate_load(arena, number, count - 1, &back),
                   "calibration.malformed");
        for (size_t round = 0; round < 5000; round++) {
            static const double odd[] = {0, -1, NAN, INFINITY, 1e300, 0.5, 2, 3, 1e18};
            memcpy(broken, number, count * sizeof *number);
            broken[dice_below(&dice, count)] = odd[dice_below(&dice, OQ_COUNT(odd))];
            oq_mark mark = oq_err_mark();
            if (!calibrate_load(arena, broken, count, &back)) {
                double p = calibrate(&back, 0.3);
                assert_true(p >= 0 && p <= 1);
            }
            oq_err_rewind(mark);
        }
    }
}

/* --- judging -----------------------------------------------------------------------------------------*/

/* R. G. Newcombe, Statistics in Medicine 17, 1998, table I, method 3. */
static void test_wilson(void **state)
{
    static const struct {
        size_t k, n;
        double low, high;
    } row[] = {{81, 263, 0.2553, 0.3662},
               {15, 148, 0.0624, 0.1605},
               {0, 20, 0, 0.1611},
               {1, 29, 0.0061, 0.1718}};
    double low, high;
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        calibrate_wilson(row[i].k, row[i].n, 0.95, &low, &high);
        NEAR(low, row[i].low, 0.00006);
        NEAR(high, row[i].high, 0.00006);
        double other_low, other_high;
        calibrate_wilson(row[i].n - row[i].k, row[i].n, 0.95, &other_low, &other_high);
        NEAR(1 - other_low, high, 1e-12);
        NEAR(1 - other_high, low, 1e-12);
    }
    calibrate_wilson(0, 0, 0.95, &low, &high);
    assert_true(low == 0 && high == 1);
}

/* 109 pictures rated 1..5: J. A. Hanley, B. J. McNeil, Radiology 143, 1982, tables I and II. */
static void test_auc(void **state)
{
    static const size_t normal[] = {33, 6, 6, 11, 2}, abnormal[] = {3, 2, 2, 11, 33};
    double p[109];
    bool y[109];
    size_t rows = 0;
    for (size_t rating = 0; rating < 5; rating++) {
        for (size_t k = 0; k < normal[rating]; k++, rows++)
            p[rows] = (double)rating / 4, y[rows] = false;
        for (size_t k = 0; k < abnormal[rating]; k++, rows++)
            p[rows] = (double)rating / 4, y[rows] = true;
    }
    judgement j;
    CHECK_OK(calibrate_judge(arena, p, y, rows, 10, 0.95, &j));
    NEAR(j.auc, 0.893, 0.0006);
    NEAR(j.auc_error, 0.032, 0.0006);
    assert_int_equal(j.bins, 4); /* equal p are together */
    double wins = 0;
    for (size_t a = 0; a < rows; a++)
        for (size_t b = 0; b < rows; b++)
            if (y[a] && !y[b])
                wins += p[a] > p[b] ? 1 : p[a] == p[b] ? 0.5 : 0;
    NEAR(j.auc, wins / (58 * 51), 1e-12);
}

static void test_judge(void **state)
{
    uint64_t dice = 21;
    for (size_t round = 0; round < 300; round++) {
        double p[400];
        bool y[400];
        size_t rows = 1 + dice_below(&dice, 400), kind = dice_below(&dice, 4), positives = 0;
        for (size_t i = 0; i < rows; i++) {
            p[i] = kind == 0   ? (double)dice_below(&dice, 3) / 2
                   : kind == 1 ? 0.3
                               : dice_share(&dice);
            y[i] = dice_share(&dice) < (kind == 3 ? 0 : p[i]);
            positives += y[i];
        }
        judgement j;
        CHECK_OK(calibrate_judge(arena, p, y, rows, 1 + dice_below(&dice, 20), 0.95, &j));
        NEAR(j.brier,
             j.brier_miscalibration - j.brier_resolution + j.brier_uncertainty + j.brier_within,
             1e-12);
        double brier = 0, told = 0;
        for (size_t i = 0; i < rows; i++)
            brier += (p[i] - y[i]) * (p[i] - y[i]) / (double)rows;
        NEAR(j.brier, brier, 1e-12);
        size_t all = 0, happened = 0;
        for (size_t b = 0; b < j.bins; b++) {
            const reliability_bin *bin = &j.bin[b];
            assert_true(bin->rows > 0 && (b == 0 || bin->from > j.bin[b - 1].to));
            assert_true(bin->low <= bin->seen && bin->seen <= bin->high);
            assert_true(bin->from <= bin->told + 1e-12 && bin->told <= bin->to + 1e-12);
            all += bin->rows;
            happened += bin->happened;
            told += fabs(bin->told - bin->seen) * (double)bin->rows;
        }
        assert_int_equal(all, rows);
        assert_int_equal(happened, positives);
        NEAR(j.ece, told / (double)rows, 1e-12);
        assert_true(j.mce >= j.ece - 1e-12 && isfinite(j.log_loss));
        assert_true(isnan(j.auc) == (positives == 0 || positives == rows));
        assert_true(isnan(j.brier_skill) == (positives == 0 || positives == rows));
        double best = calibrate_best_threshold(arena, p, y, rows);
        assert_true(isnan(best) == (positives == 0));
        if (isnan(best))
            continue;
        double f1 = calibrate_warnings(p, y, rows, best, 0.95).f1;
        for (size_t i = 0; i < rows; i++) {
            double other = calibrate_warnings(p, y, rows, p[i], 0.95).f1;
            assert_true(other <= f1 && (other < f1 || p[i] <= best));
        }
    }
}

static void test_by_hand(void **state)
{
    static const double p[] = {0.1, 0.2, 0.6, 0.8};
    static const bool y[] = {false, true, false, true};
    judgement j;
    CHECK_OK(calibrate_judge(arena, p, y, 4, 2, 0.95, &j));
    NEAR(j.brier, (0.01 + 0.64 + 0.36 + 0.04) / 4, 1e-15);
    NEAR(j.log_loss, -(log(0.9) + log(0.2) + log(0.4) + log(0.8)) / 4, 1e-15);
    NEAR(j.auc, 0.75, 1e-15);
    NEAR(j.ece, (0.35 + 0.2) / 2, 1e-15);
    NEAR(j.mce, 0.35, 1e-15);
    NEAR(j.brier_skill, 1 - 1.05, 1e-12);
    warnings w = calibrate_warnings(p, y, 4, 0.6, 0.95);
    assert_true(w.right == 1 && w.wrong == 1 && w.missed == 1 && w.quiet == 1);
    NEAR(w.precision, 0.5, 0);
    NEAR(w.recall, 0.5, 0);
    NEAR(w.f1, 0.5, 0);
    NEAR(w.false_rate, 0.5, 0);
    w = calibrate_warnings(p, y, 4, 0.9, 0.95);
    assert_true(isnan(w.precision) && w.recall == 0 && w.f1 == 0);
    NEAR(calibrate_best_threshold(arena, p, y, 4), 0.2, 0);
    /* Sure and wrong is expensive, not infinite. */
    CHECK_OK(calibrate_judge(arena, (double[]){0}, (bool[]){true}, 1, 0, 0.95, &j));
    NEAR(j.log_loss, -log(1e-15), 1e-9);
    CHECK_CODE("beyond 1", calibrate_judge(arena, (double[]){1.1}, y, 1, 0, 0.95, &j),
               "calibration.score_invalid");
    CHECK_CODE("no number", calibrate_judge(arena, (double[]){NAN}, y, 1, 0, 0.95, &j),
               "calibration.score_invalid");
    CHECK_CODE("none", calibrate_judge(arena, p, y, 0, 0, 0.95, &j), "calibration.none");
}

static int open_arena(void **state)
{
    arena = oq_arena_open(1 << 16);
    return 0;
}

static int close_arena(void **state)
{
    oq_arena_close(arena);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_isotonic), cmocka_unit_test(test_platt),
        cmocka_unit_test(test_choice),   cmocka_unit_test(test_effect),
        cmocka_unit_test(test_odd),      cmocka_unit_test(test_stored),
        cmocka_unit_test(test_wilson),   cmocka_unit_test(test_auc),
        cmocka_unit_test(test_judge),    cmocka_unit_test(test_by_hand),
    };
    return cmocka_run_group_tests(tests, open_arena, close_arena);
}
