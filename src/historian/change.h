/* historian/change.h
 *
 * Changing the record of one series over a stretch of time, by whatever says what is to stand
 * there: the common part of hist_replace, corrections and retention. */
#ifndef HISTORIAN_CHANGE_H
#define HISTORIAN_CHANGE_H

#include "historian/store.h"

typedef struct change_order {
    int32_t no;
    oq_us from, to; /* [from, to) */
    store_make *make;
    void *self;
    const char *reason; /* NULL: what is replaced leaves no history, and nothing is computed anew */
    size_t chunks_max;  /* so many at a time; 0: all */
} change_order;

typedef struct change_done {
    int64_t changed; /* samples new, replaced or gone */
    oq_us resume;    /* everything before this is done; order.to: all */
} change_done;

/* Takes the record's lock; batches are not looked at (hist_fold before). Fails as store_apply. */
OQ_CHECKED oq_err *store_change(oq_scope *s, const change_order *order, change_done *ret_done);

/* Folds what waits of a series, in this transaction. */
OQ_CHECKED oq_err *store_settle(oq_scope *s, int32_t no);

/* A store_make that leaves nothing. */
OQ_CHECKED oq_err *store_make_nothing(void *self, oq_arena *arena, const samples *there, oq_us from,
                                      oq_us to, samples *ret_instead);

#endif
