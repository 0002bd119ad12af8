/* main/cluster_place.h
 *
 * Where a private cluster stands and under which account: the questions of main/cluster.c that
 * have to do with folders, accounts and locks, not with PostgreSQL. */
#ifndef MAIN_CLUSTER_PLACE_H
#define MAIN_CLUSTER_PLACE_H

#include "main/process.h"

enum { CLUSTER_VERSION_MIN = 15 };

/* PostgreSQL's own programs. */
typedef struct cluster_server {
    int version;     /* major */
    const char *bin; /* folder */
} cluster_server;

/* The newest server of this machine, or the one of `version` when it is not 0. `roots` is
 * "/usr/lib/postgresql" but for tests. Fails: cluster.no_server. */
OQ_CHECKED oq_err *cluster_find_server(oq_arena *arena, const char *root, int version,
                                       cluster_server *ret_server);

/* The account a cluster with this data folder must run under. Fails: cluster.no_account,
 * cluster.wrong_owner. */
OQ_CHECKED oq_err *cluster_find_user(oq_arena *arena, const char *data, process_user *ret_user);

/* Makes the folder (or finds it made), owned by the account and reachable for it, and gives its
 * real path: `folder` itself, or the place beside it that the head of cluster.h tells of. */
OQ_CHECKED oq_err *cluster_make_folder(oq_arena *arena, oq_str folder, const process_user *user,
                                       const char **ret_folder);

/* A new folder with a name of its own. Left ones of dead programs are swept on the way. */
OQ_CHECKED oq_err *cluster_make_temporary(oq_arena *arena, const process_user *user,
                                          const char **ret_folder);

/* A folder inside, made with mode 0700 and owned by the account. */
OQ_CHECKED oq_err *cluster_make_inner(oq_arena *arena, const char *folder, const char *name,
                                      const process_user *user, const char **ret_path);

/* Takes the lock; the descriptor holds it. PostgreSQL keeps it open as well, so the lock is free
 * only when neither we nor a server run. Waits a little for a server that is just stopping
 * because its program died. Fails: cluster.in_use,
 * cluster.still_stopping. */
OQ_CHECKED oq_err *cluster_take_lock(oq_arena *arena, const char *folder, int *ret_fd);

/* The folder for the socket: run/ in the cluster's folder, or one in /tmp or $XDG_RUNTIME_DIR
 * when that path is too long for a socket's address (107 bytes); run is then a link to it. */
OQ_CHECKED oq_err *cluster_make_socket_folder(oq_arena *arena, const char *folder,
                                              const process_user *user, const char **ret_path);
void cluster_drop_socket_folder(oq_arena *arena, const char *folder, const char *path);

/* Removes a folder and what is in it. Does not follow links. */
void cluster_remove_folder(const char *path);

#endif
