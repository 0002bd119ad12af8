/* Kinds of jobs that do what the queue's tests ask for, and a database to do it in. */
#ifndef INTEGRATION_JOB_KINDS_H
#define INTEGRATION_JOB_KINDS_H

#include <stdatomic.h>

#include "base/test.h"
#include "job/inner.h"
#include "support/testdb.h"

/*  t.effect     leaves one start and one effect behind
 *  t.hang       leaves a start, writes a byte to `job_hangs_at` and never returns
 *  t.away       fails in a way that trying again may help; its on_end writes to `job_told`
 *  t.bad        fails in a way that it cannot help; facts: name=pump
 *  t.loop       reports progress until a checkpoint stops it
 *  t.short      the same, with a limit of one second and two tries
 *  t.deaf       asks for no checkpoint until `job_may_end`
 *  t.meet       two of them must run at once to end
 *  t.tenant     one at a time in a tenant     t.key   one at a time per key
 *  t.routine    like t.effect; a good end is forgotten
 *  t.result     echoes its payload as its result
 *  t.broken_result  has a result that is no JSON
 *  t.minute     each minute in each tenant    t.platform   each hour in the platform's */
extern const job_kind test_kinds[];
extern const job_kind *const test_kind_list[];

extern int job_hangs_at; /* -1: t.hang behaves like t.effect */
extern atomic_bool job_may_end;
extern atomic_int job_met;     /* how many t.meet are running or have run */
extern char job_told[200];     /* ends that t.away was told of: "failed:t.away:key " ... */
extern const char *job_worker; /* name that marks starts and effects */

#define TENANT_A        ((oq_uuid){{0xa}})
#define TENANT_B        ((oq_uuid){{0xb}})
#define TENANT_PLATFORM ((oq_uuid){{0, 0, 0, 0, 0, 0, 0x70, 0, 0x80, 0, 0, 0, 0, 0, 0, 1}})

typedef struct job_fixture {
    testdb *db;
    db_pool *pool;
    oq_arena *arena;
    job_catalog catalog;
    job_queue queue; /* of the worker "w1", lease 60 s */
} job_fixture;

#define JOB_FIXTURE_NOW (INT64_C(1769846400) * OQ_SECOND) /* 2026-01-31T08:00:00Z */

/* For cmocka: *state is a job_fixture. The clock stands still until a test moves it. */
int job_fixture_open(void **state);
int job_fixture_close(void **state);
int job_fixture_reset(void **state);

oq_uuid job_fixture_add(job_fixture *f, oq_uuid tenant, const job_order *order);
oq_uuid job_fixture_add_kind(job_fixture *f, oq_uuid tenant, const char *kind);
void job_fixture_cancel(job_fixture *f, oq_uuid tenant, oq_uuid id);
job *job_fixture_get(job_fixture *f, oq_uuid tenant, oq_uuid id);
int64_t job_fixture_number(job_fixture *f, const char *sql);
/* Polls until the number is `wanted`; fails the test after 30 s. */
void job_fixture_await(job_fixture *f, const char *sql, int64_t wanted);

/* A writing scope; the test commits and closes it. */
oq_scope *job_fixture_scope(job_fixture *f, oq_uuid tenant);
/* A second worker, "w2". */
job_queue job_fixture_other(job_fixture *f);
job_claimed job_fixture_claim(job_fixture *f, const job_queue *q);
/* The try ends with `err`; `wanted`: it was still this worker's. */
void job_fixture_settle(job_fixture *f, const job_queue *q, const job_claimed *c, const oq_err *err,
                        bool wanted);

/* What a worker thread does, once and here: claim, run, settle. False when nothing is claimable. */
bool job_fixture_step(job_fixture *f, const job_queue *q);
oq_us job_fixture_next_at(job_fixture *f, const job_queue *q);

#endif
