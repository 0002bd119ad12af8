/* support/crash.h
 *
 * Ingest while things die: two clients send batches whose every value is known, and keep sending a
 * batch until it is acknowledged, while the server, a worker that folds, and PostgreSQL are killed
 * (SIGKILL) at random moments and started again. Afterwards the record is read and compared. */
#ifndef SUPPORT_CRASH_H
#define SUPPORT_CRASH_H

#include "base/base.h"

typedef struct crash_report {
    size_t kills;    /* that happened: server, worker, database in turn */
    size_t batches;  /* acknowledged */
    size_t samples;  /* in them */
    size_t repeated; /* batches that were sent again, since no answer came */
    size_t missing;  /* acknowledged samples that are not in the record, or are wrong */
    size_t doubled;  /* samples that are in it more than once */
    size_t stray;    /* samples in it that nobody sent */
    size_t folds;    /* transactions of the fold that were committed */
} crash_report;

/* With a PostgreSQL of its own, with fsync. Ends the program when something cannot be started. */
crash_report crash_run(size_t kills, uint64_t seed);

/* The first call of main(): the folding process is this program once more. Returns where it is
 * not. */
void crash_worker(int argc, char **argv);

#endif
