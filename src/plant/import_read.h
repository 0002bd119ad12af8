/* plant/import_read.h: files of records, taken apart into rows of texts; no database. For import.c
 * and tests alone. */
#ifndef PLANT_IMPORT_READ_H
#define PLANT_IMPORT_READ_H

#include "plant/import.h"
#include "plant/record_text.h"

/* One row of a file. */
typedef struct import_source {
    const record_kind *kind;
    int64_t line;
    const oq_pair *pair; /* by the names of columns */
    size_t count;
    oq_err *err; /* the row itself could not be read; or NULL */
} import_source;
typedef struct import_sources {
    import_source *at;
    size_t count, cap;
} import_sources;

/* `kind` NULL: the file is a JSON object of kinds. Fails: plant.import_empty,
 * plant.import_kind_missing, plant.import_kind_unknown (fact: name), plant.import_column_unknown
 * (facts: column, known), plant.import_column_twice (fact: column), plant.import_too_many_rows
 * (fact: max), plant.import_json_malformed (fact: line), and as the CSV reader does where it cannot
 * go on. */
OQ_CHECKED oq_err *import_read(oq_arena *arena, const record_kind *kind, oq_str file,
                               import_sources *ret_sources);

/* The text of a row's cell, without blanks around it; not given: the row has no such column. */
oq_str import_cell(const import_source *source, const char *column);

/* Puts rows of a kind that is a tree so that parents come before their children. */
void import_order(oq_arena *arena, const record_kind *kind, import_source **source,
                  import_row **row, size_t count);

/* Parts of it. */
OQ_CHECKED oq_err *import_read_csv(oq_arena *arena, const record_kind *kind, oq_str file,
                                   import_sources *ret_sources);
OQ_CHECKED oq_err *import_read_json(oq_arena *arena, const record_kind *kind, oq_str file,
                                    import_sources *ret_sources);
OQ_CHECKED oq_err *import_add_source(oq_arena *arena, import_sources *to, import_source row);

#endif
