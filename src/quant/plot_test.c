#include "quant/plot.h"
#include "quant/plot_extremes.h"
#include "quant/signal_sample.h"

enum { ROUNDS = 3000, POINTS_MAX = 3000 };

/* --- the definition, written out plainly --------------------------------------------------------*/

typedef struct plain_line {
    const oq_us *time;
    const double *value;
    size_t at[POINTS_MAX], count;
} plain_line;

static double x_of(const plain_line *l, size_t k)
{
    return l->time ? (double)(l->time[l->at[k]] - l->time[l->at[0]])
                   : (double)(l->at[k] - l->at[0]);
}

static double y_of(const plain_line *l, size_t k)
{
    return l->value[l->at[k]];
}

/* In which bin the point lies. */
static size_t plain_bin(const plain_line *l, size_t first, size_t last, size_t i, size_t bins)
{
    for (size_t k = bins - 1; k > 0; k--) {
        size_t begin = first + 1 + (last - first - 1) * k / bins;
        if (!l->time && i >= begin)
            return k;
        if (l->time &&
            l->time[i] >=
                l->time[first] +
                    (oq_us)((unsigned __int128)(l->time[last] - l->time[first]) * k / bins))
            return k;
    }
    return 0;
}

static void plain_candidates(plain_line *l, size_t first, size_t last, size_t want)
{
    size_t bins = want * PLOT_MINMAX_RATIO / 2;
    size_t min[2 * POINTS_MAX] = {0}, max[2 * POINTS_MAX] = {0}; /* 0: none, since first >= 0 */
    bool is_few = last - first <= want * PLOT_MINMAX_RATIO;
    for (size_t i = first + 1; i < last && !is_few; i++) {
        size_t k = plain_bin(l, first, last, i, bins);
        if (isnan(l->value[i]))
            continue;
        min[k] = !min[k] || l->value[i] < l->value[min[k]] ? i : min[k];
        max[k] = !max[k] || l->value[i] > l->value[max[k]] ? i : max[k];
    }
    l->at[l->count++] = first;
    for (size_t i = first + 1; i < last; i++) {
        bool is_extreme = false;
        for (size_t k = 0; k < bins && !is_few; k++)
            is_extreme |= i == min[k] || i == max[k];
        if (!isnan(l->value[i]) && (is_few || is_extreme))
            l->at[l->count++] = i;
    }
    if (last > first)
        l->at[l->count++] = last;
}

static size_t plain_largest(const plain_line *l, size_t from, size_t to, size_t next_to,
                            size_t before)
{
    double x = 0, y = 0, best = -1;
    size_t chosen = from;
    for (size_t k = to; k < next_to; k++) {
        x += x_of(l, k);
        y += y_of(l, k);
    }
    x /= (double)(next_to - to);
    y /= (double)(next_to - to);
    for (size_t k = from; k < to; k++) {
        double area = fabs((x_of(l, before) - x) * (y_of(l, k) - y_of(l, before)) -
                           (x_of(l, before) - x_of(l, k)) * (y - y_of(l, before)));
        if (area > best) {
            best = area;
            chosen = k;
        }
    }
    return chosen;
}

/* With these two forced where they are not at the ends; how many of `parts` parts hold both. */
static size_t plain_choose(const plain_line *l, size_t parts, size_t low, size_t high, size_t *out,
                           bool *ret_together)
{
    size_t count = 0, before = 0, m = l->count - 2;
    out[count++] = l->at[0];
    *ret_together = false;
    for (size_t j = 0; j < parts; j++) {
        size_t from = 1 + m * j / parts, to = 1 + m * (j + 1) / parts;
        size_t next = j + 1 < parts ? 1 + m * (j + 2) / parts : l->count;
        bool has_low = low >= from && low < to, has_high = high >= from && high < to;
        if (has_low)
            out[count++] = l->at[before = low];
        if (has_high && high != low)
            out[count++] = l->at[before = high];
        if (!has_low && !has_high)
            out[count++] = l->at[before = plain_largest(l, from, to, next, before)];
        *ret_together |= has_low && has_high && low != high;
    }
    out[count++] = l->at[l->count - 1];
    return count;
}

static size_t plain(const oq_us *time, const double *value, size_t count, size_t want, size_t *out)
{
    plain_line l = {.time = time, .value = value};
    size_t first = 0, last = count - 1, min = 0, max = 0;
    while (first < count && isnan(value[first]))
        first++;
    if (first == count) {
        out[0] = 0;
        out[1] = count - 1;
        return count > 1 ? 2 : 1;
    }
    while (isnan(value[last]))
        last--;
    plain_candidates(&l, first, last, want);
    if (l.count <= want) {
        memcpy(out, l.at, l.count * sizeof *out);
        return l.count;
    }
    for (size_t k = 0; k < l.count && want >= 4; k++) {
        min = y_of(&l, k) < y_of(&l, min) ? k : min;
        max = y_of(&l, k) > y_of(&l, max) ? k : max;
    }
    bool together;
    size_t low = min < max ? min : max, high = min < max ? max : min;
    size_t chosen = plain_choose(&l, want - 2, low, high, out, &together);
    return together ? plain_choose(&l, want - 3, low, high, out, &together) : chosen;
}

/* --- any line -----------------------------------------------------------------------------------*/

static double extreme_of(const double *value, const size_t *at, size_t count, double sign)
{
    double most = -INFINITY;
    for (size_t i = 0; i < count; i++) {
        double v = sign * value[at ? at[i] : i];
        most = v > most ? v : most;
    }
    return most;
}

static void check_choice(const samples *s, const size_t *at, size_t count, size_t want)
{
    size_t first = 0, last = s->count - 1;
    while (first < last && isnan(s->value[first]))
        first++;
    while (last > first && isnan(s->value[last]))
        last--;
    CHECK("not more", count <= want);
    for (size_t i = 0; i + 1 < count; i++)
        CHECK("rising", at[i] < at[i + 1]);
    bool is_all_none = isnan(s->value[first]);
    for (size_t i = 0; i < count; i++)
        CHECK("no NaN", is_all_none || !isnan(s->value[at[i]]));
    CHECK("first", is_all_none ? at[0] == 0 : at[0] == first);
    CHECK("last", is_all_none ? at[count - 1] == s->count - 1 : at[count - 1] == last);
    for (int sign = -1; sign <= 1 && want >= 4; sign += 2)
        CHECK("extreme",
              extreme_of(s->value, at, count, sign) == extreme_of(s->value, NULL, s->count, sign));
}

static void test_any(void **state)
{
    uint64_t dice = 3;
    static size_t got[POINTS_MAX], wanted[POINTS_MAX];
    for (int round = 0; round < ROUNDS; round++) {
        oq_arena *arena = oq_arena_open(0);
        samples s = signal_any(arena, &dice, 1 + dice_below(&dice, round % 20 ? 200 : 3000), 5);
        if (dice_below(&dice, 3) == 0) /* few different values: many are equal */
            for (size_t i = 0; i < s.count; i++)
                s.value[i] = dice_below(&dice, 9) ? (double)dice_below(&dice, 4) : (double)NAN;
        if (dice_below(&dice, 20) == 0)
            s.value[dice_below(&dice, s.count)] = dice_below(&dice, 2) ? INFINITY : -INFINITY;
        if (dice_below(&dice, 50) == 0)
            for (size_t i = 0; i < s.count; i++)
                s.value[i] = NAN;
        if (dice_below(&dice, 20) == 0)
            for (size_t i = 0; i < s.count; i++)
                s.value[i] = isnan(s.value[i]) ? s.value[i] : 1;
        size_t want = 2 + dice_below(&dice, round % 3 ? 100 : 5);
        const oq_us *time = dice_below(&dice, 2) ? s.time : NULL;
        size_t count = plot_minmax_lttb(time, s.value, s.count, want, got);
        check_choice(&s, got, count, want);
        size_t plainly = plain(time, s.value, s.count, want, wanted);
        CHECK("as the definition", count == plainly);
        CHECK("as the definition", memcmp(got, wanted, count * sizeof *got) == 0);
        oq_arena_close(arena);
    }
}

/* The first of equal extremes, whichever block and lane it is in, among few or many others. */
static void test_extremes(void **state)
{
    uint64_t dice = 10;
    static double value[POINTS_MAX];
    for (int round = 0; round < ROUNDS; round++) {
        static const double odd[] = {NAN, INFINITY, -INFINITY};
        size_t count = dice_below(&dice, round % 10 ? 100 : POINTS_MAX), values = 1 + round % 7;
        for (size_t i = 0; i < count; i++)
            value[i] = dice_below(&dice, 10) ? (double)dice_below(&dice, values)
                                             : odd[dice_below(&dice, 1 + (size_t)round % 3)];
        size_t from = dice_below(&dice, count + 1), min = count, max = count, got_min, got_max;
        for (size_t i = from; i < count; i++) {
            if (isnan(value[i]))
                continue;
            min = min == count || value[i] < value[min] ? i : min;
            max = max == count || value[i] > value[max] ? i : max;
        }
        bool is = plot_extremes(value, from, count, &got_min, &got_max);
        CHECK("there are some", is == (min < count));
        CHECK("the first of them", !is || (got_min == min && got_max == max));
        CHECK("on any machine",
              is == plot_extremes_portable(value, from, count, &got_min, &got_max));
        CHECK("on any machine", !is || (got_min == min && got_max == max));
    }
}

/* A burst of many points in a short time leaves the rest of the time its points. */
static void test_burst(void **state)
{
    enum { COUNT = 100000, WANT = 100 };
    oq_arena *arena = oq_arena_open(0);
    oq_us *time = oq_new_n(arena, oq_us, COUNT);
    double *value = oq_new_n(arena, double, COUNT);
    for (int i = 0; i < COUNT; i++) {
        time[i] = i < 1000 ? i * OQ_SECOND : 1000 * OQ_SECOND + i * OQ_MS;
        value[i] = sin(i / 10.0);
    }
    size_t at[WANT], before_burst = 0;
    size_t count = plot_minmax_lttb(time, value, COUNT, WANT, at);
    for (size_t i = 0; i < count; i++)
        before_burst += at[i] < 1000;
    CHECK("nine tenths of the time", before_burst > 80 && count == WANT);
    oq_arena_close(arena);
}

/* One value that sticks out of ten million is seen. */
static void test_spike(void **state)
{
    enum { COUNT = 1000000 };
    oq_arena *arena = oq_arena_open(0);
    double *value = oq_new_n(arena, double, COUNT);
    size_t at[1000];
    for (size_t spike = 0; spike < COUNT; spike += 99991) {
        value[spike] = 1;
        size_t count = plot_minmax_lttb(NULL, value, COUNT, 1000, at), seen = 0;
        for (size_t i = 0; i < count; i++)
            seen += at[i] == spike;
        CHECK("seen", seen == 1);
        value[spike] = 0;
    }
    oq_arena_close(arena);
}

static void test_few(void **state)
{
    double value[] = {1, NAN, 3};
    size_t at[4];
    CHECK("none", plot_minmax_lttb(NULL, value, 0, 4, at) == 0);
    CHECK("one", plot_minmax_lttb(NULL, value, 1, 4, at) == 1 && at[0] == 0);
    CHECK("one that is none", plot_minmax_lttb(NULL, value + 1, 1, 4, at) == 1 && at[0] == 0);
    CHECK("without NaN", plot_minmax_lttb(NULL, value, 3, 4, at) == 2 && at[1] == 2);
}

/* --- samples ------------------------------------------------------------------------------------*/

static size_t count_bad(const samples *s)
{
    size_t bad = 0;
    for (size_t i = 0; i < s->count; i++)
        bad += !quality_is_good(samples_quality(s, i));
    return bad;
}

static samples ramp(oq_arena *arena, size_t count)
{
    samples s = {.count = count,
                 .time = oq_new_n(arena, oq_us, count),
                 .value = oq_new_n(arena, double, count),
                 .quality = oq_new_n(arena, quality, count),
                 .known = oq_new_n(arena, oq_us, count)};
    for (size_t i = 0; i < count; i++) {
        s.time[i] = (oq_us)i * OQ_SECOND;
        s.value[i] = (double)i;
        s.known[i] = s.time[i] + 7;
    }
    return s;
}

static void test_bad_stays(void **state)
{
    oq_arena *arena = oq_arena_open(0);
    samples s = ramp(arena, 10000);
    size_t begin[] = {0, 17, 4000, 4002, 9999};
    for (size_t i = 0; i < OQ_COUNT(begin); i++)
        s.quality[begin[i]] = i % 2 ? QUALITY_BAD : QUALITY_UNCERTAIN;
    s.value[17] = 1e9; /* a failing instrument */
    samples p = plot_samples(arena, &s, 50);
    CHECK("not more", p.count <= 50);
    CHECK("each stretch", count_bad(&p) == OQ_COUNT(begin));
    for (size_t i = 0; i < p.count; i++) {
        size_t of = (size_t)(p.time[i] / OQ_SECOND);
        CHECK("whole rows", p.value[i] == s.value[of] && p.quality[i] == s.quality[of] &&
                                p.known[i] == s.known[of]);
    }
    /* The bad value did not flatten the choice of the others: they are spread. */
    for (size_t i = 1; i < p.count; i++)
        CHECK("spread", p.time[i] - p.time[i - 1] < 10000 / 10 * OQ_SECOND);

    for (size_t i = 0; i < s.count; i++)
        s.quality[i] = i < 3000 || i >= 5000 ? QUALITY_GOOD
                       : i < 4000            ? QUALITY_UNCERTAIN
                                             : QUALITY_SENSOR_FAILURE;
    p = plot_samples(arena, &s, 50);
    size_t uncertain = 0, failed = 0;
    for (size_t i = 0; i < p.count; i++) {
        uncertain += p.quality[i] == QUALITY_UNCERTAIN;
        failed += p.quality[i] == QUALITY_SENSOR_FAILURE;
    }
    CHECK("bad behind uncertain is a stretch of its own", uncertain >= 1 && failed >= 1);

    for (size_t i = 0; i < s.count; i++)
        s.quality[i] = i % 2 ? QUALITY_GOOD : QUALITY_BAD;
    p = plot_samples(arena, &s, 50);
    CHECK("half of them", p.count == 50 && count_bad(&p) == 25);
    size_t late = 0;
    for (size_t i = 0; i < p.count; i++)
        late += p.time[i] > 5000 * OQ_SECOND && p.quality[i] == QUALITY_BAD;
    CHECK("all over the time", late == 12);
    for (size_t i = 0; i < s.count; i++)
        s.quality[i] = QUALITY_BAD;
    p = plot_samples(arena, &s, 50);
    CHECK("nothing good: the ends", p.count == 2 && p.quality[0] == QUALITY_BAD);
    oq_arena_close(arena);
}

static void test_any_samples(void **state)
{
    uint64_t dice = 4;
    for (int round = 0; round < ROUNDS; round++) {
        oq_arena *arena = oq_arena_open(0);
        samples s = signal_any(arena, &dice, dice_below(&dice, 500), 0);
        size_t want = 2 + dice_below(&dice, 80), stretches = 0, seen = 0;
        samples p = plot_samples(arena, &s, want);
        CHECK("not more", p.count <= want && p.count <= s.count);
        CHECK("all of few", s.count > want || p.count == s.count);
        for (size_t i = 1; i < p.count; i++)
            CHECK("rising", p.time[i - 1] < p.time[i]);
        CHECK("quality", !p.quality == !s.quality);
        for (size_t i = 0, k = 0; s.quality && i < s.count; i++) {
            if (quality_is_good(s.quality[i]))
                continue;
            bool begins = i == 0 || s.quality[i] >> 30 != s.quality[i - 1] >> 30;
            stretches += begins;
            while (k < p.count && p.time[k] < s.time[i])
                k++;
            seen += k < p.count && p.time[k] == s.time[i] && begins;
        }
        CHECK("stretches", seen == stretches || (stretches > want / 2 || want < 4));
        oq_arena_close(arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_any),         cmocka_unit_test(test_extremes),
        cmocka_unit_test(test_burst),       cmocka_unit_test(test_spike),
        cmocka_unit_test(test_few),         cmocka_unit_test(test_bad_stays),
        cmocka_unit_test(test_any_samples),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
