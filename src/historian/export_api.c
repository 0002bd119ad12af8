/* GET /api/series/export.csv */
#include "historian/api.h"
#include "historian/export.h"

#include "base/csv.h"

#include "base/banned.h"

enum { PIECE = 256 * 1024, WIDE_MAX = 1000 };

static const oq_choice form_choices[] = {{EXPORT_LONG, "long"}, {EXPORT_WIDE, "wide"}, {0, NULL}};
static const oq_choice times_choices[] = {
    {EXPORT_RFC3339, "rfc3339"}, {EXPORT_SHEET, "sheet"}, {0, NULL}};
enum { QUALITY_ONLY_GOOD = 1, QUALITY_ALL };
static const oq_choice quality_choices[] = {
    {QUALITY_ONLY_GOOD, "good"}, {QUALITY_ALL, "all"}, {0, NULL}};

typedef struct export_query {
    QUERY_SPAN_MEMBERS;
    QUERY_PICK_MEMBERS;
    int form, quality, times;
    oq_str tz, bucket;
    oq_strs values;
} export_query;
const oq_field export_query_fields[] = {
    QUERY_SPAN_FIELDS(export_query),
    QUERY_PICK_FIELDS(export_query),
    OQ_CHOICE(export_query, form, form_choices, .preset = "long",
              .help = "long: a row per sample; wide: a column per series"),
    OQ_CHOICE(export_query, quality, quality_choices, .preset = "good",
              .help = "all: uncertain and bad samples too; the wide form then has their codes"),
    OQ_CHOICE(export_query, times, times_choices, .preset = "rfc3339",
              .help = "sheet: 2026-01-31 11:00:00, which spreadsheets take for a time"),
    OQ_TEXT(export_query, tz, .max = 60, .check = oq_check_timezone, .help = "Not given: UTC"),
    OQ_TEXT(export_query, bucket, .max = 20, .help = "Aggregates instead of samples: 5m, 1h, 1d"),
    OQ_TEXTS(export_query, values, .max = 9, .choices = figure_choices,
             .help = "Figures of a bucket; not given: all in the long form, mean in the wide"),
    OQ_FIELDS_END,
};

/* --- the question ------------------------------------------------------------------------------*/

static oq_err *read_buckets(http_req *rq, oq_scope *s, const export_query *q, export_job *e)
{
    if (!oq_str_given(q->bucket))
        return NULL;
    e->bucket = q->bucket;
    OQ_TRY(bucket_width_parse(q->bucket, &e->width));
    oq_uuids ids = {oq_new_n(http_arena(rq), oq_uuid, e->names.count), e->names.count};
    for (size_t i = 0; i < ids.count; i++)
        ids.at[i] = e->names.at[i].id;
    e->bucket_zone = q->tz;
    if (!oq_str_given(q->tz))
        OQ_TRY(query_zone(rq, s, e->width, ids, &e->bucket_zone));
    figures_asked(&q->values, e->asked);
    for (int f = FIGURE_MEAN + 1; f < FIGURE_END && e->form == EXPORT_WIDE; f++)
        e->asked[f] = e->asked[f] && q->values.count;
    return NULL;
}

static oq_err *read_question(http_req *rq, oq_scope *s, export_job *e)
{
    export_query q;
    OQ_TRY(http_query(rq, &q));
    OQ_TRY(query_span(s, q.from, q.to, q.known_at, &e->span));
    query_pick pick = QUERY_PICK(q);
    e->form = q.form;
    e->all_quality = q.quality == QUALITY_ALL;
    e->clock = (export_clock){.zone = q.tz, .form = q.times, .from = INT64_MAX};
    size_t max = q.form == EXPORT_WIDE ? WIDE_MAX : HIST_SERIES_MAX;
    OQ_TRY(query_pick_some(s, &pick, max, &e->names));
    e->no = oq_new_n(http_arena(rq), int32_t, e->names.count);
    for (size_t i = 0; i < e->names.count; i++)
        e->no[i] = (int32_t)e->names.at[i].no;
    return read_buckets(rq, s, &q, e);
}

/* --- the head ----------------------------------------------------------------------------------*/

static void put_text_cell(oq_csv *csv, oq_arena *arena, const hist_name *name, const char *of)
{
    oq_str text = name->key;
    if (of)
        text = oq_strf(arena, "%.*s %s", OQ_FMT(text), of);
    oq_csv_cell(csv, oq_strf(arena, "%.*s [%.*s]", OQ_FMT(text), OQ_FMT(name->unit)));
}

static void put_series_cells(const export_job *e, oq_csv *csv, oq_arena *arena,
                             const hist_name *name)
{
    if (!e->bucket.len) {
        put_text_cell(csv, arena, name, NULL);
        if (e->all_quality)
            oq_csv_cell(csv, oq_strf(arena, "%.*s quality", OQ_FMT(name->key)));
        return;
    }
    for (int f = 1; f < FIGURE_END; f++)
        if (e->asked[f])
            put_text_cell(csv, arena, name, oq_choice_text(figure_choices, f));
}

static void put_head(const export_job *e, oq_arena *arena, oq_buf *out)
{
    oq_csv csv = oq_csv_to(out);
    oq_str zone = oq_str_given(e->clock.zone) ? e->clock.zone : OQ_STR("UTC");
    oq_csv_cell(&csv, oq_strf(arena, "time (%.*s)", OQ_FMT(zone)));
    if (e->form == EXPORT_WIDE) {
        for (size_t i = 0; i < e->names.count; i++)
            put_series_cells(e, &csv, arena, &e->names.at[i]);
    } else {
        oq_csv_cell(&csv, OQ_STR("series"));
        oq_csv_cell(&csv, OQ_STR("unit"));
        if (!e->bucket.len) {
            oq_csv_cell(&csv, OQ_STR("value"));
            oq_csv_cell(&csv, OQ_STR("quality"));
        }
        for (int f = 1; f < FIGURE_END && e->bucket.len; f++)
            if (e->asked[f])
                oq_csv_cell(&csv, oq_cstr(oq_choice_text(figure_choices, f)));
    }
    oq_csv_end_row(&csv);
}

/* --- the file ----------------------------------------------------------------------------------*/

static oq_err *step(export_job *e, oq_scope *s, oq_buf *out, bool *ret_done)
{
    if (e->form == EXPORT_WIDE)
        return e->bucket.len ? export_wide_buckets_step(e, s, out, ret_done)
                             : export_wide_step(e, s, out, ret_done);
    return e->bucket.len ? export_long_buckets_step(e, s, out, ret_done)
                         : export_long_step(e, s, out, ret_done);
}

static oq_err *make_piece(void *self, http_req *rq, oq_buf *out, bool *ret_is_last)
{
    export_job *e = self;
    oq_scope *s;
    bool done = e->names.count == 0 || e->span.from == e->span.to;
    OQ_TRY(http_scope_again(rq, &s));
    if (!e->has_head)
        put_head(e, http_arena(rq), out);
    e->has_head = true;
    while (!done && out->len < PIECE) {
        oq_mark mark = oq_arena_mark(http_arena(rq));
        OQ_TRY(step(e, s, out, &done));
        oq_arena_rewind(http_arena(rq), mark);
    }
    *ret_is_last = done;
    return NULL;
}

oq_err *export_api_get(http_req *rq, oq_scope *s)
{
    export_job *e = oq_new(http_arena(rq), export_job);
    OQ_TRY(read_question(rq, s, e));
    http_answer_pieces(rq, 200, "text/csv; charset=utf-8", make_piece, e);
    oq_str today = oq_str_sub(oq_time_text(http_arena(rq), oq_now(s)), 0, OQ_DATE_TEXT);
    http_as_file(rq, oq_strf(http_arena(rq), "series-%.*s.csv", OQ_FMT(today)));
    return NULL;
}
