/* db/inspect.h
 *
 * What an operator wants to know of a database before trusting it: its version, who we are there,
 * and whether the walls between tenants stand. For `optria doctor`. */
#ifndef DB_INSPECT_H
#define DB_INSPECT_H

#include "base/base.h"

typedef struct db_inspection {
    oq_str database, version; /* "15.8 (Debian ...)" */
    oq_str encoding;          /* "UTF8" */
    bool has_time_zones;      /* Asia/Riyadh is known */

    oq_str login;
    bool is_superuser, bypasses_rls, owns_tables; /* the login: none of it should be so */
    bool is_app, is_platform;                     /* it may become optria_app, optria_platform */
    oq_str strong_roles;    /* of these two, those that walk around policies, are owners of tables
                               or may act as one; "": none */
    oq_str open_tables;     /* without forced row-level security, or without a policy; "": none.
                               schema_migrations has none on purpose */
    bool reads_all;         /* the login sees all rows, or may become a role that does: it can
                               make a backup (db/transfer.h) */
    int64_t server_version; /* major */

    oq_us skew;       /* its clock less ours */
    oq_us round_trip; /* of the question: the skew is known to half of it */
} db_inspection;

/* As the login itself, in no role of ours. Fails: the pool's errors of connecting. */
OQ_CHECKED oq_err *db_inspect(oq_arena *arena, oq_str url, db_inspection *ret_inspection);

#endif
