/* quant/code_runs.h
 *
 * Columns that rarely change: quality, and when samples became known. Each goes on as it was until
 * a run says otherwise, and what goes on costs nothing. The bytes are described in code_runs.c. */
#ifndef QUANT_CODE_RUNS_H
#define QUANT_CODE_RUNS_H

#include "quant/code_bytes.h"
#include "quant/samples.h"

#define RUNS_ROOM(count) ((count)*13 + 16)

/* Whether all are `status` (NULL: all good). */
bool quality_is_all(const quality *q, size_t count, quality status);
/* Writes runs; `*carried` becomes the last one's. */
uint8_t *quality_encode(uint8_t *to, const quality *q, size_t count, quality *carried);
bool quality_decode(byte_reader *in, quality *q, size_t count, quality *carried);

/* How late samples became known: either all by the same lag behind their time, or all in the same
 * minute. Zeroed: at their time. */
typedef struct lateness {
    bool is_minute;
    int64_t minutes; /* of lag; or since 1970 */
} lateness;

/* How many of the samples, from the first on, the lateness holds for. */
size_t lateness_holds(lateness late, const oq_us *time, const oq_us *known, size_t count);
uint8_t *known_encode(uint8_t *to, const oq_us *time, const oq_us *known, size_t count,
                      lateness *carried);
/* `known` NULL: read over. */
bool known_decode(byte_reader *in, const oq_us *time, oq_us *known, size_t count,
                  lateness *carried);
void lateness_fill(lateness late, const oq_us *time, oq_us *known, size_t count);

#endif
