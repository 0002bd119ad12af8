/* historian/series_query.h
 *
 * What questions to the API have in common: which series, over which span, in which buckets. */
#ifndef HISTORIAN_SERIES_QUERY_H
#define HISTORIAN_SERIES_QUERY_H

#include "historian/read.h"
#include "http/request.h"

/* A moment as people and programs write it: RFC 3339, or seconds or milliseconds since 1970 (from
 * 100,000,000,000 on they are milliseconds). Not given: `otherwise`. Fails: field.type. */
OQ_CHECKED oq_err *query_time(oq_str text, const char *field, oq_us otherwise, oq_us *ret_at);

/* Members of a query with a span; `to` not given: now, `from` not given: an hour before `to`. */
#define QUERY_SPAN_MEMBERS oq_str from, to, known_at
#define QUERY_SPAN_FIELDS(rec)                                                                     \
    OQ_TEXT(rec, from, .max = 40, .help = "RFC 3339 or epoch; an hour before `to`"),               \
        OQ_TEXT(rec, to, .max = 40, .help = "RFC 3339 or epoch; now"),                             \
        OQ_TEXT(rec, known_at, .max = 40, .help = "The record as it was known at that moment")
/* Fails: field.type, and as hist_span_check. */
OQ_CHECKED oq_err *query_span(oq_scope *s, oq_str from, oq_str to, oq_str known_at,
                              hist_span *ret_span);

/* Members of a query that names series: by their ids, or all that a filter finds. */
#define QUERY_PICK_MEMBERS                                                                         \
    oq_uuids ids;                                                                                  \
    oq_uuid asset_id;                                                                              \
    oq_str q, metric;                                                                              \
    int kind
#define QUERY_PICK_FIELDS(rec)                                                                     \
    OQ_UUIDS(rec, ids, .max = HIST_SERIES_MAX, .help = "Of the series, a comma between them"),     \
        OQ_UUID(rec, asset_id, .help = "Instead: all series of an asset"),                         \
        OQ_TEXT(rec, q, .max = 200, .help = "Instead: a part of key or name"),                     \
        OQ_TEXT(rec, metric, .max = SERIES_METRIC_MAX), OQ_CHOICE(rec, kind, series_kind_choices)
typedef struct query_pick {
    oq_uuids ids;
    series_filter filter;
} query_pick;
#define QUERY_PICK(of)                                                                             \
    ((query_pick){                                                                                 \
        (of).ids,                                                                                  \
        {.asset_id = (of).asset_id, .q = (of).q, .metric = (of).metric, .kind = (of).kind}})
/* Those series by name, in the order of their keys, at most `max`: a page, when `max` cuts it
 * (*ret_more). Ids that do not exist fail: series.not_found; and: series.none_asked. */
typedef struct hist_names {
    struct hist_name *at;
    size_t count;
    bool more;
} hist_names;
OQ_CHECKED oq_err *query_pick_names(oq_scope *s, const query_pick *pick, size_t max,
                                    hist_names *ret_names);
/* The same, all of them: fails as query_pick_ids does. */
OQ_CHECKED oq_err *query_pick_some(oq_scope *s, const query_pick *pick, size_t max,
                                   hist_names *ret_names);
/* The ids of what was asked for, at most `max` of them: those given, or those found. Fails:
 * series.none_asked, series.too_many_asked (fact: max). */
OQ_CHECKED oq_err *query_pick_ids(oq_scope *s, const query_pick *pick, size_t max,
                                  oq_uuids *ret_ids);

/* A cursor of a list by key, and back. Fails: list.cursor_malformed. */
oq_str query_cursor_of_key(oq_arena *arena, oq_str key);
OQ_CHECKED oq_err *query_key_of_cursor(oq_arena *arena, oq_str cursor, oq_str *ret_key);
/* Whether each id that was asked for was loaded. Fails: series.not_found. */
struct hist_tracks;
OQ_CHECKED oq_err *query_all_found(const struct hist_tracks *tracks, const oq_uuids *ids);

/* "5m", "1h", "1d", "1mo", "PT5M", "P1M": a length of time, or of the calendar. */
typedef struct bucket_width {
    oq_us us; /* 0: so many days or months of the calendar */
    int64_t days, months;
} bucket_width;
/* Fails: aggregate.width_invalid (fact: width). */
OQ_CHECKED oq_err *bucket_width_parse(oq_str text, bucket_width *ret_width);
/* Buckets of the width that cover [from, to). Those of the calendar begin at midnight in the zone:
 * weeks on Mondays (ISO 8601), months on the 1st. Fails: aggregate.too_many_buckets. */
OQ_CHECKED oq_err *bucket_edges(oq_arena *arena, bucket_width width, oq_us from, oq_us to,
                                oq_str time_zone, buckets *ret_buckets);

/* The zone in which such buckets of these series begin: for those of the calendar the one of their
 * site, when they have one in common; else the reader's. */
OQ_CHECKED oq_err *query_zone(http_req *rq, oq_scope *s, bucket_width width, oq_uuids ids,
                              oq_str *ret_zone);

#endif
