/* main/dump_text.h
 *
 * Counts the rows in the text that pg_restore makes of a dump's data:
 *
 *     COPY public.users (tenant_id, id, email) FROM stdin;
 *     one row a line, its own line ends written as \n
 *     \.
 *
 * The text comes in pieces of any size, of which only the beginning of a line is kept. */
#ifndef MAIN_DUMP_TEXT_H
#define MAIN_DUMP_TEXT_H

#include "db/transfer.h"

enum { DUMP_TEXT_HEAD = 1024 }; /* of a line; holds the longest name of a table, quoted */

typedef struct dump_text {
    oq_arena *arena;
    db_table_counts tables; /* in the order of the text */
    int64_t schema;         /* number of the newest migration in schema_migrations; 0: none */

    size_t room;
    char head[DUMP_TEXT_HEAD]; /* of the line that is being read */
    size_t head_len, line_len;
    bool is_inside, is_migrations;
} dump_text;

dump_text dump_text_make(oq_arena *arena);
void dump_text_feed(dump_text *t, oq_str piece);
/* Whether the text ended where one can end: not within a table. */
bool dump_text_is_whole(const dump_text *t);

/* Sorts by name, as db_census_facts are. */
void dump_counts_sort(db_table_counts *counts);
/* The first table (both sorted) whose rows differ, with -1 where it is missing; false: none. */
bool dump_counts_differ(const db_table_counts *a, const db_table_counts *b, oq_str *ret_table,
                        int64_t *ret_a, int64_t *ret_b);
int64_t dump_counts_total(const db_table_counts *counts);

#endif
