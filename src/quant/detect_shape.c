/* What a signal does rather than where it is: stuck values, swings, changes of a state. */
#include "quant/detect_inner.h"

#include "base/banned.h"

void detect_stuck(const detect_signal *s, finding_list *list)
{
    enum { RUN_MIN = 10 };
    double wanted = fmax(RUN_MIN, s->score_min * (double)s->base_run);
    for (size_t i = s->base, end; i < s->count; i = end) {
        for (end = i + 1; end < s->count && s->value[end] == s->value[i];)
            end++;
        if ((double)(end - i) < wanted)
            continue;
        finding_add(list, (finding){.kind = FINDING_STUCK,
                                    .from = s->time[i],
                                    .to = s->time[end - 1],
                                    .before = s->level,
                                    .after = s->value[i],
                                    .score = (double)(end - i) / (double)s->base_run,
                                    .period_s = NAN});
    }
}

/* --- states -------------------------------------------------------------------------------------*/

/* The values that the base came to, sorted. */
static double *changes_of_base(const detect_signal *s, size_t *ret_count)
{
    double *value = oq_new_n(s->arena, double, s->base);
    *ret_count = 0;
    for (size_t i = 1; i < s->base; i++)
        if (s->value[i] != s->value[i - 1])
            value[(*ret_count)++] = s->value[i];
    detect_sort(value, *ret_count);
    return value;
}

/* How many of the sorted values are below this one, or also equal to it. */
static size_t rank_of(const double *sorted, size_t count, double value, bool with_equal)
{
    size_t low = 0;
    while (low < count) {
        size_t middle = low + (count - low) / 2;
        if (sorted[middle] < value || (with_equal && sorted[middle] == value))
            low = middle + 1;
        else
            count = middle;
    }
    return low;
}

void detect_states(const detect_signal *s, finding_list *list)
{
    size_t changes;
    const double *change = changes_of_base(s, &changes);
    for (size_t i = s->base, end; i < s->count; i = end) {
        double value = s->value[i], before = s->value[i - 1];
        for (end = i + 1; end < s->count && s->value[end] == value;)
            end++;
        if (value == before)
            continue;
        size_t same =
            rank_of(change, changes, value, true) - rank_of(change, changes, value, false);
        double score = sqrt((double)s->base / (double)(1 + same));
        if (score < s->score_min)
            continue;
        finding_add(list, (finding){.kind = value > before ? FINDING_STEP_UP : FINDING_STEP_DOWN,
                                    .from = s->time[i],
                                    .to = s->time[end - 1],
                                    .before = before,
                                    .after = value,
                                    .score = score,
                                    .period_s = NAN});
    }
}

/* --- oscillation --------------------------------------------------------------------------------*/

/* From one upward crossing to the next: a cycle, with its lowest and highest sample. */
typedef struct cycle {
    size_t from, end;
    double low, high;
} cycle;

static size_t find_cycles(const detect_signal *s, const double *trend, double half, cycle *ret)
{
    size_t count = 0;
    bool is_up = false;
    for (size_t i = s->base; i < s->count; i++) {
        double swing = s->value[i] - trend[i - s->base];
        if (swing <= -half) {
            is_up = false;
        } else if (swing >= half && !is_up) {
            if (count > 0)
                ret[count - 1].end = i;
            ret[count++] = (cycle){i, i, s->value[i], s->value[i]};
            is_up = true;
        }
        if (count > 0) {
            ret[count - 1].low = fmin(ret[count - 1].low, s->value[i]);
            ret[count - 1].high = fmax(ret[count - 1].high, s->value[i]);
        }
    }
    return count > 0 ? count - 1 : 0; /* the last one has no end */
}

static double length_s(const detect_signal *s, const cycle *c)
{
    return (double)(s->time[c->end] - s->time[c->from]) / (double)OQ_SECOND;
}

/* The longest stretch of cycles, none of which is twice as long as the usual or half of it. */
static size_t regular_stretch(const detect_signal *s, const cycle *c, size_t count,
                              size_t *ret_from)
{
    double *length = oq_new_n(s->arena, double, count);
    for (size_t i = 0; i < count; i++)
        length[i] = length_s(s, &c[i]);
    detect_sort(length, count);
    double usual = detect_median(length, count);
    size_t best = 0, run = 0;
    for (size_t i = 0; i < count; i++) {
        double now = length_s(s, &c[i]);
        run = now <= 2 * usual && 2 * now >= usual ? run + 1 : 0;
        if (run > best) {
            best = run;
            *ret_from = i + 1 - run;
        }
    }
    return best;
}

/* Period, and whether the lengths are even: deviation at most a third of the mean. */
static bool is_regular(const detect_signal *s, const cycle *c, size_t count, double *ret_period_s)
{
    double mean = (double)(s->time[c[count - 1].end] - s->time[c[0].from]) / (double)OQ_SECOND /
                  (double)count;
    double squares = 0;
    for (size_t i = 0; i < count; i++)
        squares += pow(length_s(s, &c[i]) - mean, 2);
    *ret_period_s = mean;
    return sqrt(squares / (double)count) <= mean / 3;
}

/* What the swings themselves gave: excursions between the first and the last of them. */
static void take_swings_away(finding_list *list, const finding *swings)
{
    oq_us reach = (oq_us)(swings->period_s * (double)OQ_SECOND);
    size_t kept = 0;
    for (size_t i = 0; i < list->count; i++) {
        const finding *f = &list->at[i];
        bool is_within = f->from >= swings->from - reach && f->to <= swings->to + reach;
        if (!is_within || f->score > 2 * swings->score)
            list->at[kept++] = *f;
    }
    list->count = kept;
}

void detect_oscillation(const detect_signal *s, finding_list *list)
{
    enum { CYCLES_MIN = 4, SAMPLES_PER_CYCLE_MIN = 4 };
    size_t span = s->count - s->base;
    if (span < CYCLES_MIN * SAMPLES_PER_CYCLE_MIN)
        return;
    double *trend = detect_running_median(s->arena, s->value + s->base, span, span / 8 + 1, false);
    double half = s->level_min / 2 * s->scale;
    cycle *c = oq_new_n(s->arena, cycle, span + 1);
    size_t count = find_cycles(s, trend, half, c), first = 0;
    if (count < CYCLES_MIN)
        return;
    count = regular_stretch(s, c, count, &first);
    c += first;
    double period_s;
    if (count < CYCLES_MIN || !is_regular(s, c, count, &period_s) ||
        c[count - 1].end - c[0].from < count * SAMPLES_PER_CYCLE_MIN)
        return;
    double *swing = oq_new_n(s->arena, double, count), extreme = s->level;
    for (size_t i = 0; i < count; i++)
        swing[i] = (c[i].high - c[i].low) / 2;
    detect_sort(swing, count);
    double score = detect_median(swing, count) / s->scale;
    if (score < s->level_min)
        return;
    for (size_t i = c[0].from; i < c[count - 1].end; i++)
        if (fabs(s->value[i] - s->level) > fabs(extreme - s->level))
            extreme = s->value[i];
    finding f = {.kind = FINDING_OSCILLATION,
                 .from = s->time[c[0].from],
                 .to = s->time[c[count - 1].end],
                 .before = s->level,
                 .after = extreme,
                 .score = score,
                 .period_s = period_s};
    take_swings_away(list, &f);
    finding_add(list, f);
}
