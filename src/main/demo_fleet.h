/* main/demo_fleet.h
 *
 * A recorded fleet as one more tenant of the demo (fleet/fleet.h), with people of its own. */
#ifndef MAIN_DEMO_FLEET_H
#define MAIN_DEMO_FLEET_H

#include "db/pool.h"
#include "fleet/fleet.h"
#include "main/demo_seed.h"

#define DEMO_FLEET_TENANT "FLEET_DEMO"
extern const demo_account demo_fleet_accounts[]; /* ends with a NULL email */

typedef struct demo_fleet_order {
    oq_str db_url;
    oq_str password;
    bool overwrite; /* passwords of accounts that are there */
    void *self;
    oq_err *(*say)(void *self, fleet_stage stage, oq_us at, double share); /* as fleet_order's */
} demo_fleet_order;

/* Makes what is missing, and goes on where an earlier start broke off; `f` NULL: only the passwords
 * of a fleet that is there. Fails: as fleet_run does. */
OQ_CHECKED oq_err *demo_fleet(oq_arena *arena, const fleet *f, const demo_fleet_order *order);

#endif
