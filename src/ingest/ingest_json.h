/* ingest/ingest_json.h
 *
 * Samples as JSON, read in one pass without a tree:
 *
 *     {"samples": [item, ...]}   or   [item, ...]   or   item
 *
 *     item   {"series": "P-101.vibration_rms", "time": "2026-01-31T08:00:00Z", "value": 7.1}
 *            {"asset": "P-101", "metric": "vibration_rms", "time": 1769846400000, "value": null,
 *             "quality": "bad", "unit": "mm/s"}
 *            {"series": "P-101.vibration_rms", "times": [..], "values": [..], "qualities": [..]}
 *
 * A time is RFC 3339 or milliseconds since 1970; a value is a number, a truth or null; a quality is
 * an OPC UA status code or a word: good, local_override, uncertain, last_usable, substitute,
 * sensor_not_accurate, bad, no_communication, sensor_failure, out_of_service, no_data. Member names
 * come in any order. */
#ifndef INGEST_JSON_H
#define INGEST_JSON_H

#include "quant/samples.h"

enum {
    JSON_COLUMN_MAX = 1000 * 1000,
    JSON_NAME_MAX = 1000, /* bytes of a name that are kept: more than any may have */
    JSON_DEPTH_MAX = 8,
};

typedef enum json_value_kind {
    JSON_NUMBER = 1,
    JSON_NULL,
    JSON_TEXT,
    JSON_NOT_FINITE
} json_value_kind;

#define JSON_TIME_BAD    (OQ_TIME_NONE + 1) /* neither RFC 3339 nor a number */
#define JSON_QUALITY_BAD INT64_C(-2)        /* neither a word nor a status code */
#define JSON_NO_QUALITY  INT64_C(-1)

/* Names that are not given are OQ_NONE. Columns have their own lengths each. */
typedef struct json_item {
    size_t index; /* from 0 */
    bool has_columns;
    oq_str series, asset, metric, unit;
    const oq_us *time; /* OQ_TIME_NONE for null */
    const double *value;
    const uint8_t *kind; /* json_value_kind of each value */
    const int64_t *quality;
    size_t times, values, qualities;
    oq_err *flaw;   /* the item is none: ingest.* */
    oq_mark errors; /* from before the flaw was made, for who drops it (oq_err_rewind) */
} json_item;

/* Gets item after item; its error ends the reading. */
typedef oq_err *json_take(void *self, const json_item *item);

/* Fails: json.malformed (facts: line, column), json.too_deep (fact: max), ingest.json_shape, and as
 * `take` does. */
OQ_CHECKED oq_err *json_samples_read(oq_str text, json_take *take, void *self);

#endif
