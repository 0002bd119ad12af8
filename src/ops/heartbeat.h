/* ops/heartbeat.h
 *
 * Each long-lived process says every HEARTBEAT_EVERY_S that it is there (table processes). One that
 * has been silent for HEARTBEAT_DEAD_S is dead, however it died. */
#ifndef OPS_HEARTBEAT_H
#define OPS_HEARTBEAT_H

#include "base/base.h"
#include "db/pool.h"
#include "db/scope.h"

enum { HEARTBEAT_EVERY_S = 5, HEARTBEAT_DEAD_S = 30 };

typedef struct heartbeat heartbeat;

/* Begins to beat, in a thread of its own. `role`: "serve", "work", "collect". While the database
 * is away it goes on trying, in silence: readiness tells of that. */
OQ_CHECKED oq_err *heartbeat_open(db_pool *pool, const char *role, heartbeat **ret_heartbeat);
/* Takes the process off the list. Accepts NULL. */
void heartbeat_close(heartbeat *beat);

/* "host:pid", the name of this process everywhere: list, jobs, log. */
oq_str process_name(void);

typedef struct process_row {
    oq_str name, role, version;
    oq_us started_at, beat_at;
} process_row;
extern const oq_field process_row_fields[];
typedef struct process_list {
    process_row *at;
    size_t count;
} process_list;
/* Those that are alive. */
OQ_CHECKED oq_err *process_find(db_platform *p, process_list *ret_list);

#endif
