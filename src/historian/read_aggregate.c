/* Aggregates of several series over the same buckets, from one snapshot each. */
#include "historian/reading.h"

#include "base/banned.h"

int64_t hist_grid_of(buckets b)
{
    int64_t grid = 0;
    for (size_t i = 0; i <= b.count; i++)
        for (int64_t rest = b.edge[i] < 0 ? -b.edge[i] : b.edge[i]; rest;) {
            int64_t next = grid % rest;
            grid = rest;
            rest = next;
        }
    return grid;
}

/* --- feeding -----------------------------------------------------------------------------------*/

static samples one_of_cell(oq_us *time, double *value, quality *q)
{
    return (samples){.count = 1, .time = time, .value = value, .quality = q};
}

/* Cells of the span as they are; of those around it the nearest sample on either side. */
static void feed_cells(aggregator *g, const summary *y, oq_us from, oq_us to)
{
    size_t at = 0;
    while (at < y->count && y->start[at] + y->width <= from)
        at++;
    if (at) {
        aggregate *c = &y->cell[at - 1];
        samples last = one_of_cell(&c->last_at, &c->last, &c->last_quality);
        aggregator_feed(g, &last);
    }
    for (; at < y->count && y->start[at] < to; at++)
        aggregator_feed_cell(g, &y->cell[at]);
    if (at < y->count) {
        aggregate *c = &y->cell[at];
        samples first = one_of_cell(&c->first_at, &c->first, &c->first_quality);
        aggregator_feed(g, &first);
    }
}

/* Cells that were made or fetched for this question are kept for the next one; and that there are
 * no others. */
static void keep_cells(oq_scope *s, const hist_track *track, const hist_want *want,
                       const hist_pieces *pieces)
{
    if (want->grid && !track->is_seen && !pieces->has_loose)
        seen_keep(&(seen_key){oq_scope_tenant(s), track->no, want->grid}, track, pieces, want->from,
                  want->to);
}

static void feed(aggregator *g, const hist_pieces *pieces, const hist_want *want)
{
    for (size_t i = 0; i < pieces->count; i++) {
        const hist_piece *p = &pieces->at[i];
        if (p->is_cells)
            feed_cells(g, &p->cells, want->from, want->to);
        else
            aggregator_feed(g, &p->samples);
    }
}

/* As it was known: bounds are looked for apart. */
static oq_err *feed_known(oq_scope *s, aggregator *g, const hist_track *track,
                          const hist_want *want)
{
    samples before, inside, after;
    OQ_TRY(
        hist_known_before(s, (hist_which){.no = track->no}, want->from, want->known_at, &before));
    OQ_TRY(hist_known_samples(oq_scope_arena(s), track, want, &inside));
    OQ_TRY(hist_known_after(s, (hist_which){.no = track->no}, want->to, want->known_at, &after));
    if (before.count)
        aggregator_feed(g, &before);
    aggregator_feed(g, &inside);
    if (after.count)
        aggregator_feed(g, &after);
    return NULL;
}

/* --- several series ----------------------------------------------------------------------------*/

/* One series' answer; *ret_again: its samples are wanted, and only cells were loaded. */
static oq_err *answer(oq_scope *s, const hist_track *track, const hist_want *want, buckets b,
                      aggregate **ret_aggregate, bool *ret_again)
{
    oq_arena *arena = oq_scope_arena(s);
    aggregator g = aggregator_make(arena, b, track->rule);
    *ret_again = false;
    if (want->known_at != OQ_TIME_NONE) {
        OQ_TRY(feed_known(s, &g, track, want));
        aggregator_end(&g, want->known_at);
    } else {
        hist_pieces pieces;
        OQ_TRY(hist_pieces_of(arena, track, want, &pieces, ret_again));
        if (*ret_again)
            return NULL;
        keep_cells(s, track, want, &pieces);
        feed(&g, &pieces, want);
        aggregator_end(&g, oq_now(s));
    }
    *ret_aggregate = g.into;
    return NULL;
}

/* Late samples fell into chunks of which only cells were loaded, or the rule has changed since the
 * cells were made: those series once more, with all their samples. */
static oq_err *answer_again(oq_scope *s, const int32_t *no, const size_t *place, size_t count,
                            const hist_want *want, buckets b, aggregate **ret_aggregate)
{
    hist_want whole = *want;
    hist_tracks tracks;
    whole.grid = 0;
    whole.id_count = 0;
    whole.no = no;
    whole.count = count;
    OQ_TRY(hist_load(s, &whole, &tracks));
    for (size_t i = 0; i < count; i++) {
        bool again;
        const hist_track *track = hist_track_of(&tracks, no[i]);
        if (!track)
            return oq_fail(OQ_NOT_FOUND, "series.not_found");
        OQ_TRY(answer(s, track, &whole, b, &ret_aggregate[place[i]], &again));
    }
    return NULL;
}

oq_err *hist_aggregate_tracks(oq_scope *s, const hist_tracks *tracks, const hist_want *want,
                              buckets b, aggregate **ret_aggregate)
{
    int32_t *no = oq_new_n(oq_scope_arena(s), int32_t, tracks->count);
    size_t *place = oq_new_n(oq_scope_arena(s), size_t, tracks->count), count = 0;
    for (size_t i = 0; i < tracks->count; i++) {
        bool again;
        OQ_TRY(answer(s, &tracks->at[i], want, b, &ret_aggregate[i], &again));
        if (again) {
            no[count] = tracks->at[i].no;
            place[count++] = i;
        }
    }
    return count ? answer_again(s, no, place, count, want, b, ret_aggregate) : NULL;
}

hist_want hist_want_buckets(buckets b, oq_us known_at)
{
    bool is_past = known_at != OQ_TIME_NONE;
    return (hist_want){.from = b.edge[0],
                       .to = b.edge[b.count],
                       .known_at = known_at,
                       .before = !is_past,
                       .after = !is_past,
                       .grid = is_past ? 0 : hist_grid_of(b)};
}

oq_err *hist_aggregate(oq_scope *s, const series *of, size_t count, buckets b, oq_us known_at,
                       aggregate **ret_aggregate)
{
    assert(b.count > 0);
    int32_t *no = oq_new_n(oq_scope_arena(s), int32_t, count);
    for (size_t i = 0; i < count; i++)
        no[i] = (int32_t)of[i].no;
    hist_want want = hist_want_buckets(b, known_at);
    want.no = no;
    want.count = count;
    hist_tracks tracks;
    OQ_TRY(hist_load(s, &want, &tracks));
    aggregate **by_track = oq_new_n(oq_scope_arena(s), aggregate *, tracks.count);
    OQ_TRY(hist_aggregate_tracks(s, &tracks, &want, b, by_track));
    for (size_t i = 0; i < count; i++) {
        const hist_track *track = hist_track_of(&tracks, no[i]);
        if (!track)
            return oq_fail(OQ_NOT_FOUND, "series.not_found");
        ret_aggregate[i] = by_track[track - tracks.at];
    }
    return NULL;
}
