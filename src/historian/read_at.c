/* What a signal was at a moment. */
#include "historian/reading.h"

#include <math.h>

#include "base/banned.h"

typedef struct neighbours {
    hist_last before, after; /* time OQ_TIME_NONE: none */
} neighbours;

static const hist_last none = {
    .time = OQ_TIME_NONE, .value = NAN, .quality = QUALITY_NO_DATA, .known = OQ_TIME_NONE};

static hist_last sample_at(const samples *s, size_t i)
{
    return (hist_last){.time = s->time[i],
                       .value = s->value[i],
                       .quality = samples_quality(s, i),
                       .known = s->known ? s->known[i] : s->time[i]};
}

/* `behind` is the moment behind the one asked for. */
static oq_err *find_neighbours(oq_scope *s, const hist_track *track, const hist_want *want,
                               neighbours *ret)
{
    *ret = (neighbours){none, none};
    if (want->known_at != OQ_TIME_NONE) {
        samples before, after;
        OQ_TRY(hist_known_before(s, (hist_which){.no = track->no}, want->from, want->known_at,
                                 &before));
        OQ_TRY(
            hist_known_after(s, (hist_which){.no = track->no}, want->from, want->known_at, &after));
        if (before.count)
            ret->before = sample_at(&before, 0);
        if (after.count)
            ret->after = sample_at(&after, 0);
        return NULL;
    }
    hist_pieces pieces;
    bool again;
    OQ_TRY(hist_pieces_of(oq_scope_arena(s), track, want, &pieces, &again));
    if (pieces.has_before)
        ret->before = sample_at(&pieces.at[0].samples, 0);
    if (pieces.has_after)
        ret->after = sample_at(&pieces.at[pieces.count - 1].samples, 0);
    return NULL;
}

/* The line between two good samples, where neither the rule nor a gap forbids it. */
static bool is_line(const neighbours *n, aggregate_rule rule)
{
    return !rule.is_state && n->after.time != OQ_TIME_NONE && quality_is_good(n->before.quality) &&
           quality_is_good(n->after.quality) &&
           (!rule.gap_max || n->after.time - n->before.time <= rule.gap_max);
}

static hist_last value_at(const neighbours *n, aggregate_rule rule, oq_us at, oq_us now)
{
    hist_last v = n->before;
    if (v.time == OQ_TIME_NONE || v.time == at)
        return v;
    bool is_gap = rule.gap_max && at - v.time > rule.gap_max;
    bool is_ahead = n->after.time == OQ_TIME_NONE && at > now;
    if (is_gap || is_ahead) {
        v.value = NAN;
        v.quality = QUALITY_NO_DATA;
    } else if (is_line(n, rule)) {
        double share = (double)(at - v.time) / (double)(n->after.time - v.time);
        v.value += (n->after.value - v.value) * share;
        v.quality = n->after.quality > v.quality ? n->after.quality : v.quality;
    }
    return v;
}

hist_want hist_want_at(oq_us at, oq_us known_at)
{
    bool is_past = known_at != OQ_TIME_NONE;
    return (hist_want){
        .from = at + 1, .to = at + 1, .before = !is_past, .after = !is_past, .known_at = known_at};
}

oq_err *hist_at_track(oq_scope *s, const hist_track *track, const hist_want *want,
                      hist_last *ret_value)
{
    neighbours n;
    OQ_TRY(find_neighbours(s, track, want, &n));
    oq_us now = want->known_at == OQ_TIME_NONE ? oq_now(s) : want->known_at;
    *ret_value = value_at(&n, track->rule, want->from - 1, now);
    return NULL;
}

oq_err *hist_at(oq_scope *s, const series *of, size_t count, oq_us at, oq_us known_at,
                hist_last *ret_value)
{
    OQ_TRY(hist_span_check(&(hist_span){.from = at, .to = at, .known_at = known_at}));
    int32_t *no = oq_new_n(oq_scope_arena(s), int32_t, count);
    for (size_t i = 0; i < count; i++)
        no[i] = (int32_t)of[i].no;
    hist_want want = hist_want_at(at, known_at);
    want.no = no;
    want.count = count;
    hist_tracks tracks;
    OQ_TRY(hist_load(s, &want, &tracks));
    for (size_t i = 0; i < count; i++) {
        const hist_track *track = hist_track_of(&tracks, no[i]);
        if (!track)
            return oq_fail(OQ_NOT_FOUND, "series.not_found");
        OQ_TRY(hist_at_track(s, track, &want, &ret_value[i]));
    }
    return NULL;
}
