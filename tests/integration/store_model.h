/* integration/store_model.h
 *
 * What the record of some series must hold, kept as plainly as possible: of each moment all its
 * versions, in the order in which they were written. And the tables, held against it. */
#ifndef INTEGRATION_STORE_MODEL_H
#define INTEGRATION_STORE_MODEL_H

#include "historian/fold.h"
#include "historian/store.h"
#include "quant/batch.h"
#include "support/house.h"

typedef struct model_version {
    double value;
    quality quality;
    oq_us known, until; /* until it was replaced or deleted; INT64_MAX: it stands */
} model_version;

typedef struct model_moment {
    oq_us time;
    model_version *version;
    size_t count;
} model_moment;

typedef struct model_series {
    model_moment *moment; /* in the order of time */
    size_t count, room;
} model_series;

typedef struct model {
    model_series *series; /* by number, from 1 on */
    int32_t no_max;
} model;

void model_make(int32_t no_max, model *ret_model);
void model_drop(model *m);
void model_write(model *m, int32_t no, oq_us time, double value, quality q, oq_us known);
/* What stands in [from, to) is gone. */
void model_remove(model *m, int32_t no, oq_us from, oq_us to, oq_us at);
/* `with` stands in [from, to) instead; what is the same in both stays. */
void model_replace(model *m, int32_t no, oq_us from, oq_us to, const samples *with, oq_us at);
/* As if nothing before `cutoff` had ever been. */
void model_forget(model *m, int32_t no, oq_us cutoff);
/* The version that stands; NULL: none. */
const model_version *model_stands(const model_moment *moment);

/* Empties the tables of samples, and makes series 1..no_max of tenant A, as they are kept
 * ("exception_deviation = 0.5": assignments of SQL, or NULL). For cmocka's setup, and later. */
void store_reset(house *h, int32_t no_max, const char *kept);
/* hist_write in a unit of work of its own, at the moment `received_at`; and into the model, unless
 * it is NULL. */
void store_write(house *h, model *m, batch_row *row, size_t count, oq_us received_at);
/* hist_fold, transaction after transaction, until nothing waits; sums. */
fold_done store_fold(house *h);
/* All sealed chunks and the growing one hold what the model says, do not overlap, and say the right
 * things about themselves; newest samples and history likewise. The times at which samples became
 * known are compared where `with_known`: they must be whole minutes, since the stored form rounds.
 */
void store_check(house *h, const model *m, bool with_known);
/* What a worker does once: claims a job, runs it, settles it. The code it ended with, or NULL.
 * Fails the test when there is none. */
const char *store_work(house *h);
/* A worker looks, and there is nothing to run. */
void store_idle(house *h);
/* The same for a job of this kind, which is added first. */
const char *store_job(house *h, const char *kind);
/* All of a series, in the house's arena; *ret_chunks: sealed ones. */
samples store_read(house *h, int32_t no, size_t *ret_chunks);

#endif
