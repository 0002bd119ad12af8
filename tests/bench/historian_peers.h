/* bench/historian_peers.h
 *
 * The databases that the historian is compared with, as Debian packages them: VictoriaMetrics and
 * InfluxDB. What is not installed is said and left out. */
#ifndef BENCH_HISTORIAN_PEERS_H
#define BENCH_HISTORIAN_PEERS_H

#include "support/program.h"

typedef struct peer {
    const char *name; /* NULL: not installed */
    program program;
    oq_str folder; /* its data */
} peer;

peer peer_victoria(oq_arena *arena);
peer peer_influx(oq_arena *arena); /* with a database "bench" */
/* Stops it, and removes its data. */
void peer_end(peer *p);

#endif
