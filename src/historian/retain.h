/* historian/retain.h
 *
 * How long samples are kept, and how much room that takes. A series has its own retention or the
 * tenant's (days; 0: for ever); the job hist.retain deletes once a day what is older, of the record
 * and of its history, to the moment. */
#ifndef HISTORIAN_RETAIN_H
#define HISTORIAN_RETAIN_H

#include "db/scope.h"
#include "http/route.h"
#include "job/job.h"

/* What a series (or all of the tenant) takes on the database's disk. The figures are about right,
 * not exact: chunks are counted, and measured at the newest ones of each series. */
typedef struct space {
    oq_uuid series_id; /* zero: all */
    oq_str key, name, name_ar;
    int64_t series;         /* how many */
    int64_t samples;        /* as received */
    int64_t bytes;          /* now: payloads, summaries, rows and their index entries */
    double bytes_per_day;   /* as of late; 0: nothing has come for a week */
    int64_t retention_days; /* 0: for ever; of all: not given, they differ */
    double bytes_steady;    /* when retention deletes as much as comes; NaN: kept for ever */
    double bytes_in_a_year;
} space;
extern const oq_field space_fields[];

enum { SPACE_TOP_MAX = 200 };

/* All of the tenant, and the series that take most, at most `top` of them, largest first. */
typedef struct space_report {
    space total;
    space *at;
    size_t count;
} space_report;
OQ_CHECKED oq_err *space_find(oq_scope *s, size_t top, space_report *ret_report);

extern const http_route space_routes[]; /* GET /api/series/space */

#endif
