/* Raw samples of one series. */
#include "historian/reading.h"

#include "historian/write.h"

#include "base/banned.h"

enum { SLICE_CHUNKS = 16, CHUNK_FEW = 4096 };

/* Further ahead nothing can be: a sample is at most SAMPLE_TIME_AHEAD before its time, and a chart
 * asks for a season more at most. */
static const oq_us ahead_max = 366 * OQ_DAY;

oq_err *hist_span_check(const hist_span *span)
{
    oq_us latest = oq_clock_now() + ahead_max;
    if (span->from < SAMPLE_TIME_MIN || span->to < SAMPLE_TIME_MIN || span->from > latest ||
        span->to > latest) {
        char from[OQ_TIME_TEXT_MAX], to[OQ_TIME_TEXT_MAX];
        size_t from_len = oq_time_format(SAMPLE_TIME_MIN, from),
               to_len = oq_time_format(latest, to);
        return oq_fail(OQ_INVALID, "span.too_far", "first=%.*s last=%.*s", (int)from_len, from,
                       (int)to_len, to);
    }
    if (span->from > span->to)
        return oq_fail(OQ_INVALID, "span.reversed");
    return NULL;
}

/* --- slices ------------------------------------------------------------------------------------*/

static oq_err *load_one(oq_scope *s, hist_which which, const hist_want *want,
                        const hist_track **ret_track)
{
    hist_tracks tracks;
    hist_want w = *want;
    w.no = &which.no;
    w.count = which.no != 0;
    w.id = &which.id;
    w.id_count = which.no == 0;
    OQ_TRY(hist_load(s, &w, &tracks));
    if (!tracks.count)
        return oq_fail(OQ_NOT_FOUND, "series.not_found");
    *ret_track = &tracks.at[0];
    return NULL;
}

oq_err *hist_slices_next(oq_scope *s, hist_slices *slices, samples *ret_samples)
{
    oq_arena *arena = oq_scope_arena(s);
    hist_want want = {.from = slices->from,
                      .to = slices->to,
                      .known_at = slices->known_at,
                      .chunks_max = slices->chunks_max};
    OQ_TRY(load_one(s, slices->which, &want, &slices->track));
    if (slices->known_at != OQ_TIME_NONE) {
        OQ_TRY(hist_known_samples(arena, slices->track, &want, ret_samples));
    } else {
        hist_pieces pieces;
        bool again;
        OQ_TRY(hist_pieces_of(arena, slices->track, &want, &pieces, &again));
        *ret_samples = hist_pieces_join(arena, &pieces, false);
    }
    slices->from = slices->track->to;
    slices->is_done = !slices->track->is_cut;
    return NULL;
}

oq_err *hist_each(oq_scope *s, int32_t no, hist_span span, hist_slice *call, void *self)
{
    OQ_TRY(hist_span_check(&span));
    oq_arena *arena = oq_scope_arena(s);
    hist_slices slices = {.which = {.no = no},
                          .from = span.from,
                          .to = span.to,
                          .known_at = span.known_at,
                          .chunks_max = SLICE_CHUNKS};
    while (!slices.is_done) {
        oq_mark mark = oq_arena_mark(arena);
        samples slice;
        OQ_TRY(hist_slices_next(s, &slices, &slice));
        if (slice.count)
            OQ_TRY(call(self, &slice));
        oq_arena_rewind(arena, mark);
    }
    return NULL;
}

/* --- points ------------------------------------------------------------------------------------*/

typedef struct reading {
    oq_scope *s;
    hist_which which;
    const hist_track *track; /* of the first slice */
    hist_want want;
    size_t max; /* of samples in the span */
    samples *slice;
    size_t slices, room, count;
    bool has_before, has_after, more;
} reading;

static void add_slice(reading *r, samples slice)
{
    if (r->slices == r->room) {
        r->room = r->room ? r->room * 2 : 4;
        samples *grown = oq_new_n(oq_scope_arena(r->s), samples, r->room);
        if (r->slices)
            memcpy(grown, r->slice, r->slices * sizeof *grown);
        r->slice = grown;
    }
    r->slice[r->slices++] = slice;
    r->count += slice.count;
}

/* One slice of what is known now, with the neighbour before it when it is the first. */
static oq_err *take_slice(reading *r, const hist_track *track)
{
    oq_arena *arena = oq_scope_arena(r->s);
    if (r->want.known_at != OQ_TIME_NONE) {
        samples slice;
        OQ_TRY(hist_known_samples(arena, track, &r->want, &slice));
        add_slice(r, slice);
        return NULL;
    }
    hist_pieces pieces;
    bool again;
    OQ_TRY(hist_pieces_of(arena, track, &r->want, &pieces, &again));
    r->has_before = r->has_before || pieces.has_before;
    r->has_after = pieces.has_after;
    for (size_t i = 0; i < pieces.count; i++)
        add_slice(r, pieces.at[i].samples);
    return NULL;
}

static oq_err *take_slices(reading *r, bool with_bounds)
{
    /* Chunks of readings hold some thousand samples each; what is too few is asked for again. */
    for (bool more = true; more && !r->more;) {
        size_t missing = r->max + 1 + r->has_before - r->count;
        r->want.chunks_max = missing / CHUNK_FEW + 2;
        if (r->want.chunks_max > 64)
            r->want.chunks_max = 64;
        const hist_track *track;
        OQ_TRY(load_one(r->s, r->which, &r->want, &track));
        r->track = r->track ? r->track : track;
        r->which.no = track->no;
        OQ_TRY(take_slice(r, track));
        more = track->is_cut;
        r->want.from = track->to;
        r->want.before = r->want.before && r->count == 0;
        r->more = r->count > r->max + r->has_before + r->has_after;
    }
    return NULL;
}

static oq_err *take_known_bounds(reading *r, hist_span span, samples *ret_before,
                                 samples *ret_after)
{
    OQ_TRY(hist_known_before(r->s, r->which, span.from, span.known_at, ret_before));
    return hist_known_after(r->s, r->which, span.to, span.known_at, ret_after);
}

/* All slices as one, the first `most` of them. */
static samples join(const reading *r, size_t most, bool with_known)
{
    hist_piece *piece = oq_new_n(oq_scope_arena(r->s), hist_piece, r->slices);
    hist_pieces pieces = {.at = piece};
    for (size_t i = 0; i < r->slices && pieces.samples < most; i++) {
        samples s = r->slice[i];
        size_t left = most - pieces.samples;
        piece[pieces.count].samples = samples_part(&s, 0, s.count < left ? s.count : left);
        pieces.samples += piece[pieces.count++].samples.count;
    }
    return hist_pieces_join(oq_scope_arena(r->s), &pieces, with_known);
}

oq_err *hist_read_of(oq_scope *s, hist_which which, hist_span span, size_t max, bool with_bounds,
                     bool with_known, hist_points *ret_points, const hist_track **ret_track)
{
    OQ_TRY(hist_span_check(&span));
    bool is_past = span.known_at != OQ_TIME_NONE;
    reading r = {
        .s = s,
        .which = which,
        .max = max,
        .want = {.from = span.from,
                 .to = span.to,
                 .known_at = span.known_at,
                 .exact = with_known,
                 .before = with_bounds && !is_past,
                 .after = with_bounds && !is_past},
    };
    samples before = {0}, after = {0};
    if (is_past && with_bounds) {
        OQ_TRY(take_known_bounds(&r, span, &before, &after));
        r.has_before = before.count > 0;
        add_slice(&r, before);
    }
    OQ_TRY(take_slices(&r, with_bounds));
    if (is_past && after.count && !r.more) {
        r.has_after = true;
        add_slice(&r, after);
    }
    *ret_points = (hist_points){.more = r.more, .has_before = r.has_before};
    ret_points->has_after = r.has_after && !r.more;
    size_t most = r.more ? max + r.has_before : r.count;
    ret_points->samples = join(&r, most, with_known);
    *ret_track = r.track;
    return NULL;
}

oq_err *hist_read(oq_scope *s, int32_t no, hist_span span, size_t max, bool with_bounds,
                  bool with_known, hist_points *ret_points)
{
    const hist_track *track;
    return hist_read_of(s, (hist_which){.no = no}, span, max, with_bounds, with_known, ret_points,
                        &track);
}
