/* One series in the order of time: chunks as they are, and what is fresh between or within them. */
#include "historian/reading.h"

#include "base/banned.h"

/* --- collecting --------------------------------------------------------------------------------*/

typedef struct walk {
    oq_arena *arena;
    const hist_want *want;
    oq_us to;
    bool is_cut; /* `to` is not the span's end: no neighbour stands behind it */
    hist_pieces out;
    size_t room;
    samples before; /* the newest sample seen before the span; count 0: none */
    bool is_done;   /* the neighbour behind the span is there */
} walk;

static void put(walk *w, hist_piece piece)
{
    if (w->out.count == w->room) {
        w->room = w->room ? w->room * 2 : 8;
        hist_piece *grown = oq_new_n(w->arena, hist_piece, w->room);
        if (w->out.count)
            memcpy(grown, w->out.at, w->out.count * sizeof *grown);
        w->out.at = grown;
    }
    w->out.at[w->out.count++] = piece;
    w->out.samples += piece.samples.count;
}

/* Before the first sample or cell of the span, its neighbour. */
static void put_before(walk *w)
{
    if (w->before.count && w->want->before) {
        put(w, (hist_piece){.samples = w->before});
        w->out.has_before = true;
    }
    w->before.count = 0;
}

/* Samples that come next, of any time: takes those of the span and the neighbours. */
static void take(walk *w, samples s)
{
    if (!s.count || w->is_done)
        return;
    size_t low = samples_find(&s, w->want->from), high = samples_find(&s, w->to);
    if (high < low)
        high = low;
    if (low)
        w->before = samples_part(&s, low - 1, 1);
    if (high > low || high < s.count)
        put_before(w);
    if (high > low)
        put(w, (hist_piece){.samples = samples_part(&s, low, high - low)});
    if (high < s.count) {
        w->is_done = true;
        if (w->want->after && !w->is_cut) {
            put(w, (hist_piece){.samples = samples_part(&s, high, 1)});
            w->out.has_after = true;
        }
    }
}

/* --- chunks ------------------------------------------------------------------------------------*/

static samples one_sample(oq_arena *arena, oq_us time, double value, quality q, oq_us known)
{
    samples s = samples_make(arena, 1, true, true);
    s.time[0] = time;
    s.value[0] = value;
    s.quality[0] = q;
    s.known[0] = known;
    s.count = 1;
    return s;
}

/* A chunk of which the statement left the payload out is a neighbour, or stands for itself by its
 * cells. */
static samples neighbour_of(const walk *w, const hist_row *chunk)
{
    if (chunk->time_last < w->want->from)
        return one_sample(w->arena, chunk->time_last, chunk->value_last,
                          (quality)chunk->quality_last, chunk->known_at);
    return one_sample(w->arena, chunk->time_first, chunk->value_first, QUALITY_GOOD,
                      chunk->known_at);
}

/* Whether the cells of this chunk answer for its samples. */
static oq_err *cells_of(const walk *w, const hist_track *track, const hist_row *chunk,
                        summary *ret_cells, bool *ret_fit)
{
    *ret_fit = chunk->cells != NULL;
    if (chunk->cells)
        *ret_cells = *chunk->cells;
    if (*ret_fit || !w->want->grid || !chunk->summary.len || chunk->time_last < w->want->from ||
        chunk->time_first >= w->to)
        return NULL;
    OQ_TRY(summary_decode(w->arena, chunk->summary, ret_cells));
    *ret_fit = ret_cells->count && w->want->grid % ret_cells->width == 0 &&
               ret_cells->rule.is_state == track->rule.is_state &&
               ret_cells->rule.gap_max == track->rule.gap_max;
    return NULL;
}

/* Whether so many samples fall into each cell of the grid that cells are worth making: they cost
 * as much as feeding the samples once, and seven times a sample's room. A chunk that has only begun
 * to grow is one cell. */
static bool has_full_cells(const walk *w, const hist_row *chunk, const samples *s)
{
    enum { SAMPLES_PER_CELL = 16 };
    int64_t grid = w->want->grid;
    return grid &&
           (chunk->time_last - chunk->time_first) / grid <= (int64_t)(s->count / SAMPLES_PER_CELL);
}

static void put_cells(walk *w, const hist_row *chunk, summary cells)
{
    put_before(w);
    put(w, (hist_piece){.is_cells = true, .cells = cells, .chunk = chunk});
}

static oq_err *take_chunk(walk *w, const hist_track *track, const hist_row *chunk, samples late,
                          bool *ret_again)
{
    summary cells;
    bool fit = false;
    if (!late.count)
        OQ_TRY(cells_of(w, track, chunk, &cells, &fit));
    if (fit && !w->is_done) {
        put_cells(w, chunk, cells);
        return NULL;
    }
    bool is_inside = chunk->time_last >= w->want->from && chunk->time_first < w->to;
    if (is_inside && !chunk->payload.ptr) {
        *ret_again = true;
        return NULL;
    }
    samples s;
    if (chunk->payload.ptr)
        OQ_TRY(chunk_decode(w->arena, chunk->payload, w->want->exact, &s));
    else
        s = neighbour_of(w, chunk);
    if (is_inside && !late.count && has_full_cells(w, chunk, &s)) {
        put_cells(w, chunk, summary_make(w->arena, &s, w->want->grid, track->rule));
        return NULL;
    }
    w->out.has_loose = w->out.has_loose || is_inside;
    if (late.count) {
        samples both[] = {s, late};
        s = samples_merge(w->arena, both, 2, NULL);
    }
    take(w, s);
    return NULL;
}

oq_err *hist_pieces_of(oq_arena *arena, const hist_track *track, const hist_want *want,
                       hist_pieces *ret_pieces, bool *ret_again)
{
    walk w = {.arena = arena, .want = want, .to = track->to, .is_cut = track->is_cut};
    const samples *fresh = &track->fresh;
    size_t at = 0;
    *ret_again = false;
    for (size_t i = 0; i < track->chunks && !*ret_again && !w.is_done; i++) {
        const hist_row *chunk = &track->chunk[i];
        size_t first = fresh->count ? samples_find(fresh, chunk->time_first) : 0;
        size_t behind = fresh->count ? samples_find(fresh, chunk->time_last + 1) : 0;
        take(&w, samples_part(fresh, at, first - at));
        OQ_TRY(take_chunk(&w, track, chunk, samples_part(fresh, first, behind - first), ret_again));
        at = behind;
    }
    take(&w, samples_part(fresh, at, fresh->count - at));
    put_before(&w);
    *ret_pieces = w.out;
    return NULL;
}

/* --- as one ------------------------------------------------------------------------------------*/

samples hist_pieces_join(oq_arena *arena, const hist_pieces *pieces, bool with_known)
{
    if (pieces->count == 1 && (!with_known || pieces->at[0].samples.known))
        return pieces->at[0].samples;
    bool with_quality = false;
    for (size_t i = 0; i < pieces->count; i++)
        with_quality = with_quality || pieces->at[i].samples.quality;
    samples all = samples_make(arena, pieces->samples, with_quality, with_known);
    for (size_t i = 0; i < pieces->count; i++) {
        const samples *s = &pieces->at[i].samples;
        memcpy(all.time + all.count, s->time, s->count * sizeof *s->time);
        memcpy(all.value + all.count, s->value, s->count * sizeof *s->value);
        if (s->quality)
            memcpy(all.quality + all.count, s->quality, s->count * sizeof *s->quality);
        for (size_t k = 0; with_known && k < s->count; k++)
            all.known[all.count + k] = s->known ? s->known[k] : s->time[k];
        all.count += s->count;
    }
    return all;
}
