#include "bench/ai_signals.h"

#include <math.h>

#include "bench/bench.h"

#include "base/banned.h"

static void make_columns(oq_arena *arena, ai_signals *s)
{
    s->signal = oq_new_n(arena, anomaly_signal, s->signals);
    for (size_t k = 0; k < s->signals; k++)
        s->signal[k] = (anomaly_signal){.samples = {.count = s->rows,
                                                    .time = s->time,
                                                    .value = oq_new_n(arena, double, s->rows)},
                                        .has_unit = true};
}

oq_err *ai_signals_read(oq_arena *arena, const char *path, const file_table *t, const oq_us *time,
                        size_t first, size_t signals, ai_signals *ret_signals)
{
    ai_signals s = {.signals = signals, .rows = t->rows - 1};
    s.time = oq_copy(arena, time, s.rows * sizeof *time);
    make_columns(arena, &s);
    for (size_t i = 0; i < s.rows; i++) {
        if (i > 0 && s.time[i] <= s.time[i - 1])
            s.time[i] = s.time[i - 1] + OQ_SECOND;
        for (size_t k = 0; k < signals; k++)
            if (first + k >= t->cells[i + 1] ||
                !oq_parse_f64(oq_str_trim(t->row[i + 1][first + k]), &s.signal[k].samples.value[i]))
                return oq_fail(OQ_INVALID, "backtest.number", "file=%s line=%zu", path, i + 2);
    }
    *ret_signals = s;
    return NULL;
}

ai_signals ai_signals_of(oq_arena *arena, const double *x, size_t rows, size_t columns, oq_us from,
                         oq_us step)
{
    ai_signals s = {.signals = columns, .rows = rows, .time = oq_new_n(arena, oq_us, rows)};
    make_columns(arena, &s);
    for (size_t i = 0; i < rows; i++) {
        s.time[i] = from + (oq_us)i * step;
        for (size_t k = 0; k < columns; k++)
            s.signal[k].samples.value[i] = x[i * columns + k];
    }
    return s;
}

anomaly_model *ai_signals_learn(oq_arena *arena, const ai_signals *s, size_t from, size_t end,
                                oq_us step)
{
    anomaly_rule rule = {.step = step};
    return anomaly_learn(arena, s->signal, s->signals, s->time[from], s->time[end - 1] + 1, &rule);
}

oq_err *ai_signals_look(oq_arena *arena, const anomaly_model *m, const ai_signals *s, size_t from,
                        size_t end, double *ret_chance, double *ret_score)
{
    anomaly_view v;
    anomaly_look_rule rule = {s->time[from], s->time[end - 1] + 1, true};
    OQ_TRY(anomaly_look(arena, m, s->signal, s->signals, &rule, &v));
    size_t at = 0;
    for (size_t i = from; i < end; i++) {
        while (at + 1 < v.rows && v.time[at + 1] <= s->time[i])
            at++;
        ret_chance[i] = v.rows ? v.course_chance[at] : 1;
        if (ret_score)
            ret_score[i] = v.rows ? v.course_score[at] : 0;
    }
    return NULL;
}

bool ai_flag(const file_table *t, size_t row, size_t cell)
{
    double value;
    return cell < t->cells[row] && oq_parse_f64(oq_str_trim(t->row[row][cell]), &value) &&
           value == 1;
}

void ai_print(const char *name, double value, const char *unit, const char *peer, double peer_value,
              double wanted, bool is_at_most)
{
    bool has_peer = peer && !isnan(peer_value) && peer_value != 0;
    double gate = isnan(wanted) ? 0 : has_peer ? wanted / peer_value : wanted;
    bench_print(&(bench_figure){.name = name,
                                .value = value,
                                .unit = unit,
                                .peer = has_peer ? peer : NULL,
                                .peer_value = has_peer ? peer_value : 0,
                                .gate = gate,
                                .goal = is_at_most ? BENCH_AT_MOST : BENCH_AT_LEAST});
}

double ai_nab_weight(double position)
{
    if (position > 3)
        return -1;
    return position < -3 ? 1 : 2 / (1 + exp(5 * position)) - 1;
}
