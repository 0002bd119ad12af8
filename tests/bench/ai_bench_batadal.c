/* BATADAL: attacks on a water network. Learned from the year without attack (dataset03), asked of
 * the half year with seven (dataset04), by the competition's own score
 *
 *     S = (S_TTD + S_CM) / 2,  S_TTD = 1 - mean(time to detection / duration),
 *     S_CM = (true positive rate + true negative rate) / 2
 *
 * The seven competitors were scored on a test period that is not part of these files. */
#include <math.h>

#include "bench/ai_signals.h"

#include "base/banned.h"

enum { FIRST = 1, SIGNALS = 43, FLAG = 44 };

/* "06/01/14 00" (day, month, year, hour) */
static oq_us time_of(oq_str text)
{
    int64_t part[4] = {0};
    static const size_t at[] = {0, 3, 6, 9};
    for (size_t i = 0; i < OQ_COUNT(at); i++)
        if (text.len < 11 || !oq_parse_i64(oq_str_sub(text, at[i], 2), &part[i]))
            return OQ_TIME_NONE;
    int64_t days = oq_days_from_civil(2000 + (int)part[2], (int)part[1], (int)part[0]);
    return days * OQ_DAY + part[3] * OQ_HOUR;
}

static oq_err *read_part(oq_arena *arena, const char *folder, const char *name, ai_signals *ret_s,
                         file_table *ret_table)
{
    const char *path = file_path(arena, "%s/%s.csv.gz", folder, name);
    OQ_TRY(file_csv(arena, path, ret_table));
    oq_us *time = oq_new_n(arena, oq_us, ret_table->rows);
    for (size_t i = 1; i < ret_table->rows; i++) {
        time[i - 1] = time_of(ret_table->row[i][0]);
        if (time[i - 1] == OQ_TIME_NONE)
            return oq_fail(OQ_INVALID, "backtest.number", "file=%s line=%zu", path, i + 1);
    }
    OQ_TRY(ai_signals_read(arena, path, ret_table, time, FIRST, SIGNALS, ret_s));
    for (size_t k = 0; k < SIGNALS; k++)
        ret_s->signal[k].is_state = oq_str_starts(ret_table->row[0][FIRST + k], OQ_STR("S_"));
    return NULL;
}

oq_err *ai_bench_batadal(oq_arena *arena, const char *folder)
{
    ai_signals base, asked;
    file_table of_base, t;
    OQ_TRY(read_part(arena, folder, "dataset03", &base, &of_base));
    OQ_TRY(read_part(arena, folder, "dataset04", &asked, &t));
    anomaly_model *m = ai_signals_learn(arena, &base, 0, base.rows, OQ_HOUR);
    double *chance = oq_new_n(arena, double, asked.rows), late = 0;
    OQ_TRY(ai_signals_look(arena, m, &asked, 0, asked.rows, chance, NULL));
    ai_counts c = {0};
    size_t attacks = 0, begin = 0, first = SIZE_MAX;
    for (size_t i = 0; i < asked.rows; i++) {
        bool is_alarm = chance[i] <= AI_ALARM_CHANCE, is_attack = ai_flag(&t, i + 1, FLAG);
        bool was_attack = i > 0 && ai_flag(&t, i, FLAG);
        ai_count(&c, is_alarm, is_attack);
        if (is_attack && !was_attack) {
            begin = i;
            first = SIZE_MAX;
            attacks++;
        }
        if (is_attack && is_alarm && first == SIZE_MAX)
            first = i;
        bool is_last = is_attack && (i + 1 == asked.rows || !ai_flag(&t, i + 2, FLAG));
        if (is_last)
            late += first == SIZE_MAX ? 1 : (double)(first - begin) / (double)(i + 1 - begin);
    }
    double in_time = attacks ? 1 - late / (double)attacks : NAN;
    double tpr = (double)c.hit / (double)(c.hit + c.missed);
    double tnr = (double)c.quiet / (double)(c.quiet + c.false_alarm);
    double s = (in_time + (tpr + tnr) / 2) / 2;
    ai_print("ai.batadal_score", s, "S, 7 attacks", "median of seven competitors", 0.894, NAN,
             false);
    ai_print("ai.batadal_score_best", s, "S, 7 attacks", "best of seven competitors", 0.970, NAN,
             false);
    ai_print("ai.batadal_ttd", in_time, "S_TTD", NULL, NAN, NAN, false);
    ai_print("ai.batadal_tpr", tpr, "share of hours", NULL, NAN, NAN, false);
    ai_print("ai.batadal_tnr", tnr, "share of hours", NULL, NAN, NAN, false);
    return NULL;
}
