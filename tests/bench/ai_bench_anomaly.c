/* How fast the anomaly detector is: models learned, and 10,000 assets of 20 signals looked at with
 * the newest five minutes each, models read from their bytes included. Two threads; times are those
 * of the busier one's processor, since other programs on the machine do not count. */
#include <math.h>
#include <pthread.h>
#include <time.h>

#include "bench/ai_signals.h"

#include "base/banned.h"

enum { SIGNALS = 20, ASSETS = 10000, KINDS = 8, ROWS = 28 * 288, THREADS = 2 };
static const oq_us STEP = 5 * OQ_MINUTE;

typedef struct kind {
    ai_signals s; /* with a day behind the base */
    oq_str model;
} kind;

typedef struct share {
    const kind *kinds;
    size_t from, end;
    double sum, took_s;
    oq_err *err;
} share;

/* Of this thread alone. */
static double thread_s(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static double next_share(uint64_t *dice)
{
    *dice ^= *dice << 13;
    *dice ^= *dice >> 7;
    *dice ^= *dice << 17;
    return (double)(*dice >> 11) * 0x1p-53;
}

/* Twenty signals of four causes, each with a day's rhythm and noise of its own. */
static ai_signals make_signals(oq_arena *arena, uint64_t dice)
{
    enum { CAUSES = 4 };
    size_t rows = ROWS + 288;
    double *x = oq_new_n(arena, double, rows *SIGNALS), cause[CAUSES] = {0};
    for (size_t i = 0; i < rows; i++) {
        for (size_t c = 0; c < CAUSES; c++)
            cause[c] = 0.95 * cause[c] + next_share(&dice) - 0.5;
        for (size_t k = 0; k < SIGNALS; k++)
            x[i * SIGNALS + k] = 50 + (double)k * cause[k % CAUSES] + cause[(k + 1) % CAUSES] +
                                 3 * sin((double)i * 2 * M_PI / 288) + next_share(&dice);
    }
    return ai_signals_of(arena, x, rows, SIGNALS, 20000 * OQ_DAY, STEP);
}

static void *look_at_some(void *with)
{
    share *w = with;
    double began = thread_s();
    oq_arena *arena = oq_arena_open(1 << 20);
    for (size_t i = w->from; i < w->end && !w->err; i++) {
        const kind *k = &w->kinds[i % KINDS];
        oq_us to = k->s.time[ROWS + 1 + i % 280];
        anomaly_model *m;
        anomaly_view v;
        anomaly_look_rule rule = {to - STEP, to, false};
        w->err = anomaly_decode(arena, k->model, &m);
        if (!w->err)
            w->err = anomaly_look(arena, m, k->s.signal, SIGNALS, &rule, &v);
        w->sum += w->err ? 0 : v.score;
        oq_arena_reset(arena);
    }
    oq_arena_close(arena);
    w->took_s = thread_s() - began;
    return NULL;
}

oq_err *ai_bench_anomaly(oq_arena *arena, const char *folder)
{
    kind *kinds = oq_new_n(arena, kind, KINDS);
    double began = thread_s();
    for (size_t i = 0; i < KINDS; i++) {
        kinds[i].s = make_signals(arena, i + 1);
        oq_arena *own = oq_arena_open(1 << 20);
        kinds[i].model = anomaly_encode(arena, ai_signals_learn(own, &kinds[i].s, 0, ROWS, STEP));
        oq_arena_close(own);
    }
    double learn_s = (thread_s() - began) / KINDS;
    ai_print("ai.anomaly_learn_s", learn_s, "s, 20 signals, 8064 rows", NULL, NAN, NAN, true);
    ai_print("ai.anomaly_model_kb", (double)kinds[0].model.len / 1000, "kB", NULL, NAN, NAN, true);
    pthread_t thread[THREADS];
    share w[THREADS];
    for (size_t i = 0; i < THREADS; i++) {
        w[i] = (share){kinds, ASSETS * i / THREADS, ASSETS * (i + 1) / THREADS, 0, 0, NULL};
        if (pthread_create(&thread[i], NULL, look_at_some, &w[i]) != 0)
            return oq_fail(OQ_INTERNAL, "bench.thread", "which=%zu", i);
    }
    for (size_t i = 0; i < THREADS; i++)
        pthread_join(thread[i], NULL);
    double look_s = fmax(w[0].took_s, w[1].took_s);
    for (size_t i = 0; i < THREADS; i++)
        if (w[i].err || isnan(w[i].sum))
            return oq_fail(OQ_INTERNAL, "bench.thread", "which=%zu", i);
    ai_print("ai.anomaly_10000_assets_s", look_s, "s, 20 signals each, two threads", NULL, NAN, 10,
             true);
    return NULL;
}
