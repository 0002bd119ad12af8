#include "quant/plot.h"

#include <math.h>

#include "quant/plot_extremes.h"

#include "base/banned.h"

/* A line, and the points of it that are still in the choice: their places, rising. */
typedef struct line {
    const oq_us *time; /* NULL: evenly spaced */
    const double *value;
    size_t *at;
    size_t count;
} line;

/* --- candidates ---------------------------------------------------------------------------------*/

/* The first place in [low, high) whose time is `at` or later. It is looked for near `guess`, since
 * most signals have a rhythm and each far look into the column waits for memory. */
static size_t find_near(const oq_us *time, size_t low, size_t high, size_t guess, oq_us at)
{
    size_t step = 1;
    if (guess < high && time[guess] < at) {
        for (low = guess + 1; guess + step < high && time[guess + step] < at; step *= 2)
            low = guess + step + 1;
        high = guess + step < high ? guess + step : high;
    } else if (guess < high) {
        high = guess;
        for (; low + step <= guess && time[guess - step] >= at; step *= 2)
            high = guess - step;
        low = low + step <= guess ? guess - step + 1 : low;
    }
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (time[middle] < at)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* whole * part / parts, without overflow for whole up to 2^48 parts. */
static uint64_t share(uint64_t whole, size_t part, size_t parts)
{
    return whole / parts * part + whole % parts * part / parts;
}

/* Where the k-th of `bins` bins between the points `first` and `last` ends: bins of equal time, or
 * of equally many points where there are no times. */
static size_t bin_end(const line *l, size_t first, size_t last, size_t k, size_t bins, size_t begin,
                      size_t guess)
{
    if (k == bins)
        return last;
    if (!l->time)
        return first + 1 + (size_t)share(last - first - 1, k, bins);
    uint64_t span = (uint64_t)(l->time[last] - l->time[first]);
    oq_us end = l->time[first] + (oq_us)share(span, k, bins);
    return find_near(l->time, begin, last, guess, end);
}

/* The extremes of each bin between the two points. */
static void take_extremes(line *l, size_t first, size_t last, size_t bins)
{
    size_t begin = first + 1, width = (last - first) / bins;
    for (size_t k = 1; k <= bins; k++) {
        size_t end = bin_end(l, first, last, k, bins, begin, begin + width), min, max;
        width = end - begin;
        if (plot_extremes(l->value, begin, end, &min, &max)) {
            l->at[l->count++] = min < max ? min : max;
            if (min != max)
                l->at[l->count++] = min < max ? max : min;
        }
        begin = end;
    }
}

static void take_all(line *l, size_t first, size_t last)
{
    for (size_t i = first + 1; i < last; i++)
        if (!isnan(l->value[i]))
            l->at[l->count++] = i;
}

/* --- largest triangles --------------------------------------------------------------------------*/

typedef struct spot {
    double x, y;
} spot;

static spot spot_of(const line *l, size_t k)
{
    size_t i = l->at[k], first = l->at[0];
    return (spot){l->time ? (double)(l->time[i] - l->time[first]) : (double)(i - first),
                  l->value[i]};
}

static spot spot_average(const line *l, size_t from, size_t to)
{
    spot sum = {0};
    for (size_t k = from; k < to; k++) {
        spot s = spot_of(l, k);
        sum.x += s.x;
        sum.y += s.y;
    }
    return (spot){sum.x / (double)(to - from), sum.y / (double)(to - from)};
}

/* Of the candidates [from, to), the one that spans the largest triangle with the point chosen
 * before and the middle of those that come next. */
static size_t largest(const line *l, size_t from, size_t to, spot before, spot next)
{
    double best = -1;
    size_t chosen = from;
    for (size_t k = from; k < to; k++) {
        spot s = spot_of(l, k);
        double area =
            fabs((before.x - next.x) * (s.y - before.y) - (before.x - s.x) * (next.y - before.y));
        if (area > best) {
            best = area;
            chosen = k;
        }
    }
    return chosen;
}

/* Where the k-th of `parts` parts of the inner candidates begins. */
static size_t part_begin(const line *l, size_t k, size_t parts)
{
    return 1 + (size_t)share(l->count - 2, k, parts);
}

typedef struct forced {
    size_t low, high; /* candidates that must stay, rising; 0: none */
} forced;

static forced find_forced(const line *l)
{
    size_t min = 0, max = 0, last = l->count - 1;
    for (size_t k = 1; k <= last; k++) {
        min = l->value[l->at[k]] < l->value[l->at[min]] ? k : min;
        max = l->value[l->at[k]] > l->value[l->at[max]] ? k : max;
    }
    min = min == last ? 0 : min; /* the ends stay anyway */
    max = max == last ? 0 : max;
    return min < max ? (forced){min, max} : (forced){max, min};
}

static bool is_in(size_t k, size_t from, size_t to)
{
    return k >= from && k < to;
}

/* Whether one part holds both: then two stay of it, and there must be a part less. */
static bool is_together(const line *l, forced f, size_t parts)
{
    bool is = false;
    for (size_t j = 0; j < parts && f.low > 0; j++) {
        size_t from = part_begin(l, j, parts), to = part_begin(l, j + 1, parts);
        is |= f.low != f.high && is_in(f.low, from, to) && is_in(f.high, from, to);
    }
    return is;
}

/* Chooses `want` of more candidates. */
static size_t choose_largest(const line *l, size_t want, size_t *ret_index)
{
    forced f = want >= 4 ? find_forced(l) : (forced){0};
    size_t parts = want - 2, count = 0, before = 0;
    if (is_together(l, f, parts))
        parts--;
    ret_index[count++] = l->at[0];
    for (size_t j = 0; j < parts; j++) {
        size_t from = part_begin(l, j, parts), to = part_begin(l, j + 1, parts);
        bool has_low = is_in(f.low, from, to), has_high = is_in(f.high, from, to);
        if (has_low && has_high && f.low != f.high)
            ret_index[count++] = l->at[f.low];
        if (has_low || has_high)
            before = has_high ? f.high : f.low;
        else
            before = largest(
                l, from, to, spot_of(l, before),
                spot_average(l, to, j + 1 < parts ? part_begin(l, j + 2, parts) : l->count));
        ret_index[count++] = l->at[before];
    }
    ret_index[count++] = l->at[l->count - 1];
    return count;
}

/* --- both ---------------------------------------------------------------------------------------*/

static size_t choose(oq_arena *arena, const oq_us *time, const double *value, size_t count,
                     size_t want, size_t *ret_index)
{
    size_t first = 0, last = count - 1;
    while (first < last && isnan(value[first]))
        first++;
    while (last > first && isnan(value[last]))
        last--;
    if (isnan(value[first])) { /* there is nothing to be seen: the ends */
        ret_index[0] = 0;
        ret_index[count > 1] = count - 1;
        return count > 1 ? 2 : 1;
    }
    size_t most = want * PLOT_MINMAX_RATIO;
    line l = {.time = time, .value = value, .at = oq_new_n(arena, size_t, most + 2)};
    l.at[l.count++] = first;
    if (last - first <= most)
        take_all(&l, first, last);
    else
        take_extremes(&l, first, last, most / 2);
    if (last > first)
        l.at[l.count++] = last;
    if (l.count > want)
        return choose_largest(&l, want, ret_index);
    memcpy(ret_index, l.at, l.count * sizeof *l.at);
    return l.count;
}

size_t plot_minmax_lttb(const oq_us *time, const double *value, size_t count, size_t want,
                        size_t *ret_index)
{
    assert(want >= 2);
    if (count == 0)
        return 0;
    oq_arena *arena = oq_arena_open(0);
    size_t chosen = choose(arena, time, value, count, want, ret_index);
    oq_arena_close(arena);
    return chosen;
}
