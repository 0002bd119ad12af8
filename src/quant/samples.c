#include "quant/samples.h"

samples samples_part(const samples *s, size_t from, size_t count)
{
    assert(from <= s->count && count <= s->count - from);
    return (samples){
        .count = count,
        .time = s->time + from,
        .value = s->value + from,
        .quality = s->quality ? s->quality + from : NULL,
        .known = s->known ? s->known + from : NULL,
    };
}

size_t samples_find(const samples *s, oq_us at)
{
    size_t low = 0, high = s->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (s->time[middle] < at)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

samples samples_make(oq_arena *arena, size_t count, bool with_quality, bool with_known)
{
    return (samples){
        .time = oq_new_n(arena, oq_us, count),
        .value = oq_new_n(arena, double, count),
        .quality = with_quality ? oq_new_n(arena, quality, count) : NULL,
        .known = with_known ? oq_new_n(arena, oq_us, count) : NULL,
    };
}

/* Puts samples of `from` behind those of `into`, which has the room. A column that only `into` has
 * gets what its absence means: good, and known at its time. */
static void append(samples *into, const samples *from, size_t at, size_t count)
{
    if (count == 0)
        return;
    size_t end = into->count;
    memcpy(into->time + end, from->time + at, count * sizeof *into->time);
    memcpy(into->value + end, from->value + at, count * sizeof *into->value);
    if (into->quality && from->quality)
        memcpy(into->quality + end, from->quality + at, count * sizeof *into->quality);
    else if (into->quality)
        memset(into->quality + end, 0, count * sizeof *into->quality);
    if (into->known)
        memcpy(into->known + end, (from->known ? from->known : from->time) + at,
               count * sizeof *into->known);
    into->count += count;
}

samples samples_copy(oq_arena *arena, const samples *s)
{
    samples copy = samples_make(arena, s->count, s->quality, s->known);
    append(&copy, s, 0, s->count);
    return copy;
}

/* --- putting in order ---------------------------------------------------------------------------*/

static bool is_rising(const oq_us *time, size_t count)
{
    for (size_t i = 1; i < count; i++)
        if (time[i] <= time[i - 1])
            return false;
    return true;
}

/* Merges the places [from, middle) and [middle, to), each in order; of equal times the first half's
 * come first. */
static void merge_places(const oq_us *time, const uint32_t *in, uint32_t *out, size_t from,
                         size_t middle, size_t to)
{
    size_t i = from, k = middle;
    for (size_t at = from; at < to; at++)
        out[at] = i < middle && (k >= to || time[in[i]] <= time[in[k]]) ? in[i++] : in[k++];
}

/* The places of samples in the order of time, of equal times in the order given. Merges the
 * stretches that rise already: what comes in is mostly a few of them. */
static uint32_t *places_by_time(oq_arena *arena, const oq_us *time, size_t count)
{
    uint32_t *place = oq_new_n(arena, uint32_t, count), *other = oq_new_n(arena, uint32_t, count);
    size_t *edge = oq_new_n(arena, size_t, count + 2), runs = 0;
    for (size_t i = 0; i < count; i++) {
        place[i] = (uint32_t)i;
        if (i == 0 || time[i] < time[i - 1])
            edge[runs++] = i;
    }
    edge[runs] = count;
    while (runs > 1) {
        size_t merged = 0;
        for (size_t r = 0; r < runs; r += 2) {
            size_t middle = edge[r + 1], to = r + 2 <= runs ? edge[r + 2] : middle;
            merge_places(time, place, other, edge[r], middle, to);
            edge[merged++] = edge[r];
        }
        edge[merged] = count;
        runs = merged;
        uint32_t *swap = place;
        place = other;
        other = swap;
    }
    return place;
}

/* Any two NaN are alike: which of them it was is not kept. */
static bool is_same(const samples *s, size_t i, size_t k)
{
    double a = s->value[i], b = s->value[k];
    return (a == b || (a != a && b != b)) && samples_quality(s, i) == samples_quality(s, k);
}

/* Of the samples at places [from, to), which share a time, the last goes to `out`. The first that
 * differs from it goes to `lost`. What was sent twice was known since it first came. */
static void settle_time(const samples *all, const uint32_t *place, size_t from, size_t to,
                        samples *out, samples *lost)
{
    size_t winner = place[to - 1], into = out->count;
    bool has_lost = false;
    append(out, all, winner, 1);
    for (size_t i = from; i + 1 < to; i++) {
        bool is_double = is_same(all, place[i], winner);
        if (is_double && out->known && all->known && all->known[place[i]] < out->known[into])
            out->known[into] = all->known[place[i]];
        if (!is_double && lost && !has_lost) {
            append(lost, all, place[i], 1);
            has_lost = true;
        }
    }
}

static samples settle(oq_arena *arena, const samples *all, samples *lost)
{
    const uint32_t *place = places_by_time(arena, all->time, all->count);
    samples out = samples_make(arena, all->count, all->quality, all->known);
    for (size_t from = 0, to; from < all->count; from = to) {
        for (to = from + 1; to < all->count && all->time[place[to]] == all->time[place[from]];)
            to++;
        settle_time(all, place, from, to, &out, lost);
    }
    return out;
}

samples samples_merge(oq_arena *arena, const samples *list, size_t lists, samples *ret_lost)
{
    size_t count = 0;
    bool has_quality = false, has_known = false;
    for (size_t i = 0; i < lists; i++) {
        count += list[i].count;
        has_quality |= list[i].quality != NULL;
        has_known |= list[i].known != NULL;
    }
    samples all = samples_make(arena, count, has_quality, has_known);
    for (size_t i = 0; i < lists; i++)
        append(&all, &list[i], 0, list[i].count);
    bool is_settled = is_rising(all.time, count);
    samples lost = samples_make(arena, ret_lost && !is_settled ? count : 0, has_quality, has_known);
    if (!is_settled)
        all = settle(arena, &all, ret_lost ? &lost : NULL);
    if (ret_lost)
        *ret_lost = lost;
    return all;
}

void samples_sort(samples *s, oq_arena *arena)
{
    if (!is_rising(s->time, s->count)) {
        samples sorted = settle(arena, s, NULL);
        s->count = 0;
        append(s, &sorted, 0, sorted.count);
    }
}
