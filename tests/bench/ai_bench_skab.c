/* SKAB, by its leaderboard's protocol: of each file the first 400 rows are learned from, the rest
 * is asked, outliers row by row. Change points are where alarms begin and end for good, scored as
 * its own evaluation does it: Numenta's score with a window of 60 s behind each true point.
 *
 * The figures of others are over 34 files, of which 17 are here; PCA's T2 and Q reach F1 0.758 on
 * these. */
#include <math.h>

#include "bench/ai_signals.h"
#include "quant/isolation_forest.h"

#include "base/banned.h"

enum {
    LEARNED = 400,
    SIGNALS = 8,
    FLAG = 9,
    CHANGE = 10,
    WINDOW_S = 60,
    AGO = 12, /* rows looked back at: most of them alarms, or few, is a state that lasts */
    MOST = 8,
    FEW = 4
};

typedef struct tally {
    ai_counts ours, forest;
    double score, none, perfect; /* of change points */
    size_t changes, missed, false_changes;
} tally;

/* --- change points -------------------------------------------------------------------------------*/

/* 1 where a state begins that lasts. */
static bool *changes_of(oq_arena *arena, const double *chance, size_t rows)
{
    bool *change = oq_new_n(arena, bool, rows), is_on = false;
    size_t alarms = 0;
    for (size_t i = LEARNED; i < rows; i++) {
        alarms += chance[i] <= AI_ALARM_CHANCE;
        alarms -= i >= LEARNED + AGO && chance[i - AGO] <= AI_ALARM_CHANCE;
        bool is_now = is_on ? alarms > FEW : alarms >= MOST;
        change[i] = is_now != is_on;
        is_on = is_now;
    }
    return change;
}

/* SKAB's evaluation: behind each true point a window, and a fourth of it as a slope to the false
 * ones; its first prediction counts by where it is, all else up to the next point is false. */
static void score_changes(const ai_signals *s, const bool *is_true, const bool *change, tally *t)
{
    const double hit = 1, false_one = -0.11, miss = -1;
    bool is_first = true;
    for (size_t i = 0; i < s->rows; i++) {
        if (!is_true[i]) {
            bool is_before = is_first && change[i];
            t->score += is_before ? false_one : 0;
            t->false_changes += is_before;
            continue;
        }
        is_first = false;
        size_t next = i + 1, end = i, found = SIZE_MAX;
        while (next < s->rows && !is_true[next])
            next++;
        while (end < next && s->time[end] <= s->time[i] + WINDOW_S * OQ_SECOND)
            end++;
        size_t slope = (end - i) / 4, slow_end = end + slope < next ? end + slope : end;
        for (size_t k = i; k < slow_end && found == SIZE_MAX; k++)
            if (change[k])
                found = k;
        t->changes++;
        t->perfect += hit;
        t->none += miss;
        if (found == SIZE_MAX) {
            t->score += miss;
            t->missed++;
        } else {
            double y = (double)found - (double)end;
            t->score +=
                (hit - false_one) / (1 + exp(5 * y / (double)(slope ? slope : 1))) + false_one;
        }
        for (size_t k = slow_end; k < next; k++) {
            t->score += change[k] ? false_one : 0;
            t->false_changes += change[k];
        }
    }
}

/* --- a plain isolation forest, for the figure ----------------------------------------------------*/

static void ask_forest(oq_arena *arena, const ai_signals *s, const file_table *t, tally *sum)
{
    double *x = oq_new_n(arena, double, s->rows *SIGNALS),
           *score = oq_new_n(arena, double, LEARNED);
    for (size_t i = 0; i < s->rows; i++)
        for (size_t k = 0; k < SIGNALS; k++)
            x[i * SIGNALS + k] = s->signal[k].samples.value[i];
    isolation_rule rule = {.seed = 1};
    isolation_forest *f = isolation_learn(arena, x, LEARNED, SIGNALS, &rule);
    double limit = 0;
    for (size_t i = 0; i < LEARNED; i++)
        score[i] = isolation_score(f, x + i * SIGNALS);
    for (size_t i = 0; i < LEARNED; i++) { /* what four of the 400 are beyond */
        size_t beyond = 0;
        for (size_t k = 0; k < LEARNED; k++)
            beyond += score[k] > score[i];
        limit = beyond <= LEARNED / 100 && (limit == 0 || score[i] < limit) ? score[i] : limit;
    }
    for (size_t i = LEARNED; i < s->rows; i++)
        ai_count(&sum->forest, isolation_score(f, x + i * SIGNALS) > limit,
                 ai_flag(t, i + 1, FLAG));
}

/* --- files ---------------------------------------------------------------------------------------*/

static oq_err *ask_file(const char *path, tally *sum)
{
    oq_arena *arena = oq_arena_open(1 << 20);
    file_table t;
    ai_signals s;
    oq_err *err = file_csv_by(arena, path, ';', &t);
    oq_us *time = err ? NULL : oq_new_n(arena, oq_us, t.rows);
    for (size_t i = 1; !err && i < t.rows; i++)
        err = file_time(path, t.row[i][0], &time[i - 1]);
    if (!err)
        err = ai_signals_read(arena, path, &t, time, 1, SIGNALS, &s);
    if (!err) {
        double *chance = oq_new_n(arena, double, s.rows);
        bool *is_true = oq_new_n(arena, bool, s.rows);
        anomaly_model *m = ai_signals_learn(arena, &s, 0, LEARNED, OQ_SECOND);
        err = ai_signals_look(arena, m, &s, LEARNED, s.rows, chance, NULL);
        for (size_t i = 0; !err && i < s.rows; i++) {
            is_true[i] = ai_flag(&t, i + 1, CHANGE);
            if (i >= LEARNED)
                ai_count(&sum->ours, chance[i] <= AI_ALARM_CHANCE, ai_flag(&t, i + 1, FLAG));
        }
        if (!err) {
            score_changes(&s, is_true, changes_of(arena, chance, s.rows), sum);
            ask_forest(arena, &s, &t, sum);
        }
    }
    oq_arena_close(arena);
    return err;
}

static double f1(const ai_counts *c)
{
    return 2 * (double)c->hit / (double)(2 * c->hit + c->false_alarm + c->missed);
}

static void print(const tally *t)
{
    const ai_counts *c = &t->ours;
    double far = 100 * (double)c->false_alarm / (double)(c->false_alarm + c->quiet);
    double mar = 100 * (double)c->missed / (double)(c->missed + c->hit);
    ai_print("ai.skab_f1", f1(c), "F1", "best published (Conv-AE, MSET)", 0.78, 0.78, false);
    ai_print("ai.skab_f1_pca", f1(c), "F1", "PCA T2 and Q on these files", 0.758, NAN, false);
    ai_print("ai.skab_far", far, "% of normal rows", "PCA T2 and Q", 26.62, NAN, true);
    ai_print("ai.skab_mar", mar, "% of odd rows", "PCA T2 and Q", 24.92, NAN, true);
    ai_print("ai.skab_forest_f1", f1(&t->forest), "F1", "isolation forest, published", 0.29, NAN,
             false);
    double score = 100 * (t->score - t->none) / (t->perfect - t->none);
    ai_print("ai.skab_changes", score, "NAB standard", "T2 and Q", 25.35, NAN, false);
    ai_print("ai.skab_changes_best", score, "NAB standard", "best published (MSCRED)", 32.42, NAN,
             false);
    double points = (double)t->changes;
    ai_print("ai.skab_changes_missed", (double)t->missed / points, "share of points",
             "T2 and Q, 72 of 130", 72.0 / 130, NAN, true);
    ai_print("ai.skab_changes_false", (double)t->false_changes / points, "per point",
             "T2 and Q, 232 of 130", 232.0 / 130, NAN, true);
}

oq_err *ai_bench_skab(oq_arena *arena, const char *folder)
{
    static const char *const part[] = {"valve1", "valve2", "other"};
    tally sum = {0};
    for (size_t p = 0; p < OQ_COUNT(part); p++) {
        file_names names;
        OQ_TRY(file_list(arena, file_path(arena, "%s/%s", folder, part[p]), &names));
        for (size_t i = 0; i < names.count; i++)
            OQ_TRY(ask_file(file_path(arena, "%s/%s/%.*s", folder, part[p], OQ_FMT(names.at[i])),
                            &sum));
    }
    print(&sum);
    return NULL;
}
