/* historian/fresh_decoded.h
 *
 * All samples of a batch, decoded, with the runs of its series found by bisection: for batches that
 * many questions need. For fresh.c alone. */
#ifndef HISTORIAN_FRESH_DECODED_H
#define HISTORIAN_FRESH_DECODED_H

#include "quant/batch.h"

typedef struct fresh_decoded {
    size_t bytes; /* of memory, this struct among them */
    size_t runs;
    int32_t *no;    /* in rising order */
    uint32_t *from; /* where its samples begin; one more says where the last ends */
    oq_us *time;
    double *value;
    quality *quality;
} fresh_decoded;

/* What fresh_decoded_make would take. */
size_t fresh_decoded_bytes(const batch *b);
/* One piece of memory, for free(). NULL: the batch cannot be decoded. */
fresh_decoded *fresh_decoded_make(const batch *b);
/* The place of the series' run, or SIZE_MAX. */
size_t fresh_decoded_find(const fresh_decoded *d, int32_t no);

#endif
