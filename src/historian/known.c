/* The record as it was known at an earlier moment: without what came later, with what was replaced
 * later. Of several versions of a moment that were known by then the last one stands.
 *
 * Folded samples say when they became known in classes that round up (quant/chunk.h). So there is a
 * while in which an old version has been replaced, to the second, and the new one does not count as
 * known yet; in that while the old one stands, unless it was deleted. */
#include "historian/reading.h"

#include "base/banned.h"

static void add(samples *to, const samples *s, size_t i)
{
    to->time[to->count] = s->time[i];
    to->value[to->count] = s->value[i];
    to->quality[to->count] = samples_quality(s, i);
    to->known[to->count++] = s->known[i];
}

/* Splits by what was known at `at`, and what only later. */
static void split(oq_arena *arena, const samples *s, oq_us at, samples *ret_known,
                  samples *ret_later)
{
    *ret_known = samples_make(arena, s->count, true, true);
    *ret_later = samples_make(arena, s->count, true, true);
    for (size_t i = 0; i < s->count; i++)
        add(s->known[i] <= at ? ret_known : ret_later, s, i);
}

/* Those of `s` whose moment is among `others`; both in the order of time. */
static samples meeting(oq_arena *arena, const samples *s, const samples *others)
{
    samples kept = samples_make(arena, s->count, true, true);
    for (size_t i = 0, k = 0; i < s->count; i++) {
        while (k < others->count && others->time[k] < s->time[i])
            k++;
        if (k < others->count && others->time[k] == s->time[i])
            add(&kept, s, i);
    }
    return kept;
}

typedef struct versions {
    samples *stood, *later, *gone; /* lists, the later written behind */
    size_t stoods, laters, gones;
} versions;

/* History is in the order in which it was replaced, so of a moment's versions the later stands
 * behind. */
static oq_err *collect(oq_arena *arena, const hist_track *track, oq_us known_at, versions *ret)
{
    size_t room = track->histories + track->chunks + 1;
    *ret = (versions){.stood = oq_new_n(arena, samples, room),
                      .later = oq_new_n(arena, samples, room),
                      .gone = oq_new_n(arena, samples, room)};
    for (size_t i = 0; i < track->histories; i++) {
        const hist_row *row = &track->history[i];
        samples all, known, later;
        if (row->known_at <= known_at && row->is_deletion)
            continue; /* deleted before */
        OQ_TRY(chunk_decode(arena, row->payload, true, &all));
        split(arena, &all, known_at, &known, &later);
        if (row->known_at <= known_at) {
            ret->gone[ret->gones++] = known;
            continue;
        }
        ret->stood[ret->stoods++] = known;
        ret->later[ret->laters++] = later;
    }
    for (size_t i = 0; i < track->chunks; i++) {
        samples all;
        OQ_TRY(chunk_decode(arena, track->chunk[i].payload, true, &all));
        split(arena, &all, known_at, &ret->stood[ret->stoods++], &ret->later[ret->laters++]);
    }
    ret->stood[ret->stoods++] = track->fresh;
    return NULL;
}

oq_err *hist_known_samples(oq_arena *arena, const hist_track *track, const hist_want *want,
                           samples *ret_samples)
{
    versions v;
    OQ_TRY(collect(arena, track, want->known_at, &v));
    samples both[2];
    samples gone = samples_merge(arena, v.gone, v.gones, NULL);
    samples later = samples_merge(arena, v.later, v.laters, NULL);
    both[0] = gone.count ? meeting(arena, &gone, &later) : gone;
    both[1] = samples_merge(arena, v.stood, v.stoods, NULL);
    samples all = samples_merge(arena, both, 2, NULL);
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
