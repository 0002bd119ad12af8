/* Where a series has no good samples. */
#include "historian/api.h"
#include "historian/series_query.h"

#include <math.h>

#include "base/banned.h"

enum { GAPS_MAX = 10000, SLICE_CHUNKS = 16 };

typedef struct gaps_query {
    QUERY_SPAN_MEMBERS;
    oq_str longer_than;
} gaps_query;
const oq_field gaps_query_fields[] = {
    QUERY_SPAN_FIELDS(gaps_query),
    OQ_TEXT(gaps_query, longer_than, .max = 20,
            .help = "5m, PT1H; not given: five times the usual distance of the samples"),
    OQ_FIELDS_END,
};

/* --- slice by slice ----------------------------------------------------------------------------*/

typedef struct search {
    oq_us since; /* the latest good sample, or the span's beginning */
    bool is_bad; /* samples came since then, none of them good */
    oq_us limit;
    gap *at;
    size_t count;
} search;

static void close_at(search *f, oq_us at)
{
    if (at - f->since > f->limit && f->count < GAPS_MAX)
        f->at[f->count++] = (gap){f->since, at, f->is_bad};
    f->since = at;
    f->is_bad = false;
}

static void look(search *f, const samples *s)
{
    for (size_t i = 0; i < s->count; i++) {
        if (quality_is_good(samples_quality(s, i)) && isfinite(s->value[i]))
            close_at(f, s->time[i]);
        else
            f->is_bad = true;
    }
}

/* What is a gap when nobody has said it: as the first slice's rhythm is. */
static oq_us usual_limit(oq_arena *arena, const samples *s, const hist_span *span)
{
    return samples_gaps(arena, s, span->from, span->to, 0, 0).limit;
}

static void set_usual(oq_arena *arena, const samples *s, const hist_span *span, search *f,
                      bool *is_usual)
{
    if (!*is_usual)
        return;
    f->limit = usual_limit(arena, s, span);
    *is_usual = s->count < 2;
}

static oq_err *search_span(oq_scope *s, hist_slices *slices, const hist_span *span, search *f)
{
    oq_arena *arena = oq_scope_arena(s);
    samples slice;
    bool is_usual = !f->limit; /* until a slice shows the rhythm */
    OQ_TRY(hist_slices_next(s, slices, &slice));
    set_usual(arena, &slice, span, f, &is_usual);
    look(f, &slice);
    while (!slices->is_done && f->count < GAPS_MAX) {
        const hist_track *first = slices->track;
        oq_mark mark = oq_arena_mark(arena);
        OQ_TRY(hist_slices_next(s, slices, &slice));
        set_usual(arena, &slice, span, f, &is_usual);
        look(f, &slice);
        oq_arena_rewind(arena, mark);
        slices->track = first;
    }
    return NULL;
}

/* --- the answer --------------------------------------------------------------------------------*/

static oq_err *read_limit(oq_str text, oq_us *ret_limit)
{
    bucket_width width;
    *ret_limit = 0;
    if (!text.len)
        return NULL;
    OQ_TRY(bucket_width_parse(text, &width));
    *ret_limit = width.us + width.days * OQ_DAY + width.months * 30 * OQ_DAY;
    return NULL;
}

static void put_gap(oq_json *j, const gap *g)
{
    oq_json_object(j);
    oq_json_put(j, time, "from", g->from);
    oq_json_put(j, time, "to", g->to);
    oq_json_put(j, f64, "seconds", (double)(g->to - g->from) / OQ_SECOND);
    oq_json_put(j, bool, "is_bad", g->is_bad);
    oq_json_object_end(j);
}

oq_err *gaps_api_get(http_req *rq, oq_scope *s)
{
    gaps_query q;
    oq_uuid id;
    hist_span span;
    search f = {0};
    OQ_TRY(http_path_uuid(rq, "id", &id));
    OQ_TRY(http_query(rq, &q));
    OQ_TRY(query_span(s, q.from, q.to, q.known_at, &span));
    OQ_TRY(read_limit(q.longer_than, &f.limit));
    f.since = span.from;
    f.at = oq_new_n(http_arena(rq), gap, GAPS_MAX);
    hist_slices slices = {.which = {.id = id},
                          .from = span.from,
                          .to = span.to,
                          .known_at = span.known_at,
                          .chunks_max = SLICE_CHUNKS};
    OQ_TRY(search_span(s, &slices, &span, &f));
    /* What has not happened yet is not missing. */
    close_at(&f, span.to < oq_now(s) ? span.to : oq_now(s));
    oq_json *j = http_json(rq, 200);
    oq_json_object(j);
    oq_json_put(j, uuid, "id", slices.track->id);
    oq_json_put(j, text, "key", slices.track->key);
    oq_json_put(j, f64, "longer_than_s", (double)f.limit / OQ_SECOND);
    oq_json_key(j, OQ_STR("items"));
    oq_json_array(j);
    for (size_t i = 0; i < f.count; i++)
        put_gap(j, &f.at[i]);
    oq_json_array_end(j);
    oq_json_put(j, text, "next", OQ_NONE);
    oq_json_object_end(j);
    return NULL;
}
