/* The wide raw form: a row for each moment at which any of the series has a sample.
 *
 * All series are read over the same window of time, whose length follows how much it held: so many
 * samples that a statement is worth it, so few that they fit in memory whatever the series are
 * like. The row at which a piece becomes too long begins the next window. */
#include "historian/export.h"

#include <math.h>

#include "base/banned.h"

enum {
    CHUNKS = 2,               /* of a series in one window */
    SAMPLES_AIM = 300 * 1000, /* in one window */
    SAMPLES_MAX = 2 * 1000 * 1000,
    PIECE_AIM = 1024 * 1024,
};
static const oq_us window_first = 10 * OQ_SECOND, window_max = 3650 * OQ_DAY;

/* --- one window --------------------------------------------------------------------------------*/

typedef struct window {
    oq_us from, to;
    samples *column; /* of each series, in the order of the file; of this window alone */
    size_t *at;
    size_t samples;
} window;

/* How many samples lie in [from, to), as far as can be told without decoding them. */
static double estimate(const hist_tracks *tracks, oq_us from, oq_us to)
{
    double sum = 0;
    for (size_t i = 0; i < tracks->count; i++) {
        const hist_track *t = &tracks->at[i];
        sum += (double)t->fresh.count;
        for (size_t k = 0; k < t->chunks; k++) {
            const hist_row *c = &t->chunk[k];
            oq_us first = c->time_first > from ? c->time_first : from;
            oq_us last = c->time_last < to ? c->time_last : to;
            if (last >= first)
                sum += (double)c->samples * (double)(last - first + 1) /
                       (double)(c->time_last - c->time_first + 1);
        }
    }
    return sum;
}

/* The end of what can be told of all series, and fits. */
static oq_us end_of(const hist_tracks *tracks, oq_us from, oq_us to)
{
    for (size_t i = 0; i < tracks->count; i++)
        to = tracks->at[i].to < to ? tracks->at[i].to : to;
    double some = estimate(tracks, from, to);
    if (some > SAMPLES_MAX)
        to = from + (oq_us)((double)(to - from) * (SAMPLES_MAX / some)) + 1;
    return to;
}

static samples only_good(const samples *s, oq_arena *arena)
{
    samples kept = samples_make(arena, s->count, true, false);
    for (size_t i = 0; i < s->count; i++) {
        if (!quality_is_good(samples_quality(s, i)) || !isfinite(s->value[i]))
            continue;
        kept.time[kept.count] = s->time[i];
        kept.value[kept.count] = s->value[i];
        kept.quality[kept.count++] = samples_quality(s, i);
    }
    return kept;
}

/* One series' part of the window. Whole chunks are decoded and given back; what stays is in `kept`.
 */
static oq_err *take_column(export_job *e, oq_scope *s, oq_arena *kept, hist_track *track,
                           const hist_want *want, oq_us to, samples *ret_column)
{
    oq_arena *arena = oq_scope_arena(s);
    oq_mark mark = oq_arena_mark(arena);
    hist_want w = *want;
    samples all;
    w.to = track->to = to;
    if (want->known_at != OQ_TIME_NONE) {
        OQ_TRY(hist_known_samples(arena, track, &w, &all));
    } else {
        hist_pieces pieces;
        bool again;
        OQ_TRY(hist_pieces_of(arena, track, &w, &pieces, &again));
        all = hist_pieces_join(arena, &pieces, false);
    }
    *ret_column = e->all_quality ? samples_copy(kept, &all) : only_good(&all, kept);
    oq_arena_rewind(arena, mark);
    return NULL;
}

static oq_err *load_window(export_job *e, oq_scope *s, oq_arena *kept, window *ret)
{
    oq_us to = e->span.to - e->next > e->window ? e->next + e->window : e->span.to;
    hist_want want = {.no = e->no,
                      .count = e->names.count,
                      .from = e->next,
                      .to = to,
                      .known_at = e->span.known_at,
                      .chunks_max = CHUNKS};
    hist_tracks tracks;
    OQ_TRY(hist_load(s, &want, &tracks));
    *ret = (window){.from = e->next, .to = end_of(&tracks, e->next, to)};
    ret->column = oq_new_n(kept, samples, e->names.count);
    ret->at = oq_new_n(kept, size_t, e->names.count);
    for (size_t i = 0; i < e->names.count; i++) {
        hist_track *track = (hist_track *)hist_track_of(&tracks, e->no[i]);
        if (!track) /* taken away meanwhile: its cells stay empty */
            continue;
        OQ_TRY(take_column(e, s, kept, track, &want, ret->to, &ret->column[i]));
        ret->samples += ret->column[i].count;
    }
    return NULL;
}

/* --- rows --------------------------------------------------------------------------------------*/

static oq_us next_moment(const window *w, size_t columns)
{
    oq_us next = INT64_MAX;
    for (size_t i = 0; i < columns; i++)
        if (w->at[i] < w->column[i].count && w->column[i].time[w->at[i]] < next)
            next = w->column[i].time[w->at[i]];
    return next;
}

static char *put_cells(char *at, const samples *column, size_t i, bool with_quality,
                       number_writer *writer)
{
    *at++ = ',';
    if (isfinite(column->value[i]))
        at += number_put(writer, at, column->value[i]);
    if (with_quality) {
        *at++ = ',';
        at += number_put_i64(at, samples_quality(column, i));
    }
    return at;
}

static bool put_row(export_job *e, window *w, oq_us moment, number_writer *writer, oq_buf *out)
{
    size_t columns = e->names.count;
    char *start = oq_buf_room(out, EXPORT_MOMENT_MAX + columns * 2 * (NUMBER_TEXT_MAX + 1) + 2);
    if (!start)
        return false;
    char *at = start + export_moment(&e->clock, start, moment);
    for (size_t i = 0; i < columns; i++) {
        if (w->at[i] < w->column[i].count && w->column[i].time[w->at[i]] == moment) {
            at = put_cells(at, &w->column[i], w->at[i]++, e->all_quality, &writer[i]);
        } else {
            *at++ = ',';
            if (e->all_quality)
                *at++ = ',';
        }
    }
    *at++ = '\r';
    *at++ = '\n';
    out->len += (size_t)(at - start);
    return true;
}

/* Ends early when the piece is long enough; the moment that comes next begins the next window. */
static oq_us put_window(export_job *e, window *w, oq_arena *kept, oq_buf *out)
{
    number_writer *writer = oq_new_n(kept, number_writer, e->names.count);
    for (;;) {
        oq_us moment = next_moment(w, e->names.count);
        if (moment == INT64_MAX)
            return w->to;
        if (out->len >= PIECE_AIM || !put_row(e, w, moment, writer, out))
            return moment;
    }
}

/* --- steps -------------------------------------------------------------------------------------*/

typedef struct own_arena {
    oq_arena *arena;
} own_arena;

static void own_arena_drop(own_arena *own)
{
    oq_arena_close(own->arena);
}

oq_err *export_wide_step(export_job *e, oq_scope *s, oq_buf *out, bool *ret_done)
{
    OQ_AUTO(own_arena) own = {oq_arena_open(1024 * 1024)};
    window w;
    if (!e->window) {
        e->window = window_first;
        e->next = e->span.from;
    }
    OQ_TRY(load_window(e, s, own.arena, &w));
    oq_us reached = put_window(e, &w, own.arena, out);
    if (reached < w.to)
        e->window = reached - w.from + OQ_SECOND;
    else if (w.samples < SAMPLES_AIM / 2 && e->window < window_max)
        e->window *= 2;
    else if (w.samples > SAMPLES_AIM && e->window > OQ_SECOND)
        e->window /= 2;
    e->next = reached;
    *ret_done = e->next >= e->span.to;
    return NULL;
}
