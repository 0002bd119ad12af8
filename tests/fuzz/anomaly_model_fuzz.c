/* Stored anomaly models: what is taken can be looked with, its score is 0 to 1, and it is stored
 * and taken again. */
#include <math.h>

#include "quant/anomaly.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { SAMPLES = 40, SIGNALS_MAX = 8 };

static void look(oq_arena *arena, const anomaly_model *m)
{
    anomaly_about about = anomaly_tell(m);
    if (about.signals > SIGNALS_MAX || about.step > OQ_DAY)
        return;
    anomaly_signal signal[SIGNALS_MAX] = {0};
    oq_us from = about.to, to = from + 10 * about.step;
    for (size_t i = 0; i < about.signals; i++) {
        signal[i].samples = samples_make(arena, SAMPLES, false, false);
        signal[i].samples.count = SAMPLES;
        for (size_t k = 0; k < SAMPLES; k++) {
            signal[i].samples.time[k] = from - 30 * about.step + (oq_us)k * about.step;
            signal[i].samples.value[k] = k % 7 == i ? NAN : (double)(k % 5) * 1e3;
        }
    }
    anomaly_view v;
    anomaly_look_rule rule = {from, to, true};
    if (anomaly_look(arena, m, signal, about.signals, &rule, &v))
        abort();
    if (v.is_ready && !(v.score >= 0 && v.score <= 1 && v.rows > 0))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    oq_arena *arena = oq_arena_open(0);
    anomaly_model *m, *again;
    if (!anomaly_decode(arena, oq_strn((const char *)data, size), &m)) {
        look(arena, m);
        oq_str bytes = anomaly_encode(arena, m);
        if (anomaly_decode(arena, bytes, &again))
            abort();
    }
    oq_arena_close(arena);
    oq_err_reset();
    return 0;
}
