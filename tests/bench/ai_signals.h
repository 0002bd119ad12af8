/* bench/ai_signals.h
 *
 * A published table as an asset's signals, for the parts that measure the anomaly detector. The
 * detector is configured once: as it comes, and a row counts as an alarm where no more than one in
 * a hundred rows of normal operation looks as odd. */
#ifndef BENCH_AI_SIGNALS_H
#define BENCH_AI_SIGNALS_H

#include "backtest/files.h"
#include "quant/anomaly.h"

#define AI_ALARM_CHANCE 0.01

typedef struct ai_signals {
    anomaly_signal *signal;
    size_t signals, rows; /* samples of each */
    oq_us *time;
} ai_signals;

/* Columns [first, first + signals) of the rows behind the head; times rise by a second at least.
 * Fails: backtest.number (facts: file, line). */
OQ_CHECKED oq_err *ai_signals_read(oq_arena *arena, const char *path, const file_table *t,
                                   const oq_us *time, size_t first, size_t signals,
                                   ai_signals *ret_signals);
/* Of a matrix, at even steps from `from`. */
ai_signals ai_signals_of(oq_arena *arena, const double *x, size_t rows, size_t columns, oq_us from,
                         oq_us step);
anomaly_model *ai_signals_learn(oq_arena *arena, const ai_signals *s, size_t from, size_t end,
                                oq_us step);
/* The chance and the score of each row [from, end); of others 1 and 0. `ret_score` may be NULL. */
OQ_CHECKED oq_err *ai_signals_look(oq_arena *arena, const anomaly_model *m, const ai_signals *s,
                                   size_t from, size_t end, double *ret_chance, double *ret_score);

/* Cell k of row i as a flag: "1", "1.0". */
bool ai_flag(const file_table *t, size_t row, size_t cell);

/* --- counting ------------------------------------------------------------------------------------*/

typedef struct ai_counts {
    size_t hit, false_alarm, missed, quiet; /* rows */
} ai_counts;
static inline void ai_count(ai_counts *c, bool is_alarm, bool is_anomaly)
{
    c->hit += is_alarm && is_anomaly;
    c->false_alarm += is_alarm && !is_anomaly;
    c->missed += !is_alarm && is_anomaly;
    c->quiet += !is_alarm && !is_anomaly;
}

/* One figure of a part: a value, what others published (NAN: nothing), and what was wanted (NAN:
 * nothing; in the figure's own unit). */
void ai_print(const char *name, double value, const char *unit, const char *peer, double peer_value,
              double wanted, bool is_at_most);

/* Numenta's scaled sigmoid: 1 far left of a window's end, 0 at it, -1 far behind (A. Lavin, S.
 * Ahmad, Evaluating Real-time Anomaly Detection Algorithms, ICMLA 2015). */
double ai_nab_weight(double position);

/* --- the parts: see ai_bench.h -------------------------------------------------------------------*/

OQ_CHECKED oq_err *ai_bench_skab(oq_arena *arena, const char *folder);
OQ_CHECKED oq_err *ai_bench_tep(oq_arena *arena, const char *folder);
OQ_CHECKED oq_err *ai_bench_batadal(oq_arena *arena, const char *folder);
OQ_CHECKED oq_err *ai_bench_nab(oq_arena *arena, const char *folder);
OQ_CHECKED oq_err *ai_bench_anomaly(oq_arena *arena, const char *folder);

#endif
