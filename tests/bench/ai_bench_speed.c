/* How long scoring a fleet takes, and learning all classes of a tenant again: from samples, events
 * and replacements to probabilities with reasons, on two threads, as two workers would. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "bench/ai_bench_parts.h"
#include "quant/failure_model.h"

#include "base/banned.h"

enum { FEATURES = 20, ASSETS = 10000, CLASSES = 50, CLASS_ASSETS = 20, DAYS = 365, THREADS = 2 };

static const oq_str signal_name[] = {OQ_STR_INIT("heat"), OQ_STR_INIT("noise")};
static const oq_str code_name[] = {OQ_STR_INIT("leak")};
static const oq_str component_name[] = {OQ_STR_INIT("pump"), OQ_STR_INIT("seal")};
static const oq_str trait_name[] = {OQ_STR_INIT("size")};
static const double trait[] = {3};
static const oq_us window[] = {OQ_DAY};

static feature_plan speed_plan(void)
{
    return (feature_plan){.signal = signal_name,
                          .signals = 2,
                          .code = code_name,
                          .codes = 1,
                          .component = component_name,
                          .components = 2,
                          .trait = trait_name,
                          .traits = 1,
                          .window = window,
                          .windows = 1,
                          .event_window = window,
                          .event_windows = 1,
                          .cell = OQ_HOUR};
}

static uint64_t draw(uint64_t *dice)
{
    *dice ^= *dice << 13;
    *dice ^= *dice >> 7;
    *dice ^= *dice << 17;
    return *dice;
}

static double share(uint64_t *dice)
{
    return (double)(draw(dice) >> 11) * 0x1p-53;
}

/* `days` of hourly samples; components fail every two months or so, a day after they got hot. */
static failure_asset make_asset(oq_arena *arena, uint64_t seed, oq_us days)
{
    uint64_t dice = seed * UINT64_C(0x9e3779b97f4a7c15) + 1;
    feature_item *item = oq_new_n(arena, feature_item, (size_t)days * 52), *to = item;
    failure_mark *mark = oq_new_n(arena, failure_mark, (size_t)days);
    failure_asset a = {.asset = {.made_at = 0, .trait = trait, .item = item},
                       .until = days * OQ_DAY,
                       .failure = mark};
    oq_us fails_on = 5 + (oq_us)(draw(&dice) % 60);
    for (oq_us day = 0; day < days; day++) {
        for (oq_us h = 0; h < 24; h++) {
            oq_us at = day * OQ_DAY + h * OQ_HOUR;
            double heat = 50 + 6 * share(&dice) + (fails_on - day <= 1 ? 10 : 0);
            *to++ = (feature_item){at, heat, 0, FEATURE_SAMPLE};
            *to++ = (feature_item){at, share(&dice), 1, FEATURE_SAMPLE};
        }
        if (draw(&dice) % 20 == 0)
            *to++ = (feature_item){day * OQ_DAY + 23 * OQ_HOUR, 0, 0, FEATURE_EVENT};
        if (day == fails_on) {
            uint32_t which = draw(&dice) % 2;
            mark[a.failures++] = (failure_mark){day * OQ_DAY + 23 * OQ_HOUR, which};
            *to++ = (feature_item){day * OQ_DAY + 23 * OQ_HOUR, 0, which, FEATURE_RENEWAL};
            fails_on += 20 + (oq_us)(draw(&dice) % 80);
        }
    }
    a.asset.items = (size_t)(to - item);
    return a;
}

/* --- two threads --------------------------------------------------------------------------------------*/

typedef struct worker {
    size_t number;
    const failure_model *model;
    oq_arena *arena;
    const char *failed; /* an error's code */
} worker;

static void *score_assets(void *self)
{
    worker *w = self;
    for (size_t i = w->number; i < ASSETS && !w->failed; i += THREADS) {
        oq_mark mark = oq_arena_mark(w->arena);
        failure_asset a = make_asset(w->arena, i + 1, 8);
        failure_score score[2];
        double any;
        oq_err *err = failure_model_score(w->model, &a.asset, 8 * OQ_DAY, score, &any);
        w->failed = err ? err->code : NULL;
        oq_arena_rewind(w->arena, mark);
    }
    return NULL;
}

static void *learn_classes(void *self)
{
    worker *w = self;
    for (size_t i = w->number; i < CLASSES && !w->failed; i += THREADS) {
        oq_mark mark = oq_arena_mark(w->arena);
        failure_asset a[CLASS_ASSETS];
        for (size_t k = 0; k < CLASS_ASSETS; k++)
            a[k] = make_asset(w->arena, i * CLASS_ASSETS + k + 1, DAYS);
        failure_options o = {.plan = speed_plan(), .is_refitted = true};
        failure_result r;
        oq_err *err = failure_model_learn(w->arena, &o, a, CLASS_ASSETS, &r);
        w->failed = err ? err->code : r.component[0].state == FAILURE_READY ? NULL : "not enough";
        oq_arena_rewind(w->arena, mark);
    }
    return NULL;
}

static double seconds_of(void *(*work)(void *), const failure_model *model)
{
    worker w[THREADS];
    pthread_t thread[THREADS];
    oq_us began = oq_monotonic();
    for (size_t i = 0; i < THREADS; i++) {
        w[i] = (worker){.number = i, .model = model, .arena = oq_arena_open(1 << 20)};
        if (pthread_create(&thread[i], NULL, work, &w[i]) != 0)
            abort();
    }
    bool is_good = true;
    for (size_t i = 0; i < THREADS; i++) {
        pthread_join(thread[i], NULL);
        if (w[i].failed)
            fprintf(stderr, "speed: %s\n", w[i].failed);
        is_good = is_good && !w[i].failed;
        oq_arena_close(w[i].arena);
    }
    return is_good ? (double)(oq_monotonic() - began) / (double)OQ_SECOND : 1e9;
}

oq_err *ai_bench_speed(oq_arena *arena, const char *folder)
{
    (void)folder;
    failure_asset a[CLASS_ASSETS];
    for (size_t k = 0; k < CLASS_ASSETS; k++)
        a[k] = make_asset(arena, k + 1, DAYS);
    failure_options o = {.plan = speed_plan()};
    failure_result r;
    OQ_TRY(failure_model_learn(arena, &o, a, CLASS_ASSETS, &r));
    assert(r.columns == FEATURES);
    bench_print(&(bench_figure){.name = "ai.score_10000_assets",
                                .value = seconds_of(score_assets, r.model),
                                .unit = "s",
                                .gate = 10,
                                .goal = BENCH_AT_MOST});
    bench_print(&(bench_figure){.name = "ai.learn_50_classes",
                                .value = seconds_of(learn_classes, NULL),
                                .unit = "s",
                                .gate = 300,
                                .goal = BENCH_AT_MOST});
    return NULL;
}
