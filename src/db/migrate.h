/* db/migrate.h
 *
 * The schema only grows: numbered files, run once each, in order, in one transaction each, under
 * an advisory lock so that two starts do not race. The table schema_migrations holds number, name,
 * checksum and time. A file that was changed after it ran is an error (migrate.changed), and so is
 * a new one that stands before one that ran (migrate.out_of_order); a database that is ahead of the
 * program is not, for what it has more does no harm. Destructive SQL is refused, here and by a test
 * over all files. */
#ifndef DB_MIGRATE_H
#define DB_MIGRATE_H

#include "base/base.h"

typedef struct db_migration {
    int number;
    const char *name; /* "0001_platform.sql" */
    oq_str sql;
} db_migration;

/* The files built into the program, in order; ends with a zero number. */
const db_migration *db_migrations(void);

/* The number of the last of them. */
int db_migration_newest(void);

typedef struct db_migrate_report {
    int done_before, done_now;
    int pending; /* how many a dry run has tried */
    int last;    /* number of the newest that is applied */
} db_migrate_report;

/* Connects with `url` (the owner's login). `dry_run` runs the pending files in one transaction, one
 * on top of the other, and rolls it back. `say` is called with each file's name before it runs; may
 * be NULL.
 * Fails: the pool's errors of connecting; migrate.locked (another start is at it for minutes);
 * migrate.changed (file), migrate.missing (number), migrate.out_of_order (file, last);
 * migrate.destructive, migrate.not_allowed (file, line, what); migrate.failed (file, line). What
 * ran before the failed file stays. */
OQ_CHECKED oq_err *db_migrate(oq_arena *arena, oq_str url, const db_migration *migrations,
                              bool dry_run, void (*say)(void *self, const char *name), void *self,
                              db_migrate_report *ret_report);

/* NULL when `sql` can neither destroy data nor open a wall. Refused:
 *     migrate.destructive (file, line, what)
 *         DROP of anything that holds data (dropping policies, triggers, functions, indexes, views,
 *         constraints, defaults is allowed); TRUNCATE; CASCADE, but for ON DELETE and ON UPDATE;
 *         DELETE and UPDATE without WHERE; ALTER COLUMN TYPE; RENAME; SET SCHEMA; SET NOT NULL and
 *         ADD COLUMN NOT NULL without DEFAULT on a table that this file did not create; DETACH;
 *         DISABLE and NO FORCE of row-level security; BYPASSRLS and SUPERUSER
 *     migrate.not_allowed (file, line, what)
 *         what cannot run in a transaction, ends it (COMMIT), hides what it does (EXECUTE, CALL)
 *         or makes a database or schema of its own
 *
 * Comments and strings do not count, nor do bodies of functions; the body of a DO block does, and
 * the texts that it executes. */
OQ_CHECKED oq_err *db_migration_check(const char *file, oq_str sql);

#endif
