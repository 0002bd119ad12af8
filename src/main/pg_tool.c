#include "main/pg_tool.h"

#include <unistd.h>

#include "db/transfer.h"

#include "base/banned.h"

extern char **environ;

enum { NEWER_MAX = 20 };

oq_err *pg_tool_find(oq_arena *arena, const char *root, const char *tool, int64_t version,
                     const char **ret_path)
{
    for (int64_t v = version; v < version + NEWER_MAX; v++) {
        const char *path = oq_strf(arena, "%s/%lld/bin/%s", root, (long long)v, tool).ptr;
        if (access(path, X_OK) == 0) {
            *ret_path = path;
            return NULL;
        }
    }
    return oq_fail(OQ_UNAVAILABLE, "backup.no_tool", "tool=%s version=%lld", tool,
                   (long long)version);
}

static bool is_ours(oq_str variable)
{
    return oq_str_starts(variable, OQ_STR("OPTRIA_")) || oq_str_starts(variable, OQ_STR("JWT_"));
}

/* The part before '=', with it. */
static oq_str name_of(oq_str variable)
{
    size_t equals = oq_str_find_char(variable, '=');
    return oq_str_sub(variable, 0, equals == SIZE_MAX ? SIZE_MAX : equals + 1);
}

static bool is_given(oq_strs variables, oq_str name)
{
    for (size_t i = 0; i < variables.count; i++)
        if (oq_str_starts(variables.at[i], name))
            return true;
    return false;
}

oq_err *pg_tool_environment(oq_arena *arena, oq_str url, const char *const **ret_env)
{
    oq_strs address;
    OQ_TRY(db_address_variables(arena, url, &address));
    size_t size = address.count + 3, count = 0;
    for (char **e = environ; *e; e++)
        size++;
    const char **env = oq_new_n(arena, const char *, size);
    for (char **e = environ; *e; e++) {
        oq_str variable = oq_cstr(*e), name = name_of(variable);
        if (!is_ours(variable) && !is_given(address, name) && !oq_str_eq(name, OQ_STR("LC_ALL=")) &&
            !oq_str_eq(name, OQ_STR("PGAPPNAME=")))
            env[count++] = *e;
    }
    for (size_t i = 0; i < address.count; i++)
        env[count++] = oq_str_c(arena, address.at[i]);
    env[count++] = "LC_ALL=C.UTF-8"; /* its messages end in our log */
    env[count++] = "PGAPPNAME=optria backup";
    *ret_env = env;
    return NULL;
}
