/* historian/correct.h
 *
 * Corrections: a person replaces, marks or deletes a part of a series, with a reason. Audited; done
 * by a job (hist.correct), in slices where the part is long, each a transaction that writes down
 * how far it came. When the job is over without having done it (no try left, cancelled), the
 * correction is failed and says why: it may be ordered anew from `done_to` on, or the job be tried
 * again, which goes on where it stopped. What was there stays readable "as known at"; series
 * calculated from it are computed anew. What is corrected is what the record holds when the job
 * comes to it. */
#ifndef HISTORIAN_CORRECT_H
#define HISTORIAN_CORRECT_H

#include "db/scope.h"
#include "http/route.h"

enum { CORRECTION_LIST_MAX = 500 };

typedef enum correction_kind {
    CORRECT_DELETE = 1,  /* as if they had never been */
    CORRECT_SET,         /* to `value` */
    CORRECT_ADD,         /* `value` to each: an offset; what is bad stays bad */
    CORRECT_MULTIPLY,    /* each by `value`: a scale; likewise */
    CORRECT_INTERPOLATE, /* a line from the good sample before to the one after */
    CORRECT_MARK         /* values stay, quality becomes `quality` */
} correction_kind;
extern const oq_choice correction_kind_choices[];

typedef struct correction {
    oq_uuid id;
    oq_uuid series_id;
    int kind;
    oq_us time_from, time_to;
    double value;
    int64_t quality; /* of mark; what others change gets QUALITY_SUBSTITUTE */
    oq_str reason;
    oq_str status;     /* waiting done failed */
    int64_t samples;   /* touched */
    oq_us done_to;     /* of a long one: everything before is done; OQ_TIME_NONE: nothing is */
    oq_str error_code; /* of one that failed; "correction.cancelled": a person stopped it */
    oq_str error_facts;
    oq_str created_by;
    oq_us created_at, done_at;
} correction;
extern const oq_field correction_fields[];
typedef struct corrections {
    correction *at;
    size_t count;
} corrections;

typedef struct correction_order {
    int kind;
    oq_us from, to;
    double value;
    int64_t quality;
    oq_str reason;
} correction_order;
extern const oq_field correction_order_fields[];
/* Fails: series.not_found, series.is_calculated, span.reversed, correction.value_missing,
 * field.required (a mark without quality). */
OQ_CHECKED oq_err *correction_add(oq_scope *s, oq_uuid series_id, const correction_order *order,
                                  correction **ret_correction);
OQ_CHECKED oq_err *correction_find(oq_scope *s, oq_uuid series_id, size_t limit,
                                   corrections *ret_list);

extern const http_route correction_routes[];

#endif
