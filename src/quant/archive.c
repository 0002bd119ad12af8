/* Both rules go along the samples with a door: the lines from the last sample that stayed which all
 * samples since then pass within the deviation. What stays next is a sample whose own line is among
 * them. So each line that is drawn later was tested against every sample under it: the bound holds
 * by construction. (The textbook's door closes when no line at all is left, and keeps the sample
 * before; the line to that one may miss others by twice the deviation. And the textbook's exception
 * test alone misses by twice the deviation as well, when the last sample before the exception lies
 * on the other side.) */
#include "quant/archive.h"

#include <math.h>

#include "base/banned.h"

/* Places of samples, rising. */
typedef struct places {
    size_t *at, count;
} places;

/* NaN (and what no rule means) is none. */
static bool is_given(double deviation)
{
    return deviation >= 0;
}

bool archive_rule_keeps_all(const archive_rule *rule)
{
    return !is_given(rule->exception_deviation) && !is_given(rule->compression_deviation);
}

double archive_error_max(const archive_rule *rule)
{
    if (rule->is_state)
        return 0;
    return (is_given(rule->exception_deviation) ? rule->exception_deviation : 0) +
           (is_given(rule->compression_deviation) ? rule->compression_deviation : 0);
}

static oq_us shorter(oq_us a, oq_us b)
{
    return a > 0 && (b <= 0 || a < b) ? a : b;
}

/* No two kept samples may be further apart, whichever rule keeps them. */
static oq_us distance_max(const archive_rule *rule)
{
    return shorter(rule->compression_max, rule->gap_max);
}

static bool is_late(const samples *s, size_t from, size_t i, oq_us max)
{
    return max > 0 && s->time[i] - s->time[from] > max;
}

static void put(places *p, size_t i)
{
    if (p->count == 0 || p->at[p->count - 1] < i)
        p->at[p->count++] = i;
}

/* --- the door -----------------------------------------------------------------------------------*/

enum { LOOK_AHEAD = 64 };

typedef struct door {
    const samples *s;
    double deviation;
    double news; /* a value further from that of `from` ends it; +inf: none does */
    oq_us max;
    size_t from;      /* the sample that the lines begin at */
    double low, high; /* their slopes */
} door;

static double slope_to(const door *d, size_t i, double by)
{
    return (d->s->value[i] + by - d->s->value[d->from]) /
           (double)(d->s->time[i] - d->s->time[d->from]);
}

static bool door_passes(const door *d, size_t i)
{
    double slope = slope_to(d, i, 0);
    return slope >= d->low && slope <= d->high;
}

static void door_narrow(door *d, size_t i)
{
    double low = slope_to(d, i, -d->deviation), high = slope_to(d, i, d->deviation);
    d->low = low > d->low ? low : d->low;
    d->high = high < d->high ? high : d->high;
}

static bool is_news(const door *d, size_t i)
{
    return fabs(d->s->value[i] - d->s->value[d->from]) > d->news;
}

/* The furthest place in `in` whose line from place `k` passes all between. It is looked for a few
 * samples beyond one whose line does not: noise makes one miss and the next pass. */
static size_t door_end(door *d, const places *in, size_t k)
{
    size_t end = k + 1;
    d->from = in->at[k];
    d->low = -INFINITY;
    d->high = INFINITY;
    for (size_t next = k + 1; next < in->count && next - end <= LOOK_AHEAD; next++) {
        size_t i = in->at[next];
        if (d->low > d->high || is_late(d->s, d->from, i, d->max) || is_news(d, i))
            break;
        if (door_passes(d, i))
            end = next;
        door_narrow(d, i);
    }
    return end;
}

/* --- rules on places of good samples, the last of which always stays ----------------------------*/

static void pass_exceptions(const samples *s, const places *in, const archive_rule *rule,
                            places *out)
{
    door d = {.s = s,
              .deviation = rule->exception_deviation,
              .news = rule->exception_deviation,
              .max = shorter(rule->exception_max, distance_max(rule))};
    put(out, in->at[0]);
    for (size_t k = 0; k + 1 < in->count;) {
        d.from = in->at[k];
        bool is_news_at_once = is_news(&d, in->at[k + 1]);
        k = door_end(&d, in, k);
        put(out, in->at[k]);
        if (!is_news_at_once && k + 1 < in->count && is_news(&d, in->at[k + 1]))
            put(out, in->at[++k]);
    }
}

static void swing_door(const samples *s, const places *in, const archive_rule *rule, places *out)
{
    door d = {.s = s,
              .deviation = rule->compression_deviation,
              .news = INFINITY,
              .max = distance_max(rule)};
    put(out, in->at[0]);
    for (size_t k = 0; k + 1 < in->count;) {
        k = door_end(&d, in, k);
        put(out, in->at[k]);
    }
}

static void keep_changes(const samples *s, const places *in, const archive_rule *rule, places *out)
{
    oq_us max = shorter(rule->exception_max, distance_max(rule));
    size_t kept = in->at[0];
    put(out, kept);
    for (size_t k = 1; k < in->count; k++) {
        if (is_late(s, kept, in->at[k], max)) {
            kept = in->at[k - 1];
            put(out, kept);
        }
        if (s->value[in->at[k]] != s->value[kept]) {
            kept = in->at[k];
            put(out, kept);
        }
    }
    put(out, in->at[in->count - 1]);
}

/* The good samples of `in`, between which none is that is not good. `passed` has room for them. */
static void keep_run(const samples *s, places in, const archive_rule *rule, places passed,
                     places *out)
{
    bool has_exception = is_given(rule->exception_deviation);
    if (rule->is_state) {
        keep_changes(s, &in, rule, out);
    } else if (!is_given(rule->compression_deviation)) {
        pass_exceptions(s, &in, rule, out);
    } else {
        if (has_exception)
            pass_exceptions(s, &in, rule, &passed);
        swing_door(s, has_exception ? &passed : &in, rule, out);
    }
}

/* --- all ----------------------------------------------------------------------------------------*/

static bool is_good(const samples *s, size_t i)
{
    return quality_is_good(samples_quality(s, i)) && isfinite(s->value[i]);
}

/* The largest distance of what was dropped to what is drawn in its place. */
static double error_of(const samples *s, const places *kept, bool is_state)
{
    double error = 0;
    for (size_t k = 1; k < kept->count; k++) {
        size_t a = kept->at[k - 1], b = kept->at[k];
        double rise = is_state ? 0 : s->value[b] - s->value[a];
        double length = (double)(s->time[b] - s->time[a]);
        for (size_t i = a + 1; i < b; i++) {
            double line = s->value[a] + rise * ((double)(s->time[i] - s->time[a]) / length);
            error = fmax(error, fabs(s->value[i] - line));
        }
    }
    return error;
}

static samples gather(oq_arena *arena, const samples *s, const places *kept)
{
    samples out = samples_make(arena, kept->count, s->quality, s->known);
    out.count = kept->count;
    for (size_t k = 0; k < kept->count; k++) {
        size_t i = kept->at[k];
        out.time[k] = s->time[i];
        out.value[k] = s->value[i];
        if (s->quality)
            out.quality[k] = s->quality[i];
        if (s->known)
            out.known[k] = s->known[i];
    }
    return out;
}

samples archive_apply(oq_arena *arena, const samples *s, const archive_rule *rule,
                      double *ret_error)
{
    if (ret_error)
        *ret_error = 0;
    if (archive_rule_keeps_all(rule) || s->count == 0)
        return samples_copy(arena, s);
    places kept = {.at = oq_new_n(arena, size_t, s->count)};
    places passed = {.at = oq_new_n(arena, size_t, s->count)};
    places run = {.at = oq_new_n(arena, size_t, s->count)};
    for (size_t i = 0; i < s->count; i++) {
        if (is_good(s, i))
            run.at[run.count++] = i;
        if (run.count > 0 && (!is_good(s, i) || i + 1 == s->count)) {
            keep_run(s, run, rule, passed, &kept);
            run.count = 0;
        }
        if (!is_good(s, i))
            put(&kept, i);
    }
    if (ret_error)
        *ret_error = error_of(s, &kept, rule->is_state);
    return gather(arena, s, &kept);
}
