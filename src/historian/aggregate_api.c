/* Aggregates over HTTP: of one series, or of many over the same buckets. */
#include "historian/api.h"
#include "historian/figure.h"
#include "historian/series_query.h"

#include "base/banned.h"

/* Of one answer: series times buckets. */
enum { CELLS_MAX = 200000 };

/* --- questions ---------------------------------------------------------------------------------*/

#define AGGREGATE_MEMBERS                                                                          \
    QUERY_SPAN_MEMBERS;                                                                            \
    oq_str bucket, tz;                                                                             \
    oq_strs values;                                                                                \
    int format
#define AGGREGATE_FIELDS(rec)                                                                      \
    QUERY_SPAN_FIELDS(rec),                                                                        \
        OQ_TEXT(rec, bucket, .preset = "1h", .max = 20,                                            \
                .help = "10s, 5m, 1h, 1d, 1w, 1mo, 1y, or PT5M, P1D, P1M"),                        \
        OQ_TEXT(rec, tz, .max = 60, .check = oq_check_timezone,                                    \
                .help = "Where days and months begin; not given: the site's, the tenant's"),       \
        OQ_TEXTS(rec, values, .max = 9, .choices = figure_choices,                                 \
                 .help = "Which figures; not given: all"),                                         \
        OQ_CHOICE(rec, format, answer_form_choices, .preset = "rows")

typedef struct aggregate_query {
    AGGREGATE_MEMBERS;
} aggregate_query;
const oq_field aggregate_query_fields[] = {AGGREGATE_FIELDS(aggregate_query), OQ_FIELDS_END};

typedef struct aggregate_many_query {
    AGGREGATE_MEMBERS;
    QUERY_PICK_MEMBERS;
} aggregate_many_query;
const oq_field aggregate_many_query_fields[] = {
    AGGREGATE_FIELDS(aggregate_many_query), QUERY_PICK_FIELDS(aggregate_many_query), OQ_FIELDS_END};

typedef struct question {
    hist_span span;
    buckets b;
    bool asked[FIGURE_END]; /* by figure */
    int form;
} question;

static oq_err *read_question(http_req *rq, oq_scope *s, const aggregate_query *q, oq_uuids ids,
                             question *ret)
{
    bucket_width width;
    OQ_TRY(query_span(s, q->from, q->to, q->known_at, &ret->span));
    OQ_TRY(bucket_width_parse(q->bucket, &width));
    oq_str zone = q->tz;
    if (!oq_str_given(zone))
        OQ_TRY(query_zone(rq, s, width, ids, &zone));
    OQ_TRY(bucket_edges(http_arena(rq), width, ret->span.from, ret->span.to, zone, &ret->b));
    if (ret->b.count * ids.count > CELLS_MAX)
        return oq_fail(OQ_INVALID, "aggregate.too_many_cells", "count=%zu most=%d",
                       ret->b.count * ids.count, CELLS_MAX);
    figures_asked(&q->values, ret->asked);
    ret->form = q->format;
    return NULL;
}

/* --- answers -----------------------------------------------------------------------------------*/

static void figure_put(oq_buf *out, number_writer *w, figure f, const aggregate *a, oq_us length)
{
    char text[NUMBER_TEXT_MAX];
    size_t len = figure_text(text, w, f, a, length);
    if (len)
        oq_buf_put(out, text, len);
    else
        oq_buf_lit(out, "null");
}

static void put_starts(oq_json *j, const question *q)
{
    samples starts = {.count = q->b.count, .time = (oq_us *)q->b.edge};
    oq_json_key(j, OQ_STR("starts"));
    points_put_times(oq_json_raw_to(j), &starts);
}

static void put_columns(oq_json *j, const question *q, const aggregate *a)
{
    for (int f = 1; f < FIGURE_END; f++) {
        number_writer w = {0};
        if (!q->asked[f])
            continue;
        oq_json_key(j, oq_cstr(oq_choice_text(figure_choices, f)));
        oq_buf *out = oq_json_raw_to(j);
        oq_buf_char(out, '[');
        for (size_t i = 0; i < q->b.count; i++) {
            if (i)
                oq_buf_char(out, ',');
            figure_put(out, &w, (figure)f, &a[i], q->b.edge[i + 1] - q->b.edge[i]);
        }
        oq_buf_char(out, ']');
    }
}

/* The text before each figure of a row, made once. */
static void row_keys(oq_arena *arena, const question *q, oq_str ret_key[FIGURE_END])
{
    for (int f = 1; f < FIGURE_END; f++)
        if (q->asked[f])
            ret_key[f] = oq_strf(arena, ",\"%s\":", oq_choice_text(figure_choices, f));
}

static void put_rows(oq_json *j, oq_arena *arena, const question *q, const aggregate *a, oq_str key)
{
    oq_str figure_key[FIGURE_END];
    number_writer w[FIGURE_END] = {0};
    moment_writer m = {0};
    char text[MOMENT_TEXT_MAX];
    row_keys(arena, q, figure_key);
    oq_json_key(j, key);
    oq_buf *out = oq_json_raw_to(j);
    oq_buf_char(out, '[');
    for (size_t i = 0; i < q->b.count; i++) {
        oq_buf_str(out, i ? OQ_STR(",{\"start\":\"") : OQ_STR("{\"start\":\""));
        oq_buf_put(out, text, moment_put(&m, text, q->b.edge[i]));
        oq_buf_char(out, '"');
        for (int f = 1; f < FIGURE_END; f++) {
            if (!q->asked[f])
                continue;
            oq_buf_str(out, figure_key[f]);
            figure_put(out, &w[f], (figure)f, &a[i], q->b.edge[i + 1] - q->b.edge[i]);
        }
        oq_buf_char(out, '}');
    }
    oq_buf_char(out, ']');
}

static void put_series(oq_json *j, const hist_track *track)
{
    oq_json_put(j, uuid, "id", track->id);
    oq_json_put(j, text, "key", track->key);
    oq_json_put(j, text, "unit", track->unit);
}

/* The record of all series asked for, as far as the buckets need it. */
static oq_err *load(oq_scope *s, const question *q, oq_uuids ids, hist_tracks *ret_tracks,
                    aggregate ***ret_aggregate)
{
    aggregate **all = oq_new_n(oq_scope_arena(s), aggregate *, ids.count);
    hist_want want = {.from = q->span.from, .to = q->span.to};
    if (q->b.count)
        want = hist_want_buckets(q->b, q->span.known_at);
    want.id = ids.at;
    want.id_count = ids.count;
    OQ_TRY(hist_load(s, &want, ret_tracks));
    OQ_TRY(query_all_found(ret_tracks, &ids));
    if (q->b.count)
        OQ_TRY(hist_aggregate_tracks(s, ret_tracks, &want, q->b, all));
    *ret_aggregate = all;
    return NULL;
}

oq_err *aggregate_api_get(http_req *rq, oq_scope *s)
{
    aggregate_query query;
    oq_uuid id;
    OQ_TRY(http_path_uuid(rq, "id", &id));
    OQ_TRY(http_query(rq, &query));
    oq_uuids ids = {&id, 1};
    question q;
    hist_tracks tracks;
    aggregate **a;
    OQ_TRY(read_question(rq, s, &query, ids, &q));
    OQ_TRY(load(s, &q, ids, &tracks, &a));
    oq_json *j = http_json(rq, 200);
    oq_json_object(j);
    put_series(j, &tracks.at[0]);
    if (q.form == ANSWER_COLUMNS) {
        put_starts(j, &q);
        put_columns(j, &q, a[0]);
    } else {
        put_rows(j, http_arena(rq), &q, a[0], OQ_STR("items"));
    }
    oq_json_put(j, text, "next", OQ_NONE);
    oq_json_object_end(j);
    return NULL;
}

oq_err *aggregate_api_get_many(http_req *rq, oq_scope *s)
{
    aggregate_many_query query;
    OQ_TRY(http_query(rq, &query));
    query_pick pick = QUERY_PICK(query);
    aggregate_query one = {.from = query.from,
                           .to = query.to,
                           .known_at = query.known_at,
                           .bucket = query.bucket,
                           .tz = query.tz,
                           .values = query.values,
                           .format = query.format};
    oq_uuids ids;
    question q;
    hist_tracks tracks;
    aggregate **a;
    OQ_TRY(query_pick_ids(s, &pick, HIST_SERIES_MAX, &ids));
    OQ_TRY(read_question(rq, s, &one, ids, &q));
    OQ_TRY(load(s, &q, ids, &tracks, &a));
    oq_json *j = http_json(rq, 200);
    oq_json_object(j);
    if (q.form == ANSWER_COLUMNS)
        put_starts(j, &q);
    oq_json_key(j, OQ_STR("items"));
    oq_json_array(j);
    for (size_t i = 0; i < tracks.count; i++) {
        oq_json_object(j);
        put_series(j, &tracks.at[i]);
        if (q.form == ANSWER_COLUMNS)
            put_columns(j, &q, a[i]);
        else
            put_rows(j, http_arena(rq), &q, a[i], OQ_STR("buckets"));
        oq_json_object_end(j);
    }
    oq_json_array_end(j);
    oq_json_put(j, text, "next", OQ_NONE);
    oq_json_object_end(j);
    return NULL;
}
