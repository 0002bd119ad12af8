/* db/transfer.h
 *
 * The database's side of a backup and of bringing one back: every row of every table counted in one
 * snapshot, an address as PostgreSQL's own programs want it, and a database that is empty and stays
 * so until it is filled.
 *
 * Row policies hide rows from everybody but superusers and roles with BYPASSRLS, also from the
 * owner of the tables, and without a word; a dump made by such a login would miss rows and nobody
 * would notice. So whoever counts or dumps works as a role that may see all, with row_security =
 * off, under which PostgreSQL refuses to answer where a policy would hide something. That role is
 * the login itself where it may, else DB_BACKUP_ROLE, of which the login is a member. */
#ifndef DB_TRANSFER_H
#define DB_TRANSFER_H

#include "base/base.h"

#define DB_BACKUP_ROLE "optria_backup"

typedef struct db_table_count {
    oq_str name; /* with its schema, quoted where needed, as pg_dump writes it: "public.users" */
    int64_t rows;
} db_table_count;
typedef struct db_table_counts {
    db_table_count *at;
    size_t count;
} db_table_counts;

/* The schema that holds all of the program's tables, and the only one that is looked at. */
#define DB_SCHEMA "public"

/* --- counting --------------------------------------------------------------------------------- */

/* An open transaction: as long as it is, the snapshot can be handed to others. */
typedef struct db_census db_census;

typedef struct db_census_facts {
    oq_str snapshot;        /* for pg_dump --snapshot */
    oq_str role;            /* to be taken to see all rows; not given: the login's own rights do */
    int64_t server_version; /* major */
    int64_t schema;         /* number of the newest migration that ran; 0: none */
    db_table_counts tables; /* by name */
} db_census_facts;

/* Fails: the pool's errors of connecting; census.hidden (login): the login sees no more than the
 * policies let it; db.denied: it may not read at all. */
OQ_CHECKED oq_err *db_census_open(oq_arena *arena, oq_str url, db_census **ret_census);
const db_census_facts *db_census_get(const db_census *census);
/* Accepts NULL. */
void db_census_close(db_census *census);

/* --- filling ---------------------------------------------------------------------------------- */

/* A database with nothing in it, kept from being migrated by anybody else meanwhile. */
typedef struct db_vacancy db_vacancy;

/* Also makes the roles that tables grant rights to, where this server does not have them yet.
 * Fails: the pool's errors; restore.not_empty (database, table); restore.busy (database);
 * restore.in_use (database, sessions): servers or workers of ours are connected. */
OQ_CHECKED oq_err *db_vacancy_open(oq_arena *arena, oq_str url, db_vacancy **ret_vacancy);
int64_t db_vacancy_server_version(const db_vacancy *v); /* major */
/* Accepts NULL. */
void db_vacancy_close(db_vacancy *v);

/* --- addresses -------------------------------------------------------------------------------- */

/* The parts of an address as environment variables ("PGHOST=db", "PGPASSWORD=..."), which
 * PostgreSQL's programs read: nothing of it has to stand on a command line. Fails: db.bad_url;
 * db.untellable (part): a part that has no variable and matters. */
OQ_CHECKED oq_err *db_address_variables(oq_arena *arena, oq_str url, oq_strs *ret_variables);

#endif
