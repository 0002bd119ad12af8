/* db/sql_token.h
 *
 * SQL as PostgreSQL splits it into words, strings and signs, so that whoever looks for a word never
 * finds it in a comment or a string. Private to db/. */
#ifndef DB_SQL_TOKEN_H
#define DB_SQL_TOKEN_H

#include "base/str.h"

typedef enum sql_kind {
    SQL_END,
    SQL_WORD,   /* keyword or name, as written */
    SQL_QUOTED, /* "name" */
    SQL_STRING, /* 'text' or $$text$$; without its quotes, otherwise as written */
    SQL_SIGN,   /* one character, or a number */
} sql_kind;

typedef struct sql_token {
    sql_kind kind;
    oq_str text;
    int line;
} sql_token;

typedef struct sql_reader {
    oq_str rest;
    int line; /* of what comes next */
} sql_reader;

/* The next token; what is never closed reaches to the end. */
sql_token sql_next(sql_reader *reader);

/* The keyword, in any case. */
bool sql_is(const sql_token *token, const char *word);

#endif
