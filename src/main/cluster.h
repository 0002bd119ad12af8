/* main/cluster.h
 *
 * A private PostgreSQL: a cluster in a folder of ours, for the demo, for development and for the
 * tests. It listens on a unix socket alone, and whoever may enter the socket's folder (its owner
 * and root) may connect; there are no passwords. It lives and dies with this program: stopped
 * cleanly by cluster_stop, and by the kernel's death signal when this program is killed.
 *
 * In the folder:
 *     data/      the cluster       server.log  what PostgreSQL says (server.log.1: the one before)
 *     run/       its socket        lock        held while a server runs, with our process id
 *
 * PostgreSQL refuses to run as root. Started as root it runs under the account that owns the data
 * already, else `postgres`, else `nobody`; and when that account cannot reach the folder (a
 * checkout below /root) the cluster stands in /var/tmp/optria-<hash> and the folder is a link to
 * it, which the log says.
 *
 * Killed at any moment, machine or process, it starts again: half-made clusters are made anew,
 * leftovers of a dead server are cleared, and PostgreSQL recovers what was committed. */
#ifndef MAIN_CLUSTER_H
#define MAIN_CLUSTER_H

#include "base/base.h"

typedef struct cluster cluster;

typedef struct cluster_options {
    oq_str folder;     /* made when missing; its parents too. Not looked at when temporary */
    bool is_temporary; /* a folder of its own below $TMPDIR or /tmp, without fsync, and gone
                          afterwards: for tests */
    bool is_durable;   /* of a temporary one: with fsync all the same, for measurements of what a
                          commit costs */
    int tcp_port;      /* of a temporary one: listens on 127.0.0.1 as well, for measurements
                          beside programs that speak TCP alone; 0: does not */
} cluster_options;

/* Starts the cluster, making it first when there is none; ready for connections on success.
 * Call before threads are made. When the caller is asked to stop meanwhile (process_catch_stop),
 * it ends with cluster.stopped. Fails: cluster.no_server (facts: wanted, root),
 * cluster.no_account, cluster.in_use (folder, pid), cluster.still_stopping (folder),
 * cluster.wrong_owner (folder, owner), cluster.folder (folder, reason), cluster.disk_full (folder,
 * free_mb), cluster.init_failed and cluster.start_failed (log, reason), process.not_started. */
OQ_CHECKED oq_err *cluster_open(const cluster_options *options, cluster **ret_cluster);

/* Where the cluster really stands, and who else may read this. */
oq_str cluster_folder(const cluster *c);
oq_str cluster_log(const cluster *c);

/* Addresses, as libpq reads them: the server's login, which owns nothing; the login that owns the
 * schema (migrations); the cluster's superuser (tests, doctor). */
oq_str cluster_server_url(const cluster *c);
oq_str cluster_owner_url(const cluster *c);
oq_str cluster_admin_url(const cluster *c);

/* The addresses of the cluster in this folder while somebody else runs it; false: nobody does, or
 * this account may not reach it. */
typedef struct cluster_addresses {
    oq_str server, owner;
} cluster_addresses;
bool cluster_find_running(oq_arena *arena, oq_str folder, cluster_addresses *ret_addresses);

/* False once PostgreSQL has ended without being asked to. */
bool cluster_is_running(cluster *c);

/* Ends sessions, writes a checkpoint, stops. Fails: cluster.killed, when PostgreSQL did not stop
 * in a minute and had to be killed (nothing committed is lost). The cluster is closed either way;
 * accepts NULL. */
OQ_CHECKED oq_err *cluster_stop(cluster *c);

#endif
