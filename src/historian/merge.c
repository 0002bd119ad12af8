#include "historian/merge.h"

#include <math.h>

#include "base/banned.h"

/* --- columns -----------------------------------------------------------------------------------*/

static bool is_same(const samples *a, size_t i, const samples *b, size_t k)
{
    double x = a->value[i], y = b->value[k];
    return samples_quality(a, i) == samples_quality(b, k) && (x == y || (isnan(x) && isnan(y)));
}

static void put_one(samples *into, const samples *from, size_t i)
{
    size_t at = into->count++;
    into->time[at] = from->time[i];
    into->value[at] = from->value[i];
    into->quality[at] = samples_quality(from, i);
    into->known[at] = from->known[i];
}

static void put_some(samples *into, const samples *from, size_t first, size_t count)
{
    size_t at = into->count;
    if (count == 0)
        return;
    memcpy(into->time + at, from->time + first, count * sizeof *into->time);
    memcpy(into->value + at, from->value + first, count * sizeof *into->value);
    if (from->quality)
        memcpy(into->quality + at, from->quality + first, count * sizeof *into->quality);
    else
        memset(into->quality + at, 0, count * sizeof *into->quality);
    memcpy(into->known + at, from->known + first, count * sizeof *into->known);
    into->count += count;
}

void merge_lost_add(oq_arena *arena, merge_lost *lost, const samples *from, size_t i,
                    oq_us superseded_at)
{
    if (lost->samples.count == lost->room) {
        size_t room = lost->room ? lost->room * 2 : 16;
        samples more = samples_make(arena, room, true, true);
        oq_us *when = oq_new_n(arena, oq_us, room);
        put_some(&more, &lost->samples, 0, lost->samples.count);
        if (lost->room)
            memcpy(when, lost->superseded_at, lost->room * sizeof *when);
        *lost = (merge_lost){.samples = more, .superseded_at = when, .room = room};
    }
    lost->superseded_at[lost->samples.count] = superseded_at;
    put_one(&lost->samples, from, i);
}

/* --- writes among themselves -------------------------------------------------------------------*/

static bool is_rising(const oq_us *time, size_t count)
{
    for (size_t i = 1; i < count; i++)
        if (time[i] <= time[i - 1])
            return false;
    return true;
}

typedef struct place {
    oq_us time;
    size_t at;
} place;

/* The end of the run that begins at `from`: places whose times do not fall. */
static size_t run_end(const place *p, size_t from, size_t count)
{
    size_t end = from + 1;
    while (end < count && p[end].time >= p[end - 1].time)
        end++;
    return end;
}

static void merge_runs(const place *left, const place *left_end, const place *right,
                       const place *right_end, place *out)
{
    while (left < left_end && right < right_end)
        *out++ = right->time < left->time ? *right++ : *left++;
    while (left < left_end)
        *out++ = *left++;
    while (right < right_end)
        *out++ = *right++;
}

/* Places in the order of time, those of one time in the order in which they came: a merge sort over
 * the runs that are there already, since writes mostly come in the order of time. */
static place *sort_places(oq_arena *arena, const oq_us *time, size_t count)
{
    place *from = oq_new_n(arena, place, count), *to = oq_new_n(arena, place, count);
    for (size_t i = 0; i < count; i++)
        from[i] = (place){time[i], i};
    while (run_end(from, 0, count) < count) {
        for (size_t at = 0; at < count;) {
            size_t middle = run_end(from, at, count);
            size_t end = middle < count ? run_end(from, middle, count) : count;
            merge_runs(from + at, from + middle, from + middle, from + end, to + at);
            at = end;
        }
        place *swap = from;
        from = to;
        to = swap;
    }
    return from;
}

static oq_us earlier(oq_us a, oq_us b)
{
    return a < b ? a : b;
}

static oq_us later(oq_us a, oq_us b)
{
    return a > b ? a : b;
}

/* The lost versions of one moment, from `first` on, end when the first of those behind them became
 * known, and not before they were known themselves: senders that write at the same time get their
 * numbers in another order than that in which they came. */
static void end_versions(merge_lost *lost, size_t first, oq_us known_winner)
{
    oq_us soonest = known_winner;
    for (size_t i = lost->samples.count; i-- > first;) {
        lost->superseded_at[i] = later(lost->samples.known[i], soonest);
        soonest = earlier(soonest, lost->samples.known[i]);
    }
}

samples merge_settle(oq_arena *arena, const samples *writes, merge_lost *lost)
{
    if (is_rising(writes->time, writes->count))
        return *writes;
    const place *p = sort_places(arena, writes->time, writes->count);
    samples settled = samples_make(arena, writes->count, true, true);
    for (size_t i = 0, next; i < writes->count; i = next) {
        size_t stands = p[i].at, first = lost->samples.count;
        for (next = i + 1; next < writes->count && p[next].time == p[i].time; next++) {
            if (is_same(writes, stands, writes, p[next].at))
                continue;
            merge_lost_add(arena, lost, writes, stands, writes->known[p[next].at]);
            stands = p[next].at;
        }
        end_versions(lost, first, writes->known[stands]);
        put_one(&settled, writes, stands);
    }
    return settled;
}

/* --- writes over what stood there --------------------------------------------------------------*/

/* The first lost write of this moment, or `count`. */
static size_t chain_find(const merge_lost *chain, oq_us time)
{
    if (!chain)
        return 0;
    size_t low = 0, high = chain->samples.count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (chain->samples.time[middle] < time)
            low = middle + 1;
        else
            high = middle;
    }
    return low < chain->samples.count && chain->samples.time[low] == time ? low
                                                                          : chain->samples.count;
}

typedef struct over {
    oq_arena *arena;
    const samples *base, *writes;
    merge_lost *chain, *lost;
    samples result;
    size_t changed;
} over;

/* What stood there is lost to the writes of its moment: those of the chain from `first` on, and the
 * winner. */
static void lose_base(over *o, size_t i, size_t k, size_t first)
{
    const merge_lost *chain = o->chain;
    oq_us known = o->base->known[i], soonest = o->writes->known[k];
    for (size_t c = first;
         chain && c < chain->samples.count && chain->samples.time[c] == o->base->time[i]; c++)
        soonest = earlier(soonest, chain->samples.known[c]);
    merge_lost_add(o->arena, o->lost, o->base, i, later(known, soonest));
}

/* The same moment in both. */
static void put_winner(over *o, size_t i, size_t k)
{
    merge_lost *chain = o->chain;
    size_t first = chain_find(chain, o->base->time[i]);
    bool has_chain = chain && first < chain->samples.count;
    if (!has_chain && is_same(o->base, i, o->writes, k)) {
        put_one(&o->result, o->base, i);
        return;
    }
    if (has_chain && is_same(o->base, i, &chain->samples, first)) {
        chain->samples.known[first] = o->base->known[i];
        chain->superseded_at[first] = later(chain->superseded_at[first], o->base->known[i]);
    } else {
        lose_base(o, i, k, first);
    }
    put_one(&o->result, o->writes, k);
    o->changed++;
}

samples merge_over(oq_arena *arena, const samples *base, const samples *writes, merge_lost *chain,
                   merge_lost *lost, size_t *ret_changed)
{
    *ret_changed = writes->count;
    if (base->count == 0)
        return *writes;
    over o = {.arena = arena,
              .base = base,
              .writes = writes,
              .chain = chain,
              .lost = lost,
              .result = samples_make(arena, base->count + writes->count, true, true)};
    size_t i = 0, k = 0;
    while (k < writes->count) {
        size_t before = i;
        while (i < base->count && base->time[i] < writes->time[k])
            i++;
        put_some(&o.result, base, before, i - before);
        if (i == base->count)
            break;
        if (base->time[i] == writes->time[k]) {
            put_winner(&o, i++, k++);
            continue;
        }
        size_t from = k;
        while (k < writes->count && writes->time[k] < base->time[i])
            k++;
        put_some(&o.result, writes, from, k - from);
        o.changed += k - from;
    }
    put_some(&o.result, base, i, base->count - i);
    put_some(&o.result, writes, k, writes->count - k);
    *ret_changed = o.changed + writes->count - k;
    return o.result;
}

samples merge_instead(oq_arena *arena, const samples *base, const samples *instead, oq_us at,
                      merge_lost *lost, size_t *ret_changed)
{
    samples result = samples_make(arena, instead->count, true, true);
    size_t changed = 0, i = 0;
    for (size_t k = 0; k < instead->count; k++) {
        for (; i < base->count && base->time[i] < instead->time[k]; i++, changed++)
            merge_lost_add(arena, lost, base, i, at);
        bool is_there = i < base->count && base->time[i] == instead->time[k];
        if (is_there && is_same(base, i, instead, k)) {
            put_one(&result, base, i++);
            continue;
        }
        if (is_there)
            merge_lost_add(arena, lost, base, i++, at);
        put_one(&result, instead, k);
        changed++;
    }
    for (; i < base->count; i++, changed++)
        merge_lost_add(arena, lost, base, i, at);
    *ret_changed = changed;
    return result;
}
