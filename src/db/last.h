/* db/last.h
 *
 * What a unit of work does last, in its own transaction and just before its commit: statements that
 * take a row which others wait for. For the queue (job/last.c), which is the only one that may be
 * last. */
#ifndef DB_LAST_H
#define DB_LAST_H

#include "db/scope.h"

typedef struct db_last {
    oq_err *(*call)(oq_scope *s, void *arg); /* as part of oq_scope_commit, which fails with it */
    void (*drop)(void *arg);                 /* when the unit of work ends, however it does */
    void *arg;                               /* on the heap: the arena may be rewound under us */
} db_last;

/* The scope's own, for the caller to fill. NULL inside a platform's unit of work, which goes from
 * tenant to tenant: there it is done at once. */
db_last *oq_scope_last(oq_scope *s);

#endif
