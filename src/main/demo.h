/* main/demo.h
 *
 * All of OPTRIA IQ on one machine: a database, the demo's tenants and people, a server and a
 * worker, kept running until somebody asks to stop, and ended in order. What it makes stands in
 * OPTRIA_HOME:
 *
 *     pg/              the private PostgreSQL, where OPTRIA_DB_URL names no other
 *     jwt-secret-key   master-key   demo-password    made at the first start where the environment
 *                      does not give them; for this account alone
 *     demo-password.set   a hash of the password that the accounts have
 *     lock             held while a demo runs, with its process id */
#ifndef MAIN_DEMO_H
#define MAIN_DEMO_H

#include "base/base.h"
#include "fleet/fleet.h"
#include "main/settings.h"

typedef struct demo demo;

/* What the demo has besides its own plants. */
typedef struct demo_options {
    const fleet *fleet; /* a recorded one (main/demo_fleet.h); NULL: none */
    void *self;
    oq_err *(*say)(void *self, fleet_stage stage, oq_us at, double share);
} demo_options;

/* Ready for people: the server answers at demo_url, and the first page is there. Call before
 * threads are made, with process_catch_stop called. Fails: demo.stopped, when it was asked to stop
 * meanwhile; home.in_use and those of main/home.h; probe.port_taken; those of main/cluster.h, of
 * migrating and of main/demo_seed.h; demo.child_failed (child, status): it has told why on stderr;
 * demo.not_ready (url, seconds, status). After a failure everything is stopped. */
OQ_CHECKED oq_err *demo_open(oq_arena *arena, const settings *s, const demo_options *options,
                             demo **ret_demo);

oq_str demo_url(const demo *d); /* "http://127.0.0.1:8080" */
/* The accounts' password when it was made here; not given: OPTRIA_DEMO_PASSWORD says it. */
oq_str demo_made_password(const demo *d);
const char *demo_home(const demo *d);

/* Starts again what dies, until somebody asks to stop. */
void demo_keep(demo *d);

/* Server and worker finish what they have, then the database stops. Accepts NULL. Fails:
 * cluster.killed. */
OQ_CHECKED oq_err *demo_close(demo *d);

#endif
