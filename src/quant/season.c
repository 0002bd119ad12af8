#include "quant/season.h"

#include <float.h>
#include <math.h>

#include "quant/detect_inner.h"

#include "base/banned.h"

#define MAD_TO_SIGMA  1.4826
#define MEAN_TO_SIGMA 1.2533
#define GAIN          0.9 /* of the mean distance, for a rhythm to be taken */
#define WILD          6.0 /* scales: how far away a value counts, when rhythms are compared */
#define SCALE_LEAST   0.2 /* of the overall one */
#define WEIGHT_OVERALL                                                                             \
    20.0 /* values: a bin's own scale counts as many as it has, against so many of all bins */
enum { BIN_VALUES_MIN = 3 };

typedef struct series {
    const oq_us *time;
    const double *value; /* all there */
    size_t count;
} series;

static oq_us length_of(season_rhythm rhythm)
{
    return rhythm == SEASON_WEEK ? 7 * OQ_DAY : OQ_DAY;
}

size_t season_bins(season_rhythm rhythm)
{
    return rhythm == SEASON_WEEK ? 168 : rhythm == SEASON_DAY ? 48 : 1;
}

/* Where in the rhythm: 0 .. bins. */
static double place_of(const season *s, oq_us time)
{
    oq_us length = length_of(s->rhythm), into = (time + s->utc_offset) % length;
    into += into < 0 ? length : 0;
    return (double)into / (double)length * (double)s->bins;
}

static size_t bin_of(const season *s, oq_us time)
{
    size_t bin = (size_t)place_of(s, time);
    return bin < s->bins ? bin : s->bins - 1;
}

season_point season_at(const season *s, oq_us time)
{
    if (s->bins == 1)
        return (season_point){(double)s->level[0], (double)s->scale[0]};
    double place = place_of(s, time) + (double)s->bins - 0.5;
    size_t left = (size_t)place % s->bins, right = (left + 1) % s->bins;
    double share = place - floor(place);
    return (season_point){
        (double)s->level[left] + share * ((double)s->level[right] - (double)s->level[left]),
        (double)s->scale[left] + share * ((double)s->scale[right] - (double)s->scale[left])};
}

/* --- bins ----------------------------------------------------------------------------------------*/

typedef struct bin_list {
    size_t *begin; /* bins + 1 */
    double *value; /* those of a bin side by side */
} bin_list;

/* `what`: one number per value. */
static bin_list split(oq_arena *temp, const season *s, const series *x, const double *what)
{
    bin_list b = {.begin = oq_new_n(temp, size_t, s->bins + 1),
                  .value = oq_new_n(temp, double, x->count)};
    size_t *next = oq_new_n(temp, size_t, s->bins);
    for (size_t i = 0; i < x->count; i++)
        b.begin[bin_of(s, x->time[i]) + 1]++;
    for (size_t k = 0; k < s->bins; k++) {
        b.begin[k + 1] += b.begin[k];
        next[k] = b.begin[k];
    }
    for (size_t i = 0; i < x->count; i++)
        b.value[next[bin_of(s, x->time[i])]++] = what[i];
    return b;
}

static void learn_levels(oq_arena *temp, season *s, const series *x)
{
    oq_mark mark = oq_arena_mark(temp);
    double *all = oq_copy(temp, x->value, x->count * sizeof *all);
    double middle = detect_middle(all, x->count);
    bin_list b = split(temp, s, x, x->value);
    for (size_t k = 0; k < s->bins; k++) {
        size_t from = b.begin[k], n = b.begin[k + 1] - from;
        s->level[k] = (float)(n >= BIN_VALUES_MIN ? detect_middle(b.value + from, n) : middle);
    }
    oq_arena_rewind(temp, mark);
}

/* 1.4826 MAD around 0, and where more than half is 0, 1.2533 times the mean. Changes the order. */
static double scale_of(double *off, size_t count)
{
    double mean = 0;
    for (size_t i = 0; i < count; i++)
        mean += off[i] / (double)count;
    double scale = count ? MAD_TO_SIGMA * detect_middle(off, count) : 0;
    return scale > 0 ? scale : MEAN_TO_SIGMA * mean;
}

/* The smallest difference between two values; 0: they are all the same. */
static double resolution(oq_arena *temp, const series *x)
{
    oq_mark mark = oq_arena_mark(temp);
    double *sorted = oq_copy(temp, x->value, x->count * sizeof *sorted), smallest = 0;
    detect_sort(sorted, x->count);
    for (size_t i = 1; i < x->count; i++) {
        double step = sorted[i] - sorted[i - 1];
        if (step > 0 && (smallest == 0 || step < smallest))
            smallest = step;
    }
    oq_arena_rewind(temp, mark);
    return smallest;
}

static void learn_scales(oq_arena *temp, season *s, const series *x, double step)
{
    oq_mark mark = oq_arena_mark(temp);
    double *off = oq_new_n(temp, double, x->count);
    for (size_t i = 0; i < x->count; i++)
        off[i] = fabs(x->value[i] - season_at(s, x->time[i]).level);
    bin_list b = split(temp, s, x, off);
    s->overall = fmax(scale_of(off, x->count), step / 2);
    for (size_t k = 0; k < s->bins; k++) {
        size_t from = b.begin[k], n = b.begin[k + 1] - from;
        double own = scale_of(b.value + from, n), weight = (double)n;
        double var = (weight * own * own + WEIGHT_OVERALL * s->overall * s->overall) /
                     (weight + WEIGHT_OVERALL);
        double least = fmax(fmax(step / 2, SCALE_LEAST * s->overall), (double)FLT_MIN);
        s->scale[k] = (float)fmax(sqrt(var), least);
    }
    oq_arena_rewind(temp, mark);
}

/* --- which rhythm --------------------------------------------------------------------------------*/

static season make(oq_arena *arena, season_rhythm rhythm, oq_us utc_offset)
{
    size_t bins = season_bins(rhythm);
    return (season){.rhythm = rhythm,
                    .utc_offset = utc_offset,
                    .bins = bins,
                    .level = oq_new_n(arena, float, bins),
                    .scale = oq_new_n(arena, float, bins)};
}

/* Mean distance of the later third from the levels of the earlier two; none counts as more than
 * `most`. */
static double missed_by(oq_arena *temp, season_rhythm rhythm, oq_us utc_offset, const series *x,
                        size_t known, double most)
{
    oq_mark mark = oq_arena_mark(temp);
    season s = make(temp, rhythm, utc_offset);
    learn_levels(temp, &s, &(series){x->time, x->value, known});
    double sum = 0;
    for (size_t i = known; i < x->count; i++)
        sum += fmin(fabs(x->value[i] - season_at(&s, x->time[i]).level), most);
    oq_arena_rewind(temp, mark);
    return sum / (double)(x->count - known);
}

static season_rhythm choose(oq_arena *temp, oq_us utc_offset, const series *x)
{
    season_rhythm best = SEASON_NONE;
    oq_us until = x->time[0] + (x->time[x->count - 1] - x->time[0]) / 3 * 2;
    size_t known = 0;
    while (known < x->count && x->time[known] < until)
        known++;
    if (known == 0 || known == x->count)
        return best;
    oq_us learned = x->time[known] - x->time[0];
    season plain = make(temp, SEASON_NONE, utc_offset);
    learn_levels(temp, &plain, x);
    learn_scales(temp, &plain, x, 0);
    double most = WILD * plain.overall;
    double least = missed_by(temp, SEASON_NONE, utc_offset, x, known, most);
    for (season_rhythm r = SEASON_DAY; r <= SEASON_WEEK; r++) {
        if (learned < (r == SEASON_DAY ? 3 * OQ_DAY : 14 * OQ_DAY) || x->count < 4 * season_bins(r))
            break;
        double missed = missed_by(temp, r, utc_offset, x, known, most);
        if (missed < GAIN * least) {
            least = missed;
            best = r;
        }
    }
    return best;
}

bool season_learn(oq_arena *arena, const oq_us *time, const double *value, size_t count,
                  oq_us utc_offset, season_rhythm rhythm, season *ret_season)
{
    oq_arena *temp = oq_arena_open(1 << 16);
    oq_us *at = oq_new_n(temp, oq_us, count);
    double *there = oq_new_n(temp, double, count);
    series x = {at, there, 0};
    for (size_t i = 0; i < count; i++)
        if (isfinite(value[i])) {
            at[x.count] = time[i];
            there[x.count++] = value[i];
        }
    double step = resolution(temp, &x);
    bool is_known = x.count >= 2 && step > 0;
    if (is_known) {
        if (rhythm == SEASON_FIND)
            rhythm = choose(temp, utc_offset, &x);
        *ret_season = make(arena, rhythm, utc_offset);
        learn_levels(temp, ret_season, &x);
        learn_scales(temp, ret_season, &x, step);
    }
    oq_arena_close(temp);
    return is_known;
}
