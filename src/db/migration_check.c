#include "db/migrate.h"

#include <strings.h>

#include "db/sql_token.h"

#include "base/banned.h"

/* The rules stand in db/migrate.h. What is looked at is one statement at a time, as tokens. A DO
 * block runs at once, so its body is read like SQL, and so are the texts that it EXECUTEs; the body
 * of a function is only stored and is left alone. */

enum { NESTING_MAX = 8 };

typedef struct name_list {
    oq_str name;
    struct name_list *next;
} name_list;

typedef struct check {
    oq_arena *arena;
    const char *file;
    name_list *created; /* tables of this file: empty, so nothing in them can be hurt */
    enum { CHECK_FILE, CHECK_BODY, CHECK_EXECUTED } mode;
    int nesting;
} check;

typedef struct statement {
    const sql_token *at;
    size_t count; /* at[count] is an SQL_END */
} statement;

static oq_err *check_text(check *c, oq_str sql, int first_line);

static oq_err *destructive(const check *c, const sql_token *at, const char *what)
{
    return oq_fail(OQ_INVALID, "migrate.destructive", "file=%s line=%d what=%s", c->file, at->line,
                   what);
}

static oq_err *not_allowed(const check *c, const sql_token *at, const char *what)
{
    return oq_fail(OQ_INVALID, "migrate.not_allowed", "file=%s line=%d what=%s", c->file, at->line,
                   what);
}

/* "DROP" and the word behind it, for a message. */
static const char *two_words(char out[64], const char *first, const sql_token *second)
{
    oq_str word = oq_str_sub(second->text, 0, 40);
    snprintf(out, 64, "%s%s%.*s", first, first[0] && word.len ? " " : "", OQ_FMT(word));
    return out;
}

static bool is_sign(const sql_token *token, char sign)
{
    return token->kind == SQL_SIGN && token->text.len == 1 && token->text.ptr[0] == sign;
}

static bool is_any(const sql_token *token, const char *const *words)
{
    for (; *words; words++)
        if (sql_is(token, *words))
            return true;
    return false;
}

/* Where the part ends that begins at `from`: at a comma, at the bracket that closes around it, or
 * at the end of the statement. */
static size_t part_end(statement s, size_t from, bool stops_at_comma)
{
    int depth = 0;
    for (size_t i = from; i < s.count; i++) {
        if (is_sign(&s.at[i], '('))
            depth++;
        else if (is_sign(&s.at[i], ')') && depth-- == 0)
            return i;
        else if (stops_at_comma && depth == 0 && is_sign(&s.at[i], ','))
            return i;
    }
    return s.count;
}

/* Finds `first` (and `second` behind it, unless NULL) outside brackets. */
static bool has_words(statement s, size_t from, size_t end, const char *first, const char *second)
{
    int depth = 0;
    for (size_t i = from; i < end; i++) {
        if (is_sign(&s.at[i], '('))
            depth++;
        else if (is_sign(&s.at[i], ')'))
            depth--;
        else if (depth == 0 && sql_is(&s.at[i], first) &&
                 (!second || (i + 1 < end && sql_is(&s.at[i + 1], second))))
            return true;
    }
    return false;
}

/* --- single rules ------------------------------------------------------------------------------*/

/* What can be made again from what is there. */
static const char *const dropped_harmlessly[] = {
    "policy", "trigger", "function", "procedure", "routine",    "aggregate",    "index",
    "view",   "rule",    "operator", "cast",      "statistics", "materialized", NULL};

static oq_err *check_drop(const check *c, statement s, size_t head)
{
    const sql_token *what = &s.at[head + 1];
    if (is_any(what, dropped_harmlessly))
        return NULL;
    char text[64];
    return destructive(c, &s.at[head], two_words(text, "DROP", what));
}

static oq_err *check_rows(const check *c, statement s, size_t head)
{
    size_t end = part_end(s, head + 1, false);
    if (has_words(s, head + 1, end, "where", NULL))
        return NULL;
    return destructive(c, &s.at[head],
                       sql_is(&s.at[head], "delete") ? "DELETE without WHERE"
                                                     : "UPDATE without WHERE");
}

static bool is_created_here(const check *c, oq_str table)
{
    for (const name_list *n = c->created; n; n = n->next)
        if (oq_str_eq_ascii_nocase(n->name, table))
            return true;
    return false;
}

/* The name behind [IF [NOT] EXISTS] [ONLY]; *at moves behind it. The last word of a.b counts. */
static oq_str take_name(statement s, size_t *at)
{
    static const char *const before[] = {"if", "not", "exists", "only", NULL};
    while (*at < s.count && is_any(&s.at[*at], before))
        (*at)++;
    oq_str name = s.at[*at].text;
    while (*at + 2 < s.count && is_sign(&s.at[*at + 1], '.')) {
        *at += 2;
        name = s.at[*at].text;
    }
    if (*at < s.count)
        (*at)++;
    return name;
}

static oq_err *check_add(const check *c, statement s, size_t at, size_t end, bool is_new)
{
    static const char *const not_columns[] = {"constraint", "primary", "unique", "foreign",
                                              "check",      "exclude", NULL};
    if (is_new || is_any(&s.at[at + 1], not_columns) || !has_words(s, at, end, "not", "null") ||
        has_words(s, at, end, "default", NULL) || has_words(s, at, end, "generated", NULL))
        return NULL;
    return destructive(c, &s.at[at], "ADD COLUMN NOT NULL without DEFAULT");
}

static oq_err *check_alter_column(const check *c, statement s, size_t at, bool is_new)
{
    size_t i = at + 1;
    i += sql_is(&s.at[i], "column"); /* then the column's name */
    if (i + 1 >= s.count)
        return NULL;
    const sql_token *verb = &s.at[i + 1];
    bool is_set = sql_is(verb, "set") && i + 2 < s.count;
    if (sql_is(verb, "type") || (is_set && sql_is(verb + 1, "data")))
        return destructive(c, verb, "ALTER COLUMN TYPE");
    if (is_set && sql_is(verb + 1, "not") && !is_new)
        return destructive(c, verb, "SET NOT NULL");
    return NULL;
}

/* One action of ALTER TABLE. */
static oq_err *check_action(const check *c, statement s, size_t at, size_t end, bool is_new)
{
    const sql_token *verb = &s.at[at];
    if (sql_is(verb, "drop") && !sql_is(&s.at[at + 1], "constraint"))
        return destructive(c, verb, "DROP COLUMN");
    if (sql_is(verb, "add"))
        return check_add(c, s, at, end, is_new);
    if (sql_is(verb, "alter"))
        return check_alter_column(c, s, at, is_new);
    if (sql_is(verb, "disable") || (sql_is(verb, "no") && sql_is(&s.at[at + 1], "force")))
        return destructive(c, verb, sql_is(verb, "no") ? "NO FORCE ROW LEVEL SECURITY" : "DISABLE");
    if (sql_is(verb, "detach"))
        return destructive(c, verb, "DETACH PARTITION");
    return NULL;
}

static oq_err *check_alter(check *c, statement s, size_t head)
{
    static const char *const tables[] = {"table", "foreign", NULL};
    if (has_words(s, head, s.count, "rename", NULL))
        return destructive(c, &s.at[head], "RENAME");
    if (has_words(s, head, s.count, "set", "schema"))
        return destructive(c, &s.at[head], "SET SCHEMA");
    if (!is_any(&s.at[head + 1], tables))
        return NULL;
    size_t at = head + 2;
    bool is_new = is_created_here(c, take_name(s, &at));
    while (at < s.count) {
        size_t end = part_end(s, at, true);
        OQ_TRY(check_action(c, s, at, end, is_new));
        at = end + 1;
    }
    return NULL;
}

static void note_created(check *c, statement s)
{
    size_t at = 1;
    while (at < s.count && at < 4 && !sql_is(&s.at[at], "table"))
        at++;
    if (at >= s.count || !sql_is(&s.at[at++], "table"))
        return;
    name_list *n = oq_new(c->arena, name_list);
    *n = (name_list){.name = take_name(s, &at), .next = c->created};
    c->created = n;
}

/* Words that are wrong wherever they stand. */
static oq_err *check_word(const check *c, statement s, size_t i)
{
    const sql_token *word = &s.at[i];
    if (sql_is(word, "cascade")) {
        bool is_reference = i > 1 && sql_is(&s.at[i - 2], "on");
        return is_reference ? NULL : destructive(c, word, "CASCADE");
    }
    if (sql_is(word, "bypassrls") || sql_is(word, "superuser"))
        return destructive(c, word, "a role that walks around the tenant walls");
    if (sql_is(word, "concurrently"))
        return not_allowed(c, word, "CONCURRENTLY");
    return NULL;
}

/* --- statements --------------------------------------------------------------------------------*/

static oq_err *check_do(check *c, statement s)
{
    for (size_t i = 0; i < s.count; i++) {
        if (s.at[i].kind != SQL_STRING || c->nesting >= NESTING_MAX)
            continue;
        check inner = *c;
        inner.mode = CHECK_BODY;
        inner.nesting++;
        OQ_TRY(check_text(&inner, s.at[i].text, s.at[i].line));
    }
    return NULL;
}

static oq_err *check_executed(check *c, statement s)
{
    bool is_executed = false;
    for (size_t i = 0; i < s.count; i++) {
        is_executed |= sql_is(&s.at[i], "execute");
        if (!is_executed || s.at[i].kind != SQL_STRING || c->nesting >= NESTING_MAX)
            continue;
        check inner = *c;
        inner.mode = CHECK_EXECUTED;
        inner.nesting++;
        OQ_TRY(check_text(&inner, s.at[i].text, s.at[i].line));
    }
    return NULL;
}

/* A command stands at the start, in WITH x AS ( ... ), behind THEN of a MERGE, or behind the words
 * that begin a branch in the body of a DO. */
static bool is_head(const check *c, statement s, size_t i)
{
    static const char *const before[] = {"begin", "then", "else", "loop", NULL};
    if (i == 0 || sql_is(&s.at[i - 1], "then"))
        return true;
    if (is_sign(&s.at[i - 1], '('))
        return i > 1 && (sql_is(&s.at[i - 2], "as") || sql_is(&s.at[i - 2], "materialized"));
    return c->mode == CHECK_BODY && is_any(&s.at[i - 1], before);
}

static oq_err *check_head(check *c, statement s, size_t i)
{
    const sql_token *head = &s.at[i];
    if (sql_is(head, "drop"))
        return check_drop(c, s, i);
    if (sql_is(head, "delete") || sql_is(head, "update"))
        return check_rows(c, s, i);
    if (sql_is(head, "truncate"))
        return destructive(c, head, "TRUNCATE");
    if (sql_is(head, "alter"))
        return check_alter(c, s, i);
    return NULL;
}

/* What a migration is made of; anything else (COMMIT, COPY, VACUUM, EXPLAIN ANALYZE ...) either
 * cannot run inside its transaction or hides what it does. */
static oq_err *check_is_allowed(const check *c, statement s)
{
    static const char *const allowed[] = {"create", "alter",   "drop",   "comment", "grant",
                                          "revoke", "insert",  "update", "delete",  "truncate",
                                          "select", "with",    "do",     "set",     "reset",
                                          "lock",   "analyze", "merge",  NULL};
    static const char *const never_created[] = {"database", "schema", "tablespace", NULL};
    bool creates = sql_is(&s.at[0], "create");
    if (is_any(&s.at[0], allowed) && !(creates && is_any(&s.at[1], never_created)))
        return NULL;
    char text[64];
    return not_allowed(c, &s.at[0], two_words(text, creates ? "CREATE" : "", &s.at[creates]));
}

static oq_err *check_statement(check *c, statement s)
{
    if (c->mode == CHECK_FILE)
        OQ_TRY(check_is_allowed(c, s));
    for (size_t i = 0; i < s.count; i++) {
        OQ_TRY(check_word(c, s, i));
        if (is_head(c, s, i))
            OQ_TRY(check_head(c, s, i));
    }
    if (sql_is(&s.at[0], "create"))
        note_created(c, s);
    if (c->mode == CHECK_BODY)
        return check_executed(c, s);
    return sql_is(&s.at[0], "do") ? check_do(c, s) : NULL;
}

/* Gathers the tokens of one statement. */
static statement take_statement(check *c, sql_reader *reader)
{
    size_t size = 64, count = 0;
    sql_token *at = oq_new_n(c->arena, sql_token, size);
    for (;;) {
        sql_token token = sql_next(reader);
        bool is_end = token.kind == SQL_END || is_sign(&token, ';');
        /* Rules look one token ahead, so an end stands behind the last. */
        if (count + 2 > size) {
            sql_token *grown = oq_new_n(c->arena, sql_token, size * 2);
            memcpy(grown, at, count * sizeof *at);
            at = grown;
            size *= 2;
        }
        if (is_end) {
            at[count] = (sql_token){.kind = SQL_END, .line = token.line};
            return (statement){at, count};
        }
        at[count++] = token;
    }
}

static oq_err *check_text(check *c, oq_str sql, int first_line)
{
    sql_reader reader = {.rest = sql, .line = first_line};
    while (reader.rest.len > 0) {
        statement s = take_statement(c, &reader);
        if (s.count > 0)
            OQ_TRY(check_statement(c, s));
    }
    return NULL;
}

oq_err *db_migration_check(const char *file, oq_str sql)
{
    check c = {.arena = oq_arena_open(0), .file = file, .mode = CHECK_FILE};
    oq_err *err = check_text(&c, sql, 1);
    oq_arena_close(c.arena);
    return err;
}
