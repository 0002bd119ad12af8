/* Life models and what stands on them, pure computing, one thread. */
#include <math.h>
#include <time.h>

#include "bench/bench.h"
#include "quant/weibull.h"

#include "base/banned.h"

enum { ROUNDS = 21, LIVES = 2000 };

static double thread_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static double share(uint64_t *dice)
{
    *dice ^= *dice << 13;
    *dice ^= *dice >> 7;
    *dice ^= *dice << 17;
    return (double)(*dice >> 11) * 0x1p-53;
}

/* Of a Weibull distribution, each watched until an age below `end_max`. */
static lifetime *draw(oq_arena *arena, double entry_max, double end_max)
{
    lifetime *life = oq_new_n(arena, lifetime, LIVES);
    uint64_t dice = 88172645463325252;
    for (size_t i = 0; i < LIVES;) {
        double age = 1000 * sqrt(-log1p(-share(&dice)));
        double entry = share(&dice) * entry_max, end = entry + share(&dice) * end_max;
        if (age > entry && end > entry)
            life[i++] = (lifetime){fmin(age, end), entry, age <= end};
    }
    return life;
}

static void measure_fit(oq_arena *arena, const char *name, double entry_max, double end_max,
                        double gate)
{
    lifetime *life = draw(arena, entry_max, end_max);
    double ns[ROUNDS];
    for (int i = 0; i < ROUNDS; i++) {
        weibull_fit fit;
        double begin = thread_ns();
        oq_ignore(weibull_learn(arena, life, LIVES, NULL, &fit), "lives are in order");
        ns[i] = thread_ns() - begin;
    }
    bench_print(&(bench_figure){.name = name,
                                .value = bench_median(arena, ns, ROUNDS) / 1e6,
                                .unit = "ms",
                                .gate = gate,
                                .goal = BENCH_AT_MOST});
}

int main(void)
{
    oq_arena *arena = oq_arena_open(0);
    measure_fit(arena, "Weibull fit of 2,000 lives, half of them censored", 0, 2000, 1);
    measure_fit(arena, "the same, 10 failures, bounds by likelihood ratio", 0, 120, 0);
    measure_fit(arena, "the same, half of them censored, watched from some age on", 800, 1200, 0);
    oq_arena_close(arena);
    return 0;
}
