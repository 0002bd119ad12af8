/* historian/backlog.h
 *
 * How much waits to be folded, and who is asked to wait because of it. Batches are acknowledged
 * when they are committed, and lie in series_batches until a worker folds them; while none does,
 * they would fill the disk, and each question would have to read all of them. So from a limit on
 * doors and imports take nothing more of a tenant, and say so; what was acknowledged stays.
 *
 * Each process asks the database once a second and tenant at most, and counts what it writes in
 * between; so the limit is passed by what comes in within a second. */
#ifndef HISTORIAN_BACKLOG_H
#define HISTORIAN_BACKLOG_H

#include "db/scope.h"

/* Of one tenant: sixteen times what a worker folds in one transaction, and ten times as many
 * batches. */
#define BACKLOG_BYTES_MAX   ((int64_t)1024 * 1024 * 1024)
#define BACKLOG_BATCHES_MAX ((int64_t)100 * 1000)

/* Before samples from outside are looked at. Fails: history.fold_behind (OQ_UNAVAILABLE; facts:
 * megabytes, batches, minutes that the oldest has waited, retry_after_s). */
OQ_CHECKED oq_err *backlog_check(oq_scope *s);
/* The same for who has nobody to send away: waits until there is room, half an hour at most. Not
 * within a unit of work: `open` gives one for each look. */
typedef oq_err *backlog_open(void *self, oq_scope **ret_scope);
OQ_CHECKED oq_err *backlog_wait(backlog_open *open, void *self);

/* From hist_write. */
void backlog_grew(oq_uuid tenant, int64_t batches, int64_t bytes);

/* For the figures of the process: what waits of all tenants that have sent to it within a minute,
 * and how often somebody was asked to wait. */
typedef struct backlog_figures {
    int64_t batches, bytes, refused;
} backlog_figures;
backlog_figures backlog_look(void);

/* For tests: other limits, and nothing is remembered. Zero: as above. */
void backlog_set_max(int64_t batches, int64_t bytes);

#endif
