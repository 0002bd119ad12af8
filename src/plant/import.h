/* plant/import.h
 *
 * Records from files and into files. A file is CSV (one kind, the first row names the columns) or
 * JSON (a list of objects, or an object of such lists by kind: {"sites": [...], "assets": [...]});
 * columns are as plant/record_text.h has them. A row finds its record by the kind's key (assets by
 * their code) and adds or changes it; a column that the file does not have stays as it is.
 *
 * What an import would do is told by doing it: on a dry run, and when a row is wrong and
 * `skip_bad` is not set, the caller rolls the unit of work back (`is_to_keep` is false then). */
#ifndef PLANT_IMPORT_H
#define PLANT_IMPORT_H

#include "base/lang.h"
#include "plant/record.h"

enum {
    PLANT_IMPORT_BYTES_MAX = 16 * 1024 * 1024,
    PLANT_IMPORT_ROWS_MAX = 50000,
    PLANT_REPORT_ROWS_MAX = 1000, /* that an answer or a page shows */
};

typedef struct plant_import_options {
    const record_kind *kind; /* NULL: the file says (JSON alone); also one of another module */
    bool dry_run;
    bool skip_bad; /* good rows are stored though others are wrong */
    bool add_only; /* records that are there stay as they are */
} plant_import_options;

typedef enum import_outcome {
    IMPORT_ADDED = 1,
    IMPORT_CHANGED,
    IMPORT_SAME,
    IMPORT_WRONG
} import_outcome;
extern const oq_choice import_outcome_choices[];

typedef struct import_change {
    const char *column;
    oq_str from, to; /* texts as files have them */
} import_change;

typedef struct import_row {
    const record_kind *kind;
    int64_t line; /* of the file, from 1; in JSON where the object begins */
    int outcome;
    oq_str label;          /* what a reader recognises the record by */
    import_change *change; /* of the first PLANT_REPORT_ROWS_MAX changed rows */
    size_t changes;
    const oq_err *err; /* of a wrong one, joined, by the names of columns */
} import_row;

typedef struct import_report {
    import_row *row; /* in the order of the file */
    size_t count;
    int64_t added, changed, same, wrong;
    bool is_to_keep; /* false: roll back */
} import_report;

/* Needs the right to manage the kinds. Fails when the file as a whole cannot be read
 * (import_read.h), access.forbidden, plant.import_too_large (fact: max), and
 * plant.import_broken_off (fact: line) when somebody else changed the same records meanwhile:
 * nothing was stored then. */
OQ_CHECKED oq_err *plant_import(oq_scope *s, oq_str file, const plant_import_options *options,
                                import_report **ret_report);

/* The report as {"added": 1, ..., "rows": [...]}, rows that stay as they are left out, at most
 * PLANT_REPORT_ROWS_MAX of them; sentences in `lang`. */
void import_put_json(oq_json *j, oq_arena *arena, oq_lang lang, const import_report *report);

/* All records of a kind as a file of that form; `kind` NULL: every kind that the actor may read, as
 * JSON. Fails: access.forbidden, plant.export_too_large. */
typedef enum plant_format { PLANT_CSV = 1, PLANT_JSON } plant_format;
extern const oq_choice plant_format_choices[];
OQ_CHECKED oq_err *plant_export(oq_scope *s, const record_kind *kind, plant_format format,
                                oq_buf *out);

#endif
