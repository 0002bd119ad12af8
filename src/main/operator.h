/* main/operator.h
 *
 * What the operator's commands share: which installation they are for, and work there in the name
 * of the command line. */
#ifndef MAIN_OPERATOR_H
#define MAIN_OPERATOR_H

#include "db/pool.h"
#include "db/scope.h"
#include "main/settings.h"

/* Takes what the environment leaves open from OPTRIA_HOME: the keys that were made there, and the
 * addresses of the private database while somebody runs it. So the commands work beside
 * `optria demo` without any setting. */
void operator_complete(oq_arena *arena, settings *s);

/* A pool as the server's login; nothing is connected yet. Fails: config.missing, db.bad_url. */
OQ_CHECKED oq_err *operator_open_pool(const settings *s, db_pool **ret_pool);

/* A unit of work outside any tenant; the audit names `label` as who acted. */
OQ_CHECKED oq_err *operator_open_platform(db_pool *pool, oq_arena *arena, oq_access access,
                                          const char *label, db_platform **ret_platform);

/* Fails: people.tenant_unknown (tenant). */
OQ_CHECKED oq_err *operator_find_tenant(db_pool *pool, oq_arena *arena, oq_str code,
                                        oq_uuid *ret_id);
/* Who works in a tenant from the command line. */
oq_actor operator_actor(void);

/* The address for work on the schema: OPTRIA_DB_OWNER_URL, else OPTRIA_DB_URL. Fails:
 * config.missing. */
OQ_CHECKED oq_err *operator_owner_url(const settings *s, oq_str *ret_url);

#endif
