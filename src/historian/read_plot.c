/* Fewer points of any number of samples.
 *
 * A span is gone through in slices; each is thinned to its share of the points, with some to spare,
 * and the points are chosen among what is left. A slice's extremes always stay, so that the whole's
 * do. */
#include "historian/reading.h"
#include "quant/plot.h"

#include "base/banned.h"

enum { SLICE_CHUNKS = 64, SPARE = PLOT_MINMAX_RATIO, SLICE_POINTS_MIN = 256 };

typedef struct thinning {
    oq_arena *kept; /* what outlives its slice */
    size_t want;
    oq_us whole; /* length of the span */
    hist_piece *piece;
    size_t room;
    hist_pieces all;
    int64_t of;
    const hist_track *track;
} thinning;

static void keep(thinning *t, samples s)
{
    if (t->all.count == t->room) {
        t->room = t->room ? t->room * 2 : 8;
        hist_piece *grown = oq_new_n(t->kept, hist_piece, t->room);
        if (t->all.count)
            memcpy(grown, t->all.at, t->all.count * sizeof *grown);
        t->all.at = t->piece = grown;
    }
    t->piece[t->all.count++].samples = s;
    t->all.samples += s.count;
}

static void thin(thinning *t, const samples *slice, oq_us length)
{
    double share = (double)length / (double)t->whole;
    size_t want = (size_t)((double)t->want * SPARE * share);
    if (want < SLICE_POINTS_MIN)
        want = SLICE_POINTS_MIN;
    t->of += (int64_t)slice->count;
    if (slice->count)
        keep(t, slice->count > want ? plot_samples(t->kept, slice, want)
                                    : samples_copy(t->kept, slice));
}

static oq_err *go_through(oq_scope *s, hist_which which, hist_span span, thinning *t)
{
    oq_arena *arena = oq_scope_arena(s);
    hist_slices slices = {.which = which,
                          .from = span.from,
                          .to = span.to,
                          .known_at = span.known_at,
                          .chunks_max = SLICE_CHUNKS};
    samples slice;
    OQ_TRY(hist_slices_next(s, &slices, &slice));
    t->track = slices.track;
    if (slices.is_done) { /* the usual case: all of it at once */
        t->of = (int64_t)slice.count;
        keep(t, slice);
        return NULL;
    }
    thin(t, &slice, slices.from - span.from);
    while (!slices.is_done) {
        oq_mark mark = oq_arena_mark(arena);
        oq_us begin = slices.from;
        OQ_TRY(hist_slices_next(s, &slices, &slice));
        thin(t, &slice, slices.from - begin);
        oq_arena_rewind(arena, mark);
    }
    return NULL;
}

typedef struct own_arena {
    oq_arena *arena;
} own_arena;

static void own_arena_drop(own_arena *own)
{
    oq_arena_close(own->arena);
}

oq_err *hist_plot_of(oq_scope *s, hist_which which, hist_span span, size_t want,
                     samples *ret_samples, int64_t *ret_of, const hist_track **ret_track)
{
    OQ_TRY(hist_span_check(&span));
    OQ_AUTO(own_arena) own = {oq_arena_open(256 * 1024)};
    thinning t = {.kept = own.arena, .want = want, .whole = span.to - span.from + 1};
    OQ_TRY(go_through(s, which, span, &t));
    samples all = hist_pieces_join(own.arena, &t.all, false);
    if (all.count > want)
        *ret_samples = plot_samples(oq_scope_arena(s), &all, want);
    else
        *ret_samples = samples_copy(oq_scope_arena(s), &all);
    *ret_of = t.of;
    *ret_track = t.track;
    return NULL;
}

oq_err *hist_plot(oq_scope *s, const series *e, hist_span span, size_t want, samples *ret_samples,
                  int64_t *ret_of)
{
    const hist_track *track;
    return hist_plot_of(s, (hist_which){.no = (int32_t)e->no}, span, want, ret_samples, ret_of,
                        &track);
}
