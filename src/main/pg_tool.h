/* main/pg_tool.h
 *
 * PostgreSQL's own programs (pg_dump, pg_restore): found by the server's version, told the address
 * through the environment, so that no secret stands on a command line. */
#ifndef MAIN_PG_TOOL_H
#define MAIN_PG_TOOL_H

#include "base/base.h"

/* Where Debian has them: <root>/15/bin/pg_dump. */
#define PG_TOOL_ROOT "/usr/lib/postgresql"

/* The path of a program of this major version, or of the next newer one: they know older servers.
 * Fails: backup.no_tool (tool, version). */
OQ_CHECKED oq_err *pg_tool_find(oq_arena *arena, const char *root, const char *tool,
                                int64_t version, const char **ret_path);

/* Our environment without our own secrets and with the address; ends with NULL. Fails: db.bad_url,
 * db.untellable. */
OQ_CHECKED oq_err *pg_tool_environment(oq_arena *arena, oq_str url, const char *const **ret_env);

#endif
