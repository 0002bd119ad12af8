/* fleet/fleet.h
 *
 * A real fleet's year as a tenant: files of the shape of azure-pdm (machines, hourly and daily
 * telemetry, errors, replacements, failures) become assets, signals, events, work orders; and the
 * program runs through that year as it would have run then, on a clock that is moved:
 *
 *     each hour      samples to the historian, errors and failures to the black box, replacements
 *                    as orders that are done; a failure opens an incident, which is analysed
 *     each morning   what the workshop found (which component was replaced) confirms the causes of
 *                    the incidents before; from the day of the first fit on, every machine is scored
 *     every two months  from the first fit on, models are fitted anew, to all that was known then
 *     at the end     a plan for the next day, and the backtest of maintenance
 *
 * So nothing looks ahead, and a plan for any past day (optimize_order.as_of) finds the scores of
 * that day. The tenant stands at the record's end (oq_moment): whatever is shown of it is as of
 * then.
 *
 * Running it again goes on where it was: samples and events that are there are not doubled. */
#ifndef FLEET_FLEET_H
#define FLEET_FLEET_H

#include "db/scope.h"
#include "job/job.h"

enum { FLEET_DAYS_MAX = 800 }; /* of a record */

typedef enum fleet_stage {
    FLEET_RECORDS = 1, /* sites, classes, machines */
    FLEET_REPLAY,
    FLEET_FITTING, /* within the replay: models are being fitted */
    FLEET_PLAN,
    FLEET_BACKTEST
} fleet_stage;

typedef struct fleet fleet;

/* Reads and checks the files; no database is needed. Fails, naming file and line, as azure_read
 * does; fleet.no_machines (file), fleet.no_telemetry (file), fleet.too_long (file, max). */
OQ_CHECKED oq_err *fleet_open(oq_arena *arena, const char *folder, fleet **ret_fleet);
oq_us fleet_begins(const fleet *f);
oq_us fleet_ends(const fleet *f); /* where the tenant stands */
size_t fleet_machines(const fleet *f);

typedef struct fleet_order {
    db_pool *pool;
    const job_kind *const *kinds; /* of the whole program */
    oq_uuid tenant_id;            /* it stands at fleet_ends already (tenant_stand) */
    const char *const *crew;      /* e-mail addresses of those who do the work; ends with NULL */
    void *self;
    /* `at`: how far the clock has come; `share` of all the work. An error ends the work. */
    oq_err *(*say)(void *self, fleet_stage stage, oq_us at, double share);
} fleet_order;

/* Whether all of it was done before. */
OQ_CHECKED oq_err *fleet_is_done(oq_scope *s, bool *ret_is);
/* Moves the clock, and gives it back. web_setup must have been called. Fails: as the database
 * does; fleet.job_failed (jobs), the log tells why. */
OQ_CHECKED oq_err *fleet_run(const fleet *f, const fleet_order *order);

#endif
