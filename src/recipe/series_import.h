/* recipe/series_import.h
 *
 * A file of samples into the historian.
 *
 *     reader thread: file ─▶ text ─▶ rows ──three portions──▶ this thread: series, batches, commit
 *
 * Each portion's samples are committed together with the place in the file that they reach to
 * (table imports), so that an import that is broken off at any moment goes on when the same file is
 * imported again with the same mapping, and nothing is lost or doubled. A file that is done already
 * is left alone. Lines that cannot be read are refused alone, with line, column, value and reason.
 * Memory does not grow with the file. */
#ifndef RECIPE_SERIES_IMPORT_H
#define RECIPE_SERIES_IMPORT_H

#include "db/scope.h"
#include "recipe/rows.h"

typedef enum series_import_state {
    IMPORT_DONE = 1,
    IMPORT_DONE_BEFORE, /* the same file with the same mapping: nothing was done */
    IMPORT_TRIED        /* a dry run */
} series_import_state;
extern const oq_choice series_import_state_choices[];

/* What an import has come to. */
typedef struct series_import_result {
    oq_str file;
    int state;
    bool is_resumed;
    double share;      /* of the file, 0..1 */
    int64_t lines;     /* read this time */
    int64_t samples;   /* stored this time (a dry run: that would be) */
    int64_t refused;   /* samples or lines, this time */
    int64_t problems;  /* refusals that were reported */
    int64_t empty;     /* cells without a value */
    int64_t series;    /* that samples belong to */
    int64_t created;   /* of them new */
    oq_us first, last; /* times */
    double seconds;
} series_import_result;
extern const oq_field series_import_result_fields[];

typedef struct series_import_options {
    db_pool *pool;
    oq_uuid tenant_id;
    oq_actor actor;
    oq_lang lang;
    const char *path;
    layout_order order;
    oq_str zone; /* of times that say none; not given: UTC */
    bool may_create, dry_run;
    bool again;           /* also what is done already */
    int64_t problems_max; /* more refusals end the import: import.too_many_problems */
    void *self;           /* of the calls, which may be NULL */
    void (*progress)(void *self, const series_import_result *so_far);
    void (*refused)(void *self, const rows_refusal *refusal);
} series_import_options;

/* *ret_result holds what was done, also on failure. Fails as rows_open and rows_next do, and:
 * import.too_many_problems (fact: max), import.taken_over (another one imports the same file). */
OQ_CHECKED oq_err *series_import(oq_arena *arena, const series_import_options *options,
                                 series_import_result *ret_result);

#endif
