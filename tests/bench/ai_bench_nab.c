/* NAB: single signals as a stream. The first 15 % (750 rows at most) are learned from and not
 * scored; after that the model is learned anew every 288 rows (a day) from the last four weeks, as
 * the service does it, and each row is asked before anything behind it is seen. An alarm is one
 * row: the first at or above the threshold after 24 rows below it.
 *
 * Scores are raw, of the profile "standard" (hit 1, false alarm 0.11, miss 1, positions by the
 * scaled sigmoid). One threshold for all files: the one with the best sum, as NAB itself takes it;
 * and beside it 0.5, at which the product flags. */
#include <math.h>
#include <stdlib.h>

#include "bench/ai_signals.h"

#include "base/banned.h"

enum { REFIT = 288, QUIET = 24, PROBATION_MAX = 750, WINDOWS_MAX = 16, TRIES = 400 };
static const oq_us STEP = 5 * OQ_MINUTE;
#define PROBATION   0.15
#define FALSE_ALARM 0.11

/* Raw standard scores of the data's README: best and HTM (numenta's own). */
static const struct {
    const char *file, *name;
    double best, htm;
} peer[] = {
    {"realKnownCause/machine_temperature_system_failure.csv", "machine_temperature", 2.556, 1.360},
    {"realKnownCause/cpu_utilization_asg_misconfiguration.csv", "cpu_asg", 0.666, -0.256},
    {"realKnownCause/ec2_request_latency_system_failure.csv", "ec2_latency", 2.036, 1.706},
};

typedef struct stream {
    const char *file;
    ai_signals s;
    double *score;
    size_t begin; /* of what is scored */
    size_t from[WINDOWS_MAX], to[WINDOWS_MAX], windows;
} stream;

typedef struct result {
    double score;
    size_t hits, false_alarms;
} result;

/* --- reading -------------------------------------------------------------------------------------*/

static oq_err *read_windows(const char *path, json_t *list, stream *x)
{
    size_t i;
    json_t *window;
    json_array_foreach(list, i, window)
    {
        oq_us at[2];
        for (size_t k = 0; k < 2; k++) {
            const char *text = json_string_value(json_array_get(window, k));
            OQ_TRY(file_time(path, oq_str_sub(oq_cstr(text ? text : ""), 0, 19), &at[k]));
        }
        if (x->windows == WINDOWS_MAX)
            break;
        size_t from = 0, to = 0;
        while (from < x->s.rows && x->s.time[from] < at[0])
            from++;
        for (to = from; to + 1 < x->s.rows && x->s.time[to + 1] <= at[1];)
            to++;
        x->from[x->windows] = from;
        x->to[x->windows++] = to;
    }
    return NULL;
}

static oq_err *read_stream(oq_arena *arena, const char *folder, const char *file, json_t *windows,
                           stream *x)
{
    file_table t;
    const char *path = file_path(arena, "%s/%s.gz", folder, file);
    OQ_TRY(file_csv(arena, path, &t));
    oq_us *time = oq_new_n(arena, oq_us, t.rows);
    for (size_t i = 1; i < t.rows; i++)
        OQ_TRY(file_time(path, t.row[i][0], &time[i - 1]));
    *x = (stream){.file = file};
    OQ_TRY(ai_signals_read(arena, path, &t, time, 1, 1, &x->s));
    x->begin = (size_t)fmin(floor(PROBATION * (double)x->s.rows), PROBATION_MAX);
    x->score = oq_new_n(arena, double, x->s.rows);
    return read_windows(path, windows, x);
}

static oq_err *ask(stream *x)
{
    oq_err *err = NULL;
    for (size_t from = x->begin; from < x->s.rows && !err; from += REFIT) {
        oq_arena *arena = oq_arena_open(1 << 20);
        size_t end = from + REFIT < x->s.rows ? from + REFIT : x->s.rows, begin = 0;
        while (x->s.time[begin] < x->s.time[from] - 28 * OQ_DAY)
            begin++;
        double *chance = oq_new_n(arena, double, x->s.rows);
        anomaly_model *m = ai_signals_learn(arena, &x->s, begin, from, STEP);
        err = ai_signals_look(arena, m, &x->s, from, end, chance, x->score);
        oq_arena_close(arena);
    }
    return err;
}

/* --- scoring -------------------------------------------------------------------------------------*/

static double weight_at(const stream *x, size_t window, double row)
{
    double width = (double)(x->to[window] - x->from[window]);
    return ai_nab_weight((row - (double)x->to[window]) / fmax(width, 1));
}

static result score(const stream *x, double threshold)
{
    result r = {0};
    bool is_hit[WINDOWS_MAX] = {0};
    size_t quiet = QUIET + 1;
    for (size_t i = x->begin; i < x->s.rows; i++) {
        bool is_above = x->score[i] >= threshold, is_alarm = is_above && quiet > QUIET;
        quiet = is_above ? 0 : quiet + 1;
        if (!is_alarm)
            continue;
        size_t in = SIZE_MAX, before = SIZE_MAX;
        for (size_t w = 0; w < x->windows; w++) {
            in = i >= x->from[w] && i <= x->to[w] ? w : in;
            before = x->to[w] < i ? w : before;
        }
        if (in == SIZE_MAX) {
            double weight = before == SIZE_MAX ? -1 : weight_at(x, before, (double)i);
            r.score += FALSE_ALARM * weight;
            r.false_alarms++;
        } else if (!is_hit[in]) {
            r.score += weight_at(x, in, (double)i);
            is_hit[in] = true;
            r.hits++;
        }
    }
    r.score -= (double)(x->windows - r.hits);
    return r;
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x < y) - (x > y);
}

static double best_threshold(oq_arena *arena, const stream *x, size_t streams)
{
    size_t rows = 0, n = 0;
    for (size_t i = 0; i < streams; i++)
        rows += x[i].s.rows;
    double *all = oq_new_n(arena, double, rows), best = -INFINITY, at = 0.5;
    for (size_t i = 0; i < streams; i++)
        for (size_t k = x[i].begin; k < x[i].s.rows; k++)
            all[n++] = x[i].score[k];
    qsort(all, n, sizeof *all, compare);
    for (size_t k = 0; k < TRIES; k++) { /* the highest tenth, closer together towards the top */
        double threshold = all[(size_t)(pow((double)k / TRIES, 3) * 0.1 * (double)n)], sum = 0;
        for (size_t i = 0; i < streams; i++)
            sum += score(&x[i], threshold).score;
        if (sum > best && threshold > 0) {
            best = sum;
            at = threshold;
        }
    }
    return at;
}

static void print(oq_arena *arena, const stream *x, size_t streams, double threshold,
                  const char *which)
{
    double sum = 0, windows = 0;
    size_t hits = 0, false_alarms = 0;
    for (size_t i = 0; i < streams; i++) {
        result r = score(&x[i], threshold);
        sum += r.score;
        windows += (double)x[i].windows;
        hits += r.hits;
        false_alarms += r.false_alarms;
        for (size_t k = 0; k < OQ_COUNT(peer); k++)
            if (strcmp(peer[k].file, x[i].file) == 0) {
                const char *name =
                    oq_str_c(arena, oq_strf(arena, "ai.nab_%s%s", peer[k].name, which));
                ai_print(name, r.score, "raw standard", "best published", peer[k].best, NAN, false);
                name = oq_str_c(arena, oq_strf(arena, "ai.nab_%s%s_htm", peer[k].name, which));
                ai_print(name, r.score, "raw standard", "Numenta HTM", peer[k].htm, NAN, false);
            }
    }
    ai_print(oq_str_c(arena, oq_strf(arena, "ai.nab_14_files%s", which)),
             100 * (sum + windows) / (2 * windows), "standard, normalized over these files", NULL,
             NAN, NAN, false);
    ai_print(oq_str_c(arena, oq_strf(arena, "ai.nab_hits%s", which)), (double)hits, "of 14 windows",
             NULL, NAN, NAN, false);
    ai_print(oq_str_c(arena, oq_strf(arena, "ai.nab_false%s", which)), (double)false_alarms,
             "alarms", NULL, NAN, NAN, true);
}

oq_err *ai_bench_nab(oq_arena *arena, const char *folder)
{
    OQ_AUTO(file_json) windows = NULL;
    OQ_TRY(file_object(arena, file_path(arena, "%s/combined_windows.json", folder), &windows));
    stream *x = oq_new_n(arena, stream, json_object_size(windows));
    size_t streams = 0;
    const char *file;
    json_t *list;
    json_object_foreach (windows, file, list) {
        OQ_TRY(read_stream(arena, folder, file, list, &x[streams]));
        OQ_TRY(ask(&x[streams++]));
    }
    double threshold = best_threshold(arena, x, streams);
    ai_print("ai.nab_threshold", threshold, "score", NULL, NAN, NAN, false);
    print(arena, x, streams, threshold, "");
    print(arena, x, streams, 0.5, "_at_half");
    return NULL;
}
