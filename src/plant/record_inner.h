/* plant/record_inner.h: what the parts of the engine share. For record*.c and the kinds alone. */
#ifndef PLANT_RECORD_INNER_H
#define PLANT_RECORD_INNER_H

#include "plant/record.h"

/* --- field tables of a kind ---------------------------------------------------------------------
 * A kind lists what people give once, as a macro of two macros: NEED marks what must be there,
 * PRESET(text) what is taken when nothing is said. Three tables come from it:
 *     <rec>_fields        all of the record, as it is answered and as rows of the database have it
 *     <rec>_order_fields  a new one
 *     <rec>_patch_fields  a change: what is not given stays; the version is needed
 * Further arguments are rows of the first table alone. */
#define RECORD_NEEDED       .required = true
#define RECORD_MAY_STAY     .required = false
#define RECORD_PRESET(text) .preset = (text)
#define RECORD_STAYS(text)  .preset = NULL

#define RECORD_FIELDS(rec, ROWS, ...)                                                              \
    const oq_field rec##_fields[] = {OQ_UUID(rec, id),                                             \
                                     ROWS(RECORD_NEEDED, RECORD_PRESET),                           \
                                     __VA_OPT__(__VA_ARGS__, ) OQ_I64(rec, version),               \
                                     OQ_TIME(rec, created_at),                                     \
                                     OQ_TIME(rec, updated_at),                                     \
                                     OQ_FIELDS_END};                                               \
    const oq_field rec##_order_fields[] = {ROWS(RECORD_NEEDED, RECORD_PRESET), OQ_FIELDS_END};     \
    const oq_field rec##_patch_fields[] = {                                                        \
        ROWS(RECORD_MAY_STAY, RECORD_STAYS),                                                       \
        OQ_I64(rec, version, .required = true, .min = 1, .help = "as it was read"), OQ_FIELDS_END}

#define RECORD_TABLES(rec) extern const oq_field rec##_order_fields[], rec##_patch_fields[]
RECORD_TABLES(site);
RECORD_TABLES(plant_unit);
RECORD_TABLES(asset);
RECORD_TABLES(component);
RECORD_TABLES(asset_class);
RECORD_TABLES(class_metric);
RECORD_TABLES(failure_mode);
RECORD_TABLES(machine_spec);
RECORD_TABLES(cost_model);
RECORD_TABLES(threshold);
RECORD_TABLES(carbon_factor);
RECORD_TABLES(shift);
RECORD_TABLES(user_shift);
RECORD_TABLES(absence);
RECORD_TABLES(skill);
RECORD_TABLES(user_skill);
RECORD_TABLES(holiday);
RECORD_TABLES(maintenance_window);
RECORD_TABLES(spare_part);
RECORD_TABLES(source_clock);
RECORD_TABLES(integration);
RECORD_TABLES(mapping);

/* Names of members, for the lists in a kind's row. */
#define RECORD_NAMES(...)                                                                          \
    (const char *const[])                                                                          \
    {                                                                                              \
        __VA_ARGS__, NULL                                                                          \
    }
#define RECORD_REFS(...)                                                                           \
    (const record_ref[])                                                                           \
    {                                                                                              \
        __VA_ARGS__,                                                                               \
        {                                                                                          \
            0                                                                                      \
        }                                                                                          \
    }

/* --- rows that all kinds have -------------------------------------------------------------------*/

/* How a record is called by others. */
typedef struct record_label {
    oq_uuid id;
    oq_str code;
    oq_uuid within_id; /* the site of a unit, the asset of a component; else zero */
    oq_str name, name_ar;
} record_label;
extern const oq_field record_label_fields[];

/* How many rows of what refer to a record. */
typedef struct record_use {
    oq_str thing; /* "asset": "plant.things.asset" in words */
    int64_t times;
} record_use;
extern const oq_field record_use_fields[];

/* --- members by name ----------------------------------------------------------------------------*/

/* The field; it must exist. */
const oq_field *record_field(const record_kind *kind, const char *name);
void *record_member(const record_kind *kind, const char *name, void *record);
const void *record_member_of(const record_kind *kind, const char *name, const void *record);
oq_uuid record_uuid(const record_kind *kind, const char *name, const void *record);
oq_uuid record_id(const record_kind *kind, const void *record);
int64_t record_version(const record_kind *kind, const void *record);
/* What a reader recognises it by. */
oq_str record_label_text(oq_arena *arena, const record_kind *kind, const void *record);
/* Whether a member holds something: texts and lists are not empty, ids not zero. */
bool record_is_given(const oq_field *field, const void *record);
bool record_has_name(const char *const *names, const char *name);

/* --- statements ---------------------------------------------------------------------------------*/

/* Where the arguments of a statement come from: each by its name, from the first that has it. */
typedef struct record_source {
    const oq_field *fields; /* ends with NULL */
    const void *record;
} record_source;
/* Runs a statement of a kind's row; every argument must be in one of the sources. */
OQ_CHECKED oq_err *record_run(oq_scope *s, const db_stmt *stmt, const record_source *source,
                              void **ret_rows, size_t *ret_count);

/* --- references ---------------------------------------------------------------------------------*/

/* Labels that were looked up, so that a thousand rows of a file ask once for each code. */
typedef struct record_refs record_refs;
record_refs *record_refs_open(oq_scope *s, oq_arena *arena); /* they live as long as `arena` */
/* Loads what is not there yet. `withins` goes with `codes` where codes are unique in something
 * alone (components); else it is not looked at. */
OQ_CHECKED oq_err *record_refs_load(record_refs *refs, const record_kind *kind, oq_uuids ids,
                                    oq_strs codes, oq_uuids withins);
/* What was loaded; NULL: there is none, or nobody asked. */
const record_label *record_refs_by_id(const record_refs *refs, const record_kind *kind, oq_uuid id);
const record_label *record_refs_by_code(const record_refs *refs, const record_kind *kind,
                                        oq_uuid within, oq_str code);
/* A record that was made just now. */
void record_refs_put(record_refs *refs, const record_kind *kind, const void *record);
/* Loads the labels of everything that these records refer to. */
OQ_CHECKED oq_err *record_refs_of(record_refs *refs, const record_kind *kind, const void *records,
                                  size_t count);
/* Each reference exists, and is where it must be. */
OQ_CHECKED oq_err *record_refs_check(record_refs *refs, const record_kind *kind,
                                     const void *record);
/* Whether codes of this kind are unique in something alone. */
bool record_refs_are_within(const record_kind *kind);

/* --- writing, for those who write many ----------------------------------------------------------*/

typedef enum record_deed { RECORD_SAME, RECORD_ADDED, RECORD_CHANGED } record_deed;
/* Adds (`before` NULL) or changes; `record` is in the arena and becomes the stored one. */
OQ_CHECKED oq_err *record_store(oq_scope *s, const record_kind *kind, record_refs *refs,
                                const void *before, void *record, record_deed *ret_deed);

/* --- checks that several kinds share --------------------------------------------------------------*/

/* Names the field of an error that has none. Returns `err`. */
oq_err *record_blame(oq_err *err, const char *field);
/* The unit is one; a text that is not given is no error. */
oq_err *record_check_unit(const char *field, oq_str unit);
/* low_low <= low < high <= high_high, for those that are given. */
oq_err *record_check_limits(double low_low, double low, double high, double high_high);
/* `from` < `to` where both are given: plant.range_empty at `field`. */
oq_err *record_check_range(const char *field, double from, double to);
oq_err *record_check_days(oq_date from, oq_date to);

extern const record_kind kind_site, kind_plant_unit, kind_asset, kind_component, kind_asset_class,
    kind_class_metric, kind_failure_mode, kind_machine_spec, kind_cost_model, kind_threshold,
    kind_carbon_factor, kind_shift, kind_user_shift, kind_absence, kind_skill, kind_user_skill,
    kind_holiday, kind_maintenance_window, kind_spare_part, kind_source_clock, kind_integration,
    kind_mapping;

#endif
