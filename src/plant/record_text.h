/* plant/record_text.h
 *
 * How a record stands in files and in forms: each member a text, references by the code of the
 * other record ("site": "RUH"), people by their e-mail. What the program gives (ids, versions,
 * approvals) is not there: a file can be carried to another tenant. */
#ifndef PLANT_RECORD_TEXT_H
#define PLANT_RECORD_TEXT_H

#include "base/lang.h"
#include "plant/record_inner.h"

typedef struct record_column {
    const char *name;      /* "code", "site" */
    const oq_field *field; /* "code", "site_id" */
    const record_ref *ref; /* NULL: the member itself */
} record_column;
typedef struct record_columns {
    const record_column *at;
    size_t count;
} record_columns;

record_columns record_columns_of(oq_arena *arena, const record_kind *kind);
/* By its name, or by its label in one of the languages, folded; NULL: there is none. */
const record_column *record_column_find(oq_arena *arena, const record_kind *kind,
                                        record_columns columns, oq_str name);
/* The label of a column: "plant.field.<kind>.<column>", "plant.field.<column>". */
oq_str record_column_label(oq_arena *arena, oq_lang lang, const record_kind *kind,
                           const char *column);

/* The text of a member. Labels of what it refers to were loaded (record_refs_of). */
oq_str record_cell(oq_arena *arena, const record_refs *refs, const record_column *column,
                   const record_kind *kind, const void *record);

/* Reads texts into `record`, over what `before` holds (NULL: over presets): a column that is not
 * among the pairs stays, an empty text takes away. Names are those of columns. All that is wrong is
 * joined, under the names of columns: as fields are, and plant.reference_unknown. */
OQ_CHECKED oq_err *record_take(oq_scope *s, record_refs *refs, const record_kind *kind,
                               const oq_pair *pair, size_t count, const void *before, void *record);

/* The same error with columns instead of members ("site" for "site_id"). */
oq_err *record_err_by_column(const record_kind *kind, oq_err *err);

#endif
