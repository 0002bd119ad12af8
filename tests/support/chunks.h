/* support/chunks.h
 *
 * Folded samples put straight into the tables, as the fold would leave them: for tests and
 * measurements of what reads them. */
#ifndef SUPPORT_CHUNKS_H
#define SUPPORT_CHUNKS_H

#include "quant/aggregate.h"
#include "support/testdb.h"

typedef struct chunks_order {
    oq_uuid tenant_id;
    int32_t no;
    aggregate_rule rule;
    size_t bytes_max; /* of a chunk; 0: CHUNK_BYTES_MAX */
    bool all_full;    /* the last one too: none is growing */
} chunks_order;
/* Samples in the order of time, without an older record of the series. `known` NULL: known at their
 * time. */
void chunks_put(testdb *db, const chunks_order *order, const samples *s);

/* A signal of the tenant; gives its id. */
oq_uuid chunks_series(testdb *db, oq_uuid tenant_id, int32_t no, const char *key,
                      aggregate_rule rule);

#endif
