/* ops/metrics.h
 *
 * Figures of this process in the text exposition format of Prometheus (0.0.4): requests, their
 * times, connections, streams, the pool, memory, samples that wait to be folded. No figure names a
 * tenant, a person or a tag. */
#ifndef OPS_METRICS_H
#define OPS_METRICS_H

#include "base/base.h"
#include "db/pool.h"
#include "http/server.h"

/* Once at start; either may be NULL where the process has none. */
void metrics_watch(http_server *server, db_pool *pool);

void metrics_write(oq_buf *out);

/* Resident memory of this process, in bytes; 0: unknown. */
int64_t metrics_resident_bytes(void);

#endif
