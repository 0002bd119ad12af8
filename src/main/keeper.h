/* main/keeper.h
 *
 * Children that must run as long as we do. One that ends is started again, the sooner the longer it
 * had lived: 0.2 s after a first death, doubling to 30 s while it keeps dying, and from the
 * beginning once it has lived for a minute. The caller turns the wheel (keeper_look) from a loop
 * around process_wait_stop, which wakes when a child ends. */
#ifndef MAIN_KEEPER_H
#define MAIN_KEEPER_H

#include "main/process.h"

enum {
    KEEPER_PAUSE_FIRST_MS = 200,
    KEEPER_PAUSE_MAX_MS = 30000,
    KEEPER_WELL_S = 60, /* lived so long: earlier deaths are forgotten */
};

typedef struct kept {
    const char *name;        /* in the log: "serve" */
    const char *const *argv; /* with the environment of this process at each start */
    int out;                 /* its stdout; 0: ours */

    pid_t pid;        /* 0: does not run */
    oq_us started_at; /* of the latest start; oq_monotonic */
    oq_us due_at;     /* while it does not run: of the next start */
    int deaths;       /* in a row */
    int wait_status;  /* of the latest death */
} kept;

/* Starts it now. Fails: process.not_started. */
OQ_CHECKED oq_err *keeper_start(kept *child);

/* Notes who died, starts who is due; logs both. Gives the milliseconds until it should be called
 * again at the latest. */
int keeper_look(kept *children, size_t count);

/* Asks all to stop (SIGTERM) and waits; who still runs after `limit_s` is killed, and the log says
 * so. */
void keeper_stop(kept *children, size_t count, int limit_s);

/* How long to wait after so many deaths in a row. */
int keeper_pause_ms(int deaths);

#endif
