/* The record as it was known at an earlier moment: without what came later, with what was replaced
 * later. Of several versions of a moment that were known by then the last one stands. */
#include "historian/reading.h"

#include "base/banned.h"

/* Those of `s` that were known at `at`; where that is all, `s` itself. */
static samples known_by(oq_arena *arena, const samples *s, oq_us at)
{
    size_t count = 0;
    for (size_t i = 0; i < s->count; i++)
        count += s->known[i] <= at;
    if (count == s->count)
        return *s;
    samples some = samples_make(arena, count, s->quality != NULL, true);
    for (size_t i = 0; i < s->count; i++) {
        if (s->known[i] > at)
            continue;
        some.time[some.count] = s->time[i];
        some.value[some.count] = s->value[i];
        if (s->quality)
            some.quality[some.count] = s->quality[i];
        some.known[some.count++] = s->known[i];
    }
    return some;
}

static oq_err *take(oq_arena *arena, const hist_row *row, oq_us known_at, samples *ret_part)
{
    samples all;
    OQ_TRY(chunk_decode(arena, row->payload, true, &all));
    *ret_part = known_by(arena, &all, known_at);
    return NULL;
}

/* In the order in which a moment's versions were written: what was replaced, earliest first, then
 * what stands in chunks, then what is fresh. A version that was replaced later than known_at and
 * one that replaced it before may both be there: the later one wins. */
oq_err *hist_known_samples(oq_arena *arena, const hist_track *track, const hist_want *want,
                           samples *ret_samples)
{
    size_t lists = 0;
    samples *list = oq_new_n(arena, samples, track->histories + track->chunks + 1);
    for (size_t i = 0; i < track->histories; i++)
        OQ_TRY(take(arena, &track->history[i], want->known_at, &list[lists++]));
    for (size_t i = 0; i < track->chunks; i++)
        OQ_TRY(take(arena, &track->chunk[i], want->known_at, &list[lists++]));
    list[lists++] = track->fresh;
    samples all = samples_merge(arena, list, lists, NULL);
    size_t low = samples_find(&all, want->from), high = samples_find(&all, track->to);
    *ret_samples = samples_part(&all, low, high > low ? high - low : 0);
    return NULL;
}

/* --- neighbours --------------------------------------------------------------------------------
 * How far away the nearest sample lies that was known cannot be told from outside the chunks, so
 * windows of growing width are looked through, slice by slice. */

enum { SLICE_CHUNKS = 16 };
static const oq_us first_width = OQ_HOUR;

/* The first or the last known sample of [from, to). */
static oq_err *find_in(oq_scope *s, hist_which which, oq_us from, oq_us to, oq_us known_at,
                       bool is_last, samples *ret_sample)
{
    oq_arena *arena = oq_scope_arena(s);
    samples kept = samples_make(arena, 1, true, true);
    hist_slices slices = {
        .which = which, .from = from, .to = to, .known_at = known_at, .chunks_max = SLICE_CHUNKS};
    while (!slices.is_done && (is_last || !kept.count)) {
        oq_mark mark = oq_arena_mark(arena);
        samples slice;
        OQ_TRY(hist_slices_next(s, &slices, &slice));
        if (slice.count) {
            size_t i = is_last ? slice.count - 1 : 0;
            kept.time[0] = slice.time[i];
            kept.value[0] = slice.value[i];
            kept.quality[0] = samples_quality(&slice, i);
            kept.known[0] = slice.known ? slice.known[i] : slice.time[i];
            kept.count = 1;
        }
        oq_arena_rewind(arena, mark);
    }
    *ret_sample = kept;
    return NULL;
}

oq_err *hist_known_before(oq_scope *s, hist_which which, oq_us at, oq_us known_at,
                          samples *ret_sample)
{
    oq_us to = at;
    *ret_sample = (samples){0};
    for (oq_us width = first_width; !ret_sample->count && to > SAMPLE_TIME_MIN; width *= 16) {
        oq_us from = to - SAMPLE_TIME_MIN > width ? to - width : SAMPLE_TIME_MIN;
        OQ_TRY(find_in(s, which, from, to, known_at, true, ret_sample));
        to = from;
    }
    return NULL;
}

oq_err *hist_known_after(oq_scope *s, hist_which which, oq_us at, oq_us known_at,
                         samples *ret_sample)
{
    /* No sample is known longer before its time than this. */
    oq_us end = known_at + SAMPLE_TIME_AHEAD + 1;
    *ret_sample = (samples){0};
    return at < end ? find_in(s, which, at, end, known_at, false, ret_sample) : NULL;
}
