#include "quant/detect_inner.h"

#include "base/banned.h"

const oq_choice finding_kind_choices[] = {
    {FINDING_SPIKE, "SPIKE"},
    {FINDING_DROP, "DROP"},
    {FINDING_DRIFT_UP, "DRIFT_UP"},
    {FINDING_DRIFT_DOWN, "DRIFT_DOWN"},
    {FINDING_STEP_UP, "STEP_UP"},
    {FINDING_STEP_DOWN, "STEP_DOWN"},
    {FINDING_STUCK, "STUCK"},
    {FINDING_OSCILLATION, "OSCILLATION"},
    {0, NULL},
};

enum { BASE_MIN = 20, SORT_FEW = 16, SORT_DEPTH = 60 };
#define SCORE_MIN      4.0
#define MAD_TO_SIGMA   1.4826
#define MEAN_TO_SIGMA  1.2533
#define NORMAL_95      1.960 /* what 95 % of normal noise stays within, in sigmas */
#define NORMAL_995     2.807
#define FALSE_PER_SPAN 0.01
#define BASE_DOUBT                                                                                 \
    3.0 /* of a short base: three times the error of its scale, about 1.17/sqrt(n)                 \
         */

/* --- lists --------------------------------------------------------------------------------------*/

void finding_add(finding_list *list, finding f)
{
    if (list->count < OQ_COUNT(list->at)) {
        list->at[list->count++] = f;
        return;
    }
    size_t weakest = 0;
    for (size_t i = 1; i < list->count; i++)
        if (list->at[i].score < list->at[weakest].score)
            weakest = i;
    if (f.score > list->at[weakest].score)
        list->at[weakest] = f;
}

static int compare_score(const void *a, const void *b)
{
    const finding *x = a, *y = b;
    if (x->score != y->score)
        return x->score > y->score ? -1 : 1;
    return x->from != y->from ? (x->from < y->from ? -1 : 1) : x->kind - y->kind;
}

static int compare_from(const void *a, const void *b)
{
    const finding *x = a, *y = b;
    if (x->from != y->from)
        return x->from < y->from ? -1 : 1;
    return x->to != y->to ? (x->to < y->to ? -1 : 1) : x->kind - y->kind;
}

/* --- the base -----------------------------------------------------------------------------------*/

static int compare_values(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void sort_few(double *value, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        double x = value[i];
        size_t k = i;
        for (; k > 0 && value[k - 1] > x; k--)
            value[k] = value[k - 1];
        value[k] = x;
    }
}

/* Where it splits: all before it are at most as large as all from it on. */
static size_t split(double *value, size_t count)
{
    double a = value[0], b = value[count / 2], c = value[count - 1];
    double pivot = fmax(fmin(a, b), fmin(fmax(a, b), c));
    size_t low = 0, high = count - 1;
    for (;; low++, high--) {
        while (value[low] < pivot)
            low++;
        while (value[high] > pivot)
            high--;
        if (low >= high)
            return low;
        double swap = value[low];
        value[low] = value[high];
        value[high] = swap;
    }
}

/* C. A. R. Hoare's quicksort, since comparing through a pointer took a third of a detector's
 * learning; where the splits are bad qsort goes on. */
static void sort_within(double *value, size_t count, int depth)
{
    while (count > SORT_FEW) {
        if (depth-- == 0) {
            qsort(value, count, sizeof *value, compare_values);
            return;
        }
        size_t at = split(value, count);
        sort_within(value + at, count - at, depth);
        count = at;
    }
    sort_few(value, count);
}

void detect_sort(double *value, size_t count)
{
    sort_within(value, count, SORT_DEPTH);
}

/* Hoare's selection: only the side that the middle is on is split on. Of an even count the other of
 * the two is the largest of what came before. */
double detect_middle(double *value, size_t count)
{
    size_t from = 0, end = count, middle = count / 2;
    for (int depth = SORT_DEPTH; end - from > SORT_FEW; depth--) {
        if (depth == 0) {
            qsort(value + from, end - from, sizeof *value, compare_values);
            break;
        }
        size_t at = from + split(value + from, end - from);
        *(middle < at ? &end : &from) = at;
    }
    if (end - from <= SORT_FEW)
        sort_few(value + from, end - from);
    if (count % 2)
        return value[middle];
    double before = value[0];
    for (size_t i = 1; i < middle; i++)
        before = fmax(before, value[i]);
    return before / 2 + value[middle] / 2;
}

double detect_median(const double *sorted, size_t count)
{
    return count % 2 ? sorted[count / 2] : sorted[count / 2 - 1] / 2 + sorted[count / 2] / 2;
}

/* The smallest difference between two values of the sorted base; 0: it has one value alone. */
static double resolution(const double *sorted, size_t count)
{
    double smallest = 0;
    for (size_t i = 1; i < count; i++) {
        double step = sorted[i] - sorted[i - 1];
        if (step > 0 && (smallest == 0 || step < smallest))
            smallest = step;
    }
    return smallest;
}

/* A base of one value has no noise: a hundredth of all that is seen stands in for it, and never
 * less than what doubles of that size can tell apart. */
static double scale_without_noise(const detect_signal *s)
{
    double low = s->value[0], high = low;
    for (size_t i = 1; i < s->count; i++) {
        low = fmin(low, s->value[i]);
        high = fmax(high, s->value[i]);
    }
    double scale = fmax((high - low) / 100, fabs(s->level) * 1e-9);
    return scale > 0 ? scale : 1;
}

/* Distances from the level that this share of the base stays within. */
static double quantile(const double *sorted, size_t count, double share)
{
    size_t at = (size_t)(share * (double)count);
    return sorted[at < count ? at : count - 1];
}

/* Distance from the level that this share of the stretch stays within. */
static double reach_of(const detect_signal *s, size_t from, size_t end, double share)
{
    oq_mark mark = oq_arena_mark(s->arena);
    double *off = oq_new_n(s->arena, double, end - from);
    for (size_t i = from; i < end; i++)
        off[i - from] = fabs(s->value[i] - s->level);
    detect_sort(off, end - from);
    double reach = quantile(off, end - from, share);
    oq_arena_rewind(s->arena, mark);
    return reach;
}

/* How much heavier the base's tails are than those of normal noise; at least 1. For levels the
 * calmer half of the base counts: what comes again comes in both, but a drift that began within the
 * base must not hide itself. */
static void learn_tails(detect_signal *s, double by_chance)
{
    size_t half = s->base / 2;
    double spikes = reach_of(s, 0, s->base, 0.995) / s->scale / NORMAL_995;
    double levels = reach_of(s, half, s->base, 0.95);
    if (half > 0)
        levels = fmin(levels, reach_of(s, 0, half, 0.95));
    s->spike_min = fmax(s->score_min, by_chance) * fmax(1, spikes);
    s->level_min = s->score_min * fmax(1, levels / s->scale / NORMAL_95);
}

/* z with this probability beyond it. Source: M. Abramowitz, I. Stegun, Handbook of Mathematical
 * Functions, 26.2.23; error below 4.5e-4; 0 < beyond <= 0.5. */
static double normal_beyond(double beyond)
{
    double t = sqrt(-2 * log(beyond));
    return t - (2.515517 + t * (0.802853 + t * 0.010328)) /
                   (1 + t * (1.432788 + t * (0.189269 + t * 0.001308)));
}

static size_t longest_run(const double *value, size_t count)
{
    size_t longest = count > 0, run = 1;
    for (size_t i = 1; i < count; i++) {
        run = value[i] == value[i - 1] ? run + 1 : 1;
        longest = run > longest ? run : longest;
    }
    return longest;
}

static void learn_base(detect_signal *s)
{
    oq_mark mark = oq_arena_mark(s->arena);
    double *sorted = oq_copy(s->arena, s->value, s->base * sizeof *sorted), mean = 0;
    detect_sort(sorted, s->base);
    s->level = detect_median(sorted, s->base);
    double step = resolution(sorted, s->base);
    for (size_t i = 0; i < s->base; i++) {
        sorted[i] = fabs(sorted[i] - s->level);
        mean += sorted[i] / (double)s->base;
    }
    detect_sort(sorted, s->base);
    s->scale = MAD_TO_SIGMA * detect_median(sorted, s->base);
    if (s->scale == 0)
        s->scale = MEAN_TO_SIGMA * mean;
    s->scale = fmax(s->scale, step / 2);
    if (step == 0)
        s->scale = scale_without_noise(s);
    size_t span = s->count - s->base;
    double by_chance = normal_beyond(FALSE_PER_SPAN / 2 / (double)(span > 1 ? span : 1)) *
                       (1 + BASE_DOUBT / sqrt((double)s->base));
    learn_tails(s, by_chance);
    s->base_run = longest_run(s->value, s->base);
    oq_arena_rewind(s->arena, mark);
}

/* --- all of it ----------------------------------------------------------------------------------*/

static void take_good(oq_arena *arena, const samples *s, const detect_rule *rule,
                      detect_signal *ret_signal)
{
    size_t begin = samples_find(s, rule->base_from), end = samples_find(s, rule->to);
    size_t room = end > begin ? end - begin : 0;
    oq_us *time = oq_new_n(arena, oq_us, room);
    double *value = oq_new_n(arena, double, room);
    size_t count = 0, base = 0;
    for (size_t i = begin; i < end; i++) {
        if (!quality_is_good(samples_quality(s, i)) || !isfinite(s->value[i]))
            continue;
        time[count] = s->time[i];
        value[count++] = s->value[i];
        base += s->time[i] < rule->from;
    }
    *ret_signal = (detect_signal){.arena = arena,
                                  .time = time,
                                  .value = value,
                                  .count = count,
                                  .base = base,
                                  .level = NAN,
                                  .scale = NAN,
                                  .score_min = rule->score_min > 0 ? rule->score_min : SCORE_MIN};
}

void detect_find(oq_arena *arena, const samples *s, const detect_rule *rule, findings *ret_findings)
{
    assert(rule->base_from <= rule->from && rule->from <= rule->to);
    detect_signal signal;
    take_good(arena, s, rule, &signal);
    *ret_findings = (findings){.base_good = signal.base,
                               .span_good = signal.count - signal.base,
                               .base_level = NAN,
                               .base_scale = NAN};
    if (signal.base < (rule->base_min ? rule->base_min : BASE_MIN))
        return;
    learn_base(&signal);
    ret_findings->base_level = signal.level;
    ret_findings->base_scale = signal.scale;
    if (signal.count == signal.base)
        return;
    finding_list *list = oq_new(arena, finding_list);
    if (rule->is_state) {
        detect_states(&signal, list);
    } else {
        detect_levels(&signal, list);
        detect_oscillation(&signal, list);
        detect_stuck(&signal, list);
    }
    qsort(list->at, list->count, sizeof list->at[0], compare_score);
    if (list->count > FINDINGS_MAX)
        list->count = FINDINGS_MAX;
    qsort(list->at, list->count, sizeof list->at[0], compare_from);
    ret_findings->at = oq_copy(arena, list->at, list->count * sizeof list->at[0]);
    ret_findings->count = list->count;
}
