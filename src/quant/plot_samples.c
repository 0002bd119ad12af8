#include <math.h>

#include "quant/plot.h"

#include "base/banned.h"

static samples gather(oq_arena *arena, const samples *s, const size_t *at, size_t count)
{
    samples out = samples_make(arena, count, s->quality, s->known);
    out.count = count;
    for (size_t i = 0; i < count; i++) {
        out.time[i] = s->time[at[i]];
        out.value[i] = s->value[at[i]];
        if (s->quality)
            out.quality[i] = s->quality[at[i]];
        if (s->known)
            out.known[i] = s->known[at[i]];
    }
    return out;
}

/* Where a stretch begins that is uncertain, or one that is bad. */
static bool begins(const samples *s, size_t i)
{
    return !quality_is_good(s->quality[i]) &&
           (i == 0 || s->quality[i] >> 30 != s->quality[i - 1] >> 30);
}

/* The beginnings of stretches that are not good; where they are more than `most`, one for each of
 * `most` parts of the time in which any begins. */
static size_t mark_stretches(const samples *s, size_t most, size_t *ret_at)
{
    size_t all = 0, count = 0;
    for (size_t i = 0; i < s->count; i++)
        all += begins(s, i);
    double span = (double)(s->time[s->count - 1] - s->time[0]) + 1;
    double part_before = -1;
    for (size_t i = 0; i < s->count && most > 0; i++) {
        if (!begins(s, i))
            continue;
        double part = floor((double)(s->time[i] - s->time[0]) / span * (double)most);
        if ((all <= most || part > part_before) && count < most)
            ret_at[count++] = i;
        part_before = part;
    }
    return count;
}

/* Values that shape the line: of bad quality none do. */
static const double *shape_of(oq_arena *arena, const samples *s)
{
    double *shape = oq_copy(arena, s->value, s->count * sizeof *s->value);
    for (size_t i = 0; i < s->count; i++)
        shape[i] = quality_is_bad(s->quality[i]) ? (double)NAN : shape[i];
    return shape;
}

/* Both rise; the result too, each place once. */
static size_t unite(const size_t *a, size_t a_count, const size_t *b, size_t b_count, size_t *out)
{
    size_t i = 0, k = 0, count = 0;
    while (i < a_count || k < b_count) {
        size_t next = k == b_count || (i < a_count && a[i] <= b[k]) ? a[i] : b[k];
        i += i < a_count && a[i] == next;
        k += k < b_count && b[k] == next;
        out[count++] = next;
    }
    return count;
}

samples plot_samples(oq_arena *arena, const samples *s, size_t want)
{
    assert(want >= 2);
    size_t *chosen = oq_new_n(arena, size_t, want), count = 0;
    if (s->count <= want) {
        while (count < s->count) {
            chosen[count] = count;
            count++;
        }
        return gather(arena, s, chosen, count);
    }
    if (!s->quality) {
        count = plot_minmax_lttb(s->time, s->value, s->count, want, chosen);
        return gather(arena, s, chosen, count);
    }
    size_t most = want / 2 < want - 2 ? want / 2 : want - 2;
    size_t *mark = oq_new_n(arena, size_t, most), *all = oq_new_n(arena, size_t, want);
    size_t marks = mark_stretches(s, most, mark);
    count = plot_minmax_lttb(s->time, shape_of(arena, s), s->count, want - marks, chosen);
    return gather(arena, s, all, unite(chosen, count, mark, marks, all));
}
