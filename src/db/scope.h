/* db/scope.h
 *
 * One unit of work: tenant, actor, transaction, arena, clock. No scope, no query; and only the
 * HTTP dispatcher, sign-in, the job runner and commands open one. The tenant is told to the
 * database with the first statement, in the same round trip, and row policies hold every
 * statement to it; `:tenant` in a statement is filled from here and nowhere else.
 *
 * A reading scope needs no transaction: each statement travels with its tenant and a read-only
 * mark in one implicit transaction, so a connection is held only while a statement runs. A
 * writing scope begins with its first statement and ends at oq_scope_commit or _close. */
#ifndef DB_SCOPE_H
#define DB_SCOPE_H

#include "base/base.h"
#include "core/capability.h"
#include "db/pool.h"

typedef struct oq_scope oq_scope;

/* A unit of work outside any tenant: sign-in, the tenants themselves, the queue's turns. Runs as
 * the role optria_platform, whose policies name each table it may touch across tenants. */
typedef struct db_platform db_platform;

typedef enum oq_access { OQ_READ, OQ_WRITE } oq_access;

typedef enum oq_actor_kind { ACTOR_SYSTEM, ACTOR_USER, ACTOR_TOKEN, ACTOR_JOB } oq_actor_kind;
extern const oq_choice actor_kind_choices[];

/* Who acts. Texts live as long as the scope. */
typedef struct oq_actor {
    oq_actor_kind kind;
    oq_uuid id;          /* user, token or job; zero for the system */
    oq_uuid home_tenant; /* the tenant it belongs to; differs from the scope's when a
                            platform owner looks into a tenant */
    oq_str label;        /* e-mail or name, for the audit */
    oq_role role;
    oq_caps caps;
    oq_str address; /* of the peer, or not given */
} oq_actor;

typedef struct oq_scope_options {
    db_pool *pool;
    oq_uuid tenant_id; /* never zero */
    oq_access access;
    oq_actor actor;
    oq_str request_id; /* carried into the log and the audit */
    oq_arena *arena;   /* the caller's; outlives the scope */
    oq_us stands_at;   /* where the record ends, of a tenant that is a record of the past; 0 or
                          OQ_TIME_NONE: its plant lives */
} oq_scope_options;

OQ_CHECKED oq_err *oq_scope_open(const oq_scope_options *options, oq_scope **ret_scope);
/* Ends the transaction. On failure nothing has happened (db.commit_unknown: the answer was lost;
 * the caller must look before it tries again). A reading scope has nothing to commit. */
OQ_CHECKED oq_err *oq_scope_commit(oq_scope *s);
/* Rolls back what was not committed and gives the connection back. Accepts NULL. */
void oq_scope_close(oq_scope *s);

oq_arena *oq_scope_arena(oq_scope *s);
oq_uuid oq_scope_tenant(const oq_scope *s);
const oq_actor *oq_scope_actor(const oq_scope *s);
oq_str oq_scope_request_id(const oq_scope *s);
/* The only clock of domain code: fixed at the first call of the unit of work. Where a record of the
 * past is read, it stands at the record's end; what is written says when it truly was. */
oq_us oq_now(oq_scope *s);
/* What is now in the plant, also where something is written: the record's end, else oq_now. */
oq_us oq_moment(oq_scope *s);

/* Fails with access.forbidden (fact: need). */
OQ_CHECKED oq_err *oq_scope_require(const oq_scope *s, oq_cap cap);

/* Runs `call(arg)` after a successful commit: to wake a queue, to drop a cached session. Not run
 * when the unit of work fails. */
void oq_scope_after_commit(oq_scope *s, void (*call)(void *arg), void *arg);
/* The same with a copy of what `arg` points to, which outlives a rewinding of the arena. */
void oq_scope_after_commit_copy(oq_scope *s, void (*call)(void *arg), const void *arg, size_t size);

/* --- outside any tenant ------------------------------------------------------------------------*/

typedef struct db_platform_options {
    db_pool *pool;
    oq_access access;
    oq_actor actor;
    oq_str request_id;
    oq_arena *arena;
} db_platform_options;

OQ_CHECKED oq_err *db_platform_open(const db_platform_options *options, db_platform **ret_platform);
OQ_CHECKED oq_err *db_platform_commit(db_platform *p);
void db_platform_close(db_platform *p);
oq_arena *db_platform_arena(db_platform *p);
oq_us db_platform_now(db_platform *p);
const oq_actor *db_platform_actor(const db_platform *p);
oq_str db_platform_request_id(const db_platform *p);
void db_platform_after_commit(db_platform *p, void (*call)(void *arg), void *arg);

/* A scope of one tenant inside the same transaction, back in the role optria_app: to seed a new
 * tenant, or to write its audit. It ends with the platform's transaction; do not commit or close
 * it. Asking for another tenant moves on; the earlier scope must not be used any more. Platform
 * statements may be used again after db_platform_leave. */
OQ_CHECKED oq_err *db_platform_enter(db_platform *p, oq_uuid tenant_id, oq_scope **ret_scope);
OQ_CHECKED oq_err *db_platform_leave(db_platform *p);

#endif
