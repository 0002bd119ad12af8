/* Levels that leave the base's, and short spikes beside them. */
#include "quant/detect_inner.h"

#include "base/banned.h"

/* --- the running median: a tree that counts ranks, so that a window costs log n a step -----------*/

typedef struct ranked {
    double value;
    size_t at;
} ranked;

static int compare_ranked(const void *a, const void *b)
{
    const ranked *x = a, *y = b;
    if (x->value != y->value)
        return x->value < y->value ? -1 : 1;
    return (x->at > y->at) - (x->at < y->at);
}

typedef struct rank_tree {
    uint32_t *sum; /* Fenwick: P. M. Fenwick, Software: Practice and Experience 24, 1994 */
    size_t count, top;
} rank_tree;

static void rank_add(rank_tree *t, size_t rank, uint32_t by)
{
    for (size_t i = rank + 1; i <= t->count; i += i & -i)
        t->sum[i] += by;
}

/* The rank that has `before` others before it. */
static size_t rank_find(const rank_tree *t, uint32_t before)
{
    size_t at = 0;
    for (size_t step = t->top; step; step /= 2)
        if (at + step <= t->count && t->sum[at + step] <= before) {
            at += step;
            before -= t->sum[at];
        }
    return at;
}

double *detect_running_median(oq_arena *arena, const double *value, size_t count, size_t reach,
                              bool is_even)
{
    double *median = oq_new_n(arena, double, count);
    oq_mark mark = oq_arena_mark(arena);
    ranked *sorted = oq_new_n(arena, ranked, count);
    size_t *rank = oq_new_n(arena, size_t, count);
    rank_tree tree = {.sum = oq_new_n(arena, uint32_t, count + 1), .count = count, .top = 1};
    while (tree.top * 2 <= count)
        tree.top *= 2;
    for (size_t i = 0; i < count; i++)
        sorted[i] = (ranked){value[i], i};
    qsort(sorted, count, sizeof *sorted, compare_ranked);
    for (size_t i = 0; i < count; i++)
        rank[sorted[i].at] = i;
    for (size_t i = 0, from = 0, to = 0; i < count; i++) { /* [from, to) is in the tree */
        size_t side = reach;
        if (is_even) {
            side = i < side ? i : side;
            side = count - 1 - i < side ? count - 1 - i : side;
        }
        size_t low = i > side ? i - side : 0, high = i + side < count ? i + side + 1 : count;
        for (; to < high; to++)
            rank_add(&tree, rank[to], 1);
        for (; from < low; from++)
            rank_add(&tree, rank[from], (uint32_t)-1);
        size_t in = to - from;
        double upper = sorted[rank_find(&tree, (uint32_t)(in / 2))].value;
        median[i] =
            in % 2 ? upper : upper / 2 + sorted[rank_find(&tree, (uint32_t)(in / 2 - 1))].value / 2;
    }
    oq_arena_rewind(arena, mark);
    return median;
}

/* --- levels -------------------------------------------------------------------------------------*/

typedef struct excursion {
    size_t from, end;    /* [from, end) of the signal */
    size_t peak;         /* where it was furthest */
    double sign, height; /* of the peak, in scales */
    bool is_back;
} excursion;

static double height(const detect_signal *s, const double *track, size_t i, double sign)
{
    return sign * (track[i] - s->level) / s->scale;
}

/* The excursion that reaches level_min at `at`; it does not begin before `floor`. */
static excursion follow(const detect_signal *s, const double *track, size_t at, size_t floor)
{
    excursion e = {.from = at, .peak = at, .sign = track[at] > s->level ? 1 : -1};
    while (e.from > floor && height(s, track, e.from - 1, e.sign) >= 1)
        e.from--;
    for (e.end = at; e.end < s->count; e.end++) {
        double now = height(s, track, e.end, e.sign);
        if (now < s->level_min / 2)
            break;
        if (now > e.height) {
            e.height = now;
            e.peak = e.end;
        }
    }
    e.is_back = e.end < s->count;
    return e;
}

static size_t first_at(const detect_signal *s, const double *track, const excursion *e,
                       double share)
{
    size_t i = e->from;
    while (height(s, track, i, e->sign) < share * e->height)
        i++;
    return i;
}

/* The level within [from, end). */
static double level_within(const detect_signal *s, size_t from, size_t end)
{
    oq_mark mark = oq_arena_mark(s->arena);
    double *sorted = oq_copy(s->arena, s->value + from, (end - from) * sizeof *sorted);
    detect_sort(sorted, end - from);
    double level = detect_median(sorted, end - from);
    oq_arena_rewind(s->arena, mark);
    return level;
}

static void add_excursion(const detect_signal *s, const double *track, const excursion *e,
                          size_t reach, finding_list *list)
{
    bool is_up = e->sign > 0;
    size_t low = first_at(s, track, e, 0.2), high = first_at(s, track, e, 0.8);
    size_t last = e->is_back ? e->peak : e->end - 1, rise = high - low;
    bool is_slow = rise > 2 * reach && 2 * rise >= last - low;
    finding f = {.from = s->time[low],
                 .to = s->time[e->end - 1],
                 .before = s->level,
                 .after = track[e->peak],
                 .score = e->height,
                 .period_s = NAN};
    if (is_slow) {
        f.kind = is_up ? FINDING_DRIFT_UP : FINDING_DRIFT_DOWN;
        f.from = s->time[e->from];
        f.to = s->time[last];
    } else if (e->is_back || e->end - e->from <= reach) {
        if (e->height < s->spike_min && e->end - e->from <= reach)
            return; /* at the very end the track is the samples themselves */
        f.kind = is_up ? FINDING_SPIKE : FINDING_DROP;
    } else {
        f.kind = is_up ? FINDING_STEP_UP : FINDING_STEP_DOWN;
        f.after = level_within(s, high, e->end);
        f.score = fabs(f.after - s->level) / s->scale;
    }
    finding_add(list, f);
}

/* --- spikes -------------------------------------------------------------------------------------*/

static double residual(const detect_signal *s, const double *track, size_t i, double sign)
{
    return sign * (s->value[i] - track[i]) / s->scale;
}

static void find_spikes(const detect_signal *s, const double *track, double wanted,
                        finding_list *list)
{
    for (size_t i = s->base; i < s->count; i++) {
        double sign = s->value[i] > track[i] ? 1 : -1;
        if (residual(s, track, i, sign) < wanted)
            continue;
        size_t from = i, peak = i, end = i + 1;
        while (from > s->base && residual(s, track, from - 1, sign) >= wanted / 2)
            from--;
        for (; end < s->count && residual(s, track, end, sign) >= wanted / 2; end++)
            if (residual(s, track, end, sign) > residual(s, track, peak, sign))
                peak = end;
        finding_add(list, (finding){.kind = sign > 0 ? FINDING_SPIKE : FINDING_DROP,
                                    .from = s->time[from],
                                    .to = s->time[end - 1],
                                    .before = track[peak],
                                    .after = s->value[peak],
                                    .score = residual(s, track, peak, sign),
                                    .period_s = NAN});
        i = end - 1;
    }
}

void detect_levels(const detect_signal *s, finding_list *list)
{
    enum { REACH_MIN = 2, REACH_MAX = 30, SPAN_PER_REACH = 60 };
    size_t reach = (s->count - s->base) / SPAN_PER_REACH;
    reach = reach < REACH_MIN ? REACH_MIN : reach > REACH_MAX ? REACH_MAX : reach;
    double *track = detect_running_median(s->arena, s->value, s->count, reach, true);
    for (size_t i = s->base, floor = s->base; i < s->count; i++) {
        if (fabs(track[i] - s->level) / s->scale < s->level_min)
            continue;
        excursion e = follow(s, track, i, floor);
        add_excursion(s, track, &e, reach, list);
        i = floor = e.end;
        i--;
    }
    /* The track has noise of its own: the median's, pi/2 of the mean's. */
    find_spikes(s, track, s->spike_min * sqrt(1 + 1.57 / (double)(2 * reach + 1)), list);
}
