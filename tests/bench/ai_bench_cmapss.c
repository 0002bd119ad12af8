/* cmapss: remaining useful life at the last row of each test engine, FD001 and FD002. A cycle is an
 * hour. */
#include <math.h>

#include "backtest/files.h"
#include "bench/ai_bench_parts.h"
#include "quant/rul.h"

#include "base/banned.h"

enum { SETTINGS = 3, SENSORS = 21, SIGNALS = SETTINGS + SENSORS, CAP = 125 };

typedef struct engine {
    rul_asset a;
    double left; /* of a test engine: true cycles after its last row */
} engine;

static oq_str *signal_names(oq_arena *arena)
{
    oq_str *name = oq_new_n(arena, oq_str, SIGNALS);
    for (size_t i = 0; i < SIGNALS; i++)
        name[i] = i < SETTINGS ? oq_strf(arena, "setting%zu", i + 1)
                               : oq_strf(arena, "s%zu", i - SETTINGS + 1);
    return name;
}

static oq_err *read_engines(oq_arena *arena, const char *path, engine **ret_engine,
                            size_t *ret_count)
{
    file_matrix f;
    OQ_TRY(file_numbers(arena, path, &f));
    if (f.columns < 2 + SIGNALS)
        return oq_fail(OQ_INVALID, "backtest.row_width", "file=%s line=%d", path, 1);
    feature_item *item = oq_new_n(arena, feature_item, f.rows * SIGNALS), *to = item;
    size_t count = (size_t)f.at[(f.rows - 1) * f.columns];
    engine *all = oq_new_n(arena, engine, count);
    for (size_t i = 0; i < f.rows; i++) {
        const double *row = f.at + i * f.columns;
        engine *e = &all[(size_t)row[0] - 1];
        oq_us at = (oq_us)row[1] * OQ_HOUR;
        if (!e->a.asset.item)
            e->a = (rul_asset){.asset = {.made_at = OQ_TIME_NONE, .item = to}, .from = 1};
        for (uint32_t k = 0; k < SIGNALS; k++)
            *to++ = (feature_item){at, row[2 + k], k, FEATURE_SAMPLE};
        e->a.asset.items += SIGNALS;
        e->a.until = at + 1;
        e->a.asset.made_at = 0;
    }
    *ret_engine = all;
    *ret_count = count;
    return NULL;
}

static oq_err *read_lives(oq_arena *arena, const char *path, engine *e, size_t count)
{
    file_matrix f;
    OQ_TRY(file_numbers(arena, path, &f));
    for (size_t i = 0; i < count && i < f.rows; i++)
        e[i].left = f.at[i * f.columns];
    return NULL;
}

static void print_error(oq_arena *arena, const char *set, const char *what, double value,
                        const char *unit, double best, double gate)
{
    bench_print(&(bench_figure){.name = oq_str_c(arena, oq_strf(arena, "cmapss.%s_%s", set, what)),
                                .value = value,
                                .unit = unit,
                                .peer = best > 0 ? "best published network" : NULL,
                                .peer_value = best,
                                .gate = gate,
                                .goal = BENCH_AT_MOST});
}

/* What is wanted, and what the best published networks reach: rmse capped, score as in the data's
 * README. */
typedef struct aim {
    const char *set;
    double gate, rmse, score;
} cmapss_aim;

static oq_err *judge(oq_arena *arena, const cmapss_aim *aim, const rul_model *m, const engine *e,
                     size_t count)
{
    double capped = 0, raw = 0, score = 0, inside = 0;
    for (size_t i = 0; i < count; i++) {
        rul_estimate r;
        OQ_TRY(rul_predict(m, &e[i].a.asset, e[i].a.until, &r));
        double said = (double)r.mean / (double)OQ_HOUR, left = fmin(e[i].left, CAP);
        double off = said - left;
        capped += off * off / (double)count;
        raw += pow(said - e[i].left, 2) / (double)count;
        score += off < 0 ? exp(-off / 13) - 1 : exp(off / 10) - 1;
        oq_us life = (oq_us)(left * (double)OQ_HOUR);
        inside += (life >= r.p10 && life <= r.p90) / (double)count;
    }
    print_error(arena, aim->set, "rmse", sqrt(capped), "cycles", 0, aim->gate);
    print_error(arena, aim->set, "rmse_beside_network", sqrt(capped), "cycles", aim->rmse, 0);
    print_error(arena, aim->set, "rmse_raw", sqrt(raw), "cycles", 0, 0);
    print_error(arena, aim->set, "score", score, "points", aim->score, 0);
    print_error(arena, aim->set, "inside_p10_p90", inside, "share", 0, 0);
    return NULL;
}

static oq_err *bench_set(oq_arena *arena, const char *folder, const cmapss_aim *aim)
{
    static const bool is_setting[SIGNALS] = {true, true, true};
    engine *train, *test;
    const char *set = aim->set;
    size_t trains, tests;
    OQ_TRY(
        read_engines(arena, file_path(arena, "%s/train_%s.txt.gz", folder, set), &train, &trains));
    OQ_TRY(read_engines(arena, file_path(arena, "%s/test_%s.txt.gz", folder, set), &test, &tests));
    OQ_TRY(read_lives(arena, file_path(arena, "%s/RUL_%s.txt.gz", folder, set), test, tests));
    rul_options o = {.plan = feature_plan_usual(), .every = OQ_HOUR, .horizon = CAP * OQ_HOUR};
    o.plan.signal = signal_names(arena), o.plan.signals = SIGNALS;
    o.plan.is_setting = is_setting;
    rul_asset *a = oq_new_n(arena, rul_asset, trains);
    for (size_t i = 0; i < trains; i++) {
        a[i] = train[i].a;
        a[i].has_failed = true;
    }
    const rul_model *m;
    rul_facts f;
    OQ_TRY(rul_learn(arena, &o, a, trains, &m, &f));
    return judge(arena, aim, m, test, tests);
}

oq_err *ai_bench_cmapss(oq_arena *arena, const char *folder)
{
    static const cmapss_aim fd001 = {"FD001", 11.4, 10.6, 175.4},
                            fd002 = {"FD002", 12.1, 13.5, 772.2};
    OQ_TRY(bench_set(arena, folder, &fd001));
    return bench_set(arena, folder, &fd002);
}
