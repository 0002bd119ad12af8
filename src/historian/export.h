/* historian/export.h
 *
 * Samples as a CSV file of any length, written piece by piece:
 *
 *     long, raw      time,series,unit,value,quality      one series after the other
 *     long, buckets  time,series,unit,mean,...
 *     wide, raw      time,<series [unit]>,...            a row per moment that any series has
 *     wide, buckets  time,<series mean [unit]>,...
 *
 *     export_api.c      the question, the head of the file, piece after piece
 *     export_rows.c     moments and cells; the long raw form
 *     export_wide.c     the wide raw form
 *     export_buckets.c  both forms of buckets */
#ifndef HISTORIAN_EXPORT_H
#define HISTORIAN_EXPORT_H

#include "historian/figure.h"
#include "historian/reading.h"
#include "historian/series_query.h"

typedef enum export_form { EXPORT_LONG = 1, EXPORT_WIDE } export_form;
typedef enum export_times { EXPORT_RFC3339 = 1, EXPORT_SHEET } export_times;

/* Moments of a file in its zone; remembers the zone's offset for a quarter of an hour. */
typedef struct export_clock {
    oq_str zone; /* not given: UTC */
    int form;    /* export_times */
    oq_us from, to, offset;
    moment_writer writer;
} export_clock;
/* Puts "2026-01-31T08:00:00Z", "2026-01-31T11:00:00+03:00", or "2026-01-31 11:00:00". */
enum { EXPORT_MOMENT_MAX = 48 };
size_t export_moment(export_clock *clock, char *out, oq_us at);

typedef struct export_job {
    hist_names names;
    int32_t *no; /* of each */
    hist_span span;
    int form;
    bool all_quality; /* also what is not good */
    export_clock clock;
    oq_str bucket; /* not given: raw */
    bucket_width width;
    oq_str bucket_zone;
    bool asked[FIGURE_END];

    /* How far it is. */
    bool has_head;
    size_t at;     /* series, of the long forms */
    oq_us next;    /* moment */
    oq_us window;  /* of the wide raw form: the span of its next step */
    bool is_begun; /* the series at hand */
} export_job;

/* One step: puts some rows. *ret_done: there are no more. Memory of the scope's arena is given back
 * by the caller. */
OQ_CHECKED oq_err *export_long_step(export_job *e, oq_scope *s, oq_buf *out, bool *ret_done);
OQ_CHECKED oq_err *export_wide_step(export_job *e, oq_scope *s, oq_buf *out, bool *ret_done);
OQ_CHECKED oq_err *export_long_buckets_step(export_job *e, oq_scope *s, oq_buf *out,
                                            bool *ret_done);
OQ_CHECKED oq_err *export_wide_buckets_step(export_job *e, oq_scope *s, oq_buf *out,
                                            bool *ret_done);

/* The cells of series and unit, quoted as they must be, made once for all rows of a series. */
oq_str export_name_cells(oq_arena *arena, const hist_name *name);

#endif
