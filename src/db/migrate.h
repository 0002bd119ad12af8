/* db/migrate.h
 *
 * The schema only grows: numbered files, run once each, in order, in one transaction each, under
 * an advisory lock so that two starts do not race. The table schema_migrations holds number, name,
 * checksum and time; a file changed after it ran is an error (migrate.changed). tools/check_sql
 * and the runner both refuse destructive SQL (migrate.destructive, facts: file, line, what). */
#ifndef DB_MIGRATE_H
#define DB_MIGRATE_H

#include "base/base.h"

typedef struct db_migration {
    int number;
    const char *name; /* "0001_tenants.sql" */
    oq_str sql;
} db_migration;

/* The files built into the program; ends with a zero number. */
extern const db_migration db_migrations[];

typedef struct db_migrate_report {
    int done_before, done_now, pending;
    int last;             /* number of the newest that is applied */
} db_migrate_report;

/* Connects with `url` (the owner's login). `dry_run` runs each pending file and rolls it back.
 * `say` is called with each file's name before it runs; may be NULL. */
OQ_CHECKED oq_err *db_migrate(oq_arena *arena, oq_str url, const db_migration *migrations,
                              bool dry_run, void (*say)(void *self, const char *name), void *self,
                              db_migrate_report *ret_report);

/* NULL, or what in `sql` would destroy data: DROP TABLE/COLUMN/SCHEMA/..., TRUNCATE, CASCADE,
 * DELETE or UPDATE of rows without WHERE, ALTER COLUMN TYPE, RENAME, SET NOT NULL on an existing
 * column, ADD COLUMN NOT NULL without DEFAULT. Comments and string literals do not count. */
OQ_CHECKED oq_err *db_migration_check(const char *file, oq_str sql);

#endif
