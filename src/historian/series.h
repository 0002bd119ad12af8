/* historian/series.h
 *
 * Signals: what they are called, where they belong, in which unit, how they are kept. Everything
 * works inside the tenant of `s`. */
#ifndef HISTORIAN_SERIES_H
#define HISTORIAN_SERIES_H

#include "base/base.h"
#include "db/scope.h"
#include "http/route.h"
#include "job/job.h"
#include "quant/aggregate.h"
#include "quant/archive.h"

enum { SERIES_KEY_MAX = 400, SERIES_METRIC_MAX = 100, SERIES_LIST_MAX = 1000 };

typedef enum series_kind { SERIES_MEASURED = 1, SERIES_CALCULATED, SERIES_SIMULATED } series_kind;
extern const oq_choice series_kind_choices[];

typedef struct series {
    oq_uuid id;
    int64_t no; /* small, of this tenant */
    oq_str key; /* "P-101.vibration_rms"; with tags "P-101,sensor=DE.vibration_rms", tags sorted */
    oq_uuid asset_id, component_id;
    oq_str metric, name, name_ar, unit;
    int kind; /* series_kind */
    bool is_state;
    oq_str state_texts; /* JSON, or not given */
    double instrument_min, instrument_max;
    int64_t gap_max_us; /* OQ_I64_NONE: no limit */
    double exception_deviation;
    int64_t exception_max_us;
    double compression_deviation;
    int64_t compression_max_us;
    int64_t retention_days; /* OQ_I64_NONE: the tenant's */
    oq_str expression;
    oq_str source;
    bool is_active;
    int64_t version;
    oq_us created_at, updated_at;
} series;
extern const oq_field series_fields[];
typedef struct series_list {
    series *at;
    size_t count;
} series_list;

aggregate_rule series_rule(const series *e);
archive_rule series_archive_rule(const series *e);

/* Fails: series.not_found. */
OQ_CHECKED oq_err *series_get(oq_scope *s, oq_uuid id, series **ret_series);
/* *ret_series is NULL when there is none. */
OQ_CHECKED oq_err *series_find_by_key(oq_scope *s, oq_str key, series **ret_series);
/* Those that exist, in any order. */
OQ_CHECKED oq_err *series_get_many(oq_scope *s, const oq_uuid *id, size_t count,
                                   series_list *ret_list);

typedef struct series_filter {
    oq_uuid asset_id; /* zero: any */
    oq_str q;         /* a part of key or name, folded */
    oq_str metric;    /* not given: any */
    oq_str unit;      /* not given: any */
    int kind;         /* 0: any */
    oq_str after_key; /* list by key, behind this one */
} series_filter;
OQ_CHECKED oq_err *series_find(oq_scope *s, const series_filter *filter, size_t limit,
                               series_list *ret_list);

/* What a person or a program decides of a series; key and metric never change afterwards. */
typedef struct series_order {
    oq_str key; /* not given: <asset code>.<metric> */
    oq_uuid asset_id, component_id;
    oq_str metric, name, name_ar, unit;
    int kind; /* 0: measured */
    bool is_state;
    oq_str state_texts;
    double instrument_min, instrument_max;
    int64_t gap_max_us;
    double exception_deviation;
    int64_t exception_max_us;
    double compression_deviation;
    int64_t compression_max_us;
    int64_t retention_days;
    oq_str expression; /* a calculated series: see calc.h */
    oq_str source;     /* of a new one: "person" when not given */
    bool is_active;    /* false: new samples are refused */
    int64_t version;   /* of an update */
} series_order;
extern const oq_field series_order_fields[];
/* Audited. A series of an asset whose class has the metric takes name, unit, limits and rules from
 * there where the order does not say (a state is one when either says so). Fails: series.key_taken,
 * series.key_invalid, unit.unknown, asset.not_found, series.component_unknown,
 * series.limits_crossed, series.expression_missing, series.expression_unexpected, series.too_many
 * (fact: max; the tenant's setting), calc.* (a calculated one). */
OQ_CHECKED oq_err *series_create(oq_scope *s, const series_order *order, series **ret_series);
/* The whole record is as the order says; a unit that is not given stays. Fails: series.not_found,
 * series.version_stale, series.key_fixed, series.kind_fixed (about the field), and as
 * series_create.
 */
OQ_CHECKED oq_err *series_update(oq_scope *s, oq_uuid id, const series_order *order,
                                 series **ret_series);

/* Many at once, as senders name them: finds them, and makes those that are not there when
 * `may_create` (one maker per tenant at a time: senders wait in line, never in a circle), as many
 * as the tenant's series_max leaves room for. `ret_no[i]` is 0 where there is none. One audit row
 * for all that were made. A series whose asset is not there yet is made without one, and linked
 * when it appears (series_link). Fails: series.key_invalid, unit.unknown. */
typedef struct series_name {
    oq_str key;
    oq_str asset_code, metric;
    oq_str unit; /* not given: of the class's metric, else "1" */
} series_name;
OQ_CHECKED oq_err *series_resolve(oq_scope *s, const series_name *name, size_t count,
                                  bool may_create, oq_str source, int32_t *ret_no,
                                  size_t *ret_created);

/* The key of a metric of an asset: "P-101.vibration_rms". The last point that has no backslash
 * before it parts the two: points of the metric get one, and so do backslashes, and commas of the
 * code, behind which tags begin. So no two names have one key: a.b and c are "a.b.c", a and b.c are
 * "a.b\.c". */
oq_str series_key(oq_arena *arena, oq_str asset_code, oq_str metric);
/* Whether a text can be a key: 1 to SERIES_KEY_MAX bytes of UTF-8, no control characters, no blank
 * at an end. */
bool series_key_ok(oq_str key);

/* Gives series that were made before their asset to it, with unit, limits and rules of its class
 * where nobody has changed the series since. For imports of assets, and the job series.link. */
OQ_CHECKED oq_err *series_link(oq_scope *s, size_t *ret_linked);
extern const job_kind series_job_kinds[]; /* series.link */

/* What a process remembers of series for its senders (ingest) is dropped after a change; numbers
 * never change, limits may lag until the notice arrives. For main/: the channel "optria_series". */
#define SERIES_CHANNEL "optria_series"
void series_use_forget(void (*forget)(oq_uuid tenant_id));

extern const http_route series_routes[]; /* /api/series, /series pages */

#endif
