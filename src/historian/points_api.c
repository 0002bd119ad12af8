/* Samples of one series over HTTP: as they are, thinned for a plot, at a moment, and where there
 * are none. */
#include "historian/api.h"
#include "historian/points_json.h"
#include "historian/series_query.h"
#include "quant/plot.h"

#include <math.h>

#include "base/banned.h"

typedef enum points_quality { POINTS_GOOD = 1, POINTS_ALL } points_quality;
static const oq_choice points_quality_choices[] = {
    {POINTS_GOOD, "good"}, {POINTS_ALL, "all"}, {0, NULL}};
const oq_choice answer_form_choices[] = {
    {ANSWER_ROWS, "rows"}, {ANSWER_COLUMNS, "columns"}, {0, NULL}};

/* --- raw ---------------------------------------------------------------------------------------*/

enum { LIMIT_MAX = 500000 };

typedef struct points_query {
    QUERY_SPAN_MEMBERS;
    int64_t limit;
    oq_str cursor;
    int quality, format;
    bool bounds;
} points_query;
const oq_field points_query_fields[] = {
    QUERY_SPAN_FIELDS(points_query),
    OQ_I64(points_query, limit, .preset = "10000", .min = 1, .max = LIMIT_MAX),
    OQ_TEXT(points_query, cursor, .max = 200),
    OQ_CHOICE(points_query, quality, points_quality_choices, .preset = "good",
              .help = "all: uncertain and bad samples too"),
    OQ_CHOICE(points_query, format, answer_form_choices, .preset = "rows",
              .help = "columns: times in milliseconds, values, and runs of quality"),
    OQ_BOOL(points_query, bounds,
            .help = "Also the sample before the span and the one behind, to draw up to its edges"),
    OQ_FIELDS_END,
};

/* Only good ones, in place of all. */
static samples good_of(oq_arena *arena, const samples *s)
{
    size_t good = 0;
    for (size_t i = 0; i < s->count; i++)
        good += quality_is_good(samples_quality(s, i)) && isfinite(s->value[i]);
    if (good == s->count)
        return *s;
    samples kept = samples_make(arena, good, true, false);
    for (size_t i = 0; i < s->count; i++) {
        if (!quality_is_good(samples_quality(s, i)) || !isfinite(s->value[i]))
            continue;
        kept.time[kept.count] = s->time[i];
        kept.value[kept.count] = s->value[i];
        kept.quality[kept.count++] = samples_quality(s, i);
    }
    return kept;
}

static void put_head(oq_json *j, const hist_track *track)
{
    oq_json_object(j);
    oq_json_put(j, uuid, "id", track->id);
    oq_json_put(j, text, "key", track->key);
    oq_json_put(j, text, "unit", track->unit);
}

/* A list that is written straight into the buffer behind its key. */
static void put_list(oq_json *j, oq_str key, void put(oq_buf *out, const samples *s),
                     const samples *s)
{
    oq_json_key(j, key);
    put(oq_json_raw_to(j), s);
}

static void put_columns(oq_json *j, const samples *s)
{
    put_list(j, OQ_STR("times"), points_put_times, s);
    put_list(j, OQ_STR("values"), points_put_values, s);
    put_list(j, OQ_STR("qualities"), points_put_qualities, s);
}

static void put_points(oq_json *j, const samples *s, int form)
{
    if (form == ANSWER_COLUMNS)
        put_columns(j, s);
    else
        put_list(j, OQ_STR("items"), points_put_rows, s);
}

/* A cursor is the last sample's time; the next page begins behind it. */
static oq_str cursor_behind(oq_arena *arena, const samples *s)
{
    return http_cursor_make(arena, s->time[s->count - 1], OQ_UUID_ZERO);
}

oq_err *points_api_get(http_req *rq, oq_scope *s)
{
    points_query q;
    oq_uuid id, unused;
    oq_us behind;
    hist_span span;
    OQ_TRY(http_path_uuid(rq, "id", &id));
    OQ_TRY(http_query(rq, &q));
    OQ_TRY(query_span(s, q.from, q.to, q.known_at, &span));
    OQ_TRY(http_cursor_read(q.cursor, &behind, &unused));
    if (behind != OQ_TIME_NONE && behind >= span.from)
        span.from = behind < span.to ? behind + 1 : span.to;
    hist_points points;
    const hist_track *track;
    bool with_bounds = q.bounds && behind == OQ_TIME_NONE;
    OQ_TRY(hist_read_of(s, (hist_which){.id = id}, span, (size_t)q.limit, with_bounds, false,
                        &points, &track));
    oq_str next = points.more ? cursor_behind(http_arena(rq), &points.samples) : OQ_NONE;
    samples shown = points.samples;
    if (q.quality == POINTS_GOOD)
        shown = good_of(http_arena(rq), &shown);
    oq_json *j = http_json(rq, 200);
    put_head(j, track);
    put_points(j, &shown, q.format);
    oq_json_put(j, text, "next", next);
    oq_json_object_end(j);
    return NULL;
}

/* --- for a plot --------------------------------------------------------------------------------*/

typedef struct plot_query {
    QUERY_SPAN_MEMBERS;
    int64_t points;
    int format;
} plot_query;
const oq_field plot_query_fields[] = {
    QUERY_SPAN_FIELDS(plot_query),
    OQ_I64(plot_query, points, .preset = "1000", .min = 2, .max = PLOT_POINTS_MAX,
           .help = "At most so many, chosen so that they look like all"),
    OQ_CHOICE(plot_query, format, answer_form_choices, .preset = "columns"),
    OQ_FIELDS_END,
};

oq_err *points_api_plot(http_req *rq, oq_scope *s)
{
    plot_query q;
    oq_uuid id;
    hist_span span;
    OQ_TRY(http_path_uuid(rq, "id", &id));
    OQ_TRY(http_query(rq, &q));
    OQ_TRY(query_span(s, q.from, q.to, q.known_at, &span));
    samples shown;
    int64_t of;
    const hist_track *track;
    OQ_TRY(hist_plot_of(s, (hist_which){.id = id}, span, (size_t)q.points, &shown, &of, &track));
    oq_json *j = http_json(rq, 200);
    put_head(j, track);
    put_points(j, &shown, q.format);
    oq_json_put(j, i64, "of", of);
    oq_json_object_end(j);
    return NULL;
}

/* --- at a moment -------------------------------------------------------------------------------*/

typedef struct at_query {
    oq_str time, known_at;
} at_query;
const oq_field at_query_fields[] = {
    OQ_TEXT(at_query, time, .max = 40, .help = "RFC 3339 or epoch; now"),
    OQ_TEXT(at_query, known_at, .max = 40),
    OQ_FIELDS_END,
};

const oq_field point_at_fields[] = {
    OQ_UUID(point_at, id),
    OQ_TEXT(point_at, key),
    OQ_TEXT(point_at, unit),
    OQ_TIME(point_at, time, .help = "The moment that was asked for"),
    OQ_F64(point_at, value, .help = "null: nothing is known of that moment"),
    OQ_I64(point_at, quality, .help = "OPC UA status code"),
    OQ_TIME(point_at, sample_time, .help = "Of the sample that it rests on"),
    OQ_FIELDS_END,
};

static oq_err *read_moment(oq_scope *s, oq_str time, oq_str known_at, oq_us *ret_at,
                           oq_us *ret_known)
{
    OQ_TRY(query_time(time, "time", oq_now(s), ret_at));
    OQ_TRY(query_time(known_at, "known_at", OQ_TIME_NONE, ret_known));
    return hist_span_check(&(hist_span){*ret_at, *ret_at, *ret_known});
}

static oq_err *answer_of(oq_scope *s, const hist_track *track, const hist_want *want,
                         point_at *ret_point)
{
    hist_last v;
    OQ_TRY(hist_at_track(s, track, want, &v));
    *ret_point = (point_at){.id = track->id,
                            .key = track->key,
                            .unit = track->unit,
                            .time = want->from - 1,
                            .value = v.value,
                            .quality = v.quality,
                            .sample_time = v.time};
    return NULL;
}

oq_err *points_api_at(http_req *rq, oq_scope *s)
{
    at_query q;
    oq_uuid id;
    oq_us at, known_at;
    OQ_TRY(http_path_uuid(rq, "id", &id));
    OQ_TRY(http_query(rq, &q));
    OQ_TRY(read_moment(s, q.time, q.known_at, &at, &known_at));
    hist_want want = hist_want_at(at, known_at);
    want.id = &id;
    want.id_count = 1;
    hist_tracks tracks;
    point_at point;
    OQ_TRY(hist_load(s, &want, &tracks));
    if (!tracks.count)
        return oq_fail(OQ_NOT_FOUND, "series.not_found");
    OQ_TRY(answer_of(s, &tracks.at[0], &want, &point));
    http_answer_record(rq, 200, &point);
    return NULL;
}

typedef struct at_many_query {
    QUERY_PICK_MEMBERS;
    oq_str time, known_at;
} at_many_query;
const oq_field at_many_query_fields[] = {
    QUERY_PICK_FIELDS(at_many_query),
    OQ_TEXT(at_many_query, time, .max = 40, .help = "RFC 3339 or epoch; now"),
    OQ_TEXT(at_many_query, known_at, .max = 40),
    OQ_FIELDS_END,
};

oq_err *points_api_at_many(http_req *rq, oq_scope *s)
{
    at_many_query q;
    oq_us at, known_at;
    oq_uuids ids;
    OQ_TRY(http_query(rq, &q));
    OQ_TRY(read_moment(s, q.time, q.known_at, &at, &known_at));
    query_pick pick = QUERY_PICK(q);
    OQ_TRY(query_pick_ids(s, &pick, HIST_SERIES_MAX, &ids));
    hist_want want = hist_want_at(at, known_at);
    want.id = ids.at;
    want.id_count = ids.count;
    hist_tracks tracks;
    OQ_TRY(hist_load(s, &want, &tracks));
    OQ_TRY(query_all_found(&tracks, &ids));
    point_at *point = oq_new_n(http_arena(rq), point_at, tracks.count);
    for (size_t i = 0; i < tracks.count; i++)
        OQ_TRY(answer_of(s, &tracks.at[i], &want, &point[i]));
    http_answer_list(rq, point, sizeof *point, tracks.count, OQ_NONE);
    return NULL;
}
