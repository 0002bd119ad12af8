/* main/dump.h
 *
 * All of the program's data in one file, by pg_dump, and back into an empty database, by
 * pg_restore.
 *
 * Both hold what they promise against a second count. A backup: the rows of each table, counted in
 * the very snapshot that is dumped, must be in the file. A restored database: it must hold what the
 * file holds. A difference fails loudly, and so does a login that does not see all rows
 * (db/transfer.h).
 *
 * The file is complete or not there: it is written beside its place as FILE.part, read back, pushed
 * to the disk and then renamed. Restoring happens in one transaction. What the master key has
 * sealed (second factors, one-time views) is in the file in its sealed form; the key is not. */
#ifndef MAIN_DUMP_H
#define MAIN_DUMP_H

#include "base/base.h"

typedef struct dump_report {
    int64_t tables, rows, bytes;
    int64_t schema; /* number of the newest migration in it */
    int64_t took_ms;
} dump_report;
extern const oq_field dump_report_fields[];

typedef struct dump_options {
    oq_str url; /* of a login that sees all rows */
    const char *file;
    bool overwrite;    /* a file that is there already; backups only */
    const char *tools; /* PG_TOOL_ROOT but for tests */
} dump_options;

/* Call with process_catch_stop called: asked to stop, both end with backup.stopped and leave
 * nothing behind.
 *
 * Fails: backup.exists (file), when not `overwrite`; backup.file (file, reason);
 * backup.in_progress (file); backup.nothing (no schema there); backup.no_tool (tool, version);
 * backup.tool_failed (tool, reason); backup.rows_differ (table, in_database, in_file); those of
 * db_census_open. */
OQ_CHECKED oq_err *dump_write(oq_arena *arena, const dump_options *options,
                              dump_report *ret_report);

/* Fails: backup.file; restore.unreadable (file, reason): no dump, or not all of one;
 * restore.not_ours (file); restore.newer (has, wants): made by a newer program;
 * backup.tool_failed, and nothing has happened; restore.rows_differ (table, in_file, in_database);
 * those of db_vacancy_open and db_census_open. */
OQ_CHECKED oq_err *dump_restore(oq_arena *arena, const dump_options *options,
                                dump_report *ret_report);

#endif
