/* Aggregates as rows of a file: so many buckets at a time that they fit in memory. */
#include "historian/export.h"

#include "base/banned.h"

enum { CELLS_AIM = 20000, BUCKETS_AIM = 2000 };

/* The next buckets, at most `count`. */
static oq_err *next_buckets(export_job *e, oq_arena *arena, int64_t count, buckets *ret_buckets)
{
    oq_us length = e->width.us + e->width.days * OQ_DAY + e->width.months * 28 * OQ_DAY, far;
    if (__builtin_mul_overflow(length, count, &far) || far > e->span.to - e->next)
        far = e->span.to - e->next;
    OQ_TRY(bucket_edges(arena, e->width, e->next, e->next + far, e->bucket_zone, ret_buckets));
    return NULL;
}

/* Aggregates of series [from, from + count) over the buckets. */
static oq_err *read_buckets(export_job *e, oq_scope *s, size_t from, size_t count, buckets b,
                            aggregate ***ret_aggregate)
{
    oq_arena *arena = oq_scope_arena(s);
    hist_want want = hist_want_buckets(b, e->span.known_at);
    want.no = e->no + from;
    want.count = count;
    hist_tracks tracks;
    OQ_TRY(hist_load(s, &want, &tracks));
    aggregate **by_track = oq_new_n(arena, aggregate *, tracks.count);
    aggregate **all = oq_new_n(arena, aggregate *, count);
    OQ_TRY(hist_aggregate_tracks(s, &tracks, &want, b, by_track));
    for (size_t i = 0; i < count; i++) {
        const hist_track *track = hist_track_of(&tracks, e->no[from + i]);
        if (track)
            all[i] = by_track[track - tracks.at];
    }
    *ret_aggregate = all;
    return NULL;
}

static void put_figures(const export_job *e, oq_buf *out, number_writer w[FIGURE_END],
                        const aggregate *a, oq_us length)
{
    char text[NUMBER_TEXT_MAX];
    for (int f = 1; f < FIGURE_END; f++) {
        if (!e->asked[f])
            continue;
        oq_buf_char(out, ',');
        if (a)
            oq_buf_put(out, text, figure_text(text, &w[f], (figure)f, a, length));
    }
}

static void put_moment(export_job *e, oq_buf *out, oq_us at)
{
    char text[EXPORT_MOMENT_MAX];
    oq_buf_put(out, text, export_moment(&e->clock, text, at));
}

oq_err *export_long_buckets_step(export_job *e, oq_scope *s, oq_buf *out, bool *ret_done)
{
    oq_arena *arena = oq_scope_arena(s);
    number_writer w[FIGURE_END] = {0};
    buckets b;
    aggregate **a;
    if (!e->is_begun) {
        e->next = e->span.from;
        e->is_begun = true;
    }
    OQ_TRY(next_buckets(e, arena, BUCKETS_AIM, &b));
    if (b.count) {
        oq_str cells = export_name_cells(arena, &e->names.at[e->at]);
        cells = oq_str_sub(cells, 0, cells.len - 1); /* each figure brings its comma */
        OQ_TRY(read_buckets(e, s, e->at, 1, b, &a));
        for (size_t i = 0; i < b.count; i++) {
            put_moment(e, out, b.edge[i]);
            oq_buf_str(out, cells);
            put_figures(e, out, w, a[0] ? &a[0][i] : NULL, b.edge[i + 1] - b.edge[i]);
            oq_buf_lit(out, "\r\n");
        }
        e->next = b.edge[b.count];
    }
    if (!b.count || e->next >= e->span.to) {
        e->at++;
        e->is_begun = false;
    }
    *ret_done = e->at == e->names.count;
    return NULL;
}

oq_err *export_wide_buckets_step(export_job *e, oq_scope *s, oq_buf *out, bool *ret_done)
{
    oq_arena *arena = oq_scope_arena(s);
    size_t columns = e->names.count;
    int64_t count = CELLS_AIM / (int64_t)columns + 1;
    count = count < BUCKETS_AIM ? count : BUCKETS_AIM;
    buckets b;
    aggregate **a;
    if (!e->is_begun) {
        e->next = e->span.from;
        e->is_begun = true;
    }
    OQ_TRY(next_buckets(e, arena, count, &b));
    *ret_done = !b.count;
    if (!b.count)
        return NULL;
    OQ_TRY(read_buckets(e, s, 0, columns, b, &a));
    number_writer(*w)[FIGURE_END] = oq_alloc_n(arena, columns, sizeof *w);
    for (size_t i = 0; i < b.count; i++) {
        put_moment(e, out, b.edge[i]);
        for (size_t k = 0; k < columns; k++)
            put_figures(e, out, w[k], a[k] ? &a[k][i] : NULL, b.edge[i + 1] - b.edge[i]);
        oq_buf_lit(out, "\r\n");
    }
    e->next = b.edge[b.count];
    *ret_done = e->next >= e->span.to;
    return NULL;
}
