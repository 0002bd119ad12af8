/* The check of migrations: any text as a file, as a quoted text in a file, and as a DO block. */
#include "base/base.h"
#include "db/migrate.h"
#include "db/sql_token.h"

/* Tokens lie inside the text, one behind the other, and their lines never go back. */
static void check_tokens(oq_str sql)
{
    sql_reader reader = {.rest = sql, .line = 1};
    const char *at = sql.ptr;
    for (int line = 1;;) {
        sql_token token = sql_next(&reader);
        if (token.line < line)
            abort();
        line = token.line;
        if (token.kind == SQL_END)
            break;
        if (token.text.ptr < at || token.text.ptr + token.text.len > sql.ptr + sql.len)
            abort();
        at = token.text.ptr + token.text.len;
    }
    if (reader.rest.len != 0)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    oq_arena *arena = oq_arena_open(0);
    oq_str sql = oq_strn((const char *)data, size), tag = OQ_STR("$fuzz$");
    check_tokens(sql);
    oq_ignore(db_migration_check("fuzz.sql", sql), "anything may be wrong with it");

    /* What is quoted is only text; what stands behind it is not. */
    if (oq_str_find(sql, tag) == SIZE_MAX && (size == 0 || sql.ptr[size - 1] != '$')) {
        oq_str quoted = oq_strf(arena, "SELECT $fuzz$%.*s$fuzz$;", OQ_FMT(sql));
        if (memchr(sql.ptr, 0, size) == NULL) {
            if (db_migration_check("fuzz.sql", quoted))
                abort();
            oq_str more = oq_strf(arena, "%.*s\nDROP TABLE a;", OQ_FMT(quoted));
            if (!db_migration_check("fuzz.sql", more))
                abort();
        }
        oq_str block = oq_strf(arena, "DO $fuzz$%.*s$fuzz$;", OQ_FMT(sql));
        oq_ignore(db_migration_check("fuzz.sql", block), "anything may be wrong with it");
    }
    oq_err_reset();
    oq_arena_close(arena);
    return 0;
}
