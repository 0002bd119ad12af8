/* ops/health.h
 *
 * Whether the program can do its work, part by part. Modules put their parts on the list at start;
 * /health/ready asks each and names what is wrong. A part that is
 * vital makes the whole "down" (503); another makes it "degraded" (200): the program serves, and a
 * person should look. Reasons are codes with sentences, never addresses or secrets: the page is
 * public. */
#ifndef OPS_HEALTH_H
#define OPS_HEALTH_H

#include "base/base.h"
#include "db/pool.h"
#include "http/route.h"

typedef struct health_part {
    const char *name; /* "database" */
    bool is_vital;
    /* NULL: well. May take a second at most. */
    oq_err *(*check)(void *self, oq_arena *arena);
    void *self;
} health_part;

enum { HEALTH_PARTS_MAX = 32 };

/* At start, before the server opens. */
void health_add(const health_part *part);

typedef struct health_finding {
    oq_str name, status; /* "ok", "degraded", "down" */
    oq_str reason;       /* code; not given: well */
    oq_str sentence;     /* in English */
    int64_t took_us;
} health_finding;
extern const oq_field health_finding_fields[];
typedef struct health_report {
    const char *status;
    health_finding part[HEALTH_PARTS_MAX];
    size_t count;
} health_report;

/* Asks all parts. Texts are in the arena. */
void health_ask(oq_arena *arena, health_report *ret_report);

/* The parts of the house itself. */
void health_add_database(db_pool *pool); /* answers a round trip */
void health_add_schema(db_pool *pool);   /* no migration is waiting, none is newer than we are */
void health_add_queue(db_pool *pool);    /* a worker is alive (not vital) */
void health_add_notices(bool (*is_connected)(void *self), void *self); /* LISTEN (not vital) */

/* The same questions, for doctor; `pool` is a db_pool. */
OQ_CHECKED oq_err *health_check_schema(void *pool, oq_arena *arena);
OQ_CHECKED oq_err *health_check_queue(void *pool, oq_arena *arena);

extern const http_route health_routes[]; /* /health/live, /health/ready, /metrics */

#endif
