/* recipe/recipe.h
 *
 * A recipe is a JSON file that says how a set of data files becomes a plant: which records there
 * are, which columns are signals, what happened, what was done. `optria import recipe` runs it.
 *
 *     {
 *       "name": "azure-pdm", "about": "...",
 *       "tables": { "failed": {"file": "failures.csv", "key": "{machine} {time}", "value": "yes"}
 * }, "steps": [
 *         {"kind": "records", "of": "assets", "file": "machines.csv",
 *          "set": {"code": "M-{machineID}", "name": "Machine {machineID}", "site": "PLANT"}},
 *         {"kind": "series", "file": "telemetry.csv.gz",
 *          "mapping": {"time": "datetime", "asset": "M-{machineID}", "columns": {...}}},
 *         {"kind": "events", "file": "errors.csv", "set": {"time": "{datetime}", ...}},
 *         {"kind": "work_orders", "file": "maintenance.csv", "set": {...}}
 *       ]
 *     }
 *
 * Where rows come from: "file", a CSV below the data folder, packed with gzip or not, or a pattern
 * ("valve1/" "*.csv.gz"); or "rows", written down here. "each" repeats every row once for each
 * value of a list: {"comp": ["comp1", "comp2"]}. "only" keeps some: [{"of": "{comp}", "equals":
 * "comp1"}]; further tests are "not" and "given" (true, false).
 *
 * What is made of a row is "set"; without it a row of "rows" is the record. A value is
 *     a text        with the row's columns in braces: "M-{machineID}"; {file} and {line} are there
 *                   too, {{ and }} are braces
 *     a number, true, false
 *     a choice      {"of": "{comp}", "is": {"comp1": "bearing"}, "else": "part"}, or with
 *                   "table": "failed" a table from above; without "else" other texts are an error
 *     null          nothing; so is a text that turns out empty
 * Times: "time_format" and "time_zone" of the step (recipe/moment.h); without them what looks like
 * a time is read, as UTC. The mapping of series is that of `optria import series`
 * (recipe/layout.h); such a step has a file and nothing of "rows", "each" and "only".
 *
 * Running twice changes nothing: records are found by their key, events and orders by their source,
 * and a file of series that was read to its end (table imports) is not read again; one that was
 * left in the middle goes on there. */
#ifndef RECIPE_RECIPE_H
#define RECIPE_RECIPE_H

#include "base/base.h"
#include "base/lang.h"
#include "db/scope.h"

typedef struct recipe recipe;

enum { RECIPE_BYTES_MAX = 1024 * 1024, RECIPE_STEPS_MAX = 100 };

/* Reads a recipe. Every mistake names its place ("steps[2].set.severity"), as the error's field.
 * Fails: json.* (base/field.h), recipe.type (fact: wanted), recipe.unknown (a member that means
 * nothing there), recipe.missing, recipe.not_one_of (facts: found, choices), recipe.template
 * (facts: text, reason), recipe.table_unknown (fact: table), recipe.too_many (fact: max),
 * recipe.file_outside (fact: file), import.time_format, import.time_zone, and as layout_order_read
 * does. */
OQ_CHECKED oq_err *recipe_read(oq_arena *arena, oq_str json, recipe **ret_recipe);

oq_str recipe_name(const recipe *r);
size_t recipe_steps(const recipe *r);
/* "assets", "series": what a step makes. */
oq_str recipe_step_of(const recipe *r, size_t step);

/* What a step did. */
typedef struct recipe_counts {
    int64_t files, files_known; /* read, of them those that were done before */
    int64_t rows;               /* of data, with those that were left out */
    int64_t samples;
    int64_t added, changed; /* records, events, orders, series */
    int64_t same;           /* of them those that are there already; samples of files_known */
    int64_t refused;        /* rows, or samples, that cannot be used */
} recipe_counts;
extern const oq_field recipe_counts_fields[];

typedef struct recipe_progress {
    size_t step;
    oq_str file;
    double share; /* of the file, 0 to 1 */
    int64_t rows; /* of the step, so far */
} recipe_progress;

typedef struct recipe_order {
    db_pool *pool;
    oq_uuid tenant_id;
    oq_actor actor;
    oq_str request_id;
    oq_str data;  /* the folder of the files */
    oq_lang lang; /* of what is told */
    bool dry_run;
    void *arg;
    void (*progress)(void *arg, const recipe_progress *p); /* or NULL */
    void (*refused)(void *arg, const oq_err *err);         /* or NULL; the first REFUSED_MAX */
} recipe_order;
enum { RECIPE_REFUSED_MAX = 20 };

/* Runs all steps, each in slices that are committed one by one; a dry run commits nothing. A row
 * that cannot be used is told to `refused` with file and line (recipe.row, with what is wrong
 * beneath it) and left out. `ret_counts` has room for recipe_steps() of them, and says what was
 * done also after a failure. Fails: recipe.nothing_matches (fact: file), recipe.column_unknown
 * (facts: column, file), as source_open and source_read do, series_import, and the database. */
OQ_CHECKED oq_err *recipe_run(recipe *r, const recipe_order *order, recipe_counts *ret_counts);

#endif
