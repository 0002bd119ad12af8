/* The editor's preview: what an expression gives, before it is stored. */
#include "historian/api.h"
#include "historian/calc_inner.h"
#include "historian/points_json.h"
#include "historian/series_query.h"
#include "historian/write.h"
#include "quant/plot.h"

#include "base/banned.h"

enum { PREVIEW_SAMPLES = 3 * 1000 * 1000, SHOWN_ROOM = 4 };

/* --- computing ---------------------------------------------------------------------------------*/

/* Slice after slice; what has been computed is thinned when it becomes much more than is shown. */
typedef struct preview {
    oq_arena *shown, *slice;
    samples all;
    size_t want, read;
} preview;

static void add(preview *p, const samples *more)
{
    samples joined = samples_make(p->shown, p->all.count + more->count, true, false);
    samples list[] = {p->all, *more};
    for (size_t l = 0; l < OQ_COUNT(list); l++) {
        for (size_t i = 0; i < list[l].count; i++) {
            joined.time[joined.count] = list[l].time[i];
            joined.value[joined.count] = list[l].value[i];
            joined.quality[joined.count++] = samples_quality(&list[l], i);
        }
    }
    p->all = joined;
    if (joined.count > SHOWN_ROOM * p->want)
        p->all = plot_samples(p->shown, &joined, SHOWN_ROOM / 2 * p->want);
}

static oq_err *compute(oq_scope *s, preview *p, const expr *e, const calc_inputs *inputs,
                       oq_us from, oq_us to)
{
    while (from < to) {
        samples results;
        size_t read;
        oq_arena_reset(p->slice);
        OQ_TRY(calc_slice(s, p->slice, e, inputs, from, to, &results, &from, &read));
        p->read += read;
        if (p->read > PREVIEW_SAMPLES)
            return oq_fail(OQ_LIMIT, "calc.preview_too_long", "max=%d", PREVIEW_SAMPLES);
        add(p, &results);
    }
    return NULL;
}

oq_err *calc_preview(oq_scope *s, oq_str expression, oq_str unit_text_wanted, oq_us from, oq_us to,
                     size_t want, samples *ret_samples, oq_str *ret_unit)
{
    expr *e;
    calc_inputs inputs;
    hist_span span = {from, to, OQ_TIME_NONE};
    OQ_TRY(hist_span_check(&span));
    OQ_TRY(calc_read(s, expression, unit_text_wanted, &e, &inputs));
    preview p = {.shown = oq_scope_arena(s), .slice = oq_arena_open(1 << 20), .want = want};
    oq_err *err = compute(s, &p, e, &inputs, from, to);
    oq_arena_close(p.slice);
    OQ_TRY(err);
    *ret_samples = p.all.count > want ? plot_samples(p.shown, &p.all, want) : p.all;
    *ret_unit = unit_text_wanted.len ? unit_text_wanted : expr_unit(e);
    return NULL;
}

/* --- asking ------------------------------------------------------------------------------------*/

typedef struct preview_query {
    oq_str expression, unit, from, to;
    int64_t points;
} preview_query;
static const oq_field preview_query_fields[] = {
    OQ_TEXT(preview_query, expression, .required = true, .max = EXPR_TEXT_MAX,
            .help = "'P-101.flow' * ('P-101.p_out' - 'P-101.p_in')"),
    OQ_TEXT(preview_query, unit, .max = UNIT_TEXT_MAX, .help = "Of the result; its own"),
    OQ_TEXT(preview_query, from, .max = 40, .help = "RFC 3339 or epoch; an hour before `to`"),
    OQ_TEXT(preview_query, to, .max = 40, .help = "RFC 3339 or epoch; now"),
    OQ_I64(preview_query, points, .preset = "1000", .min = 2, .max = PLOT_POINTS_MAX,
           .help = "At most so many, chosen so that they look like all"),
    OQ_FIELDS_END,
};

static oq_err *get_preview(http_req *rq, oq_scope *s)
{
    preview_query q;
    hist_span span;
    samples shown;
    oq_str in_unit;
    OQ_TRY(http_query(rq, &q));
    OQ_TRY(query_span(s, q.from, q.to, OQ_NONE, &span));
    OQ_TRY(calc_preview(s, q.expression, q.unit, span.from, span.to, (size_t)q.points, &shown,
                        &in_unit));
    oq_json *j = http_json(rq, 200);
    oq_json_object(j);
    oq_json_put(j, text, "unit", in_unit);
    oq_json_key(j, OQ_STR("times"));
    points_put_times(oq_json_raw_to(j), &shown);
    oq_json_key(j, OQ_STR("values"));
    points_put_values(oq_json_raw_to(j), &shown);
    oq_json_key(j, OQ_STR("qualities"));
    points_put_qualities(oq_json_raw_to(j), &shown);
    oq_json_object_end(j);
    return NULL;
}

const http_route calc_routes[] = {
    {HTTP_GET, "/api/series/preview", CAP_ASSET_READ, .handle = get_preview,
     .query = preview_query_fields,
     .summary = "What an expression over signals gives, without storing it: {\"unit\",\"times\" in "
                "milliseconds,\"values\",\"qualities\" in runs}"},
    {HTTP_GET, "/api/series/{id}/calculation", CAP_ASSET_READ, .handle = calc_api_state,
     .answer = calc_state_fields, .shape = HTTP_ANSWER_RECORD,
     .summary = "How a calculated signal fares: ok or failing and why, computed until when"},
    {0},
};
